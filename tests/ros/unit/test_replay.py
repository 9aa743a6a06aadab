"""Recordings asked without ROS: which scans count, when questions are answered, what is written."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest
import yaml
from mcap.reader import make_reader

from detailbase_core import cli
from detailbase_core.config import ConfigError, GrounderConfig
from detailbase_core.errors import BadFileError
from detailbase_core.mapping.load_scene import load_scene
from detailbase_ros.messages.query import Status
from detailbase_ros.messages.stand_ins import own_definitions, stand_in
from detailbase_ros.messages.topics import Topic
from detailbase_ros.node_config import IntakeConfig
from detailbase_ros.replay.answer_bag import AnswerBag
from detailbase_ros.replay.bag_types import BagTypes
from detailbase_ros.replay.bag_writer import BagWriter
from detailbase_ros.replay.parameter_file import read_node_parameters
from detailbase_ros.replay.replay import ReplayConfig, replay
from detailbase_ros.runtime.event_counters import EventCounters
from tests.core.io.test_bags import SECOND, cloud_cdr, make, tf_cdr
from tests.core.io.test_odd_bags import drive
from tests.helpers.json_schema import answer_faults
from tests.ros.live.fake_grounder import FakeGrounder

DATA = Path(__file__).parents[2] / "data"
BAGS = (
    "room_mcap",
    "room_db3",
    "room_mcap_zstd",
    "room_mcap/room_mcap_0.mcap",
    "room_db3/room_db3_0.db3",
)
OWN = BagTypes(own_definitions())
START = 1_700_000_000 * SECOND


def text_cdr(text: str) -> bytes:
    return OWN.serialize(make("std_msgs/msg/String", data=text), "std_msgs/msg/String")


def write_bag(path: Path, messages: list[tuple[str, bytes, int]]) -> Path:
    kinds = {"tf": "tf2_msgs/msg/TFMessage", "query": "std_msgs/msg/String"}
    with BagWriter(path) as bag:
        for topic in dict.fromkeys(m[0] for m in messages):
            found = [kind for word, kind in kinds.items() if word in topic]
            bag.add_topic(Topic(topic, *(found or ["sensor_msgs/msg/PointCloud2"])))
        for topic, cdr, stamp in messages:
            bag.write(topic, cdr, stamp)
    return path


def robot(*, transforms_late_s: float = 0.0, scans: int = 3) -> list[tuple[str, bytes, int]]:
    """A lidar a metre ahead of odom's origin that moves on a metre a second."""
    messages = []
    for k in range(1, scans + 1):
        stamp = START + k * SECOND
        messages.append(("/points", cloud_cdr("lidar", stamp, count=40), stamp))
        when = stamp + int(transforms_late_s * SECOND)
        messages.append(("/tf", tf_cdr("odom", "lidar", stamp, float(k)), when))
    return sorted(messages, key=lambda message: message[2])


class Asked:
    """Answers, warnings and counts of a replay."""

    def __init__(self, path: Path, *sentences: str, tf_prefix: str = "", **intake: object) -> None:
        config = ReplayConfig(intake=IntakeConfig(**intake), tf_prefix=tf_prefix)
        self.grounder = FakeGrounder(config.attentive_grounder)
        self.events = EventCounters(logging.getLogger("replay"), period_s=0.0)
        found = replay(path, sentences, config, self.grounder, self.events)
        self.answers = [answer.result for answer in found]
        self.counts = self.events.counts()


@pytest.mark.parametrize("name", BAGS)
def test_recordings_of_every_kind_give_the_same_answer(name: str) -> None:
    asked = Asked(DATA / name, "the box on the floor")
    (result,) = asked.answers
    assert result.status is Status.OK
    assert result.grounding.scene.version == 2
    assert result.grounding.scene.cloud.frame == "odom"
    assert asked.counts["scans inserted"] == 2  # the others were taken from almost the same place
    assert asked.counts["scans skipped (camera at rest)"] == 2
    box = result.grounding.phrases[0].instances[0].box
    expected = Asked(DATA / "room_mcap", "the box").answers[0].grounding.phrases[0].instances[0].box
    assert box == expected


def test_scans_wait_for_their_transforms_as_in_the_node(tmp_path: Path) -> None:
    path = write_bag(tmp_path / "late", robot(transforms_late_s=2.0))
    assert Asked(path, "the chair").counts["scans inserted"] == 3
    impatient = Asked(path, "the chair", tf_timeout_s=1.0)
    assert impatient.counts["dropped: no_transform"] == 3
    assert impatient.answers[0].status is Status.EMPTY_MAP


