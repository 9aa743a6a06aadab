"""Families of plants in their pots."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Color = palette.Color
    Point = NDArray[np.float64]

_GREENS = ((58, 98, 48), (76, 118, 58), (96, 134, 70), (46, 82, 50), (112, 140, 84), (84, 110, 90))


def _leaf(
    parts: Parts,
    base: Point,
    angle: float,
    rise: float,
    size: tuple[float, float],
    rgb: Color,
    *,
    droop: float = 0.6,
    stripe: Color | None = None,
) -> None:
    """A blade that leaves `base` in a direction, rises, and bends down towards its tip.

    Args:
        parts: what it is added to.
        base: (3,) where it begins.
        angle: radians about z.
        rise: radians above the level at its base.
        size: its length and greatest width.
        rgb: colour.
        droop: radians by which it bends until its tip.
        stripe: colour of its middle.
    """
    long, wide = size
    t = np.linspace(0, 1, 6)
    pitch = rise - droop * t**1.3 * 1.6
    step = long / 5
    out = np.concatenate([[0], np.cumsum(np.cos(pitch[:-1])) * step])
    up = np.concatenate([[0], np.cumsum(np.sin(pitch[:-1])) * step])
    width = wide / 2 * np.sin(np.pi * (0.08 + 0.92 * t) ** 0.75) + 0.001
    ahead, side = (
        np.array([np.cos(angle), np.sin(angle)]),
        np.array([-np.sin(angle), np.cos(angle)]),
    )
    rows = []
    for s in (-1.0, 0.0, 1.0):
        flat = base[:2] + out[:, None] * ahead + s * width[:, None] * side
        fold = up + base[2] + abs(s) * width * 0.25
        rows.append(np.concatenate([flat, fold[:, None]], axis=1))
    colors = np.empty((2, 5, 3), np.uint8)
    colors[:] = rgb
    colors[1] = palette.shade(rgb, 0.9)
    if stripe is not None:
        colors[:, 1::2] = stripe
    parts.surface(np.stack(rows), colors)


def _pot(parts: Parts, rng: np.random.Generator, radius: float) -> float:
    """A pot, box, basket or bowl with soil; returns the height of the soil."""
    u = rng.random()
    rgb = palette.pick(rng, (176, 100, 66), (190, 116, 80)) if u < 0.28 else palette.white(rng)
    rgb = palette.black(rng) if 0.55 < u < 0.7 else rgb
    if u > 0.7:
        rgb = palette.gray(rng) if rng.random() < 0.5 else palette.pastel(rng)
    high = radius * rng.uniform(1.2, 2.2)
    soil = (64, 48, 38)
    style = int(rng.integers(6 if radius > 0.1 else 5))
    if style == 0:  # with a rim
        profile = [(0, 0), (radius * 0.68, 0), (radius * 0.9, high * 0.8), (radius, high * 0.8)]
        profile += [(radius, high), (radius * 0.88, high), (radius * 0.86, high * 0.85)]
        parts.lathe(profile, rgb, "ceramic")
    elif style == 1:
        profile = [(0, 0), (radius * rng.uniform(0.7, 1.0), 0), (radius, high)]
        parts.lathe([*profile, (radius * 0.92, high), (radius * 0.92, high * 0.85)], rgb, "ceramic")
    elif style == 2:
        t = np.linspace(0, 1, 9)
        r = radius * (0.6 + 0.5 * np.sin(np.pi * (0.15 + 0.7 * t)))
        parts.lathe([(0, 0), *zip(r, high * t, strict=True)], rgb, "ceramic")
    elif style == 3:
        parts.box((0, 0, high / 2), (1.8 * radius, 1.8 * radius, high), rgb, "", round=0.01)
        parts.box((0, 0, high), (1.6 * radius, 1.6 * radius, 0.01), soil)
        return high
    elif style == 4:  # a basket
        straw = palette.pick(rng, (190, 150, 100), (160, 122, 78), (214, 190, 150))
        for i in range(8):
            z = high * (i + 0.5) / 8
            r = radius * (0.86 + 0.14 * np.sin(np.pi * (i + 0.5) / 8))
            ring = [(r * 0.97, z - high / 16), (r, z), (r * 0.97, z + high / 16)]
            parts.lathe(ring, palette.shade(straw, 0.9 + 0.1 * (i % 2)), "wicker")
    else:  # raised on a stand of wood
        legs = rng.uniform(0.08, 0.3)
        parts.cylinder((0, 0, legs + high / 2), radius * 0.95, high, rgb, "ceramic")
        parts.legs((2.1 * radius,) * 2, legs + high * 0.5, 0.022, palette.wood(rng), "wooden")
        high += legs
    parts.cylinder((0, 0, high * 0.93 if style != 5 else high), radius * 0.87, 0.012, soil)
    if rng.random() < 0.2 and style in (0, 1):
        parts.cylinder((0, 0, 0.006), radius * 1.05, 0.012, palette.shade(rgb, 0.9))
    return high * 0.93


def _rosette(parts: Parts, rng: np.random.Generator, soil: float, size: float) -> None:
    """Long blades from the soil: snake plants upright, spider plants and dracaenas arched."""
    green = palette.pick(rng, *_GREENS)
    upright = rng.random() < 0.4
    count = int(rng.integers(9, 18)) if upright else int(rng.integers(16, 40))
    edge = palette.pick(rng, (206, 204, 130), (150, 176, 120)) if rng.random() < 0.35 else None
    for _ in range(count):
        angle, start = rng.uniform(0, 6.3), rng.uniform(0, 0.25) * size * 0.3
        base = np.array([start * np.cos(angle), start * np.sin(angle), soil])
        rise = rng.uniform(1.25, 1.55) if upright else rng.uniform(0.7, 1.45)
        long = size * rng.uniform(0.6, 1.0)
        wide = rng.uniform(0.03, 0.07) if upright else rng.uniform(0.015, 0.045)
        tint = palette.shade(green, rng.uniform(0.8, 1.2))
        droop = 0.08 if upright else rng.uniform(0.6, 1.4)
        _leaf(parts, base, angle, rise, (long, wide), tint, droop=droop, stripe=edge)


def _broad(parts: Parts, rng: np.random.Generator, soil: float, size: float) -> None:
    """Stalks from the soil, each with one large leaf: peace lilies, philodendrons, monsteras."""
    green = palette.pick(rng, *_GREENS[:4])
    for _ in range(int(rng.integers(9, 22))):
        angle, out = rng.uniform(0, 6.3), size * rng.uniform(0.1, 0.45)
        high = soil + size * rng.uniform(0.3, 0.8)
        tip = np.array([out * np.cos(angle), out * np.sin(angle), high])
        bend = tip * 0.4 + np.array([0, 0, soil + (high - soil) * 0.7 - tip[2] * 0.4])
        parts.tube(
            np.stack([[0, 0, soil], bend, tip]), 0.004, palette.shade(green, 1.1), smooth=6, sides=5
        )
        long = size * rng.uniform(0.25, 0.42)
        shape = (long, long * rng.uniform(0.4, 0.85))
        tint = palette.shade(green, rng.uniform(0.8, 1.2))
        _leaf(parts, tip, angle, rng.uniform(-0.2, 0.6), shape, tint, droop=rng.uniform(0.4, 0.9))
    if rng.random() < 0.2:
        white = palette.white(rng)
        for _ in range(3):
            at = (*(rng.normal(0, 0.12, 2) * size), soil + size * rng.uniform(0.8, 1.0))
            parts.tube([(0, 0, soil), at], 0.003, green, sides=5)
            parts.ball(at, (0.05, 0.02, 0.09), white)


def _tree(parts: Parts, rng: np.random.Generator, soil: float, size: float) -> None:
    """One to three stems with branches and many leaves: figs, rubber plants, olive trees."""
    bark = palette.pick(rng, (110, 88, 66), (140, 120, 96), (86, 70, 54))
    green = palette.pick(rng, *_GREENS)
    large = rng.random() < 0.5
    for _ in range(int(rng.integers(1, 4))):
        lean = rng.normal(0, 0.12, 2) * size
        top = np.array([*lean, soil + size])
        start = np.array([*rng.normal(0, 0.015, 2), soil])
        bend = (start + top) / 2 + np.array([*rng.normal(0, 0.04, 2), 0.0])
        parts.tube(np.stack([start, bend, top]), 0.012, bark, "wooden", smooth=10, sides=6)
        for _ in range(int(rng.integers(16, 30)) if large else int(rng.integers(26, 52))):
            t = rng.uniform(0.3, 1.0)
            at = start + (top - start) * t
            angle, reach = rng.uniform(0, 6.3), size * rng.uniform(0.05, 0.24)
            out = np.array([np.cos(angle), np.sin(angle), rng.uniform(0.1, 0.8)])
            tip = at + out * reach
            parts.tube(np.stack([at, tip]), 0.004, bark, sides=4)
            long = rng.uniform(0.14, 0.26) if large else rng.uniform(0.07, 0.13)
            wide = long * rng.uniform(0.45, 0.65)
            tint = palette.shade(green, rng.uniform(0.75, 1.25))
            _leaf(parts, tip, angle, rng.uniform(-0.5, 0.9), (long, wide), tint)
            if not large:
                _leaf(parts, tip, angle + 1.3, rng.uniform(-0.6, 0.6), (long, wide), tint)


def _palm(parts: Parts, rng: np.random.Generator, soil: float, size: float) -> None:
    """Fronds of many narrow leaves, from the soil or from trunks."""
    green = palette.pick(rng, *_GREENS[:5])
    trunk = size * rng.uniform(0.25, 0.5) if rng.random() < 0.35 else 0.0
    if trunk:
        bark = palette.pick(rng, (130, 106, 78), (104, 84, 62))
        parts.cylinder((0, 0, soil + trunk / 2), 0.035, trunk, bark, top=0.025, sides=10)
    for _ in range(int(rng.integers(8, 14))):
        angle = rng.uniform(0, 6.3)
        high, reach = (size - trunk) * rng.uniform(0.6, 1.0), size * rng.uniform(0.25, 0.5)
        a = np.array([np.cos(angle), np.sin(angle), 0.0])
        up = np.array([0, 0, 1.0])
        base = soil * up + trunk * up
        line = [base, base + 0.3 * reach * a + 0.75 * high * up, base + reach * a + high * 0.8 * up]
        curve = np.stack(line)
        parts.tube(curve, 0.005, palette.shade(green, 1.1), smooth=10, sides=5)
        for t in np.linspace(0.35, 1.0, 9):
            at = (1 - t) ** 2 * curve[0] + 2 * t * (1 - t) * curve[1] + t**2 * curve[2]
            for s in (-1, 1):
                tint = palette.shade(green, rng.uniform(0.85, 1.2))
                shape = (size * 0.2 * (1.25 - 0.5 * t), 0.022)
                _leaf(parts, at, angle + s * 1.0, rng.uniform(-0.1, 0.3), shape, tint, droop=0.7)


def _cactus(parts: Parts, rng: np.random.Generator, soil: float, size: float) -> None:
    """Ribbed columns with arms, balls, or paddles."""
    green = palette.pick(rng, (84, 120, 72), (100, 130, 96), (70, 104, 66))
    style = int(rng.integers(3))
    if style == 0:
        radius = size * rng.uniform(0.08, 0.14)
        parts.cylinder((0, 0, soil + size * 0.45), radius, size * 0.9, green, sides=14)
        parts.ball((0, 0, soil + size * 0.9), (2 * radius, 2 * radius, 2 * radius), green)
        for s in (-1, 1)[: int(rng.integers(0, 3))]:
            z = soil + size * rng.uniform(0.35, 0.6)
            path = [
                (0, 0, z),
                (s * radius * 2.2, 0, z + 0.01),
                (s * radius * 2.4, 0, z + size * 0.3),
            ]
            parts.tube(path, radius * 0.6, green, smooth=10)
    elif style == 1:
        for _ in range(int(rng.integers(1, 5))):
            r = size * rng.uniform(0.2, 0.4)
            at = (*rng.normal(0, size * 0.12, 2), soil + r * 0.8)
            parts.ball(at, (2 * r, 2 * r, 2 * r), palette.shade(green, rng.uniform(0.9, 1.15)))
    else:
        z = soil
        for _ in range(int(rng.integers(2, 6))):
            tall = size * rng.uniform(0.3, 0.45)
            x = rng.normal(0, size * 0.13)
            pad = parts.ball((x, 0, z + tall / 2), (tall * 0.7, 0.03, tall), green)
            pad.turn("y", rng.normal(0, 20), (x, 0, z)).turn("z", rng.uniform(-40, 40))
            z += tall * rng.uniform(0.2, 0.7)


def _trailing(parts: Parts, rng: np.random.Generator, soil: float, size: float) -> None:
    """A bush of small leaves over the rim: ivies, ferns, pothos; some hang far down."""
    green = palette.pick(rng, *_GREENS)
    fern = rng.random() < 0.4
    for _ in range(int(rng.integers(14, 30))):
        angle, reach = rng.uniform(0, 6.3), size * rng.uniform(0.2, 0.5)
        a = np.array([np.cos(angle), np.sin(angle), 0.0])
        fall = -rng.uniform(0, 0.4) * size if not fern else rng.uniform(0, 0.3) * size
        curve = np.stack(
            [
                np.array([0, 0, soil]),
                np.array([0, 0, soil + size * rng.uniform(0.3, 0.8)]) + a * reach * 0.6,
                np.array([0, 0, soil + fall]) + a * reach,
            ]
        )
        curve[:, 2] = curve[:, 2].clip(0.02)
        for t in np.linspace(0.2, 1.0, 8 if fern else 6):
            at = (1 - t) ** 2 * curve[0] + 2 * t * (1 - t) * curve[1] + t**2 * curve[2]
            tint = palette.shade(green, rng.uniform(0.8, 1.25))
            if fern:
                for s in (-1, 1):
                    _leaf(parts, at, angle + s * 1.3, 0.1, (size * 0.11, 0.018), tint)
            else:
                long = rng.uniform(0.05, 0.09)
                _leaf(
                    parts,
                    at,
                    angle + rng.normal(0, 1),
                    rng.uniform(-0.6, 0.5),
                    (long, long * 0.8),
                    tint,
                )


@family("plant", mount="floor")
def plant(rng: np.random.Generator) -> Parts:
    """Blades, broad leaves, a tree, a palm, a cactus or a bush, in a pot."""
    parts = Parts()
    style = int(rng.choice(6, p=[0.2, 0.2, 0.22, 0.14, 0.08, 0.16]))
    large = rng.random() < (0.85 if style in (2, 3) else 0.45)
    if style in (4, 5):
        large = rng.random() < 0.2
    size = rng.uniform(0.55, 1.4) if large else rng.uniform(0.14, 0.45)
    if style in (0, 1) and large:
        size = min(size, 1.0)
    if style == 2 and not large:
        size = rng.uniform(0.3, 0.5)
    radius = float(np.clip(size * rng.uniform(0.14, 0.24), 0.05, 0.22))
    if style in (4, 5):
        radius = max(radius, size * 0.25)
    soil = _pot(parts, rng, radius)
    (_rosette, _broad, _tree, _palm, _cactus, _trailing)[style](parts, rng, soil, size)
    low = min(float(part.points[:, 2].min()) for part in parts.parts)
    if low < 0:  # leaves lie on the ground rather than lift the pot
        for part in parts.parts:
            part.points[:, 2] = part.points[:, 2].clip(0.0)
    if not large:
        parts.mount = "top"
    return parts
