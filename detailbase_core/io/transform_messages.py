"""TF messages to transforms, whoever decoded them: rclpy on a graph, rosbags from a file."""

from __future__ import annotations

from typing import Any

from detailbase_core.io.pointcloud2 import to_nanoseconds
from detailbase_core.transforms import StampedTransform


def transform_from_message(message: Any, static: bool) -> StampedTransform:
    """A geometry_msgs/TransformStamped.

    Args:
        message: as rclpy or rosbags decoded it.
        static: whether it is valid at all times.
    """
    t, r = message.transform.translation, message.transform.rotation
    return StampedTransform(
        parent=message.header.frame_id,
        child=message.child_frame_id,
        stamp_ns=to_nanoseconds(message.header.stamp),
        translation=(t.x, t.y, t.z),
        rotation_xyzw=(r.x, r.y, r.z, r.w),
        static=static,
    )


def transforms_from_message(message: Any, topic: str) -> tuple[StampedTransform, ...]:
    """All entries of a tf2_msgs/TFMessage; those of a topic called tf_static are static."""
    static = topic.endswith("tf_static")
    return tuple(transform_from_message(stamped, static) for stamped in message.transforms)
