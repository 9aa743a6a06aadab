"""Everything that a training run is told."""

from __future__ import annotations

import copy
import dataclasses
import json
import typing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detailbase_core.config import ModelConfig, TextConfig
from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.settings import Settings, from_dict, setting
from detailbase_core.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LENGTHS = ("steps", "epochs", "minutes")  # of which a run has one


def differing(one: Settings, two: Settings) -> list[str]:
    """Names of the settings in which two of a kind differ, in their order."""
    names = [f.name for f in dataclasses.fields(one)]
    return [name for name in names if getattr(one, name) != getattr(two, name)]


def read_lists(path: Path, of: str) -> dict[str, list[Any]]:
    """A YAML file that names lists.

    Args:
        path: of the file.
        of: what it holds, for the error: "names to lists of sentences".

    Raises:
        ConfigError: it cannot be read.
        BadFileError: it holds anything else.
    """
    lists = read_yaml(path)
    if not isinstance(lists, dict) or not all(isinstance(one, list) for one in lists.values()):
        raise BadFileError(f"{path}: is no mapping of {of}")
    return lists


@dataclass(frozen=True)
class AugmentationConfig(Settings):
    """Random changes to a scene, drawn anew at each step, on the training device."""

    rotate: bool = setting(True, "Turn about the vertical by any angle.")
    tilt_deg: float = setting(
        0.0,
        "Tilt about a random horizontal axis by up to this, as clouds whose up is a little wrong.",
        low=0.0,
        high=30.0,
    )
    flip: bool = setting(
        False, "Change the sign of the matrix's first entry in half of the scenes, as published."
    )
    matrix_noise: float = setting(
        0.0, "Noise on each entry of the 3 x 3 matrix, standard deviation.", low=0.0, high=0.5
    )
    scale: float = setting(0.05, "Scale by 1 +- this.", low=0.0, high=0.5)
    stretch: float = setting(
        0.0,
        "Stretch each object about its middle by 1 +- this, in two horizontal directions, so that "
        "no two steps see the same furniture.",
        low=0.0,
        high=0.5,
    )
    jitter_m: float = setting(0.003, "Noise on coordinates, standard deviation, metres.", low=0.0)
    height_m: float = setting(
        0.03, "Error of the floor's height, standard deviation, metres.", low=0.0
    )
    elastic: bool = setting(
        False, "Bend the coordinates that are cut into voxels by smooth noise, as published."
    )
    color_shift: float = setting(
        0.05,
        "Shift of each colour channel per scene, standard deviation; colours span [-1, 1].",
        low=0.0,
    )
    color_gain: float = setting(0.1, "Contrast per scene by 1 +- this.", low=0.0, high=0.9)
    gray: float = setting(
        0.0,
        "Part of the scenes that lose all colour, as a camera without it sees them.",
        low=0.0,
        high=1.0,
    )
    mix: float = setting(
        0.0,
        "Part of the scenes that are laid two into one grid, so that things are known by what "
        "they are and less by what is around them (Nekrasov et al., Mix3D, 3DV 2021).",
        low=0.0,
        high=1.0,
    )
    drop_points: float = setting(0.2, "Drop up to this part of the points.", low=0.0, high=0.9)
    max_points: int = setting(
        2_500_000, "Points of one step; each scene gives up its share of what is more.", low=1000
    )


@dataclass(frozen=True)
class LossWeights(Settings):
    """Weights of the loss's parts; the defaults are the published ones."""

    bce: float = setting(1.0, "Binary cross-entropy of masks.", low=0.0)
    dice: float = setting(1.0, "Dice of masks.", low=0.0)
    score: float = setting(0.5, "Squared error of the predicted IoU.", low=0.0)
    focal: float = setting(0.0, "Focal loss of masks, in place of bce or beside it.", low=0.0)
    contrast: float = setting(
        0.0, "Cross-entropy of a phrase's superpoints among all of the scene's.", low=0.0
    )
    choice: float = setting(
        0.0,
        "Cross-entropy of a phrase's objects among its look-alikes; needs look_alike_rounds.",
        low=0.0,
    )
    sentence: float = setting(
        1.0, "Weight of the whole sentence's mask and presence beside a phrase's.", low=0.0
    )
    presence: float = setting(
        0.0, "Cross-entropy of presence; needs presence_head or presence_from_masks.", low=0.0
    )
    phrases: float = setting(
        0.0,
        "Cross-entropy of phrase spans, heads and describing words; needs the phrase head.",
        low=0.0,
    )
    centers: float = setting(
        0.0, "Error of the votes for objects' centres; needs center_offsets.", low=0.0
    )
    naming: float = setting(
        0.0,
        "Cross-entropy of each superpoint's category and colour, by heads that only training has; "
        "needs scenes whose files name their objects.",
        low=0.0,
    )


