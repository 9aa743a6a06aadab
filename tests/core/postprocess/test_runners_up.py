"""The objects that came next."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.config import InstanceConfig
from detailbase_core.postprocess.calibration import UNCALIBRATED, Calibration
from detailbase_core.postprocess.object_selection import SelectedObjects, Selection
from detailbase_core.postprocess.runners_up import RunnersUp, find_runners_up
from detailbase_core.types import Box, GroundedPhrase, Instance, PointCloud, Scene
from tests.core.postprocess.test_object_selection import two_chairs_and_a_wall

FIRST = [True] * 3 + [False] * 4  # of the seven superpoints, the first chair
NONE = [False] * 7


def found(probability: list[float], selected: list[bool]) -> list[tuple[list[int], float]]:
    centers = two_chairs_and_a_wall()
    mask = np.array(selected)
    return [
        (np.flatnonzero(one.mask).tolist(), round(one.peak, 2))
        for one in find_runners_up(np.array(probability, np.float32), mask, centers)
    ]


def test_the_next_best_object_is_whole_and_what_was_selected_is_none() -> None:
    sure = [0.9, 0.6, 0.1, 0.5, 0.3, 0.1, 0.0]
    assert found(sure, FIRST) == [([3, 4], 0.5)]  # 5 is under 0.4 of its peak
    assert found(sure, NONE) == [([0, 1], 0.9), ([3, 4], 0.5)]


def test_what_is_left_of_a_selected_object_is_no_other_one() -> None:
    assert found([0.9, 0.6, 0.4, 0.0, 0.0, 0.0, 0.0], [True, False, False, *FIRST[3:]]) == []


def test_walls_and_faint_masks_are_no_runners_up() -> None:
    assert found([0.9, 0.9, 0.9, 0.05, 0.09, 0.05, 0.0], FIRST) == []
    assert found([0.9, 0.9, 0.9, 0.3, 0.3, 0.3, 0.8], FIRST) == [([3, 4, 5], 0.3)]
    assert found([0.0] * 7, NONE) == []
    wall = [False] * 6 + [True]
    # objects before a wall that was meant
    assert found([0.2, 0.2, 0.2, 0.1, 0.1, 0.09, 0.9], wall) == [([0, 1, 2], 0.2), ([3, 4, 5], 0.1)]


def test_without_votes_there_are_none() -> None:
    sure = np.full(7, 0.9, np.float32)
    assert find_runners_up(sure, np.zeros(7, np.bool_), None) == []


@pytest.mark.parametrize(
    ("calibration", "presence"), [(UNCALIBRATED, 0.4), (Calibration((2.0, 1.0)), 0.547)]
)
def test_phrases_get_boxes_ids_and_calibrated_presence(
    calibration: Calibration, presence: float
) -> None:
    centers = two_chairs_and_a_wall()
    rng = np.random.default_rng(0)
    xyz = rng.uniform(0, 0.5, (700, 3)).astype(np.float32)
    xyz[:, 0] += np.repeat(centers.centers[:, 0], 100)
    cloud = PointCloud(xyz, np.full(xyz.shape, 9, np.uint8))
    scene = Scene(cloud, centers.point_to_superpoint)
    sure = np.array([[0.9, 0.9, 0.9, 0.4, 0.4, 0.4, 0.0]] * 3, np.float32)
    chair = Instance(0, np.arange(300), Box((0, 0, 0), (1, 1, 1), 0.0), (0.0, 0.0, 0.0), 0.9)
    phrases = [
        GroundedPhrase("the chair", 0, 9, 0.9, 0.9, (chair,)),
        GroundedPhrase("it", 0, 2, 0.0, 0.0, (), named=False),
        GroundedPhrase("the stool", 0, 9, 0.9, 0.2, ()),
    ]
    selection = Selection(SelectedObjects(np.array(FIRST), whole=True), 0.9)
    runners_up = RunnersUp(scene, InstanceConfig(), centers, calibration)
    one, nothing, none_found = runners_up.added(phrases, sure, [selection] * 3, 5)
    (other,) = one.runners_up
    assert other.id == 5 and other.score == pytest.approx(presence, abs=0.01)
    assert other.point_indices.tolist() == list(range(300, 600))
    assert other.box.center[0] == pytest.approx(1.75, abs=0.05)
    assert nothing.runners_up == ()
    assert [instance.id for instance in none_found.runners_up] == [6, 7]  # the first chair, too
    assert one.instances == (chair,)
