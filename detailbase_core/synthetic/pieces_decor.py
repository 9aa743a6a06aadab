"""Rugs, curtains, mirrors and whiteboards (metres, front towards +y)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.colors import COLOR_NAMES, jittered, scaled
from detailbase_core.synthetic.parts import Parts

if TYPE_CHECKING:
    import numpy as np

    from detailbase_core.synthetic.primitives import Color


def rug(rng: np.random.Generator, main: Color) -> Parts:
    """A flat rug, round or rectangular, plain, bordered or with a few stripes."""
    parts = Parts()
    other = jittered(str(rng.choice(COLOR_NAMES)), rng)
    if rng.random() < 0.3:
        radius = rng.uniform(0.5, 1.1)
        parts.shape = "round"
        parts.cylinder((0, 0, 0.005), radius, 0.01, main)
        if rng.random() < 0.5:
            parts.cylinder((0, 0, 0.006), radius * rng.uniform(0.2, 0.4), 0.012, other)
        return parts
    width, depth = rng.uniform(1.1, 2.6), rng.uniform(0.7, 1.8)
    parts.shape = "rectangular"
    parts.box((0, 0, 0.005), (width, depth, 0.01), main)
    style = rng.random()
    if style < 0.3:
        for side in (-1, 1):
            parts.box((side * (width / 2 - 0.08), 0, 0.006), (0.07, depth, 0.012), other)
    elif style < 0.55:
        parts.box((0, 0, 0.006), (width * 0.6, depth * 0.45, 0.012), scaled(main, 1.25))
    return parts


def curtain(rng: np.random.Generator, main: Color) -> Parts:
    """A pair of curtains in folds, from a rod down to near the floor; its back is at the wall."""
    width, top, bottom = rng.uniform(1.0, 1.8), rng.uniform(2.1, 2.3), rng.uniform(0.05, 0.9)
    parts = Parts()
    fold = 0.07
    share = rng.uniform(0.15, 0.3)
    folds = max(2, round(width * share / fold))
    for side in (-1, 1):
        for i in range(folds):
            x = side * (width / 2 - (i + 0.5) * fold)
            shade = scaled(main, 0.88 if i % 2 else 1.0) if i % 2 else main
            y = 0.035 + (0.02 if i % 2 else 0.0)
            parts.box((x, y, (top + bottom) / 2), (fold, 0.03, top - bottom), shade)
    parts.box((0, 0.03, top + 0.02), (width + 0.2, 0.03, 0.03), jittered("grey", rng))
    return parts


def whiteboard(rng: np.random.Generator, main: Color) -> Parts:
    """A board in a thin frame, some of it written on; its back is at the wall."""
    width, height = rng.uniform(1.0, 2.0), rng.uniform(0.8, 1.1)
    middle = rng.uniform(1.35, 1.55)
    parts = Parts()
    frame = jittered("grey", rng)
    parts.box((0, 0.01, middle), (width, 0.02, height), main)
    for side in (-1, 1):
        parts.box((side * width / 2, 0.012, middle), (0.03, 0.03, height), frame)
        parts.box((0, 0.012, middle + side * height / 2), (width + 0.03, 0.03, 0.03), frame)
    for _ in range(int(rng.integers(0, 5))):
        ink = jittered(str(rng.choice(["blue", "black", "red", "green"])), rng)
        long = rng.uniform(0.15, 0.5) * width
        x = rng.uniform(-1, 1) * (width - long) / 2
        z = middle + rng.uniform(-0.4, 0.4) * height
        parts.box((x, 0.02, z), (long, 0.004, 0.02), ink)
    return parts


def mirror(rng: np.random.Generator, main: Color) -> Parts:
    """A framed mirror, seen as a pale grey pane; its back is at the wall."""
    width, height = rng.uniform(0.4, 0.8), rng.uniform(0.5, 1.2)
    middle = rng.uniform(1.4, 1.6)
    parts = Parts()
    frame = jittered(str(rng.choice(["brown", "black", "white", "grey", "yellow"])), rng)
    tone = 190 + int(rng.integers(0, 35))
    parts.box((0, 0.01, middle), (width, 0.02, height), (tone, tone + 4, tone + 8))
    for side in (-1, 1):
        parts.box((side * width / 2, 0.015, middle), (0.05, 0.03, height + 0.05), frame)
        parts.box((0, 0.015, middle + side * height / 2), (width, 0.03, 0.05), frame)
    return parts
