"""Small things of sinks, tables and gyms, and workbenches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import CERAMIC, METAL, TOYS, WOOD
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.shapes import Parts


@family("soap dispenser", mount="top")
def soap_dispenser(rng: np.random.Generator) -> Parts:
    """A bottle with a pump."""
    p = Blocks()
    body, pump = (
        choose(
            rng, {**CERAMIC, "#b4b6b8": 2, "#c8a878": 1, "#a9c0a8": 1, "#d8a0a8": 0.6, "#8a4a24": 1}
        ),
        choose(rng, {"#b4b6b8": 4, "#ececea": 3, "#26272a": 3, "#a08a58": 1}),
    )
    r, h = rng.uniform(0.03, 0.042), rng.uniform(0.1, 0.16)
    if rng.random() < 0.4:
        p.block((2 * r, 1.7 * r, h), (0, 0, 0), body, round=0.008)
    else:
        p.spun(
            [
                (0, 0),
                (r, 0),
                (r * rng.uniform(0.85, 1.1), h * 0.6),
                (r * 0.95, h * 0.85),
                (0.014, h),
                (0, h),
            ],
            (0, 0, 0),
            body,
        )
    p.post(0.014, 0.018, (0, 0, h), pump)
    p.post(0.005, 0.03, (0, 0, h + 0.015), pump)
    p.rod([(0, 0, h + 0.045), (rng.uniform(0.035, 0.055), 0, h + 0.042)], 0.007, pump)
    if rng.random() < 0.35:
        p.block(
            (r * 1.3, 0.002, h * 0.4), (0, r * 0.98, h * 0.2), choose(rng, {"#ececea": 2, **TOYS})
        )
    return p


@family("wine glass", mount="top")
def wine_glass(rng: np.random.Generator) -> Parts:
    """A bowl on a stem, empty or with wine; a flute; one to three."""
    p = Blocks()
    glass, wine = (
        choose(rng, {"#b9c4c8": 4, "#98a6ac": 2, "#d0d8da": 2}),
        choose(rng, {"#5a1420": 3, "#d8c070": 2, "#d88a80": 0.6}),
    )
    r, bowl, stem = rng.uniform(0.026, 0.045), rng.uniform(0.07, 0.13), rng.uniform(0.06, 0.1)
    full = rng.random() < 0.4
    for i in range(int(rng.choice([1, 1, 2, 3]))):
        at = (0.1 * i, rng.uniform(-0.03, 0.03), 0)
        p.spun(
            [
                (0, 0),
                (r * 0.95, 0),
                (0.006, 0.008),
                (0.004, stem),
                (r * 0.6, stem + bowl * 0.12),
                (r, stem + bowl * 0.45),
                (r * 0.8, stem + bowl),
                (r * 0.74, stem + bowl),
                (r * 0.9, stem + bowl * 0.45),
                (0, stem + bowl * 0.1),
            ],
            at,
            glass,
        )
        if full:
            p.spun(
                [
                    (0, stem),
                    (r * 0.62, stem + bowl * 0.11),
                    (r * 1.02, stem + bowl * 0.44),
                    (0, stem + bowl * 0.46),
                ],
                at,
                wine,
            )
    return p


@family("pepper mill", mount="top")
def pepper_mill(rng: np.random.Generator) -> Parts:
    """A turned mill of wood, or a straight one of steel or acrylic."""
    p = Blocks()
    p.wooden = True
    body = choose(rng, {**WOOD, "#26272a": 2, "#b4b6b8": 2, "#ececea": 1.5, "#a62a2a": 0.5})
    h, r = rng.uniform(0.1, 0.3), rng.uniform(0.024, 0.032)
    if rng.random() < 0.6:
        p.spun(
            [
                (0, 0),
                (r, 0),
                (r, h * 0.12),
                (r * 0.62, h * 0.3),
                (r * 0.6, h * 0.5),
                (r * 0.95, h * 0.66),
                (r * 0.6, h * 0.72),
                (r * 0.95, h * 0.84),
                (r * 0.6, h * 0.95),
                (0, h * 0.96),
            ],
            (0, 0, 0),
            body,
        )
        p.blob((0.008, 0.008, 0.008), (0, 0, h * 0.98), "#b4b6b8")
    else:
        p.post(r, h * 0.6, (0, 0, 0), body)
        p.post(r * 1.03, h * 0.3, (0, 0, h * 0.6), choose(rng, METAL))
    return p


@family("salt shaker", mount="top")
def salt_shaker(rng: np.random.Generator) -> Parts:
    """A small pot with a lid with holes; one or a pair."""
    p = Blocks()
    body, lid = choose(rng, {**CERAMIC, "#c8d0d2": 3}), choose(rng, METAL)
    r, h = rng.uniform(0.018, 0.026), rng.uniform(0.06, 0.1)
    for i in range(int(rng.integers(1, 3))):
        at = (0.06 * i, 0, 0)
        p.spun(
            [(0, 0), (r, 0), (r * rng.uniform(0.75, 1), h * 0.75), (0, h * 0.75)],
            at,
            body if i == 0 else choose(rng, {"#26272a": 2, "#8a5a34": 1, "#c8d0d2": 2}),
        )
        p.spun([(r * 0.95, h * 0.72), (r * 0.9, h * 0.9), (r * 0.5, h), (0, h)], at, lid)
    return p


@family("kettlebell", mount="floor")
def kettlebell(rng: np.random.Generator) -> Parts:
    """A ball of iron or in coloured vinyl with its handle; one to three."""
    p = Blocks()
    color, x = choose(rng, {"#26272a": 6, "#55585b": 1, **TOYS}), 0.0
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        r = rng.uniform(0.065, 0.115)
        p.spun(
            [
                (0, 0),
                (r * 0.75, 0),
                (r, r * 0.8),
                (r * 0.8, r * 1.5),
                (r * 0.3, r * 1.75),
                (0, r * 1.75),
            ],
            (x, 0, 0),
            color,
        )
        p.curve(
            [
                (x - r * 0.55, 0, r * 1.5),
                (x - r * 0.75, 0, r * 2.2),
                (x, 0, r * 2.6),
                (x + r * 0.75, 0, r * 2.2),
                (x + r * 0.55, 0, r * 1.5),
            ],
            0.016,
            color if rng.random() < 0.6 else choose(rng, METAL),
            20,
        )
        x += 2.3 * r
    return p


@family("workbench", mount="floor", has_front=True)
def workbench(rng: np.random.Generator) -> Parts:
    """A thick top on legs or drawers with a vice, some with a board for tools behind."""
    p = Blocks()
    p.wooden = True
    wood, frame = (
        choose(rng, WOOD),
        choose(rng, {**WOOD, "#3f6fa8": 1.5, "#8e9092": 2, "#26272a": 1.5, "#a83a34": 1}),
    )
    w, d, h = rng.uniform(1.1, 2.0), rng.uniform(0.55, 0.75), rng.uniform(0.8, 0.92)
    p.block((w, d, rng.uniform(0.035, 0.08)), (0, 0, h - 0.05), wood)
    for x in (-1, 1):
        for y in (-1, 1):
            p.block((0.07, 0.07, h - 0.05), (x * (w / 2 - 0.08), y * (d / 2 - 0.06), 0), frame)
    p.block((w - 0.12, d - 0.1, 0.03), (0, 0, 0.15), frame if rng.random() < 0.5 else wood)
    if rng.random() < 0.6:
        rows = int(rng.integers(2, 5))
        p.block((w * 0.32, d * 0.9, h - 0.25), (w * 0.28, 0, 0.18), frame)
        for i in range(rows):
            z, tall = 0.2 + i * (h - 0.3) / rows, (h - 0.3) / rows - 0.015
            p.block((w * 0.3, 0.02, tall), (w * 0.28, d * 0.45, z), frame * 1.1)
            p.block(
                (0.12, 0.025, 0.014),
                (w * 0.28, d * 0.45 + 0.012, z + tall * 0.6),
                choose(rng, METAL),
            )
    if rng.random() < 0.6:
        steel = choose(rng, {"#4f6a8a": 2, "#8e9092": 2, "#3a3b3d": 1})
        p.block((0.12, 0.16, 0.1), (-w * 0.38, d * 0.36, h + 0.01), steel)
        p.post(0.018, 0.12, (-w * 0.38, d * 0.44, h + 0.06), "#9a9ca0", axis="y")
        p.block((0.12, 0.05, 0.12), (-w * 0.38, d * 0.52, h + 0.01), steel)
    if rng.random() < 0.5:
        back = rng.uniform(0.5, 0.8)
        p.block(
            (w, 0.02, back),
            (0, -d / 2 + 0.01, h),
            choose(rng, {"#b08a5a": 2, "#8e9092": 2, "#3a3b3d": 1, "#ececea": 1}),
        )
        for x in np.linspace(-0.42, 0.42, int(rng.integers(4, 9))):
            p.block(
                (rng.uniform(0.02, 0.06), 0.03, rng.uniform(0.15, 0.35)),
                (x * w, -d / 2 + 0.03, h + back * 0.35),
                choose(rng, {"#c8342f": 1, "#8e9092": 2, "#26272a": 1, "#e0b830": 1, "#8a5a34": 1}),
            )
    return p
