"""Stand-ins for what the launch files use of launch and launch_ros, which PyPI lacks.

Actions keep what they were given, and refuse what those of a released distribution would refuse
(launch_signatures.py); a LaunchContext is a dict of launch arguments.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.helpers.launch_signatures import released

LAUNCH = Path(__file__).parents[2] / "launch"


class Action:
    """Any action or event handler: positional and named arguments as given.

    Raises:
        TypeError: some distribution does not take these arguments.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        name = type(self).__name__
        for distribution, classes in released().items():
            wrong = sorted(set(named) - classes[name].named)
            if wrong or len(given) > classes[name].positional:
                raise TypeError(f"{name} of {distribution} does not take {wrong or given}")
        self.given, self.named = given, named

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["named"][name]
        except KeyError:
            raise AttributeError(name) from None


class DeclareLaunchArgument(Action):
    pass


class ExecuteProcess(Action):
    pass


class IncludeLaunchDescription(Action):
    pass


class Node(Action):
    pass


class OnProcessExit(Action):
    pass


class OnProcessIO(Action):
    pass


class OpaqueFunction(Action):
    pass


class SetEnvironmentVariable(Action):
    pass


class LaunchConfiguration:
    def __init__(self, name: str) -> None:
        self.name = name

    def perform(self, context: dict[str, str]) -> str:
        return context[self.name]


class PathJoinSubstitution(list):
    def __str__(self) -> str:
        return "/".join(map(str, self))


def find_package_share(name: str) -> str:
    assert name == "detailbase_ros"
    return str(LAUNCH.parent)


MODULES = {
    "launch": {"LaunchContext": dict, "LaunchDescription": list},
    "launch.actions": {
        "DeclareLaunchArgument": DeclareLaunchArgument,
        "ExecuteProcess": ExecuteProcess,
        "IncludeLaunchDescription": IncludeLaunchDescription,
        "OpaqueFunction": OpaqueFunction,
        "RegisterEventHandler": lambda handler: handler,
        "SetEnvironmentVariable": SetEnvironmentVariable,
    },
    "launch.event_handlers": {"OnProcessIO": OnProcessIO, "OnProcessExit": OnProcessExit},
    "launch.launch_description_sources": {"PythonLaunchDescriptionSource": str},
    "launch.substitutions": {
        "LaunchConfiguration": LaunchConfiguration,
        "PathJoinSubstitution": PathJoinSubstitution,
    },
    "launch_ros": {},
    "launch_ros.actions": {"Node": Node},
    "launch_ros.substitutions": {"FindPackageShare": find_package_share},
}


def load(name: str, monkeypatch: Any) -> SimpleNamespace:
    """A launch file's functions, with the stand-ins in place."""
    for module, members in MODULES.items():
        stand_in = ModuleType(module)
        stand_in.__dict__.update(members)
        monkeypatch.setitem(sys.modules, module, stand_in)
    return SimpleNamespace(**runpy.run_path(str(LAUNCH / name)))


def declared(description: list[Any]) -> dict[str, str]:
    """Default value of each launch argument."""
    return {
        action.given[0]: str(action.default_value)
        for action in description
        if "default_value" in action.named
    }
