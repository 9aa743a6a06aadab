"""morton.py and the neighbour tables of kernel_map.py on a CUDA GPU, a kernel each."""

from __future__ import annotations

import importlib
from typing import Any

import torch
from torch import Tensor

from detailbase_core.sparse.triton_launch import launch

BLOCK = 256
NEIGHBOUR_ROWS = 32


def encode(coords: Tensor) -> Tensor:
    """See morton.encode; coords [V, 4] int32."""
    keys = torch.empty(len(coords), dtype=torch.int64, device=coords.device)
    if len(coords):
        args = coords.contiguous(), keys, len(coords)
        launch(_kernels().encode_kernel, _grid(len(coords)), *args, kind="", BLOCK=BLOCK)
    return keys


def decode(keys: Tensor) -> Tensor:
    """See morton.decode."""
    coords = torch.empty((len(keys), 4), dtype=torch.int32, device=keys.device)
    if len(keys):
        args = keys.contiguous(), coords, len(keys)
        launch(_kernels().decode_kernel, _grid(len(keys)), *args, kind="", BLOCK=BLOCK)
    return coords


def neighbour_table(keys: Tensor) -> Tensor:
    """See kernel_map.neighbour_table."""
    rows = len(keys)
    table = torch.empty((rows, 27), dtype=torch.int32, device=keys.device)
    if rows:
        launch(
            _kernels().neighbours_kernel,
            (-(-rows // NEIGHBOUR_ROWS),),
            *(keys.contiguous(), table, rows, rows.bit_length()),
            kind="",
            BLOCK=NEIGHBOUR_ROWS,
        )
    return table


def _grid(count: int) -> tuple[int]:
    return (-(-count // BLOCK),)


def _kernels() -> Any:
    """The kernels' module; imported late, since CPU builds of torch bring no Triton."""
    return importlib.import_module("detailbase_core.sparse.triton_map_kernels")
