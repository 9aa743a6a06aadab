"""Messages of a recording packed as CDR, without ROS."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np
from rosbags.interfaces import Nodetype

from detailbase_ros.messages.stand_ins import typestore

if TYPE_CHECKING:
    from collections.abc import Mapping


class BagTypes:
    """ROS's common message types and some more.

    Args:
        definitions: texts of further types, by full name.

    Attributes:
        store: rosbags' own table of them.
    """

    def __init__(self, definitions: Mapping[str, str] | None = None) -> None:
        self.store = typestore(definitions or {})

    def serialize(self, message: Any, type_name: str) -> bytes:
        """CDR bytes, as rclpy.serialization.serialize_message gives them.

        Args:
            message: of rosbags or of ROS: only its members count.
            type_name: "package/msg/Name".
        """
        return bytes(self.store.serialize_cdr(self._adopted(message, type_name), type_name))

    def _adopted(self, message: Any, type_name: str) -> Any:
        """The message as rosbags' own class has it."""
        fields = self.store.get_msgdef(type_name).fields
        values = {name: self._member(getattr(message, name), kind) for name, kind in fields}
        return self.store.types[type_name](**values)

    def _member(self, value: Any, kind: Any) -> Any:
        """One member by rosbags' description of its type; numbers become NumPy arrays."""
        node, detail = kind
        if node == Nodetype.BASE:
            return value
        if node == Nodetype.NAME:
            return self._adopted(value, detail)
        (item, item_detail), _ = detail
        if item == Nodetype.NAME:
            return [self._adopted(each, item_detail) for each in value]
        if item_detail[0] == "string":
            return value
        if isinstance(value, array):
            return np.frombuffer(value, np.dtype(item_detail[0]))
        return np.asarray(value, item_detail[0])
