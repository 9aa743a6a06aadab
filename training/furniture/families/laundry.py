"""Washing, drying and ironing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose, ring
from training.furniture.families.color_tables import FABRIC
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Vector
    from training.furniture.families.shapes import Parts


@family("laundry basket", mount="floor")
def laundry_basket(rng: np.random.Generator) -> Parts:
    """A low tub or a tall hamper."""
    p = Blocks()
    color = choose(
        rng,
        {
            "#e8e6e0": 4,
            "#b08a5a": 3,
            "#8c8a86": 2.5,
            "#3a3b3e": 1.5,
            "#7fa8b8": 1,
            "#d0a0a8": 0.6,
            "#6a4a30": 1,
        },
    )
    inside = color * 0.7
    if rng.random() < 0.5:  # a low oblong tub
        width, depth, height = (
            rng.uniform(0.5, 0.66),
            rng.uniform(0.36, 0.45),
            rng.uniform(0.22, 0.32),
        )
        x, y = width / 2, depth / 2
        p.sheet([ring(0.84 * x, 0.84 * y, 0), ring(x, y, height)], color)
        p.sheet([ring(0.82 * x, 0.82 * y, 0.006), ring(0.97 * x, 0.97 * y, height)], inside)
        p.block((width * 0.8, depth * 0.78, 0.012), (0, 0, 0), inside)
        p.rod(ring(x, y, height), 0.012, color)
        for z in np.linspace(0.3, 0.85, 4):
            k = 0.85 + 0.16 * z
            p.rod(ring(k * x, k * y, height * z), 0.005, color * 0.82)
        top, wide = height, (float(width), float(depth))
    else:  # a tall hamper
        radius, height = rng.uniform(0.17, 0.24), rng.uniform(0.45, 0.68)
        squash, foot = rng.uniform(0.7, 1), rng.uniform(0.75, 1)
        p.spun(
            [
                (0, 0),
                (radius * foot, 0),
                (radius, height),
                (radius * 0.96, height),
                (radius * foot * 0.95, 0.02),
                (0, 0.02),
            ],
            (0, 0, 0),
            color,
            squash=squash,
        )
        for z in np.linspace(0.1, 0.95, 6):
            p.spun(
                [
                    (radius * (foot + (1 - foot) * z) * k, z * height + h)
                    for k, h in ((0.98, -0.012), (1.02, 0), (0.98, 0.012))
                ],
                (0, 0, 0),
                color * 0.85,
                squash=squash,
            )
        top, wide = height, (float(radius * 2), float(radius * 2 * squash))
        if rng.random() < 0.4:
            p.spun(
                [(0, 0.05), (radius * 0.9, 0.03), (radius * 1.03, 0)],
                (0, 0, height),
                color * 0.95,
                squash=squash,
            )
            return p
    for _ in range(int(rng.integers(0, 4))):
        p.blob(
            (wide[0] * rng.uniform(0.18, 0.3), wide[1] * rng.uniform(0.2, 0.3), 0.07),
            (
                rng.uniform(-0.15, 0.15) * wide[0],
                rng.uniform(-0.12, 0.12) * wide[1],
                top - rng.uniform(-0.02, 0.08),
            ),
            choose(rng, {**FABRIC, "#ecebe8": 4}),
        )
    return p


@family("drying rack", mount="floor")
def drying_rack(rng: np.random.Generator) -> Parts:
    """A folding rack, often with washing on it."""
    p = Blocks()
    metal, joint = (
        choose(rng, {"#e4e4e2": 5, "#b4b6b8": 3, "#2e2f31": 0.8}),
        choose(rng, {"#3f7fb8": 2, "#8f9294": 2, "#4c9a6a": 1, "#2e2f31": 2}),
    )
    length, depth, height = rng.uniform(0.8, 1.2), rng.uniform(0.5, 0.62), rng.uniform(0.85, 1.05)
    r = 0.008
    for x in (-length / 2, length / 2):
        p.rod([(x, -depth / 2, 0), (x, depth / 2, height)], r, metal)
        p.rod([(x, depth / 2, 0), (x, -depth / 2, height)], r, metal)
        p.blob((0.018, 0.018, 0.018), (x, 0, height / 2), joint)
    for y in (-depth / 2, depth / 2):
        p.rod([(-length / 2, y, 0.0), (length / 2, y, 0.0)], r, metal)
    n = int(rng.integers(7, 12))
    for y in np.linspace(-depth / 2, depth / 2, n):
        p.rod([(-length / 2, y, height), (length / 2, y, height)], 0.005, metal)
    wings = rng.random() < 0.7
    if wings:
        for s in (-1, 1):
            rise = rng.uniform(0.05, 0.2)
            reach = rng.uniform(0.4, 0.55)
            for k in np.linspace(0.2, 1, 5):
                y, z = s * (depth / 2 + k * reach), height + k * rise
                p.rod([(-length * 0.48, y, z), (length * 0.48, y, z)], 0.005, metal)
            for x in (-length * 0.48, length * 0.48):
                p.rod(
                    [(x, s * depth / 2, height), (x, s * (depth / 2 + reach), height + rise)],
                    r,
                    metal,
                )
    for y in rng.permutation(np.linspace(-depth / 2, depth / 2, n))[: rng.integers(0, 5)]:
        w, d = rng.uniform(0.2, 0.5), rng.uniform(0.2, 0.5)
        x = rng.uniform(-0.25, 0.25) * length
        cloth = choose(rng, {**FABRIC, "#eceae6": 5, "#3a6fa8": 1})
        for dy in (-0.012, 0.012):
            p.block((w, 0.006, d), (x, y + dy, height - d), cloth)
        p.block((w, 0.03, 0.006), (x, y, height), cloth)
    return p


@family("ironing board", mount="floor")
def ironing_board(rng: np.random.Generator) -> Parts:
    """A board on crossed legs, sometimes with an iron."""
    p = Blocks()
    length, width, height = rng.uniform(1.05, 1.35), rng.uniform(0.3, 0.42), rng.uniform(0.75, 0.95)
    cover = choose(
        rng,
        {
            "#8fa8c0": 2,
            "#b8babc": 2.5,
            "#c8b89a": 1,
            "#6a8a7a": 1,
            "#b05a5a": 0.8,
            "#3a4a68": 1.2,
            "#d8d6d0": 1.5,
        },
    )
    metal = choose(rng, {"#e6e6e4": 4, "#9a9c9e": 2, "#2e2f31": 1.2})
    t = np.linspace(0, np.pi, 9)
    nose = [(length / 2 - 0.32 + 0.32 * np.sin(a), -width / 2 * np.cos(a)) for a in t]
    p.slab(
        [(-length / 2, width / 2), (-length / 2, -width / 2), *nose],
        0.03,
        (0, 0, height - 0.03),
        cover,
    )
    for s in (-1, 1):
        y = s * width * 0.36
        p.rod([(-length * 0.35, y, 0), (length * 0.25, y * 0.5, height - 0.03)], 0.011, metal)
        p.rod([(length * 0.33, y, 0), (-length * 0.25, y * 0.5, height - 0.03)], 0.011, metal)
    for x in (-0.35, 0.33):
        p.rod([(x * length, -width * 0.45, 0.01), (x * length, width * 0.45, 0.01)], 0.012, metal)
    if rng.random() < 0.6:
        p.rod(
            [
                (-length / 2, -0.1, height - 0.02),
                (-length / 2 - 0.25, -0.1, height - 0.02),
                (-length / 2 - 0.25, 0.1, height - 0.02),
                (-length / 2, 0.1, height - 0.02),
            ],
            0.006,
            metal,
        )
    if rng.random() < 0.3:
        _iron(p, rng, (rng.uniform(-0.3, 0.2) * length, 0, height))
    return p


def _iron(p: Blocks, rng: np.random.Generator, at: Vector) -> None:
    body, second = (
        choose(
            rng,
            {
                "#e8e8e6": 3,
                "#3f6fa8": 2,
                "#6a4a8a": 1,
                "#2e2f31": 1.5,
                "#4a9a9a": 1,
                "#b04040": 0.7,
            },
        ),
        choose(rng, {"#e8e8e6": 3, "#2e2f31": 2, "#8fa8c0": 1}),
    )
    length, width, height = rng.uniform(0.24, 0.3), rng.uniform(0.1, 0.125), rng.uniform(0.12, 0.15)
    k = [
        (-0.5, 0.42),
        (-0.5, -0.42),
        (-0.1, -0.5),
        (0.25, -0.34),
        (0.5, 0),
        (0.25, 0.34),
        (-0.1, 0.5),
    ]
    layers = (
        (1, 0.01, 0, choose(rng, {"#b8babd": 1})),
        (0.97, 0.03, 0.01, second),
        (0.85, 0.025, 0.04, body),
    )
    for scale, thick, z, color in layers:
        p.slab(
            [(x * length * scale, y * width * scale) for x, y in k],
            thick,
            (at[0], at[1], at[2] + z),
            color,
        )
    x0, x1, z0 = at[0] - length * 0.38, at[0] + length * 0.22, at[2] + 0.06
    top = at[2] + height
    p.rod(
        [(x1, at[1], z0), (x1 - 0.03, at[1], top - 0.01), (x0 + 0.02, at[1], top), (x0, at[1], z0)],
        0.016,
        body,
    )


@family("iron", mount="top")
def iron(rng: np.random.Generator) -> Parts:
    """A steam iron, lying or on its end."""
    p = Blocks()
    _iron(p, rng, (0, 0, 0))
    if rng.random() < 0.3:  # stands on its end
        for part in p.parts:
            part.turn("y", -96, (0, 0, 0))
    return p
