"""Results of the furniture makers, and the parts that many of them share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detailbase_core.synthetic.colors import jittered
from detailbase_core.synthetic.primitives import box, cylinder

if TYPE_CHECKING:
    import numpy as np

    from detailbase_core.synthetic.primitives import Color, Primitive, Vector


@dataclass
class Parts:
    """Solids of a model while it is being put together (metres, model frame).

    Attributes:
        solids: boxes, cylinders and ellipsoids.
        shape: "round" or "rectangular" where people would say so.
        on, under: (centre, half extents, free height) of places for smaller objects.
        has, lacks: see furniture_model.FurnitureModel's parts and lacks.
    """

    solids: list[Primitive] = field(default_factory=list)
    shape: str | None = None
    on: list[tuple[Vector, tuple[float, float], float]] = field(default_factory=list)
    under: list[tuple[Vector, tuple[float, float], float]] = field(default_factory=list)
    has: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()

    def box(self, center: Vector, size: Vector, rgb: Color) -> None:
        """Add a box by centre and full size."""
        self.solids.append(box(center, size, rgb))

    def cylinder(self, center: Vector, radius: float, height: float, rgb: Color) -> None:
        """Add an upright cylinder."""
        self.solids.append(cylinder(center, radius, height, rgb))

    def legs(
        self, size: tuple[float, float], height: float, thick: float, rgb: Color, *, round_: bool
    ) -> None:
        """Four legs at the corners of a rectangle of this full size."""
        x, y = size[0] / 2 - thick / 2, size[1] / 2 - thick / 2
        for sx in (-1, 1):
            for sy in (-1, 1):
                center = (sx * x, sy * y, height / 2)
                if round_:
                    self.cylinder(center, thick / 2, height, rgb)
                else:
                    self.box(center, (thick, thick, height), rgb)

    def column(self, height: float, foot: float, rgb: Color) -> None:
        """A central column on a round foot of this radius."""
        self.cylinder((0, 0, 0.015), foot, 0.03, rgb)
        self.cylinder((0, 0, height / 2), 0.035, height, rgb)


def frame_color(rng: np.random.Generator, main: Color) -> Color:
    """Colour of legs and frames: wood, metal, or the same as the rest."""
    if rng.random() < 0.35:
        return main
    return jittered(str(rng.choice(["brown", "black", "grey", "white"])), rng)
