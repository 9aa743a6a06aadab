"""Corner and computer desks, bureaus and school desks."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette
from training.furniture.families.desks import back_panel, drawers, front_look, hutch, pedestal
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts
from training.furniture.families.soft import leg_finish, limb
from training.furniture.families.tops import Top, lay, top_finish


@family("desk", mount="floor", has_front=True)
def corner_desk(rng: np.random.Generator) -> Parts:
    """An L of two boards on panels or metal legs; or a computer desk with a tray and shelves."""
    parts = Parts()
    board = top_finish(rng)
    board = board if board[1] != "marble" else (palette.wood(rng), "wooden")
    z, thick = rng.uniform(0.71, 0.76), rng.uniform(0.018, 0.03)
    side = float(rng.choice([-1, 1]))
    if rng.random() < 0.5:
        wide, deep = rng.uniform(1.3, 1.9), rng.uniform(0.5, 0.7)
        long, arm = rng.uniform(1.2, 1.6), rng.uniform(0.45, 0.6)
        a, b, c = wide / 2, -long / 2, long / 2
        rim = [
            (-a, b),
            (a, b),
            (a, c),
            (a - arm, c),
            (a - arm, b + deep + 0.12),
            (a - arm - 0.12, b + deep),
            (-a, b + deep),
        ]
        slab = parts.extrude([(side * x, y) for x, y in rim], thick, *board, plane="xy")
        slab.move(z=z - thick / 2)
        under, legs = z - thick, leg_finish(rng, 0.15)
        for x, y in (
            (-a + 0.05, b + 0.05),
            (-a + 0.05, b + deep - 0.05),
            (a - 0.05, b + 0.05),
            (a - 0.05, c - 0.05),
            (a - arm + 0.05, c - 0.05),
        ):
            limb(
                parts,
                [(side * x, y, 0), (side * x, y, under)],
                0.025,
                *legs,
                square=rng.random() < 0.5,
            )
        if rng.random() < 0.5:
            x, body = side * (a - arm / 2), board
            parts.box((x, c - 0.24, under / 2), (arm * 0.9, 0.44, under), *body)
            drawers(
                parts,
                rng,
                (x - arm * 0.45, x + arm * 0.45, 0.04, under),
                c - 0.02,
                front_look(rng, body),
                3,
            )
        parts.box((0, b + 0.02, under - 0.18), (wide * 0.92, 0.018, 0.34), *board)
        parts.shape = "l-shaped"
        return parts
    top = Top(rng.uniform(0.8, 1.2), rng.uniform(0.48, 0.6), z, thick, "box", board)
    lay(parts, top, rng)
    for s in (-1, 1):
        parts.box(
            (s * (top.wide / 2 - 0.012), 0, top.under / 2),
            (0.022, top.deep * 0.95, top.under),
            *board,
        )
    parts.box((0, 0.06, z - 0.12), (top.wide * 0.62, top.deep * 0.75, 0.018), *board)
    parts.box(
        (0, 0.06 + top.deep * 0.1, z - 0.1), (0.42, 0.14, 0.02), palette.black(rng), "plastic"
    )
    x = side * top.wide * 0.34
    parts.box(
        (x - side * top.wide * 0.04, 0, top.under / 2), (0.018, top.deep * 0.9, top.under), *board
    )
    parts.box((x + side * 0.05, 0, 0.08), (top.wide * 0.26, top.deep * 0.9, 0.018), *board)
    if rng.random() < 0.6:
        parts.box(
            (x + side * 0.05, 0.02, 0.09 + 0.19), (0.17, 0.38, 0.38), palette.black(rng), "plastic"
        )
    back_panel(parts, top, 0.35, board, top.wide * 0.95)
    hutch(parts, rng, top, board)
    parts.shape = "rectangular"
    return parts


@family("desk", mount="floor", has_front=True)
def bureau(rng: np.random.Generator) -> Parts:
    """A secretary with a flap or roll top over drawers, or a school desk with a sloping lid."""
    parts = Parts()
    body = (palette.wood(rng), "wooden") if rng.random() < 0.85 else (palette.white(rng), "")
    rgb, material = body
    if rng.random() < 0.35:  # a school desk
        wide, deep, z = rng.uniform(0.6, 1.2), rng.uniform(0.45, 0.55), rng.uniform(0.66, 0.76)
        legs = leg_finish(rng, 0.3)
        for s in (-1, 1):
            for sy in (-1, 1):
                x = s * (wide / 2 - 0.04)
                limb(parts, [(x, sy * deep * 0.46, 0), (x, sy * deep * 0.3, z - 0.1)], 0.015, *legs)
            limb(
                parts,
                [
                    (s * (wide / 2 - 0.04), -deep * 0.46, 0.02),
                    (s * (wide / 2 - 0.04), deep * 0.46, 0.02),
                ],
                0.015,
                *legs,
            )
        parts.box(
            (0, 0, z - 0.1), (wide * 0.94, deep * 0.86, 0.1), palette.shade(rgb, 0.9), material
        )
        parts.box((0, 0, z), (wide, deep, 0.022), rgb, material).turn("x", -rng.uniform(0, 9))
        parts.shape = "rectangular"
        return parts
    wide, deep, z = rng.uniform(0.75, 1.3), rng.uniform(0.45, 0.65), rng.uniform(0.72, 0.78)
    look = front_look(rng, body)
    solid = rng.random() < 0.55
    top = Top(wide, deep, z, 0.025, "box", body)
    if solid:
        parts.box(
            (0, -deep * 0.05, top.under / 2 + 0.03), (wide, deep * 0.85, top.under - 0.06), *body
        )
        drawers(
            parts,
            rng,
            (-wide / 2, wide / 2, 0.07, top.under),
            deep * 0.375,
            look,
            int(rng.integers(3, 5)),
        )
        parts.box(
            (0, -deep * 0.05, 0.03),
            (wide * 0.94, deep * 0.8, 0.06),
            palette.shade(rgb, 0.8),
            material,
        )
    else:
        case = wide * 0.28
        for s in (-1, 1):
            pedestal(parts, rng, s * (wide / 2 - case / 2), case, top, body, look)
    parts.box((0, 0, top.z - 0.0125), (wide, deep, 0.025), *body)
    high = rng.uniform(0.3, 0.45)
    if not solid and rng.random() < 0.7:  # a roll top
        a = np.linspace(0, np.pi / 2, 9)
        arc = [
            (-deep / 2, top.z),
            *[(-deep * 0.2 + deep * 0.45 * np.cos(q), top.z + high * np.sin(q)) for q in a],
            (-deep / 2, top.z + high),
        ]
        parts.extrude(arc, wide * 0.97, *body, plane="yz")
        for q in a[:-1]:
            y, at = -deep * 0.2 + deep * 0.455 * np.cos(q), top.z + high * 1.01 * np.sin(q)
            parts.box((0, y, at), (wide * 0.92, 0.012, 0.012), palette.shade(rgb, 0.78), material)
    else:
        back = -deep / 2 + 0.13
        for s in (-1, 1):
            parts.box((s * (wide / 2 - 0.01), back, top.z + high / 2), (0.02, 0.26, high), *body)
        parts.box(
            (0, -deep / 2 + 0.01, top.z + high / 2),
            (wide, 0.02, high),
            palette.shade(rgb, 0.85),
            material,
        )
        parts.box((0, back, top.z + high), (wide * 1.02, 0.28, 0.02), *body)
        parts.box((0, back - 0.02, top.z + high * 0.5), (wide * 0.96, 0.2, 0.014), *body)
        for x in np.linspace(-0.35, 0.35, int(rng.integers(2, 5))):
            parts.box((x * wide, back - 0.02, top.z + high * 0.5), (0.014, 0.2, high), *body)
        parts.box(
            (0, deep * 0.4, top.z + 0.006),
            (wide * 0.94, deep * 0.5, 0.02),
            palette.shade(rgb, 1.05),
            material,
        )
    parts.shape = "rectangular"
    return parts
