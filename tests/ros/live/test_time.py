"""Clocks that jump, and map frames that do."""

import pytest
from rclpy.parameter import Parameter
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import PointCloud2

from detailbase_ros.messages.conversions import to_stamp
from detailbase_ros.msg import GroundedQuery
from tests.ros.live.graph import START_NS, wait_for

SECOND = 1_000_000_000


@pytest.fixture
def simulated(make_graph):
    """A graph whose node goes by simulated time, and `set_time(nanoseconds)`."""
    graph = make_graph(use_sim_time=True, tf_timeout_s=60.0)
    clock = graph.publisher(Clock, "/clock")

    def set_time(now_ns):
        graph.robot.now_ns = now_ns
        clock.publish(Clock(clock=to_stamp(now_ns)))
        wait_for(lambda: graph.node.get_clock().now().nanoseconds == now_ns)

    set_time(START_NS)
    return graph, set_time


def scan(graph):
    before = graph.counts.get("scans inserted", 0)
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=graph.robot.now_ns)
    graph.robot.send_cloud()
    wait_for(lambda: graph.counts.get("scans inserted", 0) == before + 1)


def test_time_that_goes_back_begins_another_map(simulated):
    graph, set_time = simulated
    scan(graph)
    graph.robot.send_cloud(frame="unknown")
    wait_for(lambda: graph.node.pipeline.scans.pending == 1)
    size = len(graph.grounder.map)
    set_time(START_NS - SECOND)  # no simulator starts anew so
    wait_for(lambda: any("time went back a little" in text for text in graph.warnings()))
    assert graph.node.pipeline.scans.pending == 0
    assert len(graph.grounder.map) == size
    scan(graph)  # the transforms of another time do not stand in its way
    set_time(100 * SECOND)
    wait_for(lambda: any("the map is cleared" in text for text in graph.warnings()))
    assert len(graph.grounder.map) == 0
    scan(graph)
    answer = graph.robot.ask_and_wait("the chair")
    assert answer.status == GroundedQuery.OK
    assert answer.header.stamp.sec == answer.received_at.sec == 100


def test_stamps_that_go_back_do_so_without_a_clock_too(graph):
    scan(graph)
    graph.robot.now_ns = START_NS - 40 * SECOND  # a recording that is played again
    for _ in range(2):
        graph.robot.send_tf(stamp_ns=graph.robot.now_ns)
    wait_for(lambda: any("time went back" in text for text in graph.warnings()))
    assert len(graph.grounder.map) == 0
    scan(graph)


def test_time_that_leaps_ahead_loses_nothing(simulated):
    graph, set_time = simulated
    scan(graph)
    set_time(START_NS + 3600 * SECOND)
    scan(graph)
    assert not graph.warnings()
    assert graph.robot.ask_and_wait("the chair").header.stamp.sec == START_NS // SECOND + 3600


def test_simulated_time_can_be_turned_on_while_it_runs(graph):
    scan(graph)
    graph.node.set_parameters([Parameter("use_sim_time", value=True)])
    wait_for(lambda: any("use_sim_time was changed" in text for text in graph.warnings()))
    graph.robot.now_ns = 50 * SECOND
    scan(graph)
    assert graph.robot.ask_and_wait("the chair").header.stamp.sec == 50


def test_scans_of_several_cameras_may_arrive_out_of_order(make_graph):
    graph = make_graph(cloud_topics=["points", "rear"])
    graph.robot.send_tf(static=True)
    rear = graph.publisher(PointCloud2, "rear", 5)
    for step in (0, 2, 1, 3):
        graph.robot.send_tf(stamp_ns=START_NS + step * SECOND)
    front = graph.robot.points
    for number, (publisher, step) in enumerate(((front, 3), (rear, 0), (front, 2), (rear, 1))):
        graph.robot.points = publisher
        graph.robot.send_cloud(stamp_ns=START_NS + step * SECOND)
        wait_for(lambda number=number: graph.counts.get("scans inserted") == number + 1)
    answer = graph.robot.ask_and_wait("the chair")
    assert answer.header.stamp.sec == START_NS // SECOND + 3  # the newest, not the last
    assert not graph.warnings()


@pytest.mark.parametrize(("reaction", "done"), [("clear", "cleared"), ("keep", "kept")])
def test_a_jump_of_the_map_frame(make_graph, reaction, done):
    graph = make_graph(map_frame="map", on_map_jump=reaction)
    graph.robot.send_tf(static=True)
    for n, shift in enumerate((0.0, 0.05, 4.0)):
        stamp_ns = START_NS + n * 2 * SECOND
        graph.robot.send_tf(stamp_ns=stamp_ns, parent="map", child="odom", x=shift)
        graph.robot.send_tf(stamp_ns=stamp_ns)
        graph.robot.send_cloud(stamp_ns=stamp_ns)
        wait_for(lambda n=n: graph.counts.get("scans inserted") == n + 1)
    assert graph.counts["map jumps"] == 1
    (warning,) = wait_for(graph.warnings)
    assert f"'map' jumped against 'odom': the map is {done}" in warning
    assert graph.grounder.map.frame == "map"
    cloud, _ = graph.grounder.map.snapshot()
    before_the_jump = cloud.xyz[:, 0].min() < 4.0
    assert before_the_jump == (done == "kept")
