"""A recording played on a live graph and replayed without ROS: the same answers."""

import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import rclpy
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rosbags.rosbag2 import Reader
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage
from visualization_msgs.msg import MarkerArray

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.replay.answer_bag import AnswerBag
from detailbase_ros.replay.replay import ReplayConfig, replay
from tests.helpers.without_ros import write_answers
from tests.ros.live.domains import DOMAINS
from tests.ros.live.graph import NODE, Spinner, wait_for

DATA = Path(__file__).parents[2] / "data"
SENTENCES = ("the box on the floor", "find it")
TYPES = {
    "grounding": GroundedQuery,
    "markers": MarkerArray,
    "instances": PointCloud2,
    "scene": PointCloud2,
}


def play(bag, graph):
    """Publish a recording, each message once the one before has arrived: nothing is dropped."""
    robot, clouds = graph.robot, 0
    kinds = {
        "/camera/points": (PointCloud2, robot.points),
        "/tf": (TFMessage, robot.tf),
        "/tf_static": (TFMessage, robot.tf_static),
    }
    with Reader(bag) as reader:
        for connection, _, raw in reader.messages():
            kind, publisher = kinds[connection.topic]
            publisher.publish(deserialize_message(bytes(raw), kind))
            clouds += kind is PointCloud2
            wait_for(lambda: graph.counts.get("scans received", 0) == clouds)  # noqa: B023
    wait_for(lambda: graph.node.pipeline.scans.pending == 0)


def live_answers(graph, bag):
    play(bag, graph)
    heard = {"markers": graph.robot.markers, "instances": []}
    graph.robot.listen(PointCloud2, f"{NODE}/instances", heard["instances"])
    for number, sentence in enumerate(SENTENCES, start=1):
        graph.robot.ask(sentence)
        for messages in (graph.robot.answers, *heard.values()):
            wait_for(lambda: len(messages) == number)  # noqa: B023
    return {"grounding": graph.robot.answers, **heard}


def replayed_answers(bag, out):
    config = ReplayConfig()
    grounder = Grounder(config.attentive_grounder)
    with AnswerBag.create(out, config.intake.map_frame) as written:
        for answer in replay(bag, SENTENCES, config, grounder, events=Silent()):
            written.write(answer.result, answer.at_ns)
    heard = {name: [] for name in TYPES}
    with Reader(out) as reader:
        for connection, _, raw in reader.messages():
            name = connection.topic.split("/")[-1]
            if name in TYPES:
                heard[name].append(deserialize_message(bytes(raw), TYPES[name]))
    return heard


class Silent:
    def count(self, name, by=1):
        pass

    inform_once = count

    def warn_throttled(self, cause, text):
        raise AssertionError(text)

    warn_once = warning = warn_throttled


@pytest.mark.parametrize("name", ["room_mcap", "room_db3"])
def test_a_replay_answers_as_the_live_node_did(make_graph, tmp_path, name):
    graph = make_graph(Grounder(GrounderConfig(reencode_fraction=0.0)))
    live = live_answers(graph, DATA / name)
    replayed = replayed_answers(DATA / name, tmp_path / "answers.mcap")
    assert live["grounding"][0].scene_version == 2
    assert live["grounding"][0].status == GroundedQuery.OK
    assert live["grounding"][1].status == GroundedQuery.NOTHING_FOUND
    for ours, theirs in zip(replayed["grounding"], live["grounding"], strict=True):
        for own_clock in ("received_at", "answered_at", "stage_seconds"):
            setattr(ours, own_clock, getattr(theirs, own_clock))
        assert ours == theirs
    assert replayed["markers"] == live["markers"]
    assert replayed["instances"] == live["instances"]


def raw_answers(path):
    """Topics and CDR bytes."""
    with Reader(path) as reader:
        return [(c.topic, bytes(raw)) for c, _, raw in reader.messages()]


def test_without_ros_the_same_is_written(tmp_path):
    with_ros, without = tmp_path / "with.mcap", tmp_path / "without.mcap"
    write_answers(with_ros)
    command = [sys.executable, "-m", "tests.helpers.without_ros", str(without)]
    subprocess.run(command, check=True, cwd=DATA.parents[1])
    written = raw_answers(with_ros)
    assert len(written) == 8
    assert written == raw_answers(without)


def offered_qos(connection):
    """QoS under which `ros2 bag play` publishes a topic: rosbag2 keeps rmw's own numbers."""
    (qos,) = connection.ext.offered_qos_profiles
    return QoSProfile(
        depth=qos.depth,
        history=HistoryPolicy(qos.history.value),
        reliability=ReliabilityPolicy(qos.reliability.value),
        durability=DurabilityPolicy(qos.durability.value),
    )


def test_who_comes_late_hears_a_played_answer(tmp_path):
    """RViz, say, that is started after `ros2 bag play answers.mcap`."""
    write_answers(tmp_path / "answers.mcap")
    context = rclpy.Context()
    context.init(domain_id=next(DOMAINS))
    node = Node("player", context=context)
    publishers, played, heard = {}, Counter(), defaultdict(list)
    with Reader(tmp_path / "answers.mcap") as reader:
        for connection, _, raw in reader.messages():
            name = connection.topic
            if name not in publishers:
                kind = TYPES[name.split("/")[-1]]
                publishers[name] = node.create_publisher(kind, name, offered_qos(connection))
            publishers[name].publish(bytes(raw))
            played[name] += 1
    for name, publisher in publishers.items():
        latched = QoSProfile(depth=256, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        node.create_subscription(publisher.msg_type, name, heard[name].append, latched)
    wanted = {name: n if name.endswith("/grounding") else 1 for name, n in played.items()}
    spinner = Spinner(context, node)
    wait_for(lambda: {name: len(messages) for name, messages in heard.items()} == wanted)
    assert len(wanted) == 4 and wanted.pop(f"{NODE}/grounding") == 3
    context.try_shutdown()
    spinner.thread.join(60)
    spinner.executor.shutdown(1)
    node.destroy_node()
