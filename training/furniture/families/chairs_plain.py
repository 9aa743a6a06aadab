"""Folding and school chairs, chairs of one piece and of bent wood."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.chairs import maybe_clothes, words
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
    from training.furniture.families.geometry import Path

    Color = palette.Color


@family("chair", mount="floor", has_front=True)
def folding_chair(rng: np.random.Generator) -> Parts:
    """Two crossed frames: steel with a panel or pad, or wood with slats."""
    parts = Parts()
    wooden = rng.random() < 0.4
    frame = _folding_color(rng, wooden)
    half, sit, high = rng.uniform(0.2, 0.23), rng.uniform(0.42, 0.46), rng.uniform(0.75, 0.85)
    r = 0.011
    back_y, front_y = -0.22, rng.uniform(0.22, 0.27)
    for s in (-1, 1):
        long = [(s * half, front_y, 0), (s * half, back_y, high)]
        other = [(s * half * 0.9, back_y - 0.03, 0), (s * half * 0.9, front_y - 0.04, sit - 0.01)]
        for path in (long, other):
            limb(
                parts,
                path,
                r if not wooden else 0.013,
                *frame,
                square=wooden,
                flat=1.0 if not wooden else 0.7,
            )
    for y, z, x in ((front_y * 0.8, 0.08, half), (back_y, 0.05, half * 0.9), (back_y, high, half)):
        limb(parts, [(-x, y, z), (x, y, z)], r * 0.9, *frame)
    color, cover = frame if rng.random() < 0.5 else upholstery(rng, 0.3)
    if wooden and rng.random() < 0.75:
        for y in np.linspace(-0.17, 0.19, int(rng.integers(4, 8))):
            parts.box((0, y, sit), (half * 1.85, 0.04, 0.014), *frame)
        for z in np.linspace(high - 0.2, high - 0.02, int(rng.integers(1, 4))):
            y = front_y + (back_y - front_y) * z / high
            parts.box((0, y + 0.012, z), (half * 2, 0.014, 0.05), *frame).turn("x", 28)
    else:
        pad = rng.random() < 0.4
        cushion(
            parts,
            (0, 0.0, sit + 0.01),
            (half * 1.85, 0.39, 0.05 if pad else 0.02),
            color,
            cover,
            rng=rng,
            firm=0.3,
            plump=0.3,
            uneven=0.01,
        )
        low = high - rng.uniform(0.14, 0.24)
        slope = (back_y - front_y) / high
        grid = shell(
            [(front_y + slope * low + 0.01, low), (front_y + slope * high + 0.015, high)],
            [half * 0.98] * 2,
            [0.0, 0.0],
            rows=7,
        )
        grid[..., 1] -= 0.03 * (1 - np.linspace(-1, 1, 13) ** 2)[None]
        plate(parts, grid, puffed((7, 13), 0.04, 0.4) if pad else 0.008, color, cover)
    return words(parts, arms=False)


def _folding_color(rng: np.random.Generator, wooden: bool) -> tuple[Color, str]:
    if wooden:
        return (palette.wood(rng), "wooden") if rng.random() < 0.8 else (palette.white(rng), "")
    return palette.case(rng, dark=0.45, other=0.08), "metal"


@family("chair", mount="floor", has_front=True)
def school_chair(rng: np.random.Generator) -> Parts:
    """A tube frame with a plywood or plastic seat and a short back, or a padded visitor's chair."""
    parts = Parts()
    rgb, material = leg_finish(rng, 0.0)
    half, sit, high = rng.uniform(0.19, 0.24), rng.uniform(0.38, 0.47), rng.uniform(0.72, 0.88)
    deep, lean, r = rng.uniform(0.19, 0.23), rng.uniform(0.05, 0.1), rng.uniform(0.01, 0.014)
    visitor = rng.random() < 0.5
    arms = visitor and rng.random() < 0.5
    for s in (-1, 1):
        rear = [(s * half * 1.02, -deep * 1.15, 0), (s * half, -deep * 0.7, sit - 0.03)]
        parts.tube(rear, r, rgb, material)
        post = [(s * half, deep * 0.8, sit - 0.02), (s * half, -deep * 0.75, sit - 0.02)]
        post += [(s * half, -deep, sit + 0.06), (s * half, -deep - lean, high - 0.03)]
        parts.tube(post, r, rgb, material, smooth=26)
        parts.tube(
            [(s * half * 1.02, deep * 1.0, 0), (s * half, deep * 0.8, sit - 0.02)], r, rgb, material
        )
        if arms:
            z = sit + 0.22
            parts.tube(
                [
                    (s * (half + 0.03), deep * 1.05, 0),
                    (s * (half + 0.03), deep * 0.9, z),
                    (s * half, -deep - lean * 0.4, z),
                ],
                r,
                rgb,
                material,
            )
            parts.box(
                (s * (half + 0.03), 0.0, z + 0.012),
                (0.045, deep * 1.6, 0.022),
                palette.black(rng),
                "plastic",
                round=0.009,
            )
    parts.tube([(-half, 0, sit - 0.03), (half, 0, sit - 0.03)], r, rgb, material)
    color, cover = upholstery(rng, 0.2) if visitor else shell_color(rng)
    pad = rng.uniform(0.045, 0.08) if visitor else 0.014
    seat = shell(
        [(deep + 0.02, sit - 0.02), (deep * 0.6, sit), (-deep * 0.9, sit - 0.012)],
        [half * 1.02] * 3,
        [0.0, 0.008, 0.008],
        rows=9,
    )
    plate(parts, seat, puffed((9, 13), pad, 0.5) if visitor else pad, color, cover)
    tall = rng.uniform(0.14, 0.2) if not visitor else rng.uniform(0.26, 0.36)
    low = high - tall
    y = -deep - lean * (low - sit) / (high - sit) + 0.01
    back = shell(
        [(y, low), (y - lean * 0.5, (low + high) / 2), (-deep - lean, high)],
        [half * 1.0] * 3,
        [0.03, 0.035, 0.03],
        rows=9,
    )
    plate(parts, back, puffed((9, 13), pad * 0.8, 0.4) if visitor else pad, color, cover)
    maybe_clothes(parts, rng, -deep - lean, high)
    return words(parts, arms)


