"""Messages as they arrive, from topics or a recording: scans, and transforms for the buffer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detailbase_core.errors import BadTransformError
from detailbase_core.io.cloud_messages import checked_frame_and_stamp, decode_cloud
from detailbase_core.io.transform_messages import transforms_from_message

if TYPE_CHECKING:
    from detailbase_core.io.cloud_messages import MessageCloud
    from detailbase_core.io.colors import ColorScale
    from detailbase_core.transforms import TransformBuffer
    from detailbase_ros.runtime.event_counters import EventCounters


@dataclass(frozen=True, eq=False)
class ArrivedScan:
    """A scan whose points are still in its message: most scans never need them.

    Attributes:
        topic: where it came from.
        frame: of the sensor.
        stamp_ns: time of measurement, nanoseconds.
        message: the sensor_msgs/PointCloud2, as rclpy or rosbags decoded it.
    """

    topic: str
    frame: str
    stamp_ns: int
    message: Any

    @classmethod
    def of(cls, topic: str, message: Any) -> ArrivedScan:
        """A message of a topic.

        Raises:
            BadCloudError: its header has no frame or no stamp.
        """
        return cls(topic, *checked_frame_and_stamp(message.header), message)

    def read(self, color_scale: ColorScale | None = None) -> MessageCloud:
        """The cloud in the sensor's frame.

        Args:
            color_scale: of earlier scans of the topic.

        Raises:
            BadCloudError: a layout that cannot be read.
        """
        return decode_cloud(self.message, self.frame, self.stamp_ns, color_scale)


def store_transforms(
    message: Any, topic: str, buffer: TransformBuffer, events: EventCounters
) -> None:
    """Put a tf2_msgs/TFMessage of /tf or /tf_static into the buffer; bad entries are reported."""
    for transform in transforms_from_message(message, topic):
        try:
            buffer.set(*transform)
        except BadTransformError as error:
            events.warn_throttled("bad_transform", str(error))
