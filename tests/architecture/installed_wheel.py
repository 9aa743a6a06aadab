"""Check an installed detailbase_ros: its files are there, its programs load, it answers a sentence.

python PATH/installed_wheel.py

Run by file name, so that no checkout is on Python's path: with the Python of an environment into
which a wheel was installed. Reads nothing beside this file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
DATA_FILES = (
    "weights/detailbase_rooms.safetensors",
    "assets/furniture_cc0.npz",
    "language/lexicon.yaml",
    "synthetic/themes.yaml",
    "py.typed",
)
SENTENCE = "the red box"


def check_files() -> None:
    """Every data file is there, and none of the modules comes from the checkout."""
    import detailbase_core
    import detailbase_ros

    for package in (detailbase_core, detailbase_ros):
        folder = Path(next(iter(package.__path__)))
        assert not folder.is_relative_to(CHECKOUT / package.__name__), f"{folder} is the checkout's"
    missing = [name for name in DATA_FILES if not files(detailbase_core).joinpath(name).is_file()]
    assert not missing, f"not installed: {missing}"


def check_programs() -> None:
    """Every program's function can be imported."""
    programs = {one.name: one.load() for one in distribution("detailbase_ros").entry_points}
    assert {"detailbase", "segmentation_node", "detailbase_ask"} <= set(programs), programs


def check_messages() -> None:
    """Recordings of answers know our messages, without ROS."""
    from detailbase_ros.messages.stand_ins import stand_in

    assert stand_in("detailbase_ros/msg/GroundedQuery")(query=SENTENCE).query == SENTENCE


def check_answer(folder: Path) -> None:
    """`detailbase ground` answers a sentence about a file, with the weights that came along."""
    scene = folder / "scene.ply"
    scene.write_text(red_box_on_a_floor())
    command = [sys.executable, "-m", "detailbase_core.cli", "ground", str(scene), SENTENCE]
    run = subprocess.run(
        [*command, "--json", "-"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert run.returncode in (0, 1), run.stderr  # found, or not: an answer either way
    answer = json.loads(run.stdout)
    assert [phrase["text"] for phrase in answer["phrases"]] == [SENTENCE], run.stdout


def red_box_on_a_floor() -> str:
    """An ASCII PLY: 3 m x 3 m of grey floor and a red box of 0.6 m on it."""
    steps = [index * 0.03 for index in range(100)]
    rows = [(x, y, 0.0, 128, 128, 128) for x in steps for y in steps]
    edge = [1.2 + index * 0.03 for index in range(21)]
    for a in edge:
        for b in edge:
            rows.append((a, b, 0.6, 200, 20, 20))
            for side in (edge[0], edge[-1]):
                rows += [(side, a, b - 1.2, 200, 20, 20), (a, side, b - 1.2, 200, 20, 20)]
    names = [f"float {axis}" for axis in "xyz"] + [
        f"uchar {name}" for name in ("red", "green", "blue")
    ]
    header = ["ply", "format ascii 1.0", f"element vertex {len(rows)}"]
    header += [f"property {name}" for name in names] + ["end_header"]
    return "\n".join([*header, *(" ".join(map(str, row)) for row in rows)]) + "\n"


def main() -> None:
    """Check all of it; ends with an AssertionError at what fails."""
    check_files()
    check_programs()
    check_messages()
    with tempfile.TemporaryDirectory() as folder:
        check_answer(Path(folder))
    print(f"detailbase_ros {distribution('detailbase_ros').version}: installed, and answers")


if __name__ == "__main__":
    main()
