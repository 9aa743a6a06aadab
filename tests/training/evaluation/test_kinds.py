"""Kinds asked for by their noun: an answer that knows the room, and one that finds everything."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.stock import Stock
from training.kinds import KindAnswers, ask_kinds
from training.rooms.sample import make_sample
from training.sentences import nouns


@pytest.fixture(scope="module")
def sample():
    return make_sample(810_201, Stock.of_bank(FurnitureBank.load(), "train"), sentences=0)


class Answering:
    """A grounder that answers each noun by a rule."""

    def __init__(self, rule):
        self.rule, self.asked = rule, []

    def encode_cloud(self, cloud):
        return cloud

    def ground_encoded(self, scene, sentence):
        noun = sentence.removeprefix("where is the ").removesuffix("?")
        self.asked.append(noun)
        points = self.rule(noun)
        found = [SimpleNamespace(point_indices=points)] if len(points) else []
        phrase = SimpleNamespace(presence=float(len(found)), instances=found)
        return SimpleNamespace(phrases=[phrase])


def test_who_knows_the_room_is_right(sample):
    once = {}
    for thing in sample.room.furniture:
        noun = nouns.singular_nouns_of(thing.category)[0].singular
        once.setdefault(noun, []).append(thing.id)

    def knows(noun):
        ids = once.get(noun, [])
        return np.flatnonzero(np.isin(sample.instance, ids))

    answers = ask_kinds(Answering(knows), sample)
    assert len(answers.there) >= 2 and all(answers.right)
    assert len(answers.absent) > 20 and not any(answers.found)
    assert "right 1.000" in answers.lines()[0] and "AUC of presence 1.000" in answers.lines()[0]


def test_who_finds_the_whole_room_everywhere_is_wrong(sample):
    everything = np.arange(len(sample.xyz))
    answers = ask_kinds(Answering(lambda noun: everything), sample)
    assert not any(answers.right) and all(answers.found)
    assert "AUC of presence 0.500" in answers.lines()[0]


def test_what_is_right_is_counted_where_few_absent_ones_are_found():
    answers = KindAnswers(
        there=[0.95, 0.65, 0.2],
        right=[True, True, True],
        absent=[i / 10 for i in range(10)],
        found=[False] * 10,
    )
    lines = answers.lines()
    assert "there once 3, right 1.000" in lines[0]
    assert lines[1].startswith("at presence 0.540") and lines[1].endswith("right 0.667")
    assert lines[4].startswith("at presence 0.810") and lines[4].endswith("right 0.333")
