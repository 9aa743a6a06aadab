"""The triton backend: the same three products as torch_backend, fused, on a CUDA GPU.

Triton comes with torch's CUDA builds, so there is nothing to install.
"""

from __future__ import annotations

import functools
import importlib
from typing import Any

import torch
from torch import Tensor

from detailbase_core.sparse.torch_backend import expand_product

__all__ = ["expand_product", "find_problem", "gather_outer", "gather_product"]

BLOCK_ROWS = 64
PARTS = 64  # row ranges of a weight gradient that are summed in parallel


@functools.cache
def find_problem() -> str:
    """Why the kernels cannot be used here; "" if they can."""
    try:
        _kernels()
    except ImportError as error:
        return f"not installed: {error}"
    return ""


def gather_product(source: Tensor, table: Tensor, weight: Tensor) -> Tensor:
    """See torch_backend.gather_product."""
    rows, (out_width, columns, in_width) = len(table), weight.shape
    out = source.new_empty((rows, out_width))
    if rows == 0:
        return out
    block_out = _block(out_width)
    _kernels().gather_product_kernel[(_tiles(rows, BLOCK_ROWS), _tiles(out_width, block_out))](
        source.contiguous(),
        table.contiguous(),
        weight.permute(1, 2, 0).contiguous(),
        out,
        rows,
        IN=in_width,
        OUT=out_width,
        COLUMNS=columns,
        BLOCK_ROWS=BLOCK_ROWS,
        BLOCK_IN=_block(in_width),
        BLOCK_OUT=block_out,
        PRECISION=_precision(),
    )
    return out


def gather_outer(left: Tensor, source: Tensor, table: Tensor) -> Tensor:
    """See torch_backend.gather_outer."""
    rows, columns = table.shape
    out_width, in_width = left.shape[1], source.shape[1]
    parts = max(1, min(PARTS, _tiles(rows, BLOCK_ROWS)))
    partial = torch.empty(
        (parts, columns, out_width, in_width), dtype=torch.float32, device=source.device
    )
    block_in, block_out = _block(in_width), _block(out_width)
    tiles = _tiles(in_width, block_in) * _tiles(out_width, block_out)
    _kernels().gather_outer_kernel[(parts, columns, tiles)](
        left.contiguous(),
        source.contiguous(),
        table.contiguous(),
        partial,
        rows,
        _tiles(rows, parts),
        IN=in_width,
        OUT=out_width,
        COLUMNS=columns,
        BLOCK_ROWS=BLOCK_ROWS,
        BLOCK_IN=block_in,
        BLOCK_OUT=block_out,
        PRECISION=_precision(),
    )
    return partial.sum(dim=0).permute(1, 0, 2).to(source.dtype)


def _kernels() -> Any:
    """The kernels' module; imported late, since CPU builds of torch bring no Triton."""
    return importlib.import_module("detailbase_core.sparse.triton_kernels")


def _precision() -> str:
    """float32 products follow torch's own setting."""
    return "ieee" if torch.get_float32_matmul_precision() == "highest" else "tf32"


def _block(width: int) -> int:
    """A power of two that Triton's dot accepts: 16, 32 or 64."""
    return min(64, max(16, 1 << (width - 1).bit_length()))


def _tiles(length: int, block: int) -> int:
    return -(-length // block)
