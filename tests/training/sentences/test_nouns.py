"""Nouns that sentences are made of, as the parser's lexicon knows them."""

from __future__ import annotations

import pytest

from detailbase_core.language.lexicon import GLUED
from detailbase_core.language.rule_parser import parse_sentence
from training.sentences.nouns import NOUNS


def test_every_noun_of_two_words_may_be_written_as_one():
    names = {noun.singular for noun in NOUNS if "-" not in noun.singular}
    two = {name for name in names if len(name.split()) == 2 and name.replace(" ", "") not in names}
    assert len(two) > 150
    assert {
        name for name in two if GLUED.get(name.replace(" ", "")) != tuple(name.split())
    } == set()


@pytest.mark.parametrize(
    "context", ["the {}", "{}!", "{} next to the couch", "fetch the {} please"]
)
def test_grammar_knows_every_noun(context):
    # Bare, they may be whoever is spoken to, or what is to be done: "computer, switch on the lamp".
    may_be_else = () if "the {}" in context else ("computer", "robot", "switch", "set of blinds")
    for noun in NOUNS:
        if noun.singular in may_be_else:
            continue
        said = f"the {noun.singular}" if "the {}" in context else noun.singular
        phrases = [phrase.text for phrase in parse_sentence(context.format(noun.singular)).phrases]
        assert said in phrases, (noun.singular, phrases)
