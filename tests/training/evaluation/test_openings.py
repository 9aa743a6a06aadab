"""The openings exam: its wordings, its questions, its figures and the room-blind probe."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.types import GroundedPhrase, Grounding, PointCloud, Scene
from training.evaluation.openings import OpeningsResults, ThingAnswers
from training.evaluation.room_blind import Presence, RoomBlind, ask_presence, noun_of
from training.report.openings import openings_details, openings_section
from training.rooms import openings_exam
from training.rooms.opening_questions import ABSENT, KINDS, OTHER_COLOR, OTHER_PLACE, THERE
from training.rooms.openings_exam import PARTS, Wording, questions_of, read_wordings
from training.sentences.check.marked_sentences import read_marked
from training.sentences.held_out import is_held_out_opening


@pytest.mark.parametrize(
    ("wording", "thing", "said"),
    [
        ("Is there a X?", "[armchair](9)", "Is there an armchair?"),
        ("a X, if there is one", "[lamp](9) on the desk", "a lamp on the desk, if there is one"),
        ("X!", "[orange box](9)", "orange box!"),
        ("I am looking for a X", "[sofa](9)", "I am looking for a sofa"),
    ],
)
def test_a_thing_is_put_into_the_slot(wording, thing, said):
    sentence = Wording(wording, held_out=False).about(read_marked(thing))
    assert sentence.text == said
    (phrase,) = sentence.phrases
    assert said[phrase.begin : phrase.end] == read_marked(thing).text.split(" on ")[0]
    assert phrase.ids == (9,)


def test_wordings_are_many_different_and_half_of_them_held_out():
    wordings = read_wordings()
    assert len({wording.text.lower() for wording in wordings}) > 60
    held_out = [wording for wording in wordings if wording.held_out]
    assert 2 * len(held_out) == len(wordings)
    assert any(w.text.endswith(".") for w in held_out)
    assert any(w.text.endswith("?") for w in held_out)
    assert any(w.text[-1].isalpha() for w in held_out)


def test_training_never_says_what_is_held_out():
    """Nor is what training may say held out; there X may stand for the article, too."""
    for wording in read_wordings():
        bare = re.sub(r"\b(a|the) X", "X", wording.text)
        held_out = is_held_out_opening(bare) or is_held_out_opening(wording.text)
        assert held_out == wording.held_out, wording.text


def test_every_room_is_asked_as_much_and_what_is_absent_is_elsewhere_there():
    rooms = questions_of()
    for part in PARTS:
        counts = {tuple(Counter(k for k, _ in room.lines()).items()) for room in rooms[part]}
        assert counts == {((THERE, 6), (ABSENT, 4), (OTHER_COLOR, 2), (OTHER_PLACE, 2))}
        for kind, line in (line for room in rooms[part] for line in room.lines()):
            assert bool(read_marked(line).phrases[0].ids) == (kind == THERE)
        there = {_noun(line) for room in rooms[part] for line in room.things[THERE]}
        absent = [_noun(line) for room in rooms[part] for line in room.things[ABSENT]]
        assert np.mean([noun in there for noun in absent]) > 0.95


def _noun(line: str) -> str:
    return line[1 : line.index("]")].split()[-1]


def test_wordings_without_a_slot_are_refused(tmp_path):
    path = tmp_path / "wordings.yaml"
    path.write_text("trained: [find it]\nheld_out: [the X]")
    with pytest.raises(BadFileError, match="'find it'"):
        read_wordings(path)


def test_changed_questions_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "questions.yaml"
    text = openings_exam.QUESTIONS_FILE.read_text()
    path.write_text(text.replace("[fireplace]", "[stove]", 1))
    monkeypatch.setattr(openings_exam, "models_hash", lambda bank: text.split("\n")[2].split()[1])
    monkeypatch.setattr(openings_exam, "generate_room", lambda seed, stock: None)
    monkeypatch.setattr(openings_exam, "fingerprint", lambda rooms: "same rooms")
    monkeypatch.setattr(openings_exam, "_stock", lambda part, bank: None)
    with pytest.raises(BadFileError, match="not those that were frozen"):
        openings_exam.read_openings_exam(None, path)


def _results() -> OpeningsResults:
    kinds = {THERE: ("11", "10"), ABSENT: ("01", "11"), OTHER_COLOR: ("11",), OTHER_PLACE: ("00",)}
    things = [ThingAnswers(1, kind, "[x]()", answers) for kind in KINDS for answers in kinds[kind]]
    return OpeningsResults(
        "file",
        "a day",
        "python ...",
        ["the X", "find a X"],
        ["find a X"],
        {"seen": things, "unseen": things},
        {"openings": RoomBlind(0.9, 0.5), "generated": RoomBlind(0.9, 0.7, 0.52, 4000)},
    )


def test_figures_are_by_wording(tmp_path):
    results = _results()
    assert results.share_right("seen", THERE) == {"the X": 1.0, "find a X": 0.5}
    assert results.share_right("seen", ABSENT) == {"the X": 0.5, "find a X": 1.0}
    assert results.in_every_wording("seen", THERE) == 0.5
    results.write(tmp_path / "results.json")
    assert OpeningsResults.read(tmp_path / "results.json") == results


def test_the_section_names_the_worst_wording():
    text = openings_section(_results(), "details.md")
    assert "| there: right | 0.75 | 0.50 “find a X” |" in text
    assert "| not there: refused | 0.75 | 0.50 “the X” |" in text
    assert "| openings | 0.900 | 0.500 | not measured |" in text
    assert "| generated | 0.900 | 0.700 | 0.520 of 4,000 pairs |" in text
    details = openings_details(_results())
    assert "| held out, not there: refused | 1.00 | 1.00 “find a X” |" in details
    assert "| find a X | 0.50 | 1.00 |" in details


@dataclass(frozen=True)
class _Words:
    """Answers by wording alone, or by the room alone."""

    by_wording: bool

    def ground_encoded(self, encoded: str, sentence: str) -> Grounding:
        word = sentence.removeprefix("find ").removeprefix("see ")
        there = sentence.startswith("see") if self.by_wording else word == encoded
        begin = len(sentence) - len(word)
        phrase = GroundedPhrase(word, begin, len(sentence), 1.0, float(there), ())
        scene = Scene(
            PointCloud(np.zeros((1, 3), np.float32), np.zeros((1, 3), np.uint8)),
            np.zeros(1, np.int64),
        )
        return Grounding(sentence, scene, phrase, (phrase,))


@pytest.mark.parametrize(
    ("by_wording", "found"), [(True, RoomBlind(1.0, 1.0)), (False, RoomBlind(1.0, 0.0))]
)
def test_the_blind_probe_sees_what_wording_tells(by_wording, found):
    """Each room holds its own thing, asked by "see"; by "find" the others' are asked for."""
    rooms = ["sofa", "lamp"]
    said = [
        [read_marked("see [sofa](9)"), read_marked("find [lamp]()")],
        [read_marked("see [lamp](9)"), read_marked("find [sofa]()")],
    ]
    assert ask_presence(_Words(by_wording), rooms, said).auc() == found


