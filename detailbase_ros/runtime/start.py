"""The beginning and the end of a program that uses rclpy."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.signals import SignalHandlerOptions
from rclpy.utilities import try_shutdown

from detailbase_core.errors import shown_lines
from detailbase_core.output.exit_status import INTERRUPTED
from detailbase_ros.runtime.signals import EndRequests, interrupt_once, until_interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def start_node(program: str, args: Sequence[str] | None) -> EndRequests:
    """rclpy.init() of a node's program, and signals that are noted for its end.

    Exits with a line and status 1 where rclpy refuses `args`: a parameter file that is none, an
    unknown flag.
    """
    requests = EndRequests()
    _init(program, args, 1, SignalHandlerOptions.NO)
    return requests


def start_tool(program: str, args: Sequence[str] | None, failure: int) -> None:
    """rclpy.init() of a tool, and signals that interrupt once.

    Exits with a line and the status `failure` where rclpy refuses `args`.
    """
    interrupt_once()
    _init(program, args, failure, SignalHandlerOptions.ALL)


def run_tool(work: Callable[[], int]) -> int:
    """The exit status of what a tool does after start_tool(), or that of an interruption.

    rclpy is shut down afterwards, however it ends.
    """
    try:
        return until_interrupted(work)
    except (KeyboardInterrupt, ExternalShutdownException):
        return INTERRUPTED
    except Exception:
        if rclpy.ok():  # otherwise a signal has shut the context down under some call
            raise
        return INTERRUPTED
    finally:
        end_ros()


def end_ros() -> None:
    """Shut rclpy down.

    Not by rclpy.try_shutdown(), which from Kilted on brings signals' former handlers back for a
    moment, SIGTERM's default among them.
    """
    try_shutdown()


def exit_now(status: int) -> NoReturn:
    """End the process, of which nothing is left to be tidied up.

    Python would take torch and a map down piece by piece, which takes 0.6 s and more. Where a
    thread is deep inside the network, it could not even begin.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _init(
    program: str, args: Sequence[str] | None, failure: int, handlers: SignalHandlerOptions
) -> None:
    try:
        rclpy.init(args=args, signal_handler_options=handlers)
    except RuntimeError as error:  # RCLError, UnknownROSArgsError
        print(f"{program} cannot start: {shown_lines(error)}", file=sys.stderr)
        sys.exit(failure)
