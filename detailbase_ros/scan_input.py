"""From PointCloud2 messages and TF to the map."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.qos import qos_profile_sensor_data
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import PointCloud2

from detailbase_core.errors import BadCloudError, LookupFailed
from detailbase_core.scan_gate import JumpDetector, ScanGate
from detailbase_ros.conversions import cloud_from_message, place_of
from detailbase_ros.tf_source import make_transform_source
from detailbase_ros.waiting_scans import WaitingScans

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from rclpy.node import Node

    from detailbase_core.grounder import Grounder
    from detailbase_ros.node_config import NodeConfig
    from detailbase_ros.reporter import Reporter

    Pose = NDArray[np.float64]

_RETRY_S = 0.05


class _Arrived(NamedTuple):
    topic: str
    frame: str
    stamp_ns: int
    message: PointCloud2


class ScanInput:
    """Subscribes to clouds and TF; puts the scans worth it into the grounder's map.

    Args:
        node: gets the subscriptions.
        config: topics, frames and limits.
        grounder: its add() is called on an executor thread.
        reporter: is told of everything that is dropped.
        on_insert: called after each scan that entered the map.
    """

    def __init__(
        self,
        node: Node,
        config: NodeConfig,
        grounder: Grounder,
        reporter: Reporter,
        on_insert: Callable[[], None],
    ) -> None:
        self._config, self._grounder, self._reporter = config, grounder, reporter
        self._on_insert, self._log = on_insert, node.get_logger()
        self._gate = ScanGate(config.min_move_m, config.min_turn_deg, config.max_scan_gap_s)
        self._jumps = JumpDetector(config.jump_m, config.jump_deg)
        # TF in a group of its own, so that it arrives while a scan is being inserted.
        self._transforms = make_transform_source(node, MutuallyExclusiveCallbackGroup(), reporter)
        self._waiting: WaitingScans[_Arrived, Pose] = WaitingScans(
            config.max_waiting_scans, config.tf_timeout_s, self._look_up
        )
        scans = MutuallyExclusiveCallbackGroup()
        for topic in config.cloud_topics:
            node.create_subscription(
                PointCloud2,
                topic,
                partial(self._receive, topic),
                qos_profile_sensor_data,
                callback_group=scans,
                qos_overriding_options=QoSOverridingOptions.with_default_policies(),
            )
        node.create_timer(_RETRY_S, self._retry, callback_group=scans)

    @property
    def waiting(self) -> int:
        """Number of scans that wait for their transforms."""
        return len(self._waiting)

    def reset(self, forget_transforms: bool) -> None:
        """After the map was cleared; `forget_transforms` also after time went back."""
        self._gate.reset()
        self._jumps.reset()
        if forget_transforms:
            self._waiting.clear()
            self._transforms.clear()

    def _receive(self, topic: str, message: PointCloud2) -> None:
        self._reporter.count("scans received")
        try:
            scan = _Arrived(topic, *place_of(message.header), message)
        except BadCloudError as error:
            self._reporter.trouble("bad_cloud", f"{topic}: {error}")
            return
        for lost in self._waiting.add(scan, time.monotonic()):
            self._reporter.trouble(
                "too_many_waiting", f"{lost.topic}: scans arrive faster than their transforms"
            )
        self._retry()

    def _retry(self) -> None:
        if not len(self._waiting):
            return
        ready, expired = self._waiting.take(time.monotonic())
        for scan in expired:
            self._report_missing_transform(scan)
        for scan, pose in ready:
            self._use(scan, pose)

    def _look_up(self, scan: _Arrived) -> Pose | None:
        if scan.frame == self._config.map_frame:
            return np.eye(4)
        try:
            return self._transforms.lookup(self._config.map_frame, scan.frame, scan.stamp_ns)
        except LookupFailed:
            return None

    def _report_missing_transform(self, scan: _Arrived) -> None:
        reason = "it came too late"
        try:
            self._transforms.lookup(self._config.map_frame, scan.frame, scan.stamp_ns)
        except LookupFailed as error:
            reason = str(error)
        self._reporter.trouble(
            "no_transform",
            f"{scan.topic}: no transform from {scan.frame!r} to map_frame "
            f"{self._config.map_frame!r} within {self._config.tf_timeout_s:g} s, scan dropped: "
            f"{reason}. Frames on /tf: {', '.join(sorted(self._transforms.frames())) or 'none'}",
        )

    def _use(self, scan: _Arrived, pose: Pose) -> None:
        """Insert one scan whose pose is known, if it is good for anything."""
        if not self._gate.admits(scan.topic, pose, scan.stamp_ns):
            self._reporter.count("scans skipped (camera at rest)")
            return
        try:
            self._insert(scan, pose)
        except BadCloudError as error:
            self._reporter.trouble("bad_cloud", f"{scan.topic}: {error}")
        except Exception as error:  # a fault of ours must not end the node
            self._reporter.trouble(
                "internal_error", f"{scan.topic}: {type(error).__name__}: {error}"
            )

    def _insert(self, scan: _Arrived, pose: Pose) -> None:
        cloud, has_color = cloud_from_message(scan.message)
        if not has_color:
            self._reporter.once(
                f"grey {scan.topic}", f"{scan.topic}: no colour; its intensity is taken as grey"
            )
        self._check_jump(cloud.stamp_ns)
        report = self._grounder.add(cloud, pose, self._config.map_frame)
        if report.inserted == 0:
            limits = self._grounder.map.config
            self._reporter.trouble(
                "no_points_in_range",
                f"{scan.topic}: none of {len(cloud)} points is finite and between "
                f"{limits.min_range_m:g} and {limits.max_range_m:g} m from the sensor "
                "(map.min_range_m, map.max_range_m); are its units metres?",
            )
            return
        self._gate.added(scan.topic, pose, scan.stamp_ns)
        self._reporter.count("scans inserted")
        self._reporter.count("voxels evicted", report.evicted)
        self._on_insert()

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
        self._reporter.count("map jumps")
        cleared = config.on_map_jump == "clear"
        self._log.warning(
            f"{config.map_frame!r} jumped against {config.odom_frame!r}: "
            f"{'the map is cleared' if cleared else 'the map is kept'} (on_map_jump)"
        )
        if cleared:
            self._grounder.clear()
            self._gate.reset()
