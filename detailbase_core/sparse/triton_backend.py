"""The triton backend: the same three products as torch_backend, fused, on a CUDA GPU.

Triton comes with torch's CUDA builds, so there is nothing to install.
"""

from __future__ import annotations

import functools
import importlib
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from detailbase_core.sparse.triton_launch import launch, tiles

CHANNEL_UNIT = 8  # as in triton_kernels
BLOCK_ROWS = 64
NORM_BLOCK = LAY_OUT_BLOCK = 1024
# A weight gradient is summed in so many programs, of up to PARTS ranges of rows.
PROGRAMS = 2048
PARTS = 64


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


def prepared(rows: Tensor) -> Tensor:
    """See TableProducts; float32 may come as planes [V, 2, C].

    Those are two bfloat16 numbers whose sum is a number but for 1 in 100,000. Of the four products
    of two numbers three count, and they take less time than three of tf32, for which kernels would
    have to part each number wherever they gather it.
    """
    if rows.dtype != torch.float32 or _precision(rows.dtype, rows.device) != "split":
        return rows
    count, width = rows.shape
    planes = torch.empty((count, 2, _whole(width)), dtype=torch.bfloat16, device=rows.device)
    if count:
        launch(
            _kernels().planes_kernel,
            (tiles(count * planes.shape[2], LAY_OUT_BLOCK),),
            *(_aligned(rows), planes, count, width, planes.shape[2]),
            kind="",
            BLOCK=LAY_OUT_BLOCK,
        )
    return planes


def gather_product(
    source: Tensor,
    table: Tensor,
    weight: Tensor,
    mirrored: bool = False,
    used: Tensor | None = None,
) -> Tensor:
    """See torch_backend.gather_product; rows that are not used are zeros."""
    ready = laid_out(weight, source.dtype, mirrored, source.ndim == 3)
    strides = table.shape[1], 1
    return _product(source, table, None, strides, ready, None, None, used, used is not None)


def expand_product(
    source: Tensor, parent: Tensor, slot: Tensor, weight: Tensor, used: Tensor | None = None
) -> Tensor:
    """See torch_backend.expand_product; rows that are not used are zeros."""
    ready = laid_out(weight, source.dtype, False, source.ndim == 3)
    return _product(source, parent, slot, (1, 0), ready, None, None, used, used is not None)


class LaidOut(NamedTuple):
    """A weight [out, K, in] as the kernels read it.

    Attributes:
        matrices: [K, out, in], both widths rounded up with zeros to whole units.
        rest: the same of what they leave to float32, where products are split.
        width: out.
        precision: see product_kernel.
    """

    matrices: Tensor
    rest: Tensor
    width: int
    precision: str


def laid_out(
    weight: Tensor, dtype: torch.dtype, mirrored: bool = False, planes: bool = False
) -> LaidOut:
    """A weight [out, K, in], rounded to `dtype`; its offsets in reverse order where mirrored.

    With `planes` what is rounded off is laid out, too.
    """
    out_width, columns, in_width = weight.shape
    shape = columns, _whole(out_width), _whole(in_width)
    matrices = torch.empty(shape, dtype=dtype, device=weight.device)
    precision = "planes" if planes else _precision(dtype, weight.device)
    split = precision in ("planes", "split")
    rest = torch.empty_like(matrices) if split else matrices
    launch(
        _kernels().lay_out_kernel,
        (tiles(matrices.numel(), LAY_OUT_BLOCK),),
        weight,
        matrices,
        rest,
        columns,
        in_width,
        out_width,
        shape[2] // CHANNEL_UNIT,
        shape[1] // CHANNEL_UNIT,
        *weight.stride(),
        int(mirrored),
        kind=(weight.dtype, dtype),
        SPLIT=split,
        BLOCK=LAY_OUT_BLOCK,
    )
    return LaidOut(matrices, rest, out_width, precision)


def gather_product_of(
    source: Tensor,
    table: Tensor,
    weight: LaidOut,
    added: Tensor | None = None,
    norm: tuple[Tensor, Tensor] | None = None,
    used: Tensor | None = None,
) -> Tensor:
    """gather_product, plus `added`; then normed.

    Args:
        source, table, weight: as there.
        added: [V, out].
        norm: scale and shift, [out] float32 each: max(0, sum * scale + shift).
        used: see KernelMap.used; other rows stay unwritten.
    """
    return _product(source, table, None, (table.shape[1], 1), weight, added, norm, used)


def expand_product_of(
    source: Tensor, parent: Tensor, slot: Tensor, weight: LaidOut, used: Tensor | None = None
) -> Tensor:
    """expand_product with a weight that is laid out, of the `used` rows."""
    return _product(source, parent, slot, (1, 0), weight, None, None, used)


def _product(
    source: Tensor,
    table: Tensor,
    slot: Tensor | None,
    strides: tuple[int, int],
    weight: LaidOut,
    added: Tensor | None,
    norm: tuple[Tensor, Tensor] | None,
    used: Tensor | None,
    zeros: bool = False,
) -> Tensor:
    """See product_kernel; `strides` are those of the table's rows and columns.

    With `zeros` the rows that are not used hold them.
    """
    rows, (columns, out_width, in_width) = table.shape[0], weight.matrices.shape
    dtype = torch.float32 if weight.precision == "planes" else source.dtype
    out = torch.empty((rows, out_width), dtype=dtype, device=source.device)
    if rows:
        block_in, block_out = _block(in_width), _block(out_width)
        nothing = _nothing(source.device)
        table = table.contiguous()
        launch(
            _kernels().product_kernel,
            (tiles(rows, BLOCK_ROWS), tiles(out_width, block_out)),
            _whole_units(source),
            table,
            table if slot is None else slot.contiguous(),
            weight.matrices,
            weight.rest,
            out,
            out if added is None else _whole_units(added),
            nothing if norm is None else _whole_units(norm[0]),
            nothing if norm is None else _whole_units(norm[1]),
            _no_count(source.device) if used is None else used,
            rows,
            columns,
            *strides,
            int(used is not None),
            int(zeros),
            int(slot is not None),
            int(added is not None),
            int(norm is not None),
            in_width // CHANNEL_UNIT,
            out_width // CHANNEL_UNIT,
            tiles(in_width, block_in),
            kind=dtype,
            BLOCK_ROWS=BLOCK_ROWS,
            BLOCK_IN=block_in,
            BLOCK_OUT=block_out,
            PRECISION=weight.precision,
        )
    return out if out_width == weight.width else out[:, : weight.width].contiguous()


