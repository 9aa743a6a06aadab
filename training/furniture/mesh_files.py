"""GLB, glTF and OBJ files as coloured triangles in the bank's model frame."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from trimesh.visual.color import ColorVisuals
from trimesh.visual.material import PBRMaterial

from detailbase_core.errors import BadFileError
from training.furniture.mesh_library import trimesh
from training.furniture.meshes import INVISIBLE, Mesh, Paint, paint_of, uv_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Size = tuple[float | None, float | None, float | None]

VertexColors = Literal["linear", "srgb"]
SUFFIXES = (".glb", ".gltf", ".obj")
AXES = {"y-up": "-x z y", "z-up": "x y z"}  # front towards +z, and towards +y
LONGEST_M, SHORTEST_M = 8.0, 0.01
_CLEAR = 0.5  # corners less opaque than this are clear glass, through which cameras see
_AXIS = re.compile(r"([+-]?)([xyz])")


def axes_matrix(axes: str) -> NDArray[np.float64]:
    """(3, 3) rotation from a file's frame to the model frame.

    Args:
        axes: which of the file's axes are to the right (x), to the front (y) and up (z), as in
            "-x z y"; or one of AXES: "y-up" as glTF files have it, "z-up" as banks have it.

    Raises:
        ValueError: not three different axes of a right-handed frame.
    """
    matrix = np.zeros((3, 3))
    words = AXES.get(axes, axes).split()
    for row, word in enumerate(words if len(words) == 3 else ()):
        if found := _AXIS.fullmatch(word):
            matrix[row, "xyz".index(found[2])] = -1 if found[1] == "-" else 1
    if not np.isclose(np.linalg.det(matrix), 1):
        raise ValueError(
            f"axes are {axes!r}; they are one of {', '.join(AXES)} or three axes of a right-handed "
            'frame (right, front, up) such as "-x z y"'
        )
    return matrix


def load_file(
    path: Path,
    *,
    axes: str = "y-up",
    scale: float = 1.0,
    turn: float = 0.0,
    size: Size = (None, None, None),
    vertex_colors: VertexColors = "linear",
) -> Mesh:
    """Read a file: upright, in metres, its front towards +y, the origin below its middle.

    Args:
        path: a .glb, .gltf or .obj file; materials and textures beside it.
        axes: see axes_matrix.
        scale: metres per unit of the file.
        turn: degrees about z to add so that its front is towards +y.
        size: width, depth, height it is scaled to after the turn, metres; None = as it is.
        vertex_colors: how colours at vertices are written; glTF's are linear.

    Raises:
        BadFileError: it is missing or broken, has no surface or no colours, or a size that no
            piece of furniture has.
    """
    parts = _parts(path)
    is_gltf = path.suffix.lower() != ".obj"
    paints = [_paint(part, is_gltf) for part in parts]
    if not any(_has_colors(part) for part in parts):
        raise BadFileError(f"{path}: has no colours: no texture, no material, none at its vertices")
    seen = [i for i, paint in enumerate(paints) if paint.rgba[3] >= INVISIBLE]
    parts, paints = [parts[i] for i in seen], [paints[i] for i in seen]
    if not parts:
        raise BadFileError(f"{path}: has no faces that can be seen")
    triangles = np.concatenate([np.asarray(part.vertices)[part.faces] for part in parts])
    if not np.isfinite(triangles).all():
        raise BadFileError(f"{path}: has vertices that are not numbers")
    triangles = _placed(triangles * scale, axes_matrix(axes), turn, size)
    extent = np.ptp(triangles.reshape(-1, 3), axis=0)
    if not SHORTEST_M <= extent.max() <= LONGEST_M:
        raise BadFileError(
            f"{path}: is {' x '.join(f'{side:.3g}' for side in extent)} m large; furniture is "
            f"{SHORTEST_M} to {LONGEST_M} m: is it in other units?"
        )
    return Mesh(
        triangles=triangles,
        uv=np.concatenate([uv_of(part) for part in parts]),
        paint=np.repeat(np.arange(len(parts)), [len(part.faces) for part in parts]),
        paints=tuple(paints),
        corners=_corners(parts, linear=is_gltf and vertex_colors == "linear"),
    )


def _parts(path: Path) -> list[trimesh.Trimesh]:
    """The meshes of a file where its nodes put them."""
    if path.suffix.lower() not in SUFFIXES:
        raise BadFileError(f"{path}: is none of {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise BadFileError(f"{path}: no such file")
    try:
        found = trimesh.load_scene(path).dump()
    except Exception as error:  # trimesh raises whatever its parser stumbled over
        raise BadFileError(f"{path}: cannot be read: {error!r}") from error
    parts = [part for part in found if isinstance(part, trimesh.Trimesh) and len(part.faces)]
    if not parts:
        raise BadFileError(f"{path}: has no faces")
    return parts


def _placed(
    triangles: NDArray[np.float64], rotation: NDArray[np.float64], turn: float, size: Size
) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    about_z = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    flat: NDArray[np.float64] = triangles.reshape(-1, 3) @ (about_z @ rotation).T
    low, high = flat.min(axis=0), flat.max(axis=0)
    middle = np.array([*(low + high)[:2] / 2, low[2]])
    wanted = [now if want is None else want for now, want in zip(high - low, size, strict=True)]
    scale = np.where(high - low > 1e-9, np.array(wanted) / (high - low).clip(1e-9), 1.0)
    placed: NDArray[np.float64] = (flat - middle) * scale
    return placed.reshape(-1, 3, 3)


def _has_colors(part: trimesh.Trimesh) -> bool:
    if isinstance(part.visual, ColorVisuals):
        return bool(part.visual.defined)
    material = getattr(part.visual, "material", None)
    if isinstance(material, PBRMaterial):
        return material.baseColorFactor is not None or material.baseColorTexture is not None
    return material is not None


def _paint(part: trimesh.Trimesh, is_gltf: bool) -> Paint:
    material = getattr(part.visual, "material", None)
    if not isinstance(material, PBRMaterial):
        found = paint_of(part)  # white below colours at its vertices
        return replace(found, rgba=np.ones(4, np.float32)) if material is None else found
    factor = np.ones(4, np.float32)
    if material.baseColorFactor is not None:
        factor = np.asarray(material.baseColorFactor, np.float32) / np.float32(255)
    opaque = material.alphaMode in (None, "OPAQUE")
    if opaque:
        factor[3] = 1
    rgba = np.append(_srgb(factor[:3]) if is_gltf else factor[:3], factor[3])
    texture = material.baseColorTexture
    if texture is None:
        return Paint(str(material.name or ""), rgba.astype(np.float32), None)
    pixels = np.asarray(texture.convert("RGBA")).copy()
    if opaque:
        pixels[..., 3] = 255
    if (factor[:3] < 1).any():  # what is multiplied in light is nearly so in sRGB, too
        pixels[..., :3] = np.round(pixels[..., :3] * rgba[:3])
    return Paint(str(material.name or ""), rgba.astype(np.float32), pixels)


def _corners(parts: Sequence[trimesh.Trimesh], *, linear: bool) -> NDArray[np.float32] | None:
    """(T, 3, 4) colours at the triangles' corners, or None where no part has any."""
    if not any(isinstance(part.visual, ColorVisuals) and part.visual.defined for part in parts):
        return None
    found = []
    for part in parts:
        rgba = np.ones((len(part.faces), 3, 4), np.float32)
        if isinstance(part.visual, ColorVisuals) and part.visual.defined:
            values = np.asarray(part.visual.vertex_colors, np.float32) / np.float32(255)
            if part.visual.kind == "face":
                values = np.asarray(part.visual.face_colors, np.float32) / np.float32(255)
            rgba = values[part.faces] if part.visual.kind == "vertex" else rgba * values[:, None]
            if linear:
                rgba[..., :3] = _srgb(rgba[..., :3])
        found.append(rgba)
    corners = np.concatenate(found)
    if (corners[..., 3] < _CLEAR).mean() > 0.5:  # of glass alone: seen by its gleam
        corners[..., 3] = 1
    return corners


def _srgb(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear light in [0, 1] as sRGB (IEC 61966-2-1)."""
    curved = 1.055 * linear.clip(0, 1) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, 12.92 * linear, curved).astype(np.float32)
