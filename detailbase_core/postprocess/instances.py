"""Instances of a phrase: its mask split into objects with boxes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadCloudError
from detailbase_core.ops import native
from detailbase_core.types import Box, Instance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.config import InstanceConfig
    from detailbase_core.postprocess.vote_clustering import CenterVotes

# One noun's objects are of like size; smaller pieces belong to something else.
MIN_PIECE_FRACTION = 0.1


def separate_instances(
    xyz: NDArray[np.float32],
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
        xyz: (N, 3) float32, metres, the scene's points.
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
        return (_instance(first_id, indices, points, score),)
    labels = None if centers is None else centers.cluster_points(indices)
    if labels is None:
        labels = _connected(points, config.connect_distance_m)
    pieces = _pieces(labels, config.min_points)
    return tuple(
        _instance(first_id + i, indices[piece], points[piece], score)
        for i, piece in enumerate(pieces)
    )


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


def _pieces(labels: NDArray[np.int64], min_points: int) -> list[NDArray[np.int64]]:
    """Rows of each label worth keeping, the largest piece first."""
    sizes = np.bincount(labels)
    by_size = np.argsort(-sizes, kind="stable")
    smallest = max(min_points, 1, MIN_PIECE_FRACTION * sizes[by_size[0]])
    chosen = [label for label in by_size if sizes[label] >= smallest] or by_size[:1]
    order = np.argsort(labels, kind="stable")
    begins = np.concatenate([[0], np.cumsum(sizes)])
    return [order[begins[label] : begins[label + 1]] for label in chosen]


def _instance(
    identity: int, indices: NDArray[np.int64], points: NDArray[np.float32], score: float
) -> Instance:
    axes = _axes_of(points)
    x, y, z = axes.mean(axis=1).tolist()
    return Instance(identity, indices, _box_around(axes), (x, y, z), score)


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
    return _box_around(_axes_of(xyz))


def _box_around(axes: NDArray[np.float64]) -> Box:
    """See fit_box; axes: (3, N)."""
    ground, height = axes[:2], axes[2]
    bottom, top = height.min(), height.max()
    origin = ground.mean(axis=1)
    outline, angles = _outline(*(ground - origin[:, None]))
    along, across = _axes(angles)
    spans = [(outline @ axis.T) for axis in (along, across)]  # (outline points, angles) each
    low, high = (np.stack([f(s, axis=0) for s in spans]) for f in (np.min, np.max))
    best = int(np.argmin((high - low).prod(axis=0)))
    center = (low + high)[:, best] / 2
    size = (high - low)[:, best]
    x, y = origin + center[0] * along[best] + center[1] * across[best]
    yaw = float(angles[best])
    if size[0] < size[1]:
        size, yaw = size[::-1], yaw + math.pi / 2
    yaw = (yaw + math.pi / 2) % math.pi - math.pi / 2
    if yaw >= math.pi / 2:  # the modulo of a tiny negative number rounds up to pi
        yaw = -math.pi / 2
    return Box(
        (float(x), float(y), float((bottom + top) / 2)),
        (float(size[0]), float(size[1]), float(top - bottom)),
        yaw,
    )


def _axes(angles: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Unit vectors (A, 2) at the angles, and at right angles to them."""
    c, s = np.cos(angles), np.sin(angles)
    return np.stack([c, s], 1), np.stack([-s, c], 1)


def _outline(x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Hull corners (H, 2) of centred points, and the directions worth trying (radians)."""
    corners = native.C.convex_hull(x, y)
    if len(corners) < 3:  # one point, or all on one line
        farthest = corners[np.argmax((corners**2).sum(axis=1))]
        return corners, np.array([math.atan2(farthest[1], farthest[0])])
    edges = np.roll(corners, -1, axis=0) - corners
    return corners, np.arctan2(edges[:, 1], edges[:, 0])


def _axes_of(points: NDArray[Any]) -> NDArray[np.float64]:
    """(3, N) of (N, 3): NumPy is ten times as fast along memory."""
    return np.ascontiguousarray(points.T, np.float64)
