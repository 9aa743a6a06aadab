"""Answers worth looking at, drawn at random."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.evaluation.error_types import MISTAKES
from training.evaluation.records import THING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.evaluation.records import SentenceOutcome

    Case = tuple[SentenceOutcome, int]  # and the text row of the phrase in question

GOOD_IOU, BAD_IOU = 0.75, 0.25  # every phrase's, the mean phrase's
EXAMPLES = 6


@dataclass(frozen=True)
class Example:
    """One answer.

    Attributes:
        scene: its id.
        text: the sentence.
        ious: of each phrase that is about a thing, by the phrase's text.
        number: of the sentence among the scene's.
        row: text row of the phrase in question; 0 = all of them.
    """

    scene: str
    text: str
    ious: Mapping[str, float]
    number: int = 0
    row: int = 0


def examples(outcomes: Sequence[SentenceOutcome]) -> tuple[list[Example], list[Example]]:
    """Some good and some bad answers, from different rooms where possible."""
    good: list[Case] = []
    bad: list[Case] = []
    for outcome in outcomes:
        ious = [phrase.iou for phrase in outcome.phrases if phrase.kind == THING]
        if len(ious) > 1 and min(ious) > GOOD_IOU:
            good.append((outcome, 0))
        elif ious and sum(ious) / len(ious) < BAD_IOU:
            bad.append((outcome, 0))
    return _drawn(good), _drawn(bad)


def mistaken_examples(outcomes: Sequence[SentenceOutcome]) -> dict[str, list[Example]]:
    """Some answers of each of mistakes.MISTAKES, likewise; each is about one phrase."""
    cases: dict[str, list[Case]] = {kind: [] for kind in MISTAKES}
    for outcome in outcomes:
        for phrase in outcome.phrases:
            if phrase.kind == THING and phrase.answer in cases:
                cases[phrase.answer].append((outcome, phrase.row))
    return {kind: _drawn(found) for kind, found in cases.items()}


def _drawn(cases: list[Case]) -> list[Example]:
    random.Random(0).shuffle(cases)
    first_of_room = {case[0].room: case for case in reversed(cases)}
    others = (case for case in cases if first_of_room[case[0].room] is not case)
    return [_example(*case) for case in [*first_of_room.values(), *others][:EXAMPLES]]


def _example(outcome: SentenceOutcome, row: int) -> Example:
    told = outcome.description
    text = told.text or " ".join(told.words)
    spans = {phrase.row: (phrase.begin, phrase.end) for phrase in told.phrases}
    ious: dict[str, float] = {}
    for phrase in outcome.phrases:
        if phrase.kind == THING:
            begin, end = spans.get(phrase.row, (0, 0))
            ious[text[begin:end] or told.words[phrase.row - 1]] = round(phrase.iou, 3)
    return Example(outcome.room, text, ious, outcome.number, row)
