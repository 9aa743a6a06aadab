"""Tools, and ladders to use them on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.shapes import Parts

GRIP = {
    "#e0b830": 2,
    "#26272a": 3,
    "#3f7a8a": 1.5,
    "#c8342f": 2,
    "#e07a2c": 1.5,
    "#3a5f9a": 1,
    "#5c9a5e": 0.7,
}


@family("drill", mount="top")
def drill(rng: np.random.Generator) -> Parts:
    """A cordless drill on its battery, or one with a cord."""
    p = Blocks()
    body, dark = choose(rng, GRIP), "#26272a"
    long, r = rng.uniform(0.14, 0.2), rng.uniform(0.026, 0.034)
    z = rng.uniform(0.16, 0.2)
    p.spun(
        [(0, 0), (r * 0.8, 0), (r, 0.02), (r, long * 0.65), (r * 0.75, long), (0, long)],
        (-long / 2, 0, z),
        body,
        axis="x",
    )
    p.spun(
        [(0, 0), (r * 0.7, 0), (r * 0.62, 0.03), (r * 0.25, 0.045), (0, 0.045)],
        (long / 2, 0, z),
        dark,
        axis="x",
    )
    if rng.random() < 0.7:
        p.post(0.004, 0.07, (long / 2 + 0.04, 0, z), "#9a9ca0", axis="x")
    p.block(
        (0.045, 0.036, z - 0.01),
        (-long * 0.2, 0, 0.03),
        body if rng.random() < 0.4 else dark,
        round=0.014,
        tilt=("y", 8),
    )
    p.blob((0.008, 0.01, 0.016), (-long * 0.2 + 0.035, 0, z - 0.04), dark)
    if rng.random() < 0.75:
        p.block((0.11, 0.068, 0.045), (-long * 0.2 - 0.005, 0, 0), dark, round=0.008)
    else:
        p.curve(
            [
                (-long * 0.2, 0, 0.03),
                (-long * 0.3, 0, 0.006),
                (-long, 0.05, 0.005),
                (-long * 1.2, -0.04, 0.005),
            ],
            0.004,
            dark,
        )
    for s in (-1, 1):
        p.block((long * 0.4, 0.002, r * 0.7), (-long * 0.1, s * r, z - r * 0.3), dark)
    return p


@family("hammer", mount="top")
def hammer(rng: np.random.Generator) -> Parts:
    """A claw hammer, a mallet or one with a peen; lies on its side."""
    p = Blocks()
    wood, steel = (
        choose(rng, {"#c8a068": 4, **GRIP}),
        choose(rng, {"#8e9296": 3, "#4a4c50": 2, "#b4b6b8": 1}),
    )
    long, r = rng.uniform(0.26, 0.36), rng.uniform(0.011, 0.015)
    kind = int(rng.integers(3))
    head = rng.uniform(0.09, 0.13)
    z = 0.018
    p.spun(
        [
            (0, 0),
            (r * 1.15, 0),
            (r * 1.25, long * 0.3),
            (r * 0.8, long * 0.55),
            (r, long),
            (0, long),
        ],
        (-long / 2, 0, z),
        wood,
        axis="x",
    )
    if rng.random() < 0.4:
        p.post(r * 1.4, long * 0.38, (-long / 2, 0, z), choose(rng, GRIP), axis="x")
    x = long / 2
    if kind == 1:
        p.block(
            (0.065, head, 0.05),
            (x, 0, 0),
            choose(rng, {"#202123": 2, "#c8a068": 2, "#e0b830": 0.6}),
            round=0.006,
        )
        return p
    p.block((0.026, head * 0.5, 0.026), (x, 0, z - 0.013), steel)
    p.post(0.016, 0.035, (x, head * 0.25, z), steel, axis="y")
    if kind == 0:
        for s in (-1, 1):
            p.slab(
                [
                    (x - 0.012, -head * 0.2),
                    (x + 0.012, -head * 0.2),
                    (x - 0.004, -head * 0.55),
                    (x - 0.022, -head * 0.75),
                    (x - 0.018, -head * 0.5),
                ],
                0.008,
                (0, 0, z + s * 0.008 - 0.004),
                steel,
            )
    else:
        p.slab(
            [
                (x - 0.013, -head * 0.2),
                (x + 0.013, -head * 0.2),
                (x + 0.002, -head * 0.6),
                (x - 0.002, -head * 0.6),
            ],
            0.024,
            (0, 0, z - 0.012),
            steel,
        )
    return p


@family("screwdriver", mount="top")
def screwdriver(rng: np.random.Generator) -> Parts:
    """A ribbed handle and a blade; one, or a set of several sizes."""
    p = Blocks()
    color, second = choose(rng, GRIP), choose(rng, {"#26272a": 3, **GRIP})
    for i in range(int(rng.choice([1, 1, 2, 4]))):
        k = rng.uniform(0.7, 1.25)
        r, grip, blade = 0.016 * k, 0.1 * k, rng.uniform(0.06, 0.16) * k
        at = (0, 0.045 * i, r)
        p.spun(
            [
                (0, 0),
                (r * 0.8, 0),
                (r, grip * 0.15),
                (r * 0.85, grip * 0.4),
                (r, grip * 0.7),
                (r * 0.6, grip),
                (0, grip),
            ],
            at,
            color,
            axis="x",
        )
        for a in np.linspace(0, 2 * np.pi, 6)[:-1]:
            p.rod(
                [
                    (grip * 0.2, at[1] + r * 0.85 * np.cos(a), r + r * 0.85 * np.sin(a)),
                    (grip * 0.75, at[1] + r * 0.85 * np.cos(a), r + r * 0.85 * np.sin(a)),
                ],
                r * 0.25,
                second,
            )
        p.post(0.0035 * k, blade, (grip, at[1], r), "#b4b6b8", axis="x")
        p.block((0.014 * k, 0.008 * k, 0.002), (grip + blade, at[1], r), "#8e9296")
    return p


@family("ladder", mount="floor")
def ladder(rng: np.random.Generator) -> Parts:
    """A stepladder that stands open, or a straight one that leans on the wall behind it."""
    p = Blocks(wooden=True)
    rail, step = (
        choose(rng, {"#b4b6b8": 5, "#b08a5a": 3, "#e07a2c": 1, "#e0b830": 0.8, "#ececea": 0.7}),
        choose(rng, {"#b4b6b8": 2, "#3a3b3d": 1}),
    )
    step = rail if rng.random() < 0.6 else step
    n = int(rng.integers(3, 9))
    gap, w = rng.uniform(0.23, 0.28), rng.uniform(0.34, 0.5)
    h = gap * (n + 0.3)
    lean = rng.uniform(0.25, 0.35)
    open_ = n < 7 or rng.random() < 0.4
    for s in (-1, 1):
        x, top = s * w / 2, s * w / 2 * (0.75 if open_ else 1)
        p.rod([(x, lean * h, 0), (top, 0, h)], 0.018, rail)
        if open_:
            p.rod([(x * 1.05, -lean * h, 0), (top, 0, h)], 0.014, rail)
    for i in range(n):
        z = gap * (i + 1)
        k = 1 - (0.25 if open_ else 0) * z / h
        y = lean * h * (1 - z / h)
        if open_:
            p.block((w * k, 0.08, 0.02), (0, y, z - 0.02), step)
        else:
            p.rod([(-w / 2, y, z), (w / 2, y, z)], 0.014, step)
        if open_ and i % 2 == 0:
            p.rod([(-w * k / 2, -y, z), (w * k / 2, -y, z)], 0.009, rail)
    if open_:
        p.block(
            (w * 0.85, rng.uniform(0.1, 0.25), 0.03),
            (0, 0, h - 0.01),
            choose(rng, {"#26272a": 2, "#c8342f": 1, "#e07a2c": 1, "#b4b6b8": 1}),
        )
    return p
