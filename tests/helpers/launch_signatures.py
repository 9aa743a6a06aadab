"""What the classes of launch and launch_ros take, read from their sources: PyPI has neither.

python -m tests.helpers.launch_signatures humble=FOLDER jazzy=FOLDER ...   writes the table TABLE

FOLDER holds the Python packages launch and launch_ros of that distribution's release.
"""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

TABLE = Path(__file__).parents[1] / "data" / "launch_signatures.yaml"
HEAD = "# Written by tests/helpers/launch_signatures.py from the released sources.\n"
CLASSES = {
    "launch": ("LaunchDescription",),
    "launch.actions": (
        "DeclareLaunchArgument",
        "ExecuteProcess",
        "IncludeLaunchDescription",
        "OpaqueFunction",
        "RegisterEventHandler",
        "SetEnvironmentVariable",
    ),
    "launch.event_handlers": ("OnProcessExit", "OnProcessIO"),
    "launch.launch_description_sources": ("PythonLaunchDescriptionSource",),
    "launch.substitutions": ("LaunchConfiguration", "PathJoinSubstitution"),
    "launch_ros.actions": ("Node",),
    "launch_ros.substitutions": ("FindPackageShare",),
}


class Signature(NamedTuple):
    """Of one class: number of positional arguments, names of all that may be named."""

    positional: int
    named: frozenset[str]


@cache
def released() -> dict[str, dict[str, Signature]]:
    """By distribution and class, from TABLE."""
    return {
        distribution: {
            name: Signature(entry["positional"], frozenset(entry["named"]))
            for name, entry in classes.items()
        }
        for distribution, classes in yaml.safe_load(TABLE.read_text()).items()
    }


class Sources:
    """All classes of a folder of Python packages, by name."""

    def __init__(self, folder: Path) -> None:
        paths = (path for path in sorted(folder.rglob("*.py")) if "events" not in path.parts)
        trees = [ast.parse(path.read_text()) for path in paths]  # events share actions' names
        nodes = [node for tree in trees for node in ast.walk(tree)]
        self._classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}

    def signature(self, name: str) -> Signature:
        """Of a class; what it passes on by **kwargs is looked for in its bases."""
        node = self._classes.get(name)
        if node is None:
            return Signature(0, frozenset())
        inits = [n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"]
        bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
        inherited = [self.signature(base) for base in bases]
        named = frozenset[str]().union(*(each.named for each in inherited)) - _fixed(node)
        if not inits:
            return Signature(max([each.positional for each in inherited], default=0), named)
        given = inits[-1].args  # the last: those before are overloads
        positional = [arg.arg for arg in given.args[1:]]
        own = frozenset(positional + [arg.arg for arg in given.kwonlyargs])
        return Signature(len(positional), own | named if given.kwarg else own)


def _fixed(node: ast.ClassDef) -> set[str]:
    """Arguments that a class itself gives to its base's __init__."""
    calls = [call for call in ast.walk(node) if isinstance(call, ast.Call)]
    to_base = [call for call in calls if ast.unparse(call.func) == "super().__init__"]
    return {keyword.arg for call in to_base for keyword in call.keywords if keyword.arg}


def main(arguments: list[str]) -> None:
    """Write the table."""
    table = {}
    for argument in arguments:
        distribution, _, folder = argument.partition("=")
        sources = Sources(Path(folder))
        table[distribution] = {
            name: {"positional": found.positional, "named": sorted(found.named)}
            for names in CLASSES.values()
            for name in names
            for found in [sources.signature(name)]
        }
    TABLE.write_text(
        HEAD + yaml.safe_dump(table, sort_keys=False, width=99, default_flow_style=None)
    )


if __name__ == "__main__":
    main(sys.argv[1:])
