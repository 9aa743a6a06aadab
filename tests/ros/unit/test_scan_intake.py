import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from detailbase_ros.scans.scan_intake import JumpDetector, KeyframeSelector, pose_difference

SECOND = 1_000_000_000


def pose(x=0.0, turn_deg=0.0):
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("z", turn_deg, degrees=True).as_matrix()
    matrix[0, 3] = x
    return matrix


@pytest.mark.parametrize(
    ("next_pose", "after_s", "admitted"),
    [
        (pose(0.05, 3), 0.9, False),
        (pose(0.11), 0.1, True),
        (pose(0, 6), 0.1, True),
        (pose(), 1.0, True),
        (pose(), -1.0, True),
    ],
)
def test_scans_enter_after_a_move_a_turn_or_a_while(next_pose, after_s, admitted):
    selector = KeyframeSelector(min_move_m=0.1, min_turn_deg=5.0, max_gap_s=1.0)
    assert selector.is_keyframe("front", pose(), 10 * SECOND)
    selector.added("front", pose(), 10 * SECOND)
    assert selector.is_keyframe("front", next_pose, int((10 + after_s) * SECOND)) is admitted


def test_small_steps_add_up():
    selector = KeyframeSelector(0.1, 5.0, 1000.0)
    entered = []
    for step in range(8):
        if selector.is_keyframe("front", pose(0.04 * step), step):
            selector.added("front", pose(0.04 * step), step)
            entered.append(step)
    assert entered == [0, 3, 6]


def test_cameras_are_judged_apart_and_reset_together():
    selector = KeyframeSelector(0.1, 5.0, 1.0)
    selector.added("front", pose(), 0)
    assert not selector.is_keyframe("front", pose(), 1)
    assert selector.is_keyframe("rear", pose(), 1)
    selector.reset()
    assert selector.is_keyframe("front", pose(), 1)


def test_a_jump_is_told_from_drift():
    detector = JumpDetector(jump_m=0.5, jump_deg=10.0)
    drift = [detector.jumped(pose(0.3 * step, 6 * step)) for step in range(5)]
    assert not any(drift)
    assert detector.jumped(pose(3.0, 24))
    assert not detector.jumped(pose(3.0, 24))
    assert detector.jumped(pose(3.0, 50))
    detector.reset()
    assert not detector.jumped(pose(99.0))


def test_opposite_directions_are_180_degrees_apart():
    assert pose_difference(pose(), pose(0, 180))[1] == pytest.approx(180)


class ResetMeanwhile(dict):
    """Memory of the selector, forgotten by another thread right after each look at it."""

    def __contains__(self, source):
        known = super().__contains__(source)
        self.clear()
        return known

    def get(self, source):
        value = super().get(source)
        self.clear()
        return value


def test_a_reset_from_another_thread_does_no_harm():
    selector = KeyframeSelector(0.1, 5.0, 1.0)
    selector._last = ResetMeanwhile(front=(pose(), 0))
    assert not selector.is_keyframe("front", pose(), 1)
    assert selector.is_keyframe("front", pose(), 1)