@family("chair", mount="floor", has_front=True)
def one_piece_chair(rng: np.random.Generator) -> Parts:
    """Plastic in one piece: a garden chair with slots, a flowing S, or a plain stacking one."""
    parts = Parts()
    u = rng.random()
    rgb = palette.white(rng) if u < 0.45 else palette.lively(rng) if u < 0.75 else palette.gray(rng)
    half = rng.uniform(0.21, 0.25)
    if rng.random() < 0.35:  # an S that flows down to its foot
        high = rng.uniform(0.8, 0.88)
        grid = shell(
            [
                (-0.2, 0.0),
                (-0.02, 0.05),
                (0.16, 0.24),
                (0.24, 0.38),
                (0.16, 0.42),
                (-0.12, 0.4),
                (-0.22, 0.5),
                (-0.28, high),
            ],
            [half, half * 0.9, half * 0.8, half, half, half, half, half * 0.85],
            [-0.12, -0.1, -0.06, -0.03, 0.0, 0.04, 0.05, 0.02],
            rows=34,
            power=2.2,
        )
        plate(parts, grid, 0.014, rgb, "plastic")
        return words(parts, arms=False)
    arms = rng.random() < 0.7
    sit, high, lean = rng.uniform(0.42, 0.45), rng.uniform(0.76, 0.9), rng.uniform(0.06, 0.12)
    seat = shell(
        [(0.23, sit - 0.03), (0.19, sit), (-0.2, sit - 0.02)],
        [half, half * 1.02, half * 0.9],
        [0.0, 0.015, 0.015],
        rows=9,
    )
    plate(parts, seat, 0.012, rgb, "plastic")
    back = shell(
        [(-0.2, sit - 0.02), (-0.22 - lean * 0.5, (sit + high) / 2), (-0.22 - lean, high)],
        [half * 0.9, half, half * 0.95],
        [0.03, 0.04, 0.03],
        columns=15,
    )
    back[..., 2] += (np.linspace(0, 1, 18) ** 2)[:, None] * 0.05 * (1 - np.linspace(-1, 1, 15) ** 2)
    for low in range(0, 14, 2):  # slats with slots between
        plate(
            parts,
            back[3:15, low : low + 2] if low % 4 else back[3:15, low : low + 3],
            0.01,
            rgb,
            "plastic",
        )
    plate(parts, back[:4], 0.012, rgb, "plastic")
    plate(parts, back[14:], 0.014, rgb, "plastic")
    for s in (-1, 1):
        for y, out in ((0.2, 0.04), (-0.2, -0.06)):
            limb(
                parts,
                [(s * (half + 0.03), y + out, 0), (s * half * 0.94, y, sit - 0.01)],
                [0.018, 0.03],
                rgb,
                "plastic",
                flat=0.5,
            )
        if arms:
            z = sit + 0.2
            path = [
                (s * (half + 0.03), 0.24, 0.1),
                (s * (half + 0.03), 0.2, z - 0.04),
                (s * (half + 0.03), 0.12, z),
            ]
            limb(
                parts,
                [*path, (s * half, -0.24, z + 0.02)],
                0.022,
                rgb,
                "plastic",
                smooth=14,
                flat=0.5,
            )
    return words(parts, arms)


