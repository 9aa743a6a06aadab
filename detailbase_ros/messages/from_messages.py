"""A Grounding rebuilt from what the node published: for pictures and tools on the other side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from detailbase_core.io.pointcloud2 import decode_cloud, frame_and_stamp
from detailbase_core.types import Box, GroundedPhrase, Grounding, Instance, PointCloud, Scene

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sensor_msgs.msg import PointCloud2

    from detailbase_ros import msg

    Labels = tuple[NDArray[np.float32], NDArray[np.uint32], NDArray[np.uint32]]


def scene_from_message(message: PointCloud2) -> Scene:
    """The map on `~/scene`; its superpoints are not published, so each point is its own."""
    cloud = _cloud(message)
    return Scene(cloud, np.arange(len(cloud), dtype=np.int64))


def grounding_from_messages(
    answer: msg.GroundedQuery, instances: PointCloud2 | None, scene: Scene
) -> Grounding:
    """One answer as the core's type.

    Args:
        answer: from `~/grounding`.
        instances: the picture of the same answer from `~/instances`; None where nothing was found.
        scene: of the map in which it was answered; objects' points are looked up in it.
    """
    labels = _labelled_points(instances) if instances is not None else None
    tree = cKDTree(scene.cloud.xyz)
    sentence, *phrases = (
        _phrase(phrase, phrase_id, labels, tree)
        for phrase_id, phrase in enumerate((answer.sentence, *answer.phrases))
    )
    seconds = dict(zip(answer.stage_names, answer.stage_seconds, strict=True))
    return Grounding(answer.query, scene, sentence, tuple(phrases), seconds)


def grounding_of_points(answer: msg.GroundedQuery) -> Grounding:
    """One answer of the service with points as the core's type.

    Args:
        answer: of status OK or NOTHING_FOUND, asked for `with_points`.

    Returns:
        Its scene holds the objects' points alone, one object after the other.
    """
    bare = grounding_without_points(answer)
    parts: list[PointCloud] = []

    def with_points(phrase: GroundedPhrase, message: msg.GroundedPhrase) -> GroundedPhrase:
        instances = []
        for instance, found in zip(phrase.instances, message.instances, strict=True):
            first = sum(map(len, parts))
            parts.append(_cloud(found.points))
            own = np.arange(first, first + len(parts[-1]), dtype=np.int64)
            instances.append(replace(instance, point_indices=own))
        return replace(phrase, instances=tuple(instances))

    sentence = with_points(bare.sentence, answer.sentence)
    phrases = tuple(map(with_points, bare.phrases, answer.phrases))
    empty = bare.scene.cloud
    stamp_ns = frame_and_stamp(answer.header)[1]
    cloud = PointCloud(
        np.concatenate([empty.xyz, *(part.xyz for part in parts)]),
        np.concatenate([empty.rgb, *(part.rgb for part in parts)]),
        empty.frame,
        stamp_ns,
    )
    scene = Scene(cloud, np.zeros(len(cloud), np.int64), answer.scene_version)
    return replace(bare, scene=scene, sentence=sentence, phrases=phrases)


def grounding_without_points(answer: msg.GroundedQuery) -> Grounding:
    """One answer as the core's type, from its message alone: its objects hold no points.

    Args:
        answer: of status OK or NOTHING_FOUND.
    """
    empty = PointCloud(
        np.empty((0, 3), np.float32), np.empty((0, 3), np.uint8), answer.header.frame_id
    )
    scene = Scene(empty, np.empty(0, np.int64), answer.scene_version)
    phrases = tuple(_without_points(phrase, answer.message) for phrase in answer.phrases)
    sentence = _without_points(answer.sentence, answer.message)
    if phrases:
        sentence = replace(sentence, named=any(phrase.named for phrase in phrases))
    seconds = dict(zip(answer.stage_names, answer.stage_seconds, strict=True))
    return Grounding(answer.query, scene, sentence, phrases, seconds)


def _without_points(message: msg.GroundedPhrase, plea: str) -> GroundedPhrase:
    """A phrase without its objects' points; what the message's plea quotes names nothing."""
    none = np.empty(0, np.int64)
    return GroundedPhrase(
        message.text,
        message.begin,
        message.end,
        message.score,
        message.presence,
        tuple(_instance(instance, none) for instance in message.instances),
        named=bool(message.instances) or f'"{message.text}"' not in plea,
    )


def _cloud(message: PointCloud2) -> PointCloud:
    return decode_cloud(message, *frame_and_stamp(message.header))[0]


def _labelled_points(message: PointCloud2) -> Labels:
    """xyz (M, 3), phrase_id (M,) and instance_id (M,) of an instances cloud."""
    step, data = message.point_step, np.frombuffer(message.data, np.uint8)
    rows = data.reshape(-1, step)
    offsets = {field.name: field.offset for field in message.fields}

    def column(name: str, dtype: type, width: int = 1) -> NDArray[Any]:
        begin = offsets[name]
        raw = np.ascontiguousarray(rows[:, begin : begin + 4 * width])
        return raw.view(dtype).reshape(len(rows), width)

    return (
        column("x", np.float32, 3),
        column("phrase_id", np.uint32)[:, 0],
        column("instance_id", np.uint32)[:, 0],
    )


def _phrase(
    message: msg.GroundedPhrase, phrase_id: int, labels: Labels | None, tree: cKDTree
) -> GroundedPhrase:
    instances = []
    if labels is not None:
        xyz, phrase_ids, instance_ids = labels
        for instance in message.instances:
            own = xyz[(phrase_ids == phrase_id) & (instance_ids == instance.id)]
            _, indices = tree.query(own)
            instances.append(_instance(instance, np.unique(indices).astype(np.int64)))
    return GroundedPhrase(
        message.text, message.begin, message.end, message.score, message.presence, tuple(instances)
    )


def _instance(message: msg.PhraseInstance, point_indices: NDArray[np.int64]) -> Instance:
    p, q, s, c = (
        message.pose.position,
        message.pose.orientation,
        message.size,
        message.centroid,
    )
    box = Box((p.x, p.y, p.z), (s.x, s.y, s.z), 2.0 * float(np.arctan2(q.z, q.w)))
    return Instance(message.id, point_indices, box, (c.x, c.y, c.z), message.score)
