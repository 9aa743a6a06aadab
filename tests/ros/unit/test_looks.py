"""When a sentence is asked again while the map grows, and how its look ends."""

import math
from dataclasses import replace

import numpy as np
import pytest

from detailbase_core.types import Box, GroundedPhrase, Grounding, Instance, PointCloud, Scene
from detailbase_ros.messages.query import TOO_LATE, Query, QueryResult, Status
from detailbase_ros.queries.looks import AGAIN_S, End, Look, Looks

LIMIT_S = 60.0


class World:
    """A clock, a map that has a version, and somebody who answers when told to."""

    def __init__(self):
        self.now, self.version = 100.0, 0
        self.asked, self.news, self.ended = [], [], []
        self.looks = Looks(
            self.asked.append,
            lambda: self.version,
            lambda look: self.news.append((look.version, look.missing, look.best)),
            lambda look, end, result: self.ended.append((end, result)),
            lambda: self.now,
        )

    def begin(self, text="the mug", number=1):
        look = Look(Query(number, text, 0, self.now + LIMIT_S, client_tag="tag"), LIMIT_S)
        self.looks.add(look)
        return look

    def answer(self, status=Status.NOTHING_FOUND, grounding=None, message=""):
        """Answer what has been asked longest."""
        query = self.asked.pop(0)
        if grounding is None and status in (Status.OK, Status.NOTHING_FOUND):
            grounding = answered(query.text, found=status is Status.OK, version=self.version)
        query.on_result(QueryResult(query, status, message, grounding))

    def step(self, seconds=AGAIN_S):
        self.now += seconds
        self.looks.step()


def instance(score, number=0):
    box = Box((number, 0.0, 0.0), (1.0, 1.0, 1.0), 0.0)
    return Instance(number, np.zeros(1, np.int64), box, (0.0, 0.0, 0.0), score)


def answered(text, found=False, version=0, runners_up=(), named=True):
    cloud = PointCloud(np.zeros((1, 3), np.float32), np.zeros((1, 3), np.uint8), "odom")
    scene = Scene(cloud, np.zeros(1, np.int64), version)
    objects = (instance(0.9),) if found else ()
    phrase = GroundedPhrase(text, 0, len(text), 0.9, 0.9, objects, named, tuple(runners_up))
    return Grounding(text, scene, replace(phrase, runners_up=()), (phrase,))


@pytest.fixture
def world():
    return World()


def test_it_is_found_at_once(world):
    world.begin()
    world.answer(Status.OK)
    ((end, result),) = world.ended
    assert end is End.FOUND and result.status is Status.OK
    assert (result.query.id, result.query.client_tag, result.query.on_result) == (1, "tag", None)
    assert len(world.looks) == 0 and world.news == []


def test_it_is_asked_again_only_when_the_map_has_changed(world):
    world.begin()
    world.answer()
    for _ in range(40):
        world.step()
    assert world.asked == [] and len(world.looks) == 1
    world.version = 7
    world.step()
    world.answer(Status.OK)
    assert [end for end, _ in world.ended] == [End.FOUND]


def test_a_map_that_changes_all_the_time_is_asked_about_once_a_second(world):
    world.begin()
    asked = 0
    for number in range(100):  # ten seconds
        world.version = number
        world.step(0.1)
        while world.asked:
            asked += 1
            world.answer()
    assert 9 <= asked <= 11


def test_an_answer_about_an_older_map_is_followed_by_one_about_the_present(world):
    """The network's encoding of a map that has changed little is used for some seconds."""
    world.begin()
    world.version = 5
    world.answer(grounding=answered("the mug", version=3))
    world.step()
    world.answer(grounding=answered("the mug", version=5))
    world.step()
    assert world.asked == [] and [version for version, *_ in world.news] == [3, 5]


def test_the_map_that_changes_while_the_network_works_is_asked_about_too(world):
    world.begin()
    world.version = 1
    world.answer(Status.EMPTY_MAP)  # as it was when the question came
    world.step()
    assert len(world.asked) == 1


def test_the_last_answer_comes_when_the_time_is_over(world):
    world.begin()
    world.answer()
    world.version = 1
    world.step()
    world.answer()
    world.step(LIMIT_S - AGAIN_S - 0.5)
    assert world.ended == []
    world.step(0.5)
    ((end, result),) = world.ended
    assert end is End.IN_VAIN and result.status is Status.NOTHING_FOUND
    assert result.message == "not found within 60 s; versions of the map looked at: 2"
    assert result.grounding.scene.version == 1


