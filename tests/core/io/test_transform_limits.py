"""A TransformBuffer that others fill: bounded memory, bounded work, no edge made unusable."""

from __future__ import annotations

import tracemalloc

import pytest

from detailbase_core.errors import BadTransformError, ExtrapolationError, LookupFailed
from detailbase_core.transforms import TransformBuffer, listed_frames

NO_TURN = (0.0, 0.0, 0.0, 1.0)
SECOND_NS = 10**9
FAR_NS = 2**31 * SECOND_NS


def put(buffer, stamp_s, x=0.0, parent="odom", child="base", static=False):
    buffer.set(parent, child, int(stamp_s * SECOND_NS), (x, 0.0, 0.0), NO_TURN, static)


def one_off_frames(buffer, begin, end):
    for k in range(begin, end):
        put(buffer, 100 + k / 1000, child=f"seen_once_{k}")
        if k % 100 == 0:
            put(buffer, 100 + k / 1000, x=k)


def test_frames_that_come_once_fill_no_memory_and_push_out_no_other() -> None:
    buffer = TransformBuffer()
    put(buffer, 0, child="camera", parent="base", static=True)
    tracemalloc.start()
    one_off_frames(buffer, 0, 6000)
    before, _ = tracemalloc.get_traced_memory()
    one_off_frames(buffer, 6000, 12_001)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 0.1 * before
    assert len(buffer.frames) < 5000
    assert buffer.lookup("odom", "camera", 0)[0, 3] == 12_000


def test_static_frames_have_a_limit() -> None:
    buffer = TransformBuffer()
    with pytest.raises(BadTransformError, match="4000 static frames already"):
        for k in range(5000):
            put(buffer, 0, child=f"fixed_{k}", static=True)
    put(buffer, 1)
    put(buffer, 0, child="fixed_7", x=3.0, static=True)  # one that is there may move
    assert buffer.lookup("base", "fixed_7", 0)[0, 3] == 3.0


def test_a_flood_on_one_edge_keeps_the_newest() -> None:
    buffer = TransformBuffer(max_entries=100)
    put(buffer, 1, child="other")
    for k in range(1000):
        put(buffer, 1 + k * 1e-6, x=k)
    assert buffer.lookup("odom", "base", 0)[0, 3] == 999
    assert buffer.lookup("odom", "other", SECOND_NS)[0, 3] == 0
    with pytest.raises(ExtrapolationError, match="past"):
        buffer.lookup("odom", "base", SECOND_NS + 1000)


def test_faults_and_parents_made_up_by_others_are_bounded() -> None:
    buffer = TransformBuffer()
    for k in range(500):
        put(buffer, k, parent=f"a{k % 40}")
        for parent in ("x", "y", "x"):
            put(buffer, k, parent=parent, child=f"child_{k}")
    assert 0 < len(buffer.faults) <= 100
    assert len(buffer.frames) < 500 + 20


def test_a_tree_deeper_than_tf2_follows_is_not_followed() -> None:
    buffer = TransformBuffer()
    for k in range(3000):
        put(buffer, 1, x=1.0, parent=f"f{k}", child=f"f{k + 1}")
    assert buffer.lookup("f2100", "f3000", SECOND_NS)[0, 3] == pytest.approx(900)
    with pytest.raises(LookupFailed):
        buffer.lookup("f0", "f3000", SECOND_NS)


@pytest.mark.parametrize("slips", [1, 2])
def test_stamps_in_the_far_future_leave_an_edge_usable(slips: int) -> None:
    buffer = TransformBuffer()
    put(buffer, 100, x=0.0)
    put(buffer, 101, x=1.0)
    for k in range(slips):
        buffer.set("odom", "base", FAR_NS - k, (9.0, 0.0, 0.0), NO_TURN, False)
    if slips == 1:  # what was known is known still, and nothing in between is made up
        assert buffer.lookup("odom", "base", 100_500_000_000)[0, 3] == 0.5
        with pytest.raises(ExtrapolationError, match="future"):
            buffer.lookup("odom", "base", 102 * SECOND_NS)
    for k in range(102, 107):
        put(buffer, k, x=k - 100)
    assert buffer.lookup("odom", "base", 105_500_000_000)[0, 3] == 5.5
    assert buffer.newest_common_ns("odom", "base") == 106 * SECOND_NS


def test_stamps_in_the_far_past_leave_an_edge_as_it_is() -> None:
    buffer = TransformBuffer()
    for k in range(100, 103):
        put(buffer, k, x=k)
        put(buffer, 5, x=-1.0)
    assert buffer.lookup("odom", "base", 101_500_000_000)[0, 3] == 101.5


def test_a_publisher_that_was_silent_is_believed_at_once() -> None:
    buffer = TransformBuffer()
    put(buffer, 100, x=0.0)
    for k in (200, 300):
        put(buffer, k, x=k)
        assert buffer.lookup("odom", "base", k * SECOND_NS)[0, 3] == k
    with pytest.raises(ExtrapolationError):
        buffer.lookup("odom", "base", 250 * SECOND_NS)


def test_long_names_are_refused_and_lists_are_cut() -> None:
    buffer = TransformBuffer()
    with pytest.raises(BadTransformError, match="256 characters") as refused:
        put(buffer, 1, child="x" * 2_000_000)
    assert len(str(refused.value)) < 1000
    assert listed_frames(f"f{k:02}" for k in range(30)).endswith("f18, f19 and 10 more")
    assert listed_frames(()) == "none yet"
