"""What people wear, where they leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import FABRIC, TOYS
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Rgb, Vector
    from training.furniture.families.shapes import Parts

CLOTHES = {
    **FABRIC,
    "#2a3a5a": 4,
    "#ececea": 3,
    "#3f5f8a": 3,
    "#26272a": 3,
    "#c8342f": 0.8,
    "#5c7050": 0.8,
    "#d8a0a8": 0.5,
}


def _heap(
    p: Blocks, rng: np.random.Generator, at: Vector, rx: float, ry: float, height: float, color: Rgb
) -> None:
    t, a = np.meshgrid(np.linspace(0, 1, 12), np.linspace(0, 2 * np.pi, 29), indexing="ij")
    f = rng.uniform(0, 6.3, 6)
    edge = (
        1 + 0.16 * np.sin(2 * a + f[0]) + 0.1 * np.sin(3 * a + f[1]) + 0.05 * np.sin(7 * a + f[2])
    )
    r = t * edge
    fold = 0.16 * np.sin(5 * r * np.cos(a + f[3]) * 2 + f[4]) + 0.12 * np.sin(
        9 * r * np.sin(a) + f[5]
    )
    z = height * ((1 - t**2) ** 0.8 * (1 + fold) + 0.04 * (1 - t))
    p.sheet(
        np.stack(
            [at[0] + rx * r * np.cos(a), at[1] + ry * r * np.sin(a), at[2] + z.clip(0.002)], 2
        ),
        color,
    )


def _folded(
    p: Blocks, rng: np.random.Generator, at: Vector, w: float, d: float, count: int
) -> None:
    z = at[2]
    for _ in range(count):
        color, thick = choose(rng, CLOTHES), rng.uniform(0.02, 0.05)
        p.block(
            (w * rng.uniform(0.9, 1.02), d * rng.uniform(0.9, 1.02), thick),
            (at[0] + rng.uniform(-0.01, 0.01), at[1], z),
            color,
            round=thick * 0.45,
        )
        z += thick * 0.96


def _hanging(p: Blocks, rng: np.random.Generator, x: float, y: float, top: float) -> None:
    color, w, h = choose(rng, CLOTHES), rng.uniform(0.36, 0.5), rng.uniform(0.55, 0.95)
    half = rng.uniform(0.02, 0.04)
    flare = rng.uniform(0.9, 1.15)
    outline = [
        (-w / 2 * flare, -h),
        (w / 2 * flare, -h),
        (w / 2, -0.06),
        (0.06, 0),
        (-0.06, 0),
        (-w / 2, -0.06),
    ]
    p.slab(outline, 2 * half, (x, y, top), color, axis="y")
    for s in (-1, 1):
        if rng.random() < 0.8:
            p.slab(
                [
                    (s * w * 0.38, -0.05),
                    (s * w * 0.5, -0.05),
                    (s * (w / 2 + 0.09), -0.5),
                    (s * (w / 2 + 0.0), -0.52),
                ],
                2 * half,
                (x, y - 0.005, top),
                color * 0.94,
                axis="y",
            )
    if rng.random() < 0.4:
        p.block((0.012, 2 * half + 0.004, h * 0.9), (x, y, top - h * 0.95), color * 0.7)
    p.curve(
        [(x - w * 0.4, y, top - 0.06), (x, y, top + 0.01), (x + w * 0.4, y, top - 0.06)],
        0.006,
        "#8a6a48",
    )
    p.rod([(x, y, top), (x, y, top + 0.07)], 0.003, "#b4b6b8")


@family("clothes", mount="top")
def clothes(rng: np.random.Generator) -> Parts:
    """A heap, folded piles, or coats and shirts that hang on a wall."""
    p = Blocks()
    kind = int(rng.choice([0, 0, 1, 2]))
    if kind == 0:
        n = int(rng.integers(1, 5))
        for i in range(n):
            k = rng.uniform(0.14, 0.3)
            _heap(
                p,
                rng,
                (rng.uniform(-0.15, 0.15), rng.uniform(-0.12, 0.12), 0.02 * i),
                k,
                k * rng.uniform(0.6, 1),
                rng.uniform(0.06, 0.16) + 0.03 * i,
                choose(rng, CLOTHES),
            )
        if rng.random() < 0.4:
            p.mount = "floor"
    elif kind == 1:
        for i in range(int(rng.integers(1, 4))):
            _folded(
                p,
                rng,
                (0.32 * i, 0, 0),
                rng.uniform(0.24, 0.32),
                rng.uniform(0.22, 0.34),
                int(rng.integers(2, 8)),
            )
    else:
        for i in range(int(rng.integers(1, 4))):
            _hanging(p, rng, i * rng.uniform(0.1, 0.3), 0.03 + 0.05 * i, 1.0)
        p.mount, p.elevation = "wall", rng.uniform(0.7, 1.05)
    return p


@family("shoes", mount="floor")
def shoes(rng: np.random.Generator) -> Parts:
    """A pair: trainers, low leather shoes, boots, slippers, heels or wellingtons."""
    p = Blocks()
    kind = int(rng.integers(5))
    upper = choose(
        rng,
        (
            {
                "#ececea": 4,
                "#26272a": 3,
                "#8c8a86": 2,
                "#3f5f8a": 1.5,
                "#c8342f": 1,
                "#d8a0a8": 0.6,
                "#5c9a5e": 0.4,
            },
            {"#26201c": 4, "#6a4228": 3, "#a8703a": 1},
            {"#26201c": 3, "#8a5a34": 3, "#b8925a": 1.5},
            {**FABRIC, "#d8a0a8": 1},
            {"#2f5a3a": 2, "#e0b830": 1.5, "#26272a": 1.5, "#3a4f8a": 1, "#c8342f": 1},
        )[kind],
    )
    sole = choose(
        rng,
        (
            {"#f0efea": 5, "#26272a": 1.5},
            {"#26201c": 1},
            {"#26201c": 2, "#c8a878": 1},
            {"#c8b090": 1, "#4a3a30": 1},
            {"#26201c": 2, "#c8a060": 1},
        )[kind],
    )
    k = rng.uniform(0.75, 1.05)
    shaft = (0.09, 0.075, rng.uniform(0.14, 0.38), 0.06, rng.uniform(0.2, 0.34))[kind] * k
    t = np.linspace(0, 1, 9)
    side = 0.046 * k * np.sqrt(1 - (2 * t - 1) ** 4) * (0.82 + 0.25 * t)
    long, slip = 0.28 * k, kind == 3
    for s in (-1, 1):
        one = Blocks()
        ring_ = [(x, (u - 0.5) * long) for u, x in zip(t, side, strict=True)] + [
            (-x, (u - 0.5) * long) for u, x in zip(t[::-1], side[::-1], strict=True)
        ]
        one.slab(ring_[1:-1], 0.02 * k, (0, 0, 0), sole)
        rows = []
        for u, x in zip(t, side, strict=True):
            height = k * np.interp(
                u, [0, 0.35, 0.6, 0.9, 1], [0.05 if slip else 0.07, 0.065, 0.062, 0.045, 0.025]
            )
            a = np.linspace(0, np.pi, 9)
            rows.append(
                np.stack(
                    [
                        x * 0.98 * np.cos(a),
                        np.full(9, (u - 0.5) * long),
                        0.015 * k + height * np.sin(a) ** 0.7,
                    ],
                    1,
                )
            )
        one.sheet(np.stack(rows[4 if slip else 0 :]), upper)
        if not slip:
            r = 0.036 * k
            one.spun(
                [
                    (r * 1.05, 0.03 * k),
                    (r * 1.02, shaft * 0.5),
                    (r * (1.2 if kind == 4 else 1.05), shaft),
                    (r * 0.9, shaft),
                    (r * 0.8, 0.03 * k),
                ],
                (0, -long * 0.3, 0),
                upper,
                squash=1.25,
            )
        if kind == 0:
            for y in np.linspace(0.02, 0.16, 3):
                one.rod(
                    [
                        (-0.02 * k, (y - 0.02) * long, 0.078 * k - 0.05 * y),
                        (0.02 * k, (y - 0.02) * long, 0.078 * k - 0.05 * y),
                    ],
                    0.004,
                    sole,
                )
            if rng.random() < 0.7:
                one.block(
                    (0.1 * k, 0.03, 0.03 * k),
                    (0, 0.02 * long, 0.025 * k),
                    upper * 0.7,
                    tilt=("x", 15),
                )
        p.join(
            one,
            x=s * rng.uniform(0.05, 0.085),
            y=rng.uniform(-0.02, 0.02),
            yaw=rng.uniform(-12, 12) if rng.random() < 0.7 else rng.uniform(-60, 60),
        )
    return p


HATS = {
    "#c8b088": 3,
    "#26272a": 3,
    "#6a4a34": 2,
    "#8c8a86": 1.5,
    "#2a3a5a": 1.2,
    "#ececea": 1,
    "#8a2f30": 0.6,
    "#d8a0a8": 0.4,
}


@family("hat", mount="top")
def hat(rng: np.random.Generator) -> Parts:
    """A straw hat, a fedora, a bowler, a sun hat with a wide brim, or a woollen one."""
    p = Blocks()
    color, band = (
        choose(rng, HATS),
        choose(rng, {"#26272a": 3, "#6a4228": 1, "#8a2f30": 1, "#2a3a5a": 1}),
    )
    r, h = rng.uniform(0.085, 0.098), rng.uniform(0.09, 0.15)
    kind = int(rng.integers(4))
    if kind == 3:
        rib = color * 0.85
        p.spun([(r * 1.02, 0), (r * 1.05, 0.05), (r * 0.98, 0.055)], (0, 0, 0), rib)
        p.spun(
            [(r, 0.04), (r * 0.95, h * 0.8), (r * 0.6, h * 1.2), (0, h * 1.35)], (0, 0, 0), color
        )
        if rng.random() < 0.6:
            p.blob(
                (0.035, 0.035, 0.033),
                (0, 0, h * 1.38),
                choose(rng, {"#ececea": 2, "#c8342f": 1, "#8c8a86": 1}),
            )
        return p
    brim = r + rng.uniform(0.04, 0.16)
    droop = rng.uniform(-0.02, 0.015)
    p.spun(
        [(r * 0.95, 0.012), (brim, 0.012 + droop), (brim, 0.008 + droop), (r * 0.95, 0)],
        (0, 0, 0.02),
        color,
        squash=1.12,
    )
    top = (
        [(r * 0.95, h * 0.75), (r * 0.75, h * 0.95), (0, h)]
        if kind
        else [(r * 0.85, h), (0, h * 0.85)]
    )
    p.spun([(r, 0), *top], (0, 0, 0.025), color, squash=1.12)
    if rng.random() < 0.75:
        p.spun([(r * 1.015, 0.004), (r * 1.0, 0.034)], (0, 0, 0.026), band, squash=1.12)
    return p


@family("cap", mount="top")
def cap(rng: np.random.Generator) -> Parts:
    """A baseball cap."""
    p = Blocks()
    color, r = (
        choose(rng, {**HATS, "#c8342f": 1.5, "#3f6fa8": 1.5, "#2f5f44": 1}),
        rng.uniform(0.085, 0.098),
    )
    peak = color if rng.random() < 0.6 else choose(rng, HATS)
    a = np.linspace(0, np.pi / 2, 8)
    p.spun(
        [(r * np.cos(t) ** 0.8, r * rng.uniform(1.15, 1.2) * np.sin(t)) for t in a],
        (0, 0, 0.01),
        color,
        squash=1.15,
    )
    p.blob((0.008, 0.008, 0.005), (0, 0, 0.01 + r * 1.18), peak)
    u, v = np.meshgrid(np.linspace(0, 1, 5), np.linspace(-1, 1, 11), indexing="ij")
    wide = r * 0.85
    p.sheet(
        np.stack(
            [
                wide * v * (1 - 0.12 * u),
                r * 1.05 * np.sqrt(1 - (v * 0.75) ** 2) + 0.075 * u * np.sqrt(1 - (v * 0.9) ** 2),
                0.012 - 0.02 * v**2 - 0.008 * u,
            ],
            2,
        ),
        peak,
    )
    if rng.random() < 0.5:
        p.block(
            (0.05, 0.006, 0.04),
            (0, r * 1.1, 0.04),
            choose(rng, {"#ececea": 2, **TOYS}),
            tilt=("x", 15),
        )
    return p


@family("helmet", mount="top")
def helmet(rng: np.random.Generator) -> Parts:
    """A bicycle helmet, a hard hat, or a motorcycle helmet with a visor."""
    p = Blocks()
    color = choose(
        rng,
        {
            "#26272a": 3,
            "#ececea": 3,
            "#c8342f": 1.5,
            "#3f6fa8": 1.2,
            "#e0b830": 1.5,
            "#5c9a5e": 0.5,
            "#e07a2c": 0.7,
            "#b4b6b8": 1,
        },
    )
    r = rng.uniform(0.1, 0.13)
    kind = int(rng.integers(3))
    a = np.linspace(0, np.pi / 2, 9)
    dome = [(r * np.cos(t), r * 1.05 * np.sin(t)) for t in a]
    if kind == 0:
        p.spun(dome, (0, 0, 0.02), color, squash=1.3)
        stripe = choose(rng, {"#1c1c1e": 5, "#ececea": 1, "#c8342f": 0.6})
        for x in (-0.45, 0, 0.45):
            q = [
                (
                    x * r,
                    1.3 * r * np.cos(t) * np.sqrt(1 - x * x),
                    0.022 + 1.06 * r * np.sin(t) * np.sqrt(1 - x * x),
                )
                for t in np.linspace(0.5, 2.6, 9)
            ]
            p.curve(q, 0.011, stripe)
        for s in (-1, 1):
            p.curve(
                [(s * r * 0.9, 0, 0.03), (s * r * 0.6, 0.02, -0.06), (0, 0.04, -0.1)],
                0.004,
                "#202123",
            )
    elif kind == 1:
        p.spun(dome, (0, 0, 0.02), color, squash=1.2)
        p.spun(
            [(r * 0.98, 0.02), (r * 1.12, 0.014), (r * 1.12, 0.008), (r * 0.98, 0.01)],
            (0, 0.012, 0),
            color,
            squash=1.28,
        )
        p.curve(
            [
                (0, 1.15 * r * np.cos(t), 0.026 + 1.06 * r * np.sin(t))
                for t in np.linspace(0.3, 2.8, 9)
            ],
            0.012,
            color,
        )
    else:
        p.spun(
            [
                (r * 0.8, 0),
                (r * 0.98, 0.03),
                (r * 1.05, r * 0.9),
                (r * 0.9, r * 1.5),
                (r * 0.5, r * 1.85),
                (0, r * 1.95),
            ],
            (0, 0, 0),
            color,
            squash=1.2,
        )
        u, v = np.meshgrid(np.linspace(-1, 1, 11), np.linspace(0.72, 1.35, 5), indexing="ij")
        w = r * np.interp(v, [0.6, 0.9, 1.4], [1.05, 1.06, 0.97])
        p.sheet(
            np.stack([w * np.sin(u), 1.2 * w * np.cos(u), r * v], 2),
            choose(rng, {"#22282e": 4, "#6a7a84": 1}),
        )
    return p
