"""Meshes (OBJ, glTF, STL) -> points on their faces; trimesh reads the files."""

from __future__ import annotations

import importlib
import io
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError, pip_install
from detailbase_core.io.colors import Colors
from detailbase_core.io.mesh_parts import PartsBeside, mesh_bytes
from detailbase_core.io.mesh_sampling import face_areas, mixed, point_spacing, sample_faces
from detailbase_core.types import GREY

if TYPE_CHECKING:
    from collections.abc import Sized
    from pathlib import Path

    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

_TRIMESH_GREY = 102

MESH_KINDS = {
    "an OBJ mesh": "obj",
    "a glTF mesh": "glb",
    "a glTF mesh (JSON)": "gltf",
    "an STL mesh": "stl",
}
TEXTURED_PLY = "a PLY mesh with a texture"
_TYPES = {**MESH_KINDS, TEXTURED_PLY: "ply"}


def read_mesh(path: Path, kind: str) -> tuple[NDArray[Any], Colors, int]:
    """Points about a centimetre apart on the faces of a mesh, in its own axes and unit.

    Args:
        path: the file; materials and textures lie beside it.
        kind: of MESH_KINDS, or TEXTURED_PLY.

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
            f"{path}: looks like {kind}, which needs trimesh: {pip_install('trimesh')}; "
            "or convert it to PLY, PCD or NPZ"
        ) from error
    beside = PartsBeside(path)
    try:
        scene = trimesh.load_scene(
            io.BytesIO(mesh_bytes(path, _TYPES[kind])),
            file_type=_TYPES[kind],
            resolver=beside,
            process=False,
        )
        parts = [part for part in scene.dump() if len(getattr(part, "vertices", ()))]
        xyz, colors, faces = _sampled(parts)
    except Exception as error:  # it promises no type
        raise BadFileError(
            f"{path}: looks like {kind}, but cannot be read ({_reason(error)}); "
            "point clouds are read from PLY, PCD or NPZ"
        ) from error
    if beside.missing:
        lost = f"without {', '.join(beside.missing)}, which {_are(beside.missing)} not beside it"
        logger.warning("%s: read %s", path, lost)
        colors = replace(colors, note=f"{colors.note}; {lost}")
    return xyz, colors, faces


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return str(error)
    if isinstance(error, ImportError) and error.name == "charset_normalizer":
        return "its text is not UTF-8"  # by which trimesh would guess the encoding
    if isinstance(error, ImportError):
        return f"it needs the package {error.name}"
    return f"{type(error).__name__}: {error}"


def _are(names: Sized) -> str:
    return "is" if len(names) == 1 else "are"


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
    named = "its textures, vertices or materials"
    note = f"colours of {named}" if is_colored else "no colours that can be read: treated as grey"
    colors_of_all = Colors(np.concatenate(rgb), note, is_grey=not is_colored)
    return np.concatenate(xyz), colors_of_all, sum(map(len, areas))


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
    is_pbr = hasattr(material, "baseColorFactor")
    image = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if not is_pbr and not hasattr(material, "_name") and getattr(image, "format", None) is None:
        return None  # trimesh's stand-in for a material that is not there
    factor = _base_color(material) if is_pbr else np.asarray(material.main_color)[:3] / 255.0
    if image is None or visual.uv is None:
        return np.repeat(np.rint(factor * 255.0).astype(np.uint8)[None], len(corners), axis=0)
    pixels = np.asarray(image.convert("RGB"))
    height, width = pixels.shape[:2]
    uv = mixed(np.asarray(visual.uv), corners, weights) % 1.0
    columns = np.clip((uv[:, 0] * width).astype(np.int64), 0, width - 1)
    rows = np.clip(((1.0 - uv[:, 1]) * height).astype(np.int64), 0, height - 1)
    texture = np.asarray(pixels[rows, columns], np.uint8)
    is_tinted = is_pbr and not _is_default(material)
    return np.rint(texture * factor).astype(np.uint8) if is_tinted else texture


def _is_default(material: Any) -> bool:
    """Whether a factor is the grey that trimesh writes for materials of other formats."""
    factor = material.baseColorFactor
    return factor is not None and np.asarray(factor)[:3].tolist() == [_TRIMESH_GREY] * 3


def _base_color(material: Any) -> NDArray[np.float64]:
    """(3,) sRGB of a glTF material's factor, which is linear, and white where it has none.

    Source: glTF 2.0 specification, section 3.9.2; IEC 61966-2-1.
    """
    if material.baseColorFactor is None:
        return np.ones(3)
    linear = np.asarray(material.baseColorFactor, np.float64)[:3] / 255.0
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
