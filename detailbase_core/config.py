"""Every setting of the library with its meaning, unit and range.

YAML files and ROS parameters are made from these fields, so a setting is written down once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from detailbase_core.errors import ConfigError
from detailbase_core.settings import Settings, setting

_FAR_M = 1e9  # farther than any map reaches: no limit

_WIDEST, _DEEPEST, _MOST_LEVELS = 16_384, 64, 10  # of a network; a file may name others
VOXEL_MOMENTS = 12  # place of a voxel's points, their spread, deviation of their colours
A_DAY_S = 86_400.0  # the longest of all durations: what is longer is a slip


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
    voxel_moments: bool = setting(
        False,
        "Tell the U-Net where in its voxel a voxel's points lie, how they spread and how their "
        "colours differ (published: their means alone); needs coordinates anchored.",
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
        if self.voxel_moments and self.coordinates != "anchored":
            raise ConfigError("voxel_moments needs coordinates anchored, whose grid begins at 0")
        if self.hide_wording and not self.phrase_head:
            raise ConfigError("hide_wording needs phrase_head, which tells the describing words")
        if self.target_phrases and not self.hide_wording:
            raise ConfigError("target_phrases needs hide_wording: else a sentence has a mask")
        if self.presence_from_masks and self.presence_head:
            raise ConfigError("presence_from_masks takes presence_head's place: set one of them")

    @property
    def in_channels(self) -> int:
        """Features per voxel: r g b x y z, or r g b and height; then moments, if any."""
        return (6 if self.coordinates == "reference" else 4) + VOXEL_MOMENTS * self.voxel_moments

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
        "Numbers of the U-Net's convolutions: auto = float16 on a GPU by Triton's kernels, else "
        "float32; a CPU computes in bfloat16 where it has matrix units for it (AMX).",
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
