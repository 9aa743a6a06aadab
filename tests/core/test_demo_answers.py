"""The shipped model in the demo's room: the room decides what is found, not the wording."""

from __future__ import annotations

import sys

import pytest

from detailbase_core import demo
from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.synthetic.demo_check import DemoCheck
from detailbase_core.synthetic.demo_room import (
    MAP_FRAME,
    QUESTIONS,
    Meaning,
    Question,
    demo_room,
    demo_scans,
)
from tests.helpers.weight_files import save_tiny_checkpoint

OPENINGS = (
    "the X",
    "find the X",
    "go to the X",
    "where is the X?",
    "is there a X?",
    "bring me the X",
)
THINGS = (Meaning("sofa", "sofa"), Meaning("purple armchair", "armchair", "purple"))
ABSENT = ("plant", "fridge", "piano", "toilet")
STILL_WRONG = {'"a mirror" in "is there a mirror here?"'}  # a third of it is found


@pytest.fixture(scope="module")
def scans():
    return list(demo_scans())


@pytest.fixture(scope="module")
def grounder(scans):
    grounder = Grounder(GrounderConfig(threads=1))
    for scan in scans:
        grounder.add(scan.cloud, scan.sensor_to_map, MAP_FRAME)
    return grounder


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.phrase)
def test_every_opening_gets_the_same_right_answer(grounder, scans, thing):
    check = DemoCheck(demo_room(), scans)
    for opening in OPENINGS:
        question = Question(opening.replace("X", thing.phrase), (thing,))
        check.judge(question, grounder.ground(question.sentence))
    assert check.asked == len(OPENINGS)
    assert not check.wrong


@pytest.mark.parametrize("thing", ["mirror", "bathtub", "round table", *ABSENT])
def test_no_opening_changes_an_answer(grounder, thing):
    answers = {
        tuple(
            (phrase.presence, phrase.score, len(phrase.instances))
            for phrase in grounder.ground(opening.replace("X", thing)).phrases
        )
        for opening in OPENINGS
    }
    assert len(answers) == 1


def test_the_demos_questions_are_answered_rightly(grounder, scans):
    check = DemoCheck(demo_room(), scans)
    for question in QUESTIONS:
        check.judge(question, grounder.ground(question.sentence))
    assert check.asked == 7
    assert set(check.wrong) <= STILL_WRONG


@pytest.mark.parametrize("thing", ABSENT)
def test_what_is_not_there_is_refused_in_every_opening(grounder, thing):
    for opening in OPENINGS:
        assert not grounder.ground(opening.replace("X", thing)).found, opening


def test_the_demo_of_a_model_that_learned_nothing_fails_and_names_what_is_wrong(
    tmp_path, monkeypatch, capsys
):
    tiny = GrounderConfig(checkpoint=str(save_tiny_checkpoint(tmp_path / "tiny.safetensors")))
    monkeypatch.setattr(demo, "GrounderConfig", lambda: tiny)
    monkeypatch.setattr(sys, "argv", ["demo", "--out", str(tmp_path)])
    assert demo.main() == 1
    assert 'wrong: "the red table" in "Go to the red table."' in capsys.readouterr().out
