"""The messages of a recording: opened and decoded by rosbags, without ROS.

Whatever goes wrong inside it is told as a BadFileError: a parser of broken bytes raises anything.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore

from detailbase_core.errors import BadFileError
from detailbase_core.io.cloud_files import detect_format
from detailbase_core.io.cloud_messages import decode_message, to_nanoseconds
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rosbags.interfaces import Connection

BAG_FORMATS = ("rosbag2 folder", "MCAP", "SQLite", "zstd")
_SUFFIXES = {"MCAP": ".mcap", "SQLite": ".db3"}
_TYPES = get_typestore(Stores.ROS2_JAZZY)


@dataclass(frozen=True)
class StampedTransform:
    """One entry of a tf2_msgs/TFMessage: where `child` is in `parent`.

    Attributes:
        stamp_ns: time of validity, nanoseconds.
        translation: (x, y, z), metres.
        rotation_xyzw: quaternion.
        static: from a topic called tf_static.
    """

    parent: str
    child: str
    stamp_ns: int
    translation: tuple[float, float, float]
    rotation_xyzw: tuple[float, float, float, float]
    static: bool


@contextmanager
def _opened(path: str | Path) -> Iterator[Reader]:
    """The rosbags reader of a bag; whatever goes wrong inside it is a BadFileError."""
    bag = Reader(_bag_path(Path(path)))
    try:
        bag.open()
    except Exception as error:  # see above
        raise _broken(path, error) from error
    try:
        yield bag
    finally:
        bag.close()


def _bag_path(path: Path) -> Path:
    """What rosbags is to open: a folder, or a single file of the right suffix."""
    kind = detect_format(path)
    if kind not in BAG_FORMATS:
        raise BadFileError(f"{path}: looks like {kind}, not like a rosbag2 folder, MCAP or .db3")
    if kind == "zstd":
        if (path.parent / "metadata.yaml").exists():
            return path.parent
        raise BadFileError(f"{path}: is compressed; name its folder instead, or unzstd it")
    if kind in _SUFFIXES and path.suffix != _SUFFIXES[kind]:
        raise BadFileError(f"{path}: holds {kind}; name it {path.stem}{_SUFFIXES[kind]}")
    return path


def bag_topics(path: str | Path) -> list[Connection]:
    """Topics and types of a bag, as rosbags calls them; raises BadFileError."""
    with _opened(path) as bag:
        return list(bag.connections)


def bag_messages(path: str | Path, types: Sequence[str]) -> Iterator[tuple[Connection, int, bytes]]:
    """Undecoded messages of these types."""
    with _opened(path) as bag:
        connections = [c for c in bag.connections if c.msgtype in types]
        if not connections:
            return  # rosbags would read everything
        messages = bag.messages(connections)
        while True:
            try:
                message = next(messages, None)
            except Exception as error:  # see above
                raise _broken(path, error) from error
            if message is None:
                return
            yield message


def _broken(path: str | Path, error: Exception) -> BadFileError:
    what = f"{type(error).__name__}: {error}"
    return BadFileError(f"{path}: this bag is broken or cut off ({what}); record or copy it again")


def decoded(path: str | Path, connection: Connection, raw: bytes) -> Any:
    """A message of one of ROS's common types, from its CDR bytes; raises BadFileError."""
    try:
        return _TYPES.deserialize_cdr(raw, connection.msgtype)
    except Exception as error:  # see above
        raise _broken(path, error) from error


def to_cloud(message: Any) -> PointCloud:
    """A sensor_msgs/PointCloud2 as a cloud in its own frame; raises BadCloudError."""
    points = decode_message(message)
    frame, stamp = message.header.frame_id.lstrip("/"), to_nanoseconds(message.header.stamp)
    return PointCloud(points.xyz, points.rgb, frame, stamp, points.image_shape)


def to_transforms(message: Any, topic: str) -> tuple[StampedTransform, ...]:
    """The entries of a tf2_msgs/TFMessage."""
    static = topic.endswith("tf_static")
    return tuple(_transform(stamped, static) for stamped in message.transforms)


def _transform(message: Any, static: bool) -> StampedTransform:
    t, r = message.transform.translation, message.transform.rotation
    return StampedTransform(
        parent=message.header.frame_id,
        child=message.child_frame_id,
        stamp_ns=to_nanoseconds(message.header.stamp),
        translation=(t.x, t.y, t.z),
        rotation_xyzw=(r.x, r.y, r.z, r.w),
        static=static,
    )
