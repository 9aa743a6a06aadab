"""Look-alikes are asked for where they stand, and no noun tells that something is absent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import shipped_stock
from training.sentences.confusions import ANYWHERE, ConfusionTable
from training.sentences.generator import describe

TABLE = "asked,found,share\nbathtub,*,0.35\nbathtub,sofa,0.90\nbathtub,bed,0.50\nharp,*,0.00\n"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "confusions.csv"
    path.write_text(TABLE, encoding="utf-8")
    return ConfusionTable(path)


def test_a_kind_is_asked_for_rather_where_it_would_be_found(table):
    def weight(*there):
        return table.weights(["bathtub"], there)[0]

    assert weight("sofa") > weight("bed") > 1.0 > weight("chair")
    assert weight("sofa", "bed") == weight("sofa")
    assert weight("chair") > 0
    assert table.weights(["harp", "unheard of"], ["sofa"]).tolist() == [1.0, 1.0]


def test_over_many_rooms_each_is_asked_for_as_often_as_before(table):
    """A third of the rooms has what a bathtub is always taken for: its mean weight stays 1."""
    chance = np.random.default_rng(0)
    rooms = [["sofa"] if chance.random() < 0.39 else ["chair"] for _ in range(5000)]
    assert np.mean([table.weights(["bathtub"], there)[0] for there in rooms]) == pytest.approx(
        1.0, abs=0.05
    )
    assert ANYWHERE == "*"


def test_rooms_of_all_kinds_of_things_are_asked_for_kinds_alone():
    counts = Counter()
    for seed in range(6):
        room = replace(generate_room(seed, shipped_stock()), everyday=True)
        category = {thing.id: thing.category for thing in room.furniture}
        for said in describe(room, np.random.default_rng(seed), count=48):
            if said.kind != "bare":
                continue
            (phrase,) = said.phrases
            assert said.target_ids == phrase.ids
            assert len({category[i] for i in phrase.ids}) <= 3  # of a wider noun, as "seat"
            counts[bool(phrase.ids)] += 1
        plain = describe(replace(room, everyday=False), np.random.default_rng(seed), count=24)
        assert not any(said.kind == "bare" for said in plain)
    assert counts.total() > 60
    assert 0.3 < counts[True] / counts.total() < 0.7
