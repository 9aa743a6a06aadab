"""The demo: one room, one drive through it, some questions and the objects that they mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from detailbase_core.synthetic.camera import Camera, scan_room
from detailbase_core.synthetic.path import robot_path
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import shipped_stock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_core.synthetic.camera import Scan
    from detailbase_core.synthetic.room import Room

ROOM_SEED = 800_042  # no training room: those are below 800000
FRAMES = 24
CAMERA = Camera(width=240, height=180, fov_deg=80)
MAP_FRAME = "odom"


@dataclass(frozen=True)
class Meaning:
    """Meaning of a phrase: all objects of the room that are like this, perhaps none.

    Attributes:
        phrase: its words in the sentence.
        category: of the objects.
        color, shape: likewise; None = any.
    """

    phrase: str
    category: str
    color: str | None = None
    shape: str | None = None

    def ids(self, room: Room) -> tuple[int, ...]:
        """Ids of those objects."""
        return tuple(
            item.id
            for item in room.furniture
            if item.category == self.category
            and self.color in (None, item.color)
            and self.shape in (None, item.shape)
        )


@dataclass(frozen=True)
class Question:
    """A sentence that the demo asks.

    Attributes:
        sentence: as asked.
        meanings: of its phrases, in order.
    """

    sentence: str
    meanings: tuple[Meaning, ...]


QUESTIONS = (
    Question("where is the sofa?", (Meaning("the sofa", "sofa"),)),
    Question("Go to the red table.", (Meaning("the red table", "coffee table", "red"),)),
    Question(
        "the green chair at the round table, and the yellow pillows",
        (
            Meaning("the green chair", "chair", "green"),
            Meaning("the round table", "table", shape="round"),
            Meaning("the yellow pillows", "pillow", "yellow"),
        ),
    ),
    Question("is there a mirror here?", (Meaning("a mirror", "mirror"),)),
    Question("where is the piano?", (Meaning("the piano", "piano"),)),  # nowhere
)


@cache
def demo_room() -> Room:
    """The room."""
    return generate_room(ROOM_SEED, shipped_stock())


def demo_scans() -> Iterator[Scan]:
    """Views of the robot on its drive through the demo room, in order."""
    room = demo_room()
    yield from scan_room(room, camera=CAMERA, poses=robot_path(room, FRAMES))
