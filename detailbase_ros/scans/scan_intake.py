"""From arriving scans and transforms to the map: waits for poses, picks scans, notices jumps.

The node feeds it from topics and `detailbase replay` from a recording, so both build the same
map from the same messages. Times called `now` are seconds on whatever clock the caller has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.errors import BadCloudError, LookupFailed
from detailbase_core.io.colors import SourceScales
from detailbase_core.transforms import listed_frames
from detailbase_ros.scans.keyframes import JumpDetector, KeyframeSelector
from detailbase_ros.scans.pending_scans import PendingScans

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detailbase_core.grounder import Grounder
    from detailbase_core.transforms import TransformSource
    from detailbase_ros.node_config import IntakeConfig
    from detailbase_ros.runtime.event_counters import EventCounters
    from detailbase_ros.scans.pending_scans import ArrivedScan, LostScan, PosedScan

    Pose = NDArray[np.float64]


class ScanIntake:
    """Puts the scans worth it into the grounder's map, once their pose is known.

    receive() and retry() must not run at the same time; reset() may come from anywhere.

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
        self._color_scales = SourceScales()
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

    def reset(self, forget_transforms: bool) -> None:
        """After the map was cleared; `forget_transforms` also after time went back."""
        self._keyframes.reset()
        self._jumps.reset()
        self.viewpoint = None
        if forget_transforms:
            self._pending.clear()
            self._transforms.clear()

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
        if not len(self._pending):
            return []
        ready, expired = self._pending.take(now)
        for lost in expired:
            self._report_missing_transform(lost)
        return [posed.scan for posed in ready if self._use(posed)]

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
        decoded = scan.read(self._color_scales.get(scan.topic))
        self._color_scales.keep(scan.topic, decoded.color_scale)
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
