"""Diagnoses of the doctor from what it saw; no graph needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from detailbase_ros.tools.doctor_checks import diagnose
from detailbase_ros.tools.observation import CloudTopic, Input, Observation

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
        (well(nodes=[], domain_id=7), "node", "ROS_DOMAIN_ID 7", "start it: "),
        (well(state="inactive"), "node", "is inactive", "lifecycle set /segmentation_node act"),
        (well(state="unconfigured"), "node", "is unconfigured", "node configure"),
        (well(map_frame="camera_optical"), "node", "does not point up", "odom or map"),
        (well(use_sim_time=True), "time", "nobody publishes /clock", "--clock"),
        (well(clock_publishers=["/player"]), "time", "/player publishes", "use_sim_time:=true"),
        (well(topics=[]), "clouds", "no sensor_msgs/PointCloud2", "rgbd:=true"),
        (
            with_topic(publishers=[], received=0),
            "/camera/points",
            "nobody publishes",
            "coloured cloud",
        ),
        (
            with_topic(mismatches={"/driver": "Best effort publisher and reliable subscription;"}),
            "/camera/points",
            "QoS of /driver",
            "qos_overrides./camera/points.subscription",
        ),
        (with_topic(received=0), "/camera/points", "nothing came from /driver in 10 s", "fastdds"),
        (
            with_topic(received=0, inputs=[Input("/driver", "/c/image", False, {})]),
            "/camera/points",
            "/driver makes it from /c/image, which nobody publishes",
            "color:=",
        ),
        (
            with_topic(received=0, inputs=[Input("/driver", "/c/image", True, {"/cam": "why;"})]),
            "/camera/points",
            "/driver makes it from /c/image; QoS of /cam and /driver do not match: why",
            "best_effort:=true",
        ),
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


TWO_PARENTS = "'lidar' has two parents, 'odom' and 'world': a frame may have one; stop one of them"
CIRCLE = "transforms go round in a circle: 'a' -> 'b' -> 'a'; each frame needs one parent"
STATIC = "'odom' -> 'lidar' is published as moving and as static; stop the static publisher"
TWO = "two publishers of 'odom' -> 'base' disagree by 3.00 m; stop one of them (two odometries)"
NAN = "transform 'odom' -> 'base': has NaN or infinite numbers; fix its publisher"
NO_STAMPS = "they have no stamp: fill header.stamp, or publish them on /tf_static"
NO_STAMP = "the cloud's header has no stamp, so nobody knows where; fill header.stamp"


@pytest.mark.parametrize("fault", [TWO_PARENTS, CIRCLE, STATIC, TWO, NAN])
@pytest.mark.parametrize("placed", [True, False])
def test_a_fault_of_the_tree_is_one_problem_with_its_fix(fault: str, placed: bool) -> None:
    why = f"{fault} (would be extrapolation into the past)"
    seen = with_topic(poses=20) if placed else with_topic(poses=0, pose_problem=why)
    dropped = ("segmentation_node: clouds", "dropped: no_transform (12)")
    (problem,) = problems(replace(seen, tf_faults=[fault], troubles=[dropped]))
    assert problem.part == "tf"
    assert f"{problem.what}; {problem.fix}" == fault


@pytest.mark.parametrize(
    ("seen", "what", "fix"),
    [
        (with_topic(complaint=NO_STAMP, lag_s=1.7e9), "has no stamp", "fill header.stamp"),
        (with_topic(empty=150), "not one finite point", "range limits"),
        (with_topic(median_m=2400.0), "2400 m away: millimetres", "REP 103"),
        (with_topic(back_s=40.0, lag_s=1e6), "went back by 40 s", "on_map_jump:=keep"),
        (
            well(use_sim_time=True, clock_publishers=["/player", "/gazebo"]),
            "/gazebo and /player publish /clock",
            "stop one of them",
        ),
        (
            with_topic(color_note="colours from r, g, b (on no usual scale: 0 to 3500 as ...)"),
            "r, g, b (on no usual scale: 0 to 3500",
            "8-bit colours, or 0 to 1",
        ),
        (
            with_topic(bad=3, bad_reason="the cloud's data is too short"),
            "3 of 150 of its clouds cannot be used: the cloud's data is too short",
            "left out",
        ),
        (
            replace(with_topic(far_m=5_412_345.0), map_frame="utm"),
            "is 5412345 m from the origin of utm",
            "odom instead of utm",
        ),
        (
            replace(
                with_topic(poses=0, pose_problem="frame 'camera_optical' does not exist"),
                tf_elsewhere=["/robot1/tf"],
            ),
            "the node does not hear the transforms on /robot1/tf",
            "publish the missing transform",
        ),
        (
            with_topic(poses=0, pose_problem=f"would be extrapolation: from 0 to 0 s; {NO_STAMPS}"),
            "0 s; they have no stamp",
            "fill header.stamp, or publish them on /tf_static",
        ),
        (
            replace(
                with_topic(poses=0, pose_problem="?"),
                tf_publishers=0,
                tf_elsewhere=["/robot1/tf", "/robot1/tf_static"],
            ),
            "but /robot1/tf, /robot1/tf_static",
            "-r /tf:=/robot1/tf -r /tf_static:=/robot1/tf_st",
        ),
        (
            replace(
                with_topic(poses=0, pose_problem="frame 'camera_optical' does not exist"),
                tf_mismatches=[("/tf_static", "/player", "Volatile publisher and ...;")],
            ),
            "QoS of /player and the node do not match on /tf_static: Volatile publisher",
            "qos_overrides./tf_static.subscription.durability:=volatile",
        ),
        (
            with_topic(poses=0, pose_problem="would be extrapolation into the future"),
            "into the future",
            "chrony",
        ),
        (
            with_topic(poses=0, lag_s=9.0, pose_problem="would be extrapolation into the future"),
            "9.0 s old on arrival",
            "chrony",
        ),
        (replace(with_topic(lag_s=1e9), clock_publishers=["/player"]), "/player publishes", "use_"),
    ],
)
def test_one_cause_is_one_problem(seen: Observation, what: str, fix: str) -> None:
    empty = ("segmentation_node: map", "still empty")
    (problem,) = problems(replace(seen, troubles=[empty]))
    assert what in problem.what
    assert fix in problem.fix


def test_intensities_are_grey_on_any_scale() -> None:
    """A lidar's counts are on no usual scale, and that is well."""
    note = "no colours: intensity treated as grey (on no usual scale: 0 to 3500 as ...)"
    (problem,) = problems(with_topic(grey=True, color_note=note))
    assert "has intensities" in problem.what


