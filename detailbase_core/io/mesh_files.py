"""Meshes (OBJ, glTF, STL, OFF) -> points on their faces, by trimesh.

Vertices alone would show a wall as its four corners.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.colors import Colors, colors_from_columns
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
SPACING = 0.01  # between points, in metres
MAX_POINTS = 5_000_000
_LARGEST_ROOM = 100.0  # what is wider is not in metres: a room of 6 m then, whatever the unit
_USUAL_ROOM_STEPS = 600.0
_SEED = 0


def read_mesh(path: Path, kind: str) -> tuple[NDArray[Any], Colors]:
    """Points about a centimetre apart on the faces of a mesh, in its own axes and unit.

    Args:
        path: the file; materials and textures lie beside it.
        kind: of MESH_KINDS.

    Returns:
        xyz (N, 3) float64 and the colours: of the texture, the vertices, the faces or the
        material, in this order.

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
        return _sampled(trimesh, parts)
    except Exception as error:  # it promises no type
        raise BadFileError(
            f"{path}: looks like {kind}, but cannot be read ({type(error).__name__}: {error}); "
            "point clouds are read from PLY, PCD or NPZ"
        ) from error


def _sampled(trimesh: Any, parts: list[Any]) -> tuple[NDArray[Any], Colors]:
    if not parts:
        raise ValueError("it holds no points and no faces")
    corners = np.concatenate([np.asarray(part.vertices) for part in parts])
    if not np.isfinite(corners).all():
        raise ValueError("its vertices are not finite")
    extent = float(np.ptp(corners, axis=0).max())
    spacing = SPACING if extent <= _LARGEST_ROOM else extent / _USUAL_ROOM_STEPS
    area = sum(float(part.area) for part in parts if hasattr(part, "faces"))
    spacing = max(spacing, (area / MAX_POINTS) ** 0.5)
    xyz, rgb, is_colored = [], [], False
    for part in parts:
        points, colors = _part_points(trimesh, part, spacing)
        is_colored |= colors is not None
        xyz.append(points)
        rgb.append(np.full((len(points), 3), GREY, np.uint8) if colors is None else colors)
    if not is_colored:
        return np.concatenate(xyz), colors_from_columns({"x": np.concatenate(xyz)[:, 0]})
    note = "colours of its textures, vertices or materials"
    return np.concatenate(xyz), Colors(np.concatenate(rgb), note)


def _part_points(
    trimesh: Any, part: Any, spacing: float
) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
    """Points and colours of one mesh or cloud of a scene."""
    if not len(getattr(part, "faces", ())):
        colors = np.asarray(getattr(part, "colors", ()))
        has_colors = colors.ndim == 2 and len(colors) == len(part.vertices)
        return np.asarray(part.vertices), colors[:, :3].astype(np.uint8) if has_colors else None
    count = max(int(part.area / spacing**2), 1)
    points, faces = trimesh.sample.sample_surface(part, count, seed=_SEED)
    weights = trimesh.triangles.points_to_barycentric(part.triangles[faces], points)
    return np.asarray(points), _colors_at(part, np.asarray(faces), np.asarray(weights))


def _colors_at(
    part: Any, faces: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.uint8] | None:
    """Colours at points of faces; None where the mesh has none."""
    visual = part.visual
    corners = np.asarray(part.faces)[faces]
    if visual.kind == "texture":
        return _texture_colors(visual, corners, weights)
    if visual.kind == "vertex":
        colors = np.asarray(visual.vertex_colors)[:, :3].astype(np.float64)
        mixed: NDArray[np.float64] = (colors[corners] * weights[..., None]).sum(axis=1)
        return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
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
    uv = (np.asarray(visual.uv)[corners] * weights[..., None]).sum(axis=1) % 1.0
    columns = np.clip((uv[:, 0] * width).astype(np.int64), 0, width - 1)
    rows = np.clip(((1.0 - uv[:, 1]) * height).astype(np.int64), 0, height - 1)
    return np.asarray(pixels[rows, columns], np.uint8)
