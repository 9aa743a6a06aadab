"""A builder of models from coloured parts, in the bank's model frame.

Metres; x to one side, front towards +y, z up. Every method adds one part and returns it, so that it
can be turned and moved: `parts.box((0, 0, 1), (1, 0.2, 0.1), RED).turn("x", 10)`. `rgb` is a colour
(3,) in 0..255. Where the origin is does not matter: models are put on their lowest point.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import geometry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.furniture.families.geometry import Path, Solid, Vector

    Color = Sequence[int]


@dataclass
class Part:
    """One solid or sheet.

    Attributes:
        points: (V, 3) metres.
        faces: (F, 3) rows of points.
        rgb: (F, 3) 0..255, a colour for each face.
        material: "wooden", "metal", "plastic", "fabric", "leather", "glass", "ceramic", "wicker",
            "marble", or "" where nobody would say.
    """

    points: NDArray[np.float64]
    faces: NDArray[np.int64]
    rgb: NDArray[np.float64]
    material: str = ""

    def turn(self, axis: str, degrees: float, about: Vector | None = None) -> Part:
        """Turn anticlockwise about an axis "x", "y" or "z" through a point; None = its middle."""
        middle = (self.points.min(axis=0) + self.points.max(axis=0)) / 2
        center = middle if about is None else np.asarray(about, float)
        self.points = (self.points - center) @ geometry.rotation(axis, degrees).T + center
        return self

    def move(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Part:
        """Shift by metres."""
        self.points = self.points + np.array([x, y, z])
        return self

    @property
    def area(self) -> float:
        """Square metres of all faces."""
        a, b, c = (self.points[self.faces[:, i]] for i in range(3))
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


@dataclass
class Parts:
    """A model while it is being put together.

    Attributes:
        parts: what it is made of.
        has, lacks: what people would say it is with and without, as words: {"wheels"}.
        shape: "round", "square", "rectangular", or None = computed.
        mount: where this one is put, if not where its family is.
        elevation: of its lowest point on a wall, metres, if not its family's.
        laden: whether other things hang or stand on it, by whose colours nobody calls it.
    """

    parts: list[Part] = field(default_factory=list)
    has: set[str] = field(default_factory=set)
    lacks: set[str] = field(default_factory=set)
    shape: str | None = None
    mount: str | None = None
    elevation: float | None = None
    laden: bool = False

    def add(self, solid: Solid, rgb: Color, material: str = "") -> Part:
        """Any (points, faces) in one colour."""
        points, faces = solid
        colors = np.broadcast_to(np.asarray(rgb, float), (len(faces), 3)).copy()
        part = Part(np.asarray(points, float), faces, colors, material)
        self.parts.append(part)
        return part

    def box(
        self, center: Vector, size: Vector, rgb: Color, material: str = "", *, round: float = 0.0
    ) -> Part:
        """A box by its centre and full size; `round` is the radius of its edges."""
        solid = geometry.rounded_cuboid(size, round) if round > 0 else geometry.cuboid(size)
        return self.add(solid, rgb, material).move(*center)

    def cylinder(
        self,
        center: Vector,
        radius: float,
        height: float,
        rgb: Color,
        material: str = "",
        *,
        axis: str = "z",
        top: float | None = None,
        sides: int = 24,
    ) -> Part:
        """A cylinder along an axis; with `top`, the radius at its upper end, a cone or frustum."""
        end = radius if top is None else top
        half = height / 2
        profile = [(0.0, -half), (radius, -half), (end, half), (0.0, half)]
        part = self.add(geometry.revolved(profile, sides), rgb, material)
        if axis != "z":
            part.turn("y" if axis == "x" else "x", 90 if axis == "x" else -90, (0, 0, 0))
        return part.move(*center)

    def ball(self, center: Vector, size: Vector, rgb: Color, material: str = "") -> Part:
        """An ellipsoid by its centre and full size."""
        angle = np.linspace(-np.pi / 2, np.pi / 2, 11)
        profile = list(zip(np.cos(angle), np.sin(angle), strict=True))
        part = self.add(geometry.revolved(profile, 20), rgb, material)
        part.points = part.points * (np.asarray(size, float) / 2)
        return part.move(*center)

    def lathe(
        self,
        profile: Sequence[tuple[float, float]],
        rgb: Color,
        material: str = "",
        *,
        center: Vector = (0, 0, 0),
        sides: int = 24,
    ) -> Part:
        """A surface of revolution about z: (radius, z) from one end to the other.

        Inner sides too, where they are seen: a bowl's profile goes up outside and down inside.
        """
        return self.add(geometry.revolved(profile, sides), rgb, material).move(*center)

    def extrude(
        self,
        outline: Sequence[tuple[float, float]],
        thickness: float,
        rgb: Color,
        material: str = "",
        *,
        plane: str = "xz",
    ) -> Part:
        """A plate of any outline, its middle in the plane.

        Args:
            outline: a simple polygon in the coordinates of the plane.
            thickness: metres across the plane.
            rgb: colour.
            material: see Part.
            plane: "xz" (stands, seen from the front), "yz" (seen from the side), "xy" (lies).
        """
        part = self.add(geometry.extruded(outline, thickness), rgb, material)
        x, y, z = part.points.T
        z = z - thickness / 2
        axes = {"xy": (x, y, z), "xz": (x, -z, y), "yz": (z, x, y)}
        part.points = np.stack(axes[plane], axis=1)
        return part

    def tube(
        self,
        path: Path,
        radius: float,
        rgb: Color,
        material: str = "",
        *,
        smooth: int = 0,
        sides: int = 8,
    ) -> Part:
        """A round rod along a path; `smooth` > 0: a curve of so many points through the path's."""
        line = geometry.smooth_path(path, smooth) if smooth else path
        return self.add(geometry.swept(line, radius, sides), rgb, material)

    def surface(
        self, points: NDArray[np.float64], colors: Color | NDArray[np.uint8], material: str = ""
    ) -> Part:
        """A thin sheet of any form, seen from both sides.

        Args:
            points: (R, C, 3) a grid.
            colors: one colour, or (R - 1, C - 1, 3) one for each cell.
            material: see Part.
        """
        rows, columns = points.shape[:2]
        faces = geometry.grid_faces(rows, columns)
        rgb = np.asarray(colors, float)
        part = self.add((points.reshape(-1, 3), faces), (0, 0, 0), material)
        part.rgb = np.repeat(rgb.reshape(-1, 3), 2, axis=0) if rgb.ndim == 3 else part.rgb + rgb
        return part

    def picture(
        self,
        center: Vector,
        size: tuple[float, float],
        colors: NDArray[np.uint8],
        material: str = "",
    ) -> Part:
        """A flat painted sheet that faces the front (+y), upright; turn it to lay it down.

        `.turn("x", 90)` makes it face up, its upper edge away from the front.

        Args:
            center: its middle; put it a millimetre before what it is painted on.
            size: width and height.
            colors: (H, W, 3) of its cells, the upper line first, as a viewer before it sees it.
            material: see Part.
        """
        height, width = colors.shape[:2]
        x = np.linspace(size[0] / 2, -size[0] / 2, width + 1)  # to a viewer before it, +x is left
        z = np.linspace(size[1] / 2, -size[1] / 2, height + 1)
        grid = np.zeros((height + 1, width + 1, 3))
        grid[..., 0], grid[..., 2] = x[None], z[:, None]
        return self.surface(grid, colors, material).move(*center)

    def legs(
        self,
        size: tuple[float, float],
        height: float,
        thick: float,
        rgb: Color,
        material: str = "",
        *,
        round_: bool = False,
        taper: float = 1.0,
    ) -> None:
        """Four legs from z = 0 at the corners of a rectangle of this full size."""
        x, y = size[0] / 2 - thick / 2, size[1] / 2 - thick / 2
        for sx in (-1, 1):
            for sy in (-1, 1):
                center = (sx * x, sy * y, height / 2)
                if round_:
                    self.cylinder(
                        center, thick / 2 * taper, height, rgb, material, top=thick / 2, sides=12
                    )
                else:
                    self.box(center, (thick, thick, height), rgb, material)

    def wheel(self, center: Vector, radius: float, width: float, rgb: Color) -> Part:
        """A castor's wheel, its axle along x."""
        return self.cylinder(center, radius, width, rgb, "plastic", axis="x", sides=16)

    def join(
        self, other: Parts, x: float = 0.0, y: float = 0.0, z: float = 0.0, *, yaw: float = 0.0
    ) -> None:
        """Add another model's parts, turned about z by degrees, then moved."""
        for part in other.parts:
            part.turn("z", yaw, (0, 0, 0)).move(x, y, z)
            self.parts.append(part)
        self.has |= other.has

    def lift(self, z: float) -> None:
        """Move all parts up by metres."""
        for part in self.parts:
            part.move(z=z)

    @property
    def extent(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(3,) lowest and (3,) highest corner of the box around all parts."""
        points = np.concatenate([part.points for part in self.parts])
        return points.min(axis=0), points.max(axis=0)

    @property
    def material(self) -> str:
        """The material of at least 70% of the surface, or ""."""
        areas: dict[str, float] = {}
        for part in self.parts:
            areas[part.material] = areas.get(part.material, 0.0) + part.area
        word = max(areas, key=lambda name: areas[name])
        return word if areas[word] >= 0.7 * sum(areas.values()) else ""
