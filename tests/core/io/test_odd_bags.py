"""Recordings with faults: read where they are sound, and the true cause where they are not."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
import yaml
from mcap.writer import CompressionType, Writer

from detailbase_core.config import MapConfig
from detailbase_core.errors import BadFileError
from detailbase_core.io.bag_topic import BagTopic
from detailbase_core.io.bags import read_bag, read_bag_scans, tf_topics
from detailbase_core.io.mcap_file import McapFile
from detailbase_core.io.time_resets import Order, TimeResets
from detailbase_core.mapping.load_scene import load_scene
from tests.core.io.test_bags import DATA, SECOND, cloud_cdr, tf_cdr, write_bag

CLOUD, TF = "sensor_msgs/msg/PointCloud2", "tf2_msgs/msg/TFMessage"
T0 = 1000 * SECOND


def drive(count: int = 5, step: float = 1.0, start: int = T0, at: int = 0, tf: str = "/tf"):
    """A robot that moves by `step` each second: (topic, CDR, time of recording)."""
    messages = []
    for k in range(count):
        stamp = start + k * SECOND
        messages.append((tf, tf_cdr("odom", "lidar", stamp, step * k), T0 + at + k * SECOND))
        messages.append(("/points", cloud_cdr("lidar", stamp), T0 + at + k * SECOND + 1))
    return messages


def places(path: Path, **options) -> list[float]:
    return [round(float(s.sensor_to_map[0, 3]), 3) for s in read_bag_scans(path, **options)]


def write_mcap(path: Path, messages, *, profile: str = "ros2", **options) -> Path:
    """By an independent writer."""
    with path.open("wb") as file:
        writer = Writer(file, **options)
        writer.start(profile=profile, library="test")
        channels = {}
        for topic, data, time_ns in messages:
            if topic not in channels:
                kind, encoding = (TF if "tf" in topic else CLOUD), "cdr"
                if topic == "/scene":
                    kind, encoding = "foxglove.SceneUpdate", "protobuf"
                if profile == "ros1":
                    kind, encoding = kind.replace("/msg", ""), "ros1"
                schema = writer.register_schema(kind, f"{profile}msg", b"")
                channels[topic] = writer.register_channel(topic, encoding, schema)
            writer.add_message(channels[topic], time_ns, data, time_ns)
        writer.finish()
    return path


def write_database(path: Path, messages) -> None:
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE topics(id INTEGER PRIMARY KEY, name, type, serialization_format)"
    )
    database.execute("CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id, timestamp, data)")
    topics = list(dict.fromkeys(topic for topic, _, _ in messages))
    for number, topic in enumerate(topics):
        kind = TF if "tf" in topic else CLOUD
        database.execute("INSERT INTO topics VALUES(?, ?, ?, 'cdr')", (number, topic, kind))
    database.executemany(
        "INSERT INTO messages(topic_id, timestamp, data) VALUES(?, ?, ?)",
        [(topics.index(topic), time_ns, data) for topic, data, time_ns in messages],
    )
    database.commit()
    database.close()


# -- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", ["none", "gone", "empty", "qos", "storage", "renamed", "rubbish"]
)
def test_metadata_is_not_needed(tmp_path: Path, change: str) -> None:
    path = write_bag(tmp_path / "bag", drive())
    metadata = path / "metadata.yaml"
    text = metadata.read_text()
    if change == "gone":
        metadata.unlink()
    elif change == "renamed":
        (path / "bag.mcap").rename(path / "other.mcap")
    else:
        edited = {
            "none": text,
            "empty": "",
            "qos": text.replace("offered_qos_profiles: ", "offered_qos_profiles: [] #"),
            "storage": text.replace("storage_identifier: mcap", "storage_identifier: ''"),
            "rubbish": "a: [",
        }
        metadata.write_text(edited[change])
    assert places(path) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("offered", ["''", "[]", "- history: 3"])
def test_edited_qos_of_a_database_is_no_matter(tmp_path: Path, offered: str) -> None:
    folder = Path(shutil.copytree(DATA / "room_db3", tmp_path / "bag"))
    metadata = folder / "metadata.yaml"
    content = yaml.safe_load(metadata.read_text())
    for topic in content["rosbag2_bagfile_information"]["topics_with_message_count"]:
        topic["topic_metadata"]["offered_qos_profiles"] = yaml.safe_load(offered)
    metadata.write_text(yaml.safe_dump(content))
    assert len(places(folder)) == 4


def test_a_missing_part_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_bag(tmp_path / "bag", drive())
    metadata = path / "metadata.yaml"
    metadata.write_text(metadata.read_text().replace("- bag.mcap", "- bag.mcap\n  - bag_1.mcap", 1))
    assert places(path) == [0, 1, 2, 3, 4]
    assert "1 of its 2 files are missing (bag_1.mcap)" in caplog.text


@pytest.mark.parametrize("compression", list(CompressionType))
@pytest.mark.parametrize("chunked", [True, False])
def test_mcap_of_an_independent_writer(
    tmp_path: Path, compression: CompressionType, chunked: bool
) -> None:
    path = write_mcap(
        tmp_path / "a.mcap", drive(), compression=compression, use_chunking=chunked, chunk_size=900
    )
    assert places(path) == [0, 1, 2, 3, 4]
    assert {t.topic: t.msgcount for t in McapFile(path).topics()} == {"/tf": 5, "/points": 5}


@pytest.mark.parametrize("compression", list(CompressionType))
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_recording_without_its_end(
    tmp_path: Path, compression: CompressionType, part: float, caplog: pytest.LogCaptureFixture
) -> None:
    data = write_mcap(
        tmp_path / "a.mcap", drive(40), compression=compression, chunk_size=2000
    ).read_bytes()
    (tmp_path / "a.mcap").write_bytes(data[: int(part * len(data))])
    found = places(tmp_path / "a.mcap")
    assert found == [float(k) for k in range(len(found))] and len(found) > 3
    assert "its end is missing" in caplog.text


def test_a_record_that_breaks_off_inside_a_chunk_is_said(tmp_path: Path) -> None:
    path = write_mcap(tmp_path / "a.mcap", drive(), compression=CompressionType.NONE)
    data = bytearray(path.read_bytes())
    at = data.rfind((2).to_bytes(2, "little") + (0).to_bytes(4, "little"), 0, len(data) // 2)
    chunk = data.find(b"\x06", 20)
    data[chunk + 1 + 8 + 24 : chunk + 1 + 8 + 28] = bytes(4)  # no checksum
    data[at - 8 : at] = (1 << 20).to_bytes(8, "little")
    path.write_bytes(data)
    file = McapFile(path)
    assert len(list(file.messages((CLOUD, TF)))) < 10
    assert file.problems == ["a record is broken and left out"]


def test_messages_come_in_order_of_time_across_chunks(tmp_path: Path) -> None:
    messages = drive(20)
    shuffled = [messages[k] for k in np.random.default_rng(0).permutation(len(messages))]
    path = write_mcap(tmp_path / "a.mcap", shuffled, chunk_size=1500)
    stamps = [stamp for _, stamp, _ in read_bag(path)]
    assert stamps == sorted(stamps) and len(stamps) == 40


def test_other_channels_beside(tmp_path: Path) -> None:
    messages = [*drive(), ("/scene", b"\x0a\x00", T0)]
    assert places(write_mcap(tmp_path / "a.mcap", messages)) == [0, 1, 2, 3, 4]
    assert places(write_mcap(tmp_path / "b.mcap", drive(), profile="")) == [0, 1, 2, 3, 4]


def test_ros1_recordings_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match=r"ROS 1 recording.*rosbags-convert"):
        places(write_mcap(tmp_path / "a.mcap", drive(), profile="ros1"))
    (tmp_path / "a.mcap").unlink()
    (tmp_path / "a.bag").write_bytes(b"#ROSBAG V2.0\n" + bytes(100))
    with pytest.raises(BadFileError, match=r"ROS 1 recording.*rosbags-convert"):
        places(tmp_path)
    with pytest.raises(BadFileError, match=r"ROS 1 recording.*rosbags-convert"):
        places(tmp_path / "a.bag")


@pytest.mark.parametrize("topic", ["/tf", "/points"])
@pytest.mark.parametrize("data", [b"", b"\0\1\0\0", b"\0\1\0\0\xff\xff\xff\xff", bytes(range(64))])
def test_one_bad_message_is_left_out_and_counted(
    tmp_path: Path, topic: str, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_bag(tmp_path / "bag", [*drive(), (topic, data, T0 + 2 * SECOND + 5)])
    assert places(path) == [0, 1, 2, 3, 4]
    assert "left out 1" in caplog.text
    assert len(list(read_bag(path))) == 10


def test_a_chunk_that_unpacks_to_too_much_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_mcap(tmp_path / "a.mcap", drive(40), chunk_size=2000)
    data = bytearray(path.read_bytes())
    at = data.find(b"\x06", 60)
    while not 0 < int.from_bytes(data[at + 1 : at + 9], "little") < 5000:
        at = data.find(b"\x06", at + 1)
    data[at + 25 : at + 33] = (1 << 50).to_bytes(8, "little")
    path.write_bytes(data)
    assert 0 < len(places(path)) < 40
    assert "a chunk is damaged and left out" in caplog.text


# -- transforms ----------------------------------------------------------------------------------


def test_only_the_nodes_own_transforms_count(tmp_path: Path) -> None:
    other = [
        (topic, tf_cdr("odom", "lidar", T0 + k * SECOND + 5, 70.0), T0 + k * SECOND + 5)
        for k in range(5)
        for topic in ("/ground_truth/tf", "/robot2/tf_static")
    ]
    path = write_bag(tmp_path / "bag", [*drive(), *other])
    assert places(path) == [0, 1, 2, 3, 4]


def test_transforms_in_the_clouds_namespace(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    two = [
        (topic.replace("/points", "/r1/lidar/points"), data, time)
        for topic, data, time in drive(tf="/r1/tf")
    ]
    two += [m for m in drive(step=-30.0, tf="/r2/tf") if m[0] == "/r2/tf"]
    path = write_bag(tmp_path / "bag", two)
    assert places(path) == [0, 1, 2, 3, 4]
    assert places(path, tf_prefix="/r2") == [0, -30, -60, -90, -120]
    assert "passed over" not in caplog.text
    (topic,) = tf_topics([BagTopic("/a/tf", TF), BagTopic("/points", CLOUD)])[:1]
    assert topic == "/tf" and "--tf-prefix" in caplog.text


def test_two_robots_are_no_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Frames of both have the same names: each has its own tree."""
    messages = []
    for robot, step in (("/r1", 1.0), ("/r2", -30.0)):
        messages += [(robot + topic, data, time) for topic, data, time in drive(step=step)]
    path = write_bag(tmp_path / "bag", sorted(messages, key=lambda message: message[2]))
    assert {scan.topic for scan in read_bag_scans(path)} == {"/r1/points"}
    assert places(path) == [0, 1, 2, 3, 4]
    assert "clouds on /r2/points are passed over" in caplog.text and "--tf-prefix" in caplog.text
    assert places(path, tf_prefix="/r2") == [0, -30, -60, -90, -120]
    assert places(path, topics=("/r2/points",)) == [0, -30, -60, -90, -120]


