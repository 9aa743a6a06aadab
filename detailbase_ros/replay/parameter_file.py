"""The node's parameter file read without ROS: `ros2 param dump` writes such files, too."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import yaml

from detailbase_core.config import GrounderConfig
from detailbase_core.errors import ConfigError
from detailbase_core.settings import from_dict
from detailbase_ros.node_config import IntakeConfig
from detailbase_ros.replay.replay import ReplayConfig


def read_node_parameters(path: str | Path) -> tuple[ReplayConfig, tuple[str, ...]]:
    """A parameter file's settings for a replay, and the names of its others.

    Args:
        path: YAML with one `ros__parameters`; names may be dotted or nested.

    Raises:
        ConfigError: not such a file, or a value of the wrong type or out of range.
    """
    intake, grounder = (
        {field.name for field in dataclasses.fields(c)} for c in (IntakeConfig, GrounderConfig)
    )
    parts: dict[str, dict[str, Any]] = {"intake": {}, "grounder": {}}
    topics: Any = ()
    unused = []
    for name, value in _parameters(path).items():
        if name == "superpoints":
            unused += [f"{name}.{leaf}" for leaf in value] if isinstance(value, dict) else [name]
        elif name == "cloud_topics" and not _relative(value):
            topics = value
        elif name in intake:
            parts["intake"][name] = value
        elif name in grounder:
            parts["grounder"][name] = value
        else:
            unused.append(name)
    try:
        return from_dict(ReplayConfig, {"cloud_topics": topics, **parts}), tuple(unused)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _relative(topics: Any) -> bool:
    """Whether some topic's full name depends on how the node is started."""
    return isinstance(topics, list) and not all(str(topic).startswith("/") for topic in topics)


def _parameters(path: str | Path) -> dict[str, Any]:
    """The parameters of the file as a tree."""
    try:
        nodes = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: cannot be read as YAML: {error}") from error
    found = [n["ros__parameters"] for n in _dicts(nodes) if "ros__parameters" in n]
    if len(found) != 1 or not isinstance(found[0], dict):
        raise ConfigError(f"{path}: is no parameter file of one node (ros__parameters)")
    tree: dict[str, Any] = {}
    for name, value in found[0].items():
        *folders, leaf = str(name).split(".")
        branch = tree
        for folder in folders:
            branch = branch.setdefault(folder, {})
        if isinstance(value, dict):
            branch.setdefault(leaf, {}).update(value)
        else:
            branch[leaf] = value
    return tree


def _dicts(nodes: Any) -> list[dict[str, Any]]:
    """`nodes` itself and everything inside it that is a mapping."""
    if not isinstance(nodes, dict):
        return []
    return [nodes, *(inner for value in nodes.values() for inner in _dicts(value))]
