"""Furniture for children."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import FABRIC, METAL, TOYS, WOOD, WOOD_OR_PAINT
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Rgb
    from training.furniture.families.shapes import Parts

PAINT = {**WOOD_OR_PAINT, "#ebeae6": 6, "#c8a878": 4, "#a9c0c8": 0.6}


def _bars(
    p: Blocks,
    begin: tuple[float, float],
    end: tuple[float, float],
    heights: tuple[float, float],
    gap: float,
    radius: float,
    color: Rgb,
) -> None:
    (x0, y0), (x1, y1) = begin, end
    count = int(np.hypot(x1 - x0, y1 - y0) / gap)
    for t in np.linspace(0, 1, max(2, count)):
        x, y = x0 + t * (x1 - x0), y0 + t * (y1 - y0)
        p.rod([(x, y, heights[0]), (x, y, heights[1])], radius, color)


def _mattress(
    p: Blocks, rng: np.random.Generator, w: float, d: float, z: float, sheet: Rgb
) -> None:
    p.block((w, d, 0.12), (0, 0, z), "#e9e6df", round=0.02)
    p.block(
        (w * 1.01, d * rng.uniform(0.5, 0.75), 0.03), (0, d * 0.12, z + 0.105), sheet, round=0.012
    )


@family("crib", mount="floor")
def crib(rng: np.random.Generator) -> Parts:
    """Barred sides around a mattress; some with a canopy or wheels."""
    p = Blocks(wooden=True)
    wood, cloth = (
        choose(rng, PAINT),
        choose(rng, {**FABRIC, "#a9c4d8": 2, "#e3b8c0": 2, "#eceae4": 3}),
    )
    w, d, h, low = (
        rng.uniform(0.62, 0.8),
        rng.uniform(1.2, 1.45),
        rng.uniform(0.85, 1.1),
        rng.uniform(0.25, 0.5),
    )
    for x in (-1, 1):
        for y in (-1, 1):
            p.block((0.045, 0.045, h + 0.02), (x * w / 2, y * d / 2, 0), wood)
        for z in (0.18, h - 0.05):
            p.block((0.03, d, 0.05), (x * w / 2, 0, z), wood)
        _bars(
            p,
            (x * w / 2, -d / 2 + 0.08),
            (x * w / 2, d / 2 - 0.08),
            (0.2, h - 0.03),
            0.085,
            0.008,
            wood,
        )
    solid = rng.random() < 0.4
    for y in (-1, 1):
        if solid:
            p.block((w, 0.025, h - 0.15), (0, y * d / 2, 0.15), wood)
        else:
            for z in (0.18, h - 0.05):
                p.block((w, 0.03, 0.05), (0, y * d / 2, z), wood)
            _bars(
                p,
                (-w / 2 + 0.08, y * d / 2),
                (w / 2 - 0.08, y * d / 2),
                (0.2, h - 0.03),
                0.085,
                0.008,
                wood,
            )
    _mattress(p, rng, w * 0.94, d * 0.95, low, cloth)
    if rng.random() < 0.35:
        p.blob(
            (0.09, 0.12, 0.09), (rng.uniform(-0.1, 0.1), -d * 0.25, low + 0.16), choose(rng, TOYS)
        )
    if rng.random() < 0.3:
        for y in (-1, 1):
            p.block((w * 0.94, 0.02, 0.25), (0, y * d * 0.46, low + 0.1), cloth)
    return p


@family("bunk bed", mount="floor", has_front=True)
def bunk_bed(rng: np.random.Generator) -> Parts:
    """Two beds on top of each other with rails and a ladder; wood or steel tubes."""
    p = Blocks(wooden=True)
    frame = choose(rng, {**PAINT, "#2e2f31": 1.5, "#b4b6b8": 1.5, "#b83a34": 0.4})
    long, wide, h = rng.uniform(1.95, 2.1), rng.uniform(0.85, 1.05), rng.uniform(1.5, 1.85)
    t = rng.uniform(0.035, 0.08)
    levels = (rng.uniform(0.2, 0.35), h - rng.uniform(0.35, 0.45))
    for x in (-1, 1):
        for y in (-1, 1):
            p.block((t, t, h), (x * (long / 2), y * wide / 2, 0), frame)
        for z in (levels[0], levels[0] + 0.3, levels[1], h - 0.08):
            p.block((0.03, wide, 0.07), (x * long / 2, 0, z), frame)
    for z in levels:
        cloth = choose(rng, {**FABRIC, "#3a6fb5": 1.2, "#c8342f": 0.6, "#e0b830": 0.5})
        for y in (-1, 1):
            p.block((long, 0.03, 0.1), (0, y * wide / 2, z), frame)
        p.block((long * 0.97, wide * 0.92, 0.15), (0, 0, z + 0.04), "#e9e6df", round=0.03)
        p.block(
            (long * rng.uniform(0.55, 0.72), wide * 0.96, 0.05),
            (-long * 0.12, 0, z + 0.17),
            cloth,
            round=0.02,
        )
        p.block(
            (0.4, wide * 0.6, 0.1),
            (long * 0.36, 0, z + 0.17),
            choose(rng, {"#f0efeb": 4, "#a9c4d8": 1, "#b9b0a0": 1}),
            round=0.04,
        )
    side = rng.choice([-1, 1])
    for z in np.linspace(levels[1] + 0.22, h - 0.06, 2):
        p.block((long, 0.025, 0.06), (0, -wide / 2, z), frame)
        p.block((long * 0.68, 0.025, 0.06), (-side * long * 0.16, wide / 2, z), frame)
    x = side * long * 0.36
    steep = rng.choice([0, 0.25])
    for s in (-0.18, 0.18):
        p.rod([(x + s, wide / 2 + 0.03 + steep, 0), (x + s, wide / 2 + 0.03, h - 0.1)], 0.02, frame)
    for k in np.linspace(0.15, 0.85, 5):
        p.rod(
            [
                (x - 0.18, wide / 2 + 0.03 + steep * (1 - k), k * h),
                (x + 0.18, wide / 2 + 0.03 + steep * (1 - k), k * h),
            ],
            0.016,
            frame,
        )
    return p


@family("high chair", mount="floor", has_front=True)
def high_chair(rng: np.random.Generator) -> Parts:
    """A child's seat with a tray: wood, plastic on four legs, or on a folding frame."""
    p = Blocks(wooden=True)
    frame = choose(rng, {**WOOD, "#ececea": 4, "#8f9294": 1.5, "#2e2f31": 1})
    cloth = choose(
        rng, {**FABRIC, "#a9c4a8": 1, "#e0b830": 0.6, "#3a6fb5": 0.8, "#c8342f": 0.7, "#ececea": 3}
    )
    seat, w = rng.uniform(0.48, 0.6), rng.uniform(0.3, 0.38)
    foot = w * rng.uniform(1.25, 1.7)
    kind = rng.integers(3)
    for x in (-1, 1):
        if kind == 0:  # an A of two slanting boards
            p.rod([(x * w / 2, foot * 0.6, 0), (x * w / 2, -w * 0.4, seat + 0.3)], 0.022, frame)
            p.rod([(x * w / 2, foot * 0.6, 0.02), (x * w / 2, -foot * 0.6, 0.02)], 0.022, frame)
        else:
            for y in (-1, 1):
                p.rod(
                    [(x * foot / 2, y * foot / 2, 0), (x * w * 0.42, y * w * 0.38, seat)],
                    0.016,
                    frame,
                )
    if kind != 2:
        p.block((w, w * 0.6, 0.02), (0, w * 0.2, seat * 0.4), frame)
    p.block((w, w * 0.9, 0.05), (0, 0, seat), cloth if kind else frame, round=0.018)
    p.block(
        (w, 0.045, rng.uniform(0.3, 0.42)),
        (0, -w * 0.42, seat + 0.03),
        cloth,
        round=0.018,
        tilt=("x", 7),
    )
    for x in (-1, 1):
        p.block(
            (0.03, w * 0.9, 0.14),
            (x * w * 0.5, 0, seat + 0.05),
            frame if rng.random() < 0.5 else cloth,
            round=0.01,
        )
    if rng.random() < 0.85:
        tray = choose(rng, {"#ececea": 5, "#b9bbbd": 1, "#c8a878": 1.5})
        p.block((w * 1.35, w * 0.75, 0.02), (0, w * 0.65, seat + 0.2), tray, round=0.009)
        p.block((w * 1.35, 0.015, 0.035), (0, w * 1.02, seat + 0.2), tray)
    return p