def norm_relu(
    rows: Tensor,
    scale: Tensor,
    shift: Tensor,
    dtype: torch.dtype,
    used: Tensor | None = None,
    zeros: bool = False,
) -> Tensor:
    """max(0, rows * scale + shift), without gradients.

    Args:
        rows: [V, C] floating point.
        scale, shift: [C] float32.
        dtype: of the result.
        used: see KernelMap.used; other rows stay unwritten.
        zeros: or, with this, they are zeros.
    """
    out = torch.empty(rows.shape, dtype=dtype, device=rows.device)
    if rows.numel():
        grid, kind = (tiles(rows.numel(), NORM_BLOCK),), (rows.dtype, dtype)
        launch(
            _kernels().norm_relu_kernel,
            grid,
            *(_aligned(rows), _aligned(scale), _aligned(shift), out),
            _no_count(rows.device) if used is None else used,
            len(rows),
            int(used is not None),
            int(zeros),
            rows.shape[1],
            kind=kind,
            BLOCK=NORM_BLOCK,
        )
    return out


def gather_outer(left: Tensor, source: Tensor, table: Tensor, used: Tensor | None = None) -> Tensor:
    """See torch_backend.gather_outer; float32."""
    rows, columns = table.shape
    widths = left.shape[-1], source.shape[-1]
    left, source = _whole_units(left), _whole_units(source)
    out_width, in_width = left.shape[-1], source.shape[-1]
    block_in, block_out = _block(in_width), _block(out_width)
    in_tiles, out_tiles = tiles(in_width, block_in), tiles(out_width, block_out)
    most = max(1, PROGRAMS // (columns * in_tiles * out_tiles))
    parts = max(1, min(PARTS, most, tiles(rows, BLOCK_ROWS)))
    partial = torch.empty(
        (parts, out_width, columns, in_width), dtype=torch.float32, device=source.device
    )
    precision = _precision(source.dtype, source.device).replace("split", "tf32x3")
    precision = "planes" if source.ndim == 3 else precision
    launch(
        _kernels().outer_kernel,
        (parts, columns, in_tiles * out_tiles),
        left,
        source,
        table.contiguous(),
        partial,
        _no_count(source.device) if used is None else used,
        rows,
        int(used is not None),
        columns,
        in_width // CHANNEL_UNIT,
        out_width // CHANNEL_UNIT,
        in_tiles,
        kind=source.dtype,
        BLOCK_ROWS=BLOCK_ROWS,
        BLOCK_IN=block_in,
        BLOCK_OUT=block_out,
        PRECISION=precision,
    )
    return partial.sum(dim=0)[: widths[0], :, : widths[1]]


@functools.cache
def _kernels() -> Any:
    """The kernels' module; imported late, since CPU builds of torch bring no Triton."""
    return importlib.import_module("detailbase_core.sparse.triton_kernels")


def _precision(dtype: torch.dtype, device: torch.device) -> str:
    """Of product_kernel. float32 is one tf32 where torch is set to it, else three."""
    if dtype != torch.float32:
        return "ieee"
    if torch.get_float32_matmul_precision() != "highest":
        return "tf32"
    return "split" if _has_tf32(device) else "ieee"


@functools.cache
def _has_tf32(device: torch.device) -> bool:
    """Whether products of three tf32 numbers, as exact as float32, are faster than float32's."""
    if device.type != "cuda" or torch.version.hip is not None:
        return False
    return torch.cuda.get_device_capability(device) >= (8, 0)


@functools.cache
def _nothing(device: torch.device) -> Tensor:
    """A float32 with an address, for what a kernel does not read."""
    return torch.zeros(CHANNEL_UNIT, device=device)


def _whole(width: int) -> int:
    """Rounded up to a multiple of CHANNEL_UNIT."""
    return -(-width // CHANNEL_UNIT) * CHANNEL_UNIT


@functools.cache
def _no_count(device: torch.device) -> Tensor:
    """An int32 with an address, for what a kernel does not read."""
    return torch.zeros(1, dtype=torch.int32, device=device)


def _whole_units(tensor: Tensor) -> Tensor:
    """Aligned, with zeros at the end of the last dimension, up to whole units."""
    missing = -tensor.shape[-1] % CHANNEL_UNIT
    return functional.pad(tensor, (0, missing)) if missing else _aligned(tensor)


def _aligned(tensor: Tensor) -> Tensor:
    """Contiguous, from a multiple of 16 bytes on, as kernels read tensors of numbers."""
    return tensor.clone(memory_format=torch.contiguous_format) if _is_loose(tensor) else tensor


def _is_loose(tensor: Tensor) -> bool:
    return not tensor.is_contiguous() or tensor.data_ptr() % 16 != 0


def _block(width: int) -> int:
    """Channels at once: 32 or 64."""
    return 32 if width <= 32 else 64
