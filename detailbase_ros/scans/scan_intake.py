"""From arriving scans and transforms to the map: waits for poses, picks scans, notices jumps.

The node feeds it from topics and `detailbase replay` from a recording, so both build the same
map from the same messages. Times called `now` are seconds on whatever clock the caller has.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from detailbase_core.errors import BadCloudError, LookupFailed
from detailbase_core.io.pointcloud2 import checked_frame_and_stamp, decode_cloud
from detailbase_core.io.time_resets import BACK_NS
from detailbase_core.transforms import listed_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.grounder import Grounder
    from detailbase_core.io.colors import ColorScale
    from detailbase_core.transforms import TransformSource
    from detailbase_ros.node_config import IntakeConfig
    from detailbase_ros.runtime.event_counters import EventCounters

    Pose = NDArray[np.float64]


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
    sensor_to_map: Pose


class LostScan(NamedTuple):
    """A scan that waited too long.

    Attributes:
        scan: as it arrived.
        reason: why its last look-up failed.
    """

    scan: ArrivedScan
    reason: str


class ScanIntake:
    """Puts the scans worth it into the grounder's map, once their pose is known.

    receive() and retry() must not run at the same time; the others may come from anywhere.

    Args:
        config: frames and limits.
        transforms: where poses come from; never waits.
        grounder: gets the scans.
        events: is told of everything that is dropped.

    Attributes:
        viewpoint: (x, y) of the sensor that took the newest scan in the map, metres, map frame;
            None before the first.
    """

    def __init__(
        self,
        config: IntakeConfig,
        transforms: TransformSource,
        grounder: Grounder,
        events: EventCounters,
    ) -> None:
        self._config, self._transforms = config, transforms
        self._grounder, self._events = grounder, events
        self.viewpoint: tuple[float, float] | None = None
        self._is_another_run = False
        # By topic, so that brightness does not flicker from scan to scan.
        self._color_scales: dict[str, ColorScale] = {}
        self._keyframes = KeyframeSelector(
            config.min_move_m, config.min_turn_deg, config.max_scan_gap_s
        )
        self._jumps = JumpDetector(config.jump_m, config.jump_deg)
        self._pending = PendingScans(
            transforms, config.map_frame, config.max_waiting_scans, config.tf_timeout_s
        )

    @property
    def pending(self) -> int:
        """Number of scans that wait for their transforms."""
        return len(self._pending)

    def reconfigure(self, config: IntakeConfig) -> None:
        """Take over the live settings of `config`; its frames must be as they are."""
        self._config = config
        self._keyframes.min_move_m = config.min_move_m
        self._keyframes.min_turn_deg = config.min_turn_deg
        self._keyframes.max_gap_s = config.max_scan_gap_s
        self._jumps.jump_m, self._jumps.jump_deg = config.jump_m, config.jump_deg
        self._pending.capacity = config.max_waiting_scans
        self._pending.timeout_s = config.tf_timeout_s

    def reset(self) -> None:
        """After the map was cleared or replaced."""
        self._keyframes.reset()
        self._jumps.reset()
        self.viewpoint = None

    def drop_pending(self) -> None:
        """Forget the scans that wait for their transforms."""
        self._pending.clear()

    def begin_anew(self, now_ns: int) -> None:
        """After time went back to `now_ns`: what comes now is of another run and another map.

        Waiting scans of the time before are dropped. The map is cleared before the next scan, not
        now: one may be on its way into it.
        """
        self._pending.clear(later_than_ns=now_ns + BACK_NS)
        self._is_another_run = True

    def receive(self, scan: ArrivedScan, now: float) -> list[ArrivedScan]:
        """Take a scan that has just arrived.

        Returns the scans that entered the map, in order of arrival; it need not be among them.
        """
        for lost in self._pending.add(scan, now):
            self._events.warn_throttled(
                "too_many_waiting", f"{lost.topic}: scans arrive faster than their transforms"
            )
        return self.retry(now)

    def retry(self, now: float) -> list[ArrivedScan]:
        """Look again for the poses of waiting scans; drop those that have waited too long.

        Returns the scans that entered the map, in order of arrival.
        """
        if self._is_another_run:
            self._is_another_run = False
            self._forget_run()
        ready, expired = self._pending.take(now)
        for lost in expired:
            self._report_missing_transform(lost)
        return [posed.scan for posed in ready if self._use(posed)]

    def _forget_run(self) -> None:
        """Clear the map of the time before, or let it go on as one of this time."""
        cleared = self._config.on_map_jump == "clear"
        self._events.warning(
            "time went back: waiting scans and old transforms are dropped, the map is "
            f"{'cleared' if cleared else 'kept'} (on_map_jump)"
        )
        if cleared:
            self._grounder.clear()
        else:
            self._grounder.map.forget_times()
        self.reset()

    def _report_missing_transform(self, lost: LostScan) -> None:
        self._events.warn_throttled(
            "no_transform",
            f"{lost.scan.topic}: no transform from {lost.scan.frame!r} to map_frame "
            f"{self._config.map_frame!r} within {self._config.tf_timeout_s:g} s, scan dropped: "
            f"{lost.reason}. Frames on /tf: {listed_frames(self._transforms.frames)}",
        )

    def _use(self, posed: PosedScan) -> bool:
        """Insert one scan whose pose is known, if it is a keyframe; whether it entered the map."""
        scan, pose = posed
        if not self._keyframes.is_keyframe(scan.topic, pose, scan.stamp_ns):
            self._events.count("scans skipped (camera at rest)")
            return False
        try:
            return self._insert(scan, pose)
        except BadCloudError as error:
            self._events.warn_throttled("bad_cloud", f"{scan.topic}: {error}")
        except Exception as error:  # a fault of ours must not end the node
            self._events.warn_throttled(
                "internal_error", f"{scan.topic}: {type(error).__name__}: {error}"
            )
        return False

    def _insert(self, scan: ArrivedScan, pose: Pose) -> bool:
        scale = self._color_scales.get(scan.topic)
        decoded = decode_cloud(scan.message, scan.frame, scan.stamp_ns, scale)
        if decoded.color_scale is not None:
            self._color_scales[scan.topic] = decoded.color_scale
        cloud = decoded.cloud
        self._events.inform_once(f"colors {scan.topic}", f"{scan.topic}: {decoded.color_note}")
        if not decoded.has_color:
            self._events.warn_once(
                f"grey {scan.topic}",
                f"{scan.topic}: no colour; its intensity is treated as grey, so colour words "
                "do not work",
            )
        self._check_jump(cloud.stamp_ns)
        report = self._grounder.add(cloud, pose, self._config.map_frame)
        if not len(cloud):
            self._events.warn_throttled("empty_cloud", f"{scan.topic}: the cloud is empty")
            return False
        if report.inserted == 0:
            limits = self._grounder.map.config
            self._events.warn_throttled(
                "no_points_in_range",
                f"{scan.topic}: none of {len(cloud)} points is finite and between "
                f"{limits.min_range_m:g} and {limits.max_range_m:g} m from the sensor "
                "(map.min_range_m, map.max_range_m) and in the crop box (map.crop_low_m, "
                "map.crop_high_m); are its units metres?",
            )
            return False
        self._keyframes.added(scan.topic, pose, scan.stamp_ns)
        self.viewpoint = float(pose[0, 3]), float(pose[1, 3])
        self._events.count("scans inserted")
        self._events.count("voxels evicted", report.evicted)
        return True

    def _check_jump(self, stamp_ns: int) -> None:
        """Clear the map where the localisation has moved it at one stroke."""
        config = self._config
        if config.map_frame == config.odom_frame:
            return
        try:
            odom_to_map = self._transforms.lookup(config.map_frame, config.odom_frame, stamp_ns)
        except LookupFailed:
            return  # no such frame, nothing to measure against
        if not self._jumps.jumped(odom_to_map):
            return
        self._events.count("map jumps")
        cleared = config.on_map_jump == "clear"
        self._events.warning(
            f"{config.map_frame!r} jumped against {config.odom_frame!r}: "
            f"{'the map is cleared' if cleared else 'the map is kept'} (on_map_jump)"
        )
        if cleared:
            self._grounder.clear()
            self._keyframes.reset()
            self.viewpoint = None


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

    def clear(self, later_than_ns: int = 0) -> None:
        """Forget scans with later stamps than this."""
        with self._lock:
            kept = [waiting for waiting in self._queue if waiting[0].stamp_ns <= later_than_ns]
            self._queue = deque(kept)

    def _pose(self, scan: ArrivedScan) -> Pose:
        if scan.frame == self._map_frame:
            return np.eye(4)
        return self._transforms.lookup(self._map_frame, scan.frame, scan.stamp_ns)


def pose_difference(a: Pose, b: Pose) -> tuple[float, float]:
    """Distance (metres) and angle (degrees) between two rigid (4, 4) transforms."""
    distance = float(np.linalg.norm(a[:3, 3] - b[:3, 3]))
    cosine = (np.trace(a[:3, :3].T @ b[:3, :3]) - 1.0) / 2.0
    return distance, float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


@dataclass
class KeyframeSelector:
    """Selects a scan as keyframe once its camera has moved, turned or waited enough.

    Attributes:
        min_move_m: metres since the last scan added.
        min_turn_deg: degrees since then.
        max_gap_s: seconds since then, by the scans' stamps.
    """

    min_move_m: float
    min_turn_deg: float
    max_gap_s: float

    def __post_init__(self) -> None:
        self._last: dict[str, tuple[Pose, int]] = {}

    def is_keyframe(self, source: str, sensor_to_map: Pose, stamp_ns: int) -> bool:
        """Whether a scan is a keyframe, worth adding to the map.

        Args:
            source: name of the camera (its topic); each is judged by its own scans.
            sensor_to_map: (4, 4) pose of the camera.
            stamp_ns: of the scan.
        """
        last = self._last.get(source)  # one look: reset() may come from another thread
        if last is None:
            return True
        last_pose, last_ns = last
        move, turn = pose_difference(last_pose, sensor_to_map)
        gap_s = abs(stamp_ns - last_ns) / 1e9
        return move >= self.min_move_m or turn >= self.min_turn_deg or gap_s >= self.max_gap_s

    def added(self, source: str, sensor_to_map: Pose, stamp_ns: int) -> None:
        """Remember the scan that was added last."""
        self._last[source] = (sensor_to_map, stamp_ns)

    def reset(self) -> None:
        """Forget all sources: the next scan of each is a keyframe."""
        self._last.clear()


@dataclass
class JumpDetector:
    """Notices when a localisation moves the map frame against the odometry at one stroke.

    Attributes:
        jump_m: larger steps between two looks are jumps, metres.
        jump_deg: larger turns are jumps, degrees.
    """

    jump_m: float
    jump_deg: float

    def __post_init__(self) -> None:
        self._last: Pose | None = None

    def jumped(self, odom_to_map: Pose) -> bool:
        """Whether `odom_to_map`, (4, 4), jumped since the last call."""
        last, self._last = self._last, odom_to_map
        if last is None:
            return False
        move, turn = pose_difference(last, odom_to_map)
        return move > self.jump_m or turn > self.jump_deg

    def reset(self) -> None:
        """Forget the last look."""
        self._last = None
