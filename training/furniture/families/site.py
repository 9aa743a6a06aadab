"""Families of ladders, traffic cones and carts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    import numpy as np


@family("ladder", mount="floor", has_front=True)
def ladder(rng: np.random.Generator) -> Parts:
    """A step ladder, a small folding step, or a straight ladder that leans backwards."""
    parts = Parts()
    metal = rng.random() < 0.65
    rgb, material = (palette.steel(rng), "metal") if metal else (palette.wood(rng), "wooden")
    if metal and rng.random() < 0.25:
        rgb, material = palette.pick(rng, (230, 110, 30), (220, 190, 30), (60, 100, 170)), ""
    step = palette.black(rng) if rng.random() < 0.25 else rgb
    if rng.random() < 0.7:
        count = int(rng.integers(2, 8))
        gap = rng.uniform(0.22, 0.27)
        high = gap * count + 0.04
        wide, run = rng.uniform(0.38, 0.46), rng.uniform(0.26, 0.36)
        foot = high * run
        for s in (-1, 1):
            low = s * (wide / 2 + high * 0.05)
            parts.tube([(low, foot, 0), (s * wide / 2, 0, high)], 0.02, rgb, material, sides=4)
            parts.tube(
                [(low, -foot * 0.75, 0), (s * wide / 2, -0.02, high)], 0.017, rgb, material, sides=4
            )
        for i in range(1, count):
            z = gap * i
            at = foot * (1 - z / high)
            parts.box((0, at, z), (wide + (high - z) * 0.1, 0.08, 0.022), step, material)
            if i % 2:
                parts.box((0, -at * 0.75, z), (wide + (high - z) * 0.1, 0.02, 0.02), rgb, material)
        parts.box(
            (0, 0, high), (wide, 0.22, 0.03), step if rng.random() < 0.7 else palette.lively(rng)
        )
        if rng.random() < 0.45:
            rise = rng.uniform(0.4, 0.6)
            bow = [
                (-wide / 2, 0, high),
                (-wide / 2, 0, high + rise),
                (wide / 2, 0, high + rise),
                (wide / 2, 0, high),
            ]
            parts.tube(bow, 0.014, rgb, material)
        return parts
    long, wide = rng.uniform(1.8, 2.4), rng.uniform(0.35, 0.45)
    for s in (-1, 1):
        parts.box((s * wide / 2, 0, long / 2), (0.025, 0.06, long), rgb, material)
    for i in range(int(long / 0.28)):
        parts.cylinder((0, 0, 0.25 + 0.28 * i), 0.016, wide, rgb, material, axis="x", sides=10)
    for part in parts.parts:
        part.turn("x", 12, (0, 0, 0))
    return parts


@family("traffic cone", mount="floor")
def traffic_cone(rng: np.random.Generator) -> Parts:
    """An orange, seldom yellow or green cone on a square foot, with up to three white bands."""
    parts = Parts()
    high = rng.uniform(0.28, 0.78)
    radius = high * rng.uniform(0.16, 0.22)
    u = rng.random()
    rgb = palette.pick(rng, (235, 92, 24), (222, 70, 20))
    if u > 0.82:
        rgb = palette.pick(rng, (230, 200, 30), (70, 170, 60), (200, 30, 30))
    foot = palette.black(rng) if rng.random() < 0.4 else rgb
    side = radius * rng.uniform(2.5, 3.1)
    parts.box((0, 0, 0.015), (side, side, 0.03), foot, "plastic", round=0.012)
    tip = radius * rng.uniform(0.15, 0.3)
    parts.lathe([(radius, 0.03), (tip, high), (0, high)], rgb, "plastic")
    bands = int(rng.choice([0, 1, 1, 2, 2, 3]))
    for i in range(bands):
        low = high * (0.42 + 0.26 * i - 0.08 * bands)
        top = low + high * rng.uniform(0.1, 0.17)
        at = [radius + (tip - radius) * (z - 0.03) / (high - 0.03) + 0.002 for z in (low, top)]
        parts.lathe([(at[0], low), (at[1], top)], palette.white(rng))
    return parts


@family("cart", mount="floor")
def cart(rng: np.random.Generator) -> Parts:
    """A trolley on castors: shelves or trays between posts, a platform, or a shopping basket."""
    parts = Parts()
    u = rng.random()
    rgb, material = palette.case(rng, dark=0.4, other=0.2), "metal"
    if u < 0.3:
        rgb = palette.steel(rng)
    wheel = rng.uniform(0.04, 0.07)
    style = rng.random()
    if style < 0.65:
        wide, deep, high = rng.uniform(0.42, 0.85), rng.uniform(0.32, 0.55), rng.uniform(0.7, 0.98)
        levels = int(rng.integers(2, 4))
        shelf, kind = (palette.wood(rng), "wooden") if rng.random() < 0.3 else (rgb, material)
        for x in (-1, 1):
            for y in (-1, 1):
                at = (x * wide * 0.48, y * deep * 0.46)
                parts.cylinder((*at, wheel * 2 + high / 2), 0.013, high, rgb, material, sides=10)
                parts.wheel((*at, wheel), wheel, 0.03, palette.black(rng))
        for i in range(levels):
            z = wheel * 2 + 0.05 + (high - 0.12) * i / (levels - 1)
            parts.box((0, 0, z), (wide, deep, 0.018), shelf, kind)
            edge = rng.uniform(0.03, 0.09)
            if kind == "metal":
                for s in (-1, 1):
                    parts.box((0, s * deep / 2, z + edge / 2), (wide, 0.008, edge), shelf, kind)
                    parts.box((s * wide / 2, 0, z + edge / 2), (0.008, deep, edge), shelf, kind)
            for _ in range(int(rng.integers(0, 4))):
                size = rng.uniform(0.07, 0.2, 3)
                at_x, at_y = rng.uniform(-0.35, 0.35, 2) * (wide, deep)
                parts.box((at_x, at_y, z + size[2] / 2 + 0.01), size, palette.case(rng, other=0.5))
        top, side = wheel * 2 + high, wide * 0.48
        parts.tube(
            [
                (side, -deep * 0.46, top - 0.05),
                (side + 0.09, -deep * 0.4, top),
                (side + 0.09, deep * 0.4, top),
                (side, deep * 0.46, top - 0.05),
            ],
            0.013,
            rgb,
            material,
            smooth=14,
        )
    elif style < 0.85:
        wide, deep = rng.uniform(0.7, 0.95), rng.uniform(0.42, 0.6)
        board = palette.pick(rng, (40, 80, 150), (60, 60, 64), (180, 140, 90), (170, 172, 176))
        parts.box((0, 0, wheel * 2 + 0.03), (wide, deep, 0.05), board, round=0.012)
        for x in (-1, 1):
            for y in (-1, 1):
                parts.wheel(
                    (x * wide * 0.38, y * deep * 0.36, wheel), wheel, 0.035, palette.black(rng)
                )
        side, grip = wide * 0.47, rng.uniform(0.8, 0.95)
        parts.tube(
            [
                (side, -deep * 0.4, 0.1),
                (side + 0.03, -deep * 0.38, grip),
                (side + 0.03, deep * 0.38, grip),
                (side, deep * 0.4, 0.1),
            ],
            0.016,
            rgb,
            material,
            smooth=24,
        )
        for _ in range(int(rng.integers(0, 4))):
            size = rng.uniform(0.2, 0.38, 3)
            along, across = rng.uniform(-0.25, 0.15) * wide, rng.uniform(-0.15, 0.15) * deep
            middle = (along, across, wheel * 2 + 0.055 + size[2] / 2)
            parts.box(middle, size, palette.cardboard(rng)).turn("z", rng.uniform(-10, 10))
    else:
        wide, deep, high = rng.uniform(0.5, 0.58), rng.uniform(0.75, 0.9), 0.45
        lift = rng.uniform(0.42, 0.5)
        wire = palette.steel(rng)
        bars = 12
        for i in range(bars + 1):
            t = i / bars - 0.5
            for s in (-1, 1):
                parts.tube(
                    [
                        (t * wide * 0.85, s * deep * 0.42, lift),
                        (t * wide, s * deep * 0.5, lift + high),
                    ],
                    0.004,
                    wire,
                    "metal",
                    sides=4,
                )
                parts.tube(
                    [
                        (s * wide * 0.42, t * deep * 0.85, lift),
                        (s * wide * 0.5, t * deep, lift + high),
                    ],
                    0.004,
                    wire,
                    "metal",
                    sides=4,
                )
            parts.tube(
                [(t * wide * 0.85, -deep * 0.42, lift), (t * wide * 0.85, deep * 0.42, lift)],
                0.004,
                wire,
                "metal",
                sides=4,
            )
        for k in (0.0, 0.33, 0.66, 1.0):
            a, b, z = wide * (0.42 + 0.08 * k), deep * (0.42 + 0.08 * k), lift + high * k
            ring = [(-a, -b, z), (a, -b, z), (a, b, z), (-a, b, z), (-a, -b, z)]
            parts.tube(ring, 0.007, wire, "metal", sides=5)
        for s in (-1, 1):
            parts.tube(
                [
                    (s * wide * 0.45, -deep * 0.5, lift + high),
                    (s * wide * 0.42, -deep * 0.35, 0.15),
                    (s * wide * 0.4, deep * 0.4, 0.13),
                ],
                0.013,
                wire,
                "metal",
            )
            for way in (-0.35, 0.4):
                parts.wheel((s * wide * 0.4, way * deep, 0.06), 0.06, 0.03, palette.black(rng))
        parts.cylinder(
            (0, -deep * 0.58, lift + high + 0.05), 0.016, wide * 0.95, palette.lively(rng), axis="x"
        )
    parts.has.add("wheels")
    parts.laden = style < 0.65
    return parts
