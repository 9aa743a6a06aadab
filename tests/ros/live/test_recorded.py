"""Recorded clouds on a live graph: three bags of rosbag2, and two real RGB-D frames."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rclpy.serialization import deserialize_message
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage

from detailbase_core.io.cloud_files import read_cloud
from detailbase_ros.messages.conversions import cloud_to_message
from detailbase_ros.msg import GroundedQuery
from tests.ros.live.graph import wait_for

ROOT = Path(__file__).parents[3]
REAL_SCANS = ROOT.parent / "shared" / "real_scans"
BAG_STARTS_S = 1_700_000_000


@pytest.mark.parametrize("bag", ["room_mcap", "room_db3", "room_mcap_zstd"])
def test_the_clouds_of_a_bag_become_a_map_that_answers(graph, bag):
    clouds = 0
    with Reader(ROOT / "tests" / "data" / bag) as reader:
        for connection, _, raw in reader.messages():
            kind, publisher = {
                "/camera/points": (PointCloud2, graph.robot.points),
                "/tf": (TFMessage, graph.robot.tf),
                "/tf_static": (TFMessage, graph.robot.tf_static),
            }[connection.topic]
            publisher.publish(deserialize_message(bytes(raw), kind))
            clouds += kind is PointCloud2
            wait_for(lambda: graph.counts.get("scans received", 0) == clouds)  # noqa: B023
    wait_for(lambda: graph.counts.get("scans inserted", 0) >= 1)
    wait_for(lambda: graph.node.pipeline.scans.pending == 0)
    assert clouds == 4
    assert not any(name.startswith("dropped") for name in graph.counts)
    answer = graph.robot.ask_and_wait("the box on the floor")
    assert answer.status == GroundedQuery.OK
    assert answer.header.frame_id == "odom"
    assert answer.header.stamp.sec == BAG_STARTS_S
    assert_finite(answer)


@pytest.mark.skipif(not REAL_SCANS.is_dir(), reason=f"{REAL_SCANS} is not on this machine")
@pytest.mark.parametrize("name", ["office_floor.pcd", "tabletop.pcd"])
def test_a_real_organised_frame_with_holes_becomes_a_map_that_answers(graph, name):
    frame = replace(
        read_cloud(REAL_SCANS / name),
        frame="camera_optical",
        stamp_ns=graph.robot.now_ns,
        image_shape=(480, 640),
    )
    assert np.isnan(frame.xyz).any()
    message = cloud_to_message(frame)
    assert (message.height, message.width, message.is_dense) == (480, 640, False)
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=graph.robot.now_ns)
    graph.robot.points.publish(message)
    wait_for(lambda: graph.counts.get("scans inserted") == 1)
    assert len(graph.grounder.map) > 1000
    answer = graph.robot.ask_and_wait("the tin on the table")
    assert answer.status == GroundedQuery.OK
    assert_finite(answer)


def assert_finite(answer):
    for phrase in (answer.sentence, *answer.phrases):
        for thing in phrase.instances:
            p, s, c = thing.pose.position, thing.size, thing.centroid
            numbers = [p.x, p.y, p.z, s.x, s.y, s.z, c.x, c.y, c.z, thing.score]
            assert np.isfinite(numbers).all()
