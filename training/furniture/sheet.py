"""Contact sheets of furniture: the front and a view from above, labelled, to check the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from detailbase_core.io.atomic_write import atomic_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.synthetic.furniture_model import FurnitureModel

TILE = 170  # pixels
_LABEL = 34
_COLUMNS, _ROWS = 5, 7
_VIEWS = ((0.26, 0.26), (-0.75, 0.6))  # azimuth off the front, elevation; radians
_LIGHT = np.array([0.35, 0.6, 0.72])


def write_sheets(models: Sequence[FurnitureModel], folder: Path) -> list[Path]:
    """Draw all models, 35 on a page, into FOLDER/sheet_00.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    per_page = _COLUMNS * _ROWS
    for page, begin in enumerate(range(0, len(models), per_page)):
        width, height = 2 * TILE, TILE + _LABEL
        sheet = Image.new("RGB", (_COLUMNS * width, _ROWS * height), "white")
        for i, model in enumerate(models[begin : begin + per_page]):
            corner = (i % _COLUMNS * width, i // _COLUMNS * height)
            sheet.paste(_tile(model), corner)
        path = folder / f"sheet_{page:02d}.png"
        with atomic_path(path) as temporary:
            sheet.save(temporary, format="PNG")
        paths.append(path)
    return paths


def _tile(model: FurnitureModel) -> Image.Image:
    tile = Image.new("RGB", (2 * TILE, TILE + _LABEL), "white")
    for i, (azimuth, elevation) in enumerate(_VIEWS):
        tile.paste(Image.fromarray(draw(model, azimuth, elevation)), (i * TILE, _LABEL))
    words = [model.color, model.material, model.shape, model.category or "-", f"({model.mount})"]
    size = "x".join(f"{100 * extent:.0f}" for extent in model.size)
    pen = ImageDraw.Draw(tile)
    pen.text((3, 1), f"{model.key.partition('/')[2]} {size}", fill="black")
    pen.text((3, 12), " ".join(filter(None, words)), fill="blue")
    marks = [*sorted(model.parts), *(f"no {part}" for part in sorted(model.lacks))]
    pen.text((3, 23), ("front; " if model.has_front else "") + ", ".join(marks), fill="gray")
    pen.rectangle((0, 0, 2 * TILE - 1, TILE + _LABEL - 1), outline="lightgray")
    return tile


def draw(model: FurnitureModel, azimuth: float, elevation: float) -> NDArray[np.uint8]:
    """A (TILE, TILE, 3) picture, parallel projection.

    Args:
        model: what to draw.
        azimuth: 0 = the viewer stands before its front; positive = to the viewer's right of that.
        elevation: how far the viewer looks down; radians.
    """
    a, e = np.pi / 2 - azimuth, elevation
    towards = np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)])
    right = np.array([-np.sin(a), np.cos(a), 0])
    up = np.cross(towards, right)
    points = model.points.astype(np.float64)
    x, y, near = points @ right, points @ up, points @ towards
    middle = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
    scale = 0.92 * TILE / max(np.ptp(x), np.ptp(y), 1e-6)
    column = TILE / 2 + (x - middle[0]) * scale
    line = TILE / 2 - (y - middle[1]) * scale
    shade = 0.55 + 0.45 * np.abs(model.normals @ (_LIGHT / np.linalg.norm(_LIGHT)))
    rgb = (model.rgb * shade[:, None]).clip(0, 255).astype(np.uint8)
    picture = np.full((TILE, TILE, 3), 245, np.uint8)
    depth = np.full((TILE, TILE), -np.inf)
    reach = int(np.ceil(model.radius * scale))
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if dx * dx + dy * dy > max(model.radius * scale, 0.8) ** 2:
                continue
            c = (column + dx).astype(np.int64).clip(0, TILE - 1)
            r = (line + dy).astype(np.int64).clip(0, TILE - 1)
            np.maximum.at(depth, (r, c), near)
            front = near >= depth[r, c]
            picture[r[front], c[front]] = rgb[front]
    return picture
