"""Openings: many, grammatical, for all alike; what the exams keep never comes up in training."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import shipped_stock
from training.sentences import held_out
from training.sentences.noun_phrase import NounPhrase
from training.sentences.nouns import NOUNS
from training.sentences.openings import any_opening, closings, table
from training.sentences.referring import Speaker

EXAM = yaml.safe_load(
    (Path(__file__).parents[3] / "config" / "openings_exam.yaml").read_text(encoding="utf-8")
)
ROOM = generate_room(1, shipped_stock())
EVERYTHING = {thing.id for thing in ROOM.furniture}


def speaker(**options):
    return Speaker(ROOM, np.random.default_rng(0), EVERYTHING, EVERYTHING, **options)


def plain(wording):
    """Without marks, capitals and articles."""
    words = re.sub(r"[^\w' ]", "", wording.lower())
    return re.sub(r"\b(?:the|an?|that|this|my) (?=x\b)", "", words).strip()


def test_there_are_many_and_none_is_of_those_that_the_exam_keeps():
    one = speaker()
    texts = {one.opening(plural=bool(i % 2)).text for i in range(6000)}
    said = set(map(plain, texts))
    assert len(said) > 1000
    kept = {plain(wording) for wording in EXAM["held_out"]} - {"x"}  # of "X!" only the mark is
    assert len(kept) >= 30
    assert not said & kept
    assert not texts & set(EXAM["held_out"])
    assert not any(held_out.is_held_out(text) for text in said)


def test_what_the_exam_asks_in_trained_wordings_is_said_in_training():
    one = speaker()
    said = {plain(one.opening().text) for _ in range(20_000)}
    common = [w for w in map(plain, EXAM["trained"]) if w in said]
    assert len(common) > len(EXAM["trained"]) / 2, sorted(set(map(plain, EXAM["trained"])) - said)


def test_the_text_exam_says_what_training_does_not():
    one = speaker(exam=True)
    kept = [held_out.is_held_out_opening(one.opening().text) for _ in range(400)]
    assert 0.35 < np.mean(kept) < 0.65


def test_verbs_agree_with_the_number_of_the_thing():
    rng = np.random.default_rng(0)
    for plural in (False, True):
        texts = [any_opening(rng, plural=plural).text for _ in range(3000)]
        text = " | ".join(texts)
        assert "{" not in text
        assert ("where are X" in text) == plural
        assert ("where is X" in text) != plural
        assert ("these are X" in text) == plural


@pytest.mark.parametrize("short", [False, True])
def test_short_ones_end_with_the_thing(short):
    one = speaker()
    after = {one.opening(short=short).after for _ in range(500)}
    assert after <= closings() | {a for a in after if a.lower() in closings()}
    assert (after <= {"", ".", "?", "!"}) == short


def test_articles_suit_their_noun_and_vary():
    one = speaker()
    chair = NounPhrase(next(n for n in NOUNS if n.singular == "chair"))
    flowers = NounPhrase(next(n for n in NOUNS if n.singular == "flowers"))
    biggest = NounPhrase(chair.noun, size="biggest")
    usual = [one.determiner(chair) for _ in range(2000)]
    assert {"the", "a", "", "this", "that", "my"} <= set(usual)
    assert 0.5 < usual.count("the") / len(usual) < 0.8
    assert {one.determiner(chair, indefinite=True) for _ in range(50)} == {"a", "any"}
    assert {one.determiner(flowers, indefinite=True) for _ in range(50)} == {"", "any"}
    for phrase, before in ((biggest, ""), (chair, "second")):
        assert "a" not in {one.determiner(phrase, before) for _ in range(500)}


def test_every_verb_and_closing_is_text():
    words = table()
    listed = [*words["command"]["verbs"], *words["command"]["addresses"]]
    listed += [v for values in words["random"].values() for v in values]
    assert all(isinstance(word, str) for word in listed)  # YAML would read "on" as true
    assert len(set(words["command"]["verbs"])) > 120
