"""Tables to eat, meet and work at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import leg_finish
from training.furniture.families.tops import (
    Top,
    apron,
    carry,
    cover,
    lay,
    legs_like,
    pick_by,
    shape_word,
    sides_of,
    top_finish,
)

if TYPE_CHECKING:
    import numpy as np


@family("table", mount="floor")
def dining_table(rng: np.random.Generator) -> Parts:
    """Any top on legs, trestles, columns, wires, slabs or a drum; a cloth or runner at times."""
    parts = Parts()
    outline = pick_by(rng, {"box": 8, "rounded": 2, "round": 3, "oval": 1.5, "boat": 0.7})
    wide = rng.uniform(0.8, 1.3) if outline == "round" else rng.uniform(0.7, 2.4)
    wide, deep = sides_of(
        outline, wide, rng.uniform(0.42, 0.65) if wide > 1.2 else rng.uniform(0.7, 1.0)
    )
    top = Top(
        wide,
        min(deep, 1.1 if outline != "round" else 1.4),
        rng.uniform(0.71, 0.78),
        rng.uniform(0.018, 0.06),
        outline,
        top_finish(rng),
    )
    round_ = outline in ("round", "oval")
    style = pick_by(
        rng,
        {
            "four": 6,
            "column": 5 if round_ else 1,
            "wires": 0.7,
            "cross": 1 if round_ else 0.0,
            "drum": 0.5 if round_ else 0.05,
            "trestle": 0 if round_ else 3.0,
            "slabs": 0 if round_ else 0.7,
        },
    )
    carry(parts, top, rng, style, legs_like(top, rng))
    lay(parts, top, rng)
    if rng.random() < 0.14:
        cover(parts, top, rng)
    parts.lacks.add("drawers")
    shape_word(parts, top)
    return parts


@family("table", mount="floor")
def meeting_table(rng: np.random.Generator) -> Parts:
    """Laminate on metal: T feet, frames, columns or tube, as in offices, schools and halls."""
    parts = Parts()
    outline = pick_by(rng, {"box": 6, "rounded": 3, "boat": 2, "oval": 1, "round": 1.5})
    wide = rng.uniform(0.8, 1.3) if outline == "round" else rng.uniform(1.1, 3.2)
    wide, deep = sides_of(outline, wide, rng.uniform(0.36, 0.55))
    board = (
        top_finish(rng)
        if rng.random() < 0.5
        else (palette.white(rng), "")
        if rng.random() < 0.6
        else (palette.gray(rng), "")
    )
    top = Top(
        wide, max(deep, 0.55), rng.uniform(0.7, 0.76), rng.uniform(0.02, 0.035), outline, board
    )
    style = (
        "column"
        if outline in ("round", "oval")
        else pick_by(rng, {"t": 4, "four": 3, "trestle": 2, "column": 1})
    )
    carry(parts, top, rng, style, leg_finish(rng, 0.05))
    lay(parts, top, rng)
    if rng.random() < 0.3:
        parts.box((0, 0, top.z + 0.002), (0.25, 0.11, 0.004), palette.black(rng))
    shape_word(parts, top)
    return parts


@family("table", mount="floor")
def kitchen_table(rng: np.random.Generator) -> Parts:
    """With a drawer, hinged leaves, benches' stretchers, or a folding one of plastic or wood."""
    parts = Parts()
    kind = int(rng.integers(4))
    top = Top(
        rng.uniform(0.8, 1.6),
        rng.uniform(0.6, 0.85),
        rng.uniform(0.71, 0.77),
        rng.uniform(0.02, 0.035),
        "box",
        top_finish(rng),
    )
    finish = legs_like(top, rng, 0.9)
    lay(parts, top, rng)
    if kind == 3:  # folding, light
        rgb = palette.steel(rng) if rng.random() < 0.6 else palette.gray(rng)
        for s in (-1, 1):
            x = s * top.wide * 0.36
            for sy in (-1, 1):
                parts.tube(
                    [(x, sy * top.deep * 0.4, 0), (x, sy * top.deep * 0.36, top.under)],
                    0.013,
                    rgb,
                    "metal",
                )
            parts.tube([(x, -top.deep * 0.4, 0.1), (x, top.deep * 0.4, 0.1)], 0.011, rgb, "metal")
            parts.tube([(x, 0, 0.4), (s * 0.1, 0, top.under)], 0.009, rgb, "metal")
        shape_word(parts, top)
        return parts
    carry(parts, top, rng, "four", finish)
    tall = rng.uniform(0.09, 0.14)
    apron(parts, top, 0.06, tall, finish)
    if kind == 0:
        parts.has.add("drawers")
        for s in (-1, 1) if top.wide > 1.1 and rng.random() < 0.4 else (0,):
            at = (s * top.wide * 0.22, top.deep / 2 - 0.045, top.under - tall / 2)
            parts.box(at, (0.4, 0.02, tall * 0.85), palette.shade(finish[0], 1.08), finish[1])
            parts.ball(
                (at[0], at[1] + 0.022, at[2]), (0.03, 0.03, 0.03), palette.brass(rng), "metal"
            )
    elif kind == 1:  # leaves that hang down
        for s in (-1, 1) if rng.random() < 0.7 else (1,):
            parts.box(
                (s * (top.wide / 2 + 0.012), 0, top.z - 0.16),
                (top.thick, top.deep, 0.32),
                *top.finish,
            )
    else:
        z = rng.uniform(0.1, 0.2)
        for s in (-1, 1):
            parts.box((s * (top.wide / 2 - 0.06), 0, z), (0.04, top.deep - 0.12, 0.05), *finish)
        parts.box((0, 0, z), (top.wide - 0.12, 0.05, 0.04), *finish)
    if rng.random() < 0.12:
        cover(parts, top, rng)
    shape_word(parts, top)
    return parts
