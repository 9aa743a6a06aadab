"""TransformBuffer against what a real tf2_ros buffer answered (tests/data/tf2.json)."""

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from detailbase_core.errors import (
    BadTransformError,
    ExtrapolationError,
    FramesNotConnectedError,
    LookupFailed,
    UnknownFrameError,
)
from detailbase_core.transforms import TransformBuffer, invert

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "tf2.json").read_text())
TF2_ERRORS = {
    "LookupException": UnknownFrameError,
    "ConnectivityException": FramesNotConnectedError,
    "ExtrapolationException": ExtrapolationError,
}
IDENTITY = (0.0, 0.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def recorded() -> TransformBuffer:
    buffer = TransformBuffer(GOLDEN["cache_time_s"])
    for transform in GOLDEN["transforms"]:
        buffer.set(**transform)
    return buffer


def lookup_name(lookup: dict) -> str:
    return f"{lookup['source']}-to-{lookup['target']}-at-{lookup['stamp_ns'] / 1e9:g}"


@pytest.mark.parametrize("asked", GOLDEN["lookups"], ids=lookup_name)
def test_answers_what_tf2_answered(recorded, asked):
    where = (asked["target"], asked["source"], asked["stamp_ns"])
    if "error" in asked:
        with pytest.raises(TF2_ERRORS[asked["error"]]):
            recorded.lookup(*where)
        return
    answer = recorded.lookup(*where)
    rotation = Rotation.from_quat(asked["rotation_xyzw"]).as_matrix()
    np.testing.assert_allclose(answer[:3, 3], asked["translation"], atol=1e-6, rtol=0)
    np.testing.assert_allclose(answer[:3, :3], rotation, atol=1e-6, rtol=0)
    assert answer[3].tolist() == [0, 0, 0, 1]
    if asked["stamp_ns"] == 0:
        assert recorded.newest_common_ns(*where[:2]) == asked["answer_stamp_ns"]


def test_says_which_frames_exist(recorded):
    with pytest.raises(UnknownFrameError, match=r"'nowhere' does not exist; known frames: .*odom"):
        recorded.lookup("map", "nowhere", 0)


def test_separate_trees():
    buffer = TransformBuffer()
    buffer.set("a", "b", 5, (1, 0, 0), IDENTITY, False)
    buffer.set("c", "d", 5, (1, 0, 0), IDENTITY, False)
    for stamp in (0, 5):
        with pytest.raises(FramesNotConnectedError, match="separate trees"):
            buffer.lookup("b", "d", stamp)


def test_history_is_bounded_and_accepts_any_order():
    buffer = TransformBuffer(cache_time_s=1e-6)  # 1000 ns
    for stamp in (100, 3000, 2500, 2000, 3000):
        buffer.set("odom", "base", stamp, (stamp, 0, 0), IDENTITY, False)
    assert buffer.lookup("odom", "base", 2250)[0, 3] == pytest.approx(2250)
    with pytest.raises(ExtrapolationError, match="into the past"):
        buffer.lookup("odom", "base", 1500)


def test_a_new_parent_replaces_the_old_one():
    buffer = TransformBuffer()
    buffer.set("old", "base", 10, (1, 0, 0), IDENTITY, False)
    buffer.set("new", "base", 20, (2, 0, 0), IDENTITY, False)
    assert buffer.lookup("new", "base", 0)[0, 3] == 2
    with pytest.raises(FramesNotConnectedError):
        buffer.lookup("old", "base", 0)


def test_a_circle_of_frames_is_refused_not_followed():
    buffer = TransformBuffer()
    buffer.set("a", "b", 5, (1, 0, 0), IDENTITY, False)
    buffer.set("b", "a", 5, (1, 0, 0), IDENTITY, False)
    buffer.set("x", "y", 5, (1, 0, 0), IDENTITY, False)
    for stamp in (0, 5):
        with pytest.raises(LookupFailed):
            buffer.lookup("y", "a", stamp)


def test_clear_keeps_the_static_ones():
    buffer = TransformBuffer()
    buffer.set("base", "camera", 0, (0, 0, 1), IDENTITY, True)
    buffer.set("odom", "base", 7, (1, 0, 0), IDENTITY, False)
    buffer.clear()
    assert buffer.lookup("base", "camera", 123)[2, 3] == 1
    assert buffer.frames == ("base", "camera")


@pytest.mark.parametrize(
    ("parent", "child", "translation", "rotation"),
    [
        ("a", "b", (float("nan"), 0, 0), IDENTITY),
        ("a", "b", (0, 0, 0), (0, 0, 0, 0)),
        ("a", "b", (0, 0, 0), (0, 0, 0, 2)),
        ("a", "/a", (0, 0, 0), IDENTITY),
        ("", "b", (0, 0, 0), IDENTITY),
    ],
)
def test_bad_transforms_are_refused(parent, child, translation, rotation):
    buffer = TransformBuffer()
    with pytest.raises(BadTransformError):
        buffer.set(parent, child, 1, translation, rotation, False)
    assert buffer.frames == ()


@given(
    st.lists(st.floats(-10, 10), min_size=3, max_size=3),
    st.lists(st.floats(-3, 3), min_size=3, max_size=3),
    st.integers(1, 10**18),
)
def test_there_and_back_again(translation, rotation_vector, stamp):
    buffer = TransformBuffer()
    quaternion = Rotation.from_rotvec(rotation_vector).as_quat()
    buffer.set("odom", "base", stamp, translation, quaternion, False)
    there, back = buffer.lookup("odom", "base", stamp), buffer.lookup("base", "odom", stamp)
    np.testing.assert_allclose(there @ back, np.eye(4), atol=1e-9)
    np.testing.assert_allclose(invert(there), back, atol=1e-9)


# -- faults of the tree --------------------------------------------------------------------------

SECOND_NS = 1_000_000_000
NO_TURN = (0.0, 0.0, 0.0, 1.0)


def put(buffer: TransformBuffer, second: float, x: float, static: bool = False) -> None:
    buffer.set("odom", "base", int(second * SECOND_NS), (x, 0.0, 0.0), NO_TURN, static)


@pytest.mark.parametrize("late_first", [False, True])
def test_late_transforms_after_a_jump_back_are_dropped(late_first: bool) -> None:
    buffer = TransformBuffer()
    for k in range(100, 140):
        put(buffer, k, k)
    buffer.clear()
    if late_first:
        put(buffer, 140, 140)
    put(buffer, 100, 0.0)
    with pytest.raises(BadTransformError, match="came late"):
        put(buffer, 140, 140)
    for k in range(1, 50):  # time comes to where it was before, and goes on
        put(buffer, 100 + k, -2.0 * k)
        found = buffer.lookup("odom", "base", int((99.5 + k) * SECOND_NS))
        assert found[0, 3] == pytest.approx(-2.0 * k + 1.0)


def test_a_real_jump_ahead_after_one_back_is_believed_in_the_end() -> None:
    buffer = TransformBuffer()
    put(buffer, 140, 0.0)
    buffer.clear()
    put(buffer, 100, 0.0)
    for k in range(8):
        with contextlib.suppress(BadTransformError):
            put(buffer, 120 + k, 9.0)
    assert buffer.lookup("odom", "base", 127 * SECOND_NS)[0, 3] == 9.0


def test_in_a_circle_the_sources_chain_answers_as_in_tf2() -> None:
    buffer = TransformBuffer()
    put(buffer, 1, 3.0)
    buffer.set("base", "odom", SECOND_NS, (1.0, 0.0, 0.0), NO_TURN, False)
    assert buffer.lookup("odom", "base", SECOND_NS)[0, 3] == 3.0
    assert "round in a circle" in buffer.faults[0]


def test_moving_transforms_win_over_static_ones() -> None:
    for order in ((False, True, False), (True, False, False)):
        buffer = TransformBuffer()
        for k, static in enumerate(order, start=1):
            put(buffer, k, 50.0 if static else float(k), static)
        assert buffer.lookup("odom", "base", 3 * SECOND_NS)[0, 3] == 3.0
        assert "as moving and as static" in buffer.faults[0]


@pytest.mark.parametrize("static_first", [True, False])
def test_a_static_parent_beside_a_moving_one_is_two_parents(static_first: bool) -> None:
    buffer = TransformBuffer()
    still = ("world", "base", 0, (50.0, 0.0, 0.0), NO_TURN, True)
    if static_first:
        buffer.set(*still)
    put(buffer, 1, 1.0)
    if not static_first:
        buffer.set(*still)
    assert "'base' has two parents" in buffer.faults[0]


@pytest.mark.parametrize(
    ("second", "asked", "why"),
    [(0, 100, "no stamp"), (1_700_000_000, 100, "different clocks"), (5, 100, "")],
)
def test_stamps_far_apart_say_why(second: int, asked: int, why: str) -> None:
    buffer = TransformBuffer()
    put(buffer, second, 1.0)
    with pytest.raises(ExtrapolationError, match="extrapolation") as caught:
        buffer.lookup("odom", "base", asked * SECOND_NS)
    assert (why in str(caught.value)) and (bool(why) or str(caught.value).endswith(" s"))


def test_an_object_that_changes_hands_once_is_no_fault() -> None:
    buffer = TransformBuffer()
    for k, parent in enumerate(("table", "table", "gripper", "gripper")):
        buffer.set(parent, "cup", (k + 1) * SECOND_NS, (0.0, 0.0, 0.0), NO_TURN, False)
    assert buffer.faults == ()
    buffer.set("table", "cup", 5 * SECOND_NS, (0.0, 0.0, 0.0), NO_TURN, False)
    assert "'cup' has two parents, 'table' and 'gripper'" in buffer.faults[0]
