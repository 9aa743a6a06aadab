"""The node's state on /diagnostics, once a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.qos import QoSProfile

from detailbase_ros.conversions import make_header

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from detailbase_core.reporter import Reporter
    from detailbase_ros.endpoints import Endpoints

_PERIOD_S = 1.0


class Diagnostics:
    """Publishes the reporter's counters and the present state.

    Args:
        endpoints: makes publisher and timer.
        reporter: whose counters are shown; a drop since the last second makes the level WARN.
        state: further values by name, asked each time.
    """

    def __init__(
        self, endpoints: Endpoints, reporter: Reporter, state: Callable[[], Mapping[str, object]]
    ) -> None:
        self._reporter, self._state = reporter, state
        self._clock = endpoints.node.get_clock()
        self._name, self._dropped = endpoints.node.get_fully_qualified_name(), 0
        self._publisher = endpoints.publisher(DiagnosticArray, "/diagnostics", QoSProfile(depth=10))
        endpoints.timer(_PERIOD_S, self._publish)

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
