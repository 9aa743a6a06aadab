"""Object of each point of a map, from labelled scans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.camera import Scan


def voxel_labels(
    xyz: NDArray[np.float32], scans: Sequence[Scan], voxel_size_m: float
) -> NDArray[np.int32]:
    """Object id per map point: what most scan points in its voxel belong to.

    Args:
        xyz: (N, 3) map points, one per voxel, map frame.
        scans: labelled scans.
        voxel_size_m: the map's voxel edge, metres.

    Returns:
        (N,) int32; a voxel that no scan point fell into takes its nearest scan point's label.
    """
    points, labels = _labelled(scans)
    size = int(labels.max()) + 1
    keys = _voxel_keys(points, voxel_size_m)
    pairs, votes = np.unique(keys * size + labels, return_counts=True)
    pair_keys = pairs // size
    order = np.lexsort((votes, pair_keys))  # the winner comes last in each voxel
    last = np.append(pair_keys[order][1:] != pair_keys[order][:-1], True)
    voxels, winners = pair_keys[order][last], (pairs % size)[order][last]
    wanted = _voxel_keys(xyz.astype(np.float64), voxel_size_m)
    place = np.searchsorted(voxels, wanted).clip(max=len(voxels) - 1)
    found = voxels[place] == wanted
    result: NDArray[np.int32] = winners[place].astype(np.int32)
    if not found.all():
        _, nearest = cKDTree(points).query(xyz[~found])
        result[~found] = labels[nearest]
    return result


def _labelled(scans: Sequence[Scan]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """All labelled scan points in the map frame, and their labels."""
    points, labels = [], []
    for scan in scans:
        good = scan.labels >= 0
        rotation, shift = scan.sensor_to_map[:3, :3], scan.sensor_to_map[:3, 3]
        points.append(scan.cloud.xyz[good].astype(np.float64) @ rotation.T + shift)
        labels.append(scan.labels[good])
    return np.concatenate(points), np.concatenate(labels)


def _voxel_keys(points: NDArray[np.float64], voxel_size_m: float) -> NDArray[np.int64]:
    """(N,) one integer per voxel; unique within 20 km of the origin at 2 cm."""
    cell = np.floor(points / voxel_size_m).astype(np.int64) + (1 << 17)
    return np.asarray(cell[:, 0] << 36 | cell[:, 1] << 18 | cell[:, 2], np.int64)
