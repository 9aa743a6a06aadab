"""The doctor on a live graph: it sees what is there."""

import sys
from array import array
from types import SimpleNamespace

import pytest
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image, PointCloud2
from tf2_msgs.msg import TFMessage

from detailbase_ros.scans import topic_monitor
from detailbase_ros.tools import doctor, graph_probe
from detailbase_ros.tools.graph_probe import GraphInspector
from detailbase_ros.tools.observation import Observation
from tests.ros.live.graph import wait_for

NOTHING = SimpleNamespace(message="")
DRIVEN = 5  # clouds that the doctor has heard of a driving robot, before it says what it found


def has_seen(inspector, graph):
    """Whether the node has told the doctor how it is, and a robot that drives what it sees."""
    told = {name.rpartition(": ")[2] for name in inspector._statuses}
    clouds = [topic.received for topic in inspector.seen.topics if topic.name == "/points"]
    return (inspector.seen.state != "active" or {"clouds", "map"} <= told) and (
        not hasattr(graph, "drive") or all(count >= DRIVEN for count in clouds)
    )


@pytest.fixture
def examined(monkeypatch, capfd):
    """Run the doctor on the graph's domain; exit status and what it printed.

    It looks until it has seen what is there, however busy the machine is.
    """
    monkeypatch.setattr(doctor, "look_at_machine", lambda seen, checkpoint: None)
    monkeypatch.setattr(graph_probe, "_NO_NODE_S", 60.0)
    monkeypatch.setattr(graph_probe, "_ANSWER_S", 60.0)
    spin = GraphInspector._spin

    def run(graph):
        def look(inspector, seconds):
            spin(inspector, seconds)
            if seconds == inspector.seen.seconds:
                wait_for(lambda: has_seen(inspector, graph) or spin(inspector, 0.1))

        monkeypatch.setattr(GraphInspector, "_spin", look)
        monkeypatch.setenv("ROS_DOMAIN_ID", str(graph.contexts[0].get_domain_id()))
        capfd.readouterr()
        status = doctor.main(["doctor", "--seconds", "2"])
        return status, capfd.readouterr().out

    return run


def drive(graph, static=True, **cloud):
    """Clouds and transforms, ten times a second."""
    robot = graph.robot

    def step():
        robot.now_ns = robot.get_clock().now().nanoseconds
        robot.send_tf(stamp_ns=robot.now_ns)
        robot.send_cloud(**cloud)

    if static:
        robot.send_tf(static=True)
    graph.drive = robot.create_timer(0.1, step)


def test_a_healthy_graph(graph, examined):
    drive(graph)
    status, printed = examined(graph)
    assert "ok       node: /segmentation_node is active" in printed
    assert "ok       /points: " in printed and "in camera_optical" in printed
    assert "ok       tf: camera_optical -> odom is known" in printed
    assert printed.endswith("all well\n") and status == 0


def test_several_problems_at_once(make_graph, examined):
    graph = make_graph(map_frame="map", cloud_topics=["points", "/rear/points"])
    drive(graph, change=lambda message: setattr(message, "data", array("B", b"12")))
    status, printed = examined(graph)
    assert status == 1
    assert "PROBLEM  /points: the cloud's data is too short" in printed
    assert "PROBLEM  /rear/points: nobody publishes it" in printed


def test_a_broken_chain_of_transforms(make_graph, examined):
    graph = make_graph(map_frame="map")
    drive(graph)
    status, printed = examined(graph)
    assert status == 1
    assert "PROBLEM  tf: camera_optical -> map: frame 'map' does not exist" in printed


def test_a_publisher_whose_qos_does_not_match(make_graph, examined):
    reliable = {"qos_overrides./rear/points.subscription.reliability": "reliable"}
    graph = make_graph(cloud_topics=["points", "/rear/points"], **reliable)
    best_effort = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
    graph.robot.create_publisher(PointCloud2, "/rear/points", best_effort)
    wait_for(lambda: graph.node.count_publishers("/rear/points"))
    status, printed = examined(graph)
    assert status == 1
    assert "PROBLEM  /rear/points: QoS of /robot and the node do not match" in printed


