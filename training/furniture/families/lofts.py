"""Solids through level rings: basins, toilet bowls and tubs; stuffed and hanging cloth."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from training.furniture.families import geometry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.furniture.families.geometry import Solid
    from training.furniture.families.shapes import Color, Part, Parts

_TINY_M = 2e-4  # stands for a point, so that no face has no area


class Ring(NamedTuple):
    """A level closed curve: an ellipse (`power` 2), nearly a rectangle (8), or in between.

    Attributes:
        z: its height.
        x: half its width.
        front: how far it reaches towards +y.
        back: how far it reaches towards -y.
        power: of its front half.
        back_power: of its back half, where another one.
        y: moves it.
    """

    z: float
    x: float
    front: float
    back: float
    power: float = 2.0
    back_power: float | None = None
    y: float = 0.0

    def inside(self, by: float, z: float | None = None) -> Ring:
        """The same ring, smaller by so many metres on each side, at another height."""
        return self._replace(
            x=self.x - by,
            front=self.front - by,
            back=self.back - by,
            z=self.z if z is None else z,
        )


def loft(rings: Sequence[Ring], sides: int = 32) -> Solid:
    """A surface through rings, closed at both ends.

    From below upwards outside and then down inside, its faces look outwards.
    """
    first, last = (
        ring._replace(x=_TINY_M, front=_TINY_M, back=_TINY_M) for ring in (rings[0], rings[-1])
    )
    points = np.concatenate([_points(ring, sides) for ring in (first, *rings, last)])
    return points, geometry.grid_faces(len(rings) + 2, sides, wrapped=True)


def dish(
    outer: Sequence[Ring], wall: float, floor: float, *, flat: float = 0.75, steps: int = 4
) -> list[Ring]:
    """Rings of a vessel: `outer` upwards, then a rim and a hollow down to z = floor.

    Args:
        outer: from below to the rim.
        wall: how thick its rim is.
        floor: height of the hollow's lowest point.
        flat: width of the hollow's floor as a share of its opening.
        steps: rings down to the floor.
    """
    rim = outer[-1].inside(wall)
    down = []
    for step in np.linspace(0, 1, steps + 1):
        share = flat + (1 - flat) * float(np.cos(step * np.pi / 2)) ** 0.7
        down.append(
            rim._replace(
                z=rim.z + (floor - rim.z) * float(np.sin(step * np.pi / 2)),
                x=rim.x * share,
                front=rim.front * share,
                back=rim.back * share,
            )
        )
    return [*outer, *down]


def cushion(
    parts: Parts,
    size: tuple[float, float, float],
    colors: Color | NDArray[np.uint8],
    rng: np.random.Generator,
    *,
    material: str = "fabric",
    cells: int = 16,
    pinch: float = 0.08,
    power: float = 0.5,
    round_: bool = False,
) -> list[Part]:
    """A stuffed case that lies: thick in its middle, thin at its seams, its sides drawn in.

    Args:
        parts: gets an upper and a lower sheet, which are returned.
        size: width, depth and thickness.
        colors: one colour, or (cells, cells, 3).
        rng: draws its dents.
        material: see Part.
        cells: along a side.
        pinch: how far its sides are drawn in between the corners, as a share.
        power: below 0.5 boxier, above it flatter towards its seams.
        round_: a disk.
    """
    side = np.sin(np.linspace(-np.pi / 2, np.pi / 2, cells + 1))  # finer towards the seams
    v, u = np.meshgrid(side, side, indexing="ij")
    thick = ((1 - u**2) * (1 - v**2)).clip(0) ** power
    if round_:
        u, v = u * np.sqrt(1 - v**2 / 2), v * np.sqrt(1 - u**2 / 2)
        thick = (1 - u**2 - v**2).clip(0) ** power
    else:
        u, v = u * (1 - pinch * (1 - v**2)), v * (1 - pinch * (1 - u**2))
    made = []
    for sign in (1, -1):
        phase, rate = rng.uniform(0, 6, 2), rng.uniform(2, 5, 2)
        dents = 1 + 0.07 * np.sin(rate[0] * u + phase[0]) * np.sin(rate[1] * v + phase[1])
        z = sign * size[2] / 2 * thick * dents
        grid = np.stack([u * size[0] / 2, v * size[1] / 2, z], axis=2)
        made.append(parts.surface(grid, colors, material))
    return made


def _points(ring: Ring, sides: int) -> NDArray[np.float64]:
    angle = np.arange(sides) * 2 * np.pi / sides
    c, s = np.cos(angle), np.sin(angle)
    back = ring.power if ring.back_power is None else ring.back_power
    power = np.where(s >= 0, ring.power, back)
    x = ring.x * np.sign(c) * np.abs(c) ** (2 / power)
    y = np.where(s >= 0, ring.front, ring.back) * np.sign(s) * np.abs(s) ** (2 / power)
    return np.stack([x, y + ring.y, np.full(sides, ring.z)], axis=1)
