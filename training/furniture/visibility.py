"""Visible part of a model from viewpoints in a room."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.mesh_library import trimesh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from training.furniture.candidates import Candidates
    from training.furniture.meshes import Mesh

_GROUND_M = {"floor": 0.6, "top": 0.3}  # what it stands on reaches this far around it
_LIFT_M = 0.0005  # rays start this far off the surface: doubled faces do not hide each other


class Rays:
    """Samples that some viewpoint in a room sees.

    Args:
        mesh: the model.
        mount: where it is put.
        directions: how many are looked in, evenly spread over the sphere.
    """

    def __init__(self, mesh: Mesh, mount: str, directions: int = 96) -> None:
        flat = mesh.triangles.reshape(-1, 3)
        if mount in _GROUND_M:
            flat = np.concatenate([flat, _ground(flat, _GROUND_M[mount])])
        soup = trimesh.Trimesh(flat, np.arange(len(flat)).reshape(-1, 3), process=False)
        self._scene = trimesh.ray.ray_pyembree.RayMeshIntersector(soup)
        sphere = _sphere(directions)
        # A camera may be a bit lower than what it looks at.
        sphere = sphere[sphere[:, 2] < 0.3 if mount == "ceiling" else sphere[:, 2] > -0.35]
        if mount == "wall":
            sphere = sphere[sphere[:, 1] > 0.05]
        self._directions = sphere

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
        return replace(candidates, normals=normals)[seen]

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
            blocked: NDArray[np.bool_] = self._scene.intersects_any(origins, away)  # type: ignore[no-untyped-call]
            free = ~blocked & (side != 0)
            front[rows] += free & (side > 0)
            back[rows] += free & (side < 0)


def _ground(points: NDArray[np.float64], margin: float) -> NDArray[np.float64]:
    """Two triangles (6, 3) just below all points."""
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    z = points[:, 2].min() - 2 * _LIFT_M
    a, b, c, d = ((x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]))
    return np.array([a, b, c, b, d, c])


def _sphere(count: int) -> NDArray[np.float64]:
    """Evenly spread unit vectors (Fibonacci), neighbours in the list far apart."""
    i = np.arange(count) + 0.5
    z = 1 - 2 * i / count
    angle = np.pi * (1 + np.sqrt(5)) * i
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=1)
