"""The table of topics and services in docs/ros.md, read off a configured node.

python -m detailbase_ros.tools.interface_tables          writes it into docs/ros.md
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import rclpy
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

from detailbase_core.mapping.scene_map import SceneMap
from detailbase_ros.segmentation_node import SegmentationNode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_core.config import GrounderConfig

PAGE = Path(__file__).parents[2] / "docs" / "ros.md"
BEGIN = "<!-- begin: python -m detailbase_ros.tools.interface_tables -->"
END = "<!-- end -->"

_NAMESPACE = "/robot"  # tells relative names from absolute ones
_NODE = "segmentation_node"
_NOT_OURS = ("rcl_interfaces/", "lifecycle_msgs/", "rosgraph_msgs/", "type_description_interfaces/")
_MEANINGS = {
    "points": "coloured clouds (or the topics of `cloud_topics`): x y z with rgb, rgba, r g b, or "
    "intensity as grey",
    "referring_query": "sentences",
    "/tf": "transforms; also published where `publish_object_frames` is on: the last answer's "
    "objects",
    "/tf_static": "transforms that never change",
    "~/grounding": "every answer, without points",
    "~/markers": "box, text and arrow per object, a colour per phrase",
    "~/instances": "the objects' points: x y z rgb query_id phrase_id instance_id; phrase_id 0 is "
    "the sentence, 1 its first phrase",
    "~/scene": "the map, after changes, every `scene_period_s` at most",
    "~/detections": "the objects' boxes, where vision_msgs is installed",
    "~/goal": "free floor in front of the sentence's target, facing it, for Nav2",
    "/diagnostics": "rates, drops by cause, map, queue, latencies, once a second",
    "~/ground": "one sentence, its answer, with points if wanted",
    "~/clear_scene": "forget the map",
    "~/save_scene": "write the map to `scene_directory`",
    "~/load_scene": "replace the map by a saved one",
}


class Row(NamedTuple):
    """One endpoint: sub, pub or srv; name as in the code; type; QoS."""

    kind: str
    name: str
    type_name: str
    qos: str

    @property
    def text(self) -> str:
        """The table's line; an endpoint without a meaning is a KeyError."""
        meaning = _MEANINGS[self.name]
        return f"| {self.kind} | `{self.name}` | {self.type_name} | {meaning} | {self.qos} |"


class _MapOnly:
    """As much of a Grounder as a node needs that is never activated."""

    def __init__(self, config: GrounderConfig) -> None:
        self.config, self.map = config, SceneMap(config.map)


def rows() -> list[Row]:
    """All endpoints of a configured node, but those that every lifecycle node has."""
    context = rclpy.Context()
    context.init()
    options = {"autostart": False, "publish_object_frames": True}
    node = SegmentationNode(
        _MapOnly,
        context=context,
        namespace=_NAMESPACE,
        parameter_overrides=[Parameter(name, value=value) for name, value in options.items()],
    )
    try:
        node.trigger_configure()
        every = dict.fromkeys(_endpoints(node))
        found = [row for row in every if not row.type_name.startswith(_NOT_OURS)]
        node.stop()
    finally:
        node.destroy_node()
        context.try_shutdown()
    if not any(row.name == "~/detections" for row in found):  # the wheels lack vision_msgs
        latched = next(row.qos for row in found if row.name == "~/markers")
        found.append(Row("pub", "~/detections", "vision_msgs/Detection3DArray", latched))
    kinds, names = ("sub", "pub", "srv"), list(_MEANINGS)
    return sorted(found, key=lambda row: (kinds.index(row.kind), names.index(row.name)))


def _endpoints(node: SegmentationNode) -> Iterator[Row]:
    for subscription in node.subscriptions:
        yield _row("sub", subscription.topic_name, subscription.msg_type, subscription)
    for publisher in node.publishers:
        yield _row("pub", publisher.topic_name, publisher.msg_type, publisher)
    for service in node.services:
        yield _row("srv", service.service_name, service.srv_type, None)


def _row(kind: str, full_name: str, interface: type, endpoint: Any) -> Row:
    name = full_name
    for prefix, short in ((f"{_NAMESPACE}/{_NODE}/", "~/"), (f"{_NAMESPACE}/", "")):
        if name.startswith(prefix):
            name = short + name.removeprefix(prefix)
    type_name = f"{interface.__module__.split('.')[0]}/{interface.__name__}"
    return Row(kind, name, type_name, _qos(endpoint.qos_profile) if endpoint else "")


def _qos(profile: Any) -> str:
    words = ["best effort" if profile.reliability == ReliabilityPolicy.BEST_EFFORT else "reliable"]
    if profile.durability == DurabilityPolicy.TRANSIENT_LOCAL:
        words.append("transient local")
    return ", ".join([*words, str(profile.depth)])


def table() -> str:
    """The table in Markdown."""
    head = ["| kind | name | type | what | QoS |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *(row.text for row in rows())])


def renewed(page: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main() -> None:
    """Renew docs/ros.md."""
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
