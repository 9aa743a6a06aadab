"""Tables to play at, and chess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.shapes import Parts

FELT = {"#2f7a4a": 5, "#2f5f9a": 2.5, "#8a2f34": 1.2, "#4a4c50": 0.8, "#6a4a80": 0.4}


@family("pool table", mount="floor")
def pool_table(rng: np.random.Generator) -> Parts:
    """Felt between cushions with six pockets, on legs; mostly with balls and a cue."""
    p = Blocks(wooden=True)
    wood, felt = (
        choose(rng, {"#6a4228": 3, "#4a2e1e": 2, "#8a5a34": 2, "#b08a5a": 1, "#26272a": 1.5}),
        choose(rng, FELT),
    )
    long = rng.choice([1.8, 2.1, 2.4, 2.55]) * rng.uniform(0.95, 1.02)
    wide, h, rim = long * 0.53, rng.uniform(0.76, 0.84), rng.uniform(0.1, 0.14)
    p.block((wide, long, 0.16), (0, 0, h - 0.2), wood)
    p.block((wide - rim, long - rim, 0.012), (0, 0, h - 0.045), felt)
    for s in (-1, 1):
        p.block((rim, long, 0.05), (s * (wide - rim) / 2, 0, h - 0.05), wood)
        p.block((wide, rim, 0.05), (0, s * (long - rim) / 2, h - 0.05), wood)
        p.block(
            (0.05, long - 2 * rim, 0.035), (s * (wide / 2 - rim - 0.02), 0, h - 0.045), felt * 0.92
        )
        p.block(
            (wide - 2 * rim, 0.05, 0.035), (0, s * (long / 2 - rim - 0.02), h - 0.045), felt * 0.92
        )
        for y in (-1, 0, 1):
            p.post(
                0.055,
                0.004,
                (s * (wide / 2 - rim * 0.8), y * (long / 2 - rim * 0.8), h + 0.001),
                "#161616",
            )
    leg = rng.uniform(0.1, 0.2)
    for s in (-1, 1):
        for y in (-1, 1):
            at = (s * (wide / 2 - leg * 0.8), y * (long / 2 - leg * 0.8), 0)
            if rng.random() < 0.5:
                p.block((leg, leg, h - 0.18), at, wood * 0.95)
            else:
                p.spun(
                    [(0, 0), (leg * 0.35, 0), (leg * 0.55, (h - 0.2) * 0.5), (leg * 0.35, h - 0.2)],
                    at,
                    wood * 0.95,
                )
    colors = (
        "#e0c030",
        "#2f4f9a",
        "#c8342f",
        "#6a3a80",
        "#e07a2c",
        "#2f7a4a",
        "#7a2c30",
        "#202020",
        "#f0efea",
    )
    for color in colors[: int(rng.integers(0, 10))]:
        p.blob(
            (0.029, 0.029, 0.029),
            (rng.uniform(-0.3, 0.3) * wide, rng.uniform(-0.35, 0.35) * long, h - 0.004),
            color,
        )
    if rng.random() < 0.6:
        p.rod(
            [(-0.2 * wide, -0.35 * long, h), (0.1 * wide, 0.2 * long, h + 0.06)], 0.011, "#c8a878"
        )
    return p


@family("ping pong table", mount="floor")
def ping_pong_table(rng: np.random.Generator) -> Parts:
    """Two blue or green halves with white lines and a net; some half folded."""
    p = Blocks()
    top, frame = (
        choose(rng, {"#2f4f8a": 5, "#2f6a4a": 3, "#4a4c50": 1, "#3a6fb5": 1}),
        choose(rng, {"#26272a": 4, "#b4b6b8": 2, "#ececea": 0.5}),
    )
    long, wide, h = (
        2.74 * rng.uniform(0.75, 1),
        1.525 * rng.uniform(0.75, 1),
        rng.uniform(0.72, 0.77),
    )
    half = long / 2
    up = rng.random() < 0.2
    for s in (-1, 1):
        board = Blocks()
        board.block((wide, half - 0.01, 0.025), (0, half / 2, 0), top)
        for x in (-1, 0, 1):
            board.block(
                (0.02 if x else 0.008, half - 0.01, 0.001),
                (x * (wide / 2 - 0.01), half / 2, 0.025),
                "#ececea",
            )
        board.block((wide, 0.02, 0.001), (0, half - 0.015, 0.025), "#ececea")
        board.block((wide - 0.1, half - 0.2, 0.04), (0, half / 2, -0.04), frame)
        if up and s > 0:
            for part in board.parts:
                part.turn("x", 85, (0, 0, 0))
        p.join(board, z=h - 0.025, yaw=0 if s > 0 else 180)
        reach = 0.12 if up and s > 0 else half * 0.75
        for x in (-1, 1):
            p.rod(
                [(x * wide * 0.38, s * reach, 0), (x * wide * 0.38, s * reach, h - 0.05)],
                0.022,
                frame,
            )
        p.rod([(-wide * 0.38, s * reach, 0.1), (wide * 0.38, s * reach, 0.1)], 0.02, frame)
        for x in (-1, 1):
            p.rod(
                [(x * wide * 0.38, s * 0.1, h - 0.06), (x * wide * 0.38, s * reach, 0.25)],
                0.014,
                frame,
            )
    p.block(
        (wide + 0.2, 0.008, 0.15),
        (0, 0, h),
        choose(rng, {"#26272a": 2, "#3a4f6a": 1, "#2f5f4a": 1}),
    )
    p.block((wide + 0.2, 0.012, 0.018), (0, 0, h + 0.14), "#ececea")
    if rng.random() < 0.5 and not up:
        p.post(0.078, 0.012, (wide * 0.2, half * 0.6, h), choose(rng, {"#b8302c": 2, "#202020": 1}))
        p.block((0.025, 0.1, 0.02), (wide * 0.2, half * 0.6 + 0.11, h), "#c8a878")
    return p


@family("foosball table", mount="floor")
def foosball_table(rng: np.random.Generator) -> Parts:
    """A box with a pitch inside and rods with figures through it."""
    p = Blocks()
    body, leg = (
        choose(
            rng,
            {"#26272a": 3, "#8a5a34": 2, "#b08a5a": 2, "#6a4228": 1, "#3f5878": 1, "#ececea": 0.7},
        ),
        choose(rng, {"#26272a": 2, "#8a5a34": 1, "#b4b6b8": 1}),
    )
    long, wide, h = rng.uniform(1.05, 1.45), rng.uniform(0.6, 0.76), rng.uniform(0.8, 0.92)
    tall = rng.uniform(0.2, 0.28)
    p.block((wide, long, 0.03), (0, 0, h - tall), body)
    p.block(
        (wide - 0.06, long - 0.06, 0.006),
        (0, 0, h - tall * 0.5),
        choose(rng, {"#3f8a4a": 5, "#2f5f8a": 0.6}),
    )
    for y in (0, -0.48, 0.48):
        p.block(
            (wide - 0.06, 0.01, 0.002), (0, y * (long - 0.2), h - tall * 0.5 + 0.006), "#ececea"
        )
    for s in (-1, 1):
        p.block((0.03, long, tall), (s * (wide / 2 - 0.015), 0, h - tall), body)
        p.block((wide, 0.03, tall), (0, s * (long / 2 - 0.015), h - tall), body)
        for y in (-1, 1):
            p.block((0.09, 0.09, h - tall), (s * (wide / 2 - 0.08), y * (long / 2 - 0.08), 0), leg)
    teams = (
        choose(rng, {"#b8302c": 3, "#e0b830": 1, "#26272a": 1}),
        choose(rng, {"#2f4f9a": 3, "#ececea": 1.5}),
    )
    for i, y in enumerate(np.linspace(-0.43, 0.43, 8)):
        side, count = (1, -1)[i % 2], (1, 2, 3, 5, 5, 3, 2, 1)[i]
        p.post(
            0.008,
            wide * 1.35,
            (-wide * 0.675 + side * wide * 0.12, y * long, h - 0.06),
            "#c8cacc",
            axis="x",
        )
        p.post(0.016, 0.1, (side * wide * 0.72 - 0.05, y * long, h - 0.06), "#202123", axis="x")
        for x in (np.arange(count) - (count - 1) / 2) * wide / 6:
            p.block((0.03, 0.025, 0.11), (x, y * long, h - 0.14), teams[i % 2])
    return p


@family("chess set", mount="top")
def chess_set(rng: np.random.Generator) -> Parts:
    """A board with its pieces, as they begin or in play."""
    p = Blocks()
    light, dark = (
        choose(rng, {"#e6d2a8": 4, "#efeeea": 2, "#c8a878": 1}),
        choose(rng, {"#6a4228": 4, "#26272a": 2, "#2f6a4a": 1, "#8a5a34": 1}),
    )
    size, h = rng.uniform(0.26, 0.48), rng.uniform(0.012, 0.04)
    cell = size * 0.9 / 8
    p.block((size, size, h), (0, 0, 0), dark * 0.9)
    squares = np.where(
        (np.add.outer(np.arange(8), np.arange(8)) % 2)[..., None], dark, light
    ).astype(np.uint8)
    p.picture((0, 0, 0), (size * 0.9, size * 0.9), squares).turn("x", 90).move(0, 0, h + 0.001)
    white, black = (
        choose(rng, {"#e8dcb8": 3, "#efeeea": 2}),
        choose(rng, {"#2a2220": 4, "#5a3020": 1.5}),
    )
    begun = rng.random() < 0.6
    for side, color in ((-1, white), (1, black)):
        for i in range(16):
            if begun and rng.random() < 0.35:
                continue
            row = 3.5 - i // 8
            column = i % 8 - 3.5
            if begun and rng.random() < 0.35:
                row -= float(rng.integers(1, 4))
            tall = cell * (0.85 if i >= 8 else (1.1, 1.15, 1.4, 1.8, 1.65, 1.4, 1.15, 1.1)[i % 8])
            r = cell * 0.36
            p.spun(
                [
                    (0, 0),
                    (r, 0),
                    (r * 0.9, tall * 0.12),
                    (r * 0.4, tall * 0.3),
                    (r * 0.35, tall * 0.65),
                    (r * 0.7, tall * 0.75),
                    (r * 0.5, tall * 0.95),
                    (0, tall),
                ],
                (column * cell, side * row * cell, h),
                color,
            )
    return p
