"""vision_msgs, which the wheels lack: stand-ins with exactly the members of its definitions."""

import numpy as np
import pytest

from detailbase_core.io.pointcloud2 import to_nanoseconds
from detailbase_core.types import Box, GroundedPhrase, Grounding, Instance, PointCloud, Scene
from detailbase_ros.messages import detections, stand_ins
from detailbase_ros.messages.conversions import make_header

# Compared with the releases 4.1.1 (Humble, Jazzy) and 4.2.0 (Kilted), which are the same in these.
VISION_MSGS = {
    "Detection3DArray": "std_msgs/Header header\nDetection3D[] detections",
    "Detection3D": (
        "std_msgs/Header header\nObjectHypothesisWithPose[] results\nBoundingBox3D bbox\nstring id"
    ),
    "ObjectHypothesisWithPose": (
        "ObjectHypothesis hypothesis\ngeometry_msgs/PoseWithCovariance pose"
    ),
    "ObjectHypothesis": "string class_id\nfloat64 score",
    "BoundingBox3D": "geometry_msgs/Pose center\ngeometry_msgs/Vector3 size",
}


@pytest.fixture
def store(monkeypatch):
    """vision_msgs as if it were installed; a member that it lacks is a TypeError."""
    definitions = {f"vision_msgs/msg/{name}": text for name, text in VISION_MSGS.items()}
    store = stand_ins.typestore({**stand_ins.own_definitions(), **definitions})
    monkeypatch.setattr(stand_ins, "_store", lambda: store)
    for name in VISION_MSGS:
        stand_in = stand_ins.stand_in(f"vision_msgs/msg/{name}")
        monkeypatch.setattr(detections, name, stand_in, raising=False)
    return store


def test_detections_name_the_phrase_and_give_box_and_score(store):
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
    (result,) = found.results
    assert (result.hypothesis.class_id, result.hypothesis.score) == ("a chair", 0.75)
    assert result.pose.pose.position.z == 3.0
    store.serialize_cdr(array, "vision_msgs/msg/Detection3DArray")  # all members have their types
