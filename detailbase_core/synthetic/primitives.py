"""Boxes, cylinders and ellipsoids: what all synthetic furniture is made of.

Every solid is its unit shape (the cube [-1, 1]^3, the upright cylinder of radius 1 and
half height 1, the unit ball), stretched by `half` and turned by `yaw` about z. So one
affine change of coordinates serves sampling, normals and containment for all three.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
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

    def contains(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(N,) whether points (N, 3), metres, lie inside (not on the surface)."""
        x, y, z = (points - np.array(self.center)).T
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        unit = np.stack([c * x + s * y, c * y - s * x, z], axis=1) / np.array(self.half)
        limit = 1 - 1e-6
        if self.shape == "box":
            return np.asarray((np.abs(unit) < limit).all(axis=1))
        if self.shape == "cylinder":
            round_ = (unit[:, :2] ** 2).sum(axis=1) < limit
            return np.asarray(round_ & (np.abs(unit[:, 2]) < limit))
        return np.asarray((unit**2).sum(axis=1) < limit)


def box(center: Vector, size: Vector, rgb: Color) -> Primitive:
    """A box by its centre and full size (metres)."""
    return Primitive("box", center, (size[0] / 2, size[1] / 2, size[2] / 2), rgb)


def cylinder(center: Vector, radius: float, height: float, rgb: Color) -> Primitive:
    """An upright cylinder by its centre, radius and height (metres)."""
    return Primitive("cylinder", center, (radius, radius, height / 2), rgb)


def ellipsoid(center: Vector, size: Vector, rgb: Color) -> Primitive:
    """An ellipsoid by its centre and full size (metres)."""
    return Primitive("ellipsoid", center, (size[0] / 2, size[1] / 2, size[2] / 2), rgb)
