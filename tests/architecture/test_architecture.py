"""Imports go one way: detailbase_ros -> detailbase_core -> _C, and training -> detailbase_core."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROS = {
    "ament_index_python", "builtin_interfaces", "detailbase_ros", "diagnostic_msgs",
    "geometry_msgs", "rcl_interfaces", "rclpy", "sensor_msgs", "std_msgs", "std_srvs", "tf2_msgs",
    "tf2_ros", "vision_msgs", "visualization_msgs",
}  # fmt: skip
FORBIDDEN = {
    "detailbase_core": ROS | {"training", "tests", "open3d"},
    "training": ROS | {"tests", "open3d"},
    "detailbase_ros": {"training", "tests", "torch", "open3d"},
}


def imported(path: Path) -> set[str]:
    """Top-level names of the packages that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_go_one_way(package):
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    wrong = {str(f.relative_to(ROOT)): imported(f) & FORBIDDEN[package] for f in files}
    assert not {name: found for name, found in wrong.items() if found}


def test_native_code_does_not_know_torch():
    for source in (ROOT / "csrc").iterdir():
        text = source.read_text(encoding="utf-8")
        assert "torch/" not in text, source
        assert "ATen" not in text, source
