"""First reading of a recording: its transforms, run by run, and its clouds' headers."""

from __future__ import annotations

import logging
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detailbase_core.errors import BadMessageError, BadTransformError
from detailbase_core.io.bag_reader import bag_messages, decoded
from detailbase_core.io.bag_topic import TF_TYPE
from detailbase_core.io.time_resets import BACK_NS, Order, TimeResets
from detailbase_core.io.transform_messages import transforms_from_message
from detailbase_core.transforms import StampedTransform, TransformBuffer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from detailbase_core.io.bag_topic import BagTopic

logger = logging.getLogger(__name__)

CLOUD_TYPE = "sensor_msgs/msg/PointCloud2"
_WHOLE_BAG_S = 1e9  # the transform buffer keeps everything
_STATIC_TOLERANCE = 1e-3  # metres, or of a quaternion
_WHOLE_BAG_TRANSFORMS = 20_000_000


@dataclass
class Run:
    """Transforms recorded between two resets of time."""

    buffer: TransformBuffer = field(
        default_factory=lambda: TransformBuffer(_WHOLE_BAG_S, _WHOLE_BAG_TRANSFORMS)
    )
    parents: dict[str, str] = field(default_factory=dict)


@dataclass
class BagIndex:
    """Frames, transforms and problems, from a first reading of a bag.

    Attributes:
        runs: at least one.
        run_of_cloud: for each cloud in order of recording its run; -1 = a late one of a run
            before.
        frames: frame of the first cloud of each topic.
        lost: transforms left out.
        reason: why the last of them was.
        static: the static transforms by their child, as they were published last.
        moved: children of static transforms that changed.
    """

    runs: list[Run] = field(default_factory=lambda: [Run()])
    run_of_cloud: list[int] = field(default_factory=list)
    frames: dict[str, str] = field(default_factory=dict)
    lost: int = 0
    reason: str = ""
    static: dict[str, StampedTransform] = field(default_factory=dict)
    moved: dict[str, None] = field(default_factory=dict)


class _EarlyClouds:
    """Clouds whose stamps went back before the first transform that did, by their number."""

    def __init__(self) -> None:
        self._newest: dict[str, int] = {}
        self._back: list[int] = []

    def note(self, topic: str, stamp_ns: int, cloud: int) -> None:
        """Take in a cloud."""
        newest = self._newest.setdefault(topic, stamp_ns)
        if stamp_ns >= newest:
            self._newest[topic], self._back = stamp_ns, []
        elif stamp_ns < newest - BACK_NS:
            self._back.append(cloud)

    def take(self) -> list[int]:
        """Those since a cloud was in order last; forgets all."""
        back, self._back, self._newest = self._back, [], {}
        return back


def read_index(path: str | Path, tf: Sequence[str]) -> BagIndex:
    """All transforms of a bag, run by run, and its clouds' headers. Problems are logged."""
    index, resets = BagIndex(), TimeResets()
    early, runs = _EarlyClouds(), 1
    problems: list[str] = []
    for connection, _, raw in bag_messages(path, (TF_TYPE, CLOUD_TYPE), problems):
        if connection.msgtype == CLOUD_TYPE:
            frame, stamp_ns = header_of(raw)
            if frame is not None:
                index.frames[connection.topic] = index.frames.get(connection.topic) or frame
            early.note(connection.topic, stamp_ns, len(index.run_of_cloud))
            index.run_of_cloud.append(-1 if resets.is_of_before(stamp_ns) else resets.count)
        elif connection.topic in tf:
            _take_transforms(path, index, resets, connection, raw)
            if len(index.runs) > runs:
                runs = len(index.runs)
                for cloud in early.take():
                    index.run_of_cloud[cloud] = runs - 1
    for problem in problems:
        logger.warning("%s: %s", path, problem)
    return index


def _take_transforms(
    path: str | Path,
    index: BagIndex,
    resets: TimeResets,
    connection: BagTopic,
    raw: bytes,
) -> None:
    try:
        transforms = transforms_from_message(decoded(path, connection, raw), connection.topic)
    except BadMessageError as error:
        index.lost, index.reason = index.lost + 1, str(error)
        return
    for transform in transforms:
        if transform.static:
            _note_static(index, transform)
            _store_or_count(index, transform)
            continue
        order, usable, late = resets.sort(transform)
        _follow(index, order)
        for each in late:
            index.lost, index.reason = index.lost + 1, f"{each.child!r} came late, of another time"
        for each in usable:
            _store_or_count(index, each)


def _store_or_count(index: BagIndex, transform: StampedTransform) -> None:
    try:
        _store(index.runs[-1], transform)
    except BadTransformError as error:
        index.lost, index.reason = index.lost + 1, str(error)


def _note_static(index: BagIndex, transform: StampedTransform) -> None:
    """Remember a static transform, and whether it has changed."""
    before = index.static.get(transform.child)
    index.static[transform.child] = transform
    if before is not None and before.parent == transform.parent:
        pairs = zip(
            (*before.translation, *before.rotation_xyzw),
            (*transform.translation, *transform.rotation_xyzw),
            strict=True,
        )
        if any(abs(a - b) > _STATIC_TOLERANCE for a, b in pairs):
            index.moved.setdefault(transform.child)


def _follow(index: BagIndex, order: Order) -> None:
    """Begin a new run after a reset; what is static goes on."""
    if order is Order.RESET:
        index.runs.append(Run())
        for transform in index.static.values():
            try:
                _store(index.runs[-1], transform)
            except BadTransformError:
                continue  # told when it came first


def _store(run: Run, transform: StampedTransform) -> None:
    run.buffer.set(*transform)
    run.parents[transform.child.lstrip("/")] = transform.parent.lstrip("/")


def warn_of(path: str | Path, index: BagIndex) -> None:
    """Log what is odd about the transforms."""
    if index.lost:
        logger.warning("%s: left out %d transforms: %s", path, index.lost, index.reason)
    if len(index.runs) > 1:
        logger.warning(
            "%s: time goes back %d times in it (a simulation was reset?): each part is a map of "
            "its own, and the last one counts",
            path,
            len(index.runs) - 1,
        )
    if index.moved:
        logger.warning(
            "%s: the static transform of %s changes in it: the last one counts for all clouds",
            path,
            ", ".join(map(repr, index.moved)),
        )
    for fault in dict.fromkeys(fault for run in index.runs for fault in run.buffer.faults):
        logger.warning("%s: %s", path, fault)


def header_of(raw: bytes) -> tuple[str | None, int]:
    """Frame and stamp (nanoseconds) of a message that begins with a std_msgs/Header, from its CDR
    bytes alone; None and 0 where they are too short.
    """
    if len(raw) < 16:
        return None, 0
    order = "<" if raw[1] & 1 else ">"
    seconds, nanoseconds, length = struct.unpack_from(f"{order}iII", raw, 4)
    if length > len(raw) - 16:
        return None, 0
    frame = raw[16 : 16 + length].rstrip(b"\0").decode("utf-8", "replace")
    return frame.lstrip("/"), seconds * 1_000_000_000 + nanoseconds
