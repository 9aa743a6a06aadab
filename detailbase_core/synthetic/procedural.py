"""Furniture of boxes, cylinders and ellipsoids as surface samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.furniture_model import FurnitureModel, Surface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.parts import Parts
    from detailbase_core.synthetic.primitives import Color, Primitive

LIBRARY = "made"
_SPACING_M = (0.012, 0.03)
_SAMPLES = 6000  # per model, about
_COVER = 0.76  # radius / spacing; a square grid has no holes from 0.71 on


def model_from_parts(
    parts: Parts,
    category: str,
    *,
    key: str,
    color: str | None,
    main: Color,
    mount: str,
    has_front: bool,
) -> FurnitureModel:
    """Sample what the furniture makers hand back.

    Args:
        parts: solids in the model frame; what hangs on a wall has its height above the floor.
        category: what people call it.
        key: unique name after "made/".
        color: name of its main colour; None where no word fits.
        main: the main colour itself.
        mount: see FurnitureModel.
        has_front: see FurnitureModel.
    """
    area = sum(_area(solid) for solid in parts.solids)
    spacing = float(np.clip(np.sqrt(area / _SAMPLES), *_SPACING_M))
    sampled = [_sampled(solid, spacing) for solid in parts.solids]
    kept = [
        ~_buried(points, parts.solids[:i] + parts.solids[i + 1 :])
        for i, (points, _) in enumerate(sampled)
    ]
    points = np.concatenate([p[k] for (p, _), k in zip(sampled, kept, strict=True)])
    normals = np.concatenate([n[k] for (_, n), k in zip(sampled, kept, strict=True)])
    counts = [int(k.sum()) for k in kept]
    rgb = np.repeat(np.array([s.rgb for s in parts.solids], np.uint8), counts, axis=0)
    low, high = points.min(axis=0), points.max(axis=0)
    middle = np.array([*(low[:2] + high[:2]) / 2, low[2]])
    width, depth, height = (high - low).tolist()
    return FurnitureModel(
        key=f"{LIBRARY}/{key}",
        name=category,
        category=category,
        library=LIBRARY,
        author="detailbase_ros",
        license="Apache-2.0",
        mount=mount,
        elevation=float(low[2]),
        size=(width, depth, height),
        points=(points - middle).astype(np.float32),
        normals=normals.astype(np.float32),
        rgb=rgb,
        radius=_COVER * spacing,
        main=(rgb == np.array(main)).all(axis=1),
        color=color,
        material=None,
        shape=parts.shape,
        has_front=has_front,
        parts=parts.has,
        lacks=parts.lacks,
        on=_surfaces(parts.on, middle),
        under=_surfaces(parts.under, middle),
    )


def _surfaces(
    places: Sequence[tuple[tuple[float, float, float], tuple[float, float], float]],
    middle: NDArray[np.float64],
) -> tuple[Surface, ...]:
    return tuple(
        Surface((x - middle[0], y - middle[1], z - middle[2]), half, clearance)
        for (x, y, z), half, clearance in places
    )


def _area(solid: Primitive) -> float:
    a, b, c = (2 * h for h in solid.half)
    if solid.shape == "box":
        return 2 * (a * b + b * c + c * a)
    if solid.shape == "cylinder":
        return float(np.pi * a * c + np.pi * a * b / 2)
    return float(np.pi * ((a * b + b * c + c * a) / 3))


def _sampled(solid: Primitive, spacing: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (N, 3) on a solid's surface about `spacing` apart, and outward normals."""
    half = np.array(solid.half)
    if solid.shape == "box":
        unit, normal = _box(half, spacing)
    elif solid.shape == "cylinder":
        unit, normal = _cylinder(half, spacing)
    else:
        unit = normal = _ball(max(12, round(_area(solid) / spacing**2)))
    normal = normal / half
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    c, s = np.cos(solid.yaw), np.sin(solid.yaw)
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    return unit * half @ turn.T + np.array(solid.center), normal @ turn.T


def _steps(length: float, spacing: float) -> NDArray[np.float64]:
    """Middles of even steps over [-1, 1]."""
    count = max(1, int(np.ceil(length / spacing)))
    return np.asarray((np.arange(count) + 0.5) * 2 / count - 1)


def _box(
    half: NDArray[np.float64], spacing: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points, normals = [], []
    for axis in range(3):
        p, q = (axis + 1) % 3, (axis + 2) % 3
        grid = np.meshgrid(_steps(2 * half[p], spacing), _steps(2 * half[q], spacing))
        for side in (-1.0, 1.0):
            face = np.empty((grid[0].size, 3))
            face[:, axis], face[:, p], face[:, q] = side, grid[0].ravel(), grid[1].ravel()
            points.append(face)
            normals.append(np.broadcast_to(side * np.eye(3)[axis], face.shape))
    return np.concatenate(points), np.concatenate(normals)


def _cylinder(
    half: NDArray[np.float64], spacing: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    radius = float(half[:2].max())
    angle, z = np.meshgrid(
        _steps(2 * np.pi * radius, spacing) * np.pi, _steps(2 * half[2], spacing)
    )
    around = np.stack([np.cos(angle).ravel(), np.sin(angle).ravel(), np.zeros(angle.size)], 1)
    points, normals = [around + z.reshape(-1, 1) * [0, 0, 1]], [around]
    disk = np.stack(np.meshgrid(*[_steps(2 * radius, spacing)] * 2), axis=-1).reshape(-1, 2)
    disk = disk[(disk**2).sum(axis=1) < 1]
    for side in (-1.0, 1.0):
        points.append(np.column_stack([disk, np.full(len(disk), side)]))
        normals.append(np.broadcast_to([0.0, 0.0, side], points[-1].shape))
    return np.concatenate(points), np.concatenate(normals)


def _ball(count: int) -> NDArray[np.float64]:
    """Even directions: a Fibonacci spiral."""
    i = np.arange(count) + 0.5
    z = 1 - 2 * i / count
    angle = np.pi * (1 + 5**0.5) * i
    ring = np.sqrt(1 - z**2)
    return np.stack([ring * np.cos(angle), ring * np.sin(angle), z], axis=1)


def _buried(points: NDArray[np.float64], others: Sequence[Primitive]) -> NDArray[np.bool_]:
    """(N,) whether points lie inside any other solid."""
    buried = np.zeros(len(points), bool)
    for solid in others:
        buried |= solid.contains(points)
    return buried
