"""Rooms put together by hand, thing by thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.room import FIRST_OBJECT_ID, FLOOR_ID, WALL_IDS, Room, RoomObject
from detailbase_core.types import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

SQUARE = ((3.0, -3.0), (3.0, 3.0), (-3.0, 3.0), (-3.0, -3.0))
# The inner corner is (0, 0); what lies beyond it (x > 0 and y > 0) is not in the room.
L_SHAPED = ((3.0, -3.0), (3.0, 0.0), (0.0, 0.0), (0.0, 3.0), (-3.0, 3.0), (-3.0, -3.0))


def thing(
    category: str,
    place: tuple[float, float],
    size: tuple[float, float, float] = (0.5, 0.5, 0.9),
    *,
    low: float = 0.0,
    yaw: float = 0.0,
    on: int = FLOOR_ID,
    front: bool = False,
    color: str | None = None,
    material: str | None = None,
    parts: Sequence[str] = (),
    lacks: Sequence[str] = (),
) -> RoomObject:
    """A thing without a number: where its middle is, how large, how high its lowest point is."""
    box = Box((*place, low + size[2] / 2), size, yaw)
    return RoomObject(
        -1,
        category,
        color,
        None,
        box,
        on,
        front,
        material=material,
        parts=frozenset(parts),
        lacks=frozenset(lacks),
    )


def room_of(
    things: Sequence[RoomObject], outline: tuple[tuple[float, float], ...] = SQUARE
) -> Room:
    """A room with these things, numbered from FIRST_OBJECT_ID on, and its floor and walls."""
    x = max(corner[0] for corner in outline) * 2
    floor = RoomObject(
        FLOOR_ID,
        "floor",
        None,
        None,
        Box((0, 0, -0.05), (x, x, 0.1), 0.0),
        None,
        False,
        structure=True,
    )
    walls = [
        RoomObject(
            id_,
            "wall",
            None,
            None,
            Box((0, 0, 1.2), (x, 0.1, 2.4), 0.0),
            None,
            True,
            structure=True,
        )
        for id_ in WALL_IDS[: len(outline)]
    ]
    numbered = [
        RoomObject(
            FIRST_OBJECT_ID + i,
            t.category,
            t.color,
            t.shape,
            t.box,
            t.supported_by,
            t.has_front,
            material=t.material,
            parts=t.parts,
            lacks=t.lacks,
        )
        for i, t in enumerate(things)
    ]
    return Room(0, "test", outline, 2.4, (floor, *walls, *numbered))
