"""Things for sport and games."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import TOYS
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.shapes import Parts

FRAME = {"#26272a": 5, "#b4b6b8": 2, "#ececea": 1.5, "#a83a34": 0.7, "#3f6fa8": 0.5, "#e0b830": 0.3}


@family("ball", mount="floor")
def ball(rng: np.random.Generator) -> Parts:
    """A football, a basketball, a tennis ball, a beach ball or one to sit on."""
    p = Blocks()
    kind = int(rng.integers(5))
    r = (0.11, 0.12, 0.033, rng.uniform(0.12, 0.2), rng.uniform(0.27, 0.36))[kind] * rng.uniform(
        0.95, 1.04
    )
    base = choose(
        rng,
        (
            {"#ececea": 1},
            {"#c86a2c": 4, "#a8502c": 1},
            {"#c8d840": 3, "#b8302c": 0.5},
            TOYS,
            {**TOYS, "#8f9294": 3, "#7fa4b8": 1},
        )[kind],
    )
    second = choose(
        rng,
        (
            {"#202123": 3, "#3a6fb5": 1, "#c8342f": 1, "#e0b830": 0.5},
            {"#26201c": 1},
            {"#ececea": 1},
            {**TOYS, "#ececea": 3},
            {"#55585b": 1},
        )[kind],
    )
    rows, columns = 16, 32
    u, v = np.meshgrid(
        np.linspace(0, np.pi, rows + 1), np.linspace(0, 2 * np.pi, columns + 1), indexing="ij"
    )
    points = np.stack([r * np.sin(u) * np.cos(v), r * np.sin(u) * np.sin(v), r * np.cos(u)], 2)
    a, b = u[:-1, :-1] + np.pi / 2 / rows, v[:-1, :-1]
    if kind == 0:
        spots = np.array(
            [
                (0, 0),
                (np.pi, 0),
                *[(1.107, i * 1.257) for i in range(5)],
                *[(2.034, i * 1.257 + 0.628) for i in range(5)],
            ]
        )
        near = [
            np.arccos(np.clip(np.cos(a) * np.cos(t) + np.sin(a) * np.sin(t) * np.cos(b - f), -1, 1))
            for t, f in spots
        ]
        mask = np.min(near, axis=0) < 0.36
    elif kind == 1:
        mask = (
            (np.abs(np.sin(b)) < 0.1)
            | (np.abs(np.cos(a)) < 0.06)
            | (np.abs(np.sin(a) * np.cos(b)) > 0.82) & (np.abs(np.sin(a) * np.cos(b)) < 0.9)
        )
    elif kind == 2:
        mask = np.abs(np.cos(a) - 0.6 * np.sin(2 * b)) < 0.12
    elif kind == 3:
        mask = np.floor(b / (2 * np.pi) * 6) % 2 == 0
    else:
        mask = np.floor(a / np.pi * 16) % 4 == 0
    p.surface(points, np.where(mask[..., None], second, base).clip(0, 255).astype(np.uint8)).turn(
        "x", rng.uniform(0, 90), (0, 0, 0)
    )
    return p


@family("skateboard", mount="floor")
def skateboard(rng: np.random.Generator) -> Parts:
    """A board on four wheels, its ends bent up; lies, or leans upside down."""
    p = Blocks()
    long, wide = rng.uniform(0.55, 1.0), rng.uniform(0.15, 0.24)
    deck = choose(rng, {"#26272a": 5, **TOYS, "#b08a5a": 2})
    t = np.linspace(-1, 1, 17)
    lift = 0.05 * (np.abs(t) - 0.68).clip(0) / 0.32
    for dz, color in (
        (0.0, deck if rng.random() < 0.4 else choose(rng, {"#b08a5a": 2, **TOYS})),
        (0.011, deck),
    ):
        half = wide / 2 * np.sqrt(np.clip(1 - ((np.abs(t) - 0.8).clip(0) / 0.2) ** 2, 0.05, 1))
        p.sheet(
            [
                [
                    (x * long / 2, s * h, 0.085 + up + dz)
                    for x, h, up in zip(t, half, lift, strict=True)
                ]
                for s in (-1, 1)
            ],
            color,
        )
    wheel, metal = choose(rng, {"#ececea": 4, "#d8c080": 1, **TOYS}), "#9a9ca0"
    for x in (-0.3, 0.3):
        p.block((0.05, 0.08, 0.035), (x * long, 0, 0.05), metal)
        p.post(0.008, wide * 0.9, (x * long, -wide * 0.45, 0.04), metal, axis="y")
        for s in (-1, 1):
            p.post(0.028, 0.035, (x * long, s * wide * 0.38 - 0.0175, 0.028), wheel, axis="y")
    if rng.random() < 0.2:
        for part in p.parts:
            part.turn("x", 180, (0, 0, 0))
    return p


@family("dumbbell", mount="floor")
def dumbbell(rng: np.random.Generator) -> Parts:
    """One or a pair: hexagonal, with disks, or of coloured vinyl."""
    p = Blocks()
    kind = int(rng.integers(3))
    head = choose(
        rng,
        (
            {"#26272a": 6, "#55585b": 1},
            {"#26272a": 3, "#8e9092": 2},
            {**TOYS, "#26272a": 1, "#8f9294": 1},
        )[kind],
    )
    metal = choose(rng, {"#b4b6b8": 4, "#26272a": 2})
    long, r = rng.uniform(0.2, 0.38), rng.uniform(0.035, 0.09)
    for i in range(int(rng.integers(1, 3))):
        y = i * (2 * r + 0.05)
        grip = long * 0.42
        p.post(0.015, grip, (-grip / 2, y, r), metal if kind < 2 else head, axis="x")
        for s in (-1, 1):
            x = s * (grip / 2 + (long - grip) / 4)
            if kind == 1:
                for k, thick in ((1, 0.03), (0.75, 0.022)):
                    p.post(
                        r * k,
                        thick,
                        (s * (grip / 2 + 0.016 + (1 - k) * 0.1) - thick / 2, y, r),
                        head,
                        axis="x",
                    )
                p.post(0.014, 0.05, (x - 0.025, y, r), metal, axis="x")
            else:
                hexagon = [
                    (r * np.cos(a), r * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 7)[:-1]
                ]
                p.slab(hexagon, (long - grip) / 2, (x, y, r * 0.88), head, axis="x")
    return p


@family("exercise bench", mount="floor")
def exercise_bench(rng: np.random.Generator) -> Parts:
    """A flat or inclined padded bench, often with a barbell in its rack."""
    p = Blocks()
    frame, pad = (
        choose(rng, FRAME),
        choose(rng, {"#202123": 6, "#55585b": 1, "#a62a2a": 1, "#3f5878": 0.7}),
    )
    long, h = rng.uniform(1.1, 1.35), rng.uniform(0.42, 0.5)
    p.block((0.06, long, 0.06), (0, 0, h - 0.12), frame)
    for y in (-0.42, 0.42):
        p.block((0.06, 0.06, h - 0.1), (0, y * long, 0), frame)
        p.block((rng.uniform(0.4, 0.6), 0.06, 0.05), (0, y * long, 0), frame)
    tilt = rng.choice([0, 0, rng.uniform(20, 60)])
    split = long * 0.32
    p.block((0.28, split, 0.06), (0, long / 2 - split / 2, h - 0.06), pad, round=0.02)
    p.block(
        (0.28, long - split - 0.03, 0.06),
        (0, -(long - split - 0.03) / 2, 0),
        pad,
        round=0.02,
        tilt=None,
    ).turn("x", -tilt, (0, 0, 0)).move(0, long / 2 - split - 0.03, h - 0.06)
    if tilt:
        p.rod(
            [(0, -long * 0.2, h - 0.1), (0, -long * 0.25, h + 0.25 * np.sin(np.radians(tilt)))],
            0.02,
            frame,
        )
    if rng.random() < 0.55:
        w, top = rng.uniform(0.5, 1.0), rng.uniform(0.85, 1.1)
        y = -long * 0.45
        for s in (-1, 1):
            p.block((0.06, 0.06, top), (s * w / 2, y, 0), frame)
        p.block((w, 0.05, 0.05), (0, y, h * 0.3), frame)
        if rng.random() < 0.7:
            p.post(0.014, 1.5, (-0.75, y + 0.05, top), "#b4b6b8", axis="x")
            for s in (-1, 1):
                for k in range(int(rng.integers(1, 4))):
                    p.post(
                        0.2 - 0.04 * k,
                        0.035,
                        (s * (0.6 + 0.045 * k) - 0.017, y + 0.05, top),
                        choose(rng, {"#26272a": 5, "#b83a34": 0.5, "#3f6fa8": 0.5}),
                        axis="x",
                    )
    if rng.random() < 0.4:
        for z in (h - 0.15, 0.15):
            p.post(0.05, 0.4, (-0.2, long / 2 + 0.06, z), pad, axis="x")
        p.rod([(0, long / 2, h - 0.1), (0, long / 2 + 0.06, 0.15)], 0.02, frame)
    return p


@family("treadmill", mount="floor", has_front=True)
def treadmill(rng: np.random.Generator) -> Parts:
    """A belt with handrails and a console; some flat ones for under a desk."""
    p = Blocks()
    frame, trim = choose(rng, FRAME), choose(rng, {"#26272a": 4, "#8f9294": 2, "#b4b6b8": 1})
    w, long, h = rng.uniform(0.65, 0.85), rng.uniform(1.3, 1.8), rng.uniform(0.1, 0.22)
    p.block((w * 0.95, long, h * 0.8), (0, 0, 0), trim)
    p.block((w * 0.68, long * 0.95, 0.01), (0, 0.02, h * 0.8), "#1c1c1e")
    for s in (-1, 1):
        p.block((w * 0.13, long, h * 0.25), (s * w * 0.41, 0, h * 0.8), frame)
    p.block((w, long * 0.2, h * 1.35), (0, -long * 0.42, 0), frame, round=0.03)
    if rng.random() < 0.12:
        return p
    top, y = rng.uniform(1.1, 1.35), -long * 0.4
    for s in (-1, 1):
        p.block((0.06, 0.09, top), (s * w * 0.47, y, 0), frame, tilt=("x", rng.uniform(2, 6)))
        p.rod(
            [
                (s * w * 0.47, y - 0.06, top - 0.1),
                (s * w * 0.47, y + rng.uniform(0.25, 0.6), top - 0.2),
            ],
            0.022,
            trim,
        )
    p.block((w, 0.06, 0.22), (0, y - 0.06, top - 0.08), frame, tilt=("x", 30))
    p.block((w * 0.4, 0.01, 0.12), (0, y - 0.045, top - 0.03), "#18262c", tilt=("x", 30))
    p.rod([(-w * 0.47, y + 0.1, top - 0.22), (w * 0.47, y + 0.1, top - 0.22)], 0.02, trim)
    return p


@family("exercise bike", mount="floor")
def exercise_bike(rng: np.random.Generator) -> Parts:
    """Upright with a flywheel, handlebar, saddle and pedals."""
    p = Blocks()
    frame, second = choose(rng, FRAME), choose(rng, {"#26272a": 4, "#b4b6b8": 2, "#a83a34": 1})
    long, seat, bar = rng.uniform(0.75, 1.0), rng.uniform(0.75, 0.95), rng.uniform(1.0, 1.2)
    for x in (-0.5, 0.5):
        p.post(0.03, 0.5, (x * long, -0.25, 0.035), frame, axis="y")
    p.rod([(-long / 2, 0, 0.04), (0, 0, 0.28), (long / 2, 0, 0.04)], 0.035, frame)
    r, x = rng.uniform(0.18, 0.25), long * 0.22
    if rng.random() < 0.6:
        p.post(r, 0.05, (x, -0.025, r + 0.08), second, axis="y")
    else:
        p.block((r * 2.4, 0.16, r * 2), (x - 0.05, 0, 0.1), second, round=0.06)
    p.rod([(0, 0, 0.28), (-long * 0.25, 0, seat - 0.05)], 0.028, frame)
    p.rod([(0, 0, 0.28), (long * 0.25, 0, 0.45), (long * 0.27, 0, bar - 0.05)], 0.03, frame)
    p.blob((0.13, 0.09, 0.045), (-long * 0.27, 0, seat), "#202123")
    p.blob((0.12, 0.035, 0.03), (-long * 0.27 + 0.13, 0, seat), "#202123")
    p.rod(
        [
            (long * 0.2, -0.24, bar + 0.05),
            (long * 0.29, -0.2, bar),
            (long * 0.29, 0.2, bar),
            (long * 0.2, 0.24, bar + 0.05),
        ],
        0.016,
        "#26272a",
    )
    p.block((0.03, 0.2, 0.13), (long * 0.3, 0, bar), second, tilt=("y", -25))
    for s in (-1, 1):
        p.rod([(0, s * 0.05, 0.3), (s * 0.12, s * 0.09, 0.3 - 0.1 * s)], 0.013, "#8e9092")
        p.block((0.09, 0.09, 0.02), (s * 0.12, s * 0.13, 0.29 - 0.1 * s), "#202123")
    return p


@family("punching bag", mount="floor")
def punching_bag(rng: np.random.Generator) -> Parts:
    """On a stand of its own, or hanging from a frame by chains."""
    p = Blocks()
    skin = choose(rng, {"#202123": 5, "#a62a2a": 2.5, "#6a4228": 1, "#3f5878": 0.7, "#c8c0b0": 0.4})
    r, tall = rng.uniform(0.13, 0.19), rng.uniform(0.7, 1.2)
    if rng.random() < 0.5:
        base = rng.uniform(0.12, 0.4)
        p.spun(
            [(0, 0), (0.27, 0), (0.29, base * 0.3), (0.2, base), (0, base)], (0, 0, 0), "#202123"
        )
        p.post(0.06, 0.25, (0, 0, base), "#55585b")
        p.spun(
            [(0, 0), (r, 0.02), (r, tall), (r * 0.8, tall + 0.05), (0, tall + 0.06)],
            (0, 0, base + 0.2),
            skin,
        )
        z = base + 0.2
    else:
        h, frame = rng.uniform(2.0, 2.3), choose(rng, FRAME)
        for s in (-1, 1):
            p.rod([(s * 0.5, -0.6, 0.03), (s * 0.18, -0.6, 0.03)], 0.03, frame)
            p.rod([(s * 0.5, -0.6, 0.03), (s * 0.45, 0.35, 0.03)], 0.03, frame)
        p.rod([(-0.5, -0.6, 0.03), (0.5, -0.6, 0.03)], 0.03, frame)
        p.rod([(0, -0.6, 0), (0, -0.6, h), (0, 0.05, h)], 0.035, frame)
        z = h - tall - 0.3
        p.spun([(0, 0), (r, 0.01), (r, tall), (0, tall)], (0, 0, z), skin)
        for a in (0, 1.6, 3.1, 4.7):
            p.rod([(r * np.cos(a), r * np.sin(a), z + tall), (0, 0, h)], 0.006, "#8e9092")
    if rng.random() < 0.5:
        p.spun(
            [(r * 1.01, 0), (r * 1.012, 0.05), (r * 1.01, 0.1)],
            (0, 0, z + tall * 0.55),
            choose(rng, {"#ececea": 2, "#c8342f": 1, "#e0b830": 1}),
        )
    return p
