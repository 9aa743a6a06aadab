"""Publishers, subscriptions, services and timers of a configured node, made and destroyed here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.qos import DurabilityPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.callback_groups import CallbackGroup
    from rclpy.guard_condition import GuardCondition
    from rclpy.node import Node
    from rclpy.publisher import Publisher
    from rclpy.subscription import Subscription
    from rclpy.timer import Timer

    from detailbase_ros.messages.topics import Service, Topic

_OVERRIDES = QoSOverridingOptions(
    (
        QoSPolicyKind.HISTORY,
        QoSPolicyKind.DEPTH,
        QoSPolicyKind.RELIABILITY,
        QoSPolicyKind.DURABILITY,
    )
)


def interface_class(type_name: str) -> Any:
    """The generated class of "package/msg/Name" or "package/srv/Name"."""
    package, folder, name = type_name.split("/")
    return getattr(import_module(f"{package}.{folder}"), name)


def qos_profile(topic: Topic) -> QoSProfile:
    """A topic's QoS as rclpy has it, a new one: overrides are written into it."""
    return QoSProfile(
        depth=topic.depth,
        reliability=ReliabilityPolicy.RELIABLE if topic.reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=(
            DurabilityPolicy.TRANSIENT_LOCAL if topic.latched else DurabilityPolicy.VOLATILE
        ),
    )


class Endpoints:
    """Makes publishers, subscriptions, services and timers on a node; close() destroys them.

    (rclpy's lifecycle nodes destroy nothing when they are cleaned up.) Every topic takes QoS
    overrides. Whatever has no callback group given gets one of its own.

    Args:
        node: on which they are made.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self._undo: list[Callable[[], object]] = []
        # Goes on where use_sim_time is set and nobody publishes /clock.
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)

    def publisher(self, topic: Topic) -> Publisher:
        """A publisher."""
        publisher = self.node.create_publisher(
            interface_class(topic.type_name),
            topic.name,
            qos_profile(topic),
            qos_overriding_options=_OVERRIDES,
        )
        self.on_close(lambda: self.node.destroy_publisher(publisher))
        return publisher

    def subscription(
        self,
        topic: Topic,
        callback: Callable[[Any], None],
        group: CallbackGroup | None = None,
    ) -> Subscription:
        """A subscription."""
        subscription = self.node.create_subscription(
            interface_class(topic.type_name),
            topic.name,
            callback,
            qos_profile(topic),
            callback_group=group or MutuallyExclusiveCallbackGroup(),
            qos_overriding_options=_OVERRIDES,
        )
        self.on_close(lambda: self.node.destroy_subscription(subscription))
        return subscription

    def service(
        self,
        service: Service,
        callback: Callable[[Any, Any], Any],
        group: CallbackGroup | None = None,
    ) -> None:
        """A service; rclpy has no overrides for its QoS."""
        server = self.node.create_service(
            interface_class(service.type_name),
            service.name,
            callback,
            callback_group=group or MutuallyExclusiveCallbackGroup(),
        )
        self.on_close(lambda: self.node.destroy_service(server))

    def timer(
        self, period_s: float, callback: Callable[[], None], group: CallbackGroup | None = None
    ) -> Timer:
        """A timer on the steady clock."""
        timer = self.node.create_timer(
            period_s,
            callback,
            callback_group=group or MutuallyExclusiveCallbackGroup(),
            clock=self._steady,
        )
        self.on_close(lambda: self.node.destroy_timer(timer))
        return timer

    def guard(self, callback: Callable[[], None]) -> GuardCondition:
        """Something that any thread may trigger to have `callback` called by the executor."""
        guard = self.node.create_guard_condition(
            callback, callback_group=MutuallyExclusiveCallbackGroup()
        )
        self.on_close(lambda: self.node.destroy_guard_condition(guard))
        return guard

    def on_close(self, undo: Callable[[], object]) -> None:
        """Have `undo` called by close(), before what was made earlier is destroyed."""
        self._undo.append(undo)

    def close(self) -> None:
        """Destroy everything, the newest first."""
        while self._undo:
            self._undo.pop()()
