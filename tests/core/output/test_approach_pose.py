"""A place to stand in front of an object, on floors made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.output.approach_pose import ApproachConfig, _gap, find_approach
from detailbase_core.output.object_names import ObjectName, head_noun, object_names
from detailbase_core.types import Box

ROBOT = ApproachConfig(robot_radius_m=0.3, robot_height_m=1.5)


def block(x: tuple, y: tuple, z: tuple, step: float = 0.02) -> np.ndarray:
    """Points that fill a cuboid; a range of no extent is a plane."""
    axes = [np.arange(a, b + step / 2, step) for a, b in (x, y, z)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def scene(*parts: np.ndarray, floor: float = 0.0, size: float = 3.0) -> np.ndarray:
    ground = block((-size, size), (-size, size), (floor, floor))
    return np.concatenate([ground, *parts]).astype(np.float32)


CHAIR = block((-0.2, 0.2), (-0.2, 0.2), (0.1, 0.9))
CHAIR_BOX = Box((0.0, 0.0, 0.45), (0.4, 0.4, 0.9), 0.0)


def assert_faces(goal, box: Box) -> None:
    yaw = np.arctan2(box.center[1] - goal.y, box.center[0] - goal.x)
    assert goal.yaw == pytest.approx(yaw)


def test_it_stands_on_the_viewers_side_and_faces_the_object() -> None:
    for viewer in [(2.0, 0.0), (-2.0, 0.0), (0.0, -2.0), (1.5, 1.5), (10.0, 0.0)]:
        goal = find_approach(scene(CHAIR), CHAIR_BOX, ROBOT, viewer)
        place = np.array([goal.x, goal.y])
        assert place @ np.array(viewer) / np.linalg.norm(place) / np.linalg.norm(viewer) > 0.98
        assert 0.3 <= _gap(place[None], CHAIR_BOX)[0] <= 0.6
        assert goal.z == pytest.approx(0.0, abs=0.02)
        assert_faces(goal, CHAIR_BOX)


def test_a_floor_may_lie_anywhere() -> None:
    box = Box((0.0, 0.0, -1.55), (0.4, 0.4, 0.9), 0.0)
    goal = find_approach(scene(CHAIR - [0, 0, 2], floor=-2.0), box, ROBOT)
    assert goal.z == pytest.approx(-2.0, abs=0.02)


def test_without_a_viewer_it_stands_before_a_broad_side() -> None:
    turned = np.radians(30.0)
    rotation = np.array([[np.cos(turned), np.sin(turned)], [-np.sin(turned), np.cos(turned)]])
    sofa = block((-1.0, 1.0), (-0.4, 0.4), (0.1, 0.8))
    sofa[:, :2] = sofa[:, :2] @ rotation
    box = Box((0.0, 0.0, 0.4), (2.0, 0.8, 0.8), turned)
    goal = find_approach(scene(sofa), box, ROBOT)
    along, across = rotation @ [goal.x, goal.y]
    assert abs(along) < 0.2
    assert abs(across) == pytest.approx(0.4 + 0.3 + 0.2, abs=0.1)


def test_a_wall_sends_it_to_the_other_side() -> None:
    wall = block((0.35, 0.40), (-3.0, 3.0), (0.0, 2.4), step=0.04)
    goal = find_approach(scene(CHAIR, wall), CHAIR_BOX, ROBOT, viewer=(-2.0, 0.0))
    assert goal.x < -0.3
    # even where the viewer is behind the wall: nobody sees the chair from there
    behind = find_approach(scene(CHAIR, wall), CHAIR_BOX, ROBOT, viewer=(6.0, 0.0))
    assert behind.x < 0.0


def test_what_is_not_reachable_from_the_viewer_is_no_place() -> None:
    wall = block((1.0, 1.05), (-3.0, 3.0), (0.0, 2.4), step=0.04)
    assert find_approach(scene(CHAIR, wall), CHAIR_BOX, ROBOT, viewer=(2.0, 0.0)) is None


@pytest.mark.parametrize(("height", "blocks"), [(0.05, False), (0.2, True), (1.6, False)])
def test_only_what_the_robot_would_touch_is_an_obstacle(height: float, blocks: bool) -> None:
    around = [
        block((-1.5, 1.5), (-1.5, 1.5), (height, height)),
    ]
    plate = around[0][np.abs(around[0][:, :2]).max(axis=1) > 0.3]
    goal = find_approach(scene(CHAIR, plate), CHAIR_BOX, ROBOT)
    assert (goal is None) == blocks


def test_a_lower_robot_drives_under_a_table() -> None:
    top = block((-1.5, 1.5), (-1.5, 1.5), (0.7, 0.7))
    box = Box((0.0, 0.0, 0.2), (0.3, 0.3, 0.3), 0.0)
    ball = block((-0.15, 0.15), (-0.15, 0.15), (0.05, 0.35))
    assert find_approach(scene(ball, top), box, ROBOT) is None
    assert find_approach(scene(ball, top), box, ApproachConfig(0.2, 0.5)) is not None


def test_a_cup_is_approached_across_its_table() -> None:
    table = block((-0.6, 0.6), (-0.4, 0.4), (0.7, 0.74))
    cup = Box((0.0, 0.0, 0.8), (0.1, 0.1, 0.1), 0.0)
    goal = find_approach(scene(table), cup, ROBOT, viewer=(0.0, -2.0))
    assert goal.y < -0.7  # the table's edge and the robot's radius
    assert_faces(goal, cup)


def test_what_hides_the_object_is_walked_around() -> None:
    screen = block((-0.5, 0.5), (-0.9, -0.85), (0.0, 1.4))
    cup = Box((0.0, 0.0, 0.1), (0.1, 0.1, 0.2), 0.0)
    goal = find_approach(scene(screen), cup, ROBOT, viewer=(0.0, -2.5))
    assert goal.y > -0.85 or abs(goal.x) > 0.5


def test_the_robots_radius_keeps_it_out_of_narrow_gaps() -> None:
    walls = [block((s - 0.02, s + 0.02), (-3, 0.5), (0, 2), step=0.04) for s in (-0.4, 0.4)]
    back = block((-0.4, 0.4), (0.5, 0.54), (0.0, 2.0), step=0.04)
    chair = Box((0.0, 0.2, 0.45), (0.3, 0.3, 0.9), 0.0)
    xyz = scene(*walls, back)
    slim = find_approach(xyz, chair, ApproachConfig(0.2, 1.5), viewer=(0.0, -2.0))
    assert abs(slim.x) < 0.2 and slim.y < 0.0
    assert find_approach(xyz, chair, ApproachConfig(0.5, 1.5), viewer=(0.0, -2.0)) is None


def test_unseen_floor_is_no_floor_but_small_gaps_are() -> None:
    xyz = scene(CHAIR)
    seen = (xyz[:, 0] < 0.0) | (xyz[:, 2] > 0.05)
    goal = find_approach(xyz[seen], CHAIR_BOX, ROBOT, viewer=(2.5, 0.0))
    assert goal.x < 0.2
    rng = np.random.default_rng(0)
    sparse = scene(CHAIR)[rng.random(len(xyz)) < 0.05]
    assert find_approach(sparse, CHAIR_BOX, ROBOT, viewer=(2.0, 0.0)).x > 0.4


def test_no_floor_no_place() -> None:
    assert find_approach(np.empty((0, 3), np.float32), CHAIR_BOX, ROBOT) is None
    assert find_approach(CHAIR.astype(np.float32), CHAIR_BOX, ROBOT) is None
    far = Box((50.0, 0.0, 0.45), (0.4, 0.4, 0.9), 0.0)
    assert find_approach(scene(CHAIR), far, ROBOT) is None


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "noun"),
    [
        ("the red chair", "chair"),
        ("both armchairs", "armchairs"),
        ("Lamp", "lamp"),
        ("the coffee table", "table"),
        ("", "object"),
    ],
)
def test_a_phrases_noun(phrase: str, noun: str) -> None:
    assert head_noun(phrase) == noun


def test_objects_of_one_noun_are_counted_through() -> None:
    names = object_names([("the red chair", 1), ("the lamps", 0), ("both blue chair", 2)])
    assert names == [
        [ObjectName("chair", 1, "red chair")],
        [],
        [ObjectName("chair", 2, "blue chair"), ObjectName("chair", 3, "blue chair")],
    ]
    assert str(names[0][0]) == "red chair #1"
    assert names[2][1].frame == "detailbase/chair_3"


def test_frames_and_files_hold_no_odd_characters() -> None:
    assert ObjectName("u-shaped", 1, "").frame == "detailbase/u_shaped_1"
    assert ObjectName("?", 2, "../?").frame == "detailbase/object_2"
    assert ObjectName("?", 2, "../A b").file_stem == "a_b_2"
    assert ObjectName("?", 2, "/..").file_stem == "object_2"
