"""Colours that people have a word for."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from detailbase_core.synthetic.primitives import Color

# name -> hue (degrees), saturation, value: the middle of what people call so.
PALETTE: dict[str, tuple[float, float, float]] = {
    "red": (0, 0.82, 0.76),
    "orange": (26, 0.88, 0.95),
    "yellow": (51, 0.78, 0.95),
    "green": (125, 0.65, 0.58),
    "blue": (216, 0.75, 0.72),
    "purple": (278, 0.58, 0.62),
    "pink": (338, 0.42, 0.96),
    "brown": (26, 0.60, 0.45),
    "white": (50, 0.03, 0.94),
    "grey": (210, 0.03, 0.54),
    "black": (220, 0.08, 0.13),
}
COLOR_NAMES = tuple(PALETTE)


def jittered(name: str, rng: np.random.Generator) -> Color:
    """An RGB triple (0..255) that people would still call `name`."""
    hue, saturation, value = PALETTE[name]
    hue += rng.uniform(-7, 7)
    saturation *= rng.uniform(0.88, 1.12)
    value *= rng.uniform(0.92, 1.06)
    rgb = colorsys.hsv_to_rgb((hue % 360) / 360, min(saturation, 1.0), min(value, 1.0))
    return (round(rgb[0] * 255), round(rgb[1] * 255), round(rgb[2] * 255))


def scaled(rgb: Color, factor: float) -> Color:
    """The same colour, lighter (> 1) or darker (< 1)."""
    r, g, b = (min(255, max(0, round(channel * factor))) for channel in rgb)
    return (r, g, b)
