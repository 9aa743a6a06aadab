"""Goal poses for answers, and their objects as frames, on a live graph."""

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped
from rclpy.qos import QoSProfile
from tf2_msgs.msg import TFMessage

from tests.ros.live.graph import NODE, START_NS, wait_for


def a_post_on_a_floor():
    """Seen by a camera a metre high that looks along x: floor, and a post two metres ahead."""
    x, y = np.meshgrid(np.arange(0.5, 4.0, 0.02), np.arange(-1.5, 1.5, 0.02))
    floor = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    y, z = np.meshgrid(np.arange(-0.1, 0.1, 0.02), np.arange(0.0, 1.0, 0.02))
    post = np.stack([np.full(y.size, 2.0), y.ravel(), z.ravel()], axis=1)
    x, y, z = np.concatenate([floor, post]).T
    return np.stack([-y, 1.0 - z, x], axis=1)  # in the camera's optical frame


def show_the_post(graph):
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=START_NS)
    graph.robot.send_cloud(a_post_on_a_floor())
    wait_for(lambda: graph.counts.get("scans inserted"))


def hear(graph, kind, topic):
    heard = []
    graph.robot.listen(kind, topic, heard, QoSProfile(depth=10))
    wait_for(graph.robot.ears[-1].get_publisher_count)
    wait_for(lambda: graph.node.count_subscribers(topic))  # nobody looks for unwanted goals
    return heard


def test_the_goal_is_free_floor_before_the_target_facing_it(graph, grounder):
    grounder.targets = lambda xyz: xyz[:, 2] > 0.1
    goals = hear(graph, PoseStamped, f"{NODE}/goal")
    show_the_post(graph)
    graph.robot.ask_and_wait("the unicorn")
    graph.robot.ask_and_wait("the post")
    wait_for(lambda: goals)
    (goal,) = goals  # none for what was not found
    assert goal.header.frame_id == "odom"
    assert goal.header.stamp.sec == START_NS // 10**9
    p, q = goal.pose.position, goal.pose.orientation
    assert 1.2 < p.x < 1.8 and abs(p.y) < 0.2  # on the camera's side
    assert p.z == pytest.approx(0.0, abs=0.05)
    assert (q.z, q.w) == pytest.approx((0.0, 1.0), abs=0.2)


def test_a_target_without_free_floor_has_no_goal(graph):
    goals = hear(graph, PoseStamped, f"{NODE}/goal")
    graph.fill_map()  # a wall, no floor
    graph.robot.ask_and_wait("the post")
    wait_for(lambda: any("no free floor" in line.msg for line in graph.robot.log))
    assert not goals


def test_objects_are_frames_until_the_next_answer(make_graph, grounder):
    grounder.targets = lambda xyz: xyz[:, 2] > 0.1
    graph = make_graph(publish_object_frames=True)
    heard = []
    graph.robot.listen(TFMessage, "/tf", heard, QoSProfile(depth=100))
    wait_for(lambda: graph.robot.ears[-1].get_publisher_count() == 2)
    show_the_post(graph)
    graph.robot.ask_and_wait("the white post")

    def object_frames():
        transforms = [t for message in list(heard) for t in message.transforms]
        return [t for t in transforms if t.child_frame_id.startswith("detailbase/")]

    wait_for(lambda: len(object_frames()) > 3)  # again and again
    frames = object_frames()
    assert {t.child_frame_id for t in frames} == {"detailbase/post_1"}
    assert {t.header.frame_id for t in frames} == {"odom"}
    assert frames[0].transform.translation.x == pytest.approx(2.0, abs=0.05)
    assert frames[0].header.stamp != frames[-1].header.stamp
    graph.robot.ask_and_wait("the unicorn")
    count = len(object_frames())
    graph.robot.ask_and_wait("the unicorn")
    assert len(object_frames()) <= count + 1


def test_a_listener_that_fails_costs_no_answer(graph):
    graph.fill_map()
    graph.node.pipeline.queries.listeners.append(lambda grounding: 1 / 0)
    assert graph.robot.ask_and_wait("the chair").status == 0
    wait_for(lambda: any("something to show is missing" in text for text in graph.errors()))
    assert graph.robot.ask_and_wait("the chair").status == 0
    assert len(graph.robot.answers) == 2
