"""Responses to callers whom the middleware has not met yet: sent again until it has."""

from __future__ import annotations

import threading
import time
import warnings
from collections import deque
from typing import TYPE_CHECKING

from rclpy._rclpy_pybind11 import RCLError

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_ros.runtime.event_counters import EventCounters

_LIMIT_S = 10.0  # discovery on a busy machine takes seconds
_PAUSE_S = 0.02  # between two attempts; the middleware itself waits 0.1 s in each
_CAPACITY = 256  # callers who never listen fill no memory
_ENDING_S = 0.5  # at the end of a service, for callers not met yet


def raise_when_unsent() -> None:
    """Have rclpy raise where it only warns: a service would take the response for sent.

    It sets a filter of Python's warnings, for this process: for services, and for the responses of
    actions that ActionResponses sends. rclpy's own action server does not expect to raise.
    """
    unsent = r"failed to send response \(timeout\)"
    senders = r"(rclpy\.service|detailbase_ros\.runtime\.action_responses)$"
    warnings.filterwarnings("error", unsent, RuntimeWarning, module=senders)


def caller_not_met(error: Exception) -> bool:
    """Whether a response was not sent because the caller's ear for it is not discovered yet.

    A caller may find the service, and ask, before the service has found the caller.
    """
    if isinstance(error, SystemError):  # what a warning in rclpy's C++ that raises becomes
        return isinstance(error.__cause__, RuntimeWarning)
    return isinstance(error, RuntimeWarning) or (
        isinstance(error, RCLError) and "client will not receive response" in str(error)
    )


class LateResponses:
    """Sends responses again, in turn, on a thread that lives while there are any.

    The executor's threads stay free: callers who never listen take none of them.

    Args:
        limit_s: after which a response is given up, seconds; None = 10.
    """

    def __init__(self, limit_s: float | None = None) -> None:
        self._limit_s = _LIMIT_S if limit_s is None else limit_s
        self._waiting: deque[tuple[float, Callable[[], bool], Callable[[bool], None]]] = deque()
        self._end = float("inf")  # of them all
        self._lock = threading.Lock()
        self._working = False

    def add(self, send: Callable[[], bool], done: Callable[[bool], None]) -> bool:
        """Take a response over, unless too many wait; whether it was taken.

        Args:
            send: tries once; whether the matter is settled. Must not raise.
            done: told in the end whether it was.
        """
        with self._lock:
            if len(self._waiting) >= _CAPACITY:
                return False
            # First: behind many who never listen it would wait a tenth of a second for each.
            self._waiting.appendleft((time.monotonic() + self._limit_s, send, done))
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name="late responses", daemon=True).start()
        return True

    def hurry(self, limit_s: float) -> None:
        """Give up what cannot be sent within `limit_s` from now, seconds."""
        self._end = time.monotonic() + limit_s

    def _work(self) -> None:
        while (late := self._next()) is not None:
            due, send, done = late
            if time.monotonic() >= min(due, self._end):
                done(False)
            elif send():
                done(True)
            else:
                with self._lock:
                    self._waiting.append(late)
                time.sleep(_PAUSE_S)

    def _next(self) -> tuple[float, Callable[[], bool], Callable[[bool], None]] | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._working = False
            return None


class ResponseSender:
    """Sends what one service or action owes its callers, and tells of those it cannot reach.

    Args:
        name: of the service or action, for the log.
        events: counts and logs.
    """

    def __init__(self, name: str, events: EventCounters) -> None:
        self._name, self._events = name, events
        self._short_name = name.rpartition("/")[2]
        self._late = LateResponses()
        self._owed = 0
        self._changed = threading.Condition()
        raise_when_unsent()

    def expect(self) -> None:
        """One more response is owed."""
        with self._changed:
            self._owed += 1

    def send(self, settle: Callable[[], bool], unheard: Callable[[], object] | None = None) -> None:
        """Settle one response that is owed: now, or again and again for ten seconds.

        Args:
            settle: tries once; False while the caller is not met. Must not raise.
            unheard: called where the caller was never met.
        """

        def end(settled: bool) -> None:
            if settled:
                self._events.count(f"responses sent late: {self._short_name}")
            else:
                self._name_the_deaf()
                if unheard is not None:
                    unheard()
            self._close()

        if settle():
            self._close()
        elif not self._late.add(settle, end):
            end(False)

    def drain(self, timeout_s: float) -> bool:
        """Wait until nothing is owed; whether that was within `timeout_s`, seconds."""
        self._late.hurry(_ENDING_S)
        with self._changed:
            return self._changed.wait_for(lambda: self._owed <= 0, timeout_s)

    def _name_the_deaf(self) -> None:
        self._events.warn_throttled(
            "caller_never_met",
            f"{self._name}: a caller asked and cannot hear the answer: it ended meanwhile, its "
            "QoS does not fit, or the network carries only one direction",
        )

    def _close(self) -> None:
        with self._changed:
            self._owed -= 1
            self._changed.notify_all()
