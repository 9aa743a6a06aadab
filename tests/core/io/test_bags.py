"""Bags of ROS 2's own recorder, and ours: read, written, and checked by an independent reader."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from mcap.reader import make_reader
from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from detailbase_core.errors import BadFileError
from detailbase_core.io.bags import StampedTransform, read_bag, read_bag_scans
from detailbase_core.io.pointcloud2 import encode_points
from detailbase_core.types import PointCloud
from detailbase_ros.messages.stand_ins import read_definitions
from detailbase_ros.messages.topics import GROUNDING, Topic
from detailbase_ros.replay.bag_writer import BagWriter

DATA = Path(__file__).parents[2] / "data"
BAGS = (
    "room_mcap",
    "room_db3",
    "room_mcap_zstd",
    "room_mcap/room_mcap_0.mcap",
    "room_db3/room_db3_0.db3",
    "room_mcap_zstd/room_mcap_zstd_0.mcap.zstd",
)
TYPES = get_typestore(Stores.ROS2_JAZZY)
SECOND = 1_000_000_000


def make(name: str, /, **members: Any) -> Any:
    return TYPES.types[name](**members)


def header(frame: str, stamp_ns: int) -> Any:
    stamp = make("builtin_interfaces/msg/Time", sec=stamp_ns // SECOND, nanosec=stamp_ns % SECOND)
    return make("std_msgs/msg/Header", stamp=stamp, frame_id=frame)


def cloud_cdr(frame: str, stamp_ns: int, count: int = 4, cut: int = 0) -> bytes:
    points = encode_points(
        np.arange(3 * count, dtype=np.float32).reshape(-1, 3), np.full((count, 3), 7, np.uint8)
    )
    message = make(
        "sensor_msgs/msg/PointCloud2",
        header=header(frame, stamp_ns),
        height=1,
        width=count,
        fields=[
            make("sensor_msgs/msg/PointField", name=n, offset=o, datatype=t, count=1)
            for n, o, t in points.fields
        ],
        is_bigendian=False,
        point_step=points.point_step,
        row_step=points.point_step * count,
        data=np.frombuffer(points.data, np.uint8)[: len(points.data) - cut],
        is_dense=True,
    )
    return bytes(TYPES.serialize_cdr(message, "sensor_msgs/msg/PointCloud2"))


def tf_cdr(parent: str, child: str, stamp_ns: int, x: float) -> bytes:
    transform = make(
        "geometry_msgs/msg/Transform",
        translation=make("geometry_msgs/msg/Vector3", x=x, y=0.0, z=0.0),
        rotation=make("geometry_msgs/msg/Quaternion", x=0.0, y=0.0, z=0.0, w=1.0),
    )
    stamped = make(
        "geometry_msgs/msg/TransformStamped",
        header=header(parent, stamp_ns),
        child_frame_id=child,
        transform=transform,
    )
    message = make("tf2_msgs/msg/TFMessage", transforms=[stamped])
    return bytes(TYPES.serialize_cdr(message, "tf2_msgs/msg/TFMessage"))


def write_bag(path: Path, messages: list[tuple[str, bytes, int]]) -> Path:
    with BagWriter(path) as bag:
        for topic in dict.fromkeys(m[0] for m in messages):
            kind = "tf2_msgs/msg/TFMessage" if "tf" in topic else "sensor_msgs/msg/PointCloud2"
            bag.add_topic(Topic(topic, kind, latched=topic == "/tf_static"))
        for topic, cdr, stamp in messages:
            bag.write(topic, cdr, stamp)
    return path


# -- reading -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BAGS)
def test_recorded_bags(name: str) -> None:
    scans = list(read_bag_scans(DATA / name))
    assert [s.cloud.stamp_ns % SECOND // 1_000_000 for s in scans] == [100, 300, 500, 700]
    for k, scan in enumerate(scans):
        assert (scan.topic, scan.cloud.frame, scan.map_frame) == (
            "/camera/points",
            "camera_optical",
            "odom",
        )
        assert scan.cloud.image_shape == (120, 160)
        assert np.isnan(scan.cloud.xyz).any() and np.isfinite(scan.cloud.xyz).any()
        np.testing.assert_allclose(scan.sensor_to_map[:3, 3], [0.02 + 0.04 * k, 0, 1.1], atol=1e-9)
        half = np.sqrt(0.5)  # the camera looks along x, half-way down to the floor
        rotation = [[0, -half, half], [-1, 0, 0], [0, -half, -half]]
        np.testing.assert_allclose(scan.sensor_to_map[:3, :3], rotation, atol=1e-9)


def test_read_bag_gives_plain_values_in_order_of_recording() -> None:
    messages = list(read_bag(DATA / "room_mcap"))
    assert len(messages) == 25
    stamps = [stamp for _, stamp, _ in messages]
    assert stamps == sorted(stamps)
    static = [value for topic, _, value in messages if topic == "/tf_static"]
    assert isinstance(static[0][0], StampedTransform) and static[0][0].static
    clouds = [value for topic, _, value in messages if topic == "/camera/points"]
    assert len(clouds) == 4 and isinstance(clouds[0], PointCloud)


def test_transforms_may_come_after_the_clouds(tmp_path: Path) -> None:
    messages = [("/points", cloud_cdr("lidar", 2 * SECOND), 1)]
    messages += [("/tf", tf_cdr("world", "lidar", k * SECOND, float(k)), 2 + k) for k in (1, 3)]
    (scan,) = read_bag_scans(write_bag(tmp_path / "late", messages))
    assert scan.map_frame == "world"  # no odom here: the root of the tree
    assert scan.sensor_to_map[0, 3] == pytest.approx(2.0)


def test_scans_without_a_pose_are_left_out_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    messages = [("/tf", tf_cdr("odom", "lidar", k * SECOND, float(k)), k) for k in (1, 3)]
    messages += [("/points", cloud_cdr("lidar", k * SECOND), 4 + k) for k in (2, 8)]
    messages += [("/points", cloud_cdr("lidar", 2 * SECOND, cut=5), 20)]
    with caplog.at_level(logging.WARNING):
        scans = list(read_bag_scans(write_bag(tmp_path / "gap", messages)))
    assert [s.cloud.stamp_ns for s in scans] == [2 * SECOND]
    assert "left out 2 of 3 clouds" in caplog.text
    assert len(caplog.records) == 1


def test_a_bag_whose_clouds_have_no_pose_says_why(tmp_path: Path) -> None:
    messages = [("/tf", tf_cdr("odom", "base", SECOND, 0.0), 1)]
    messages += [("/points", cloud_cdr("lidar", SECOND), 2)]
    path = write_bag(tmp_path / "apart", messages)
    with pytest.raises(BadFileError, match=r"none of 1 clouds on /points is of use.*lidar"):
        list(read_bag_scans(path))


def test_a_bag_without_transforms_lies_as_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_bag(tmp_path / "still", [("/points", cloud_cdr("camera", SECOND), 2)])
    with caplog.at_level(logging.WARNING):
        (scan,) = read_bag_scans(path)
    np.testing.assert_array_equal(scan.sensor_to_map, np.eye(4))
    assert scan.map_frame == "camera" and "no transforms" in caplog.text


def test_results_in_the_map_frame_are_not_taken_for_scans(tmp_path: Path) -> None:
    messages = [("/tf_static", tf_cdr("odom", "lidar", 0, 1.0), 1)]
    messages += [("/result", cloud_cdr("odom", SECOND), 2), ("/points", cloud_cdr("lidar", 9), 3)]
    path = write_bag(tmp_path / "both", messages)
    assert [s.topic for s in read_bag_scans(path)] == ["/points"]
    assert [s.topic for s in read_bag_scans(path, topics=["/result"])] == ["/result"]


def test_a_bag_without_clouds_is_refused(tmp_path: Path) -> None:
    path = write_bag(tmp_path / "tf", [("/tf", tf_cdr("odom", "base", SECOND, 0.0), 1)])
    with pytest.raises(BadFileError, match="no sensor_msgs/msg/PointCloud2"):
        list(read_bag_scans(path))


@pytest.mark.parametrize("source", ["room_mcap/room_mcap_0.mcap", "room_db3/room_db3_0.db3"])
@pytest.mark.parametrize("part", [0.0, 0.00001, 0.01, 0.5, 0.99, 0.99999])
def test_of_truncated_bags_what_is_there_is_read(
    tmp_path: Path, source: str, part: float, caplog: pytest.LogCaptureFixture
) -> None:
    data = (DATA / source).read_bytes()
    path = tmp_path / Path(source).name
    path.write_bytes(data[: int(part * len(data))])
    if part < 0.5 or "db3" in source:  # nothing is there, or SQLite cannot find it
        with pytest.raises(BadFileError, match=path.name):
            list(read_bag_scans(path))
        return
    whole = list(read_bag_scans(DATA / source))
    found = list(read_bag_scans(path))
    assert 0 < len(found) <= len(whole)
    assert part > 0.999 or "end is missing" in caplog.text
    for scan, right in zip(found, whole, strict=False):
        np.testing.assert_array_equal(scan.cloud.xyz, right.cloud.xyz)
        np.testing.assert_array_equal(scan.sensor_to_map, right.sensor_to_map)


def test_a_flipped_byte_is_an_answer_or_one_error(tmp_path: Path) -> None:
    data = bytearray((DATA / "room_mcap/room_mcap_0.mcap").read_bytes())
    path = tmp_path / "flipped.mcap"
    for position in np.linspace(8, len(data) - 9, 40).astype(int):
        broken = data.copy()
        broken[position] ^= 0xFF
        path.write_bytes(broken)
        try:
            assert len(list(read_bag_scans(path))) <= 4
        except BadFileError as error:
            assert "flipped.mcap" in str(error)


def test_not_a_bag(tmp_path: Path) -> None:
    shutil.copy(DATA / "room_mcap/room_mcap_0.mcap", tmp_path / "room.db3")
    assert len(list(read_bag_scans(tmp_path / "room.db3"))) == 4  # whatever its name
    shutil.copy(DATA / "room_mcap_zstd/room_mcap_zstd_0.mcap.zstd", tmp_path)
    assert len(list(read_bag_scans(tmp_path / "room_mcap_zstd_0.mcap.zstd"))) == 4
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    (tmp_path / "lfs.mcap").write_bytes(pointer)
    with pytest.raises(BadFileError, match="a Git LFS pointer"):
        list(read_bag_scans(tmp_path / "lfs.mcap"))
    (tmp_path / "bag").mkdir()
    with pytest.raises(BadFileError, match="folder without"):
        list(read_bag_scans(tmp_path / "bag"))
    (tmp_path / "bag" / "metadata.yaml").write_text("rosbag2_bagfile_information: 3")
    with pytest.raises(BadFileError, match="broken"):
        list(read_bag_scans(tmp_path / "bag"))


# -- writing -----------------------------------------------------------------------------------


def test_written_bags_open_in_an_independent_reader(tmp_path: Path) -> None:
    path = tmp_path / "run" / "robot"
    with BagWriter(path) as bag:
        bag.add_topic(Topic("/tf_static", "tf2_msgs/msg/TFMessage", latched=True, depth=1))
        bag.add_topic(Topic("/points", "sensor_msgs/msg/PointCloud2", reliable=False, depth=5))
        bag.write("/tf_static", tf_cdr("odom", "lidar", 0, 1.0), 5 * SECOND)
        bag.write("/points", cloud_cdr("lidar", 6 * SECOND), 6 * SECOND)
    assert sorted(p.name for p in path.iterdir()) == ["metadata.yaml", "robot.mcap"]
    assert [p.name for p in path.parent.iterdir()] == ["robot"]

    with (path / "robot.mcap").open("rb") as file:
        messages = [(s, c, m) for s, c, m in make_reader(file).iter_messages()]
    assert [(s.name, s.encoding, c.topic, m.log_time) for s, c, m in messages] == [
        ("tf2_msgs/msg/TFMessage", "ros2msg", "/tf_static", 5 * SECOND),
        ("sensor_msgs/msg/PointCloud2", "ros2msg", "/points", 6 * SECOND),
    ]
    assert all(c.message_encoding == "cdr" for _, c, _ in messages)
    qos = [yaml.safe_load(c.metadata["offered_qos_profiles"])[0] for _, c, _ in messages]
    latched, sensor = qos
    assert (latched["durability"], latched["reliability"], latched["depth"]) == (1, 1, 1)
    assert (sensor["durability"], sensor["reliability"], sensor["depth"]) == (2, 2, 5)
    assert messages[1][2].data == cloud_cdr("lidar", 6 * SECOND)
    (scan,) = read_bag_scans(path)
    assert scan.sensor_to_map[0, 3] == 1.0

    info = yaml.safe_load((path / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert (info["storage_identifier"], info["message_count"]) == ("mcap", 2)
    topics = {
        t["topic_metadata"]["name"]: t["topic_metadata"] for t in info["topics_with_message_count"]
    }
    assert yaml.safe_load(topics["/tf_static"]["offered_qos_profiles"]) == [latched]
    assert all(t["type_description_hash"].startswith("RIHS01_") for t in topics.values())


def test_own_message_types_travel_with_their_definitions(tmp_path: Path) -> None:
    folder = tmp_path / "msg"
    folder.mkdir()
    (folder / "Answer.msg").write_text("# outer first\nstd_msgs/Header header\nPart[] parts\n")
    (folder / "Part.msg").write_text("string text\nfloat32 score  # in [0, 1]\n")
    definitions = read_definitions(folder, "our_msgs")
    types = get_typestore(Stores.ROS2_JAZZY)
    for name, text in definitions.items():
        types.register(get_types_from_msg(text, name)) if name.endswith("Part") else None
    types.register(get_types_from_msg(definitions["our_msgs/msg/Answer"], "our_msgs/msg/Answer"))
    part = types.types["our_msgs/msg/Part"](text="the chair", score=0.5)
    answer = types.types["our_msgs/msg/Answer"](header=header("odom", 5), parts=[part])
    with BagWriter(tmp_path / "bag", definitions) as bag:
        bag.add_topic(Topic("/answer", "our_msgs/msg/Answer", latched=True))
        bag.write("/answer", bytes(types.serialize_cdr(answer, "our_msgs/msg/Answer")), 7)
    with Reader(tmp_path / "bag") as reader:
        ((connection, stamp, raw),) = reader.messages()
        fresh = get_typestore(Stores.ROS2_JAZZY)
        fresh.register(get_types_from_msg(connection.msgdef.data, connection.msgtype))
        read = fresh.deserialize_cdr(raw, connection.msgtype)
    assert stamp == 7 and read.header.frame_id == "odom"
    assert [(p.text, p.score) for p in read.parts] == [("the chair", 0.5)]


def test_an_unknown_type_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="our_msgs/msg/Lost"), BagWriter(tmp_path / "bag") as bag:
        bag.add_topic(Topic("/answer", "our_msgs/msg/Lost"))
    assert list(tmp_path.iterdir()) == []


def test_an_older_bag_stays_unless_it_is_to_be_replaced_and_the_new_one_is_whole(
    tmp_path: Path,
) -> None:
    path = write_bag(tmp_path / "bag", [("/points", cloud_cdr("camera", SECOND), 2)])
    before = (path / "metadata.yaml").read_text()
    with pytest.raises(BadFileError, match="exists already"):
        BagWriter(path)
    with pytest.raises(RuntimeError), BagWriter(path, replace=True) as bag:
        bag.add_topic(Topic("/points", "sensor_msgs/msg/PointCloud2"))
        raise RuntimeError("power cut")
    assert (path / "metadata.yaml").read_text() == before
    with BagWriter(path, replace=True) as bag:
        bag.add_topic(Topic("/other", "sensor_msgs/msg/PointCloud2"))
        bag.write("/other", cloud_cdr("camera", SECOND), 3)
    assert [s.topic for s in read_bag_scans(path)] == ["/other"]
    assert [p.name for p in tmp_path.iterdir()] == ["bag"]


def test_a_folder_that_is_no_bag_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    with pytest.raises(BadFileError, match="exists already"):
        BagWriter(tmp_path / "thesis", replace=True)


def test_our_own_messages_are_described_for_foxglove(tmp_path: Path) -> None:
    definitions = read_definitions(Path(__file__).parents[3] / "msg", "detailbase_ros")
    with BagWriter(tmp_path / "bag", definitions) as bag:
        bag.add_topic(GROUNDING)
        bag.write(GROUNDING.full_name, b"\0\1\0\0", 1)
    with (tmp_path / "bag" / "bag.mcap").open("rb") as file:
        ((schema, channel, _),) = make_reader(file).iter_messages()
    text = schema.data.decode()
    assert (schema.name, schema.encoding) == ("detailbase_ros/msg/GroundedQuery", "ros2msg")
    assert "uint8 NOTHING_FOUND=1" in text
    for name in ("detailbase_ros/GroundedPhrase", "detailbase_ros/PhraseInstance"):
        assert f"MSG: {name}" in text
    assert yaml.safe_load(channel.metadata["offered_qos_profiles"])[0]["depth"] == 256


@pytest.mark.parametrize("other", ["notes.txt", "photos/", "metadata.yaml.old"])
def test_a_folder_that_holds_more_than_a_recording_is_not_replaced(tmp_path, other):
    path = tmp_path / "bag"
    BagWriter(path).close()
    (path / other).mkdir() if other.endswith("/") else (path / other).write_text("mine")
    with pytest.raises(BadFileError, match="exists already"):
        BagWriter(path, replace=True)
    assert (path / other).exists()
