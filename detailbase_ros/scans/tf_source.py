"""Transforms from /tf and /tf_static in one buffer, also where tf2_ros is installed.

tf2_ros makes its own subscriptions, which take no QoS overrides, and says nothing of transforms
that are wrong. TransformBuffer gives the same answers (tests/data/tf2.json), and names them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from detailbase_ros.messages.topics import TF, TF_STATIC
from detailbase_ros.scans.transform_intake import TransformIntake

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rclpy.callback_groups import CallbackGroup
    from tf2_msgs.msg import TFMessage

    from detailbase_ros.runtime.endpoints import Endpoints
    from detailbase_ros.runtime.event_counters import EventCounters
    from detailbase_ros.scans.transform_intake import OnReset


class TopicTransforms:
    """A TransformIntake fed from the two topics.

    Args:
        endpoints: makes the subscriptions.
        group: of their callbacks; None for one each.
        events, on_reset: as of TransformIntake.
    """

    def __init__(
        self,
        endpoints: Endpoints,
        group: CallbackGroup | None,
        events: EventCounters,
        on_reset: OnReset = lambda _: None,
    ) -> None:
        self._intake = TransformIntake(events, on_reset)
        self._buffer = self._intake.buffer
        for topic in (TF, TF_STATIC):
            endpoints.subscription(topic, partial(self._store, topic.name), group)

    def _store(self, topic: str, message: TFMessage) -> None:
        self._intake.store(message, topic)

    def lookup(self, target: str, source: str, stamp_ns: int) -> NDArray[np.float64]:
        """See TransformSource."""
        return self._buffer.lookup(target, source, stamp_ns)

    @property
    def frames(self) -> tuple[str, ...]:
        """See TransformSource."""
        return self._buffer.frames

    @property
    def faults(self) -> tuple[str, ...]:
        """See TransformBuffer."""
        return self._buffer.faults

    def forget(self) -> None:
        """See TransformIntake."""
        self._intake.forget()

    def begin_at(self, now_ns: int) -> None:
        """See TransformIntake."""
        self._intake.begin_at(now_ns)
