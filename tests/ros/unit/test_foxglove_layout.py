"""config/foxglove.json: its topics and types are those of the node; its panels hang together."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detailbase_ros.messages.topics import PUBLISHED, SUBSCRIBED

LAYOUT = json.loads((Path(__file__).parents[3] / "config" / "foxglove.json").read_text())
PANELS = LAYOUT["configById"]
TYPES = {topic.full_name: topic.type_name for topic in (*SUBSCRIBED, *PUBLISHED)}
# What Foxglove's 3D panel draws, of the types that the node publishes.
DRAWN = {
    "sensor_msgs/msg/PointCloud2",
    "visualization_msgs/msg/MarkerArray",
    "geometry_msgs/msg/PoseStamped",
}


def leaves(tree: object) -> list[str]:
    """Panels of a tree of splits, in order."""
    if isinstance(tree, str):
        return [tree]
    assert isinstance(tree, dict)
    assert tree.keys() == {"direction", "first", "second", "splitPercentage"}
    assert tree["direction"] in ("row", "column") and 0 < tree["splitPercentage"] < 100
    return leaves(tree["first"]) + leaves(tree["second"])


def test_it_has_the_parts_of_a_layout():
    parts = {"configById", "globalVariables", "userNodes", "playbackConfig", "layout"}
    assert LAYOUT.keys() == parts


def test_each_panel_is_shown_once():
    assert sorted(leaves(LAYOUT["layout"])) == sorted(PANELS)
    kinds = [name.partition("!")[0] for name in PANELS]
    assert sorted(kinds) == ["3D", "DiagnosticSummary", "Publish", "RawMessages"]


def test_the_3d_panel_shows_all_pictures_of_the_node():
    shown = PANELS["3D!map"]["topics"]
    published = {topic.full_name for topic in PUBLISHED if topic.type_name in DRAWN}
    assert shown.keys() == published
    assert all(settings["visible"] for settings in shown.values())


@pytest.mark.parametrize("name", ["/segmentation_node/scene", "/segmentation_node/instances"])
def test_clouds_are_coloured_by_the_field_that_the_node_writes(name):
    settings = PANELS["3D!map"]["topics"][name]
    assert TYPES[name] == "sensor_msgs/msg/PointCloud2"
    assert (settings["colorMode"], settings["colorField"]) == ("rgb", "rgb")
    assert settings["rgbByteOrder"] == "bgra"  # rgb is one little-endian number 0x00rrggbb


def test_the_other_panels_name_topics_of_the_node():
    ask = PANELS["Publish!ask"]
    assert TYPES[ask["topicName"]] == ask["datatype"]
    assert json.loads(ask["value"]).keys() == {"data"}
    assert TYPES[PANELS["RawMessages!answer"]["topicPath"]] == "detailbase_ros/msg/GroundedQuery"
    health = PANELS["DiagnosticSummary!health"]["topicToRender"]
    assert TYPES[health] == "diagnostic_msgs/msg/DiagnosticArray"
