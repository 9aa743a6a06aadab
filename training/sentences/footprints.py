"""Plane geometry of footprints: turned rectangles on the floor plan, metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIGNS = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])


def corners_of(
    center: NDArray[np.float64], half: NDArray[np.float64], front: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, 4, 2) corners in order, from (n, 2) centres, half extents and unit fronts (+y)."""
    across = np.stack([front[:, 1], -front[:, 0]], axis=1)
    x = _SIGNS[None, :, 0, None] * (half[:, None, 0, None] * across[:, None])
    y = _SIGNS[None, :, 1, None] * (half[:, None, 1, None] * front[:, None])
    return np.asarray(center[:, None] + x + y)


def to_segments(
    points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(p, s) distance of (p, 2) points to segments from (s, 2) to (s, 2)."""
    side = end - start
    point = points[:, None] - start[None]
    t = (point * side).sum(-1) / np.maximum((side**2).sum(-1), 1e-12)
    away = point - np.clip(t, 0, 1)[..., None] * side
    return np.asarray(np.hypot(away[..., 0], away[..., 1]))


def gaps(corners: NDArray[np.float64], front: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, n) distance between footprints; 0 where they overlap."""
    n = len(corners)
    flat, ends = corners.reshape(-1, 2), np.roll(corners, -1, axis=1).reshape(-1, 2)
    nearest = to_segments(flat, flat, ends).reshape(n, 4, n, 4).min(axis=(1, 3), initial=np.inf)
    return np.where(_meet(corners, front), 0.0, np.minimum(nearest, nearest.T))


def _meet(corners: NDArray[np.float64], front: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n, n) separating axis test."""
    meet = np.ones((len(corners), len(corners)), bool)
    for axis in (front, np.stack([front[:, 1], -front[:, 0]], axis=1)):
        spans = np.einsum("ncd,md->mnc", corners, axis)
        low, high = spans.min(-1), spans.max(-1)
        apart = (low > np.diag(high)[:, None]) | (high < np.diag(low)[:, None])
        meet &= ~apart & ~apart.T
    return meet


def wall_gaps(corners: NDArray[np.float64], walls: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, W) distance of footprints (n, 4, 2) to walls (W, 2, 2)."""
    n, w = len(corners), len(walls)
    start, end = walls[:, 0], walls[:, 1]
    inner = to_segments(corners.reshape(-1, 2), start, end).reshape(n, 4, w)
    ends = np.roll(corners, -1, axis=1).reshape(-1, 2)
    outer = to_segments(start, corners.reshape(-1, 2), ends).reshape(w, n, 4).min(-1).T
    outer = np.minimum(outer, np.roll(outer, -1, axis=1))  # an end of a wall may be what is near
    return np.asarray(np.minimum(inner.min(axis=1), outer))


def inner_corners(walls: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(W,) whether the corner where each wall begins stands into the room, as in an L."""
    along = walls[:, 1] - walls[:, 0]
    before = np.roll(along, 1, axis=0)
    return np.asarray(before[:, 0] * along[:, 1] - before[:, 1] * along[:, 0] < 0)


def in_sight(
    viewer: NDArray[np.float64], points: NDArray[np.float64], walls: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(p,) whether no wall stands between a viewer (2,) and points (p, 2)."""
    start = viewer + 0.05 * (points - viewer)  # the viewer itself may be part of a wall
    way = 0.9 * (points - viewer)
    wall = walls[:, 1] - walls[:, 0]
    offset = walls[None, :, 0] - start[:, None]
    cross = way[:, None, 0] * wall[None, :, 1] - way[:, None, 1] * wall[None, :, 0]
    cross = np.where(np.abs(cross) < 1e-9, np.inf, cross)
    t = (offset[..., 0] * wall[None, :, 1] - offset[..., 1] * wall[None, :, 0]) / cross
    u = (offset[..., 0] * way[:, None, 1] - offset[..., 1] * way[:, None, 0]) / cross
    hits = (t > 0) & (t < 1) & (u > 0) & (u < 1)
    return ~np.asarray(hits.any(axis=1), bool)
