"""Ten thousand clouds that nobody should send: none ends the node, all are accounted for."""

import gc

import pytest
import rclpy
from hypothesis import HealthCheck, given, settings
from rclpy.parameter import Parameter

from detailbase_ros.msg import GroundedQuery
from detailbase_ros.segmentation_node import SegmentationNode
from tests.ros.live.domains import DOMAINS
from tests.ros.live.fake_grounder import FakeGrounder
from tests.ros.live.graph import wait_for
from tests.ros.live.malformed import STAMP_NS, ten_clouds

PARAMETERS = {"map_frame": "camera", "tf_timeout_s": 0.0, "max_scan_gap_s": 0.0}
UNSPUN = {**PARAMETERS, "autostart": False}
ENDS = (
    "scans inserted",
    "dropped: bad_cloud",
    "dropped: empty_cloud",
    "dropped: no_points_in_range",
    "dropped: no_transform",
)
LENIENT = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
}


@pytest.fixture
def unspun():
    """An active node that nobody spins, so that its callbacks can be called here."""
    context = rclpy.Context()
    context.init(domain_id=next(DOMAINS))
    node = SegmentationNode(
        lambda config: FakeGrounder(config),
        context=context,
        parameter_overrides=[
            Parameter(name, value=value)
            for name, value in {**PARAMETERS, "autostart": False}.items()
        ],
    )
    node.trigger_configure()
    node.trigger_activate()
    yield node
    wait_for(node.stop, what="the end of the node's worker")
    node.destroy_node()
    context.try_shutdown()
    del node
    gc.collect()  # see Graph.close


@settings(max_examples=1000, **LENIENT)
@given(messages=ten_clouds())
def test_every_cloud_has_one_end_and_none_is_our_fault(unspun, messages):
    scans, events = unspun.pipeline.scans, unspun.pipeline.scan_events
    for message in messages:
        before = events.counts()
        scans._receive("/points", message)
        after = events.counts()
        ended = sum(after.get(name, 0) - before.get(name, 0) for name in ENDS)
        assert ended == 1, message
        assert "dropped: internal_error" not in after
        assert scans.pending == 0


def test_some_of_them_come_over_the_graph(make_graph):
    graph = make_graph(**PARAMETERS)
    sent = []

    @settings(max_examples=15, **LENIENT)
    @given(messages=ten_clouds())
    def send(messages):
        for message in messages:
            graph.robot.points.publish(message)
            sent.append(message)
            wait_for(lambda: graph.counts.get("scans received") == len(sent))

    send()
    wait_for(lambda: sum(graph.counts.get(name, 0) for name in ENDS) == len(sent))
    assert "dropped: internal_error" not in graph.counts
    graph.robot.send_cloud(frame="camera", stamp_ns=STAMP_NS + 10**9)
    wait_for(lambda: len(graph.grounder.map) >= 300)
    assert graph.robot.ask_and_wait("the chair").status == GroundedQuery.OK
