"""The whole demo in one process, without ROS.

python -m detailbase_core.demo --out demo
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.io.cloud_files import write_ply
from detailbase_core.output.render import render_answers
from detailbase_core.output.result_files import answer_lines
from detailbase_core.synthetic.demo_room import FRAMES, MAP_FRAME, SENTENCES, demo_scans


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
    picture, room = out / "answer.png", out / "room.ply"
    render_answers(answers, picture)
    write_ply(room, answers[-1].scene.cloud)
    print(f"\nDone in {time.monotonic() - begin:.0f} s.\n  picture: {picture}\n  map:     {room}")


if __name__ == "__main__":
    main()
