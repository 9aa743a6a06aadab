"""Diagnostics of the node while good and bad things happen to it."""

import numpy as np
import pytest
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import PointCloud2

from detailbase_core.config import GrounderConfig, MapConfig
from detailbase_ros.runtime.latencies import Latencies
from detailbase_ros.scans import topic_monitor
from detailbase_ros.srv import GroundQuery
from tests.ros.live.fake_grounder import FakeGrounder
from tests.ros.live.graph import wait_for

OK, WARN, ERROR = 0, 1, 2


def status_when(graph, part, condition):
    """The newest status of a part, once `condition(status)` holds."""

    def look():
        status = graph.status(part)
        return status if status and condition(status) else None

    return wait_for(look, what=f"the expected status of {part}")


def no_frame(message):
    message.header.frame_id = ""


def test_a_node_at_work_is_fine_and_says_how_much_it_does(graph):
    graph.fill_map()
    graph.robot.ask_and_wait("the chair")
    queries = status_when(graph, "queries", lambda s: s.values.get("answers: OK") == "1")
    assert queries.level == OK
    assert {"all p50 (ms)", "all p95 (ms)", "received to answered p95 (ms)"} <= set(queries.values)
    assert queries.values["waiting"] == "0"
    clouds = status_when(graph, "clouds", lambda s: s.values.get("scans inserted") == "1")
    assert (clouds.level, clouds.values["topics"]) == (OK, "/points")
    assert float(clouds.values["callback to map p95 (ms)"]) > 0
    assert clouds.values["waiting for transforms"] == "0"
    scene_map = status_when(graph, "map", lambda s: s.values["voxels"] != "0")
    assert (scene_map.level, scene_map.values["frame"]) == (OK, "odom")
    assert scene_map.values["voxels"] == str(len(graph.grounder.map))
    assert float(scene_map.values["memory (MB)"]) > 0
    model = graph.status("model")
    assert (model.level, model.values["device"]) == (OK, "cpu")
    assert {"checkpoint", "lifecycle state"} <= set(model.values)


def test_calls_of_each_service_and_memory_are_counted(graph):
    graph.robot.call(graph.robot.ground, GroundQuery.Request(query="the chair"))
    calls = status_when(graph, "callbacks", lambda s: s.values.get("responses: ground") == "1")
    assert (calls.level, calls.values["requests: ground"]) == (OK, "1")
    memory = graph.status("memory").values
    resident, in_use = float(memory["resident (MB)"]), float(memory["malloc in use (MB)"])
    assert 0 < in_use < resident
    assert float(memory["malloc kept free (MB)"]) >= 0


def test_rates_are_per_second(graph):
    graph.robot.send_tf(static=True)
    for _ in range(20):
        graph.robot.send_cloud()
    rate = "received per second"
    status = status_when(graph, "clouds", lambda s: float(s.values[rate]) > 0)
    stamps = [array.header.stamp for array in graph.robot.diagnostics]
    shortest_s = min(np.diff([stamp.sec + stamp.nanosec / 1e9 for stamp in stamps]), default=1.0)
    assert float(status.values[rate]) <= 25 / min(shortest_s, 1.0)
    status_when(graph, "clouds", lambda s: float(s.values[rate]) == 0)


def test_drops_show_with_their_cause_and_are_logged_once(graph):
    for _ in range(5):
        graph.robot.send_cloud(change=no_frame)
    status_when(graph, "clouds", lambda s: s.values.get("dropped: bad_cloud") == "5")
    reported = [status for array in graph.robot.diagnostics for status in array.status]
    assert any(s.level == b"\x01" and "dropped: bad_cloud" in s.message for s in reported)
    assert sum("frame_id" in warning for warning in graph.warnings()) == 1


def test_an_empty_map_is_a_warning(graph):
    assert status_when(graph, "map", lambda s: True).level == WARN
    graph.fill_map()
    status_when(graph, "map", lambda s: s.level == OK)


def test_evictions_show(make_graph):
    small = FakeGrounder(GrounderConfig(map=MapConfig(max_voxels=1000)))
    graph = make_graph(small, max_scan_gap_s=0.0)
    graph.robot.send_tf(static=True)
    graph.robot.send_tf(stamp_ns=graph.robot.now_ns)
    spread = [[0.05 * x, 0.05 * y, 1.0] for x in range(40) for y in range(40)]
    graph.robot.send_cloud(spread)
    status = status_when(graph, "map", lambda s: s.values["voxels evicted"] != "0")
    assert (status.level, len(small.map) <= 1000) == (WARN, True)
    assert "voxels evicted" in status.message


def test_refused_queries_are_a_warning_and_faults_are_an_error(make_graph, grounder):
    graph = make_graph(query_queue_size=1)
    graph.fill_map()
    graph.hold_worker()
    for _ in range(3):
        graph.robot.ask("the chair")
    refused = status_when(graph, "queries", lambda s: s.level == WARN)
    assert "OVERLOADED" in refused.message
    assert refused.values["waiting"] == "1"
    grounder.fault = ZeroDivisionError("made up")
    grounder.hold.set()
    failed = status_when(graph, "queries", lambda s: s.level == ERROR)
    assert "INTERNAL_ERROR" in failed.message
    status_when(graph, "queries", lambda s: s.level == OK)


