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


@triton.jit(do_not_specialize=("count", "rows"))
def summary_kernel(
    probability,
    assignment,
    first,
    last,
    geometry,
    centers,
    found,
    count,
    rows,
    MOST: tl.constexpr,
    STEEPNESS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """What candidates_kernel's caller tells of one candidate: found [scenes, rows, MOST, 9].

    Whether it is there, its centre, three sizes (logarithms of width, height, volume), and its mean
    mask logits of `first` and `last`, [scenes, rows, count] as probability and assignment; zeros
    where it is none. As candidates.candidate_features; geometry [scenes, count, 6], centers
    [scenes, count, 3].
    """
    row, number = tl.program_id(0).to(tl.int64), tl.program_id(1)
    scene = row // rows * count  # its first superpoint
    index = tl.arange(0, BLOCK)
    inside = index < count
    own = tl.load(assignment + row * count + index, mask=inside, other=-1) == number
    part = tl.load(probability + row * count + index, mask=own, other=0.0)
    total = tl.sum(part, axis=0)
    share = part / tl.maximum(total, 1e-6)
    into = found + (row * MOST + number) * 9
    there = total > 0
    tl.store(into, there.to(tl.float32))
    spread, volume = 0.0, 0.0
    for axis in tl.static_range(3):
        place = tl.load(centers + (scene + index) * 3 + axis, mask=own, other=0.0)
        tl.store(into + 1 + axis, tl.sum(share * place, axis=0))
        middle = tl.load(geometry + (scene + index) * 6 + axis, mask=own, other=0.0)
        extent = tl.load(geometry + (scene + index) * 6 + 3 + axis, mask=own, other=0.0)
        mean = tl.sum(share * middle, axis=0)
        square = tl.sum(share * (middle * middle + extent * extent / 12), axis=0)
        variance = tl.maximum(square - mean * mean, 1e-4)
        volume += tl.log(variance)
        if axis < 2:
            spread += variance
        else:
            top = tl.minimum(tl.maximum(middle + extent / 2, -8.0), 8.0)
            under = tl.minimum(tl.maximum(extent / 2 - middle, -8.0), 8.0)
            upper = tl.maximum(tl.sum(share * tl.exp(STEEPNESS * top), axis=0), 1e-20)
            lower = tl.maximum(tl.sum(share * tl.exp(STEEPNESS * under), axis=0), 1e-20)
            height = (tl.log(upper) + tl.log(lower)) / STEEPNESS
            tl.store(into + 5, tl.where(there, tl.log(tl.maximum(height, 0.02)), 0.0))
    tl.store(into + 4, tl.where(there, tl.log(spread) / 2, 0.0))
    tl.store(into + 6, tl.where(there, volume / 2, 0.0))
    logit = tl.load(first + row * count + index, mask=own, other=0.0)
    tl.store(into + 7, tl.sum(share * logit, axis=0))
    logit = tl.load(last + row * count + index, mask=own, other=0.0)
    tl.store(into + 8, tl.sum(share * logit, axis=0))


@triton.jit
def _store_ranks(order, weight, total, into, RANKS: tl.constexpr, RANK_WIDTH: tl.constexpr):
    """How far from each rank each candidate is, from either end of an order."""
    before = 1.0 / (1.0 + tl.exp(order[None, :] - order[:, None]))
    earlier = tl.sum(before * weight, axis=1)
    for rank in tl.static_range(RANKS):
        away = (earlier - rank) / RANK_WIDTH
        tl.store(into + rank, tl.exp(-away * away / 2))
        away = (total - earlier - rank) / RANK_WIDTH
        tl.store(into + RANKS + rank, tl.exp(-away * away / 2))


@triton.jit
def pairwise_kernel(
    center,
    sizes,
    references,
    kind,
    told,
    MOST: tl.constexpr,
    REFERENCES: tl.constexpr,
    SIZES: tl.constexpr,
    RANKS: tl.constexpr,
    RANK_WIDTH: tl.constexpr,
    BLUR_M: tl.constexpr,
    BLUR_BEARING: tl.constexpr,
    BLUR_LOG: tl.constexpr,
    WIDTH: tl.constexpr,
):
    """One row's told [rows, MOST, WIDTH], as candidates.pairwise_features.

    center [rows, MOST, 3], sizes [rows, MOST, SIZES], references [rows, REFERENCES, 3], kind
    [rows, MOST].
    """
    row = tl.program_id(0).to(tl.int64)
    one = tl.arange(0, MOST)
    place = row * MOST + one
    into = told + place * WIDTH
    own_kind = tl.load(kind + place)
    weight = tl.where(one[:, None] != one[None, :], own_kind[None, :], 0.0)
    total = tl.sum(weight, axis=1)
    x, y = tl.load(center + place * 3), tl.load(center + place * 3 + 1)
    z = tl.load(center + place * 3 + 2)
    offsets = into + (2 * REFERENCES + SIZES) * 2 * RANKS
    for number in tl.static_range(REFERENCES):
        reference = references + (row * REFERENCES + number) * 3
        from_x, from_y = tl.load(reference), tl.load(reference + 1)
        away_x, away_y = x - from_x, y - from_y
        away_z = z - tl.load(reference + 2)
        length = tl.sqrt(from_x * from_x + from_y * from_y + 1e-4)
        inward_x, inward_y = -from_x / length, -from_y / length
        forward = away_x * inward_x + away_y * inward_y
        right = away_x * inward_y - away_y * inward_x
        distance = tl.sqrt(away_x * away_x + away_y * away_y + 1e-4)
        bearing = right / distance
        _store_ranks(distance / BLUR_M, weight, total, into + number * 2 * RANKS, RANKS, RANK_WIDTH)
        further = into + (REFERENCES + number) * 2 * RANKS
        _store_ranks(bearing / BLUR_BEARING, weight, total, further, RANKS, RANK_WIDTH)
        own = offsets + number * 7
        tl.store(own, forward)
        tl.store(own + 1, right)
        tl.store(own + 2, away_z)
        tl.store(own + 3, distance)
        tl.store(own + 4, tl.log(distance))
        tl.store(own + 5, bearing)
        tl.store(own + 6, forward / distance)
    for number in tl.static_range(SIZES):
        size = tl.load(sizes + place * SIZES + number) / BLUR_LOG
        further = into + (2 * REFERENCES + number) * 2 * RANKS
        _store_ranks(size, weight, total, further, RANKS, RANK_WIDTH)
    last = tl.zeros([MOST], tl.float32) + tl.sum(own_kind, axis=0) / 4.0
    tl.store(into + WIDTH - 1, last)
