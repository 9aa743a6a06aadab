"""An answer as JSON for programs; docs/answer.schema.json describes it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.output.approach_pose import ApproachConfig, find_approach
from detailbase_core.output.object_names import phrase_object_names, target_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.mapping.load_scene import LoadedScene
    from detailbase_core.output.object_names import ObjectName
    from detailbase_core.types import GroundedPhrase, Grounding, Instance, Reason

OK, NOTHING_FOUND = "OK", "NOTHING_FOUND"  # of the node's statuses, those of an answer


@dataclass(frozen=True)
class OtherFrame:
    """A second frame in which the places of objects are told.

    Attributes:
        key: member of each object that holds them.
        from_answer: (4, 4) float64 from the answer's frame to it.
    """

    key: str
    from_answer: NDArray[np.float64]


@dataclass(frozen=True)
class AnswerContext:
    """Context of an answer that the Grounding itself does not hold.

    Attributes:
        frame: of all coordinates.
        others: further frames.
        members: more members of the answer, such as "scene".
        point_files: PLY file of an object, by instance id.
        counts_points: whether the Grounding's instances hold their points.
        why: whether phrases were asked for their runners-up.
    """

    frame: str
    others: Sequence[OtherFrame] = ()
    members: Mapping[str, Any] = field(default_factory=dict)
    point_files: Mapping[int, str] = field(default_factory=dict)
    counts_points: bool = True
    why: bool = False


def answer_dict(grounding: Grounding, context: AnswerContext) -> dict[str, Any]:
    """An answer as members of a JSON object. Metres, radians, the answer's frame."""
    names = phrase_object_names(grounding.phrases)
    phrases = zip(grounding.phrases, names, strict=True)
    sentence = grounding.sentence
    return {
        "query": grounding.query,
        "status": OK if grounding.found else NOTHING_FOUND,
        "message": grounding.plea,
        "target_found": bool(sentence.instances),
        "frame": context.frame,
        "units": {"length": "m", "angle": "rad"},
        **context.members,
        "sentence": _phrase(sentence, target_names(len(sentence.instances)), context),
        "phrases": [_phrase(phrase, some, context) for phrase, some in phrases],
        "stage_seconds": {name: round(s, 4) for name, s in grounding.stage_seconds.items()},
    }


def follow_up_members(said: str, taken_as: str) -> dict[str, str]:
    """Members of an answer to a follow-up; none where the sentence stands by itself."""
    return {"said": said, "taken_as": taken_as} if taken_as else {}


def approach_members(grounding: Grounding) -> dict[str, Any]:
    """Member of an answer that says where a robot of usual size may stand before its target.

    Of the node's defaults: 0.3 m in radius, 1.5 m high. None where the map shows no free floor.
    """
    targets = grounding.sentence.instances
    place = None
    if targets:
        place = find_approach(grounding.scene.cloud.xyz, targets[0].box, ApproachConfig())
    if place is None:
        return {"approach": None}
    return {"approach": {"position": [place.x, place.y, place.z], "yaw": place.yaw}}


def no_answer_dict(query: str, status: str, message: str, frame: str) -> dict[str, Any]:
    """The same for a sentence without an answer.

    Args:
        query: the sentence.
        status: name of the node's status, such as "EMPTY_MAP".
        message: why there is no answer, and what to do.
        frame: in which it would have been given; "" = not known.
    """
    return {
        "query": query,
        "status": status,
        "message": message,
        "target_found": False,
        "frame": frame,
        "units": {"length": "m", "angle": "rad"},
        "sentence": None,
        "phrases": [],
        "stage_seconds": {},
    }


def scene_context(
    loaded: LoadedScene,
    source: str,
    files: Mapping[int, str],
    more: Mapping[str, Any] | None = None,
) -> AnswerContext:
    """Context of an answer about a file or recording.

    Each object's places stand in the answer a second time as "source": in the file's own
    coordinates and unit.

    Args:
        loaded: what was read.
        source: its path.
        files: PLY file of an object, by instance id.
        more: further members of the answer.
    """
    scene = {
        "source": source,
        "note": loaded.note,
        "frame": loaded.cloud.frame,
        "points": len(loaded.cloud),
        "source_to_map": loaded.source_to_map.tolist(),
    }
    in_source = np.linalg.inv(loaded.source_to_map).astype(np.float64)
    others = (OtherFrame("source", in_source),)
    return AnswerContext(loaded.cloud.frame, others, {"scene": scene, **(more or {})}, files)


def json_line(answer: Mapping[str, Any]) -> str:
    """One answer on one line, without its newline.

    What no encoding can hold, half of a surrogate pair in a sentence, becomes "?".
    """
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace").decode("utf-8")


def write_json_lines(path: str | Path, answers: Iterable[Mapping[str, Any]]) -> None:
    """Write answers, one a line (JSON Lines; one answer is plain JSON), atomically.

    Raises:
        OSError: the file cannot be written.
    """
    text = "".join(f"{json_line(answer)}\n" for answer in answers)
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _phrase(
    phrase: GroundedPhrase, names: Sequence[ObjectName], context: AnswerContext
) -> dict[str, Any]:
    answer = {
        "text": phrase.text,
        "begin": phrase.begin,
        "end": phrase.end,
        "score": phrase.score,
        "presence": phrase.presence,
        "named": phrase.named,
        "instances": [
            _instance(instance, name, context)
            for instance, name in zip(phrase.instances, names, strict=True)
        ],
    }
    if context.why:
        answer["runners_up"] = [_runner_up(one, context) for one in phrase.runners_up]
    if phrase.reasons:
        answer["reasons"] = [_reason(one, context) for one in phrase.reasons]
    return answer


def _instance(instance: Instance, name: ObjectName, context: AnswerContext) -> dict[str, Any]:
    place = _placed(instance, context)
    return {"id": instance.id, "name": str(name), "score": instance.score, **place}


def _runner_up(instance: Instance, context: AnswerContext) -> dict[str, Any]:
    return {"id": instance.id, "presence": instance.score, **_placed(instance, context)}


def _reason(reason: Reason, context: AnswerContext) -> dict[str, Any]:
    return {
        "words": reason.words,
        "asked": reason.asked,
        "changed": reason.changed,
        "presence": reason.presence,
        "instances": [
            {"score": one.score, **_placed(replace(one, id=-1), context)}
            for one in reason.instances
        ],
    }


def _placed(instance: Instance, context: AnswerContext) -> dict[str, Any]:
    """Where an object is, and how large."""
    places = {"center": instance.box.center, "centroid": instance.centroid}
    answer: dict[str, Any] = {
        "box": {
            "center": list(instance.box.center),
            "size": list(instance.box.size),
            "yaw": instance.box.yaw,
        },
        "centroid": list(instance.centroid),
    }
    for other in context.others:
        answer[other.key] = {key: _moved(place, other.from_answer) for key, place in places.items()}
    if context.counts_points:
        answer["points"] = len(instance.point_indices)
    if instance.id in context.point_files:
        answer["points_file"] = context.point_files[instance.id]
    return answer


def _moved(place: tuple[float, float, float], matrix: NDArray[np.float64]) -> list[float]:
    moved: list[float] = (matrix[:3, :3] @ place + matrix[:3, 3]).tolist()
    return moved
