"""Objects of many masks at once are those of each mask alone."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.config import InstanceConfig
from detailbase_core.errors import BadCloudError
from detailbase_core.ops import execution, native
from detailbase_core.postprocess.instances import separate_instances, separate_masks
from detailbase_core.postprocess.object_selection import SelectedObjects
from detailbase_core.postprocess.vote_clustering import CenterVotes
from detailbase_core.types import PointCloud, Scene

CONFIG = InstanceConfig(min_points=4)


def scene(seed: int, count: int = 600, superpoints: int = 24) -> tuple[Scene, CenterVotes]:
    draw = np.random.default_rng(seed)
    owner = draw.permutation(np.arange(count) % superpoints)
    middles = draw.uniform(0, 4, (superpoints, 3))
    xyz = (middles[owner] + draw.normal(0, 0.1, (count, 3))).astype(np.float32)
    votes = (middles + draw.normal(0, 0.1, middles.shape)).astype(np.float32)
    reach = np.full(superpoints, 0.5, np.float32)
    cloud = PointCloud(xyz, np.zeros((count, 3), np.uint8), "map")
    return Scene(cloud, owner), CenterVotes(owner, votes, reach, draw.random(superpoints) < 0.6)


def masks_of(seed: int, superpoints: int = 24) -> list[SelectedObjects]:
    """Of some superpoints, of none, and of all; now and then known to be one object."""
    draw = np.random.default_rng(seed)
    shares = [0.0, 1.0, 0.05, 0.1, 0.3, 0.6]
    return [SelectedObjects(draw.random(superpoints) < p, draw.random() < 0.3) for p in shares]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("seed", range(6))
def test_objects_are_those_of_each_mask_alone(seed, threads):
    of, centers = scene(seed)
    masks = masks_of(seed)
    with execution.threads(threads):
        found = separate_masks(of, masks, CONFIG, centers)
    for one, have in zip(masks, found, strict=True):
        points = of.points_of(one.mask)
        want = separate_instances(of.cloud.xyz, points, 0.0, CONFIG, 0, centers, one.whole)
        assert len(have) == len(want)
        for ours, theirs in zip(have, want, strict=True):
            assert np.array_equal(ours.point_indices, theirs.point_indices)
            assert (ours.box, ours.centroid) == (theirs.box, theirs.centroid)


def test_no_masks_have_no_objects():
    of, centers = scene(0)
    assert separate_masks(of, [], CONFIG, centers) == []


def test_structure_that_is_too_wide_is_named():
    of, centers = scene(0)
    of.cloud.xyz[0] = 1e9
    walls = CenterVotes(
        *(getattr(centers, n) for n in ("point_to_superpoint", "centers", "reach")),
        np.zeros(24, bool),
    )
    with pytest.raises(BadCloudError, match="connect_distance_m"):
        separate_masks(of, [SelectedObjects(np.ones(24, bool), False)], CONFIG, walls)


def test_superpoints_of_another_scene_are_refused():
    of, centers = scene(0)
    order, begins = of.by_superpoint
    limits = {"connect_distance": 0.1, "least": 1, "smallest_piece": 0.1, "smallest_part": 0.1}
    votes = centers.centers, centers.reach, centers.movable
    mask = np.ones((1, 24), bool)
    for broken in (order + 1, order - 1, np.roll(order, 1)):
        with pytest.raises(ValueError, match="order, owner"):
            native.C.mask_objects(
                mask,
                [True],
                of.cloud.xyz,
                broken,
                begins,
                of.point_to_superpoint,
                *votes,
                **limits,
                merge_reach=0.6,
                threads=1,
            )
