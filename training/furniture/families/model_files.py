"""Models of families as GLB files, and the rows of the table that describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from training.furniture.families.registry import draw
from training.furniture.mesh_library import trimesh

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.furniture.families.registry import Family
    from training.furniture.families.shapes import Part, Parts

COLUMNS = (
    *("key", "category", "source", "license", "author", "mount", "elevation", "has_front"),
    *("vertex_colors", "color", "material", "shape", "parts", "lacks"),
)
SOURCE, LICENSE, AUTHOR = "families", "Apache-2.0", "detailbase_ros"
_TO_FILE = np.array([[-1, 0, 0], [0, 0, 1], [0, 1, 0]], float)  # y up, front towards +z


def write_model(folder: Path, kind: str, index: int, seed: int) -> dict[str, str]:
    """Make variant `index` of a kind; its file is left alone where it is the same already.

    Returns:
        its row of the table.

    Raises:
        OSError: the file cannot be written.
    """
    family, parts = draw(kind, index, seed)
    key = f"{kind.replace(' ', '_')}_{index:03d}"
    path = folder / f"{key}.glb"
    data = glb_of(parts)
    if not (path.is_file() and path.read_bytes() == data):
        path.write_bytes(data)
    return _row(key, family, parts)


def _row(key: str, family: Family, parts: Parts) -> dict[str, str]:
    elevation = family.elevation if parts.elevation is None else parts.elevation
    return {
        "key": key,
        "category": family.kind,
        "source": SOURCE,
        "license": LICENSE,
        "author": AUTHOR,
        "mount": parts.mount or family.mount,
        "elevation": "" if elevation is None else f"{elevation:.3f}",
        "has_front": "yes" if family.has_front else "no",
        "vertex_colors": "srgb",
        "color": "none" if parts.laden else "",
        "material": "none" if parts.laden else parts.material or "none",
        "shape": parts.shape or "",
        "parts": " ".join(sorted(parts.has)),
        "lacks": " ".join(sorted(parts.lacks)),
    }


def glb_of(parts: Parts) -> bytes:
    """A GLB file: metres, y up, front towards +z, sRGB colours at the vertices."""
    points, faces, colors, first = [], [], [], 0
    for part in parts.parts:
        vertices, triangles, rgb = _by_vertex(part)
        points.append(vertices)
        colors.append(rgb)
        faces.append(triangles + first)
        first += len(vertices)
    rgba = np.full((first, 4), 255, np.uint8)
    rgba[:, :3] = np.concatenate(colors).round().clip(0, 255)
    mesh = trimesh.Trimesh(
        np.concatenate(points) @ _TO_FILE.T,
        np.concatenate(faces),
        vertex_colors=rgba,
        process=False,
    )
    return cast("bytes", mesh.export(file_type="glb"))


def _by_vertex(part: Part) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Points, faces and colours at the points; faces of several colours share no points."""
    if (part.rgb == part.rgb[0]).all():
        return part.points, part.faces, np.broadcast_to(part.rgb[0], part.points.shape)
    count = 3 * len(part.faces)
    return (
        part.points[part.faces].reshape(-1, 3),
        np.arange(count).reshape(-1, 3),
        np.repeat(part.rgb, 3, axis=0),
    )
