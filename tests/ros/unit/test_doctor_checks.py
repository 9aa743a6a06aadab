"""Diagnoses of the doctor from what it saw; no graph needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from detailbase_ros.tools.doctor_checks import CloudTopic, Observation, diagnose

if TYPE_CHECKING:
    from detailbase_ros.tools.doctor_checks import Diagnosis


def well(**changes: object) -> Observation:
    """A graph on which everything works."""
    topic = CloudTopic(
        "/camera/points",
        publishers=["/driver"],
        received=150,
        size_bytes=4_800_000,
        frame="camera_optical",
        lag_s=0.03,
        poses=20,
    )
    seen = Observation(
        nodes=["/segmentation_node"],
        state="active",
        topics=[topic],
        tf_publishers=3,
        torch="2.13 on cpu, 7 threads",
    )
    return replace(seen, **changes)


def with_topic(**changes: object) -> Observation:
    seen = well()
    return replace(seen, topics=[replace(seen.topics[0], **changes)])


def problems(seen: Observation) -> list[Diagnosis]:
    return [diagnosis for diagnosis in diagnose(seen) if diagnosis.fix]


def test_nothing_is_wrong_where_nothing_is() -> None:
    diagnoses = diagnose(well())
    assert not problems(well())
    assert [f.part for f in diagnoses] == ["node", "/camera/points", "tf", "torch", "model"]
    assert diagnoses[1].what == "15.0 Hz, 4.8 MB each, in camera_optical"


@pytest.mark.parametrize(
    ("seen", "part", "what", "fix"),
    [
        (well(nodes=[], domain_id=7), "node", "ROS_DOMAIN_ID 7", "ros2 run detailbase_ros"),
        (well(state="inactive"), "node", "is inactive", "lifecycle set /segmentation_node act"),
        (well(state="unconfigured"), "node", "is unconfigured", "node configure"),
        (well(map_frame="camera_optical"), "node", "does not point up", "odom or map"),
        (well(use_sim_time=True), "time", "nobody publishes /clock", "--clock"),
        (well(clock_publishers=["/player"]), "time", "/player publishes", "use_sim_time:=true"),
        (well(topics=[]), "clouds", "no sensor_msgs/PointCloud2", "rgbd:=true"),
        (with_topic(publishers=[], received=0), "/camera/points", "nobody publishes", "topic list"),
        (
            with_topic(mismatches={"/driver": "Best effort publisher and reliable subscription;"}),
            "/camera/points",
            "QoS of /driver",
            "qos_overrides./camera/points.subscription",
        ),
        (with_topic(received=0), "/camera/points", "nothing came from /driver in 10 s", "fastdds"),
        (with_topic(received=4), "/camera/points", "0.4 Hz, 4.8 MB", "FASTDDS_DEFAULT_PROFILES"),
        (with_topic(complaint="has no field 'rgb'"), "/camera/points", "'rgb'", "docs/cameras.md"),
        (with_topic(grey=True), "/camera/points", "no colours", "coloured cloud"),
        (with_topic(lag_s=9.4), "/camera/points", "9.4 s old", "chrony"),
        (with_topic(lag_s=-3.0), "/camera/points", "3.0 s in the future", "chrony"),
        (
            with_topic(poses=0, pose_problem="frame 'odom' does not exist"),
            "tf",
            "camera_optical -> odom: frame 'odom' does not exist",
            "set map_frame",
        ),
        (well(torch_problem="install it"), "torch", "2.13", "install it"),
        (well(model_problem="/x: cannot be read"), "model", "/x: cannot", "set checkpoint"),
        (well(troubles=[("segmentation_node: map", "full")]), "node", "map: full", "its log"),
    ],
)
def test_each_problem_is_named_with_its_fix(
    seen: Observation, part: str, what: str, fix: str
) -> None:
    (problem,) = problems(seen)
    assert problem.part == part
    assert what in problem.what
    assert fix in problem.fix


def test_without_tf_publishers_the_fix_is_another() -> None:
    seen = replace(with_topic(poses=0, pose_problem="unknown"), tf_publishers=0)
    (problem,) = problems(seen)
    assert "robot_state_publisher" in problem.fix


def test_a_topic_next_door_is_suggested() -> None:
    seen = replace(with_topic(publishers=[], received=0), other_topics=["/zed/cloud"])
    (problem,) = problems(seen)
    assert "-r points:=/zed/cloud" in problem.fix


def test_where_nothing_arrives_nothing_more_is_said_of_it() -> None:
    parts = [f.part for f in diagnose(with_topic(received=0))]
    assert "tf" not in parts


def test_a_small_slow_cloud_is_no_problem() -> None:
    assert not problems(with_topic(received=4, size_bytes=1000))
