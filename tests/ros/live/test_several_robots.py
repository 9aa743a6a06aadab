"""Two robots in one graph, each with its node, its names and its transforms."""

import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage

from detailbase_ros.msg import GroundedQuery
from detailbase_ros.srv import GroundQuery
from tests.ros.live.graph import wait_for

LATCHED = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
OWN_TF = ["-r", "/tf:=tf", "-r", "/tf_static:=tf_static"]


@pytest.fixture
def robots(graph, make_node):
    """Two further nodes by namespace, as docs/ros.md starts them."""
    names = ("robot1", "robot2")
    return {
        name: make_node(graph, cli_args=["--ros-args", "-r", f"__ns:=/{name}", *OWN_TF])
        for name in names
    }


def become(graph, name, node):
    """Let the test's robot publish as this one, for this node."""
    robot = graph.robot
    robot.points = graph.publisher(PointCloud2, f"/{name}/points", 10, node)
    robot.tf = graph.publisher(TFMessage, f"/{name}/tf", 100, node)
    robot.tf_static = graph.publisher(TFMessage, f"/{name}/tf_static", LATCHED, node)


def answer(robot, name):
    client = robot.create_client(GroundQuery, f"/{name}/segmentation_node/ground")
    return robot.call(client, GroundQuery.Request(query="the chair")).answer


def test_each_maps_by_its_own_transforms_and_answers_of_its_own_map(graph, robots):
    robot, grounders = graph.robot, {n: each.pipeline._grounder for n, each in robots.items()}
    become(graph, "robot1", robots["robot1"])
    robot.send_tf(static=True)
    robot.send_tf(stamp_ns=robot.now_ns)
    robot.send_cloud()
    wait_for(lambda: len(grounders["robot1"].map))
    become(graph, "robot2", robots["robot2"])
    robot.send_cloud()
    # The other's transforms are not its own, so that it waits for some.
    wait_for(lambda: robots["robot2"].pipeline.scans.pending == 1)
    assert answer(robot, "robot1").status == GroundedQuery.OK
    assert answer(robot, "robot2").status == GroundedQuery.EMPTY_MAP
    robot.send_tf(static=True)
    robot.send_tf(stamp_ns=robot.now_ns, x=5.0)
    wait_for(lambda: len(grounders["robot2"].map))
    first, second = (answer(robot, name).sentence.instances[0] for name in robots)
    assert second.centroid.x - first.centroid.x == pytest.approx(5.0, abs=0.05)
    assert not len(graph.grounder.map)  # nor has the node without a namespace heard of it
