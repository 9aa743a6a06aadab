"""The ROS programs, begun only where everything that they need is installed.

python -m detailbase_ros.programs NAME [ARGUMENT ...]

Imports nothing but Python's own before it has looked: a package that is missing, from rosdep say,
would end a program in a traceback, and the next one in the next.
"""

from __future__ import annotations

import shutil
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

_TOOL = ("numpy", "scipy", "yaml")
_NODE = (*_TOOL, "safetensors", "torch", "tqdm")


class Program(NamedTuple):
    """One program.

    Attributes:
        module: whose main() it is.
        packages: modules that it needs beside ROS.
        failure: exit status where it cannot begin.
    """

    module: str
    packages: tuple[str, ...]
    failure: int = 1


PROGRAMS = {
    "segmentation_node": Program("detailbase_ros.segmentation_node", _NODE),
    "demo_robot_node": Program("detailbase_ros.demo.demo_robot_node", (*_TOOL, "PIL")),
    "ask": Program("detailbase_ros.tools.ask", _TOOL, failure=2),
    "console": Program("detailbase_ros.tools.console", (*_TOOL, "PIL"), failure=2),
    "doctor": Program("detailbase_ros.tools.doctor", _TOOL, failure=2),
}


# Of nodes: rclpy knows no --help, and would start them.
_HELP = {
    "segmentation_node": """usage: segmentation_node [--ros-args -r FROM:=TO -p NAME:=VALUE ...]

Map coloured point clouds and answer sentences about them.

  --ros-args -r points:=/camera/points    the topic of the clouds (default: /points)
             -p map_frame:=map            a parameter; config/detailbase.yaml explains all
             --params-file FILE           many parameters

Topics, services and parameters: docs/ros.md. Then ask: {ask} "the red table"
""",
    "demo_robot_node": """usage: demo_robot_node [--ros-args -p NAME:=VALUE ...]

Drive a simulated robot through a room: publishes /camera/points, /tf and /tf_static.
""",
}
_LAUNCHERS = {name: f"detailbase_{name}" for name in ("ask", "console", "doctor")}


def start_command(name: str) -> str:
    """Command that starts a program on this machine, for messages.

    `ros2 run` where there is one; else the launcher beside this Python, as `make ros` writes it.
    """
    beside = Path(sys.executable).with_name(_LAUNCHERS.get(name, name))
    if shutil.which("ros2") is None and beside.exists():
        here = Path.cwd()
        return str(beside.relative_to(here) if beside.is_relative_to(here) else beside)
    return f"ros2 run detailbase_ros {name}"


def missing_of(packages: tuple[str, ...]) -> list[str]:
    """Those of the modules that this Python has not."""
    return [name for name in packages if _is_missing(name)]


def missing_text(packages: list[str]) -> str:
    """Advice where these modules are missing, for people."""
    names = ", ".join(map(repr, packages))
    return (
        f"this Python ({sys.executable}) has no {names}. Run 'make install' in the sources of "
        "detailbase_ros, 'source .venv/bin/activate', then start it again (docs/ros.md)"
    )


def node_packages_missing() -> list[str]:
    """Modules of the node that this Python has not, for doctor."""
    return missing_of(_NODE)


def run(name: str, args: list[str] | None = None) -> int | None:
    """Begin a program; exits with a line where something is missing.

    Args:
        name: of PROGRAMS.
        args: its arguments, its name first; None = those of this process.
    """
    program = PROGRAMS[name]
    words = sys.argv if args is None else args
    if name in _HELP and {"-h", "--help"} & set(words[1:]):
        print(_HELP[name].format(ask=start_command("ask")), end="")
        return 0
    if missing := missing_of(program.packages):
        _exit(name, missing_text(missing), program.failure)
    if _is_missing("rclpy") or _is_missing("detailbase_ros.msg"):
        absent = "rclpy" if _is_missing("rclpy") else "messages of detailbase_ros"
        _exit(
            name,
            f"this shell knows no {absent}: 'source /opt/ros/$ROS_DISTRO/setup.bash', then "
            "'source install/setup.bash' in the workspace that colcon built (docs/ros.md)",
            program.failure,
        )
    main = import_module(program.module).main
    status: int | None = main() if args is None else main(args)
    return status


def segmentation_node() -> int | None:
    """The node."""
    return run("segmentation_node")


def demo_robot_node() -> int | None:
    """The simulated robot."""
    return run("demo_robot_node")


def ask() -> int | None:
    """One sentence."""
    return run("ask")


def console() -> int | None:
    """The page in the browser."""
    return run("console")


def doctor() -> int | None:
    """Look for problems."""
    return run("doctor")


def _is_missing(module: str) -> bool:
    return find_spec(module) is None


def _exit(name: str, text: str, status: int) -> None:
    print(f"{name} cannot start: {text}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    sys.exit(run(sys.argv.pop(1)))
