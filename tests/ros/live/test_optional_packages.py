"""tf2_ros and vision_msgs, which the wheels lack: stand-ins with the members that we use."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from geometry_msgs.msg import TransformStamped
from rclpy.time import Time
from scipy.spatial.transform import Rotation

from detailbase_core.errors import ExtrapolationError, FramesNotConnectedError, UnknownFrameError
from detailbase_core.io.pointcloud2 import to_nanoseconds
from detailbase_core.types import Box, GroundedPhrase, Grounding, Instance, PointCloud, Scene
from detailbase_ros.messages import detections
from detailbase_ros.messages.conversions import make_header
from detailbase_ros.runtime.endpoints import Endpoints
from detailbase_ros.scans import tf_source

GOLDEN = json.loads((Path(__file__).parents[2] / "data" / "tf2.json").read_text())


class TransformException(Exception):  # noqa: N818 - tf2's names
    pass


class LookupException(TransformException):
    pass


class ConnectivityException(TransformException):
    pass


class ExtrapolationException(TransformException):
    pass


class RecordedBuffer:
    """Answers with what a real tf2_ros.Buffer answered."""

    def lookup_transform(self, target_frame, source_frame, time):
        assert isinstance(time, Time)
        for asked in GOLDEN["lookups"]:
            if (asked["target"], asked["source"], asked["stamp_ns"]) == (
                target_frame,
                source_frame,
                time.nanoseconds,
            ):
                break
        if "error" in asked:
            raise globals()[asked["error"]](asked["message"])
        message = TransformStamped(
            header=make_header(target_frame, asked["answer_stamp_ns"]), child_frame_id=source_frame
        )
        t, r = message.transform.translation, message.transform.rotation
        t.x, t.y, t.z = asked["translation"]
        r.x, r.y, r.z, r.w = asked["rotation_xyzw"]
        return message

    def all_frames_as_yaml(self):
        return yaml.safe_dump({"base_link": {"parent": "odom", "rate": 20.0}})


@pytest.fixture
def transforms(monkeypatch):
    stand_in = SimpleNamespace(
        Buffer=RecordedBuffer,
        TransformListener=lambda buffer, node, spin_thread: SimpleNamespace(unregister=None),
        TransformException=TransformException,
        LookupException=LookupException,
        ConnectivityException=ConnectivityException,
        ExtrapolationException=ExtrapolationException,
    )
    monkeypatch.setattr(tf_source, "tf2_ros", stand_in)
    return tf_source.make_transform_source(Endpoints(None, None), group=None, events=None)


def test_tf2_answers_become_matrices(transforms):
    for asked in GOLDEN["lookups"]:
        if "error" in asked or asked["target"] == asked["source"]:
            continue
        matrix = transforms.lookup(asked["target"], asked["source"], asked["stamp_ns"])
        rotation = Rotation.from_quat(asked["rotation_xyzw"]).as_matrix()
        np.testing.assert_allclose(matrix[:3, :3], rotation, atol=1e-9)
        np.testing.assert_allclose(matrix[:3, 3], asked["translation"])


def test_tf2_refusals_become_ours(transforms):
    ours = {
        "LookupException": UnknownFrameError,
        "ConnectivityException": FramesNotConnectedError,
        "ExtrapolationException": ExtrapolationError,
    }
    refused = [asked for asked in GOLDEN["lookups"] if "error" in asked]
    assert refused
    for asked in refused:
        with pytest.raises(ours[asked["error"]]):
            transforms.lookup(asked["target"], asked["source"], asked["stamp_ns"])


def test_frames_are_children_and_parents(transforms):
    assert set(transforms.frames) == {"base_link", "odom"}


def test_detections_name_the_phrase_and_give_box_and_score(monkeypatch):
    class Message(SimpleNamespace):
        """Any of vision_msgs' messages."""

    for name in ("BoundingBox3D", "Detection3D", "Detection3DArray", "ObjectHypothesis"):
        monkeypatch.setattr(detections, name, Message, raising=False)
    monkeypatch.setattr(
        detections,
        "ObjectHypothesisWithPose",
        lambda hypothesis: Message(hypothesis=hypothesis, pose=Message()),
        raising=False,
    )
    cloud = PointCloud(np.ones((3, 3), np.float32), np.zeros((3, 3), np.uint8), "odom", 5)
    box = Box((1.0, 2.0, 3.0), (0.5, 0.4, 0.3), 0.0)
    chair = Instance(4, np.array([0, 1]), box, (1.0, 2.0, 3.0), 0.75)
    grounding = Grounding(
        "a chair",
        Scene(cloud, np.zeros(3, np.int64)),
        GroundedPhrase("a chair", 0, 7, 0.9, 1.0, ()),
        (GroundedPhrase("a chair", 0, 7, 0.9, 1.0, (chair,)),),
    )
    array = detections.to_detections(grounding, make_header("odom", 5))
    assert (array.header.frame_id, to_nanoseconds(array.header.stamp)) == ("odom", 5)
    (found,) = array.detections
    assert (found.id, found.bbox.size.x, found.bbox.center.position.z) == ("4", 0.5, 3.0)
    assert found.results[0].hypothesis == Message(class_id="a chair", score=0.75)
