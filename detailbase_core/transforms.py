"""A buffer of stamped transforms between frames, for places without tf2_ros.

Same answers as tf2's BufferCore: a list of stamped transforms per child frame, ten seconds
long, linear in the translation and slerp in the rotation between the two neighbours, and no
guesses outside them.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from detailbase_core.errors import (
    BadTransformError,
    ExtrapolationError,
    FramesNotConnectedError,
    LookupFailed,
    UnknownFrameError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_BACK_NS = 3_000_000_000  # no transform is so late while time goes on
_NEAR_NS = 1_000_000_000
_MOST_STALE = 5  # more in a row, and time did jump ahead
_JUMP_M = 0.3  # between two transforms of an edge, there and back
_MOST_JUMPS = 3  # there and back, before two publishers are suspected
_QUATERNION_TOLERANCE = 1e-2  # on the squared norm, as in tf2


class StampedTransform(NamedTuple):
    """Where `child` is in `parent`, as tf2_msgs/TFMessage has it; unpacks into TransformBuffer.set.

    Attributes:
        parent, child: frame names.
        stamp_ns: time of validity, nanoseconds.
        translation: (x, y, z) of the child's origin in the parent, metres.
        rotation_xyzw: quaternion of the child's axes in the parent.
        static: valid at all times.
    """

    parent: str
    child: str
    stamp_ns: int
    translation: tuple[float, float, float]
    rotation_xyzw: tuple[float, float, float, float]
    static: bool


class _Stamped(NamedTuple):
    stamp_ns: int
    translation: NDArray[np.float64]
    rotation: Rotation


class _Edge:
    """The transforms child -> parent of one child frame, ordered by stamp."""

    def __init__(self, parent: str, static: bool) -> None:
        self.parent = parent
        self.static = static
        self.entries: deque[_Stamped] = deque()
        self.jumps_m = 0.0  # how far two publishers of the edge disagree, where there are two
        self._jumps = 0

    @property
    def newest_ns(self) -> int:
        return self.entries[-1].stamp_ns

    def insert(self, entry: _Stamped, cache_ns: int) -> None:
        """Keep the order; drop what is older than `cache_ns`; ignore a repeated stamp."""
        if self.static:
            self.entries.clear()
        at = bisect_left(self.entries, entry.stamp_ns, key=itemgetter(0))
        if at < len(self.entries) and self.entries[at].stamp_ns == entry.stamp_ns:
            apart = float(np.linalg.norm(self.entries[at].translation - entry.translation))
            self._count_jump(apart if apart > _JUMP_M else 0.0)
            return
        self.entries.insert(at, entry)
        if not self.static and 2 <= at == len(self.entries) - 1:
            a, b, c = (self.entries[k].translation for k in (-3, -2, -1))
            there, back = float(np.linalg.norm(a - b)), float(np.linalg.norm(b - c))
            there_and_back = min(there, back) > max(_JUMP_M, 5.0 * float(np.linalg.norm(a - c)))
            self._count_jump(there if there_and_back else 0.0)
        while self.entries[0].stamp_ns < self.newest_ns - cache_ns:
            self.entries.popleft()

    def _count_jump(self, metres: float) -> None:
        if metres:
            self._jumps += 1
            if self._jumps >= _MOST_JUMPS:
                self.jumps_m = metres

    def at(self, stamp_ns: int, child: str) -> Matrix:
        """(4, 4) child -> parent.

        Raises:
            ExtrapolationError: no transforms on both sides of `stamp_ns`.
        """
        if self.static:
            return _matrix(self.entries[0].translation, self.entries[0].rotation)
        at = bisect_left(self.entries, stamp_ns, key=itemgetter(0))
        if at < len(self.entries) and self.entries[at].stamp_ns == stamp_ns:
            return _matrix(self.entries[at].translation, self.entries[at].rotation)
        if at == 0 or at == len(self.entries):
            first, last = self.entries[0].stamp_ns, self.newest_ns
            side = "past" if at == 0 else "future"
            raise ExtrapolationError(
                f"{child!r} in {self.parent!r} at {stamp_ns / 1e9:.6f} s would be extrapolation "
                f"into the {side}: transforms reach from {first / 1e9:.6f} to {last / 1e9:.6f} s"
            )
        return _interpolate(self.entries[at - 1], self.entries[at], stamp_ns)


def _matrix(translation: NDArray[np.float64], rotation: Rotation) -> Matrix:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation.as_matrix()
    matrix[:3, 3] = translation
    return matrix


def _interpolate(before: _Stamped, after: _Stamped, stamp_ns: int) -> Matrix:
    part = (stamp_ns - before.stamp_ns) / (after.stamp_ns - before.stamp_ns)
    rotations = Rotation.concatenate([before.rotation, after.rotation])
    translation = (1.0 - part) * before.translation + part * after.translation
    return _matrix(translation, Slerp([0.0, 1.0], rotations)(part))


def rigid_transform(translation: Sequence[float], rotation_xyzw: Sequence[float]) -> Matrix:
    """(4, 4) transform of a translation, metres, and a quaternion."""
    return _matrix(np.asarray(translation, np.float64), Rotation.from_quat(rotation_xyzw))


def invert(matrix: Matrix) -> Matrix:
    """The inverse of a rigid (4, 4) transform."""
    inverse = np.eye(4)
    inverse[:3, :3] = matrix[:3, :3].T
    inverse[:3, 3] = -matrix[:3, :3].T @ matrix[:3, 3]
    return inverse


class TransformSource(Protocol):
    """Where poses come from. Look-ups never wait."""

    def lookup(self, target: str, source: str, stamp_ns: int) -> Matrix:
        """(4, 4) transform from `source` to `target` at `stamp_ns`; raises LookupFailed."""
        ...

    @property
    def frames(self) -> tuple[str, ...]:
        """All frames heard of."""
        ...

    def clear(self) -> None:
        """Forget what is not static."""
        ...


class TransformBuffer:
    """Transforms by time. Thread-safe.

    Args:
        cache_time_s: how much history each edge keeps behind its newest transform, seconds.
    """

    def __init__(self, cache_time_s: float = 10.0) -> None:
        self._cache_ns = int(cache_time_s * 1e9)
        self._edges: dict[str, _Edge] = {}
        self._frames: dict[str, None] = {}  # insertion-ordered set
        self._faults: dict[tuple[str, str], str] = {}
        self._parents: dict[str, dict[str, None]] = {}  # of each frame, all that it had
        self._before_ns = 0  # newest stamp before the last clear()
        self._newest_ns = 0  # since then
        self._stale = 0  # transforms in a row that were dropped as late
        self._lock = threading.Lock()

    @property
    def frames(self) -> tuple[str, ...]:
        """Every frame heard of, in order of appearance."""
        with self._lock:
            return tuple(self._frames)

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the tree as it was heard so far, for people: a frame with two
        parents, a circle, two publishers of one edge, one that is static and moving.
        """
        with self._lock:
            return tuple(self._faults.values())

    def clear(self) -> None:
        """Forget everything but the static transforms (after a jump of time).

        Late transforms of the time before are dropped from then on.
        """
        with self._lock:
            movers = [edge for edge in self._edges.values() if not edge.static]
            self._before_ns = max((edge.newest_ns for edge in movers), default=0)
            self._newest_ns, self._stale = 0, 0
            self._edges = {child: edge for child, edge in self._edges.items() if edge.static}
            self._frames = dict.fromkeys(
                frame for child, edge in self._edges.items() for frame in (edge.parent, child)
            )

    def set(
        self,
        parent: str,
        child: str,
        stamp_ns: int,
        translation: Sequence[float],
        rotation_xyzw: Sequence[float],
        static: bool,
    ) -> None:
        """Store where `child` is in `parent`.

        Args:
            parent, child: frame names (a leading slash is ignored).
            stamp_ns: time of validity, nanoseconds; of no meaning where `static`.
            translation: (x, y, z) of the child's origin in the parent, metres.
            rotation_xyzw: unit quaternion of the child's axes in the parent.
            static: valid at all times.

        Raises:
            BadTransformError: not finite, no unit quaternion, child and parent are the same, or a
                late one of before clear().
        """
        parent, child = parent.lstrip("/"), child.lstrip("/")
        entry = _checked(parent, child, stamp_ns, translation, rotation_xyzw)
        with self._lock:
            if not static:
                self._drop_late(child, stamp_ns)
            edge = self._edges.get(child)
            if edge is not None and edge.parent == parent and edge.static != static:
                self._faults[child, "kinds"] = (
                    f"{parent!r} -> {child!r} is published as moving and as static: the moving "
                    "transforms are taken; stop the static publisher"
                )
                if static:
                    return
            if edge is None or edge.parent != parent or edge.static != static:
                edge = self._edges[child] = _Edge(parent, static)
                self._note_parent(parent, child)
            self._frames.setdefault(parent)
            self._frames.setdefault(child)
            edge.insert(entry, self._cache_ns)
            if edge.jumps_m:
                self._faults[child, "publishers"] = (
                    f"two publishers of {parent!r} -> {child!r} disagree by {edge.jumps_m:.2f} m; "
                    "stop one of them (two odometries, say, or a robot and its simulation)"
                )

    def _drop_late(self, child: str, stamp_ns: int) -> None:
        """Raise BadTransformError for a transform of the time before clear()."""
        if self._before_ns:
            is_before = stamp_ns <= self._before_ns + _NEAR_NS
            if self._newest_ns and is_before and stamp_ns > self._newest_ns + _BACK_NS:
                self._stale += 1
                if self._stale <= _MOST_STALE:
                    raise BadTransformError(
                        f"{child!r} came late, of before time went back: left out"
                    )
            if stamp_ns < self._newest_ns - _BACK_NS:
                # The first ones after clear() were late, and this one is of the new time.
                self._edges = {c: edge for c, edge in self._edges.items() if edge.static}
                self._newest_ns = 0
        self._stale = 0
        self._newest_ns = max(self._newest_ns, stamp_ns)

    def _note_parent(self, parent: str, child: str) -> None:
        """Look for a circle, and for a frame that goes back to an earlier parent."""
        parents = self._parents.setdefault(child, {})
        if parent in parents and len(parents) > 1:
            listed = " and ".join(repr(p) for p in parents)
            self._faults[child, "parents"] = (
                f"{child!r} has two parents, {listed}: a frame may have one; stop one of the "
                "publishers"
            )
        parents[parent] = None
        chain = self._ancestors(parent)
        if child in chain:
            circle = " -> ".join(repr(f) for f in (child, *chain[: chain.index(child) + 1]))
            self._faults[child, "circle"] = (
                f"transforms go round in a circle: {circle}; each frame needs one parent, and one "
                "frame none"
            )

    def lookup(self, target: str, source: str, stamp_ns: int) -> Matrix:
        """The transform that takes points from `source` to `target` at `stamp_ns`.

        Args:
            target, source: frame names.
            stamp_ns: nanoseconds; 0 asks for the newest time that all edges have in common.

        Returns:
            (4, 4) float64.

        Raises:
            UnknownFrameError, FramesNotConnectedError, ExtrapolationError: see each; all are
                LookupFailed.
        """
        target, source = target.lstrip("/"), source.lstrip("/")
        with self._lock:
            try:
                if stamp_ns == 0:
                    stamp_ns = self._newest_common_ns(target, source)
                return self._lookup(target, source, stamp_ns)
            except LookupFailed as error:
                faults = self._faults_between(target, source)
                if not faults:
                    raise
                raise type(error)(f"{'; '.join(faults)} ({error})") from None

    def _faults_between(self, *frames: str) -> list[str]:
        """What is wrong with the chains of some frames."""
        chain = {f for frame in frames for f in self._ancestors(frame)}
        chain |= {parent for frame in tuple(chain) for parent in self._parents.get(frame, ())}
        return [fault for (child, _), fault in self._faults.items() if child in chain]

    def newest_common_ns(self, target: str, source: str) -> int:
        """The newest stamp at which `lookup` can answer; 0 where every edge is static.

        Raises:
            UnknownFrameError, FramesNotConnectedError: as `lookup`.
        """
        with self._lock:
            return self._newest_common_ns(target.lstrip("/"), source.lstrip("/"))

    def _require_known(self, *frames: str) -> None:
        for frame in frames:
            if frame not in self._frames:
                known = ", ".join(sorted(self._frames)) or "none yet"
                raise UnknownFrameError(f"frame {frame!r} does not exist; known frames: {known}")

    def _ancestors(self, frame: str) -> list[str]:
        """`frame`, its parent, ... up to the root; stops where it would go round in a circle."""
        chain = [frame]
        seen = {frame}
        while (edge := self._edges.get(chain[-1])) and edge.parent not in seen:
            chain.append(edge.parent)
            seen.add(edge.parent)
        return chain

    def _newest_common_ns(self, target: str, source: str) -> int:
        self._require_known(target, source)
        up, down = self._ancestors(source), self._ancestors(target)
        if up[-1] != down[-1] and target not in up and source not in down:
            raise _not_connected(target, source)
        # Frames above the meeting point are on both chains, and none of them matters.
        joined = set(up[: up.index(target)]) if target in up else set(up) ^ set(down)
        movers = [self._edges[f] for f in joined if f in self._edges]
        return min((edge.newest_ns for edge in movers if not edge.static), default=0)

    def _walk(self, frame: str, stamp_ns: int) -> tuple[dict[str, Matrix], Exception | None]:
        """frame -> each ancestor that can be reached at `stamp_ns`, and what stopped the walk."""
        reached = {frame: np.eye(4)}
        for child, parent in zip(chain := self._ancestors(frame), chain[1:], strict=False):
            try:
                reached[parent] = self._edges[child].at(stamp_ns, child) @ reached[child]
            except ExtrapolationError as error:
                return reached, error
        return reached, None

    def _lookup(self, target: str, source: str, stamp_ns: int) -> Matrix:
        self._require_known(target, source)
        from_source, source_stop = self._walk(source, stamp_ns)
        if target in from_source:  # as tf2, also where frames go round in a circle
            return from_source[target]
        from_target, target_stop = self._walk(target, stamp_ns)
        for frame, source_to_frame in from_source.items():
            if frame in from_target:
                return invert(from_target[frame]) @ source_to_frame
        raise source_stop or target_stop or _not_connected(target, source)


def _checked(
    parent: str,
    child: str,
    stamp_ns: int,
    translation: Sequence[float],
    rotation_xyzw: Sequence[float],
) -> _Stamped:
    where = f"transform {parent!r} -> {child!r}"
    if not parent or not child or parent == child:
        raise BadTransformError(f"{where}: needs two different, non-empty frame names")
    position = np.array(translation, dtype=np.float64)
    quaternion = np.array(rotation_xyzw, dtype=np.float64)
    if not (np.isfinite(position).all() and np.isfinite(quaternion).all()):
        raise BadTransformError(f"{where}: has NaN or infinite numbers; fix its publisher")
    if abs(float(quaternion @ quaternion) - 1.0) > _QUATERNION_TOLERANCE:
        raise BadTransformError(
            f"{where}: rotation {quaternion.tolist()} is no unit quaternion; fix its publisher"
        )
    return _Stamped(stamp_ns, position, Rotation.from_quat(quaternion))


def _not_connected(target: str, source: str) -> FramesNotConnectedError:
    return FramesNotConnectedError(
        f"frames {target!r} and {source!r} are in separate trees; publish the transform that "
        "joins them"
    )
