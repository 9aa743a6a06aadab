"""A piece of furniture as samples of its surface, from a bank or made up.

Model frame: origin at the middle of the footprint, z up from the lowest point, x = width, front
towards +y; metres, in the size of the real object.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Mount = str  # "floor", "top" (stands on other objects), "wall" or "ceiling"


@dataclass(frozen=True)
class Surface:
    """A level rectangle in the model's frame where smaller objects can stand.

    Attributes:
        center: (x, y, z), metres; z is the height of the surface.
        half: half extents along x and y, metres.
        clearance: free height above it, metres.
    """

    center: tuple[float, float, float]
    half: tuple[float, float]
    clearance: float


@dataclass(frozen=True)
class FurnitureModel:
    """A piece of furniture.

    Attributes:
        key: unique name, "LIBRARY/ID".
        name: as its catalogue calls it.
        category: what people call it.
        library, author, license: whom to thank, under what terms.
        mount: where it is put.
        elevation: height of its lowest point where it hangs on a wall, metres.
        size: width, depth, height, metres.
        points: (P, 3) float32 on its visible surface.
        normals: (P, 3) float32 outward unit normals.
        rgb: (P, 3) uint8.
        radius: disks of this radius at the points leave no holes, metres.
        main: (P,) bool, samples of its main colour; re-tinting changes these.
        color, material: main colour and material, None where no single word fits.
        shape: "round", "rectangular", "square", "l-shaped" where people would say so, else None.
        has_front: whether "in front of" and "facing" make sense.
        parts, lacks: as in room.RoomObject.
        on: where smaller objects can be put on it, the largest first.
        under: the free floor below it (z = 0), where there is some.
    """

    key: str
    name: str
    category: str
    library: str
    author: str
    license: str
    mount: Mount
    elevation: float
    size: tuple[float, float, float]
    points: NDArray[np.float32] = field(repr=False)
    normals: NDArray[np.float32] = field(repr=False)
    rgb: NDArray[np.uint8] = field(repr=False)
    radius: float
    main: NDArray[np.bool_] = field(repr=False)
    color: str | None
    material: str | None
    shape: str | None
    has_front: bool
    parts: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    on: tuple[Surface, ...] = ()
    under: tuple[Surface, ...] = ()
