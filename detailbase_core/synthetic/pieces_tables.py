"""Tables, desks, nightstands and TV stands (metres, front towards +y)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.synthetic.colors import scaled
from detailbase_core.synthetic.parts import Parts, frame_color

if TYPE_CHECKING:
    import numpy as np

    from detailbase_core.synthetic.primitives import Color


def table(rng: np.random.Generator, main: Color) -> Parts:
    """A dining table, round or rectangular."""
    height = rng.uniform(0.71, 0.77)
    if rng.random() < 0.4:
        return _round_table(rng, main, rng.uniform(0.42, 0.65), height)
    return _rectangular_table(rng, main, rng.uniform(1.1, 1.8), rng.uniform(0.72, 0.95), height)


def coffee_table(rng: np.random.Generator, main: Color) -> Parts:
    """A low table, round or rectangular."""
    height = rng.uniform(0.34, 0.46)
    if rng.random() < 0.4:
        return _round_table(rng, main, rng.uniform(0.32, 0.45), height)
    return _rectangular_table(rng, main, rng.uniform(0.8, 1.2), rng.uniform(0.45, 0.6), height)


def _round_table(rng: np.random.Generator, main: Color, radius: float, height: float) -> Parts:
    parts = Parts(shape="round")
    thick = rng.uniform(0.03, 0.05)
    frame = frame_color(rng, main)
    if rng.random() < 0.5:
        parts.column(height - thick, radius * 0.55, frame)
    else:
        side = radius * 1.3
        parts.legs((side, side), height - thick, 0.05, frame, round_=True)
    parts.cylinder((0, 0, height - thick / 2), radius, thick, main)
    half = radius * 0.66
    parts.on.append(((0, 0, height), (half, half), 0.8))
    if height > 0.6:
        parts.under.append(((0, 0, 0), (half, half), height - thick - 0.02))
    return parts


def _rectangular_table(
    rng: np.random.Generator, main: Color, width: float, depth: float, height: float
) -> Parts:
    parts = Parts(shape="rectangular")
    thick = rng.uniform(0.03, 0.06)
    leg = rng.uniform(0.05, 0.08)
    round_ = bool(rng.random() < 0.3)
    parts.legs(
        (width - 0.04, depth - 0.04), height - thick, leg, frame_color(rng, main), round_=round_
    )
    parts.box((0, 0, height - thick / 2), (width, depth, thick), main)
    parts.on.append(((0, 0, height), (width / 2 - 0.04, depth / 2 - 0.04), 0.8))
    if height > 0.6:
        half = (width / 2 - 0.15, depth / 2 - 0.12)
        parts.under.append(((0, 0, 0), half, height - thick - 0.02))
    return parts


def desk(rng: np.random.Generator, main: Color) -> Parts:
    """A writing desk: side panels, a back panel, perhaps drawers; one sits at +y."""
    width, depth, height = rng.uniform(1.1, 1.6), rng.uniform(0.6, 0.75), rng.uniform(0.72, 0.77)
    parts = Parts()
    parts.box((0, 0, height - 0.02), (width, depth, 0.04), main)
    for side in (-1, 1):
        center = (side * (width / 2 - 0.02), 0, (height - 0.04) / 2)
        parts.box(center, (0.04, depth - 0.04, height - 0.04), main)
    parts.box((0, -depth / 2 + 0.04, height - 0.2), (width - 0.08, 0.025, 0.32), main)
    free = width / 2 - 0.08
    middle = 0.0
    if rng.random() < 0.5:
        side = int(rng.choice([-1, 1]))
        _drawers(parts, side * (width / 2 - 0.24), depth, height, main)
        free -= 0.2
        middle = -side * 0.2
    parts.on.append(((0, 0, height), (width / 2 - 0.03, depth / 2 - 0.03), 0.8))
    parts.under.append(((middle, -0.05, 0), (free, depth / 2 - 0.12), height - 0.38))
    return parts


def _drawers(parts: Parts, x: float, depth: float, height: float, main: Color) -> None:
    parts.box((x, -0.02, (height + 0.06) / 2), (0.38, depth - 0.1, height - 0.14), main)
    for i in range(3):
        z = 0.24 + i * (height - 0.24) / 3
        center = (x, depth / 2 - 0.06, z)
        parts.box(center, (0.34, 0.03, (height - 0.3) / 3), scaled(main, 0.88))


def nightstand(rng: np.random.Generator, main: Color) -> Parts:
    """A small chest with one or two drawers."""
    width, depth, height = rng.uniform(0.38, 0.5), rng.uniform(0.36, 0.44), rng.uniform(0.45, 0.6)
    parts = Parts()
    parts.box((0, 0, height / 2 + 0.03), (width, depth, height - 0.06), main)
    parts.box((0, 0, 0.03), (width - 0.06, depth - 0.06, 0.06), scaled(main, 0.7))
    knob = frame_color(rng, main)
    for i in range(drawers := int(rng.integers(1, 3))):
        tall = (height - 0.12) / drawers
        z = 0.09 + (i + 0.5) * tall
        parts.box((0, depth / 2 + 0.006, z), (width - 0.05, 0.012, tall - 0.03), scaled(main, 0.9))
        parts.box((0, depth / 2 + 0.024, z), (0.05, 0.024, 0.03), knob)
    parts.on.append(((0, 0, height), (width / 2 - 0.02, depth / 2 - 0.02), 0.8))
    return parts


def tv_stand(rng: np.random.Generator, main: Color) -> Parts:
    """A low, wide stand with an open shelf."""
    width, depth, height = rng.uniform(1.1, 1.8), rng.uniform(0.36, 0.45), rng.uniform(0.4, 0.55)
    parts = Parts()
    parts.box((0, 0, height - 0.02), (width, depth, 0.04), main)
    parts.box((0, 0, 0.04), (width, depth, 0.08), main)
    parts.box((0, -depth / 2 + 0.015, height / 2), (width, 0.03, height - 0.04), scaled(main, 0.8))
    middle = height / 2 + 0.02
    for x, wide in ((-width / 3, width / 3), (width / 3, width / 3)):
        parts.box((x, 0.01, middle), (wide, depth - 0.02, height - 0.12), main)
    parts.on.append(((0, 0, height), (width / 2 - 0.03, depth / 2 - 0.02), 1.2))
    return parts
