"""The node's topics, services and actions: one table for node, replay, demo, tools and docs/ros.md.

Types are strings such as "sensor_msgs/msg/PointCloud2", so that it can be read without ROS.
"""

from __future__ import annotations

from dataclasses import dataclass

NODE = "segmentation_node"


@dataclass(frozen=True)
class Topic:
    """One topic.

    Attributes:
        name: as in the code: "~/markers" below the node, "points" in its namespace, "/tf".
        type_name: "package/msg/Name".
        meaning: for docs/ros.md.
        latched: transient local: late subscribers get the last messages, too.
        reliable: otherwise best effort, as sensor data.
        depth: messages kept.
    """

    name: str
    type_name: str
    meaning: str = ""
    latched: bool = False
    reliable: bool = True
    depth: int = 10

    @property
    def full_name(self) -> str:
        """The name of a node without namespace: "/segmentation_node/markers"."""
        return full_name(self.name)

    @property
    def package_and_name(self) -> str:
        """The type as people write it: "sensor_msgs/PointCloud2"."""
        return self.type_name.replace("/msg/", "/")


@dataclass(frozen=True)
class Service:
    """One service; attributes as Topic's, `type_name` is "package/srv/Name"."""

    name: str
    type_name: str
    meaning: str

    @property
    def package_and_name(self) -> str:
        """The type as people write it: "std_srvs/Trigger"."""
        return self.type_name.replace("/srv/", "/")


@dataclass(frozen=True)
class Action:
    """One action; attributes as Topic's, `type_name` is "package/action/Name"."""

    name: str
    type_name: str
    meaning: str

    @property
    def package_and_name(self) -> str:
        """The type as people write it: "detailbase_ros/GroundQuery"."""
        return self.type_name.replace("/action/", "/")


def full_name(name: str, node: str = f"/{NODE}") -> str:
    """A topic's full name.

    Args:
        name: "~/markers", "points" or "/tf".
        node: full name of the node.
    """
    namespace = node.rpartition("/")[0]
    if name.startswith("~/"):
        return f"{node}/{name[2:]}"
    return name if name.startswith("/") else f"{namespace}/{name}"


CLOUDS = Topic(
    "points",
    "sensor_msgs/msg/PointCloud2",
    "coloured clouds (or the topics of `cloud_topics`): x y z with rgb, rgba, r g b, or "
    "intensity as grey",
    reliable=False,
    depth=5,
)
QUERIES = Topic("referring_query", "std_msgs/msg/String", "sentences", depth=256)
TF = Topic(
    "/tf",
    "tf2_msgs/msg/TFMessage",
    "transforms; also published where `publish_object_frames` is on: the last answer's objects",
    depth=100,
)
TF_STATIC = Topic(
    "/tf_static",
    "tf2_msgs/msg/TFMessage",
    "transforms that never change",
    latched=True,
    depth=100,
)
GROUNDING = Topic(
    "~/grounding",
    "detailbase_ros/msg/GroundedQuery",
    "every answer, without points",
    latched=True,
    depth=256,
)
MARKERS = Topic(
    "~/markers",
    "visualization_msgs/msg/MarkerArray",
    "box, text and arrow per object, a colour per phrase",
    latched=True,
    depth=1,
)
INSTANCES = Topic(
    "~/instances",
    "sensor_msgs/msg/PointCloud2",
    "the objects' points: x y z rgb query_id phrase_id instance_id; phrase_id 0 is the "
    "sentence, 1 its first phrase; rgb is the phrase's colour, as of its markers",
    latched=True,
    depth=1,
)
SCENE = Topic(
    "~/scene",
    "sensor_msgs/msg/PointCloud2",
    "the map, after changes, every `scene_period_s` at most",
    latched=True,
    depth=1,
)
DETECTIONS = Topic(
    "~/detections",
    "vision_msgs/msg/Detection3DArray",
    "the objects' boxes, where vision_msgs is installed",
    latched=True,
    depth=1,
)
# Not latched: a robot that joins late must not drive to what was asked for before.
GOAL = Topic(
    "~/goal",
    "geometry_msgs/msg/PoseStamped",
    "free floor in front of the sentence's target, facing it, for Nav2",
    depth=1,
)
DIAGNOSTICS = Topic(
    "/diagnostics",
    "diagnostic_msgs/msg/DiagnosticArray",
    "rates, drops by cause, map, queue, latencies, calls, memory, once a second",
)

GROUND = Service(
    "~/ground", "detailbase_ros/srv/GroundQuery", "one sentence, its answer, with points if wanted"
)
CLEAR_SCENE = Service("~/clear_scene", "std_srvs/srv/Trigger", "forget the map")
SAVE_SCENE = Service(
    "~/save_scene", "detailbase_ros/srv/SceneFile", "write the map to `scene_directory`"
)
LOAD_SCENE = Service(
    "~/load_scene", "detailbase_ros/srv/SceneFile", "replace the map by a saved one"
)
LOOK = Action(
    "~/look",
    "detailbase_ros/action/GroundQuery",
    "look for what one sentence asks for while the map grows",
)

SUBSCRIBED = (CLOUDS, QUERIES, TF, TF_STATIC)
PUBLISHED = (TF, GROUNDING, MARKERS, INSTANCES, SCENE, DETECTIONS, GOAL, DIAGNOSTICS)
SERVICES = (GROUND, CLEAR_SCENE, SAVE_SCENE, LOAD_SCENE)
ACTIONS = (LOOK,)
