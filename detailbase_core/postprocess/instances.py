"""Instances of a phrase: its mask split into objects with boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import BadCloudError
from detailbase_core.ops import native
from detailbase_core.types import Box, Instance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import InstanceConfig
    from detailbase_core.network.parted_scene import PartedRows
    from detailbase_core.postprocess.vote_clustering import CenterVotes

# One noun's objects are of like size; smaller pieces belong to something else.
MIN_PIECE_FRACTION = 0.1


def separate_instances(
    xyz: NDArray[np.float32] | PartedRows,
    indices: NDArray[np.int64],
    score: float,
    config: InstanceConfig,
    first_id: int,
    centers: CenterVotes | None = None,
    whole: bool = False,
) -> tuple[Instance, ...]:
    """Split a mask into objects.

    With voted centres, what votes for one place is one object, touching others or not; without,
    or for structure, parts closer than config.connect_distance_m are one. So "the chairs" gives
    each chair its own box. Pieces under config.min_points, or under MIN_PIECE_FRACTION of the
    largest, are dropped; where all pieces are that small, the largest stays.

    Args:
        xyz: (N, 3) float32, metres, the scene's points, which may be kept in parts.
        indices: (M,) int64 of the mask's points, ascending.
        score: the mask's score, given to each of its instances.
        config: distances and sizes.
        first_id: id of the first instance; the others count on.
        centers: of the scene's superpoints, where the network votes for them.
        whole: whether the mask is known to be one object, so that nothing is split or dropped.

    Returns:
        Instances by descending number of points (equal ones by first point); empty for an
        empty mask.

    Raises:
        ValueError: the indices' shape or type does not fit.
        BadCloudError: the masked points hold NaN, or spread too far to be compared.
    """
    if indices.ndim != 1 or indices.dtype != np.int64:
        raise ValueError(f"indices: expected int64 (M,), got {indices.dtype} {indices.shape}")
    if indices.size == 0:
        return ()
    points = xyz[indices]
    if whole:
        rows, begins = np.arange(len(indices)), np.array([0, len(indices)])
    else:
        labels = None if centers is None else centers.cluster_points(indices)
        if labels is None:
            labels = _connected(points, config.connect_distance_m)
        rows, begins = native.C.largest_groups(labels, config.min_points, MIN_PIECE_FRACTION)
    return _instances(points, indices, rows, begins, score, first_id)


def _connected(points: NDArray[np.float32], distance_m: float) -> NDArray[np.int64]:
    """(M,) label of the connected part that each point belongs to."""
    reach = float(np.abs(points - points[0]).max())
    limit = native.C.VOXEL_LIMIT * distance_m / 2
    if not reach < limit:  # NaN lands here too
        raise BadCloudError(
            f"masked points spread over {reach:.6g} m (NaN where they are not finite); "
            f"with connect_distance_m {distance_m:g} at most {limit:.6g} m are "
            "possible; raise it or drop far points"
        )
    labels: NDArray[np.int64] = native.C.connected_components(points, distance_m)
    return labels


def _instances(
    points: NDArray[np.float32],
    indices: NDArray[np.int64],
    rows: NDArray[np.int64],
    begins: NDArray[np.int64],
    score: float,
    first_id: int,
) -> tuple[Instance, ...]:
    """Instances of the rows rows[begins[i]:begins[i + 1]] of a mask's points and their indices."""
    centroids, boxes = native.C.upright_boxes(points, rows, begins)
    found = zip(
        begins[:-1].tolist(), begins[1:].tolist(), centroids.tolist(), boxes.tolist(), strict=True
    )
    return tuple(
        Instance(first_id + i, indices[rows[begin:end]], _box(box), (x, y, z), score)
        for i, (begin, end, (x, y, z), box) in enumerate(found)
    )


def fit_box(xyz: NDArray[np.float32]) -> Box:
    """The upright box of least ground area around some points.

    A rectangle of least area has a side along an edge of the convex hull (Freeman and Shapira,
    "Determining the Minimum-Area Encasing Rectangle for an Arbitrary Closed Curve", CACM 1975),
    so all hull edges are tried.

    Args:
        xyz: (N, 3), N >= 1, metres. Points on a line, or one point, give sides of zero.

    Raises:
        ValueError: no points.
    """
    if len(xyz) == 0:
        raise ValueError("fit_box: no points")
    _, boxes = native.C.upright_boxes(xyz, np.arange(len(xyz)), [0, len(xyz)])
    return _box(boxes[0].tolist())


def _box(numbers: Sequence[float]) -> Box:
    """A row of native.C.upright_boxes."""
    x, y, z, length, width, height, yaw = numbers
    return Box((x, y, z), (length, width, height), yaw)
