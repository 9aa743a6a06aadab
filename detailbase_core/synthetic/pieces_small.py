"""Lamps, screens, plants, bins, boxes and pillows (metres, front towards +y)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.colors import jittered, scaled
from detailbase_core.synthetic.parts import Parts, frame_color
from detailbase_core.synthetic.primitives import ellipsoid

if TYPE_CHECKING:
    import numpy as np

    from detailbase_core.synthetic.primitives import Color


def floor_lamp(rng: np.random.Generator, main: Color) -> Parts:
    """A standing lamp; the main colour is the shade's."""
    return _lamp(rng, main, rng.uniform(1.35, 1.75), rng.uniform(0.17, 0.25), 0.04)


def table_lamp(rng: np.random.Generator, main: Color) -> Parts:
    """A small lamp; the main colour is the shade's."""
    return _lamp(rng, main, rng.uniform(0.36, 0.52), rng.uniform(0.11, 0.16), 0.05)


def _lamp(rng: np.random.Generator, main: Color, height: float, shade: float, pole: float) -> Parts:
    parts = Parts()
    frame = frame_color(rng, main)
    tall = shade * rng.uniform(1.2, 1.6)
    parts.cylinder((0, 0, 0.0125), shade * 0.75, 0.025, frame)
    parts.cylinder((0, 0, height / 2), pole / 2, height - 0.02, frame)
    parts.cylinder((0, 0, height - tall / 2), shade, tall, main)
    return parts


def television(rng: np.random.Generator, main: Color) -> Parts:
    """A flat screen on a foot."""
    return _screen(rng, main, rng.uniform(0.9, 1.35), 0.05)


def monitor(rng: np.random.Generator, main: Color) -> Parts:
    """A computer screen on a foot."""
    return _screen(rng, main, rng.uniform(0.46, 0.64), 0.1)


def _screen(rng: np.random.Generator, main: Color, width: float, lift: float) -> Parts:
    height = width * 0.57
    parts = Parts()
    parts.box((0, 0, 0.01), (width * 0.4, 0.2, 0.02), main)
    parts.box((0, -0.02, lift), (0.08, 0.04, 2 * lift), main)
    parts.box((0, 0, lift + height / 2), (width, 0.045, height), main)
    glass = scaled(jittered("black", rng), rng.uniform(0.8, 1.6))
    parts.box((0, 0.024, lift + height / 2), (width - 0.05, 0.006, height - 0.05), glass)
    return parts


def plant(rng: np.random.Generator, main: Color) -> Parts:
    """A potted plant: a pot of any colour, a stem and green leaves."""
    height, pot = rng.uniform(0.5, 1.4), rng.uniform(0.12, 0.19)
    parts = Parts()
    color = str(rng.choice(["brown", "white", "black", "grey", "orange", "blue"]))
    tall = pot * rng.uniform(1.4, 2.0)
    parts.cylinder((0, 0, tall / 2), pot, tall, jittered(color, rng))
    parts.cylinder((0, 0, (tall + height) / 2 - 0.05), 0.02, height - tall, jittered("brown", rng))
    spread, crown = pot * rng.uniform(1.1, 1.6), (height - tall) * 0.75
    for _ in range(int(rng.integers(4, 8))):
        size = spread * rng.uniform(0.7, 1.1)
        x, y = rng.uniform(-0.5, 0.5, 2) * spread
        z = height - size / 2 - rng.uniform(0, 1) * max(crown - size, 0)
        leaf = scaled(main, rng.uniform(0.75, 1.2))
        parts.solids.append(ellipsoid((x, y, z), (size, size, size * 0.9), leaf))
    return parts


def trash_can(rng: np.random.Generator, main: Color) -> Parts:
    """A round or square bin with a dark opening."""
    radius, height = rng.uniform(0.12, 0.18), rng.uniform(0.28, 0.5)
    parts = Parts()
    hole = scaled(main, 0.35)
    if rng.random() < 0.6:
        parts.cylinder((0, 0, height / 2), radius, height, main)
        parts.cylinder((0, 0, height + 0.002), radius * 0.85, 0.004, hole)
    else:
        parts.box((0, 0, height / 2), (radius * 2, radius * 1.6, height), main)
        parts.box((0, 0, height + 0.002), (radius * 1.7, radius * 1.3, 0.004), hole)
    return parts


def carton(rng: np.random.Generator, main: Color) -> Parts:
    """A closed box with a strip of tape."""
    width, depth, height = rng.uniform(0.24, 0.48, 3)
    height = min(height, 0.36)
    parts = Parts()
    parts.box((0, 0, height / 2), (width, depth, height), main)
    parts.box((0, 0, height + 0.002), (0.06, depth, 0.004), scaled(main, 1.15))
    return parts


def pillow(rng: np.random.Generator, main: Color) -> Parts:
    """A soft cushion lying flat."""
    width, depth, height = rng.uniform(0.4, 0.55), rng.uniform(0.3, 0.4), rng.uniform(0.14, 0.2)
    parts = Parts()
    parts.solids.append(ellipsoid((0, 0, height / 2), (width, depth, height), main))
    return parts


def keyboard(rng: np.random.Generator, main: Color) -> Parts:
    """A computer keyboard with rows of keys."""
    width, depth = rng.uniform(0.36, 0.46), rng.uniform(0.13, 0.18)
    parts = Parts()
    parts.box((0, 0, 0.01), (width, depth, 0.02), main)
    for row in range(4):
        y = (row - 1.5) * depth / 5
        parts.box((0, y, 0.022), (width - 0.03, depth / 7, 0.006), scaled(main, 1.5))
    return parts
