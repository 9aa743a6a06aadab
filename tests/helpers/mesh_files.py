"""Tiny mesh files and model tables, written by the tests."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import trimesh
from trimesh.visual.material import PBRMaterial
from trimesh.visual.texture import TextureVisuals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def slab(
    size: tuple[float, float, float] = (0.8, 0.4, 0.6),
    *,
    colors: tuple[int, int, int, int] | None = (255, 0, 0, 255),
) -> trimesh.Trimesh:
    """A box in glTF's frame (y up, front towards +z): size is right, up and front.

    Args:
        size: extents along x, y and z.
        colors: at all vertices; None = a mesh without colours.
    """
    box = trimesh.creation.box(size)
    if colors is not None:
        box.visual.vertex_colors = np.tile(np.array(colors, np.uint8), (len(box.vertices), 1))
    return box


def painted(box: trimesh.Trimesh, factor: Sequence[int]) -> trimesh.Trimesh:
    """The box with a material of this linear RGBA factor (0..255) instead of its colours."""
    material = PBRMaterial(baseColorFactor=np.array(factor, np.uint8), name="oak")
    box.visual = TextureVisuals(uv=np.zeros((len(box.vertices), 2)), material=material)
    return box


def write_model_table(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """A CSV file with the columns of the first row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
