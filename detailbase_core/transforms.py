"""A buffer of stamped transforms between frames.

Same answers as tf2's BufferCore: a list of stamped transforms per child frame, ten seconds
long, linear in the translation and slerp in the rotation between the two neighbours, and no
guesses outside them.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from detailbase_core.errors import (
    BadTransformError,
    ExtrapolationError,
    FramesNotConnectedError,
    LookupFailed,
    UnknownFrameError,
    shown,
)
from detailbase_core.transform_history import History, Stamped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_BACK_NS = 3_000_000_000  # no transform is so late while time goes on
_NEAR_NS = 1_000_000_000
_MOST_STALE = 5  # more in a row, and time did jump ahead
_FARTHEST_M = 1e9
_QUATERNION_TOLERANCE = 1e-2  # on the squared norm, as in tf2
_MAX_DEPTH = 1000  # of the tree, as in tf2
_MAX_NAME = 256  # characters
# No robot has as many; they keep others from filling the memory. Of moving frames those go that
# were not heard of for longest.
_MAX_MOVING = _MAX_STATIC = 4000
_MAX_ENTRIES = 250_000
_MAX_FAULTS, _MAX_PARENTS, _MAX_LISTED = 100, 8, 20


class StampedTransform(NamedTuple):
    """Pose of `child` in `parent`, as tf2_msgs/TFMessage has it; unpacks into TransformBuffer.set.

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


def invert(matrix: Matrix) -> Matrix:
    """The inverse of a rigid (4, 4) transform."""
    inverse = np.eye(4)
    inverse[:3, :3] = matrix[:3, :3].T
    inverse[:3, 3] = -matrix[:3, :3].T @ matrix[:3, 3]
    return inverse


class TransformSource(Protocol):
    """Source of poses. Look-ups never wait."""

    def lookup(self, target: str, source: str, stamp_ns: int) -> Matrix:
        """(4, 4) transform from `source` to `target` at `stamp_ns`; raises LookupFailed."""
        ...

    @property
    def frames(self) -> tuple[str, ...]:
        """All frames heard of."""
        ...


