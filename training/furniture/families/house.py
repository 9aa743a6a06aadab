"""Baskets, pots, steps, carts, islands, and what pets have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose, ring
from training.furniture.families.color_tables import CERAMIC, FABRIC, METAL, TOYS, WOOD
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.shapes import Parts

WICKER = {
    "#b08a5a": 5,
    "#8a5a34": 2.5,
    "#d8c09a": 2,
    "#6a4a30": 1.5,
    "#ececea": 1.5,
    "#8c8a86": 1.5,
    "#3a3b3e": 0.8,
}


@family("basket", mount="floor")
def basket(rng: np.random.Generator) -> Parts:
    """Round, oval or oblong; woven rings; with a handle, two ears or none; some with a cloth."""
    p = Blocks()
    color = choose(rng, WICKER)
    r, h = rng.uniform(0.12, 0.25), rng.uniform(0.12, 0.38)
    foot, squash = rng.uniform(0.75, 1), rng.choice([1, rng.uniform(0.6, 0.8)])
    if rng.random() < 0.6:
        p.spun(
            [(0, 0), (r * foot, 0), (r, h), (r * 0.95, h), (r * foot * 0.94, 0.015), (0, 0.015)],
            (0, 0, 0),
            color,
            squash=squash,
        )
        for i, z in enumerate(np.linspace(0.06, 0.97, 8)):
            k = r * (foot + (1 - foot) * z)
            p.spun(
                [(k * 0.99, h * z - 0.012), (k + 0.007, h * z), (k * 0.99, h * z + 0.012)],
                (0, 0, 0),
                color * (0.86 if i % 2 else 1.06),
                squash=squash,
            )
        x, y = r, r * squash
    else:
        x, y = r * rng.uniform(0.9, 1.3), r * rng.uniform(0.7, 0.95)
        p.sheet([ring(x * foot, y * foot, 0), ring(x, y, h)], color)
        p.sheet(
            [ring(x * foot * 0.95, y * foot * 0.95, 0.01), ring(x * 0.96, y * 0.96, h)],
            color * 0.75,
        )
        p.block((2 * x * foot * 0.96, 2 * y * foot * 0.96, 0.014), (0, 0, 0), color * 0.75)
        for z in np.linspace(0.1, 1, 7):
            k = foot + (1 - foot) * z
            p.rod(ring(x * k, y * k, z * h), 0.008, color * rng.uniform(0.82, 1.05))
    handle = rng.integers(3)
    if handle == 0:
        p.curve(
            [
                (-x, 0, h * 0.9),
                (-x * 0.85, 0, h + r * 0.7),
                (0, 0, h + r),
                (x * 0.85, 0, h + r * 0.7),
                (x, 0, h * 0.9),
            ],
            0.011,
            color * 0.9,
            20,
        )
    elif handle == 1:
        for s in (-1, 1):
            p.curve(
                [
                    (s * x, -0.06, h * 0.95),
                    (s * x * 1.02, -0.05, h + 0.05),
                    (s * x * 1.02, 0.05, h + 0.05),
                    (s * x, 0.06, h * 0.95),
                ],
                0.009,
                color * 0.85,
            )
    if rng.random() < 0.45:
        cloth = choose(rng, {**FABRIC, "#ececea": 3})
        for _ in range(int(rng.integers(1, 4))):
            p.blob(
                (x * 0.55, y * 0.5, 0.06),
                (
                    rng.uniform(-0.25, 0.25) * x,
                    rng.uniform(-0.2, 0.2) * y,
                    h * rng.uniform(0.6, 0.95),
                ),
                cloth * rng.uniform(0.85, 1.1),
            )
    return p


@family("plant pot", mount="floor")
def plant_pot(rng: np.random.Generator) -> Parts:
    """An empty pot or one with soil: a cone with a rim, a box, a bowl; with or without a saucer."""
    p = Blocks()
    color = choose(rng, {"#b0684a": 5, **CERAMIC, "#8d8a84": 2, "#2e2f31": 2})
    r, k = rng.uniform(0.06, 0.2), rng.uniform(0.8, 1.25)
    h = 1.7 * r * k
    kind = int(rng.integers(4))
    if kind == 0:
        p.spun(
            [
                (0, 0),
                (r * 0.68, 0),
                (r * 0.92, h * 0.78),
                (r, h * 0.78),
                (r, h),
                (r * 0.9, h),
                (r * 0.85, h * 0.75),
            ],
            (0, 0, 0),
            color,
        )
    elif kind == 1:
        p.spun(
            [(0, 0), (r * 0.9, 0), (r, h * 0.1), (r, h), (r * 0.9, h), (r * 0.9, h * 0.75)],
            (0, 0, 0),
            color,
        )
    elif kind == 2:
        p.spun(
            [
                (0, 0),
                (r * 0.5, 0),
                (r * 0.95, h * 0.25),
                (r, h * 0.5),
                (r * 0.8, h * 0.8),
                (r * 0.72, h * 0.8),
                (r * 0.7, h * 0.6),
            ],
            (0, 0, 0),
            color,
        )
    else:
        for s in (-1, 1):
            p.block((2 * r, r * 0.15, h), (0, s * r * 0.92, 0), color)
            p.block((r * 0.15, 2 * r, h), (s * r * 0.92, 0, 0), color)
        p.block((1.9 * r, 1.9 * r, 0.02), (0, 0, 0), color)
    soil = "#3a2a20" if rng.random() < 0.7 else color * 0.7
    if kind == 3:
        p.block((1.75 * r, 1.75 * r, 0.01), (0, 0, h * 0.75), soil)
    else:
        p.post(
            r * 0.86 if kind != 2 else r * 0.7, 0.01, (0, 0, h * (0.75 if kind != 2 else 0.6)), soil
        )
    if rng.random() < 0.4:
        p.spun(
            [
                (0, 0),
                (r * 0.95, 0),
                (r * 1.15, 0.025),
                (r * 1.1, 0.025),
                (r * 0.9, 0.006),
                (0, 0.006),
            ],
            (0, 0, -0.005),
            color * 0.95,
        )
    return p


@family("watering can", mount="floor")
def watering_can(rng: np.random.Generator) -> Parts:
    """A can with a long spout, a rose and a handle."""
    p = Blocks()
    color = choose(
        rng,
        {
            "#3f7a4a": 4,
            "#8e9296": 3,
            "#3f6fa8": 1,
            "#b83a34": 1,
            "#e0b830": 0.7,
            "#ececea": 1,
            "#2e2f31": 1,
            "#b07040": 0.8,
            "#d8a0a8": 0.4,
        },
    )
    r, h = rng.uniform(0.075, 0.13), rng.uniform(0.14, 0.28)
    p.spun(
        [
            (0, 0),
            (r, 0),
            (r * rng.uniform(0.75, 1), h),
            (r * 0.5, h),
            (r * 0.5, h * 0.9),
            (0, h * 0.9),
        ],
        (0, 0, 0),
        color,
        squash=rng.uniform(0.75, 1),
    )
    reach, rise = r + rng.uniform(0.14, 0.26), h * rng.uniform(1.0, 1.45)
    p.rod([(r * 0.85, 0, h * 0.18), (reach, 0, rise)], r * 0.13, color)
    if rng.random() < 0.65:
        p.spun(
            [(0, 0), (0.014, 0), (r * 0.4, 0.04), (0, 0.045)],
            (reach - 0.008, 0, rise - 0.008),
            color * 0.85,
            tilt=("y", 50),
        )
    if rng.random() < 0.5:
        p.rod(
            [(r * 0.5, 0, h * 0.95), ((r + reach) / 2, 0, h * 0.18 + (rise - h * 0.18) * 0.5)],
            0.006,
            color,
        )
    p.curve(
        [
            (r * 0.4, 0, h),
            (r * 0.1, 0, h + r * 0.9),
            (-r * 0.7, 0, h + r * 0.7),
            (-r * 1.6, 0, h * 0.7),
            (-r * 0.9, 0, h * 0.25),
        ],
        0.01,
        color * 0.9,
        20,
    )
    return p


@family("pet bed", mount="floor")
def pet_bed(rng: np.random.Generator) -> Parts:
    """A round or oblong bolster around a cushion, its front lower; or a plain cushion."""
    p = Blocks()
    rim, pad = choose(rng, FABRIC), choose(rng, {**FABRIC, "#d8d2c6": 3})
    x, y, t = rng.uniform(0.25, 0.48), rng.uniform(0.22, 0.36), rng.uniform(0.055, 0.095)
    kind = int(rng.integers(3))
    if kind == 2:
        p.block((2 * x, 2 * y, t * 1.8), (0, 0, 0), rim, round=t * 0.8)
        return p
    if kind == 0:
        a = np.linspace(0, 2 * np.pi, 33)
        path = np.stack([x * np.cos(a), y * np.sin(a), t - 0.4 * t * np.sin(a) ** 6], 1)
        p.curve(path.tolist(), t, rim, 50)
        p.spun([(0, 0), (1, 0), (1, 0.6 * t), (0, 0.9 * t)], (0, 0, 0), pad).points *= np.array(
            [x, y, 1]
        )
    else:
        p.block((2 * x, 2 * y, t), (0, 0, 0), pad, round=t * 0.4)
        for s in (-1, 1):
            p.block((t * 1.8, 2 * y, t * 2.6), (s * (x - t * 0.9), 0, 0), rim, round=t * 0.8)
        p.block((2 * x, t * 1.8, t * 2.6), (0, -(y - t * 0.9), 0), rim, round=t * 0.8)
        for s in (-1, 1):
            p.block((x * 0.6, t * 1.8, t * 2.2), (s * x * 0.68, y - t * 0.9, 0), rim, round=t * 0.8)
    return p


@family("cat tree", mount="floor")
def cat_tree(rng: np.random.Generator) -> Parts:
    """Posts wound with sisal, carpeted platforms, a house and a hammock; or one post alone."""
    p = Blocks()
    plush, sisal = (
        choose(
            rng,
            {
                "#b9b0a0": 4,
                "#8c8a86": 3,
                "#d8d2c6": 3,
                "#7a5a44": 1.5,
                "#4a4c50": 1,
                "#3f5878": 0.4,
            },
        ),
        choose(rng, {"#c8a878": 3, "#d8c8a0": 1}),
    )
    w, d, t = rng.uniform(0.4, 0.6), rng.uniform(0.38, 0.5), 0.03
    p.block((w, d, 0.04), (0, 0, 0), plush)
    r = rng.uniform(0.04, 0.05)
    if rng.random() < 0.2:
        h = rng.uniform(0.5, 0.85)
        p.post(r * 1.2, h, (0, 0, 0.04), sisal)
        p.post(r * 3 if rng.random() < 0.5 else r * 1.3, t, (0, 0, 0.04 + h), plush)
        return p
    posts = [(-w * 0.36, -d * 0.34), (w * 0.36, -d * 0.3), (-w * 0.2, d * 0.3)]
    z = 0.04
    if rng.random() < 0.7:
        box = rng.uniform(0.26, 0.34)
        p.block((w * 0.7, d * 0.8, box), (w * 0.1, 0, z), plush * 0.95)
        p.post(0.085, 0.006, (w * 0.1, d * 0.4, z + box * 0.5), "#2a2624", axis="y")
        posts, z0 = posts[:2], z + box
    else:
        z0 = z
    levels = int(rng.integers(2, 5))
    for i in range(levels):
        gap = rng.uniform(0.28, 0.45)
        for x, y in posts[: 2 if i else 3]:
            p.post(
                r,
                z0 + gap - (z if i == 0 else z0),
                (x, y, z if i == 0 else z0),
                sisal if rng.random() < 0.8 else plush,
            )
        z0 += gap
        side = rng.choice([-1, 1])
        p.block(
            (w * rng.uniform(0.6, 1), d * rng.uniform(0.65, 0.95), t),
            (side * w * 0.08, 0, z0),
            plush,
        )
        z0 += t
    if rng.random() < 0.6:
        p.spun(
            [(0, 0.03), (0.16, 0.03), (0.19, 0.11), (0.15, 0.11), (0.13, 0.05), (0, 0.05)],
            (0, 0, z0 - 0.03),
            plush * 1.06,
        )
    if rng.random() < 0.5:
        p.rod([(w * 0.3, d * 0.3, z0 - 0.02), (w * 0.3, d * 0.3, z0 - 0.2)], 0.003, "#ececea")
        p.blob((0.025, 0.025, 0.025), (w * 0.3, d * 0.3, z0 - 0.22), choose(rng, TOYS))
    return p


@family("step stool", mount="floor", has_front=True)
def step_stool(rng: np.random.Generator) -> Parts:
    """Two or three steps of wood or plastic, or on a folding frame with a hoop."""
    p = Blocks(wooden=True)
    color = choose(
        rng,
        {
            **WOOD,
            "#ececea": 3,
            "#8c8f92": 2,
            "#26272a": 1,
            "#b83a34": 0.7,
            "#3f6fa8": 0.7,
            "#5c9a5e": 0.4,
        },
    )
    n, w = int(rng.choice([1, 2, 2, 3])), rng.uniform(0.32, 0.46)
    rise, run = rng.uniform(0.19, 0.25), rng.uniform(0.17, 0.24)
    frame = color if rng.random() < 0.5 else choose(rng, METAL)
    depth = n * run
    if rng.random() < 0.5:
        for s in (-1, 1):
            outline = [(depth / 2 - 0.01, 0.0)]
            for i in range(n):
                outline += [
                    (depth / 2 - 0.01 - i * run, (i + 1) * rise - 0.02),
                    (
                        depth / 2 - 0.01 - (i + 1) * run + (0.02 if i == n - 1 else 0),
                        (i + 1) * rise - 0.02,
                    ),
                ]
            p.slab(
                [*outline, (-depth / 2 + 0.01, 0)],
                0.025,
                (s * (w / 2 - 0.02), 0, 0),
                frame,
                axis="x",
            )
    else:
        for s in (-1, 1):
            top = n * rise
            p.rod(
                [
                    (s * w / 2, depth / 2 + 0.02, 0),
                    (s * w * 0.46, -depth / 2 + run * 0.8, top - 0.01),
                ],
                0.013,
                frame,
            )
            p.rod(
                [
                    (s * w / 2, -depth / 2 - 0.08, 0),
                    (s * w * 0.46, -depth / 2 + run * 0.2, top - 0.01),
                ],
                0.013,
                frame,
            )
            if n > 1:
                p.rod(
                    [
                        (s * w * 0.46, -depth / 2 + run * 0.8, top),
                        (s * w * 0.44, -depth / 2, top + 0.4),
                    ],
                    0.013,
                    frame,
                )
        if n > 1:
            p.rod(
                [(-w * 0.44, -depth / 2, n * rise + 0.4), (w * 0.44, -depth / 2, n * rise + 0.4)],
                0.013,
                frame,
            )
    for i in range(n):
        p.block(
            (w, run * 1.05, 0.025), (0, depth / 2 - (i + 0.5) * run, (i + 1) * rise - 0.025), color
        )
    return p


@family("bar cart", mount="floor")
def bar_cart(rng: np.random.Generator) -> Parts:
    """Two or three shelves on wheels with a handle, with bottles on them now and then."""
    p = Blocks()
    frame, board = (
        choose(rng, {"#a08a58": 3, "#26272a": 3, "#b4b6b8": 2, "#ececea": 1.5, "#8a5a34": 1}),
        choose(rng, {**WOOD, "#c9d2d4": 1.5, "#26272a": 1.5, "#ececea": 2}),
    )
    w, d, h = rng.uniform(0.55, 0.85), rng.uniform(0.35, 0.45), rng.uniform(0.72, 0.9)
    levels = np.linspace(0.14, h, int(rng.choice([2, 2, 3])))
    for x in (-1, 1):
        for y in (-1, 1):
            p.rod([(x * w / 2, y * d / 2, 0.06), (x * w / 2, y * d / 2, h + 0.03)], 0.012, frame)
            p.post(0.035, 0.018, (x * w / 2 - 0.009, y * d / 2, 0.035), "#26272a", axis="x")
    for z in levels:
        p.block((w, d, 0.018), (0, 0, z - 0.02), board)
        if rng.random() < 0.7:
            p.rod(ring(w / 2, d / 2, z + 0.06, 0.02), 0.007, frame)
        for _ in range(int(rng.integers(0, 5))):
            tall = rng.uniform(0.18, 0.3)
            p.spun(
                [
                    (0, 0),
                    (0.037, 0),
                    (0.037, tall * 0.6),
                    (0.014, tall * 0.75),
                    (0.014, tall),
                    (0, tall),
                ],
                (rng.uniform(-0.4, 0.4) * w, rng.uniform(-0.35, 0.35) * d, z),
                choose(rng, {"#2a3a28": 3, "#5a3a20": 2, "#c8ccc8": 1, "#8a2f30": 1, "#3a4a5a": 1}),
            )
    p.rod(
        [
            (w / 2, -d / 2, h),
            (w / 2 + 0.1, -d / 2, h + 0.06),
            (w / 2 + 0.1, d / 2, h + 0.06),
            (w / 2, d / 2, h),
        ],
        0.011,
        frame,
    )
    return p
