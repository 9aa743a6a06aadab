"""A conversation about a room of named things."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.conversation.conversation import Conversation, Reply, forgets
from detailbase_core.errors import BadQueryError
from detailbase_core.output.result_files import answer_lines
from tests.helpers.named_room import THINGS, NamedRoom


class Talk:
    """A conversation, its room and its clock."""

    def __init__(self) -> None:
        self.room = NamedRoom()
        self.now_s = 0.0
        self.conversation = Conversation(self.room.ground, 60.0, lambda: self.now_s)

    def ask(self, sentence: str, viewpoint: tuple[float, ...] | None = None) -> Reply:
        place = None if viewpoint is None else np.array(viewpoint)
        return self.conversation.ask(sentence, place)

    def found(self, sentence: str, viewpoint: tuple[float, ...] | None = None) -> list[str]:
        """The sentence's own targets, such as "red chair"."""
        targets = self.ask(sentence, viewpoint).grounding.sentence.instances
        return [" ".join(THINGS[self.room.index_of(one)][:2]) for one in targets]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_the_other_ones_are_those_not_found_before(talk: Talk) -> None:
    assert talk.found("the red chair") == ["red chair"]
    assert talk.found("the other one") == ["blue chair", "green chair"]
    assert talk.found("the other one") == ["red chair"]


def test_after_a_choice_the_other_one_is_the_rest(talk: Talk) -> None:
    talk.ask("the blue chair")
    talk.ask("the others")
    assert talk.found("the biggest one") == ["green chair"]
    assert talk.found("the other one") == ["red chair", "blue chair"]


def test_there_may_be_no_other_one(talk: Talk) -> None:
    talk.ask("the shelf")
    reply = talk.ask("the other one")
    assert not reply.grounding.found and reply.taken_as.endswith("of which there are none")
    assert "the other shelf: nothing found (presence 0.00)" in answer_lines(reply.grounding)


def test_left_and_right_go_by_where_one_stands(talk: Talk) -> None:
    talk.ask("the chairs")
    west, east = (-5.0, 0.0, 1.0), (9.0, 0.0, 1.0)
    assert talk.found("the left one of them", west) == ["red chair"]
    assert talk.found("the left one of them", east) == ["blue chair"]
    assert talk.found("the one on the right", west) == ["blue chair"]
    assert talk.found("the closest one", west) == ["green chair"]
    assert talk.found("the middle one", west) == ["green chair"]
    assert talk.found("the biggest one") == ["green chair"]
    assert "seen from where you look" in talk.ask("the left one", west).taken_as
    assert "seen from the middle of the map" in talk.ask("the left one").taken_as


def test_one_of_a_kind_is_chosen_from_all_of_it(talk: Talk) -> None:
    talk.ask("the red chair")
    assert talk.found("the left one", (9.0, 0.0, 1.0)) == ["blue chair"]
    assert talk.room.asked == ["the red chair", "the chairs"]


def test_objects_of_a_follow_up_have_names_and_ids_of_their_own(talk: Talk) -> None:
    talk.ask("the chairs")
    grounding = talk.ask("the biggest one").grounding
    assert grounding.query == "the largest chair"
    assert "  largest chair #1  x=" in answer_lines(grounding)[1]
    assert {one.id for one in grounding.phrases[0].instances} == {1}


def test_a_correction_keeps_the_noun(talk: Talk) -> None:
    talk.ask("the red chair")
    reply = talk.ask("no, the blue one")
    assert reply.asked == "the blue chair" and reply.taken_as == '"the blue chair"'
    assert reply.said == "no, the blue one"
    assert talk.found("and the green one?") == ["green chair"]
    talk.ask("the purple chair")  # is not there, but was mentioned
    assert talk.found("no, the blue one") == ["blue chair"]


def test_it_is_what_was_found_last(talk: Talk) -> None:
    talk.ask("where is the red chair?")
    assert talk.ask("is there a table next to it?").asked == (
        "is there a table next to the red chair?"
    )


