"""Programs end with one line where packages are missing, and name all of them."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def end_of(program, hidden):
    """Run a program in a Python without these modules."""
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({hidden!r})); "
        f"from detailbase_ros.programs import {program}; {program}()"
    )
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("program", "named", "status"),
    [
        ("segmentation_node", "'scipy', 'torch'", 1),
        ("demo_robot_node", "'scipy', 'PIL'", 1),
        ("ask", "'scipy'", 2),
        ("console", "'scipy', 'PIL'", 2),
        ("doctor", "'scipy'", 2),
    ],
)
def test_all_that_is_missing_is_named_at_once(program, named, status):
    ended = end_of(program, ["scipy", "PIL", "torch", "rclpy"])
    assert (ended.returncode, ended.stdout) == (status, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith(
        f"{program} cannot start: this Python ({sys.executable}) has no {named}."
    )
    assert "make install" in line


@pytest.mark.parametrize("hidden", ["rclpy", "detailbase_ros.msg"])
def test_a_shell_without_ros_is_told_what_to_source(hidden):
    ended = end_of("segmentation_node", [hidden])
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert "setup.bash" in line and ("rclpy" in line or "messages" in line)


def test_beside_ros_setuptools_stays_as_colcon_wants_it(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "world").write_text("ros\n")
    python = tmp_path / "bin" / "python"
    python.write_text("#!/bin/sh\nexit 1\n")  # it has neither torch nor NumPy
    python.chmod(0o755)
    target = tmp_path / "constraints.txt"
    command = ["make", "-s", f"VENV={tmp_path}", str(target)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    pins = target.read_text().splitlines()
    assert "setuptools<80" in pins and any(pin.startswith("torch==") for pin in pins)
