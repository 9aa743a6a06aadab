"""The table of topics is what a configured node has on the graph."""

import rclpy
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

from detailbase_ros.messages.topics import (
    DETECTIONS,
    PUBLISHED,
    SERVICES,
    SUBSCRIBED,
    full_name,
)
from detailbase_ros.segmentation_node import SegmentationNode
from tests.ros.live.fake_grounder import FakeGrounder

NODE = "/robot/segmentation_node"
# what every lifecycle node has
NOT_OURS = ("rcl_interfaces/", "lifecycle_msgs/", "rosgraph_msgs/", "type_description_interfaces/")


def type_name(interface):
    package, folder, *_ = interface.__module__.split(".")
    return f"{package}/{folder}/{interface.__name__}"


def qos(profile):
    latched = profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
    return latched, profile.reliability == ReliabilityPolicy.RELIABLE, profile.depth


def ours(endpoints):
    return {each for each in endpoints if not each[1].startswith(NOT_OURS)}


def in_table(topics, left_out=()):
    return {
        (full_name(t.name, NODE), t.type_name, (t.latched, t.reliable, t.depth))
        for t in topics
        if t not in left_out
    }


def test_a_configured_node_has_what_the_table_says():
    context = rclpy.Context()
    context.init()
    options = {"autostart": False, "publish_object_frames": True}
    node = SegmentationNode(
        FakeGrounder,
        context=context,
        namespace="/robot",
        parameter_overrides=[Parameter(name, value=value) for name, value in options.items()],
    )
    try:
        node.trigger_configure()
        subscribed = ours(
            (s.topic_name, type_name(s.msg_type), qos(s.qos_profile)) for s in node.subscriptions
        )
        published = ours(
            (p.topic_name, type_name(p.msg_type), qos(p.qos_profile)) for p in node.publishers
        )
        services = ours((s.service_name, type_name(s.srv_type)) for s in node.services)
        node.stop()
    finally:
        node.destroy_node()
        context.try_shutdown()
    names = {name for name, _, _ in published}
    # the wheels lack vision_msgs
    missing = () if full_name(DETECTIONS.name, NODE) in names else (DETECTIONS,)
    assert subscribed == in_table(SUBSCRIBED)
    assert published == in_table(PUBLISHED, missing)
    assert services == {(full_name(s.name, NODE), s.type_name) for s in SERVICES}
