"""What pip gets: an sdist that builds, a wheel of the library and the node that works by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from detailbase_core import _C

ROOT = Path(__file__).parents[2]
PACKAGES = ("detailbase_core", "detailbase_ros")
NOT_IN_WHEELS = {"detailbase_ros/bin"}  # colcon's; pip makes programs from entry points
DEFINITIONS = "detailbase_ros/messages/definitions"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    """The unpacked sdist of a copy, with an empty native module, which builds in a second."""
    copy, out = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("sdist")
    leave_out = shutil.ignore_patterns("__pycache__", "*.so", "*.cpp")
    for folder in (*PACKAGES, "training", "msg", "csrc"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave_out)
    for file in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, copy)
    (copy / "csrc" / "empty.cpp").touch()
    build = f"import setuptools.build_meta as meta; meta.build_sdist({str(out)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=copy, check=True, capture_output=True)
    (packed,) = out.glob("*.tar.gz")
    with tarfile.open(packed) as archive:
        archive.extractall(out, filter="data")
    return out / packed.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module")
def built(sources, tmp_path_factory) -> Path:
    """The wheel of the sdist."""
    out = tmp_path_factory.mktemp("wheel")
    flags = ["-q", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run([*PIP, "wheel", *flags, "-w", out, sources], check=True)
    (wheel,) = out.glob("detailbase_ros-*.whl")
    return wheel


@pytest.fixture(scope="module")
def names(built) -> set[str]:
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def files_of(*folders: str) -> set[str]:
    """Files below these folders of the checkout, relative to it."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".so"
    }


def test_the_sdist_holds_what_builds_it(sources):
    wanted = {name for name in files_of(*PACKAGES, "msg", "csrc") if not name.endswith(".cpp")}
    wanted = {name for name in wanted if name.rpartition("/")[0] not in NOT_IN_WHEELS}
    assert len([name for name in wanted if name.endswith(".h")]) > 10
    assert not {name for name in wanted if not (sources / name).exists()}


def test_it_brings_no_other_package(names):
    """A global package named `training`, say, would hide a user's own."""
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.startswith("detailbase_ros-")} == set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_it_holds_every_file_of_its_packages(names, package):
    files = files_of(package)
    wanted = {name for name in files if name.rpartition("/")[0] not in NOT_IN_WHEELS}
    assert len(wanted) > 20
    assert not wanted - names


def test_it_holds_the_native_module_and_the_messages(names):
    assert any(name.startswith("detailbase_core/_C.") and name.endswith(".so") for name in names)
    messages = {f"{DEFINITIONS}/{path.name}" for path in (ROOT / "msg").glob("*.msg")}
    assert messages
    assert messages <= names


def test_it_answers_where_no_checkout_is(built, tmp_path):
    """Installed into a folder of its own, with the native module of this checkout."""
    target = tmp_path / "installed"
    flags = ["-q", "--no-deps", "--no-index", "--no-compile", "--target", target]
    subprocess.run([*PIP, "install", *flags, built], check=True)
    for empty in (target / "detailbase_core").glob("_C.*.so"):
        shutil.copy(_C.__file__, empty)
    check = [sys.executable, ROOT / "tests" / "architecture" / "installed_wheel.py"]
    environment = {**os.environ, "PYTHONPATH": str(target), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        check, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "installed, and answers" in run.stdout
