"""Random voxels for the sparse convolution tests, and the convolutions as their definitions."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from hypothesis import strategies as st


def random_coords(
    seed: int, voxels: int, shape: tuple[int, int, int], scenes: int = 1
) -> torch.Tensor:
    """Up to `voxels` unique coords [V, 4] int32 in random order."""
    rng = np.random.default_rng(seed)
    high = (scenes, *shape)
    coords = np.unique(rng.integers(0, high, size=(voxels, 4)), axis=0) if voxels else []
    coords = np.asarray(coords, dtype=np.int32).reshape(-1, 4)
    return torch.from_numpy(rng.permutation(coords))


@st.composite
def grids(draw: st.DrawFn) -> tuple[torch.Tensor, tuple[int, int, int]]:
    """(coords, spatial shape): dense and thin, odd axes, several scenes, none or one voxel."""
    shape = draw(st.tuples(*[st.integers(1, 9)] * 3))
    voxels = draw(st.one_of(st.sampled_from([0, 1, 2]), st.integers(3, 200)))
    coords = random_coords(draw(st.integers(0, 2**31)), voxels, shape, draw(st.integers(1, 3)))
    return coords, shape


def submanifold(coords, features, weight):
    """out[p] = sum over k of W[:, k] . in[p + k - 1], pair by pair."""
    rows = {tuple(c): r for r, c in enumerate(coords.tolist())}
    out = _zeros(len(coords), features, weight)
    for k in itertools.product(range(3), repeat=3):
        pairs = [
            (r, rows[n])
            for (s, *c), r in rows.items()
            if (n := (s, *(a + b - 1 for a, b in zip(c, k, strict=True)))) in rows
        ]
        out = _add_pairs(out, features, weight[(slice(None), *k)], pairs)
    return out


def down(coords, coarse_coords, features, weight):
    """out[m] = sum over k of W[:, k] . in[2 m + k], pair by pair."""
    rows = {tuple(c): r for r, c in enumerate(coords.tolist())}
    out = _zeros(len(coarse_coords), features, weight)
    for k in itertools.product(range(2), repeat=3):
        pairs = [
            (m, rows[n])
            for m, (s, *c) in enumerate(coarse_coords.tolist())
            if (n := (s, *(2 * a + b for a, b in zip(c, k, strict=True)))) in rows
        ]
        out = _add_pairs(out, features, weight[(slice(None), *k)], pairs)
    return out


def inverse(coords, coarse_coords, features, weight):
    """out[c] = W[:, c mod 2] . in[c div 2], pair by pair."""
    rows = {tuple(c): r for r, c in enumerate(coarse_coords.tolist())}
    out = _zeros(len(coords), features, weight)
    for k in itertools.product(range(2), repeat=3):
        pairs = [
            (r, rows[n])
            for r, (s, *c) in enumerate(coords.tolist())
            if tuple(a % 2 for a in c) == k and (n := (s, *(a // 2 for a in c))) in rows
        ]
        out = _add_pairs(out, features, weight[(slice(None), *k)], pairs)
    return out


def _zeros(rows, features, weight):
    """Zeros that still depend on both, so that they have gradients where there are no pairs."""
    return features.new_zeros((rows, weight.shape[0])) + 0 * (features.sum() + weight.sum())


def _add_pairs(out, features, matrix, pairs):
    if not pairs:
        return out
    to, of = torch.tensor(pairs).unbind(1)
    return out.index_add(0, to, features[of] @ matrix.t())
