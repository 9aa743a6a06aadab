"""Random trees of frames, sound and with faults, against the rules of tf2's BufferCore."""

from __future__ import annotations

import contextlib
import itertools
import re
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation, Slerp

from detailbase_core.errors import (
    BadTransformError,
    ExtrapolationError,
    FramesNotConnectedError,
    LookupFailed,
    UnknownFrameError,
)
from detailbase_core.transforms import TransformBuffer

SECOND = 1_000_000_000
LATE = 5 * SECOND // 2  # by which messages may be late: later ones of their edge come before
EXAMPLES = settings(max_examples=40, deadline=None)


@dataclass
class Edge:
    """A frame in its parent: it drives straight on and turns evenly, or stands where static."""

    parent: str
    child: str
    velocity: np.ndarray
    turning: np.ndarray
    stamps: list[int]
    static: bool

    def at(self, stamp_ns: int) -> np.ndarray:
        """(4, 4), from the entries on both sides: what tf2 interpolates."""
        if self.static:
            return self._entry(self.stamps[0])
        stamps = sorted(self.stamps)
        if not stamps[0] <= stamp_ns <= stamps[-1]:
            raise ExtrapolationError(self.child)
        after = next(s for s in stamps if s >= stamp_ns)
        before = max(s for s in stamps if s <= stamp_ns)
        if before == after:
            return self._entry(after)
        a, b = self._entry(before), self._entry(after)
        part = (stamp_ns - before) / (after - before)
        mixed = (1 - part) * a + part * b
        turns = Rotation.from_matrix(np.stack([a[:3, :3], b[:3, :3]]))
        mixed[:3, :3] = Slerp([0, 1], turns)(part).as_matrix()
        return mixed

    def _entry(self, stamp_ns: int) -> np.ndarray:
        seconds = stamp_ns / SECOND
        matrix = np.eye(4)
        matrix[:3, 3] = self.velocity * seconds
        matrix[:3, :3] = Rotation.from_rotvec(self.turning * seconds).as_matrix()
        return matrix

    def messages(self) -> list[tuple]:
        """Arguments of TransformBuffer.set()."""
        found = []
        for stamp in self.stamps:
            matrix = self._entry(stamp)
            turn = Rotation.from_matrix(matrix[:3, :3]).as_quat()
            found.append((self.parent, self.child, stamp, matrix[:3, 3], turn, self.static))
        return found


@dataclass
class Tree:
    """Edges by child; answers by tf2's rules: up from the source, then from the target."""

    edges: dict[str, Edge] = field(default_factory=dict)

    def lookup(self, target: str, source: str, stamp_ns: int) -> np.ndarray:
        frames = {f for edge in self.edges.values() for f in (edge.parent, edge.child)}
        if not {target, source} <= frames:
            raise UnknownFrameError(target)
        up, stop = self.reach(source, stamp_ns)
        down, other_stop = self.reach(target, stamp_ns)
        for frame, matrix in up.items():
            if frame in down:
                return np.linalg.inv(down[frame]) @ matrix
        if stop or other_stop:
            raise ExtrapolationError(source)
        raise FramesNotConnectedError(source)

    def reach(self, frame: str, stamp_ns: int) -> tuple[dict[str, np.ndarray], bool]:
        """Each ancestor with the transform to it, and whether the walk ended for want of data.

        A circle is gone round once.
        """
        found = {frame: np.eye(4)}
        while frame in self.edges and self.edges[frame].parent not in found:
            edge = self.edges[frame]
            try:
                found[edge.parent] = edge.at(stamp_ns) @ found[frame]
            except ExtrapolationError:
                return found, True
            frame = edge.parent
        return found, False

    def ancestors(self, frame: str) -> list[str]:
        chain = [frame]
        while chain[-1] in self.edges and self.edges[chain[-1]].parent not in chain:
            chain.append(self.edges[chain[-1]].parent)
        return chain


vectors = st.lists(st.floats(-1, 1), min_size=3, max_size=3).map(np.array)


@st.composite
def trees(draw, start: int = 1, roots: bool = True) -> Tree:
    """Up to six frames in one tree or several; those that move do so for some seconds."""
    tree = Tree()
    names = [f"f{k}" for k in range(draw(st.integers(3, 6)))]
    for k, child in enumerate(names[1:], 1):
        if roots and k > 1 and draw(st.integers(0, 5)) == 0:
            continue
        parent, static = names[draw(st.integers(0, k - 1))], draw(st.booleans())
        begin = start + draw(st.integers(0, 2))
        count = 1 if static else draw(st.integers(1, 6))
        stamps = [begin * SECOND + j * SECOND for j in range(count)]
        tree.edges[child] = Edge(parent, child, draw(vectors), draw(vectors), stamps, static)
    return tree


def filled(tree: Tree, order: np.random.Generator, *more: tuple) -> TransformBuffer:
    """A buffer that heard all of a tree, statics first, the rest nearly in order of time."""
    buffer = TransformBuffer()
    messages = [m for edge in tree.edges.values() for m in edge.messages()] + list(more)
    for message in sorted(messages, key=lambda m: (not m[5], m[2] + order.integers(0, LATE))):
        buffer.set(*message)
    return buffer


