"""One tree of frozen dataclasses: every setting, its meaning, unit and range.

YAML files and ROS parameters are made from these fields, so a setting is written down
once. Values are checked when a dataclass is built; unknown keys are errors.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import re
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from detailbase_core.errors import ConfigError, shown

C = TypeVar("C", bound="Settings")

_FAR_M = 1e9  # farther than any map reaches: no limit

_WIDEST, _DEEPEST, _MOST_LEVELS = 16_384, 64, 10  # of a network; a file may name others
A_DAY_S = 86_400.0  # the longest of all durations: what is longer is a slip


def setting(
    default: Any,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
    live: bool = False,
) -> Any:
    """A dataclass field with its documentation and limits.

    Args:
        default: default value.
        doc: one sentence for people, with the unit.
        low, high: inclusive limits of a number.
        choices: the allowed words of a string.
        live: whether it may change while a node runs.
    """
    metadata = {"doc": doc, "low": low, "high": high, "choices": choices, "live": live}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """Base of all config dataclasses: checks each field's type and range when built."""

    def __post_init__(self) -> None:
        config_class: Any = type(self)  # mypy takes it for unhashable, as its instances may be
        hints = _type_hints(config_class)
        for f in dataclasses.fields(self):
            value = _coerced(getattr(self, f.name), hints[f.name], f.name)
            object.__setattr__(self, f.name, value)
            _check_limits(f.name, value, f.metadata)


@functools.cache
def _type_hints(config_class: Any) -> dict[str, Any]:
    """Of each field its type; working them out takes longer than all checks."""
    return typing.get_type_hints(config_class)


