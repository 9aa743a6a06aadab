"""Shelves, cabinets, wardrobes, and what hangs in walls (metres, front towards +y)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.colors import COLOR_NAMES, jittered, scaled
from detailbase_core.synthetic.parts import Parts, frame_color

if TYPE_CHECKING:
    import numpy as np

    from detailbase_core.synthetic.primitives import Color


def bookshelf(rng: np.random.Generator, main: Color) -> Parts:
    """An open shelf with blocks of books in it."""
    width, depth, height = rng.uniform(0.6, 1.2), rng.uniform(0.28, 0.36), rng.uniform(1.1, 2.0)
    parts = Parts()
    for side in (-1, 1):
        parts.box((side * (width / 2 - 0.015), 0, height / 2), (0.03, depth, height), main)
    parts.box((0, -depth / 2 + 0.01, height / 2), (width - 0.06, 0.02, height), scaled(main, 0.85))
    boards = round(height / 0.36) + 1
    step = (height - 0.03) / (boards - 1)
    for i in range(boards):
        parts.box((0, 0.01, 0.015 + i * step), (width - 0.06, depth - 0.02, 0.03), main)
        if i < boards - 1:
            _books(rng, parts, width - 0.1, depth, 0.03 + i * step, step - 0.05)
    return parts


def _books(
    rng: np.random.Generator, parts: Parts, width: float, depth: float, z: float, room: float
) -> None:
    """A few blocks of books on one board."""
    x = -width / 2
    for _ in range(int(rng.integers(0, 4))):
        wide, tall = rng.uniform(0.08, 0.25), room * rng.uniform(0.6, 0.95)
        x += rng.uniform(0.0, 0.08)
        if x + wide > width / 2:
            return
        color = jittered(str(rng.choice(COLOR_NAMES)), rng)
        parts.box((x + wide / 2, -0.02, z + tall / 2), (wide, depth - 0.1, tall), color)
        x += wide


def cabinet(rng: np.random.Generator, main: Color) -> Parts:
    """A closed cabinet, hip to chest high."""
    size = (rng.uniform(0.6, 1.2), rng.uniform(0.38, 0.5), rng.uniform(0.75, 1.2))
    parts = _cupboard(rng, main, *size)
    parts.on.append(((0, 0, size[2]), (size[0] / 2 - 0.03, size[1] / 2 - 0.03), 0.8))
    return parts


def wardrobe(rng: np.random.Generator, main: Color) -> Parts:
    """A tall closet with two doors."""
    size = (rng.uniform(0.9, 1.6), rng.uniform(0.52, 0.65), rng.uniform(1.75, 2.15))
    return _cupboard(rng, main, *size)


def _cupboard(
    rng: np.random.Generator, main: Color, width: float, depth: float, height: float
) -> Parts:
    parts = Parts()
    parts.box((0, 0, height / 2 + 0.03), (width, depth, height - 0.06), main)
    parts.box((0, 0, 0.03), (width - 0.06, depth - 0.06, 0.06), scaled(main, 0.7))
    door, handle = scaled(main, rng.uniform(0.86, 0.95)), frame_color(rng, main)
    for side in (-1, 1):
        x = side * width / 4
        size = (width / 2 - 0.03, 0.014, height - 0.12)
        parts.box((x, depth / 2 + 0.007, height / 2 + 0.03), size, door)
        center = (side * 0.05, depth / 2 + 0.025, height * 0.55)
        parts.box(center, (0.025, 0.024, 0.16), handle)
    return parts


def door(rng: np.random.Generator, main: Color) -> Parts:
    """A closed door leaf with frame and handle; its back (-y) is against the wall."""
    width, height = rng.uniform(0.8, 0.95), rng.uniform(1.98, 2.1)
    parts = Parts()
    frame = jittered(str(rng.choice(["white", "brown", "grey"])), rng)
    parts.box((0, 0, height / 2), (width, 0.04, height), main)
    for side in (-1, 1):
        center = (side * (width / 2 + 0.035), 0.01, height / 2)
        parts.box(center, (0.07, 0.06, height), frame)
    parts.box((0, 0.01, height + 0.035), (width + 0.14, 0.06, 0.07), frame)
    parts.box((width / 2 - 0.1, 0.05, 1.02), (0.12, 0.06, 0.03), jittered("grey", rng))
    return parts


def window(rng: np.random.Generator, main: Color) -> Parts:
    """A closed window with its sill; the pane is seen as pale blue."""
    width, height, sill = rng.uniform(0.8, 1.6), rng.uniform(0.9, 1.25), rng.uniform(0.8, 1.0)
    parts = Parts()
    frame = jittered(str(rng.choice(["white", "white", "brown"])), rng)
    middle = sill + height / 2
    pane = (165 + int(rng.integers(0, 30)), 205 + int(rng.integers(0, 20)), 235)
    parts.box((0, 0, middle), (width, 0.03, height), pane)
    for side in (-1, 1):
        parts.box((side * width / 2, 0.01, middle), (0.07, 0.06, height + 0.07), frame)
        z = middle + side * height / 2
        parts.box((0, 0.01, z), (width, 0.06, 0.07), frame)
    parts.box((0, 0.01, middle), (0.05, 0.05, height), frame)
    parts.box((0, 0.05, sill - 0.05), (width + 0.1, 0.12, 0.03), frame)
    return parts


def picture(rng: np.random.Generator, main: Color) -> Parts:
    """A framed picture of a few blocks of colour."""
    width, height = rng.uniform(0.45, 1.1), rng.uniform(0.4, 0.8)
    middle = rng.uniform(1.5, 1.65)
    parts = Parts()
    frame = jittered(str(rng.choice(["brown", "black", "white"])), rng)
    parts.box((0, 0, middle), (width, 0.03, height), frame)
    names = rng.choice(COLOR_NAMES, size=3, replace=False)
    inner = width - 0.1
    for i, name in enumerate(names):
        x = (i + 0.5) * inner / 3 - inner / 2
        size = (inner / 3, 0.012, height - 0.1)
        parts.box((x, 0.02, middle), size, jittered(str(name), rng))
    return parts
