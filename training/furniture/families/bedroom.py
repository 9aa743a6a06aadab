"""Large furniture of bedrooms and nurseries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import FABRIC, METAL, WOOD, WOOD_OR_PAINT
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Rgb, Vector
    from training.furniture.families.shapes import Parts


def _handle(p: Blocks, kind: int, at: Vector, metal: Rgb, long: float) -> None:
    x, y, z = at
    if kind == 0:
        p.blob((0.015, 0.018, 0.015), (x, y + 0.015, z), metal)
    elif kind == 1:
        p.rod(
            [(x, y, z - long), (x, y + 0.03, z - long), (x, y + 0.03, z + long), (x, y, z + long)],
            0.006,
            metal,
        )
    else:
        p.block((0.014, 0.02, 2 * long), (x, y + 0.008, z - long), metal)


@family("wardrobe", mount="floor", has_front=True)
def wardrobe(rng: np.random.Generator) -> Parts:
    """Hinged or sliding doors, drawers, a mirror, an open one, or an old one with a cornice."""
    p = Blocks(wooden=True)
    body = choose(rng, WOOD_OR_PAINT)
    doors = int(rng.choice([1, 2, 2, 2, 3, 3, 4, 5]))
    width = doors * rng.uniform(0.42, 0.55) + (0.15 if doors == 1 else 0)
    depth, height = rng.uniform(0.45, 0.66), rng.uniform(1.75, 2.4)
    front = body if rng.random() < 0.65 else choose(rng, WOOD_OR_PAINT)
    metal, foot, handle = choose(rng, METAL), rng.uniform(0.02, 0.12), int(rng.integers(3))
    p.block((width, depth, height - foot), (0, 0, foot), body)
    if rng.random() < 0.5:
        p.block((width * 0.96, depth * 0.92, foot), (0, -0.01, 0), body * 0.8)
    else:
        for x in (-0.46, 0.46):
            for y in (-0.42, 0.42):
                p.post(0.02, foot, (x * width, y * depth, 0), body * 0.8, top=0.03)
    y = depth / 2
    sliding = doors <= 3 and rng.random() < 0.3
    if sliding:
        doors = max(2, doors)
    split = rng.uniform(0.25, 0.4) * height if not sliding and rng.random() < 0.35 else 0.0
    panel = rng.random() < 0.4
    mirror = int(rng.integers(doors)) if rng.random() < 0.3 else -1
    step = width / doors
    for i in range(doors):
        x = -width / 2 + (i + 0.5) * step
        out = 0.018 + (0.02 * (i % 2) if sliding else 0)
        low, high = foot + 0.03 + split, height - 0.03
        color = choose(rng, {"#aeb9be": 1}) if i == mirror else front
        p.block(
            (step - (0.0 if sliding else 0.012), 0.018, high - low),
            (x, y + out - 0.009, low),
            color,
        )
        if not sliding and rng.random() < 0.9 and panel and i != mirror:
            p.block(
                (step * 0.68, 0.024, (high - low) * 0.84),
                (x, y + out - 0.009, low + (high - low) * 0.08),
                front * 0.93,
            )
        side = (1 if i % 2 == 0 else -1) * step * 0.42
        _handle(p, handle, (x + side, y + out, (low + high) / 2 - 0.05), metal, 0.08)
    if split:
        rows = int(rng.integers(1, 3))
        for i in range(doors):
            for r in range(rows):
                z, tall = foot + 0.02 + r * split / rows, split / rows - 0.012
                p.block(
                    (step - 0.012, 0.02, tall), (-width / 2 + (i + 0.5) * step, y + 0.009, z), front
                )
                p.block(
                    (0.1, 0.02, 0.014),
                    (-width / 2 + (i + 0.5) * step, y + 0.024, z + tall / 2),
                    metal,
                )
    if rng.random() < 0.25:
        p.block((width + 0.08, depth + 0.05, 0.06), (0, 0.02, height - 0.02), body * 0.92)
        p.block((width + 0.04, depth + 0.03, 0.05), (0, 0.02, foot), body * 0.92)
    return p


@family("bench", mount="floor")
def bench(rng: np.random.Generator) -> Parts:
    """A plank, a padded one, one of slats with a back, or a chest to sit on."""
    p = Blocks(wooden=True)
    wood, cloth = choose(rng, WOOD_OR_PAINT), choose(rng, FABRIC)
    width, depth, height = rng.uniform(0.85, 1.7), rng.uniform(0.3, 0.45), rng.uniform(0.42, 0.49)
    kind = rng.integers(4)
    leg = wood if rng.random() < 0.6 else choose(rng, METAL)
    if kind == 3:
        p.block((width, depth, height - 0.05), (0, 0, 0), wood)
    elif rng.random() < 0.4:
        for x in (-1, 1):
            p.block((0.04, depth * 0.9, height - 0.04), (x * width * 0.42, 0, 0), leg)
        p.block((width * 0.84, 0.03, 0.08), (0, 0, height * 0.35), leg)
    else:
        t = rng.uniform(0.03, 0.06)
        for x in (-1, 1):
            for y in (-1, 1):
                p.block(
                    (t, t, height - 0.04), (x * (width / 2 - 0.06), y * (depth / 2 - 0.04), 0), leg
                )
            p.block((0.03, depth * 0.8, 0.04), (x * (width / 2 - 0.06), 0, height - 0.08), leg)
    if kind in (0, 2):
        n = int(rng.integers(3, 6)) if kind == 2 else 1
        for y in np.linspace(-depth / 2, depth / 2, n + 1)[:-1] + depth / (2 * n):
            p.block(
                (width, depth / n * (0.85 if n > 1 else 1), 0.035), (0, y, height - 0.035), wood
            )
    else:
        p.block((width, depth, 0.03), (0, 0, height - 0.07), wood)
        p.block(
            (width * 0.99, depth * 0.98, rng.uniform(0.05, 0.1)),
            (0, 0, height - 0.04),
            cloth,
            round=0.025,
        )
    if kind == 2 or (kind == 1 and rng.random() < 0.3):
        back = rng.uniform(0.3, 0.42)
        for x in (-1, 1):
            p.block(
                (0.04, 0.035, back),
                (x * (width / 2 - 0.06), -depth / 2 + 0.02, height),
                leg,
                tilt=("x", 8),
            )
        for z in np.linspace(0.35, 0.95, 3):
            p.block(
                (width, 0.02, 0.07),
                (0, -depth / 2 - 0.1 * z * back, height + back * z - 0.05),
                wood,
                tilt=("x", 8),
            )
    return p


@family("stool", mount="floor")
def stool(rng: np.random.Generator) -> Parts:
    """Three or four legs or a column; a round or square seat, bare or padded."""
    p = Blocks(wooden=True)
    wood, cloth = (
        choose(rng, {**WOOD, "#ebeae6": 2, "#2e2f31": 2, "#b83a34": 0.5, "#3f6fa8": 0.4}),
        choose(rng, FABRIC),
    )
    height, r = rng.uniform(0.4, 0.5), rng.uniform(0.15, 0.2)
    leg = wood if rng.random() < 0.65 else choose(rng, METAL)
    kind = rng.integers(4)
    if kind == 3:
        p.post(r * 0.95, 0.02, (0, 0, 0), leg, top=r * 0.6)
        p.post(0.025, height - 0.06, (0, 0, 0.01), leg)
    else:
        n = 3 if kind == 1 else 4
        spread, t = rng.uniform(0.9, 1.25), rng.uniform(0.012, 0.022)
        for i in range(n):
            a = 2 * np.pi * (i + 0.5) / n
            p.rod(
                [
                    (r * spread * np.cos(a), r * spread * np.sin(a), 0.0),
                    (r * 0.7 * np.cos(a), r * 0.7 * np.sin(a), height - 0.03),
                ],
                t,
                leg,
            )
        if rng.random() < 0.6:
            k = 0.5 * (spread + 0.7) * r
            loop = [
                (
                    k * np.cos(2 * np.pi * (i + 0.5) / n),
                    k * np.sin(2 * np.pi * (i + 0.5) / n),
                    height * 0.42,
                )
                for i in range(n + 1)
            ]
            p.rod(loop, t * 0.7, leg)
    thick = rng.uniform(0.025, 0.04)
    if rng.random() < 0.6:
        p.post(r, thick, (0, 0, height - thick), wood)
    else:
        p.block((r * 1.9, r * rng.uniform(1.5, 1.9), thick), (0, 0, height - thick), wood)
    if rng.random() < 0.35:
        p.spun(
            [(0, 0), (r, 0), (r * 1.02, 0.03), (r * 0.8, 0.055), (0, 0.06)], (0, 0, height), cloth
        )
    return p


@family("ottoman", mount="floor")
def ottoman(rng: np.random.Generator) -> Parts:
    """A padded cube, drum or oblong with or without legs and seams."""
    p = Blocks()
    cloth = choose(rng, {**FABRIC, "#6a4228": 1.5, "#e7e4da": 1, "#2f6a5a": 0.6, "#a8483a": 0.6})
    height = rng.uniform(0.34, 0.48)
    leg = rng.choice([0, rng.uniform(0.06, 0.14)])
    kind = rng.integers(4)
    w = rng.uniform(0.38, 0.6)
    d = w if kind == 0 else w * rng.uniform(0.55, 0.8)
    if kind <= 1:
        w = w if kind == 0 else rng.uniform(0.6, 1.1)
        d = d if kind == 0 else rng.uniform(0.4, 0.6)
        p.block((w, d, height - leg), (0, 0, leg), cloth, round=rng.uniform(0.02, 0.06))
        p.block((w * 1.01, d * 1.01, 0.012), (0, 0, leg + (height - leg) * 0.62), cloth * 0.8)
        if rng.random() < 0.35:
            for sx in (-0.25, 0.25):
                for sy in (-0.25, 0.25):
                    p.blob((0.016, 0.016, 0.008), (sx * w, sy * d, height), cloth * 0.75)
        corners = [(x * w * 0.42, y * d * 0.42) for x in (-1, 1) for y in (-1, 1)]
    else:
        r, b = w / 2, rng.uniform(0.03, 0.12)
        flat = kind == 3
        p.spun(
            [
                (0, 0),
                (r * 0.8, 0),
                (r, b),
                (r * (1.08 if flat else 1), (height - leg) / 2),
                (r, height - leg - b),
                (r * 0.8, height - leg),
                (0, height - leg),
            ],
            (0, 0, leg),
            cloth,
        )
        if flat:
            for i in range(10):
                a = 2 * np.pi * i / 10
                q = [
                    (k * r * np.cos(a), k * r * np.sin(a), leg + z * (height - leg))
                    for k, z in ((0.8, 0.01), (1.01, 0.2), (1.09, 0.5), (1.01, 0.8), (0.8, 1.0))
                ]
                p.curve(q, 0.007, cloth * 0.82)
        corners = [(r * 0.65 * np.cos(a), r * 0.65 * np.sin(a)) for a in (0.8, 2.4, 3.9, 5.5)]
    if leg:
        wood = choose(rng, {**WOOD, "#2e2f31": 2})
        for x, y in corners:
            p.post(0.014, leg, (x, y, 0), wood, top=0.022)
    return p


@family("bean bag", mount="floor")
def bean_bag(rng: np.random.Generator) -> Parts:
    """A slumped sack, higher at its back."""
    p = Blocks()
    cloth = choose(
        rng,
        {
            **FABRIC,
            "#c8342f": 1.5,
            "#3a6fb5": 1.5,
            "#e07a2c": 1,
            "#5c9a5e": 1,
            "#e0b830": 0.7,
            "#8a56a0": 0.6,
        },
    )
    r, h, lean = rng.uniform(0.35, 0.5), rng.uniform(0.6, 0.95), rng.uniform(0.1, 0.3)
    rows, columns = 14, 24
    t, a = np.meshgrid(
        np.linspace(0, 1, rows), np.linspace(0, 2 * np.pi, columns + 1), indexing="ij"
    )
    plump = rng.choice([rng.uniform(0.55, 0.7), 1.0])  # a drop, or a round cushion
    if plump == 1:
        h = rng.uniform(0.4, 0.7)
    profile = np.sin(np.pi * t**plump).clip(0) ** rng.uniform(0.5, 0.65) * (
        1 - rng.uniform(0.1, 0.4) * t * (plump < 1)
    )
    bump = 1 + 0.04 * np.sin(5 * a + rng.uniform(0, 6)) * np.sin(7 * t + rng.uniform(0, 3))
    x = r * profile * bump * np.cos(a)
    y = r * profile * bump * np.sin(a) - lean * t**1.5
    z = h * t * (1 - 0.22 * np.sin(a) * t)
    p.sheet(np.stack([x, y, z], 2), cloth)
    if rng.random() < 0.5:
        for i in range(0, columns, 4):
            p.rod(np.stack([x, y, z], 2)[1:-1, i].tolist(), 0.006, cloth * 0.8)
    return p


@family("dressing table", mount="floor", has_front=True)
def dressing_table(rng: np.random.Generator) -> Parts:
    """A small table with drawers and a mirror, mostly with its stool."""
    p = Blocks(wooden=True)
    body, metal = (
        choose(rng, {**WOOD_OR_PAINT, "#e3c8c8": 1}),
        choose(rng, {"#a08a58": 2, "#b4b6b8": 2, "#2e2f31": 1}),
    )
    w, d, h = rng.uniform(0.75, 1.25), rng.uniform(0.38, 0.5), rng.uniform(0.72, 0.8)
    p.block((w, d, 0.025), (0, 0, h - 0.025), body)
    p.block((w * 0.96, d * 0.94, 0.13), (0, 0, h - 0.155), body)
    pedestal = rng.integers(3)
    sides = (-1, 1) if pedestal == 2 else (1,) if pedestal == 1 else ()
    for s in (-1, 1):
        if s in sides:
            p.block((w * 0.26, d * 0.94, h - 0.17), (s * w * 0.35, 0, 0.02), body)
            for z in np.linspace(0.06, h - 0.36, 3):
                p.block((w * 0.23, 0.014, 0.17), (s * w * 0.35, d * 0.47, z), body * 1.04)
                p.blob((0.013, 0.016, 0.013), (s * w * 0.35, d * 0.47 + 0.02, z + 0.085), metal)
        else:
            for sy in (-1, 1):
                p.block(
                    (0.035, 0.035, h - 0.15), (s * (w / 2 - 0.04), sy * (d / 2 - 0.04), 0), body
                )
    for x in (-0.24, 0.24):
        p.block((w * 0.42, 0.014, 0.1), (x * w, d * 0.47, h - 0.14), body * 1.04)
        p.blob((0.013, 0.016, 0.013), (x * w, d * 0.47 + 0.02, h - 0.09), metal)
    glass = choose(rng, {"#b4bec3": 1, "#8d989e": 1})
    z, y = h + 0.05, -d / 2 + 0.04
    form = rng.integers(3)
    tall = rng.uniform(0.45, 0.7)
    if form == 0:
        p.block((w * 0.55, 0.025, tall), (0, y, z), body)
        p.block((w * 0.49, 0.004, tall - 0.06), (0, y + 0.015, z + 0.03), glass)
    elif form == 1:
        p.spun(
            [(0, 0), (tall / 2, 0), (tall / 2, 0.025), (0, 0.025)],
            (0, y - 0.012, z + tall / 2),
            body,
            axis="y",
        )
        p.post(tall / 2 - 0.03, 0.004, (0, y + 0.013, z + tall / 2), glass, axis="y")
    else:
        for x, turn in ((-0.36, 25.0), (0.0, 0.0), (0.36, -25.0)):
            wide = 0.3 if x else 0.4
            p.block(
                (w * wide, 0.02, tall),
                (x * w, y + (0.06 if x else 0.0), z),
                body,
                tilt=("z", -turn),
            )
            p.block(
                (w * wide - 0.05, 0.024, tall - 0.06),
                (x * w, y + (0.062 if x else 0.002), z + 0.03),
                glass,
                tilt=("z", -turn),
            )
    p.block((w * 0.4, 0.02, 0.06), (0, y, h), body)
    if rng.random() < 0.6:
        cloth = choose(rng, FABRIC)
        for dx in (-0.14, 0.14):
            for dy in (-0.1, 0.1):
                p.block((0.03, 0.03, 0.4), (dx, d / 2 + 0.12 + dy, 0), body)
        p.block((0.36, 0.28, 0.06), (0, d / 2 + 0.12, 0.39), cloth, round=0.02)
    return p
