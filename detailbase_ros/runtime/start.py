"""The beginning of a program that uses rclpy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import rclpy

from detailbase_core.errors import shown_lines
from detailbase_ros.runtime.signals import interrupt_once

if TYPE_CHECKING:
    from collections.abc import Sequence


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
