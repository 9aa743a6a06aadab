"""The wheel: the library and the node with all their files, and no package of another name."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("detailbase_core", "detailbase_ros")
NOT_IN_WHEELS = {"detailbase_ros/bin"}  # colcon's; pip makes programs from entry points


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> list[str]:
    """Names in the wheel of a copy, with an empty native module, which builds in a second."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("wheel")
    leave_out = shutil.ignore_patterns("__pycache__", "*.so")
    for folder in (*PACKAGES, "training", "msg"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave_out)
    for file in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    (copy / "csrc").mkdir()
    (copy / "csrc" / "empty.cpp").touch()
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "-q"]
    subprocess.run(
        [*pip, "--no-build-isolation", "--no-deps", "--no-index", "-w", out, copy], check=True
    )
    (built,) = out.glob("detailbase_ros-*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


def test_it_brings_no_other_package(wheel):
    """A global package named `training`, say, would hide a user's own."""
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.startswith("detailbase_ros-")} == set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_it_holds_every_file_of_its_packages(wheel, package):
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".so"
    }
    wanted = {name for name in files if name.rpartition("/")[0] not in NOT_IN_WHEELS}
    assert len(wanted) > 20
    assert not wanted - set(wheel)


def test_it_holds_the_native_module_and_the_messages(wheel):
    assert any(name.startswith("detailbase_core/_C.") and name.endswith(".so") for name in wheel)
    messages = {path.name for path in (ROOT / "msg").glob("*.msg")}
    assert messages <= {name.rpartition("/")[2] for name in wheel}
