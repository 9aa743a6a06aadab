"""Chairs of shells on frames and of bent steel tube."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.chairs import maybe_clothes, words
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import (
    cushion,
    leg_finish,
    limb,
    plate,
    puffed,
    shell,
    upholstery,
)

if TYPE_CHECKING:
    Color = palette.Color


def shell_color(rng: np.random.Generator) -> tuple[Color, str]:
    """Moulded plastic in white, black, gray or a colour, or bent plywood."""
    u = rng.random()
    if u < 0.3:
        return palette.white(rng), "plastic"
    if u < 0.48:
        return palette.black(rng), "plastic"
    if u < 0.6:
        return palette.gray(rng), "plastic"
    if u < 0.78:
        return palette.wood(rng), "wooden"
    return (palette.lively(rng) if u < 0.92 else palette.pastel(rng)), "plastic"


def _frame_under(parts: Parts, rng: np.random.Generator, half: float, z: float, style: int) -> None:
    """Legs under a shell whose lowest point is at z: dowels, tube, wires, sled or a column."""
    out = half * rng.uniform(0.95, 1.15)
    if style == 0:  # dowels, splayed, with braces of wire
        wood, dark = leg_finish(rng, 0.85), palette.black(rng)
        feet = [(sx * out, sy * out) for sx, sy in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
        for x, y in feet:
            limb(parts, [(x, y, 0), (x * 0.5, y * 0.5, z)], [0.01, 0.016], *wood)
        if rng.random() < 0.7:
            for (ax, ay), (bx, by) in zip(feet, feet[2:] + feet[:2], strict=True):
                parts.tube(
                    [(ax * 0.75, ay * 0.75, z / 2), (bx * 0.5, by * 0.5, z)], 0.004, dark, "metal"
                )
        return
    rgb, material = leg_finish(rng, 0.0)
    if style == 1:  # four tubes
        for sx in (-1, 1):
            for sy in (-1, 1):
                path = [(sx * out, sy * out, 0), (sx * half * 0.8, sy * half * 0.7, z - 0.04)]
                parts.tube([*path, (sx * half * 0.3, sy * half * 0.5, z)], 0.011, rgb, material)
    elif style == 2:  # sled
        for s in (-1, 1):
            path = [
                (s * half * 0.5, half * 0.6, z),
                (s * half, half * 0.7, z - 0.05),
                (s * half * 1.05, half, 0.01),
            ]
            path += [
                (s * half * 1.05, -half, 0.01),
                (s * half, -half * 0.7, z - 0.05),
                (s * half * 0.5, -half * 0.6, z),
            ]
            parts.tube(path, 0.008, rgb, material)
    elif style == 3:  # wires that cross
        for sx in (-1, 1):
            for sy in (-1, 1):
                parts.tube(
                    [(sx * out, sy * out, 0), (sx * half * 0.55, sy * half * 0.5, z)],
                    0.006,
                    rgb,
                    material,
                )
                parts.tube(
                    [
                        (sx * out * 0.85, sy * out * 0.85, z * 0.25),
                        (-sx * half * 0.5, sy * half * 0.5, z),
                    ],
                    0.005,
                    rgb,
                    material,
                )
                parts.tube(
                    [
                        (sx * out * 0.85, sy * out * 0.85, z * 0.25),
                        (sx * half * 0.5, -sy * half * 0.5, z),
                    ],
                    0.005,
                    rgb,
                    material,
                )
    else:  # a column on a disk or a cross
        parts.cylinder((0, 0, z / 2), 0.022, z, rgb, material)
        if rng.random() < 0.5:
            parts.lathe([(0, 0.03), (0.03, 0.03), (out, 0.012), (out, 0), (0, 0)], rgb, material)
        else:
            for a in range(4):
                way = np.array([np.cos(a * np.pi / 2 + 0.78), np.sin(a * np.pi / 2 + 0.78), 0])
                limb(
                    parts,
                    [way * out * 1.25 + (0, 0, 0.012), way * 0.02 + (0, 0, 0.05)],
                    [0.01, 0.018],
                    rgb,
                    material,
                )


@family("chair", mount="floor", has_front=True)
def shell_chair(rng: np.random.Generator) -> Parts:
    """A moulded or padded shell, with sides as arms or without, on one of five frames."""
    parts = Parts()
    arms = rng.random() < 0.35
    padded = rng.random() < 0.35
    rgb, material = upholstery(rng, 0.3) if padded else shell_color(rng)
    half, sit = rng.uniform(0.2, 0.25), rng.uniform(0.42, 0.47)
    high, lean = rng.uniform(0.74, 0.88), rng.uniform(0.06, 0.14)
    front = half * 0.95
    side = rng.uniform(0.16, 0.22) if arms else rng.uniform(0.01, 0.05)
    grid = shell(
        [
            (front + 0.02, sit - 0.035),
            (front * 0.6, sit + 0.005),
            (-half * 0.35, sit - 0.02),
            (-half * 0.95, sit + 0.09),
            (-half - lean * 0.6, sit + 0.22),
            (-half - lean, high),
        ],
        [
            half * 0.92,
            half,
            half * 1.02,
            half * (1.15 if arms else 0.98),
            half * rng.uniform(0.9, 1.1),
            half * rng.uniform(0.55, 0.95),
        ],
        [0.0, side * 0.25, side, side, side * 0.5, 0.01],
        power=2.6,
    )
    u = np.linspace(-1, 1, grid.shape[1])
    grid[..., 2] -= (np.linspace(0, 1, len(grid)) ** 6)[:, None] * 0.09 * u**4
    thick = puffed(grid.shape, rng.uniform(0.035, 0.06), 0.4) if padded else 0.012
    plate(parts, grid, thick, rgb, material)
    _frame_under(parts, rng, half * 0.95, sit - 0.03, int(rng.integers(5)))
    if not padded and rng.random() < 0.3:
        color, cover = upholstery(rng)
        cushion(
            parts,
            (0, 0.02, sit + 0.012),
            (half * 1.7, half * 1.7, 0.035),
            color,
            cover,
            rng=rng,
            firm=0.5,
        )
    maybe_clothes(parts, rng, -half - lean, high)
    return words(parts, arms)


@family("chair", mount="floor", has_front=True)
def cantilever_chair(rng: np.random.Generator) -> Parts:
    """A bent steel tube without back legs that carries cane, leather, mesh or padded parts."""
    parts = Parts()
    rgb, material = (
        (palette.steel(rng), "metal") if rng.random() < 0.75 else (palette.black(rng), "metal")
    )
    half, sit, high = rng.uniform(0.21, 0.26), rng.uniform(0.43, 0.47), rng.uniform(0.78, 1.0)
    deep, lean, r = rng.uniform(0.21, 0.25), rng.uniform(0.06, 0.12), rng.uniform(0.01, 0.015)
    for s in (-1, 1):
        path = [(0, -deep * 0.95, r), (s * half * 0.8, -deep * 0.95, r), (s * half, -deep * 0.8, r)]
        path += [
            (s * half, deep * 0.85, r),
            (s * half, deep * 1.02, 0.06),
            (s * half, deep * 1.02, sit - 0.06),
        ]
        path += [(s * half, deep * 0.85, sit), (s * half, -deep * 0.8, sit - 0.01)]
        path += [(s * half, -deep, sit + 0.07), (s * half, -deep - lean, high)]
        parts.tube(path, r, rgb, material, smooth=70)
    arms = rng.random() < 0.45
    if arms:
        z = sit + rng.uniform(0.19, 0.24)
        color, cover = leg_finish(rng, 0.5)
        for s in (-1, 1):
            path = [(s * half, deep * 0.9, sit - 0.03), (s * (half + 0.02), deep * 0.85, z)]
            parts.tube(
                [*path, (s * (half + 0.01), -deep - lean * 0.5, z + 0.01)], r * 0.9, rgb, material
            )
            parts.box(
                (s * (half + 0.02), 0, z + 0.012),
                (0.035, deep * 1.5, 0.02),
                color,
                cover,
                round=0.008,
            )
    kind = int(rng.integers(4))
    if kind == 0:
        color, cover = palette.pick(rng, (206, 178, 128), (190, 160, 110)), "wicker"
        edge, edge_material = palette.pick(rng, (30, 28, 26), (178, 136, 90)), "wooden"
    else:
        color, cover = upholstery(rng, 0.6) if kind < 3 else (palette.wood(rng), "wooden")
        edge, edge_material = color, cover
    thick = {0: 0.01, 1: 0.012, 2: rng.uniform(0.04, 0.07), 3: 0.014}[kind]
    x = half * (0.97 if kind != 3 else 1.04)
    seat = shell(
        [(deep, sit + 0.0), (0, sit + 0.008 - 0.01 * (kind == 1)), (-deep * 0.9, sit)],
        [x] * 3,
        [0.0] * 3,
        rows=9,
    )
    low = rng.uniform(0.1, 0.24)
    t = low / (high - sit)
    rear = shell(
        [
            (-deep - lean * t + 0.012, sit + low),
            (-deep - lean * (1 + t) / 2, (sit + low + high) / 2),
            (-deep - lean + 0.012, high),
        ],
        [x] * 3,
        [0.0, 0.012, 0.0],
        rows=9,
    )
    for grid in (seat, rear):
        plate(parts, grid, puffed((9, 13), thick, 0.5) if kind == 2 else thick, color, cover)
        if kind == 0:
            loop = np.concatenate([grid[0], grid[1:, -1], grid[-1, ::-1], grid[::-1, 0]])
            limb(parts, loop, 0.014, edge, edge_material)
    maybe_clothes(parts, rng, -deep - lean, high)
    return words(parts, arms)
