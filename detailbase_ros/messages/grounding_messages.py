"""Answers as ROS messages, whoever makes the messages: rclpy on a graph, rosbags for a file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from detailbase_core.io.pointcloud2 import encode_points
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from detailbase_core.types import Box, GroundedPhrase, Grounding, Instance
    from detailbase_ros.messages.query import QueryResult

_SECOND = 1_000_000_000


class MakeMessage(Protocol):
    """Makes one message; members that are not named have their defaults."""

    def __call__(self, type_name: str, /, **members: Any) -> Any:
        """A message of the type "package/msg/Name"."""
        ...


class AnswerMessages:
    """Builds the messages that hold an answer.

    Args:
        make: makes single messages.
    """

    def __init__(self, make: MakeMessage) -> None:
        self.make = make

    def stamp(self, nanoseconds: int) -> Any:
        """builtin_interfaces/Time."""
        seconds, rest = divmod(nanoseconds, _SECOND)
        return self.make("builtin_interfaces/msg/Time", sec=seconds, nanosec=rest)

    def header(self, frame: str, stamp_ns: int) -> Any:
        """std_msgs/Header."""
        return self.make("std_msgs/msg/Header", frame_id=frame, stamp=self.stamp(stamp_ns))

    def point(self, xyz: tuple[float, float, float]) -> Any:
        """geometry_msgs/Point."""
        return self.make("geometry_msgs/msg/Point", **_xyz(xyz))

    def box(self, box: Box) -> tuple[Any, Any]:
        """An upright box as the geometry_msgs/Pose of its centre and its size, a Vector3."""
        half = box.yaw / 2.0
        rotation = self.make("geometry_msgs/msg/Quaternion", z=math.sin(half), w=math.cos(half))
        pose = self.make(
            "geometry_msgs/msg/Pose", position=self.point(box.center), orientation=rotation
        )
        return pose, self.make("geometry_msgs/msg/Vector3", **_xyz(box.size))

    def cloud(
        self, cloud: PointCloud, labels: Mapping[str, NDArray[np.uint32]] | None = None
    ) -> Any:
        """sensor_msgs/PointCloud2: x y z rgb, organised if it is, with further uint32 fields."""
        encoded = encode_points(cloud.xyz, cloud.rgb, labels)
        height, width = cloud.image_shape or (1, len(cloud))
        return self.make(
            "sensor_msgs/msg/PointCloud2",
            header=self.header(cloud.frame, cloud.stamp_ns),
            height=height,
            width=width,
            fields=[
                self.make(
                    "sensor_msgs/msg/PointField",
                    name=name, offset=offset, datatype=datatype, count=1,
                )
                for name, offset, datatype in encoded.fields
            ],
            is_bigendian=False,
            point_step=encoded.point_step,
            row_step=encoded.point_step * width,
            data=encoded.data,
            is_dense=bool(np.isfinite(cloud.xyz).all()),
        )  # fmt: skip

    def answer(
        self,
        result: QueryResult,
        header: Any,
        scene_version: int,
        answered_ns: int,
        with_points: bool = False,
    ) -> Any:
        """A query's end as detailbase_ros/GroundedQuery.

        Args:
            result: what became of the query.
            header: of the map in which it was answered.
            scene_version: of that map.
            answered_ns: the node's clock, nanoseconds.
            with_points: whether to fill PhraseInstance.points.
        """
        query = result.query
        return self.make(
            "detailbase_ros/msg/GroundedQuery",
            header=header,
            query_id=query.id,
            client_tag=query.client_tag,
            query=query.text,
            received_at=self.stamp(query.received_ns),
            answered_at=self.stamp(answered_ns),
            status=int(result.status),
            message=result.message,
            scene_version=scene_version,
            **self._found(result, with_points),
        )

    def _found(self, result: QueryResult, with_points: bool) -> dict[str, Any]:
        """The members of a GroundedQuery that say what was found."""
        text, grounding = result.query.text, result.grounding
        if grounding is None:
            whole = self.make("detailbase_ros/msg/GroundedPhrase", text=text, end=len(text))
            return {"sentence": whole}
        cloud = grounding.scene.cloud
        return {
            "sentence": self._phrase(grounding.sentence, cloud, with_points),
            "phrases": [self._phrase(p, cloud, with_points) for p in grounding.phrases],
            "stage_names": list(grounding.stage_seconds),
            "stage_seconds": [float(s) for s in grounding.stage_seconds.values()],
        }

    def instances(self, grounding: Grounding, query_id: int) -> Any:
        """All objects' points as sensor_msgs/PointCloud2.

        Further fields: query_id, phrase_id (0 = the sentence, 1 = its first phrase ...) and
        instance_id; a point of two phrases appears twice.
        """
        found = [
            (phrase_id, instance)
            for phrase_id, phrase in enumerate((grounding.sentence, *grounding.phrases))
            for instance in phrase.instances
        ]
        counts = [len(instance.point_indices) for _, instance in found]
        indices = [instance.point_indices for _, instance in found]
        points = np.concatenate(indices) if indices else np.empty(0, np.int64)
        labels = {
            "query_id": np.full(len(points), query_id & 0xFFFFFFFF, np.uint32),
            "phrase_id": np.repeat(np.array([p for p, _ in found], np.uint32), counts),
            "instance_id": np.repeat(np.array([i.id for _, i in found], np.uint32), counts),
        }
        return self.cloud(_part(grounding.scene.cloud, points), labels)

    def _phrase(self, phrase: GroundedPhrase, cloud: PointCloud, with_points: bool) -> Any:
        return self.make(
            "detailbase_ros/msg/GroundedPhrase",
            text=phrase.text,
            begin=phrase.begin,
            end=phrase.end,
            score=float(phrase.score),
            presence=float(phrase.presence),
            instances=[self._instance(i, cloud, with_points) for i in phrase.instances],
        )

    def _instance(self, instance: Instance, cloud: PointCloud, with_points: bool) -> Any:
        pose, size = self.box(instance.box)
        message = self.make(
            "detailbase_ros/msg/PhraseInstance",
            id=instance.id,
            pose=pose,
            size=size,
            centroid=self.point(instance.centroid),
            score=float(instance.score),
        )
        if with_points:
            message.points = self.cloud(_part(cloud, instance.point_indices))
        return message


def _xyz(values: tuple[float, float, float]) -> dict[str, float]:
    return {axis: float(value) for axis, value in zip("xyz", values, strict=True)}


def _part(cloud: PointCloud, indices: NDArray[np.int64]) -> PointCloud:
    return PointCloud(cloud.xyz[indices], cloud.rgb[indices], cloud.frame, cloud.stamp_ns)
