"""Notices that time went back: a simulation was reset, or a recording is played again.

A step of less than three seconds is taken for messages that came late, and so is a longer one that
the frame's next message does not confirm. What would tell a reset and a short delay apart is that
after a reset no stamp of before comes again; but those that are late may come alone, too (of two
publishers one pauses), and a map that is thrown away costs more than scans of three seconds that
lie where the robot stood up to three seconds before.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from detailbase_core.transforms import StampedTransform

BACK_NS = 3_000_000_000  # further back than any message is late
_NEAR_NS = 1_000_000_000
_MOST_STALE = 5  # more in a row, and time did jump ahead
_MOST_STEPS = 2  # back in time for each reset: more, and the file is in no order at all
_CLOCK = ""  # no frame is called so
_MOST_FRAMES = 1000  # names made up by others fill no memory


class Order(enum.Enum):
    """Order of a message's stamp among those before it."""

    ON = "goes on"
    HELD = "went back: the next message of its frame tells whether time did"
    RESET = "time went back: all before it belongs to another run"
    STALE = "a late message of the run before"


class Sorted(NamedTuple):
    """Verdict on a transform.

    Attributes:
        order: its own.
        usable: transforms to store now, in their order; after a RESET in another run.
        late: transforms that turned out late, to leave out.
    """

    order: Order
    usable: tuple[StampedTransform, ...]
    late: tuple[StampedTransform, ...]


class TimeResets:
    """Follows the stamps of moving frames, each by itself: their clocks may differ.

    Clouds are not asked: they may be out of order, and without moving frames it does not matter.

    Attributes:
        count: resets so far.
    """

    def __init__(self) -> None:
        self.count = 0
        self._newest: dict[str, int] = {}
        self._before_ns: int | None = None  # the newest of the run before
        self._leaps: dict[str, int] = {}  # newest before a frame's last stamp, if far off
        self._held: dict[str, StampedTransform | None] = {}  # by frame; of the run that may begin
        self._stale = 0

    def sort(self, transform: StampedTransform) -> Sorted:
        """Take in a transform of a moving frame."""
        before = dict(self._held)
        order = self.observe(transform.child, transform.stamp_ns)
        if order is Order.HELD:
            self._held[transform.child] = transform
            return Sorted(order, (), ())
        if order is Order.RESET:
            return Sorted(order, (*filter(None, before.values()), transform), ())
        held = before.get(transform.child)
        late = (held,) if held is not None and transform.child not in self._held else ()
        if order is Order.STALE:
            return Sorted(order, (), (*late, transform))
        return Sorted(order, (transform,), late)

    def observe(self, frame: str, stamp_ns: int) -> Order:
        """Take in the stamp of a moving frame's transform, nanoseconds; 0 (none) goes on."""
        if stamp_ns <= 0:
            return Order.ON
        newest = self._newest.get(frame)
        settled = self._leaps.pop(frame, None)
        if newest is not None and frame in self._held and stamp_ns < newest:
            self._before_ns = max(self._newest.values())
            self._begin({frame: stamp_ns})
            return Order.RESET
        if newest is not None and stamp_ns < newest - BACK_NS:
            if settled is not None and stamp_ns >= settled - BACK_NS:
                self._newest[frame] = max(stamp_ns, settled)  # the one before was a slip ahead
                return Order.ON
            self._held[frame] = None
            return Order.HELD
        self._held.pop(frame, None)
        if self._stale < _MOST_STALE and self.is_of_before(stamp_ns):
            self._stale += 1
            return Order.STALE
        self._stale = 0
        if newest is not None and stamp_ns > newest + BACK_NS:
            self._leaps[frame] = newest
        self._newest[frame] = max(stamp_ns, newest or 0)
        if len(self._newest) > _MOST_FRAMES:
            self._forget_half()
        return Order.ON

    def begin_at(self, now_ns: int) -> None:
        """Begin another run at a time that somebody else (/clock) knows, nanoseconds."""
        if self._newest:
            self._before_ns = max(*self._newest.values(), self._before_ns or 0)
        self._begin({_CLOCK: now_ns})

    def is_of_before(self, stamp_ns: int) -> bool:
        """Whether a stamp belongs to the run before the last reset rather than to this one."""
        if self._before_ns is None:
            return False
        now = max(self._newest.values())
        return now + BACK_NS < stamp_ns <= self._before_ns + _NEAR_NS

    def _forget_half(self) -> None:
        """Forget the frames that have been silent for longest."""
        frames = sorted(self._newest, key=self._newest.__getitem__)
        kept = set(frames[len(frames) // 2 :])
        for known in (self._newest, self._leaps, self._held):
            for frame in [frame for frame in known if frame not in kept]:
                del known[frame]

    def _begin(self, newest: dict[str, int]) -> None:
        self._newest, self._leaps, self._held = newest, {}, {}
        self.count, self._stale = self.count + 1, 0


class RunStarts:
    """Places in a recording's order of writing where the times of recording go back.

    A recorder that goes by simulated time writes times that begin anew after a reset. In order of
    these times its two runs would be one, of messages that contradict each other.
    """

    def __init__(self) -> None:
        self._resets, self._steps_back = TimeResets(), 0
        self._last: dict[str, int] = {}
        self._held: dict[str, tuple[int, int]] = {}
        self._found: list[tuple[int, int]] = []

    def note(self, topic: str, time_ns: int, place: tuple[int, int]) -> None:
        """Take in a message of a topic of transforms, in order of writing."""
        self._steps_back += time_ns < self._last.get(topic, 0) - _NEAR_NS
        self._last[topic] = time_ns
        order = self._resets.observe(topic, time_ns)
        if order is Order.HELD:
            self._held[topic] = place
        elif order is Order.RESET:
            self._found.append(self._held[topic])

    def found(self) -> list[tuple[int, int]]:
        """Places of the first messages of later runs; none of a file without any order."""
        is_ordered = self._steps_back <= _MOST_STEPS * len(self._found)
        return sorted(self._found) if is_ordered else []
