"""Stamps, boxes and clouds as messages. Clouds come in by detailbase_core.io.pointcloud2."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.io.pointcloud2 import encode_points
from detailbase_ros.messages.message_types import (
    Header,
    Point,
    PointCloud2,
    PointField,
    Pose,
    Quaternion,
    Time,
    Vector3,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from detailbase_core.types import Box, PointCloud

_SECOND = 1_000_000_000


def to_stamp(nanoseconds: int) -> Time:
    """Nanoseconds since the epoch as builtin_interfaces/Time."""
    seconds, rest = divmod(nanoseconds, _SECOND)
    return Time(sec=seconds, nanosec=rest)


def make_header(frame: str, stamp_ns: int) -> Header:
    """Frame name and nanoseconds as std_msgs/Header."""
    return Header(frame_id=frame, stamp=to_stamp(stamp_ns))


def to_point(xyz: tuple[float, float, float]) -> Point:
    """(x, y, z) in metres as geometry_msgs/Point."""
    x, y, z = map(float, xyz)
    return Point(x=x, y=y, z=z)


def to_vector(xyz: tuple[float, float, float]) -> Vector3:
    """(x, y, z) in metres as geometry_msgs/Vector3."""
    x, y, z = map(float, xyz)
    return Vector3(x=x, y=y, z=z)


def box_to_message(box: Box) -> tuple[Pose, Vector3]:
    """An upright box as the pose of its centre, turned about z only, and its size in metres."""
    half = box.yaw / 2.0
    rotation = Quaternion(x=0.0, y=0.0, z=math.sin(half), w=math.cos(half))
    return Pose(position=to_point(box.center), orientation=rotation), to_vector(box.size)


def cloud_to_message(
    cloud: PointCloud, labels: Mapping[str, NDArray[np.uint32]] | None = None
) -> PointCloud2:
    """A cloud as sensor_msgs/PointCloud2: x y z rgb, organised if it is.

    Args:
        cloud: (N, 3) points in metres, with colours.
        labels: further fields by name, (N,) uint32 each.
    """
    encoded = encode_points(cloud.xyz, cloud.rgb, labels)
    height, width = cloud.image_shape or (1, len(cloud))
    fields = [
        PointField(name=name, offset=offset, datatype=datatype, count=1)
        for name, offset, datatype in encoded.fields
    ]
    return PointCloud2(
        header=make_header(cloud.frame, cloud.stamp_ns),
        height=height,
        width=width,
        fields=fields,
        is_bigendian=False,
        point_step=encoded.point_step,
        row_step=encoded.point_step * width,
        data=encoded.data,
        is_dense=bool(np.isfinite(cloud.xyz).all()),
    )
