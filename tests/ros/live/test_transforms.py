"""Transforms come by the node's own subscriptions, whether or not tf2_ros is installed."""

from detailbase_ros.messages.topics import TF, TF_STATIC
from tests.ros.live.graph import START_NS, wait_for


def subscriptions(graph, topic):
    return [each for each in graph.node.subscriptions if each.topic_name == topic.name]


def test_qos_overrides_reach_each_topic_and_each_is_heard_once(make_graph):
    depths = {TF: 7, TF_STATIC: 8}
    graph = make_graph(
        **{f"qos_overrides.{t.name}.subscription.depth": depth for t, depth in depths.items()}
    )
    for topic, depth in depths.items():
        (only,) = subscriptions(graph, topic)
        assert only.qos_profile.depth == depth
    graph.fill_map()


def test_a_transform_that_is_wrong_is_counted_and_named(graph):
    graph.robot.send_tf(stamp_ns=START_NS, x=float("nan"))
    wait_for(lambda: graph.counts.get("dropped: bad_transform") == 1)
    (warning,) = wait_for(graph.warnings)
    assert warning == (
        "transform 'odom' -> 'base_link': has NaN or infinite numbers; fix its publisher"
    )


def test_a_missing_frame_is_named_in_our_words(make_graph):
    graph = make_graph(tf_timeout_s=0.2)
    graph.robot.send_tf(static=True)
    graph.robot.send_cloud()
    wait_for(lambda: graph.counts.get("dropped: no_transform"))
    (warning,) = wait_for(graph.warnings)
    assert warning.endswith(  # as docs/troubleshooting.md quotes it
        "scan dropped: frame 'odom' does not exist; known frames: base_link, camera_optical. "
        "Frames on /tf: base_link, camera_optical"
    )
