"""The command line of prune and widen: a checkpoint, another file, widths."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import CheckpointError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def run(
    program: str,
    description: str,
    done: str,
    resize: Callable[[Path, Path, Sequence[int]], None],
    arguments: Sequence[str] | None,
) -> int:
    """Resize a checkpoint; 0 = written.

    Args:
        program: its name, before errors.
        description: its help.
        done: what has been done to the widths, "narrowed".
        resize: from a file to a file, to these widths.
        arguments: of the command line.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("checkpoint", type=Path, help="file to read")
    parser.add_argument("out", type=Path, help="file to write")
    parser.add_argument(
        "widths", type=int, nargs="+", help="channels of each level, fine to coarse"
    )
    given = parser.parse_args(arguments)
    try:
        resize(given.checkpoint, given.out, given.widths)
    except (CheckpointError, ConfigError, OSError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 1
    print(f"{done} to {' '.join(map(str, given.widths))}, to be trained further: {given.out}")
    return 0
