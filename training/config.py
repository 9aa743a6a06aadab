"""Everything that a training run is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from detailbase_core.config import ModelConfig, Settings, TextConfig, setting


@dataclass(frozen=True)
class AugmentationConfig(Settings):
    """Random changes to a scene, drawn anew at each step, on the training device."""

    rotate: bool = setting(True, "Turn about the vertical by any angle.")
    scale: float = setting(0.05, "Scale by 1 +- this.", low=0.0, high=0.5)
    jitter_m: float = setting(0.003, "Noise on coordinates, standard deviation, metres.", low=0.0)
    height_m: float = setting(
        0.03, "Error of the floor's height, standard deviation, metres.", low=0.0
    )
    color_shift: float = setting(
        0.05,
        "Shift of each colour channel per scene, standard deviation; colours span [-1, 1].",
        low=0.0,
    )
    color_gain: float = setting(0.1, "Contrast per scene by 1 +- this.", low=0.0, high=0.9)
    drop_points: float = setting(0.2, "Drop up to this part of the points.", low=0.0, high=0.9)


@dataclass(frozen=True)
class LossWeights(Settings):
    """Weights of the loss's parts; the defaults are the published ones."""

    bce: float = setting(1.0, "Binary cross-entropy of masks.", low=0.0)
    dice: float = setting(1.0, "Dice of masks.", low=0.0)
    score: float = setting(0.5, "Squared error of the predicted IoU.", low=0.0)
    presence: float = setting(0.0, "Cross-entropy of presence; needs the presence head.", low=0.0)
    naming: float = setting(
        0.0,
        "Cross-entropy of each superpoint's category and colour, by heads that only training has; "
        "needs scenes whose files name their objects.",
        low=0.0,
    )


@dataclass(frozen=True)
class TrainConfig(Settings):
    """One training run."""

    data: str = setting("data/rooms", "Folder of rooms.")
    word_vectors: str = setting(
        "data/word_vectors.npz", "Word vectors (training.make_word_vectors)."
    )
    out: str = setting("runs/rooms", "Folder for checkpoints and logs.")
    seed: int = setting(1999, "Seed of everything random.", low=0)
    device: str = setting("auto", "torch device.")
    steps: int = setting(10_000, "Optimiser steps.", low=1)
    scenes_per_step: int = setting(4, "Rooms per step.", low=1)
    sentences_per_scene: int = setting(12, "Sentences per room and step.", low=1)
    learning_rate: float = setting(1e-3, "Peak learning rate of AdamW.", low=0.0)
    backbone_rate: float = setting(
        1.0,
        "Factor on the U-Net's learning rate (published: 0.01, from SPFormer's weights).",
        low=0.0,
    )
    weight_decay: float = setting(0.02, "AdamW's weight decay.", low=0.0)
    warmup_steps: int = setting(300, "Linear warm-up.", low=0)
    clip_norm: float = setting(1.0, "Largest gradient norm; larger ones are scaled down.", low=0.0)
    ema_decay: float = setting(
        0.999, "Decay of the averaged weights that are kept.", low=0.0, high=1.0
    )
    autocast: str = setting("none", "Reduced precision.", choices=("none", "bfloat16", "float16"))
    threads: int = setting(0, "CPU threads; 0 = torch's own choice.", low=0)
    save_every: int = setting(1000, "Steps between resumable states.", low=1)
    model: ModelConfig = field(default_factory=ModelConfig)
    text: TextConfig = field(default_factory=TextConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)
    loss: LossWeights = field(default_factory=LossWeights)
