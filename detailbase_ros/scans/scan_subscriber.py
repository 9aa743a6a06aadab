"""PointCloud2 messages and TF from topics, handed to the core's ScanIntake."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup

from detailbase_core.errors import BadCloudError, ConfigError
from detailbase_ros.messages.topics import CLOUDS
from detailbase_ros.runtime.latencies import Latencies
from detailbase_ros.scans.scan_intake import ArrivedScan, ScanIntake
from detailbase_ros.scans.tf_source import TopicTransforms
from detailbase_ros.scans.topic_monitor import TopicMonitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.node import Node
    from sensor_msgs.msg import PointCloud2

    from detailbase_core.grounder import Grounder
    from detailbase_ros.node_config import NodeConfig
    from detailbase_ros.runtime.endpoints import Endpoints
    from detailbase_ros.runtime.event_counters import EventCounters

_RETRY_S = 0.05
_WATCH_S = 1.0


def _resolved(node: Node, topic: str) -> str:
    """Name of a topic on the graph: remapped and complete.

    Raises:
        ConfigError: there can be no such topic.
    """
    try:
        return str(node.resolve_topic_name(topic))
    except Exception as error:  # rclpy has several kinds
        raise ConfigError(f"cloud_topics: {topic!r} is no name of a topic: {error}") from error


class ScanSubscriber:
    """Subscribes to clouds and TF; the ScanIntake puts the scans worth it into the map.

    Args:
        endpoints: makes the subscriptions.
        config: topics, frames and limits.
        grounder: its add() is called on an executor thread.
        events: is told of everything that is dropped.
        on_insert: called after scans have entered the map.

    Attributes:
        active: whether scans are taken; not at first.
        topics: full names of the clouds' topics.
        monitor: notices topics that are silent.
        latencies: "stamp to callback": how old clouds are on arrival. "callback to map": from the
            start of a cloud's callback until it is in the map, of those that entered it without
            waiting for their transform.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        config: NodeConfig,
        grounder: Grounder,
        events: EventCounters,
        on_insert: Callable[[], None],
    ) -> None:
        self._events, self.active = events, False
        self._on_insert = on_insert
        self.latencies, self._clock = Latencies(), endpoints.node.get_clock()
        # TF in a group of its own, so that it arrives while a scan is being inserted.
        self._transforms = TopicTransforms(
            endpoints,
            MutuallyExclusiveCallbackGroup(),
            events,
            on_reset=lambda now_ns: self._intake.begin_anew(now_ns),
        )
        self._intake = ScanIntake(config, self._transforms, grounder, events)
        scans = MutuallyExclusiveCallbackGroup()
        written = {_resolved(endpoints.node, topic): topic for topic in config.cloud_topics}
        self.topics = tuple(written)  # as they are on the graph: remapped and complete
        subscriptions = {
            name: endpoints.subscription(
                replace(CLOUDS, name=topic), partial(self._receive, name), scans
            )
            for name, topic in written.items()
        }
        self.monitor = TopicMonitor(endpoints.node, subscriptions, events)
        endpoints.timer(_RETRY_S, self._retry, scans)
        endpoints.timer(_WATCH_S, self._look_out)

    def activate(self) -> None:
        """Take scans from now on."""
        self.monitor.restart()
        self.active = True

    def deactivate(self) -> None:
        """Pass over scans from now on; transforms are still followed."""
        self.active = False

    @property
    def pending(self) -> int:
        """Number of scans that wait for their transforms."""
        return self._intake.pending

    @property
    def viewpoint(self) -> tuple[float, float] | None:
        """Viewpoint of the newest scan in the map: (x, y) in the map frame, metres."""
        return self._intake.viewpoint

    def reconfigure(self, config: NodeConfig) -> None:
        """Take over the live settings of `config`."""
        self._intake.reconfigure(config)

    def reset(self) -> None:
        """After the map was cleared or replaced."""
        self._intake.reset()

    def clock_was_set(self, is_another_run: bool) -> None:
        """Drop waiting scans and transforms; of another run the map, too (on_map_jump)."""
        if is_another_run:
            now_ns = self._clock.now().nanoseconds
            self._transforms.begin_at(now_ns)
            self._intake.begin_anew(now_ns)
        else:
            self._transforms.forget()
            self._intake.drop_pending()

    def _look_out(self) -> None:
        if self.active:
            self.monitor.check()

    def _receive(self, topic: str, message: PointCloud2) -> None:
        if not self.active:
            self._events.count("scans ignored (inactive)")
            return
        begin = time.monotonic()
        self._events.count("scans received")
        self.monitor.arrived(topic)
        try:
            scan = ArrivedScan.of(topic, message)
        except BadCloudError as error:
            self._events.warn_throttled("bad_cloud", f"{topic}: {error}")
            return
        age_s = (self._clock.now().nanoseconds - scan.stamp_ns) / 1e9
        self.latencies.add({"stamp to callback": age_s})
        inserted = self._intake.receive(scan, begin)
        if scan in inserted:
            self.latencies.add({"callback to map": time.monotonic() - begin})
        if inserted:
            self._on_insert()

    def _retry(self) -> None:
        if self._intake.retry(time.monotonic()):
            self._on_insert()
