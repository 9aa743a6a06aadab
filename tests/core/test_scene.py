"""A scene's points by superpoint."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detailbase_core.types import PointCloud, Scene


def scene_of(owner: np.ndarray) -> Scene:
    xyz = np.zeros((len(owner), 3), np.float32)
    return Scene(PointCloud(xyz, np.zeros(xyz.shape, np.uint8)), owner.astype(np.int64))


@given(st.lists(st.integers(0, 7), min_size=1, max_size=40), st.integers(0, 255))
def test_points_of_superpoints_are_those_that_the_mask_holds(owner, bits):
    scene = scene_of(np.array(owner))
    mask = (bits >> np.arange(8)) & 1 == 1
    mask[scene.superpoint_count :] = False
    found = scene.points_of(mask)
    assert found.dtype == np.int64
    assert found.tolist() == np.flatnonzero(mask[scene.point_to_superpoint]).tolist()


@pytest.mark.parametrize("count", [1 << 16, (1 << 16) + 5])
def test_many_superpoints_keep_their_numbers(count):
    owner = np.random.default_rng(0).permutation(np.arange(2 * count) % count)
    mask = np.zeros(count, bool)
    mask[[0, 3, count - 1]] = True
    assert scene_of(owner).points_of(mask).tolist() == np.flatnonzero(mask[owner]).tolist()
