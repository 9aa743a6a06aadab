"""Kinds of mistakes of answers."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.error_types import (
    ALL,
    KINDS,
    LOOK_ALIKE,
    NOTHING,
    OTHER_KIND,
    PART_MISSING,
    RIGHT,
    TOO_LITTLE,
    TOO_MANY,
    TOO_MUCH,
    count_kinds,
    kind_of_answer,
)
from training.evaluation.examples import mistaken_examples
from training.evaluation.records import ABSENT, THING, PhraseOutcome, SentenceOutcome
from training.scenes.descriptions import DescribedPhrase, Description

POINTS = np.array([1000, 100, 100, 100, 80])  # a wall, three chairs, a lamp
CATEGORIES = {1: "chair", 2: "chair", 3: "chair", 4: "lamp"}


@pytest.mark.parametrize(
    ("inside", "wanted", "kind"),
    [
        ([0, 90, 0, 0, 0], [1], RIGHT),
        ([0, 100, 40, 0, 0], [1], RIGHT),
        ([0, 0, 0, 0, 0], [1], NOTHING),
        ([0, 0, 0, 0, 80], [1], OTHER_KIND),
        ([300, 60, 0, 0, 0], [1], OTHER_KIND),  # mostly wall
        ([0, 0, 100, 0, 0], [1], LOOK_ALIKE),
        ([0, 30, 100, 0, 0], [1], LOOK_ALIKE),
        ([0, 100, 100, 30, 0], [1], TOO_MANY),
        ([0, 100, 90, 100, 80], [1, 2], TOO_MANY),
        ([0, 100, 0, 0, 0], [1, 2, 3], PART_MISSING),
        ([0, 40, 0, 0, 0], [1], TOO_LITTLE),
        ([95, 100, 20, 0, 0], [1], TOO_MUCH),
        ([190, 100, 95, 0, 0], [1, 2], TOO_MUCH),
        ([90, 100, 30, 30, 0], [1], TOO_MUCH),  # no other whole thing
    ],
)
def test_kinds(inside, wanted, kind):
    assert kind_of_answer(np.array(inside), POINTS, wanted, CATEGORIES) == kind


def test_things_without_categories_are_of_another_kind():
    assert kind_of_answer(np.array([0, 0, 100, 0, 0]), POINTS, [1], {}) == OTHER_KIND


def sentence(room: str, *phrases: PhraseOutcome) -> SentenceOutcome:
    """About its first phrase, the chair; the second is the door."""
    told = tuple(DescribedPhrase(p.row, (p.row,)) for p in phrases)
    description = Description(("chair", "near", "door"), told, (1,), relations=("closest",))
    return SentenceOutcome(room, 0, description, phrases, None)


def answered(row: int, kind: str, objects: int = 1) -> PhraseOutcome:
    return PhraseOutcome(row, THING, answer=kind, objects=objects)


def test_a_relation_counts_what_its_sentence_is_about():
    absent = PhraseOutcome(2, ABSENT)
    counts = count_kinds(
        [
            sentence("a", answered(1, LOOK_ALIKE), answered(3, RIGHT)),
            sentence("b", answered(1, RIGHT), answered(3, RIGHT, objects=2), absent),
        ]
    )
    assert counts[ALL] == {kind: {RIGHT: 3, LOOK_ALIKE: 1}.get(kind, 0) for kind in KINDS}
    assert counts["closest"] == {kind: int(kind in (RIGHT, LOOK_ALIKE)) for kind in KINDS}
    assert counts["several"][RIGHT] == 1
    assert next(iter(counts)) == ALL


def test_each_example_shows_one_mistake():
    found = mistaken_examples([sentence("a", answered(1, RIGHT), answered(3, TOO_LITTLE))])
    assert [(e.scene, e.row) for e in found[TOO_LITTLE]] == [("a", 3)]
    assert found[LOOK_ALIKE] == []
