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

_LIMIT_S = 10.0  # discovery on a busy machine takes seconds
_PAUSE_S = 0.02  # between two attempts; the middleware itself waits 0.1 s in each
_CAPACITY = 256  # callers who never listen fill no memory


def raise_when_unsent() -> None:
    """Have rclpy raise where it only warns: a service would take the response for sent.

    It sets a filter of Python's warnings, for this process and services alone: what rclpy's action
    server does not expect to raise would leave a goal half begun.
    """
    unsent = r"failed to send response \(timeout\)"
    warnings.filterwarnings("error", unsent, RuntimeWarning, module=r"rclpy\.service$")


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
        limit_s: after which a response is given up, seconds.
    """

    def __init__(self, limit_s: float = _LIMIT_S) -> None:
        self._limit_s = limit_s
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
