"""What kinds of rooms there are, how large, and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detailbase_core.synthetic.groups import common, seating, sleep, wet, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.synthetic.layout import Layout

    Group = Callable[[Layout], None]


@dataclass(frozen=True)
class Theme:
    """A kind of room.

    Attributes:
        groups: what to put in, in this order, each with its chance.
        sides: shortest and longest wall, metres.
        objects: how many things it should hold, fewest and most.
        weight: how often it is built.
    """

    groups: tuple[tuple[Group, float], ...]
    sides: tuple[float, float] = (3.0, 6.5)
    objects: tuple[int, int] = (14, 40)
    weight: float = 1.0


THEMES: dict[str, Theme] = {
    "bedroom": Theme((
        (sleep.beds, 1), (common.wardrobe, 0.7), (sleep.dresser, 0.6), (work.desk, 0.35),
        (common.storage, 0.4), (common.clutter, 0.8),
    ), sides=(2.8, 5.5), weight=1.2),
    "living room": Theme((
        (seating.lounge, 1), (common.storage, 0.7), (seating.dining, 0.4), (common.storage, 0.4),
        (common.clutter, 0.8), (common.clutter, 0.5),
    ), sides=(3.4, 6.8), weight=1.4),
    "kitchen": Theme((
        (wet.kitchen_row, 1), (seating.dining, 0.8), (wet.kitchen_row, 0.4), (common.storage, 0.25),
        (common.clutter, 0.4),
    ), sides=(2.8, 5.5)),
    "office": Theme((
        (work.desks, 1), (common.storage, 0.8), (work.machines, 0.4), (work.board, 0.5),
        (seating.dining, 0.2), (common.clutter, 0.8),
    ), weight=1.2),
    "bathroom": Theme((
        (wet.bath, 1), (common.storage, 0.2), (common.clutter, 0.4),
    ), sides=(2.4, 4.0), objects=(10, 22), weight=0.7),
    "meeting room": Theme((
        (seating.meeting, 1), (work.board, 0.9), (common.storage, 0.5), (common.clutter, 0.6),
    ), sides=(3.4, 6.8), weight=0.8),
    "dining room": Theme((
        (seating.dining, 1), (common.storage, 0.8), (sleep.dresser, 0.4), (seating.lounge, 0.3),
        (common.clutter, 0.8),
    ), sides=(3.0, 6.0), weight=0.7),
    "child's room": Theme((
        (sleep.beds, 0.8), (sleep.crib, 0.3), (sleep.toys, 1), (work.desk, 0.5),
        (common.storage, 0.8), (common.wardrobe, 0.4),
    ), sides=(2.8, 4.8), weight=0.6),
    "studio": Theme((
        (sleep.beds, 0.9), (seating.lounge, 0.7), (wet.kitchen_row, 0.5), (work.desk, 0.6),
        (seating.dining, 0.5), (common.storage, 0.6),
    ), sides=(4.2, 7.0), objects=(20, 45), weight=0.7),
}  # fmt: skip
