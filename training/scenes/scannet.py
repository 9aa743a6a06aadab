"""One scene of ScanNet v2 as its own files have it (Dai et al., CVPR 2017).

SCENE_vh_clean_2.ply                  the mesh: vertices are the points
SCENE_vh_clean_2.0.010000.segs.json   segment of each vertex
SCENE.aggregation.json                objects as lists of segments, with their names
SCENE_vh_clean_2.labels.ply           NYU40 class of each vertex; may be missing
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import trimesh

from detailbase_core.errors import BadFileError
from detailbase_core.mapping.superpoints import segment_mesh
from training.scenes.descriptions import object_id, read_json

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MESH = "_vh_clean_2.ply"
SEGMENTS = "_vh_clean_2.0.010000.segs.json"
AGGREGATION = ".aggregation.json"
LABELS = "_vh_clean_2.labels.ply"
NEEDED = (MESH, SEGMENTS, AGGREGATION)


@dataclass(frozen=True)
class ScanNetScene:
    """A scene's points, objects and superpoints.

    Attributes:
        xyz: (N, 3) float32, metres, z up, as scanned.
        rgb: (N, 3) uint8.
        instance: (N,) int32 object id, -1 for none.
        superpoint: (N,) int64, dense.
        categories: name of each object by id.
        nyu40: (N,) uint8 class of each point, 0 = none; None where the labels are missing.
    """

    xyz: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    instance: NDArray[np.int32]
    superpoint: NDArray[np.int64]
    categories: dict[int, str]
    nyu40: NDArray[np.uint8] | None


def read_scannet_scene(folder: Path) -> ScanNetScene:
    """Read and cut one scene.

    Args:
        folder: scans/SCENE, named after the scene.

    Raises:
        BadFileError: files are missing (all are named), broken, or do not fit each other.
    """
    stem = folder / folder.name
    paths = {end: stem.with_name(folder.name + end) for end in (*NEEDED, LABELS)}
    missing = [paths[end].name for end in NEEDED if not paths[end].exists()]
    if missing:
        raise BadFileError(f"{folder}: without {', '.join(missing)}")
    mesh = _read_mesh(paths[MESH])
    xyz = np.asarray(mesh.vertices, np.float32)
    segments = _read_segments(paths[SEGMENTS], len(xyz))
    instance, categories = _read_objects(paths[AGGREGATION], segments)
    return ScanNetScene(
        xyz,
        np.asarray(mesh.visual.vertex_colors)[:, :3].astype(np.uint8),
        instance,
        segment_mesh(xyz, np.asarray(mesh.faces, np.int32)),
        categories,
        _read_labels(paths[LABELS], len(xyz)) if paths[LABELS].exists() else None,
    )


def _read_mesh(path: Path) -> Any:
    """A triangle mesh with all vertices of the file, in their order."""
    try:
        mesh = trimesh.load(path, process=False)
    except Exception as error:  # trimesh promises no type
        raise BadFileError(f"{path}: no PLY mesh can be read: {error}") from error
    if not isinstance(mesh, trimesh.Trimesh) or not len(mesh.faces):
        raise BadFileError(f"{path}: holds no triangles; ScanNet's meshes do")
    if getattr(mesh.visual, "kind", None) != "vertex":
        raise BadFileError(f"{path}: its vertices have no colours")
    return mesh


def _read_segments(path: Path, vertices: int) -> NDArray[np.int64]:
    """(N,) segment of each vertex."""
    try:
        segments = np.array(_read_json(path)["segIndices"], dtype=np.int64)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadFileError(f"{path}: no list of whole numbers `segIndices`: {error!r}") from error
    if segments.shape != (vertices,):
        raise BadFileError(
            f"{path}: {segments.size} segment indices for {vertices} vertices; the files belong "
            "to different meshes"
        )
    return segments


def _read_objects(
    path: Path, segments: NDArray[np.int64]
) -> tuple[NDArray[np.int32], dict[int, str]]:
    """(N,) object id of each vertex, and the objects' names.

    A segment that two objects claim stays with the first: one scene lists its objects twice.
    """
    instance = np.full(len(segments), -1, np.int32)
    categories: dict[int, str] = {}
    try:
        for group in _read_json(path)["segGroups"]:
            number = object_id(group.get("objectId", group.get("id")))  # as ScanNet's own reader
            categories[number] = str(group["label"])
            mine = np.isin(segments, np.array(group["segments"], dtype=np.int64))
            instance[mine & (instance < 0)] = number
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadFileError(f"{path}: no objects can be read: {error!r}") from error
    return instance, categories


def _read_labels(path: Path, vertices: int) -> NDArray[np.uint8]:
    """(N,) NYU40 class of each vertex."""
    raw = _read_mesh(path).metadata.get("_ply_raw", {})
    try:
        labels = np.asarray(raw["vertex"]["data"]["label"])
    except (KeyError, IndexError, ValueError) as error:
        raise BadFileError(f"{path}: its vertices have no `label`") from error
    if labels.shape != (vertices,):
        raise BadFileError(f"{path}: {labels.size} labels for {vertices} vertices")
    return labels.astype(np.uint8)


def _read_json(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError, RecursionError) as error:
        raise BadFileError(f"{path}: no JSON can be read: {error}") from error
