"""Signals that end a program once, and do not disturb how it ends."""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from detailbase_ros.runtime.executor import PooledExecutor

T = TypeVar("T")

_NUMBERS = (signal.SIGINT, signal.SIGTERM)
_CALLBACKS_S = 2.0  # for callbacks that run when a signal comes; loading a model is not waited for
_SPUN = 0  # no signal's number


class EndRequests:
    """SIGINT and SIGTERM of a node, from now on: they are noted, and interrupt nothing.

    Made in the main thread. rclpy must install no handlers: its own shut the context down under
    callbacks that run, whose publishers and log then complain.
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        # A signal's number is written whatever thread the signal comes to.
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for number in _NUMBERS:
            signal.signal(number, _do_nothing)

    def spin(self, executor: PooledExecutor) -> None:
        """Spin on a thread of its own until a signal comes, or has come, or spin() ends.

        Afterwards no callback runs, but for one that takes long.

        Raises:
            BaseException: what spin() raised.
        """
        faults: list[BaseException] = []
        spinner = Thread(target=self._spin, args=(executor, faults), daemon=True)
        spinner.start()
        while os.read(self._read, 1)[0] not in (*_NUMBERS, _SPUN):
            pass
        executor.end()
        spinner.join(_CALLBACKS_S)
        if faults:
            raise faults[0]
        executor.wait_for_callbacks(_CALLBACKS_S)

    def _spin(self, executor: PooledExecutor, faults: list[BaseException]) -> None:
        try:
            executor.spin()
        except BaseException as fault:
            faults.append(fault)
        os.write(self._write, bytes([_SPUN]))


def interrupt_once() -> None:
    """Have the first SIGINT raise KeyboardInterrupt and all others do nothing.

    Called in the main thread, before rclpy.init(), whose own handler then calls this one.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        ignore_signals()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)


def until_interrupted(work: Callable[[], T]) -> T:
    """Result of `work`; however it ends, signals are ignored when this returns or raises.

    So no `except` or `finally` around it is interrupted.

    Raises:
        KeyboardInterrupt: after interrupt_once(), at SIGINT; also one that comes after `work`.
    """
    try:
        return work()
    finally:
        ignore_signals()


def ignore_signals() -> None:
    """Let neither SIGINT nor SIGTERM break into what follows, to the end of the process.

    Called in the main thread.
    """
    for number in _NUMBERS:
        # Not SIG_IGN: a handler that another thread is still in would find it later, and Python
        # prints a traceback then ("ignored due to race condition").
        signal.signal(number, _do_nothing)
        ctypes.pythonapi.PyOS_setsig(number, ctypes.c_void_p(int(signal.SIG_IGN)))
    atexit.register(_ignore_at_exit)


def _do_nothing(number: int, frame: FrameType | None) -> None:
    pass


def _ignore_at_exit() -> None:
    """Python's very end gives signals whose handler is a function back their deadly default."""
    for number in _NUMBERS:
        signal.signal(number, signal.SIG_IGN)
