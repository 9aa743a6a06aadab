"""Families of cabinets, lockers, safes and racks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    import numpy as np


def _office_metal(rng: np.random.Generator) -> palette.Color:
    """Lacquered sheet metal: gray, white, black, beige, seldom lively."""
    u = rng.random()
    if u < 0.4:
        return palette.gray(rng)
    if u < 0.62:
        return palette.white(rng)
    if u < 0.78:
        return palette.black(rng)
    return palette.pick(rng, (200, 188, 160)) if u < 0.88 else palette.lively(rng)


@family("filing cabinet", mount="floor", has_front=True)
def filing_cabinet(rng: np.random.Generator) -> Parts:
    """Two to five drawers with handles and labels, narrow or wide; low ones on castors."""
    parts = Parts()
    drawers = int(rng.choice([2, 2, 3, 3, 4, 5]))
    wide = rng.uniform(0.38, 0.48) if rng.random() < 0.75 else rng.uniform(0.75, 1.0)
    deep, each = rng.uniform(0.42, 0.65), rng.uniform(0.17, 0.33)
    rgb, material = _office_metal(rng), "metal"
    if rng.random() < 0.2:
        rgb, material = palette.wood(rng), "wooden"
    lift = 0.06 if drawers <= 3 and rng.random() < 0.55 else 0.02
    high = drawers * each + 0.03
    parts.box((0, 0, lift + high / 2), (wide, deep, high), rgb, material)
    front = deep / 2
    face = palette.shade(rgb, rng.uniform(0.9, 1.1))
    handle = palette.steel(rng) if rng.random() < 0.5 else palette.black(rng)
    style = int(rng.integers(3))
    for i in range(drawers):
        z = lift + 0.015 + each * (i + 0.5)
        out = rng.uniform(0.05, 0.3) if rng.random() < 0.05 else 0.0
        parts.box(
            (0, front + 0.008 + out / 2, z), (wide * 0.95, 0.016 + out, each * 0.93), face, material
        )
        y = front + 0.02 + out
        if style == 0:
            parts.box((0, y + 0.01, z + each * 0.2), (wide * 0.3, 0.02, 0.016), handle, "metal")
        elif style == 1:
            parts.box(
                (0, y - 0.002, z + each * 0.38),
                (wide * 0.9, 0.004, each * 0.1),
                palette.shade(rgb, 0.4),
            )
        else:
            parts.box((0, y, z + each * 0.15), (0.11, 0.006, 0.04), palette.shade(rgb, 0.55))
        if rng.random() < 0.5:
            parts.box(
                (wide * 0.28 if style else 0, y, z + each * 0.33),
                (0.07, 0.003, 0.03),
                palette.white(rng),
            )
    parts.cylinder(
        (wide * 0.4, front + 0.02, lift + high - 0.03), 0.009, 0.006, palette.steel(rng), axis="y"
    )
    if lift > 0.05:
        for x in (-1, 1):
            for y in (-1, 1):
                parts.wheel(
                    (x * wide * 0.42, y * deep * 0.4, 0.028), 0.028, 0.025, palette.black(rng)
                )
        parts.has.add("wheels")
    return parts


@family("locker", mount="floor", has_front=True)
def locker(rng: np.random.Generator) -> Parts:
    """A row of tall metal doors with vents, one to four above each other."""
    parts = Parts()
    columns, rows = int(rng.integers(1, 5)), int(rng.choice([1, 1, 2, 3, 4]))
    unit, deep, high = rng.uniform(0.28, 0.4), rng.uniform(0.42, 0.52), rng.uniform(1.65, 1.95)
    foot = rng.choice([0.0, 0.1, 0.14])
    body = _office_metal(rng)
    door = (
        palette.lively(rng) if rng.random() < 0.35 else palette.shade(body, rng.uniform(0.85, 1.1))
    )
    wide = unit * columns
    parts.box((0, 0, foot + high / 2), (wide, deep, high), body, "metal")
    if foot:
        parts.legs((wide * 0.96, deep * 0.9), foot, 0.04, palette.shade(body, 0.6), "metal")
    each = high / rows
    for column in range(columns):
        x = (column - (columns - 1) / 2) * unit
        for row in range(rows):
            z = foot + each * (row + 0.5)
            parts.box((x, deep / 2 + 0.008, z), (unit * 0.93, 0.016, each * 0.96), door, "metal")
            y = deep / 2 + 0.018
            for i in range(int(rng.integers(3, 5))):
                parts.box(
                    (x, y, z + each * 0.38 - i * 0.03),
                    (unit * 0.45, 0.004, 0.01),
                    palette.shade(door, 0.35),
                )
            if rows == 1:
                for i in range(4):
                    parts.box(
                        (x, y, z - each * 0.4 + i * 0.03),
                        (unit * 0.45, 0.004, 0.01),
                        palette.shade(door, 0.35),
                    )
            parts.box(
                (x - unit * 0.34, y + 0.006, z), (0.03, 0.014, 0.07), palette.steel(rng), "metal"
            )
            parts.box((x, y, z + each * 0.18), (0.06, 0.003, 0.03), palette.white(rng))
    return parts


@family("safe", mount="floor", has_front=True)
def safe(rng: np.random.Generator) -> Parts:
    """A strong box with a door, a keypad or dial, and a handle."""
    parts = Parts()
    small = rng.random() < 0.6
    wide = rng.uniform(0.28, 0.45) if small else rng.uniform(0.45, 0.7)
    high = wide * rng.uniform(0.6, 0.9) if small else wide * rng.uniform(1.1, 1.9)
    deep = rng.uniform(0.25, 0.38) if small else rng.uniform(0.4, 0.6)
    rgb = palette.black(rng) if rng.random() < 0.5 else palette.gray(rng)
    if rng.random() < 0.15:
        rgb = palette.pick(rng, (50, 80, 60), (200, 190, 170), (40, 60, 100))
    parts.box((0, 0, high / 2), (wide, deep, high), rgb, "metal", round=0.008)
    front = deep / 2
    parts.box(
        (0, front, high / 2), (wide * 0.86, 0.02, high * 0.84), palette.shade(rgb, 1.25), "metal"
    )
    y = front + 0.014
    scale = min(wide, high)
    if rng.random() < 0.6:
        parts.box(
            (-wide * 0.1, y, high * 0.55), (scale * 0.3, 0.014, scale * 0.4), palette.black(rng)
        )
        keys = pictures.grid((190, 194, 198), (40, 40, 44), 4, 3, cell=2)
        parts.picture((-wide * 0.1, y + 0.008, high * 0.52), (scale * 0.22, scale * 0.26), keys)
        parts.box(
            (-wide * 0.1, y + 0.008, high * 0.55 + scale * 0.16),
            (scale * 0.2, 0.003, scale * 0.05),
            (90, 150, 110),
        )
    else:
        parts.cylinder(
            (-wide * 0.1, y, high * 0.62), scale * 0.13, 0.03, palette.steel(rng), "metal", axis="y"
        )
        parts.cylinder(
            (-wide * 0.1, y + 0.018, high * 0.62), scale * 0.08, 0.02, palette.black(rng), axis="y"
        )
    if rng.random() < 0.5:
        for k in range(3):
            spoke = parts.box(
                (wide * 0.22, y + 0.03, high / 2),
                (scale * 0.36, 0.014, 0.016),
                palette.steel(rng),
                "metal",
            )
            spoke.turn("y", 60 * k)
    else:
        parts.cylinder((wide * 0.22, y + 0.01, high / 2), 0.02, 0.03, palette.steel(rng), axis="y")
        parts.box(
            (wide * 0.16, y + 0.026, high / 2),
            (scale * 0.28, 0.014, 0.022),
            palette.steel(rng),
            "metal",
        )
    if small:
        parts.mount = rng.choice(["floor", "top"])
    return parts


@family("server rack", mount="floor", has_front=True)
def server_rack(rng: np.random.Generator) -> Parts:
    """A tall black frame full of units with lights, vents and cables."""
    parts = Parts()
    wide, deep = rng.uniform(0.58, 0.7), rng.uniform(0.6, 1.05)
    high = rng.uniform(1.7, 2.1) if rng.random() < 0.65 else rng.uniform(0.6, 1.2)
    rgb = palette.black(rng) if rng.random() < 0.75 else palette.gray(rng)
    for s in (-1, 1):
        parts.box((s * wide / 2, 0, high / 2), (0.03, deep, high), rgb, "metal")
        parts.box((0, 0, high / 2 + s * (high / 2 - 0.02)), (wide, deep, 0.04), rgb, "metal")
    parts.box((0, -deep / 2, high / 2), (wide, 0.02, high), rgb, "metal")
    z = 0.06
    while z < high - 0.14:
        units = int(rng.choice([1, 1, 2, 2, 4]))
        tall = units * 0.0445
        if rng.random() < 0.88 and z + tall < high - 0.05:
            unit = palette.black(rng) if rng.random() < 0.55 else palette.gray(rng)
            y = deep / 2 - 0.06
            parts.box((0, y - 0.15, z + tall / 2), (wide * 0.8, 0.3, tall * 0.93), unit, "metal")
            face = pictures.stripes([palette.shade(unit, 0.6), unit, palette.shade(unit, 1.5)], 17)
            parts.picture((wide * 0.1, y + 0.002, z + tall / 2), (wide * 0.5, tall * 0.7), face)
            for i in range(int(rng.integers(1, 4))):
                glow = palette.pick(rng, (60, 220, 90), (240, 160, 40), (80, 150, 250))
                parts.box(
                    (-wide * 0.3 + i * 0.02, y + 0.003, z + tall / 2), (0.009, 0.004, 0.009), glow
                )
            if rng.random() < 0.3:
                cord = palette.lively(rng)
                path = [
                    (-wide * 0.2, y, z + tall / 2),
                    (-wide * 0.34, y + 0.05, max(0.03, z - 0.05)),
                    (-wide * 0.42, y + 0.02, max(0.03, z - 0.25)),
                ]
                parts.tube(path, 0.005, cord, smooth=8, sides=5)
        z += tall
    return parts


@family("shoe rack", mount="floor", has_front=True)
def shoe_rack(rng: np.random.Generator) -> Parts:
    """Two to four shelves of slats or rods with pairs of shoes; or a slim cabinet with flaps."""
    parts = Parts()
    wide = rng.uniform(0.5, 1.0)
    if rng.random() < 0.2:
        rgb, material = palette.finish(rng)
        flaps = int(rng.integers(2, 5))
        each, deep = rng.uniform(0.34, 0.42), rng.uniform(0.17, 0.25)
        high = each * flaps + 0.1
        parts.box((0, 0, high / 2), (wide, deep, high), rgb, material)
        for i in range(flaps):
            z = 0.08 + each * (i + 0.5)
            parts.box(
                (0, deep / 2 + 0.008, z),
                (wide * 0.95, 0.018, each * 0.94),
                palette.shade(rgb, 0.96),
                material,
            )
            parts.box((0, deep / 2 + 0.02, z + each * 0.38), (0.1, 0.02, 0.014), palette.steel(rng))
        return parts
    levels, deep, gap = int(rng.integers(2, 5)), rng.uniform(0.26, 0.34), rng.uniform(0.17, 0.24)
    wooden = rng.random() < 0.5
    rgb, material = (
        (palette.wood(rng), "wooden")
        if wooden
        else (palette.case(rng, dark=0.5, other=0.05), "metal")
    )
    high = levels * gap + 0.04
    parts.legs((wide, deep), high, 0.028, rgb, material, round_=not wooden)
    for level in range(levels):
        z = 0.07 + level * gap
        for i in range(int(rng.integers(4, 7))):
            y = -deep / 2 + 0.03 + i * (deep - 0.06) / 5
            if wooden:
                parts.box((0, y, z), (wide, 0.03, 0.014), rgb, material)
            else:
                parts.cylinder((0, y, z), 0.007, wide, rgb, material, axis="x", sides=8)
        x = -wide / 2 + 0.08
        while x < wide / 2 - 0.1:
            if rng.random() < 0.75:
                _pair(parts, x, z + 0.01, palette.cloth(rng), rng)
            x += rng.uniform(0.2, 0.26)
    parts.laden = True
    return parts


def _pair(parts: Parts, x: float, z: float, rgb: palette.Color, rng: np.random.Generator) -> None:
    """Two shoes beside each other, their toes to the back or the front."""
    sole = palette.white(rng) if rng.random() < 0.4 else palette.black(rng)
    way = rng.choice([-1, 1])
    for side in (0, 0.095):
        parts.box((x + side, 0, z + 0.01), (0.075, 0.26, 0.02), sole, round=0.008)
        parts.ball((x + side, way * 0.06, z + 0.025), (0.078, 0.16, 0.08), rgb)
        parts.ball((x + side, -way * 0.07, z + 0.04), (0.076, 0.13, 0.11), rgb)
