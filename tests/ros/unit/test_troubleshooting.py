"""The ten most common mistakes, made: the page quotes what is said of each, word for word."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from detailbase_core.transforms import TransformBuffer
from detailbase_core.types import PointCloud
from detailbase_ros.messages.conversions import cloud_to_message
from detailbase_ros.node_config import NodeConfig
from detailbase_ros.programs import missing_text
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.scans.scan_intake import ArrivedScan, ScanIntake
from tests.ros.live.fake_grounder import FakeGrounder

PAGE = (Path(__file__).parents[3] / "docs" / "troubleshooting.md").read_text()
MISTAKES = dict(re.findall(r"^## \d+\. (.+)\n\n> (.+)$", PAGE, re.MULTILINE))
TOPIC, START_NS, SECOND = "/camera/points", 1_700_000_000_000_000_000, 1_000_000_000
UPRIGHT = (0.0, 0.0, 0.0, 1.0)


class Log(list):
    """A logger that keeps what it is told."""

    def info(self, text):
        self.append(text)

    warning = error = info


class Robot:
    """A camera whose scans go to the node's intake, with the node's own settings."""

    def __init__(self):
        self.log, self.transforms = Log(), TransformBuffer()
        self.grounder, self.config = FakeGrounder(), NodeConfig()

    def sees(self, *, topic=TOPIC, seconds=0.0, count=2000, scale=1.0, change=None):
        """One cloud from an optical frame, and what the intake says of it."""
        events = EventCounters(self.log)
        intake = ScanIntake(self.config, self.transforms, self.grounder, events)
        points = np.random.default_rng(0).uniform(0.5, 2.0, (count, 3)).astype(np.float32)
        stamp_ns = START_NS + round(seconds * SECOND)
        cloud = PointCloud(
            points * np.float32(scale), np.zeros((count, 3), np.uint8), "camera_optical", stamp_ns
        )
        message = cloud_to_message(cloud)
        if change is not None:
            change(message)
        try:
            scan = ArrivedScan.of(topic, message)
        except Exception as error:  # as ScanSubscriber says it, which needs ROS
            self.log.warning(f"{topic}: {error}")
            return
        intake.receive(scan, now=0.0)
        intake.retry(now=self.config.tf_timeout_s)

    def has_camera(self):
        self.transforms.set("base_link", "camera_optical", 0, (0.0, 0.0, 1.0), UPRIGHT, True)

    def has_odometry(self, begin_s=0.0, end_s=0.0):
        for seconds in (begin_s, end_s):
            stamp_ns = START_NS + round(seconds * SECOND)
            self.transforms.set("odom", "base_link", stamp_ns, (0.0, 0.0, 0.0), UPRIGHT, False)


@pytest.fixture
def robot():
    return Robot()


@pytest.fixture
def placed(robot):
    """A robot whose scans can be placed."""
    robot.has_camera()
    robot.has_odometry()
    return robot


def no_stamp(message):
    message.header.stamp.sec = message.header.stamp.nanosec = 0


def no_colour(message):
    message.fields = [field for field in message.fields if field.name != "rgb"]


def intensities(message):
    message.fields[-1].name = "intensity"


def assert_quoted(robot, mistake):
    """What the page quotes of this mistake was said, word for word."""
    assert MISTAKES[mistake] in robot.log, robot.log


def test_the_page_has_ten_mistakes():
    assert len(re.findall(r"^## \d+\. ", PAGE, re.MULTILINE)) == len(MISTAKES) == 10


def test_no_transform(robot):
    robot.has_camera()
    robot.sees()
    assert_quoted(robot, "No transform")


def test_clocks_of_two_machines(robot):
    robot.has_camera()
    robot.has_odometry(0.0, 9.5)
    robot.sees(seconds=12.1)
    assert_quoted(robot, "Clocks of two machines")


def test_a_cloud_without_stamp(placed):
    placed.sees(change=no_stamp)
    assert_quoted(placed, "A cloud without stamp or frame")


def test_a_cloud_without_colour(placed):
    placed.sees(change=no_colour)
    assert_quoted(placed, "A cloud without colour")


def test_intensities_only(placed):
    placed.sees(topic="/livox/lidar", change=intensities)
    assert_quoted(placed, "Intensities only")


def test_millimetres(placed):
    placed.sees(count=307_200, scale=1000.0)
    assert_quoted(placed, "Millimetres, or everything too far away")


def test_a_loaded_map_of_another_frame(placed):
    placed.grounder.map.insert(
        PointCloud(np.ones((1, 3), np.float32), np.zeros((1, 3), np.uint8), "camera", START_NS),
        np.eye(4),
        "map",
    )
    placed.sees()
    mistake = "A loaded map of another frame"
    assert f"{TOPIC}: {MISTAKES[mistake]}" in placed.log, placed.log


def test_a_missing_package(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    expected = MISTAKES["No torch in this Python, or another package that is missing"]
    assert missing_text(["scipy", "torch"]) == expected


def test_published_but_nothing_arrives():
    qos = pytest.importorskip("rclpy.qos")
    from detailbase_ros.scans.topic_monitor import explain_silence

    reliable = qos.QoSProfile(depth=5, reliability=qos.ReliabilityPolicy.RELIABLE)
    driver = SimpleNamespace(
        node_name="camera",
        node_namespace="/",
        topic_type="sensor_msgs/msg/PointCloud2",
        qos_profile=qos.qos_profile_sensor_data,
    )
    node = SimpleNamespace(topic_name=TOPIC, qos_profile=reliable)
    assert explain_silence(node, [driver]) == MISTAKES["Published, but nothing arrives"]
    driver.qos_profile = reliable  # they match
    said = explain_silence(node, [driver])
    assert "net.core.rmem_max" in said and "Zenoh: docs/ros.md, Other middlewares" in said


def test_an_optical_frame_as_map():
    pytest.importorskip("rclpy")
    node = pytest.importorskip("detailbase_ros.segmentation_node").SegmentationNode
    log = Log()
    config = NodeConfig(map_frame="camera_color_optical_frame")
    node._warn_of_odd_frames(SimpleNamespace(get_logger=lambda: log), config)
    assert log == [MISTAKES["An optical frame as map"]]
