"""Messages to types and back, and answers as messages, without a graph."""

from array import array
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.transform import Rotation
from sensor_msgs.msg import PointCloud2
from visualization_msgs.msg import Marker

from detailbase_core.errors import BadCloudError
from detailbase_core.io.pointcloud2 import cloud_from_message, to_nanoseconds
from detailbase_core.output.palette import PALETTE, SENTENCE_COLOR
from detailbase_core.types import (
    Box,
    GroundedPhrase,
    Grounding,
    Instance,
    PointCloud,
    Scene,
)
from detailbase_ros.messages.conversions import (
    box_to_message,
    cloud_to_message,
    make_header,
    to_stamp,
)
from detailbase_ros.messages.grounding_messages import instances_to_cloud, result_to_message
from detailbase_ros.messages.markers import answer_markers
from detailbase_ros.messages.query import Query, QueryResult, Status
from detailbase_ros.msg import GroundedQuery

STAMP_NS = 1_700_000_000_123_456_789


def cloud(count=6, image_shape=None):
    xyz = np.arange(3 * count, dtype=np.float32).reshape(-1, 3)
    xyz[1] = np.nan
    rgb = np.arange(3 * count, dtype=np.uint8).reshape(-1, 3)
    return PointCloud(xyz, rgb, "camera_optical", STAMP_NS, image_shape)


def assert_same(a, b):
    np.testing.assert_array_equal(a.xyz, b.xyz)
    np.testing.assert_array_equal(a.rgb, b.rgb)
    assert (a.frame, a.stamp_ns, a.image_shape) == (b.frame, b.stamp_ns, b.image_shape)


@pytest.mark.parametrize("image_shape", [None, (2, 3)])
def test_a_cloud_survives_the_message(image_shape):
    message = cloud_to_message(cloud(image_shape=image_shape))
    assert (message.height, message.width) == (image_shape or (1, 6))
    assert message.row_step == message.point_step * message.width
    assert not message.is_dense
    back, has_color, *_ = cloud_from_message(message)
    assert has_color
    assert_same(back, cloud(image_shape=image_shape))


def test_data_is_an_array_since_rclpy_copies_anything_else_item_by_item():
    message = cloud_to_message(cloud())
    assert type(message.data) is array
    assert message.data.typecode == "B"


@pytest.mark.parametrize("kind", [bytes, bytearray, lambda data: np.frombuffer(data, np.uint8)])
def test_data_of_other_types_is_read_too(kind):
    message = cloud_to_message(cloud())
    members = {name: getattr(message, name) for name in message.get_fields_and_field_types()}
    members["data"] = kind(message.data.tobytes())
    assert_same(cloud_from_message(SimpleNamespace(**members))[0], cloud())


@pytest.mark.parametrize(("frame", "stamp_ns"), [("", STAMP_NS), ("camera", 0)])
def test_a_cloud_from_nowhere_is_refused(frame, stamp_ns):
    message = cloud_to_message(cloud())
    message.header = make_header(frame, stamp_ns)
    with pytest.raises(BadCloudError, match=r"header has no (frame_id|stamp)"):
        cloud_from_message(message)


@given(st.integers(0, 2**31 * 10**9 - 1))
def test_stamps_survive(nanoseconds):
    assert to_nanoseconds(to_stamp(nanoseconds)) == nanoseconds


@given(hnp.arrays(np.uint8, st.integers(0, 200)), st.integers(0, 30), st.integers(0, 40))
def test_clouds_of_random_bytes_never_raise_anything_else(data, width, point_step):
    message = cloud_to_message(cloud())
    message.data = array("B", data.tobytes())
    message.width, message.point_step = width, point_step
    try:
        decoded, *_ = cloud_from_message(message)
    except BadCloudError:
        return
    assert len(decoded) == width


def test_a_box_turns_about_z_only():
    pose, size = box_to_message(Box((1.0, 2.0, 3.0), (0.4, 0.3, 0.2), yaw=0.7))
    q = pose.orientation
    angles = Rotation.from_quat([q.x, q.y, q.z, q.w]).as_euler("xyz")
    np.testing.assert_allclose(angles, [0, 0, 0.7], atol=1e-12)
    assert (pose.position.x, pose.position.y, pose.position.z) == (1.0, 2.0, 3.0)
    assert (size.x, size.y, size.z) == (0.4, 0.3, 0.2)


def instance(number, indices):
    box = Box((0.5, 0.5, 0.5), (0.4, 0.3, 0.0), 0.1)
    return Instance(number, np.array(indices, np.int64), box, (0.1, 0.2, 0.3), 0.75)


@pytest.fixture
def grounding():
    points = PointCloud(
        np.arange(30, dtype=np.float32).reshape(-1, 3),
        np.full((10, 3), 9, np.uint8),
        "odom",
        STAMP_NS,
    )
    scene = Scene(points, np.zeros(10, np.int64), version=42)
    text = "the chair by the lamps"
    return Grounding(
        text,
        scene,
        GroundedPhrase(text, 0, 22, 0.9, 1.0, (instance(0, [0, 1]),)),
        (
            GroundedPhrase("the chair", 0, 9, 0.8, 0.9, (instance(1, [1, 2]),)),
            GroundedPhrase("the lamps", 13, 22, 0.7, 0.6, (instance(2, [3]), instance(3, [4, 5]))),
        ),
        {"phrases": 0.25, "mask_decoder": 0.5},
    )


