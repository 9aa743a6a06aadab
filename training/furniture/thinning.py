"""Evenly spaced subsets of random samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILL = 0.7  # no place is farther than this times the spacing from a sample


def thinned(
    points: NDArray[np.float64],
    normals: NDArray[np.float64],
    spacing: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Rows of an evenly spaced subset that leaves no gap.

    Samples whose normals point apart (two sides of a board) do not see each other. Samples of one
    side are at least `spacing` apart, closer only where a gap of 0.7 `spacing` had to be filled.
    """
    order = rng.permutation(len(points))
    chosen = _independent(points, normals, spacing, order, np.arange(len(points)))
    _, distance = nearest_of(points, normals, chosen)
    gaps = np.flatnonzero(distance > FILL * spacing)
    more = _independent(points, normals, FILL * spacing, order, gaps)
    return np.sort(np.concatenate([chosen, more]))


def _independent(
    points: NDArray[np.float64],
    normals: NDArray[np.float64],
    spacing: float,
    order: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> NDArray[np.int64]:
    """A greatest set of `rows` no two of which are closer than `spacing` on one side."""
    pairs = cKDTree(points[rows]).query_pairs(spacing, output_type="ndarray")
    pairs = pairs[np.einsum("nk,nk->n", normals[rows[pairs[:, 0]]], normals[rows[pairs[:, 1]]]) > 0]
    rank = order[rows]
    pairs = np.where((rank[pairs[:, 0]] < rank[pairs[:, 1]])[:, None], pairs, pairs[:, ::-1])
    alive = np.ones(len(rows), np.bool_)
    taken = np.zeros(len(rows), np.bool_)
    while alive.any():
        winner = alive.copy()
        winner[pairs[:, 1]] = False  # each pair's first has the better rank
        taken |= winner
        alive &= ~winner
        alive[pairs[winner[pairs[:, 0]], 1]] = False
        pairs = pairs[alive[pairs].all(axis=1)]
    return rows[taken]


def nearest_of(
    points: NDArray[np.float64], normals: NDArray[np.float64], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each point the nearest of `chosen` on its side: (N,) index into chosen, (N,) distance."""
    k = min(8, len(chosen))
    distance, index = cKDTree(points[chosen]).query(points, k=np.arange(1, k + 1))
    apart = np.einsum("nd,nkd->nk", normals, normals[chosen][index]) <= 0
    distance = np.where(apart, np.inf, distance)
    best = distance.argmin(axis=1)
    rows = np.arange(len(points))
    return index[rows, best], distance[rows, best]
