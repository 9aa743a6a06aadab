"""An OBJ model with its materials as coloured triangles in the bank's model frame."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from trimesh.resolvers import Resolver
from trimesh.visual.texture import TextureVisuals

from detailbase_core.errors import BadFileError
from training.furniture.mesh_library import trimesh

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL.Image import Image

    from training.furniture.catalogue import Entry

# Sweet Home 3D: x right, y up, front towards +z. Here: z up, front towards +y, right-handed.
_TO_OURS = np.array([[-1, 0, 0], [0, 0, 1], [0, 1, 0]], np.float64)
_SAYS_WHITE = re.compile(r"white|blanc|bianc|weiss", re.I)
_WHITE = 0.86  # as bright as white paint in a room is seen
INVISIBLE = 0.1  # materials less opaque than this are left out


@dataclass(frozen=True)
class Paint:
    """Looks of a material.

    Attributes:
        name: in the MTL file.
        rgba: (4,) float32 in [0, 1], where there is no texture.
        texture: (H, W, 4) uint8, or None.
    """

    name: str
    rgba: NDArray[np.float32]
    texture: NDArray[np.uint8] | None


@dataclass(frozen=True)
class Mesh:
    """Triangles of a model, model frame, metres.

    Attributes:
        triangles: (T, 3, 3) float64.
        uv: (T, 3, 2) float64 texture coordinates; zero where there are none.
        paint: (T,) int64 row of `paints`.
        paints: the materials.
        corners: (T, 3, 4) float32 sRGB and alpha in [0, 1] of the triangles' corners, by which the
            paints are multiplied; None = all white.
    """

    triangles: NDArray[np.float64]
    uv: NDArray[np.float64]
    paint: NDArray[np.int64]
    paints: tuple[Paint, ...]
    corners: NDArray[np.float32] | None = None


class _Archive(Resolver):
    """Files beside the OBJ inside a library; upper and lower case may differ.

    Attributes:
        missing: what was asked for and is not there; trimesh goes on without it.
    """

    def __init__(self, archive: zipfile.ZipFile, folder: str) -> None:
        self.missing: list[str] = []
        self._archive = archive
        self._folder = folder
        self._names = {name.lower(): name for name in archive.namelist()}

    def get(self, name: str) -> bytes:
        wanted = f"{self._folder}/{name.strip()}".lower()
        if wanted not in self._names:
            self.missing.append(name.strip())
            raise FileNotFoundError(name)
        return self._archive.read(self._names[wanted])

    def keys(self) -> list[str]:
        return list(self._names)

    def write(self, name: str, data: bytes) -> None:
        raise NotImplementedError("libraries are only read")

    def namespaced(self, namespace: str) -> _Archive:
        return _Archive(self._archive, f"{self._folder}/{namespace}")


def load_mesh(library: Path, entry: Entry, turn: float) -> Mesh:
    """Read a model in real size, upright, its front towards +y.

    Args:
        library: the .sh3f file.
        entry: which model.
        turn: degrees about z, added after the catalogue's own rotation.

    Raises:
        BadFileError: the model is missing, broken, or has no surface.
    """
    try:
        with zipfile.ZipFile(library) as archive:
            resolver = _Archive(archive, entry.model.rpartition("/")[0])
            data = archive.read(entry.model)
            scene = trimesh.load_scene(io.BytesIO(data), file_type="obj", resolver=resolver)
    except Exception as error:  # trimesh raises whatever its parser stumbled over
        raise BadFileError(f"{library}: {entry.model} cannot be read: {error}") from error
    if lost := [name for name in resolver.missing if name.lower().endswith(".mtl")]:
        raise BadFileError(f"{library}: {entry.model} wants {lost[0]}, which is not there")
    parts = [g for g in scene.geometry.values() if isinstance(g, trimesh.Trimesh) and len(g.faces)]
    parts = [part for part in parts if paint_of(part).rgba[3] >= INVISIBLE]
    if not parts:
        raise BadFileError(f"{library}: {entry.model} has no faces")
    triangles = np.concatenate([np.asarray(part.vertices)[part.faces] for part in parts])
    if not np.isfinite(triangles).all():
        raise BadFileError(f"{library}: {entry.model} has vertices that are not numbers")
    return Mesh(
        triangles=_placed(triangles, entry, turn),
        uv=np.concatenate([uv_of(part) for part in parts]),
        paint=np.repeat(np.arange(len(parts)), [len(part.faces) for part in parts]),
        paints=tuple(paint_of(part) for part in parts),
    )


def _placed(triangles: NDArray[np.float64], entry: Entry, turn: float) -> NDArray[np.float64]:
    """Rotate as the catalogue says, scale to its size, turn, and put the origin below the middle.

    Width, depth and height mean the axes before the turn.
    """
    flat: NDArray[np.float64] = triangles.reshape(-1, 3) @ (_TO_OURS @ entry.rotation).T
    low, high = flat.min(axis=0), flat.max(axis=0)
    extent = high - low
    scale = np.where(extent > 1e-9, np.array(entry.size) / extent.clip(1e-9), 1.0)
    middle = np.array([*(low + high)[:2] / 2, low[2]])
    flat = (flat - middle) * scale
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    flat = flat @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T
    flat[:, :2] -= (flat[:, :2].min(axis=0) + flat[:, :2].max(axis=0)) / 2
    return flat.reshape(-1, 3, 3)


def uv_of(part: trimesh.Trimesh) -> NDArray[np.float64]:
    """(T, 3, 2) texture coordinates of a part's triangles, zero where it has none."""
    uv = part.visual.uv if isinstance(part.visual, TextureVisuals) else None
    if uv is None:
        return np.zeros((len(part.faces), 3, 2))
    return np.asarray(uv, np.float64)[part.faces]


def paint_of(part: trimesh.Trimesh) -> Paint:
    """A part's material as OBJ files describe it; grey where it has none."""
    material = getattr(part.visual, "material", None)
    if material is None:
        return Paint("", np.array([0.6, 0.6, 0.6, 1], np.float32), None)
    rgba: NDArray[np.float32] = np.asarray(material.diffuse, np.float32) / np.float32(255)
    opacity = material.kwargs.get("d") if material.kwargs else None
    if material.image is None and _SAYS_WHITE.search(str(material.name or "")):
        rgba[:3] = rgba[:3].clip(_WHITE)  # exporters dim what was white to two thirds
    if opacity is not None:
        rgba[3] = np.float32(opacity[0] if np.ndim(opacity) else opacity)
    return Paint(str(material.name or ""), rgba, _texture(material.image))


def _texture(image: Image | None) -> NDArray[np.uint8] | None:
    return None if image is None else np.asarray(image.convert("RGBA"))
