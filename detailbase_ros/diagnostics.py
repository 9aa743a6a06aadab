"""The node's state on /diagnostics, once a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.qos_overriding_options import QoSOverridingOptions

from detailbase_ros.conversions import make_header

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rclpy.node import Node

    from detailbase_core.reporter import Reporter

_PERIOD_S = 1.0


class Diagnostics:
    """Publishes the reporter's counters and the present state.

    Args:
        node: gets publisher and timer.
        reporter: whose counters are shown; a drop since the last second makes the level WARN.
        state: further values by name, asked each time.
    """

    def __init__(
        self, node: Node, reporter: Reporter, state: Callable[[], Mapping[str, object]]
    ) -> None:
        self._reporter, self._state, self._clock = reporter, state, node.get_clock()
        self._name, self._dropped = node.get_fully_qualified_name(), 0
        self._publisher = node.create_publisher(
            DiagnosticArray,
            "/diagnostics",
            10,
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )
        group = MutuallyExclusiveCallbackGroup()
        node.create_timer(_PERIOD_S, self._publish, callback_group=group)

    def _publish(self) -> None:
        counts = self._reporter.counts()
        dropped = sum(n for name, n in counts.items() if name.startswith("dropped: "))
        warn = dropped > self._dropped
        self._dropped = dropped
        status = DiagnosticStatus(
            level=DiagnosticStatus.WARN if warn else DiagnosticStatus.OK,
            name=f"{self._name.lstrip('/')}: grounding",
            message="something was dropped in the last second" if warn else "running",
            values=[
                KeyValue(key=key, value=str(value))
                for key, value in {**self._state(), **counts}.items()
            ],
        )
        header = make_header("", self._clock.now().nanoseconds)
        self._publisher.publish(DiagnosticArray(header=header, status=[status]))
