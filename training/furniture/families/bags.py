"""Families of bags that people carry things in: shopping, tote, sports and waste bags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Color = palette.Color


def _sack(
    rng: np.random.Generator,
    size: tuple[float, float, float],
    *,
    mouth: float,
    square: float,
    crease: float = 0.03,
) -> NDArray[np.float64]:
    """A grid (rows, around, 3) of a soft body that stands at z = 0, open or drawn in at its top.

    Args:
        rng: see above.
        size: width, depth and height.
        mouth: share of the width and depth that its upper edge has.
        square: 1 = round, below = with flat sides.
        crease: how far its sides are dented, of the width.
    """
    wide, deep, high = size
    t, a = np.meshgrid(np.linspace(0, 1, 11), np.linspace(0, 2 * np.pi, 37), indexing="ij")
    belly = np.minimum(1.0, (t / 0.08 + 0.3)) * (1 + rng.uniform(0, 0.12) * np.sin(np.pi * t))
    belly = belly * (1 - (1 - mouth) * t**2.5)
    dent = 1 + crease * sum(
        np.sin(k * a + rng.uniform(0, 6.3) + 3 * t * rng.uniform(-1, 1)) for k in (3, 5, 8)
    )
    x = np.sign(np.cos(a)) * np.abs(np.cos(a)) ** square
    y = np.sign(np.sin(a)) * np.abs(np.sin(a)) ** square
    z = high * t + 0.02 * high * np.sin(2 * a + rng.uniform(0, 6.3)) * t
    lean = rng.normal(0, 0.05, 2) * high
    grid = np.stack(
        [wide / 2 * x * belly * dent + lean[0] * t, deep / 2 * y * belly * dent + lean[1] * t, z], 2
    )
    grid[:, -1] = grid[:, 0]
    found: NDArray[np.float64] = grid
    return found


def _handles(
    parts: Parts,
    rng: np.random.Generator,
    size: tuple[float, float, float],
    reach: float,
    rgb: Color,
    *,
    mouth: float = 1.0,
) -> None:
    """Two loops at the upper edge, upright or fallen to the side."""
    wide, deep, high = size
    gap = rng.uniform(0.12, 0.25) * wide
    for s in (-1, 1):
        y, fall = s * deep / 2 * mouth, rng.uniform(-0.4, 1.0) * s * reach
        rise = np.sqrt(max(reach**2 - fall**2, 0.0))
        path = [(-gap, y, high * 0.95), (-gap * 0.8, y + fall * 0.7, high + rise * 0.75)]
        path += [(0, y + fall, high + rise), (gap * 0.8, y + fall * 0.7, high + rise * 0.75)]
        parts.tube(
            [*path, (gap, y, high * 0.95)], rng.uniform(0.004, 0.011), rgb, smooth=16, sides=6
        )


def _paper(parts: Parts, rng: np.random.Generator) -> None:
    """A paper bag with flat sides, folds at its sides and cords, or without them."""
    wide, high = rng.uniform(0.18, 0.42), rng.uniform(0.24, 0.48)
    deep = wide * rng.uniform(0.3, 0.55)
    u = rng.random()
    rgb = palette.cardboard(rng) if u < 0.45 else palette.white(rng)
    rgb = palette.lively(rng) if 0.65 < u < 0.85 else rgb
    rgb = palette.black(rng) if u > 0.85 else rgb
    pinch = rng.uniform(0.5, 0.95)
    for s in (-1, 1):
        bottom, top = s * deep / 2, s * deep / 2 * pinch
        x = np.array([-wide / 2, wide / 2])
        wall = np.array([[(a, bottom, 0.0) for a in x], [(a, top, high) for a in x]])
        parts.surface(wall, rgb)
        fold = np.array(
            [
                [
                    (s * wide / 2, -deep / 2, 0.0),
                    (s * wide / 2, 0, 0.0),
                    (s * wide / 2, deep / 2, 0),
                ],
                [
                    (s * wide / 2, -deep / 2 * pinch, high),
                    (s * wide / 2 * 0.86, 0, high),
                    (s * wide / 2, deep / 2 * pinch, high),
                ],
            ]
        )
        parts.surface(fold, palette.shade(rgb, 0.88))
    parts.box((0, 0, 0.003), (wide, deep, 0.006), palette.shade(rgb, 0.8))
    if rng.random() < 0.75:
        cord = palette.shade(rgb, 0.7) if rng.random() < 0.5 else palette.black(rng)
        _handles(parts, rng, (wide, deep, high), rng.uniform(0.08, 0.16), cord, mouth=pinch)
    if rng.random() < 0.5:  # a print
        art = pictures.text(rng, rgb, palette.lively(rng), lines=3, width=10)
        lean = float(np.degrees(np.arctan2(deep / 2 * (1 - pinch), high)))
        at = (0, deep / 2 * (1 + pinch) / 2 + 0.003, high * 0.55)
        parts.picture(at, (wide * 0.6, high * 0.3), art).turn("x", lean)
    if rng.random() < 0.3:
        stuff = palette.cloth(rng)
        parts.box((0, 0, high * 0.85), (wide * 0.75, deep * 0.6, high * 0.25), stuff, round=0.02)


def _tote(parts: Parts, rng: np.random.Generator) -> None:
    """Cloth with two long handles, full or flat; or a large woven one."""
    size = (rng.uniform(0.28, 0.52), rng.uniform(0.1, 0.25), rng.uniform(0.26, 0.44))
    rgb = palette.pick(rng, (226, 214, 190), (236, 230, 216)) if rng.random() < 0.4 else None
    rgb = palette.cloth(rng) if rgb is None else rgb
    mouth = rng.uniform(0.75, 1.15)
    grid = _sack(rng, size, mouth=mouth, square=rng.uniform(0.45, 0.7))
    parts.surface(grid, rgb, "fabric")
    inner = grid[3:] * [0.96, 0.96, 1.0]
    parts.surface(inner, palette.shade(rgb, 0.6))
    parts.box((0, 0, 0.01), (size[0] * 0.7, size[1] * 0.7, 0.02), rgb, "fabric")
    handle = palette.shade(rgb, 0.85) if rng.random() < 0.5 else palette.pick(rng, (120, 80, 50))
    _handles(parts, rng, size, rng.uniform(0.14, 0.28), handle, mouth=mouth)
    if rng.random() < 0.4:
        for _ in range(int(rng.integers(1, 5))):
            at = (*(rng.uniform(-0.25, 0.25, 2) * size[:2]), size[2] * rng.uniform(0.8, 1.0))
            parts.ball(at, rng.uniform(0.07, 0.16, 3), palette.cloth(rng))


def _sports(parts: Parts, rng: np.random.Generator) -> None:
    """A long roll or box of cloth with a zip, two handles and a strap; or a weekend bag."""
    long, deep, high = rng.uniform(0.42, 0.72), rng.uniform(0.22, 0.32), rng.uniform(0.22, 0.32)
    rgb = palette.black(rng) if rng.random() < 0.45 else palette.cloth(rng)
    t, a = np.meshgrid(np.linspace(-1, 1, 15), np.linspace(0, 2 * np.pi, 29), indexing="ij")
    power = rng.uniform(0.55, 0.95)
    end = (1 - np.abs(t) ** rng.uniform(6, 14)).clip(0) ** 0.5
    dent = 1 + 0.03 * np.sin(3 * a + rng.uniform(0, 6) + 4 * t)
    y = deep / 2 * np.sign(np.cos(a)) * np.abs(np.cos(a)) ** power * end * dent
    z = high / 2 * (1 + np.sign(np.sin(a)) * np.abs(np.sin(a)) ** power * end * dent)
    z -= 0.12 * high * np.cos(np.pi * t / 2) * (z > high / 2) * rng.uniform(0, 1)  # it sags
    parts.surface(np.stack([long / 2 * t, y, z], 2), rgb, "fabric")
    trim = palette.shade(rgb, 0.6) if rng.random() < 0.5 else palette.lively(rng)
    parts.box((0, 0, high * 0.97), (long * 0.8, 0.012, 0.008), palette.steel(rng))
    for x in (-0.22, 0.22):
        for s in (-1, 1):
            at = (x * long, s * deep / 2, high / 2)
            parts.box(at, (0.035, 0.008, high * 0.75), trim, "fabric")
    for s in (-1, 1):
        path = [
            (-long * 0.22, s * deep * 0.42, high * 0.8),
            (-long * 0.12, s * deep * 0.2, high + 0.1),
        ]
        path += [
            (long * 0.12, s * deep * 0.2, high + 0.1),
            (long * 0.22, s * deep * 0.42, high * 0.8),
        ]
        parts.tube(path, 0.011, trim, "fabric", smooth=14, sides=6)
    if rng.random() < 0.5:
        path = [(-long / 2, 0, high * 0.7), (-long * 0.2, deep * 0.6, high * 0.4)]
        path += [(long * 0.2, deep * 0.75, 0.02), (long / 2, 0, high * 0.7)]
        parts.tube(path, 0.009, trim, "fabric", smooth=18, sides=6)
    if rng.random() < 0.4:
        at, pocket = (0, deep / 2, high * 0.4), (long * 0.4, 0.03, high * 0.5)
        parts.box(at, pocket, palette.shade(rgb, 0.85), "fabric", round=0.012)


def _tied(parts: Parts, rng: np.random.Generator) -> None:
    """A full waste bag or sack, drawn together or folded at its top."""
    wide = rng.uniform(0.3, 0.6)
    size = (wide, wide * rng.uniform(0.7, 1.0), wide * rng.uniform(0.8, 1.4))
    u = rng.random()
    rgb = palette.black(rng) if u < 0.5 else palette.white(rng)
    rgb = palette.pick(rng, (60, 100, 180), (214, 184, 60), (120, 160, 110)) if u > 0.7 else rgb
    grid = _sack(rng, size, mouth=0.08, square=0.85, crease=rng.uniform(0.03, 0.06))
    parts.surface(grid, rgb, "plastic")
    top = grid[-1].mean(axis=0)
    profile = [(0.02, 0.0), (0.018, 0.03), (rng.uniform(0.05, 0.1), rng.uniform(0.08, 0.14))]
    parts.lathe(profile, rgb, "plastic", center=top, sides=10)
    if rng.random() < 0.5:
        parts.cylinder(
            (top[0], top[1], top[2] + 0.025), 0.022, 0.014, palette.lively(rng), sides=10
        )


def _carrier(parts: Parts, rng: np.random.Generator) -> None:
    """A thin plastic carrier bag with shopping: slumped, two loops cut from its sides."""
    size = (rng.uniform(0.26, 0.4), rng.uniform(0.14, 0.24), rng.uniform(0.24, 0.38))
    rgb = palette.white(rng) if rng.random() < 0.6 else palette.lively(rng)
    grid = _sack(rng, size, mouth=rng.uniform(0.35, 0.7), square=0.75, crease=0.05)
    parts.surface(grid, rgb, "plastic")
    for s in (-1, 1):
        y = s * size[1] * 0.1
        reach = rng.uniform(0.08, 0.15)
        path = [(-size[0] * 0.2, y, size[2] * 0.94), (0, y + s * 0.04, size[2] + reach)]
        parts.tube([*path, (size[0] * 0.2, y, size[2] * 0.94)], 0.012, rgb, "plastic", smooth=12)
    if rng.random() < 0.5:
        parts.ball((0.02, 0, size[2] * 0.95), (0.1, 0.08, 0.12), palette.lively(rng))


@family("bag", mount="floor")
def bag(rng: np.random.Generator) -> Parts:
    """Of paper, a tote, for sports, for waste, or a plastic carrier."""
    parts = Parts()
    makers = (_paper, _tote, _sports, _tied, _carrier)
    makers[int(rng.choice(5, p=[0.26, 0.26, 0.2, 0.14, 0.14]))](parts, rng)
    return parts
