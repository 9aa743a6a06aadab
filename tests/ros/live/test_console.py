"""The console's half on the graph: a node's map, its answers and its robot. No browser."""

import numpy as np
import pytest
from rclpy.node import Node

from detailbase_core.console.session import ConsoleSession
from detailbase_ros.tools.live_scene import LiveScene, NodeSilentError
from tests.ros.live.graph import NODE, START_NS, Spinner, wait_for


@pytest.fixture
def make_scene():
    made = []

    def make(graph, target=NODE):
        node = Node("console", context=graph.contexts[1])
        made.append((node, Spinner(graph.contexts[1], node)))
        return LiveScene(node, target)

    yield make
    for node, spinner in made:
        spinner.executor.shutdown(timeout_sec=2)
        node.destroy_node()


def test_the_map_the_answers_and_the_robot(make_graph, make_scene):
    graph = make_graph(scene_period_s=0.1)
    scene = make_scene(graph)
    assert scene.state().lines[0] == "No map yet." and not scene.state().frames
    graph.fill_map()
    wait_for(lambda: len(scene.cloud), what="the map")
    before = scene.cloud
    session = ConsoleSession(scene, 0.5)
    wait_for(scene._ground.service_is_ready)
    (found,) = session.ask("the red chair").objects
    points = session.current.grounding.scene.cloud.xyz[found.instance.point_indices]
    assert found.name == "red chair #1" and len(points) > 50
    assert points.mean(axis=0) == pytest.approx(np.array(found.instance.centroid), abs=0.01)
    whole = scene.whole(session.current.grounding)
    assert len(whole.scene.cloud) == len(scene.cloud)
    assert len(whole.phrases[0].instances[0].point_indices) == len(points)
    assert b"scene_version" in session.answer_json()

    answer = session.ask("no, the blue one")  # the node keeps what was said
    assert answer.grounding.query == "the blue chair"
    assert answer.remarks[0] == 'Taken as: "the blue chair".'
    session.clear()
    assert not session.ask("no, the blue one").reply.taken_as

    graph.robot.send_tf(stamp_ns=START_NS, x=2.0)
    graph.robot.now_ns += 1_000_000_000
    graph.robot.send_tf(stamp_ns=graph.robot.now_ns, x=2.0)
    graph.robot.send_cloud()
    wait_for(lambda: scene.cloud is not before and len(scene.cloud) > len(before), what="a scan")
    state = wait_for(lambda: (s := scene.state()).robot and s, what="the robot's pose")
    assert state.robot == "base_link" and state.frames["base_link"][0, 3] == 2.0
    assert {"odom", "camera_optical"} <= set(state.frames)
    text = "\n".join(
        wait_for(lambda: "MB" in " ".join(scene.state().lines) and scene.state().lines)
    )
    assert f"{len(scene.cloud):,} points" in text and "Last answer: " in text


def test_what_the_node_refuses_is_said(graph, make_scene):
    scene = make_scene(graph)
    wait_for(scene._ground.service_is_ready)
    session = ConsoleSession(scene, 0.5)
    with pytest.raises(NodeSilentError, match="EMPTY_MAP"):
        session.ask("the red chair")
    nobody = ConsoleSession(make_scene(graph, "/nobody"), 0.5)
    with pytest.raises(NodeSilentError, match="is it still running"):
        nobody.ask("the red chair")


def test_the_threshold_is_the_nodes_and_can_be_raised(graph, make_scene):
    graph.fill_map()
    scene = make_scene(graph)
    wait_for(scene._parameters.service_is_ready)
    scene.least_presence = 0.0
    scene.read_threshold(60.0)
    assert scene.least_presence == pytest.approx(0.5)
    wait_for(scene._ground.service_is_ready)
    session = ConsoleSession(scene, scene.least_presence)
    grounder = graph.grounder
    grounder.presence = 0.7
    assert session.ask("the red chair").objects
    renewed = session.set_threshold(0.8)
    assert not renewed.objects and "Nothing here matches 'the red chair'" in renewed.remarks[0]
    assert session.set_threshold(0.6).objects  # what the node told is kept