def test_what_is_next_to_it(talk: Talk) -> None:
    talk.ask("the red chair")
    reply = talk.ask("what is next to it?")
    grounding = reply.grounding
    assert {phrase.text for phrase in grounding.phrases} == {"the table", "the lamp"}
    for phrase in grounding.phrases:
        assert grounding.query[phrase.begin : phrase.end] == phrase.text
        assert len(phrase.instances) == 1
    ids = [one.id for p in (grounding.sentence, *grounding.phrases) for one in p.instances]
    assert sorted(ids) == [0, 1, 2, 3]
    assert "half a metre of the red chair" in reply.taken_as


def test_why_asks_again_without_some_of_the_words(talk: Talk) -> None:
    talk.ask("the blue chair next to the lamp")
    reply = talk.ask("why that one?")
    assert reply.taken_as == 'what decided "the blue chair next to the lamp"'
    chair, lamp = reply.grounding.phrases
    assert [(one.words, one.asked, one.changed) for one in chair.reasons] == [
        ("blue", "the chair next to the lamp", True),
        ("next to the lamp", "the blue chair", False),
    ]
    (instead,) = chair.reasons[0].instances
    assert THINGS[talk.room.index_of(instead)][0] == "red"
    assert [(one.words, one.changed) for one in lamp.reasons] == [("the blue chair next to", False)]
    lines = answer_lines(reply.grounding)
    x, y, z = instead.box.center
    assert f'  without "blue": x={x:.2f} y={y:.2f} z={z:.2f}, presence 0.80' in lines
    assert '  without "next to the lamp": the same' in lines
    assert talk.found("the other one") == ["red chair", "green chair"]  # it is still meant


def test_all_that_is_left_out_is_told(talk: Talk) -> None:
    talk.ask("the blue chair, the table and the lamp")
    phrases = talk.ask("why?").grounding.phrases
    assert [[one.words for one in phrase.reasons] for phrase in phrases] == [
        ["blue", "the table and the lamp"],
        ["the blue chair ... and the lamp"],
        ["the blue chair, the table and"],
    ]
    assert [phrase.reasons[-1].asked for phrase in phrases] == [
        "the blue chair",
        "the table",
        "the lamp",
    ]


def test_why_of_what_is_not_there_tells_what_there_is_without_a_word(talk: Talk) -> None:
    talk.ask("the purple chair")
    (phrase,) = talk.ask("Why not?").grounding.phrases
    (reason,) = phrase.reasons
    assert not phrase.instances and reason.changed and reason.instances
    talk.ask("the shelf")
    assert [p.reasons for p in talk.ask("why?").grounding.phrases] == [()]
    talk.conversation.clear()
    assert not talk.ask("why?").taken_as


def test_nothing_may_be_next_to_it(talk: Talk) -> None:
    talk.ask("the shelf")
    assert not talk.ask("what is next to it?").grounding.found
    talk.ask("the purple chair")
    reply = talk.ask("what is next to it?")
    assert not reply.grounding.found and "was not found" in reply.taken_as


def test_what_was_said_is_forgotten_in_time_and_on_demand(talk: Talk) -> None:
    talk.ask("the red chair")
    talk.now_s = 59.0
    assert talk.ask("no, the blue one").taken_as
    talk.now_s = 59.0 + 61.0
    assert not talk.ask("no, the blue one").taken_as
    talk.ask("the red chair")
    talk.conversation.clear()
    assert not talk.ask("the other one").taken_as
    assert forgets("Forget it.") and forgets("never mind") and not forgets("find it")


def test_two_people_do_not_mix() -> None:
    room = NamedRoom()
    one, two = Conversation(room.ground), Conversation(room.ground)
    one.ask("the red chair")
    two.ask("the table")
    assert one.ask("no, the blue one").asked == "the blue chair"
    assert two.ask("no, the blue one").asked == "the blue table"


def test_a_sentence_that_cannot_be_asked_changes_nothing(talk: Talk) -> None:
    talk.ask("the red chair")
    with pytest.raises(BadQueryError):
        talk.ask("  ")
    assert talk.ask("no, the blue one").asked == "the blue chair"