@pytest.mark.parametrize(("by_wording", "same_noun"), [(True, 1.0), (False, 0.5)])
def test_the_noun_alone_gives_nothing_away_among_sentences_about_it(by_wording, same_noun):
    """Most rooms hold a sofa: its name tells presence in any room, and wording need not.

    Nor does it tell that one who misses a sofa stands in one room that has none.
    """
    rooms = ["sofa", "sofa", "sofa", "lamp"]
    said = [[read_marked("see [sofa](9)"), read_marked("find [lamp]()")]] * 3
    said.append([read_marked("see [lamp](9)"), read_marked("find [sofa]()")])
    found = ask_presence(_Words(by_wording), rooms, said).auc()
    assert found.blind > 0.55
    assert (found.same_noun, found.pairs) == (same_noun, 6)


def test_pairs_of_groups_of_rooms_are_counted_together():
    parts = [Presence([], [], [], won=2.0, pairs=3), Presence([1, 0], [1, 0], [True, False])]
    assert Presence.joined(parts).auc() == RoomBlind(1.0, 1.0, 2 / 3, 3)


@pytest.mark.parametrize(
    ("phrase", "noun"),
    [
        ("the two red coffee tables", "coffee table"),
        ("Chest of drawers", "chest of drawers"),
        ("the leftmost gizmo", "gizmo"),
    ],
)
def test_nouns_of_phrases(phrase, noun):
    assert noun_of(phrase) == noun
