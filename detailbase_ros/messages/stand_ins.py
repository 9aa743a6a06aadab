"""Stand-ins for ROS's generated message classes, with the same members and defaults, without ROS.

Made from the definitions that rosbags knows and those of this project.
"""

from __future__ import annotations

import os
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from detailbase_core.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rosbags.typesys.store import Typestore

_PACKAGE = "detailbase_ros"
_DEFAULTS = {"geometry_msgs/msg/Quaternion": {"w": 1.0}}  # as in its .msg file; rosbags has none
_EMPTY = {"string": "", "bool": False, "float32": 0.0, "float64": 0.0}


def read_definitions(folder: str | Path, package: str) -> dict[str, str]:
    """The .msg files of a folder: {"package/msg/Name": text}."""
    files = sorted(Path(folder).glob("*.msg"))
    return {f"{package}/msg/{f.stem}": f.read_text(encoding="utf-8") for f in files}


def own_definitions() -> dict[str, str]:
    """This project's messages: from the wheel, beside the sources, or where colcon installed them.

    Raises:
        BadFileError: they are nowhere.
    """
    prefixes = filter(None, os.environ.get("AMENT_PREFIX_PATH", "").split(":"))
    folders = [Path(__file__).parent / "definitions", Path(__file__).parents[2] / "msg"]
    folders += [Path(prefix) / "share" / _PACKAGE / "msg" for prefix in prefixes]
    for folder in folders:
        if found := read_definitions(folder, _PACKAGE):
            return found
    raise BadFileError(
        f"the message files of {_PACKAGE} are in none of {', '.join(map(str, folders))}; "
        "install this project again"
    )


def typestore(definitions: Mapping[str, str]) -> Typestore:
    """ROS's common message types and those of `definitions`: texts by full name."""
    store = get_typestore(Stores.ROS2_JAZZY)
    added = {}
    for name, text in definitions.items():
        added.update(get_types_from_msg(text, name))
    store.register(added)
    return store


def stand_in(type_name: str) -> Callable[..., Any]:
    """Maker of messages of "package/msg/Name", as its generated class.

    Members that are not named are zero, empty, or messages of such members; a member that the
    type does not have is a TypeError.
    """
    return partial(_make, type_name)


@cache
def _store() -> Typestore:
    return typestore(own_definitions())


def _make(type_name: str, /, **members: Any) -> Any:
    fields = _store().get_msgdef(type_name).fields
    values = {name: members.pop(name) if name in members else _empty(kind) for name, kind in fields}
    return _store().types[type_name](**values, **members)


def _empty(kind: Any) -> Any:
    """The default of a member, from rosbags' description of its type."""
    node, detail = kind
    if node == Nodetype.NAME:
        return _make(detail, **_DEFAULTS.get(detail, {}))
    if node == Nodetype.BASE:
        return _EMPTY.get(detail[0], 0)
    (item, item_detail), length = detail
    count = length if node == Nodetype.ARRAY else 0
    if item == Nodetype.BASE and item_detail[0] != "string":
        return np.zeros(count, item_detail[0])
    return [_empty(detail[0]) for _ in range(count)]
