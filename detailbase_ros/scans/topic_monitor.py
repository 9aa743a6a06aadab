"""Monitor of silent cloud topics: warns with the likely cause where somebody publishes them.

A stream that has stopped is another thing than one that never came, and no cause for alarm.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rclpy.qos import QoSCompatibility, ReliabilityPolicy, qos_check_compatible

from detailbase_ros.messages.topics import CLOUDS
from detailbase_ros.runtime.discovery import full_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rclpy.node import Node
    from rclpy.qos import QoSProfile
    from rclpy.subscription import Subscription
    from rclpy.topic_endpoint_info import TopicEndpointInfo

    from detailbase_ros.runtime.event_counters import EventCounters

PATIENCE_S = 10.0


class TopicMonitor:
    """Warns once per silence of a topic.

    Args:
        node: asked who publishes.
        subscriptions: of clouds, by full name of their topics.
        events: gets the warnings.
    """

    def __init__(
        self, node: Node, subscriptions: Mapping[str, Subscription], events: EventCounters
    ) -> None:
        self._node, self._subscriptions, self._events = node, subscriptions, events
        self._last: dict[str, float] = {}
        self._counts = dict.fromkeys(subscriptions, 0)
        self._warned: set[str] = set()
        self.restart()

    def restart(self) -> None:
        """Be patient with all topics from now on."""
        self._last = dict.fromkeys(self._subscriptions, time.monotonic())
        self._warned.clear()

    def arrived(self, topic: str) -> None:
        """A cloud has come."""
        self._last[topic] = time.monotonic()
        self._counts[topic] += 1
        self._warned.discard(topic)

    def silent(self) -> list[str]:
        """The topics without a cloud for ten seconds or more."""
        now = time.monotonic()
        return [topic for topic, last in self._last.items() if now - last >= PATIENCE_S]

    def stopped(self) -> list[str]:
        """Those of the silent topics on which clouds came before."""
        return [topic for topic in self.silent() if self._counts[topic]]

    def publishers(self, topic: str) -> list[TopicEndpointInfo]:
        """Publishers of a topic."""
        return list(self._node.get_publishers_info_by_topic(topic))

    def check(self) -> None:
        """Warn of each topic that never came although it is published; tell of one that stopped."""
        for topic in self.silent():
            if topic in self._warned:
                continue
            if count := self._counts[topic]:
                self._warned.add(topic)
                self._events.info(
                    f"{topic}: no cloud for {PATIENCE_S:g} s: the stream has stopped, after {count}"
                )
            elif publishers := self.publishers(topic):
                self._warned.add(topic)
                self._events.warning(explain_silence(self._subscriptions[topic], publishers))


def explain_silence(subscription: Subscription, publishers: list[TopicEndpointInfo]) -> str:
    """Possible cause, in words, why a topic's publishers are not heard."""
    topic, ours = subscription.topic_name, subscription.qos_profile
    wrong = [reason for publisher in publishers if (reason := _mismatch(topic, ours, publisher))]
    theirs = ", ".join(f"{full_name(p)} ({_qos(p.qos_profile)})" for p in publishers)
    cause = "; ".join(dict.fromkeys(wrong)) or (
        "the QoS match: either nothing is sent, or large clouds are lost on the way. Let the "
        "socket buffer hold them: sudo sysctl -w net.core.rmem_max=2147483647 (with Fast DDS on "
        "one machine also FASTDDS_DEFAULT_PROFILES_FILE=config/fastdds.xml of this package, for "
        "the publisher too; Cyclone and Zenoh: docs/ros.md, Other middlewares)"
    )
    return (
        f"{topic}: no cloud for {PATIENCE_S:g} s, although it is published by {theirs}. "
        f"This node asks for {_qos(ours)}: {cause}"
    )


def _mismatch(topic: str, ours: QoSProfile, publisher: TopicEndpointInfo) -> str:
    """Why this publisher and we cannot match; "" if we can."""
    if publisher.topic_type != CLOUDS.type_name:
        return (
            f"{full_name(publisher)} publishes {publisher.topic_type} there, "
            f"not {CLOUDS.type_name}: remap"
        )
    override = f"qos_overrides.{topic}.subscription"
    compatibility, _ = qos_check_compatible(publisher.qos_profile, ours)
    if compatibility != QoSCompatibility.ERROR:
        return ""
    unreliable = publisher.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT
    if unreliable and ours.reliability == ReliabilityPolicy.RELIABLE:
        return f"the QoS do not match: set {override}.reliability to best_effort"
    return f"the QoS do not match: set {override}.durability to volatile"


def _qos(profile: QoSProfile) -> str:
    return f"{profile.reliability.name} {profile.durability.name}"
