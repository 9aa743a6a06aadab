"""GPU kernels that cut points into the voxels of all levels of a pyramid, in Triton.

Keys are those of morton.py. Points lie sorted by the key of their voxel: a voxel of any level
begins where the shortened key changes, and the running sum of such places says in which one each
point lies.
"""

from __future__ import annotations

import triton
import triton.language as tl

from detailbase_core.sparse.triton_map_kernels import (
    CELL_BITS,
    CELL_MASK,
    _gather,
    _spread,
    write_neighbours,
)


@triton.jit(do_not_specialize=("xyz", "scene_of_point", "count"))
def bounds_kernel(xyz, scene_of_point, bounds, count, BLOCK: tl.constexpr):
    """bounds [S, 6] float32, at first inf: minima of x, y, z, -x, -y, -z of each scene's points.

    A coordinate that is not finite makes them -inf.
    """
    index = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = index < count
    owner = tl.load(scene_of_point + index, mask=inside, other=-1)
    last = tl.max(owner, axis=0)
    scene = tl.min(tl.where(inside, owner, last), axis=0)
    while scene <= last:
        own = inside & (owner == scene)
        for axis in tl.static_range(3):
            number = tl.load(xyz + index * 3 + axis, mask=own, other=0.0)
            number = tl.where(tl.abs(number) < float("inf"), number, float("nan"))
            for side in tl.static_range(2):
                bound = number if side == 0 else -number
                # Not -0.0, which atomics take for the least of all numbers.
                bound = tl.where(bound == 0.0, 0.0, bound)
                bound = tl.where(bound == bound, bound, float("-inf"))
                least = tl.min(tl.where(own, bound, float("inf")), axis=0)
                tl.atomic_min(bounds + scene * 6 + side * 3 + axis, least)
        scene += 1


@triton.jit
def _cell(number, low, corner, inverse_size, size, ANCHORED: tl.constexpr):
    """Cells int64 of float32 coordinates along an axis, as voxelization.py computes them."""
    if ANCHORED:
        cell = tl.floor(number.to(tl.float64) / size) - corner
    else:
        cell = number * inverse_size - low * inverse_size
    return cell.to(tl.int64)


@triton.jit(do_not_specialize=("corners", "scenes", "least", "size_bits", "own_grids"))
def grid_kernel(
    bounds,
    corners,
    shapes,
    told,
    scenes,
    least,
    inverse_size,
    size_bits,
    own_grids,
    ANCHORED: tl.constexpr,
):
    """shapes [S, 3] int32 of the scenes' grids, at least `least`; one program.

    told int64: the highest cell along x, y, z, the lowest cell, the extent of all points in metres
    (the bits of a float64).
    """
    size = size_bits.to(tl.int64).to(tl.float64, bitcast=True)
    axis = tl.arange(0, 4)
    real = axis < 3
    lowest = tl.full((4,), float("inf"), tl.float32)
    highest = tl.full((4,), float("-inf"), tl.float32)
    first_cell = tl.full((4,), 1 << 40, tl.int64)
    last_cell = tl.full((4,), -1, tl.int64)
    scene = 0
    while scene < scenes:
        low = tl.load(bounds + scene * 6 + axis, mask=real, other=float("inf"))
        high = -tl.load(bounds + scene * 6 + 3 + axis, mask=real, other=float("inf"))
        corner = tl.load(corners + scene * 3 + axis, mask=real, other=0.0)
        used = low <= high
        lowest = tl.minimum(lowest, low)
        highest = tl.maximum(highest, high)
        bottom = _cell(low, low, corner, inverse_size, size, ANCHORED)
        top = _cell(high, low, corner, inverse_size, size, ANCHORED)
        top = tl.where(used, top, -1)
        first_cell = tl.minimum(first_cell, tl.where(used, bottom, 1 << 40))
        last_cell = tl.maximum(last_cell, top)
        shape = tl.maximum(top + 1, least).to(tl.int32)
        tl.store(shapes + scene * 3 + axis, shape, mask=real)
        scene += 1
    if own_grids == 0:
        shape = tl.maximum(last_cell + 1, least).to(tl.int32)
        scene = 0
        while scene < scenes:
            tl.store(shapes + scene * 3 + axis, shape, mask=real)
            scene += 1
    extent = tl.max(tl.where(real, highest - lowest, 0.0), axis=0).to(tl.float64)
    tl.store(told + axis, last_cell, mask=real)
    tl.store(told + 3, tl.min(first_cell, axis=0))
    tl.store(told + 4, extent.to(tl.int64, bitcast=True))