def test_an_empty_map_may_fill_and_says_so_when_it_does_not(world):
    world.begin()
    world.answer(Status.EMPTY_MAP, message="the map is still empty")
    world.step(LIMIT_S)
    ((_, result),) = world.ended
    assert result.status is Status.EMPTY_MAP
    assert result.message.startswith("the map is still empty; not found within 60 s;")


@pytest.mark.parametrize("by", ["worker", "clock"])
def test_a_network_that_is_too_slow_for_the_time(world, by):
    world.begin()
    if by == "clock":
        world.step(LIMIT_S)
    world.answer(Status.TIMEOUT, message=TOO_LATE)
    ((end, result),) = world.ended
    assert end is End.IN_VAIN
    assert (result.status, result.message) == (Status.TIMEOUT, TOO_LATE)


@pytest.mark.parametrize("status", [Status.BAD_QUERY, Status.INACTIVE, Status.INTERNAL_ERROR])
def test_what_no_map_can_change_is_said_at_once(world, status):
    world.begin()
    world.answer(status, message="because")
    ((end, result),) = world.ended
    assert end is End.IN_VAIN and (result.status, result.message) == (status, "because")


def test_words_that_name_nothing_are_not_looked_for(world):
    world.begin("find it")
    world.answer(Status.NOTHING_FOUND, answered("find it", named=False), "names nothing")
    ((end, result),) = world.ended
    assert end is End.IN_VAIN and result.message == "names nothing"


def test_an_overloaded_node_is_asked_again(world):
    world.begin()
    world.answer(Status.OVERLOADED)
    assert world.ended == [] and world.asked == []
    world.step()
    world.answer(Status.OK)
    assert [end for end, _ in world.ended] == [End.FOUND]


def test_several_looks_take_turns_one_at_a_time(world):
    for number in range(3):
        world.begin(f"the mug {number}", number)
    order = []
    for _ in range(3):
        (query,) = world.asked
        order.append(query.id)
        world.answer()
    assert order == [0, 1, 2] and world.asked == []
    world.version = 1
    world.step()
    world.answer()
    (query,) = world.asked
    assert query.id == 1


@pytest.mark.parametrize("answer_first", [False, True])
def test_a_cancelled_look_ends_whatever_the_network_does(world, answer_first):
    world.begin()
    if answer_first:
        world.answer()
    world.looks.cancel(1)
    world.looks.cancel(1)
    world.looks.cancel(99)
    ((end, result),) = world.ended
    assert end is End.CANCELLED
    if answer_first:
        assert result.message == "cancelled; versions of the map looked at: 1"
        assert result.status is Status.NOTHING_FOUND
    else:
        assert result.message == "cancelled before the first answer"
        assert result.status is Status.TIMEOUT
        world.answer(Status.OK)  # of the one that is over: nobody's any more
    assert len(world.ended) == 1 and len(world.looks) == 0
    world.begin("the lamp", 2)
    world.answer(Status.OK)
    assert len(world.ended) == 2


def test_all_end_with_one_reason(world):
    world.begin(number=1)
    world.begin(number=2)
    world.looks.end_all("deactivated", Status.INACTIVE)
    assert [(result.status, result.message) for _, result in world.ended] == [
        (Status.INACTIVE, "deactivated")
    ] * 2
    assert [result.query.id for _, result in world.ended] == [1, 2]
    world.answer(Status.INACTIVE)
    assert len(world.ended) == 2 and len(world.looks) == 0


def test_the_best_candidate_of_all_maps_is_told(world):
    world.begin()
    world.answer(grounding=answered("the mug", runners_up=[instance(0.3, 1)]))
    for version, runners_up in ((1, [instance(0.4, 2), instance(0.1, 3)]), (2, [instance(0.2, 4)])):
        world.version = version
        world.step()
        world.answer(grounding=answered("the mug", version=version, runners_up=runners_up))
    assert [(missing, best.id) for _, missing, best in world.news] == [
        ("the mug", 1),
        ("the mug", 2),
        ("the mug", 2),
    ]


def test_a_cleared_map_holds_no_candidate(world):
    world.begin()
    world.answer(grounding=answered("the mug", runners_up=[instance(0.3)]))
    world.version = 1
    world.step()
    world.answer(Status.EMPTY_MAP)
    world.version = 2
    world.step()
    world.answer(grounding=answered("the mug", version=2))
    assert [best for *_, best in world.news][1:] == [None, None]


def test_looks_ask_for_candidates_within_their_own_deadline(world):
    look = world.begin()
    (query,) = world.asked
    assert query.why and query.deadline == look.query.deadline and math.isfinite(query.deadline)
