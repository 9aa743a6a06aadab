"""Small images that are painted on parts: (H, W, 3) uint8, the upper line first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Color = Sequence[int]
    Picture = NDArray[np.uint8]


def plain(rgb: Color, height: int = 1, width: int = 1) -> Picture:
    """One colour."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = rgb
    return image


def stripes(colors: Sequence[Color], count: int, *, upright: bool = True) -> Picture:
    """Stripes of alternating colours."""
    row = np.array([colors[i % len(colors)] for i in range(count)], np.uint8)
    return row[None] if upright else row[:, None]


def grid(back: Color, line: Color, rows: int, columns: int, *, cell: int = 3) -> Picture:
    """Cells of `back` with lines between them, as keyboards and calendars have."""
    image = plain(line, rows * (cell + 1) + 1, columns * (cell + 1) + 1)
    for r in range(rows):
        for c in range(columns):
            top, left = r * (cell + 1) + 1, c * (cell + 1) + 1
            image[top : top + cell, left : left + cell] = back
    return image


def text(
    rng: np.random.Generator,
    back: Color,
    ink: Color,
    *,
    lines: int = 10,
    width: int = 24,
    margin: int = 1,
) -> Picture:
    """What looks like lines of writing from afar: words as dashes, ragged on the right."""
    image = plain(back, 2 * lines + 1, width)
    for line in range(lines):
        end = width - margin - int(rng.integers(0, max(1, width // 3)))
        row = image[2 * line + 1]
        at = margin
        while at < end:
            length = int(rng.integers(1, 5))
            row[at : min(at + length, end)] = ink
            at += length + 1
    return image


def landscape(rng: np.random.Generator, height: int = 20, width: int = 28) -> Picture:
    """Sky, hills or sea, sometimes a sun."""
    skies = [(150, 190, 230), (230, 180, 140), (190, 200, 210), (90, 110, 160)]
    grounds = [(70, 110, 60), (60, 90, 130), (170, 150, 100), (90, 80, 70), (40, 70, 60)]
    sky, land = palette.pick(rng, *skies), palette.pick(rng, *grounds)
    horizon = rng.uniform(0.35, 0.7) * height
    x = np.arange(width)
    image = np.zeros((height, width, 3))
    fade = np.linspace(0.85, 1.1, height)[:, None, None]
    image[:] = np.asarray(sky) * fade
    for layer in range(int(rng.integers(1, 4))):
        wave = np.sin(x * rng.uniform(0.08, 0.5) + rng.uniform(0, 6)) * rng.uniform(0.5, 3)
        ridge = horizon + layer * height * 0.12 + wave
        image[np.arange(height)[:, None] > ridge] = np.asarray(land) * (1 - 0.18 * layer)
    if rng.random() < 0.4:
        _disk(image, rng.uniform(2, horizon), rng.uniform(3, width - 3), 2.0, (250, 225, 150))
    return _done(image, rng)


def abstract(rng: np.random.Generator, height: int = 22, width: int = 22) -> Picture:
    """Rectangles and disks in a few colours on one ground."""
    back = palette.white(rng) if rng.random() < 0.5 else palette.pastel(rng)
    image = _canvas(back, height, width)
    colors = [palette.lively(rng), palette.pastel(rng), palette.black(rng), palette.lively(rng)]
    for _ in range(int(rng.integers(2, 8))):
        color = colors[int(rng.integers(len(colors)))]
        y, x = rng.uniform(0, height), rng.uniform(0, width)
        if rng.random() < 0.5:
            _disk(image, y, x, rng.uniform(2, height / 3), color)
        else:
            high, wide = rng.integers(2, max(3, height // 2), 2)
            image[int(y) : int(y) + high, int(x) : int(x) + wide] = color
    return _done(image, rng)


def portrait(rng: np.random.Generator, height: int = 26, width: int = 20) -> Picture:
    """A head and shoulders before a plain ground."""
    back = palette.pick(rng, (70, 60, 50), (120, 130, 140), (160, 140, 110))
    image = _canvas(back, height, width)
    skin = palette.pick(rng, (220, 180, 150), (150, 105, 75), (95, 65, 50))
    _disk(image, height * 1.05, width / 2, width * 0.45, palette.cloth(rng))
    _disk(
        image,
        height * 0.36,
        width / 2,
        width * 0.25,
        palette.pick(rng, (50, 36, 26), (150, 110, 60)),
    )
    _disk(image, height * 0.42, width / 2, width * 0.2, skin)
    return _done(image, rng)


def flower(rng: np.random.Generator, height: int = 24, width: int = 20) -> Picture:
    """Blossoms on stems."""
    back = palette.white(rng) if rng.random() < 0.6 else palette.pastel(rng)
    image = _canvas(back, height, width)
    color = palette.lively(rng)
    for _ in range(int(rng.integers(1, 6))):
        y, x = rng.uniform(height * 0.2, height * 0.55), rng.uniform(3, width - 3)
        image[int(y) :, int(x)] = (70, 120, 60)
        _disk(image, y, x, rng.uniform(1.6, 3.2), color)
    return _done(image, rng)


def artwork(rng: np.random.Generator) -> Picture:
    """Any of the above, a poster with writing, or a photograph in black and white."""
    kind = int(rng.integers(6))
    if kind < 4:
        return (landscape, abstract, portrait, flower)[kind](rng)
    if kind == 4:
        ink = palette.black(rng) if rng.random() < 0.6 else palette.lively(rng)
        back = palette.white(rng) if rng.random() < 0.6 else palette.lively(rng)
        return text(rng, back, ink, lines=int(rng.integers(6, 14)), width=18)
    gray = landscape(rng).mean(axis=2, keepdims=True)
    return np.repeat(gray, 3, axis=2).astype(np.uint8)


def _canvas(rgb: Color, height: int, width: int) -> NDArray[np.float64]:
    return plain(rgb, height, width).astype(np.float64)


def _disk(image: NDArray[np.float64], y: float, x: float, radius: float, color: Color) -> None:
    rows, columns = np.ogrid[: image.shape[0], : image.shape[1]]
    image[(rows - y) ** 2 + (columns - x) ** 2 < radius**2] = color


def _done(image: NDArray[np.float64], rng: np.random.Generator) -> Picture:
    grain = rng.normal(0, 5, (*image.shape[:2], 1))
    return (image + grain).clip(0, 255).astype(np.uint8)
