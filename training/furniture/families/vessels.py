"""Bowls, cups, plates and vases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.bottles import GLASSES
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.furniture.families.palette import Color

_GLAZES = (
    *((70, 100, 140), (150, 70, 50), (110, 136, 116), (60, 60, 64), (190, 170, 136)),
    *((130, 96, 70), (200, 160, 80), (170, 190, 196)),
)


def _glaze(rng: np.random.Generator, white: float = 0.5) -> Color:
    u = rng.random()
    if u < white:
        return palette.white(rng)
    return palette.pick(rng, *_GLAZES) if u < 0.85 else palette.lively(rng)


def hollow(
    outside: Sequence[tuple[float, float]], wall: float, floor: float
) -> list[tuple[float, float]]:
    """A profile that goes up outside and down inside a wall to z = floor."""
    inside = [(max(r - wall, 0.001), max(z, floor)) for r, z in reversed(outside) if r > wall]
    return [(0.0, outside[0][1]), *outside, *inside, (0.0, floor)]


@family("bowl", mount="top")
def bowl(rng: np.random.Generator) -> Parts:
    """Round, deep or shallow, straight, waved, of wood, metal or glaze; piled; some with food."""
    parts = Parts()
    u = rng.random()
    rgb, material = _glaze(rng), "ceramic"
    if u > 0.7:
        rgb, material = (palette.wood(rng), "wooden") if u < 0.83 else (palette.steel(rng), "metal")
    if u > 0.93:
        rgb, material = palette.lively(rng), "plastic"
    r = rng.uniform(0.06, 0.16)
    high = r * rng.uniform(0.45, 1.05)
    curve = rng.uniform(0.3, 1.0)
    foot = r * rng.uniform(0.35, 0.6)
    rise = [0.0, 0.06, 0.2, 0.4, 0.65, 0.85, 1.0]
    outside = [(foot, 0.0)] + [
        (foot + (r - foot) * s**curve, 0.004 + (high - 0.004) * s) for s in rise
    ]
    if rng.random() < 0.25:
        outside.append((r * 1.12, high + 0.003))  # a flat rim
    wall = rng.uniform(0.003, 0.007)
    inner = rgb if rng.random() < 0.6 else _glaze(rng, 0.7)
    count = int(rng.integers(2, 5)) if rng.random() < 0.15 else 1
    for i in range(count):
        part = parts.lathe(hollow(outside, wall, 0.01), rgb, material, sides=32)
        part.rgb[(len(outside) + 1) * 64 :] = inner
        if count == 1 and rng.random() < 0.12:
            turn = np.arctan2(part.points[:, 1], part.points[:, 0])
            part.points[:, 2] += 0.06 * r * np.sin(6 * turn) * (part.points[:, 2] / high) ** 3
        part.move(z=i * high * 0.28)
    if rng.random() < 0.25:
        food = palette.pick(rng, (200, 150, 70), (150, 50, 30), (230, 220, 190), (90, 130, 60))
        top = (count - 1) * high * 0.28 + high * 0.72
        parts.cylinder((0, 0, top), r * 0.85, 0.01, food)
        for _ in range(int(rng.integers(3, 14))):
            x, y = rng.uniform(-0.5, 0.5, 2) * r
            size = r * rng.uniform(0.15, 0.35)
            parts.ball(
                (x, y, top + size * 0.2),
                (size, size, size * 0.8),
                palette.shade(food, rng.uniform(0.7, 1.2)),
            )
        parts.laden = True
    parts.shape = "round"
    return parts


@family("cup", mount="top")
def cup(rng: np.random.Generator) -> Parts:
    """On a saucer, of paper with a lid, small without a handle, a tumbler with a straw."""
    parts = Parts()
    style = int(rng.integers(5))
    rgb = _glaze(rng, 0.6)
    if style in (0, 1):  # a tea or coffee cup
        r, high = rng.uniform(0.036, 0.052), rng.uniform(0.05, 0.075)
        foot = r * rng.uniform(0.5, 0.7)
        z0 = 0.0
        if rng.random() < 0.75:
            s = r * rng.uniform(1.6, 1.9)
            saucer = [(s * 0.55, 0.0), (s * 0.6, 0.003), (s, 0.016)]
            parts.lathe(hollow(saucer, 0.003, 0.006), rgb, "ceramic", sides=32)
            z0 = 0.007
        body = [
            (foot, 0.0),
            (foot, 0.004),
            (r * 0.86, high * 0.35),
            (r * 0.97, high * 0.7),
            (r, high),
        ]
        parts.lathe(hollow(body, 0.003, 0.006), rgb, "ceramic", center=(0, 0, z0))
        loop = [
            (r * 0.9, 0, high * 0.85),
            (r * 1.5, 0, high * 0.8),
            (r * 1.45, 0, high * 0.4),
            (r * 0.85, 0, high * 0.3),
        ]
        parts.tube(loop, 0.0045, rgb, "ceramic", smooth=14).move(z=z0)
        if rng.random() < 0.6:
            drink = palette.pick(rng, (60, 36, 22), (150, 100, 60), (120, 60, 24))
            parts.cylinder((0, 0, z0 + high * 0.8), r * 0.92, 0.002, drink)
    elif style == 2:  # of paper
        r, high = rng.uniform(0.036, 0.046), rng.uniform(0.085, 0.15)
        body = [(r * 0.72, 0.0), (r, high), (r * 1.04, high), (r * 1.04, high + 0.003)]
        parts.lathe(hollow(body, 0.002, 0.006), rgb)
        if rng.random() < 0.6:
            sleeve = palette.cardboard(rng) if rng.random() < 0.6 else palette.lively(rng)
            lo, hi = r * 0.83, r * 0.93
            parts.lathe(
                [
                    (lo, high * 0.35),
                    (lo + 0.002, high * 0.35),
                    (hi + 0.002, high * 0.72),
                    (hi, high * 0.72),
                ],
                sleeve,
            )
        if rng.random() < 0.65:
            lid = palette.white(rng) if rng.random() < 0.6 else palette.black(rng)
            parts.lathe(
                [
                    (r * 1.06, high - 0.004),
                    (r * 1.06, high + 0.006),
                    (r * 0.9, high + 0.014),
                    (r * 0.86, high + 0.009),
                    (0, high + 0.009),
                ],
                lid,
                "plastic",
            )
    elif style == 3:  # without a handle
        r, high = rng.uniform(0.03, 0.045), rng.uniform(0.055, 0.11)
        body = [
            (r * 0.6, 0.0),
            (r * 0.62, 0.005),
            (r * rng.uniform(0.8, 1.1), high * 0.4),
            (r, high),
        ]
        parts.lathe(hollow(body, 0.003, 0.008), rgb, "ceramic")
    else:  # of plastic, to take along
        r, high = rng.uniform(0.036, 0.044), rng.uniform(0.11, 0.19)
        rgb = palette.lively(rng) if rng.random() < 0.6 else palette.case(rng)
        body = [(r * 0.78, 0.0), (r * 0.8, high * 0.3), (r, high * 0.6), (r, high)]
        parts.lathe(hollow(body, 0.003, 0.008), rgb, "plastic")
        if rng.random() < 0.7:
            parts.cylinder((0, 0, high), r * 1.04, 0.01, palette.black(rng), "plastic")
            straw = parts.cylinder((0, 0, high + 0.04), 0.004, 0.09, palette.lively(rng), sides=8)
            straw.turn("x", rng.uniform(-12, 12))
    return parts


@family("plate", mount="top")
def plate(rng: np.random.Generator) -> Parts:
    """Round, square or oval, with a coloured rim; piled; with crumbs or a meal."""
    parts = Parts()
    rgb = _glaze(rng, 0.65)
    r, high = rng.uniform(0.08, 0.16), rng.uniform(0.014, 0.03)
    well = rng.uniform(0.55, 0.75)
    body = [(r * well * 0.9, 0.0), (r * well, 0.003), (r * (well + 0.08), high * 0.6), (r, high)]
    rim = rgb if rng.random() < 0.65 else _glaze(rng, 0.1)
    square, oval = rng.random() < 0.12, rng.random() < 0.1
    count = int(rng.integers(2, 9)) if rng.random() < 0.25 else 1
    for i in range(count):
        part = parts.lathe(hollow(body, 0.003, 0.006), rgb, "ceramic", sides=32)
        part.rgb[4 * 64 : 5 * 64 + 32] = rim
        if square:
            flat = np.abs(part.points[:, :2]).max(axis=1, keepdims=True).clip(1e-9)
            part.points[:, :2] *= (np.hypot(*part.points[:, :2].T)[:, None] / flat) ** 0.8
        elif oval:
            part.points[:, 1] *= 0.7
        part.move(z=i * 0.0085)
    parts.shape = "square" if square else (None if oval else "round")
    if count == 1 and rng.random() < 0.3:
        for _ in range(int(rng.integers(2, 7))):
            x, y = rng.uniform(-0.35, 0.35, 2) * r
            size = r * rng.uniform(0.15, 0.5)
            food = palette.pick(
                rng, (200, 150, 80), (140, 70, 40), (90, 130, 60), (180, 50, 40), (236, 214, 150)
            )
            parts.ball((x, y, 0.012), (size, size * rng.uniform(0.6, 1), size * 0.4), food)
        parts.laden = True
    return parts


@family("vase", mount="top")
def vase(rng: np.random.Generator) -> Parts:
    """Bulbous, slender, straight, flared, ribbed, with handles, twigs; tall ones on the floor."""
    parts = Parts()
    u = rng.random()
    rgb, material = _glaze(rng, 0.35), "ceramic"
    if u > 0.75:
        rgb, material = palette.pick(rng, *GLASSES), "glass"
    high = rng.uniform(0.12, 0.42)
    if rng.random() < 0.1:
        high, parts.mount = rng.uniform(0.5, 0.9), "floor"
    style = int(rng.integers(6))
    forms = (
        [(0.5, 0), (0.9, 0.2), (1.0, 0.42), (0.8, 0.66), (0.36, 0.82), (0.34, 0.92), (0.48, 1)],
        [(0.8, 0), (1.0, 0.1), (1.0, 0.3), (0.5, 0.5), (0.3, 0.7), (0.28, 0.95), (0.36, 1)],
        [(1.0, 0), (1.0, 0.5), (1.0, 1)],
        [(0.6, 0), (0.5, 0.2), (0.56, 0.5), (0.75, 0.8), (1.0, 1)],
        [(0.5, 0), (0.6, 0.05), (0.95, 0.5), (1.0, 0.72), (0.7, 0.88), (0.5, 0.92), (0.6, 1)],
        [(0.7, 0), (1.0, 0.25), (0.8, 0.5), (1.0, 0.75), (0.7, 1)],
    )
    form = np.array(forms[style])
    r = high * rng.uniform(0.2, 0.42) * (0.75 if style in (1, 2) else 1)
    z = np.linspace(0, 1, 17)
    radius = r * np.interp(z, form[:, 1], form[:, 0])
    radius[1:-1] = (radius[:-2] + 2 * radius[1:-1] + radius[2:]) / 4
    outside = [(float(a), float(b)) for a, b in zip(radius, z * high, strict=True)]
    part = parts.lathe(hollow(outside, max(0.003, r * 0.07), high * 0.05), rgb, material, sides=32)
    if rng.random() < 0.25:  # ribs
        turn = np.arctan2(part.points[:, 1], part.points[:, 0])
        wave = 1 + 0.05 * np.sin(8 * turn + rng.choice([0.0, 12.0]) * part.points[:, 2] / high)
        part.points[:, :2] *= wave[:, None]
    elif rng.random() < 0.3:  # bands of glaze
        band = _glaze(rng, 0.3)
        begin = int(rng.integers(2, 12))
        part.rgb[begin * 64 : (begin + int(rng.integers(1, 5))) * 64] = band
    if style in (0, 4) and rng.random() < 0.3:
        for s in (-1, 1):
            loop = [
                (s * r * 0.45, 0, high * 0.92),
                (s * r * 1.05, 0, high * 0.9),
                (s * r * 0.95, 0, high * 0.66),
            ]
            parts.tube(loop, r * 0.08, rgb, material, smooth=12)
    if rng.random() < 0.14:  # dry twigs
        for _ in range(int(rng.integers(3, 9))):
            dx, dy = rng.uniform(-0.25, 0.25, 2) * high
            path = [
                (0, 0, high * 0.2),
                (dx * 0.2, dy * 0.2, high * 1.1),
                (dx, dy, high * rng.uniform(1.5, 2.0)),
            ]
            parts.tube(path, 0.003, (120, 96, 66), smooth=8, sides=5)
        parts.laden = True
    return parts
