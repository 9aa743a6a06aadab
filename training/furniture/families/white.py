"""Machines of kitchens and baths that stand on the floor or hang on a wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import DARK, METAL, WHITE_GOODS
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Rgb
    from training.furniture.families.shapes import Parts


def _feet(p: Blocks, width: float, depth: float) -> None:
    for x in (-0.42, 0.42):
        for y in (-0.4, 0.4):
            p.post(0.018, 0.02, (x * width, y * depth, 0), "#262626")


def _porthole(
    p: Blocks, y: float, z: float, radius: float, rng: np.random.Generator, body: Rgb
) -> None:
    ring = choose(rng, {"#c4c6c8": 3, "#303236": 3, "#e4e4e2": 3})
    p.spun(
        [(radius * 0.74, 0), (radius, 0), (radius * 0.96, 0.035), (radius * 0.74, 0.025)],
        (0, y, z),
        ring,
        axis="y",
    )
    p.spun(
        [(0, 0.01), (radius * 0.55, 0.01), (radius * 0.76, 0.02)],
        (0, y, z),
        choose(rng, DARK),
        axis="y",
    )
    p.block((0.02, 0.025, 0.1), (radius * 0.88, y + 0.03, z - 0.05), ring)


def _front_loader(
    p: Blocks, rng: np.random.Generator, width: float, depth: float, height: float, dryer: bool
) -> None:
    body = choose(rng, WHITE_GOODS)
    p.block((width, depth, height - 0.02), (0, 0, 0.02), body)
    _feet(p, width, depth)
    y = depth / 2
    panel = choose(rng, DARK) if rng.random() < 0.3 else body * rng.uniform(0.8, 1)
    tall = rng.uniform(0.1, 0.14)
    p.block((width * 0.99, 0.012, tall), (0, y + 0.004, height - tall - 0.01), panel)
    knob = choose(rng, {"#d0d0d0": 2, "#f0f0ee": 2, "#303030": 2})
    p.spun(
        [(0, 0.03), (0.028, 0.03), (0.033, 0)],
        (rng.choice([0, 0.13]) * width, y + 0.008, height - tall / 2 - 0.01),
        knob,
        axis="y",
    )
    side = -1 if rng.random() < 0.8 else 1
    if dryer and rng.random() < 0.5:
        p.block((width * 0.3, 0.014, 0.1), (-side * width * 0.3, y, 0.06), body * 0.85)
    else:
        p.block(
            (width * 0.32, 0.014, tall * 0.75),
            (side * width * 0.31, y + 0.006, height - tall * 0.9 - 0.01),
            body,
        )
    p.block(
        (width * 0.2, 0.014, tall * 0.4),
        (-side * width * 0.3, y + 0.006, height - tall * 0.7 - 0.01),
        choose(rng, DARK),
    )
    middle = height * rng.uniform(0.44, 0.5)
    if dryer and rng.random() < 0.35:
        p.block((width * 0.72, 0.03, height * 0.5), (0, y, middle - height * 0.25), body * 0.93)
        p.block((0.03, 0.03, 0.12), (width * 0.28, y + 0.02, middle - 0.06), choose(rng, METAL))
    else:
        _porthole(p, y, middle, rng.uniform(0.17, 0.23), rng, body)
    if rng.random() < 0.6:
        p.block((width * 0.25, 0.008, 0.09), (width * 0.3, y, 0.05), body * 0.92)


def _top_loader(
    p: Blocks, rng: np.random.Generator, width: float, depth: float, height: float
) -> None:
    body = choose(rng, WHITE_GOODS)
    p.block((width, depth, height - 0.02), (0, 0, 0.02), body)
    _feet(p, width, depth)
    lid = choose(rng, DARK) if rng.random() < 0.5 else body * 1.04
    p.block((width * 0.86, depth * 0.66, 0.03), (0, depth * 0.1, height), lid)
    console = choose(rng, DARK) if rng.random() < 0.4 else body * 0.9
    rise = rng.uniform(0.08, 0.16)
    p.slab(
        [
            (-depth / 2, 0),
            (-depth / 2, rise),
            (-depth * 0.4, rise),
            (-depth * 0.26, 0.02),
            (-depth * 0.26, 0),
        ],
        width * 0.98,
        (0, 0, height),
        console,
        axis="x",
    )
    for x in np.linspace(-0.35, 0.35, int(rng.integers(2, 4))):
        p.post(
            0.03,
            0.04,
            (x * width, -depth * 0.36, height + rise * 0.6),
            choose(rng, METAL),
            tilt=("x", -50),
        )


@family("washing machine", mount="floor", has_front=True)
def washing_machine(rng: np.random.Generator) -> Parts:
    """A front loader, or one that is loaded from above."""
    p = Blocks()
    width, height = rng.normal(0.6, 0.02), rng.normal(0.86, 0.02)
    if rng.random() < 0.25:
        _top_loader(p, rng, rng.uniform(0.45, 0.69), rng.uniform(0.55, 0.68), rng.uniform(0.88, 1))
    else:
        _front_loader(p, rng, width, rng.uniform(0.42, 0.65), height, False)
    return p


@family("dryer", mount="floor", has_front=True)
def dryer(rng: np.random.Generator) -> Parts:
    """A tumble dryer: a porthole or a plain door."""
    p = Blocks()
    _front_loader(
        p, rng, rng.normal(0.6, 0.02), rng.uniform(0.52, 0.68), rng.uniform(0.84, 0.95), True
    )
    return p


@family("freezer", mount="floor", has_front=True)
def freezer(rng: np.random.Generator) -> Parts:
    """A chest, or an upright one."""
    p = Blocks()
    body, gasket = choose(rng, WHITE_GOODS), "#4c4c4f"
    handle = choose(rng, METAL)
    if rng.random() < 0.55:  # a chest
        width, depth, height = (
            rng.uniform(0.55, 1.6),
            rng.uniform(0.52, 0.72),
            rng.uniform(0.82, 0.92),
        )
        lid = rng.uniform(0.05, 0.09)
        p.block((width, depth, height - lid - 0.04), (0, 0, 0.03), body)
        p.block((width * 0.97, depth * 0.97, 0.012), (0, 0, height - lid - 0.012), gasket)
        p.block((width * 1.01, depth * 1.02, lid), (0, 0.005, height - lid), body)
        p.block((0.16, 0.03, 0.03), (0, depth / 2 + 0.02, height - lid - 0.005), handle)
        p.block((width * 0.2, 0.008, 0.09), (width * 0.36, depth / 2, 0.06), "#404042")
        for x in (-0.4, 0.4):
            p.block((0.1, depth * 0.8, 0.03), (x * width, 0, 0), "#262626")
    else:
        width, depth, height = (
            rng.uniform(0.5, 0.62),
            rng.uniform(0.52, 0.65),
            rng.choice([0.85, 1.25, 1.45, 1.75]) * rng.uniform(0.96, 1.05),
        )
        p.block((width, depth - 0.06, height - 0.03), (0, -0.03, 0.03), body * 0.96)
        p.block((width, 0.05, height - 0.05), (0, depth / 2 - 0.025, 0.05), body)
        x = width * rng.choice([-0.4, 0.4])
        p.rod(
            [
                (x, depth / 2, height * 0.5),
                (x, depth / 2 + 0.04, height * 0.5),
                (x, depth / 2 + 0.04, height * 0.8),
                (x, depth / 2, height * 0.8),
            ],
            0.01,
            handle,
        )
        p.block((width * 0.9, depth * 0.9, 0.03), (0, -0.02, 0), "#262626")
        if rng.random() < 0.4:
            p.block((0.14, 0.006, 0.05), (0, depth / 2, height * 0.9), choose(rng, DARK))
    return p


@family("water heater", mount="wall", elevation=1.2)
def water_heater(rng: np.random.Generator) -> Parts:
    """A tank or a flat box, with its pipes."""
    p = Blocks()
    body, pipe = (
        choose(rng, {"#ecebe7": 8, "#c4c6c8": 1.5, "#33353a": 0.6}),
        choose(rng, {"#b07040": 2, "#b4b6b8": 3}),
    )
    if rng.random() < 0.6:  # a tank
        radius, height = rng.uniform(0.17, 0.26), rng.uniform(0.5, 1.15)
        cap = rng.uniform(0.15, 0.5) * radius
        p.spun(
            [
                (0, 0),
                (radius * 0.8, 0.01),
                (radius, cap),
                (radius, height - cap),
                (radius * 0.8, height - 0.01),
                (0, height),
            ],
            (0, 0, 0.15),
            body,
        )
        p.post(radius * 0.62, 0.03, (0, 0, 0.13), body * rng.choice([0.35, 0.8]))
        p.block((radius, 0.06, 0.03), (0, -radius, 0.15 + height * 0.8), "#808080")
        bottom = 0.15
        if rng.random() < 0.6:
            p.post(
                0.04, 0.015, (0, radius * 0.98, 0.15 + height * 0.3), choose(rng, DARK), axis="y"
            )
    else:
        width, height, depth = (
            rng.uniform(0.26, 0.48),
            rng.uniform(0.38, 0.8),
            rng.uniform(0.15, 0.35),
        )
        p.block((width, depth, height), (0, 0, 0.15), body)
        p.block(
            (width * 0.94, 0.01, height * 0.9), (0, depth / 2, 0.15 + height * 0.07), body * 1.03
        )
        p.block(
            (width * 0.5, 0.016, height * 0.12),
            (0, depth / 2, 0.15 + height * 0.1),
            choose(rng, DARK),
        )
        bottom = 0.16
        if rng.random() < 0.6:
            p.post(0.05, 0.12, (0, 0, 0.15 + height), choose(rng, METAL))
    for x in (-0.07, 0.07):
        p.rod([(x, 0, bottom + 0.02), (x, 0, 0)], 0.011, pipe)
    return p
