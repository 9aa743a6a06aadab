"""Percentiles of recent durations."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_REMEMBERED = 200


class Latencies:
    """The last durations of each stage. Thread-safe."""

    def __init__(self) -> None:
        self._seconds: dict[str, deque[float]] = defaultdict(partial(deque, maxlen=_REMEMBERED))
        self._lock = threading.Lock()

    def add(self, stages: Mapping[str, float]) -> None:
        """Remember one duration, in seconds, of each stage named."""
        with self._lock:
            for name, seconds in stages.items():
                self._seconds[name].append(seconds)

    def percentiles(self) -> dict[str, str]:
        """Milliseconds of the last 200 of each stage: "scene p50 (ms)", "scene p95 (ms)", ..."""
        with self._lock:
            ordered = {name: sorted(seconds) for name, seconds in self._seconds.items()}
        return {
            f"{name} p{percent} (ms)": f"{1e3 * _nearest(seconds, percent):.1f}"
            for name, seconds in ordered.items()
            for percent in (50, 95)
        }


def _nearest(ordered: list[float], percent: int) -> float:
    """The smallest value that `percent` of all do not exceed."""
    return ordered[-(-len(ordered) * percent // 100) - 1]
