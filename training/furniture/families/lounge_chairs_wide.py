"""Lounge chairs that are long, round, or of a low frame."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette
from training.furniture.families.lounge_chairs import seam_padded
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


@family("lounge chair", mount="floor", has_front=True)
def long_lounge_chair(rng: np.random.Generator) -> Parts:
    """A chaise longue: a body's line on a cradle, padded with one end raised, or of wicker."""
    parts = Parts()
    half = rng.uniform(0.26, 0.36)
    kind = int(rng.integers(3))
    cover = upholstery(rng, 0.5)
    if kind == 2:
        cover = (palette.pick(rng, (170, 130, 84), (96, 66, 44), (60, 56, 52)), "wicker")
    if kind == 0:
        path = [
            (0.82, 0.42),
            (0.55, 0.5),
            (0.3, 0.52),
            (0.0, 0.32),
            (-0.2, 0.34),
            (-0.5, 0.62),
            (-0.75, 0.86),
        ]
        grid = shell(path, [half] * 7, [0.0] * 7, rows=34)
        seam_padded(parts, grid, rng.uniform(0.04, 0.08), cover, rng)
        rgb = palette.steel(rng) if rng.random() < 0.6 else palette.black(rng)
        for s in (-1, 1):
            under = [(s * half * 0.85, y, z - 0.05) for y, z in path]
            limb(parts, under, 0.013, rgb, "metal", smooth=30)
            for y in (-0.3, 0.4):
                limb(
                    parts,
                    [(s * half, y, 0.0), (s * half * 0.85, y * 0.8, 0.36)],
                    0.015,
                    palette.black(rng),
                    "metal",
                )
            limb(
                parts,
                [(s * half, -0.4, 0.012), (s * half, 0.5, 0.012)],
                0.014,
                palette.black(rng),
                "metal",
            )
        parts.lacks.add("arms")
        return parts
    sit, high, long = rng.uniform(0.38, 0.45), rng.uniform(0.75, 0.95), rng.uniform(1.4, 1.7)
    front, rear = long / 2, -long / 2 + 0.25
    foot = rng.uniform(0.08, 0.2)
    path = [
        (front, sit),
        (0.1, sit),
        (rear + 0.06, sit + 0.01),
        (rear, sit + 0.1),
        (rear - 0.2, high),
    ]
    grid = shell(path, [half] * 5, [0.0] * 5, rows=30)
    seam_padded(parts, grid, rng.uniform(0.1, 0.16), cover, rng)
    tall = sit - 0.05 - foot
    parts.box(
        (0, (front + rear) / 2, foot + tall / 2),
        (half * 1.9, front - rear, tall),
        *cover,
        round=0.02,
    )
    legs = leg_finish(rng, 0.8)
    for sx in (-1, 1):
        for y in (front - 0.08, rear + 0.05):
            limb(
                parts,
                [(sx * half * 0.85, y, 0), (sx * half * 0.85, y, foot + 0.02)],
                [0.014, 0.024],
                *legs,
            )
    arms = rng.random() < 0.5
    if arms:
        side = float(rng.choice([-1, 1]))
        limb(
            parts,
            [
                (side * half * 1.0, rear - 0.12, high - 0.1),
                (side * half, rear + 0.3, sit + 0.2),
                (side * half, rear + 0.75, sit + 0.08),
            ],
            [0.09, 0.08, 0.06],
            *cover,
            smooth=14,
        )
    (parts.has if arms else parts.lacks).add("arms")
    pad = cushion(
        parts, (0, 0, 0), (0.45, 0.25, 0.13), palette.cloth(rng), rng=rng, firm=0.4, plump=0.8
    )
    pad.turn("x", 105, (0, 0, 0)).move(y=rear - 0.02, z=sit + 0.28)
    return parts


