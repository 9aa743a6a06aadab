"""The demo's room and questions, and the whole demo in one process (without ROS).

python -m detailbase_core.demo --out demo
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.render import render_answers
from detailbase_core.reports import answer_lines
from detailbase_core.synthetic.camera import Camera, scan_room
from detailbase_core.synthetic.path import robot_path
from detailbase_core.synthetic.rooms import generate_room

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_core.synthetic.camera import Scan

ROOM_SEED = 800_005  # no training room: those are 0 to 699
FRAMES = 24
CAMERA = Camera(width=240, height=180, fov_deg=80)
MAP_FRAME = "odom"
SENTENCES = (
    "the purple lamp next to the green bed, and the red chair at the desk",
    "go to the yellow wardrobes",
    "is there a plant near the red sofa?",
)


def demo_scans() -> Iterator[Scan]:
    """What the robot sees on its drive through the demo room, in order."""
    room = generate_room(ROOM_SEED)
    yield from scan_room(room, camera=CAMERA, poses=robot_path(room, FRAMES))


def main() -> None:
    """Drive, map, ask, draw, and say so."""
    parser = argparse.ArgumentParser(description="The demo in one process, without ROS.")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder of the picture")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    grounder = Grounder(GrounderConfig())
    print(f"A simulated robot drives through a room and takes {FRAMES} coloured depth images.")
    for scan in demo_scans():
        grounder.add(scan.cloud, scan.sensor_to_map, MAP_FRAME)
    print(f"Its map holds {len(grounder.map)} voxels of 2 cm. Three questions:")
    answers = []
    for sentence in SENTENCES:
        answers.append(grounder.ground(sentence))
        print(f'\n"{sentence}"')
        print("\n".join(answer_lines(answers[-1])))
    picture = out / "answer.png"
    render_answers(answers, picture)
    print(f"\nDone in {time.monotonic() - begin:.0f} s. The picture: {picture}")


if __name__ == "__main__":
    main()
