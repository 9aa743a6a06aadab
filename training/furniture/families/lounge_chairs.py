"""Lounge chairs: low, leaning back, of shells, slings, bent wood and steel."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
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
    from training.furniture.families.soft import Grid
    from training.furniture.families.tops import Finish


def seam_padded(
    parts: Parts, grid: Grid, thick: float, cover: Finish, rng: np.random.Generator
) -> None:
    """A padded surface, with cross seams at times."""
    plate(parts, grid, puffed(grid.shape, thick, 0.6), *cover)
    if rng.random() < 0.4:
        for row in range(3, len(grid) - 2, 3):
            parts.tube(
                grid[row, 1:-1] + (0, thick * 0.3, thick * 0.42),
                0.005,
                palette.shade(cover[0], 0.72),
                sides=5,
            )


def _star(parts: Parts, rng: np.random.Generator, z: float) -> None:
    """A swivel foot: a star of four or five, or a disk."""
    frame = leg_finish(rng, 0.25)
    parts.cylinder((0, 0, z / 2), 0.03, z, *frame)
    radius, count = rng.uniform(0.26, 0.33), int(rng.choice([0, 4, 5]))
    if not count:
        parts.lathe([(0, 0.03), (radius * 0.9, 0.018), (radius, 0), (0, 0)], *frame)
    for k in range(count):
        a = 2 * np.pi * (k + 0.5) / count
        way = np.array([np.cos(a), np.sin(a), 0])
        limb(
            parts, [way * 0.02 + (0, 0, 0.07), way * radius + (0, 0, 0.012)], [0.024, 0.014], *frame
        )


@family("lounge chair", mount="floor", has_front=True)
def shell_lounge_chair(rng: np.random.Generator) -> Parts:
    """Bent wooden or plastic shells with pads on a star, with a stool at times; or an egg."""
    parts = Parts()
    cover = upholstery(rng, 0.6)
    sit = rng.uniform(0.34, 0.4)
    if rng.random() < 0.3:  # an egg, open at its front
        r, high = rng.uniform(0.38, 0.46), rng.uniform(1.0, 1.25)
        low = sit - 0.12
        a, t = np.linspace(-0.45, np.pi + 0.45, 31), np.linspace(0.02, 0.93, 15)[:, None]
        wide = r * np.sin(np.pi * t**0.75) ** 0.55
        open_ = 0.75 * np.abs(np.cos(a)) ** 3 * t
        z = low + (high - low) * t * (1 - 0.4 * open_)
        grid = np.stack([wide * np.cos(a), -wide * np.sin(a) - 0.12 * t, z], axis=2)
        plate(parts, grid, rng.uniform(0.03, 0.07), *cover)
        cushion(parts, (0, 0.03, sit), (r * 1.5, r * 1.6, 0.16), *cover, rng=rng, firm=0.7)
        _star(parts, rng, low + 0.1)
        parts.has.add("arms")
        return parts
    shell_rgb = (
        (palette.wood(rng), "wooden") if rng.random() < 0.7 else (palette.case(rng), "plastic")
    )
    half, high, lean = rng.uniform(0.28, 0.34), rng.uniform(0.8, 1.02), rng.uniform(0.25, 0.4)
    pieces = [[(0.3, sit + 0.02), (0.1, sit), (-0.16, sit - 0.05)]]
    middle = sit + (high - sit) * 0.52
    y = -0.22
    pieces.append(
        [(y, sit + 0.02), (y - lean * 0.3, (sit + middle) / 2), (y - lean * 0.52, middle - 0.01)]
    )
    if rng.random() < 0.7:
        pieces.append(
            [
                (y - lean * 0.55, middle + 0.02),
                (y - lean * 0.8, (high + middle) / 2),
                (y - lean, high),
            ]
        )
    else:
        pieces[1] = [(y, sit + 0.02), (y - lean * 0.5, middle), (y - lean, high)]
    for k, piece in enumerate(pieces):
        grid = shell(piece, [half] * 3, [0.05, 0.06, 0.05], rows=11)
        outer = grid - np.array([0, 0.03, 0.025])
        outer[..., 0] *= 1.06
        plate(parts, outer, 0.014, *shell_rgb)
        seam_padded(
            parts,
            grid + np.array([0, 0.02, 0.03 if k == 0 else 0]),
            rng.uniform(0.07, 0.11),
            cover,
            rng,
        )
    limb(
        parts,
        [(0, -0.05, sit - 0.08), (0, -0.28, sit - 0.02), (0, y - lean * 0.6 - 0.05, middle)],
        0.02,
        palette.black(rng),
        "metal",
    )
    _star(parts, rng, sit - 0.05)
    arms = rng.random() < 0.7
    for s in (-1, 1) if arms else ():
        cushion(
            parts,
            (s * (half + 0.05), -0.06, sit + 0.19),
            (0.09, 0.36, 0.07),
            *cover,
            rng=rng,
            firm=0.4,
        )
        limb(
            parts,
            [(s * (half + 0.03), -0.15, sit - 0.02), (s * (half + 0.06), -0.15, sit + 0.17)],
            0.015,
            *shell_rgb,
        )
    (parts.has if arms else parts.lacks).add("arms")
    return parts


@family("lounge chair", mount="floor", has_front=True)
def bent_lounge_chair(rng: np.random.Generator) -> Parts:
    """Springy bent wood or tube with one long cushion, or straps and slings of leather."""
    parts = Parts()
    kind = int(rng.integers(3))
    cover = upholstery(rng, 0.35 if kind == 0 else 0.8)
    half, sit, high = rng.uniform(0.26, 0.31), rng.uniform(0.36, 0.42), rng.uniform(0.85, 1.05)
    lean = rng.uniform(0.25, 0.38)
    if kind == 0:  # bent wood
        frame = (palette.wood(rng), "wooden") if rng.random() < 0.8 else (palette.black(rng), "")
        for s in (-1, 1):
            x = s * (half + 0.04)
            loop = [
                (x, -0.42, 0.02),
                (x, 0.0, 0.015),
                (x, 0.3, 0.05),
                (x, 0.4, 0.25),
                (x, 0.33, 0.52),
                (x, 0.1, 0.57),
                (x, -0.25, 0.5),
            ]
            limb(parts, loop, 0.016, *frame, smooth=36, square=True, flat=1.6)
            limb(
                parts, [(x, -0.25, 0.5), (x * 0.95, -0.28, sit - 0.05)], 0.016, *frame, square=True
            )
            limb(
                parts,
                [
                    (s * half, 0.3, sit),
                    (s * half, -0.25, sit - 0.08),
                    (s * half, -0.3 - lean, high),
                ],
                0.014,
                *frame,
                smooth=16,
                square=True,
            )
        limb(parts, [(-half, 0.22, sit - 0.03), (half, 0.22, sit - 0.03)], 0.014, *frame)
        limb(parts, [(-half - 0.04, -0.3, 0.02), (half + 0.04, -0.3, 0.02)], 0.014, *frame)
        path = [
            (0.32, sit + 0.03),
            (0.1, sit + 0.03),
            (-0.22, sit - 0.03),
            (-0.3, sit + 0.1),
            (-0.3 - lean, high + 0.03),
        ]
        seam_padded(
            parts,
            shell(path, [half * 0.98] * 5, [0.0] * 5, rows=24),
            rng.uniform(0.06, 0.1),
            cover,
            rng,
        )
    elif kind == 1:  # slings in a cage of tube
        rgb = palette.steel(rng) if rng.random() < 0.75 else palette.black(rng)
        x, z, arm = half + 0.07, 0.02, rng.uniform(0.54, 0.6)
        for s in (-1, 1):
            cage = [
                (s * x, 0.34, z),
                (s * x, 0.34, arm),
                (s * x, -0.36, arm),
                (s * x, -0.36, z),
                (s * x, 0.34, z),
            ]
            for a, b in itertools.pairwise(cage):
                limb(parts, [a, b], 0.012, rgb, "metal")
            parts.box((s * x, -0.01, arm + 0.012), (0.06, 0.6, 0.008), *cover)
            limb(
                parts,
                [
                    (s * half, 0.32, sit),
                    (s * half, -0.26, sit - 0.1),
                    (s * half, -0.42, high - 0.15),
                ],
                0.011,
                rgb,
                "metal",
            )
        limb(parts, [(-x, -0.36, arm), (x, -0.36, arm)], 0.012, rgb, "metal")
        limb(parts, [(-x, -0.3, z), (x, -0.3, z)], 0.012, rgb, "metal")
        for piece in (
            [(0.32, sit), (0.05, sit - 0.06), (-0.26, sit - 0.1)],
            [(-0.29, sit + 0.08), (-0.42, high - 0.15)],
        ):
            grid = shell(piece, [half] * len(piece), [0.0] * len(piece), rows=8)
            plate(parts, grid, 0.012, *cover)
    else:  # two thick pads on crossed flat steel
        rgb = palette.steel(rng)
        for s in (-1, 1):
            x = s * half * 0.9
            limb(
                parts,
                [
                    (x, 0.36, 0.01),
                    (x, 0.1, sit * 0.55),
                    (x, -0.2, sit + 0.02),
                    (x, -0.3 - lean, high - 0.05),
                ],
                0.012,
                rgb,
                "metal",
                smooth=20,
                flat=0.5,
            )
            limb(
                parts,
                [
                    (x, -0.45, 0.01),
                    (x, -0.15, sit * 0.5),
                    (x, 0.1, sit - 0.06),
                    (x, 0.36, sit - 0.02),
                ],
                0.012,
                rgb,
                "metal",
                smooth=20,
                flat=0.5,
            )
        wide = half * rng.uniform(1.0, 1.25)
        for piece in (
            [(0.37, sit + 0.05), (-0.2, sit)],
            [(-0.22, sit + 0.06), (-0.3 - lean, high)],
        ):
            grid = shell(piece, [wide] * 2, [0.0] * 2, rows=11)
            seam_padded(parts, grid, rng.uniform(0.08, 0.12), cover, rng)
    (parts.lacks if kind == 2 else parts.has).add("arms")
    return parts