@family("changing table", mount="floor", has_front=True)
def changing_table(rng: np.random.Generator) -> Parts:
    """A padded top with rims over drawers or open shelves."""
    p = Blocks(wooden=True)
    wood, pad = (
        choose(rng, PAINT),
        choose(rng, {"#ececea": 3, "#a9c4d8": 2, "#e3b8c0": 1.5, "#d8cfa8": 1, "#b4c8b0": 1}),
    )
    w, d, h = rng.uniform(0.75, 1.05), rng.uniform(0.48, 0.75), rng.uniform(0.85, 0.98)
    shelves = rng.random() < 0.45
    if shelves:
        for x in (-1, 1):
            for y in (-1, 1):
                p.block((0.05, 0.05, h), (x * (w / 2 - 0.025), y * (d / 2 - 0.025), 0), wood)
        for z in (0.12, h * 0.5):
            p.block((w, d, 0.02), (0, 0, z), wood)
            for x in rng.permutation([-0.3, 0, 0.3])[: rng.integers(0, 4)]:
                p.block(
                    (w * 0.26, d * 0.6, 0.17),
                    (x * w, 0, z + 0.02),
                    choose(rng, {**FABRIC, "#c8a878": 2, "#ececea": 2}),
                )
    else:
        p.block((w, d, h - 0.08), (0, 0, 0.06), wood)
        rows, metal = int(rng.integers(2, 5)), choose(rng, METAL)
        tall = (h - 0.12) / rows
        for i in range(rows):
            p.block((w - 0.05, 0.016, tall - 0.02), (0, d / 2, 0.08 + i * tall), wood * 1.05)
            for sx in (-0.25, 0.25):
                p.blob(
                    (0.015, 0.018, 0.015), (sx * w, d / 2 + 0.02, 0.08 + (i + 0.5) * tall), metal
                )
        for sx in (-0.44, 0.44):
            for sy in (-0.4, 0.4):
                p.block((0.05, 0.05, 0.07), (sx * w, sy * d, 0), wood * 0.85)
    p.block((w, d, 0.025), (0, 0, h - 0.025), wood)
    for x in (-1, 1):
        p.block((0.02, d, 0.12), (x * (w / 2 - 0.01), 0, h), wood)
    p.block((w, 0.02, 0.12), (0, -d / 2 + 0.01, h), wood)
    p.block((w * 0.9, d * 0.88, 0.05), (0, 0.01, h), pad, round=0.02)
    for x in (-1, 1):
        p.block((w * 0.16, d * 0.86, 0.09), (x * w * 0.38, 0.01, h), pad, round=0.035)
    return p