@family("chair", mount="floor", has_front=True)
def bentwood_chair(rng: np.random.Generator) -> Parts:
    """A café chair: round seat of cane, wood or a pad, a hoop as its back, a ring below."""
    parts = Parts()
    frame = (palette.black(rng), "") if rng.random() < 0.35 else (palette.wood(rng), "wooden")
    r, sit, high = rng.uniform(0.19, 0.21), rng.uniform(0.44, 0.47), rng.uniform(0.82, 0.92)
    half, lean = r * 0.86, rng.uniform(0.06, 0.12)
    thick = 0.013
    parts.lathe([(r - 0.03, -0.04), (r, -0.04), (r, 0), (r - 0.03, 0)], *frame, center=(0, 0, sit))
    kind = int(rng.integers(3))
    if kind == 0:
        parts.cylinder(
            (0, 0, sit - 0.012), r - 0.02, 0.012, palette.pick(rng, (206, 178, 128)), "wicker"
        )
    elif kind == 1:
        parts.cylinder((0, 0, sit - 0.008), r - 0.01, 0.016, *frame)
    else:
        color, cover = upholstery(rng, 0.5)
        parts.lathe(
            [(0, 0.035), (r * 0.7, 0.03), (r * 0.95, 0.01), (r, -0.01)],
            color,
            cover,
            center=(0, 0, sit),
        )
    for s in (-1, 1):
        limb(parts, [(s * r * 0.95, r, 0), (s * r * 0.72, r * 0.7, sit)], [0.011, 0.016], *frame)
    back = -r * 0.66

    def hoop(width: float, top: float) -> Path:
        line = [
            (-width * 1.1, back - 0.07, 0),
            (-width, back, sit),
            (-width * 1.02, back - lean * 0.7, sit + (top - sit) * 0.65),
        ]
        line += [(0, back - lean, top)]
        return np.array(line + [(-x, y, z) for x, y, z in line[-2::-1]])

    limb(parts, hoop(half, high), thick, *frame, smooth=50)
    style = int(rng.integers(4))
    if style == 0:
        limb(parts, hoop(half * 0.5, high - 0.1)[1:-1], thick * 0.8, *frame, smooth=30)
    elif style == 1:
        for z in np.linspace(sit + 0.12, high - 0.12, 2):
            y = back - lean * (z - sit) / (high - sit)
            grid = shell([(y, z), (y - 0.01, z + 0.06)], [half * 0.98] * 2, [0.0, 0.0], rows=4)
            plate(parts, grid, 0.012, *frame)
    elif style == 2:
        grid = shell(
            [(back, sit + 0.04), (back - lean * 0.9, high - 0.1)],
            [half * 0.4] * 2,
            [0.0, 0.0],
            rows=8,
        )
        plate(parts, grid, 0.01, *frame)
    arms = rng.random() < 0.2
    if arms:
        for s in (-1, 1):
            path = [(s * half, back - lean * 0.6, sit + 0.24), (s * (r + 0.06), 0, sit + 0.22)]
            limb(
                parts,
                [*path, (s * (r + 0.04), r * 0.6, sit + 0.16), (s * r * 0.95, r * 0.4, sit - 0.02)],
                0.012,
                *frame,
                smooth=20,
            )
    if rng.random() < 0.7:
        z = rng.uniform(0.18, 0.26)
        a = np.linspace(0, 2 * np.pi, 25)
        limb(
            parts,
            np.stack([r * 0.82 * np.cos(a), r * 0.82 * np.sin(a), 0 * a + z], 1),
            0.008,
            *frame,
        )
    return words(parts, arms)
