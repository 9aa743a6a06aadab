"""Sentences: exact spans, and phrases that mean what they are marked with and nothing else."""

from __future__ import annotations

import difflib
from functools import cache

import numpy as np
import pytest

from detailbase_core.language.lexicon import LEARNED_WORDS
from detailbase_core.language.words import split_words
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.room import FIRST_OBJECT_ID
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import Stock
from training.sentences import held_out, nouns, speech
from training.sentences.check.sentence_checker import SentenceChecker
from training.sentences.clause import Mention, Related, Telling
from training.sentences.describing import Draft
from training.sentences.generator import _finished, describe

RELATING = {"behind", "beside", "underneath", "facing", "between", "closest", "above", "without"}
WANTING = {"find", "go", "please", "show", "i'm", "bring", "where", "see"}
THE_DESK = Mention("the desk", (FIRST_OBJECT_ID,))


# Made when they are first asked for: what a file makes on import, every worker makes.
@cache
def rooms():
    stock = Stock(FurnitureBank.load().models)
    return {seed: generate_room(seed, stock) for seed in range(100, 118)}


@cache
def said_in():
    return {
        seed: describe(room, np.random.default_rng(seed), count=40)
        for seed, room in rooms().items()
    }


def everything():
    return [(seed, d) for seed, said in said_in().items() for d in said]


@cache
def exam():
    return {
        seed: describe(rooms()[seed], np.random.default_rng(seed), count=30, split="exam_text")
        for seed in range(100, 108)
    }


def phrase_texts(description):
    return [description.text[p.begin : p.end] for p in description.phrases]


def test_the_same_generator_state_says_the_same():
    again = describe(rooms()[100], np.random.default_rng(100), count=40)
    assert again == said_in()[100]
    assert describe(rooms()[100], np.random.default_rng(5), count=40) != said_in()[100]


def test_every_room_has_enough_to_say():
    assert all(len(said) == 40 for said in said_in().values())
    for said in said_in().values():
        assert len({d.text for d in said}) == len(said)


def test_spans_are_exact_and_heads_are_their_last_words():
    for _, d in everything():
        cut = split_words(d.text)
        assert d.words == tuple(w.text for w in cut)
        assert d.phrases
        last = 0
        for phrase in d.phrases:
            assert last <= phrase.begin < phrase.end <= len(d.text)
            last = phrase.end
            text = d.text[phrase.begin : phrase.end]
            assert text == text.strip()
            assert cut[phrase.head].end == phrase.end
            assert text.endswith(d.words[phrase.head])
        assert "  " not in d.text


def test_training_lacks_the_words_that_others_are_read_for():
    words = {word.lower() for _, d in everything() for word in d.words}
    assert not words & LEARNED_WORDS.keys()
    assert words & {word for known in LEARNED_WORDS.values() for word in known}


def test_what_describes_is_marked_and_what_is_wanted_is_not():
    """All words of phrases and relations are, no opening is."""
    for _, d in everything():
        assert len(d.describes) == len(d.words)
        cut = split_words(d.text)
        for word, told in zip(cut, d.describes, strict=True):
            inside = any(p.begin <= word.begin < p.end for p in d.phrases)
            if word.text in speech.FILLERS or not word.text[0].isalnum():
                assert not told
            elif inside or (word.begin > d.phrases[0].end and word.text.lower() in RELATING):
                assert told, (word.text, d.text)
            elif word.text.lower() in WANTING:
                assert not told, (word.text, d.text)
        if d.style == "spoken" and not set(d.words) & set(speech.FILLERS):
            assert sum(d.describes) >= len(d.phrases)


@pytest.mark.parametrize(
    ("text", "described"),
    [
        (
            (
                "go to ",
                THE_DESK,
                Telling(" and "),
                Related("behind ", "behind"),
                Telling("it"),
                ".",
            ),
            "THE DESK AND BEHIND IT",
        ),
        (("please, ", THE_DESK, ", then ", "leave it."), "THE DESK"),
        ((Telling("not "), THE_DESK, Telling(" but "), THE_DESK), "NOT THE DESK BUT THE DESK"),
    ],
)
def test_marks_follow_the_parts_in_every_style(text, described):
    for seed in range(40):
        draft = Draft(text, ())
        d = _finished(draft, "by hand", np.random.default_rng(seed))
        said = [w.upper() for w, told in zip(d.words, d.describes, strict=True) if told]
        assert len(said) == len(described.split()), (d.text, said)
        assert d.style == "spoken" or " ".join(said) == described


def test_ids_are_in_the_room_and_targets_are_among_the_phrases():
    for seed, d in everything():
        known = {thing.id for thing in rooms()[seed].objects}
        named = {i for p in d.phrases for i in p.ids}
        assert set(d.target_ids) <= named <= known
        for phrase in d.phrases:
            assert phrase.ids == tuple(sorted(set(phrase.ids)))
            assert phrase.structure or all(i >= FIRST_OBJECT_ID for i in phrase.ids)
            assert phrase.absent == (not phrase.ids and not phrase.structure)
            assert phrase.absent or not phrase.hard