@triton.jit(do_not_specialize=("xyz", "scene_of_point", "corners", "count", "size_bits"))
def cell_keys_kernel(
    xyz,
    scene_of_point,
    bounds,
    corners,
    keys,
    count,
    inverse_size,
    size_bits,
    ANCHORED: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """Keys [count] int64 of the points' voxels of the finest level."""
    size = size_bits.to(tl.int64).to(tl.float64, bitcast=True)
    index = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    inside = index < count
    scene = tl.load(scene_of_point + index, mask=inside, other=0)
    key = scene << CELL_BITS
    for axis in tl.static_range(3):
        number = tl.load(xyz + index * 3 + axis, mask=inside, other=0.0)
        low = tl.load(bounds + scene * 6 + axis, mask=inside, other=0.0)
        corner = tl.load(corners + scene * 3 + axis, mask=inside, other=0.0)
        cell = _cell(number, low, corner, inverse_size, size, ANCHORED)
        key |= _spread(cell & 0xFFFF) << (2 - axis)
    tl.store(keys + index, key, mask=inside)


@triton.jit
def _lies_inside(key, shapes, level, mask):
    """Whether voxels of the finest level lie in the grid that is halved `level` times."""
    scene = key >> CELL_BITS
    inside = mask
    for axis in tl.static_range(3):
        edge = tl.load(shapes + scene * 3 + axis, mask=mask, other=0)
        inside &= _gather(key >> (2 - axis)) < ((edge >> level) << level)
    return inside


@triton.jit(do_not_specialize=("count",))
def begins_kernel(keys, shapes, begins, count, BLOCK: tl.constexpr):
    """begins [1 + L * count] int32: 0, then for each level whether a point begins a voxel.

    Args: keys [count] ascending, shapes of grid_kernel; a column of programs for each level.
    """
    level = tl.program_id(1)
    index = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    mask = index < count
    key = tl.load(keys + index, mask=mask, other=0)
    before = tl.load(keys + index - 1, mask=mask & (index > 0), other=-1)
    changes = ((key ^ before) >> (3 * level)) != 0
    begun = changes & _lies_inside(key, shapes, level, mask)
    tl.store(begins + 1 + level * count.to(tl.int64) + index, begun.to(tl.int32), mask=mask)


@triton.jit(do_not_specialize=("count",))
def points_kernel(keys, order, begun, point_to_voxel, first, coords, count, BLOCK: tl.constexpr):
    """The finest level's voxels: of each point [count] int64, and of each voxel its first place
    among the sorted points, then `count`; coords [V, 4] int32.

    Args: begun [1 + L * count], running sums of begins_kernel's.
    """
    index = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    mask = index < count
    key = tl.load(keys + index, mask=mask, other=0)
    point = tl.load(order + index, mask=mask, other=0)
    before = tl.load(begun + index, mask=mask, other=0)
    row = tl.load(begun + index + 1, mask=mask, other=0)
    tl.store(point_to_voxel + point, (row - 1).to(tl.int64), mask=mask)
    begins = mask & (row != before)
    tl.store(first + before, index.to(tl.int32), mask=begins)
    tl.store(first + row, index.to(tl.int32) + 1, mask=index == count - 1)
    _store_coords(coords + before.to(tl.int64) * 4, key, begins)


@triton.jit
def _store_coords(place, key, mask):
    tl.store(place, (key >> CELL_BITS).to(tl.int32), mask=mask)
    for axis in tl.static_range(3):
        tl.store(place + 1 + axis, _gather(key >> (2 - axis)).to(tl.int32), mask=mask)


@triton.jit(do_not_specialize=("count", "place_stride", "levels"))
def levels_kernel(
    keys,
    shapes,
    begun,
    places,
    place_stride,
    level_keys,
    coords,
    parent,
    slot,
    children,
    counts,
    count,
    levels,
    BLOCK: tl.constexpr,
):
    """Tables of all levels, one level's rows after the other's; level l begins at row
    places[l * place_stride].

    Args: keys, shapes, begun as above; level_keys [T] int64, coords [T, 4], parent [T], slot [T]
    int32; children [T, 8] int32 at the coarser voxels' rows, at first -1; counts [L] int32.
    """
    level = tl.program_id(1)
    offset = level * count.to(tl.int64)
    index = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    mask = index < count
    start = tl.load(begun + offset)
    before = tl.load(begun + offset + index, mask=mask, other=0)
    begins = mask & (tl.load(begun + offset + index + 1, mask=mask, other=0) != before)
    key = tl.load(keys + index, mask=begins, other=0)
    own = before - start
    row = tl.load(places + level * place_stride.to(tl.int64)).to(tl.int64) + own
    shortened = (key & ~CELL_MASK) | ((key & CELL_MASK) >> (3 * level))
    tl.store(level_keys + row, shortened, mask=begins)
    _store_coords(coords + row * 4, shortened, begins)
    if tl.program_id(0) == 0:
        tl.store(counts + level, tl.load(begun + offset + count) - start)
    if level + 1 < levels:
        coarser = offset + count
        within = _lies_inside(key, shapes, level + 1, begins)
        up = tl.load(begun + coarser + index + 1, mask=within, other=0)
        up = tl.where(within, up - 1 - tl.load(begun + coarser), -1)
        octant = (shortened & 7).to(tl.int32)
        tl.store(parent + row, up, mask=begins)
        tl.store(slot + row, octant, mask=begins)
        place = tl.load(places + (level + 1) * place_stride.to(tl.int64)).to(tl.int64)
        tl.store(children + (place + up) * 8 + octant, own, mask=within)


@triton.jit(do_not_specialize=("place_stride", "halvings"))
def level_neighbours_kernel(
    level_keys, places, place_stride, counts, table, halvings, BLOCK: tl.constexpr
):
    """table [T, 27] int32 of each voxel's neighbours on its level; a column of programs for each.

    Args: as of levels_kernel; `halvings` as of neighbours_kernel.
    """
    level = tl.program_id(1)
    rows = tl.load(counts + level)
    begin = tl.program_id(0) * BLOCK
    if begin < rows:
        place = tl.load(places + level * place_stride.to(tl.int64)).to(tl.int64)
        write_neighbours(level_keys + place, table + place * 27, begin, rows, halvings, BLOCK)


@triton.jit(do_not_specialize=("features", "rows", "channels"))
def voxel_means_kernel(
    features, order, first, means, rows, channels, BLOCK: tl.constexpr, BLOCK_CHANNELS: tl.constexpr
):
    """means [rows, channels] of the features of each voxel's points.

    Args: features [N, channels] float32, order [N] int64 and first [rows + 1] int32 as above.
    """
    row = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    channel = tl.arange(0, BLOCK_CHANNELS)
    mask = row < rows
    begin = tl.load(first + row, mask=mask, other=0)
    size = tl.load(first + row + 1, mask=mask, other=0) - begin
    total = tl.zeros((BLOCK, BLOCK_CHANNELS), dtype=tl.float32)
    most = tl.max(size, axis=0)
    step = 0
    while step < most:
        there = step < size
        point = tl.load(order + begin + step, mask=there, other=0)
        total += tl.load(
            features + point[:, None] * channels + channel[None, :],
            mask=there[:, None] & (channel[None, :] < channels),
            other=0.0,
        )
        step += 1
    total = total / tl.maximum(size, 1)[:, None].to(tl.float32)
    place = row[:, None].to(tl.int64) * channels + channel[None, :]
    tl.store(means + place, total, mask=mask[:, None] & (channel[None, :] < channels))


@triton.jit(do_not_specialize=("count", "voxels"))
def rows_kernel(keys, shapes, begun, first, rows, count, voxels, BLOCK: tl.constexpr):
    """rows [L - 1, voxels] int64 of the finest voxels' cells of level 1, 2 ...; -1 = outside.

    Args: as above; a column of programs for each level.
    """
    level = tl.program_id(1) + 1
    voxel = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    mask = voxel < voxels
    place = tl.load(first + voxel, mask=mask, other=0)
    key = tl.load(keys + place, mask=mask, other=0)
    within = _lies_inside(key, shapes, level, mask)
    own = begun + level * count.to(tl.int64)
    row = tl.load(own + place + 1, mask=within, other=0) - tl.load(own) - 1
    row = tl.where(within, row, -1).to(tl.int64)
    tl.store(rows + (level - 1) * voxels.to(tl.int64) + voxel, row, mask=mask)
