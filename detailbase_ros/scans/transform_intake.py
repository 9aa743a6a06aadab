"""TF messages into the transform buffer, from topics or a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detailbase_core.errors import BadTransformError
from detailbase_core.io.transform_messages import transforms_from_message

if TYPE_CHECKING:
    from detailbase_core.transforms import TransformBuffer
    from detailbase_ros.runtime.event_counters import EventCounters


def store_transforms(
    message: Any, topic: str, buffer: TransformBuffer, events: EventCounters
) -> None:
    """Put a tf2_msgs/TFMessage of /tf or /tf_static into the buffer; bad entries are reported."""
    for transform in transforms_from_message(message, topic):
        try:
            buffer.set(*transform)
        except BadTransformError as error:
            events.warn_throttled("bad_transform", str(error))
    for fault in buffer.faults:
        events.warn_once(f"tf {fault[:40]}", fault)
