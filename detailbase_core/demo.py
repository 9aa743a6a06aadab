"""The whole demo in one process, without ROS.

python -m detailbase_core.demo --out demo
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.io.cloud_files import write_ply
from detailbase_core.output.render import render_answers
from detailbase_core.synthetic.demo_check import DemoCheck, judged_lines
from detailbase_core.synthetic.demo_room import (
    FRAMES,
    MAP_FRAME,
    QUESTIONS,
    demo_room,
    demo_scans,
)


def main() -> int:
    """Drive, map, ask, judge, draw; 0 = all answers are right."""
    parser = argparse.ArgumentParser(description="The demo in one process, without ROS.")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder of the picture")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    grounder = Grounder(GrounderConfig())
    print(f"A simulated robot drives through a room and takes {FRAMES} coloured depth images.")
    scans = list(demo_scans())
    for scan in scans:
        grounder.add(scan.cloud, scan.sensor_to_map, MAP_FRAME)
    print(f"Its map holds {len(grounder.map)} voxels of 2 cm. {len(QUESTIONS)} questions:")
    check, pictures = DemoCheck(demo_room(), scans), []
    for question in QUESTIONS:
        answer = grounder.ground(question.sentence)
        verdicts = check.judge(question, answer)
        print(f'\n"{question.sentence}"')
        print("\n".join(judged_lines(question, answer, verdicts)))
        pictures.append(answer)
        if not all(verdicts):
            pictures.append(check.truth(question, answer.scene))
    picture, cloud = out / "answer.png", out / "room.ply"
    render_answers(pictures, picture)
    write_ply(cloud, pictures[-1].scene.cloud)
    print(f"\n{check.summary()}")
    print(f"Done in {time.monotonic() - begin:.0f} s.\n  picture: {picture}\n  map:     {cloud}")
    print("\n".join(invitation_lines(cloud)))
    return 1 if check.wrong else 0


def invitation_lines(scene: Path) -> list[str]:
    """How to go on asking, for the end of a demo.

    Args:
        scene: file or recording that the demo made.
    """
    beside = Path(sys.executable).with_name("detailbase")
    here = beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside
    program = str(here) if beside.exists() else "detailbase"
    return [
        "Now ask your own:",
        f'  {program} ground {scene} "the red table in front of the sofa"',
        f"  {program} ground {scene}  # asks for sentences until Ctrl-D",
        f"  {program} console {scene}  # in the browser",
    ]


if __name__ == "__main__":
    raise SystemExit(main())
