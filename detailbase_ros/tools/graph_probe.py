"""Probe of the live graph: collects the observations that doctor checks."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from rcl_interfaces.srv import GetParameters
from rclpy.node import NodeNameNonExistentError
from rclpy.parameter import parameter_value_to_python
from rclpy.qos import QoSCompatibility, qos_check_compatible
from sensor_msgs.msg import PointCloud2

from detailbase_core.errors import BadCloudError, LookupFailed
from detailbase_core.io.pointcloud2 import cloud_from_message, to_nanoseconds
from detailbase_ros.messages.topics import CLOUDS, DIAGNOSTICS, GROUNDING, TF, TF_STATIC
from detailbase_ros.runtime.discovery import answering_nodes, full_name
from detailbase_ros.runtime.endpoints import Endpoints, qos_profile
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.scans.tf_source import TopicTransforms
from detailbase_ros.tools.observation import CloudTopic, Input, Observation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diagnostic_msgs.msg import DiagnosticArray
    from numpy.typing import NDArray
    from rclpy.node import Node

_DISCOVERY_S, _NO_NODE_S, _ANSWER_S = 1.0, 5.0, 2.0
_FEW_POINTS = 2000  # whose distance is measured
_NEWEST = 20  # scans whose pose is looked for
_INPUTS = ("sensor_msgs/msg/Image", "sensor_msgs/msg/CameraInfo", CLOUDS.type_name)


class _Listed:
    """A logger that keeps what it is told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def info(self, message: str) -> None:
        """Keep a text."""
        self.texts.append(message)

    warning = error = info


