"""The core's types as rclpy's messages, and transforms the other way. Pure functions.

Clouds come in by detailbase_core.io.cloud_messages.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from detailbase_core.io.cloud_messages import to_nanoseconds
from detailbase_ros.messages.grounding_messages import AnswerMessages

if TYPE_CHECKING:
    from geometry_msgs.msg import TransformStamped


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


def transform_arguments(
    message: TransformStamped,
) -> tuple[str, str, int, tuple[float, float, float], tuple[float, float, float, float]]:
    """The arguments of TransformBuffer.set, but for `static`."""
    t, r = message.transform.translation, message.transform.rotation
    return (
        message.header.frame_id,
        message.child_frame_id,
        to_nanoseconds(message.header.stamp),
        (t.x, t.y, t.z),
        (r.x, r.y, r.z, r.w),
    )
