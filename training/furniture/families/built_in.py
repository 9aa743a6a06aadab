"""Kitchen islands and counters, aquariums, doormats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import pictures
from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import DARK, FABRIC, METAL, STONE, WOOD, WOOD_OR_PAINT
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Rgb, Vector
    from training.furniture.families.shapes import Parts


def _doors(
    p: Blocks,
    rng: np.random.Generator,
    width: float,
    height: float,
    at: Vector,
    body: Rgb,
    handle: Rgb,
) -> None:
    x0, y, z0 = at
    n = max(1, round(width / rng.uniform(0.42, 0.6)))
    bar = rng.random() < 0.6
    for i in range(n):
        w, x = width / n, x0 - width / 2 + (i + 0.5) * width / n
        if rng.random() < 0.3:
            rows = int(rng.integers(2, 5))
            for r in range(rows):
                p.block(
                    (w - 0.01, 0.018, height / rows - 0.01),
                    (x, y + 0.009, z0 + r * height / rows),
                    body,
                )
                p.block(
                    (w * 0.4, 0.022, 0.014), (x, y + 0.026, z0 + (r + 0.7) * height / rows), handle
                )
            continue
        p.block((w - 0.01, 0.018, height - 0.01), (x, y + 0.009, z0), body)
        side = (1 if i % 2 == 0 else -1) * w * 0.38
        if bar:
            p.block((0.014, 0.024, 0.16), (x + side, y + 0.026, z0 + height * 0.7), handle)
        else:
            p.blob((0.014, 0.018, 0.014), (x + side, y + 0.03, z0 + height * 0.85), handle)


@family("counter", mount="floor", has_front=True)
def counter(rng: np.random.Generator) -> Parts:
    """A run of base cabinets below a worktop; some with a sink or a hob set into it."""
    p = Blocks(wooden=True)
    body, top = (
        choose(rng, {**WOOD_OR_PAINT, "#ebeae6": 9}),
        choose(rng, {**STONE, **WOOD, "#ebeae6": 1.5}),
    )
    w, d, h, t = (
        rng.uniform(0.9, 2.5),
        rng.uniform(0.58, 0.65),
        rng.uniform(0.86, 0.94),
        rng.uniform(0.025, 0.05),
    )
    p.block((w, d - 0.03, h - t - 0.1), (0, -0.015, 0.1), body)
    p.block(
        (w * 0.99, d - 0.08, 0.1), (0, -0.04, 0), "#3a3a3c" if rng.random() < 0.5 else body * 0.85
    )
    _doors(p, rng, w, h - t - 0.12, (0, d / 2 - 0.03, 0.11), body, choose(rng, METAL))
    p.block((w + 0.02, d + 0.02, t), (0, 0, h - t), top)
    if rng.random() < 0.4:
        p.block(
            (w, 0.02, rng.uniform(0.04, 0.5)),
            (0, -d / 2 + 0.01, h),
            top if rng.random() < 0.6 else choose(rng, STONE),
        )
    x = rng.uniform(-0.2, 0.2) * w
    fitted = rng.integers(4)
    if fitted == 0:
        metal = choose(rng, {"#b4b6b8": 4, "#26272a": 1, "#ececea": 1})
        p.block((0.5, 0.4, 0.004), (x, 0.02, h), metal)
        p.block((0.4, 0.32, 0.003), (x, 0.02, h + 0.004), metal * 0.7)
        p.curve(
            [(x, -0.2, h), (x, -0.2, h + 0.28), (x, -0.12, h + 0.33), (x, -0.03, h + 0.26)],
            0.013,
            metal,
        )
    elif fitted == 1:
        p.block((0.56, 0.5, 0.008), (x, 0, h), "#1c1c1e")
        for sx in (-0.13, 0.13):
            for sy in (-0.11, 0.11):
                p.post(rng.uniform(0.06, 0.095), 0.002, (x + sx, sy, h + 0.008), "#3a3a3d")
    return p


@family("kitchen island", mount="floor", has_front=True)
def kitchen_island(rng: np.random.Generator) -> Parts:
    """A block of cabinets with an overhanging top; some with stools or open shelves."""
    p = Blocks(wooden=True)
    body, top = (
        choose(rng, {**WOOD_OR_PAINT, "#2f4358": 1.5, "#5f7a6a": 1}),
        choose(rng, {**STONE, **WOOD, "#ebeae6": 2}),
    )
    w, d, h, t = (
        rng.uniform(1.0, 2.2),
        rng.uniform(0.6, 0.85),
        rng.uniform(0.88, 0.95),
        rng.uniform(0.03, 0.06),
    )
    over = rng.choice([0.03, rng.uniform(0.2, 0.35)])
    if rng.random() < 0.3:
        for x in (-1, 1):
            for y in (-1, 1):
                p.block((0.07, 0.07, h - t), (x * (w / 2 - 0.05), y * (d / 2 - 0.05), 0), body)
        for z in (0.18, 0.5):
            p.block((w - 0.06, d - 0.06, 0.03), (0, 0, z), body)
        for x in np.linspace(-0.35, 0.35, 3):
            if rng.random() < 0.6:
                p.block(
                    (w * 0.2, d * 0.5, 0.2), (x * w, 0, 0.21), choose(rng, {**FABRIC, "#b08a5a": 2})
                )
        p.block((w - 0.04, d - 0.04, 0.12), (0, 0, h - t - 0.12), body)
    else:
        p.block((w, d, h - t - 0.08), (0, 0, 0.08), body)
        p.block((w - 0.08, d - 0.08, 0.08), (0, 0, 0), body * 0.6)
        _doors(p, rng, w, h - t - 0.1, (0, d / 2, 0.09), body, choose(rng, METAL))
    p.block((w + 0.08, d + 0.03 + over, t), (0, -over / 2, h - t), top)
    if over > 0.1 and rng.random() < 0.6:
        seat, leg = choose(rng, {**WOOD, "#26272a": 2, "#ececea": 1.5}), choose(rng, METAL)
        for x in np.linspace(-0.32, 0.32, int(rng.integers(2, 4))):
            at = (x * w, -d / 2 - over - 0.12)
            p.post(0.17, 0.035, (*at, 0.62), seat)
            for sx in (-1, 1):
                for sy in (-1, 1):
                    p.rod(
                        [
                            (at[0] + sx * 0.19, at[1] + sy * 0.19, 0),
                            (at[0] + sx * 0.1, at[1] + sy * 0.1, 0.63),
                        ],
                        0.013,
                        leg,
                    )
    return p


@family("aquarium", mount="top")
def aquarium(rng: np.random.Generator) -> Parts:
    """A glass box full of water, gravel and plants with a lid, or a bowl; some on a cabinet."""
    p = Blocks()
    water, trim = (
        choose(rng, {"#6f9aa8": 4, "#4f7f94": 2, "#8fb0a8": 1, "#3a5f7a": 1}),
        choose(rng, DARK),
    )
    leaf, z = choose(rng, {"#3f7a40": 3, "#6a8a3a": 1, "#8a4a3a": 0.6}), 0.0
    if rng.random() < 0.2:
        r = rng.uniform(0.1, 0.16)
        p.spun(
            [
                (0, 0),
                (r * 0.6, 0),
                (r * 0.95, r * 0.6),
                (r, r),
                (r * 0.75, r * 1.6),
                (r * 0.7, r * 1.6),
                (0, r * 1.4),
            ],
            (0, 0, 0),
            water,
        )
        p.spun(
            [(0, 0.002), (r * 0.62, -0.001), (r * 0.84, r * 0.35), (r * 0.8, r * 0.36)],
            (0, 0, 0),
            choose(rng, {"#c8a878": 2, "#5f8fb8": 1, "#8d8a84": 1}),
        )
        for _ in range(3):
            p.blob(
                (0.018, 0.01, 0.012),
                (rng.uniform(-0.5, 0.5) * r, r * 0.9, r * rng.uniform(0.7, 1.2)),
                choose(rng, {"#e07a2c": 3, "#c8342f": 1}),
            )
        return p
    w = rng.uniform(0.4, 1.1)
    d, h = w * rng.uniform(0.4, 0.55), w * rng.uniform(0.45, 0.62)
    if rng.random() < 0.3:
        z = rng.uniform(0.6, 0.75)
        p.block((w, d, z), (0, 0, 0), choose(rng, WOOD_OR_PAINT))
        p.mount = "floor"
    p.block((w, d, h), (0, 0, z), water)
    p.block(
        (w * 1.003, d * 1.003, h * rng.uniform(0.1, 0.18)),
        (0, 0, z),
        choose(rng, {"#c8a878": 2, "#8d8a84": 2, "#3a3b3d": 1}),
    )
    p.block((w * 1.02, d * 1.02, h * 0.1), (0, 0, z + h), trim)
    p.block((w * 1.02, d * 1.02, 0.015), (0, 0, z), trim)
    for _ in range(int(rng.integers(3, 10))):
        x, tall = rng.uniform(-0.45, 0.45) * w, h * rng.uniform(0.25, 0.75)
        for k in range(3):
            p.blob(
                (0.012, 0.003, tall / 2),
                (x + 0.015 * (k - 1), d / 2, z + h * 0.1 + tall / 2),
                leaf,
                tilt=("y", 14.0 * (k - 1)),
            )
    for _ in range(int(rng.integers(2, 8))):
        p.blob(
            (0.025, 0.004, 0.013),
            (rng.uniform(-0.42, 0.42) * w, d / 2, z + h * rng.uniform(0.3, 0.85)),
            choose(rng, {"#e07a2c": 3, "#e0c040": 1, "#c8342f": 1, "#d8dce0": 1, "#3a5fb5": 1}),
        )
    if rng.random() < 0.6:
        p.block(
            (0.1, 0.003, 0.06),
            (rng.uniform(-0.3, 0.3) * w, d / 2 + 0.001, z + h * 0.15),
            choose(rng, STONE),
        )
    return p


@family("doormat", mount="floor")
def doormat(rng: np.random.Generator) -> Parts:
    """Coir or rubber with a border, stripes, or dark lettering."""
    p = Blocks()
    w, d, t = rng.uniform(0.55, 0.9), rng.uniform(0.38, 0.58), rng.uniform(0.008, 0.02)
    color, ink = (
        choose(
            rng,
            {
                "#a8804f": 5,
                "#4a4c50": 3,
                "#6a4a34": 1.5,
                "#8c8a86": 1.5,
                "#26272a": 1.5,
                "#5c6a50": 0.7,
                "#7a3030": 0.5,
            },
        ),
        choose(rng, {"#26272a": 4, "#ececea": 1, "#7a3030": 0.7}),
    )
    kind = int(rng.integers(4))
    if kind == 3:
        a = np.linspace(0, np.pi, 15)
        p.slab([(w / 2 * np.cos(x), d * np.sin(x)) for x in a], t, (0, 0, 0), color)
        return p
    p.block((w, d, t), (0, 0, 0), color)
    if kind == 0:
        p.picture(
            (0, 0, 0),
            (w * 0.94, d * 0.9),
            pictures.stripes(
                [color.astype(int).tolist(), (color * 0.6).astype(int).tolist()],
                int(rng.integers(5, 15)),
                upright=bool(rng.random() < 0.4),
            ),
        ).turn("x", 90).move(0, 0, t + 0.001)
    elif kind == 1:
        for z, k in ((0.001, 0.92), (0.002, 0.82)):
            p.block((w * k, d - w * (1 - k), 0.001), (0, 0, t + z), ink if k > 0.9 else color)
    else:
        for x in np.linspace(-0.3, 0.3, int(rng.integers(5, 9))):
            p.block((w * 0.05, d * rng.uniform(0.15, 0.3), 0.001), (x * w, 0, t), ink)
        if rng.random() < 0.5:
            p.block((w * 0.7, 0.012, 0.001), (0, -d * 0.25, t), ink)
    return p
