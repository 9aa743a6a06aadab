"""The map's table of voxels: what was forgotten is gone, what stays is found, memory is reused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core.config import MapConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.types import PointCloud

CONFIG = replace(MapConfig(), voxel_size_m=0.1, min_range_m=0.0, max_range_m=1e4)
HERE = np.eye(4)


def scattered(rng, count, spread):
    """Points at the centres of voxels, so that none changes its voxel by rounding."""
    voxels = np.floor(rng.normal(0, spread, (count, 3)) / CONFIG.voxel_size_m)
    xyz = ((voxels + 0.5) * CONFIG.voxel_size_m).astype(np.float32)
    return PointCloud(xyz, rng.integers(0, 256, (count, 3), dtype=np.uint8), "camera", 1)


def moved(x):
    pose = HERE.copy()
    pose[0, 3] = x
    return pose


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), spread=st.sampled_from([0.3, 2.0, 50.0]))
def test_voxels_that_stay_are_found_after_others_went(seed, spread):
    rng = np.random.default_rng(seed)
    scene_map = SceneMap(replace(CONFIG, max_voxels=1500))
    for step in range(6):
        scene_map.insert(scattered(rng, 1000, spread), moved(float(round(spread * step))), "odom")
        kept = scene_map.snapshot()[0]
        again = scene_map.insert(replace(kept, frame="camera"), HERE, "odom")
        assert (again.new, again.updated) == (0, len(kept)) and len(scene_map) == len(kept)


def test_a_robot_that_drives_on_and_on_keeps_to_its_memory():
    rng = np.random.default_rng(0)
    scene_map = SceneMap(replace(CONFIG, max_voxels=5000))
    memory = []
    for step in range(60):
        scene_map.insert(scattered(rng, 2000, 1.0), moved(0.5 * step), "odom")
        memory.append(scene_map.memory_bytes)
    assert max(memory[20:]) <= 1.1 * max(memory[:20])
