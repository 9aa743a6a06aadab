"""An answer as text for people, as JSON for programs, and as a coloured PLY."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.io.ply import write_ply
from detailbase_core.language.rule_parser import phrase_name
from detailbase_core.output.palette import SENTENCE_COLOR, phrase_color
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.mapping.load_scene import LoadedScene
    from detailbase_core.output.palette import Rgb
    from detailbase_core.types import GroundedPhrase, Grounding, Instance

NONE = -1  # phrase and instance of points that belong to no object


def answer_lines(grounding: Grounding, remarks: Sequence[str] = ()) -> list[str]:
    """Per phrase a line, per object a line: name, place of the box's centre (metres), score.

    At last a line about what names nothing, if anything does.

    Args:
        grounding: the answer.
        remarks: one per phrase, said behind it; "" = none.
    """
    lines = []
    for number, phrase in enumerate(grounding.phrases):
        title = phrase.text
        if remarks and remarks[number]:
            title += f" ({remarks[number]})"
        lines += _phrase_lines(phrase, phrase_name(phrase.text), title)
    lines += _phrase_lines(grounding.sentence, "target", "the whole sentence")
    return [*lines, grounding.plea] if grounding.plea else lines


def _phrase_lines(phrase: GroundedPhrase, name: str, title: str) -> list[str]:
    if not phrase.named:
        return [f"{title}: names nothing to look for"]
    if not phrase.instances:
        presence = math.floor(100 * phrase.presence) / 100  # never up to the threshold
        return [f"{title}: nothing found (presence {presence:.2f})"]
    lines = [
        f"  {name} #{number}  x={i.box.center[0]:.2f} y={i.box.center[1]:.2f} "
        f"z={i.box.center[2]:.2f}  score {i.score:.2f}"
        for number, i in enumerate(phrase.instances, start=1)
    ]
    return [f"{title}:", *lines]


def write_json(path: str | Path, grounding: Grounding, loaded: LoadedScene, source: str) -> None:
    """Write the answer as JSON, atomically. Metres, radians, the loaded scene's coordinates.

    Each object's centre stands there a second time as "source": in the file's own coordinates and
    unit.
    """
    map_to_source: NDArray[np.float64] = np.linalg.inv(loaded.source_to_map).astype(np.float64)
    answer = {
        "query": grounding.query,
        "scene": {
            "source": source,
            "note": loaded.note,
            "frame": loaded.cloud.frame,
            "points": len(loaded.cloud),
            "source_to_map": loaded.source_to_map.tolist(),
        },
        "sentence": _phrase_dict(grounding.sentence, map_to_source),
        "phrases": [_phrase_dict(phrase, map_to_source) for phrase in grounding.phrases],
        "stage_seconds": {name: round(s, 4) for name, s in grounding.stage_seconds.items()},
    }
    text = json.dumps(answer, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="replace")


def _phrase_dict(phrase: GroundedPhrase, map_to_source: NDArray[np.float64]) -> dict[str, Any]:
    return {
        "text": phrase.text,
        "begin": phrase.begin,
        "end": phrase.end,
        "score": phrase.score,
        "presence": phrase.presence,
        "instances": [_instance_dict(instance, map_to_source) for instance in phrase.instances],
    }


def _instance_dict(instance: Instance, map_to_source: NDArray[np.float64]) -> dict[str, Any]:
    def in_source(point: tuple[float, float, float]) -> list[float]:
        place: list[float] = (map_to_source[:3, :3] @ point + map_to_source[:3, 3]).tolist()
        return place

    return {
        "id": instance.id,
        "score": instance.score,
        "box": {
            "center": list(instance.box.center),
            "size": list(instance.box.size),
            "yaw": instance.box.yaw,
        },
        "centroid": list(instance.centroid),
        "source": {
            "center": in_source(instance.box.center),
            "centroid": in_source(instance.centroid),
        },
        "points": len(instance.point_indices),
    }


def write_answer_ply(path: str | Path, grounding: Grounding) -> None:
    """Write the scene with every object in its phrase's colour, atomically.

    Two more int32 columns per point: `phrase` (index of the last phrase that holds it) and
    `instance` (its id); -1 where there is none. Points that only the sentence's own target
    holds have phrase -1 and are white.
    """
    cloud = grounding.scene.cloud
    rgb = cloud.rgb.copy()
    phrase, instance = (np.full(len(cloud), NONE, np.int32) for _ in range(2))
    owners: list[tuple[int, GroundedPhrase, Rgb]] = [(NONE, grounding.sentence, SENTENCE_COLOR)]
    owners += [(i, p, phrase_color(i)) for i, p in enumerate(grounding.phrases)]
    for index, owner, color in owners:
        for found in owner.instances:
            points = found.point_indices
            rgb[points], phrase[points], instance[points] = color, index, found.id
    labels = {"phrase": phrase, "instance": instance}
    write_ply(path, PointCloud(cloud.xyz, rgb, cloud.frame, cloud.stamp_ns), labels)