def test_an_independent_reader_finds_every_phrase_to_mean_its_things_alone():
    for said in (said_in(), exam()):
        for seed, descriptions in said.items():
            checker = SentenceChecker(rooms()[seed])
            found = [text for d in descriptions for text in checker.complaints(d)]
            assert found == [], f"room {seed}"


@pytest.mark.parametrize("seed", [101, 104])
def test_only_what_was_seen_is_spoken_of(seed):
    room = rooms()[seed]
    ids = [t.id for t in room.furniture]
    mentionable, visible = set(ids[::2]), set(ids[: len(ids) - 2])
    rng = np.random.default_rng(1)
    said = describe(room, rng, mentionable=mentionable, visible=visible, count=60)
    assert said
    checker = SentenceChecker(room, visible)
    for d in said:
        assert checker.complaints(d) == []
        for phrase in d.phrases:
            assert phrase.structure or set(phrase.ids) <= mentionable & visible


def test_a_room_in_which_nothing_was_seen_is_only_asked_for_what_is_missing():
    said = describe(rooms()[100], np.random.default_rng(0), mentionable=(), visible=(), count=10)
    assert said
    assert all(p.ids == () for d in said for p in d.phrases)


def test_the_mix_is_as_meant():
    sentences = [d for _, d in everything()]
    absent = np.mean([any(p.absent for p in d.phrases) for d in sentences])
    hard = np.mean([any(p.hard for p in d.phrases) for d in sentences])
    alone = [d.phrases[0].absent for d in sentences if len(d.phrases) == 1]
    assert 0.22 < np.mean(alone) < 0.48  # 120 of them: three deviations round 0.35
    assert 0.3 < absent < 0.5
    assert 0.35 < hard / absent < 0.8
    assert 0.16 < np.mean([d.style == "spoken" for d in sentences]) < 0.24
    long = [d for d in sentences if d.kind == "long"]
    assert 0.03 < len(long) / len(sentences) < 0.12
    for d in long:
        words = (d.written or d).text.replace("-", " ").split()
        assert len(words) > 50
        assert len(d.phrases) >= 4
    alike = []
    for seed, d in everything():
        things = rooms()[seed].furniture
        for p in d.phrases:
            kinds = {t.category for t in things if t.id in p.ids}
            if kinds:
                alike.append(any(t.category in kinds and t.id not in p.ids for t in things))
    assert np.mean(alike) > 0.5
    assert np.mean([len(p.ids) > 1 for d in sentences for p in d.phrases]) > 0.018
    assert np.mean([len(d.phrases) > 1 for d in sentences]) > 0.5


def test_speech_keeps_the_phrases_and_loses_capitals_and_marks():
    spoken = [d for _, d in everything() if d.style == "spoken"]
    assert len({d.text != d.written.text.lower().strip(".?!") for d in spoken}) == 2
    fillers = changed = 0
    for d in spoken:
        assert d.text == d.text.lower()
        assert not set(d.text) & set(".,;?!:")
        assert len(d.phrases) == len(d.written.phrases)
        for heard, meant, text, written in zip(
            d.phrases, d.written.phrases, phrase_texts(d), phrase_texts(d.written), strict=True
        ):
            assert heard[3:] == meant[3:]
            plain = " ".join(w for w in text.split() if w not in speech.FILLERS)
            likeness = difflib.SequenceMatcher(None, plain, written.lower()).ratio()
            assert likeness > 0.7, (text, written)
            changed += plain != written.lower()
            fillers += plain != text
    assert fillers > 3
    assert changed > 3


def test_training_never_sees_what_the_text_exam_always_has():
    for _, d in everything():
        assert d.kind not in held_out.TEMPLATES
        assert not held_out.is_held_out((d.written or d).text)
    for descriptions in exam().values():
        assert len(descriptions) > 20
        for d in descriptions:
            kept = held_out.is_held_out((d.written or d).text)
            assert kept or d.kind in held_out.TEMPLATES


def test_training_speaks_of_things_without_their_names_whether_they_are_there_or_not():
    generic = {noun.singular for noun in nouns.GENERIC_NOUNS}

    def meant(split):
        return [
            bool(phrase.ids)
            for seed, room in rooms().items()
            for d in describe(room, np.random.default_rng(seed), count=40, split=split)
            for phrase in d.phrases
            if generic & set(d.text[phrase.begin : phrase.end].lower().split())
        ]

    there = meant("train")
    assert len(there) > 8
    assert 0.4 < np.mean(there) < 0.95
    assert meant("exam") == []  # as it was frozen


def test_what_is_held_out_leaves_other_words_for_every_category():
    kept = set(held_out.NOUNS)
    assert kept <= {noun.singular for noun in nouns.NOUNS}
    for category in nouns.CATEGORIES:
        assert any(n.singular not in kept for n in nouns.nouns_of(category)), category
    every = " ".join(d.text for said in exam().values() for d in said)
    assert sum(word in every for word in held_out.RELATIONS) > len(held_out.RELATIONS) / 2
