"""The stamped transforms of one edge of the tree of frames, by time."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from detailbase_core.errors import ExtrapolationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]
    Numbers = tuple[float, ...]

_ANOTHER_CLOCK_NS = 3_600_000_000_000
_JUMP_M = 0.3  # between two transforms of an edge, there and back
_MOST_JUMPS = 3  # there and back, before two publishers are suspected
_MOST_BEHIND = 2  # that are older than all history, in a row; more, and the newest one is wrong


class Stamped(NamedTuple):
    """One transform, in plain numbers: a buffer holds very many.

    Attributes:
        stamp_ns: time of validity, nanoseconds.
        translation: x y z, metres.
        rotation_xyzw: unit quaternion.
    """

    stamp_ns: int
    translation: Numbers
    rotation_xyzw: Numbers


class History:
    """The transforms child -> parent of one child frame, ordered by stamp.

    Args:
        parent: frame name.
        static: valid at all times.
    """

    def __init__(self, parent: str, static: bool) -> None:
        self.parent = parent
        self.static = static
        self.entries: deque[Stamped] = deque()
        self.jumps_m = 0.0  # how far two publishers of the edge disagree, where there are two
        self._jumps = 0
        self._behind = 0  # entries in a row that were older than the history

    @property
    def newest_ns(self) -> int:
        """Stamp of the newest transform."""
        return self.entries[-1].stamp_ns

    def insert(self, entry: Stamped, cache_ns: int) -> None:
        """Keep the order; ignore a repeated stamp; drop what is older than `cache_ns`.

        A stamp far ahead of all others may be a slip: what it would push out is kept until a
        second one agrees. One that is older than all history is left out, unless it is not alone:
        then the newer ones were wrong.
        """
        if self.static:
            self.entries.clear()
        if self.entries and self._is_behind(entry.stamp_ns, cache_ns):
            return
        confirmed = not self.entries or entry.stamp_ns <= self.newest_ns + cache_ns
        at = bisect_left(self.entries, entry.stamp_ns, key=itemgetter(0))
        if at < len(self.entries) and self.entries[at].stamp_ns == entry.stamp_ns:
            apart = math.dist(self.entries[at].translation, entry.translation)
            is_stamped = entry.stamp_ns > 0  # without stamps all would be at one time
            self._count_jump(apart if is_stamped and apart > _JUMP_M else 0.0)
            return
        self.entries.insert(at, entry)
        if not self.static and 2 <= at == len(self.entries) - 1:
            a, b, c = (self.entries[k].translation for k in (-3, -2, -1))
            there, back = math.dist(a, b), math.dist(b, c)
            there_and_back = min(there, back) > max(_JUMP_M, 5.0 * math.dist(a, c))
            self._count_jump(there if there_and_back else 0.0)
        while confirmed and self.entries[0].stamp_ns < self.newest_ns - cache_ns:
            self.entries.popleft()

    def _is_behind(self, stamp_ns: int, cache_ns: int) -> bool:
        """Whether to leave a stamp out; drops newer entries where they were wrong."""
        if stamp_ns >= self.newest_ns - cache_ns:
            self._behind = 0
            return False
        alone = len(self.entries) == 1 or self.entries[-2].stamp_ns < self.newest_ns - cache_ns
        fits = len(self.entries) > 1 and stamp_ns >= self.entries[-2].stamp_ns - cache_ns
        self._behind += 1
        if self._behind <= _MOST_BEHIND and not (alone and fits):
            return True
        while self.entries and self.newest_ns > stamp_ns + cache_ns:
            self.entries.pop()
        self._behind = 0
        return False

    def _count_jump(self, metres: float) -> None:
        if metres:
            self._jumps += 1
            if self._jumps >= _MOST_JUMPS:
                self.jumps_m = metres

    def at(self, stamp_ns: int, child: str, cache_ns: int) -> Matrix:
        """(4, 4) child -> parent.

        Raises:
            ExtrapolationError: no transforms on both sides of `stamp_ns`, or `cache_ns` apart.
        """
        if self.static:
            return rigid_matrix(*self.entries[0][1:])
        at = bisect_left(self.entries, stamp_ns, key=itemgetter(0))
        if at < len(self.entries) and self.entries[at].stamp_ns == stamp_ns:
            return rigid_matrix(*self.entries[at][1:])
        inside = 0 < at < len(self.entries)
        if inside and self.entries[at].stamp_ns - self.entries[at - 1].stamp_ns <= cache_ns:
            return _interpolate(self.entries[at - 1], self.entries[at], stamp_ns)
        first = self.entries[0].stamp_ns
        last = self.entries[at - 1].stamp_ns if inside else self.newest_ns
        side = "past" if at == 0 else "future"
        raise ExtrapolationError(
            f"{child!r} in {self.parent!r} at {stamp_ns / 1e9:.6f} s would be extrapolation "
            f"into the {side}: transforms reach from {first / 1e9:.6f} to {last / 1e9:.6f} s"
            f"{_why_apart(stamp_ns, first, last)}"
        )


def _why_apart(stamp_ns: int, first_ns: int, last_ns: int) -> str:
    """Likely cause of stamps that lie hours apart; "" for others."""
    if last_ns == 0 < stamp_ns:
        return "; they have no stamp: fill header.stamp, or publish them on /tf_static"
    if max(first_ns - stamp_ns, stamp_ns - last_ns) > _ANOTHER_CLOCK_NS:
        return "; these are different clocks: give both the same"
    return ""


def rigid_matrix(translation: Sequence[float], rotation_xyzw: Sequence[float]) -> Matrix:
    """(4, 4) transform of a translation, metres, and a quaternion."""
    return _matrix(translation, Rotation.from_quat(rotation_xyzw))


def _matrix(translation: Sequence[float] | NDArray[np.float64], rotation: Rotation) -> Matrix:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation.as_matrix()
    matrix[:3, 3] = translation
    return matrix


def _interpolate(before: Stamped, after: Stamped, stamp_ns: int) -> Matrix:
    part = (stamp_ns - before.stamp_ns) / (after.stamp_ns - before.stamp_ns)
    rotations = Rotation.from_quat([before.rotation_xyzw, after.rotation_xyzw])
    a, b = np.array(before.translation), np.array(after.translation)
    return _matrix((1.0 - part) * a + part * b, Slerp([0.0, 1.0], rotations)(part))