def _coerced(value: Any, hint: Any, name: str) -> Any:
    """`value` as the annotated type; ints become floats and lists become tuples, no more."""
    origin = typing.get_origin(hint)
    if origin is tuple:
        item = typing.get_args(hint)[0]
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"{name}: expected a list, got {value!r:.200}")
        return tuple(_coerced(v, item, name) for v in value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    expected = origin or hint
    wrong_bool = isinstance(value, bool) and hint is not bool
    if wrong_bool or not isinstance(value, expected):
        raise ConfigError(f"{name}: expected {getattr(hint, '__name__', hint)}, got {value!r:.200}")
    return value


def _check_limits(name: str, value: Any, metadata: typing.Mapping[str, Any]) -> None:
    low, high, choices = (metadata.get(k) for k in ("low", "high", "choices"))
    if choices is not None and value not in choices:
        raise ConfigError(f"{name}: {value!r} is not one of {', '.join(choices)}")
    for number in value if isinstance(value, tuple) else (value,):
        if not isinstance(number, (int, float)):
            continue
        if math.isnan(number):
            raise ConfigError(f"{name}: NaN is not a value")
        if low is not None and number < low:
            raise ConfigError(f"{name}: {number} is below {low}")
        if high is not None and number > high:
            raise ConfigError(f"{name}: {number} is above {high}")


def _check_heads(name: str, width: int, heads: int) -> None:
    if width % heads:
        raise ConfigError(f"{name}: {width} does not divide into {heads} heads")


@dataclass(frozen=True)
class MapConfig(Settings):
    """Settings of the map made of scans."""

    voxel_size_m: float = setting(0.02, "Edge of a map voxel, metres.", low=0.005, high=0.5)
    max_voxels: int = setting(
        2_000_000,
        "Voxels kept at most; beyond it those farthest from the sensor are forgotten.",
        low=1_000,
        high=100_000_000,
    )
    min_range_m: float = setting(
        0.1, "Nearer points are dropped, metres.", low=0.0, high=_FAR_M, live=True
    )
    max_range_m: float = setting(
        8.0, "Farther points are dropped, metres.", low=0.1, high=_FAR_M, live=True
    )
    crop_low_m: tuple[float, ...] = setting(
        (-_FAR_M, -_FAR_M, -_FAR_M),
        "Points below this x y z, in the map's frame, are dropped, metres.",
        low=-_FAR_M,
        high=_FAR_M,
        live=True,
    )
    crop_high_m: tuple[float, ...] = setting(
        (_FAR_M, _FAR_M, _FAR_M),
        "Points above this x y z are dropped, metres; z somewhat below the ceiling opens rooms to "
        "a view from above.",
        low=-_FAR_M,
        high=_FAR_M,
        live=True,
    )
    carve: bool = setting(
        True,
        "Forget voxels that an organised cloud sees through (things that moved away).",
        live=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = self.crop_low_m, self.crop_high_m
        if len(low) != 3 or len(high) != 3:
            raise ConfigError(f"crop_low_m, crop_high_m: x y z each, got {low} and {high}")
        if not all(a < b for a, b in zip(low, high, strict=True)):
            raise ConfigError(f"crop_low_m {low} must be below crop_high_m {high} on every axis")


@dataclass(frozen=True)
class SuperpointConfig(Settings):
    """Settings of superpoints."""

    voxel_size_m: float = setting(
        0.02, "Edge of the voxels whose adjacency is the graph, metres.", low=0.005, high=0.5
    )
    threshold: float = setting(
        0.1, "Felzenszwalb threshold k: larger values make larger superpoints.", low=0.0, high=1e6
    )
    color_weight: float = setting(
        4.0,
        "Weight of the squared colour difference, colours in 0..1 (0 = geometry only).",
        low=0.0,
        high=1e6,
    )
    step_weight: float = setting(
        0.05,
        "Weight of the squared distance from the neighbour's plane, in voxels.",
        low=0.0,
        high=1e6,
    )
    min_points: int = setting(
        15, "Smaller superpoints join a neighbour, voxels.", low=1, high=1_000_000
    )
    block_voxels: int = setting(
        64,
        "Superpoints never cross the border of blocks of this many voxels; 0 = no blocks.",
        low=0,
        high=1_000_000,
    )


@dataclass(frozen=True)
class InstanceConfig(Settings):
    """Settings of objects made of masks."""

    mask_threshold: float = setting(
        0.5,
        "A superpoint belongs where the mask probability is at least this.",
        low=0.0,
        high=1.0,
        live=True,
    )
    presence_threshold: float = setting(
        0.5, "Below this presence a phrase has no instances.", low=0.0, high=1.0, live=True
    )
    connect_distance_m: float = setting(
        0.10,
        "Parts of a mask closer than this are one object, metres.",
        low=0.01,
        high=10.0,
        live=True,
    )
    min_points: int = setting(
        30,
        "Smaller pieces are dropped unless nothing else is left, points.",
        low=1,
        high=1_000_000,
        live=True,
    )


@dataclass(frozen=True)
class ModelConfig(Settings):
    """The network's architecture; travels inside our checkpoints.

    The defaults are the published DetailBase (reference: 3D-DRES, AAAI 2026).
    """

    voxel_size_m: float = setting(0.02, "Edge of a network voxel, metres.", low=0.005, high=0.5)
    min_spatial_shape: int = setting(128, "Smallest grid per axis, voxels.", low=1, high=4096)
    widths: tuple[int, ...] = setting(
        (32, 64, 96, 128, 160), "U-Net width per level.", low=1, high=_WIDEST
    )
    block_reps: int = setting(2, "Residual blocks per level and direction.", low=1, high=16)
    text_dim: int = setting(768, "Width of the text encoder's output.", low=1, high=_WIDEST)
    query_dim: int = setting(256, "Decoder width.", low=1, high=_WIDEST)
    heads: int = setting(8, "Attention heads.", low=1, high=128)
    ffn_dim: int = setting(
        1024, "Hidden width of the decoder's feed-forward part.", low=1, high=_WIDEST
    )
    decoder_layers: int = setting(6, "Decoder layers.", low=1, high=_DEEPEST)
    dropout: float = setting(0.0, "Dropout inside the decoder while training.", low=0.0, high=0.9)
    coordinates: str = setting(
        "reference",
        "reference: features r g b x y z centred on the scene's mean, grid from its minimum, as "
        "published; anchored: features r g b and height above the floor, grid fixed to the map, "
        "so that a growing map leaves old voxels as they were.",
        choices=("reference", "anchored"),
    )
    cross_attention_post_norm: bool = setting(
        False,
        "Apply the cross-attention layer's LayerNorm. The released code computes it and throws "
        "the result away; released weights depend on that, so the default is off.",
    )
    pointwise_reinterpret: bool = setting(
        True,
        "Read the 1x1x1 shortcut weights [out, 1, 1, 1, in] as [in, out] without transposing, an "
        "inherited slip that released weights depend on. Off: the plain product.",
    )
    pooled_levels: int = setting(
        1,
        "U-Net levels, the finest first, whose features a superpoint gets (published: 1). The "
        "coarser ones know more of what a thing is, and cost next to nothing.",
        low=1,
    )
    superpoint_positions: bool = setting(
        False, "Add an embedding of each superpoint's centre and extent to its features."
    )
    center_offsets: bool = setting(
        False,
        "Predict the way from each superpoint to the centre of its object. Positions are then "
        "those of objects, and touching objects come apart.",
    )
    relative_positions: bool = setting(
        False,
        "Let queries look and draw relative to where other words' objects are: next to, left of.",
    )
    look_alike_rounds: int = setting(
        0,
        "Rounds in which a phrase's candidates, things that look alike, are counted, ordered and "
        "weighed against each other: the second chair from the left (published: 0).",
        low=0,
    )
    presence_head: bool = setting(False, "Predict per query whether the scene holds what it names.")
    phrase_head: bool = setting(
        False, "Find the noun phrases by the text encoder's words, so that no parser is needed."
    )
    hide_wording: bool = setting(
        False,
        "The decoder reads only the words that describe things, as the phrase head tells them: no "
        "answer depends on how it is asked (published: it reads all).",
    )
    target_phrases: bool = setting(
        False,
        "The phrase head also tells which phrases a sentence is about, whose answers are the "
        "sentence's own (published: it has a mask of its own).",
    )
    presence_from_masks: bool = setting(
        False,
        "Presence is the largest probability in a query's mask, in place of a presence head: "
        "words alone say nothing of it.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.widths) <= _MOST_LEVELS:
            raise ConfigError(f"widths: the U-Net needs at least one level, {_MOST_LEVELS} at most")
        if self.pooled_levels > len(self.widths):
            raise ConfigError(
                f"pooled_levels: {self.pooled_levels} of a U-Net with {len(self.widths)} levels"
            )
        _check_heads("query_dim", self.query_dim, self.heads)
        if self.hide_wording and not self.phrase_head:
            raise ConfigError("hide_wording needs phrase_head, which tells the describing words")
        if self.target_phrases and not self.hide_wording:
            raise ConfigError("target_phrases needs hide_wording: else a sentence has a mask")
        if self.presence_from_masks and self.presence_head:
            raise ConfigError("presence_from_masks takes presence_head's place: set one of them")

    @property
    def in_channels(self) -> int:
        """Features per voxel: r g b x y z, or r g b and height."""
        return 6 if self.coordinates == "reference" else 4

    @property
    def superpoint_width(self) -> int:
        """Features per superpoint."""
        return sum(self.widths[: self.pooled_levels])


@dataclass(frozen=True)
class TextConfig(Settings):
    """The small text encoder's sizes; travels inside our checkpoints."""

    vector_dim: int = setting(96, "Width of the fixed word vectors.", low=1, high=_WIDEST)
    dim: int = setting(128, "Width of the transformer and of its output.", low=1, high=_WIDEST)
    layers: int = setting(2, "Transformer layers.", low=1, high=_DEEPEST)
    heads: int = setting(4, "Attention heads.", low=1, high=128)
    ffn_dim: int = setting(256, "Hidden width of the feed-forward part.", low=1, high=_WIDEST)
    max_positions: int = setting(
        64, "Words with a position of their own; later ones share the last.", low=2, high=65_536
    )
    dropout: float = setting(0.1, "Dropout while training.", low=0.0, high=0.9)

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_heads("dim", self.dim, self.heads)


@dataclass(frozen=True)
class GrounderConfig(Settings):
    """Everything that a Grounder needs to know."""

    checkpoint: str = setting(
        "", "Path of a checkpoint (.safetensors or a released .pth); empty = the shipped model."
    )
    text_encoder: str = setting(
        "",
        "Folder or hub name of a transformers text encoder, for checkpoints that carry none "
        "(released weights: an MPNet-base).",
    )
    device: str = setting("auto", "torch device: auto, cpu, cuda, cuda:0 ...")
    backend: str = setting(
        "auto",
        "Sparse convolution backend.",
        choices=("auto", "native", "torch", "triton", "spconv"),
    )
    precision: str = setting(
        "auto",
        "Numbers of the U-Net's convolutions: auto = float32; a CPU computes in bfloat16 where it "
        "has matrix units for it (AMX).",
        choices=("auto", "float32", "bfloat16", "float16"),
    )
    threads: int = setting(
        0, "CPU threads; 0 = all cores but one (at least one).", low=0, high=1024
    )
    views: int = setting(
        0,
        "Headings in which the network looks at the map, evenly spread; masks are averaged, each "
        "takes the whole time again. 0 = as many as the checkpoint was calibrated with "
        "(the shipped one: 2; others as a rule 1).",
        low=0,
        high=8,
    )
    max_words: int = setting(256, "Longest sentence accepted, words.", low=1, high=1000, live=True)
    reencode_fraction: float = setting(
        0.02,
        "Encode again when more than this part of the voxels changed.",
        low=0.0,
        high=1.0,
        live=True,
    )
    max_encoding_age_s: float = setting(
        10.0,
        "Encode again when a changed map's encoding is older than this, seconds.",
        low=0.0,
        high=A_DAY_S,
        live=True,
    )
    map: MapConfig = field(default_factory=MapConfig)
    # Constants that the shipped network was trained with: no ROS parameters.
    superpoints: SuperpointConfig = field(
        default_factory=SuperpointConfig, metadata={"parameter": False}
    )
    instances: InstanceConfig = field(default_factory=InstanceConfig)


def to_dict(config: Settings) -> dict[str, Any]:
    """The tree as plain dicts, lists and numbers (for YAML and JSON)."""
    plain: dict[str, Any] = _plain(dataclasses.asdict(config))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, tuple) else value


def from_dict(config_class: type[C], values: typing.Mapping[str, Any], where: str = "") -> C:
    """Build `config_class` from nested dicts; missing keys keep their defaults.

    Raises:
        ConfigError: unknown key, wrong type, or value out of range, with its dotted name.
    """
    if not isinstance(values, typing.Mapping):
        raise ConfigError(
            f"{where or config_class.__name__}: expected settings, got {values!r:.200}"
        )
    hints = typing.get_type_hints(config_class)
    known = {f.name for f in dataclasses.fields(config_class)}
    kwargs: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{where}.{key}" if where else str(key)
        if key not in known:
            raise ConfigError(f"unknown setting {name!r}; known here: {', '.join(sorted(known))}")
        hint = hints[key]
        nested = isinstance(hint, type) and issubclass(hint, Settings)
        kwargs[key] = from_dict(hint, value, name) if nested else value
    try:
        return config_class(**kwargs)
    except ConfigError as error:
        raise ConfigError(f"{where}.{error}" if where else str(error)) from None


class _Loader(yaml.SafeLoader):
    """YAML as people write it: 1e-3 is a number, which YAML 1.1 takes for a word.

    What grows beyond the file is refused: aliases within what other aliases repeat, very many of
    them, and numbers of very many digits.
    """

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._aliases = 0
        self._nested: set[str] = set()  # anchors that are being read, or hold aliases

    def compose_node(self, parent: Any, index: Any) -> Any:
        """As the base class does it, but for aliases."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        anchor, before = event.anchor, self._aliases
        if isinstance(event, yaml.AliasEvent):
            self._aliases += 1
            if anchor in self._nested or self._aliases > _MOST_ALIASES:
                raise yaml.YAMLError(f"alias *{anchor:.40}: too many, or one within another")
        elif anchor is not None:
            self._nested.add(anchor)
        node = super().compose_node(parent, index)
        if anchor is not None and self._aliases == before:
            self._nested.discard(anchor)
        return node

    def construct_scalar(self, node: Any) -> Any:
        """As the base class does it, but for very long numbers."""
        if node.tag in _NUMBERS and len(node.value) > _MOST_DIGITS:
            raise yaml.YAMLError(f"a number of {len(node.value)} digits")
        return super().construct_scalar(node)


def _number(loader: _Loader, node: yaml.ScalarNode) -> int | float:
    """A float; a whole one with an exponent is an int, as "steps: 1e4" means it."""
    value: float = loader.construct_yaml_float(node)
    is_whole = "e" in node.value.lower() and abs(value) < 2**53 and value.is_integer()
    return int(value) if is_whole else value


_MOST_BYTES, _MOST_ALIASES, _MOST_DIGITS = 4 << 20, 50, 60
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?\d[\d_]*(\.\d*)?[eE][-+]?\d+$"),
    list("-+0123456789"),
)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)


def read_yaml(path: str | Path) -> Any:
    """What a YAML file says, of whatever kind.

    Raises:
        ConfigError: not readable, or not YAML.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ValueError(f"it has more than {_MOST_BYTES} bytes")
        return yaml.load(content.decode("utf-8-sig"), _Loader)  # a SafeLoader
    except (OSError, ValueError, RecursionError, MemoryError, yaml.YAMLError) as error:
        reason = shown(error) if str(error) else type(error).__name__
        raise ConfigError(f"{path}: cannot be read as YAML: {reason}") from error


def load_yaml(config_class: type[C], path: str | Path) -> C:
    """Read a YAML file into `config_class`.

    Raises:
        ConfigError: not readable, not YAML, or not settings of this class.
    """
    values = read_yaml(path)
    try:
        return from_dict(config_class, {} if values is None else values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None
