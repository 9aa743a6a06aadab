"""Robot recordings without ROS: rosbag2 folders, MCAP and SQLite files -> clouds with poses.

Transforms may be recorded after the clouds that need them, so a bag is read twice: first all
transforms, then the clouds.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import (
    BadCloudError,
    BadFileError,
    BadTransformError,
    LookupFailed,
)
from detailbase_core.io.bag_reader import (
    BAG_FORMATS,
    bag_messages,
    bag_topics,
    decoded,
)
from detailbase_core.io.cloud_messages import decode_cloud, frame_and_stamp
from detailbase_core.io.transform_messages import transforms_from_message
from detailbase_core.transforms import StampedTransform, TransformBuffer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from rosbags.interfaces import Connection

    from detailbase_core.types import PointCloud

__all__ = [
    "BAG_FORMATS",
    "BagScan",
    "StampedTransform",
    "read_bag",
    "read_bag_scans",
]

logger = logging.getLogger(__name__)

CLOUD_TYPE = "sensor_msgs/msg/PointCloud2"
TF_TYPE = "tf2_msgs/msg/TFMessage"
_WHOLE_BAG_S = 1e9  # the transform buffer keeps everything


@dataclass(frozen=True)
class BagScan:
    """One recorded cloud and where it was taken.

    Attributes:
        topic: where it was published.
        cloud: in the sensor's frame.
        sensor_to_map: (4, 4) float64.
        map_frame: name of the map's frame.
    """

    topic: str
    cloud: PointCloud
    sensor_to_map: NDArray[np.float64]
    map_frame: str


def read_bag(
    path: str | Path, types: Sequence[str] = (CLOUD_TYPE, TF_TYPE)
) -> Iterator[tuple[str, int, PointCloud | tuple[StampedTransform, ...]]]:
    """All clouds and transforms of a bag, as plain values, in the order of their recording.

    Args:
        path: a rosbag2 folder, or one of its .mcap or .db3 files.
        types: message types to read, of the two default ones.

    Yields:
        (topic, time of recording in nanoseconds, value).

    Raises:
        BadFileError: not a bag, or a broken one.
        BadCloudError: a recorded cloud contradicts itself.
    """
    for connection, recorded_ns, raw in bag_messages(path, types):
        yield connection.topic, recorded_ns, _decode(path, connection, raw)


def read_bag_scans(
    path: str | Path, map_frame: str = "odom", topics: Sequence[str] = ()
) -> Iterator[BagScan]:
    """Every recorded cloud with its pose in the map.

    Args:
        path: as for read_bag.
        map_frame: taken if the bag knows it, otherwise the root of its frame tree. A bag
            without transforms is taken to lie in its clouds' own frame.
        topics: cloud topics to read; empty = all whose clouds are not in the map frame
            already (those are results), or all where there are no others.

    Raises:
        BadFileError: not a bag, a broken one, or one without clouds or without a usable pose.
        BadCloudError: a recorded cloud contradicts itself.
    """
    buffer, parents = _index_transforms(path)
    frames = cloud_frames(path)
    if not parents:
        logger.warning("%s holds no transforms: its clouds are taken as they lie", path)
    root = _root(next(iter(frames.values())), parents)
    frame = map_frame if map_frame in buffer.frames else root
    wanted = tuple(topics) or scan_topics(frames, frame)
    found, lost, reason = 0, 0, ""
    for connection, _, raw in bag_messages(path, (CLOUD_TYPE,)):
        if connection.topic not in wanted:
            continue
        try:
            cloud = _cloud(decoded(path, connection, raw))
            pose = _pose(buffer, frame, cloud)
        except (LookupFailed, BadCloudError) as error:
            lost, reason = lost + 1, str(error)
            continue
        found += 1
        yield BagScan(connection.topic, cloud, pose, frame)
    if not found:
        raise BadFileError(
            f"{path}: none of {lost} clouds on {', '.join(wanted)} is of use: {reason}"
        )
    if lost:
        logger.warning("%s: left out %d of %d clouds: %s", path, lost, lost + found, reason)


def _decode(
    path: str | Path, connection: Connection, raw: bytes
) -> PointCloud | tuple[StampedTransform, ...]:
    message = decoded(path, connection, raw)
    if connection.msgtype == CLOUD_TYPE:
        return _cloud(message)
    return transforms_from_message(message, connection.topic)


def _cloud(message: Any) -> PointCloud:
    """A recorded cloud; files without TF may hold some without frame or stamp."""
    return decode_cloud(message, *frame_and_stamp(message.header))[0]


def _pose(buffer: TransformBuffer, frame: str, cloud: PointCloud) -> NDArray[np.float64]:
    if cloud.frame == frame:
        return np.eye(4)
    return buffer.lookup(frame, cloud.frame, cloud.stamp_ns)


def _index_transforms(path: str | Path) -> tuple[TransformBuffer, dict[str, str]]:
    """All transforms of a bag, and each child's parent. Broken ones are left out and reported."""
    buffer, parents = TransformBuffer(_WHOLE_BAG_S), {}
    lost, reason = 0, ""
    for connection, _, raw in bag_messages(path, (TF_TYPE,)):
        message = decoded(path, connection, raw)
        for transform in transforms_from_message(message, connection.topic):
            try:
                buffer.set(*transform)
            except BadTransformError as error:
                lost, reason = lost + 1, str(error)
            else:
                parents[transform.child.lstrip("/")] = transform.parent.lstrip("/")
    if lost:
        logger.warning("%s: left out %d transforms: %s", path, lost, reason)
    return buffer, parents


def scan_topics(frames: Mapping[str, str], map_frame: str) -> tuple[str, ...]:
    """Topics of scans: not those whose clouds are in the map frame already (results), unless all
    are.
    """
    return tuple(topic for topic, f in frames.items() if f != map_frame) or tuple(frames)


def cloud_frames(path: str | Path) -> dict[str, str]:
    """Frame of the first cloud of each topic.

    Raises:
        BadFileError: not a bag, a broken one, or one without clouds.
    """
    frames: dict[str, str] = {}
    topics = {c.topic for c in bag_topics(path) if c.msgtype == CLOUD_TYPE and c.msgcount}
    for connection, _, raw in bag_messages(path, (CLOUD_TYPE,)):
        if connection.topic not in frames:
            header = decoded(path, connection, raw).header
            frames[connection.topic] = header.frame_id.lstrip("/")
        if len(frames) == len(topics):
            break
    if not frames:
        raise BadFileError(f"{path}: this bag holds no {CLOUD_TYPE} messages to look at")
    return frames


def _root(frame: str, parents: dict[str, str]) -> str:
    seen = {frame}
    while frame in parents and parents[frame] not in seen:
        frame = parents[frame]
        seen.add(frame)
    return frame
