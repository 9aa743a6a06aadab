"""Imports go one way: detailbase_ros -> detailbase_core -> _C, and training -> detailbase_core.

Inside a package they go down the layers of layers.py.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.import_graph import circle, imports_of, parts, upward
from tests.architecture.layers import LAYERS, WITHOUT_ROS
from tests.helpers.without_ros import ROS

ROOT = Path(__file__).parents[2]
ROS_PACKAGES = {*ROS, "detailbase_ros"}
FORBIDDEN = {
    "detailbase_core": ROS_PACKAGES | {"training", "tests", "open3d"},
    "training": ROS_PACKAGES | {"tests", "open3d"},
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


def test_one_module_alone_opens_the_native_module():
    files = (ROOT / "detailbase_core").rglob("*.py")
    opening = re.compile(r"import _C\b|^(from|import) detailbase_core\._C\b", re.MULTILINE)
    assert [path.name for path in files if opening.search(path.read_text())] == ["native.py"]


def test_the_core_does_not_use_its_own_public_door():
    taken = set()
    for path in (ROOT / "detailbase_core").rglob("*.py"):
        taken |= set(re.findall(r"^ *from detailbase_core import (.+)", path.read_text(), re.M))
    assert taken <= {"__version__", "_C as C"}


@pytest.mark.parametrize("package", LAYERS)
def test_every_folder_has_its_layer(package):
    listed = [name for row in LAYERS[package] for name in row]
    assert sorted(listed) == sorted(parts(imports_of(package)))


@pytest.mark.parametrize("package", LAYERS)
def test_no_import_goes_up_the_layers(package):
    assert not upward(imports_of(package), LAYERS[package])


@pytest.mark.parametrize("package", LAYERS)
def test_no_files_import_each_other_in_a_circle(package):
    assert not circle(imports_of(package))


def test_wrong_imports_are_found():
    layers = (("low",), ("left", "right"))
    assert upward({"p.low.a": {"p.left.b"}}, layers) == ["p.low.a -> p.left.b"]
    assert upward({"p.left.b": {"p.right"}}, layers) == ["p.left.b -> p.right"]
    assert not upward({"p.left.b": {"p.low.a", "p.left.c"}}, layers)
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}
    assert not circle({"a": {"b"}, "b": set()})


def import_without_ros(modules):
    script = (
        "from importlib import import_module\n"
        "from tests.helpers.without_ros import hide_ros\n"
        f"hide_ros()\nfor name in {modules}: import_module('detailbase_ros.' + name)"
    )
    return subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)


def test_modules_that_promise_it_import_no_ros():
    run = import_without_ros(WITHOUT_ROS)
    assert run.returncode == 0, run.stderr[-2000:]
    assert "blocked: rclpy" in import_without_ros(["pipeline"]).stderr  # so the block works
