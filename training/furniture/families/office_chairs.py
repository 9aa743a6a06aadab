"""Office chairs: swivel chairs on a star of castors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.chairs import maybe_clothes
from training.furniture.families.chairs_modern import shell_color
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import cushion, limb, plate, puffed, shell, upholstery

if TYPE_CHECKING:
    Color = palette.Color


def _base(parts: Parts, rng: np.random.Generator, z: float) -> None:
    """Five arms on castors, seldom on glides, and a gas lift up to z."""
    u = rng.random()
    rgb = palette.black(rng) if u < 0.6 else palette.steel(rng) if u < 0.85 else palette.white(rng)
    material = "plastic" if u < 0.6 else "metal"
    radius, turned = rng.uniform(0.27, 0.34), rng.uniform(0, 2)
    wheel = palette.black(rng) if rng.random() < 0.85 else palette.gray(rng)
    r = rng.uniform(0.022, 0.03)
    for k in range(5 if rng.random() < 0.93 else 4):
        a = turned + k * 2 * np.pi / 5
        way = np.array([np.cos(a), np.sin(a), 0])
        path = [
            way * 0.02 + (0, 0, 0.125),
            way * radius * 0.5 + (0, 0, 0.115),
            way * radius + (0, 0, 0.075),
        ]
        limb(parts, path, [0.026, 0.022, 0.015], rgb, material, square=True)
        for side in (-0.016, 0.016):
            castor = parts.wheel((0, 0, r), r, 0.016, wheel).move(x=side)
            castor.turn("z", float(rng.uniform(0, 180)), (0, 0, 0)).move(*(way * radius))
    parts.cylinder((0, 0, 0.16), 0.035, 0.12, rgb, material)
    parts.cylinder((0, 0, (z + 0.2) / 2), 0.025, z - 0.2, palette.black(rng), "metal")
    parts.box((0, -0.01, z - 0.02), (0.2, 0.26, 0.04), palette.black(rng), round=0.01)
    if rng.random() < 0.7:
        limb(parts, [(0.05, 0.03, z - 0.02), (0.24, 0.04, z - 0.03)], 0.006, palette.black(rng))


def _armrests(
    parts: Parts, rng: np.random.Generator, half: float, sit: float, color: Color
) -> None:
    """T posts with pads, closed loops, or bent bars."""
    style, z = int(rng.integers(3)), sit + rng.uniform(0.17, 0.25)
    pad = palette.black(rng)
    x = half + rng.uniform(0.03, 0.07)
    long = rng.uniform(0.22, 0.3)
    for s in (-1, 1):
        if style == 0:
            limb(
                parts,
                [
                    (s * half * 0.6, -0.04, sit - 0.09),
                    (s * x, -0.04, sit - 0.07),
                    (s * x, -0.03, z),
                ],
                [0.012, 0.018, 0.022],
                color,
                "plastic",
                flat=0.6,
            )
            parts.box((s * x, 0.02, z), (0.085, long, 0.03), pad, "plastic", round=0.012)
        elif style == 1:
            path = [
                (s * half * 0.8, 0.12, sit - 0.08),
                (s * x, 0.16, sit - 0.04),
                (s * x, 0.16, z - 0.03),
            ]
            path += [
                (s * x, 0.11, z),
                (s * x, -0.1, z),
                (s * x, -0.17, z - 0.04),
                (s * x, -0.12, sit - 0.04),
            ]
            limb(
                parts,
                [*path, (s * half * 0.8, -0.06, sit - 0.08)],
                0.018,
                color,
                "plastic",
                smooth=26,
                flat=0.8,
            )
            if rng.random() < 0.5:
                parts.box((s * x, 0.0, z + 0.015), (0.055, 0.22, 0.03), pad, "plastic", round=0.012)
        else:
            path = [
                (s * half * 0.8, 0.05, sit - 0.07),
                (s * x, 0.1, sit),
                (s * x, 0.12, z),
                (s * x * 0.95, -0.26, z + 0.02),
            ]
            limb(parts, path, 0.013, palette.steel(rng), "metal", smooth=20)


def _seat(
    parts: Parts,
    rng: np.random.Generator,
    half: float,
    deep: float,
    z: float,
    cover: tuple[Color, str],
) -> None:
    thick = rng.uniform(0.06, 0.11)
    seat = cushion(
        parts,
        (0, 0.02, z - thick / 2),
        (2 * half, deep, thick),
        *cover,
        rng=rng,
        firm=rng.uniform(0.25, 0.5),
        plump=0.35,
        uneven=0.015,
    )
    front = ((seat.points[:, 1] - deep * 0.2) / (deep * 0.3)).clip(0)
    seat.points[:, 2] -= 0.03 * front**2  # its front edge falls away
    parts.box(
        (0, 0.01, z - thick),
        (1.7 * half, deep * 0.85, 0.03),
        palette.black(rng),
        "plastic",
        round=0.012,
    )


def _spine(parts: Parts, rng: np.random.Generator, y: float, low: float, z: float) -> None:
    limb(
        parts,
        [(0, -0.05, z - 0.09), (0, y - 0.03, z - 0.06), (0, y - 0.05, low + 0.12)],
        [0.03, 0.03, 0.022],
        palette.black(rng),
        "plastic",
        square=True,
        flat=1.4,
        smooth=12,
    )


def _done(parts: Parts, arms: bool) -> Parts:
    parts.has.add("wheels")
    (parts.has if arms else parts.lacks).add("arms")
    return parts


def _cover(rng: np.random.Generator, leather: float) -> tuple[Color, str]:
    u = rng.random()
    if u < 0.45:
        return palette.black(rng), "leather" if rng.random() < leather else "fabric"
    return upholstery(rng, leather)


@family("office chair", mount="floor", has_front=True)
@family("office chair", mount="floor", has_front=True)  # twice: the commonest
def task_chair(rng: np.random.Generator) -> Parts:
    """A padded or mesh back on a spine, low or high, with or without arms and headrest."""
    parts = Parts()
    cover = _cover(rng, 0.15)
    half, deep, sit = rng.uniform(0.22, 0.26), rng.uniform(0.44, 0.51), rng.uniform(0.44, 0.56)
    _base(parts, rng, sit - 0.09)
    _seat(parts, rng, half, deep, sit, cover)
    low = sit + rng.uniform(0.04, 0.14)
    high = low + (rng.uniform(0.3, 0.4) if rng.random() < 0.35 else rng.uniform(0.45, 0.62))
    y, lean, wide = -deep / 2 + 0.01, rng.uniform(0.04, 0.12), half * rng.uniform(0.82, 1.0)
    grid = shell(
        [
            (y - 0.02, low),
            (y + 0.015, low + 0.14),
            (y - lean * 0.5, (low + high) / 2 + 0.05),
            (y - lean, high),
        ],
        [wide * rng.uniform(0.7, 1), wide, wide, wide * rng.uniform(0.7, 1)],
        [0.03, 0.05, 0.05, 0.03],
    )
    u = np.linspace(-1, 1, grid.shape[1])
    v = np.linspace(-1, 1, len(grid))[:, None]
    grid[..., 0] *= 1 - rng.uniform(0, 0.25) * np.abs(v) ** 4  # rounded corners
    grid[..., 2] -= 0.04 * v**3 * u**2
    mesh = rng.random() < 0.45
    if mesh:
        edge = cover[0] if rng.random() < 0.3 else palette.case(rng, dark=0.75, other=0.05)
        net = palette.black(rng) if rng.random() < 0.6 else palette.shade(cover[0], 1.1)
        plate(parts, grid, 0.006, net, "fabric")
        loop = np.concatenate([grid[0], grid[1:, -1], grid[-1, ::-1], grid[::-1, 0]])
        limb(parts, loop, 0.014, edge, "plastic")
        bar = grid[6] - (0, 0.03, 0)
        limb(parts, bar, 0.014, edge, "plastic")
    else:
        plate(parts, grid, puffed(grid.shape, rng.uniform(0.05, 0.1), 0.35), *cover)
        if rng.random() < 0.4:
            plate(parts, grid - (0, 0.03, 0), 0.012, palette.black(rng), "plastic")
    _spine(parts, rng, y, low, sit)
    if rng.random() < 0.28:  # a headrest
        top = high + rng.uniform(0.08, 0.13)
        limb(
            parts,
            [(0, y - lean - 0.03, high - 0.08), (0, y - lean, top)],
            0.014,
            palette.black(rng),
        )
        head = shell(
            [(y - lean + 0.03, top - 0.05), (y - lean + 0.02, top + 0.1)],
            [0.14, 0.13],
            [0.03, 0.03],
            rows=7,
        )
        plate(parts, head, puffed(head.shape, 0.05), *cover)
    arms = rng.random() < 0.7
    if arms:
        _armrests(parts, rng, half, sit, palette.case(rng, dark=0.8, other=0.02))
    maybe_clothes(parts, rng, y - lean, high)
    return _done(parts, arms)


@family("office chair", mount="floor", has_front=True)
def executive_chair(rng: np.random.Generator) -> Parts:
    """A high thick back in pads or with seams and buttons, with padded arms."""
    parts = Parts()
    cover = _cover(rng, 0.85)
    half, deep, sit = rng.uniform(0.25, 0.29), rng.uniform(0.48, 0.55), rng.uniform(0.46, 0.54)
    _base(parts, rng, sit - 0.13)
    thick = rng.uniform(0.1, 0.15)
    cushion(
        parts,
        (0, 0.02, sit - thick / 2),
        (2 * half, deep, thick),
        *cover,
        rng=rng,
        firm=0.25,
        plump=0.4,
    )
    y, lean, high = -deep / 2 + 0.03, rng.uniform(0.1, 0.2), sit + rng.uniform(0.6, 0.76)
    rows = int(rng.integers(2, 5))
    tall = (high - sit) / rows
    if rng.random() < 0.6:  # pads above each other
        for i in range(rows):
            z, t = sit + (i + 0.5) * tall, (i + 0.5) / rows
            pad = cushion(
                parts,
                (0, 0, 0),
                (2 * half * (1 - 0.12 * t), tall * 1.08, rng.uniform(0.12, 0.17)),
                *cover,
                rng=rng,
                firm=0.3,
                plump=0.5,
            )
            pad.turn("x", 90 + np.degrees(lean / (high - sit)), (0, 0, 0)).move(y=y - lean * t, z=z)
    else:
        grid = shell(
            [
                (y, sit - 0.04),
                (y + 0.02, sit + 0.16),
                (y - lean * 0.6, sit + 0.45),
                (y - lean, high),
            ],
            [half * 0.85, half, half, half * 0.8],
            [0.02, 0.07, 0.05, 0.02],
        )
        grid[..., 2] -= (
            0.05 * np.linspace(0, 1, len(grid))[:, None] ** 3 * np.linspace(-1, 1, 13) ** 2
        )
        plate(parts, grid, puffed(grid.shape, rng.uniform(0.11, 0.15), 0.5), *cover)
        dark = palette.shade(cover[0], 0.7)
        if rng.random() < 0.5:
            for row in (5, 8, 11, 14):
                for column in (3, 6, 9):
                    parts.ball(grid[row, column] + (0, 0.07, 0), (0.025, 0.014, 0.025), dark)
        else:
            for row in (5, 8, 11, 14):
                parts.tube(grid[row, 1:-1] + (0, 0.068, 0), 0.005, dark, sides=5)
    frame = palette.wood(rng) if rng.random() < 0.25 else palette.case(rng, dark=0.75, other=0.0)
    z, x = sit + rng.uniform(0.17, 0.23), half + 0.035
    for s in (-1, 1):
        path = [
            (s * half * 0.8, 0.14, sit - 0.1),
            (s * x, 0.17, sit),
            (s * x, 0.18, z - 0.05),
            (s * x, 0.1, z),
        ]
        limb(
            parts,
            [*path, (s * x, -0.12, z), (s * half, y - 0.04, z - 0.06)],
            0.02,
            frame,
            smooth=24,
        )
        if rng.random() < 0.9:
            cushion(parts, (s * x, 0.02, z + 0.02), (0.08, 0.27, 0.055), *cover, rng=rng, firm=0.4)
    return _done(parts, arms=True)


@family("office chair", mount="floor", has_front=True)
def plain_swivel_chair(rng: np.random.Generator) -> Parts:
    """A shell, plywood, or thin ribbed sling on castors; without arms or with bent bars."""
    parts = Parts()
    ribbed = rng.random() < 0.4
    cover = (
        _cover(rng, 0.7)
        if ribbed
        else upholstery(rng, 0.3)
        if rng.random() < 0.4
        else shell_color(rng)
    )
    half, sit = rng.uniform(0.21, 0.26), rng.uniform(0.43, 0.5)
    high, lean = sit + rng.uniform(0.34, 0.6), rng.uniform(0.06, 0.14)
    _base(parts, rng, sit - 0.05)
    side = 0.0 if ribbed else rng.choice([0.03, 0.16])
    grid = shell(
        [
            (0.25, sit - 0.02),
            (0.18, sit + 0.01),
            (-0.1, sit - 0.015),
            (-0.2, sit + 0.07),
            (-0.22 - lean * 0.4, sit + 0.2),
            (-0.22 - lean, high),
        ],
        [
            half * 0.96,
            half,
            half,
            half * (1 + side),
            half * (1 + side * 0.5),
            half * rng.uniform(0.75, 0.98),
        ],
        [0, side * 0.3, side, side, side * 0.5, 0.01],
        rows=26,
        power=2.5,
    )
    soft = ribbed or cover[1] in ("fabric", "leather")
    plate(parts, grid, puffed(grid.shape, 0.045, 0.6) if soft else 0.014, *cover)
    arms = side > 0.1
    if ribbed:
        for row in range(2, 25, 2):
            parts.tube(
                grid[row, 1:-1] + (0, 0.012, 0.014), 0.005, palette.shade(cover[0], 0.72), sides=5
            )
        metal = palette.steel(rng)
        for s in (0, -1):
            limb(parts, grid[:, s], 0.012, metal, "metal")
        arms = rng.random() < 0.75
        if arms:
            for s in (-1, 1):
                path = [
                    (s * half, 0.14, sit),
                    (s * (half + 0.05), 0.1, sit + 0.2),
                    (s * (half + 0.05), -0.1, sit + 0.22),
                ]
                limb(
                    parts,
                    [*path, (s * half, -0.23 - lean * 0.4, sit + 0.2)],
                    0.012,
                    metal,
                    "metal",
                    smooth=16,
                )
    elif rng.random() < 0.25:
        cushion(
            parts,
            (0, 0.03, sit + 0.02),
            (half * 1.7, 0.4, 0.05),
            *upholstery(rng),
            rng=rng,
            firm=0.4,
        )
    maybe_clothes(parts, rng, -0.22 - lean, high)
    return _done(parts, arms)


@family("office chair", mount="floor", has_front=True)
def racing_chair(rng: np.random.Generator) -> Parts:
    """A bucket seat for players: wings and stripes in a second colour, two pillows."""
    parts = Parts()
    base = palette.black(rng) if rng.random() < 0.75 else palette.white(rng)
    other = palette.lively(rng) if rng.random() < 0.7 else palette.gray(rng)
    half, sit, deep = rng.uniform(0.24, 0.27), rng.uniform(0.46, 0.54), rng.uniform(0.48, 0.54)
    _base(parts, rng, sit - 0.1)
    cushion(
        parts,
        (0, 0.02, sit - 0.05),
        (half * 1.4, deep, 0.1),
        base,
        "leather",
        rng=rng,
        firm=0.25,
        plump=0.4,
    )
    y, lean, high = -deep / 2 + 0.02, rng.uniform(0.12, 0.2), sit + rng.uniform(0.72, 0.84)
    path = [
        (y, sit - 0.03),
        (y - lean * 0.25, sit + 0.25),
        (y - lean * 0.65, sit + 0.52),
        (y - lean, high),
    ]
    core = shell(path, [half * 0.62, half * 0.7, half * 0.68, half * 0.5], [0.0, 0.02, 0.02, 0.0])
    plate(parts, core, puffed(core.shape, 0.1, 0.6), base, "leather")
    for s in (-1, 1):
        cushion(
            parts,
            (s * half * 0.85, 0.02, sit - 0.02),
            (half * 0.42, deep * 0.95, 0.11),
            other,
            "leather",
            rng=rng,
            firm=0.35,
        ).turn("y", -s * 18)
        wing = [
            (s * half * w, yy + out, z)
            for (yy, z), w, out in zip(
                path, (0.72, 0.95, 1.05, 0.6), (0.02, 0.06, 0.06, 0.0), strict=True
            )
        ]
        limb(parts, wing, [0.05, 0.07, 0.07, 0.045], other, "leather", smooth=16, flat=0.8)
    for t, tall, chance in ((0.28, 0.17, 0.6), (0.88, 0.13, 0.7)):
        if rng.random() < chance:
            pad = cushion(
                parts,
                (0, 0, 0),
                (half * 1.15, tall, 0.08),
                other if rng.random() < 0.5 else base,
                rng=rng,
                firm=0.35,
            )
            pad.turn("x", 100, (0, 0, 0)).move(y=y - lean * t + 0.09, z=sit + (high - sit) * t)
    _armrests(parts, rng, half, sit, palette.black(rng))
    return _done(parts, arms=True)
