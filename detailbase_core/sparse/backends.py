"""The choice between the backends of sparse convolutions."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import torch

from detailbase_core.errors import ConfigError
from detailbase_core.ops import native
from detailbase_core.sparse import native_backend, torch_backend, triton_backend
from detailbase_core.sparse.bf16_backend import Bf16Backend
from detailbase_core.sparse.spconv_backend import SpconvBackend, find_spconv
from detailbase_core.sparse.table_conv import TableBackend
from detailbase_core.sparse.triton_inference import TritonBackend

if TYPE_CHECKING:
    from torch import Tensor

    from detailbase_core.sparse.backend import Backend


TORCH = TableBackend("torch", torch_backend)
NATIVE = TableBackend("native", native_backend, native_backend.fused_submanifold)
BF16 = Bf16Backend()
TRITON = TritonBackend()
NAMES = ("auto", "native", "torch", "triton", "spconv")


def select_backend(name: str, features: Tensor) -> Backend:
    """The backend for these features.

    Args:
        name: auto, native, torch, triton or spconv. auto takes native for float32 on the CPU; on
            a GPU triton (it comes with torch's CUDA builds), else spconv where one is installed;
            and torch otherwise.
        features: [V, C]; their device and dtype (or autocast's) decide what can run.

    Raises:
        ConfigError: the backend is unknown, not installed, or not for such features.
    """
    if name not in NAMES:
        raise ConfigError(f"backend: {name!r} is not one of {', '.join(NAMES)}")
    problem = ""
    if name in ("auto", "native"):
        problem = _native_problem(features)
        if not problem:
            return NATIVE
    if name == "triton" or (name == "auto" and features.device.type == "cuda"):
        problem = _triton_problem(features)
        if not problem:
            return TRITON
    if name == "spconv" or (name == "auto" and features.device.type == "cuda"):
        spconv, problem = _spconv_for(features)
        if spconv is not None:
            return spconv
    if name in ("auto", "torch"):
        return TORCH
    raise ConfigError(f"backend {name!r} cannot be used: {problem}; use auto or torch")


def available_backends() -> dict[str, str]:
    """For each backend "ok", with what it runs on, or why it cannot be used on this machine."""
    built = native.PROBLEM or f"ok ({native_backend.instruction_set()})"
    spconv, problem = _load_spconv()
    if spconv is not None:
        problem = "ok" if torch.cuda.is_available() else "installed, but there is no CUDA GPU"
    triton = triton_backend.find_problem()
    if not triton:
        triton = "ok" if torch.cuda.is_available() else "installed, but there is no CUDA GPU"
    return {"native": built, "torch": "ok", "triton": triton, "spconv": problem}


def _native_problem(features: Tensor) -> str:
    """Why the native backend cannot take these features; "" if it can."""
    device, dtype = features.device.type, features.dtype
    if device == "cpu" and torch.is_autocast_enabled(device):
        dtype = torch.get_autocast_dtype(device)
    if device != "cpu" or dtype != torch.float32:
        return f"it computes float32 on the CPU, and this is {dtype} on {device}"
    return native.PROBLEM


def _triton_problem(features: Tensor) -> str:
    """Why the triton backend cannot take these features; "" if it can."""
    if features.device.type != "cuda":
        return f"it computes on a CUDA GPU, and this is on {features.device.type}"
    if features.dtype == torch.float64:
        return "it has no float64"
    return triton_backend.find_problem()


def _spconv_for(features: Tensor) -> tuple[SpconvBackend | None, str]:
    """The spconv backend, or None and why it cannot take these features."""
    spconv, problem = _load_spconv()
    if spconv is not None and features.device.type != "cuda":
        return None, f"it computes on a CUDA GPU, and this is on {features.device.type}"
    if features.dtype == torch.float64:
        return None, "it has no float64"
    return spconv, problem


@functools.cache
def _load_spconv() -> tuple[SpconvBackend | None, str]:
    functional, problem = find_spconv()
    return (None if functional is None else SpconvBackend(functional)), problem
