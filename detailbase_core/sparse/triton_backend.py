"""The triton backend: the same three products as torch_backend, fused, on a CUDA GPU.

Triton comes with torch's CUDA builds, so there is nothing to install.
"""

from __future__ import annotations

import functools
import importlib
from typing import Any

import torch
from torch import Tensor

BLOCK_ROWS = 64
NORM_BLOCK = 1024
PARTS = 64  # row ranges of a weight gradient that are summed in parallel


@functools.cache
def find_problem() -> str:
    """Why the kernels cannot be used here; "" if they can."""
    try:
        _kernels()
    except ImportError as error:
        return f"not installed: {error}"
    return ""


def takes(tensor: Tensor) -> bool:
    """Whether the kernels can run on it: on a CUDA GPU, not in float64."""
    return tensor.is_cuda and tensor.dtype != torch.float64 and not find_problem()


def gather_product(source: Tensor, table: Tensor, weight: Tensor) -> Tensor:
    """See torch_backend.gather_product."""
    return gather_product_of(source, table, laid_out(weight))


def expand_product(source: Tensor, parent: Tensor, slot: Tensor, weight: Tensor) -> Tensor:
    """See torch_backend.expand_product."""
    return expand_product_of(source, parent, slot, laid_out(weight))


def laid_out(weight: Tensor) -> Tensor:
    """A weight [out, K, in] as the kernels read it, [K, in, out]."""
    return weight.permute(1, 2, 0).contiguous()


def gather_product_of(
    source: Tensor,
    table: Tensor,
    weight: Tensor,
    added: Tensor | None = None,
    norm: tuple[Tensor, Tensor] | None = None,
) -> Tensor:
    """gather_product with a weight that is laid out, plus `added`; then normed.

    Args:
        source, table: as there.
        weight: of laid_out().
        added: [V, out].
        norm: scale and shift, [out] float32 each: max(0, sum * scale + shift).
    """
    rows, (columns, in_width, out_width) = len(table), weight.shape
    out = source.new_empty((rows, out_width))
    if rows == 0:
        return out
    scale, shift = norm or (out, out)  # anything with an address, where it is not read
    block_out = _block(out_width)
    _kernels().gather_product_kernel[(_tiles(rows, BLOCK_ROWS), _tiles(out_width, block_out))](
        source.contiguous(),
        table.contiguous(),
        weight,
        out,
        out if added is None else added.contiguous(),
        scale,
        shift,
        rows,
        int(added is not None),
        int(norm is not None),
        in_width,
        out_width,
        COLUMNS=columns,
        BLOCK_ROWS=BLOCK_ROWS,
        IN_BLOCKS=_tiles(in_width, _block(in_width)),
        BLOCK_IN=_block(in_width),
        BLOCK_OUT=block_out,
        PRECISION=_precision(),
    )
    return out


def expand_product_of(source: Tensor, parent: Tensor, slot: Tensor, weight: Tensor) -> Tensor:
    """expand_product with a weight of laid_out()."""
    rows, (columns, in_width, out_width) = len(parent), weight.shape
    out = source.new_empty((rows, out_width))
    if rows == 0:
        return out
    block_out = _block(out_width)
    _kernels().expand_product_kernel[(_tiles(rows, BLOCK_ROWS), _tiles(out_width, block_out))](
        source.contiguous(),
        parent.contiguous(),
        slot.contiguous(),
        weight,
        out,
        rows,
        in_width,
        out_width,
        COLUMNS=columns,
        BLOCK_ROWS=BLOCK_ROWS,
        IN_BLOCKS=_tiles(in_width, _block(in_width)),
        BLOCK_IN=_block(in_width),
        BLOCK_OUT=block_out,
        PRECISION=_precision(),
    )
    return out


def norm_relu(rows: Tensor, scale: Tensor, shift: Tensor, dtype: torch.dtype) -> Tensor:
    """max(0, rows * scale + shift), without gradients.

    Args:
        rows: [V, C] floating point.
        scale, shift: [C] float32.
        dtype: of the result.
    """
    out = torch.empty(rows.shape, dtype=dtype, device=rows.device)
    if rows.numel():
        _kernels().norm_relu_kernel[(_tiles(rows.numel(), NORM_BLOCK),)](
            rows.contiguous(), scale, shift, out, rows.numel(), rows.shape[1], BLOCK=NORM_BLOCK
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
