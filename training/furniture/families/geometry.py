"""Vertices and faces of simple shapes: numpy only, metres, z up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import ConvexHull

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Points = NDArray[np.float64]
    Faces = NDArray[np.int64]
    Solid = tuple[Points, Faces]
    Vector = Points | Sequence[float]
    Path = Points | Sequence[Vector]

_CUBE = [[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)]
_CUBE_FACES = [
    *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
    *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
]


def cuboid(size: Vector) -> Solid:
    """A box of full size (3,) about the origin."""
    return np.array(_CUBE) * np.asarray(size, float), np.array(_CUBE_FACES)


def rounded_cuboid(size: Vector, radius: float, steps: int = 2) -> Solid:
    """A box of full size (3,) about the origin, its edges and corners rounded."""
    half = np.asarray(size, float) / 2
    radius = float(min(radius, *(half * 0.999)))
    angles = np.linspace(0, np.pi / 2, steps + 1)
    octant = [
        (np.cos(a) * np.cos(b), np.sin(a) * np.cos(b), np.sin(b)) for a in angles for b in angles
    ]
    signs = np.sign(np.array(_CUBE))
    points = (signs[:, None] * (half - radius + radius * np.array(octant))[None]).reshape(-1, 3)
    return hull(points)


def hull(points: Points) -> Solid:
    """The convex hull of (N, 3) points."""
    found = ConvexHull(points)
    faces = found.simplices.astype(np.int64)
    a, b, c = (points[faces[:, i]] for i in range(3))
    inward = np.einsum("nk,nk->n", np.cross(b - a, c - a), found.equations[:, :3]) < 0
    faces[inward] = faces[inward][:, ::-1]
    return points, faces


def revolved(profile: Sequence[tuple[float, float]], sides: int = 24) -> Solid:
    """A surface of revolution about z.

    Args:
        profile: (radius, z) from one end to the other; an end with radius 0 is closed.
        sides: around the axis.
    """
    rings = np.asarray(profile, float)
    angle = np.arange(sides) * 2 * np.pi / sides
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = np.concatenate(
        [rings[:, None, :1] * ring, np.broadcast_to(rings[:, None, 1:], (len(rings), sides, 1))],
        axis=2,
    )
    return points.reshape(-1, 3), grid_faces(len(rings), sides, wrapped=True)


def grid_faces(rows: int, columns: int, *, wrapped: bool = False) -> Faces:
    """Triangles between rows * columns points, by rows; `wrapped` joins last and first column."""
    steps = columns if wrapped else columns - 1
    row, column = (index.ravel() for index in np.mgrid[: rows - 1, :steps])
    right = (column + 1) % columns
    a, b = row * columns + column, row * columns + right
    c, d = a + columns, b + columns
    return np.stack([np.stack([a, b, d], 1), np.stack([a, d, c], 1)], axis=1).reshape(-1, 3)


def extruded(outline: Sequence[tuple[float, float]], height: float) -> Solid:
    """A prism: a simple polygon (N, 2) in the xy plane, from z = 0 to `height`."""
    flat = np.asarray(outline, float)
    if _area(flat) < 0:
        flat = flat[::-1]
    n = len(flat)
    points = np.concatenate([np.c_[flat, np.zeros(n)], np.c_[flat, np.full(n, height)]])
    cap = _ears(flat)
    i = np.arange(n)
    j = (i + 1) % n
    walls = np.concatenate([np.stack([i, j, j + n], 1), np.stack([i, j + n, i + n], 1)])
    return points, np.concatenate([cap[:, ::-1], cap + n, walls])


def _area(flat: Points) -> float:
    x, y = flat.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _ears(flat: Points) -> Faces:
    """Triangles of a simple polygon, anticlockwise, by cutting off its ears."""
    left, faces = list(range(len(flat))), []
    while len(left) > 3:
        for k in range(len(left)):
            a, b, c = left[k - 1], left[k], left[(k + 1) % len(left)]
            others = [p for p in left if p not in (a, b, c)]
            if _cross(flat[a], flat[b], flat[c]) <= 1e-15:
                continue
            sides = [_cross(flat[p], flat[q], flat[others]) for p, q in ((a, b), (b, c), (c, a))]
            if not (np.min(sides, axis=0) > 1e-15).any():
                break
        else:
            k = 0  # only slivers are left
        faces.append([left[k - 1], left[k], left[(k + 1) % len(left)]])
        del left[k]
    return np.array([*faces, left])


def _cross(a: Points, b: Points, c: Points) -> Points:
    """Twice the signed area of (a, b, c), c (2,) or (N, 2)."""
    result: Points = (b[0] - a[0]) * (c[..., 1] - a[1]) - (b[1] - a[1]) * (c[..., 0] - a[0])
    return result


def swept(path: Path, radius: float, sides: int = 8) -> Solid:
    """A round tube along a path (N, 3), its ends closed."""
    line = np.asarray(path, float)
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True).clip(1e-12)
    across = np.cross(tangent[0], np.eye(3)[np.abs(tangent[0]).argmin()])
    angle = np.arange(sides) * 2 * np.pi / sides
    rings = []
    for here, along in zip(line, tangent, strict=True):
        across = across - (across @ along) * along  # carried along without twist
        across /= max(float(np.linalg.norm(across)), 1e-12)
        other = np.cross(along, across)
        rings.append(
            here + radius * (np.outer(np.cos(angle), across) + np.outer(np.sin(angle), other))
        )
    ends = [np.broadcast_to(line[0], (sides, 3)), *rings, np.broadcast_to(line[-1], (sides, 3))]
    return np.concatenate(ends), grid_faces(len(ends), sides, wrapped=True)


def rotation(axis: str, degrees: float) -> NDArray[np.float64]:
    """(3, 3) matrix that turns anticlockwise about "x", "y" or "z"."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


def smooth_path(points: Path, count: int = 24) -> Points:
    """(count, 3) points of a smooth curve (Catmull-Rom) through the given ones."""
    p = np.asarray(points, float)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    at = np.linspace(0, len(p) - 3 - 1e-9, count)
    i = at.astype(int)
    t = (at - i)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    curve: Points = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return curve
