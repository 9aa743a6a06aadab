"""PointCloud2 messages to clouds, whoever decoded them: rclpy on a graph, rosbags from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from detailbase_core.errors import BadCloudError
from detailbase_core.io.pointcloud2 import decode_points
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from detailbase_core.io.colors import ColorScale

_SECOND = 1_000_000_000


def to_nanoseconds(stamp: Any) -> int:
    """A builtin_interfaces/Time (or anything with sec and nanosec) as nanoseconds."""
    return int(stamp.sec) * _SECOND + int(stamp.nanosec)


def frame_and_stamp(header: Any) -> tuple[str, int]:
    """Frame without leading slash, and stamp in nanoseconds, of a std_msgs/Header as it is."""
    return header.frame_id.lstrip("/"), to_nanoseconds(header.stamp)


def checked_frame_and_stamp(header: Any) -> tuple[str, int]:
    """The same of a measurement that is to be looked up in TF.

    Raises:
        BadCloudError: no frame or no stamp.
    """
    frame, stamp_ns = frame_and_stamp(header)
    if not frame or stamp_ns <= 0:
        missing = "stamp" if frame else "frame_id"
        raise BadCloudError(
            f"the cloud's header has no {missing}, so nobody knows where it was taken; "
            "fill header.frame_id and header.stamp in its publisher"
        )
    return frame, stamp_ns


class MessageCloud(NamedTuple):
    """A decoded cloud message.

    Attributes:
        cloud: in the sensor's frame.
        has_color: False where its colours are the intensity as grey.
        color_note: which fields were taken for colours on which scale, for people.
        color_scale: how numbers became bytes; None where they needed none.
    """

    cloud: PointCloud
    has_color: bool
    color_note: str
    color_scale: ColorScale | None


def decode_cloud(
    message: Any, frame: str, stamp_ns: int, color_scale: ColorScale | None = None
) -> MessageCloud:
    """The points of a sensor_msgs/PointCloud2 whose header has been read.

    Args:
        message: as rclpy or rosbags decoded it.
        frame, stamp_ns: from its header.
        color_scale: as for decode_points.

    Raises:
        BadCloudError: a layout that cannot be read.
    """
    points = decode_points(
        message.fields,
        message.height,
        message.width,
        message.point_step,
        message.row_step,
        message.is_bigendian,
        message.data,
        color_scale,
    )
    cloud = PointCloud(points.xyz, points.rgb, frame, stamp_ns, points.image_shape)
    return MessageCloud(cloud, points.has_color, points.color_note, points.color_scale)


def cloud_from_message(message: Any) -> MessageCloud:
    """A measured sensor_msgs/PointCloud2, as decode_cloud().

    Raises:
        BadCloudError: no frame, no stamp, or a layout that cannot be read.
    """
    return decode_cloud(message, *checked_frame_and_stamp(message.header))
