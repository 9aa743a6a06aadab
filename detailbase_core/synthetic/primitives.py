"""Boxes, cylinders and ellipsoids: what all synthetic furniture is made of.

Every solid is its unit shape (the cube [-1, 1]^3, the upright cylinder of radius 1 and
half height 1, the unit ball), stretched by `half` and turned by `yaw` about z. So one
affine change of coordinates serves ray casting, normals and overlap for all three.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHAPES = ("box", "cylinder", "ellipsoid")

Vector = tuple[float, float, float]
Color = tuple[int, int, int]


@dataclass(frozen=True)
class Primitive:
    """One solid of one colour.

    Attributes:
        shape: "box", "cylinder" (upright) or "ellipsoid".
        center: metres.
        half: half extents along its own x, y, z, metres; all > 0.
        rgb: 0..255.
        yaw: rotation about z, radians.
    """

    shape: str
    center: Vector
    half: Vector
    rgb: Color
    yaw: float = 0.0

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"shape {self.shape!r} is not one of {', '.join(SHAPES)}")
        if min(self.half) <= 0:
            raise ValueError(f"{self.shape}: half extents must be positive, got {self.half}")

    def moved(self, offset: Vector, yaw: float) -> Primitive:
        """This solid turned by `yaw` about the z axis of its frame, then shifted."""
        x, y, z = self.center
        c, s = np.cos(yaw), np.sin(yaw)
        center = (
            float(c * x - s * y + offset[0]),
            float(s * x + c * y + offset[1]),
            float(z + offset[2]),
        )
        return replace(self, center=center, yaw=self.yaw + yaw)


def box(center: Vector, size: Vector, rgb: Color) -> Primitive:
    """A box by its centre and full size (metres)."""
    return Primitive("box", center, (size[0] / 2, size[1] / 2, size[2] / 2), rgb)


def cylinder(center: Vector, radius: float, height: float, rgb: Color) -> Primitive:
    """An upright cylinder by its centre, radius and height (metres)."""
    return Primitive("cylinder", center, (radius, radius, height / 2), rgb)


def ellipsoid(center: Vector, size: Vector, rgb: Color) -> Primitive:
    """An ellipsoid by its centre and full size (metres)."""
    return Primitive("ellipsoid", center, (size[0] / 2, size[1] / 2, size[2] / 2), rgb)


@dataclass(frozen=True)
class PrimitiveTable:
    """Many solids as arrays.

    Attributes:
        shape: (P,) int64 index into SHAPES.
        center, half: (P, 3) float64, metres.
        yaw: (P,) float64, radians.
        rgb: (P, 3) uint8.
        owner: (P,) int64 object id.
    """

    shape: NDArray[np.int64]
    center: NDArray[np.float64]
    half: NDArray[np.float64]
    yaw: NDArray[np.float64]
    rgb: NDArray[np.uint8]
    owner: NDArray[np.int64]

    @classmethod
    def of(cls, solids: Sequence[Primitive], owners: Sequence[int]) -> PrimitiveTable:
        """Stack solids; `owners` gives each one's object id."""
        return cls(
            np.array([SHAPES.index(p.shape) for p in solids], np.int64),
            np.array([p.center for p in solids], np.float64).reshape(-1, 3),
            np.array([p.half for p in solids], np.float64).reshape(-1, 3),
            np.array([p.yaw for p in solids], np.float64),
            np.array([p.rgb for p in solids], np.uint8).reshape(-1, 3),
            np.array(owners, np.int64),
        )

    def __len__(self) -> int:
        return len(self.shape)

    def corners(self) -> NDArray[np.float64]:
        """(P, 8, 3) corners of each solid's own bounding box, metres."""
        signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
        local = signs[None] * self.half[:, None]
        c, s = np.cos(self.yaw)[:, None], np.sin(self.yaw)[:, None]
        x = c * local[..., 0] - s * local[..., 1]
        y = s * local[..., 0] + c * local[..., 1]
        return np.stack([x, y, local[..., 2]], axis=-1) + self.center[:, None]

    def to_unit(self) -> NDArray[np.float64]:
        """(P, 3, 3) matrices that turn map directions into each unit shape's coordinates."""
        c, s, zero = np.cos(self.yaw), np.sin(self.yaw), np.zeros(len(self))
        rows = np.stack([c, s, zero, -s, c, zero, zero, zero, zero + 1], axis=-1)
        return np.asarray(rows.reshape(-1, 3, 3) / self.half[:, :, None])


