"""Things that decorate: candles, flowers, globes, statues, what Christmas brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import CERAMIC, STONE, TOYS
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Rgb, Vector
    from training.furniture.families.shapes import Parts

LEAVES = {"#4f7a3a": 4, "#3a5f30": 3, "#7a9a50": 2, "#5a7a5c": 1}
PETALS = {
    "#f0ece6": 3,
    "#c8342f": 2.5,
    "#e3b02c": 2,
    "#d987a8": 2.5,
    "#8a56a0": 1.2,
    "#e07a2c": 1,
    "#5f7ac0": 0.6,
}


@family("candle", mount="top")
def candle(rng: np.random.Generator) -> Parts:
    """A pillar, a taper on its stick, a glass or a group of three."""
    p = Blocks()
    wax = choose(
        rng,
        {
            "#f0ebdc": 6,
            "#c8342f": 1.3,
            "#3f5a45": 0.6,
            "#d9c9a8": 1.5,
            "#2f3134": 0.6,
            "#a86a7c": 0.5,
            "#4f6f8f": 0.5,
        },
    )
    kind = rng.integers(4)
    spots = [(0.0, 0.0)] if kind != 3 else [(0.0, 0.0), (0.085, 0.02), (0.03, 0.08)]
    for x, y in spots:
        r, h, z = rng.uniform(0.025, 0.042), rng.uniform(0.06, 0.2), 0.0
        if kind == 1:
            stick = choose(
                rng, {"#a08a58": 3, "#26272a": 2, "#b4b6b8": 2, "#ececea": 1, "#6a4228": 1}
            )
            z, r, h = rng.uniform(0.08, 0.3), 0.011, rng.uniform(0.12, 0.25)
            p.spun(
                [
                    (0, 0),
                    (0.045, 0),
                    (0.04, 0.012),
                    (0.01, 0.03),
                    (0.01, z * 0.5),
                    (0.018, z * 0.55),
                    (0.01, z * 0.6),
                    (0.012, z - 0.02),
                    (0.026, z - 0.012),
                    (0.026, z),
                    (0, z),
                ],
                (x, y, 0),
                stick,
            )
        if kind == 2:
            p.spun(
                [
                    (0, 0),
                    (r * 1.25, 0),
                    (r * 1.3, h * 0.7),
                    (r * 1.2, h * 0.7),
                    (r * 1.15, h * 0.55),
                    (0, h * 0.55),
                ],
                (x, y, 0),
                choose(
                    rng, {"#d8d4cc": 2, "#8a8f92": 1, "#7a4a30": 1, "#3a3c3f": 1.5, "#c8a8a8": 0.7}
                ),
            )
            p.post(r * 1.12, 0.004, (x, y, h * 0.55), wax)
        else:
            p.post(r, h, (x, y, z), wax)
        top = h * 0.56 if kind == 2 else z + h
        p.rod([(x, y, top), (x + 0.002, y, top + 0.012)], 0.0015, "#2a2624")
    if kind == 3 and rng.random() < 0.6:
        p.post(
            0.1,
            0.008,
            (0.038, 0.034, -0.008),
            choose(rng, {"#b08a5a": 1, "#b4b6b8": 1, "#2e2f31": 1}),
        )
    return p


def _blossom(p: Blocks, rng: np.random.Generator, at: Vector, size: float, color: Rgb) -> None:
    x, y, z = at
    if rng.random() < 0.5:
        p.blob((size, size, size * 0.7), at, color)
    else:
        for i in range(5):
            a = 2 * np.pi * i / 5
            p.blob(
                (size * 0.55, size * 0.55, size * 0.25),
                (x + size * 0.6 * np.cos(a), y + size * 0.6 * np.sin(a), z),
                color,
            )
        p.blob((size * 0.4, size * 0.4, size * 0.35), (x, y, z + size * 0.1), "#d8b040")


@family("flowers", mount="top")
def flowers(rng: np.random.Generator) -> Parts:
    """A bunch in a vase, tight or loose, in one to three colours."""
    p = Blocks()
    vase = choose(rng, {**CERAMIC, "#a9b8bc": 3})
    r, h = rng.uniform(0.04, 0.07), rng.uniform(0.1, 0.24)
    p.spun(
        [
            (0, 0),
            (r * rng.uniform(0.6, 0.9), 0),
            (r, h * rng.uniform(0.3, 0.6)),
            (r * rng.uniform(0.5, 0.9), h * 0.85),
            (r * 0.85, h),
            (r * 0.7, h),
            (r * 0.6, h * 0.8),
        ],
        (0, 0, 0),
        vase,
    )
    leaf = choose(rng, LEAVES)
    colors = [choose(rng, PETALS) for _ in range(int(rng.integers(1, 4)))]
    spread, tall = rng.uniform(0.07, 0.16), rng.uniform(0.12, 0.28)
    size = rng.uniform(0.018, 0.04)
    for i in range(int(rng.integers(5, 17))):
        a, k = i * 2.4, np.sqrt((i + 0.5) / 16)
        at = (
            spread * k * np.cos(a),
            spread * k * np.sin(a),
            h + tall * (1 - 0.35 * k) * rng.uniform(0.85, 1.05),
        )
        p.rod([(r * 0.3 * np.cos(a), r * 0.3 * np.sin(a), h * 0.8), at], 0.003, leaf)
        _blossom(p, rng, at, size * rng.uniform(0.8, 1.15), colors[i % len(colors)])
    for i in range(int(rng.integers(3, 10))):
        a = i * 2.1 + 0.5
        p.blob(
            (0.05, 0.018, 0.006),
            (spread * 0.6 * np.cos(a), spread * 0.6 * np.sin(a), h + tall * rng.uniform(0.15, 0.5)),
            leaf * rng.uniform(0.85, 1.1),
            tilt=("z", np.degrees(a)),
        )
    return p


# Half extents and middles of ellipsoids above the base, metres.
_BUST = (
    (0.085, 0.045, 0.05, 0.0, 0.0, 0.09),
    (0.032, 0.03, 0.05, 0.0, 0.0, 0.15),
    (0.047, 0.055, 0.065, 0.0, 0.01, 0.225),
    (0.012, 0.02, 0.016, 0.0, 0.065, 0.22),
    (0.05, 0.05, 0.045, 0.0, -0.012, 0.25),
)
_FIGURE = (
    (0.024, 0.022, 0.09, -0.022, 0.0, 0.08),
    (0.024, 0.022, 0.09, 0.022, 0.0, 0.08),
    (0.045, 0.03, 0.085, 0.0, 0.0, 0.24),
    (0.028, 0.03, 0.036, 0.0, 0.0, 0.37),
    (0.014, 0.014, 0.07, -0.058, 0.01, 0.25),
)
_CAT = (
    (0.05, 0.065, 0.07, 0.0, -0.01, 0.06),
    (0.042, 0.04, 0.07, 0.0, 0.02, 0.12),
    (0.04, 0.042, 0.036, 0.0, 0.03, 0.2),
    (0.014, 0.02, 0.012, -0.025, 0.065, 0.01),
    (0.014, 0.02, 0.012, 0.025, 0.065, 0.01),
    (0.012, 0.01, 0.028, -0.022, 0.03, 0.235),
    (0.012, 0.01, 0.028, 0.022, 0.03, 0.235),
)
_BUDDHA = (
    (0.1, 0.065, 0.035, 0.0, 0.015, 0.035),
    (0.055, 0.04, 0.08, 0.0, 0.0, 0.11),
    (0.036, 0.036, 0.045, 0.0, 0.0, 0.22),
    (0.018, 0.018, 0.018, 0.0, 0.0, 0.272),
    (0.02, 0.02, 0.06, -0.062, 0.01, 0.1),
    (0.02, 0.02, 0.06, 0.062, 0.01, 0.1),
)


@family("statue", mount="top")
def statue(rng: np.random.Generator) -> Parts:
    """A bust, a standing figure, a cat, a Buddha or something abstract; some as tall as a child."""
    p = Blocks()
    stone = choose(
        rng,
        {
            "#d9d7d2": 3,
            "#8d8a84": 1.5,
            "#3a3b3d": 1.5,
            "#8a6a40": 1.5,
            "#a08a58": 1.2,
            "#6a4228": 1,
            "#5f7a6a": 0.4,
        },
    )
    k = rng.uniform(0.6, 1.3)
    base = rng.uniform(0.02, 0.06) * k
    p.block(
        (0.13 * k, 0.11 * k, base),
        (0, 0, 0),
        stone * 0.85 if rng.random() < 0.5 else choose(rng, STONE),
    )
    kind = int(rng.integers(5))
    if kind < 4:
        blobs = [*(_BUST, _FIGURE, _CAT, _BUDDHA)[kind]]
        if kind == 1:
            blobs.append((0.014, 0.014, 0.075, 0.06, 0.01, 0.36 if rng.random() < 0.5 else 0.25))
        if kind == 0:
            p.post(0.03 * k, 0.06 * k, (0, 0, base), stone, top=0.022 * k)
        wide = rng.uniform(0.9, 1.12)
        for rx, ry, rz, x, y, z in blobs:
            p.blob(
                (rx * k * wide, ry * k * wide, rz * k), (x * k * wide, y * k, base + z * k), stone
            )
    else:
        t = np.linspace(0, rng.uniform(1.5, 3) * np.pi, 26)
        r = rng.uniform(0.03, 0.06) * k
        p.curve(
            np.stack(
                [r * np.cos(t), r * 0.6 * np.sin(t), base + 0.018 * k + t / t[-1] * 0.3 * k], 1
            ).tolist(),
            0.02 * k,
            stone,
            40,
        )
    if rng.random() < 0.15:  # on the floor
        big = rng.uniform(2.4, 3)
        for part in p.parts:
            part.points = part.points * big
        p.mount = "floor"
    return p


@family("globe", mount="top")
def globe(rng: np.random.Generator) -> Parts:
    """A sphere with seas and lands in a tilted arc on a foot; some stand on the floor."""
    p = Blocks()
    sea, land = (
        choose(rng, {"#4f86b0": 5, "#7fa8b8": 2, "#d8c49a": 2, "#2f4a68": 1, "#3a3b3d": 0.6}),
        choose(rng, {"#8fae5a": 3, "#d8c080": 3, "#b08a5a": 2, "#e8dcc0": 1}),
    )
    metal = choose(rng, {"#a08a58": 3, "#6a4228": 2, "#26272a": 2, "#b4b6b8": 2})
    r = rng.uniform(0.09, 0.17)
    z = r * 1.35
    rows, columns = 16, 32
    u, v = np.meshgrid(
        np.linspace(0, np.pi, rows + 1), np.linspace(0, 2 * np.pi, columns + 1), indexing="ij"
    )
    points = np.stack([r * np.sin(u) * np.cos(v), r * np.sin(u) * np.sin(v), r * np.cos(u)], 2)
    a, b = u[:-1, :-1], v[:-1, :-1]
    f = rng.uniform(0, 6, 4)
    noise = np.sin(2 * b + f[0]) * np.sin(2.5 * a + f[1]) + 0.7 * np.sin(
        3 * b + f[2] + 2 * np.sin(3 * a + f[3])
    )
    colors = np.where((noise > 0.35)[..., None], land, sea)
    colors[[0, -1]] = 238
    p.surface(points, colors.astype(np.uint8)).turn("y", 23, (0, 0, 0)).move(0, 0, z)
    a = np.linspace(-np.pi / 2, np.pi / 2, 12) + np.radians(-23)
    p.curve([(1.07 * r * np.cos(t), 0, z + 1.07 * r * np.sin(t)) for t in a], 0.006, metal, 24)
    p.post(0.008, z - r, (0, 0, 0.01), metal)
    p.spun([(0, 0), (r * 0.6, 0), (r * 0.5, 0.015), (0.012, 0.03), (0, 0.03)], (0, 0, 0), metal)
    return p


@family("christmas tree", mount="floor")
def christmas_tree(rng: np.random.Generator) -> Parts:
    """A conifer with baubles, a garland and a star; some with gifts below."""
    p = Blocks()
    green = choose(rng, {"#2f5a34": 5, "#3f6a3a": 3, "#5f7a60": 1, "#e4e8e6": 0.7})
    h, r = rng.uniform(0.5, 2.3), rng.uniform(0.22, 0.32)
    layers = int(rng.integers(4, 8))
    foot = h * 0.1
    p.post(0.02 * h, foot + 0.1 * h, (0, 0, 0), "#5a4028")
    p.post(
        0.11 * h,
        0.035 * h,
        (0, 0, 0),
        choose(rng, {"#a62a2a": 2, "#6a4228": 2, "#2e2f31": 1, "#b08a5a": 1}),
    )
    for i in range(layers):
        k = 1 - i / layers
        z = foot + (h - foot) * i / layers * 0.93
        q = []
        for j in range(25):
            a, out = 2 * np.pi * j / 24, r * h * k * (1 if j % 2 else 0.8)
            q.append((out * np.cos(a), out * np.sin(a), z - (0.02 * h if j % 2 else 0)))
        tip = [
            (0.03 * h * np.cos(a), 0.03 * h * np.sin(a), z + (h - foot) / layers * 1.3)
            for a in np.linspace(0, 2 * np.pi, 25)
        ]
        p.sheet([q, tip], green * rng.uniform(0.9, 1.1))
        p.sheet([q, [(0, 0, z + 0.01 * h)] * 25], green * 0.6)
    balls = [
        choose(rng, {"#b8282c": 4, "#c8a850": 4, "#c8cacc": 3, "#3a5fa5": 1, "#8a3a6a": 0.7})
        for _ in range(int(rng.integers(1, 4)))
    ]
    for i in range(int(rng.integers(12, 40))):
        t, a = rng.uniform(0.02, 0.85), rng.uniform(0, 2 * np.pi)
        k = r * h * (1 - t) * 0.82
        s = 0.018 * h + 0.008
        p.blob(
            (s, s, s),
            (k * np.cos(a), k * np.sin(a), foot + (h - foot) * t * 0.93),
            balls[i % len(balls)],
        )
    star = [
        (
            0.05 * h * (1 if i % 2 == 0 else 0.42) * np.sin(np.pi * i / 5),
            0.05 * h * (1 if i % 2 == 0 else 0.42) * np.cos(np.pi * i / 5),
        )
        for i in range(10)
    ]
    if rng.random() < 0.8:
        p.slab(star, 0.015, (0, 0, h * 1.02), "#d8b040", axis="y")
    return p


@family("gift", mount="top")
def gift(rng: np.random.Generator) -> Parts:
    """A wrapped box with ribbon and bow, or two on top of each other."""
    p = Blocks()
    z = 0.0
    for i in range(int(rng.choice([1, 1, 1, 2]))):
        paper, band = (
            choose(
                rng,
                {**TOYS, "#b8282c": 3, "#c8b890": 2, "#ececea": 1.5, "#2f5a44": 1.5, "#26355a": 1},
            ),
            choose(rng, {"#c8a850": 3, "#b8282c": 2, "#ececea": 3, "#2f5a44": 1, "#26272a": 0.6}),
        )
        k = 1 - 0.35 * i
        w, d, h = (
            rng.uniform(0.14, 0.4) * k,
            rng.uniform(0.12, 0.32) * k,
            rng.uniform(0.06, 0.25) * k,
        )
        p.block((w, d, h), (0, 0, z), paper)
        t = 0.025
        p.block((t, d + 0.003, h + 0.003), (0, 0, z), band)
        if rng.random() < 0.8:
            p.block((w + 0.003, t, h + 0.003), (0, 0, z), band)
        z += h
    s = rng.uniform(0.03, 0.055)
    for turn in ((-1, 0), (1, 0), (0, -1), (0, 1))[: 2 if rng.random() < 0.6 else 4]:
        p.blob(
            (s * (1 if turn[0] else 0.5), s * (1 if turn[1] else 0.5), s * 0.5),
            (turn[0] * s, turn[1] * s, z + s * 0.4),
            band,
        )
    return p
