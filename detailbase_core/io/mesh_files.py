"""Meshes (OBJ, glTF, STL, OFF) -> points on their faces; trimesh reads the files."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.colors import Colors, colors_from_columns
from detailbase_core.io.mesh_sampling import face_areas, mixed, point_spacing, sample_faces
from detailbase_core.types import GREY

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MESH_KINDS = {
    "an OBJ mesh": "obj",
    "a glTF mesh": "glb",
    "a glTF mesh (JSON)": "gltf",
    "an STL mesh": "stl",
    "an OFF mesh": "off",
}


def read_mesh(path: Path, kind: str) -> tuple[NDArray[Any], Colors, int]:
    """Points about a centimetre apart on the faces of a mesh, in its own axes and unit.

    Args:
        path: the file; materials and textures lie beside it.
        kind: of MESH_KINDS.

    Returns:
        xyz (N, 3) float64; the colours: of the texture, the vertices, the faces or the material,
        in this order; the number of faces.

    Raises:
        BadFileError: trimesh is not installed or cannot read the file, or there is no face and no
            point in it.
    """
    try:
        trimesh: Any = importlib.import_module("trimesh")
    except ImportError as error:
        raise BadFileError(
            f"{path}: looks like {kind}, which needs trimesh: pip install 'detailbase_ros[files]'; "
            "without it point clouds are read from PLY, PCD or NPZ"
        ) from error
    try:
        scene = trimesh.load_scene(str(path), file_type=MESH_KINDS[kind], process=False)
        parts = [part for part in scene.dump() if len(getattr(part, "vertices", ()))]
        return _sampled(parts)
    except Exception as error:  # it promises no type
        raise BadFileError(
            f"{path}: looks like {kind}, but cannot be read ({type(error).__name__}: {error}); "
            "point clouds are read from PLY, PCD or NPZ"
        ) from error


def _sampled(parts: list[Any]) -> tuple[NDArray[Any], Colors, int]:
    if not parts:
        raise ValueError("it holds no points and no faces")
    if any(np.shape(part.vertices)[1:] != (3,) for part in parts):
        raise ValueError("a vertex has other than three coordinates")
    corners = np.concatenate([np.asarray(part.vertices) for part in parts])
    if not np.isfinite(corners).all():
        raise ValueError("its vertices are not finite")
    areas = [face_areas(np.asarray(p.vertices), _faces(p)) for p in parts]
    extent = float(np.ptp(corners, axis=0).max())
    spacing = point_spacing(extent, sum(float(a.sum()) for a in areas))
    xyz, rgb, is_colored = [], [], False
    for part, area in zip(parts, areas, strict=True):
        points, colors = _part_points(part, area, spacing)
        is_colored |= colors is not None
        xyz.append(points)
        rgb.append(np.full((len(points), 3), GREY, np.uint8) if colors is None else colors)
    if not is_colored:
        grey = colors_from_columns({"x": np.concatenate(xyz)[:, 0]})
        return np.concatenate(xyz), grey, sum(map(len, areas))
    note = "colours of its textures, vertices or materials"
    return np.concatenate(xyz), Colors(np.concatenate(rgb), note), sum(map(len, areas))


def _faces(part: Any) -> NDArray[np.int64]:
    return np.asarray(getattr(part, "faces", ()), np.int64).reshape(-1, 3)


def _part_points(
    part: Any, areas: NDArray[np.float64], spacing: float
) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
    """Points and colours of one mesh or cloud of a scene."""
    faces = _faces(part)
    if not len(faces):
        colors = np.asarray(getattr(part, "colors", ()))
        has_colors = colors.ndim == 2 and len(colors) == len(part.vertices)
        return np.asarray(part.vertices), colors[:, :3].astype(np.uint8) if has_colors else None
    points = sample_faces(np.asarray(part.vertices), faces, areas, spacing)
    return points.xyz, _colors_at(part, points.face, points.weights)


def _colors_at(
    part: Any, faces: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.uint8] | None:
    """Colours at points of faces; None where the mesh has none."""
    visual = part.visual
    corners = np.asarray(part.faces)[faces]
    if visual.kind == "texture":
        return _texture_colors(visual, corners, weights)
    if visual.kind == "vertex":
        colors = mixed(np.asarray(visual.vertex_colors)[:, :3], corners, weights)
        return np.clip(np.rint(colors), 0, 255).astype(np.uint8)
    if visual.kind == "face":
        return np.asarray(visual.face_colors)[faces, :3].astype(np.uint8)
    return None


def _texture_colors(
    visual: Any, corners: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.uint8] | None:
    material = visual.material
    image = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    plain = np.asarray(material.main_color)[:3].astype(np.uint8)
    if image is None or visual.uv is None:
        return np.repeat(plain[None], len(corners), axis=0)
    pixels = np.asarray(image.convert("RGB"))
    height, width = pixels.shape[:2]
    uv = mixed(np.asarray(visual.uv), corners, weights) % 1.0
    columns = np.clip((uv[:, 0] * width).astype(np.int64), 0, width - 1)
    rows = np.clip(((1.0 - uv[:, 1]) * height).astype(np.int64), 0, height - 1)
    return np.asarray(pixels[rows, columns], np.uint8)
