"""The part of a model that can be seen, as evenly spaced samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import trimesh
from scipy.spatial import cKDTree

from training.furniture.meshes import sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.furniture.meshes import Candidates, Mesh

MOST_SAMPLES = 6000
SIZE_M = (0.1, 0.5, 2.0)  # the longest side of a small, a middling and a large thing
SPACING_M = (0.006, 0.012, 0.03)  # and how far apart its samples are
_FILL = 0.75  # no place is farther than this times the spacing from a sample
_LIFT_M = 0.0005  # rays start this far off the surface: doubled faces do not hide each other
_PILOT = 6000
_PER_SAMPLE = 6
_MOST_CANDIDATES = 90_000


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


def skin_of(mesh: Mesh, mount: str, rng: np.random.Generator) -> Skin:
    """Sample what can be seen of a model that is put where `mount` says.

    Raises:
        ValueError: nothing of it can be seen.
    """
    rays = _Rays(mesh, mount)
    pilot = sample(mesh, _PILOT, rng)
    seen = len(rays.visible(pilot).points) / max(len(pilot.points), 1)
    area = seen * pilot.area * len(pilot.points)
    if area <= 0:
        raise ValueError("nothing of it can be seen from outside")
    extent = np.ptp(mesh.triangles.reshape(-1, 3), axis=0)
    spacing = float(np.interp(extent.max(), SIZE_M, SPACING_M))
    spacing = max(spacing, float(np.sqrt(area / MOST_SAMPLES)))
    while True:
        wanted = area / spacing**2 * _PER_SAMPLE / seen
        candidates = rays.visible(sample(mesh, int(np.clip(wanted, 3000, _MOST_CANDIDATES)), rng))
        chosen = thinned(candidates.points, candidates.normals, spacing, rng)
        if len(chosen) <= MOST_SAMPLES:
            break
        spacing *= 1.05 * float(np.sqrt(len(chosen) / MOST_SAMPLES))
    owner, _ = _nearest(candidates.points, candidates.normals, chosen)
    count = np.bincount(owner, minlength=len(chosen)).clip(1)
    rgb = np.stack(
        [np.bincount(owner, candidates.rgb[:, c], len(chosen)) / count for c in range(3)], axis=1
    )
    return Skin(
        points=candidates.points[chosen].astype(np.float32),
        normals=candidates.normals[chosen].astype(np.float32),
        rgb=rgb.round().clip(0, 255).astype(np.uint8),
        paint=candidates.paint[chosen],
        radius=1.1 * _FILL * spacing,
        dense=candidates,
    )


class _Rays:
    """Which samples some viewpoint in a room sees."""

    def __init__(self, mesh: Mesh, mount: str) -> None:
        flat = mesh.triangles.reshape(-1, 3)
        soup = trimesh.Trimesh(flat, np.arange(len(flat)).reshape(-1, 3), process=False)
        self._scene = trimesh.ray.ray_pyembree.RayMeshIntersector(soup)
        directions = _sphere(96)
        if mount == "ceiling":
            directions = directions[directions[:, 2] < 0.3]
        else:  # a camera may be a bit lower than what it looks at
            directions = directions[directions[:, 2] > -0.35]
        if mount == "wall":
            directions = directions[directions[:, 1] > 0.05]
        self._directions = directions

    def visible(self, candidates: Candidates) -> Candidates:
        """Those that are seen, their normals towards the side they are seen from."""
        front = np.zeros(len(candidates.points), np.int64)
        back = np.zeros_like(front)
        half = self._directions[::5], np.delete(self._directions, np.s_[::5], axis=0)
        self._count(candidates, half[0], np.arange(len(front)), front, back)
        unseen = np.flatnonzero(front + back == 0)
        self._count(candidates, half[1], unseen, front, back)
        normals = np.where((back > front)[:, None], -candidates.normals, candidates.normals)
        seen = front + back > 0
        turned = type(candidates)(
            candidates.points, normals, candidates.rgb, candidates.paint, candidates.area
        )
        return turned[seen]

    def _count(
        self,
        candidates: Candidates,
        directions: NDArray[np.float64],
        rows: NDArray[np.int64],
        front: NDArray[np.int64],
        back: NDArray[np.int64],
    ) -> None:
        """Add to `front` and `back` how many rays from each side leave the model."""
        points, normals = candidates.points[rows], candidates.normals[rows]
        for direction in directions:
            side = np.sign(normals @ direction)
            origins = points + (side * _LIFT_M)[:, None] * normals
            away = np.broadcast_to(direction, origins.shape)
            free = ~self._scene.intersects_any(origins, away) & (side != 0)
            front[rows] += free & (side > 0)
            back[rows] += free & (side < 0)


def thinned(
    points: NDArray[np.float64],
    normals: NDArray[np.float64],
    spacing: float,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Rows of an evenly spaced subset that leaves no gap.

    Samples whose normals point apart (two sides of a board) do not see each other. Samples of one
    side are at least `spacing` apart, closer only where a gap of 0.75 `spacing` had to be filled.
    """
    order = rng.permutation(len(points))
    chosen = _independent(points, normals, spacing, order, np.arange(len(points)))
    _, distance = _nearest(points, normals, chosen)
    gaps = np.flatnonzero(distance > _FILL * spacing)
    more = _independent(points, normals, _FILL * spacing, order, gaps)
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


def _nearest(
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


def _sphere(count: int) -> NDArray[np.float64]:
    """Evenly spread unit vectors (Fibonacci), neighbours in the list far apart."""
    i = np.arange(count) + 0.5
    z = 1 - 2 * i / count
    angle = np.pi * (1 + np.sqrt(5)) * i
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=1)
