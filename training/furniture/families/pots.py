"""Pots and pans."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.vessels import hollow

if TYPE_CHECKING:
    from training.furniture.families.palette import Color


def _grip(rng: np.random.Generator) -> tuple[Color, str]:
    if rng.random() < 0.3:
        return palette.wood(rng), "wooden"
    return (palette.black(rng), "") if rng.random() < 0.6 else (palette.steel(rng), "metal")


def _ware(rng: np.random.Generator) -> Color:
    u = rng.random()
    if u < 0.42:
        return palette.steel(rng)
    if u < 0.7:
        return palette.black(rng)
    return palette.pick(rng, (150, 90, 60)) if u < 0.76 else palette.lively(rng)


@family("pot", mount="top")
def pot(rng: np.random.Generator) -> Parts:
    """A saucepan, a casserole with ears, a tall one, a round-bellied one; with a lid or open."""
    parts = Parts()
    rgb = _ware(rng)
    r = rng.uniform(0.075, 0.15)
    style = int(rng.integers(4))
    high = r * (rng.uniform(0.8, 1.1), rng.uniform(0.8, 1.2), rng.uniform(1.4, 2), 1.1)[style]
    belly = 1.0 if style != 3 else rng.uniform(1.1, 1.2)
    body = [
        (r * 0.94, 0.0),
        (r, 0.012),
        (r * belly, high * 0.5),
        (r, high * 0.96),
        (r * 1.03, high),
    ]
    part = parts.lathe(hollow(body, 0.004, 0.008), rgb, "metal", sides=32)
    if rng.random() < 0.4:
        part.rgb[7 * 64 :] = palette.gray(rng)
    grip, stuff = _grip(rng)
    if style == 0:
        long = rng.uniform(0.15, 0.22)
        handle = parts.box(
            (0, r + long / 2, high * 0.85), (0.024, long, 0.016), grip, stuff, round=0.007
        )
        handle.turn("x", rng.uniform(0, 12), (0, r, high * 0.85))
    else:
        for s in (-1, 1):
            x = s * r
            loop = [
                (x, -0.04, high * 0.8),
                (x + s * 0.035, -0.03, high * 0.82),
                (x + s * 0.035, 0.03, high * 0.82),
                (x, 0.04, high * 0.8),
            ]
            parts.tube(loop, 0.007, grip, stuff, smooth=14)
    if rng.random() < 0.6:
        lid = rgb if rng.random() < 0.6 else palette.pick(rng, (150, 166, 170))
        z = high + 0.003
        parts.lathe(
            [(r * 1.05, z), (r * 1.04, z + 0.006), (r * 0.6, z + r * 0.16), (0, z + r * 0.2)],
            lid,
            "metal",
            sides=32,
        )
        parts.cylinder((0, 0, z + r * 0.2 + 0.012), 0.012, 0.026, grip, stuff, top=0.02)
    elif rng.random() < 0.4:
        food = palette.pick(rng, (170, 90, 40), (200, 60, 40), (220, 200, 150), (110, 130, 70))
        parts.cylinder((0, 0, high * 0.7), r * 0.96, 0.006, food)
    return parts


@family("pan", mount="top")
def pan(rng: np.random.Generator) -> Parts:
    """A frying pan, a deep one with a second grip, a wok, a square grill pan, a cast-iron one."""
    parts = Parts()
    rgb = _ware(rng)
    r = rng.uniform(0.1, 0.17)
    style = int(rng.integers(4))
    high = r * (rng.uniform(0.28, 0.4), rng.uniform(0.45, 0.55), rng.uniform(0.55, 0.7), 0.3)[style]
    foot = r * (0.76, 0.86, 0.35, 0.92)[style]
    bow = (0.75, 0.6, 0.6, 0.8)[style]
    body = [(foot, 0.0)] + [(foot + (r - foot) * s**bow, high * s) for s in (0.15, 0.4, 0.7, 1.0)]
    part = parts.lathe(hollow(body, 0.004, 0.006), rgb, "metal", sides=32)
    inside = palette.black(rng) if rng.random() < 0.65 else palette.gray(rng)
    part.rgb[6 * 64 :] = inside
    if style == 3:
        flat = np.abs(part.points[:, :2]).max(axis=1, keepdims=True).clip(1e-9)
        part.points[:, :2] *= (np.hypot(*part.points[:, :2].T)[:, None] / flat) ** 0.75
        for x in np.linspace(-0.7, 0.7, 8):
            parts.box((x * r, 0, 0.009), (0.006, r * 1.5, 0.006), palette.shade(inside, 1.4))
    parts.shape = "square" if style == 3 else "round"
    grip, stuff = _grip(rng)
    long = rng.uniform(0.15, 0.24)
    lean = rng.uniform(5, 20)
    handle = parts.box(
        (0, r + long / 2 + 0.02, high),
        (rng.uniform(0.02, 0.032), long, 0.016),
        grip,
        stuff,
        round=0.007,
    )
    neck = parts.box((0, r + 0.015, high * 0.92), (0.02, 0.06, 0.008), palette.steel(rng), "metal")
    for piece in (handle, neck):
        piece.turn("x", lean, (0, r, high * 0.9))
    if style == 1 or rng.random() < 0.15:
        loop = [
            (-0.035, -r, high * 0.85),
            (-0.03, -r - 0.03, high * 0.9),
            (0.03, -r - 0.03, high * 0.9),
            (0.035, -r, high * 0.85),
        ]
        parts.tube(loop, 0.006, grip, stuff, smooth=12)
    if rng.random() < 0.15:
        for x in (-0.3, 0.25):
            parts.ball((x * r, x * 0.4 * r, 0.012), (0.08, 0.075, 0.01), (240, 236, 226))
            parts.ball((x * r, x * 0.4 * r, 0.018), (0.03, 0.03, 0.018), (230, 170, 50))
        parts.laden = True
    return parts
