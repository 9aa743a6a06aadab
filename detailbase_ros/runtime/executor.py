"""A multi-threaded executor that stays quick when messages come faster than they are handled."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rclpy.executors import (
    ConditionReachedException,
    Executor,
    ExternalShutdownException,
    ShutdownException,
    TimeoutException,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.context import Context


# rclpy's thread for signals wakes the executor before it shuts the context down. An executor that
# looks in between finds all well, waits on, and nobody wakes it again: so it looks now and then.
_LOOK_S = 0.5


class _Ended(Exception):  # noqa: N818 (asked for, no error)
    """The fault that ends spin() at end()."""


def _give_up(fault: BaseException) -> None:
    raise fault


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

    Attributes:
        on_fault: told of what a callback raised, on any thread; what it raises itself ends spin().
            By default that is every fault.
    """

    def __init__(self, threads: int, *, context: Context | None = None) -> None:
        super().__init__(context=context)
        self.on_fault: Callable[[BaseException], None] = _give_up
        self._pool = ThreadPoolExecutor(threads)
        self._faults: deque[BaseException] = deque()
        self._running: set[Future[None]] = set()  # as many as threads at most

    def spin(self) -> None:
        """Run callbacks until end() or the end of the context; raises what `on_fault` raised."""
        with suppress(_Ended):
            super().spin()

    def end(self) -> None:
        """Have spin() return, on whatever thread it runs; callbacks go on to their ends."""
        self._faults.append(_Ended())
        self.wake()

    def wait_for_callbacks(self, timeout_s: float) -> bool:
        """Once spin() has returned: whether all callbacks ended within `timeout_s`, seconds."""
        return not wait(self._running, timeout_s).not_done

    def spin_once(self, timeout_sec: float | None = None) -> None:
        """Wait for one callback and have it run, half a second at most where no time is given.

        Raises what `on_fault` raised.
        """
        self._spin_once_impl(timeout_sec)

    def shutdown(self, timeout_sec: float | None = None) -> bool:
        """As Executor.shutdown, then end the pool's threads."""
        finished = super().shutdown(timeout_sec)
        self._pool.shutdown(wait=False)
        return bool(finished)

    # Named as in rclpy: from Jazzy's 7.1.9 on its spin() calls this, before it spin_once().
    def _spin_once_impl(self, timeout_sec: float | None = None) -> None:
        limit_s = _LOOK_S if timeout_sec is None else timeout_sec
        try:
            handler, _, _ = self.wait_for_ready_callbacks(limit_s, None, self._has_faults)
        except ConditionReachedException:
            raise self._faults.popleft() from None
        except (ExternalShutdownException, ShutdownException, TimeoutException):
            return
        started = threading.Event()
        self._running = {each for each in self._running if not each.done()}
        self._running.add(self._pool.submit(self._run, handler, started))
        started.wait()

    def _has_faults(self) -> bool:
        return bool(self._faults)

    def _run(self, handler: Any, started: threading.Event) -> None:
        started.set()
        handler()
        if handler.done() and handler.exception() is not None:
            self._report(handler.exception())

    def _report(self, fault: BaseException) -> None:
        try:
            self.on_fault(fault)
        except BaseException as final:
            self._faults.append(final)
            self.wake()

    # rclpy's own. A message that cannot be decoded raises there, after which rclpy would never
    # look at its topic or service again.
    def _take_subscription(self, sub: Any) -> Any:
        return self._taken(super()._take_subscription, sub)

    def _take_service(self, srv: Any) -> Any:
        return self._taken(super()._take_service, srv)

    def _taken(self, take: Callable[[Any], Any], entity: Any) -> Any:
        """Result of `take`; None, which means that nothing has come, where it raises."""
        try:
            return take(entity)
        except Exception as error:
            self._report(error)
            return None
