"""GPU kernels for sparse convolutions, in Triton: rows are gathered into registers, so the
[V, K * in] matrix that the torch backend writes and reads again never exists.

Numbers of rows differ from scene to scene: Triton must not specialise on them, or it compiles each
kernel anew for those that 16 divides, and for those that it does not.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _add_product(
    total,
    index,
    k,
    column,
    source,
    weight,
    IN,
    OUT,
    IN_BLOCKS: tl.constexpr,
    BLOCK_IN: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """A tile's sums, plus weight[k] . source[index]; where the index is -1 they stay."""
    present = index >= 0
    for block in tl.static_range(IN_BLOCKS):
        channel = block * BLOCK_IN + tl.arange(0, BLOCK_IN)
        gathered = tl.load(
            source + index[:, None].to(tl.int64) * IN + channel[None, :],
            mask=present[:, None] & (channel[None, :] < IN),
            other=0.0,
        )
        matrix = tl.load(
            weight + (k * IN + channel[:, None]) * OUT + column[None, :],
            mask=(channel[:, None] < IN) & (column[None, :] < OUT),
            other=0.0,
        )
        total += tl.dot(gathered, matrix, input_precision=PRECISION)
    return total


@triton.jit(do_not_specialize=("rows", "has_added", "has_norm"))
def gather_product_kernel(
    source,
    table,
    weight,
    out,
    added,
    scale,
    shift,
    rows,
    has_added,
    has_norm,
    IN,
    OUT,
    COLUMNS: tl.constexpr,
    BLOCK_ROWS: tl.constexpr,
    IN_BLOCKS: tl.constexpr,
    BLOCK_IN: tl.constexpr,
    BLOCK_OUT: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """One tile of out[i] = sum over k of weight[k] . source[table[i, k]]; weight [K, in, out].

    With has_added, plus added[i]; then with has_norm, max(0, that * scale + shift).
    """
    row = tl.program_id(0) * BLOCK_ROWS + tl.arange(0, BLOCK_ROWS)
    column = tl.program_id(1) * BLOCK_OUT + tl.arange(0, BLOCK_OUT)
    in_range = row < rows
    total = tl.zeros((BLOCK_ROWS, BLOCK_OUT), dtype=tl.float32)
    for k in range(COLUMNS):
        index = tl.load(table + row.to(tl.int64) * COLUMNS + k, mask=in_range, other=-1)
        if tl.max(index, axis=0) >= 0:
            total = _add_product(
                total, index, k, column, source, weight, IN, OUT, IN_BLOCKS, BLOCK_IN, PRECISION
            )
    place = row[:, None].to(tl.int64) * OUT + column[None, :]
    inside = in_range[:, None] & (column[None, :] < OUT)
    if has_added != 0:
        total += tl.load(added + place, mask=inside, other=0.0).to(tl.float32)
    if has_norm != 0:
        factor = tl.load(scale + column, mask=column < OUT, other=0.0)
        offset = tl.load(shift + column, mask=column < OUT, other=0.0)
        normed = total * factor[None, :] + offset[None, :]
        total = tl.maximum(normed, 0.0, propagate_nan=tl.PropagateNan.ALL)
    tl.store(out + place, total.to(out.dtype.element_ty), mask=inside)


@triton.jit(do_not_specialize=("rows",))
def expand_product_kernel(
    source,
    parent,
    slot,
    weight,
    out,
    rows,
    IN,
    OUT,
    COLUMNS: tl.constexpr,
    BLOCK_ROWS: tl.constexpr,
    IN_BLOCKS: tl.constexpr,
    BLOCK_IN: tl.constexpr,
    BLOCK_OUT: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """One tile of out[i] = weight[slot[i]] . source[parent[i]]; weight [K, in, out]."""
    row = tl.program_id(0) * BLOCK_ROWS + tl.arange(0, BLOCK_ROWS)
    column = tl.program_id(1) * BLOCK_OUT + tl.arange(0, BLOCK_OUT)
    in_range = row < rows
    cell = tl.load(parent + row, mask=in_range, other=-1)
    own = tl.load(slot + row, mask=in_range, other=0)
    total = tl.zeros((BLOCK_ROWS, BLOCK_OUT), dtype=tl.float32)
    for k in range(COLUMNS):
        index = tl.where(own == k, cell, -1)
        if tl.max(index, axis=0) >= 0:
            total = _add_product(
                total, index, k, column, source, weight, IN, OUT, IN_BLOCKS, BLOCK_IN, PRECISION
            )
    tl.store(
        out + row[:, None].to(tl.int64) * OUT + column[None, :],
        total.to(out.dtype.element_ty),
        mask=in_range[:, None] & (column[None, :] < OUT),
    )


@triton.jit(do_not_specialize=("count",))
def norm_relu_kernel(source, scale, shift, out, count, CHANNELS, BLOCK: tl.constexpr):
    """One block of max(0, source * scale + shift); `count` numbers in rows of CHANNELS."""
    index = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = index < count
    channel = index % CHANNELS
    number = tl.load(source + index, mask=inside, other=0.0).to(tl.float32)
    factor = tl.load(scale + channel, mask=inside, other=0.0)
    offset = tl.load(shift + channel, mask=inside, other=0.0)
    normed = tl.maximum(number * factor + offset, 0.0, propagate_nan=tl.PropagateNan.ALL)
    tl.store(out + index, normed.to(out.dtype.element_ty), mask=inside)


@triton.jit(do_not_specialize=("rows", "rows_per_part"))
def gather_outer_kernel(
    left,
    source,
    table,
    partial,
    rows,
    rows_per_part,
    IN: tl.constexpr,
    OUT: tl.constexpr,
    COLUMNS: tl.constexpr,
    BLOCK_ROWS: tl.constexpr,
    BLOCK_IN: tl.constexpr,
    BLOCK_OUT: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """One tile of one part's sum over i of left[i] (x) source[table[i, k]].

    `partial` is [P, K, out, in]. Parts are summed afterwards in a fixed order, so the result is
    the same at every run.
    """
    part = tl.program_id(0)
    k = tl.program_id(1)
    in_tiles = tl.cdiv(IN, BLOCK_IN)
    channel = (tl.program_id(2) % in_tiles) * BLOCK_IN + tl.arange(0, BLOCK_IN)
    column = (tl.program_id(2) // in_tiles) * BLOCK_OUT + tl.arange(0, BLOCK_OUT)
    total = tl.zeros((BLOCK_OUT, BLOCK_IN), dtype=tl.float32)
    start = part * rows_per_part
    end = tl.minimum(start + rows_per_part, rows)
    while start < end:
        row = start + tl.arange(0, BLOCK_ROWS)
        in_range = row < end
        index = tl.load(table + row.to(tl.int64) * COLUMNS + k, mask=in_range, other=-1)
        if tl.max(index, axis=0) >= 0:
            gathered = tl.load(
                source + index[:, None].to(tl.int64) * IN + channel[None, :],
                mask=(index >= 0)[:, None] & (channel[None, :] < IN),
                other=0.0,
            )
            across = tl.load(
                left + row[None, :].to(tl.int64) * OUT + column[:, None],
                mask=in_range[None, :] & (column[:, None] < OUT),
                other=0.0,
            )
            total += tl.dot(across, gathered, input_precision=PRECISION)
        start += BLOCK_ROWS
    out_index = ((part * COLUMNS + k) * OUT + column[:, None]) * IN + channel[None, :]
    tl.store(
        partial + out_index.to(tl.int64),
        total,
        mask=(column[:, None] < OUT) & (channel[None, :] < IN),
    )
