"""Checkpoints that hold everything: a network and a text encoder of this library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.errors import CheckpointError
from detailbase_core.network.checkpoint import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path


def read_whole(path: Path) -> Checkpoint:
    """Read a checkpoint of our own.

    Raises:
        CheckpointError: it cannot be read, or is not of this library.
    """
    checkpoint = Checkpoint.read(path)
    if "text" not in checkpoint.metadata:
        raise CheckpointError(f"{path}: carries no network and text encoder of this library")
    return checkpoint
