"""GPU kernels for sparse convolutions, in Triton: rows are gathered into registers, so the
[V, K * in] matrix that the torch backend writes and reads again never exists.

Compiling takes longer than a scene. So whatever differs between layers and scenes is a number that
Triton does not specialise on, and widths come in units of CHANNEL_UNIT, which tells it all that it
needs for wide loads.
"""

from __future__ import annotations

import triton
import triton.language as tl

CHANNEL_UNIT = tl.constexpr(8)


@triton.jit
def _rows_to_compute(rows, used, has_used):
    """`rows`, and with has_used at most used[0]."""
    if has_used != 0:
        rows = tl.minimum(rows, tl.load(used))
    return rows


@triton.jit
def _high_part(number):
    """float32 numbers rounded to the 10 bits of tf32."""
    return ((number.to(tl.int32, bitcast=True) + 4096) & -8192).to(tl.float32, bitcast=True)


@triton.jit(
    do_not_specialize=(
        "weight",
        "columns",
        "in_width",
        "out_width",
        "in_units",
        "out_units",
        "out_stride",
        "column_stride",
        "in_stride",
        "mirrored",
    )
)
def lay_out_kernel(
    weight,
    matrices,
    rest,
    columns,
    in_width,
    out_width,
    in_units,
    out_units,
    out_stride,
    column_stride,
    in_stride,
    mirrored,
    SPLIT: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """One block of matrices [K, out, in], in whole units, of a weight [out, K, in] of any strides.

    With `mirrored` the last of K comes first. With SPLIT `matrices` hold what tf32 can, or bfloat16
    where they are of it, and `rest` what is missing.
    """
    index = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    in_whole, out_whole = in_units * CHANNEL_UNIT, out_units * CHANNEL_UNIT
    channel = index % in_whole
    row = (index // in_whole) % out_whole
    k = index // (in_whole * out_whole)
    inside = k < columns
    from_k = tl.where(mirrored != 0, columns - 1 - k, k)
    number = tl.load(
        weight + row * out_stride + from_k * column_stride + channel * in_stride,
        mask=inside & (row < out_width) & (channel < in_width),
        other=0.0,
    ).to(tl.float32)
    if SPLIT:
        if matrices.dtype.element_ty == tl.bfloat16:
            high = number.to(tl.bfloat16).to(tl.float32)
        else:
            high = _high_part(number)
        tl.store(matrices + index, high.to(matrices.dtype.element_ty), mask=inside)
        tl.store(rest + index, (number - high).to(rest.dtype.element_ty), mask=inside)
    else:
        tl.store(matrices + index, number.to(matrices.dtype.element_ty), mask=inside)


@triton.jit(do_not_specialize=("count", "width", "whole"))
def planes_kernel(rows, planes, count, width, whole, BLOCK: tl.constexpr):
    """One block of planes [count, 2, whole] of rows [count, width]: bfloat16, and what lacks."""
    index = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    row = index // whole
    channel = index - row * whole
    inside = row < count
    there = inside & (channel < width)
    number = tl.load(rows + row * width + channel, mask=there, other=0.0)
    high = number.to(tl.bfloat16)
    place = row * 2 * whole + channel
    tl.store(planes + place, high, mask=inside)
    tl.store(planes + place + whole, (number - high.to(tl.float32)).to(tl.bfloat16), mask=inside)


@triton.jit(
    do_not_specialize=(
        "table",
        "slot",
        "used",
        "rows",
        "columns",
        "row_stride",
        "column_stride",
        "has_used",
        "zeros",
        "has_slot",
        "has_added",
        "has_norm",
        "in_units",
        "out_units",
        "in_blocks",
    )
)
def product_kernel(
    source,
    table,
    slot,
    matrices,
    rest,
    out,
    added,
    scale,
    shift,
    used,
    rows,
    columns,
    row_stride,
    column_stride,
    has_used,
    zeros,
    has_slot,
    has_added,
    has_norm,
    in_units,
    out_units,
    in_blocks,
    BLOCK_ROWS: tl.constexpr,
    BLOCK_IN: tl.constexpr,
    BLOCK_OUT: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """One tile of out[i] = sum over k of matrices[k] . source[row of i for k]; [K, out, in].

    The row is table[i * row_stride + k * column_stride], none where it is negative, and with
    has_slot none but for k = slot[i]. With has_added, plus added[i]; then with has_norm,
    max(0, that * scale + shift). With has_used only the first used[0] rows are computed, and with
    zeros the others are set to zero.

    PRECISION is of Triton's products, or "split": three of tf32, about as exact as float32's; then
    matrices and `rest` are those of lay_out_kernel. (Triton's own tf32x3 would split the matrices
    anew in each program, and carry them through registers for it.) Or "planes": three of bfloat16,
    of source [R, 2, in] as from planes_kernel.
    """
    written = rows
    rows = _rows_to_compute(rows, used, has_used)
    written = tl.where(zeros != 0, written, rows)
    if tl.program_id(0) * BLOCK_ROWS >= written:
        return
    in_width, out_width = in_units * CHANNEL_UNIT, out_units * CHANNEL_UNIT
    row = tl.program_id(0) * BLOCK_ROWS + tl.arange(0, BLOCK_ROWS)
    column = tl.program_id(1) * BLOCK_OUT + tl.arange(0, BLOCK_OUT)
    in_range = row < rows
    own = tl.load(slot + row, mask=in_range & (has_slot != 0), other=-1)
    entry = table + row.to(tl.int64) * row_stride
    total = tl.zeros((BLOCK_ROWS, BLOCK_OUT), dtype=tl.float32)
    small = tl.zeros((BLOCK_ROWS, BLOCK_OUT), dtype=tl.float32)
    planes: tl.constexpr = 2 if PRECISION == "planes" else 1
    steps = tl.where(tl.program_id(0) * BLOCK_ROWS < rows, columns * in_blocks, 0)
    for step in range(steps):
        k = step // in_blocks
        channel = (step % in_blocks) * BLOCK_IN + tl.arange(0, BLOCK_IN)
        meets = in_range & ((own < 0) | (own == k))
        index = tl.load(entry + k * column_stride, mask=meets, other=-1)
        spot = index[:, None].to(tl.int64) * (planes * in_width) + channel[None, :]
        is_met = (index >= 0)[:, None] & (channel[None, :] < in_width)
        gathered = tl.load(source + spot, mask=is_met, other=0.0)
        cell = (k * out_width + column[:, None]) * in_width + channel[None, :]
        there = (column[:, None] < out_width) & (channel[None, :] < in_width)
        matrix = tl.trans(tl.load(matrices + cell, mask=there, other=0.0))
        if PRECISION == "split":
            missing = tl.trans(tl.load(rest + cell, mask=there, other=0.0))
            high = _high_part(gathered)
            total = tl.dot(gathered - high, matrix, total, input_precision="tf32")
            total = tl.dot(high, missing, total, input_precision="tf32")
            total = tl.dot(high, matrix, total, input_precision="tf32")
        elif PRECISION == "planes":
            missing = tl.trans(tl.load(rest + cell, mask=there, other=0.0))
            low = tl.load(source + in_width + spot, mask=is_met, other=0.0)
            small = tl.dot(low, matrix, small)
            small = tl.dot(gathered, missing, small)
            total = tl.dot(gathered, matrix, total)
        else:
            total = tl.dot(gathered, matrix, total, input_precision=PRECISION)
    if PRECISION == "planes":
        total += small
    place = row[:, None].to(tl.int64) * out_width + column[None, :]
    inside = (row < written)[:, None] & (column[None, :] < out_width)
    if has_added != 0:
        total += tl.load(added + place, mask=inside, other=0.0).to(tl.float32)
    if has_norm != 0:
        factor = tl.load(scale + column, mask=column < out_width, other=0.0)
        offset = tl.load(shift + column, mask=column < out_width, other=0.0)
        normed = total * factor[None, :] + offset[None, :]
        total = tl.maximum(normed, 0.0, propagate_nan=tl.PropagateNan.ALL)
    tl.store(out + place, total.to(out.dtype.element_ty), mask=inside)


@triton.jit(do_not_specialize=("used", "rows", "has_used", "zeros", "channels"))
def norm_relu_kernel(
    source, scale, shift, out, used, rows, has_used, zeros, channels, BLOCK: tl.constexpr
):
    """One block of max(0, source * scale + shift), numbers in rows of `channels`.

    With has_used only the first used[0] rows are computed, and with zeros the others are set to
    zero.
    """
    count = _rows_to_compute(rows, used, has_used).to(tl.int64) * channels
    written = tl.where(zeros != 0, rows.to(tl.int64) * channels, count)
    begin = tl.program_id(0).to(tl.int64) * BLOCK
    if begin >= written:
        return
    index = begin + tl.arange(0, BLOCK)
    inside = index < count
    # In 32 bits: dividing 64 takes longer than all the rest.
    channel = ((begin % channels).to(tl.int32) + tl.arange(0, BLOCK)) % channels
    number = tl.load(source + index, mask=inside, other=0.0).to(tl.float32)
    factor = tl.load(scale + channel, mask=inside, other=0.0)
    offset = tl.load(shift + channel, mask=inside, other=0.0)
    normed = tl.maximum(number * factor + offset, 0.0, propagate_nan=tl.PropagateNan.ALL)
    normed = tl.where(inside, normed, 0.0)
    tl.store(out + index, normed.to(out.dtype.element_ty), mask=index < written)


@triton.jit(
    do_not_specialize=(
        "table",
        "used",
        "rows",
        "has_used",
        "columns",
        "in_units",
        "out_units",
        "in_tiles",
    )
)
def outer_kernel(
    left,
    source,
    table,
    partial,
    used,
    rows,
    has_used,
    columns,
    in_units,
    out_units,
    in_tiles,
    BLOCK_ROWS: tl.constexpr,
    BLOCK_IN: tl.constexpr,
    BLOCK_OUT: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """One tile of one part's sum over i of left[i] (x) source[table[i, k]].

    `partial` is [P, out, K, in]. Parts are summed afterwards in a fixed order, so the result is
    the same at every run. With has_used only the first used[0] rows count.

    PRECISION is of Triton's products, or "planes": three of bfloat16, of left [V, 2, out] and
    source [R, 2, in] as from planes_kernel.
    """
    in_width, out_width = in_units * CHANNEL_UNIT, out_units * CHANNEL_UNIT
    rows = _rows_to_compute(rows, used, has_used)
    rows_per_part = tl.cdiv(rows, tl.num_programs(0))
    part = tl.program_id(0)
    k = tl.program_id(1)
    channel = (tl.program_id(2) % in_tiles) * BLOCK_IN + tl.arange(0, BLOCK_IN)
    column = (tl.program_id(2) // in_tiles) * BLOCK_OUT + tl.arange(0, BLOCK_OUT)
    total = tl.zeros((BLOCK_OUT, BLOCK_IN), dtype=tl.float32)
    planes: tl.constexpr = 2 if PRECISION == "planes" else 1
    start = part * rows_per_part
    end = tl.minimum(start + rows_per_part, rows)
    for begin in range(start, end, BLOCK_ROWS):
        row = begin + tl.arange(0, BLOCK_ROWS)
        in_range = row < end
        index = tl.load(table + row.to(tl.int64) * columns + k, mask=in_range, other=-1)
        spot = index[:, None].to(tl.int64) * (planes * in_width) + channel[None, :]
        is_met = (index >= 0)[:, None] & (channel[None, :] < in_width)
        gathered = tl.load(source + spot, mask=is_met, other=0.0)
        own = row[:, None].to(tl.int64) * (planes * out_width) + column[None, :]
        counts = (index >= 0)[:, None] & (column[None, :] < out_width)
        across = tl.load(left + own, mask=counts, other=0.0)
        if PRECISION == "planes":
            low = tl.load(source + in_width + spot, mask=is_met, other=0.0)
            low_across = tl.load(left + out_width + own, mask=counts, other=0.0)
            total = tl.dot(tl.trans(low_across), gathered, total)
            total = tl.dot(tl.trans(across), low, total)
            total = tl.dot(tl.trans(across), gathered, total)
        else:
            total = tl.dot(tl.trans(across), gathered, total, input_precision=PRECISION)
    place = ((part * out_width + column[:, None]) * columns + k).to(tl.int64) * in_width
    tl.store(
        partial + place + channel[None, :],
        total,
        mask=(column[:, None] < out_width) & (channel[None, :] < in_width),
    )