@dataclass(frozen=True)
class TrainConfig(Settings):
    """One training run. A setting that the others leave without effect is refused."""

    data: str = setting("data/rooms", "Folder of scenes (SCENE.npz).")
    descriptions: str = setting(
        "", "DetailRefer or ScanRefer JSON file; empty = SCENE.json beside each SCENE.npz."
    )
    skip_bad_records: bool = setting(
        False, "Leave records of `descriptions` out that cannot be used, instead of stopping."
    )
    max_superpoints: int = setting(
        0,
        "Scenes with more superpoints are left out: every step is as large as the largest scene "
        "that it may meet. 0 = none are.",
        low=0,
    )
    word_vectors: str = setting(
        "",
        "Word vectors (training.checkpoints.make_word_vectors) of the small encoder; empty = those "
        "of the shipped model.",
    )
    text_encoder: str = setting(
        "",
        "Folder or hub name of a transformers encoder, kept frozen (published: MPNet-base); "
        "empty = a small encoder of our own is trained.",
    )
    backbone: str = setting(
        "", "Weights whose U-Net training starts from (SPFormer's, or any of ours); empty = random."
    )
    start: str = setting(
        "",
        "Checkpoint whose network and text encoder are trained further, such as the shipped one on "
        "rooms of your own; `model` and `text` are those of it where the file leaves them out, and "
        "else must be as in it, but for heads that are new (they begin anew) or gone. Empty = "
        "train anew.",
    )
    out: str = setting("runs/rooms", "Folder for checkpoints, pictures and TensorBoard's files.")
    seed: int = setting(1999, "Seed of everything random.", low=0)
    device: str = setting("auto", "torch device; under torchrun each process takes its own GPU.")
    steps: int = setting(0, "Optimiser steps (or set epochs, or minutes).", low=0)
    epochs: int = setting(0, "Passes over the data (or set steps, or minutes).", low=0)
    minutes: float = setting(
        0.0,
        "Time for the whole run, loading the scenes included, as on a GPU that is rented by the "
        "hour (or set steps, or epochs). Steps follow from the speed during the warm-up.",
        low=0.0,
    )
    scenes_per_step: int = setting(4, "Scenes per step, over all processes.", low=1)
    sentences_per_scene: int = setting(12, "Sentences per scene and step.", low=1)
    grouping: str = setting(
        "random",
        "random: a step draws a scene's sentences at random; consecutive, as published: they stay "
        "in groups in file order, each a scene of its own; an incomplete last step is dropped.",
        choices=("random", "consecutive"),
    )
    wording_noise: float = setting(
        0.0,
        "With model.hide_wording: part of the hidden words that are read after all, and of the "
        "marks of hidden words that are missing, as by slips of the phrase head.",
        low=0.0,
        high=1.0,
    )
    learning_rate: float = setting(1e-3, "Peak learning rate of AdamW.", low=0.0)
    backbone_rate: float = setting(
        1.0,
        "Factor on the U-Net's learning rate (published: 0.01, from SPFormer's weights); 0 = it "
        "stays as backbone or start has it, and a step takes less time.",
        low=0.0,
    )
    weight_decay: float = setting(0.02, "AdamW's weight decay.", low=0.0)
    warmup_steps: int = setting(300, "Linear warm-up.", low=0)
    schedule: str = setting(
        "cosine",
        "After the warm-up: cosine falls to nothing; multistep halves the rate at each milestone; "
        "constant keeps it.",
        choices=("cosine", "multistep", "constant"),
    )
    milestones: tuple[float, ...] = setting(
        (), "Parts of the run after which multistep halves the rate.", low=0.0, high=1.0
    )
    clip_norm: float = setting(
        1.0, "Largest gradient norm, larger ones are scaled down; 0 = any.", low=0.0
    )
    ema_decay: float = setting(
        0.999,
        "Decay of the averaged weights that are kept; 0 = keep the last weights.",
        low=0.0,
        high=1.0,
    )
    autocast: str = setting("none", "Reduced precision.", choices=("none", "bfloat16", "float16"))
    threads: int = setting(0, "CPU threads; 0 = torch's own choice.", low=0)
    log_every: int = setting(20, "Steps between looks at the loss (each waits for the GPU).", low=1)
    save_every: int = setting(1000, "Steps between resumable states.", low=1)
    picture_every: int = setting(1000, "Steps between pictures of predictions; 0 = none.", low=0)
    rescan_every: int = setting(
        0,
        "Steps between looks for scenes that were added to the folder; 0 = never. What is drawn "
        "then depends on when they came, so such a run cannot be repeated exactly.",
        low=0,
    )
    model: ModelConfig = field(default_factory=ModelConfig)
    text: TextConfig = field(default_factory=TextConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    loss: LossWeights = field(default_factory=LossWeights)

    def __post_init__(self) -> None:
        super().__post_init__()
        lengths = [name for name in LENGTHS if getattr(self, name)]
        if len(lengths) != 1:
            which = f"{' and '.join(lengths)} are set" if lengths else "none is set"
            raise ConfigError(f"set one of steps, epochs and minutes: {which}")
        if self.rescan_every and self.epochs:
            raise ConfigError(
                "with rescan_every the data grow, and epochs with them: set steps or minutes"
            )
        if self.minutes and self.warmup_steps < 10:
            raise ConfigError("minutes needs warmup_steps of 10 or more, to take the speed from")
        if self.schedule == "multistep" and not self.milestones:
            raise ConfigError("schedule multistep needs milestones, such as [0.52, 0.68, 0.84]")
        if not self.backbone_rate and not (self.backbone or self.start):
            raise ConfigError("backbone_rate 0 keeps random weights: set backbone or start")
        defaults = {f.name: f for f in dataclasses.fields(self)}
        for name, reason in self._without_effect():
            default = defaults[name]
            value = (
                default.default_factory()
                if default.default_factory is not dataclasses.MISSING
                else default.default
            )
            if getattr(self, name) != value:
                raise ConfigError(f"{name} would be ignored, since {reason}: remove it")

    def _without_effect(self) -> Iterator[tuple[str, str]]:
        """Settings that the others switch off, and why."""
        if self.text_encoder:
            yield "word_vectors", "text_encoder is set"
            yield "text", "text_encoder is set"
        if self.start:
            yield "backbone", "start is set"
            yield "word_vectors", "start is set"
        if not self.model.hide_wording:
            yield "wording_noise", "model.hide_wording is off"
        if self.schedule != "multistep":
            yield "milestones", f"schedule is {self.schedule}"
        if self.rescan_every and self.descriptions:
            yield "rescan_every", "descriptions names all scenes"


def load_config(path: str | Path, changes: Mapping[str, object]) -> TrainConfig:
    """Read a training config.

    Args:
        path: YAML file.
        changes: settings instead of the file's, by dotted name, such as `loss.contrast`. A length
            of the run (`steps`, `epochs`, `minutes`) takes the place of the file's.

    Raises:
        ConfigError: not readable, a setting that does not exist, or values that cannot be.
        CheckpointError: `start` cannot be read.
    """
    values = _with_empty_ones(TrainConfig, read_settings(path))
    start = changes.get("start", values.get("start", ""))
    if start and isinstance(start, str):
        stored = stored_settings(start)
        if "text" in stored and changes.get("text_encoder", values.get("text_encoder")):
            raise ConfigError(
                f"{path}: text_encoder would be ignored, since {start} has a text encoder of its "
                "own: remove it"
            )
        values = {**stored, **values}
    if any(changes.get(name) for name in LENGTHS):
        values = {name: value for name, value in values.items() if name not in LENGTHS}
    for name, value in changes.items():
        set_by_name(values, name, value)
    try:
        return from_dict(TrainConfig, values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _with_empty_ones(config_class: type[Settings], values: dict[str, Any]) -> dict[str, Any]:
    """Settings of a YAML file; a text, list or group with nothing behind its colon is empty.

    A number must be told: from_dict refuses None.
    """
    hints = typing.get_type_hints(config_class)
    filled = dict(values)
    for name, value in values.items():
        hint = hints.get(name)
        if isinstance(hint, type) and issubclass(hint, Settings):
            group: Any = {} if value is None else value
            filled[name] = _with_empty_ones(hint, group) if isinstance(group, dict) else group
        elif value is None and hint is str:
            filled[name] = ""
        elif value is None and typing.get_origin(hint) is tuple:
            filled[name] = ()
    return filled


def stored_settings(checkpoint: str) -> dict[str, Any]:
    """`model` and `text` as a checkpoint of ours tells them; nothing of a released one.

    Raises:
        CheckpointError: it cannot be read.
    """
    from detailbase_core.network.checkpoint import Checkpoint  # torch, for this alone

    metadata = Checkpoint.read(checkpoint).metadata
    return {name: json.loads(metadata[name]) for name in ("model", "text") if name in metadata}


def read_settings(path: str | Path) -> dict[str, Any]:
    """Content of a YAML file, before anyone looks whether there are such settings.

    Raises:
        ConfigError: not readable, or no settings.
    """
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected settings, got {values!r}")
    return values


def set_by_name(values: dict[str, Any], name: str, value: object) -> None:
    """Change one setting by its dotted name; from_dict says so where there is none.

    Raises:
        ConfigError: a name within something that is no group of settings.
    """
    *parents, last = name.split(".")
    for parent in parents:
        values = values.setdefault(parent, {})
        if not isinstance(values, dict):
            raise ConfigError(f"{name}: {parent} has no settings within")
    values[last] = copy.deepcopy(value)
