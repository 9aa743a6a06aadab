"""Objects of an answer found again in a newer version of the map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from detailbase_core.types import PointCloud, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.types import Instance

NEAR_M = 0.05  # a voxel's mean moves by less than this with each scan
_LEAST_SHARE = 0.5  # of an object's points; of one that lost more too little is left


def carried(instance: Instance, old: Scene, new: Scene) -> Instance | None:
    """The same object by points of another version of the map; None where most of it is gone.

    Its box and score stay as they were.
    """
    if new is old:
        return instance
    own = old.cloud.xyz[instance.point_indices]
    low, high = own.min(axis=0) - NEAR_M, own.max(axis=0) + NEAR_M
    xyz = new.cloud.xyz
    around = np.flatnonzero(((xyz >= low) & (xyz <= high)).all(axis=1))
    if not len(around):
        return None
    away, nearest = cKDTree(xyz[around]).query(own, distance_upper_bound=NEAR_M)
    there = np.isfinite(away)
    if there.mean() < _LEAST_SHARE:
        return None
    return replace(instance, point_indices=np.unique(around[nearest[there]]))


def objects_alone(
    scene: Scene, *groups: Sequence[Instance]
) -> tuple[Scene, list[tuple[Instance, ...]]]:
    """Groups of objects in a scene of nothing but their points, so that it can be kept long."""
    indices = [one.point_indices for group in groups for one in group]
    points = np.unique(np.concatenate(indices)) if indices else np.empty(0, np.int64)
    cloud = scene.cloud
    own = PointCloud(cloud.xyz[points], cloud.rgb[points], cloud.frame, cloud.stamp_ns)
    small = Scene(own, np.zeros(len(points), np.int64), scene.version)
    return small, [
        tuple(
            replace(one, point_indices=points.searchsorted(one.point_indices).astype(np.int64))
            for one in group
        )
        for group in groups
    ]
