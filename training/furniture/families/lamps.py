"""Families of lamps that stand on the floor or a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    Color = palette.Color

_WARM = (252, 244, 222)


def lamp_metal(rng: np.random.Generator) -> Color:
    """Black, steel, brass, white; seldom lively."""
    u = rng.random()
    if u < 0.34:
        return palette.black(rng)
    if u < 0.58:
        return palette.steel(rng)
    if u < 0.74:
        return palette.brass(rng)
    return palette.white(rng) if u < 0.9 else palette.lively(rng)


def _cloth(rng: np.random.Generator) -> Color:
    """What shades are of: white and cream most of all."""
    u = rng.random()
    if u < 0.62:
        return palette.pick(rng, (244, 240, 230), (236, 226, 202), (222, 208, 180), (206, 200, 190))
    return palette.black(rng) if u < 0.72 else palette.cloth(rng)


def shade(
    parts: Parts,
    rng: np.random.Generator,
    radius: float,
    z: float,
    *,
    upper: float = 0.3,
    size: float | None = None,
) -> float:
    """A shade of cloth, paper or glass about the z axis, from z upwards; returns its height.

    A cone, drum, empire bell, pleated cone, sphere, paper tube, square, or mushroom.
    """
    style = int(rng.integers(9))
    rgb = _cloth(rng)
    high = radius * rng.uniform(0.9, 1.7) if size is None else size
    if style in (0, 1, 2):  # cone, drum
        top = radius * (rng.uniform(0.4, 0.75) if style < 2 else rng.uniform(0.9, 1.0))
        wall = [(radius, 0.0), (top, high), (top * 0.97, high), (radius * 0.97, 0.0)]
        parts.lathe(wall, rgb, "fabric", center=(0, 0, z))
        if rng.random() < 0.2:
            trim = palette.shade(rgb, 0.6)
            for level, r in ((0.008, radius), (high - 0.008, top)):
                ring = [(r * 1.01, level - 0.008), (r * 1.01, level + 0.008)]
                parts.lathe(ring, trim, center=(0, 0, z))
    elif style == 3:  # bell
        t = np.linspace(0, 1, 8)
        bell = radius * (0.45 + 0.55 * (1 - t) ** 2)
        parts.lathe([*zip(bell, high * t, strict=True)], rgb, "fabric", center=(0, 0, z))
    elif style == 4:  # pleats
        top, count = radius * rng.uniform(0.45, 0.8), 48
        a = np.linspace(0, 2 * np.pi, count + 1)
        fold = 1 + 0.035 * (-1.0) ** np.arange(count + 1)
        fold[-1] = fold[0]
        rows = [
            np.stack([r * fold * np.cos(a), r * fold * np.sin(a), np.full_like(a, level)], 1)
            for r, level in ((radius, z), (top, z + high))
        ]
        parts.surface(np.stack(rows), rgb, "fabric")
    elif style == 5:  # a ball of glass or ribbed paper
        high = 2 * radius * rng.uniform(0.75, 1.0)
        t = np.linspace(-np.pi / 2, np.pi / 2, 21)
        rib = 1 + (0.02 * (-1.0) ** np.arange(21) if rng.random() < 0.5 else 0)
        profile = [*zip(radius * np.cos(t) * rib, high / 2 * (1 + np.sin(t)), strict=True)]
        white = palette.white(rng) if rng.random() < 0.8 else rgb
        parts.lathe(profile, white, center=(0, 0, z))
        return high
    elif style == 6:  # square
        top = radius * rng.uniform(0.5, 1.0)
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
        rows = [
            np.array([(r * 0.85 * x, r * 0.85 * y, level) for x, y in corners])
            for r, level in ((radius, z), (top, z + high))
        ]
        parts.surface(np.stack(rows), rgb, "fabric")
    elif style == 7:  # dome of metal or glass
        t = np.linspace(0, np.pi / 2, 8)
        high = radius * rng.uniform(0.5, 0.9)
        color = lamp_metal(rng) if rng.random() < 0.6 else rgb
        profile = [*zip(radius * np.cos(t), high * np.sin(t), strict=True)]
        parts.lathe(profile, color, "", center=(0, 0, z))
        inner = [*zip(radius * 0.96 * np.cos(t), high * 0.96 * np.sin(t), strict=True)]
        parts.lathe(inner, palette.white(rng), center=(0, 0, z))
    else:  # wicker or rattan
        straw = palette.pick(rng, (196, 160, 108), (160, 120, 76), (40, 38, 36))
        t = np.linspace(0.12, 0.95, 8)
        widths = radius * np.sin(np.pi * (0.25 + 0.5 * t))
        for level, reach in zip(t * high, widths, strict=True):
            parts.lathe(
                [(reach, level - 0.012), (reach, level + 0.012)], straw, "wicker", center=(0, 0, z)
            )
        for turn in np.arange(14) * 2 * np.pi / 14:
            rise = np.linspace(0.1, 0.96, 5)
            out = radius * np.sin(np.pi * (0.25 + 0.5 * rise))
            path = np.stack([out * np.cos(turn), out * np.sin(turn), z + high * rise], axis=1)
            parts.tube(path, 0.005, straw, "wicker", sides=5)
        parts.ball((0, 0, z + high * 0.55), (0.09, 0.09, 0.11), _WARM)
        return high
    if rng.random() < 0.5:
        parts.ball((0, 0, z + high * upper), (0.06, 0.06, 0.09), _WARM)
    return high


def _cord(parts: Parts, rng: np.random.Generator) -> None:
    """Now and then, a cord that lies on what it stands on."""
    if rng.random() < 0.12:
        a = rng.uniform(0, 6.3)
        x, y = np.cos(a), np.sin(a)
        path = [(0.1 * x, 0.1 * y, 0.004), (0.2 * x + 0.03 * y, 0.2 * y, 0.004)]
        path += [(0.35 * x, 0.35 * y - 0.04 * x, 0.004)]
        color = palette.black(rng) if rng.random() < 0.5 else palette.white(rng)
        parts.tube(path, 0.003, color, smooth=10, sides=5)


def _head(
    parts: Parts, rng: np.random.Generator, at: tuple[float, float, float], size: float, rgb: Color
) -> None:
    """A spot, cone, bell or bar of a reading lamp that shines down and to the front."""
    style, x0 = int(rng.integers(4)), len(parts.parts)
    if style == 0:
        parts.cylinder((0, 0, 0), size, size * 1.5, rgb, "metal", top=size * 0.45)
        parts.cylinder((0, 0, size * 0.9), size * 0.4, size * 0.5, rgb, "metal")
        parts.cylinder((0, 0, -size * 0.74), size * 0.85, 0.006, _WARM)
    elif style == 1:
        t = np.linspace(0, np.pi / 2, 7)
        dome = [*zip(size * np.cos(t), size * 0.9 * np.sin(t), strict=True)]
        parts.lathe(dome, rgb, "metal")
        parts.ball((0, 0, 0), (size, size, size * 0.7), _WARM)
    elif style == 2:
        parts.cylinder((0, 0, 0), size * 0.65, size * 1.6, rgb, "metal")
        parts.cylinder((0, 0, -size * 0.8), size * 0.58, 0.006, _WARM)
    else:
        bar = size * rng.uniform(3, 5)
        parts.box((0, size * 0.6, 0), (0.05, bar, 0.018), rgb, "metal", round=0.006)
        parts.box((0, size * 0.6, -0.01), (0.036, bar * 0.9, 0.003), _WARM)
    tilt = rng.uniform(-10, 45)
    for part in parts.parts[x0:]:
        part.turn("x", tilt, (0, 0, 0)).move(*at)


def _foot(parts: Parts, rng: np.random.Generator, radius: float, rgb: Color, material: str) -> None:
    """A disk, dome, square or stone that a column stands on."""
    style = int(rng.integers(4))
    if style == 0:
        parts.cylinder((0, 0, 0.012), radius, 0.024, rgb, material)
    elif style == 1:
        profile = [
            (0, 0),
            (radius, 0),
            (radius, 0.01),
            (radius * 0.4, 0.03),
            (0.012, 0.05),
            (0, 0.05),
        ]
        parts.lathe(profile, rgb, material)
    elif style == 2:
        parts.box((0, 0, 0.012), (radius * 1.8, radius * 1.8, 0.024), rgb, material)
    else:
        stone = palette.pick(rng, (226, 222, 214), (60, 60, 62), (150, 146, 138))
        parts.cylinder((0, 0, 0.025), radius * 0.9, 0.05, stone, "marble")


@family("floor lamp", mount="floor")
def floor_lamp(rng: np.random.Generator) -> Parts:
    """A shade on a column, a tripod, an arc, a reading arm, an uplighter, a paper or tree lamp."""
    parts = Parts()
    rgb, high = lamp_metal(rng), rng.uniform(1.3, 1.8)
    style = rng.random()
    thick = rng.uniform(0.009, 0.018)
    if style < 0.3:
        wooden = rng.random() < 0.3
        pole, material = (palette.wood(rng), "wooden") if wooden else (rgb, "metal")
        _foot(parts, rng, rng.uniform(0.11, 0.17), pole, material)
        parts.cylinder(
            (0, 0, high * 0.45), thick * (1.4 if wooden else 1), high * 0.9, pole, material
        )
        radius = rng.uniform(0.15, 0.28)
        shade(parts, rng, radius, high - radius * 0.9)
        if rng.random() < 0.1:  # a table in its middle
            parts.cylinder((0, 0, high * 0.35), 0.2, 0.02, pole, material)
    elif style < 0.48:  # tripod
        pole, material = (palette.wood(rng), "wooden") if rng.random() < 0.65 else (rgb, "metal")
        top, spread = high * rng.uniform(0.72, 0.82), rng.uniform(0.2, 0.36)
        turn = rng.uniform(0, 2)
        for k in range(3):
            a = turn + 2.094 * k
            path = [
                (spread * np.cos(a), spread * np.sin(a), 0.01),
                (0.02 * np.cos(a), 0.02 * np.sin(a), top),
            ]
            parts.tube(path, rng.uniform(0.011, 0.017), pole, material)
        if rng.random() < 0.4:
            parts.cylinder((0, 0, top * 0.4), spread * 0.62, 0.015, pole, material)
        parts.cylinder((0, 0, top + 0.03), 0.02, 0.1, rgb, "metal")
        shade(parts, rng, rng.uniform(0.18, 0.28), top + 0.02)
    elif style < 0.6:  # arc
        reach = rng.uniform(0.6, 1.2)
        tall = rng.uniform(1.6, 2.0)
        path = [
            (0, 0, 0.03),
            (-0.05, 0, tall * 0.6),
            (reach * 0.35, 0, tall),
            (reach, 0, tall * 0.82),
        ]
        parts.tube(path, 0.012, rgb, "metal", smooth=24)
        stone = palette.pick(rng, (226, 222, 214), (50, 50, 52), rgb)
        if rng.random() < 0.5:
            parts.box((0, 0, 0.03), (0.3, 0.24, 0.06), stone)
        else:
            parts.cylinder((0, 0, 0.03), 0.17, 0.06, stone)
        first = len(parts.parts)
        radius = rng.uniform(0.14, 0.22)
        shade(parts, rng, radius, tall * 0.82 - radius * 0.9)
        for part in parts.parts[first:]:
            part.move(x=reach)
    elif style < 0.74:  # to read by
        _foot(parts, rng, rng.uniform(0.11, 0.15), rgb, "metal")
        rise = high * rng.uniform(0.65, 0.9)
        parts.cylinder((0, 0, rise / 2), thick * 0.8, rise, rgb, "metal", sides=12)
        reach, lift = rng.uniform(0.15, 0.45), rng.uniform(0.0, 0.3)
        bend = [(0, 0, rise), (0, reach * 0.4, rise + lift), (0, reach, rise + lift * 0.7)]
        parts.tube(bend, 0.009, rgb, "metal", smooth=12 if rng.random() < 0.6 else 0)
        _head(parts, rng, (0, reach, rise + lift * 0.7 - 0.04), rng.uniform(0.06, 0.1), rgb)
    elif style < 0.84:  # uplighter, often with a second arm
        _foot(parts, rng, rng.uniform(0.12, 0.16), rgb, "metal")
        parts.cylinder((0, 0, high / 2), thick, high, rgb, "metal", sides=12)
        radius = rng.uniform(0.11, 0.2)
        bowl = [(0.015, 0), (radius * 0.7, 0.03), (radius, 0.09), (radius * 0.93, 0.085), (0, 0.04)]
        color = rgb if rng.random() < 0.5 else palette.white(rng)
        parts.lathe(bowl, color, center=(0, 0, high))
        if rng.random() < 0.5:
            path = [(0, 0, high * 0.68), (0.08, 0.15, high * 0.78), (0.1, 0.28, high * 0.7)]
            parts.tube(path, 0.008, rgb, "metal", smooth=10)
            _head(parts, rng, (0.1, 0.28, high * 0.68), 0.055, rgb)
    elif style < 0.92:  # a column of paper or cloth
        radius, tall = rng.uniform(0.1, 0.19), rng.uniform(0.7, 1.5)
        rgb = palette.white(rng) if rng.random() < 0.8 else _cloth(rng)
        t = np.linspace(0, 1, 25)
        wave = 1 + rng.uniform(0, 0.2) * np.sin(t * np.pi * rng.integers(1, 6))
        wave *= 1 + 0.015 * (-1.0) ** np.arange(25)
        parts.lathe([(0, 0.06), *zip(radius * wave, 0.06 + tall * t, strict=True)], rgb)
        for k in range(3):
            a = 2.094 * k
            at = (radius * 0.7 * np.cos(a), radius * 0.7 * np.sin(a), 0.035)
            parts.cylinder(at, 0.008, 0.07, palette.black(rng), sides=8)
    else:  # three to five heads along or on top of a pole
        _foot(parts, rng, 0.14, rgb, "metal")
        parts.cylinder((0, 0, high / 2), thick, high, rgb, "metal", sides=12)
        for k in range(int(rng.integers(3, 6))):
            a, level = 2.2 * k, high * (1.0 - 0.11 * k)
            tip = (0.24 * np.cos(a), 0.24 * np.sin(a), level + 0.05)
            parts.tube([(0, 0, level - 0.08), tip], 0.006, rgb, "metal", sides=6)
            color = palette.white(rng) if rng.random() < 0.6 else rgb
            parts.cylinder((tip[0], tip[1], tip[2]), 0.075, 0.12, color, top=0.04, sides=14)
    _cord(parts, rng)
    return parts


def _vase_base(parts: Parts, rng: np.random.Generator, radius: float, high: float) -> None:
    """A body of ceramic, glass or turned wood: gourd, ball, bottle, cylinder, baluster."""
    t = np.linspace(0, 1, 17)
    forms = (
        0.35 + 0.65 * np.sin(np.pi * t) ** 0.8,
        0.45 + 0.55 * np.sin(np.pi * t * 0.9 + 0.2),
        1.0 - 0.85 * ((t - 0.55) / 0.45).clip(0) ** 0.7,
        np.full(17, 0.8),
        0.4 + 0.35 * np.sin(2 * np.pi * t * 1.5 + 0.6) * (1 - t) + 0.2 * (1 - t),
        0.3 + 0.7 * np.abs(np.sin(2 * np.pi * t * 0.95 + 0.15)) * (1 - 0.35 * t),
    )
    form = forms[int(rng.integers(len(forms)))].clip(0.12, 1.0)
    u = rng.random()
    rgb, material = (palette.wood(rng), "wooden") if u < 0.2 else (palette.white(rng), "ceramic")
    if u > 0.5:
        rgb = palette.pastel(rng) if rng.random() < 0.5 else palette.cloth(rng)
    if u > 0.85:
        rgb, material = palette.brass(rng), "metal"
    profile = [(0.0, 0.0), *zip(radius * form, high * t, strict=True), (0.0, high)]
    parts.lathe(profile, rgb, material)
    if rng.random() < 0.4:
        parts.cylinder((0, 0, 0.008), radius * 0.75, 0.016, palette.brass(rng))


@family("table lamp", mount="top")
def table_lamp(rng: np.random.Generator) -> Parts:
    """A shade on a vase, stick or tripod; a jointed desk lamp, a banker's, a mushroom, a ball."""
    parts = Parts()
    style = rng.random()
    rgb = lamp_metal(rng)
    if style < 0.3:
        radius, high = rng.uniform(0.05, 0.11), rng.uniform(0.16, 0.38)
        _vase_base(parts, rng, radius, high)
        parts.cylinder((0, 0, high + 0.04), 0.009, 0.09, palette.brass(rng), sides=10)
        shade(parts, rng, max(radius * 1.2, rng.uniform(0.11, 0.22)), high + 0.03)
    elif style < 0.48:
        high = rng.uniform(0.22, 0.5)
        if rng.random() < 0.3:
            pole = palette.wood(rng)
            for k in range(3):
                a = 2.094 * k
                path = [(0.1 * np.cos(a), 0.1 * np.sin(a), 0.006), (0, 0, high)]
                parts.tube(path, 0.008, pole, "wooden", sides=8)
        else:
            _foot(parts, rng, rng.uniform(0.06, 0.1), rgb, "metal")
            parts.cylinder(
                (0, 0, high / 2), rng.uniform(0.006, 0.014), high, rgb, "metal", sides=12
            )
        shade(parts, rng, rng.uniform(0.09, 0.18), high - 0.06)
    elif style < 0.72:  # jointed, for a desk
        if rng.random() < 0.75:
            _foot(parts, rng, rng.uniform(0.07, 0.11), rgb, "metal")
        else:
            parts.box((0, 0, 0.03), (0.05, 0.06, 0.06), rgb, "metal")  # a clamp
        lower, upper = rng.uniform(0.2, 0.42), rng.uniform(0.2, 0.42)
        a, b = np.radians(rng.uniform(-35, 5)), np.radians(rng.uniform(35, 85))
        knee = np.array([0, lower * np.sin(a), 0.03 + lower * np.cos(a)])
        tip = knee + np.array([0, upper * np.sin(b), upper * np.cos(b)])
        pairs = (-0.014, 0.014) if rng.random() < 0.5 else (0.0,)
        if rng.random() < 0.22:  # a goose neck
            bow = (knee + tip) / 2 + np.array([0, 0, 0.08])
            line = np.array([[0, 0, 0.02], knee * [1, 0.5, 1.1], bow, tip])
            parts.tube(line, 0.009, rgb, "metal", smooth=24)
        else:
            for x in pairs:
                shift, base = np.array([x, 0, 0]), np.array([0, 0, 0.02])
                parts.tube([shift + base, knee + shift], 0.006, rgb, "metal", sides=6)
                parts.tube([knee + shift, tip + shift], 0.006, rgb, "metal", sides=6)
            parts.cylinder(tuple(knee), 0.016, 0.04, palette.steel(rng), axis="x", sides=12)
        _head(parts, rng, (0.0, float(tip[1]), float(tip[2]) - 0.02), rng.uniform(0.05, 0.085), rgb)
    elif style < 0.8:  # a banker's lamp
        brass, high = palette.brass(rng), rng.uniform(0.28, 0.38)
        _foot(parts, rng, 0.09, brass, "metal")
        parts.cylinder((0, -0.03, high / 2), 0.009, high, brass, "metal", sides=12)
        half = [(0.09 * np.cos(t), 0.075 * np.sin(t)) for t in np.linspace(0, np.pi, 11)]
        inner = [(0.083 * np.cos(t), 0.068 * np.sin(t)) for t in np.linspace(np.pi, 0, 11)]
        glass = palette.pick(rng, (20, 96, 60), (20, 96, 60), (230, 222, 200), (30, 60, 130))
        parts.extrude([*half, *inner], 0.26, glass, "glass", plane="yz").move(z=high - 0.02)
        parts.cylinder((0, 0, high + 0.01), 0.014, 0.2, _WARM, axis="x", sides=10)
    elif style < 0.87:  # mushroom
        radius, high = rng.uniform(0.1, 0.19), rng.uniform(0.2, 0.36)
        color = palette.white(rng) if rng.random() < 0.5 else palette.lively(rng)
        stem = color if rng.random() < 0.6 else palette.steel(rng)
        flare = [
            (0, 0),
            (radius * 0.6, 0),
            (radius * 0.35, high * 0.25),
            (radius * 0.25, high),
            (0, high),
        ]
        parts.lathe(flare, stem)
        t = np.linspace(0, np.pi / 2, 9)
        rise = radius * rng.uniform(0.6, 1.0)
        cap = [*zip(radius * np.cos(t), rise * np.sin(t), strict=True)]
        parts.lathe([(radius * 0.3, 0.01), *cap], color, center=(0, 0, high * 0.85))
    else:  # a ball, cube or column that is all shade
        size = rng.uniform(0.07, 0.15)
        glow = palette.white(rng) if rng.random() < 0.85 else palette.pick(rng, (236, 150, 110))
        form = int(rng.integers(3))
        parts.cylinder((0, 0, 0.012), size * 0.6, 0.024, rgb, "metal")
        if form == 0:
            parts.ball((0, 0, size + 0.015), (2 * size, 2 * size, 2 * size), glow, "glass")
        elif form == 1:
            parts.box((0, 0, size * 1.3 + 0.02), (1.4 * size, 1.4 * size, 2.6 * size), glow)
            for sx in (-1, 1):
                for sy in (-1, 1):
                    at = (sx * 0.7 * size, sy * 0.7 * size, size * 1.3)
                    parts.box(at, (0.014, 0.014, 2.7 * size), palette.wood(rng), "wooden")
        else:
            parts.cylinder((0, 0, size * 1.6), size * 0.7, size * 3.2, glow)
    _cord(parts, rng)
    return parts
