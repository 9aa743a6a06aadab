"""Answers written to a recording as the node would have published them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detailbase_ros.messages.grounding_messages import AnswerMessages
from detailbase_ros.messages.markers import answer_markers
from detailbase_ros.replay.bag_types import own_definitions
from detailbase_ros.replay.bag_writer import BagWriter

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from detailbase_core.types import Grounding
    from detailbase_ros.messages.query import QueryResult

NODE = "/segmentation_node"
# topic below the node: (message type, depth); all are latched
TOPICS = {
    "grounding": ("detailbase_ros/msg/GroundedQuery", 256),
    "markers": ("visualization_msgs/msg/MarkerArray", 1),
    "instances": ("sensor_msgs/msg/PointCloud2", 1),
    "scene": ("sensor_msgs/msg/PointCloud2", 1),
}


class AnswerBag:
    """A new recording of answers, for RViz and Foxglove beside the one that was asked.

    A context manager: the recording is there when the block has ended well.

    Args:
        path: as for BagWriter.
        map_frame: frame of answers before anything was found.

    Raises:
        BadFileError: as BagWriter.
    """

    def __init__(self, path: str | Path, map_frame: str) -> None:
        self._bag = BagWriter(path, own_definitions())
        self._messages = AnswerMessages(self._bag.types.make)
        self._place = (map_frame, 0, 0)  # frame, stamp_ns, version of the map last looked at
        self._shown_version = -1
        for topic, (kind, depth) in TOPICS.items():
            self._bag.add_topic(f"{NODE}/{topic}", kind, latched=True, depth=depth)

    def write(self, result: QueryResult, at_ns: int) -> None:
        """Add an answer and, where there is something to show, its pictures."""
        grounding = result.grounding
        if grounding is not None:
            cloud = grounding.scene.cloud
            self._place = (cloud.frame, cloud.stamp_ns, grounding.scene.version)
            self._write_visuals(grounding, result.query.id, at_ns)
        frame, stamp_ns, version = self._place
        header = self._messages.header(frame, stamp_ns)
        self._write("grounding", self._messages.answer(result, header, version, at_ns), at_ns)

    def __enter__(self) -> AnswerBag:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bag.__exit__(error_type, error, traceback)

    def _write_visuals(self, grounding: Grounding, query_id: int, at_ns: int) -> None:
        cloud, version = grounding.scene.cloud, grounding.scene.version
        if version != self._shown_version:
            self._shown_version = version
            self._write("scene", self._messages.cloud(cloud), at_ns)
        markers = answer_markers(self._messages, grounding, cloud.frame)
        self._write("markers", markers, at_ns)
        self._write("instances", self._messages.instances(grounding, query_id), at_ns)

    def _write(self, topic: str, message: Any, at_ns: int) -> None:
        self._bag.write(f"{NODE}/{topic}", self._bag.types.serialize(message), at_ns)
