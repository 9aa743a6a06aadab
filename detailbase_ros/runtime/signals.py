"""Signals that end a program once, and do not disturb how it ends."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


def interrupt_once() -> None:
    """Have the first SIGINT raise KeyboardInterrupt and all others do nothing.

    Called in the main thread, before rclpy.init(), whose own handler then calls this one.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        ignore_signals()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)


def ignore_signals() -> None:
    """Before a program cleans up: let neither SIGINT nor SIGTERM break into it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
