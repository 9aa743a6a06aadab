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

    from detailbase_ros.runtime.event_counters import EventCounters


class TransformIntake:
    """A TransformBuffer that follows the time of what it hears. Thread-safe.

    Args:
        events: is told of transforms that are wrong, and of what is wrong with the tree.
        on_reset: called when the stamps of a moving frame went back, as after a simulation's reset,
            and the transforms of before were dropped.

    Attributes:
        buffer: answers look-ups.
    """

    def __init__(self, events: EventCounters, on_reset: Callable[[], None] = lambda: None) -> None:
        self.buffer = TransformBuffer()
        self._events, self._on_reset = events, on_reset
        self._resets = TimeResets()
        self._lock = threading.Lock()

    def store(self, message: Any, topic: str) -> None:
        """Take in a tf2_msgs/TFMessage of /tf or /tf_static; bad entries are reported."""
        for transform in transforms_from_message(message, topic):
            if not transform.static and self._is_reset(transform.child, transform.stamp_ns):
                self.buffer.clear()
                self._on_reset()
            try:
                self.buffer.set(*transform)
            except BadTransformError as error:
                self._events.warn_throttled("bad_transform", str(error))
        for fault in self.buffer.faults:
            self._events.warn_once(f"tf {fault[:40]}", fault)

    def begin_at(self, now_ns: int) -> None:
        """Drop what is not static, since the clock was set to another time, nanoseconds."""
        with self._lock:
            self._resets.begin_at(now_ns)
        self.buffer.clear()

    def _is_reset(self, frame: str, stamp_ns: int) -> bool:
        with self._lock:
            return self._resets.observe(frame, stamp_ns) is Order.RESET
