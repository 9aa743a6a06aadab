"""Families of fans, heaters and water coolers."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


def _fan_head(
    parts: Parts, radius: float, z: float, rgb: palette.Color, rng: np.random.Generator
) -> None:
    """A cage of rings and spokes with blades inside, facing the front."""
    depth = radius * rng.uniform(0.35, 0.55)
    made = []
    angle = np.linspace(0, 2 * np.pi, 25)
    cage = palette.steel(rng) if rng.random() < 0.4 else rgb
    for share, y in ((0.35, 1.0), (0.7, 0.9), (1.0, 0.0), (0.7, -0.9), (0.35, -1.0)):
        ring = np.stack(
            [
                radius * share * np.cos(angle),
                np.full(25, y * depth / 2),
                z + radius * share * np.sin(angle),
            ],
            1,
        )
        made.append(parts.tube(ring, 0.004, cage, sides=5))
    for i in range(14):
        a = 2 * np.pi * i / 14
        x, up = np.cos(a), np.sin(a)
        wire = [
            (radius * k * x, s * depth / 2, z + radius * k * up)
            for k, s in ((0.05, 1), (0.7, 0.9), (1, 0), (0.7, -0.9), (0.05, -1))
        ]
        made.append(parts.tube(wire, 0.0025, cage, sides=4))
    count = int(rng.integers(3, 6))
    blade = (
        palette.shade(rgb, 0.8)
        if rng.random() < 0.6
        else palette.pick(rng, (90, 130, 190), (60, 60, 64))
    )
    for i in range(count):
        outline = [
            (radius * 0.1, -0.02),
            (radius * 0.85, -radius * 0.28),
            (radius * 0.85, radius * 0.2),
            (radius * 0.1, 0.03),
        ]
        part = parts.extrude(outline, 0.006, blade).turn("x", 18, (0, 0, 0))
        made.append(part.turn("y", i * 360 / count, (0, 0, 0)).move(z=z))
    made.append(parts.cylinder((0, depth / 2, z), radius * 0.17, 0.02, rgb, axis="y"))
    made.append(parts.cylinder((0, -depth * 0.8, z), radius * 0.28, depth, rgb, axis="y"))
    tilt, pan = rng.uniform(-5, 20), rng.uniform(-25, 25)
    for part in made:
        part.turn("x", tilt, (0, 0, z)).turn("z", pan, (0, 0, z))


@family("fan", mount="floor", has_front=True)
def fan(rng: np.random.Generator) -> Parts:
    """A pedestal or table fan, a tower, or a low box fan."""
    parts = Parts()
    rgb = palette.white(rng) if rng.random() < 0.5 else palette.case(rng, dark=0.6, other=0.1)
    style = rng.random()
    if style < 0.5:
        high, radius = rng.uniform(0.9, 1.35), rng.uniform(0.18, 0.25)
        parts.cylinder((0, 0, 0.02), rng.uniform(0.16, 0.22), 0.04, rgb, top=0.12)
        parts.cylinder(
            (0, 0, high / 2), 0.015, high, palette.steel(rng) if rng.random() < 0.4 else rgb
        )
        parts.box((0, 0, high * 0.7), (0.06, 0.05, 0.1), rgb, round=0.01)
        _fan_head(parts, radius, high + 0.05, rgb, rng)
    elif style < 0.7:
        radius = rng.uniform(0.1, 0.17)
        parts.cylinder((0, 0, 0.015), radius * 0.7, 0.03, rgb)
        parts.cylinder((0, -0.02, radius * 0.75), 0.02, radius * 1.5, rgb)
        _fan_head(parts, radius, radius * 1.45, rgb, rng)
        parts.mount = "top"
    elif style < 0.9:
        high, wide = rng.uniform(0.7, 1.1), rng.uniform(0.11, 0.18)
        parts.cylinder((0, 0, 0.015), wide * 0.9, 0.03, rgb)
        parts.box((0, 0, high / 2), (wide, wide, high), rgb, "plastic", round=wide * 0.3)
        lines = pictures.stripes([palette.shade(rgb, 0.5), rgb], 13)
        parts.picture((0, wide / 2 + 0.001, high * 0.5), (wide * 0.6, high * 0.72), lines)
        parts.box((0, wide / 2 - 0.01, high * 0.95), (wide * 0.4, 0.03, 0.03), palette.black(rng))
    else:
        side = rng.uniform(0.3, 0.52)
        parts.box((0, -0.04, side / 2), (side, 0.06, side), palette.shade(rgb, 0.8))
        _fan_head(parts, side * 0.45, side / 2, rgb, rng)
        for x in (-1, 1):
            parts.box((x * side / 2, 0, side / 2), (0.02, 0.13, side), rgb)
            parts.box((0, 0, side / 2 + x * side / 2), (side, 0.13, 0.02), rgb)
    return parts


@family("heater", mount="floor", has_front=True)
def heater(rng: np.random.Generator) -> Parts:
    """A portable heater: oil-filled ribs on wheels, a fan heater, a convector or a glowing one."""
    parts = Parts()
    rgb = palette.white(rng) if rng.random() < 0.6 else palette.case(rng, dark=0.7, other=0.05)
    style = rng.random()
    if style < 0.45:
        count, high, deep = (
            int(rng.integers(5, 13)),
            rng.uniform(0.5, 0.65),
            rng.uniform(0.13, 0.17),
        )
        for i in range(count):
            x = (i - (count - 1) / 2) * 0.045
            parts.box((x, 0, 0.08 + high / 2), (0.02, deep, high), rgb, "metal", round=0.009)
        parts.box(
            (0, 0, 0.1 + high / 2),
            (count * 0.045, 0.03, high * 0.9),
            palette.shade(rgb, 0.85),
            "metal",
        )
        x = count * 0.045 / 2 + 0.05
        parts.box(
            (x, 0, 0.08 + high / 2), (0.1, deep, high), palette.black(rng), "plastic", round=0.02
        )
        for z in (0.6, 0.75, 0.9):
            parts.cylinder((x, deep / 2, 0.05 + high * z), 0.02, 0.02, palette.gray(rng), axis="y")
        for side in (-1, 1):
            parts.box((side * count * 0.02, 0, 0.06), (0.03, 0.24, 0.02), palette.black(rng))
            for y in (-0.11, 0.11):
                parts.wheel((side * count * 0.02, y, 0.028), 0.028, 0.03, palette.black(rng))
    elif style < 0.7:
        wide, deep, high = rng.uniform(0.18, 0.28), rng.uniform(0.1, 0.2), rng.uniform(0.2, 0.34)
        parts.box((0, 0, high / 2), (wide, deep, high), rgb, "plastic", round=0.03)
        mesh = pictures.stripes([(50, 48, 46), (90, 84, 78)], 11, upright=False)
        parts.picture((0, deep / 2 + 0.001, high * 0.42), (wide * 0.8, high * 0.55), mesh)
        for x in (-0.2, 0.2):
            parts.cylinder(
                (x * wide, deep / 2, high * 0.84), 0.02, 0.02, palette.gray(rng), axis="y"
            )
    elif style < 0.85:
        wide, high, deep = rng.uniform(0.5, 0.85), rng.uniform(0.36, 0.46), rng.uniform(0.07, 0.11)
        parts.box((0, 0, 0.05 + high / 2), (wide, deep, high), rgb, "metal", round=0.012)
        lines = pictures.stripes([palette.shade(rgb, 0.55), rgb], 25)
        parts.picture((0, deep / 2 + 0.001, high * 0.88), (wide * 0.9, high * 0.14), lines)
        for x in (-1, 1):
            parts.box((x * wide * 0.36, 0, 0.025), (0.04, 0.24, 0.03), palette.black(rng))
    else:
        wide, high = rng.uniform(0.3, 0.45), rng.uniform(0.35, 0.6)
        parts.box((0, 0, high / 2), (wide, 0.12, high), rgb, "metal", round=0.02)
        parts.box(
            (0, 0.055, high * 0.52), (wide * 0.84, 0.02, high * 0.75), palette.steel(rng), "metal"
        )
        for i in range(int(rng.integers(2, 4))):
            z = high * (0.32 + 0.2 * i)
            parts.cylinder(
                (0, 0.075, z),
                0.011,
                wide * 0.78,
                palette.pick(rng, (255, 130, 50), (200, 190, 180)),
                axis="x",
            )
        for i in range(9):
            parts.tube(
                [
                    (-wide * 0.4 + i * wide * 0.1, 0.09, high * 0.14),
                    (-wide * 0.4 + i * wide * 0.1, 0.09, high * 0.9),
                ],
                0.002,
                palette.steel(rng),
                "metal",
                sides=4,
            )
    return parts


@family("water cooler", mount="floor", has_front=True)
def water_cooler(rng: np.random.Generator) -> Parts:
    """A column with taps, a blue bottle on top, or none."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.27, 0.36), rng.uniform(0.27, 0.37), rng.uniform(0.9, 1.15)
    body = palette.white(rng) if rng.random() < 0.65 else palette.case(rng, dark=0.7, other=0.05)
    parts.box((0, 0, high / 2), (wide, deep, high), body, "plastic", round=0.025)
    front = deep / 2
    niche = palette.black(rng) if sum(body) > 300 else palette.gray(rng)
    z = high * rng.uniform(0.7, 0.78)
    parts.box((0, front - 0.01, z), (wide * 0.8, 0.03, high * 0.2), niche)
    parts.box((0, front + 0.03, z - high * 0.1), (wide * 0.75, 0.08, 0.02), palette.gray(rng))
    colors = [(200, 40, 40), (40, 90, 190), (230, 230, 230)]
    count = int(rng.integers(2, 4))
    for i in range(count):
        x = (i - (count - 1) / 2) * wide * 0.25
        parts.box((x, front + 0.025, z + high * 0.06), (0.028, 0.05, 0.035), colors[i])
        parts.cylinder(
            (x, front + 0.035, z + high * 0.03), 0.009, 0.03, palette.gray(rng), sides=10
        )
    parts.box((0, front, high * 0.3), (wide * 0.85, 0.008, high * 0.5), palette.shade(body, 0.95))
    if rng.random() < 0.75:
        radius, tall = wide * 0.42, rng.uniform(0.33, 0.42)
        blue = palette.pick(rng, (120, 170, 220), (90, 150, 210), (160, 200, 230))
        profile = [(radius * 0.3, 0), (radius * 0.4, 0.04), (radius, 0.11)]
        ribs = [
            (radius * (0.94 if k % 2 else 1), 0.11 + (tall - 0.14) * k / 5) for k in range(1, 6)
        ]
        parts.lathe([*profile, *ribs, (radius * 0.85, tall), (0, tall)], blue, center=(0, 0, high))
    if rng.random() < 0.3:
        parts.cylinder((wide / 2 + 0.045, 0, high * 0.75), 0.037, 0.4, palette.white(rng))
    return parts


