"""ROS messages to the core's types and back. Pure functions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from sensor_msgs.msg import PointCloud2, PointField
from std_msgs.msg import Header

from detailbase_core.errors import BadCloudError
from detailbase_core.pointcloud2 import decode_points, encode_points
from detailbase_core.types import PointCloud
from detailbase_ros.msg import GroundedPhrase, GroundedQuery, PhraseInstance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geometry_msgs.msg import TransformStamped
    from numpy.typing import NDArray

    from detailbase_core import types
    from detailbase_core.pointcloud2 import DecodedPoints
    from detailbase_ros.outcomes import Outcome

_SECOND = 1_000_000_000


def to_nanoseconds(stamp: Time) -> int:
    """A message's stamp as nanoseconds."""
    return stamp.sec * _SECOND + stamp.nanosec


def to_stamp(nanoseconds: int) -> Time:
    """Nanoseconds as a message's stamp."""
    return Time(sec=nanoseconds // _SECOND, nanosec=nanoseconds % _SECOND)


def make_header(frame: str, stamp_ns: int) -> Header:
    """A header of this frame and stamp."""
    return Header(frame_id=frame, stamp=to_stamp(stamp_ns))


def place_of(header: Header) -> tuple[str, int]:
    """Frame and stamp (nanoseconds) of a measurement.

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


def decode_message(message: PointCloud2) -> DecodedPoints:
    """The points of a PointCloud2, whatever its header says.

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


def cloud_from_message(message: PointCloud2) -> tuple[PointCloud, bool]:
    """A PointCloud2 as a PointCloud, and whether it has colours (else grey from intensity).

    Raises:
        BadCloudError: no frame, no stamp, or a layout that cannot be read.
    """
    frame, stamp_ns = place_of(message.header)
    points = decode_message(message)
    cloud = PointCloud(points.xyz, points.rgb, frame, stamp_ns, points.image_shape)
    return cloud, points.has_color


def cloud_to_message(
    cloud: PointCloud, labels: Mapping[str, NDArray[np.uint32]] | None = None
) -> PointCloud2:
    """A PointCloud as x y z rgb, organised if it is, with further uint32 fields."""
    encoded = encode_points(cloud.xyz, cloud.rgb, labels)
    height, width = cloud.image_shape or (1, len(cloud))
    return PointCloud2(
        header=make_header(cloud.frame, cloud.stamp_ns),
        height=height,
        width=width,
        fields=[
            PointField(name=name, offset=offset, datatype=datatype, count=1)
            for name, offset, datatype in encoded.fields
        ],
        is_bigendian=False,
        point_step=encoded.point_step,
        row_step=encoded.point_step * width,
        data=encoded.data,
        is_dense=bool(np.isfinite(cloud.xyz).all()),
    )


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


def _point(xyz: tuple[float, float, float]) -> Point:
    return Point(x=float(xyz[0]), y=float(xyz[1]), z=float(xyz[2]))


def box_to_message(box: types.Box) -> tuple[Pose, Vector3]:
    """An upright box as the pose of its centre and its size."""
    half = box.yaw / 2.0
    rotation = Quaternion(z=math.sin(half), w=math.cos(half))
    size = Vector3(x=float(box.size[0]), y=float(box.size[1]), z=float(box.size[2]))
    return Pose(position=_point(box.center), orientation=rotation), size


def _part(cloud: PointCloud, indices: NDArray[np.int64]) -> PointCloud:
    return PointCloud(cloud.xyz[indices], cloud.rgb[indices], cloud.frame, cloud.stamp_ns)


def instance_to_message(
    instance: types.Instance, cloud: PointCloud, with_points: bool
) -> PhraseInstance:
    """One object; `cloud` is what its point_indices count in."""
    pose, size = box_to_message(instance.box)
    message = PhraseInstance(
        id=instance.id,
        pose=pose,
        size=size,
        centroid=_point(instance.centroid),
        score=float(instance.score),
    )
    if with_points:
        message.points = cloud_to_message(_part(cloud, instance.point_indices))
    return message


def phrase_to_message(
    phrase: types.GroundedPhrase, cloud: PointCloud, with_points: bool
) -> GroundedPhrase:
    """One phrase with its objects."""
    return GroundedPhrase(
        text=phrase.text,
        begin=phrase.begin,
        end=phrase.end,
        score=float(phrase.score),
        presence=float(phrase.presence),
        instances=[instance_to_message(i, cloud, with_points) for i in phrase.instances],
    )


def outcome_to_message(
    outcome: Outcome, header: Header, scene_version: int, answered_ns: int, with_points: bool
) -> GroundedQuery:
    """A query's end as its answer.

    Args:
        outcome: what became of the query.
        header: of the map in which it was answered.
        scene_version: of that map.
        answered_ns: the node's clock, nanoseconds.
        with_points: whether to fill PhraseInstance.points.
    """
    query, grounding = outcome.query, outcome.grounding
    message = GroundedQuery(
        header=header,
        query_id=query.id,
        client_tag=query.client_tag,
        query=query.text,
        received_at=to_stamp(query.received_ns),
        answered_at=to_stamp(answered_ns),
        status=int(outcome.status),
        message=outcome.message,
        scene_version=scene_version,
    )
    message.sentence = GroundedPhrase(text=query.text, end=len(query.text))
    if grounding is not None:
        cloud = grounding.scene.cloud
        message.sentence = phrase_to_message(grounding.sentence, cloud, with_points)
        message.phrases = [phrase_to_message(p, cloud, with_points) for p in grounding.phrases]
        message.stage_names = list(grounding.stage_seconds)
        message.stage_seconds = [float(s) for s in grounding.stage_seconds.values()]
    return message


def instances_to_cloud(grounding: types.Grounding, query_id: int) -> PointCloud2:
    """All objects' points with query_id, phrase_id (0 = the sentence, 1 = its first phrase ...)
    and instance_id; a point of two phrases appears twice.
    """
    cloud = grounding.scene.cloud
    found = [
        (phrase_id, instance)
        for phrase_id, phrase in enumerate((grounding.sentence, *grounding.phrases))
        for instance in phrase.instances
    ]
    counts = [len(instance.point_indices) for _, instance in found]
    indices = [instance.point_indices for _, instance in found]
    points = np.concatenate(indices) if indices else np.empty(0, np.int64)
    labels = {
        "query_id": np.full(len(points), query_id & 0xFFFFFFFF, np.uint32),
        "phrase_id": np.repeat(np.array([p for p, _ in found], np.uint32), counts),
        "instance_id": np.repeat(np.array([i.id for _, i in found], np.uint32), counts),
    }
    return cloud_to_message(_part(cloud, points), labels)
