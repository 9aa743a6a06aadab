"""Statuses on /diagnostics, once a second."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from detailbase_ros.messages.conversions import make_header
from detailbase_ros.messages.topics import DIAGNOSTICS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detailbase_ros.runtime.endpoints import Endpoints

_PERIOD_S = 1.0


class Level(IntEnum):
    """As REP-107: fine; look at it; does not work."""

    OK = 0
    WARN = 1
    ERROR = 2


@dataclass(frozen=True)
class Status:
    """State of one part of the node.

    Attributes:
        part: its name.
        level: how bad it is.
        message: one line for people.
        values: figures by name.
    """

    part: str
    level: Level
    message: str
    values: Mapping[str, object] = field(default_factory=dict)


class Diagnostics:
    """Publishes the statuses.

    Args:
        endpoints: makes publisher and timer.
        look: the present statuses; called once a second.
    """

    def __init__(self, endpoints: Endpoints, look: Callable[[], Sequence[Status]]) -> None:
        self._look, self._clock = look, endpoints.node.get_clock()
        self._name = endpoints.node.get_fully_qualified_name().lstrip("/")
        self._publisher = endpoints.publisher(DIAGNOSTICS)
        endpoints.timer(_PERIOD_S, self._publish)

    def _publish(self) -> None:
        header = make_header("", self._clock.now().nanoseconds)
        statuses = [self._message(status) for status in self._look()]
        self._publisher.publish(DiagnosticArray(header=header, status=statuses))

    def _message(self, status: Status) -> DiagnosticStatus:
        return DiagnosticStatus(
            level=bytes([status.level]),
            name=f"{self._name}: {status.part}",
            message=status.message,
            hardware_id=self._name,
            values=[KeyValue(key=key, value=str(value)) for key, value in status.values.items()],
        )
