"""Tensors by name out of weight files: safetensors and torch's own. No pickle code is ever run."""

from __future__ import annotations

import pickle
import struct
import warnings
import zipfile
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from detailbase_core.errors import CheckpointError

if TYPE_CHECKING:
    from pathlib import Path

WRAPPERS = ("state_dict", "model", "net")
# What torch.load raises for broken files, seen by cutting and changing them.
BROKEN = (
    RuntimeError,
    EOFError,
    OSError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    MemoryError,
    struct.error,
)


def read_weight_file(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a .safetensors or .pth file, and the former's metadata.

    Contents decide, not the suffix. Of a .pth file the dict within `state_dict`, `model` or
    `net` counts, where there is one; `module.` before names goes, and what is no tensor too.

    Raises:
        CheckpointError: missing, truncated, or holding more than tensors and plain values.
    """
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "there is no such file"
        raise CheckpointError(f"{path}: {what}; name a .safetensors or .pth file of weights")
    if _looks_like_safetensors(path):
        return _read_safetensors(path)
    return _read_torch(path), {}


def _looks_like_safetensors(path: Path) -> bool:
    """A safetensors file begins with the length of a JSON header and the header's brace."""
    try:
        with path.open("rb") as file:
            start = file.read(9)
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read: {error}") from error
    return len(start) == 9 and start[8:9] == b"{" and struct.unpack("<Q", start[:8])[0] < 1 << 30


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            return {k: file.get_tensor(k) for k in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path}: broken or truncated safetensors file: {error}") from error


def _read_torch(path: Path) -> dict[str, Tensor]:
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # the error tells what is broken
            content = torch.load(file, map_location="cpu", weights_only=True)
    except BROKEN as error:
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise CheckpointError(
            f"{path}: not a weights file that can be read safely (truncated, not made by torch, or "
            f"holding objects other than tensors): {first_line}"
        ) from error
    content = _unwrapped(content)
    if not isinstance(content, dict):
        raise CheckpointError(f"{path}: expected a dict of tensors, found {type(content).__name__}")
    tensors = {str(name): value for name, value in content.items() if isinstance(value, Tensor)}
    for name, tensor in tensors.items():
        if tensor.untyped_storage().nbytes() < tensor.numel() * tensor.element_size():
            raise CheckpointError(f"{path}: {name} is larger than what is stored of it")
    return {_without_module(name): tensor for name, tensor in tensors.items()}


def _unwrapped(content: object) -> object:
    """The state dict within the dicts that training scripts put around it."""
    while isinstance(content, dict):
        inner = next((content[w] for w in WRAPPERS if isinstance(content.get(w), dict)), None)
        if inner is None:
            break
        content = inner
    return content


def _without_module(name: str) -> str:
    """DistributedDataParallel puts `module.` before every name."""
    return name.removeprefix("module.")
