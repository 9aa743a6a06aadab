"""Instances of a phrase: its mask split into objects with boxes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from detailbase_core.errors import BadCloudError
from detailbase_core.network.parted_scene import PartedScene, xyz_rows
from detailbase_core.ops import native
from detailbase_core.postprocess.vote_clustering import (
    MAX_MERGE_DISTANCE_M,
    MIN_CLUSTER_FRACTION,
)
from detailbase_core.types import Box, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import InstanceConfig
    from detailbase_core.network.parted_scene import PartedRows
    from detailbase_core.postprocess.object_selection import SelectedObjects
    from detailbase_core.postprocess.vote_clustering import CenterVotes
    from detailbase_core.types import Scene

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


class ObjectPart(NamedTuple):
    """Points, box and centroid of an object, as in Instance."""

    point_indices: NDArray[np.int64]
    box: Box
    centroid: tuple[float, float, float]


def separate_masks(
    scene: Scene,
    masks: Sequence[SelectedObjects],
    config: InstanceConfig,
    centers: CenterVotes | None,
) -> list[tuple[ObjectPart, ...]]:
    """The objects of several masks over a scene's superpoints, by separate_instances.

    Of a room all masks are separated at once, on as many threads as torch uses.
    """
    # Of a large scene sorting all of its points would take seconds.
    if isinstance(scene, PartedScene) or centers is None:
        return [_parts_of(scene, one, config, centers) for one in masks]
    try:
        found = native.C.mask_objects(
            np.array([one.mask for one in masks]).reshape(len(masks), len(centers.reach)),
            [one.whole for one in masks],
            scene.cloud.xyz,
            *scene.by_superpoint,
            scene.point_to_superpoint,
            centers.centers,
            centers.reach,
            centers.movable,
            connect_distance=config.connect_distance_m,
            least=config.min_points,
            smallest_piece=MIN_PIECE_FRACTION,
            smallest_part=MIN_CLUSTER_FRACTION,
            merge_reach=MAX_MERGE_DISTANCE_M,
            threads=torch.get_num_threads(),
        )
    except ValueError:  # one of them is too wide: it says so itself
        return [_parts_of(scene, one, config, centers) for one in masks]
    return [tuple(_cut(*objects)) for objects in found]


def _parts_of(
    scene: Scene, one: SelectedObjects, config: InstanceConfig, centers: CenterVotes | None
) -> tuple[ObjectPart, ...]:
    points, xyz = scene.points_of(one.mask), xyz_rows(scene)
    found = separate_instances(xyz, points, 0.0, config, 0, centers, one.whole)
    return tuple(ObjectPart(o.point_indices, o.box, o.centroid) for o in found)


def _cut(
    points: NDArray[np.int64],
    begins: NDArray[np.int64],
    centroids: NDArray[np.float64],
    boxes: NDArray[np.float64],
) -> Iterator[ObjectPart]:
    """The objects of the points points[begins[i]:begins[i + 1]]."""
    for (begin, end), (x, y, z), box in zip(
        itertools.pairwise(begins.tolist()), centroids.tolist(), boxes.tolist(), strict=True
    ):
        yield ObjectPart(points[begin:end], _box(box), (x, y, z))


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
    parts = _cut(indices[rows], begins, centroids, boxes)
    return tuple(Instance(first_id + i, *part, score) for i, part in enumerate(parts))


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
