"""The independent checker: it reads what is said, and it notices what is marked wrongly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detailbase_core.synthetic.room import FIRST_OBJECT_ID, WALL_IDS
from tests.helpers.furnished import L_SHAPED, room_of, thing
from training.sentences.check.sentence_checker import SentenceChecker
from training.sentences.generator import Description, ReferredPhrase, describe

DOOR, DESK, LAMP, RED, BLUE, BOX, SOFA = range(FIRST_OBJECT_ID, FIRST_OBJECT_ID + 7)
ROOM = room_of(
    [
        thing("door", (0, -2.95), (0.9, 0.1, 2.0), on=WALL_IDS[3], front=True, color="white"),
        thing("desk", (0, 2.4), (1.4, 0.7, 0.75), yaw=np.pi, front=True, material="wooden"),
        thing("table lamp", (0.5, 2.5), (0.2, 0.2, 0.4), low=0.75, on=FIRST_OBJECT_ID + 1),
        thing("chair", (0, 1.75), front=True, color="red", parts=("arms",), lacks=("wheels",)),
        thing("chair", (-2, 0), (0.6, 0.6, 1.3), color="blue", parts=("wheels",), lacks=("arms",)),
        thing("box", (0.3, 2.4), (0.3, 0.3, 0.3), color="brown"),
        thing("sofa", (2.4, 0), (2.0, 0.9, 0.8), yaw=np.pi / 2, front=True, material="leather"),
    ]
)


def complaints(marked, ids, *, hard=()):
    """Findings of the checker about a sentence whose phrases are in [brackets], with these ids."""
    text, phrases = "", []
    for i, part in enumerate(marked.replace("]", "[").split("[")):
        if i % 2:
            own = ids[len(phrases)]
            structure = part in ("the wall", "the corner", "the floor")
            absent = not own and not structure
            begin, end = len(text), len(text) + len(part)
            phrases.append(
                ReferredPhrase(begin, end, 0, own, structure, absent, len(phrases) in hard)
            )
        text += part
    return SentenceChecker(ROOM).complaints(Description(text, (), tuple(phrases), (), "by hand"))


RIGHT = {
    "go to [the chair] at [the desk].": [(RED,), (DESK,)],
    "[the lamp] on [the wooden desk]": [(LAMP,), (DESK,)],
    "find [the box] under [the desk].": [(BOX,), (DESK,)],
    "[the chair] without arms": [(BLUE,)],
    "[the chair] with wheels": [(BLUE,)],
    "[the chair] that is not red": [(BLUE,)],
    "[the taller chair]": [(BLUE,)],
    "[both chairs]": [(RED, BLUE)],
    "[the leftmost chair] as seen from [the door]": [(BLUE,), (DOOR,)],
    "[the second chair] from the left, when you come in": [(RED,)],
    "[the chair] behind [the leather sofa]": [(), (SOFA,)],
    "[the chair] farthest from [the desk]": [(BLUE,), (DESK,)],
    "[the red chair] and [the blue one].": [(RED,), (BLUE,)],
    "there is [a chair]. It's facing [the desk].": [(RED,), (DESK,)],
    "[the desk] with [the lamp] on it": [(DESK,), (LAMP,)],
    "[the green chair]": [()],
    "[the box] on [the sofa]": [(), (SOFA,)],
    "[the piano]": [()],
}
HARD = ("[the green", "[the box] on [the sofa]", "[the chair] behind")


@pytest.mark.parametrize("marked", RIGHT)
def test_what_is_right_passes(marked):
    assert complaints(marked, RIGHT[marked], hard=(0,) if marked.startswith(HARD) else ()) == []


@pytest.mark.parametrize("marked", RIGHT)
def test_another_object_is_noticed(marked):
    ids = [*RIGHT[marked]]
    ids[0] = (SOFA,) if ids[0] != (SOFA,) else (LAMP,)
    assert "means" in complaints(marked, ids)[0]


@pytest.mark.parametrize(
    ("marked", "ids", "problem"),
    [
        ("[the chair]", [(RED,)], "means"),
        ("[both chairs]", [(RED,)], "means"),
        ("[the three chairs]", [(RED, BLUE)], "says 3"),
        ("[the green chair]", [()], "hard"),
        ("[the chair] whatever [the desk]", [(RED,), (DESK,)], "cannot read"),
        ("[the chair] against [the wall]", [(BLUE,), (WALL_IDS[0],)], "means"),
        ("[the sofa] against [the wall]", [(SOFA,), (WALL_IDS[2],)], "far away"),
    ],
)
def test_what_is_wrong_is_named(marked, ids, problem):
    assert problem in " ".join(complaints(marked, ids))


def test_plurals_without_an_s_are_of_several():
    mice = [thing("mouse", (x, 0), (0.1, 0.1, 0.05)) for x in (-1, 1)]
    ids = (FIRST_OBJECT_ID, FIRST_OBJECT_ID + 1)
    for text, wrong in (("the mice", 0), ("the mouse", 1)):
        phrase = ReferredPhrase(0, len(text), 0, ids, False, False, False)
        told = Description(text, (), (phrase,), (), "by hand")
        assert len(SentenceChecker(room_of(mice)).complaints(told)) == wrong


def test_generated_sentences_of_hand_made_rooms_pass_and_fail_when_marked_otherwise():
    noticed = tried = 0
    for outline in ((ROOM.outline), L_SHAPED):
        things = [t for t in ROOM.furniture if outline is ROOM.outline or t.id in (RED, BLUE, BOX)]
        room = replace(room_of([*things, thing("gizmo", (-2, -2), color="red")], outline))
        checker = SentenceChecker(room)
        for d in describe(room, np.random.default_rng(3), count=150):
            assert checker.complaints(d) == []
            written = d.written or d
            phrase = written.phrases[0]
            if phrase.structure or len(phrase.ids) != 1:
                continue
            wrong = phrase._replace(ids=(phrase.ids[0] % 4 + FIRST_OBJECT_ID,))
            if wrong.ids == phrase.ids:
                continue
            tried += 1
            marked = replace(written, phrases=(wrong, *written.phrases[1:]))
            noticed += bool(checker.complaints(marked))
    assert tried > 25
    assert noticed == tried


def test_every_way_to_tell_things_apart_comes_up():
    said = [d for seed in range(4) for d in describe(ROOM, np.random.default_rng(seed), count=150)]
    text = " | ".join((d.written or d).text for d in said)
    for words in (
        "wooden",
        "leather",
        "arms",
        "wheels",
        "not red",
        " one",
        "bigger",
        "leftmost",
        "from the",
        "under",
        "farthest",
        "both",
        "left of",
    ):
        assert words in text, words
    kinds = {kind for d in said for kind in d.relations}
    assert {"on", "under", "at", "with part", "without part", "closest", "ordinal"} <= kinds
    assert {"color", "material", "size", "order", "number", "ellipsis"} <= {
        kind for d in said for kind in d.modifiers
    }


def test_what_reaches_as_high_as_a_picture_is_not_under_it():
    picture = thing("picture", (-2, 2.97), (0.9, 0.04, 0.7), low=1.3, on=WALL_IDS[1])
    low = thing("radiator", (-2, 2.9), (0.6, 0.1, 0.6))
    high = thing("radiator", (-2.9, 2.7), (0.1, 0.4, 1.5), low=0.4, on=WALL_IDS[2])
    text = "the radiator under the picture"
    phrases = (
        ReferredPhrase(0, 12, 1, (FIRST_OBJECT_ID + 1,), False),
        ReferredPhrase(19, 30, 4, (FIRST_OBJECT_ID,), False),
    )
    checker = SentenceChecker(room_of([picture, low, high]))
    assert checker.complaints(Description(text, (), phrases, (), "by hand")) == []
