"""Message types of a recording: making messages and packing them as CDR, without ROS."""

from __future__ import annotations

import os
import sys
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rosbags.interfaces import Nodetype
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from detailbase_core.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGE = "detailbase_ros"
_DEFAULTS = {"geometry_msgs/msg/Quaternion": {"w": 1.0}}  # as in its .msg file; rosbags has none
_EMPTY = {"string": "", "bool": False, "float32": 0.0, "float64": 0.0}


def read_definitions(folder: str | Path, package: str) -> dict[str, str]:
    """The .msg files of a folder: {"package/msg/Name": text}."""
    files = sorted(Path(folder).glob("*.msg"))
    return {f"{package}/msg/{f.stem}": f.read_text(encoding="utf-8") for f in files}


def own_definitions() -> dict[str, str]:
    """This project's messages: beside the sources, or where pip or colcon installed them.

    Raises:
        BadFileError: they are nowhere.
    """
    prefixes = [sys.prefix, *filter(None, os.environ.get("AMENT_PREFIX_PATH", "").split(":"))]
    folders = [Path(__file__).parents[2] / "msg"]
    folders += [Path(prefix) / "share" / _PACKAGE / "msg" for prefix in prefixes]
    for folder in folders:
        if found := read_definitions(folder, _PACKAGE):
            return found
    raise BadFileError(
        f"the message files of {_PACKAGE} are in none of {', '.join(map(str, folders))}; "
        "install this project again"
    )


class BagTypes:
    """ROS's common message types and some more.

    Args:
        definitions: texts of further types, by full name.
    """

    def __init__(self, definitions: Mapping[str, str] | None = None) -> None:
        self.store = get_typestore(Stores.ROS2_JAZZY)
        added = {}
        for name, text in (definitions or {}).items():
            added.update(get_types_from_msg(text, name))
        self.store.register(added)

    def make(self, type_name: str, /, **members: Any) -> Any:
        """A message; members that are not named are zero, empty, or messages of such members."""
        fields = self.store.get_msgdef(type_name).fields
        unknown = members.keys() - {name for name, _ in fields}
        if unknown:
            raise ValueError(f"{type_name} has no {', '.join(sorted(unknown))}")
        values = {
            name: _native(members[name], kind) if name in members else self._default(kind)
            for name, kind in fields
        }
        return self.store.types[type_name](**values)

    def serialize(self, message: Any) -> bytes:
        """CDR bytes, as rclpy.serialization.serialize_message gives them."""
        return bytes(self.store.serialize_cdr(message, message.__msgtype__))

    def _default(self, kind: Any) -> Any:
        node, detail = kind
        if node == Nodetype.NAME:
            return self.make(detail, **_DEFAULTS.get(detail, {}))
        if node == Nodetype.BASE:
            return _EMPTY.get(detail[0], 0)
        (item, item_detail), length = detail
        if item == Nodetype.BASE and item_detail[0] != "string":
            count = length if node == Nodetype.ARRAY else 0
            return np.zeros(count, item_detail[0])
        return [self._default(detail[0]) for _ in range(length if node == Nodetype.ARRAY else 0)]


def _native(value: Any, kind: Any) -> Any:
    """A list or array of numbers as the NumPy array that rosbags packs."""
    node, detail = kind
    if node in (Nodetype.BASE, Nodetype.NAME):
        return value
    (item, item_detail), _ = detail
    if item != Nodetype.BASE or item_detail[0] == "string":
        return value
    if isinstance(value, array):
        return np.frombuffer(value, np.dtype(item_detail[0]))
    return np.asarray(value, item_detail[0])
