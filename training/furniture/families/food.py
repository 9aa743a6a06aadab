"""Fruit and bread, as they lie in kitchens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import CERAMIC
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Rgb, Vector
    from training.furniture.families.shapes import Parts

APPLES = {"#b02a28": 4, "#c8503a": 2, "#8fae3e": 3, "#d8c050": 1.5}
FRUIT = {**APPLES, "#e08a28": 5, "#e8cf48": 2, "#5f8f38": 1, "#7a3048": 1}


def _apple(p: Blocks, rng: np.random.Generator, at: Vector, size: float, color: Rgb) -> None:
    a = np.linspace(-1.45, 1.4, 9)
    profile = [
        (size * 0.5 * np.cos(t) ** 0.8, size * (0.42 * np.sin(t) + 0.42 - 0.06 * (t > 1.1)))
        for t in a
    ]
    p.spun([(0, 0.03 * size), *profile, (0, size * 0.7)], at, color)
    p.rod(
        [(at[0], at[1], at[2] + size * 0.7), (at[0] + 0.006, at[1], at[2] + size * 0.98)],
        0.002,
        "#4a3420",
    )


@family("apple", mount="top")
def apple(rng: np.random.Generator) -> Parts:
    """One to four apples."""
    p = Blocks()
    color = choose(rng, APPLES)
    for i in range(int(rng.choice([1, 1, 1, 2, 3, 4]))):
        _apple(
            p,
            rng,
            (0.078 * (i % 2) + rng.uniform(-0.004, 0.004), 0.078 * (i // 2), 0),
            rng.uniform(0.065, 0.085),
            color * rng.uniform(0.92, 1.06),
        )
    return p


def _banana(p: Blocks, rng: np.random.Generator, at: Vector, turn: float, color: Rgb) -> None:
    length = rng.uniform(0.16, 0.2)
    t = np.linspace(-1, 1, 9)
    thick = rng.uniform(0.016, 0.019)
    x, y = length / 2 * t, 0.035 * (1 - t**2)
    c, s = np.cos(turn), np.sin(turn)
    path = np.stack(
        [at[0] + c * x - s * y, at[1] + s * x + c * y, at[2] + thick + 0.012 * (1 - t**2)], 1
    )
    p.curve(path[1:-1].tolist(), thick, color, 16)
    for i, r in ((0, 1), (-1, -2)):
        p.rod([path[r], path[i]], thick * 0.5, color * (0.6 if i else 0.8))


@family("banana", mount="top")
def banana(rng: np.random.Generator) -> Parts:
    """One banana, or a bunch."""
    p = Blocks()
    color = choose(rng, {"#e3c440": 4, "#d8c860": 1, "#b8b048": 1, "#c8a038": 1})
    for i in range(int(rng.choice([1, 2, 3, 4, 5]))):
        _banana(
            p,
            rng,
            (0.004 * i, 0.032 * i, 0.004 * (i % 2)),
            rng.uniform(-0.06, 0.06) + 0.08 * i,
            color * rng.uniform(0.95, 1.03),
        )
    return p


@family("fruit bowl", mount="top")
def fruit_bowl(rng: np.random.Generator) -> Parts:
    """A bowl, deep, flat or on a foot, full of fruit."""
    p = Blocks()
    body = choose(rng, {**CERAMIC, "#b08a5a": 2.5, "#6a4228": 1.5, "#b4b6b8": 1.5, "#2e2f31": 1})
    r, h = rng.uniform(0.12, 0.18), rng.uniform(0.05, 0.11)
    foot = rng.uniform(0.05, 0.1) if rng.random() < 0.25 else 0
    if foot:
        p.spun(
            [(0, 0), (r * 0.5, 0), (r * 0.15, 0.02), (r * 0.12, foot), (0, foot)], (0, 0, 0), body
        )
    p.spun(
        [
            (0, 0),
            (r * 0.45, 0),
            (r * 0.85, h * 0.55),
            (r, h),
            (r * 0.96, h),
            (r * 0.8, h * 0.55),
            (r * 0.4, 0.012),
            (0, 0.012),
        ],
        (0, 0, foot),
        body,
    )
    kinds = [choose(rng, FRUIT) for _ in range(int(rng.integers(1, 4)))]
    for layer, count, reach in ((0, 6, 0.58), (1, int(rng.integers(1, 5)), 0.25)):
        for i in range(count):
            angle = 2 * np.pi * i / count + rng.uniform(0, 0.4)
            size = rng.uniform(0.03, 0.04)
            at = (
                r * reach * np.cos(angle),
                r * reach * np.sin(angle),
                foot + h * 0.6 + 0.035 + layer * 0.045,
            )
            p.blob(
                (size, size, size * rng.uniform(0.9, 1.1)),
                at,
                kinds[int(rng.integers(len(kinds)))] * rng.uniform(0.93, 1.05),
            )
    if rng.random() < 0.35:
        for i in range(3):
            _banana(
                p, rng, (0, -0.03 + 0.03 * i, foot + h + 0.05), 0.1 * i, choose(rng, {"#e3c440": 1})
            )
    return p


@family("bread", mount="top")
def bread(rng: np.random.Generator) -> Parts:
    """A loaf, a round one, a baguette, a tin loaf or slices."""
    p = Blocks()
    crust, crumb = (
        choose(rng, {"#b8763a": 3, "#9a5c2c": 3, "#c89050": 2, "#6f4424": 1.5}),
        choose(rng, {"#e6d2a8": 3, "#c8ac80": 1}),
    )
    kind = rng.integers(5)
    if kind == 0:
        long, w, h = rng.uniform(0.22, 0.32), rng.uniform(0.1, 0.14), rng.uniform(0.08, 0.11)
        p.blob((long / 2, w / 2, h * 0.6), (0, 0, h * 0.42), crust)
        for x in np.linspace(-0.28, 0.28, int(rng.integers(3, 6))):
            p.block(
                (0.012, w * 0.5, 0.008),
                (x * long, 0, h * 0.98 - 0.5 * abs(x) * h),
                crumb,
                tilt=("z", 25),
            )
    elif kind == 1:
        r = rng.uniform(0.09, 0.13)
        p.blob((r, r, r * 0.62), (0, 0, r * 0.45), crust)
        for turn in (0, 90):
            p.block((r * 1.1, 0.012, 0.006), (0, 0, r * 1.05), crumb, tilt=("z", turn))
    elif kind == 2:
        long = rng.uniform(0.45, 0.65)
        for i in range(int(rng.integers(1, 3))):
            p.blob((long / 2, 0.034, 0.03), (0.02 * i, 0.072 * i, 0.03), crust * (1 - 0.05 * i))
    else:
        long, w, h = rng.uniform(0.2, 0.28), rng.uniform(0.095, 0.12), rng.uniform(0.1, 0.125)
        side = [
            (-w * 0.45, 0),
            (w * 0.45, 0),
            (w * 0.46, h * 0.6),
            (w * 0.52, h * 0.75),
            (w * 0.4, h * 0.95),
            (0, h),
            (-w * 0.4, h * 0.95),
            (-w * 0.52, h * 0.75),
            (-w * 0.46, h * 0.6),
        ]
        p.slab(side, long, (0, 0, 0), crust, axis="x")
        inner = [(y * 0.93, 0.003 + z * 0.95) for y, z in side]
        if kind == 4:
            for i in range(int(rng.integers(1, 4))):
                p.slab(
                    side,
                    0.012,
                    (long / 2 + 0.02 + 0.02 * i, 0, 0),
                    crust,
                    axis="x",
                    tilt=("y", 8 + 7 * i),
                )
                p.slab(
                    inner,
                    0.014,
                    (long / 2 + 0.02 + 0.02 * i, 0, 0),
                    crumb,
                    axis="x",
                    tilt=("y", 8 + 7 * i),
                )
            p.slab(inner, 0.003, (long / 2 + 0.001, 0, 0), crumb, axis="x")
    return p
