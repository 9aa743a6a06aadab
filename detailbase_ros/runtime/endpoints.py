"""Publishers, subscriptions, services, actions and timers of a configured node."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.qos import DurabilityPolicy, QoSPolicyKind, QoSProfile, ReliabilityPolicy
from rclpy.qos_overriding_options import QoSOverridingOptions

from detailbase_ros.runtime.action_server import GuardedActionServer
from detailbase_ros.runtime.guarded_callbacks import GuardedService, guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.callback_groups import CallbackGroup
    from rclpy.guard_condition import GuardCondition
    from rclpy.node import Node
    from rclpy.publisher import Publisher
    from rclpy.subscription import Subscription
    from rclpy.timer import Timer

    from detailbase_ros.messages.topics import Action, Service, Topic
    from detailbase_ros.runtime.event_counters import EventCounters

_DRAIN_S = 5.0  # for calls under way, before their service is destroyed
_OVERRIDES = QoSOverridingOptions(
    (
        QoSPolicyKind.HISTORY,
        QoSPolicyKind.DEPTH,
        QoSPolicyKind.RELIABILITY,
        QoSPolicyKind.DURABILITY,
    )
)


def interface_class(type_name: str) -> Any:
    """The generated class of "package/msg/Name", "package/srv/Name" or "package/action/Name"."""
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
    """Makes publishers, subscriptions, services, actions and timers; close() destroys them.

    (rclpy's lifecycle nodes destroy nothing when they are cleaned up.) Every topic takes QoS
    overrides. Whatever has no callback group given gets one of its own.

    No callback ever raises; `events` counts and logs instead.

    Args:
        node: on which they are made.
        events: is told of callbacks that failed.
        service_depth: requests of each service that wait to be taken up.
    """

    def __init__(self, node: Node, events: EventCounters, service_depth: int = 10) -> None:
        self.node, self.events, self._service_depth = node, events, service_depth
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
            guarded(callback, topic.name, self.events),
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
            qos_profile=QoSProfile(depth=self._service_depth),
            callback_group=group or MutuallyExclusiveCallbackGroup(),
        )
        calls = GuardedService(server, self.events)
        self.on_close(lambda: self.node.destroy_service(server))
        self.on_close(lambda: calls.drain(_DRAIN_S))

    def action(
        self, action: Action, begin: Callable[[Any], None], group: CallbackGroup
    ) -> GuardedActionServer:
        """An action whose goals are all accepted and given to `begin`."""
        depth = QoSProfile(depth=self._service_depth)
        server = GuardedActionServer(
            self.node,
            interface_class(action.type_name),
            action.name,
            begin,
            group,
            self.events,
            goal_service_qos_profile=depth,
            result_service_qos_profile=depth,
            cancel_service_qos_profile=depth,
        )
        self.on_close(server.destroy)
        self.on_close(lambda: server.drain(_DRAIN_S))
        return server

    def timer(
        self, period_s: float, callback: Callable[[], object], group: CallbackGroup | None = None
    ) -> Timer:
        """A timer on the steady clock."""
        timer = self.node.create_timer(
            period_s,
            guarded(callback, f"timer of {period_s:g} s", self.events),
            callback_group=group or MutuallyExclusiveCallbackGroup(),
            clock=self._steady,
        )
        self.on_close(lambda: self.node.destroy_timer(timer))
        return timer

    def guard(self, callback: Callable[[], None]) -> GuardCondition:
        """Something that any thread may trigger to have `callback` called by the executor."""
        guard = self.node.create_guard_condition(
            guarded(callback, "guard condition", self.events),
            callback_group=MutuallyExclusiveCallbackGroup(),
        )
        self.on_close(lambda: self.node.destroy_guard_condition(guard))
        return guard

    def on_close(self, undo: Callable[[], object]) -> None:
        """Have `undo` called by close(), before what was made earlier is destroyed."""
        self._undo.append(undo)

    def close(self) -> None:
        """Destroy everything, the newest first; what cannot be destroyed keeps nothing else."""
        while self._undo:
            guarded(self._undo.pop(), "clean-up", self.events)()
