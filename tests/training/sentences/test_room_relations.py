"""Relations between things, in rooms where the answer is plain."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.synthetic.room import CEILING_ID, FIRST_OBJECT_ID, WALL_IDS
from tests.helpers.furnished import L_SHAPED, room_of, thing
from training.sentences.places import Places
from training.sentences.relations import NO, UNCLEAR, YES, Geometry
from training.sentences.selection import Ranking
from training.sentences.viewpoints import View

DESK, SOFA = (1.4, 0.7, 0.75), (2.0, 0.9, 0.8)


def relation(kind, *things):
    """Truth of "the first <kind> the second" among things."""
    return Geometry(room_of(things)).matrix(kind)[0, 1]


def test_next_to_ends_gradually():
    table = thing("table", (0, 0), (1.0, 1.0, 0.7))
    for gap, truth in ((0.2, YES), (0.6, UNCLEAR), (1.2, NO)):
        assert relation("next to", thing("stool", (0.75 + gap, 0)), table) == truth


def test_on_means_carried_and_rugs_carry_what_the_floor_does():
    desk = thing("desk", (0, 0), DESK)
    box = thing("box", (0, 0), (0.3, 0.3, 0.2), low=0.75, on=FIRST_OBJECT_ID + 1)
    cup = thing("cup", (0, 0), (0.1, 0.1, 0.1), low=0.95, on=FIRST_OBJECT_ID)
    geometry = Geometry(room_of([box, desk, cup]))
    assert geometry.on.tolist() == [[NO, YES, NO], [NO, NO, NO], [YES, UNCLEAR, NO]]
    assert geometry.carrying[1, 0] == YES
    rug = thing("rug", (0, 0), (2, 2, 0.02))
    assert relation("on", thing("stool", (0, 0)), rug) == YES
    assert relation("on", thing("stool", (1.1, 0)), rug) == UNCLEAR
    assert relation("on", thing("stool", (2, 0)), rug) == NO
    assert Places(Geometry(room_of([thing("stool", (0, 0)), rug]))).on_floor[0] == UNCLEAR


def test_under_a_desk_and_under_a_window():
    bin_ = thing("trash can", (0, 0), (0.3, 0.3, 0.4))
    assert relation("under", bin_, thing("desk", (0, 0), DESK)) == YES
    assert relation("under", bin_, thing("desk", (2, 0), DESK)) == NO
    window = thing("window", (0, 2.95), (1.2, 0.1, 1.0), low=1.0, on=WALL_IDS[1])
    radiator = thing("radiator", (0.1, 2.85), (1.0, 0.1, 0.6))
    assert relation("under", radiator, window) == YES
    assert relation("above", window, radiator) == YES
    lamp = thing("ceiling lamp", (0, 0), (0.4, 0.4, 0.3), low=2.0, on=CEILING_ID)
    assert relation("above", lamp, thing("table", (0, 0), DESK)) == YES


def test_front_back_and_sides_follow_where_the_anchor_faces():
    for turn in (0.0, 1.1, np.pi):
        sofa = thing("sofa", (0, 0), SOFA, yaw=turn, front=True)
        front = np.array([-np.sin(turn), np.cos(turn)])
        side = np.array([front[1], -front[0]])  # the sofa's own right, the viewer's left
        assert relation("in front of", thing("table", tuple(1.0 * front)), sofa) == YES
        assert relation("behind", thing("plant", tuple(-1.0 * front)), sofa) == YES
        assert relation("in front of", thing("plant", tuple(-1.0 * front)), sofa) == NO
        assert relation("left of", thing("plant", tuple(1.5 * side)), sofa) == YES
        assert relation("right of", thing("plant", tuple(1.5 * side)), sofa) == NO
        assert relation("right of", thing("plant", tuple(-1.5 * side)), sofa) == YES


def test_facing_and_across_from():
    sofa = thing("sofa", (0, -2), SOFA, front=True)
    stand = thing("tv stand", (0, 1.5), (1.5, 0.4, 0.5), yaw=np.pi, front=True)
    assert relation("across from", sofa, stand) == YES
    turned = thing("tv stand", (0, 1.5), (1.5, 0.4, 0.5), front=True)
    assert relation("across from", sofa, turned) == NO
    chair = thing("chair", (0, 0), front=True)
    desk = thing("desk", (0, 1), DESK, yaw=np.pi, front=True)
    assert relation("facing", chair, desk) == YES
    assert relation("facing", thing("chair", (0, 0), yaw=1.5, front=True), desk) == NO
    assert relation("at", thing("chair", (0, 0.3), front=True), desk) == YES


def test_between_needs_both_sides():
    a, b = thing("bed", (-1.5, 0)), thing("sofa", (1.5, 0))
    for x, truth in ((0.0, YES), (1.0, UNCLEAR), (2.3, NO)):
        geometry = Geometry(room_of([thing("plant", (x, 0.1)), a, b]))
        assert geometry.between(1, 2)[0] == truth


@pytest.mark.parametrize(
    ("place", "corner", "wall"),
    [
        ((2.7, -2.7), YES, YES),
        ((-2.7, 2.7), YES, YES),
        ((-0.3, 0.3), NO, YES),
        ((-0.3, 1.5), NO, YES),
        ((0.3, -0.3), NO, YES),
        ((-1.5, -1.5), NO, NO),
    ],
)
def test_the_inner_corner_of_an_l_is_no_corner_to_stand_in(place, corner, wall):
    places = Places(Geometry(room_of([thing("plant", place, (0.4, 0.4, 1.0))], L_SHAPED)))
    assert places.in_corner[0] == corner
    assert places.against_wall[0] == wall


def test_places_of_the_room_itself():
    clock = thing("clock", (0, 2.98), (0.3, 0.04, 0.3), low=1.6, on=WALL_IDS[1])
    window = thing("window", (1, 2.98), (1, 0.1, 1), low=1.0, on=WALL_IDS[1])
    lamp = thing("ceiling lamp", (0, 0), (0.4, 0.4, 0.3), low=2.0, on=CEILING_ID)
    places = Places(Geometry(room_of([clock, window, lamp, thing("table", (0.2, 0.2))])))
    assert places.on_wall.tolist() == [YES, UNCLEAR, NO, NO]
    assert places.from_ceiling.tolist() == [NO, NO, YES, NO]
    assert places.in_middle[3] == YES
    assert places.nearest_wall(0) == WALL_IDS[1]


def test_left_and_right_from_the_door():
    door = thing("door", (0, -2.95), (0.9, 0.1, 2.0), on=WALL_IDS[3], front=True)
    chairs = [thing("chair", (x, 1.0)) for x in (-1.0, 0.0, 1.0)]
    view = View(Geometry(room_of([door, *chairs])), 0)
    assert list(np.argsort(-view.bearing[1:])) == [0, 1, 2]  # from left to right
    assert view.left_of[1, 2] == YES
    assert view.left_of[3, 2] == NO
    assert view.right_of[3, 2] == YES
    assert not view.clear[0]


def test_what_stands_behind_the_corner_of_an_l_is_out_of_sight():
    door = thing("door", (2.95, -1.5), (0.1, 0.9, 2.0), on=WALL_IDS[0], front=True)
    hidden, seen = thing("chair", (-0.4, 2.6)), thing("chair", (-2.0, -1.0))
    view = View(Geometry(room_of([door, hidden, seen], L_SHAPED)), 0)
    assert view.clear.tolist() == [False, False, True]


def test_a_place_in_an_order_needs_clear_neighbours():
    visible, base = np.ones(4, bool), np.array([YES, YES, YES, NO], np.int8)
    values = np.array([[0.0], [1.0], [1.05], [0.5]])
    assert Ranking(values, (0.1,)).holds(base, visible).tolist() == [YES, NO, NO, NO]
    second = Ranking(values, (0.1,), place=1)
    assert second.holds(base, visible).tolist() == [UNCLEAR, UNCLEAR, UNCLEAR, NO]
    assert Ranking(values, (0.01,), place=1).holds(base, visible).tolist() == [NO, YES, NO, NO]
    alone = np.array([YES, NO, NO, NO], np.int8)
    assert Ranking(values, (0.1,)).holds(alone, visible).tolist() == [UNCLEAR, NO, NO, NO]