def result(grounding):
    query = Query(7, grounding.query, STAMP_NS, 0.0, client_tag="tag")
    return QueryResult(query, Status.OK, grounding=grounding)


@pytest.mark.parametrize("with_points", [False, True])
def test_an_answer_holds_all_of_the_grounding(grounding, with_points):
    header = make_header("odom", STAMP_NS)
    answer = result_to_message(result(grounding), header, 42, STAMP_NS + 5, with_points)
    assert (answer.query_id, answer.client_tag, answer.query) == (7, "tag", grounding.query)
    assert answer.status == GroundedQuery.OK
    assert answer.scene_version == 42
    assert to_nanoseconds(answer.answered_at) - to_nanoseconds(answer.received_at) == 5
    assert [(p.text, p.begin, p.end) for p in answer.phrases] == [
        ("the chair", 0, 9),
        ("the lamps", 13, 22),
    ]
    assert [i.id for p in answer.phrases for i in p.instances] == [1, 2, 3]
    assert answer.phrases[1].presence == pytest.approx(0.6)
    assert dict(zip(answer.stage_names, answer.stage_seconds, strict=True)) == {
        "phrases": 0.25,
        "mask_decoder": 0.5,
    }
    points = answer.phrases[1].instances[1].points
    if with_points:
        back, *_ = cloud_from_message(points)
        np.testing.assert_array_equal(back.xyz, grounding.scene.cloud.xyz[[4, 5]])
        assert back.frame == "odom"
    else:
        assert points == PointCloud2()


def test_a_failed_answer_keeps_the_sentence():
    failed = QueryResult(Query(1, "köff 🪑", STAMP_NS, 0.0), Status.BAD_QUERY, "says why")
    answer = result_to_message(failed, make_header("odom", 0), 0, STAMP_NS, False)
    assert (answer.status, answer.message) == (GroundedQuery.BAD_QUERY, "says why")
    assert (answer.sentence.text, answer.sentence.end) == ("köff 🪑", 6)


def test_a_point_of_two_phrases_appears_twice(grounding):
    message = instances_to_cloud(grounding, query_id=7)
    columns = np.frombuffer(message.data, np.uint32).reshape(-1, 7)
    assert [f.name for f in message.fields[4:]] == ["query_id", "phrase_id", "instance_id"]
    assert columns[:, 4].tolist() == [7] * 7
    assert columns[:, 5].tolist() == [0, 0, 1, 1, 2, 2, 2]  # 0 is the sentence
    assert columns[:, 6].tolist() == [0, 0, 1, 1, 2, 3, 3]
    points, *_ = cloud_from_message(message)
    np.testing.assert_array_equal(points.xyz, grounding.scene.cloud.xyz[[0, 1, 1, 2, 3, 4, 5]])


def test_points_have_the_colours_of_their_phrases_markers(grounding):
    points, *_ = cloud_from_message(instances_to_cloud(grounding, query_id=7))
    first, second = PALETTE[:2]
    # the sentence's points 0 and 1, of which the first phrase has one; then the phrases' own
    expected = [SENTENCE_COLOR, first, first, first, second, second, second]
    np.testing.assert_array_equal(points.rgb, expected)


def test_labels_are_readable_in_rviz(grounding):
    _, *rest = answer_markers(grounding, "odom").markers
    texts = rest[1::3]
    for text in texts:  # ros2/rviz#1336: without a scale.x spaces are as wide as a metre is high
        assert text.scale.x == pytest.approx(0.4 * text.scale.z)
    target, chair, *_ = texts  # of one object, one above the other
    assert (target.pose.position.x, target.pose.position.y) == (0.5, 0.5)
    assert target.pose.position.z >= chair.pose.position.z + target.scale.z


def test_labels_escape_and_cut_what_others_wrote(grounding):
    phrases = [replace(p, text="\x1b[2J" + "x" * 4000) for p in grounding.phrases]
    _, *rest = answer_markers(replace(grounding, phrases=tuple(phrases)), "odom").markers
    *_, label = (marker.text for marker in rest if marker.ns == "text")
    assert label.startswith(r"\x1b[2Jxxx")
    assert len(label) < 200


def test_markers_are_a_box_a_text_and_an_arrow_per_object(grounding):
    first, *rest = answer_markers(grounding, "odom").markers
    assert first.action == Marker.DELETEALL
    assert [m.ns for m in rest] == ["box", "text", "arrow"] * 4
    assert [m.id for m in rest[::3]] == [0, 1, 2, 3]
    colors = [tuple(round(255 * c) for c in (m.color.r, m.color.g, m.color.b)) for m in rest[::3]]
    assert colors == [SENTENCE_COLOR, PALETTE[0], PALETTE[1], PALETTE[1]]
    assert [m.text for m in rest[1::3]] == [
        "target 0.90",
        "the chair 0.80",
        "the lamps 0.70",
        "the lamps 0.70",
    ]
    for box in rest[::3]:
        assert min(box.scale.x, box.scale.y, box.scale.z) > 0  # RViz refuses flat boxes
        assert 0 < box.color.a < 1
    for arrow in rest[2::3]:
        assert arrow.points[0].z > arrow.points[1].z > 0.5  # points down at the object
