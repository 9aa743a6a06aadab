"""Wooden and upholstered chairs on four legs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import (
    cushion,
    draped,
    leg_finish,
    limb,
    plate,
    puffed,
    shell,
    upholstery,
)

if TYPE_CHECKING:
    from training.furniture.families.geometry import Vector

    Color = palette.Color


def words(parts: Parts, arms: bool) -> Parts:
    """Say whether a chair has arms; none of these has wheels."""
    (parts.has if arms else parts.lacks).add("arms")
    parts.lacks.add("wheels")
    return parts


def maybe_clothes(parts: Parts, rng: np.random.Generator, y: float, top: float) -> None:
    """Now and then a jacket or towel over the back, whose upper edge is at (y, top)."""
    if rng.random() < 0.1:
        down = rng.uniform(0.25, 0.5)
        path = [(y - 0.06, top - down), (y - 0.03, top), (y + 0.01, top + 0.02)]
        path += [(y + 0.045, top), (y + 0.08, top - down * rng.uniform(0.4, 0.9))]
        draped(
            parts, path, rng.uniform(-0.04, 0.04), rng.uniform(0.3, 0.45), palette.cloth(rng), rng
        )


def _painted(rng: np.random.Generator) -> tuple[Color, str]:
    u = rng.random()
    if u < 0.68:
        return palette.wood(rng), "wooden"
    if u < 0.95:
        return (palette.white(rng) if u < 0.82 else palette.black(rng)), ""
    return palette.pastel(rng), ""


def _woven_seat(parts: Parts, wide: float, deep: float, z: float, rng: np.random.Generator) -> None:
    """Rush or cord in four triangles that meet in the middle."""
    rgb = palette.pick(rng, (196, 172, 122), (176, 148, 96), (214, 200, 166), (60, 54, 48))
    x = np.linspace(-0.5, 0.5, 15)
    u, v = np.meshgrid(x, x)
    sag = -0.012 * (1 - np.maximum(np.abs(u), np.abs(v)) * 2)
    grid = np.stack([u * wide, v * deep, z + sag], axis=2)
    part = plate(parts, grid, 0.03, rgb, "wicker")
    middle = part.points[part.faces].mean(axis=1)
    sideways = np.abs(middle[:, 0]) / wide > np.abs(middle[:, 1]) / deep
    ring = (np.maximum(np.abs(middle[:, 0]) / wide, np.abs(middle[:, 1]) / deep) * 28).astype(int)
    part.rgb *= np.where(sideways, 0.88, 1.0)[:, None] * np.where(ring % 2, 0.93, 1.0)[:, None]


def _seat(
    parts: Parts,
    size: tuple[float, float],
    z: float,
    frame: tuple[Color, str],
    rng: np.random.Generator,
) -> None:
    """A seat whose upper face is at z: plank, saddle, padded, woven or with a loose cushion."""
    wide, deep = size
    kind = int(rng.choice(5, p=[0.25, 0.12, 0.3, 0.15, 0.18]))
    if kind == 3:
        _woven_seat(parts, wide, deep, z - 0.015, rng)
        return
    if kind == 2:
        rgb, material = upholstery(rng, 0.35)
        thick = rng.uniform(0.05, 0.08)
        parts.box((0, 0, z - thick), (wide, deep, 0.05), *frame)
        cushion(
            parts,
            (0, 0.005, z - thick / 2),
            (wide, deep, thick),
            rgb,
            material,
            rng=rng,
            firm=0.18,
            plump=0.35,
            uneven=0.02,
        )
        return
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, 11), np.linspace(-0.5, 0.5, 11))
    hollow = rng.uniform(0.008, 0.02) if kind == 1 else 0.0
    x = u * wide * (1 - 0.12 * (0.5 - v))  # a bit narrower at its back
    z_at = z - 0.014 - hollow * np.cos(np.pi * u) * np.cos(np.pi * v)
    plate(parts, np.stack([x, v * deep, z_at], axis=2), 0.028, *frame)
    if kind == 4:
        rgb, material = upholstery(rng, 0.05)
        cushion(
            parts,
            (0, 0, z + 0.02),
            (wide * 0.94, deep * 0.92, 0.055),
            rgb,
            material,
            rng=rng,
            firm=rng.uniform(0.2, 0.45),
            plump=0.6,
        )


def _between(
    parts: Parts,
    rng: np.random.Generator,
    half: float,
    foot: tuple[float, float],
    head: tuple[float, float],
    frame: tuple[Color, str],
) -> None:
    """What fills a back between its posts, from (y, z) `foot` to (y, z) `head`."""
    bend = rng.uniform(0.01, 0.04)

    def at(x: float, t: float) -> Vector:
        y = foot[0] + (head[0] - foot[0]) * t - bend * (1 - (x / half) ** 2)
        return (x, y, foot[1] + (head[1] - foot[1]) * t)

    def board(
        low: float, high: float, arch: float = 0.0, left: float = -1, right: float = 1
    ) -> None:
        xs = np.linspace(left, right, 11) * half * 0.999
        rows = []
        for t in np.linspace(low, high, 4):
            rows.append(
                [at(x, t + arch * (t - low) / (high - low) * (1 - (x / half) ** 2)) for x in xs]
            )
        plate(parts, np.array(rows), 0.018, *frame)

    kind = int(rng.integers(8))
    arch = rng.uniform(0, 0.12) if rng.random() < 0.5 else 0.0
    top = rng.uniform(0.1, 0.22)
    board(1 - top, 1.0, arch)
    if kind == 0:  # ladder
        count = int(rng.integers(2, 5))
        for i in range(count):
            low = 0.28 + i * (0.92 - top - 0.28) / count
            board(low, low + rng.uniform(0.08, 0.11), arch * 0.6)
    elif kind == 1:  # upright slats or spindles
        board(0.2, 0.27)
        count, round_ = int(rng.integers(3, 9)), rng.random() < 0.5
        for x in np.linspace(-0.85, 0.85, count) * half * (1 - 1 / (count + 2)):
            wide = 0.008 if round_ else min(0.022, 0.5 * half / count)
            limb(parts, [at(x, 0.23), at(x, 1 - top)], wide, *frame, square=not round_, flat=0.4)
    elif kind == 2:  # solid
        board(0.25, 1.0 - top)
    elif kind == 3:  # splat
        board(0.2, 0.27)
        waist = rng.uniform(0.2, 0.5)
        xs = np.linspace(-1, 1, 5) * half * 0.38
        rows = [
            [
                at(x * (1 - waist * np.sin(2 * np.pi * s) ** 2), 0.23 + s * (1 - top - 0.22))
                for x in xs
            ]
            for s in np.linspace(0, 1, 13)
        ]
        plate(parts, np.array(rows), 0.012, *frame)
    elif kind == 4:  # crossed
        for way in (-1, 1):
            ends = [at(-way * half, 0.28), at(way * half, 1 - top)]
            limb(parts, ends, 0.014, *frame, square=True, flat=0.7)
        board(0.22, 0.28)
    elif kind == 5:  # cane
        rgb = palette.pick(rng, (206, 178, 128), (190, 160, 110))
        rows = [[at(x, t) for x in np.linspace(-1, 1, 9) * half] for t in np.linspace(0.3, 0.96, 5)]
        plate(parts, np.array(rows), 0.006, rgb, "wicker")
        board(0.24, 0.31)
    elif kind == 6:  # padded
        rgb, material = upholstery(rng, 0.35)
        rows = [
            [at(x, t) for x in np.linspace(-1, 1, 13) * half] for t in np.linspace(0.3, 0.98, 11)
        ]
        grid = np.array(rows)
        grid[..., 1] += 0.012
        plate(parts, grid, puffed((11, 13), 0.06), rgb, material)
    else:  # a wide rail only, as in many chairs of the fifties
        low = rng.uniform(0.5, 0.65)
        board(low, 0.95, 0)


@family("chair", mount="floor", has_front=True)
@family("chair", mount="floor", has_front=True)  # twice: the commonest
def wooden_chair(rng: np.random.Generator) -> Parts:
    """Posts that rise from the back legs, with ladder, slat, splat, cane, cross or padded back."""
    parts = Parts()
    frame = _painted(rng)
    wide, deep = rng.uniform(0.39, 0.48), rng.uniform(0.39, 0.46)
    sit, high = rng.uniform(0.43, 0.48), rng.uniform(0.76, 1.08)
    square = rng.random() < 0.6
    thick, taper = rng.uniform(0.014, 0.023), rng.uniform(0.55, 1.0)
    back = wide * rng.uniform(0.84, 1.0)
    lean, kick = rng.uniform(0.03, 0.13), rng.uniform(0.0, 0.08)
    splay = rng.choice([0.0, 0.0, rng.uniform(0.02, 0.05)])
    x, y = wide / 2 - thick, deep / 2 - thick
    head_y = -y - lean * (high - sit) / 0.5
    for s in (-1, 1):
        front = [(s * (x + splay), y + splay, 0), (s * x, y, sit - 0.02)]
        limb(parts, front, [thick * taper, thick], *frame, square=square)
        bx = s * (back / 2 - thick)
        post = [(bx, -y - kick, 0), (bx, -y, sit)]
        post = [*post, (bx, (head_y - y) / 2 + 0.01, (sit + high) / 2), (bx, head_y, high)]
        limb(
            parts,
            post,
            [thick * taper, thick, thick * 0.9, thick * 0.75],
            *frame,
            square=square,
            smooth=12,
        )
        if rng.random() < 0.5 or s == 1:
            z = rng.uniform(0.12, 0.3)
            if s == 1 and rng.random() < 0.55:
                for side in (-1, 1):
                    rail = [(side * x, y, z), (side * back / 2 * 0.9, -y, z)]
                    limb(parts, rail, thick * 0.55, *frame, square=square)
                if rng.random() < 0.6:
                    limb(parts, [(-x, 0, z), (x, 0, z)], thick * 0.55, *frame, square=square)
    if rng.random() < 0.75:
        tall = rng.uniform(0.04, 0.07)
        for s in (-1, 1):
            parts.box((s * x, 0, sit - 0.03 - tall / 2), (thick * 1.3, 2 * y, tall), *frame)
            parts.box((0, s * y, sit - 0.03 - tall / 2), (2 * x, thick * 1.3, tall), *frame)
    _seat(parts, (wide, deep), sit, frame, rng)
    _between(parts, rng, back / 2 - thick, (-y, sit), (head_y, high - 0.01), frame)
    arms = rng.random() < 0.2
    if arms:
        z = sit + rng.uniform(0.18, 0.23)
        for s in (-1, 1):
            path = [
                (s * back * 0.47, -y - 0.03, z + 0.02),
                (s * (x + 0.03), 0, z),
                (s * (x + 0.02), y * 0.7, z - 0.01),
            ]
            limb(parts, path, [0.016, 0.02, 0.022], *frame, smooth=8, flat=0.7)
            limb(
                parts,
                [(s * x, y * 0.62, sit - 0.03), (s * (x + 0.02), y * 0.62, z)],
                thick * 0.7,
                *frame,
            )
    maybe_clothes(parts, rng, head_y, high)
    return words(parts, arms)


@family("chair", mount="floor", has_front=True)
def upholstered_chair(rng: np.random.Generator) -> Parts:
    """A dining chair padded all over, its back straight, waisted, winged or round."""
    parts = Parts()
    rgb, material = upholstery(rng, 0.35)
    legs = leg_finish(rng, 0.75)
    wide, deep, sit = rng.uniform(0.44, 0.54), rng.uniform(0.42, 0.5), rng.uniform(0.45, 0.5)
    high = rng.uniform(0.8, 1.1)
    thick = rng.uniform(0.07, 0.13)
    style = int(rng.integers(4))
    under = sit - thick
    if rng.random() < 0.08:  # a cover down to the floor
        parts.box((0, 0, sit / 2), (wide, deep, sit - 0.02), rgb, material, round=0.02)
    else:
        r, splay = rng.uniform(0.014, 0.024), rng.uniform(0, 0.06)
        square = rng.random() < 0.6
        for sx in (-1, 1):
            for sy in (-1, 1):
                top = (sx * (wide / 2 - 0.04), sy * (deep / 2 - 0.04), under + 0.02)
                foot = (top[0] + sx * splay, top[1] + sy * (splay if sy > 0 else splay + 0.04), 0)
                limb(parts, [foot, top], [r * rng.uniform(0.55, 0.8), r], *legs, square=square)
    cushion(
        parts,
        (0, 0.02, sit - thick / 2),
        (wide, deep, thick),
        rgb,
        material,
        rng=rng,
        firm=0.15 if style != 3 else 0.6,
        plump=0.28,
        uneven=0.015,
    )
    lean, y = rng.uniform(0.03, 0.12), -deep / 2 + 0.04
    low = under if style == 0 else sit - 0.04 + rng.uniform(0, 0.1)
    half = wide / 2 * rng.uniform(0.88, 1.0)
    waist = rng.uniform(0.75, 0.9) if style == 1 else 1.0
    curl = {0: 0.0, 1: 0.03, 2: rng.uniform(0.06, 0.12), 3: rng.uniform(0.16, 0.26)}[style]
    grid = shell(
        [(y, low), (y - lean * 0.4, (low + high) / 2), (y - lean, high)],
        [half * waist, half, half * rng.uniform(0.88, 1.05)],
        [curl, curl, curl * rng.uniform(0.3, 1)],
        power=2.2,
    )
    if rng.random() < 0.4:  # a rounded top
        u = np.linspace(-1, 1, grid.shape[1])
        grid[..., 2] -= (np.linspace(0, 1, len(grid)) ** 3)[:, None] * 0.06 * u**2
    plate(parts, grid, puffed(grid.shape, rng.uniform(0.06, 0.1), 0.45), rgb, material)
    look = int(rng.integers(5))
    if look == 0:  # buttons
        for row in (6, 10, 14):
            for column in (2, 4, 6, 8, 10) if row != 10 else (3, 5, 7, 9):
                p = grid[row, column] + (0, 0.045, 0)
                parts.ball(p, (0.022, 0.012, 0.022), palette.shade(rgb, 0.7), material)
    elif look == 1:  # seams
        for column in (2, 4, 6, 8, 10):
            path = grid[1:-1, column] + (0, 0.042, 0)
            parts.tube(path, 0.004, palette.shade(rgb, 0.7), material, sides=5)
    arms = style == 3 and rng.random() < 0.5
    maybe_clothes(parts, rng, y - lean, high)
    return words(parts, arms)


@family("chair", mount="floor", has_front=True)
def spindle_chair(rng: np.random.Generator) -> Parts:
    """A saddle seat with turned, splayed legs; spindles under a bow, a comb or an arm bow."""
    parts = Parts()
    frame = _painted(rng)
    half, sit = rng.uniform(0.2, 0.235), rng.uniform(0.43, 0.46)
    high, lean = rng.uniform(0.78, 1.02), rng.uniform(0.08, 0.16)
    seat = cushion(
        parts,
        (0, 0, sit - 0.02),
        (2 * half, 2 * half * 0.96, 0.04),
        *frame,
        rng=rng,
        firm=rng.uniform(0.35, 0.7),
        plump=0.25,
        uneven=0.0,
    )
    seat.points[:, 0] *= 1 + 0.3 * seat.points[:, 1]
    turned = rng.random() < 0.6
    radii = [0.011, 0.018, 0.012, 0.021, 0.013] if turned else [0.011, 0.013, 0.015, 0.016, 0.014]
    feet = []
    for sx in (-1, 1):
        for sy in (-1, 1):
            foot = np.array([sx * half * 1.0, sy * half * 1.05, 0])
            top = np.array([sx * half * 0.62, sy * half * 0.65, sit - 0.02])
            feet.append((foot, top))
            limb(
                parts,
                [foot + (top - foot) * t for t in np.linspace(0, 1, 5)],
                radii,
                *frame,
                smooth=15,
            )
    t = rng.uniform(0.35, 0.5)
    mids = [foot + (top - foot) * t for foot, top in feet]
    limb(parts, [mids[0], (mids[0] + mids[1]) / 2, mids[1]], [0.009, 0.013, 0.009], *frame)
    limb(parts, [mids[2], (mids[2] + mids[3]) / 2, mids[3]], [0.009, 0.013, 0.009], *frame)
    limb(parts, [(mids[0] + mids[1]) / 2, (mids[2] + mids[3]) / 2], 0.01, *frame)
    y = -half * 0.82
    comb, arms = rng.random() < 0.45, rng.random() < 0.25
    count = int(rng.integers(5, 10))
    rise = high - sit

    def back(x: float, t: float) -> Vector:
        curve = -0.06 * (1 - (x / half) ** 2)
        return (x * (1 + 0.1 * t), y + 0.04 + curve - lean * t, sit + rise * t)

    for x in np.linspace(-0.72, 0.72, count) * half:
        t = 0.97 if comb else np.sqrt(max(0.1, 1 - (x / half / 0.95) ** 2)) ** 0.8
        limb(parts, [back(x, -0.02), back(x, t * 0.4), back(x, t)], [0.007, 0.01, 0.006], *frame)
    if comb:
        xs = np.linspace(-0.95, 0.95, 9) * half
        plate(parts, np.array([[back(x, s) for x in xs] for s in (0.86, 0.93, 1.0)]), 0.02, *frame)
    else:
        a = np.linspace(0, np.pi, 24)
        bow = [back(half * 0.86 * np.cos(q), np.sin(q) ** 0.75 - 0.03) for q in a]
        limb(parts, bow, 0.011, *frame)
    if arms:
        z = sit + 0.22
        path = [
            (-half * 1.1, half * 0.5, z),
            (-half * 1.05, y * 0.4, z),
            (-half * 0.5, y - 0.08, z),
        ]
        path += [(half * 0.5, y - 0.08, z), (half * 1.05, y * 0.4, z), (half * 1.1, half * 0.5, z)]
        limb(parts, path, 0.016, *frame, smooth=24, flat=0.7)
        for s in (-1, 1):
            for q in (0.4, 0.05):
                limb(
                    parts,
                    [(s * half * 0.9, half * q, sit), (s * half * 1.06, half * q, z)],
                    0.01,
                    *frame,
                )
    if rng.random() < 0.2:
        cushion(
            parts,
            (0, 0, sit + 0.02),
            (half * 1.8, half * 1.7, 0.05),
            palette.cloth(rng),
            rng=rng,
            firm=0.6,
        )
    return words(parts, arms)
