"""Further families of pictures, beside the one of wall.py: collages, old frames, hangings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    Color = palette.Color


def _trim(rng: np.random.Generator) -> tuple[Color, str]:
    u = rng.random()
    if u < 0.35:
        return palette.black(rng), ""
    if u < 0.6:
        return palette.wood(rng), "wooden"
    return (palette.white(rng), "") if u < 0.8 else (palette.brass(rng), "")


def _framed(
    parts: Parts,
    rng: np.random.Generator,
    at: tuple[float, float],
    size: tuple[float, float],
    trim: tuple[Color, str],
    edge: float,
) -> None:
    """A picture with frame and perhaps a mat, by the middle and full size of its frame."""
    (x, z), (wide, high) = at, size
    parts.box((x, -0.004, z), (wide, 0.008, high), palette.white(rng))
    mat = float(rng.choice([0.0, 0.1, 0.2])) * min(wide, high)
    face = (wide - 2 * (edge + mat), high - 2 * (edge + mat))
    parts.picture((x, 0.002, z), face, pictures.artwork(rng))
    for s in (-1, 1):
        bar = (wide, 0.022, edge)
        parts.box((x, 0.003, z + s * (high - edge) / 2), bar, *trim)
        parts.box((x + s * (wide - edge) / 2, 0.003, z), (edge, 0.022, high), *trim)


def _collage(parts: Parts, rng: np.random.Generator) -> None:
    """One frame with two to nine photographs behind openings of its mat."""
    columns, rows = int(rng.integers(2, 5)), int(rng.choice([1, 1, 2, 3]))
    columns = min(columns, 3) if rows == 3 else columns
    wide = rng.uniform(0.1, 0.26)
    high, gap = wide * rng.uniform(0.8, 1.45), rng.uniform(0.02, 0.05)
    full = (columns * (wide + gap) + gap, rows * (high + gap) + gap)
    mat = palette.white(rng) if rng.random() < 0.7 else palette.black(rng)
    trim, edge = _trim(rng), rng.uniform(0.01, 0.035)
    parts.box((0, -0.004, 0), (full[0], 0.008, full[1]), mat)
    for i in range(columns):
        for k in range(rows):
            x, z = (i - (columns - 1) / 2) * (wide + gap), (k - (rows - 1) / 2) * (high + gap)
            parts.picture((x, 0.002, z), (wide, high), pictures.artwork(rng))
    for s in (-1, 1):
        bar = (full[0] + 2 * edge, 0.024, edge)
        parts.box((0, 0.003, s * (full[1] + edge) / 2), bar, *trim)
        parts.box((s * (full[0] + edge) / 2, 0.003, 0), (edge, 0.024, full[1]), *trim)


def _triptych(parts: Parts, rng: np.random.Generator) -> None:
    """One image across two to five canvases, at one height or in steps."""
    count = int(rng.choice([2, 3, 3, 5]))
    art = pictures.landscape(rng, 24, 12 * count)
    each, high = rng.uniform(0.22, 0.42), rng.uniform(0.5, 0.95)
    steps = rng.random() < 0.4
    for i in range(count):
        drop = 0.08 * abs(i - (count - 1) / 2) if steps else 0.0
        x = ((count - 1) / 2 - i) * (each + 0.03)  # the left one for a viewer before it first
        tall = high - 2 * drop
        parts.box((x, 0, 0), (each, 0.03, tall), palette.white(rng), "fabric")
        parts.picture((x, 0.017, 0), (each, tall), art[:, 12 * i : 12 * (i + 1)])


def _old(parts: Parts, rng: np.random.Generator) -> None:
    """A portrait or landscape in a broad stepped frame, gilded or dark; some are oval."""
    high = rng.uniform(0.35, 1.1)
    art = pictures.portrait(rng) if rng.random() < 0.5 else pictures.landscape(rng)
    art = (art * 0.75 + np.array([18, 12, 4])).clip(0, 255).astype(np.uint8)
    wide, edge = high * art.shape[1] / art.shape[0], high * rng.uniform(0.09, 0.16)
    rgb = (
        palette.brass(rng) if rng.random() < 0.65 else palette.pick(rng, (70, 44, 28), (40, 30, 26))
    )
    if rng.random() < 0.3 and wide < high:
        angle = np.linspace(0, 2 * np.pi, 33)[:-1]
        ring = [(wide / 2 * np.cos(a), high / 2 * np.sin(a)) for a in angle]
        parts.extrude([(1.25 * x, 1.2 * z) for x, z in ring], 0.03, rgb)
        parts.extrude([(1.1 * x, 1.08 * z) for x, z in ring], 0.045, palette.shade(rgb, 1.15))
        rows = np.linspace(0, 1, 12)[:, None, None] * np.array([*ring, ring[0]])[None]
        points = np.stack([rows[..., 0], np.full(rows.shape[:2], 0.025), rows[..., 1]], axis=-1)
        z = (0.5 - points[:-1, :-1, 2] / high).clip(0, 0.999)
        x = (0.5 - points[:-1, :-1, 0] / wide).clip(0, 0.999)
        row, column = (z * art.shape[0]).astype(int), (x * art.shape[1]).astype(int)
        parts.surface(points, art[row, column])
        return
    parts.picture((0, 0, 0), (wide, high), art)
    for step, out, tint in ((0.0, 0.02, 1.1), (0.4, 0.035, 0.85), (0.75, 0.05, 1.05)):
        bar = edge * (0.42 if step < 0.7 else 0.28)
        grow = 2 * edge * step
        for s in (-1, 1):
            color = palette.shade(rgb, tint)
            at = s * (high + grow + bar) / 2
            parts.box((0, out / 2 - 0.01, at), (wide + grow + 2 * bar, out, bar), color)
            at = s * (wide + grow + bar) / 2
            parts.box((at, out / 2 - 0.01, 0), (bar, out, high + grow), color)


def _hanging(parts: Parts, rng: np.random.Generator) -> None:
    """A sheet between two rods on a cord, or a poster whose paper curls."""
    wide, high = rng.uniform(0.3, 0.8), rng.uniform(0.4, 1.1)
    rods = rng.random() < 0.6
    art = pictures.artwork(rng)
    sheet = parts.picture((0, 0.004, 0), (wide, high), art)
    if rods:
        wood = palette.wood(rng)
        for s in (-1, 1):
            parts.cylinder((0, 0.004, s * high / 2), 0.011, wide + 0.04, wood, "wooden", axis="x")
        peak = high / 2 + rng.uniform(0.08, 0.2)
        cord = [(-wide * 0.45, 0, high / 2), (0, 0, peak), (wide * 0.45, 0, high / 2)]
        parts.tube(cord, 0.003, palette.black(rng), sides=5)
    else:
        level = (sheet.points[:, 2] / high + 0.5).clip(0, 1)
        side = np.abs(sheet.points[:, 0] / wide * 2)
        sheet.points[:, 1] += rng.uniform(0, 0.04) * (1 - level) ** 2 * side**2
        for s in (-1, 1):
            for t in (-1, 1):
                at = (s * wide * 0.46, 0.007, t * high * 0.47)
                parts.box(at, (0.03, 0.002, 0.02), palette.pick(rng, (230, 224, 190)))


def _leaning(parts: Parts, rng: np.random.Generator) -> None:
    """A frame that stands on a sideboard or the floor and leans back."""
    high = rng.uniform(0.25, 0.9)
    size = (high * rng.uniform(0.65, 1.3), high)
    _framed(parts, rng, (0, high / 2), size, _trim(rng), rng.uniform(0.01, 0.04))
    for part in parts.parts:
        part.turn("x", 9, (0, 0, 0))
    parts.mount = "floor" if high > 0.6 else "top"


@family("picture", mount="wall", has_front=True)
def pictures_of_other_forms(rng: np.random.Generator) -> Parts:
    """Photographs in one frame, a split canvas, an old frame, a hanging or leaning picture."""
    parts = Parts()
    makers = (_collage, _triptych, _old, _hanging, _leaning)
    makers[int(rng.choice(5, p=[0.28, 0.18, 0.22, 0.17, 0.15]))](parts, rng)
    return parts
