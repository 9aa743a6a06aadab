"""Programs in examples/ run as they stand, on small scenes, with the shipped model.

Those for ROS 2: tests/ros/live/test_examples.py and tests/ros/unit/test_moveit_example.py.
"""

from __future__ import annotations

import importlib
import json
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from detailbase_core.io.cloud_files import read_cloud
from tests.architecture.installed_wheel import red_box_on_a_floor
from training import prepare_scans
from training.config import load_config

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
STAND_INS = ROOT / "tests" / "helpers" / "stand_ins"
BAG = ROOT / "tests" / "data" / "room_mcap"


@pytest.fixture
def run(monkeypatch, capsys):
    """Run an example as `python examples/NAME ...`; what it printed."""

    def example(name: str, *arguments: object) -> str:
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        capsys.readouterr()
        runpy.run_path(str(EXAMPLES / name), run_name="__main__")
        return capsys.readouterr().out

    return example


@pytest.fixture
def scene(tmp_path):
    path = tmp_path / "scene.ply"
    path.write_text(red_box_on_a_floor())
    return path


def test_the_page_lists_every_example():
    page = (EXAMPLES / "README.md").read_text()
    assert set(re.findall(r"\((\w+\.py)\)", page)) == {p.name for p in EXAMPLES.glob("*.py")}


def test_a_file_and_many_sentences(run, scene):
    lines = [
        json.loads(line) for line in run("ask_file.py", scene, "the box", "a b c").splitlines()
    ]
    assert [line["sentence"] for line in lines] == ["the box", "a b c"]
    assert set(lines[0]["phrases"]) == {"the box"}
    for one in lines[0]["phrases"]["the box"]:
        assert {"center_m", "size_m", "yaw_rad", "score", "points"} == set(one)


def test_a_recording(run):
    printed = run("ask_recording.py", BAG, "the box", "--every", 1000)
    assert re.search(r"at [\d.]+ s: x=\S+ y=\S+ z=\S+ score|not found in \d+ clouds", printed)


def test_frames_of_a_camera(run):
    (line,) = run("live_frames.py", "the floor", "--frames", 1).splitlines()
    voxels = re.match(r"1 frames, (\d+) voxels: ", line)
    assert int(voxels[1]) > 1000


def test_a_frames_points_lie_where_its_camera_saw_them():
    """Depth images made from clouds give the clouds back."""
    module = runpy.run_path(str(EXAMPLES / "live_frames.py"))
    from detailbase_core.synthetic.camera import scan_room
    from detailbase_core.synthetic.demo_room import CAMERA, FRAMES, demo_room
    from detailbase_core.synthetic.path import robot_path

    room = demo_room()
    (scan,) = scan_room(room, camera=CAMERA, poses=robot_path(room, FRAMES)[:1])
    (frame,) = module["frames"](1)
    made = module["cloud_of"](frame)
    assert made.image_shape == scan.cloud.image_shape
    np.testing.assert_allclose(made.xyz, scan.cloud.xyz, atol=1e-3)


@pytest.mark.parametrize("kind", ["stand-in", "real"])
def test_open3d_in_and_out(run, scene, tmp_path, monkeypatch, kind):
    monkeypatch.setitem(sys.modules, "open3d", None)  # what is imported now goes with the test
    monkeypatch.delitem(sys.modules, "open3d")
    if kind == "real":
        pytest.importorskip("open3d", exc_type=ImportError)
    else:
        monkeypatch.syspath_prepend(STAND_INS / "open3d")
        importlib.invalidate_caches()
    out = tmp_path / "found.ply"
    printed = run("with_open3d.py", scene, "the red box", out)
    objects, points = map(int, re.match(r"(\d+) objects, (\d+) points", printed).groups())
    assert out.exists() == (objects > 0)
    if objects:
        found = read_cloud(out)
        assert len(found) == points
        assert (found.rgb == (255, 0, 0)).all()


def test_fine_tuning_up_to_the_training_itself(run, scene, monkeypatch, tmp_path):
    """Its scenes are made and its settings are taken; a training run is another test's."""
    (tmp_path / "boxes.csv").write_text(
        "scene,name,x,y,z,dx,dy,dz\nscene,box,1.5,1.5,0.35,0.7,0.7,0.6\n"
    )
    begun = []

    def begin(command, check):
        assert command[:2] == [sys.executable, "-m"] and check
        begun.append(command[2])
        if command[2] == "training.prepare_scans":
            assert prepare_scans.main(command[3:]) == 0
        if command[2] == "training.train":
            changes = dict(word.split("=") for word in command[4:])
            numbers = {k: int(v) if v.isdigit() else v for k, v in changes.items()}
            config = load_config(command[3], numbers)
            assert config.steps == 5 and list(Path(config.data).glob("*.npz"))

    monkeypatch.setattr("subprocess.run", begin)
    monkeypatch.chdir(ROOT)
    out = ["--out", tmp_path / "own", "--steps", 5]
    run("finetune.py", tmp_path, tmp_path / "boxes.csv", *out)
    assert begun == [
        f"training.{name}" for name in ("prepare_scans", "train", "evaluate", "evaluate")
    ]