def test_what_still_waits_at_the_end_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_bag(tmp_path / "lost", robot(transforms_late_s=0.0)[:-1])
    assert Asked(path, "the chair").counts["dropped: no_transform"] == 1
    assert "no transform from 'lidar' to map_frame 'odom'" in caplog.text


def test_transforms_of_another_namespace_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [(t.replace("/tf", "/robot2/tf"), data, at) for t, data, at in robot()]
    path = write_bag(tmp_path / "robot2", there)
    assert Asked(path, "the chair").counts["dropped: no_transform"] == 3
    assert Asked(path, "the chair", tf_prefix="/robot2").counts["scans inserted"] == 3
    monkeypatch.setattr("detailbase_core.grounder.Grounder", FakeGrounder)
    assert cli.main(["replay", str(path), "the chair", "--tf-prefix", "robot2"]) == 0
    assert "3 scans inserted" in capsys.readouterr().err


def test_time_that_goes_back_begins_the_map_anew(tmp_path: Path) -> None:
    """Other path after it; a transform of before comes late."""
    begin, lap = 1000 * SECOND, 40
    late = tf_cdr("odom", "lidar", begin + lap * SECOND, 77.0)
    messages = [*drive(lap), *drive(10, step=-2.0, at=lap * SECOND)]
    messages.append(("/tf", late, begin + (lap + 3) * SECOND + 7))
    path = write_bag(tmp_path / "reset", sorted(messages, key=lambda m: m[2]))
    asked = Asked(path, "the chair")
    assert asked.counts["dropped: bad_transform"] == 1
    cloud, _ = asked.grounder.map.snapshot()
    assert -20.0 < cloud.xyz[:, 0].min() < -16.0 and cloud.xyz[:, 0].max() < 5.0


def test_a_map_may_outlive_time_that_goes_back(tmp_path: Path) -> None:
    messages = [*drive(40), *drive(10, step=-2.0, at=40 * SECOND)]
    asked = Asked(write_bag(tmp_path / "reset", messages), "the chair", on_map_jump="keep")
    cloud, _ = asked.grounder.map.snapshot()
    assert cloud.xyz[:, 0].min() < -16.0 and cloud.xyz[:, 0].max() > 35.0
    # its stamp is of the new time: those of before would lie in the future
    assert asked.answers[0].grounding.scene.cloud.stamp_ns == 1009 * SECOND


@pytest.mark.parametrize("back_s", [2, 5, 40, 900])
def test_replay_and_ground_agree_on_time_that_goes_back(tmp_path: Path, back_s: int) -> None:
    """The node uses the same classes."""
    start = (1000 + 20 - back_s) * SECOND
    messages = [*drive(20), *drive(10, step=-2.0, start=start, at=20 * SECOND)]
    path = write_bag(tmp_path / "reset", messages)
    replayed, _ = Asked(path, "the chair", min_move_m=0.0).grounder.map.snapshot()
    loaded = load_scene(path, GrounderConfig().map, up="z").cloud
    assert (replayed.xyz[:, 0].max() > 15.0) == (back_s < 3)  # whether the first run is in it
    if back_s > 2:  # who reads a recording twice knows better what came late: replay lacks a scan
        ours, theirs = (set(map(tuple, xyz)) for xyz in (replayed.xyz, loaded.xyz))
        assert ours <= theirs and len(theirs - ours) <= len(theirs) / 10


def test_of_two_robots_one_is_replayed(tmp_path: Path) -> None:
    both = [(f"/r{k}{topic}", data, at + k) for k in (1, 2) for topic, data, at in robot()]
    path = write_bag(tmp_path / "both", sorted(both, key=lambda m: m[2]))
    assert Asked(path, "the chair").counts["scans inserted"] == 3
    assert Asked(path, "the chair", tf_prefix="/r2").counts["scans inserted"] == 3


