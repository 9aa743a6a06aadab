"""Desks with drawers, writing desks and desks on frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import leg_finish, limb
from training.furniture.families.tops import Top, carry, lay, legs_like, papers, top_finish

if TYPE_CHECKING:
    from training.furniture.families.geometry import Vector
    from training.furniture.families.tops import Finish


def _handle(parts: Parts, rng: np.random.Generator, style: int, at: Vector, wide: float) -> None:
    """A knob, a bar, a bow or a dark slot on a drawer's front at `at`."""
    x, y, z = at
    if style == 0:
        parts.ball((x, y + 0.014, z), (0.03, 0.03, 0.03), palette.brass(rng), "metal")
    elif style == 1:
        parts.box(
            (x, y + 0.016, z), (min(0.14, wide * 0.5), 0.014, 0.012), palette.steel(rng), "metal"
        )
    elif style == 2:
        long = min(0.06, wide * 0.3)
        path = [
            (x - long, y, z),
            (x - long * 0.8, y + 0.028, z - 0.01),
            (x + long * 0.8, y + 0.028, z - 0.01),
            (x + long, y, z),
        ]
        parts.tube(path, 0.006, palette.black(rng), "metal")
    else:
        parts.box((x, y + 0.002, z + 0.02), (wide * 0.5, 0.006, 0.02), palette.black(rng))


def drawers(
    parts: Parts,
    rng: np.random.Generator,
    box: tuple[float, float, float, float],
    front: float,
    look: tuple[Finish, int],
    count: int,
) -> None:
    """Fronts of drawers in (x low, x high, z low, z high) at y = front, seldom one ajar."""
    (rgb, material), style = look
    x0, x1, z0, z1 = box
    tall, wide = (z1 - z0) / count, x1 - x0
    for i in range(count):
        out = rng.uniform(0.04, 0.2) if rng.random() < 0.05 else 0.0
        at = ((x0 + x1) / 2, front + 0.008 + out / 2, z0 + tall * (i + 0.5))
        parts.box(at, (wide * 0.94, 0.016 + out, tall * 0.9), rgb, material)
        _handle(parts, rng, style, (at[0], front + 0.016 + out, at[2]), wide)
    parts.has.add("drawers")


def pedestal(
    parts: Parts,
    rng: np.random.Generator,
    x: float,
    wide: float,
    top: Top,
    body: Finish,
    look: tuple[Finish, int],
) -> None:
    """A case with drawers or a door below the top, on the floor or on castors."""
    low, deep = rng.choice([0.0, 0.05]), top.deep * 0.92
    parts.box((x, 0, (low + top.under) / 2), (wide, deep, top.under - low), *body)
    area = (x - wide / 2, x + wide / 2, low + 0.03, top.under - 0.01)
    if rng.random() < 0.8:
        drawers(parts, rng, area, deep / 2, look, int(rng.integers(2, 5)))
    else:
        split = area[3] - 0.16
        drawers(parts, rng, (*area[:2], split, area[3]), deep / 2, look, 1)
        parts.box(
            (x, deep / 2 + 0.008, (area[2] + split) / 2),
            (wide * 0.94, 0.016, split - area[2] - 0.01),
            *look[0],
        )
        _handle(parts, rng, look[1] % 2, (x + wide * 0.36, deep / 2 + 0.016, split - 0.1), 0.06)


def front_look(rng: np.random.Generator, body: Finish) -> tuple[Finish, int]:
    """Fronts of drawers, mostly as the body, and the style of their handles."""
    front = (palette.shade(body[0], 1.06), body[1]) if rng.random() < 0.75 else palette.finish(rng)
    return front, int(rng.integers(4))


def back_panel(parts: Parts, top: Top, tall: float, finish: Finish, wide: float) -> None:
    """A board at the back, below the top, that hides knees."""
    parts.box((0, -top.deep / 2 + 0.04, top.under - tall / 2), (wide, 0.016, tall), *finish)


