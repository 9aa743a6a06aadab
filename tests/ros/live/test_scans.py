"""Clouds and transforms on a live graph, good ones and bad ones."""

import time
from array import array

import numpy as np
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import PointCloud2

from detailbase_ros.messages.conversions import to_stamp
from detailbase_ros.msg import GroundedQuery
from tests.ros.live.graph import START_NS, wait_for

SECOND = 1_000_000_000


def drive_on(graph):
    """Two seconds later the robot says where it is."""
    graph.robot.now_ns += 2 * SECOND
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=graph.robot.now_ns)


AGAIN_S = 20.0  # what a busy machine loses on its best-effort way is sent again


def send_until_mapped(graph, *cloud):
    """A good scan enters the map."""
    before, sent_at = graph.counts.get("scans inserted", 0), -AGAIN_S

    def mapped():
        nonlocal sent_at
        if time.monotonic() - sent_at >= AGAIN_S:
            graph.robot.send_cloud(*cloud)
            sent_at = time.monotonic()
        return graph.counts.get("scans inserted", 0) > before

    wait_for(mapped, what="a good scan in the map")


def answers_still(graph):
    """A good scan enters the map and the next query is answered."""
    drive_on(graph)
    send_until_mapped(graph)
    return graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK


def dropped(graph, cause):
    return graph.counts.get(f"dropped: {cause}", 0)


def fields_without(name):
    def change(message):
        message.fields = [f for f in message.fields if f.name != name]

    return change


def setting_of(**values):
    def change(message):
        for name, value in values.items():
            setattr(message, name, value)

    return change


def no_stamp(message):
    message.header.stamp = to_stamp(0)


def no_frame(message):
    message.header.frame_id = ""


def field_beyond_the_point(message):
    message.fields[0].offset = 4000


MALFORMED = {
    "too few data": setting_of(data=array("B", b"123")),
    "points of no bytes": setting_of(point_step=0),
    "another height": setting_of(height=7),
    "a huge width": setting_of(width=2**31),
    "no fields": setting_of(fields=[]),
    "no y": fields_without("y"),
    "no colours": fields_without("rgb"),
    "a field beyond the point": field_beyond_the_point,
    "no stamp": no_stamp,
    "no frame": no_frame,
}


def test_malformed_clouds_are_dropped_and_counted(graph):
    for count, (name, change) in enumerate(MALFORMED.items(), start=1):
        drive_on(graph)
        graph.robot.send_cloud(change=change)
        wait_for(lambda count=count: dropped(graph, "bad_cloud") == count, what=f"a drop: {name}")
        assert answers_still(graph), name
    assert graph.counts["scans inserted"] >= len(MALFORMED)


ONE_METRE_AHEAD = np.tile([0.0, 0.0, 1.0], (50, 1))


USELESS = {
    "empty": (np.empty((0, 3)), None),
    "all NaN": (np.full((50, 3), np.nan), None),
    "infinite": (np.full((50, 3), np.inf), None),
    "1e6 m": (np.full((50, 3), 1e6), None),
    "1e38 m": (np.full((50, 3), 1e38), None),
    "wrong endianness": (ONE_METRE_AHEAD, setting_of(is_bigendian=True)),
}


def test_clouds_without_usable_points_are_dropped_and_counted(graph):
    for name, (xyz, change) in USELESS.items():
        cause = "empty_cloud" if not len(xyz) else "no_points_in_range"
        before, size = dropped(graph, cause), len(graph.grounder.map)
        drive_on(graph)
        graph.robot.send_cloud(xyz, change=change)
        wait_for(
            lambda cause=cause, before=before: dropped(graph, cause) == before + 1,
            what=f"a drop: {name}",
        )
        assert len(graph.grounder.map) == size, name
        assert answers_still(graph), name


def test_a_map_frame_at_1e6_m_is_refused_or_mapped_never_a_crash(graph):
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=START_NS, x=1e6)
    graph.robot.send_cloud()
    wait_for(lambda: dropped(graph, "bad_cloud") + graph.counts.get("scans inserted", 0) == 1)
    assert answers_still(graph)


