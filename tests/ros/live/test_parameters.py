"""Parameters made from the config's fields."""

from pathlib import Path

import yaml
from rclpy.lifecycle import TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy, qos_profile_sensor_data
from sensor_msgs.msg import PointCloud2

from detailbase_core.config import GrounderConfig
from detailbase_ros.msg import GroundedQuery
from detailbase_ros.node_config import NodeConfig, parameters_of, yaml_text
from detailbase_ros.runtime.parameters import read_parameters
from tests.ros.live.graph import NODE, wait_for

FILE = Path(__file__).parents[3] / "config" / "detailbase.yaml"
SETTINGS = {
    name: (value, metadata)
    for config in (NodeConfig(), GrounderConfig())
    for name, value, metadata in parameters_of(config)
}


def test_the_parameter_file_is_up_to_date():
    assert FILE.read_text() == yaml_text(), (
        "run: python -m detailbase_ros.node_config > config/detailbase.yaml"
    )
    values = yaml.safe_load(FILE.read_text())["/**/segmentation_node"]["ros__parameters"]
    assert values == {
        name: list(value) if isinstance(value, tuple) else value
        for name, (value, _) in SETTINGS.items()
    }


def test_every_setting_is_a_documented_parameter(graph):
    for name, (_, metadata) in SETTINGS.items():
        descriptor = graph.node.describe_parameter(name)
        assert descriptor.description == metadata["doc"]
        assert descriptor.read_only == (not metadata["live"])


def test_live_parameters_reach_the_grounder(graph):
    results = graph.node.set_parameters(
        [
            Parameter("map.max_range_m", value=3),  # a whole number where a float is meant
            Parameter("instances.mask_threshold", value=0.25),
            Parameter("map.crop_high_m", value=[10, 10, 2]),
        ]
    )
    assert [r.successful for r in results] == [True] * 3
    assert graph.grounder.map.config.crop_high_m == (10.0, 10.0, 2.0)
    assert graph.grounder.map.config.max_range_m == 3.0
    assert graph.grounder.config.instances.mask_threshold == 0.25
    assert read_parameters(graph.node, GrounderConfig).map.max_range_m == 3.0


REFUSED = (
    ("map.voxel_size_m", 0.1, "read-only"),
    ("instances.mask_threshold", 1.5, "range"),
    ("instances.mask_threshold", "high", "expected float"),
    ("query_timeout_s", 0.0, "range"),
    ("on_map_jump", "dance", "not one of clear, keep"),
    ("map.crop_low_m", [0.0, 0.0], "x y z each"),
    ("map.crop_low_m", [1e9, 0.0, 0.0], "must be below"),
    ("autostart", False, "read-only"),
)


def test_a_refused_change_says_why_and_changes_nothing(graph):
    for name, value, reason in REFUSED:
        before = graph.node.get_parameter(name).value
        (result,) = graph.node.set_parameters([Parameter(name, value=value)])
        assert not result.successful, (name, value)
        assert reason in result.reason, (name, value)
        assert graph.node.get_parameter(name).value == before, (name, value)


def test_a_live_timeout_holds_for_the_next_query(graph):
    graph.fill_map()
    graph.grounder.hold.clear()
    graph.node.set_parameters([Parameter("query_timeout_s", value=0.1)])
    graph.robot.ask("the chair")
    wait_for(lambda: graph.robot.answers)
    graph.grounder.hold.set()
    assert graph.robot.answers[0].message.startswith("no answer in time")


def test_a_qos_override_reaches_its_own_topic_alone(make_graph):
    graph = make_graph(
        **{
            f"qos_overrides.{NODE}/markers.publisher.depth": 7,
            f"qos_overrides.{NODE}/instances.publisher.durability": "volatile",
            "qos_overrides./points.subscription.reliability": "reliable",
            "qos_overrides./tf.subscription.depth": 3,
        }
    )
    profiles = {p.topic_name: p.qos_profile for p in graph.node.publishers}
    assert profiles[f"{NODE}/markers"].depth == 7
    assert profiles[f"{NODE}/instances"].depth == profiles[f"{NODE}/scene"].depth == 1
    assert profiles[f"{NODE}/instances"].durability == DurabilityPolicy.VOLATILE
    assert profiles[f"{NODE}/scene"].durability == DurabilityPolicy.TRANSIENT_LOCAL
    profiles = {s.topic_name: s.qos_profile for s in graph.node.subscriptions}
    assert profiles["/points"].reliability == ReliabilityPolicy.RELIABLE
    assert profiles["/tf"].depth == 3
    assert qos_profile_sensor_data.reliability == ReliabilityPolicy.BEST_EFFORT


def test_what_picks_scans_can_be_changed_while_they_arrive(graph):
    graph.fill_map()
    graph.robot.send_cloud()
    wait_for(lambda: graph.counts.get("scans skipped (camera at rest)") == 1)
    parameters = [Parameter("max_scan_gap_s", value=0.0), Parameter("map.max_range_m", value=0.5)]
    assert all(result.successful for result in graph.node.set_parameters(parameters))
    graph.robot.send_cloud()
    wait_for(lambda: graph.counts.get("dropped: no_points_in_range") == 1)


def test_a_waiting_scan_keeps_to_a_timeout_set_while_it_waits(make_graph):
    graph = make_graph(tf_timeout_s=60.0)
    graph.robot.send_cloud()
    wait_for(lambda: graph.node.pipeline.scans.pending == 1)
    graph.node.set_parameters([Parameter("tf_timeout_s", value=0.0)])
    wait_for(lambda: graph.counts.get("dropped: no_transform") == 1)


def test_rates_and_queues_can_be_changed_while_it_runs(make_graph):
    graph, scenes = make_graph(scene_period_s=3600.0), []
    graph.robot.listen(PointCloud2, f"{NODE}/scene", scenes)
    parameters = [Parameter("scene_period_s", value=0.1), Parameter("query_queue_size", value=1)]
    assert all(result.successful for result in graph.node.set_parameters(parameters))
    graph.fill_map()
    wait_for(lambda: scenes and scenes[-1].width > 0)
    graph.grounder.hold.clear()
    for _ in range(3):
        graph.robot.ask("the chair")
    wait_for(lambda: graph.robot.answers)
    assert graph.robot.answers[0].status == GroundedQuery.OVERLOADED
    graph.grounder.hold.set()


def test_an_override_that_cannot_be_is_a_failure_with_the_reason(make_graph):
    override = "qos_overrides./points.subscription.reliability"
    graph = make_graph(autostart=False, **{override: "perhaps"})
    assert graph.node.trigger_configure() == TransitionCallbackReturn.FAILURE
    assert "perhaps" in wait_for(graph.errors)[0]


def test_old_files_that_set_what_is_gone_get_one_warning(make_graph):
    graph = make_graph(**{"superpoints.threshold": 0.9, "superpoints.min_points": 3})
    (warning,) = wait_for(graph.warnings)
    assert "no longer parameters, ignored: superpoints.threshold, superpoints.min_points" in warning
    assert not graph.node.has_parameter("superpoints.threshold")
    assert read_parameters(graph.node, GrounderConfig) == GrounderConfig()
