"""The part of a model that can be seen, as evenly spaced samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.candidates import sample
from training.furniture.thinning import FILL, nearest_of, thinned
from training.furniture.visibility import Rays

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.furniture.candidates import Candidates
    from training.furniture.meshes import Mesh

SIZE_M = (0.1, 0.5, 2.0)  # the longest side of a small, a middling and a large thing
SPACING_M = (0.006, 0.012, 0.03)  # and how far apart its samples are
_PILOT = 6000
_MOST_CANDIDATES = 120_000


@dataclass(frozen=True)
class Sampling:
    """Limits of the work on a model.

    Attributes:
        most: samples that it may have.
        candidates: random samples for each that is kept.
        directions: that are looked in for what can be seen.
    """

    most: int = 8000
    candidates: int = 7
    directions: int = 96


THOROUGH = Sampling()
QUICK = Sampling(candidates=5, directions=48)


@dataclass(frozen=True)
class Skin:
    """Evenly spaced samples of what can be seen of a model.

    Attributes:
        points: (P, 3) float32, metres.
        normals: (P, 3) float32, unit, towards where it is seen from.
        rgb: (P, 3) uint8, the mean of the surface around each sample.
        paint: (P,) int64 row of the mesh's paints.
        radius: disks of this radius leave no holes, metres.
        dense: the same surface sampled several times as densely, at random.
    """

    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    paint: NDArray[np.int64]
    radius: float
    dense: Candidates


def skin_of(
    mesh: Mesh, mount: str, rng: np.random.Generator, sampling: Sampling = THOROUGH
) -> Skin:
    """Samples of what can be seen of a model that is put where `mount` says.

    Raises:
        ValueError: nothing of it can be seen.
    """
    rays = Rays(mesh, mount, sampling.directions)
    pilot = sample(mesh, _PILOT, rng)
    seen = len(rays.visible(pilot).points) / max(len(pilot.points), 1)
    area = seen * pilot.area * len(pilot.points)
    if area <= 0:
        raise ValueError("nothing of it can be seen from outside")
    extent = np.ptp(mesh.triangles.reshape(-1, 3), axis=0)
    spacing = float(np.interp(extent.max(), SIZE_M, SPACING_M))
    spacing = max(spacing, float(np.sqrt(1.1 * area / sampling.most)))
    while True:
        wanted = area / spacing**2 * sampling.candidates / seen
        candidates = rays.visible(sample(mesh, int(np.clip(wanted, 3000, _MOST_CANDIDATES)), rng))
        chosen = thinned(candidates.points, candidates.normals, spacing, rng)
        if len(chosen) <= sampling.most:
            break
        spacing *= 1.05 * float(np.sqrt(len(chosen) / sampling.most))
    owner, _ = nearest_of(candidates.points, candidates.normals, chosen)
    count = np.bincount(owner, minlength=len(chosen)).clip(1)
    rgb = np.stack(
        [np.bincount(owner, candidates.rgb[:, c], len(chosen)) / count for c in range(3)], axis=1
    )
    return Skin(
        points=candidates.points[chosen].astype(np.float32),
        normals=candidates.normals[chosen].astype(np.float32),
        rgb=rgb.round().clip(0, 255).astype(np.uint8),
        paint=candidates.paint[chosen],
        radius=1.2 * FILL * spacing,
        dense=candidates,
    )


def front_of(skin: Skin, depth: float) -> Skin:
    """The part of a skin within `depth` metres of its front, its origin below the middle again."""
    front = float(skin.points[:, 1].max())
    shift = np.array([0, front - depth / 2, 0])
    near = skin.points[:, 1] > front - depth
    dense = skin.dense[skin.dense.points[:, 1] > front - depth]
    return Skin(
        points=(skin.points[near] - shift).astype(np.float32),
        normals=skin.normals[near],
        rgb=skin.rgb[near],
        paint=skin.paint[near],
        radius=skin.radius,
        dense=replace(dense, points=dense.points - shift),
    )
