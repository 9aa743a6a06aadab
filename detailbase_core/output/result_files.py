"""An answer as text for people, and as coloured PLY files."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.io.ply import write_ply
from detailbase_core.output.object_names import phrase_object_names, target_names
from detailbase_core.output.palette import SENTENCE_COLOR, phrase_color
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from detailbase_core.output.object_names import ObjectName
    from detailbase_core.output.palette import Rgb
    from detailbase_core.types import GroundedPhrase, Grounding, Instance, Reason

NONE = -1  # phrase and instance of points that belong to no object


def title_line(sentence: str, where: str) -> str:
    """The line above an answer: the sentence, and in which coordinates its places are."""
    return f'"{sentence}" ({where})'


def answer_lines(grounding: Grounding, remarks: Sequence[str] = ()) -> list[str]:
    """Per phrase a line, per object a line: name, place of the box's centre (metres), score.

    At last a line about what names nothing, if anything does.

    Args:
        grounding: the answer.
        remarks: one per phrase, said behind it; "" = none.
    """
    lines = []
    names = phrase_object_names(grounding.phrases)
    for index, phrase in enumerate(grounding.phrases):
        title = phrase.text
        if remarks and remarks[index]:
            title += f" ({remarks[index]})"
        lines += _phrase_lines(phrase, names[index], title)
    targets = target_names(len(grounding.sentence.instances))
    lines += _phrase_lines(grounding.sentence, targets, "the whole sentence")
    return [*lines, grounding.plea] if grounding.plea else lines


def _phrase_lines(phrase: GroundedPhrase, names: Sequence[ObjectName], title: str) -> list[str]:
    if not phrase.named:
        return [f"{title}: names nothing to look for"]
    runners_up = [
        f"  next best  {_place(one)}  presence {_below(one.score)}" for one in phrase.runners_up
    ] + [f"  {line}" for line in reason_lines(phrase)]
    if not phrase.instances:
        return [f"{title}: nothing found (presence {_below(phrase.presence)})", *runners_up]
    lines = [
        f"  {name}  {_place(one)}  score {one.score:.2f}"
        for name, one in zip(names, phrase.instances, strict=True)
    ]
    return [f"{title}:", *lines, *runners_up]


def reason_lines(phrase: GroundedPhrase) -> list[str]:
    """What decided: a line for each part of the sentence that was left out."""
    return [f'without "{reason.words}": {_instead(reason)}' for reason in phrase.reasons]


def _instead(reason: Reason) -> str:
    if not reason.changed:
        return "the same"
    if not reason.instances:
        return f"nothing found (presence {_below(reason.presence)})"
    first, *more = reason.instances
    others = f" and {len(more)} more" if more else ""
    return f"{_place(first)}{others}, presence {_below(reason.presence)}"


def _place(instance: Instance) -> str:
    x, y, z = instance.box.center
    return f"x={x:.2f} y={y:.2f} z={z:.2f}"


def _below(presence: float) -> str:
    """A presence, never rounded up to the threshold."""
    return f"{math.floor(100 * presence) / 100:.2f}"


def place_text(place: Sequence[float]) -> str:
    """A place to be copied, metres: "0.08, -0.50, 0.20"."""
    return ", ".join(f"{value:.2f}" for value in place)


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


def write_object_plys(folder: Path, grounding: Grounding, prefix: str = "") -> dict[int, str]:
    """Write the points of each object, in their own colours, as a PLY of its own.

    Args:
        folder: made if it is not there.
        grounding: the answer.
        prefix: of the files' names.

    Returns:
        File by instance id, such as "3_red_chair_1.ply"; the sentence's own targets have one, too.

    Raises:
        OSError: the folder cannot be made or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    targets = grounding.sentence.instances
    cloud, files = grounding.scene.cloud, {}
    named = zip(
        (grounding.sentence, *grounding.phrases),
        [target_names(len(targets)), *phrase_object_names(grounding.phrases)],
        strict=True,
    )
    for phrase, names in named:
        for instance, name in zip(phrase.instances, names, strict=True):
            path = folder / f"{prefix}{instance.id}_{name.file_stem}.ply"
            own = instance.point_indices
            write_ply(path, PointCloud(cloud.xyz[own], cloud.rgb[own], cloud.frame, cloud.stamp_ns))
            files[instance.id] = str(path)
    return files