def test_recorded_questions_are_answered_at_their_time(tmp_path: Path) -> None:
    messages = robot()
    for seconds, text in ((0.5, "before"), (2.5, "the chair"), (9.0, "the table")):
        when = START + int(seconds * SECOND)
        messages.append(("/robot1/referring_query", text_cdr(text), when))
    path = write_bag(tmp_path / "asked", sorted(messages, key=lambda m: m[2]))
    answers = Asked(path).answers
    assert [a.query.text for a in answers] == ["before", "the chair", "the table"]
    assert [a.status for a in answers] == [Status.EMPTY_MAP, Status.OK, Status.OK]
    assert [a.grounding.scene.version for a in answers[1:]] == [2, 3]
    assert [a.query.received_ns for a in answers] == [
        START + int(s * SECOND) for s in (0.5, 2.5, 9.0)
    ]
    # sentences of the command line take their place
    assert [a.query.text for a in Asked(path, "the lamp").answers] == ["the lamp"]


def test_a_recording_without_questions_needs_some(tmp_path: Path) -> None:
    path = write_bag(tmp_path / "mute", robot())
    with pytest.raises(BadFileError, match="nobody asked anything on referring_query"):
        Asked(path)


def test_a_topic_that_is_not_there_is_named() -> None:
    config = ReplayConfig(cloud_topics=("/lidar",))
    with pytest.raises(BadFileError, match="no clouds on /lidar, but on /camera/points"):
        list(
            replay(
                DATA / "room_mcap",
                ["x"],
                config,
                FakeGrounder(),
                EventCounters(logging.getLogger()),
            )
        )


# -- what is written ---------------------------------------------------------------------------


def written(path: Path) -> list[tuple[str, object, int]]:
    with path.open("rb") as file:
        return [
            (c.topic, OWN.store.deserialize_cdr(m.data, s.name), m.log_time)
            for s, c, m in make_reader(file).iter_messages(log_time_order=False)
        ]


def write_answers(path: Path, *sentences: str) -> Asked:
    asked = Asked(DATA / "room_mcap", *sentences)
    with AnswerBag.create(path, "odom") as bag:
        for result in asked.answers:
            bag.write(result, START)
    return asked


def test_answers_are_written_as_the_node_publishes_them(tmp_path: Path) -> None:
    path = tmp_path / "answers.mcap"
    asked = write_answers(path, "the box on the floor", "", "the unicorn")
    messages = written(path)
    assert [topic.split("/")[-1] for topic, _, _ in messages] == [
        "scene",
        "markers",
        "instances",
        "grounding",  # the first question
        "grounding",  # an empty one: no picture
        "markers",
        "instances",
        "grounding",  # nothing found clears the pictures
    ]
    answers = [message for topic, message, _ in messages if topic.endswith("grounding")]
    assert [a.query for a in answers] == ["the box on the floor", "", "the unicorn"]
    assert [a.status for a in answers] == [Status.OK, Status.BAD_QUERY, Status.NOTHING_FOUND]
    assert [a.scene_version for a in answers] == [2, 2, 2]
    assert {a.header.frame_id for a in answers} == {"odom"}
    box = asked.answers[0].grounding.phrases[0].instances[0].box
    thing = answers[0].phrases[0].instances[0]
    assert (thing.pose.position.x, thing.size.y) == (box.center[0], box.size[1])
    scene = messages[0][1]
    assert scene.width == len(asked.grounder.map)
    assert [f.name for f in scene.fields] == ["x", "y", "z", "rgb"]
    cleared = messages[5][1].markers
    assert [marker.action for marker in cleared] == [3]  # DELETEALL


def test_every_topic_is_offered_as_latched(tmp_path: Path) -> None:
    write_answers(tmp_path / "answers.mcap", "the box")
    with (tmp_path / "answers.mcap").open("rb") as file:
        channels = make_reader(file).get_summary().channels.values()
    depths = {}
    for channel in channels:
        (qos,) = yaml.safe_load(channel.metadata["offered_qos_profiles"])
        assert (qos["durability"], qos["reliability"]) == (1, 1)  # transient local, reliable
        depths[channel.topic.split("/")[-1]] = qos["depth"]
    assert depths == {"grounding": 256, "markers": 1, "instances": 1, "scene": 1}


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), AnswerBag.create(tmp_path / "answers.mcap", "odom"):
        raise RuntimeError("power cut")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "answers.mcap").write_bytes(b"a thesis")
    there = AnswerBag.create(tmp_path / "answers.mcap", "odom")
    with pytest.raises(BadFileError, match="exists already"), there:
        pytest.fail("begun")


