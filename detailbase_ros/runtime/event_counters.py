"""Counters of events and drops, with warnings throttled per cause."""

from __future__ import annotations

import threading
import time
import traceback
from collections import Counter
from typing import Protocol

from detailbase_core.errors import shown_lines

_MOST_CAUSES = 1000


class Logger(Protocol):
    """The part of a logger that we use, Python's or rclpy's."""

    def info(self, message: str) -> object:
        """Log what is worth knowing."""

    def warning(self, message: str) -> object:
        """Log a warning."""

    def error(self, message: str) -> object:
        """Log an error."""


class EventCounters:
    """Thread-safe counters, and warnings throttled per cause.

    Texts may hold what others sent: they are logged as shown() gives them. The number of causes is
    limited, so that names made up by others fill no memory.

    (rclpy's own throttle goes by the line of code that logs, so that one cause would silence
    another.)

    Args:
        logger: where warnings go.
        period_s: the same cause is reported at most this often, seconds.
    """

    def __init__(self, logger: Logger, period_s: float = 10.0) -> None:
        self._logger, self._period_s = logger, period_s
        self._counts: Counter[str] = Counter()
        self._last_warning: dict[str, float] = {}
        self._lock = threading.Lock()

    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter."""
        with self._lock:
            self._counts[name] += by

    def warn_throttled(self, cause: str, text: str) -> None:
        """Count one more of `cause`; warn unless the last warning of this cause is recent."""
        if (total := self._count_dropped(cause)) is not None:
            self._logger.warning(shown_lines(text) + total)

    def error_throttled(self, cause: str, what: str, error: Exception) -> None:
        """As warn_throttled(), for an error that nobody expected: logs where it came from."""
        if (total := self._count_dropped(cause)) is not None:
            trace = "".join(traceback.format_exception(error))
            reason = shown_lines(f"{what}: {type(error).__name__}: {error}")
            self._logger.error(f"{reason}{total}\n{shown_lines(trace)}")

    def _count_dropped(self, cause: str) -> str | None:
        """End of the message; None while a recent one stands for it."""
        now = time.monotonic()
        with self._lock:
            self._counts[f"dropped: {cause}"] += 1
            total = self._counts[f"dropped: {cause}"]
            if now - self._last_warning.get(cause, -self._period_s) < self._period_s:
                return None
            self._note(cause, now)
        return "" if total == 1 else f" ({total} so far)"

    def warning(self, text: str) -> None:
        """Warn of something that is neither a drop nor likely to repeat."""
        self._logger.warning(shown_lines(text))

    def info(self, text: str) -> None:
        """Log what is worth knowing, and no trouble."""
        self._logger.info(shown_lines(text))

    def warn_once(self, cause: str, text: str) -> None:
        """Warn about `cause` the first time only; counts nothing."""
        with self._lock:
            known = cause in self._last_warning
            self._note(cause, time.monotonic())
        if not known:
            self._logger.warning(shown_lines(text))

    def inform_once(self, cause: str, text: str) -> None:
        """As warn_once(), for what is worth knowing and no trouble."""
        with self._lock:
            known = cause in self._last_warning
            self._note(cause, time.monotonic())
        if not known:
            self._logger.info(shown_lines(text))

    def counts(self) -> dict[str, int]:
        """A copy of all counters, by name."""
        with self._lock:
            return dict(sorted(self._counts.items()))

    def _note(self, cause: str, now: float) -> None:
        """Remember when a cause was reported; of too many the oldest is forgotten."""
        self._last_warning.pop(cause, None)
        self._last_warning[cause] = now
        if len(self._last_warning) > _MOST_CAUSES:
            del self._last_warning[next(iter(self._last_warning))]
