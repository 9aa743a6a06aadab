"""Elastic distortion against a slow, independent version of the published one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.interpolate import RegularGridInterpolator
from scipy.ndimage import convolve1d

from training.trainer.elastic import PASSES, elastic


def by_scipy(xyz: np.ndarray, voxel_size_m: float, generator: torch.Generator) -> np.ndarray:
    """Noise from the same generator, everything else by NumPy and SciPy in float64."""
    bent = xyz.astype(np.float64) / voxel_size_m
    for spacing, magnitude in PASSES:
        size = (np.abs(bent).max(axis=0) // spacing).astype(int) + 3
        noise = torch.randn((3, *size), generator=generator).numpy().astype(np.float64)
        for axis in (1, 2, 3, 1, 2, 3):
            noise = convolve1d(noise, np.full(3, 1 / 3), axis=axis, mode="constant")
        nodes = [np.linspace(-(n - 1) * spacing, (n - 1) * spacing, n) for n in size]
        shifts = [
            RegularGridInterpolator(nodes, n, bounds_error=False, fill_value=0)(bent) for n in noise
        ]
        bent = bent + magnitude * np.stack(shifts, axis=1)
    return bent * voxel_size_m


@pytest.mark.parametrize("extent", [0.05, 1.0, 4.0])
def test_against_scipy(extent):
    xyz = np.random.default_rng(1).uniform(-extent, extent, (500, 3)).astype(np.float32)
    xyz[:, 2] *= 0.3
    ours = elastic(torch.from_numpy(xyz), 0.02, torch.Generator().manual_seed(7))
    expected = by_scipy(xyz, 0.02, torch.Generator().manual_seed(7))
    assert np.abs(ours.numpy() - expected).max() < 1e-4
    assert np.abs(expected - xyz).max() > 0.02


def test_neighbours_stay_neighbours():
    """It bends; it does not scatter."""
    xyz = torch.rand(300, 3) * 4 - 2
    both = torch.cat([xyz, xyz + 0.01])
    bent = elastic(both, 0.02, torch.Generator().manual_seed(3))
    moved = (bent - both).norm(dim=1)
    apart = ((bent[:300] - bent[300:]) - (both[:300] - both[300:])).norm(dim=1)
    assert float(moved.mean()) > 0.1
    assert float(apart.max()) < 0.1 * float(moved.mean())
