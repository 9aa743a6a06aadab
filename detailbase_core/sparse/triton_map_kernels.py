"""GPU kernels for voxels and their neighbours, in Triton: each is dozens of torch's operations.

Keys are those of morton.py; those of coarser levels begin anywhere in a common tensor, so kernels
that read them are not compiled for the alignment of addresses.
"""

from __future__ import annotations

import triton
import triton.language as tl

CELL_BITS = tl.constexpr(48)
CELL_MASK = tl.constexpr((1 << 48) - 1)
Z_MASK = tl.constexpr(0x249249249249)  # bits 0, 3, 6 ... of 48


@triton.jit
def _spread(number):
    """The low 16 bits of int64 numbers, two zeros between each and the next."""
    number = (number | (number << 32)) & 0x001F00000000FFFF
    number = (number | (number << 16)) & 0x001F0000FF0000FF
    number = (number | (number << 8)) & 0x100F00F00F00F00F
    number = (number | (number << 4)) & 0x10C30C30C30C30C3
    return (number | (number << 2)) & 0x1249249249249249


@triton.jit
def _gather(bits):
    """The inverse of _spread."""
    bits = bits & Z_MASK
    bits = (bits | (bits >> 2)) & 0x10C30C30C30C30C3
    bits = (bits | (bits >> 4)) & 0x100F00F00F00F00F
    bits = (bits | (bits >> 8)) & 0x001F0000FF0000FF
    bits = (bits | (bits >> 16)) & 0x001F00000000FFFF
    return (bits | (bits >> 32)) & 0x000000000000FFFF


@triton.jit
def _step(key, mask, direction):
    """One axis' bits of the cell before, at or after each key: direction -1, 0 or 1."""
    before = ((key & mask) - 1) & mask  # the borrow runs through the other axes' zero bits
    after = ((key | ~mask) + 1) & mask  # the carry runs through the other axes' one bits
    return tl.where(direction < 0, before, tl.where(direction > 0, after, key & mask))


@triton.jit(do_not_specialize=("count",))
def encode_kernel(coords, keys, count, BLOCK: tl.constexpr):
    """Keys [count] int64 of coords [count, 4] int32."""
    index = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = index < count
    scene = tl.load(coords + index * 4, mask=inside, other=0).to(tl.int64)
    x = tl.load(coords + index * 4 + 1, mask=inside, other=0).to(tl.int64)
    y = tl.load(coords + index * 4 + 2, mask=inside, other=0).to(tl.int64)
    z = tl.load(coords + index * 4 + 3, mask=inside, other=0).to(tl.int64)
    key = (scene << CELL_BITS) | (_spread(x) << 2) | (_spread(y) << 1) | _spread(z)
    tl.store(keys + index, key, mask=inside)


@triton.jit(do_not_specialize=("keys", "count"))
def decode_kernel(keys, coords, count, BLOCK: tl.constexpr):
    """Coords [count, 4] int32 of keys [count] int64."""
    index = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = index < count
    key = tl.load(keys + index, mask=inside, other=0)
    tl.store(coords + index * 4, (key >> CELL_BITS).to(tl.int32), mask=inside)
    tl.store(coords + index * 4 + 1, _gather(key >> 2).to(tl.int32), mask=inside)
    tl.store(coords + index * 4 + 2, _gather(key >> 1).to(tl.int32), mask=inside)
    tl.store(coords + index * 4 + 3, _gather(key).to(tl.int32), mask=inside)


@triton.jit
def write_neighbours(keys, table, begin, rows, halvings, BLOCK: tl.constexpr):
    """BLOCK rows, from `begin`, of the table [rows, 27] int32 of each voxel's neighbours.

    Args: keys [rows] int64 ascending; `halvings` of a range of `rows` leave nothing of it.
    """
    # Rows along a warp: for the same column their searches end close to each other.
    column = tl.arange(0, 32)[:, None]
    row = (begin + tl.arange(0, BLOCK))[None, :]
    key = tl.load(keys + row, mask=row < rows, other=0)
    z = _step(key, Z_MASK, column % 3 - 1)
    y = _step(key, Z_MASK << 1, (column // 3) % 3 - 1)
    x = _step(key, Z_MASK << 2, column // 9 - 1)
    wanted = (key & ~CELL_MASK) | x | y | z
    inside = (row < rows) & (column < 27)
    low = tl.zeros((32, BLOCK), dtype=tl.int32)
    high = low + tl.where(inside, rows, 0)
    step = 0
    while step < halvings:
        middle = (low + high) // 2
        searching = low < high
        less = tl.load(keys + middle, mask=searching, other=0) < wanted
        high = tl.where(searching & (less == 0), middle, high)
        low = tl.where(searching & less, middle + 1, low)
        step += 1
    same = tl.load(keys + low, mask=inside & (low < rows), other=-1) == wanted
    tl.store(table + row.to(tl.int64) * 27 + column, tl.where(same, low, -1), mask=inside)


@triton.jit(do_not_specialize=("keys", "rows", "halvings"))
def neighbours_kernel(keys, table, rows, halvings, BLOCK: tl.constexpr):
    """table [rows, 27] int32 of each voxel's neighbours among the ascending keys [rows].

    `halvings` of a range of `rows` leave nothing of it.
    """
    write_neighbours(keys, table, tl.program_id(0) * BLOCK, rows, halvings, BLOCK)
