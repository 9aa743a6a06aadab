"""One line on stderr about work that takes over a second, and only then."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, TextIO

from tqdm import tqdm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 1.0
REFRESH_S = 0.5


@contextmanager
def progress(text: str, stream: TextIO | None = None) -> Iterator[Callable[[str], None]]:
    """Show what the block does and for how long: a tqdm bar whose length nobody knows.

    with progress("reading room.ply") as report:
        report("searching 200,000 points")

    On a terminal the line is renewed and in the end removed; elsewhere it is written once, and
    again with the whole time at the end.

    Args:
        text: what goes on at first.
        stream: where to; None = stderr.

    Yields:
        A function that takes what goes on now.
    """
    stream = stream or sys.stderr
    terminal, done = stream.isatty(), threading.Event()
    bar = tqdm(
        desc=text,
        bar_format="{desc} ... {elapsed}",
        delay=PATIENCE_S,
        mininterval=REFRESH_S,
        leave=not terminal,
        file=stream,
    )

    def tick() -> None:
        # tqdm draws when it is told of progress; here nobody else tells.
        while not done.wait(REFRESH_S) and (terminal or bar.last_print_t == bar.start_t):
            bar.update(0)

    ticking = threading.Thread(target=tick, daemon=True)
    ticking.start()
    try:
        yield partial(bar.set_description_str, refresh=False)
    finally:
        done.set()
        ticking.join()
        bar.close()
