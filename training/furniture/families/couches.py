"""What sofas and armchairs share: arms, backs, cushions, legs, and what lies on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import (
    cushion,
    draped,
    leg_finish,
    limb,
    plate,
    puffed,
    upholstery,
)

if TYPE_CHECKING:
    from training.furniture.families.tops import Finish


@dataclass
class Couch:
    """Measures and cover of one sofa or armchair, its middle at x = 0.

    Attributes:
        inner: width between the arms.
        deep: of the whole.
        sit: height of the seat.
        high: of the back.
        arm: width of an arm; 0 = none.
        arm_high: height of the arms.
        foot: height of the legs.
        cover: colour and material.
        seats: cushions beside each other.
    """

    inner: float
    deep: float
    sit: float
    high: float
    arm: float
    arm_high: float
    foot: float
    cover: Finish
    seats: int


def couch_of(rng: np.random.Generator, seats: int) -> Couch:
    """Measures of a couch with so many seats."""
    each = rng.uniform(0.52, 0.76) if seats > 1 else rng.uniform(0.48, 0.66)
    sit = rng.uniform(0.38, 0.47)
    return Couch(
        each * seats,
        rng.uniform(0.78, 1.0),
        sit,
        rng.uniform(0.68, 0.95),
        rng.uniform(0.09, 0.26),
        sit + rng.uniform(0.1, 0.24),
        rng.uniform(0.03, 0.17),
        upholstery(rng, 0.3),
        seats,
    )


def stand(parts: Parts, rng: np.random.Generator, c: Couch) -> None:
    """Blocks, cones, turned feet or metal runners; a plinth where they are low."""
    legs = leg_finish(rng, 0.65)
    x, y = c.inner / 2 + c.arm - 0.06, c.deep / 2 - 0.07
    if c.foot < 0.05:
        parts.box((0, 0, c.foot / 2 + 0.01), (2 * x, 2 * y, c.foot + 0.02), palette.black(rng))
        return
    kind = int(rng.integers(4))
    for sx in (-1, 1, 0) if c.inner > 1.7 else (-1, 1):
        if kind == 3:
            parts.box((sx * x, 0, 0.008), (0.04, 2 * y, 0.016), *legs)
        for sy in (-1, 1):
            at = np.array([sx * x, sy * y, 0])
            splay = np.array([sx, sy, 0]) * (0.03 if kind == 1 else 0)
            radii = {0: [0.025, 0.025], 1: [0.01, 0.02], 2: [0.018, 0.032], 3: [0.016, 0.016]}[kind]
            limb(
                parts,
                [at + splay, np.add(at, (0, 0, c.foot + 0.01))],
                radii,
                *legs,
                square=kind in (0, 3),
            )


def _arms(parts: Parts, rng: np.random.Generator, c: Couch, style: str) -> None:
    rgb, material = c.cover
    frame = leg_finish(rng, 0.8)
    for s in (-1, 1):
        x, high = s * (c.inner / 2 + c.arm / 2), c.arm_high - c.foot
        if style == "box":
            parts.box(
                (x, 0.01, c.foot + high / 2),
                (c.arm, c.deep * 0.98, high),
                rgb,
                material,
                round=min(0.05, c.arm * 0.4),
            )
        elif style == "rolled":
            r = max(c.arm * 0.62, 0.08)
            parts.box(
                (x, 0, c.foot + high / 2 - r / 2),
                (c.arm * 0.85, c.deep * 0.92, high - r),
                rgb,
                material,
                round=0.02,
            )
            parts.cylinder(
                (x + s * 0.02, 0, c.arm_high - r), r, c.deep * 0.93, rgb, material, axis="y"
            )
        elif style == "pillow":
            parts.box(
                (x, 0, c.foot + high * 0.4),
                (c.arm, c.deep * 0.95, high * 0.8),
                rgb,
                material,
                round=0.03,
            )
            cushion(
                parts,
                (x, 0.02, c.arm_high - 0.05),
                (c.arm * 1.15, c.deep * 0.94, 0.16),
                rgb,
                material,
                rng=rng,
                firm=0.35,
            )
        elif style == "slope":
            y = c.deep / 2
            side = [
                (y * 0.96, c.foot),
                (y, c.arm_high - 0.06),
                (y * 0.8, c.arm_high),
                (-y * 0.4, c.arm_high + 0.05),
                (-y, c.high - 0.02),
                (-y, c.foot),
            ]
            parts.extrude(side, c.arm, rgb, material, plane="yz").move(x=x)
        else:  # an open frame of wood or metal
            for y in (c.deep * 0.42, -c.deep * 0.36):
                limb(
                    parts,
                    [(x, y * 1.04, 0), (x, y, c.arm_high)],
                    [0.016, 0.022],
                    *frame,
                    square=True,
                )
            path = [
                (x, c.deep * 0.48, c.arm_high),
                (x, 0, c.arm_high + 0.005),
                (x, -c.deep * 0.42, c.arm_high + 0.02),
            ]
            limb(parts, path, [0.026, 0.03, 0.022], *frame, square=True, smooth=8)
            parts.box((x, 0, c.foot + 0.06), (0.03, c.deep * 0.8, 0.06), *frame)


def _back(parts: Parts, rng: np.random.Generator, c: Couch, style: str) -> None:
    """A frame at the back and what one leans on."""
    rgb, material = c.cover
    y, lean = -c.deep / 2, rng.uniform(8, 16)
    wide = c.inner + 2 * c.arm * (0.0 if style == "open" else 1.0)
    if style in ("tight", "tufted", "camel"):
        bend = 0.12 if style == "camel" else 0.0
        xs = np.linspace(-1, 1, 25)
        rows = np.linspace(0, 1, 10)
        top = c.high - bend * (np.abs(xs) ** 2)
        grid = np.zeros((10, 25, 3))
        grid[..., 0] = xs * wide / 2
        grid[..., 1] = y + 0.13 - 0.1 * rows[:, None]
        grid[..., 2] = c.foot + 0.05 + rows[:, None] * (top - c.foot - 0.05)
        plate(parts, grid, puffed(grid.shape, 0.2, 0.7), rgb, material)
        if style == "tufted":
            dark = palette.shade(rgb, 0.6)
            for step, z in enumerate(np.arange(c.sit + 0.08, c.high - 0.05, 0.12)):
                for x in np.arange(-c.inner / 2 + 0.08 + 0.08 * (step % 2), c.inner / 2, 0.17):
                    t = (z - c.foot) / (c.high - c.foot)
                    parts.ball((x, y + 0.235 - 0.1 * t, z), (0.028, 0.018, 0.028), dark, material)
        return
    if style == "frame":
        parts.box(
            (0, y + 0.08, (c.foot + c.high * 0.94) / 2),
            (wide, 0.14, c.high * 0.94 - c.foot),
            rgb,
            material,
            round=0.04,
        )
    count = c.seats if rng.random() < 0.8 else max(1, c.seats - 1)
    each, tall = c.inner / count, c.high - c.sit + rng.uniform(0.0, 0.07)
    for i in range(count):
        x = c.inner * ((i + 0.5) / count - 0.5)
        pad = cushion(
            parts,
            (0, 0, 0),
            (each * 0.99, tall, rng.uniform(0.14, 0.24)),
            rgb,
            material,
            rng=rng,
            firm=rng.uniform(0.2, 0.4),
            plump=0.5,
            uneven=0.04,
        )
        turn = 90 + lean + rng.uniform(-2, 2)
        pad.turn("x", turn, (0, 0, 0)).move(x=x, y=y + 0.22, z=c.sit + tall * 0.46)


def _seats(parts: Parts, rng: np.random.Generator, c: Couch, *, bench: bool) -> None:
    rgb, material = c.cover
    thick = min(rng.uniform(0.12, 0.2), c.sit - c.foot - 0.05)
    count = 1 if bench else c.seats
    front = c.deep / 2 - 0.005
    deep = c.deep - 0.18
    for i in range(count):
        x = c.inner * ((i + 0.5) / count - 0.5)
        cushion(
            parts,
            (x, front - deep / 2, c.sit - thick / 2),
            (c.inner / count * 0.995, deep, thick),
            rgb,
            material,
            rng=rng,
            firm=rng.uniform(0.12, 0.25),
            plump=0.35,
            uneven=0.025,
        )
    tall = c.sit - thick * 0.8 - c.foot
    parts.box(
        (0, -0.01, c.foot + tall / 2),
        (c.inner + c.arm, c.deep * 0.95, tall),
        palette.shade(rgb, 0.96),
        material,
        round=0.015,
    )


def strew(parts: Parts, rng: np.random.Generator, c: Couch) -> None:
    """Loose pillows, a throw over back or arm, clothes left lying."""
    if rng.random() < 0.4:
        rgb = palette.cloth(rng) if rng.random() < 0.7 else palette.white(rng)
        for _ in range(int(rng.integers(1, 2 + c.seats))):
            size = rng.uniform(0.35, 0.5)
            pad = cushion(
                parts,
                (0, 0, 0),
                (size, size * rng.choice([1, 1, 0.7]), 0.15),
                rgb,
                rng=rng,
                firm=0.35,
                plump=0.9,
            )
            pad.turn("x", 90 + rng.uniform(15, 35), (0, 0, 0)).turn(
                "y", rng.uniform(-15, 15), (0, 0, 0)
            )
            x = rng.uniform(-0.5, 0.5) * max(0.05, c.inner - size)
            pad.move(x, -c.deep * 0.5 + 0.4 + rng.uniform(0, 0.1), c.sit + size * 0.4)
            rgb = rgb if rng.random() < 0.5 else palette.cloth(rng)
        parts.has.add("pillows")
    if rng.random() < 0.16:
        y, z = -c.deep / 2, c.high + 0.02
        path = [
            (y - 0.02, z - 0.3),
            (y - 0.01, z),
            (y + 0.12, z + 0.02),
            (y + 0.27, z - 0.1),
            (y + 0.36, c.sit + 0.05),
            (y + 0.6, c.sit + 0.03),
        ]
        wide = min(c.inner * 0.8, rng.uniform(0.45, 0.9))
        draped(
            parts, path, rng.uniform(-0.5, 0.5) * (c.inner - wide), wide, palette.cloth(rng), rng
        )
    elif rng.random() < 0.08:
        x = rng.uniform(-0.3, 0.3) * c.inner
        cushion(
            parts,
            (x, 0.1, c.sit + 0.04),
            (0.4, 0.3, 0.1),
            palette.cloth(rng),
            rng=rng,
            firm=0.8,
            uneven=0.2,
        )


def build(rng: np.random.Generator, c: Couch, arm: str, back: str) -> Parts:
    """All of it: arms of a style ("none", "open", ...), a back, seats, legs, things on it."""
    parts = Parts()
    if arm == "none":
        c.arm = 0.0
    else:
        _arms(parts, rng, c, arm)
    if arm != "open":
        stand(parts, rng, c)
    _back(parts, rng, c, back)
    _seats(parts, rng, c, bench=c.seats > 1 and rng.random() < 0.2)
    strew(parts, rng, c)
    (parts.lacks if arm == "none" else parts.has).add("arms")
    return parts
