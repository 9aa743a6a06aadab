"""The beginning and the end of a program that uses rclpy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import rclpy
from rclpy.executors import ExternalShutdownException

from detailbase_core.errors import shown_lines
from detailbase_core.output.exit_status import INTERRUPTED
from detailbase_ros.runtime.signals import ignore_signals, interrupt_once

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def start_ros(program: str, args: Sequence[str] | None, failure: int = 1) -> None:
    """rclpy.init(), and signals that interrupt once.

    Exits with a line and the status `failure` where rclpy refuses `args`: a parameter file that is
    none, an unknown flag.
    """
    interrupt_once()
    try:
        rclpy.init(args=args)
    except RuntimeError as error:  # RCLError, UnknownROSArgsError
        print(f"{program} cannot start: {shown_lines(error)}", file=sys.stderr)
        sys.exit(failure)


def run_tool(work: Callable[[], int]) -> int:
    """The exit status of what a tool does after start_ros(), or that of an interruption.

    rclpy is shut down afterwards, however it ends.
    """
    try:
        return work()
    except (KeyboardInterrupt, ExternalShutdownException):
        return INTERRUPTED
    except Exception:
        if rclpy.ok():  # otherwise a signal has shut the context down under some call
            raise
        return INTERRUPTED
    finally:
        ignore_signals()
        rclpy.try_shutdown()
