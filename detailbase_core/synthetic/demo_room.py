"""What the demo shows: one room, one drive through it, three questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.camera import Camera, scan_room
from detailbase_core.synthetic.path import robot_path
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import shipped_stock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_core.synthetic.camera import Scan

ROOM_SEED = 800_042  # no training room: those are below 800000
FRAMES = 24
CAMERA = Camera(width=240, height=180, fov_deg=80)
MAP_FRAME = "odom"
SENTENCES = (
    "the purple armchair next to the red table, and the green chair at the round table",
    "show me the yellow pillows on the sofa",
    "is there a plant next to the sofa?",
)


def demo_scans() -> Iterator[Scan]:
    """What the robot sees on its drive through the demo room, in order."""
    room = generate_room(ROOM_SEED, shipped_stock())
    yield from scan_room(room, camera=CAMERA, poses=robot_path(room, FRAMES))
