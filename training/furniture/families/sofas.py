"""Sofas: modern, old, around a corner, and light ones."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette
from training.furniture.families.couches import build, couch_of, stand, strew
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


@family("sofa", mount="floor", has_front=True)
def sofa(rng: np.random.Generator) -> Parts:
    """Two to four seats with box, rolled, pillow or sloping arms and loose or fixed backs."""
    c = couch_of(rng, int(rng.choice([2, 2, 3, 3, 3, 4])))
    arm = str(
        rng.choice(
            ["box", "box", "rolled", "pillow", "slope", "none"],
            p=[0.3, 0.2, 0.18, 0.14, 0.12, 0.06],
        )
    )
    return build(rng, c, arm, str(rng.choice(["frame", "frame", "tight"])))


@family("sofa", mount="floor", has_front=True)
def old_sofa(rng: np.random.Generator) -> Parts:
    """A buttoned one with arms as high as its back, a humped back, or an open wooden frame."""
    c = couch_of(rng, int(rng.choice([2, 3])))
    kind = int(rng.integers(3))
    if kind == 0:
        c.cover = upholstery(rng, 0.7)
        c.high = c.arm_high = rng.uniform(0.68, 0.78)
        c.arm = rng.uniform(0.18, 0.26)
        return build(rng, c, "rolled", "tufted")
    if kind == 1:
        c.foot = rng.uniform(0.12, 0.2)
        c.high = rng.uniform(0.85, 1.0)
        return build(rng, c, "rolled", "camel")
    c.foot, c.arm = rng.uniform(0.17, 0.24), 0.06
    c.deep = rng.uniform(0.7, 0.82)
    return build(rng, c, "open", "open")


@family("sofa", mount="floor", has_front=True)
def corner_sofa(rng: np.random.Generator) -> Parts:
    """An L: a long seat at one end, or a second row around the corner; or low modules."""
    c = couch_of(rng, int(rng.choice([3, 3, 4])))
    c.high = min(c.high, 0.85)
    arm = str(rng.choice(["box", "box", "pillow", "none"]))
    rgb, material = c.cover
    parts = build(rng, c, arm, "frame")
    side = float(rng.choice([-1, 1]))
    out = rng.uniform(0.55, 0.85)
    wide = c.inner / c.seats
    x = side * (c.inner / 2 + c.arm - wide / 2 - c.arm * 0.0)
    y = c.deep / 2 + out / 2 - 0.02
    parts.box(
        (x, y, (c.foot + c.sit - 0.12) / 2 + 0.01),
        (wide * 0.98, out, c.sit - 0.12 - c.foot),
        palette.shade(rgb, 0.96),
        material,
        round=0.015,
    )
    cushion(
        parts,
        (x, y, c.sit - 0.08),
        (wide, out + 0.04, 0.16),
        rgb,
        material,
        rng=rng,
        firm=0.15,
        plump=0.35,
    )
    if rng.random() < 0.4:  # a back along the second row too
        at = side * (c.inner / 2 + c.arm + 0.07)
        parts.box(
            (at, out / 2, (c.foot + c.high * 0.94) / 2),
            (0.15, c.deep + out, c.high * 0.94 - c.foot),
            rgb,
            material,
            round=0.04,
        )
        pad = cushion(
            parts, (0, 0, 0), (out, c.high - c.sit, 0.18), rgb, material, rng=rng, firm=0.3
        )
        pad.turn("x", 96, (0, 0, 0)).turn("z", 90 * side, (0, 0, 0)).move(
            at - side * 0.15, y, (c.sit + c.high) / 2
        )
    for sy in (0.0, out):
        limb(
            parts,
            [(x, c.deep / 2 + sy - 0.08, 0), (x, c.deep / 2 + sy - 0.08, c.foot + 0.01)],
            0.02,
            palette.black(rng),
        )
    parts.shape = "l-shaped"
    return parts


@family("sofa", mount="floor", has_front=True)
def light_sofa(rng: np.random.Generator) -> Parts:
    """A mattress on slats, a curved shell, a settee on thin legs, or floor modules."""
    kind = int(rng.integers(4))
    c = couch_of(rng, int(rng.choice([2, 2, 3])))
    rgb, material = c.cover
    if kind == 0:  # on slats
        parts, frame = Parts(), leg_finish(rng, 0.85)
        wide, deep = rng.uniform(1.4, 2.0), rng.uniform(0.75, 0.95)
        thick = rng.uniform(0.12, 0.18)
        for s in (-1, 1):
            for y in (deep * 0.46, -deep * 0.4):
                limb(
                    parts,
                    [(s * wide / 2, y, 0), (s * wide / 2, y, c.arm_high)],
                    0.025,
                    *frame,
                    square=True,
                )
            parts.box((s * wide / 2, 0, c.arm_high), (0.08, deep * 0.98, 0.03), *frame)
            for z in (0.2, 0.32):
                parts.box((s * wide / 2, 0, z), (0.025, deep * 0.86, 0.06), *frame)
        parts.box((0, deep * 0.42, 0.24), (wide, 0.03, 0.09), *frame)
        path = [
            (deep * 0.45, 0.36),
            (0, 0.35),
            (-deep * 0.3, 0.33),
            (-deep * 0.4, 0.45),
            (-deep * 0.55, c.high),
        ]
        bed = shell(path, [wide / 2 - 0.04] * 5, [0.0] * 5, rows=24)
        plate(parts, bed, puffed(bed.shape, thick, 0.7), rgb, material)
        c.inner, c.deep, c.sit = wide, deep, 0.43
        strew(parts, rng, c)
        parts.has.add("arms")
        return parts
    if kind == 1:  # a curved shell around the seat
        parts = Parts()
        half, deep = rng.uniform(0.75, 1.1), rng.uniform(0.75, 0.9)
        a = np.linspace(-0.15, np.pi + 0.15, 31)
        t = np.linspace(0, 1, 7)[:, None]
        droop = rng.uniform(0.0, 0.25) * np.abs(np.cos(a)) ** 3
        grid = np.stack(
            [
                half * np.cos(a) * (1 + 0.08 * t),
                deep * 0.35 - deep * 0.85 * np.sin(a) * (1 + 0.05 * t),
                c.foot + t * (c.high - c.foot - droop) + 0 * a,
            ],
            axis=2,
        )
        plate(parts, grid, puffed(grid.shape, rng.uniform(0.12, 0.2), 0.6), rgb, material)
        cushion(
            parts,
            (0, 0.0, (c.sit + c.foot) / 2),
            (2 * half * 0.97, deep * 1.02, c.sit - c.foot),
            rgb,
            material,
            rng=rng,
            firm=0.5,
            plump=0.25,
        )
        c.inner, c.arm, c.deep = 1.5 * half, 0.0, deep * 0.9
        stand(parts, rng, c)
        strew(parts, rng, c)
        return parts
    if kind == 2:
        c.foot, c.arm, c.deep = (
            rng.uniform(0.16, 0.24),
            rng.uniform(0.06, 0.1),
            rng.uniform(0.7, 0.82),
        )
        c.high = rng.uniform(0.72, 0.85)
        return build(rng, c, str(rng.choice(["box", "slope", "none"])), "tight")
    c.foot, c.sit, c.high = 0.03, rng.uniform(0.36, 0.42), rng.uniform(0.62, 0.72)
    c.deep = rng.uniform(0.95, 1.1)
    return build(rng, c, str(rng.choice(["none", "box"])), "frame")