def test_one_point_is_a_map(graph):
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=START_NS)
    graph.robot.send_cloud([[0.0, 0.0, 1.0]])
    wait_for(lambda: len(graph.grounder.map) == 1)
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK


def test_five_million_points_at_once_are_mapped(graph):
    """80 MB in one message, sent over the graph."""
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=START_NS)
    xyz = np.random.default_rng(0).uniform([-2, -2, 2], [2, 2, 6], (5_000_000, 3))
    send_until_mapped(graph, xyz)
    assert len(graph.grounder.map) > 100_000
    assert answers_still(graph)


def test_without_tf_scans_are_dropped_with_the_known_frames_named(make_graph):
    graph = make_graph(tf_timeout_s=0.2)
    graph.robot.send_tf(stamp_ns=START_NS, parent="world", child="elsewhere")
    graph.robot.send_cloud()
    wait_for(lambda: dropped(graph, "no_transform") == 1)
    warning = wait_for(graph.warnings)[-1]
    assert "'camera_optical'" in warning
    assert "Frames on /tf: elsewhere, world" in warning
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.EMPTY_MAP
    assert answers_still(graph)


def test_a_scan_waits_for_late_tf(make_graph):
    graph = make_graph(tf_timeout_s=20.0)
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=START_NS - SECOND // 10)
    graph.robot.send_cloud()
    wait_for(lambda: graph.counts.get("scans received") == 1)
    graph.robot.send_tf(stamp_ns=START_NS + SECOND // 10)
    wait_for(lambda: graph.counts.get("scans inserted") == 1)
    assert not any(name.startswith("dropped") for name in graph.counts)


def test_too_many_waiting_scans_push_out_the_oldest(make_graph):
    graph = make_graph(tf_timeout_s=60.0, max_waiting_scans=3)
    for n in range(5):
        graph.robot.send_cloud(stamp_ns=START_NS + n * 2 * SECOND)
    wait_for(lambda: dropped(graph, "too_many_waiting") == 2)
    graph.robot.send_tf(static=True)
    for n in range(5):
        graph.robot.send_tf(stamp_ns=START_NS + n * 2 * SECOND)
    wait_for(lambda: graph.counts.get("scans inserted") == 3)


def test_a_resting_camera_adds_one_scan_per_second(graph):
    graph.robot.send_tf(static=True)
    for n in range(12):  # 2.2 seconds at 5 Hz
        graph.robot.send_tf(stamp_ns=START_NS + n * SECOND // 5)
        graph.robot.send_cloud(stamp_ns=START_NS + n * SECOND // 5)
        wait_for(lambda n=n: graph.counts.get("scans received") == n + 1)
    wait_for(lambda: graph.counts.get("scans skipped (camera at rest)") == 9)
    assert graph.counts["scans inserted"] == 3


def test_a_broken_transform_is_reported_and_ignored(graph):
    graph.robot.send_tf(stamp_ns=START_NS, x=float("nan"))
    wait_for(lambda: dropped(graph, "bad_transform") == 1)
    assert answers_still(graph)


def test_both_reliabilities_of_a_publisher_work(graph):
    graph.fill_map()
    best_effort = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
    graph.robot.points = graph.publisher(PointCloud2, "points", best_effort)
    assert answers_still(graph)


def test_several_cloud_topics_build_one_map(make_graph):
    graph = make_graph(cloud_topics=["points", "rear/points"])
    graph.fill_map()
    size = len(graph.grounder.map)
    graph.robot.points = graph.publisher(PointCloud2, "rear/points", 5)
    x, y = np.meshgrid(np.linspace(-0.3, 0.3, 20), np.linspace(-0.2, 0.2, 15))
    graph.robot.send_cloud(np.stack([x.ravel(), y.ravel(), np.full(x.size, 3.0)], axis=1))
    wait_for(lambda: len(graph.grounder.map) == 2 * size)


def test_an_optical_map_frame_is_warned_about(make_graph):
    graph = make_graph(map_frame="camera_optical")
    wait_for(lambda: any("z is not up" in warning for warning in graph.warnings()))
    graph.robot.send_cloud()  # already in the map frame: needs no TF
    wait_for(lambda: graph.counts.get("scans inserted") == 1)
