"""Faces of meshes -> points on them, about a centimetre apart.

Vertices alone would show a wall as its four corners.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from detailbase_core.types import GREY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.io.colors import Colors

SPACING = 0.01  # between points, in metres
MAX_POINTS = 5_000_000  # a larger area gets wider spacing
_LARGEST_ROOM = 100.0  # what is wider is not in metres: a room of 6 m then, whatever the unit
_USUAL_ROOM_STEPS = 600.0
_SEED = 0
_CHUNK = 1 << 20  # faces


class SurfacePoints(NamedTuple):
    """Points on triangles.

    Attributes:
        xyz: (M, 3) float64, in the order of the faces.
        face: (M,) int64 index of the face that each lies on.
        weights: (M, 3) float64 barycentric coordinates in it.
    """

    xyz: NDArray[np.float64]
    face: NDArray[np.int64]
    weights: NDArray[np.float64]


def point_spacing(extent: float, area: float) -> float:
    """Distance between points: a centimetre, in whatever unit the mesh is.

    Args:
        extent: largest side of the mesh, in its unit.
        area: of all its faces.
    """
    spacing = SPACING if extent <= _LARGEST_ROOM else extent / _USUAL_ROOM_STEPS
    return float(max(spacing, (area / MAX_POINTS) ** 0.5))


def face_areas(vertices: NDArray[Any], faces: NDArray[Any]) -> NDArray[np.float64]:
    """(F,) areas of triangles (F, 3) of vertices (N, 3); 0 where a corner is not finite."""
    areas = np.empty(len(faces))
    for begin in range(0, len(faces), _CHUNK):  # all at once would take gigabytes
        part = slice(begin, begin + _CHUNK)
        a, b, c = (vertices[faces[part, k]].astype(np.float64) for k in range(3))
        with np.errstate(invalid="ignore", over="ignore"):
            areas[part] = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    areas[~np.isfinite(areas)] = 0.0
    return areas


def points_on_faces(
    xyz: NDArray[Any], colors: Colors, faces: NDArray[Any], face_colors: Colors | None = None
) -> tuple[NDArray[Any], Colors]:
    """The vertices of a mesh, and points between them on its faces.

    Args:
        xyz: (N, 3) vertices.
        colors: of the vertices, mixed on the faces.
        faces: (F, 3) indices of vertices.
        face_colors: of the faces, where there are none of vertices.
    """
    corners = xyz[np.isfinite(xyz).all(axis=1)]
    extent = float(np.ptp(corners.astype(np.float64), axis=0).max()) if len(corners) else 0.0
    areas = face_areas(xyz, faces)
    points = sample_faces(xyz, faces, areas, point_spacing(extent, float(areas.sum())))
    every = np.concatenate([xyz.astype(np.float64), points.xyz])
    if face_colors is None:
        rgb = np.rint(mixed(colors.rgb, faces[points.face], points.weights)).astype(np.uint8)
        return every, replace(colors, rgb=np.concatenate([colors.rgb, rgb]))
    of_vertices = np.full((len(xyz), 3), GREY, np.uint8)
    of_vertices[faces] = face_colors.rgb[:, None]
    rgb = np.concatenate([of_vertices, face_colors.rgb[points.face]])
    return every, replace(face_colors, rgb=rgb, note=f"{face_colors.note} of faces")


def sample_faces(
    vertices: NDArray[Any], faces: NDArray[Any], areas: NDArray[np.float64], spacing: float
) -> SurfacePoints:
    """Points spread evenly over faces, one for each `spacing` squared; the same every time.

    Args:
        vertices: (N, 3).
        faces: (F, 3) indices of their corners.
        areas: (F,) from face_areas.
        spacing: from point_spacing.
    """
    random = np.random.default_rng(_SEED)
    counts = np.floor(areas / spacing**2 + random.random(len(faces))).astype(np.int64)
    face = np.repeat(np.arange(len(faces)), counts)
    root, along = np.sqrt(random.random(len(face))), random.random(len(face))
    weights = np.stack([1.0 - root, root * (1.0 - along), root * along], axis=1)
    return SurfacePoints(mixed(vertices, faces[face], weights), face, weights)


def mixed(
    values: NDArray[Any], corners: NDArray[Any], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(M, C) means of the values (N, C) of three corners (M, 3) by their weights (M, 3)."""
    total = np.zeros((len(corners), values.shape[1]))
    for k in range(3):
        total += values[corners[:, k]] * weights[:, k, None]
    return total