@family("desk", mount="floor", has_front=True)
@family("desk", mount="floor", has_front=True)  # twice: the commonest
def pedestal_desk(rng: np.random.Generator) -> Parts:
    """One or two cases of drawers and panels as ends; shelves or a hutch above at times."""
    parts = Parts()
    body = top_finish(rng) if rng.random() < 0.7 else palette.finish(rng)
    body = body if body[1] not in ("glass", "marble") else (palette.white(rng), "")
    board = body if rng.random() < 0.75 else top_finish(rng)
    double = rng.random() < 0.35
    wide = rng.uniform(1.2, 1.9) if double else rng.uniform(0.95, 1.6)
    top = Top(
        wide,
        rng.uniform(0.5, 0.85),
        rng.uniform(0.71, 0.78),
        rng.uniform(0.018, 0.045),
        "box",
        board,
    )
    look, case = front_look(rng, body), rng.uniform(0.3, 0.45)
    side = float(rng.choice([-1, 1]))
    pedestal(parts, rng, side * (wide / 2 - case / 2 - 0.01), case, top, body, look)
    if double:
        pedestal(parts, rng, -side * (wide / 2 - case / 2 - 0.01), case, top, body, look)
    elif rng.random() < 0.6:
        parts.box(
            (-side * (wide / 2 - 0.02), 0, top.under / 2),
            (0.025, top.deep * 0.94, top.under),
            *body,
        )
    else:
        legs = leg_finish(rng, 0.4)
        for sy in (-1, 1):
            x, y = -side * (wide / 2 - 0.05), sy * (top.deep / 2 - 0.05)
            limb(parts, [(x, y, 0), (x, y, top.under)], 0.02, *legs, square=rng.random() < 0.5)
    if rng.random() < 0.7:
        back_panel(parts, top, rng.uniform(0.25, 0.6), body, wide * 0.94)
    if rng.random() < 0.35:
        low, high = (-wide / 2 + case, wide / 2) if side < 0 else (-wide / 2, wide / 2 - case)
        if double:
            low, high = -wide / 2 + case, wide / 2 - case
        parts.box(
            ((low + high) / 2, 0, top.under - 0.05),
            ((high - low) * 0.94, top.deep * 0.8, 0.09),
            *body,
        )
        drawers(parts, rng, (low, high, top.under - 0.1, top.under), top.deep * 0.42, look, 1)
    lay(parts, top, rng)
    if rng.random() < 0.22:
        hutch(parts, rng, top, body)
    if rng.random() < 0.25:
        papers(parts, top, rng)
    parts.shape = "rectangular"
    return parts


def hutch(parts: Parts, rng: np.random.Generator, top: Top, finish: Finish) -> None:
    """Shelves that stand at the back of the top, with books."""
    high, deep = rng.uniform(0.3, 0.75), rng.uniform(0.18, 0.28)
    y, wide = -top.deep / 2 + deep / 2, top.wide * 0.98
    for x in np.linspace(-0.5, 0.5, int(rng.integers(2, 5))) * (wide - 0.02):
        parts.box((x, y, top.z + high / 2), (0.02, deep, high), *finish)
    levels = [high] if high < 0.45 else [high * 0.5, high]
    for z in levels:
        parts.box((0, y, top.z + z), (wide, deep, 0.02), *finish)
    if rng.random() < 0.6:
        parts.box((0, y - deep / 2, top.z + high / 2), (wide, 0.01, high), *finish)
    x = -wide / 2 + rng.uniform(0.03, 0.5)
    while x < wide / 2 - 0.08 and rng.random() < 0.92:
        thick, tall = rng.uniform(0.015, 0.045), rng.uniform(0.14, min(0.24, levels[0] - 0.03))
        parts.box((x, y, top.z + tall / 2), (thick, 0.15, tall), palette.cloth(rng))
        x += thick + 0.002


