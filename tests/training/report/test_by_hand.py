"""Sentences written by hand: how they are read, and what counts as right."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.postprocess.instances import fit_box
from detailbase_core.types import GroundedPhrase, Grounding, Instance, PointCloud, Scene
from training.evaluation.phrase_answer import PhraseAnswer, judge
from training.report.handwritten_rooms import read_rooms
from training.report.handwritten_sentences import SETS, page
from training.sentences.check.marked_sentences import MarkedPhrase, read_marked

INSTANCE = np.repeat(np.int32([-1, 3, 4]), 10)
TEXT = "the chair by the table"


def _answer(*phrases: tuple[int, int, list[int]]) -> Grounding:
    xyz = np.random.default_rng(0).random((30, 3), np.float32)
    scene = Scene(PointCloud(xyz, np.zeros((30, 3), np.uint8)), np.zeros(30, np.int64))

    def phrase(begin: int, end: int, points: list[int]) -> GroundedPhrase:
        thing = np.array(points, np.int64)
        things = (Instance(0, thing, fit_box(xyz[thing]), (0, 0, 0), 1.0),) if points else ()
        return GroundedPhrase(TEXT[begin:end], begin, end, 1.0, 1.0, things)

    found = tuple(phrase(*p) for p in phrases)
    return Grounding(TEXT, scene, phrase(0, len(TEXT), []), found)


def test_marks_become_phrases():
    sentence = read_marked("[the chair](4) by [both tables](7 12), not [a cat]()!")
    assert sentence.text == "the chair by both tables, not a cat!"
    told = [(sentence.text[p.begin : p.end], p.ids) for p in sentence.phrases]
    assert told == [("the chair", (4,)), ("both tables", (7, 12)), ("a cat", ())]


@pytest.mark.parametrize("line", ["the chair", "[the chair] by [the table](7)", "[the chair](x)"])
def test_unreadable_marks_are_refused(line):
    with pytest.raises(BadFileError, match="marked like"):
        read_marked(line)


def test_a_file_of_something_else_is_refused(tmp_path):
    path = tmp_path / "rooms.yaml"
    path.write_text("- no rooms")
    with pytest.raises(BadFileError, match="no rooms"):
        read_rooms(path)
    path.write_text("room_900000: [the chair]")
    with pytest.raises(BadFileError, match=r"rooms.yaml.*'the chair'.*marked like"):
        read_rooms(path)


@pytest.mark.parametrize("path", SETS.values(), ids=SETS)
def test_forty_sentences_over_ten_rooms(path):
    rooms = read_rooms(path)
    assert len(rooms) == 10
    assert sum(map(len, rooms.values())) == 40


def test_no_room_is_in_two_sets():
    rooms = [seed for path in SETS.values() for seed in read_rooms(path)]
    assert len(set(rooms)) == len(rooms)


@pytest.mark.parametrize(
    ("points", "iou"), [(range(10, 20), 1.0), (range(10, 30), 0.5), (range(10), 0.0), ((), 0.0)]
)
def test_the_phrase_whose_characters_fit_is_judged(points, iou):
    answer = _answer((13, 22, [25]), (0, 9, list(points)))
    verdict = judge(MarkedPhrase(0, 9, (3,)), answer, INSTANCE)
    assert verdict == PhraseAnswer("the chair", iou, absent=False)
    assert verdict.right == (iou > 0.5)


def test_nothing_is_right_for_what_is_absent():
    marked = MarkedPhrase(0, 9, ())
    assert judge(marked, _answer((0, 9, [])), INSTANCE).right
    assert judge(marked, _answer(), INSTANCE).right
    assert not judge(marked, _answer((0, 9, [12])), INSTANCE).right


def test_a_phrase_that_is_not_noticed_is_wrong():
    assert not judge(MarkedPhrase(0, 9, (3,)), _answer((13, 22, [12])), INSTANCE).right


def test_the_page_counts():
    good, bad = PhraseAnswer("a", 0.9, absent=False), PhraseAnswer("b", 0.2, absent=False)
    absent = PhraseAnswer("c", 1.0, absent=True)
    rooms = {900000: [[good, bad]], 910000: [[good, absent]]}
    text = page({"first": rooms, "second": {900001: [[good]]}}, 910000)
    assert "| first | seen | 1 of 2 | 0 of 0 | 0 of 1 |" in text
    assert "| first | unseen | 2 of 2 | 1 of 1 | 1 of 1 |" in text
    assert "| first | both | 3 of 4 | 1 of 1 | 1 of 2 |" in text
    assert "| second | both | 1 of 1 | 0 of 0 | 1 of 1 |" in text
