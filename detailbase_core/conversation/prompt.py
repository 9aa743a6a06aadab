"""Sentences that a person types at a prompt, or that come on stdin."""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HELP = (
    'Type a sentence and press Enter; then perhaps "the other one" or "what is next to it?". '
    "Ctrl-D ends."
)


def at_terminal() -> bool:
    """Whether somebody types, rather than a file or a program."""
    return sys.stdin.isatty()


def typed_sentences(interruptible: bool = False) -> Iterator[str]:
    """Lines with anything on them until the end of stdin, at a terminal behind a prompt.

    Args:
        interruptible: whether Ctrl-C at the prompt ends more than the line that is typed.

    Raises:
        KeyboardInterrupt: where it does.
    """
    for line in _prompted(interruptible) if at_terminal() else sys.stdin:
        if line.strip():
            yield line.strip()


def _prompted(interruptible: bool) -> Iterator[str]:
    with suppress(ImportError):  # not on every system; gives arrow keys and what was typed before
        importlib.import_module("readline")
    print(HELP, file=sys.stderr)
    while True:
        try:
            yield input("> ")
        except EOFError:
            print(file=sys.stderr)
            return
        except KeyboardInterrupt:
            print(file=sys.stderr)
            if interruptible:
                raise
            # else as in a shell: forget this line
