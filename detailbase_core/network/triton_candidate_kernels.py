"""A GPU kernel for candidates, in Triton: in torch they are three hundred small steps."""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit(do_not_specialize=("count", "rows"))
def assign_kernel(
    probability,
    centers,
    reach,
    assignment,
    count,
    rows,
    MOST: tl.constexpr,
    MIN_SEED: tl.constexpr,
    MIN_PART: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """One row of probability, [scenes, rows, count], and of assignment, all of it in registers.

    As candidates.assign_candidates; centers [scenes, count, 3], reach [scenes, count].
    """
    row = tl.program_id(0).to(tl.int64)
    first = row // rows * count  # of its scene
    index = tl.arange(0, BLOCK)
    inside = index < count
    free = tl.load(probability + row * count + index, mask=inside, other=0.0)
    own_reach = tl.load(reach + first + index, mask=inside, other=0.0)
    place = centers + (first + index) * 3
    x = tl.load(place, mask=inside, other=0.0)
    y = tl.load(place + 1, mask=inside, other=0.0)
    z = tl.load(place + 2, mask=inside, other=0.0)
    number = tl.full([BLOCK], -1, tl.int64)
    for k in range(MOST):
        sureness = tl.max(free, axis=0)
        surest = first + tl.argmax(free, axis=0)
        limit = tl.maximum(own_reach, tl.load(reach + surest))
        limit = limit * limit
        away_x = x - tl.load(centers + surest * 3)
        away_y = y - tl.load(centers + surest * 3 + 1)
        away_z = z - tl.load(centers + surest * 3 + 2)
        near = away_x * away_x + away_y * away_y + away_z * away_z <= limit
        # The surest one's vote may be a bad one: once more from their centroid.
        part = tl.where(near & (free > MIN_PART), free, 0.0)
        total = tl.maximum(tl.sum(part, axis=0), 1e-6)
        away_x = x - tl.sum(part * x, axis=0) / total
        away_y = y - tl.sum(part * y, axis=0) / total
        away_z = z - tl.sum(part * z, axis=0) / total
        near = away_x * away_x + away_y * away_y + away_z * away_z <= limit
        taken = near & (tl.where(sureness > MIN_SEED, free, 0.0) > MIN_PART)
        number = tl.where(taken, k, number)
        free = tl.where(taken, 0.0, free)
    tl.store(assignment + row * count + index, number, mask=inside)