def test_two_topics_of_one_camera_are_one_problem_of_tf() -> None:
    seen = with_topic(poses=0, pose_problem="frame 'odom' does not exist")
    assert len(problems(replace(seen, topics=[*seen.topics, *seen.topics]))) == 1


def test_what_was_taken_for_colours_is_said() -> None:
    seen = with_topic(color_note="colours from r, g, b (0 to 1)")
    assert "; colours from r, g, b (0 to 1)" in diagnose(seen)[1].what


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


def test_a_stream_that_ended_and_left_a_map_is_no_problem() -> None:
    over = with_topic(received=0)
    stopped = ("segmentation_node: clouds", "no more clouds on /camera/points: ...")
    over = replace(over, stopped=["/camera/points"], voxels=90_000, troubles=[stopped])
    assert not problems(over)
    assert diagnose(over)[1].what == "its stream has stopped; the map has 90000 voxels of before"
    assert len(problems(replace(over, voxels=0))) == 1  # nothing was ever mapped


@pytest.mark.parametrize("received", [0, 4])
def test_clouds_that_are_lost_on_the_way_may_be_so_on_any_middleware(received: int) -> None:
    (problem,) = problems(with_topic(received=received))
    page = (Path(__file__).parents[3] / "docs" / "ros.md").read_text()
    *_, heading = problem.fix.split("docs/ros.md, ")
    assert "Zenoh" in problem.fix and f"\n## {heading}\n" in page


def test_one_large_cloud_a_second_is_no_problem() -> None:
    assert not problems(with_topic(received=9))


def test_a_small_slow_cloud_is_no_problem() -> None:
    assert not problems(with_topic(received=4, size_bytes=1000))