class TransformBuffer:
    """Transforms by time. Thread-safe.

    Args:
        cache_time_s: how much history each edge keeps behind its newest transform, seconds.
        max_entries: transforms kept altogether; beyond it each edge keeps no more than it has.
    """

    def __init__(self, cache_time_s: float = 10.0, max_entries: int = _MAX_ENTRIES) -> None:
        self._cache_ns, self._max_entries = int(cache_time_s * 1e9), max_entries
        self._edges: dict[str, History] = {}  # by child
        self._moving: dict[str, None] = {}  # children, the one heard of last at the end
        self._frames: Counter[str] = Counter()  # name -> how many edges name it; by appearance
        self._count = 0  # of transforms in all edges
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
        """Faults of the tree as it was heard so far, for people: a frame with two
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
            self._drop_moving()

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
                self._note_fault(
                    child,
                    "kinds",
                    f"{parent!r} -> {child!r} is published as moving and as static: the moving "
                    "transforms are taken; stop the static publisher",
                )
                if static:
                    return
            if edge is None or edge.parent != parent or edge.static != static:
                edge = self._new_edge(parent, child, static)
            before = len(edge.entries)
            edge.insert(entry, self._cache_ns)
            self._count += len(edge.entries) - before
            if not static:
                self._moving[child] = self._moving.pop(child, None)  # to the end
                self._keep_small(edge)
            if edge.jumps_m:
                self._note_fault(
                    child,
                    "publishers",
                    f"two publishers of {parent!r} -> {child!r} disagree by {edge.jumps_m:.2f} m; "
                    "stop one of them (two odometries, say, or a robot and its simulation)",
                )

    def _new_edge(self, parent: str, child: str, static: bool) -> History:
        if static and len(self._edges) - len(self._moving) >= _MAX_STATIC:
            raise BadTransformError(f"{child!r}: there are {_MAX_STATIC} static frames already")
        old = self._edges.get(child)
        edge = self._edges[child] = History(parent, static)
        self._note_parent(parent, child, old is not None and (static or old.static))
        if old is None:
            self._frames[child] += 1
        else:
            self._count -= len(old.entries)
            self._moving.pop(child, None)
        if self._frames[child] > 1:  # a circle goes through the child's own children
            self._look_for_circle(parent, child)
        return edge

    def _drop_edge(self, child: str) -> None:
        """Forget an edge, and its frames where nothing else names them."""
        self._count -= len(self._edges.pop(child).entries)
        self._moving.pop(child, None)
        for frame in (child, *self._parents.pop(child)):
            self._release(frame)

    def _release(self, frame: str) -> None:
        self._frames[frame] -= 1
        if not self._frames[frame]:
            del self._frames[frame]

    def _drop_moving(self) -> None:
        for child in tuple(self._moving):
            self._drop_edge(child)

    def _keep_small(self, edge: History) -> None:
        """Hold the limits after `edge`, of a moving frame, has grown."""
        if self._count > self._max_entries and len(edge.entries) > 2:
            edge.entries.popleft()
            self._count -= 1
        if len(self._moving) > _MAX_MOVING:
            self._drop_edge(next(iter(self._moving)))

    def _note_fault(self, child: str, kind: str, text: str) -> None:
        """Remember what is wrong; of too many faults the oldest is forgotten."""
        self._faults[child, kind] = text
        if len(self._faults) > _MAX_FAULTS:
            del self._faults[next(iter(self._faults))]

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
                self._drop_moving()
                self._newest_ns = 0
        self._stale = 0
        self._newest_ns = max(self._newest_ns, stamp_ns)

    def _note_parent(self, parent: str, child: str, is_fixed: bool) -> None:
        """Look for a frame that goes back to an earlier parent, or leaves one that `is_fixed`."""
        parents = self._parents.setdefault(child, {})
        is_back = parent in parents and len(parents) > 1
        if parent not in parents:
            parents[parent] = None
            self._frames[parent] += 1
        if is_back or (is_fixed and len(parents) > 1):
            listed = " and ".join(repr(p) for p in parents)
            self._note_fault(
                child,
                "parents",
                f"{child!r} has two parents, {listed}: a frame may have one; stop one of the "
                "publishers",
            )
        if len(parents) > _MAX_PARENTS:
            oldest = next(iter(parents))
            del parents[oldest]
            self._release(oldest)

    def _look_for_circle(self, parent: str, child: str) -> None:
        chain = self._ancestors(parent)
        if child in chain:
            circle = " -> ".join(repr(f) for f in (child, *chain[: chain.index(child) + 1]))
            self._note_fault(
                child,
                "circle",
                f"transforms go round in a circle: {shown(circle)}; each frame needs one parent, "
                "and one frame none",
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
        """Fault of the chains of some frames, in words."""
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
                raise UnknownFrameError(
                    f"frame {frame!r} does not exist; known frames: {listed_frames(self._frames)}"
                )

    def _ancestors(self, frame: str) -> list[str]:
        """`frame`, its parent, ... up to the root.

        Stops where it would go round in a circle, and at _MAX_DEPTH.
        """
        chain = [frame]
        seen = {frame}
        while (
            len(chain) <= _MAX_DEPTH
            and (edge := self._edges.get(chain[-1]))
            and edge.parent not in seen
        ):
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
                reached[parent] = (
                    self._edges[child].at(stamp_ns, child, self._cache_ns) @ reached[child]
                )
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
) -> Stamped:
    where = f"transform {shown(parent, _MAX_NAME)!r} -> {shown(child, _MAX_NAME)!r}"
    if not parent or not child or parent == child:
        raise BadTransformError(f"{where}: needs two different, non-empty frame names")
    if max(len(parent), len(child)) > _MAX_NAME:
        raise BadTransformError(f"{where}: a frame name has {_MAX_NAME} characters at most")
    position, quaternion = tuple(map(float, translation)), tuple(map(float, rotation_xyzw))
    if not all(map(math.isfinite, position + quaternion)):
        raise BadTransformError(f"{where}: has NaN or infinite numbers; fix its publisher")
    if max(map(abs, position)) > _FARTHEST_M:
        raise BadTransformError(
            f"{where}: is {max(map(abs, position)):.3g} m away, beyond any robot; fix its publisher"
        )
    if abs(sum(q * q for q in quaternion) - 1.0) > _QUATERNION_TOLERANCE:
        raise BadTransformError(
            f"{where}: rotation {list(quaternion)} is no unit quaternion; fix its publisher"
        )
    return Stamped(stamp_ns, position, quaternion)


def listed_frames(frames: Iterable[str]) -> str:
    """Frame names for a text, sorted; of very many only some."""
    frames = iter(frames)
    some = sorted(islice(frames, _MAX_LISTED))
    more = sum(1 for _ in frames)
    return shown(", ".join(some) + (f" and {more} more" if more else "") or "none yet")


def _not_connected(target: str, source: str) -> FramesNotConnectedError:
    return FramesNotConnectedError(
        f"frames {target!r} and {source!r} are in separate trees; publish the transform that "
        "joins them"
    )
