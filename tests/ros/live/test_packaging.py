"""The ROS 2 package's files fit together."""

import ast
import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from catkin_pkg.package import parse_package

from detailbase_ros import programs

ROOT = Path(__file__).parents[3]
MODULE_OF = {"pyyaml": "yaml", "pillow": "PIL"}  # where pip calls it otherwise
WORLD = Path(sys.prefix) / "world"


def test_package_xml_is_valid_and_names_the_same_version_as_pip():
    package = parse_package(str(ROOT / "package.xml"), warnings=(warnings := []))
    assert warnings == []
    assert package.name == "detailbase_ros"
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert package.version == version[1]
    assert [e.tagname for e in package.exports] == ["build_type"]
    assert [g.name for g in package.member_of_groups] == ["rosidl_interface_packages"]


def test_cmake_generates_every_interface_and_depends_on_what_they_use():
    cmake = (ROOT / "CMakeLists.txt").read_text()
    listed = set(re.findall(r"^  (\w+/\w+\.(?:msg|srv|action))$", cmake, re.MULTILINE))
    files = [file for kind in ("action", "msg", "srv") for file in ROOT.glob(f"{kind}/*.{kind}")]
    assert listed == {f"{file.parent.name}/{file.name}" for file in files}
    used = {name for file in files for name in re.findall(r"^(\w+)/\w+", file.read_text(), re.M)}
    dependencies = re.search(r"DEPENDENCIES (.+)", cmake)[1].split()
    used |= {"action_msgs"} if any(file.suffix == ".action" for file in files) else set()
    assert set(dependencies) == used
    assert used | {*re.findall(r"find_package\((\w+_(?:msgs|interfaces)) R", cmake)} == used
    assert used <= {d.name for d in parse_package(str(ROOT / "package.xml")).exec_depends}


def test_what_was_built_here_is_all_of_it():
    for file in (f for kind in ("action", "msg", "srv") for f in ROOT.glob(f"{kind}/*.{kind}")):
        module = importlib.import_module(f"detailbase_ros.{file.parent.name}")
        assert hasattr(module, file.stem), f"{file.name} is newer than .venv: make ros"


def imported_modules():
    """First part of the names of all modules that our Python files import."""
    names = set()
    for path in (ROOT / "detailbase_ros").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                names.add(node.module.split(".")[0])
            elif isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
    return names


def imported_packages():
    """ROS packages that our Python files import or start, as package.xml calls them."""
    names = {
        name
        for name in imported_modules()
        if name == "rclpy" or name.endswith(("_msgs", "_srvs", "_interfaces"))
    }
    for path in (ROOT / "launch").glob("*.py"):
        names |= set(re.findall(r'package="(\w+)"', path.read_text()))
    return names - {"detailbase_ros"}


def test_transforms_have_one_source_whatever_is_installed():
    """tf2_ros takes no QoS overrides of /tf and says nothing of transforms that are wrong."""
    assert not imported_modules() & {"tf2_ros", "tf2_py"}


def test_package_xml_names_every_ros_package_that_is_used():
    depends = {d.name for d in parse_package(str(ROOT / "package.xml")).exec_depends}
    used = imported_packages()
    assert {"rclpy", "vision_msgs", "rviz2"} <= used
    assert not used - depends


def test_every_executable_begins_by_looking_for_what_it_needs():
    """So that no program, not even a new one, ends in a traceback where a package is missing."""
    installed = {path.name for path in (ROOT / "detailbase_ros" / "bin").iterdir()}
    listed = re.findall(r"detailbase_ros/bin/(\w+)", (ROOT / "CMakeLists.txt").read_text())
    assert installed == set(listed) == set(programs.PROGRAMS)


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_executables_follow_the_active_python(name):
    path = ROOT / "detailbase_ros" / "bin" / name
    assert path.read_text().startswith("#!/usr/bin/env python3\n")
    assert os.access(path, os.X_OK)
    assert f"detailbase_ros/bin/{name}" in (ROOT / "CMakeLists.txt").read_text()
    assert f"from detailbase_ros.programs import {name}\n" in path.read_text()
    assert callable(getattr(programs, name))
    installed = (ROOT / "pyproject.toml").read_text()
    assert re.search(rf'^\w+ = "detailbase_ros.programs:{name}"$', installed, re.M)


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_a_program_looks_for_every_package_that_it_imports(name):
    required, _, _ = (ROOT / "pyproject.toml").read_text().partition("[project.optional-")
    pip_names = re.findall(r'^    "([\w.]+)>=', required, re.M)
    packages = {MODULE_OF.get(pip_name, pip_name) for pip_name in pip_names}
    assert {"torch", "scipy", "PIL", "yaml"} <= packages
    module, known, _ = programs.PROGRAMS[name]
    also = ", detailbase_core.grounder" if name == "segmentation_node" else ""
    script = f"import sys, {module}{also}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert set(loaded.stdout.split()) & packages <= set(known)


def test_only_the_nodes_own_files_are_installed_as_its_configuration():
    cmake = (ROOT / "CMakeLists.txt").read_text()
    files = set(re.findall(r"config/([\w.]+)", re.search(r"install\(FILES config[^)]+", cmake)[0]))
    layout = {"foxglove.json"}  # for people, who open it in Foxglove
    assert files == {"detailbase.yaml", "detailbase.rviz", "fastdds.xml", *layout}
    assert "DIRECTORY config" not in cmake
    launch = "".join(path.read_text() for path in (ROOT / "launch").iterdir())
    assert files - layout == set(re.findall(r'"(detailbase\.(?:yaml|rviz)|\w+\.xml)"', launch))


def test_launch_files_compile():
    for path in (ROOT / "launch").glob("*.launch.py"):
        compile(path.read_text(), path, "exec")


def test_no_setup_cfg_and_no_source_folders_where_messages_go():
    assert not (ROOT / "setup.cfg").exists()
    for name in ("msg", "srv", "action"):
        assert not (ROOT / "detailbase_ros" / name).exists()


@pytest.mark.skipif(
    not WORLD.exists() or WORLD.read_text().strip() != "wheels",
    reason="this environment uses a ROS installation; colcon makes its launchers",
)
def test_the_launcher_works_in_a_shell_where_another_ros_is_sourced(tmp_path):
    (tmp_path / "rclpy.py").write_text("raise ImportError('of another ROS')")
    ended = subprocess.run(
        [
            Path(sys.prefix) / "bin" / "segmentation_node",
            "--ros-args",
            "-p",
            "checkpoint:=/nowhere/model.safetensors",
        ],
        env={
            **os.environ,
            "PYTHONPATH": str(tmp_path),
            "AMENT_PREFIX_PATH": str(tmp_path),
            "LD_LIBRARY_PATH": str(tmp_path),
            "RMW_IMPLEMENTATION": "rmw_cyclonedds_cpp",
            "ROS_DISTRO": "jazzy",
        },
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "/nowhere/model.safetensors" in ended.stderr  # it came as far as loading its model
    assert ended.returncode == 1
