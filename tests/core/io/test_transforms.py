"""TransformBuffer against what a real tf2_ros buffer answered (tests/data/tf2.json)."""

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
