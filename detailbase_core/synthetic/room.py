"""A furnished room: its outline, and the objects in it with position and kind.

Room frame: z up, floor at z = 0, metres; the origin is the middle of the outline's bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.furniture_model import FurnitureModel
    from detailbase_core.synthetic.primitives import Color
    from detailbase_core.synthetic.surfels import Pose
    from detailbase_core.types import Box

FLOOR_ID = 0
WALL_IDS = (1, 2, 3, 4, 5, 6)  # wall i runs from outline corner i to the next; four or six
CEILING_ID = 7
FIRST_OBJECT_ID = 8


@dataclass(frozen=True)
class RoomObject:
    """One object in a room, floor, walls and ceiling included.

    Attributes:
        id: unique in the room; FLOOR_ID, WALL_IDS, CEILING_ID, then FIRST_OBJECT_ID and on.
        category: one of vocabulary's categories, or "floor", "wall", "ceiling".
        color: name of its main colour; None where no single word fits.
        shape: "round", "rectangular", "square", "l-shaped" where people would say so, else None.
        box: around it in its own orientation (x = its width, so not always the longer side);
            yaw in radians, its front is towards the box's own +y.
        supported_by: id of what it stands on; a wall's id for what hangs on it; the ceiling's for
            what hangs from it; None for structure.
        has_front: whether "in front of" and "facing" make sense.
        structure: True for floor, walls and ceiling.
        material: "wooden", "metal", "leather", ... where a single word fits, else None.
        parts: what it visibly has ("arms", "wheels", "drawers", "doors", "shade" ...).
        lacks: what others of its category have and it visibly has not; a part in neither set is
            not known.
        model, pose: what it looks like and where it stands; None for structure.
    """

    id: int
    category: str
    color: str | None
    shape: str | None
    box: Box
    supported_by: int | None
    has_front: bool
    structure: bool = False
    material: str | None = None
    parts: frozenset[str] = frozenset()
    lacks: frozenset[str] = frozenset()
    model: FurnitureModel | None = field(default=None, repr=False)
    pose: Pose | None = field(default=None, repr=False)

    @property
    def front(self) -> tuple[float, float]:
        """Unit vector (x, y) that its front points to."""
        return -float(np.sin(self.box.yaw)), float(np.cos(self.box.yaw))


@dataclass(frozen=True)
class Finish:
    """Looks of a room's shell.

    Attributes:
        floor_rgb: 0..255.
        floor_style: "plain", "planks", "tiles" or "carpet".
        wall_rgb: one per wall, 0..255.
        skirting_rgb: of the strip along the floor; None = there is none.
        ceiling: whether there is one to be seen.
    """

    floor_rgb: Color = (128, 128, 128)
    floor_style: str = "plain"
    wall_rgb: tuple[Color, ...] = ((230, 230, 230),) * len(WALL_IDS)
    skirting_rgb: Color | None = None
    ceiling: bool = False


@dataclass(frozen=True)
class Room:
    """A furnished room.

    Attributes:
        seed: what it was made from.
        theme: "bedroom", "office" and so on.
        outline: corners (x, y) of the floor, counter-clockwise, walls parallel to the axes; four
            (rectangle) or six (L).
        height: metres.
        objects: structure first, ids ascending.
        finish: the look of floor, walls and ceiling.
        everyday: whether it was furnished with all kinds of things, see groups.everyday.
    """

    seed: int
    theme: str
    outline: tuple[tuple[float, float], ...]
    height: float
    objects: tuple[RoomObject, ...]
    finish: Finish = Finish()
    everyday: bool = False

    @property
    def furniture(self) -> tuple[RoomObject, ...]:
        """Everything but the structure; row i has id FIRST_OBJECT_ID + i."""
        return tuple(item for item in self.objects if not item.structure)

    @property
    def size(self) -> tuple[float, float, float]:
        """Width (x) and depth (y) of the outline's bounds, and height, metres."""
        x, y = zip(*self.outline, strict=True)
        return max(x) - min(x), max(y) - min(y), self.height

    @cached_property
    def wall_lines(self) -> NDArray[np.float64]:
        """(W, 2, 2) start and end (x, y) of each wall; the room lies to the left of it."""
        corners = np.array(self.outline, np.float64)
        return np.stack([corners, np.roll(corners, -1, axis=0)], axis=1)

    @property
    def wall_ids(self) -> tuple[int, ...]:
        """Ids of the walls, in the order of wall_lines."""
        return WALL_IDS[: len(self.outline)]
