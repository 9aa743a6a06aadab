"""Families of boxes, crates, barrels and bins."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


@family("crate", mount="floor")
def crate(rng: np.random.Generator) -> Parts:
    """Slats of wood or a plastic crate with holes; empty, or with bottles or fruit."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.36, 0.6), rng.uniform(0.28, 0.4), rng.uniform(0.18, 0.36)
    wooden = rng.random() < 0.55
    rgb = palette.wood(rng) if wooden else palette.case(rng, dark=0.3, other=0.55)
    material = "wooden" if wooden else "plastic"
    slats = int(rng.integers(2, 5))
    each = high / slats
    for i in range(slats):
        z = each * (i + 0.5)
        tint = palette.shade(rgb, rng.uniform(0.9, 1.08)) if wooden else rgb
        tall = each * (rng.uniform(0.62, 0.9) if wooden or i else 0.8)
        for s in (-1, 1):
            parts.box((0, s * deep / 2, z), (wide, 0.014, tall), tint, material)
            if i == slats - 1 and slats > 2:
                for e in (-1, 1):  # leaves a hole to grip
                    parts.box(
                        (s * wide / 2, e * deep * 0.34, z),
                        (0.014, deep * 0.32, tall),
                        tint,
                        material,
                    )
            else:
                parts.box((s * wide / 2, 0, z), (0.014, deep, tall), tint, material)
    for sx in (-1, 1):
        for sy in (-1, 1):
            parts.box(
                (sx * (wide / 2 - 0.02), sy * (deep / 2 - 0.02), high / 2),
                (0.032, 0.032, high),
                palette.shade(rgb, 0.92),
                material,
            )
    parts.box((0, 0, 0.008), (wide, deep, 0.014), palette.shade(rgb, 0.85), material)
    if rng.random() < 0.35:
        goods = palette.pick(rng, (40, 80, 40), (120, 70, 30), (60, 60, 64)), palette.lively(rng)
        if rng.random() < 0.5:
            for column in range(4):
                for row in range(3):
                    x, y = (column - 1.5) * wide * 0.22, (row - 1.0) * deep * 0.28
                    parts.cylinder((x, y, high * 0.45), 0.032, high * 0.75, goods[0], sides=12)
                    parts.cylinder(
                        (x, y, high * 0.95), 0.03, high * 0.28, goods[0], top=0.013, sides=12
                    )
        else:
            for _ in range(24):
                x, y = rng.uniform(-0.4, 0.4) * wide, rng.uniform(-0.4, 0.4) * deep
                parts.ball(
                    (x, y, high * rng.uniform(0.5, 0.85)),
                    (0.075,) * 3,
                    palette.shade(goods[1], rng.uniform(0.85, 1.1)),
                )
    return parts


@family("barrel", mount="floor")
def barrel(rng: np.random.Generator) -> Parts:
    """A wooden cask with hoops, an oil drum, or a plastic one with a lid."""
    parts = Parts()
    high, radius = rng.uniform(0.55, 0.95), rng.uniform(0.22, 0.32)
    style = rng.random()
    if style < 0.4:
        rgb, hoop = palette.wood(rng), palette.shade(palette.steel(rng), 0.6)
        z = np.linspace(0, high, 11)
        bulge = rng.uniform(0.1, 0.2)
        r = radius * (1 + bulge * np.sin(np.pi * z / high))
        parts.lathe(
            [
                (0, 0),
                *zip(r, z, strict=True),
                (r[-1] * 0.93, high),
                (r[-1] * 0.92, high - 0.03),
                (0, high - 0.03),
            ],
            rgb,
            "wooden",
        )
        for part in (0.06, 0.25, 0.75, 0.94):
            at = radius * (1 + bulge * np.sin(np.pi * part)) + 0.004
            middle = part * high
            parts.lathe([(at, middle - 0.018), (at, middle + 0.018)], hoop, "metal")
    else:
        metal = style < 0.75
        rgb = palette.lively(rng) if rng.random() < 0.75 else palette.case(rng)
        material = "metal" if metal else "plastic"
        profile = [
            (0, 0),
            (radius, 0),
            (radius, high * 0.32),
            (radius * 1.03, high * 0.335),
            (radius, high * 0.35),
        ]
        profile += [
            (radius, high * 0.65),
            (radius * 1.03, high * 0.665),
            (radius, high * 0.68),
            (radius, high),
        ]
        parts.lathe(
            [*profile, (radius * 0.95, high), (radius * 0.95, high - 0.02), (0, high - 0.02)],
            rgb,
            material,
        )
        if metal:
            parts.cylinder((radius * 0.6, 0, high - 0.012), 0.035, 0.014, palette.steel(rng))
        else:
            lid = palette.shade(rgb, 0.8) if rng.random() < 0.5 else palette.black(rng)
            parts.cylinder((0, 0, high + 0.01), radius * 1.04, 0.05, lid, "plastic")
        if rng.random() < 0.3:
            parts.cylinder((0, 0, high * 0.5), radius * 1.004, high * 0.2, palette.white(rng))
    parts.shape = "round"
    return parts


