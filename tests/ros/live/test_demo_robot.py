"""The simulated robot and the node on one graph."""

import numpy as np
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import PointCloud2

from detailbase_core.io.pointcloud2 import cloud_from_message
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.synthetic.demo_room import MAP_FRAME, demo_scans
from detailbase_ros.demo.demo_robot_node import DemoRobotNode
from tests.ros.live.graph import Spinner, wait_for


def wait_for_each_cloud(robot, graph):
    """Have the robot stand until its last cloud has come: on a busy machine it would be lost."""
    sent, publish, (timer,) = [], robot._clouds.publish, robot.timers
    robot._clouds.publish = lambda message: sent.append(message) or publish(message)
    step = timer.callback
    timer.callback = lambda: graph.counts.get("scans received", 0) == len(sent) and step()


def test_its_drive_makes_the_same_map_as_the_scans_themselves(make_graph):
    graph = make_graph(cloud_topics=["points", "/camera/points"])
    context = graph.contexts[1]
    heard = []
    ear = Node("ear", context=context)
    ear.create_subscription(PointCloud2, "/camera/points", heard.append, 30)
    fast = [Parameter("ticks_per_scan", value=2), Parameter("start_delay_s", value=0.5)]
    robot = DemoRobotNode(context=context, parameter_overrides=fast)
    topics = ("/camera/points", "/tf", "/tf_static")
    ears = [each for each in graph.node.subscriptions if each.topic_name in topics]
    # the graph's own robot has publishers of the transforms, too
    expected = {"/camera/points": 1, "/tf": 2, "/tf_static": 2}
    wait_for(lambda: all(e.get_publisher_count() == expected[e.topic_name] for e in ears))
    wait_for(lambda: robot._clouds.get_subscription_count() == 2)
    wait_for_each_cloud(robot, graph)
    spinners = [Spinner(context, node) for node in (ear, robot)]
    scans = list(demo_scans())
    wait_for(lambda: len(heard) == len(scans))
    wait_for(lambda: graph.counts.get("scans inserted") == len(scans))
    for spinner, node in zip(spinners, (ear, robot), strict=True):
        spinner.executor.shutdown(2)
        node.destroy_node()

    cloud, has_color, *_ = cloud_from_message(heard[0])
    assert has_color
    assert cloud.frame == "camera_optical"
    assert cloud.image_shape == scans[0].cloud.image_shape
    np.testing.assert_array_equal(cloud.xyz, scans[0].cloud.xyz)

    expected = SceneMap(graph.grounder.map.config)
    for scan in scans:
        expected.insert(scan.cloud, scan.sensor_to_map, MAP_FRAME)
    assert abs(len(graph.grounder.map) - len(expected)) < 0.01 * len(expected)
    centre = expected.snapshot()[0].xyz.mean(axis=0)
    np.testing.assert_allclose(graph.grounder.map.snapshot()[0].xyz.mean(axis=0), centre, atol=0.02)
