"""The demo's judgement of its own answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detailbase_core.synthetic.demo_check import DemoCheck, judged_lines
from detailbase_core.synthetic.demo_room import QUESTIONS, demo_room, demo_scans
from detailbase_core.types import GroundedPhrase, Grounding, PointCloud, Scene

SOFA, TABLE, THREE, _, PIANO = QUESTIONS
FEW = 40_000  # points; a sample of what the camera saw


@pytest.fixture(scope="module")
def scans():
    return list(demo_scans())


@pytest.fixture(scope="module")
def informed(scans):
    return DemoCheck(demo_room(), scans)


@pytest.fixture
def check(informed):
    """One that has judged nothing yet."""
    informed.asked, informed.wrong = 0, []
    return informed


@pytest.fixture(scope="module")
def scene(scans):
    points = [
        scan.cloud.xyz[scan.labels >= 0] @ scan.sensor_to_map[:3, :3].T + scan.sensor_to_map[:3, 3]
        for scan in scans
    ]
    xyz = np.concatenate(points).astype(np.float32)
    xyz = xyz[np.random.default_rng(0).choice(len(xyz), FEW, replace=False)]
    cloud = PointCloud(xyz, np.zeros(xyz.shape, np.uint8))
    return Scene(cloud, np.arange(FEW))


def _answered(question, truth, change=lambda phrase: phrase):
    """The right answer to a question as a network would give it, each phrase changed."""
    shift = len(truth.query) - len(question.sentence)
    phrases = tuple(
        change(replace(p, begin=p.begin - shift, end=p.end - shift)) for p in truth.phrases
    )
    whole = GroundedPhrase(question.sentence, 0, len(question.sentence), 0.0, 0.0, ())
    return Grounding(question.sentence, truth.scene, whole, phrases)


def _only(phrase, keep):
    """A phrase with a part of its points."""
    instances = tuple(replace(i, point_indices=keep(i.point_indices)) for i in phrase.instances)
    return replace(phrase, instances=instances)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.sentence)
def test_right_answers_are_right(check, scene, question):
    answer = _answered(question, check.truth(question, scene))
    assert all(check.judge(question, answer))
    phrases = len(question.meanings)
    assert check.summary() == f"{phrases} of {phrases} phrases right."


def test_seven_phrases_are_asked_three_in_one_sentence_and_one_thing_is_absent():
    assert sum(len(question.meanings) for question in QUESTIONS) == 7
    assert len(THREE.meanings) == 3
    things = [meaning.ids(demo_room()) for question in QUESTIONS for meaning in question.meanings]
    assert [len(ids) for ids in things].count(0) == 1
    assert PIANO.meanings[0].ids(demo_room()) == ()
    assert PIANO.sentence.startswith("where is") and SOFA.sentence.startswith("where is")


def test_points_of_a_thing_lie_in_its_box(check, scene):
    (sofa,) = check.truth(SOFA, scene).phrases[0].instances
    (thing,) = (t for t in demo_room().furniture if t.category == "sofa")
    away = scene.cloud.xyz[sofa.point_indices] - np.array(thing.box.center, np.float32)
    half = np.array(thing.box.size) / 2  # the box lies along the walls
    assert (np.abs(away) < half + 0.05).mean() > 0.99


def test_a_leg_of_the_table_is_wrong_and_named(check, scene):
    answer = _answered(TABLE, check.truth(TABLE, scene), lambda p: _only(p, lambda i: i[::3]))
    verdicts = check.judge(TABLE, answer)
    assert verdicts == [False]
    assert check.summary().split("\n") == [
        "0 of 1 phrases right.",
        '  wrong: "the red table" in "Go to the red table."',
    ]
    assert judged_lines(TABLE, answer, verdicts)[0] == "the red table (wrong):"


def test_nothing_found_is_wrong_for_what_is_there_and_right_for_what_is_not(check, scene):
    def nothing(phrase):
        return replace(phrase, instances=())

    for question in (SOFA, PIANO):
        answer = _answered(question, check.truth(question, scene), nothing)
        assert check.judge(question, answer) == [question is PIANO]
    assert check.summary().startswith("1 of 2 phrases right.")


def test_anything_found_is_wrong_for_what_is_not_there(check, scene):
    (sofa,) = check.truth(SOFA, scene).phrases[0].instances
    answer = _answered(PIANO, check.truth(PIANO, scene), lambda p: replace(p, instances=(sofa,)))
    assert check.judge(PIANO, answer) == [False]


def test_a_phrase_that_is_not_noticed_is_wrong(check, scene):
    answer = _answered(THREE, check.truth(THREE, scene))
    answer = replace(answer, phrases=answer.phrases[1:])
    assert check.judge(THREE, answer) == [False, True, True]


def test_the_right_answer_is_drawn_with_its_own_words(check, scene):
    truth = check.truth(THREE, scene)
    for phrase, meaning in zip(truth.phrases, THREE.meanings, strict=True):
        assert truth.query[phrase.begin : phrase.end] == phrase.text == meaning.phrase
    assert [len(phrase.instances) for phrase in truth.phrases] == [1, 1, 3]
