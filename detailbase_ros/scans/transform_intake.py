"""TF messages into the transform buffer, from topics or a recording; notices resets of time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from detailbase_core.errors import BadTransformError
from detailbase_core.io.time_resets import Order, TimeResets
from detailbase_core.io.transform_messages import transforms_from_message
from detailbase_core.transforms import TransformBuffer

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.transforms import StampedTransform
    from detailbase_ros.runtime.event_counters import EventCounters

    OnReset = Callable[[int], None]


class TransformIntake:
    """A TransformBuffer that follows the time of what it hears. Thread-safe.

    Args:
        events: is told of transforms that are wrong, and of what is wrong with the tree.
        on_reset: called with a stamp of the new time (nanoseconds) when those of a moving frame
            went back, as after a simulation's reset, and the transforms of before were dropped.

    Attributes:
        buffer: answers look-ups.
    """

    def __init__(self, events: EventCounters, on_reset: OnReset = lambda _: None) -> None:
        self.buffer = TransformBuffer()
        self._events, self._on_reset = events, on_reset
        self._resets = TimeResets()
        self._lock = threading.Lock()

    def store(self, message: Any, topic: str) -> None:
        """Take in a tf2_msgs/TFMessage of /tf or /tf_static; bad entries are reported."""
        for transform in transforms_from_message(message, topic):
            for each in (transform,) if transform.static else self._sorted(transform):
                try:
                    self.buffer.set(*each)
                except BadTransformError as error:
                    self._warn(str(error))
        for fault in self.buffer.faults:
            self._events.warn_once(f"tf {fault[:40]}", fault)

    def begin_at(self, now_ns: int) -> None:
        """Drop what is not static, since time went back to another run's, nanoseconds."""
        with self._lock:
            self._resets.begin_at(now_ns)
        self.buffer.clear()

    def forget(self) -> None:
        """Drop what is not static; stamps of any time may come."""
        with self._lock:
            self._resets = TimeResets()
        self.buffer.clear()

    def _sorted(self, transform: StampedTransform) -> tuple[StampedTransform, ...]:
        """What to store now that a transform of a moving frame has come."""
        with self._lock:
            order, usable, late = self._resets.sort(transform)
        if order is Order.RESET:
            self.buffer.clear()
            self._on_reset(transform.stamp_ns)
        for each in late:
            self._warn(f"{each.child!r} came late, of another time: left out")
        return usable

    def _warn(self, text: str) -> None:
        self._events.warn_throttled("bad_transform", text)