@family("lounge chair", mount="floor", has_front=True)
def bowl_lounge_chair(rng: np.random.Generator) -> Parts:
    """A round cushion in a dish of rattan, or a low wide frame that leans far back."""
    parts = Parts()
    cover = upholstery(rng, 0.15)
    if rng.random() < 0.4:
        r, tilt = rng.uniform(0.42, 0.52), rng.uniform(25, 38)
        rim = (palette.pick(rng, (170, 120, 70), (110, 74, 44)), "wicker")
        t, a = np.meshgrid(np.linspace(0.02, 1, 12), np.linspace(0, 2 * np.pi, 33), indexing="ij")
        bumps = 0.02 * np.sin(8 * a) * t
        grid = np.stack([r * t * np.cos(a), r * t * np.sin(a), 0.32 * r * t**2 + bumps], axis=2)
        for part in (
            plate(parts, grid + np.array([0, 0, 0.06]), puffed(grid.shape, 0.12, 0.7), *cover),
            limb(parts, (grid[-1] * 1.02), 0.022, *rim),
        ):
            part.turn("x", -tilt, (0, 0, 0)).move(z=0.42)
        for z, scale in ((0.02, 0.66), (0.26, 0.45)):
            ring = np.linspace(0, 2 * np.pi, 25)
            limb(
                parts,
                np.stack([r * scale * np.cos(ring), r * scale * np.sin(ring), 0 * ring + z], 1),
                0.018,
                *rim,
            )
        for k in range(8):
            way = np.array([np.cos(k * np.pi / 4), np.sin(k * np.pi / 4), 0])
            limb(
                parts,
                [
                    way * r * 0.66 + (0, 0, 0.02),
                    way * r * 0.45 + (0, 0, 0.26),
                    way * r * 0.3 + (0, 0, 0.4),
                ],
                0.012,
                *rim,
            )
        parts.lacks.add("arms")
        return parts
    frame = leg_finish(rng, 0.8)
    half, sit, high, lean = (
        rng.uniform(0.27, 0.34),
        rng.uniform(0.33, 0.4),
        rng.uniform(0.72, 0.95),
        rng.uniform(0.22, 0.36),
    )
    arms = rng.random() < 0.7
    for s in (-1, 1):
        x = s * (half + 0.03)
        limb(parts, [(x, 0.36, 0), (x, 0.3, 0.54 if arms else sit)], [0.014, 0.022], *frame)
        limb(
            parts,
            [(x, -0.5, 0), (x, -0.28, sit - 0.05), (x, -0.25, 0.52 if arms else sit)],
            [0.014, 0.022, 0.018],
            *frame,
            smooth=10,
        )
        limb(parts, [(x, 0.34, sit - 0.02), (x, -0.3, sit - 0.09)], 0.02, *frame)
        if arms:
            limb(
                parts,
                [(x, 0.4, 0.55), (x * 1.05, 0.05, 0.555), (x, -0.36, 0.52)],
                [0.03, 0.03, 0.018],
                *frame,
                flat=0.4,
                smooth=10,
            )
        limb(
            parts,
            [(s * half * 0.9, -0.26, sit - 0.05), (s * half * 0.9, -0.3 - lean, high)],
            0.016,
            *frame,
        )
    for t in np.linspace(0.15, 1, int(rng.integers(3, 7))):
        limb(
            parts,
            [
                (-half * 0.9, -0.26 - (0.04 + lean) * t, sit + (high - sit) * t),
                (half * 0.9, -0.26 - (0.04 + lean) * t, sit + (high - sit) * t),
            ],
            0.012,
            *frame,
        )
    for piece in (
        [(0.34, sit + 0.06), (-0.26, sit)],
        [(-0.22, sit + 0.08), (-0.22 - lean, high + 0.02)],
    ):
        seam_padded(
            parts, shell(piece, [half] * 2, [0.0] * 2, rows=12), rng.uniform(0.08, 0.13), cover, rng
        )
    (parts.has if arms else parts.lacks).add("arms")
    return parts
