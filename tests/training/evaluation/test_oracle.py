"""The superpoint oracle, and that our superpoints leave room for good masks."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training.evaluation.metrics import mask_iou
from training.evaluation.oracle import object_oracles, superpoint_oracle_mask
from training.rooms.sample import make_sample


def test_majority_decides():
    superpoint = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    mask = np.array([1, 1, 0, 1, 0, 0, 0, 1], bool)
    assert superpoint_oracle_mask(mask, superpoint).tolist() == [1, 1, 1, 0, 0, 0, 0, 0]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40), superpoints=st.integers(1, 10))
def test_no_union_of_superpoints_has_fewer_wrong_points(seed, count, superpoints):
    rng = np.random.default_rng(seed)
    _, superpoint = np.unique(rng.integers(0, superpoints, count), return_inverse=True)
    mask = rng.random(count) < 0.5
    wrong = (superpoint_oracle_mask(mask, superpoint) != mask).sum()
    for _ in range(20):
        chosen = rng.random(superpoint.max() + 1) < 0.5
        assert wrong <= (chosen[superpoint] != mask).sum()


def test_points_of_their_own_are_perfect():
    mask = np.random.default_rng(0).random(100) < 0.3
    assert mask_iou(superpoint_oracle_mask(mask, np.arange(100)), mask) == 1.0


def test_superpoints_of_generated_rooms_follow_their_objects():
    ious: list[float] = []
    for seed in range(70_004, 70_007):
        sample = make_sample(seed, sentences=1)
        ious += object_oracles(sample.instance, sample.superpoint.astype(np.int64)).values()
        assert 30 <= len(sample.xyz) / (sample.superpoint.max() + 1) <= 300
    assert len(ious) > 30
    assert np.mean(ious) > 0.93  # one object half hidden or half lost to the camera takes 0.01
