"""Sentences: exact spans, and phrases that mean what they are marked with and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.phrases import split_words
from detailbase_core.synthetic.room import FIRST_OBJECT_ID
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.sentences import describe
from tests.sentence_checker import Checker, relation_of

ROOMS = {seed: generate_room(seed) for seed in range(100, 116)}
SAID = {seed: describe(room, np.random.default_rng(seed), count=40) for seed, room in ROOMS.items()}
ALL = [(seed, d) for seed, said in SAID.items() for d in said]
DETERMINERS = ("the", "a", "an", "all", "both", "every")
# What may stand before a phrase when nothing relates it to an earlier one.
CLAUSELESS = ("single", "missing", "plural")


def texts(description):
    return [description.text[p.begin : p.end] for p in description.phrases]


def between(description, i):
    """The words from phrase i to the next, or to the end."""
    phrases = description.phrases
    end = phrases[i + 1].begin if i + 1 < len(phrases) else len(description.text)
    return description.text[phrases[i].end : end].strip(" .,?").lower()


def test_the_same_generator_state_says_the_same():
    again = describe(ROOMS[100], np.random.default_rng(100), count=40)
    assert again == SAID[100]
    assert describe(ROOMS[100], np.random.default_rng(5), count=40) != SAID[100]


def test_every_room_has_enough_to_say():
    assert all(len(said) == 40 for said in SAID.values())
    for said in SAID.values():
        assert len({d.text for d in said}) == len(said)


def test_spans_are_exact_and_heads_are_their_last_words():
    for _, d in ALL:
        cut = split_words(d.text)
        assert d.words == tuple(w.text for w in cut)
        assert d.phrases
        last = 0
        for phrase in d.phrases:
            assert last <= phrase.begin < phrase.end <= len(d.text)
            last = phrase.end
            text = d.text[phrase.begin : phrase.end]
            assert text == text.strip()
            assert text.lower().split()[0] in DETERMINERS
            assert cut[phrase.head].end == phrase.end
            assert text.endswith(d.words[phrase.head])
        assert "  " not in d.text


def test_ids_are_in_the_room_and_targets_are_among_the_phrases():
    for seed, d in ALL:
        named = {i for p in d.phrases for i in p.ids}
        assert set(d.target_ids) <= named
        assert all(0 <= i < len(ROOMS[seed].objects) for i in named)
        for phrase in d.phrases:
            assert phrase.ids == tuple(sorted(set(phrase.ids)))
            assert phrase.structure or all(i >= FIRST_OBJECT_ID for i in phrase.ids)
        if d.kind == "missing":
            assert d.target_ids == ()


def test_a_phrase_without_relation_means_its_things_alone():
    checked = 0
    for seed, d in ALL:
        checker = Checker(ROOMS[seed])
        for i, (phrase, text) in enumerate(zip(d.phrases, texts(d), strict=True)):
            first_of_pair = d.kind in ("conjunction", "ellipsis", "missing too", "plural", "single")
            alone = first_of_pair and between(d, i) in ("", "and", "then", "and then", "and also")
            anchor = i > 0 and d.kind in ("single", "plural", "statement", "transport")
            if phrase.structure or not phrase.ids or text.endswith(" one"):
                continue
            if not (alone or anchor):
                continue
            means = tuple(t.id for t in checker.named(text))
            assert means == phrase.ids, (seed, d.text, text)
            checked += 1
    assert checked > 300


def test_a_phrase_with_a_relation_means_its_things_alone():
    checked = 0
    for seed, d in ALL:
        if d.kind not in ("single", "plural", "missing"):
            continue
        checker, said = Checker(ROOMS[seed]), texts(d)
        ahead = [between(d, i) for i in range(len(d.phrases))]
        relation = relation_of(ahead[0])
        rest = d.phrases[1:]
        pair = relation == "between" and len(rest) == 2 and ahead[1] == "and"
        if relation is None or ahead[-1] or not (len(rest) == 1 or pair):
            continue
        anchors = [ROOMS[seed].objects[i] for p in rest for i in p.ids]
        means = checker.related(checker.named(said[0]), relation, anchors)
        assert tuple(t.id for t in means) == d.phrases[0].ids, (seed, d.text)
        checked += 1
    assert checked > 80


def test_what_is_absent_is_in_no_corner_of_the_room():
    checked = 0
    for seed, d in ALL:
        if d.kind not in ("missing", "missing too"):
            continue
        checker = Checker(ROOMS[seed])
        for i, (phrase, text) in enumerate(zip(d.phrases, texts(d), strict=True)):
            if phrase.ids or relation_of(between(d, i)) is not None:
                continue
            try:
                found = checker.named(text)
            except KeyError:  # a piano, say: no room holds one
                continue
            assert found == [], (seed, d.text)
            checked += 1
    assert checked > 60


def test_numbers_agree():
    numbers = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6}
    checked = 0
    for _, d in ALL:
        for phrase, text in zip(d.phrases, texts(d), strict=True):
            said = [numbers[w] for w in text.lower().split() if w in numbers]
            if said:
                assert said == [len(phrase.ids)], d.text
                checked += 1
    assert checked > 10


@pytest.mark.parametrize("seed", [101, 104])
def test_only_what_was_seen_is_spoken_of(seed):
    room = ROOMS[seed]
    ids = [t.id for t in room.furniture]
    mentionable, visible = set(ids[::2]), set(ids[: len(ids) - 2])
    said = describe(
        room, np.random.default_rng(1), mentionable=mentionable, visible=visible, count=60
    )
    assert said
    for d in said:
        for phrase in d.phrases:
            assert phrase.structure or set(phrase.ids) <= mentionable & visible


def test_a_room_in_which_nothing_was_seen_is_only_asked_for_what_is_missing():
    said = describe(ROOMS[100], np.random.default_rng(0), mentionable=(), visible=(), count=10)
    assert said
    assert all(p.ids == () for d in said for p in d.phrases)


def test_the_mix_is_as_meant():
    phrases = [(seed, p) for seed, d in ALL for p in d.phrases if not p.structure]
    absent = np.mean([not p.ids for _, p in phrases])
    assert 0.08 < absent < 0.18
    alike = []
    for seed, p in phrases:
        room = ROOMS[seed]
        kinds = {room.objects[i].category for i in p.ids}
        if p.ids:
            alike.append(any(t.category in kinds and t.id not in p.ids for t in room.furniture))
    assert np.mean(alike) > 0.5
    counts = np.bincount([len(d.phrases) for _, d in ALL])
    assert counts[2:].sum() > 0.5 * counts.sum()
    assert np.mean([len(p.ids) > 1 for _, p in phrases]) > 0.03
