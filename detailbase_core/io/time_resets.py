"""Notices that time went back: a simulation was reset, or a recording is played again.

A step of less than three seconds is taken for messages that came late. What would tell the two
apart is that after a reset no stamp of before comes again; but those that are late may come alone,
too (of two publishers one pauses), and a map that is thrown away costs more than scans of three
seconds that lie where the robot stood up to three seconds before.
"""

from __future__ import annotations

import enum

BACK_NS = 3_000_000_000  # further back than any message is late
_NEAR_NS = 1_000_000_000
_MOST_STALE = 5  # more in a row, and time did jump ahead
_CLOCK = ""  # no frame is called so


class Order(enum.Enum):
    """Order of a message's stamp among those before it."""

    ON = "goes on"
    RESET = "time went back: all before it belongs to another run"
    STALE = "a late message of the run before"


class TimeResets:
    """Follows the stamps of moving frames, each by itself: their clocks may differ.

    Clouds are not asked: they may be out of order, and without moving frames it does not matter.

    Attributes:
        count: resets so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self._newest: dict[str, int] = {}
        self._before: dict[str, int] = {}  # newest of each frame in the run before
        self._stale = 0

    def observe(self, frame: str, stamp_ns: int) -> Order:
        """Take in the stamp of a moving frame's transform, nanoseconds; 0 (none) goes on."""
        if stamp_ns <= 0:
            return Order.ON
        newest = self._newest.get(frame)
        if newest is not None and stamp_ns < newest - BACK_NS:
            self._before = {**self._before, **self._newest}
            self._newest = {frame: stamp_ns}
            self.count, self._stale = self.count + 1, 0
            return Order.RESET
        if self._stale < _MOST_STALE and self.is_of_before(stamp_ns):
            self._stale += 1
            return Order.STALE
        self._stale = 0
        self._newest[frame] = max(stamp_ns, newest or 0)
        return Order.ON

    def begin_at(self, now_ns: int) -> None:
        """Begin another run at a time that somebody else (/clock) knows, nanoseconds."""
        for frame, stamp_ns in self._newest.items():
            self._before[frame] = max(stamp_ns, self._before.get(frame, 0))
        self._newest = {_CLOCK: now_ns}
        self.count, self._stale = self.count + 1, 0

    def is_of_before(self, stamp_ns: int) -> bool:
        """Whether a stamp belongs to the run before the last reset rather than to this one."""
        if not self._before:
            return False
        now, before = max(self._newest.values()), max(self._before.values())
        return now + BACK_NS < stamp_ns <= before + _NEAR_NS