def test_encodings_that_fail_are_an_error_logged_once(make_graph, grounder):
    grounder.encoding_fault = MemoryError("no room for the scene")
    graph = make_graph(max_scan_gap_s=0.0)
    graph.robot.send_tf(static=True)
    for n in range(5):
        graph.robot.send_tf(stamp_ns=graph.robot.now_ns)
        graph.robot.send_cloud()
        wait_for(lambda n=n: graph.counts.get("dropped: encoding_failed", 0) == n + 1)
    status = status_when(graph, "model", lambda s: s.level == ERROR)
    assert "encoding_failed" in status.message
    (error,) = wait_for(graph.errors)
    assert "no room for the scene" in error and "Traceback" in error


def test_without_a_publisher_of_clouds_it_says_so(make_graph, monkeypatch):
    monkeypatch.setattr(topic_monitor, "PATIENCE_S", 0.5)
    graph = make_graph(cloud_topics=["points", "nobody"])
    status = status_when(graph, "clouds", lambda s: s.level == ERROR)
    assert status.message == "no clouds on /points, although they are published"
    assert not any("nobody" in warning for warning in graph.warnings())
    monkeypatch.setattr(graph.node.pipeline.scans.monitor, "publishers", lambda topic: [])
    status = status_when(graph, "clouds", lambda s: s.level == WARN)
    assert status.message == "nobody publishes on /points, /nobody"


def test_clouds_that_do_not_come_give_one_warning_that_helps(make_graph, monkeypatch):
    monkeypatch.setattr(topic_monitor, "PATIENCE_S", 0.5)
    graph = make_graph()
    (warning,) = wait_for(graph.warnings)
    assert "/points: no cloud for 0.5 s, although it is published by /robot" in warning
    assert "RELIABLE VOLATILE" in warning and "This node asks for BEST_EFFORT VOLATILE" in warning
    assert "net.core.rmem_max" in warning
    status_when(graph, "clouds", lambda s: s.level == ERROR)
    monkeypatch.setattr(topic_monitor, "PATIENCE_S", 60.0)
    graph.fill_map()
    status_when(graph, "clouds", lambda s: s.level == OK)
    assert len(graph.warnings()) == 1


def test_a_stream_that_stopped_is_no_alarm(make_graph, monkeypatch):
    graph = make_graph()
    graph.fill_map()
    monkeypatch.setattr(topic_monitor, "PATIENCE_S", 0.3)
    status = status_when(graph, "clouds", lambda s: "stopped" in s.message)
    assert status.level == WARN
    assert status.message == "no more clouds on /points: the stream has stopped"
    assert status.values["stopped"] == "/points"
    told = wait_for(lambda: [m for m in graph.robot.log if "the stream has stopped" in m.msg])
    assert [(m.msg, m.level) for m in told] == [
        ("/points: no cloud for 0.3 s: the stream has stopped, after 1", 20)
    ]
    assert not graph.warnings()


def test_a_remapped_topic_has_its_new_name_in_what_is_said(make_node, graph):
    names = {"points": "/camera/points", "referring_query": "/question", "__node": "other"}
    remaps = [word for old, new in names.items() for word in ("-r", f"{old}:={new}")]
    node = make_node(graph, cli_args=["--ros-args", *remaps])
    assert node.pipeline.scans.topics == ("/camera/points",)
    ready = "ready: clouds from /camera/points, sentences from /question"
    wait_for(lambda: ready in [m.msg for m in graph.robot.log], what=ready)
    graph.robot.points = graph.publisher(PointCloud2, "/camera/points", 5, node)
    graph.robot.send_cloud(change=no_frame)
    warning = wait_for(lambda: [m.msg for m in graph.robot.log if "frame_id" in m.msg])[0]
    assert warning.startswith("/camera/points: the cloud's header has no frame_id")


@pytest.mark.parametrize(
    ("policy", "ours", "theirs"),
    [("reliability", "reliable", "best_effort"), ("durability", "transient_local", "volatile")],
)
def test_a_mismatch_of_qos_is_named(make_graph, monkeypatch, policy, ours, theirs):
    monkeypatch.setattr(topic_monitor, "PATIENCE_S", 1.0)
    override = f"qos_overrides./lossy.subscription.{policy}"
    graph = make_graph(cloud_topics=["points", "lossy"], **{override: ours})
    graph.robot.create_publisher(PointCloud2, "lossy", qos_profile_sensor_data)
    warning = wait_for(lambda: [w for w in graph.warnings() if "/lossy: no cloud" in w])[0]
    assert f"set {override} to {theirs}" in warning


def test_simulated_time_that_stands_still_does_not_silence_it(make_graph):
    graph = make_graph(use_sim_time=True)
    status = status_when(graph, "clouds", lambda s: s.level == ERROR)
    assert status.message == "use_sim_time is set, but nobody publishes /clock"
    graph.fill_map()
    graph.robot.ask_and_wait("the chair")
    status_when(graph, "queries", lambda s: s.values.get("answers: OK") == "1")
    graph.node.set_parameters([Parameter("use_sim_time", value=False)])
    status_when(graph, "clouds", lambda s: s.level == OK)


def test_percentiles_are_of_the_last_two_hundred():
    latencies = Latencies()
    for number in range(1000):
        latencies.add({"stage": 1.0, "other": number / 1e3})
    assert latencies.percentiles() == {
        "stage p50 (ms)": "1000.0",
        "stage p95 (ms)": "1000.0",
        "other p50 (ms)": "899.0",
        "other p95 (ms)": "989.0",
    }
    latencies = Latencies()
    latencies.add({"stage": 0.0012})
    assert latencies.percentiles()["stage p95 (ms)"] == "1.2"


def test_every_part_has_a_status(graph):
    for part in ("clouds", "map", "queries", "model"):
        assert status_when(graph, part, lambda s: True).message, part
