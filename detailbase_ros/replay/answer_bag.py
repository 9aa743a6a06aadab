"""Answers written to a recording as the node would have published them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from detailbase_ros.messages.conversions import cloud_to_message, make_header
from detailbase_ros.messages.grounding_messages import instances_to_cloud, result_to_message
from detailbase_ros.messages.markers import answer_markers
from detailbase_ros.messages.stand_ins import own_definitions
from detailbase_ros.messages.topics import GROUNDING, INSTANCES, MARKERS, SCENE
from detailbase_ros.replay.bag_writer import BagWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from detailbase_core.types import Grounding
    from detailbase_ros.messages.query import QueryResult
    from detailbase_ros.messages.topics import Topic

TOPICS = (GROUNDING, MARKERS, INSTANCES, SCENE)


class AnswerBag:
    """A new recording of answers, for RViz and Foxglove beside the one that was asked.

    Args:
        bag: knows own_definitions().
        map_frame: frame of answers before anything was found.
    """

    def __init__(self, bag: BagWriter, map_frame: str) -> None:
        self._bag = bag
        self._map_state = (map_frame, 0, 0)  # frame, stamp_ns, version of the map last looked at
        self._shown_version = -1
        for topic in TOPICS:
            self._bag.add_topic(topic)

    @classmethod
    @contextmanager
    def create(cls, path: str | Path, map_frame: str) -> Iterator[AnswerBag]:
        """Make the recording; it is there when the block has ended well.

        Args:
            path: as for BagWriter.
            map_frame: as above.

        Raises:
            BadFileError: as BagWriter.
        """
        with BagWriter(path, own_definitions()) as bag:
            yield cls(bag, map_frame)

    def write(self, result: QueryResult, at_ns: int) -> None:
        """Add an answer and, where there is something to show, its pictures."""
        grounding = result.grounding
        if grounding is not None:
            cloud = grounding.scene.cloud
            self._map_state = (cloud.frame, cloud.stamp_ns, grounding.scene.version)
            self._write_visuals(grounding, result.query.id, at_ns)
        frame, stamp_ns, version = self._map_state
        header = make_header(frame, stamp_ns)
        self._write(GROUNDING, result_to_message(result, header, version, at_ns), at_ns)

    def _write_visuals(self, grounding: Grounding, query_id: int, at_ns: int) -> None:
        cloud, version = grounding.scene.cloud, grounding.scene.version
        if version != self._shown_version:
            self._shown_version = version
            self._write(SCENE, cloud_to_message(cloud), at_ns)
        self._write(MARKERS, answer_markers(grounding, cloud.frame), at_ns)
        self._write(INSTANCES, instances_to_cloud(grounding, query_id), at_ns)

    def _write(self, topic: Topic, message: Any, at_ns: int) -> None:
        cdr = self._bag.types.serialize(message, topic.type_name)
        self._bag.write(topic.full_name, cdr, at_ns)
