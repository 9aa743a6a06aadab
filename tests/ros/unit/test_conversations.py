"""Follow-ups of the service's clients, in a map that grows."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from detailbase_core.errors import BadQueryError
from detailbase_core.types import PointCloud, Scene
from detailbase_ros.messages.query import Query, Status, answer, reasons_of, taken_as_of
from detailbase_ros.queries.conversations import MAX_CLIENTS, ClientConversations
from tests.helpers.named_room import THINGS, NamedRoom


class GrowingRoom(NamedRoom):
    """Stands for a Grounder whose map is a NamedRoom; each encoding has points of its own."""

    def __init__(self):
        super().__init__()
        self.map, self.changed = self, 0.0
        self.encoded = SimpleNamespace(scene=self.scene)

    def ground(self, sentence, cancel=None, why=False):
        return super().ground(sentence)

    def changed_since(self, version):
        return self.changed

    def encode_scene(self, cancel=None):
        return self.encoded

    def ground_encoded(self, encoded, sentence, cancel=None):
        assert encoded is self.encoded
        return self.ground(sentence)

    def grow(self, shift=0.0, frame="room.ply"):
        """A new version of the map: other objects, whose points have moved a little."""
        cloud = self.scene.cloud
        moved = PointCloud(cloud.xyz + np.float32(shift), cloud.rgb, frame)
        self.scene = Scene(moved, self.scene.point_to_superpoint, self.scene.version + 1)
        self.encoded = SimpleNamespace(scene=self.scene)


@pytest.fixture
def room():
    return GrowingRoom()


@pytest.fixture
def talks(room):
    return ClientConversations(room, lambda: (9.0, 0.0))


def ask(talks, text, tag="robot"):
    query = Query(1, text, 0, 0.0, client_tag=tag)
    return answer(talks._grounder, query, None, talks)


def found(talks, text, tag="robot"):
    room = talks._grounder
    return [
        " ".join(THINGS[room.index_of(one)][:2])
        for one in ask(talks, text, tag).grounding.sentence.instances
    ]


def test_a_follow_up_refers_to_what_the_same_client_asked(talks):
    ask(talks, "the red chair", "one")
    ask(talks, "the table", "two")
    result = ask(talks, "no, the blue one", "one")
    assert result.status is Status.OK and result.grounding.query == "the blue chair"
    assert taken_as_of(result.message) == '"the blue chair"'
    assert ask(talks, "no, the blue one", "two").grounding.query == "the blue table"


def test_left_and_right_are_as_the_camera_sees_them(talks):
    ask(talks, "the chairs")
    result = ask(talks, "the left one of them")
    assert "seen from the camera" in result.message
    assert THINGS[talks._grounder.index_of(result.grounding.sentence.instances[0])][0] == "blue"


def test_objects_are_found_again_in_a_map_that_has_grown(talks, room):
    assert found(talks, "the red chair") == ["red chair"]
    room.grow(0.01)
    assert found(talks, "the other one") == ["blue chair", "green chair"]
    room.grow(-0.01)
    result = ask(talks, "the biggest one")
    assert result.grounding.scene is room.scene  # goals and pictures need the map as it is
    assert found(talks, "the other one") == ["red chair", "blue chair"]
    ask(talks, "the red chair")
    room.grow(0.01)
    near = {phrase.text for phrase in ask(talks, "what is next to it?").grounding.phrases}
    assert near == {"the table", "the lamp"}


def test_an_object_that_is_gone_is_no_longer_meant(talks, room):
    ask(talks, "the chairs")
    room.grow(50.0)
    assert found(talks, "the biggest one") == ["green chair"]  # asked for anew
    assert room.asked == ["the chairs", "the chairs"]


@pytest.mark.parametrize("change", ["cleared", "frame"])
def test_another_map_ends_what_was_said(talks, room, change):
    ask(talks, "the red chair")
    if change == "cleared":
        room.changed = 1.0
    else:
        room.grow(frame="map")
    assert not ask(talks, "no, the blue one").message


def test_a_conversation_keeps_no_map(talks, room):
    ask(talks, "the red chair")
    (talk,) = talks._clients.values()
    assert 0 < len(talk.last_scene.cloud) < len(room.scene.cloud) / 5


def test_the_client_that_was_silent_longest_is_forgotten_first(talks):
    ask(talks, "the red chair", "first")
    ask(talks, "the red chair", "second")
    assert ask(talks, "no, the blue one", "first").message
    for number in range(MAX_CLIENTS - 1):
        ask(talks, "the table", str(number))
    assert len(talks) == MAX_CLIENTS
    assert not ask(talks, "no, the blue one", "second").message
    assert len(talks) == MAX_CLIENTS
    assert not ask(talks, "the red chair", "first").message


def test_what_was_said_can_be_cleared(talks):
    ask(talks, "the red chair")
    result = ask(talks, "never mind")
    assert result.status is Status.NOTHING_FOUND
    assert taken_as_of(result.message) == "what was said before is forgotten"
    assert not ask(talks, "no, the blue one").message


def test_things_are_looked_for_once_in_each_map(talks, room):
    for tag in ("one", "two"):
        ask(talks, "the red chair", tag)
    ask(talks, "what is next to it?", "one")
    count = len(room.asked)
    ask(talks, "what is next to it?", "two")
    assert len(room.asked) == count
    room.grow()
    ask(talks, "what is next to it?", "two")
    assert len(room.asked) > count + 10


def test_a_sentence_without_a_tag_stands_by_itself_and_bad_ones_change_nothing(talks):
    ask(talks, "the red chair")
    assert ask(talks, " ").status is Status.BAD_QUERY
    with pytest.raises(BadQueryError):
        talks.ask(Query(1, " ", 0, 0.0, client_tag="robot"), None)
    assert ask(talks, "no, the blue one").message
    assert not ask(talks, "no, the blue one", "").message
    assert len(talks) == 1


def test_sentences_that_stand_alone_may_be_answered_together_and_are_remembered(talks, room):
    def queries(*said):
        return [Query(k, text, 0, 0.0, client_tag=tag) for k, (tag, text) in enumerate(said)]

    first = queries(("one", "the red chair"), ("two", "the table"), ("", "the other one"))
    assert talks.stand_alone(first)
    for query in first:
        talks.heard(query, room.ground(query.text))
    assert talks.stand_alone(queries(("one", "the lamp"), ("two", "the shelf")))
    assert not talks.stand_alone(queries(("one", "the lamp"), ("two", "the other one")))
    assert not talks.stand_alone(queries(("three", "the lamp"), ("three", "the other one")))
    assert not talks.stand_alone(queries(("one", "never mind")))
    assert ask(talks, "no, the blue one", "one").grounding.query == "the blue chair"
    assert len(talks) == 2


def test_the_message_says_what_decided(talks):
    ask(talks, "the blue chair")
    message = ask(talks, "why?").message
    assert taken_as_of(message) == 'what decided "the blue chair"'
    (line,) = reasons_of(message, "")
    assert line.startswith('the blue chair: without "blue": x=2.0')
    assert reasons_of("no answer in time", "") == reasons_of('taken as: "x" | plea', "plea") == []


def test_a_message_may_say_more_than_what_was_meant():
    assert taken_as_of('taken as: "the red chair" | "find" names nothing') == '"the red chair"'
    assert taken_as_of("no answer in time") == ""
