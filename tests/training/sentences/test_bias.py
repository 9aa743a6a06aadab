"""Words of sentences tell next to nothing of presence, and more would be noticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import shipped_stock
from training import sentence_bias
from training.sentence_bias import make_questions
from training.sentences import single
from training.sentences.check.bias import (
    ANCHOR,
    ARTICLE,
    ASKED,
    MODELS,
    MOST_AUC,
    auc,
    bias,
    questions,
)
from training.sentences.generator import describe
from training.sentences.openings import Opening

SENTENCES = 4800


@pytest.fixture(scope="module")
def asked():
    return make_questions(None, SENTENCES, 80)


@pytest.mark.parametrize("model", MODELS)
def test_wording_does_not_tell_what_is_there(asked, model):
    things = [q for q in asked if not q.structure]
    assert len(things) > SENTENCES
    assert 0.2 < np.mean([not q.present for q in things]) < 0.4
    assert bias(asked, "wording", model) <= MOST_AUC


def test_an_opening_that_is_said_of_absent_things_only_is_noticed(monkeypatch):
    fair = single._asked

    def unfair(speaker, found, *after):
        opening = speaker.opening
        if found.absent:
            monkeypatch.setattr(speaker, "opening", lambda **_: Opening("is there ", "?"))
        draft = fair(speaker, found, *after)
        monkeypatch.setattr(speaker, "opening", opening)
        return draft

    monkeypatch.setattr(single, "_asked", unfair)
    asked = make_questions(None, 1600, 80)
    assert bias(asked, "wording", "bag of words") > MOST_AUC + 0.02
    monkeypatch.setattr(sentence_bias, "make_questions", lambda *_: asked)
    monkeypatch.setattr(sentence_bias, "MEASURED", sentence_bias.MEASURED[:1])  # what decides
    assert sentence_bias.main([]) == 1


def test_a_question_has_the_words_around_its_phrase():
    room = generate_room(3, shipped_stock())
    said = describe(room, np.random.default_rng(3), count=60)
    for description in said:
        for question in questions(3, [description]):
            assert question.wording.count(ASKED) == 1
            assert len(question.words) == len(description.words)
            asked = [w[:-1] for w in question.words if w.endswith("*")]
            assert any(
                "".join(asked) in description.text[p.begin : p.end].lower().replace(" ", "")
                for p in description.phrases
            )
            wording = [w for w in question.wording if w not in (ASKED, ANCHOR)]
            wording = [w for w in wording if not w.startswith(ARTICLE)]
            assert len(wording) + sum(description.describes) == len(description.words)
    nothing = replace(said[0], describes=(True,) * len(said[0].words))
    for question in questions(3, [nothing]):
        left = [word for word in question.wording if not word.startswith(ARTICLE)]
        assert left == ([ANCHOR, ASKED] if question.anchor else [ASKED])


def test_area_under_the_curve_of_hand_made_scores():
    positive = np.array([True, True, False, False])
    assert auc(np.array([4.0, 3.0, 2.0, 1.0]), positive) == 1.0
    assert auc(np.array([1.0, 2.0, 3.0, 4.0]), positive) == 0.0
    assert auc(np.array([1.0, 1.0, 1.0, 1.0]), positive) == 0.5
    assert auc(np.array([3.0, 1.0, 2.0, 0.0]), positive) == 0.75


def test_rooms_without_both_are_refused(asked):
    with pytest.raises(ValueError, match="some present, some not"):
        bias([q for q in asked if q.present][:200], "wording", "GRU")