def test_messages_that_are_not_told_otherwise_are_empty() -> None:
    marker = stand_in("visualization_msgs/msg/Marker")(id=3)
    assert (marker.id, marker.ns, marker.points) == (3, "", [])
    assert (marker.pose.orientation.x, marker.pose.orientation.w) == (0.0, 1.0)
    camera = stand_in("sensor_msgs/msg/CameraInfo")()
    assert camera.d.dtype == np.float64 and camera.k.tolist() == [0.0] * 9
    with pytest.raises(TypeError, match="colour"):
        stand_in("visualization_msgs/msg/Marker")(colour=1)


# -- the command -------------------------------------------------------------------------------


def test_the_nodes_parameter_file_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "node.yaml"
    path.write_text(
        "/**/segmentation_node:\n  ros__parameters:\n    map_frame: world\n"
        "    cloud_topics: [/a, /b]\n    map.voxel_size_m: 0.05\n    query_timeout_s: 9.0\n"
        "    instances:\n      min_points: 3\n"
    )
    config, unused = read_node_parameters(path)
    assert (config.intake.map_frame, config.cloud_topics) == ("world", ("/a", "/b"))
    assert config.grounder.map.voxel_size_m == 0.05
    assert config.grounder.instances.min_points == 3
    assert unused == ("query_timeout_s",)


def test_the_shipped_parameter_file_is_understood() -> None:
    config, unused = read_node_parameters(Path(__file__).parents[3] / "config" / "detailbase.yaml")
    assert config == ReplayConfig()
    assert "cloud_topics" in unused  # relative: it depends on how the node is started


@pytest.mark.parametrize("nested", [False, True])
def test_parameters_that_are_gone_are_named_once_and_ignored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], nested: bool
) -> None:
    gone = (
        "    superpoints:\n      threshold: 0.9\n" if nested else "    superpoints.threshold: 0.9\n"
    )
    path = tmp_path / "node.yaml"
    path.write_text(f"a:\n  ros__parameters:\n    map_frame: world\n{gone}")
    config, unused = read_node_parameters(path)
    assert config.intake.map_frame == "world"
    assert config.grounder == ReplayConfig().grounder
    assert unused == ("superpoints.threshold",)
    assert cli.main(["replay", str(tmp_path / "none"), "the box", "--params", str(path)]) == 2
    told = capsys.readouterr().err
    assert told.count("superpoints.threshold") == 1
    assert "no longer parameters, ignored: superpoints.threshold" in told


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "cannot be read as YAML"),
        ("a: 1", "no parameter file of one node"),
        ("a:\n  ros__parameters:\n    map_frame: 3", "map_frame: expected str"),
        ("a:\n  ros__parameters:\n    map.colour: 3", "unknown setting 'grounder.map.colour'"),
        ("a:\n  ros__parameters:\n    cloud_topics: 3", "cloud_topics: expected a list"),
    ],
)
def test_a_parameter_file_that_is_none_is_refused(
    tmp_path: Path, text: str, complaint: str
) -> None:
    (tmp_path / "node.yaml").write_text(text)
    with pytest.raises(ConfigError, match=complaint):
        read_node_parameters(tmp_path / "node.yaml")


def test_the_command_prints_and_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detailbase_core.grounder.Grounder", FakeGrounder)
    bag, out = str(DATA / "room_db3"), tmp_path / "answers.mcap"
    lines = tmp_path / "answers.jsonl"
    written_to = ["--out", str(out), "--json", str(lines)]
    assert cli.main(["replay", bag, *written_to, "the box", "the unicorn"]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines()[:2] == ['"the box" (odom, scene_version 2)', "the box:"]
    assert '"the unicorn" (odom, scene_version 2)' in printed.out
    assert "2 scans inserted" in printed.err and str(out) in printed.err
    assert len(written(out)) == 7
    answers = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [answer_faults(answer) for answer in answers] == [[], []]
    assert [answer["target_found"] for answer in answers] == [True, False]
    assert answers[0]["scene_version"] == 2 and answers[0]["frame"] == "odom"
    assert cli.main(["replay", bag, "the box"]) == 0
    assert cli.main(["replay", bag, "the unicorn"]) == 1
    assert cli.main(["replay", bag, "the box", "--map-frame", "world"]) == 2
    assert "EMPTY_MAP" in capsys.readouterr().out
    unanswered = ["replay", bag, "the box", "--map-frame", "world", "--json", "-"]
    assert cli.main(unanswered) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer_faults(answer) == []
    assert (answer["status"], answer["sentence"]) == ("EMPTY_MAP", None)
    assert cli.main(["replay", str(tmp_path / "none"), "the box"]) == 2
