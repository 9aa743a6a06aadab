"""`make demo` runs on ROS wherever rclpy and our messages are; what `make` installs for whom."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("has_ros", "demo"), [(True, "detailbase_ros.demo"), (False, "detailbase_core.demo")]
)
def test_the_demo_runs_on_ros_where_it_can(tmp_path, has_ros, demo):
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exit {int(not has_ros)}\necho "ran $2"\n')
    python.chmod(0o755)
    command = ["make", "-s", "-o", "ros", "demo", f"VENV={tmp_path}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1] == f"ran {demo}"
    assert ("without a recording" in ended.stdout) != has_ros


@pytest.mark.parametrize(("target", "tools"), [("install", False), ("lint", True), ("docs", True)])
def test_tools_of_developers_come_with_what_needs_them(tmp_path, target, tools):
    command = ["make", "-n", target, f"VENV={tmp_path / 'venv'}"]
    planned = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert planned.returncode == 0, planned.stderr
    assert ("[dev," in planned.stdout) == tools
