"""GPU kernels for sparse convolutions, in Triton: rows are gathered into registers, so the
[V, K * in] matrix that the torch backend writes and reads again never exists.

Numbers of rows differ from scene to scene: Triton must not specialise on them, or it compiles each
kernel anew for those that 16 divides, and for those that it does not.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit(do_not_specialize=("rows",))
def gather_product_kernel(
    source,
    table,
    weight,
    out,
    rows,
    IN: tl.constexpr,
    OUT: tl.constexpr,
    COLUMNS: tl.constexpr,
    BLOCK_ROWS: tl.constexpr,
    BLOCK_IN: tl.constexpr,
    BLOCK_OUT: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """One tile of out[i] = sum over k of weight[k] . source[table[i, k]]; weight [K, in, out]."""
    row = tl.program_id(0) * BLOCK_ROWS + tl.arange(0, BLOCK_ROWS)
    column = tl.program_id(1) * BLOCK_OUT + tl.arange(0, BLOCK_OUT)
    in_range = row < rows
    total = tl.zeros((BLOCK_ROWS, BLOCK_OUT), dtype=tl.float32)
    for k in range(COLUMNS):
        index = tl.load(table + row.to(tl.int64) * COLUMNS + k, mask=in_range, other=-1)
        if tl.max(index, axis=0) >= 0:
            present = index >= 0
            for begin in range(0, IN, BLOCK_IN):
                channel = begin + tl.arange(0, BLOCK_IN)
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
    tl.store(
        out + row[:, None].to(tl.int64) * OUT + column[None, :],
        total.to(out.dtype.element_ty),
        mask=in_range[:, None] & (column[None, :] < OUT),
    )


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
