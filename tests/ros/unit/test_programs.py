"""Programs end with one line where packages are missing, and name all of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from detailbase_ros import programs

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


@pytest.mark.parametrize("name", ["segmentation_node", "demo_robot_node"])
def test_nodes_say_what_they_do_and_do_not_start(name, capsys, monkeypatch):
    monkeypatch.setattr(programs, "import_module", lambda module: pytest.fail(f"began {module}"))
    assert programs.run(name, [name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: {name} ")


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_messages_name_a_command_that_is_there(name, monkeypatch, tmp_path):
    monkeypatch.setattr(programs.shutil, "which", {"ros2": "/opt/ros/bin/ros2"}.get)
    assert programs.start_command(name) == f"ros2 run detailbase_ros {name}"
    monkeypatch.setattr(programs.shutil, "which", {}.get)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    assert programs.start_command(name) == f"ros2 run detailbase_ros {name}"  # none is there
    (tmp_path / "bin").mkdir()
    plain = {"segmentation_node", "demo_robot_node"}
    launcher = tmp_path / "bin" / (name if name in plain else f"detailbase_{name}")
    launcher.touch()
    assert programs.start_command(name) == str(launcher)
    monkeypatch.chdir(tmp_path)
    assert programs.start_command(name) == f"bin/{launcher.name}"


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