def test_static_transforms_of_a_recording_without_qos_are_named(make_graph, examined):
    graph = make_graph()
    player = Node("player", context=graph.contexts[1])
    player.create_publisher(TFMessage, "/tf_static", 10)
    graph.robot.destroy_publisher(graph.robot.tf_static)
    drive(graph, static=False)
    status, printed = examined(graph)
    assert status == 1 and "1 problem found" in printed
    assert "PROBLEM  tf: QoS of /player and the node do not match on /tf_static: " in printed
    assert "qos_overrides./tf_static.subscription.durability:=volatile" in printed
    player.destroy_node()


def test_static_transforms_are_heard_volatile_where_that_is_asked_for(make_graph):
    graph = make_graph(**{"qos_overrides./tf_static.subscription.durability": "volatile"})
    graph.robot.destroy_publisher(graph.robot.tf_static)
    graph.robot.tf_static = graph.publisher(TFMessage, "/tf_static")
    graph.fill_map()


def test_what_a_maker_of_clouds_waits_for_is_named(make_graph, examined):
    """As depth_image_proc does, which hears images reliably."""
    graph = make_graph()
    graph.robot.create_subscription(Image, "/camera/depth", lambda message: None, 5)
    graph.robot.create_subscription(Image, "/camera/color", lambda message: None, 5)
    status, printed = examined(graph)
    assert status == 1 and "1 problem found" in printed
    makes = "PROBLEM  /points: /robot makes it from "
    assert f"{makes}/camera/color, /camera/depth, which nobody publishes" in printed
    best_effort = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
    camera = Node("camera", context=graph.contexts[1])
    camera.create_publisher(Image, "/camera/depth", best_effort)
    camera.create_publisher(Image, "/camera/color", 5)
    status, printed = examined(graph)
    assert f"{makes}/camera/depth; QoS of /camera and /robot do not match: " in printed
    assert "best_effort:=true" in printed and "1 problem found" in printed
    camera.destroy_node()


def test_a_drive_that_is_over_is_no_problem(graph, examined, monkeypatch):
    monkeypatch.setattr(topic_monitor, "PATIENCE_S", 1.0)
    graph.fill_map()
    wait_for(lambda: "stopped" in (graph.status("clouds") or NOTHING).message)
    status, printed = examined(graph)
    assert "ok       /points: its stream has stopped; the map has " in printed
    assert status == 0 and printed.endswith("all well\n")


def test_the_nodes_own_clouds_are_no_camera(make_graph, examined):
    graph = make_graph()
    graph.node.trigger_deactivate()
    graph.robot.destroy_publisher(graph.robot.points)
    seen = GraphInspector(graph.robot, 0.1)
    seen.seen.nodes = []  # as where its services have not been found yet
    wait_for(lambda: graph.robot.count_publishers("/segmentation_node/scene"))
    wait_for(lambda: not graph.robot.count_publishers("/points"))
    assert seen._cloud_topics() == ([], [])


def test_an_inactive_node_and_an_absent_one(make_graph, examined, monkeypatch):
    graph = make_graph(autostart=False)
    with monkeypatch.context() as patch:
        patch.setattr(graph_probe, "_NO_NODE_S", 1.0)  # there is none to wait for
        status, printed = examined(graph)
    assert status == 1
    assert "no node answers sentences in ROS_DOMAIN_ID" in printed
    graph.node.trigger_configure()
    status, printed = examined(graph)
    assert "/segmentation_node is inactive" in printed


def test_the_machine_is_looked_at(monkeypatch):
    seen = Observation()
    doctor.look_at_machine(seen, "")
    assert seen.torch[0].isdigit() and not seen.model_problem
    doctor.look_at_machine(seen, "/nowhere/model.safetensors")
    assert "/nowhere/model.safetensors" in seen.model_problem
    for package in ("torch", "safetensors"):
        monkeypatch.setitem(sys.modules, package, None)
    doctor.look_at_machine(seen, "")
    assert "has no 'safetensors', 'torch'. Run 'make install'" in seen.torch_problem