@family("toolbox", mount="floor")
def toolbox(rng: np.random.Generator) -> Parts:
    """A metal or plastic box with a lid, latches and a handle."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.33, 0.58), rng.uniform(0.17, 0.28), rng.uniform(0.14, 0.26)
    u = rng.random()
    rgb = palette.pick(rng, (190, 30, 30)) if u < 0.35 else palette.lively(rng)
    rgb = palette.black(rng) if u > 0.6 else rgb
    rgb = palette.gray(rng) if u > 0.88 else rgb
    metal = rng.random() < 0.45
    material = "metal" if metal else "plastic"
    lid = (
        rgb
        if metal
        else palette.pick(rng, (230, 180, 20), (30, 30, 32), (200, 40, 40), (235, 110, 20))
    )
    parts.box((0, 0, high * 0.34), (wide, deep, high * 0.68), rgb, material, round=0.006)
    if rng.random() < 0.4:
        top = [(-deep / 2, 0), (deep / 2, 0), (deep * 0.2, high * 0.32), (-deep * 0.2, high * 0.32)]
        parts.extrude(top, wide, lid, material, plane="yz").move(z=high * 0.68)
    else:
        parts.box(
            (0, 0, high * 0.84), (wide * 1.01, deep * 1.02, high * 0.32), lid, material, round=0.015
        )
    grip = palette.black(rng)
    z = high + rng.uniform(0.02, 0.05)
    parts.cylinder((0, 0, z), 0.012, wide * 0.42, grip, axis="x")
    for x in (-1, 1):
        parts.box((x * wide * 0.21, 0, (high + z) / 2), (0.018, 0.02, z - high + 0.02), grip)
        parts.box(
            (x * wide * 0.3, deep / 2 + 0.006, high * 0.66),
            (0.035, 0.014, 0.06),
            palette.steel(rng),
            "metal",
        )
    return parts


@family("box", mount="floor")
def cardboard_box(rng: np.random.Generator) -> Parts:
    """A cardboard box, taped shut or open with its flaps up or down, with marks and labels."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.22, 0.65), rng.uniform(0.18, 0.45), rng.uniform(0.12, 0.5)
    rgb = palette.cardboard(rng)
    inner = palette.shade(rgb, 0.82)
    tape = palette.pick(rng, (196, 168, 120), (150, 110, 70), (230, 230, 226))
    opened = rng.random() < 0.5
    if opened:
        for s in (-1, 1):
            parts.box((0, s * deep / 2, high / 2), (wide, 0.005, high), rgb)
            parts.box((s * wide / 2, 0, high / 2), (0.005, deep, high), rgb)
        parts.box((0, 0, 0.004), (wide, deep, 0.006), inner)
        for s in (-1, 1):
            flap = parts.box(
                (0, s * (deep / 2 + deep * 0.24), high), (wide * 0.99, deep * 0.48, 0.005), rgb
            )
            flap.turn("x", s * rng.uniform(-70, 55), (0, s * deep / 2, high))
            flap = parts.box(
                (s * (wide / 2 + deep * 0.24), 0, high), (deep * 0.48, deep * 0.99, 0.005), inner
            )
            flap.turn("y", s * rng.uniform(-55, 70), (s * wide / 2, 0, high))
        if rng.random() < 0.4:
            for _ in range(int(rng.integers(2, 7))):
                size = rng.uniform(0.06, 0.4, 3) * (wide, deep, high)
                x, y = rng.uniform(-0.5, 0.5, 2) * ((wide, deep) - size[:2])
                parts.box((x, y, high * 0.5), size, palette.cloth(rng)).turn(
                    "z", rng.uniform(-15, 15)
                )
    else:
        parts.box((0, 0, high / 2), (wide, deep, high), rgb)
        band = palette.shade(rgb, 0.9) if rng.random() < 0.25 else tape
        parts.box((0, 0, high), (wide * 1.002, 0.05, 0.003), band)
        for s in (-1, 1):
            parts.box((s * wide / 2, 0, high * 0.92), (0.003, 0.05, high * 0.16), band)
    front = deep / 2 + 0.004
    if rng.random() < 0.6:
        x, z = rng.uniform(-0.2, 0.2) * wide, high * rng.uniform(0.4, 0.65)
        label = pictures.text(rng, palette.white(rng), (60, 60, 62), lines=5, width=14)
        parts.picture((x, front, z), (min(0.15, wide * 0.5), min(0.1, high * 0.5)), label)
    if rng.random() < 0.4:
        ink = palette.pick(rng, (60, 50, 40), (30, 60, 140), (180, 40, 30))
        mark = pictures.text(rng, rgb, ink, lines=2, width=10)
        parts.picture((0, -front, high * 0.5), (wide * 0.5, high * 0.35), mark).turn("z", 180)
    return parts


