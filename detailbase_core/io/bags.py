"""Robot recordings without ROS: rosbag2 folders, MCAP and SQLite files -> clouds with poses.

Transforms may be recorded after the clouds that need them, so a bag is read twice: first all
transforms, then the clouds.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import (
    BadCloudError,
    BadFileError,
    BadMessageError,
    LookupFailed,
)
from detailbase_core.io.bag_index import CLOUD_TYPE, header_of, read_index, warn_of
from detailbase_core.io.bag_reader import (
    BAG_FORMATS,
    bag_messages,
    bag_topics,
    decoded,
)
from detailbase_core.io.bag_topic import TF_TYPE
from detailbase_core.io.pointcloud2 import (
    checked_frame_and_stamp,
    decode_cloud,
    frame_and_stamp,
)
from detailbase_core.io.transform_messages import transforms_from_message
from detailbase_core.transforms import StampedTransform, TransformBuffer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.io.bag_topic import BagTopic
    from detailbase_core.io.colors import ColorScale
    from detailbase_core.types import PointCloud

__all__ = [
    "BAG_FORMATS",
    "BagScan",
    "StampedTransform",
    "read_bag",
    "read_bag_scans",
]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BagScan:
    """One recorded cloud and where it was taken.

    Attributes:
        topic: where it was published.
        cloud: in the sensor's frame.
        sensor_to_map: (4, 4) float64.
        map_frame: name of the map's frame.
        run: how often time had gone back before it (a simulation was reset): scans of different
            runs are no part of one map.
        color_note: what was taken for its colours, for people.
    """

    topic: str
    cloud: PointCloud
    sensor_to_map: NDArray[np.float64]
    map_frame: str
    run: int = 0
    color_note: str = ""


def read_bag(
    path: str | Path, types: Sequence[str] = (CLOUD_TYPE, TF_TYPE)
) -> Iterator[tuple[str, int, PointCloud | tuple[StampedTransform, ...]]]:
    """All clouds and transforms of a bag, as plain values, in the order of their recording.

    Messages that cannot be decoded are left out; their number is logged.

    Args:
        path: a rosbag2 folder, or one of its .mcap or .db3 files.
        types: message types to read, of the two default ones.

    Yields:
        (topic, time of recording in nanoseconds, value).

    Raises:
        BadFileError: not a bag, or a broken one.
        BadCloudError: a recorded cloud contradicts itself.
    """
    lost, reason = 0, ""
    for connection, recorded_ns, raw in bag_messages(path, types):
        try:
            value = _decode(path, connection, raw)
        except BadMessageError as error:
            lost, reason = lost + 1, str(error)
            continue
        yield connection.topic, recorded_ns, value
    if lost:
        logger.warning("left out %d messages: %s", lost, reason)


def read_bag_scans(
    path: str | Path, map_frame: str = "odom", topics: Sequence[str] = (), tf_prefix: str = ""
) -> Iterator[BagScan]:
    """Every recorded cloud with its pose in the map.

    Args:
        path: as for read_bag.
        map_frame: taken if the bag knows it, otherwise the root of its frame tree. A bag
            without transforms is taken to lie in its clouds' own frame.
        topics: cloud topics to read; empty = all whose clouds are not in the map frame
            already (those are results), or all where there are no others.
        tf_prefix: namespace of the transforms' topics, "/robot1" say; "" = as tf_topics finds it.

    Raises:
        BadFileError: not a bag, a broken one, or one without clouds or without a usable pose.
    """
    tf = tf_topics(bag_topics(path), topics, tf_prefix)
    index = read_index(path, tf)
    frames = index.frames
    if not frames:
        raise _no_clouds(path)
    parents = {child: parent for run in index.runs for child, parent in run.parents.items()}
    if not parents:
        logger.warning("%s holds no transforms: its clouds are used as they are", path)
    root = _root(next(filter(None, frames.values()), ""), parents)
    known = {frame for run in index.runs for frame in run.buffer.frames}
    frame = map_frame if map_frame in known else root
    wanted = tuple(topics) or of_one_tree(scan_topics(frames, frame), tf)
    warn_of(path, index)
    found, lost, reason = 0, 0, ""
    scales: dict[str, ColorScale] = {}
    clouds = bag_messages(path, (CLOUD_TYPE,), problems=[])
    for run, (connection, _, raw) in zip(index.run_of_cloud, clouds, strict=False):
        topic = connection.topic
        if topic not in wanted:
            continue
        try:
            if run < 0:
                raise BadCloudError(f"a late cloud on {topic} of before time went back")
            message = decoded(path, connection, raw)
            read = decode_cloud(
                message, *checked_frame_and_stamp(message.header), scales.get(topic)
            )
            pose = _pose(index.runs[run].buffer, frame, read.cloud)
        except (LookupFailed, BadCloudError, BadMessageError) as error:
            lost, reason = lost + 1, str(error)
            continue
        if read.color_scale is not None:
            scales[topic] = read.color_scale
        found += 1
        yield BagScan(topic, read.cloud, pose, frame, run, read.color_note)
    if not found:
        raise BadFileError(
            f"{path}: none of {lost} clouds on {', '.join(wanted)} is of use: {reason}"
        )
    if lost:
        logger.warning("%s: left out %d of %d clouds: %s", path, lost, lost + found, reason)


def tf_topics(
    topics: Sequence[BagTopic], clouds: Sequence[str] = (), prefix: str = ""
) -> tuple[str, ...]:
    """The topics whose transforms make the frame tree, as the node would hear them.

    /tf and /tf_static where either is recorded; else those in the namespace of the clouds. Others
    (/ground_truth/tf, another robot's) are not of the tree.

    Args:
        topics: of the bag.
        clouds: names of the topics of clouds; empty = all of the bag.
        prefix: a namespace to take them from instead.
    """
    there = {topic.topic for topic in topics if topic.msgtype == TF_TYPE}
    if prefix:
        return tuple(f"/{prefix.strip('/')}/{name}" for name in ("tf", "tf_static"))
    clouds = clouds or [topic.topic for topic in topics if topic.msgtype == CLOUD_TYPE]
    for namespace in ("", *_namespaces(clouds)):
        pair = (f"{namespace}/tf", f"{namespace}/tf_static")
        if there & set(pair):
            return pair
    if there:
        logger.warning(
            "its transforms on %s are passed over: they are neither on /tf nor in the namespace "
            "of the clouds; name theirs with --tf-prefix",
            ", ".join(sorted(there)),
        )
    return ("/tf", "/tf_static")


def _namespaces(clouds: Sequence[str]) -> list[str]:
    """Namespaces around topics, inner ones first: /a/b/points gives /a/b and /a."""
    found: dict[str, None] = {}
    for topic in clouds:
        parts = topic.strip("/").split("/")[:-1]
        for count in range(len(parts), 0, -1):
            found.setdefault("/" + "/".join(parts[:count]))
    return list(found)


def of_one_tree(clouds: tuple[str, ...], tf: Sequence[str]) -> tuple[str, ...]:
    """The topics of clouds that belong to the transforms on `tf`: those in their namespace.

    All where the transforms are on /tf, or none is in the namespace. What is left out is logged.
    """
    namespace = tf[0].removesuffix("/tf")
    inside = tuple(topic for topic in clouds if topic.startswith(f"{namespace}/"))
    if not inside or len(inside) == len(clouds):
        return clouds
    logger.warning(
        "its clouds on %s are passed over: the transforms are those of %s; name another robot's "
        "with --tf-prefix",
        ", ".join(topic for topic in clouds if topic not in inside),
        namespace,
    )
    return inside


def _decode(
    path: str | Path, connection: BagTopic, raw: bytes
) -> PointCloud | tuple[StampedTransform, ...]:
    message = decoded(path, connection, raw)
    if connection.msgtype == CLOUD_TYPE:
        return decode_cloud(message, *frame_and_stamp(message.header)).cloud
    return transforms_from_message(message, connection.topic)


def _pose(buffer: TransformBuffer, frame: str, cloud: PointCloud) -> NDArray[np.float64]:
    if cloud.frame == frame:
        return np.eye(4)
    return buffer.lookup(frame, cloud.frame, cloud.stamp_ns)


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
    for connection, _, raw in bag_messages(path, (CLOUD_TYPE,), problems=[]):
        frame, _ = header_of(raw)
        if frame is not None:
            frames[connection.topic] = frames.get(connection.topic) or frame
        if len(frames) == len(topics) and all(frames.values()):
            break
    if not frames:
        raise _no_clouds(path)
    return frames


def _no_clouds(path: str | Path) -> BadFileError:
    return BadFileError(f"{path}: this bag holds no {CLOUD_TYPE} messages to look at")


def _root(frame: str, parents: dict[str, str]) -> str:
    seen = {frame}
    while frame in parents and parents[frame] not in seen:
        frame = parents[frame]
        seen.add(frame)
    return frame