def answer_of(where: Tree | TransformBuffer, target: str, source: str, stamp_ns: int):
    """The matrix, or the class of the error."""
    try:
        return where.lookup(target, source, stamp_ns)
    except LookupFailed as error:
        return type(error)


def assert_same(ours, theirs) -> None:
    if isinstance(theirs, type):
        assert ours is theirs
    else:
        assert not isinstance(ours, type), ours
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


frames, times = st.integers(0, 6), st.integers(0, 36)
questions = st.lists(st.tuples(frames, frames, times), min_size=5, max_size=20)
seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


def asked(questions, start: int = 0):
    for target, source, quarter in questions:
        yield f"f{target}", f"f{source}", start * SECOND + quarter * SECOND // 4 + 1


@given(trees(), questions, seeds)
@EXAMPLES
def test_sound_trees_answer_as_tf2_does(tree: Tree, questions, order) -> None:
    buffer = filled(tree, order)
    assert buffer.faults == ()
    for where in asked(questions):
        assert_same(answer_of(buffer, *where), answer_of(tree, *where))


@given(trees(), questions, seeds, st.data())
@EXAMPLES
def test_a_late_static_for_a_moving_edge_changes_nothing_and_is_named(
    tree: Tree, questions, order, data
) -> None:
    moving = [edge for edge in tree.edges.values() if not edge.static]
    if not moving:
        return
    edge = data.draw(st.sampled_from(moving))
    buffer = filled(tree, order)
    buffer.set(edge.parent, edge.child, 0, (50.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), True)
    assert [
        f"{edge.parent!r} -> {edge.child!r} is published as moving" in f for f in buffer.faults
    ] == [True]
    for where in asked(questions):
        assert_same(answer_of(buffer, *where), answer_of(tree, *where))


@given(trees(), questions, seeds, st.data())
@EXAMPLES
def test_a_frame_with_two_parents_is_named_and_others_keep_their_answers(
    tree: Tree, questions, order, data
) -> None:
    moving = [e for e in tree.edges.values() if not e.static and len(e.stamps) > 1]
    if not moving:
        return
    edge = data.draw(st.sampled_from(moving))
    more = [
        ("world", edge.child, stamp + SECOND // 2, (9.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), False)
        for stamp in edge.stamps
    ]
    buffer = TransformBuffer()
    messages = [m for e in tree.edges.values() for m in e.messages()] + more
    for message in sorted(messages, key=lambda m: (not m[5], m[2])):
        buffer.set(*message)
    assert any(f"{edge.child!r} has two parents" in fault for fault in buffer.faults)
    for target, source, stamp in asked(questions):
        if edge.child not in (*tree.ancestors(target), *tree.ancestors(source)):
            assert_same(
                answer_of(buffer, target, source, stamp), answer_of(tree, target, source, stamp)
            )
        else:
            with contextlib.suppress(LookupFailed):
                buffer.lookup(target, source, stamp)


@given(trees(roots=False), seeds, st.data())
@EXAMPLES
def test_a_circle_is_named_and_the_sources_chain_answers(tree: Tree, order, data) -> None:
    """A frame becomes its root's parent; the edge that does so is heard as long as any other."""
    child = data.draw(st.sampled_from(sorted(tree.edges)))
    root = tree.ancestors(child)[-1]
    stamps = [k * SECOND for k in range(1, 9)]
    tree.edges[root] = Edge(child, root, np.array([0.3, 0.2, 0.1]), np.ones(3), stamps, False)
    buffer = filled(tree, order)
    (fault,) = (f for f in buffer.faults if "round in a circle" in f)
    circle = re.findall(r"'(f\d)'", fault.partition(";")[0])
    assert circle[0] == circle[-1] and set(circle) == set(tree.ancestors(root))
    assert all(tree.edges[a].parent == b for a, b in itertools.pairwise(circle))
    stamp = data.draw(times) * SECOND // 4 + 1
    for target, source in itertools.product(tree.edges, tree.edges):
        ours = answer_of(buffer, target, source, stamp)  # and it ends
        up, _ = tree.reach(source, stamp)
        if target in up:
            assert_same(ours, up[target])


@given(trees(start=100), trees(start=20), questions, seeds)
@EXAMPLES
def test_after_a_jump_back_only_the_new_time_counts(old: Tree, new: Tree, questions, order) -> None:
    old.edges = {c: e for c, e in old.edges.items() if not e.static}
    if not old.edges or all(edge.static for edge in new.edges.values()):
        return
    buffer = filled(old, order)
    buffer.clear()
    messages = [m for edge in new.edges.values() for m in edge.messages()]
    late = next(iter(old.edges.values())).messages()[-1]
    for k, message in enumerate(sorted(messages, key=lambda m: (m[5], m[2]))):
        buffer.set(*message)
        if k == 0:
            with pytest.raises(BadTransformError, match="came late"):
                buffer.set(*late)
    for where in asked(questions, start=19):
        assert_same(answer_of(buffer, *where), answer_of(new, *where))
