"""Nouns that sentences are made of, as the parser's lexicon knows them."""

from __future__ import annotations

from detailbase_core.language.lexicon import GLUED
from training.sentences.nouns import NOUNS


def test_every_noun_of_two_words_may_be_written_as_one():
    names = {noun.singular for noun in NOUNS if "-" not in noun.singular}
    two = {name for name in names if len(name.split()) == 2 and name.replace(" ", "") not in names}
    assert len(two) > 150
    assert {
        name for name in two if GLUED.get(name.replace(" ", "")) != tuple(name.split())
    } == set()