@family("vending machine", mount="floor", has_front=True)
def vending_machine(rng: np.random.Generator) -> Parts:
    """A tall cabinet with rows of goods behind glass, a keypad and a flap."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.7, 1.05), rng.uniform(0.65, 0.9), rng.uniform(1.7, 1.95)
    u = rng.random()
    body = (
        palette.black(rng) if u < 0.35 else (palette.lively(rng) if u < 0.75 else palette.gray(rng))
    )
    parts.box((0, 0, high / 2), (wide, deep, high), body, "metal")
    front = deep / 2
    rows, columns = int(rng.integers(4, 7)), int(rng.integers(5, 9))
    x0 = wide * 0.1
    glass_w, glass_h = wide * 0.7, high * 0.66
    parts.box((x0, front + 0.003, high * 0.57), (glass_w, 0.006, glass_h), (30, 32, 38), "glass")
    for row in range(rows):
        z = high * 0.57 - glass_h / 2 + glass_h * (row + 0.5) / rows
        parts.box(
            (x0, front + 0.008, z - glass_h * 0.42 / rows),
            (glass_w * 0.96, 0.008, 0.014),
            palette.gray(rng),
        )
        for column in range(columns):
            if rng.random() < 0.12:
                continue
            x = x0 - glass_w / 2 + glass_w * (column + 0.5) / columns
            size = (glass_w * 0.7 / columns, 0.012, glass_h * rng.uniform(0.45, 0.7) / rows)
            parts.box((x, front + 0.008, z - glass_h * 0.1 / rows), size, palette.lively(rng))
    parts.box(
        (-wide * 0.38, front + 0.01, high * 0.62),
        (wide * 0.13, 0.02, high * 0.22),
        palette.gray(rng),
    )
    keys = pictures.grid((220, 220, 224), (50, 50, 54), 4, 3, cell=2)
    parts.picture((-wide * 0.38, front + 0.022, high * 0.64), (wide * 0.09, high * 0.09), keys)
    parts.box((x0, front + 0.01, high * 0.13), (glass_w * 0.8, 0.02, high * 0.1), (24, 24, 26))
    if rng.random() < 0.5:
        parts.picture(
            (0, front + 0.003, high * 0.95),
            (wide * 0.96, high * 0.08),
            pictures.text(rng, palette.lively(rng), (245, 245, 245), lines=1, width=14),
        )
    return parts
