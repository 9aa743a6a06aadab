"""Furniture of boxes, cylinders and ellipsoids, with the sizes that real pieces have.

Every kind is a function of a random generator and a main colour. It serves where a furniture
bank has nothing of a kind, and makes what banks leave out: rugs, curtains, pictures, openings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detailbase_core.synthetic import (
    pieces_decor,
    pieces_large,
    pieces_seating,
    pieces_small,
    pieces_tables,
)
from detailbase_core.synthetic.colors import jittered
from detailbase_core.synthetic.procedural import model_from_parts

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from detailbase_core.synthetic.furniture_model import FurnitureModel
    from detailbase_core.synthetic.parts import Parts
    from detailbase_core.synthetic.primitives import Color


@dataclass(frozen=True)
class Kind:
    """Maker of one category.

    Attributes:
        make: builds the parts from a generator and the main colour.
        colors: colour names it comes in, likelier ones repeated; "" = no one word fits.
        has_front, mount: see FurnitureModel.
    """

    make: Callable[[np.random.Generator, Color], Parts]
    colors: tuple[str, ...]
    has_front: bool = False
    mount: str = "floor"


_FABRIC = (
    "red",
    "blue",
    "green",
    "grey",
    "brown",
    "black",
    "white",
    "yellow",
    "purple",
    "orange",
    "pink",
)
_SEAT = (*_FABRIC, "black", "white", "brown", "red", "blue")
_WOOD = ("brown", "brown", "white", "black", "grey")
_PAINTED = (*_WOOD, "blue", "green", "red", "yellow")

KINDS: dict[str, Kind] = {
    "chair": Kind(pieces_seating.chair, _SEAT, has_front=True),
    "armchair": Kind(pieces_seating.armchair, _FABRIC, has_front=True),
    "sofa": Kind(pieces_seating.sofa, _FABRIC, has_front=True),
    "stool": Kind(pieces_seating.stool, _SEAT),
    "bed": Kind(pieces_seating.bed, _FABRIC, has_front=True),
    "pillow": Kind(pieces_small.pillow, _FABRIC, mount="top"),
    "table": Kind(pieces_tables.table, _PAINTED),
    "coffee table": Kind(pieces_tables.coffee_table, _PAINTED),
    "desk": Kind(pieces_tables.desk, _WOOD, has_front=True),
    "nightstand": Kind(pieces_tables.nightstand, _PAINTED, has_front=True),
    "tv stand": Kind(pieces_tables.tv_stand, _WOOD, has_front=True),
    "bookshelf": Kind(pieces_large.bookshelf, _PAINTED, has_front=True),
    "cabinet": Kind(pieces_large.cabinet, _PAINTED, has_front=True),
    "wardrobe": Kind(pieces_large.wardrobe, _PAINTED, has_front=True),
    "television": Kind(pieces_small.television, ("black",), has_front=True, mount="top"),
    "monitor": Kind(
        pieces_small.monitor, ("black", "black", "grey", "white"), has_front=True, mount="top"
    ),
    "floor lamp": Kind(pieces_small.floor_lamp, _FABRIC),
    "table lamp": Kind(pieces_small.table_lamp, _FABRIC, mount="top"),
    "plant": Kind(pieces_small.plant, ("",)),
    "trash can": Kind(pieces_small.trash_can, _SEAT),
    "box": Kind(pieces_small.carton, ("brown", "brown", *_FABRIC)),
    "door": Kind(
        pieces_large.door,
        ("brown", "white", "grey", "blue", "green", "red"),
        has_front=True,
        mount="wall",
    ),
    "window": Kind(pieces_large.window, ("",), has_front=True, mount="wall"),
    "picture": Kind(pieces_large.picture, ("",), mount="wall"),
    "mirror": Kind(pieces_decor.mirror, ("",), mount="wall"),
    "keyboard": Kind(pieces_small.keyboard, ("black", "black", "white", "grey"), mount="top"),
    "whiteboard": Kind(pieces_decor.whiteboard, ("white",), has_front=True, mount="wall"),
    "curtain": Kind(pieces_decor.curtain, _FABRIC, mount="wall"),
    "rug": Kind(pieces_decor.rug, _FABRIC),
}


def make_model(category: str, rng: np.random.Generator, color: str | None = None) -> FurnitureModel:
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
    main = jittered(name or "green", rng)
    key = f"{category} {rng.integers(2**32):08x}"
    parts = kind.make(rng, main)
    return model_from_parts(
        parts,
        category,
        key=key,
        color=name or None,
        main=main,
        mount=kind.mount,
        has_front=kind.has_front,
    )
