"""Coffee, side and bar tables."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import leg_finish, limb
from training.furniture.families.tops import (
    Top,
    carry,
    lay,
    legs_like,
    papers,
    pick_by,
    shape_word,
    sides_of,
    top_finish,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.furniture.families.tops import Finish


def _low(rng: np.random.Generator, parts: Parts, top: Top, styles: Mapping[str, float]) -> None:
    """A low table on any legs, with a shelf below at times."""
    style = pick_by(rng, styles)
    finish = legs_like(top, rng)
    carry(parts, top, rng, style, finish)
    lay(parts, top, rng)
    if style in ("four", "slabs", "trestle", "wires") and rng.random() < 0.4:
        scale = 0.62 if top.outline not in ("box", "rounded", "boat") else 0.86
        z = top.z * rng.uniform(0.25, 0.45)
        shelf = parts.extrude(
            top.rim(scale), 0.016, *(finish if rng.random() < 0.5 else top.finish), plane="xy"
        )
        shelf.move(z=z)
        if rng.random() < 0.3:
            papers(
                parts, Top(top.wide * scale, top.deep * scale, z + 0.008, 0.016, "box", finish), rng
            )
    shape_word(parts, top)


@family("coffee table", mount="floor")
@family("coffee table", mount="floor")  # twice: the commonest
def coffee_table(rng: np.random.Generator) -> Parts:
    """A low top of any outline on any legs, often with a shelf below."""
    parts = Parts()
    outline = pick_by(rng, {"box": 6, "rounded": 2, "round": 4, "oval": 1.5, "free": 1.2})
    wide = rng.uniform(0.6, 1.0) if outline == "round" else rng.uniform(0.7, 1.35)
    wide, deep = sides_of(outline, wide, rng.uniform(0.45, 0.75) if rng.random() < 0.75 else 1.0)
    top = Top(
        wide,
        min(deep, 1.0),
        rng.uniform(0.32, 0.5),
        rng.uniform(0.012, 0.06),
        outline,
        top_finish(rng),
    )
    round_ = outline in ("round", "oval", "free")
    _low(
        rng,
        parts,
        top,
        {
            "four": 6,
            "wires": 1,
            "column": 1.2 if round_ else 0.3,
            "cross": 1 if round_ else 0.0,
            "drum": 1.2 if round_ else 0.4,
            "slabs": 0 if round_ else 1.5,
            "trestle": 0 if round_ else 1.2,
        },
    )
    if rng.random() < 0.12:
        papers(parts, top, rng)
    return parts


@family("coffee table", mount="floor")
def chest_coffee_table(rng: np.random.Generator) -> Parts:
    """A low case with drawers or open compartments, a plain block, or two nested ones."""
    parts = Parts()
    kind = int(rng.integers(4))
    top = Top(
        rng.uniform(0.7, 1.25),
        rng.uniform(0.5, 0.75),
        rng.uniform(0.33, 0.47),
        rng.uniform(0.02, 0.04),
        "box",
        top_finish(rng),
    )
    rgb, material = top.finish
    if kind == 3:  # nested
        outline = "round" if rng.random() < 0.6 else "box"
        legs = leg_finish(rng, 0.4)
        for scale, x, y in ((1.0, 0.0, 0.0), (0.75, 0.38, 0.2)):
            size = rng.uniform(0.5, 0.75) * scale
            one, piece = (
                Top(
                    size,
                    size,
                    top.z * (0.75 + 0.25 * scale) - (0.06 if x else 0),
                    0.02,
                    outline,
                    top.finish,
                ),
                Parts(),
            )
            carry(piece, one, rng, "four", legs)
            lay(piece, one, rng)
            parts.join(piece, x, y)
        return parts
    if kind == 2:
        parts.box(
            (0, 0, top.under / 2),
            (top.wide * 0.9, top.deep * 0.88, top.under),
            palette.shade(rgb, 0.93),
            material,
        )
        lay(parts, top, rng)
        return parts
    foot = rng.uniform(0.03, 0.16)
    legs = legs_like(top, rng)
    for sx in (-1, 1):
        for sy in (-1, 1):
            at = (sx * (top.wide / 2 - 0.05), sy * (top.deep / 2 - 0.05))
            limb(parts, [(*at, 0), (*at, foot + 0.01)], [0.016, 0.024], *legs)
    high = top.under - foot
    lay(parts, top, rng)
    parts.box((0, 0, foot + 0.01), (top.wide * 0.97, top.deep * 0.95, 0.02), rgb, material)
    if kind == 0:
        parts.box(
            (0, 0, foot + high / 2),
            (top.wide * 0.96, top.deep * 0.92, high),
            palette.shade(rgb, 0.97),
            material,
        )
        count = int(rng.integers(1, 4))
        for i in range(count):
            x = top.wide * 0.96 * ((i + 0.5) / count - 0.5)
            for s in (-1, 1):
                parts.box(
                    (x, s * top.deep * 0.46, foot + high / 2),
                    (top.wide * 0.9 / count, 0.016, high * 0.84),
                    palette.shade(rgb, 1.06),
                    material,
                )
                parts.box(
                    (x, s * (top.deep * 0.46 + 0.014), foot + high / 2),
                    (0.1, 0.016, 0.014),
                    palette.steel(rng),
                    "metal",
                )
        parts.has.add("drawers")
    else:
        for x in np.linspace(-0.47, 0.47, int(rng.integers(2, 4))):
            parts.box(
                (x * top.wide, 0, foot + high / 2), (0.02, top.deep * 0.92, high), rgb, material
            )
        if rng.random() < 0.6:
            papers(
                parts,
                Top(top.wide * 0.8, top.deep * 0.8, foot + 0.02, 0.02, "box", top.finish),
                rng,
            )
    parts.shape = "rectangular" if top.wide > 1.2 * top.deep else None
    return parts


@family("side table", mount="floor")
def side_table(rng: np.random.Generator) -> Parts:
    """A small top on any legs; a C beside a sofa, a tray on a frame, a stump or an hourglass."""
    parts = Parts()
    outline = pick_by(rng, {"box": 3, "rounded": 1.5, "round": 5, "free": 0.4})
    wide = rng.uniform(0.33, 0.58)
    wide, deep = sides_of(outline, wide, rng.uniform(0.7, 1.0))
    top = Top(
        wide, deep, rng.uniform(0.43, 0.66), rng.uniform(0.012, 0.035), outline, top_finish(rng)
    )
    kind = int(rng.integers(8))
    if kind == 0:  # C
        rgb, material = leg_finish(rng, 0.1)
        for s in (-1, 1):
            x, y = -wide * 0.42, s * deep * 0.4
            path = [
                (wide * 0.45, y, 0.012),
                (x, y, 0.012),
                (x, y, top.under - 0.01),
                (wide * 0.4, y, top.under - 0.01),
            ]
            for a, b in itertools.pairwise(path):
                limb(parts, [a, b], 0.011, rgb, material, square=True)
        lay(parts, top, rng)
        shape_word(parts, top)
    elif kind == 1:  # a body that is turned
        r, h, waist = wide / 2, top.z, rng.uniform(0.5, 1.15)
        profile = [
            (0, 0),
            (r * 0.9, 0),
            (r * 0.95 * waist, h * 0.25),
            (r * 0.75 * waist, h * 0.5),
            (r * 0.95 * waist, h * 0.78),
            (r, h),
            (0, h),
        ]
        parts.lathe(profile, *top.finish)
        parts.shape = "round"
    elif kind == 2:  # a tray with a rim
        tray = Top(wide, wide, top.z, 0.01, "round", top.finish)
        carry(
            parts,
            tray,
            rng,
            pick_by(rng, {"four": 3, "column": 1, "cross": 1}),
            leg_finish(rng, 0.4),
        )
        r = wide / 2
        parts.lathe(
            [
                (0, top.z - 0.01),
                (r, top.z - 0.01),
                (r, top.z + 0.035),
                (r - 0.01, top.z + 0.035),
                (r - 0.01, top.z),
                (0, top.z),
            ],
            *tray.finish,
        )
        parts.shape = "round"
    else:
        _low(
            rng,
            parts,
            top,
            {
                "four": 6,
                "column": 3,
                "wires": 1,
                "cross": 1,
                "drum": 0.6,
                "slabs": 0.4 if outline == "box" else 0,
            },
        )
    return parts


@family("bar table", mount="floor")
def bar_table(rng: np.random.Generator) -> Parts:
    """A high top on a column, four legs with rails, or a trestle."""
    parts = Parts()
    outline = pick_by(rng, {"round": 5, "box": 4, "rounded": 2})
    long = outline != "round" and rng.random() < 0.5
    wide = rng.uniform(1.1, 1.8) if long else rng.uniform(0.55, 0.85)
    wide, deep = sides_of(outline, wide, rng.uniform(0.38, 0.5) if long else 1.0)
    top = Top(
        wide, deep, rng.uniform(0.98, 1.12), rng.uniform(0.02, 0.045), outline, top_finish(rng)
    )
    style = (
        pick_by(rng, {"column": 4, "four": 0.5})
        if not long
        else pick_by(rng, {"four": 3, "trestle": 1.5, "slabs": 0.5})
    )
    finish = legs_like(top, rng, 0.3)
    carry(parts, top, rng, style, finish)
    if style == "four":
        _rails(parts, top, finish)
    lay(parts, top, rng)
    shape_word(parts, top)
    return parts


def _rails(parts: Parts, top: Top, finish: Finish) -> None:
    """A rail for feet, all around."""
    reach = 0.62 if top.outline == "round" else 0.9
    x, y = top.wide / 2 * reach, top.deep / 2 * reach
    for s in (-1, 1):
        limb(parts, [(-x, s * y, 0.25), (x, s * y, 0.25)], 0.012, *finish)
        limb(parts, [(s * x, -y, 0.25), (s * x, y, 0.25)], 0.012, *finish)
