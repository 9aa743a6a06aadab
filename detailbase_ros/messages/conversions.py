"""The core's types as rclpy's messages. Pure functions.

Clouds come in by detailbase_core.io.cloud_messages.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from detailbase_ros.messages.grounding_messages import AnswerMessages


@cache
def _message_class(type_name: str) -> Any:
    package, _, name = type_name.split("/")
    return getattr(import_module(f"{package}.msg"), name)


def _make(type_name: str, /, **members: Any) -> Any:
    return _message_class(type_name)(**members)


MESSAGES = AnswerMessages(_make)

to_stamp = MESSAGES.stamp
make_header = MESSAGES.header
box_to_message = MESSAGES.box
cloud_to_message = MESSAGES.cloud
result_to_message = MESSAGES.answer
instances_to_cloud = MESSAGES.instances