@family("desk", mount="floor", has_front=True)
def writing_desk(rng: np.random.Generator) -> Parts:
    """A small one on legs with flat drawers, sometimes with a rim, a shelf or pigeonholes."""
    parts = Parts()
    body = (palette.wood(rng), "wooden") if rng.random() < 0.65 else palette.finish(rng)
    top = Top(
        rng.uniform(0.8, 1.4),
        rng.uniform(0.45, 0.65),
        rng.uniform(0.72, 0.78),
        rng.uniform(0.016, 0.03),
        "box",
        body,
    )
    high = rng.uniform(0.09, 0.15)
    case = Top(top.wide * 0.97, top.deep * 0.95, top.under, high, "box", body)
    parts.box((0, 0, top.under - high / 2), (case.wide, case.deep, high), *body)
    count = int(rng.integers(1, 4))
    look = front_look(rng, body)
    for i in range(count):
        edge = [case.wide * (k / count - 0.5) for k in (i, i + 1)]
        drawers(parts, rng, (edge[0], edge[1], case.under, top.under), case.deep / 2, look, 1)
    legs, r, splay = legs_like(top, rng, 0.7), rng.uniform(0.016, 0.026), rng.choice([0.0, 0.05])
    square = rng.random() < 0.5
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = sx * (case.wide / 2 - r - 0.01), sy * (case.deep / 2 - r - 0.01)
            limb(
                parts,
                [(x + sx * splay, y + sy * splay * 0.5, 0), (x, y, case.under)],
                [r * rng.uniform(0.5, 1), r],
                *legs,
                square=square,
            )
    lay(parts, top, rng)
    u = rng.random()
    if u < 0.2:
        for x in (-1, 1):
            parts.box(
                (x * (top.wide / 2 - 0.01), -top.deep * 0.15, top.z + 0.04),
                (0.016, top.deep * 0.7, 0.08),
                *body,
            )
        parts.box((0, -top.deep / 2 + 0.01, top.z + 0.04), (top.wide, 0.016, 0.08), *body)
    elif u < 0.4:
        hutch(parts, rng, top, body)
    if rng.random() < 0.3:
        papers(parts, top, rng)
    parts.shape = "rectangular"
    return parts


@family("desk", mount="floor", has_front=True)
@family("desk", mount="floor", has_front=True)  # twice: the commonest
def frame_desk(rng: np.random.Generator) -> Parts:
    """An office desk: a board on T feet, lifting columns, frames or trestles; cables, screens."""
    parts = Parts()
    board = top_finish(rng)
    board = board if board[1] != "marble" else (palette.white(rng), "")
    lifted = rng.random() < 0.15
    z = rng.uniform(0.95, 1.15) if lifted else rng.uniform(0.7, 0.77)
    outline = "box" if rng.random() < 0.7 else "rounded"
    top = Top(
        rng.uniform(1.1, 1.9), rng.uniform(0.58, 0.85), z, rng.uniform(0.018, 0.035), outline, board
    )
    legs = leg_finish(rng, 0.1)
    style = "t" if lifted else ("t", "trestle", "four", "slabs", "t")[int(rng.integers(5))]
    carry(parts, top, rng, style, legs if style != "slabs" else board)
    lay(parts, top, rng)
    if rng.random() < 0.45:
        back_panel(
            parts,
            top,
            rng.uniform(0.2, 0.4),
            legs if rng.random() < 0.5 else board,
            top.wide * 0.85,
        )
    if rng.random() < 0.4:  # a case on castors
        side, wide = float(rng.choice([-1, 1])), rng.uniform(0.36, 0.43)
        x, high = side * (top.wide * 0.3), rng.uniform(0.5, 0.58)
        body = palette.finish(rng) if rng.random() < 0.5 else (palette.white(rng), "metal")
        deep = top.deep * 0.8
        parts.box((x, -0.02, 0.05 + high / 2), (wide, deep, high), *body)
        drawers(
            parts,
            rng,
            (x - wide / 2, x + wide / 2, 0.06, 0.05 + high),
            deep / 2 - 0.02,
            front_look(rng, body),
            3,
        )
        for sx in (-1, 1):
            for sy in (-1, 1):
                parts.wheel(
                    (x + sx * wide * 0.4, sy * deep * 0.4 - 0.02, 0.025),
                    0.025,
                    0.02,
                    palette.black(rng),
                )
    else:
        parts.lacks.add("drawers")
    if rng.random() < 0.25:  # a screen at the back, as between workplaces
        high = rng.uniform(0.3, 0.5)
        parts.box(
            (0, -top.deep / 2, top.z + high / 2 - 0.05),
            (top.wide * 0.97, 0.025, high),
            palette.cloth(rng),
            "fabric",
        )
    if rng.random() < 0.3:
        path = [
            (top.wide * 0.3, -top.deep * 0.4, top.under),
            (top.wide * 0.2, -top.deep * 0.35, 0.3),
            (top.wide * 0.3, -top.deep * 0.4, 0.01),
        ]
        parts.tube(path, 0.006, palette.black(rng), smooth=12, sides=5)
    if rng.random() < 0.2:
        papers(parts, top, rng)
    parts.shape = "rectangular"
    return parts