class GraphInspector:
    """Observes a graph for a while.

    Args:
        node: through which it looks.
        seconds: how long clouds are watched.
    """

    def __init__(self, node: Node, seconds: float) -> None:
        self._node, self._endpoints = node, Endpoints(node, EventCounters(node.get_logger()))
        self._heard = _Listed()
        self._transforms = TopicTransforms(self._endpoints, None, EventCounters(self._heard))
        self._lags: dict[str, list[float]] = defaultdict(list)
        self._places: dict[str, deque[tuple[str, int]]] = defaultdict(lambda: deque(maxlen=_NEWEST))
        self._statuses: dict[str, DiagnosticStatus] = {}
        self._endpoints.subscription(DIAGNOSTICS, self._hear_status)
        self.seen = Observation(seconds=seconds, domain_id=node.context.get_domain_id())
        self.checkpoint = ""

    def look(self) -> Observation:
        """Look for `seconds`."""
        seen = self.seen
        patience = time.monotonic() + _NO_NODE_S
        while not seen.nodes and time.monotonic() < patience:
            self._spin(_DISCOVERY_S)
            seen.nodes = list(answering_nodes(self._node))
        if seen.nodes:
            self._question(seen.nodes[0])
        wanted, there = self._cloud_topics()
        seen.topics = [self._listen_to(name) for name in (wanted if seen.nodes else there)]
        seen.other_topics = [name for name in there if name not in wanted]
        self._spin(seen.seconds)
        for topic in seen.topics:  # now that everybody has been discovered
            self._conclude(topic)
        seen.clock_publishers = self._publishers("/clock")
        bad = [text for text in self._heard.texts if text.startswith("transform ")]
        seen.tf_faults = [*self._transforms.faults, *bad]
        seen.tf_mismatches = [
            (topic.name, publisher, reason)
            for topic in (TF, TF_STATIC)
            for publisher, reason in self._mismatches(topic.name, seen.nodes[:1]).items()
        ]
        seen.tf_elsewhere = self._other_transforms()
        seen.tf_publishers = sum(len(self._publishers(name)) for name in (TF.name, TF_STATIC.name))
        self._read_statuses()
        return seen

    def _spin(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rclpy.spin_once(self._node, timeout_sec=0.05)

    def _question(self, node: str) -> None:
        """The node's parameters and state."""
        names = ["map_frame", "use_sim_time", "checkpoint"]
        reply = self._call(GetParameters, f"{node}/get_parameters", names=names)
        if reply is not None:
            values = [parameter_value_to_python(value) for value in reply.values]
            self.seen.map_frame, self.seen.use_sim_time, self.checkpoint = values
        try:
            from lifecycle_msgs.srv import GetState
        except ImportError:
            return
        state = self._call(GetState, f"{node}/get_state")
        self.seen.state = state.current_state.label if state is not None else ""

    def _call(self, service_type: Any, service: str, **request: Any) -> Any:
        client = self._node.create_client(service_type, service)
        if not client.wait_for_service(_ANSWER_S):
            return None
        reply = client.call_async(service_type.Request(**request))
        rclpy.spin_until_future_complete(self._node, reply, timeout_sec=_ANSWER_S)
        return reply.result() if reply.done() else None

    def _cloud_topics(self) -> tuple[list[str], list[str]]:
        """Those that the node listens to, and those that somebody else publishes."""
        wanted: list[str] = []
        if self.seen.nodes:
            namespace, _, name = self.seen.nodes[0].rpartition("/")
            listens = self._node.get_subscriber_names_and_types_by_node(name, namespace or "/")
            wanted = [topic for topic, types in listens if CLOUDS.type_name in types]
        ours = self._our_nodes()
        there = [
            topic
            for topic, types in self._node.get_topic_names_and_types()
            if CLOUDS.type_name in types and not ours.issuperset(self._publishers(topic))
        ]
        return sorted(wanted), sorted(there)

    def _our_nodes(self) -> set[str]:
        """Nodes that publish answers, also those that have no service: their clouds are ours."""
        topics = self._node.get_topic_names_and_types()
        answers = [topic for topic, types in topics if GROUNDING.type_name in types]
        return {node for topic in answers for node in self._publishers(topic)}

    def _other_transforms(self) -> list[str]:
        heard = (TF.name, TF_STATIC.name)
        return sorted(
            topic
            for topic, types in self._node.get_topic_names_and_types()
            if TF.type_name in types and topic not in heard and self._publishers(topic)
        )

    def _publishers(self, topic: str) -> list[str]:
        infos = self._node.get_publishers_info_by_topic(topic)
        return [full_name(info) for info in infos]

    def _listen_to(self, name: str) -> CloudTopic:
        topic = CloudTopic(name)
        self._node.create_subscription(
            PointCloud2,
            name,
            lambda message: self._hear_cloud(topic, message),
            qos_profile(CLOUDS),
        )
        return topic

    def _mismatches(self, topic: str, listeners: Sequence[str]) -> dict[str, str]:
        """Why publishers of a topic and the subscriptions of these nodes do not match."""
        subscriptions = [
            info.qos_profile
            for info in self._node.get_subscriptions_info_by_topic(topic)
            if full_name(info) in listeners
        ]
        mismatches = {}
        for publisher in self._node.get_publishers_info_by_topic(topic):
            for subscription in subscriptions or [qos_profile(CLOUDS)]:
                verdict, reason = qos_check_compatible(publisher.qos_profile, subscription)
                if verdict == QoSCompatibility.ERROR:
                    mismatches[full_name(publisher)] = reason.removeprefix("ERROR: ")
        return mismatches

    def _inputs(self, publisher: str) -> list[Input]:
        """What a node that makes clouds from other topics takes in: it may lack something, too."""
        namespace, _, name = publisher.rpartition("/")
        try:
            listens = self._node.get_subscriber_names_and_types_by_node(name, namespace or "/")
        except NodeNameNonExistentError:  # it has just gone
            return []
        return [
            Input(
                publisher,
                topic,
                bool(self._publishers(topic)),
                self._mismatches(topic, [publisher]),
            )
            for topic, types in listens
            if set(types) & set(_INPUTS)
        ]

    def _hear_cloud(self, topic: CloudTopic, message: PointCloud2) -> None:
        topic.received += 1
        topic.size_bytes = max(topic.size_bytes, len(message.data))
        topic.frame = message.header.frame_id.lstrip("/")
        stamp_ns = to_nanoseconds(message.header.stamp)
        places = self._places[topic.name]
        if places and stamp_ns > 0:
            topic.back_s = max(topic.back_s, (places[-1][1] - stamp_ns) / 1e9)
        self._lags[topic.name].append((self._node.get_clock().now().nanoseconds - stamp_ns) / 1e9)
        places.append((topic.frame, stamp_ns))
        try:
            read = cloud_from_message(message)
        except BadCloudError as error:
            topic.complaint = topic.bad_reason = str(error)
            topic.bad += 1
        else:
            topic.complaint, topic.grey = "", not read.has_color
            topic.color_note = read.color_note
            self._measure(topic, read.cloud.xyz)

    @staticmethod
    def _measure(topic: CloudTopic, xyz: NDArray[np.float32]) -> None:
        """Note whether a cloud is empty, and how far away it is."""
        few = xyz[:: max(1, len(xyz) // _FEW_POINTS)].astype(np.float64)
        distances = np.linalg.norm(few[np.isfinite(few).all(axis=1)], axis=1)
        topic.empty += not np.isfinite(xyz).all(axis=1).any()
        topic.median_m = float(np.median(distances)) if len(distances) else topic.median_m

    def _hear_status(self, message: DiagnosticArray) -> None:
        ours = tuple(f"{node.lstrip('/')}: " for node in self.seen.nodes)
        for status in message.status:
            if ours and status.name.startswith(ours):
                self._statuses[status.name] = status

    def _read_statuses(self) -> None:
        """What the node itself says of what is wrong, what has stopped, and its map."""
        for name, status in self._statuses.items():
            if status.level not in (DiagnosticStatus.OK, DiagnosticStatus.STALE):
                self.seen.troubles.append((name, status.message))
            values = {value.key: value.value for value in status.values}
            if name.endswith(": clouds"):
                self.seen.stopped = [
                    topic for topic in values.get("stopped", "").split(", ") if topic
                ]
            elif name.endswith(": map"):
                self.seen.voxels = int(values.get("voxels", "0"))

    def _conclude(self, topic: CloudTopic) -> None:
        topic.publishers = self._publishers(topic.name)
        topic.mismatches = self._mismatches(topic.name, self.seen.nodes[:1])
        if not topic.received:
            topic.inputs = [i for publisher in topic.publishers for i in self._inputs(publisher)]
            return
        topic.lag_s = 0.0 if self.seen.use_sim_time else median(self._lags[topic.name])
        for frame, stamp_ns in self._places[topic.name]:
            try:
                if frame != self.seen.map_frame:
                    pose = self._transforms.lookup(self.seen.map_frame, frame, stamp_ns)
                    topic.far_m = max(topic.far_m, float(np.linalg.norm(pose[:3, 3])))
                topic.poses += 1
            except LookupFailed as error:
                topic.pose_problem = str(error)