def bounds(solids: Sequence[Primitive]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest corner (3,) of an axis-aligned box around some solids, metres."""
    corners = PrimitiveTable.of(solids, [0] * len(solids)).corners().reshape(-1, 3)
    return corners.min(axis=0), corners.max(axis=0)


def any_overlap(a: PrimitiveTable, b: PrimitiveTable, gap: float = 0.0) -> bool:
    """Whether any solid of `a` comes nearer than `gap` metres to any of `b`.

    Works on the solids' own upright bounding boxes with the separating axis theorem, so it
    errs towards True for round ones.
    """
    reach = a.half[:, None, 2] + b.half[None, :, 2]
    close = np.abs(a.center[:, None, 2] - b.center[None, :, 2]) < reach + min(gap, 1e-6)
    if not close.any():
        return False
    for axis_yaw in (a.yaw[:, None], b.yaw[None, :]):
        for turn in (0.0, np.pi / 2):
            ux, uy = np.cos(axis_yaw + turn), np.sin(axis_yaw + turn)
            apart = (a.center[:, None, 0] - b.center[None, :, 0]) * ux
            apart = apart + (a.center[:, None, 1] - b.center[None, :, 1]) * uy
            reach = _half_width(a, ux, uy, 0) + _half_width(b, ux, uy, 1)
            close &= np.abs(apart) < reach + gap
    return bool(close.any())


def _half_width(
    t: PrimitiveTable, ux: NDArray[np.float64], uy: NDArray[np.float64], axis: int
) -> NDArray[np.float64]:
    """Half the extent of each solid's footprint along the unit vectors (ux, uy)."""
    c, s = np.cos(t.yaw), np.sin(t.yaw)
    hx, hy = t.half[:, 0], t.half[:, 1]
    if axis == 0:
        c, s, hx, hy = c[:, None], s[:, None], hx[:, None], hy[:, None]
    return np.asarray(np.abs(c * ux + s * uy) * hx + np.abs(c * uy - s * ux) * hy)


def ray_depths(
    shape: int, origin: NDArray[np.float32], direction: tuple[NDArray[np.float32], ...]
) -> NDArray[np.float32]:
    """Ray parameter of the first hit with a unit shape, inf where there is none.

    Args:
        shape: index into SHAPES.
        origin: (3,) start of all rays, in the unit shape's coordinates, outside of it.
        direction: x, y and z of the rays' directions, arrays of one shape, any length.
    """
    if shape == 0:
        return _hit_cube(origin, direction)
    if shape == 1:
        return _hit_cylinder(origin, direction)
    return _hit_ball(origin, direction)


def _slab(
    origin: np.float32, direction: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Entry and exit of |coordinate| <= 1 along one axis."""
    inverse = 1 / np.where(direction == 0, np.float32(1e-12), direction)  # no 0 * inf
    middle, half = -origin * inverse, np.abs(inverse)
    return middle - half, middle + half


def _hit_cube(
    origin: NDArray[np.float32], direction: tuple[NDArray[np.float32], ...]
) -> NDArray[np.float32]:
    enter, leave = _slab(origin[0], direction[0])
    for axis in (1, 2):
        near, far = _slab(origin[axis], direction[axis])
        enter, leave = np.maximum(enter, near), np.minimum(leave, far)
    return np.where((enter <= leave) & (enter > 0), enter, np.float32(np.inf))


def _hit_cylinder(
    origin: NDArray[np.float32], direction: tuple[NDArray[np.float32], ...]
) -> NDArray[np.float32]:
    dx, dy, dz = direction
    a = dx * dx + dy * dy
    enter, leave = _ball_interval(a, origin[0] * dx + origin[1] * dy, origin[:2])
    near, far = _slab(origin[2], dz)
    enter, leave = np.maximum(enter, near), np.minimum(leave, far)
    return np.where((enter <= leave) & (enter > 0), enter, np.float32(np.inf))


def _hit_ball(
    origin: NDArray[np.float32], direction: tuple[NDArray[np.float32], ...]
) -> NDArray[np.float32]:
    dx, dy, dz = direction
    a = dx * dx + dy * dy + dz * dz
    enter, leave = _ball_interval(a, origin[0] * dx + origin[1] * dy + origin[2] * dz, origin)
    return np.where((enter <= leave) & (enter > 0), enter, np.float32(np.inf))


def _ball_interval(
    a: NDArray[np.float32], b: NDArray[np.float32], origin: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Roots of a t^2 + 2 b t + (|origin|^2 - 1); an empty interval where there are none."""
    c = np.float32(origin @ origin - 1)
    a = np.maximum(a, np.float32(1e-20))  # a ray along the axis
    root = b * b - a * c
    missed = root < 0
    root = np.sqrt(np.maximum(root, 0))
    enter = np.where(missed, np.float32(np.inf), (-b - root) / a)
    return enter, np.where(missed, np.float32(-np.inf), (-b + root) / a)
