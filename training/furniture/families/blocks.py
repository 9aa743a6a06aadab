"""A builder from the ground up: solids by the middle of their lower face, weighted colours."""

from __future__ import annotations

import colorsys
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import ImageColor

from training.furniture.families import geometry
from training.furniture.families.shapes import Part, Parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Rgb = NDArray[np.float64]
    Color = Rgb | str  # 0..255, or "#rrggbb"
    Vector = Sequence[float] | NDArray[np.float64]
    Outline = Sequence[tuple[float, float]]
    Tilt = tuple[str, float]  # axis and degrees, about the middle of the lower face


def choose(rng: np.random.Generator, colors: Mapping[str, float], spread: float = 0.06) -> Rgb:
    """One of the colours ("#rrggbb" -> how often), a bit lighter or darker than it is written."""
    names = list(colors)
    share = np.array([colors[name] for name in names])
    name = names[int(rng.choice(len(names), p=share / share.sum()))]
    light = rng.uniform(1 - spread, 1 + spread)
    rgb: Rgb = np.array(ImageColor.getrgb(name)[:3]) * light + rng.uniform(-3, 3, 3)
    return rgb.clip(6, 250)


def ring(half_x: float, half_y: float, z: float, corner: float = 0.3) -> list[list[float]]:
    """A closed path around a rectangle with cut corners, level at height z."""
    x, y = half_x, half_y
    cut = corner * min(x, y)
    flat = [
        *((-x, -y + cut), (-x + cut, -y), (x - cut, -y), (x, -y + cut)),
        *((x, y - cut), (x - cut, y), (-x + cut, y), (-x, y - cut), (-x, -y + cut)),
    ]
    return [[*xy, z] for xy in flat]


@dataclass
class Blocks(Parts):
    """Parts that are put on top of each other.

    Attributes:
        wooden: its brown parts are of wood.
    """

    wooden: bool = False

    def block(
        self,
        size: Vector,
        at: Vector,
        color: Color,
        *,
        round: float = 0.0,
        tilt: Tilt | None = None,
    ) -> Part:
        """A box of full size (3,)."""
        full = np.asarray(size, float).tolist()
        solid = geometry.rounded_cuboid(full, round) if round > 0 else geometry.cuboid(full)
        return self._put(solid, (0, 0, size[2] / 2), at, color, tilt)

    def post(
        self,
        radius: float,
        height: float,
        at: Vector,
        color: Color,
        *,
        top: float | None = None,
        axis: str = "z",
        tilt: Tilt | None = None,
    ) -> Part:
        """A cylinder, or with `top`, the radius at its upper end, a cone."""
        end = radius if top is None else top
        return self.spun(
            [(0, 0), (radius, 0), (end, height), (0, height)], at, color, axis=axis, tilt=tilt
        )

    def spun(
        self,
        profile: Outline,
        at: Vector,
        color: Color,
        *,
        axis: str = "z",
        squash: float = 1.0,
        tilt: Tilt | None = None,
    ) -> Part:
        """A surface of revolution: (radius, height) from one end to the other.

        Args:
            profile: see geometry.revolved.
            at: the origin of the profile.
            color: of all of it.
            axis: it is turned about, "x", "y" or "z".
            squash: its depth is so many times its width.
            tilt: see Tilt.
        """
        points, faces = geometry.revolved(profile)
        points = points * [1, squash, 1]
        if axis != "z":
            points = points @ geometry.rotation(*{"x": ("y", 90), "y": ("x", -90)}[axis]).T
        return self._put((points, faces), (0, 0, 0), at, color, tilt)

    def blob(self, radii: Vector, at: Vector, color: Color, *, tilt: Tilt | None = None) -> Part:
        """An ellipsoid by its half extents and its middle."""
        angle = np.linspace(-np.pi / 2, np.pi / 2, 11)
        points, faces = geometry.revolved(list(zip(np.cos(angle), np.sin(angle), strict=True)), 20)
        return self._put((points * radii, faces), (0, 0, 0), at, color, tilt)

    def slab(
        self,
        outline: Outline,
        height: float,
        at: Vector,
        color: Color,
        *,
        axis: str = "z",
        tilt: Tilt | None = None,
    ) -> Part:
        """A prism: an outline in xy that rises, or in yz or xz about the middle of its axis."""
        points, faces = geometry.extruded(outline, height)
        x, y, z = points.T
        middle = z - height / 2
        axes = {"z": (x, y, z), "x": (middle, x, y), "y": (x, -middle, y)}
        return self._put((np.stack(axes[axis], axis=1), faces), (0, 0, 0), at, color, tilt)

    def rod(self, path: Sequence[Vector], radius: float, color: Color) -> None:
        """A round rod along straight pieces, sharp at the corners."""
        line = np.asarray(path, float)
        for begin, end in itertools.pairwise(line):
            if np.linalg.norm(end - begin) > 1e-6:
                self._colored(geometry.swept(np.stack([begin, end]), radius), color)
        for corner in line[1:-1]:
            self.blob((radius, radius, radius), corner, color)

    def curve(self, path: Sequence[Vector], radius: float, color: Color, count: int = 14) -> None:
        """A round rod along a smooth curve through the path's points."""
        line = geometry.smooth_path(np.asarray(path, float), count)
        self._colored(geometry.swept(line, radius), color)

    def sheet(self, grid: Sequence[Sequence[Vector]] | NDArray[np.float64], color: Color) -> Part:
        """A thin sheet through a grid (R, C, 3) of points."""
        return self.surface(np.asarray(grid, float), whole_rgb(color))

    def _colored(self, solid: geometry.Solid, color: Color) -> Part:
        rgb = whole_rgb(color)
        return self.add(solid, rgb, "wooden" if self.wooden and _is_brown(rgb) else "")

    def _put(
        self,
        solid: geometry.Solid,
        lift: Vector,
        at: Vector,
        color: Color,
        tilt: Tilt | None,
    ) -> Part:
        part = self._colored(solid, color).move(*lift)
        if tilt is not None:
            part.turn(*tilt, about=(0, 0, 0))
        return part.move(*at)


def whole_rgb(color: Color) -> tuple[int, int, int]:
    """(3,) whole numbers 0..255."""
    if isinstance(color, str):
        r, g, b = ImageColor.getrgb(color)[:3]
    else:
        r, g, b = np.clip(color, 0, 255).round().astype(int).tolist()
    return r, g, b


def _is_brown(rgb: tuple[int, int, int]) -> bool:
    """Whether wood has such a colour: a hue between red and yellow, not too gray."""
    hue, saturation, _ = colorsys.rgb_to_hsv(*(channel / 255 for channel in rgb))
    return 0.04 < hue < 0.125 and saturation > 0.25
