"""Superpoints: small groups of points that belong to one surface of one object.

Meshes and point graphs are cut exactly as ScanNet's segmentator does it; raw clouds, which a
robot has, by the same merging over voxel adjacency. The work is done in csrc/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadCloudError
from detailbase_core.ops import native
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.config import SuperpointConfig


def segment_mesh(
    vertices: NDArray[np.float32],
    faces: NDArray[np.int32],
    k_threshold: float = 0.01,
    min_vertices: int = 20,
) -> NDArray[np.int64]:
    """Cut a mesh into superpoints, as ScanNet's segmentator does.

    Normals are the running mean of unit face normals; an edge weighs 1 - cos of the angle
    between its ends' normals, squared where the surface is convex; edges merge as in
    Felzenszwalb and Huttenlocher, "Efficient Graph-Based Image Segmentation" (IJCV 2004).

    Args:
        vertices: (V, 3) float32, any unit and frame.
        faces: (F, 3) int32, indices into `vertices`.
        k_threshold: the merging threshold k (ScanNet: 0.01).
        min_vertices: smaller superpoints join a neighbour (ScanNet: 20).

    Returns:
        (V,) int64 dense ids; a vertex without faces is a superpoint of its own.

    Raises:
        ValueError: a shape is wrong, a vertex is not finite, or a face's index is out of range.
    """
    vertices = _triples("vertices", vertices)
    faces = _indices("faces", faces, 3, len(vertices))
    labels: NDArray[np.int64] = native.C.segment_mesh(
        vertices, faces, k_threshold=k_threshold, min_vertices=min_vertices
    )
    return labels


def segment_graph(
    points: NDArray[np.float32],
    normals: NDArray[np.float32],
    edges: NDArray[np.int32],
    k_threshold: float = 0.01,
    min_size: int = 20,
) -> NDArray[np.int64]:
    """Cut a graph of points with normals into superpoints, as ScanNet's segmentator does.

    Args:
        points, normals: (N, 3) float32.
        edges: (E, 2) int32, indices into `points`; the direction matters for convexity.
        k_threshold, min_size: as in `segment_mesh`.

    Returns:
        (N,) int64 dense ids.

    Raises:
        ValueError: a shape is wrong, a number is not finite, or an edge is out of range.
    """
    points = _triples("points", points)
    normals = _triples("normals", normals)
    if len(points) != len(normals):
        raise ValueError(f"{len(points)} points but {len(normals)} normals; one each is needed")
    edges = _indices("edges", edges, 2, len(points))
    labels: NDArray[np.int64] = native.C.segment_graph(
        points, normals, edges, k_threshold=k_threshold, min_size=min_size
    )
    return labels


def finite_cloud(cloud: PointCloud) -> PointCloud:
    """A cloud without the points that hold NaN or infinity.

    Raises:
        BadCloudError: no point is left.
    """
    if len(cloud) and np.isfinite(cloud.xyz).all():  # as a rule; rows take far longer to look at
        return cloud
    good = np.isfinite(cloud.xyz).all(axis=1)
    if not good.any():
        raise BadCloudError(
            f"none of the cloud's {len(cloud)} points has finite coordinates: nothing to look at"
        )
    return PointCloud(cloud.xyz[good], cloud.rgb[good], cloud.frame, cloud.stamp_ns)


def segment_cloud(cloud: PointCloud, config: SuperpointConfig) -> NDArray[np.int64]:
    """Cut a raw cloud into superpoints that stay on one surface and never cross a block.

    Points are binned to voxels. Voxels that touch (26 neighbours; 124 where fewer than four of
    those are occupied) are joined by edges that weigh 1 - |cos| of the angle between their
    surface normals, plus their distance from each other's plane, plus their colour difference.
    Edges merge as in `segment_mesh`, each block on its own, so that a change in one block
    leaves blocks beyond its neighbours untouched.

    Args:
        cloud: finite points, any frame; at most some 20 km from the origin at 2 cm voxels.
        config: sizes and weights.

    Returns:
        (N,) int64 dense ids, numbered by first appearance; every point has one. The same
        cloud gives the same ids on every run.

    Raises:
        BadCloudError: a point is NaN or infinite, or too far from the origin.
    """
    check_voxel_range(cloud.xyz, config.voxel_size_m)
    labels: NDArray[np.int64] = native.C.segment_cloud(
        cloud.xyz,
        cloud.rgb,
        voxel_size=config.voxel_size_m,
        threshold=config.threshold,
        color_weight=config.color_weight,
        step_weight=config.step_weight,
        min_points=config.min_points,
        block_voxels=config.block_voxels,
    )
    return labels


def check_voxel_range(xyz: NDArray[Any], voxel_size_m: float) -> None:
    """Raise BadCloudError unless (N, 3) `xyz` is finite and its voxels can be numbered."""
    if not np.isfinite(xyz).all():
        bad = int((~np.isfinite(xyz).all(axis=1)).sum())
        raise BadCloudError(
            f"{bad} of {len(xyz)} points are NaN or infinite; drop them before this step"
        )
    limit = (native.C.VOXEL_LIMIT - 2) * voxel_size_m
    farthest = float(np.abs(xyz).max(initial=0.0))
    if farthest > limit:
        raise BadCloudError(
            f"a coordinate of {farthest:.6g} m is beyond the {limit:.6g} m that voxels of "
            f"{voxel_size_m:g} m can number; subtract an offset or use a local frame "
            "(odom rather than UTM, metres rather than millimetres)"
        )


def _triples(name: str, array: NDArray[Any]) -> NDArray[np.float32]:
    array = np.asarray(array, dtype=np.float32)
    if array.ndim != 2 or array.shape[1] != 3:
        raise ValueError(f"{name}: expected (N, 3), got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: NaN or infinite values; drop those rows first")
    return array


def _indices(name: str, array: NDArray[Any], width: int, count: int) -> NDArray[np.int32]:
    array = np.asarray(array)
    if array.size == 0:
        return np.zeros((0, width), np.int32)
    if array.ndim != 2 or array.shape[1] != width or array.dtype.kind not in "iu":
        raise ValueError(f"{name}: expected integers (n, {width}), got {array.dtype} {array.shape}")
    if array.min() < 0 or array.max() >= count:
        raise ValueError(
            f"{name}: index {int(array.min() if array.min() < 0 else array.max())} is out of "
            f"range for {count} points"
        )
    return array.astype(np.int32)
