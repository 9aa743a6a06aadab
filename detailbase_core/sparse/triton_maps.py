"""morton.py and the neighbour tables of kernel_map.py on a CUDA GPU, a kernel each."""

from __future__ import annotations

import importlib
from typing import Any

import torch
from torch import Tensor

BLOCK = 256


def encode(coords: Tensor) -> Tensor:
    """See morton.encode; coords [V, 4] int32."""
    keys = torch.empty(len(coords), dtype=torch.int64, device=coords.device)
    if len(coords):
        _kernels().encode_kernel[_grid(len(coords))](
            coords.contiguous(), keys, len(coords), BLOCK=BLOCK
        )
    return keys


def decode(keys: Tensor) -> Tensor:
    """See morton.decode."""
    coords = torch.empty((len(keys), 4), dtype=torch.int32, device=keys.device)
    if len(keys):
        _kernels().decode_kernel[_grid(len(keys))](
            keys.contiguous(), coords, len(keys), BLOCK=BLOCK
        )
    return coords


def neighbour_table(keys: Tensor) -> Tensor:
    """See kernel_map.neighbour_table."""
    rows = len(keys)
    table = torch.empty((rows, 27), dtype=torch.int32, device=keys.device)
    if rows:
        _kernels().neighbours_kernel[_grid(rows * 27)](
            keys.contiguous(), table, rows, rows.bit_length(), BLOCK=BLOCK
        )
    return table


def _grid(count: int) -> tuple[int]:
    return (-(-count // BLOCK),)


def _kernels() -> Any:
    """The kernels' module; imported late, since CPU builds of torch bring no Triton."""
    return importlib.import_module("detailbase_core.sparse.triton_map_kernels")
