"""Released-layout state dicts and tiny checkpoints of our own, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from detailbase_core.config import ModelConfig, TextConfig
from detailbase_core.language.text_encoder import SmallTextEncoder
from detailbase_core.network.checkpoint import save_checkpoint
from detailbase_core.network.detailbase import DetailBase
from tests.helpers.golden import load_golden

if TYPE_CHECKING:
    from pathlib import Path

WORDS = """[UNK] the a an next to of on near left right red blue white black brown chair table sofa
lamp bed desk floor wall door box plant shelf monitor and big small round it is that which in under
between two ##s arm ##chair ##let book ##case , . ?"""
VOCABULARY = WORDS.split()

MODEL = ModelConfig(
    voxel_size_m=0.05,
    min_spatial_shape=16,
    widths=(8, 16),
    block_reps=1,
    text_dim=32,
    query_dim=16,
    heads=2,
    ffn_dim=32,
    decoder_layers=2,
    coordinates="anchored",
)
TEXT = TextConfig(vector_dim=12, dim=32, layers=1, heads=2, ffn_dim=32, max_positions=16)


def released_state() -> dict[str, torch.Tensor]:
    """The golden file's state dict under its released names, float32; a new dict each time."""
    return {
        key.removeprefix("state/"): torch.from_numpy(np.asarray(array)).float()
        if array.dtype.kind == "f"
        else torch.from_numpy(np.asarray(array))
        for key, array in load_golden().arrays.items()
        if key.startswith("state/") and not key.startswith("state/criterion.")
    }


def tiny_model(seed: int = 0) -> DetailBase:
    """A small network with random weights, in eval mode."""
    torch.manual_seed(seed)
    return DetailBase(MODEL).eval()


def tiny_text_encoder(seed: int = 0) -> SmallTextEncoder:
    """A small text encoder with random weights and word vectors, in eval mode."""
    torch.manual_seed(seed)
    vectors = np.random.default_rng(seed).normal(size=(len(VOCABULARY), TEXT.vector_dim))
    return SmallTextEncoder(TEXT, VOCABULARY, vectors.astype(np.float32)).eval()


def save_tiny_checkpoint(path: Path) -> Path:
    """Random weights: the answers mean nothing, but every stage runs."""
    save_checkpoint(path, tiny_model(), tiny_text_encoder(), {"training": "none"})
    return path
