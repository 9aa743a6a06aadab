"""Fires and lights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import STONE
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.shapes import Parts

SHADE = {"#efeadd": 5, "#d8cdb4": 2, "#2e2f31": 1.5, "#b8b4ac": 1, "#a8483a": 0.5, "#3f5878": 0.4}
LAMP = {"#26272a": 4, "#a08a58": 3.5, "#b4b6b8": 3, "#ececea": 2, "#6a4228": 0.8}


@family("fireplace", mount="floor", has_front=True)
def fireplace(rng: np.random.Generator) -> Parts:
    """A mantel around a dark opening with logs, bricks or a flat surround."""
    p = Blocks()
    body, stone = (
        choose(
            rng,
            {
                "#ebeae6": 4,
                "#c9c2b4": 2,
                "#8a5a34": 1.5,
                "#4a2e1e": 1,
                "#3a3b3d": 1,
                "#9c5a44": 1.5,
            },
        ),
        choose(rng, {**STONE, "#9c5a44": 1.5}),
    )
    w, h, d = rng.uniform(1.1, 1.7), rng.uniform(1, 1.3), rng.uniform(0.25, 0.45)
    iw, ih = w * rng.uniform(0.45, 0.6), h * rng.uniform(0.5, 0.62)
    side = (w - iw) / 2
    for x in (-1, 1):
        p.block((side, d, h - 0.06), (x * (iw + side) / 2, 0, 0), body)
    p.block((iw, d, h - ih - 0.06), (0, 0, ih), body)
    p.block(
        (w + rng.uniform(0.05, 0.2), d + 0.1, rng.uniform(0.05, 0.09)),
        (0, 0.03, h - 0.07),
        body * 1.03,
    )
    p.block((iw, 0.03, ih), (0, -d / 2 + 0.02, 0), "#1f1c1a")
    for x in (-1, 1):
        p.block((0.02, d * 0.9, ih), (x * (iw / 2 - 0.01), 0, 0), "#2a2624")
    if rng.random() < 0.7:
        t = rng.uniform(0.06, 0.12)
        for x in (-1, 1):
            p.block((t, 0.02, ih + t), (x * (iw + t) / 2, d / 2 + 0.006, 0), stone)
        p.block((iw + 2 * t, 0.02, t), (0, d / 2 + 0.006, ih), stone)
    if rng.random() < 0.6:
        p.block((w * rng.uniform(0.8, 1.05), d + rng.uniform(0.3, 0.5), 0.05), (0, 0.2, 0), stone)
    for i in range(int(rng.integers(0, 5))):
        p.post(
            0.045,
            iw * 0.6,
            (-iw * 0.3, -0.02 + 0.04 * (i % 2), 0.06 + 0.08 * (i // 2) + 0.02),
            choose(rng, {"#6a4a30": 2, "#3a2a20": 1, "#8a6a48": 1}),
            axis="x",
            tilt=("z", rng.uniform(-12, 12)),
        )
    if rng.random() < 0.35:
        for x in np.linspace(-0.45, 0.45, 5):
            p.rod(
                [(x * iw, d / 2 + 0.03, 0.05), (x * iw, d / 2 + 0.03, ih * 0.8)], 0.008, "#2a2a2c"
            )
        for z in (0.06, ih * 0.8):
            p.rod([(-iw * 0.47, d / 2 + 0.03, z), (iw * 0.47, d / 2 + 0.03, z)], 0.01, "#2a2a2c")
    if rng.random() < 0.3:
        for x in (-1, 1):
            p.block((side * 0.6, 0.03, h * 0.75), (x * (iw + side) / 2, d / 2, 0.06), body * 0.94)
    if rng.random() < 0.35:
        p.block(
            (w * 0.62, d * 0.75, rng.uniform(0.8, 1.2)),
            (0, -d * 0.1, h),
            body if rng.random() < 0.6 else stone,
        )
    return p


@family("chandelier", mount="ceiling")
def chandelier(rng: np.random.Generator) -> Parts:
    """Arms with candles or shades around a stem; a ring; or globes on rods."""
    p = Blocks()
    metal = choose(rng, LAMP)
    n, r, drop = int(rng.integers(4, 10)), rng.uniform(0.22, 0.45), rng.uniform(0.25, 0.7)
    shade = choose(rng, SHADE)
    top = drop + 0.35
    p.spun([(0, 0), (0.05, 0), (0.06, -0.025), (0, -0.025)], (0, 0, top + 0.025), metal)
    p.rod([(0, 0, 0.15), (0, 0, top)], 0.008, metal)
    kind = rng.integers(3)
    if kind == 0:
        p.spun(
            [
                (0, -0.06),
                (0.02, -0.05),
                (0.045, 0),
                (0.015, 0.06),
                (0.035, 0.1),
                (0.012, 0.14),
                (0, 0.16),
            ],
            (0, 0, 0.12),
            metal,
        )
        for i in range(n):
            a = 2 * np.pi * i / n
            c, s = np.cos(a), np.sin(a)
            p.curve(
                [
                    (0.02 * c, 0.02 * s, 0.12),
                    (r * 0.45 * c, r * 0.45 * s, 0.02),
                    (r * 0.9 * c, r * 0.9 * s, 0.06),
                    (r * c, r * s, 0.14),
                ],
                0.008,
                metal,
            )
            p.spun(
                [(0, 0), (0.03, 0.006), (0.03, 0.012), (0.012, 0.014), (0.012, 0.09), (0, 0.095)],
                (r * c, r * s, 0.14),
                "#efeadd",
            )
            if n < 8:
                p.spun([(0.06, 0), (0.035, 0.09)], (r * c, r * s, 0.2), shade)
    elif kind == 1:
        loop = [(r * np.cos(a), r * np.sin(a), 0.1) for a in np.linspace(0, 2 * np.pi, 33)]
        p.curve(loop, rng.uniform(0.01, 0.022), metal, 60)
        for i in range(n):
            a = 2 * np.pi * i / n
            x, y = r * np.cos(a), r * np.sin(a)
            p.post(0.02, 0.07, (x, y, 0.1), "#efeadd")
            if i % 2 == 0:
                p.rod([(x, y, 0.1), (0, 0, 0.1 + drop * 0.6)], 0.004, metal)
    else:
        for i in range(n):
            a, z = 2.4 * i, 0.06 + 0.22 * rng.random()
            k = r * rng.uniform(0.5, 1)
            x, y = k * np.cos(a), k * np.sin(a)
            p.rod([(0, 0, 0.2), (x, y, z)], 0.006, metal)
            s = rng.uniform(0.05, 0.075)
            p.blob((s, s, s), (x, y, z), "#efeadd")
    return p


@family("wall lamp", mount="wall", elevation=1.6)
def wall_lamp(rng: np.random.Generator) -> Parts:
    """A sconce: a plate with an arm and a shade, a half bowl, a box or a globe."""
    p = Blocks()
    metal, shade = choose(rng, LAMP), choose(rng, SHADE)
    kind = rng.integers(5)
    z = 0.15
    if kind == 0:
        p.block((0.09, 0.015, 0.13), (0, 0, z - 0.06), metal)
        out, r = rng.uniform(0.1, 0.2), rng.uniform(0.06, 0.1)
        p.curve(
            [(0, 0.0, z), (0, out * 0.6, z - 0.03), (0, out, z - 0.02), (0, out, z + 0.05)],
            0.008,
            metal,
        )
        p.spun(
            [(r, 0), (r * rng.uniform(0.5, 0.9), rng.uniform(0.1, 0.16))], (0, out, z + 0.03), shade
        )
    elif kind == 1:
        r = rng.uniform(0.1, 0.17)
        a, t = np.meshgrid(
            np.linspace(0, np.pi, 13), np.linspace(0.05, np.pi / 2, 7), indexing="ij"
        )
        p.sheet(
            np.stack(
                [
                    r * np.sin(t) * np.cos(a),
                    r * 0.7 * np.sin(t) * np.sin(a),
                    z + r * (1 - np.cos(t)),
                ],
                2,
            ),
            shade,
        )
        p.block((2 * r, 0.008, r), (0, 0, z), shade)
    elif kind == 2:
        w, h = rng.uniform(0.07, 0.13), rng.uniform(0.09, 0.3)
        p.block((w, w * rng.uniform(0.6, 1), h), (0, w * 0.4, z - h / 2), metal)
        for k in (-1, 1):
            p.block((w * 0.75, w * 0.5, 0.003), (0, w * 0.4, z + k * h / 2 - 0.001), "#f4efdc")
    elif kind == 3:
        r = rng.uniform(0.06, 0.1)
        p.spun([(0, 0), (0.05, 0), (0.05, 0.015), (0, 0.015)], (0, 0, z), metal, axis="y")
        p.rod([(0, 0, z), (0, r + 0.04, z)], 0.01, metal)
        p.blob((r, r, r), (0, r + 0.06, z), "#f2eee2")
    else:
        p.block((0.1, 0.012, 0.16), (0, 0, z - 0.08), metal)
        for x in (-0.09, 0.09) if rng.random() < 0.5 else (0,):
            p.curve([(0, 0.01, z), (x * 0.6, 0.07, z - 0.05), (x, 0.1, z)], 0.007, metal)
            p.spun(
                [(0, 0), (0.025, 0.004), (0.011, 0.01), (0.011, 0.08), (0, 0.085)],
                (x, 0.1, z),
                "#efeadd",
            )
            if rng.random() < 0.5:
                p.spun([(0.055, 0), (0.03, 0.08)], (x, 0.1, z + 0.06), shade)
    return p


@family("lantern", mount="top")
def lantern(rng: np.random.Generator) -> Parts:
    """A frame with a candle behind glass that cameras see through, a storm lamp, or of paper."""
    p = Blocks()
    metal = choose(
        rng,
        {
            "#26272a": 4,
            "#ececea": 2.5,
            "#a08a58": 1.5,
            "#8a5a34": 1.5,
            "#b4b6b8": 1,
            "#a83a34": 0.5,
            "#3f5f4a": 0.5,
        },
    )
    kind = rng.integers(3)
    if kind == 2:
        r, h = rng.uniform(0.08, 0.15), rng.uniform(0.15, 0.35)
        paper = choose(rng, {"#f0ebdc": 4, "#c8342f": 2, "#e3b02c": 0.7, "#d8a8b0": 0.5})
        a = np.linspace(-1.2, 1.2, 9)
        p.spun([(r * np.cos(t), h / 2 + h / 2.2 * np.sin(t)) for t in a], (0, 0, 0), paper)
        for z in (0.02, h - 0.02):
            p.post(r * 0.4, 0.012, (0, 0, z), metal)
        p.curve([(-r * 0.35, 0, h), (0, 0, h + 0.07), (r * 0.35, 0, h)], 0.003, metal)
        return p
    w, h = rng.uniform(0.1, 0.2), rng.uniform(0.17, 0.42)
    if kind == 0:
        for z, k in ((0, 1.1), (h, 1.12)):
            p.block((w * k, w * k, 0.018), (0, 0, z), metal)
        for x in (-1, 1):
            for y in (-1, 1):
                p.block((0.012, 0.012, h), (x * w / 2, y * w / 2, 0), metal)
        p.slab(
            [(-w * 0.55, 0), (w * 0.55, 0), (w * 0.12, w * 0.4), (-w * 0.12, w * 0.4)],
            w * 1.0,
            (0, 0, h + 0.018),
            metal,
            axis="y",
        )
        p.slab(
            [(-w * 0.55, 0), (w * 0.55, 0), (w * 0.12, w * 0.4), (-w * 0.12, w * 0.4)],
            w * 0.9,
            (0, 0, h + 0.018),
            metal,
            axis="x",
        )
        if rng.random() < 0.4:
            for x in (-1, 1):
                p.rod([(x * w / 2, -w / 2, 0), (x * w / 2, w / 2, h)], 0.004, metal)
        top = h + w * 0.4
        p.post(w * 0.24, h * rng.uniform(0.3, 0.55), (0, 0, 0.018), "#f0ebdc")
    else:
        r = w * 0.45
        p.spun([(0, 0), (r, 0), (r * 1.05, 0.03), (r * 0.7, 0.06), (0, 0.06)], (0, 0, 0), metal)
        p.spun([(r * 0.5, 0.06), (r * 0.75, h * 0.45), (r * 0.45, h * 0.75)], (0, 0, 0), "#c9c6b8")
        p.spun([(r * 0.75, h * 0.75), (r * 0.4, h * 0.88), (r * 0.45, h), (0, h)], (0, 0, 0), metal)
        for x in (-1, 1):
            p.curve(
                [(x * r * 0.9, 0, 0.04), (x * r * 1.25, 0, h * 0.45), (x * r * 0.6, 0, h * 0.85)],
                0.006,
                metal,
            )
        top = h
    p.curve(
        [
            (-w * 0.3, 0, top * 0.9),
            (-w * 0.32, 0, top + 0.05),
            (0, 0, top + 0.09),
            (w * 0.32, 0, top + 0.05),
            (w * 0.3, 0, top * 0.9),
        ],
        0.004,
        metal,
        20,
    )
    return p
