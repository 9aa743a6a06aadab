"""Furniture of boxes, cylinders and ellipsoids, with the sizes that real pieces have.

Every kind is a function of a random generator and a main colour. Models stand in their own
frame: origin at the middle of the footprint on the floor, x = width, front towards +y, z up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detailbase_core.synthetic import pieces_large, pieces_seating, pieces_small, pieces_tables
from detailbase_core.synthetic.colors import jittered
from detailbase_core.synthetic.primitives import bounds

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from detailbase_core.synthetic.parts import Parts
    from detailbase_core.synthetic.primitives import Color, Primitive, Vector


@dataclass(frozen=True)
class Surface:
    """A level rectangle in the model's frame where smaller things can stand.

    Attributes:
        center: (x, y, z), metres; z is the height of the surface.
        half: half extents along x and y, metres.
        clearance: free height above it, metres.
    """

    center: Vector
    half: tuple[float, float]
    clearance: float


@dataclass(frozen=True)
class Model:
    """A piece of furniture in its own frame.

    Attributes:
        category: key of KINDS.
        color: name of its main colour; None where no single word fits.
        shape: "round" or "rectangular" where people would say so, else None.
        solids: what it is made of.
        low, high: opposite corners of its bounding box, metres.
        has_front: whether "in front of" and "facing" make sense.
        on, under: where things can be put on it and under it.
    """

    category: str
    color: str | None
    shape: str | None
    solids: tuple[Primitive, ...]
    low: Vector
    high: Vector
    has_front: bool
    on: tuple[Surface, ...]
    under: tuple[Surface, ...]

    @property
    def size(self) -> Vector:
        """Width, depth and height, metres."""
        return tuple(h - lo for lo, h in zip(self.low, self.high, strict=True))  # type: ignore[return-value]


@dataclass(frozen=True)
class Kind:
    """How one category is made.

    Attributes:
        make: builds the parts from a generator and the main colour.
        colors: colour names it comes in, likelier ones repeated; "" = no one word fits.
        has_front: see Model.
    """

    make: Callable[[np.random.Generator, Color], Parts]
    colors: tuple[str, ...]
    has_front: bool = False


_FABRIC = ("red", "blue", "green", "grey", "brown", "black", "white", "yellow", "purple", "orange",
           "pink")  # fmt: skip
_SEAT = (*_FABRIC, "black", "white", "brown", "red", "blue")
_WOOD = ("brown", "brown", "white", "black", "grey")
_PAINTED = (*_WOOD, "blue", "green", "red", "yellow")

KINDS: dict[str, Kind] = {
    "chair": Kind(pieces_seating.chair, _SEAT, has_front=True),
    "armchair": Kind(pieces_seating.armchair, _FABRIC, has_front=True),
    "sofa": Kind(pieces_seating.sofa, _FABRIC, has_front=True),
    "stool": Kind(pieces_seating.stool, _SEAT),
    "bed": Kind(pieces_seating.bed, _FABRIC, has_front=True),
    "pillow": Kind(pieces_small.pillow, _FABRIC),
    "table": Kind(pieces_tables.table, _PAINTED),
    "coffee table": Kind(pieces_tables.coffee_table, _PAINTED),
    "desk": Kind(pieces_tables.desk, _WOOD, has_front=True),
    "nightstand": Kind(pieces_tables.nightstand, _PAINTED, has_front=True),
    "tv stand": Kind(pieces_tables.tv_stand, _WOOD, has_front=True),
    "bookshelf": Kind(pieces_large.bookshelf, _PAINTED, has_front=True),
    "cabinet": Kind(pieces_large.cabinet, _PAINTED, has_front=True),
    "wardrobe": Kind(pieces_large.wardrobe, _PAINTED, has_front=True),
    "television": Kind(pieces_small.television, ("black",), has_front=True),
    "monitor": Kind(pieces_small.monitor, ("black", "black", "grey", "white"), has_front=True),
    "floor lamp": Kind(pieces_small.floor_lamp, _FABRIC),
    "table lamp": Kind(pieces_small.table_lamp, _FABRIC),
    "plant": Kind(pieces_small.plant, ("",)),
    "trash can": Kind(pieces_small.trash_can, _SEAT),
    "box": Kind(pieces_small.carton, ("brown", "brown", *_FABRIC)),
    "door": Kind(pieces_large.door, ("brown", "white", "grey", "blue", "green", "red")),
    "window": Kind(pieces_large.window, ("",)),
    "picture": Kind(pieces_large.picture, ("",)),
}


def make_model(category: str, rng: np.random.Generator, color: str | None = None) -> Model:
    """Build one piece of furniture.

    Args:
        category: key of KINDS.
        rng: source of its proportions; equal states give equal models.
        color: a name from the palette; None = one that the kind comes in.

    Raises:
        KeyError: no such category.
    """
    kind = KINDS[category]
    name = color if color is not None and kind.colors != ("",) else str(rng.choice(kind.colors))
    parts = kind.make(rng, jittered(name or "green", rng))
    low, high = bounds(parts.solids)
    on = tuple(Surface(*surface) for surface in parts.on)
    under = tuple(Surface(*surface) for surface in parts.under)
    return Model(
        category, name or None, parts.shape, tuple(parts.solids),
        tuple(low.tolist()), tuple(high.tolist()), kind.has_front, on, under,
    )  # fmt: skip