def _can(
    parts: Parts,
    radius: float,
    high: float,
    flare: float,
    rgb: palette.Color,
    material: str,
    *,
    square: bool,
    deep: float = 1.0,
) -> None:
    """An open bin with an inner side."""
    inner = palette.shade(rgb, 0.7)
    if not square:
        low = radius / flare
        parts.lathe([(0, 0), (low, 0), (radius, high), (radius * 0.97, high)], rgb, material)
        parts.lathe([(radius * 0.965, high), (low * 0.96, 0.012), (0, 0.012)], inner, material)
        return
    for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        reach = radius if x else radius * deep
        size = (0.008, 2 * radius * deep, high) if x else (2 * radius, 0.008, high)
        parts.box((x * reach, y * reach, high / 2), size, rgb, material)
    parts.box((0, 0, 0.01), (2 * radius, 2 * radius * deep, 0.012), inner, material)


@family("trash can", mount="floor")
def trash_can(rng: np.random.Generator) -> Parts:
    """An open paper basket, a pedal bin, one with a swing lid, a wheeled bin or a recycling bin."""
    parts = Parts()
    style = rng.random()
    u = rng.random()
    rgb, material = palette.case(rng, dark=0.5, other=0.12), "plastic"
    if u < 0.3:
        rgb, material = palette.steel(rng), "metal"
    if style < 0.35:
        high, radius = rng.uniform(0.24, 0.4), rng.uniform(0.11, 0.17)
        _can(
            parts,
            radius,
            high,
            rng.uniform(1.05, 1.4),
            rgb,
            material,
            square=rng.random() < 0.3,
            deep=rng.uniform(0.6, 1),
        )
        if rng.random() < 0.5:
            bag = palette.pick(rng, (240, 240, 240), (40, 40, 42), (140, 170, 210))
            parts.cylinder((0, 0, high - 0.02), radius * 1.03, 0.05, bag)
        if rng.random() < 0.5:
            for _ in range(8):
                x, y = rng.uniform(-0.5, 0.5, 2) * radius
                parts.ball(
                    (x, y, high * rng.uniform(0.6, 0.9)), (0.08, 0.07, 0.06), palette.white(rng)
                )
        return parts
    if style < 0.6:  # pedal
        high, radius = rng.uniform(0.28, 0.68), rng.uniform(0.1, 0.17)
        parts.cylinder((0, 0, high / 2), radius, high, rgb, material)
        parts.cylinder((0, 0, 0.015), radius * 1.05, 0.03, palette.black(rng))
        cover = parts.lathe(
            [(radius * 1.02, 0), (radius * 0.9, 0.03), (0, 0.05)],
            palette.black(rng) if rng.random() < 0.5 else rgb,
        )
        cover.move(z=high)
        parts.box((0, radius + 0.03, 0.02), (0.07, 0.07, 0.014), palette.black(rng))
    elif style < 0.8:  # swing lid
        wide, deep, high = rng.uniform(0.24, 0.42), rng.uniform(0.2, 0.32), rng.uniform(0.45, 0.8)
        parts.box((0, 0, high / 2), (wide, deep, high), rgb, material, round=0.02)
        lid = rgb if rng.random() < 0.4 else palette.case(rng, dark=0.4, other=0.3)
        roof = [
            (-deep * 0.52, 0),
            (deep * 0.52, 0),
            (deep * 0.16, high * 0.18),
            (-deep * 0.16, high * 0.18),
        ]
        parts.extrude(roof, wide * 1.03, lid, plane="yz").move(z=high)
        parts.box(
            (0, deep * 0.35, high * 1.09), (wide * 0.8, 0.008, high * 0.13), palette.shade(lid, 0.7)
        ).turn("x", 45)
    elif style < 0.92:  # on wheels
        wide, deep, high = rng.uniform(0.45, 0.6), rng.uniform(0.5, 0.7), rng.uniform(0.85, 1.05)
        rgb = palette.pick(rng, (50, 54, 56), (40, 90, 50), (40, 70, 130), (110, 74, 44))
        side = [(-deep * 0.4, 0.04), (deep * 0.35, 0.04), (deep * 0.5, high), (-deep * 0.5, high)]
        parts.extrude(side, wide, rgb, "plastic", plane="yz")
        lid = palette.pick(rng, (230, 190, 30), (40, 80, 150), (60, 60, 62), (120, 80, 50))
        parts.box(
            (0, 0.02, high + 0.025), (wide * 1.06, deep * 1.1, 0.05), lid, "plastic", round=0.02
        )
        for x in (-1, 1):
            parts.wheel((x * wide * 0.46, -deep * 0.4, 0.1), 0.1, 0.05, palette.black(rng))
        parts.cylinder((0, -deep * 0.58, high - 0.02), 0.014, wide * 0.8, rgb, axis="x")
        parts.has.add("wheels")
    else:  # a row for recycling
        count = int(rng.integers(2, 4))
        wide, deep, high = rng.uniform(0.26, 0.36), rng.uniform(0.28, 0.4), rng.uniform(0.6, 0.95)
        shell = palette.gray(rng) if rng.random() < 0.6 else palette.steel(rng)
        colors = [(40, 90, 180), (230, 190, 30), (40, 140, 70), (60, 60, 62)]
        for i in range(count):
            x = (i - (count - 1) / 2) * wide
            parts.box((x, 0, high / 2), (wide * 0.97, deep, high), shell)
            parts.box((x, 0, high + 0.02), (wide * 0.97, deep, 0.05), palette.pick(rng, colors[i]))
            parts.cylinder((x, 0, high + 0.045), wide * 0.25, 0.006, (24, 24, 26))
            parts.box(
                (x, deep / 2, high * 0.72),
                (wide * 0.5, 0.004, wide * 0.4),
                palette.pick(rng, colors[i]),
            )
    return parts
