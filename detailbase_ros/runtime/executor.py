"""A multi-threaded executor that stays quick when messages come faster than they are handled."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from rclpy.executors import (
    ConditionReachedException,
    Executor,
    ExternalShutdownException,
    ShutdownException,
    TimeoutException,
)

if TYPE_CHECKING:
    from rclpy.context import Context


class PooledExecutor(Executor):
    """As rclpy's MultiThreadedExecutor, but waits for each callback to start.

    Before rclpy 10.0.4 its own queues a callback and looks for more at once. Until a thread takes
    it up, its topic's unread messages end every wait immediately, the callback is queued again and
    again, and the waiting thread holds Python's lock against those that should work: 100 messages
    in a burst took ten seconds and more instead of 0.2. Reported as
    https://github.com/ros2/rclpy/issues/1452, fixed by https://github.com/ros2/rclpy/pull/1547;
    once no supported distribution has an older rclpy, MultiThreadedExecutor can take this place.

    Args:
        threads: callbacks that may run at a time.
        context: as for rclpy's executors.
    """

    def __init__(self, threads: int, *, context: Context | None = None) -> None:
        super().__init__(context=context)
        self._pool = ThreadPoolExecutor(threads)
        self._faults: deque[BaseException] = deque()

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait for one callback and have it run; raises what an earlier one raised."""
        self._spin_once_impl(timeout_sec)

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """As Executor.shutdown, then end the pool's threads."""
        finished = super().shutdown(timeout_sec)
        self._pool.shutdown(wait=False)
        return bool(finished)

    # Named as in rclpy: from Jazzy's 7.1.9 on its spin() calls this, before it spin_once().
    def _spin_once_impl(self, timeout_sec: float | None = None) -> None:
        try:
            handler, _, _ = self.wait_for_ready_callbacks(timeout_sec, None, self._has_faults)
        except ConditionReachedException:
            raise self._faults.popleft() from None
        except (ExternalShutdownException, ShutdownException, TimeoutException):
            return
        started = threading.Event()
        self._pool.submit(self._run, handler, started)
        started.wait()

    def _has_faults(self) -> bool:
        return bool(self._faults)

    def _run(self, handler: Any, started: threading.Event) -> None:
        started.set()
        handler()
        if handler.done() and handler.exception() is not None:
            self._faults.append(handler.exception())
            self.wake()
