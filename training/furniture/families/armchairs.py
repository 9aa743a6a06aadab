"""Armchairs: as sofas for one, framed, winged, and tubs."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette
from training.furniture.families.couches import build, couch_of
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import (
    cushion,
    leg_finish,
    limb,
    plate,
    puffed,
    upholstery,
)


@family("armchair", mount="floor", has_front=True)
def armchair(rng: np.random.Generator) -> Parts:
    """As sofas for one: box, rolled, pillow or sloping arms, a buttoned or loose back."""
    c = couch_of(rng, 1)
    arm = str(rng.choice(["box", "rolled", "pillow", "slope"]))
    back = str(rng.choice(["frame", "frame", "tight", "tufted", "camel"]))
    return build(rng, c, arm, back)


@family("armchair", mount="floor", has_front=True)
def framed_armchair(rng: np.random.Generator) -> Parts:
    """An open wooden or metal frame with two cushions."""
    c = couch_of(rng, 1)
    c.inner, c.foot, c.arm = rng.uniform(0.5, 0.6), rng.uniform(0.2, 0.28), 0.06
    c.deep, c.high = rng.uniform(0.68, 0.8), rng.uniform(0.75, 0.95)
    return build(rng, c, "open", "open")


@family("armchair", mount="floor", has_front=True)
def winged_armchair(rng: np.random.Generator) -> Parts:
    """A high back with wings at the head, or a recliner with its footrest out or in."""
    c = couch_of(rng, 1)
    recliner = rng.random() < 0.4
    c.high = rng.uniform(0.95, 1.15)
    c.foot = 0.03 if recliner else rng.uniform(0.12, 0.2)
    rgb, material = c.cover
    parts = build(rng, c, "pillow" if recliner else str(rng.choice(["rolled", "box"])), "tight")
    if recliner:
        for z in (c.sit + 0.17, c.high - 0.15):
            pad = cushion(
                parts, (0, 0, 0), (c.inner * 1.05, 0.3, 0.2), rgb, material, rng=rng, firm=0.35
            )
            pad.turn("x", 98, (0, 0, 0)).move(y=-c.deep / 2 + 0.22, z=z)
        if rng.random() < 0.4:
            pad = cushion(
                parts, (0, 0, 0), (c.inner, 0.42, 0.12), rgb, material, rng=rng, firm=0.25
            )
            pad.turn("x", 15, (0, 0, 0)).move(y=c.deep / 2 + 0.22, z=c.sit - 0.05)
            parts.box(
                (0, c.deep / 2 + 0.12, c.sit - 0.15), (c.inner * 0.6, 0.2, 0.03), palette.black(rng)
            )
        return parts
    for s in (-1, 1):
        x = s * (c.inner / 2 + c.arm * 0.5)
        y = -c.deep / 2
        side = [
            (y + 0.05, c.arm_high - 0.1),
            (y + 0.42, c.arm_high - 0.02),
            (y + 0.3, c.high - 0.25),
            (y + 0.26, c.high - 0.08),
            (y + 0.05, c.high),
        ]
        parts.extrude(side, 0.09, rgb, material, plane="yz").move(x=x)
    return parts


@family("armchair", mount="floor", has_front=True)
def tub_chair(rng: np.random.Generator) -> Parts:
    """A back that runs around into the arms; padded or of wicker, on legs, a plinth or a star."""
    parts = Parts()
    wicker = rng.random() < 0.2
    rgb, material = (
        (palette.pick(rng, (170, 130, 84), (96, 66, 44), (200, 170, 124)), "wicker")
        if wicker
        else upholstery(rng, 0.3)
    )
    half, sit, high = rng.uniform(0.3, 0.4), rng.uniform(0.39, 0.46), rng.uniform(0.66, 0.86)
    foot = rng.uniform(0.04, 0.2)
    a = np.linspace(-0.35, np.pi + 0.35, 31)
    t = np.linspace(0, 1, 9)[:, None]
    droop = rng.uniform(0.0, 0.2) * np.clip(np.abs(np.cos(a)), 0, 1) ** 2
    flare = 1 + rng.uniform(-0.02, 0.14) * t
    grid = np.stack(
        [
            half * np.cos(a) * flare,
            -half * np.sin(a) * flare,
            foot + t * (high - foot - droop) + 0 * a,
        ],
        axis=2,
    )
    plate(
        parts,
        grid,
        puffed(grid.shape, 0.05 if wicker else rng.uniform(0.07, 0.13), 0.7),
        rgb,
        material,
    )
    parts.cylinder(
        (0, 0, foot + (sit - 0.12 - foot) / 2),
        half * 0.96,
        max(0.04, sit - 0.12 - foot),
        rgb,
        material,
    )
    cover = upholstery(rng) if wicker or rng.random() < 0.1 else (rgb, material)
    cushion(
        parts,
        (0, 0.03, sit - 0.06),
        (half * 1.8, half * 1.85, 0.15),
        *cover,
        rng=rng,
        firm=0.75,
        plump=0.4,
    )
    if rng.random() < 0.3 and not wicker:  # channels
        for column in range(1, 30, 2):
            line = (grid[:, column] + grid[:, column] * (0.1, 0.1, 0))[1:]
            parts.tube(line, 0.01, palette.shade(rgb, 0.85), material, sides=5)
    legs = leg_finish(rng, 0.7)
    if foot < 0.08:
        parts.cylinder((0, 0, foot / 2), half * 0.85, foot, *legs)
    elif rng.random() < 0.2:
        parts.cylinder((0, 0, foot / 2), 0.03, foot, *legs)
        parts.cylinder((0, 0, 0.012), half * 0.75, 0.024, *legs)
    else:
        for k in range(4):
            q = np.pi / 4 + k * np.pi / 2
            way = np.array([np.cos(q), np.sin(q), 0])
            limb(
                parts,
                [way * half * 0.85, way * half * 0.7 + (0, 0, foot + 0.02)],
                [0.012, 0.02],
                *legs,
            )
    if rng.random() < 0.25:
        pad = cushion(
            parts, (0, 0, 0), (0.42, 0.36, 0.14), palette.cloth(rng), rng=rng, firm=0.35, plump=0.9
        )
        pad.turn("x", 112, (0, 0, 0)).move(y=-half * 0.55, z=sit + 0.19)
    parts.has.add("arms")
    return parts
