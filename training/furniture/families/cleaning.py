"""Families of buckets, brooms, mops and vacuum cleaners."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


@family("bucket", mount="floor")
def bucket(rng: np.random.Generator) -> Parts:
    """A plastic or metal bucket with a bow handle, empty or with water or cloths."""
    parts = Parts()
    high, radius = rng.uniform(0.22, 0.34), rng.uniform(0.12, 0.17)
    metal = rng.random() < 0.3
    rgb = palette.steel(rng) if metal else palette.lively(rng)
    if not metal and rng.random() < 0.3:
        rgb = palette.case(rng, dark=0.4, other=0)
    material = "metal" if metal else "plastic"
    low = radius * rng.uniform(0.66, 0.82)
    parts.lathe(
        [(0, 0), (low, 0), (radius, high), (radius * 1.05, high), (radius * 0.97, high)],
        rgb,
        material,
    )
    inner = palette.shade(rgb, 0.8)
    parts.lathe([(radius * 0.965, high), (low * 0.96, 0.012), (0, 0.012)], inner, material)
    if rng.random() < 0.3:
        fill = palette.pick(rng, (150, 170, 180), (90, 80, 60), (200, 200, 196))
        level = high * rng.uniform(0.4, 0.85)
        parts.cylinder((0, 0, level), low + (radius - low) * level / high - 0.004, 0.004, fill)
    if rng.random() < 0.3:
        cloth = parts.box(
            (radius * 0.9, 0, high * 0.92),
            (0.07, 0.16, 0.16),
            palette.cloth(rng),
            "fabric",
            round=0.03,
        )
        cloth.turn("y", 15)
    up = rng.random() < 0.45
    angle = np.linspace(0, np.pi, 15)
    lean = 0 if up else rng.choice([-1, 1]) * rng.uniform(70, 85)
    bow = np.stack(
        [radius * 1.03 * np.cos(angle), 0 * angle, high * 0.95 + radius * np.sin(angle)], 1
    )
    wire = palette.steel(rng) if rng.random() < 0.7 else rgb
    parts.tube(bow, 0.005, wire, sides=6).turn("x", lean, (0, 0, high * 0.95))
    grip = parts.cylinder((0, 0, high * 0.95 + radius), 0.012, 0.09, rgb, axis="x", sides=10)
    grip.turn("x", lean, (0, 0, high * 0.95))
    return parts


def _handle(rng: np.random.Generator) -> tuple[palette.Color, str]:
    """A stick of wood, metal or coloured plastic."""
    u = rng.random()
    if u < 0.4:
        return palette.wood(rng), "wooden"
    if u < 0.65:
        return palette.steel(rng), "metal"
    return palette.lively(rng) if u < 0.9 else palette.white(rng), "plastic"


def _leaned(parts: Parts, rng: np.random.Generator) -> Parts:
    """Stand it at a slant as against a wall behind it, or lay it down."""
    lean = 88.0 if rng.random() < 0.15 else rng.uniform(5, 16)
    roll = rng.normal(0, 3)
    for part in parts.parts:
        part.turn("x", lean, (0, 0, 0)).turn("y", roll, (0, 0, 0))
    return parts


@family("broom", mount="floor")
def broom(rng: np.random.Generator) -> Parts:
    """A long stick with a brush: a wide one, or a bound round bundle; leans or lies."""
    parts = Parts()
    long = rng.uniform(1.15, 1.5)
    rgb, material = _handle(rng)
    parts.cylinder((0, 0, 0.1 + long / 2), 0.013, long, rgb, material, sides=12)
    hair = palette.pick(
        rng, (40, 40, 42), (196, 164, 104), (150, 110, 60), (200, 50, 50), (60, 110, 180)
    )
    if rng.random() < 0.7:
        wide, deep = rng.uniform(0.24, 0.5), rng.uniform(0.045, 0.075)
        head = palette.wood(rng) if material == "wooden" else palette.case(rng, other=0.4)
        parts.box((0, 0, 0.1), (wide, deep, 0.04), head, round=0.012)
        brush = parts.box((0, 0, 0.045), (wide * 1.04, deep * 1.15, 0.09), hair)
        brush.points[:, :2] *= 1 + 0.12 * (brush.points[:, 2:] < 0.01)
    else:
        profile = [(0, 0), (0.16, 0), (0.12, 0.15), (0.05, 0.3), (0.02, 0.36), (0, 0.36)]
        part = parts.lathe(profile, hair, sides=16)
        part.points[:, 1] *= 0.45
        parts.cylinder((0, 0, 0.28), 0.05, 0.02, palette.lively(rng))
    return _leaned(parts, rng)


@family("mop", mount="floor")
def mop(rng: np.random.Generator) -> Parts:
    """A stick with strings or a flat pad; leans or lies."""
    parts = Parts()
    long = rng.uniform(1.1, 1.4)
    rgb, material = _handle(rng)
    head = (
        palette.white(rng)
        if rng.random() < 0.5
        else palette.pick(rng, (100, 150, 200), (190, 190, 186), (120, 180, 130))
    )
    if rng.random() < 0.5:
        parts.cylinder((0, 0, 0.16 + long / 2), 0.012, long, rgb, material, sides=12)
        parts.cylinder((0, 0, 0.18), 0.035, 0.08, palette.case(rng, other=0.4))
        for i in range(22):
            a, reach = 2 * np.pi * i / 22, rng.uniform(0.07, 0.17)
            c, s = np.cos(a), np.sin(a)
            string = [
                (0.015 * c, 0.015 * s, 0.17),
                (0.06 * c, 0.06 * s, 0.11),
                (reach * c, reach * s, 0.012),
            ]
            parts.tube(
                string,
                0.011,
                palette.shade(head, rng.uniform(0.85, 1.05)),
                "fabric",
                smooth=6,
                sides=5,
            )
    else:
        parts.cylinder((0, 0, 0.05 + long / 2), 0.012, long, rgb, material, sides=12)
        wide = rng.uniform(0.3, 0.5)
        parts.box((0, 0, 0.016), (wide, 0.12, 0.032), head, "fabric", round=0.012)
        parts.box((0, 0, 0.04), (wide * 0.7, 0.07, 0.016), palette.case(rng, other=0.4))
    return _leaned(parts, rng)


@family("vacuum cleaner", mount="floor", has_front=True)
def vacuum_cleaner(rng: np.random.Generator) -> Parts:
    """A canister with hose and tube, an upright or stick one, or a robot."""
    parts = Parts()
    rgb = palette.lively(rng) if rng.random() < 0.45 else palette.case(rng, dark=0.6, other=0)
    dark, gray = palette.black(rng), palette.gray(rng)
    style = rng.random()
    if style < 0.45:
        long, wide, high = rng.uniform(0.36, 0.46), rng.uniform(0.26, 0.32), rng.uniform(0.2, 0.28)
        parts.box((0, 0, high * 0.42), (wide, long, high * 0.65), rgb, "plastic", round=0.08)
        parts.box(
            (0, -long * 0.1, high * 0.7),
            (wide * 0.7, long * 0.55, high * 0.35),
            palette.shade(rgb, 0.75),
            "plastic",
            round=0.04,
        )
        for x in (-1, 1):
            parts.wheel((x * wide * 0.5, -long * 0.25, 0.075), 0.075, 0.03, dark)
        parts.tube(
            [
                (0, -long * 0.25, high * 0.85),
                (0, -long * 0.1, high * 1.1),
                (0, long * 0.1, high * 0.9),
            ],
            0.013,
            dark,
            smooth=8,
        )
        side = rng.choice([-1, 1])
        end = np.array([side * rng.uniform(0.35, 0.6), rng.uniform(0.1, 0.4), 0.95])
        hose = [
            (0, long * 0.45, high * 0.5),
            (0, long * 0.85, high * 0.6),
            (end[0] * 0.7, end[1] + 0.25, 0.45),
            (end[0], end[1] + 0.1, 0.9),
            tuple(end),
        ]
        parts.tube(hose, 0.02, dark, smooth=26)
        foot = end + np.array([0, 0.55, -0.91])
        parts.tube([tuple(end), tuple(foot)], 0.017, palette.steel(rng), "metal")
        parts.box((foot[0], foot[1] + 0.03, 0.025), (0.27, 0.1, 0.05), dark, round=0.015)
    elif style < 0.8:
        high, slim = rng.uniform(1.0, 1.2), rng.random() < 0.6
        parts.box((0, 0.08, 0.04), (rng.uniform(0.24, 0.3), 0.15, 0.07), dark, round=0.02)
        if slim:
            parts.cylinder((0, 0, high * 0.4), 0.02, high * 0.7, palette.steel(rng), "metal")
            parts.box((0, 0, high * 0.82), (0.1, 0.14, 0.22), rgb, "plastic", round=0.03)
            parts.cylinder((0, 0.05, high * 0.78), 0.05, 0.16, gray)
        else:
            parts.box((0, -0.02, high * 0.4), (0.2, 0.17, high * 0.5), rgb, "plastic", round=0.06)
            parts.cylinder((0, 0.06, high * 0.35), 0.065, high * 0.32, gray)
            parts.cylinder((0, -0.03, high * 0.78), 0.016, high * 0.36, dark)
        parts.tube(
            [
                (0, -0.03, high * 0.92),
                (0, -0.05, high),
                (0, -0.13, high * 0.98),
                (0, -0.12, high * 0.86),
            ],
            0.015,
            dark,
            smooth=10,
        )
        for part in parts.parts[1:]:
            part.turn("x", 10, (0, 0.02, 0.05))
    else:
        radius, high = rng.uniform(0.155, 0.18), rng.uniform(0.075, 0.1)
        body = dark if rng.random() < 0.6 else palette.white(rng)
        parts.cylinder((0, 0, high / 2), radius, high, body, "plastic", sides=32)
        parts.cylinder(
            (0, 0, high),
            radius * 0.92,
            0.005,
            palette.shade(body, 0.8 if sum(body) > 300 else 1.6),
            sides=32,
        )
        parts.cylinder((0, -radius * 0.2, high + 0.012), radius * 0.25, 0.024, gray)
        if rng.random() < 0.5:
            parts.box((0, -radius - 0.03, 0.06), (0.15, 0.07, 0.12), dark, round=0.015)
    return parts
