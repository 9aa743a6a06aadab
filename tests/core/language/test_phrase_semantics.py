"""Grammatical number and distinct reference of noun phrases."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.language.phrase_semantics import distinct_references, grammatical_number
from detailbase_core.language.words import split_words
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import shipped_stock
from training.sentences.generator import describe
from training.sentences.nouns import NOUNS


@pytest.mark.parametrize(
    ("phrase", "number"),
    [
        ("the chair", 1),
        ("a red desk", 1),
        ("it", 1),
        ("the other one", 1),
        ("The Cactus", 1),
        ("the first glass", 1),
        ("one lamp", 1),
        ("1 lamp", 1),
        ("the pair of shoes", 1),
        ("the red one", 1),
        ("the two desks", 2),
        ("both uh brown chairs", 2),
        ("12 books", 12),
        ("all three black chairs", 3),
        ("the chairs", None),
        ("every desk", None),
        ("Those", None),
        ("the pair of chairs", None),
        ("the shelves", None),
        ("each chair", None),
        ("every pair of shoes", None),
        ("the old furniture", None),
        ("the bunches of flowers", None),
        ("chair 2", 1),
        ("the 0 chair", 1),
        ("the 2019 calendar", 1),
        ("the " + "9" * 5000 + " chair", 1),
        ("the three", 3),
    ],
)
def test_numbers(phrase, number):
    words = phrase.split()
    assert grammatical_number(words, words[-1]) == number


# "The shoes" may be one pair or several; only "the pair of shoes" is one for sure.
PAIRS_ALONE = {noun.singular for noun in NOUNS if noun.is_plural_only}


@pytest.mark.parametrize("split", ["train", "exam_text"])
def test_numbers_agree_with_what_the_generator_means(split):
    """All written phrases; typos in spoken ones can hide a plural, or an article."""
    stock, several = shipped_stock(), 0
    for seed in range(8):
        said = describe(
            generate_room(seed, stock), np.random.default_rng(seed), count=64, split=split
        )
        for sentence in (s.written or s for s in said):
            for phrase in sentence.phrases:
                words = [w.text for w in split_words(sentence.text[phrase.begin : phrase.end])]
                number = grammatical_number(words, sentence.words[phrase.head])
                if phrase.ids and not phrase.structure:
                    several += len(phrase.ids) > 1
                    assert number in (None, len(phrase.ids)), words
                    if words[0].lower() == "any":  # "any chair" may be one or several
                        assert number is None
                    elif words[-1].lower() not in PAIRS_ALONE:
                        assert (number == 1) == (len(phrase.ids) == 1), words
    assert several > 20


def phrases(*texts: str) -> list[tuple[list[str], str]]:
    return [(text.split(), text.split()[-1]) for text in texts]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("the red table", "the round table"),
        ("the first Chair", "the second chair"),
        ("the chair", "the other chair"),
        ("a lamp", "another lamp"),
    ],
)
def test_two_things(one, two):
    assert distinct_references(phrases("the wall", one, two)) == [(1, 2)]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("the red table", "the table"),
        ("a red table", "the red table"),
        ("the red table", "the round chair"),
        ("the tall red lamp", "that red lamp"),
        ("the other lamp", "the lamp"),
    ],
)
def test_perhaps_one_thing(one, two):
    assert distinct_references(phrases(one, two)) == []
