"""PointCloud2 messages to clouds, whoever decoded them: rclpy on a graph, rosbags from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detailbase_core.errors import BadCloudError
from detailbase_core.io.pointcloud2 import decode_points
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from detailbase_core.io.pointcloud2 import DecodedPoints

_SECOND = 1_000_000_000


def to_nanoseconds(stamp: Any) -> int:
    """A builtin_interfaces/Time (or anything with sec and nanosec) as nanoseconds."""
    return int(stamp.sec) * _SECOND + int(stamp.nanosec)


def place_of(header: Any) -> tuple[str, int]:
    """Frame and stamp (nanoseconds) of a measurement, from its std_msgs/Header.

    Raises:
        BadCloudError: there is none.
    """
    frame, stamp_ns = header.frame_id.lstrip("/"), to_nanoseconds(header.stamp)
    if not frame or stamp_ns <= 0:
        missing = "stamp" if frame else "frame_id"
        raise BadCloudError(
            f"the cloud's header has no {missing}, so nobody knows where it was taken; "
            "fill header.frame_id and header.stamp in its publisher"
        )
    return frame, stamp_ns


def decode_message(message: Any) -> DecodedPoints:
    """The points of a sensor_msgs/PointCloud2, whatever its header says.

    Raises:
        BadCloudError: a layout that cannot be read.
    """
    return decode_points(
        message.fields,
        message.height,
        message.width,
        message.point_step,
        message.row_step,
        message.is_bigendian,
        message.data,
    )


def cloud_from_message(message: Any) -> tuple[PointCloud, bool]:
    """A sensor_msgs/PointCloud2 as a cloud, and whether it has colours (else grey from intensity).

    Raises:
        BadCloudError: no frame, no stamp, or a layout that cannot be read.
    """
    frame, stamp_ns = place_of(message.header)
    points = decode_message(message)
    cloud = PointCloud(points.xyz, points.rgb, frame, stamp_ns, points.image_shape)
    return cloud, points.has_color
