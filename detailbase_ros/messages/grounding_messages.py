"""Answers as messages: detailbase_ros/GroundedQuery, and the cloud of all objects."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import shown
from detailbase_core.output.palette import SENTENCE_COLOR, phrase_color
from detailbase_ros.messages.conversions import (
    box_to_message,
    cloud_to_message,
    to_point,
    to_stamp,
)
from detailbase_ros.messages.message_types import GroundedPhrase, GroundedQuery, PhraseInstance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core import types
    from detailbase_core.types import PointCloud
    from detailbase_ros.messages.message_types import Header, PointCloud2
    from detailbase_ros.messages.query import QueryResult


_MESSAGE = 4000  # characters; reasons are many


def result_to_message(
    result: QueryResult,
    header: Header,
    scene_version: int,
    answered_ns: int,
    with_points: bool = False,
) -> GroundedQuery:
    """A query's end as detailbase_ros/GroundedQuery.

    Args:
        result: what became of the query.
        header: of the map in which it was answered.
        scene_version: of that map.
        answered_ns: the node's clock, nanoseconds.
        with_points: whether to fill PhraseInstance.points.
    """
    query = result.query
    # Of a follow-up the sentence that its phrases are parts of: "the red chair".
    text = query.text if result.grounding is None else result.grounding.query
    return GroundedQuery(
        header=header,
        query_id=query.id,
        client_tag=query.client_tag,
        query=text,
        received_at=to_stamp(query.received_ns),
        answered_at=to_stamp(answered_ns),
        status=int(result.status),
        message=shown(result.message, _MESSAGE),
        scene_version=scene_version,
        **_found(result, with_points),
    )


def instance_to_message(instance: types.Instance) -> PhraseInstance:
    """An object as detailbase_ros/PhraseInstance, without its points."""
    pose, size = box_to_message(instance.box)
    return PhraseInstance(
        id=instance.id,
        pose=pose,
        size=size,
        centroid=to_point(instance.centroid),
        score=float(instance.score),
    )


def instances_to_cloud(grounding: types.Grounding, query_id: int) -> PointCloud2:
    """All objects' points as sensor_msgs/PointCloud2, in the colours of their phrases.

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
    found_points = replace(
        grounding.scene.cloud.part(points), rgb=_phrase_colors(points, labels["phrase_id"])
    )
    return cloud_to_message(found_points, labels)


def _phrase_colors(points: NDArray[np.int64], phrase_ids: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Colour of each labelled point: that of its phrase, as markers have it.

    The sentence's points lie on those of a phrase, mostly, and have its colour there: two colours
    at one place would flicker.

    Args:
        points: (M,) indices into the scene, the sentence's first.
        phrase_ids: (M,) 0 for the sentence, 1 for the first phrase ...

    Returns:
        (M, 3) uint8.
    """
    count = int(phrase_ids.max(initial=0))
    palette = np.array([SENTENCE_COLOR, *map(phrase_color, range(count))], np.uint8)
    rgb = palette[phrase_ids]
    distinct, place = np.unique(points, return_inverse=True)
    phrase_of = np.zeros(len(distinct), np.uint32)
    phrase_of[place] = phrase_ids
    is_sentence = phrase_ids == 0
    rgb[is_sentence] = palette[phrase_of[place[is_sentence]]]
    return rgb


def _found(result: QueryResult, with_points: bool) -> dict[str, Any]:
    """The members of a GroundedQuery that say what was found."""
    text, grounding = result.query.text, result.grounding
    if grounding is None:
        return {"sentence": GroundedPhrase(text=text, end=len(text))}
    cloud = grounding.scene.cloud
    return {
        "sentence": _phrase(grounding.sentence, cloud, with_points),
        "phrases": [_phrase(phrase, cloud, with_points) for phrase in grounding.phrases],
        "stage_names": list(grounding.stage_seconds),
        "stage_seconds": [float(s) for s in grounding.stage_seconds.values()],
    }


def _phrase(phrase: types.GroundedPhrase, cloud: PointCloud, with_points: bool) -> GroundedPhrase:
    return GroundedPhrase(
        text=phrase.text,
        begin=phrase.begin,
        end=phrase.end,
        score=float(phrase.score),
        presence=float(phrase.presence),
        instances=[_instance(instance, cloud, with_points) for instance in phrase.instances],
    )


def _instance(instance: types.Instance, cloud: PointCloud, with_points: bool) -> PhraseInstance:
    message = instance_to_message(instance)
    if with_points:
        message.points = cloud_to_message(cloud.part(instance.point_indices))
    return message
