"""The map of a running node, as the console asks and shows it."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from rcl_interfaces.srv import GetParameters
from rclpy.qos import QoSProfile

from detailbase_core.config import InstanceConfig
from detailbase_core.console.scene import LiveState
from detailbase_core.conversation.carry import carried
from detailbase_core.conversation.conversation import Reply
from detailbase_core.errors import DetailBaseError, LookupFailed
from detailbase_core.output.answer_json import AnswerContext
from detailbase_core.types import PointCloud, Scene
from detailbase_ros.messages.from_messages import grounding_of_points, scene_from_message
from detailbase_ros.messages.query import Status, taken_as_of
from detailbase_ros.messages.topics import DIAGNOSTICS, SCENE, full_name
from detailbase_ros.runtime.endpoints import Endpoints
from detailbase_ros.runtime.event_counters import EventCounters
from detailbase_ros.scans.tf_source import TopicTransforms
from detailbase_ros.srv import GroundQuery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diagnostic_msgs.msg import DiagnosticArray
    from numpy.typing import NDArray
    from rclpy.client import Client
    from rclpy.node import Node
    from sensor_msgs.msg import PointCloud2

    from detailbase_core.types import GroundedPhrase, Grounding
    from detailbase_ros.messages.topics import Topic

ROBOTS = ("base_link", "base_footprint")  # the first that there is stands for the robot
_ANSWER_S = 30.0
_GRACE_S = 2.0  # for the answer TIMEOUT to arrive
_DEPTH = 256  # all clients of a service hear all its answers: ten at once would hide ours
_EMPTY = PointCloud(np.empty((0, 3), np.float32), np.empty((0, 3), np.uint8))


class NodeSilentError(DetailBaseError):
    """The node gave no answer; the message says why."""


class LiveScene:
    """A running node, searchable by visitors of the console.

    Its callbacks need a spinning executor; all else may be called from other threads.

    Args:
        node: by which it listens and asks.
        target: full name of the node that answers.

    Attributes:
        cloud: the map as last heard; another object after each change.
        least_presence: the node's own threshold, below which it tells no objects.
    """

    def __init__(self, node: Node, target: str) -> None:
        self._node, self._name = node, target.lstrip("/")
        self.cloud: PointCloud = _EMPTY
        self.least_presence: float = InstanceConfig().presence_threshold
        self._latency_s: float | None = None
        self._statuses: dict[str, tuple[str, dict[str, str]]] = {}
        events = EventCounters(node.get_logger())
        self._endpoints = endpoints = Endpoints(node, events)
        endpoints.subscription(_of_node(SCENE, target), self._take_map)
        endpoints.subscription(DIAGNOSTICS, self._take_diagnostics)
        self._transforms = TopicTransforms(endpoints, None, events)
        self._ground = node.create_client(
            GroundQuery, f"{target}/ground", qos_profile=QoSProfile(depth=_DEPTH)
        )
        self._parameters = node.create_client(GetParameters, f"{target}/get_parameters")

    def visitor(self, presence_threshold: float) -> LiveVisitor:
        """A new conversation, of which the node knows by a tag of its own."""
        return LiveVisitor(self, presence_threshold)

    def context(self, grounding: Grounding, members: Mapping[str, Any]) -> AnswerContext:
        """Context of an answer as JSON, with further members."""
        members = {"scene_version": grounding.scene.version, **members}
        return AnswerContext(grounding.scene.cloud.frame, (), members)

    def whole(self, grounding: Grounding) -> Grounding:
        """An answer in the map as last heard; objects that are gone from it are left out."""
        scene = Scene(self.cloud, np.zeros(len(self.cloud), np.int64), grounding.scene.version)
        if not len(self.cloud):
            return grounding

        def moved(phrase: GroundedPhrase) -> GroundedPhrase:
            there = (carried(one, grounding.scene, scene) for one in phrase.instances)
            return replace(phrase, instances=tuple(one for one in there if one is not None))

        phrases = tuple(map(moved, grounding.phrases))
        return replace(grounding, scene=scene, sentence=moved(grounding.sentence), phrases=phrases)

    def ask(self, sentence: str, client_tag: str) -> tuple[Grounding, str]:
        """The node's answer, and what it took a follow-up to mean.

        Raises:
            NodeSilentError: there is none.
        """
        request = GroundQuery.Request(
            query=sentence, client_tag=client_tag, with_points=True, timeout_s=_ANSWER_S
        )
        answer = self._call(self._ground, request, _ANSWER_S + _GRACE_S).answer
        status = Status(answer.status)
        if status not in (Status.OK, Status.NOTHING_FOUND):
            raise NodeSilentError(f"{status.name}: {answer.message}")
        received, answered = (
            time.sec + time.nanosec / 1e9 for time in (answer.received_at, answer.answered_at)
        )
        self._latency_s = answered - received
        return grounding_of_points(answer), taken_as_of(answer.message)

    def read_threshold(self, timeout_s: float) -> None:
        """Ask the node for its presence threshold; where it does not tell, the default stays."""
        request = GetParameters.Request(names=["instances.presence_threshold"])
        try:
            (value,) = self._call(self._parameters, request, timeout_s).values
        except (NodeSilentError, ValueError):
            return
        self.least_presence = float(value.double_value)

    def state(self) -> LiveState:
        """The robot as it is now."""
        frames, map_frame = {}, self.cloud.frame
        for name in self._transforms.frames if map_frame else ():
            try:
                frames[name] = self._transforms.lookup(map_frame, name, 0)
            except LookupFailed:  # of another tree
                continue
        robot = next((name for name in ROBOTS if name in frames), "")
        return LiveState(tuple(self._lines()), frames, robot)

    def close(self) -> None:
        """End listening."""
        self._endpoints.close()

    def _call(self, client: Client, request: Any, timeout_s: float) -> Any:
        if not client.service_is_ready():
            raise NodeSilentError(f"/{self._name} does not answer; is it still running?")
        answered = threading.Event()
        call = client.call_async(request)
        call.add_done_callback(lambda _: answered.set())
        if not answered.wait(timeout_s) or call.result() is None:
            client.remove_pending_request(call)
            raise NodeSilentError(f"/{self._name} did not answer within {timeout_s:g} s")
        return call.result()

    def _take_map(self, message: PointCloud2) -> None:
        self.cloud = scene_from_message(message).cloud

    def _take_diagnostics(self, array: DiagnosticArray) -> None:
        for status in array.status:
            name, _, part = status.name.partition(": ")
            if name == self._name:
                values = {value.key: value.value for value in status.values}
                trouble = "" if ord(status.level) == 0 else status.message
                self._statuses[part] = (trouble, values)

    def _lines(self) -> list[str]:
        cloud, values = self.cloud, {name: seen[1] for name, seen in self._statuses.items()}
        if not len(cloud):
            return ["No map yet.", *self._troubles()]
        width, depth = np.ptp(cloud.xyz[:, :2], axis=0)
        memory = values.get("map", {}).get("memory (MB)", "?")
        age_s = (self._node.get_clock().now().nanoseconds - cloud.stamp_ns) / 1e9
        rate = values.get("clouds", {}).get("inserted per second", "?")
        lines = [
            f"Map: {len(cloud):,} points, {width:.1f} x {depth:.1f} m, {memory} MB, {cloud.frame}",
            f"Scans: {rate} per second; the newest shown is {age_s:.1f} s old",
        ]
        if self._latency_s is not None:
            lines.append(f"Last answer: {self._latency_s:.2f} s")
        return [*lines, *self._troubles()]

    def _troubles(self) -> list[str]:
        seen = sorted(self._statuses.items())
        return [f"{part}: {trouble}" for part, (trouble, _) in seen if trouble]


@dataclass(frozen=True)
class LiveReply(Reply):
    """An answer with all that the node told.

    Attributes:
        told: the answer with the node's own threshold.
    """

    told: Grounding | None = None


class LiveVisitor:
    """One visitor's conversation, which the node keeps.

    Args:
        scene: the node.
        presence_threshold: below this presence a phrase has no objects.
    """

    def __init__(self, scene: LiveScene, presence_threshold: float) -> None:
        self._scene, self._threshold = scene, presence_threshold
        self._new_tag()

    def ask(self, sentence: str, viewpoint: NDArray[np.float64] | None) -> Reply:
        """See Visitor. Left and right are told from the robot's camera, by the node."""
        told, taken_as = self._scene.ask(sentence, self._tag)
        shown = present(told, self._threshold)
        return LiveReply(sentence, shown, taken_as, told.query, told)

    def set_threshold(self, presence_threshold: float, reply: Reply | None) -> Reply | None:
        """See Visitor; asks nobody."""
        self._threshold = presence_threshold
        if not isinstance(reply, LiveReply) or reply.told is None:
            return None
        return replace(reply, grounding=present(reply.told, presence_threshold))

    def kinds_at(self, point: int) -> tuple[tuple[str, float], ...] | None:
        """Not known: forty questions would go to the node, and to all who hear its answers."""
        return None

    def clear(self) -> None:
        """Forget what was said."""
        self._new_tag()

    def _new_tag(self) -> None:
        self._tag = f"console-{uuid.uuid4().hex}"


def present(grounding: Grounding, presence_threshold: float) -> Grounding:
    """An answer without the objects of phrases of less presence."""

    def kept(phrase: GroundedPhrase) -> GroundedPhrase:
        there = phrase.presence >= presence_threshold
        return phrase if there else replace(phrase, instances=())

    phrases = tuple(map(kept, grounding.phrases))
    return replace(grounding, sentence=kept(grounding.sentence), phrases=phrases)


def _of_node(topic: Topic, node: str) -> Topic:
    return replace(topic, name=full_name(topic.name, node))
