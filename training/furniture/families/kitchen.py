"""Things that stand and lie on kitchen counters and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose, ring
from training.furniture.families.color_tables import CERAMIC, METAL, TOYS, WOOD, WOOD_OR_PAINT
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Rgb, Vector
    from training.furniture.families.shapes import Parts


@family("knife block", mount="top")
def knife_block(rng: np.random.Generator) -> Parts:
    """A slanted block, seldom an upright one, with handles in rows."""
    p = Blocks(wooden=True)
    wood, grip = (
        choose(rng, {**WOOD, "#26272a": 4, "#b9bbbd": 1, "#ececea": 0.7}),
        choose(rng, {"#1f2022": 6, "#b4b6b8": 2, "#6a4228": 1, "#a62a2a": 0.4}),
    )
    w, d, h = rng.uniform(0.09, 0.15), rng.uniform(0.1, 0.15), rng.uniform(0.19, 0.25)
    slant = rng.choice([0, rng.uniform(0.3, 0.55)], p=[0.3, 0.7])
    top = h - d * slant
    p.slab([(-d / 2, 0), (d / 2, 0), (d / 2, top), (-d / 2, h)], w, (0, 0, 0), wood, axis="x")
    lean = np.degrees(np.arctan(slant)) * 0.85
    for row in range(int(rng.integers(1, 4))):
        y = d * (0.32 - 0.3 * row)
        count = int(rng.integers(2, 5))
        for x in np.linspace(-0.34, 0.34, count):
            at = (x * w, y, top + (d / 2 - y) * slant - 0.01)
            p.block((0.013, 0.024, rng.uniform(0.08, 0.125)), at, grip, tilt=("x", -lean))
    return p


@family("paper towels", mount="top")
def paper_towels(rng: np.random.Generator) -> Parts:
    """A roll, often on a stand."""
    p = Blocks()
    r, h = rng.uniform(0.05, 0.07), rng.uniform(0.21, 0.26)
    paper, metal = (
        choose(rng, {"#f2f1ee": 9, "#e6dfd0": 1}),
        choose(rng, {**METAL, "#b08a5a": 1.5, "#ececea": 1}),
    )
    z = 0.0
    if rng.random() < 0.65:
        z = 0.012
        p.post(rng.uniform(1.0, 1.3) * r + 0.01, z, (0, 0, 0), metal)
        p.post(0.008, h + 0.06, (0, 0, 0), metal)
        p.blob((0.014, 0.014, 0.014), (0, 0, h + 0.065), metal)
        if rng.random() < 0.4:
            p.rod([(r + 0.02, 0, z), (r + 0.02, 0, h * 0.8)], 0.004, metal)
    p.spun([(0.02, 0), (r, 0), (r, h), (0.02, h), (0.02, 0)], (0, 0, z), paper)
    p.spun(
        [(0.0195, 0.001), (0.0215, 0.001), (0.0215, h + 0.001), (0.0195, h + 0.001)],
        (0, 0, z),
        "#998061",
    )
    if rng.random() < 0.5:
        p.sheet(
            [
                [(r, 0, z), (r, 0, z + h)],
                [(r + 0.003, 0.04, z), (r + 0.003, 0.04, z + h)],
                [(r + 0.02, 0.07, z), (r + 0.02, 0.07, z + h)],
            ],
            paper,
        )
    return p


def _plate(p: Blocks, rng: np.random.Generator, at: Vector, radius: float) -> None:
    p.spun(
        [
            (0, 0),
            (radius * 0.6, 0),
            (radius, 0.018),
            (radius, 0.021),
            (radius * 0.58, 0.005),
            (0, 0.005),
        ],
        at,
        choose(rng, CERAMIC),
        axis="x",
    )


@family("dish rack", mount="top")
def dish_rack(rng: np.random.Generator) -> Parts:
    """Wires over a tray, with plates and cups in it more often than not."""
    p = Blocks()
    wire, tray = (
        choose(rng, {"#c6c8ca": 4, "#26272a": 3, "#ececea": 2, "#b08a5a": 1}),
        choose(rng, {"#ececea": 3, "#26272a": 3, "#b9bbbd": 2, "#7fa8b8": 0.6}),
    )
    w, d, h = rng.uniform(0.36, 0.52), rng.uniform(0.26, 0.36), rng.uniform(0.1, 0.15)
    p.block((w * 1.04, d * 1.06, 0.012), (0, 0, 0), tray)
    for z in (0.03, h):
        p.rod(ring(w / 2, d / 2, z, 0.1), 0.005, wire)
    for x in (-w / 2, w / 2):
        for y in (-d / 2, d / 2):
            p.rod([(x, y, 0.01), (x, y, h)], 0.005, wire)
    count = int(rng.integers(8, 13))
    for x in np.linspace(-w / 2, w / 2, count):
        p.rod([(x, -d / 2, h), (x, -d / 2, 0.03), (x, d / 2, 0.03), (x, d / 2, h)], 0.003, wire)
    if rng.random() < 0.75:
        for x in np.linspace(-w * 0.42, w * 0.1, int(rng.integers(2, 8))):
            _plate(p, rng, (x, -0.02, 0.03 + d * 0.36), d * rng.uniform(0.3, 0.4))
        for _ in range(int(rng.integers(0, 4))):
            p.spun(
                [(0.028, 0), (0.04, 0.09), (0, 0.09)],
                (w * rng.uniform(0.2, 0.4), d * rng.uniform(-0.35, 0.35), 0.035),
                choose(rng, CERAMIC),
            )
    if rng.random() < 0.6:
        p.block((0.09, 0.08, 0.12), (w / 2 + 0.045, d * 0.2, 0.012), tray)
    return p


@family("cutting board", mount="top")
def cutting_board(rng: np.random.Generator) -> Parts:
    """A board with or without a handle; wood, plastic; some with bread or vegetables on it."""
    p = Blocks(wooden=True)
    body = choose(rng, {**WOOD, "#eceae4": 3, "#4c9a60": 0.6, "#26272a": 1, "#b8403a": 0.4})
    w, d, t = rng.uniform(0.25, 0.48), rng.uniform(0.17, 0.32), rng.uniform(0.008, 0.035)
    form = rng.integers(3)
    if form == 0:
        p.block((w, d, t), (0, 0, 0), body, round=min(0.006, t / 2.1))
    elif form == 1:
        grip = rng.uniform(0.09, 0.14)
        outline = [
            (-w / 2, -d / 2),
            (w / 2 - 0.03, -d / 2),
            (w / 2, -d / 4),
            (w / 2 + 0.01, -0.025),
            (w / 2 + grip, -0.025),
            (w / 2 + grip + 0.015, 0),
            (w / 2 + grip, 0.025),
            (w / 2 + 0.01, 0.025),
            (w / 2, d / 4),
            (w / 2 - 0.03, d / 2),
            (-w / 2, d / 2),
        ]
        p.slab(outline, t, (0, 0, 0), body)
    else:
        p.post(max(d, 0.2) * 0.62, t, (0, 0, 0), body)
    if form != 2 and rng.random() < 0.3:
        for x in np.linspace(-0.4, 0.4, 5):
            p.block((w * 0.1, d * 0.98, 0.001), (x * w, 0, t), body * 0.85)
    if rng.random() < 0.3:
        food = choose(rng, {"#b8703a": 2, "#c8342f": 1, "#5c9a3e": 1.5, "#e07a2c": 1, "#e8d060": 1})
        for _ in range(int(rng.integers(1, 5))):
            p.blob(
                (0.045, 0.028, 0.025),
                (rng.uniform(-0.25, 0.25) * w, rng.uniform(-0.2, 0.2) * d, t + 0.02),
                food,
            )
    return p


@family("teapot", mount="top")
def teapot(rng: np.random.Generator) -> Parts:
    """A round belly with spout, handle and lid."""
    p = Blocks()
    body = choose(rng, {**CERAMIC, "#b4b6b8": 1})
    r, squat = rng.uniform(0.06, 0.09), rng.uniform(0.7, 1.1)
    a = np.linspace(-1.25, 1.2, 9)
    p.spun(
        [
            (0, 0),
            *[(r * np.cos(t), r * squat * (np.sin(t) + 0.95)) for t in a],
            (0, r * squat * 1.9),
        ],
        (0, 0, 0),
        body,
    )
    top = r * squat * 1.88
    lid = body if rng.random() < 0.8 else choose(rng, WOOD)
    p.spun([(r * 0.42, 0), (r * 0.3, 0.012), (0, 0.016)], (0, 0, top), lid)
    p.blob((0.011, 0.011, 0.011), (0, 0, top + 0.022), lid)
    z = r * squat
    p.spun(
        [(0, 0), (0.021, 0), (0.011, r * 1.0), (0, r * 1.0)],
        (r * 0.75, 0, z * 0.8),
        body,
        tilt=("y", 42),
    )
    if rng.random() < 0.75:
        p.curve(
            [
                (-r * 0.8, 0, z * 1.5),
                (-r * 1.6, 0, z * 1.45),
                (-r * 1.6, 0, z * 0.7),
                (-r * 0.85, 0, z * 0.45),
            ],
            0.008,
            body,
        )
    else:
        p.curve(
            [
                (-r * 0.7, 0, top * 0.8),
                (-r * 0.6, 0, top + 0.07),
                (0, 0, top + 0.1),
                (r * 0.6, 0, top + 0.07),
                (r * 0.7, 0, top * 0.8),
            ],
            0.006,
            choose(rng, {"#b08a5a": 2, "#26272a": 1}),
            20,
        )
    return p


@family("tray", mount="top")
def tray(rng: np.random.Generator) -> Parts:
    """A flat board with a rim, oblong or round, some with cups on it."""
    p = Blocks(wooden=True)
    body = choose(
        rng, {**WOOD_OR_PAINT, "#b4b6b8": 2, "#a08a58": 1, "#3a6f6a": 0.6, "#a83a34": 0.6}
    )
    w, d, h, t = rng.uniform(0.3, 0.52), rng.uniform(0.22, 0.36), rng.uniform(0.02, 0.06), 0.009
    if rng.random() < 0.7:
        p.block((w, d, t), (0, 0, 0), body)
        for x in (-1, 1):
            p.block((t, d, h), (x * (w - t) / 2, 0, 0), body)
        for y in (-1, 1):
            p.block((w, t, h), (0, y * (d - t) / 2, 0), body)
        if rng.random() < 0.5:
            metal = choose(rng, METAL)
            for x in (-1, 1):
                p.curve(
                    [
                        (x * w / 2, -0.06, h),
                        (x * (w / 2 + 0.01), -0.05, h + 0.03),
                        (x * (w / 2 + 0.01), 0.05, h + 0.03),
                        (x * w / 2, 0.06, h),
                    ],
                    0.005,
                    metal,
                )
    else:
        p.spun(
            [(0, 0), (w * 0.42, 0), (w * 0.46, h), (w * 0.445, h), (w * 0.41, t), (0, t)],
            (0, 0, 0),
            body,
        )
    if rng.random() < 0.35:
        cup = choose(rng, CERAMIC)
        for x in rng.permutation([-0.25, 0, 0.25])[: rng.integers(1, 4)]:
            _cup(p, cup, (x * w, rng.uniform(-0.15, 0.15) * d, t), 0.04, 0.08)
    return p


def _cup(p: Blocks, color: Rgb, at: Vector, radius: float, height: float) -> None:
    p.spun(
        [
            (0, 0),
            (radius * 0.9, 0),
            (radius, height),
            (radius * 0.9, height),
            (radius * 0.82, 0.01),
            (0, 0.01),
        ],
        at,
        color,
    )
    x, y, z = at
    p.curve(
        [
            (x + radius * 0.9, y, z + height * 0.85),
            (x + radius * 1.65, y, z + height * 0.75),
            (x + radius * 1.6, y, z + height * 0.35),
            (x + radius * 0.85, y, z + height * 0.2),
        ],
        0.006,
        color,
    )


@family("mug", mount="top")
def mug(rng: np.random.Generator) -> Parts:
    """A straight or bellied mug, plain or with a band or another colour inside; empty or full."""
    p = Blocks()
    body = choose(
        rng,
        {**CERAMIC, "#26272a": 1, "#c8342f": 0.7, "#e0b830": 0.5, "#3a6fb5": 0.8, "#d8a8b0": 0.5},
    )
    r, h = rng.uniform(0.037, 0.047), rng.uniform(0.08, 0.115)
    foot, belly = rng.uniform(0.8, 1), rng.choice([1, rng.uniform(1, 1.15)])
    p.spun([(0, 0), (r * foot, 0), (r * belly, h * 0.4), (r, h), (r * 0.93, h)], (0, 0, 0), body)
    inside = body if rng.random() < 0.6 else choose(rng, {"#efeeea": 3, "#3a6fb5": 1, "#c8342f": 1})
    level = h * (0.8 if rng.random() < 0.4 else 0.1)
    p.spun([(r * 0.93, h), (r * 0.88, h * 0.4), (r * 0.85, h * 0.08)], (0, 0, 0), inside)
    p.post(r * 0.9, 0.003, (0, 0, level), "#3b2618" if level > h / 2 else inside)
    if rng.random() < 0.35:
        p.spun(
            [(r * belly * 1.0, h * 0.3), (r * belly * 1.02, h * 0.4), (r * belly * 1.0, h * 0.55)],
            (0, 0, 0),
            choose(rng, TOYS),
        )
    p.curve(
        [
            (r * 0.9, 0, h * 0.85),
            (r * 1.75, 0, h * 0.78),
            (r * 1.75, 0, h * 0.35),
            (r * 0.85, 0, h * 0.2),
        ],
        rng.uniform(0.005, 0.008),
        body,
    )
    return p


@family("jug", mount="top")
def jug(rng: np.random.Generator) -> Parts:
    """A pitcher with a lip and a handle."""
    p = Blocks()
    body = choose(rng, {**CERAMIC, "#b4b6b8": 1.2, "#a9b8bc": 2.5})
    r, h = rng.uniform(0.055, 0.08), rng.uniform(0.18, 0.27)
    neck, foot = rng.uniform(0.6, 0.95), rng.uniform(0.7, 1)
    p.spun(
        [
            (0, 0),
            (r * foot, 0),
            (r, h * rng.uniform(0.25, 0.45)),
            (r * neck, h * 0.8),
            (r * neck * 1.1, h),
            (r * neck * 1.02, h),
            (r * neck * 0.9, h * 0.8),
            (r * 0.9, h * 0.3),
            (0, 0.015),
        ],
        (0, 0, 0),
        body,
    )
    x = r * neck
    p.slab(
        [(x * 0.95, h * 0.84), (x * 1.1 + 0.03, h * 1.01), (x * 0.95, h * 1.0)],
        0.04,
        (0, 0, 0),
        body,
        axis="y",
    )
    p.curve(
        [
            (-x, 0, h * 0.92),
            (-r * 1.65, 0, h * 0.88),
            (-r * 1.6, 0, h * 0.5),
            (-r * 0.95, 0, h * 0.32),
        ],
        0.009,
        body,
    )
    return p