def test_transforms_without_stamps_have_no_two_publishers(tmp_path: Path) -> None:
    messages = [
        (t, tf_cdr("odom", "lidar", 0, float(k)) if t == "/tf" else d, s)
        for k, (t, d, s) in enumerate(drive())
    ]
    with pytest.raises(BadFileError, match=r"they have no stamp: fill header\.stamp") as raised:
        places(write_bag(tmp_path / "bag", messages))
    assert "publishers of" not in str(raised.value)


def test_a_static_transform_that_changes_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    static = [
        ("/tf_static", tf_cdr("base", "lidar", 0, x), T0 + int(at * SECOND))
        for x, at in ((0.5, -1.0), (0.5, 1.5), (9.0, 2.5))
    ]
    moving = [
        (t, tf_cdr("odom", "base", T0 + k // 2 * SECOND, k // 2) if t == "/tf" else d, s)
        for k, (t, d, s) in enumerate(drive())
    ]
    assert places(write_bag(tmp_path / "a", [*static[:2], *moving])) == [0.5, 1.5, 2.5, 3.5, 4.5]
    assert "changes in it" not in caplog.text
    places(write_bag(tmp_path / "b", sorted([*static, *moving], key=lambda m: m[2])))
    assert "static transform of 'lidar' changes in it" in caplog.text


@pytest.mark.parametrize("back_s", [5, 40, 900])
@pytest.mark.parametrize("cloud_first", [False, True])
def test_time_that_goes_back_begins_another_map(
    tmp_path: Path, back_s: int, cloud_first: bool, caplog: pytest.LogCaptureFixture
) -> None:
    count = back_s if back_s < 900 else 60
    start = T0 + count * SECOND - back_s * SECOND
    second = drive(10, step=-2.0, start=start, at=count * SECOND)
    if cloud_first:  # the first cloud of the new run comes before its first transform
        second[0], second[1] = (
            (*second[1][:2], second[0][2]),
            (*second[0][:2], second[1][2]),
        )
    late = []
    if back_s > 5:  # a stamp that is soon due again cannot be told from one in time
        stamp, at = T0 + count * SECOND, T0 + (count + 3) * SECOND + 7
        late = [("/tf", tf_cdr("odom", "lidar", stamp, 77.0), at)]
    path = write_bag(tmp_path / "bag", [*drive(count), *second, *late])
    scans = list(read_bag_scans(path))
    after = [round(float(s.sensor_to_map[0, 3]), 3) for s in scans if s.run == 1]
    assert after == [-2.0 * k for k in range(10)]
    before = [round(float(s.sensor_to_map[0, 3]), 3) for s in scans if s.run == 0]
    assert before == [float(k) for k in range(count)]
    assert "time goes back 1 times" in caplog.text
    loaded = load_scene(path, MapConfig(min_range_m=0.0), up="z")
    assert loaded.cloud.xyz[:, 0].max() < 15.0  # nothing of the first run, whose robot drove on


@pytest.mark.parametrize("kind", ["mcap", "db3"])
def test_times_of_recording_may_go_back_with_those_of_messages(tmp_path: Path, kind: str) -> None:
    """As a recorder that goes by simulated time writes them."""
    runs = [drive(20), drive(15, step=-2.0)]
    messages = [
        (topic, data, T0 + k // 2 * SECOND)
        for run in runs
        for k, (topic, data, _) in enumerate(run)
    ]
    if kind == "db3":
        path = tmp_path / "a.db3"
        write_database(path, messages)
    else:
        path = write_mcap(tmp_path / "a.mcap", messages, chunk_size=1500)
    expected = [(0, float(k)) for k in range(20)] + [(1, -2.0 * k) for k in range(15)]
    assert [(s.run, float(s.sensor_to_map[0, 3])) for s in read_bag_scans(path)] == expected


@pytest.mark.parametrize("ahead_s", [3600, -3600])
def test_one_stamp_of_another_time_is_no_reset(tmp_path: Path, ahead_s: int) -> None:
    slip = ("/tf", tf_cdr("odom", "lidar", T0 + ahead_s * SECOND, 77.0), T0 + 10 * SECOND + 5)
    path = write_bag(tmp_path / "bag", sorted([*drive(20), slip], key=lambda m: m[2]))
    assert places(path) == [float(k) for k in range(20)]
    assert {scan.run for scan in read_bag_scans(path)} == {0}


def test_clouds_without_a_stamp_are_refused(tmp_path: Path) -> None:
    messages = [(t, cloud_cdr("lidar", 0) if t == "/points" else d, s) for t, d, s in drive()]
    with pytest.raises(BadFileError, match="header has no stamp"):
        places(write_bag(tmp_path / "bag", messages))


def test_a_first_cloud_without_a_frame_hides_no_tree(tmp_path: Path) -> None:
    bare = ("/points", cloud_cdr("", T0), T0 - 1)
    path = write_bag(tmp_path / "bag", [bare, *drive()])
    assert places(path, map_frame="map") == [0, 1, 2, 3, 4]


def test_a_frame_with_two_parents_is_named(tmp_path: Path) -> None:
    other = [
        ("/tf", tf_cdr("world", "lidar", T0 + k * SECOND + 9, 50.0), T0 + k * SECOND + 9)
        for k in range(5)
    ]
    shifted = [
        (t, cloud_cdr("lidar", T0 + k // 2 * SECOND + SECOND // 2), s)
        if t == "/points"
        else (t, d, s)
        for k, (t, d, s) in enumerate(drive())
    ]
    with pytest.raises(BadFileError, match="'lidar' has two parents, 'odom' and 'world'"):
        places(write_bag(tmp_path / "bag", sorted([*shifted, *other], key=lambda m: m[2])))


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        ([("/tf", "lidar", "odom", 0.5, 5.0)], "round in a circle"),
        ([("/tf_static", "odom", "lidar", 2.5, 50.0)], "as moving and as static"),
        ([("/tf", "odom", "lidar", k + 0.25, 200.0 + k) for k in range(5)], "two publishers of"),
        ([("/tf", "odom", "lidar", float(k), 200.0) for k in range(5)], "two publishers of"),
    ],
)
def test_other_faults_of_the_tree_are_said(
    tmp_path: Path, faulty, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    added = [
        (topic, tf_cdr(parent, child, T0 + int(at * SECOND), x), T0 + int(at * SECOND) + 3)
        for topic, parent, child, at, x in faulty
    ]
    path = write_bag(tmp_path / "bag", sorted([*drive(), *added], key=lambda m: m[2]))
    with caplog.at_level(logging.WARNING):
        found = places(path)
    assert said in caplog.text
    assert "publishers" in said or found == [0, 1, 2, 3, 4]


def test_time_resets_by_themselves() -> None:
    resets = TimeResets()
    assert [resets.observe("base", k * SECOND) for k in (10, 20, 18, 30)] == [Order.ON] * 4
    assert resets.observe("base", 5 * SECOND) is Order.HELD
    assert resets.observe("base", 31 * SECOND) is Order.ON  # that one was late
    assert resets.observe("base", 4 * SECOND) is Order.HELD
    assert resets.observe("base", 5 * SECOND) is Order.RESET
    assert resets.observe("base", 31 * SECOND) is Order.STALE
    assert resets.observe("base", 6 * SECOND) is Order.ON
    assert resets.observe("base", 0) is Order.ON and resets.count == 1
    assert [resets.observe("base", (20 + k) * SECOND) for k in range(6)][-1] is Order.ON


def test_names_made_up_by_others_hide_no_reset_and_fill_no_memory():
    resets, now = TimeResets(), 0
    for k in range(20_000):
        now = (100 + k) * SECOND // 50
        assert resets.observe(f"stranger {k}", now) is Order.ON
        if k % 10 == 0:
            assert resets.observe("base", now) is Order.ON
    assert len(vars(resets)["_newest"]) <= 1000
    assert resets.observe("base", now - 9 * SECOND) is Order.HELD
    assert resets.observe("base", now - 8 * SECOND) is Order.RESET
    assert resets.observe("stranger 7", now) is Order.STALE
