"""Bar stools: wooden, of metal, and on columns, with and without a back."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.chairs_modern import shell_color
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
    from training.furniture.families.tops import Finish


def _say(parts: Parts, back: bool) -> Parts:
    (parts.has if back else parts.lacks).add("back")
    return parts


def _seat(
    parts: Parts, rng: np.random.Generator, half: float, z: float, frame: Finish, *, round_: bool
) -> None:
    """A disk, a saddle, a padded round or a cushion whose upper face is at z."""
    if rng.random() < 0.5:
        cover = upholstery(rng, 0.5)
        thick = rng.uniform(0.05, 0.11)
        cushion(
            parts,
            (0, 0, z - thick / 2),
            (2 * half, 2 * half, thick),
            *cover,
            rng=rng,
            firm=1.0 if round_ else 0.3,
            plump=0.4,
            uneven=0.01,
        )
    elif round_:
        parts.cylinder((0, 0, z - 0.018), half, 0.036, *frame)
    else:
        u, v = np.meshgrid(np.linspace(-1, 1, 13), np.linspace(-1, 1, 7))
        grid = np.stack(
            [u * half * 1.1, v * half * 0.8, z - 0.03 + rng.uniform(0.0, 0.04) * u**2], axis=2
        )
        plate(parts, grid, 0.035, *frame)


def _low_back(parts: Parts, rng: np.random.Generator, half: float, z: float, frame: Finish) -> None:
    """Posts with one or more rails, a bent board, or a padded one behind the seat."""
    high, y, lean = z + rng.uniform(0.15, 0.42), -half * 0.85, rng.uniform(0.03, 0.07)
    for s in (-1, 1):
        limb(
            parts,
            [(s * half * 0.75, y, z - 0.05), (s * half * 0.78, y - lean, high - 0.02)],
            0.012,
            *frame,
        )
    tall = rng.uniform(0.06, min(0.2, high - z - 0.03))
    padded = rng.random() < 0.4
    grid = shell(
        [(y - lean * 0.8, high - tall), (y - lean, high)], [half * 0.95] * 2, [0.04, 0.04], rows=7
    )
    plate(
        parts,
        grid,
        puffed(grid.shape, 0.05) if padded else 0.016,
        *(upholstery(rng, 0.5) if padded else frame),
    )
    if high - z > 0.3 and rng.random() < 0.6:
        rail = shell(
            [(y - lean * 0.4, z + 0.12), (y - lean * 0.5, z + 0.17)],
            [half * 0.8] * 2,
            [0.02, 0.02],
            rows=4,
        )
        plate(parts, rail, 0.014, *frame)


@family("bar stool", mount="floor")
def legged_bar_stool(rng: np.random.Generator) -> Parts:
    """Four legs with rails for the feet: of wood, square tube, round tube or sheet metal."""
    parts = Parts()
    frame = leg_finish(rng, 0.6)
    if rng.random() < 0.12:
        frame = (palette.lively(rng), "metal")
    z, half = rng.uniform(0.6, 0.82), rng.uniform(0.15, 0.21)
    spread, r, round_ = rng.uniform(1.0, 1.35), rng.uniform(0.01, 0.02), rng.random() < 0.55
    square = rng.random() < 0.4
    count = 3 if round_ and rng.random() < 0.15 else 4
    way = [
        np.array([np.cos(a), np.sin(a), 0]) for a in 2 * np.pi * (np.arange(count) + 0.5) / count
    ]
    for w in way:
        limb(
            parts,
            [w * half * 1.25 * spread, w * half * 0.95 + (0, 0, z - 0.03)],
            [r * 0.85, r],
            *frame,
            square=square,
        )
    for low in (rng.uniform(0.2, 0.32), *([0.45] if rng.random() < 0.4 else [])):
        reach = half * (1.25 * spread + (0.95 - 1.25 * spread) * low / z)
        if round_ and rng.random() < 0.5:
            a = np.linspace(0, 2 * np.pi, 25)
            limb(
                parts,
                np.stack([reach * np.cos(a), reach * np.sin(a), 0 * a + low], 1),
                r * 0.7,
                *frame,
            )
        else:
            for i in range(count):
                z0 = low + (0.05 if i % 2 and count == 4 else 0)
                limb(
                    parts,
                    [way[i] * reach + (0, 0, z0), way[(i + 1) % count] * reach + (0, 0, z0)],
                    r * 0.75,
                    *frame,
                    square=square,
                )
    _seat(
        parts,
        rng,
        half,
        z,
        frame if frame[1] == "wooden" or rng.random() < 0.5 else (palette.wood(rng), "wooden"),
        round_=round_,
    )
    back = rng.random() < 0.4
    if back:
        _low_back(parts, rng, half, z, frame)
    return _say(parts, back)


@family("bar stool", mount="floor")
def column_bar_stool(rng: np.random.Generator) -> Parts:
    """A column on a round foot with a ring or loop for the feet; a round, square or shell seat."""
    parts = Parts()
    u = rng.random()
    frame = (
        palette.steel(rng) if u < 0.65 else palette.black(rng) if u < 0.9 else palette.brass(rng),
        "metal",
    )
    z, half, foot = rng.uniform(0.6, 0.84), rng.uniform(0.16, 0.21), rng.uniform(0.18, 0.24)
    parts.lathe([(0, 0.05), (0.03, 0.045), (0.06, 0.02), (foot, 0.012), (foot, 0), (0, 0)], *frame)
    parts.cylinder((0, 0, z / 2), rng.uniform(0.022, 0.032), z - 0.04, *frame)
    parts.cylinder((0, 0, z * 0.7), 0.024, z * 0.4, palette.black(rng))
    low = rng.uniform(0.26, 0.4)
    if rng.random() < 0.8:
        a = np.linspace(0, 2 * np.pi, 25)
        ring, shift = rng.uniform(0.12, 0.17), rng.choice([0.0, 0.1])
        limb(
            parts,
            np.stack([ring * np.cos(a), shift + ring * np.sin(a), 0 * a + low], 1),
            0.01,
            *frame,
        )
        for s in (-1, 1):
            limb(parts, [(0, 0, low), (s * ring, shift, low)], 0.008, *frame)
    back = rng.random() < 0.55
    if not back:
        _seat(parts, rng, half, z, frame, round_=rng.random() < 0.7)
        return _say(parts, back)
    padded = rng.random() < 0.6
    cover = upholstery(rng, 0.6) if padded else shell_color(rng)
    high = z + rng.uniform(0.12, 0.38)
    grid = shell(
        [
            (half, z - 0.01),
            (0, z),
            (-half * 0.8, z + 0.02),
            (-half - 0.02, z + 0.1),
            (-half - 0.06, high),
        ],
        [half * 0.95, half * 1.05, half * 1.05, half, half * 0.9],
        [0.0, 0.01, 0.06, 0.06, 0.03],
    )
    plate(
        parts, grid, puffed(grid.shape, rng.uniform(0.05, 0.09), 0.5) if padded else 0.016, *cover
    )
    return _say(parts, back)


@family("bar stool", mount="floor")
def frame_bar_stool(rng: np.random.Generator) -> Parts:
    """A shell or padded seat on a sled of bent rod, or on slim legs with a high back."""
    parts = Parts()
    frame = leg_finish(rng, 0.15)
    z, half = rng.uniform(0.62, 0.8), rng.uniform(0.18, 0.22)
    sled, r = rng.random() < 0.5, rng.uniform(0.007, 0.012)
    for s in (-1, 1):
        x = s * half
        if sled:
            path = [
                (x * 0.8, half * 0.6, z - 0.02),
                (x, half * 1.1, 0.012),
                (x, -half * 1.1, 0.012),
                (x * 0.8, -half * 0.6, z - 0.02),
            ]
            for a, b in itertools.pairwise(path):
                limb(parts, [a, b], r, *frame)
        else:
            for sy in (-1, 1):
                limb(
                    parts,
                    [(x * 1.1, sy * half * 1.15, 0), (x * 0.75, sy * half * 0.75, z - 0.02)],
                    [r, r * 1.3],
                    *frame,
                )
            limb(parts, [(x, -half, 0.3), (x, half, 0.3)], r, *frame)
    limb(parts, [(-half * 0.97, half, 0.27), (half * 0.97, half, 0.27)], r, *frame)
    padded = rng.random() < 0.6
    cover = upholstery(rng, 0.4) if padded else shell_color(rng)
    high, lean = z + rng.uniform(0.2, 0.45), rng.uniform(0.03, 0.1)
    side = rng.choice([0.02, 0.12])
    grid = shell(
        [
            (half * 1.05, z - 0.02),
            (half * 0.6, z + 0.005),
            (-half * 0.6, z - 0.01),
            (-half, z + 0.07),
            (-half - lean, high),
        ],
        [half * 0.92, half, half * 1.03, half * 1.05, half * 0.95],
        [0.0, side * 0.2, side, side, 0.02],
    )
    plate(
        parts, grid, puffed(grid.shape, rng.uniform(0.05, 0.08), 0.5) if padded else 0.013, *cover
    )
    return _say(parts, True)
