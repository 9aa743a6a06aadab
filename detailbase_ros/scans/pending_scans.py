"""Scans that wait for their transforms, bounded in number and time (tf2: a message filter)."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from detailbase_core.errors import LookupFailed
from detailbase_core.io.pointcloud2 import checked_frame_and_stamp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.transforms import TransformSource


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


class PosedScan(NamedTuple):
    """A scan whose pose is known.

    Attributes:
        scan: as it arrived.
        sensor_to_map: (4, 4) float64.
    """

    scan: ArrivedScan
    sensor_to_map: NDArray[np.float64]


class LostScan(NamedTuple):
    """A scan that waited too long.

    Attributes:
        scan: as it arrived.
        reason: why its last look-up failed.
    """

    scan: ArrivedScan
    reason: str


class PendingScans:
    """A queue whose scans leave when TF knows their pose, or when they have waited too long.

    Thread-safe. Times called `now` are seconds on whatever clock the caller has.

    Args:
        transforms: where poses come from; never waits.
        map_frame: in which poses are wanted.
        capacity: scans kept; a further one pushes the oldest out.
        timeout_s: how long a scan may wait, seconds.

    Attributes:
        capacity, timeout_s: as above; may be replaced at any time.
    """

    def __init__(
        self, transforms: TransformSource, map_frame: str, capacity: int, timeout_s: float
    ) -> None:
        self.capacity, self.timeout_s = capacity, timeout_s
        self._transforms, self._map_frame = transforms, map_frame
        self._queue: deque[tuple[ArrivedScan, float]] = deque()  # and since when it waits
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._queue)

    def add(self, scan: ArrivedScan, now: float) -> list[ArrivedScan]:
        """Queue a scan; returns those that it pushed out."""
        with self._lock:
            self._queue.append((scan, now))
            return [self._queue.popleft()[0] for _ in range(len(self._queue) - self.capacity)]

    def take(self, now: float) -> tuple[list[PosedScan], list[LostScan]]:
        """Remove and return scans whose pose is known, and those that waited too long.

        Both are in order of arrival.
        """
        ready: list[PosedScan] = []
        expired: list[LostScan] = []
        waiting: deque[tuple[ArrivedScan, float]] = deque()
        with self._lock:
            for scan, since in self._queue:
                try:
                    ready.append(PosedScan(scan, self._pose(scan)))
                except LookupFailed as error:
                    if now - since >= self.timeout_s:
                        expired.append(LostScan(scan, str(error)))
                    else:
                        waiting.append((scan, since))
            self._queue = waiting
        return ready, expired

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._queue.clear()

    def _pose(self, scan: ArrivedScan) -> NDArray[np.float64]:
        if scan.frame == self._map_frame:
            return np.eye(4)
        return self._transforms.lookup(self._map_frame, scan.frame, scan.stamp_ns)
