"""GPU kernels that sum up groups of points, in Triton; points lie sorted by their group."""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _begin(groups, group, points, halvings):
    """How many of the ascending `groups` [points] int32 are less than `group`."""
    low = tl.full((), 0, tl.int32)
    high = low + points
    step = 0
    while step < halvings:
        middle = (low + high) // 2
        searching = low < high
        less = tl.load(groups + middle, mask=searching, other=0) < group
        high = tl.where(searching & (less == 0), middle, high)
        low = tl.where(searching & less, middle + 1, low)
        step += 1
    return low


@triton.jit(
    do_not_specialize=("features", "row_of_point", "row_of_row", "points", "halvings", "channels")
)
def group_means_kernel(
    features,
    row_of_point,
    row_of_row,
    groups,
    order,
    means,
    points,
    halvings,
    channels,
    HAS_ROW: tl.constexpr,
    BLOCK: tl.constexpr,
    BLOCK_CHANNELS: tl.constexpr,
):
    """A tile of means [S, channels] of a group's points; see PointGroups.means."""
    group = tl.program_id(0)
    channel = tl.program_id(1) * BLOCK_CHANNELS + tl.arange(0, BLOCK_CHANNELS)
    begin = _begin(groups, group, points, halvings)
    end = _begin(groups, group + 1, points, halvings)
    total = tl.zeros((BLOCK_CHANNELS,), dtype=tl.float32)
    start = begin
    while start < end:
        place = start + tl.arange(0, BLOCK)
        there = place < end
        point = tl.load(order + place, mask=there, other=0)
        row = tl.load(row_of_point + point, mask=there, other=-1)
        if HAS_ROW:
            row = tl.load(row_of_row + row, mask=there, other=-1)
        rows = tl.load(
            features + row[:, None] * channels + channel[None, :],
            mask=(row >= 0)[:, None] & (channel[None, :] < channels),
            other=0.0,
        )
        total += tl.sum(rows.to(tl.float32), axis=0)
        start += BLOCK
    total = total / tl.maximum(end - begin, 1).to(tl.float32)
    place = group.to(tl.int64) * channels + channel
    tl.store(means + place, total.to(means.dtype.element_ty), mask=channel < channels)


@triton.jit(do_not_specialize=("xyz", "points", "halvings"))
def group_geometry_kernel(xyz, groups, order, geometry, points, halvings, BLOCK: tl.constexpr):
    """geometry [S, 6] float32 of a group's points xyz [N, 3]: their mean and extent."""
    group = tl.program_id(0)
    begin = _begin(groups, group, points, halvings)
    end = _begin(groups, group + 1, points, halvings)
    size = tl.maximum(end - begin, 1).to(tl.float32)
    for axis in tl.static_range(3):
        total = tl.zeros((BLOCK,), dtype=tl.float32)
        low = tl.full((BLOCK,), float("inf"), tl.float32)
        high = tl.full((BLOCK,), float("-inf"), tl.float32)
        start = begin
        while start < end:
            place = start + tl.arange(0, BLOCK)
            there = place < end
            point = tl.load(order + place, mask=there, other=0)
            number = tl.load(xyz + point * 3 + axis, mask=there, other=0.0)
            total += number
            low = tl.minimum(low, tl.where(there, number, float("inf")))
            high = tl.maximum(high, tl.where(there, number, float("-inf")))
            start += BLOCK
        extent = tl.maximum(tl.max(high, axis=0) - tl.min(low, axis=0), 0.0)
        tl.store(geometry + group * 6 + axis, tl.sum(total, axis=0) / size)
        tl.store(geometry + group * 6 + 3 + axis, extent)
