"""Colours of real products, weighted as in shops: white, gray, black and wood most of all."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING

from detailbase_core.synthetic.colors import jittered

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    Color = tuple[int, int, int]

_WOODS = (  # birch, pine, beech, oak, teak, cherry, walnut, mahogany, wenge
    *((222, 196, 156), (214, 176, 120), (200, 156, 110), (178, 136, 90), (150, 100, 58)),
    *((140, 78, 44), (98, 64, 40), (92, 44, 30), (60, 44, 36)),
)
_METALS = ((150, 152, 156), (176, 178, 182), (118, 120, 124), (198, 200, 204))
_BRASS = ((184, 150, 84), (156, 116, 62), (140, 92, 60))
_CARDBOARD = ((180, 140, 96), (190, 152, 110), (166, 126, 84), (204, 170, 130))
_LIVELY = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
_LIVELY_SHARES = (0.22, 0.1, 0.1, 0.16, 0.26, 0.05, 0.06, 0.05)


def _near(rgb: Sequence[int], rng: np.random.Generator, spread: float = 0.06) -> Color:
    """A colour a bit lighter or darker, and of a slightly other hue."""
    light = rng.uniform(1 - spread, 1 + spread)
    r, g, b = (round(min(255.0, max(0.0, c * light + rng.uniform(-4, 4)))) for c in rgb)
    return (r, g, b)


def wood(rng: np.random.Generator) -> Color:
    """Birch to wenge."""
    return _near(_WOODS[int(rng.integers(len(_WOODS)))], rng)


def steel(rng: np.random.Generator) -> Color:
    """Bare or brushed steel and aluminium."""
    return _near(_METALS[int(rng.integers(len(_METALS)))], rng)


def brass(rng: np.random.Generator) -> Color:
    """Brass, gold and copper."""
    return _near(_BRASS[int(rng.integers(len(_BRASS)))], rng)


def cardboard(rng: np.random.Generator) -> Color:
    """Brown corrugated board, seldom white."""
    return white(rng) if rng.random() < 0.1 else _near(_CARDBOARD[int(rng.integers(4))], rng)


def white(rng: np.random.Generator) -> Color:
    """White to off-white, warm or cold."""
    level = rng.uniform(218, 248)
    warm = rng.uniform(-6, 12)
    return (round(level), round(level - max(warm, 0) * 0.3), round(level - warm))


def gray(rng: np.random.Generator) -> Color:
    """Light to dark gray."""
    level = rng.uniform(80, 195)
    return (round(level), round(level + rng.uniform(-2, 3)), round(level + rng.uniform(-3, 6)))


def black(rng: np.random.Generator) -> Color:
    """Black plastic, rubber, lacquer."""
    level = rng.uniform(18, 44)
    return (round(level), round(level), round(level + rng.uniform(0, 3)))


def lively(rng: np.random.Generator) -> Color:
    """A saturated colour: red and blue more often than purple and pink."""
    return jittered(str(rng.choice(_LIVELY, p=_LIVELY_SHARES)), rng)


def pastel(rng: np.random.Generator) -> Color:
    """A soft, light or muted colour of any hue, as paints and textiles have."""
    r, g, b = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.12, 0.4), rng.uniform(0.5, 0.9))
    return (round(r * 255), round(g * 255), round(b * 255))


def case(rng: np.random.Generator, dark: float = 0.45, other: float = 0.1) -> Color:
    """Housing of a device: dark with a chance of `dark`, lively with `other`, else light."""
    u = rng.random()
    if u < other:
        return lively(rng)
    if u < other + dark:
        return black(rng) if rng.random() < 0.75 else _near((70, 72, 76), rng)
    return white(rng) if rng.random() < 0.65 else gray(rng)


def finish(rng: np.random.Generator) -> tuple[Color, str]:
    """Colour and material of furniture: painted or bare wood most of all."""
    u = rng.random()
    if u < 0.36:
        return wood(rng), "wooden"
    if u < 0.60:
        return white(rng), ""
    if u < 0.76:
        return gray(rng), ""
    if u < 0.88:
        return black(rng), ""
    return (lively(rng) if rng.random() < 0.5 else pastel(rng)), ""


def cloth(rng: np.random.Generator) -> Color:
    """Textiles: black, gray, navy and muted colours, a third lively."""
    u = rng.random()
    if u < 0.2:
        return black(rng)
    if u < 0.38:
        return gray(rng)
    if u < 0.48:
        return _near((40, 52, 84), rng, 0.15)
    if u < 0.6:
        return _near((150, 126, 96), rng, 0.25)
    return lively(rng) if rng.random() < 0.6 else pastel(rng)


def shade(rgb: Sequence[int], factor: float) -> Color:
    """The same colour, lighter (> 1) or darker (< 1)."""
    r, g, b = (min(255, max(0, round(channel * factor))) for channel in rgb)
    return (r, g, b)


def pick(rng: np.random.Generator, *colors: Color) -> Color:
    """One of the given colours, varied a little."""
    return _near(colors[int(rng.integers(len(colors)))], rng)
