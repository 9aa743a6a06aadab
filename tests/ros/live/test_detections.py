"""vision_msgs, which the wheels lack: a stand-in with the members that we use."""

from types import SimpleNamespace

import numpy as np

from detailbase_core.io.pointcloud2 import to_nanoseconds
from detailbase_core.types import Box, GroundedPhrase, Grounding, Instance, PointCloud, Scene
from detailbase_ros.messages import detections
from detailbase_ros.messages.conversions import make_header


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
