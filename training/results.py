"""The outcome of an evaluation as a file."""

from __future__ import annotations

import dataclasses
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detailbase_core.atomic import atomic_path
from detailbase_core.errors import BadFileError
from training.outcomes import THING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.outcomes import SentenceOutcome

GOOD_IOU, BAD_IOU = 0.75, 0.25  # every phrase's, the mean phrase's
EXAMPLES = 6


@dataclass(frozen=True)
class Example:
    """One answer.

    Attributes:
        scene: its id.
        text: the sentence.
        ious: of each phrase that is about a thing, by the phrase's text.
    """

    scene: str
    text: str
    ious: Mapping[str, float]


@dataclass(frozen=True)
class SetResult:
    """One folder of scenes.

    Attributes:
        folder: where they lie.
        measures: see measures.measures.
        breakdowns: see measures.breakdowns; [mIoU, phrases] by name.
        good, bad: some answers worth looking at.
        rival: measures of the checkpoint that this one is compared with; empty = none.
        gap: phrase mIoU minus the rival's, low and high end of its 95% interval.
        room_ious: see bootstrap.room_ious; [sum of IoUs, phrases] by room.
    """

    folder: str
    measures: Mapping[str, float]
    breakdowns: Mapping[str, Mapping[str, Sequence[float]]]
    good: Sequence[Example] = ()
    bad: Sequence[Example] = ()
    rival: Mapping[str, float] = field(default_factory=dict)
    gap: Sequence[float] = ()
    room_ious: Mapping[str, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """One checkpoint's.

    Attributes:
        checkpoint: its file.
        training: what the file says about its training.
        parameters: how many numbers were trained.
        command: that made these results.
        rival: the checkpoint that it is compared with; "" = none.
        sets: by name, in the order asked for.
    """

    checkpoint: str
    training: str
    parameters: int
    command: str
    rival: str
    sets: Mapping[str, SetResult]

    def write(self, path: str | Path) -> None:
        """As JSON, atomically."""
        text = json.dumps(dataclasses.asdict(self), indent=1)
        with atomic_path(path) as temporary:
            temporary.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: str | Path) -> Results:
        """The inverse of write.

        Raises:
            BadFileError: no such file, or something else.
        """
        try:
            raw = json.loads(Path(path).read_text(encoding="utf-8"))
            sets = {name: _set_result(values) for name, values in raw.pop("sets").items()}
            return cls(**raw, sets=sets)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadFileError(
                f"{path}: no results of training.evaluate can be read: {error}"
            ) from error


def _set_result(values: dict[str, Any]) -> SetResult:
    good, bad = ([Example(**e) for e in values.pop(side)] for side in ("good", "bad"))
    return SetResult(**values, good=good, bad=bad)


def examples(outcomes: Sequence[SentenceOutcome]) -> tuple[list[Example], list[Example]]:
    """Some good and some bad answers, drawn at random, from different rooms where possible."""
    good, bad = [], []
    for outcome in outcomes:
        ious = [phrase.iou for phrase in outcome.phrases if phrase.kind == THING]
        if len(ious) > 1 and min(ious) > GOOD_IOU:
            good.append(outcome)
        elif ious and sum(ious) / len(ious) < BAD_IOU:
            bad.append(outcome)
    return _drawn(good), _drawn(bad)


def _drawn(outcomes: list[SentenceOutcome]) -> list[Example]:
    random.Random(0).shuffle(outcomes)
    first_of_room = {o.room: o for o in reversed(outcomes)}
    chosen = [*first_of_room.values(), *(o for o in outcomes if first_of_room[o.room] is not o)]
    return [_example(outcome) for outcome in chosen[:EXAMPLES]]


def _example(outcome: SentenceOutcome) -> Example:
    told = outcome.description
    text = told.text or " ".join(told.words)
    spans = {phrase.row: (phrase.begin, phrase.end) for phrase in told.phrases}
    ious: dict[str, float] = {}
    for phrase in outcome.phrases:
        if phrase.kind == THING:
            begin, end = spans.get(phrase.row, (0, 0))
            ious[text[begin:end] or told.words[phrase.row - 1]] = round(phrase.iou, 3)
    return Example(outcome.room, text, ious)
