"""One line on stderr about what takes its time, and only then."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from types import TracebackType

PATIENCE_S = 1.0
REFRESH_S = 0.5


class Progress:
    """Says what goes on when it takes over a second.

    with Progress("reading room.ply") as progress:
        progress.text = "reading room.ply: half of it"

    On a terminal the line is renewed and in the end removed; elsewhere it is written once.

    Attributes:
        text: what goes on; may change meanwhile.
    """

    def __init__(self, text: str, stream: TextIO | None = None) -> None:
        self.text = text
        self._stream = stream or sys.stderr
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        begin = time.monotonic()
        if self._done.wait(PATIENCE_S):
            return
        if not self._stream.isatty():
            print(f"{self.text} ...", file=self._stream, flush=True)
            return
        width = 0
        while True:
            line = f"{self.text} ... {time.monotonic() - begin:.0f} s"
            print(f"\r{line:<{width}}", end="", file=self._stream, flush=True)
            width = len(line)
            if self._done.wait(REFRESH_S):
                break
        print(f"\r{'':<{width}}\r", end="", file=self._stream, flush=True)
