"""Doors, windows and blinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import appliance_parts, palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from training.furniture.families.palette import Color

_PANES = ((176, 206, 234), (190, 208, 222), (200, 214, 220), (120, 140, 150), (150, 176, 160))


def _frame(
    parts: Parts,
    size: tuple[float, float],
    bar: tuple[float, float],
    rgb: Color,
    material: str,
    *,
    y: float = 0.0,
    low: float = 0.0,
    sill: bool = True,
) -> None:
    """Four bars around a rectangle; `bar` is how broad and deep they are."""
    wide, high = size
    broad, deep = bar
    for s in (-1, 1):
        x = s * (wide - broad) / 2
        parts.box((x, y, low + high / 2), (broad, deep, high), rgb, material)
    parts.box((0, y, low + high - broad / 2), (wide, deep, broad), rgb, material)
    if sill:
        parts.box((0, y, low + broad / 2), (wide, deep, broad), rgb, material)


def _latch(
    leaf: Parts, at: tuple[float, float, float], side: int, rng: np.random.Generator
) -> None:
    """A lever, a knob or a pull bar on a door."""
    x, y, z = at
    metal = palette.brass(rng) if rng.random() < 0.2 else palette.steel(rng)
    if rng.random() < 0.15:
        metal = palette.black(rng)
    u = rng.random()
    if u < 0.55:
        if rng.random() < 0.5:
            leaf.box((x, y + 0.004, z - 0.04), (0.045, 0.008, 0.22), metal, "metal")
        else:
            leaf.cylinder((x, y + 0.004, z), 0.027, 0.01, metal, "metal", axis="y")
        leaf.cylinder((x, y + 0.03, z), 0.01, 0.05, metal, "metal", axis="y")
        leaf.box((x - side * 0.05, y + 0.05, z), (0.13, 0.018, 0.022), metal, "metal", round=0.008)
    elif u < 0.82:
        leaf.cylinder((x, y + 0.004, z), 0.03, 0.01, metal, "metal", axis="y")
        leaf.ball((x, y + 0.045, z), (0.055, 0.05, 0.055), metal, "metal")
    else:
        appliance_parts.bar(
            leaf, (x, y, z), rng.uniform(0.25, 0.9), metal, upright=True, style=int(rng.integers(3))
        )
    if rng.random() < 0.4:
        leaf.cylinder((x, y + 0.004, z + 0.13), 0.02, 0.012, metal, "metal", axis="y")


def _leaf(
    rng: np.random.Generator,
    size: tuple[float, float],
    rgb: Color,
    material: str,
    style: int,
    side: int,
) -> Parts:
    """A leaf whose lower edge is at 0: plain, panelled, glazed, of boards, louvred, of metal."""
    leaf = Parts()
    wide, high = size
    thick = 0.04
    leaf.box((0, 0, high / 2), (wide, thick, high), rgb, material)
    y = thick / 2
    dark, light = palette.shade(rgb, 0.82), palette.shade(rgb, 1.06)
    stile = rng.uniform(0.09, 0.13)
    if style == 1:  # panels
        rows = int(rng.integers(1, 4))
        columns = int(rng.integers(1, 3))
        shares = rng.uniform(0.6, 1.4, rows)
        z = stile
        for share in shares / shares.sum():
            tall = (high - stile) * share
            for c in range(columns):
                w = (wide - stile) / columns
                x = -wide / 2 + stile / 2 + (c + 0.5) * w
                mid = z + tall / 2 - stile / 2
                leaf.box((x, y, mid), (w - stile * 0.7, 0.008, tall - stile), dark, material)
                leaf.box(
                    (x, y + 0.004, mid),
                    (w - stile * 1.2, 0.01, tall - stile * 1.5),
                    light,
                    material,
                )
            z += tall
    elif style == 2:  # panes
        pane = palette.pick(rng, *_PANES)
        low = high * rng.choice([0.08, 0.08, 0.45, 0.68])
        rows, columns = int(rng.integers(1, 5)), int(rng.integers(1, 4))
        narrow = rng.random() < 0.25
        span = wide * (0.2 if narrow else 1) - (0 if narrow else 2 * stile)
        columns = 1 if narrow else columns
        tall = high - stile - low
        for r in range(rows):
            for c in range(columns):
                x = (c - (columns - 1) / 2) * span / columns
                z = low + (r + 0.5) * tall / rows
                leaf.box(
                    (x, 0, z),
                    (span / columns - 0.025, thick + 0.006, tall / rows - 0.025),
                    pane,
                    "glass",
                )
    elif style == 3:  # boards
        for x in np.linspace(-0.5, 0.5, int(rng.integers(4, 8)) + 1)[1:-1]:
            leaf.box((x * wide, y, high / 2), (0.01, 0.004, high * 0.98), palette.shade(rgb, 0.6))
        if rng.random() < 0.6:
            for z in (0.2, 0.8):
                leaf.box((0, y + 0.01, z * high), (wide * 0.96, 0.02, 0.11), light, material)
            brace = leaf.box((0, y + 0.01, high * 0.5), (0.1, 0.02, high * 0.66), light, material)
            brace.turn("y", side * np.degrees(np.arctan2(wide * 0.8, high * 0.6)))
    elif style == 4:  # louvres
        for z in np.linspace(0.06, 0.94, 34):
            slat = leaf.box((0, y, z * high), (wide - 2 * stile, 0.012, 0.034), dark, material)
            slat.turn("x", 35)
        leaf.box((0, y, high / 2), (wide, 0.012, stile), rgb, material)
    elif style == 5:  # a fire or service door
        if rng.random() < 0.6:
            leaf.box((side * wide * 0.2, y, high * 0.72), (0.14, 0.01, 0.6), (60, 70, 76))
        if rng.random() < 0.6:
            leaf.box((0, y + 0.002, 0.14), (wide * 0.94, 0.004, 0.24), palette.steel(rng), "metal")
        metal = palette.steel(rng)
        if rng.random() < 0.6:
            leaf.box((0, y + 0.05, 1.0), (wide * 0.8, 0.03, 0.05), metal, "metal")
            for s in (-1, 1):
                leaf.box((s * wide * 0.36, y + 0.025, 1.0), (0.05, 0.05, 0.07), metal, "metal")
        leaf.box((-side * wide * 0.25, y + 0.03, high - 0.06), (0.26, 0.05, 0.06), metal, "metal")
        if rng.random() < 0.6:
            sign = palette.pick(rng, (30, 140, 70), (190, 40, 36), (236, 236, 230))
            leaf.box((0, y + 0.003, high * 0.78), (0.2, 0.006, 0.1), sign)
    elif style == 6:  # lines or inlays on a plain leaf
        for z in np.linspace(0.2, 0.8, int(rng.integers(2, 6))):
            line = palette.steel(rng) if rng.random() < 0.5 else dark
            leaf.box((0, y, z * high), (wide * 0.96, 0.005, 0.012), line)
    return leaf


def _hung_up(leaf: Parts, rng: np.random.Generator, wide: float, high: float) -> None:
    """A wreath, a poster or a notice on a leaf."""
    z = high * rng.uniform(0.66, 0.74)
    if rng.random() < 0.3:
        turn = np.linspace(0, 2 * np.pi, 25)
        ring = np.stack([0.15 * np.cos(turn), 0 * turn + 0.045, z + 0.15 * np.sin(turn)], axis=1)
        leaf.tube(ring, 0.03, palette.pick(rng, (50, 90, 50), (120, 90, 60)))
        return
    size = (rng.uniform(0.2, 0.7) * wide, rng.uniform(0.15, 0.5))
    leaf.picture((0, 0.034, z), size, pictures.artwork(rng))


@family("door", mount="wall", has_front=True, elevation=0.0)
def door(rng: np.random.Generator) -> Parts:
    """One leaf or two in a frame, or on a rail; seldom with a poster or a wreath.

    Not ajar: of what hangs in walls the bank keeps the 12 cm in front.
    """
    parts = Parts()
    u = rng.random()
    rgb, material = palette.white(rng), ""
    if u > 0.45:
        rgb, material = (palette.wood(rng), "wooden") if u < 0.78 else palette.finish(rng)
    style = int(rng.choice(7, p=[0.2, 0.27, 0.18, 0.08, 0.06, 0.13, 0.08]))
    if style == 5:
        rgb = palette.gray(rng) if rng.random() < 0.6 else palette.pastel(rng)
        material = "metal"
    double = rng.random() < 0.14
    wide, high = rng.uniform(0.68, 1.0), rng.uniform(1.96, 2.2)
    broad = rng.uniform(0.04, 0.12)
    frame = rgb if rng.random() < 0.55 else palette.white(rng)
    slides = not double and rng.random() < 0.08
    side = int(rng.choice([-1, 1]))
    total = wide * (2 if double else 1)
    if slides:
        metal = palette.black(rng)
        parts.box((wide * 0.3, 0.02, high + 0.08), (wide * 2, 0.02, 0.045), metal, "metal")
        for s in (-0.3, 0.3):
            parts.box((s * wide, 0.04, high + 0.02), (0.04, 0.02, 0.2), metal, "metal")
    else:
        size = (total + 2 * broad, high + broad)
        _frame(parts, size, (broad, 0.07), frame, "wooden" if frame == rgb else "", sill=False)
    for i in range(2 if double else 1):
        hand = side if not double else (1 if i == 0 else -1)
        leaf = _leaf(rng, (wide - 0.008, high - 0.012), rgb, material, style, hand)
        if style != 5 or rng.random() < 0.5:
            _latch(leaf, (hand * (wide / 2 - 0.07), 0.02, rng.uniform(0.96, 1.06)), hand, rng)
        if rng.random() < 0.1:  # a wreath, a poster or a notice
            _hung_up(leaf, rng, wide, high)
        x = (i - (1 if double else 0) / 2) * wide if double else 0.0
        for part in leaf.parts:
            part.move(x=x, y=0.005, z=0.008)
        parts.join(leaf)
    return parts


@family("window", mount="wall", has_front=True, elevation=0.85)
def window(rng: np.random.Generator) -> Parts:
    """Casements, sashes, sliding panes, bars, an arch or a round one; a sill with things on it."""
    parts = Parts()
    u = rng.random()
    rgb, material = palette.white(rng), ""
    if u > 0.55:
        rgb, material = (palette.wood(rng), "wooden") if u < 0.8 else palette.finish(rng)
    pane = palette.pick(rng, *_PANES)
    wide, high = rng.uniform(0.5, 2.0), rng.uniform(0.6, 1.5)
    parts.elevation = rng.uniform(0.75, 1.05)
    style = int(rng.choice(6, p=[0.3, 0.2, 0.15, 0.2, 0.09, 0.06]))
    broad = rng.uniform(0.04, 0.08)
    if style == 5:  # a round one, or with an arch
        radius = rng.uniform(0.3, 0.5)
        parts.cylinder((0, 0, radius), radius * 0.97, 0.02, pane, "glass", axis="y", sides=32)
        turn = np.linspace(0, 2 * np.pi, 33)
        ring = np.stack([radius * np.cos(turn), 0 * turn, radius + radius * np.sin(turn)], axis=1)
        parts.tube(ring, broad * 0.6, rgb, material, sides=8)
        parts.box((0, 0, radius), (2 * radius, 0.04, broad * 0.5), rgb, material)
        parts.box((0, 0, radius), (broad * 0.5, 0.04, 2 * radius), rgb, material)
        parts.shape = "round"
        return parts
    parts.box((0, -0.01, high / 2), (wide, 0.016, high), pane, "glass")
    _frame(parts, (wide, high), (broad, 0.07), rgb, material)
    columns = max(1, round(wide / rng.uniform(0.45, 0.9)))
    rows = 1
    if style == 1:
        columns, rows = 1, 2  # sashes
    elif style == 2:
        columns = max(2, columns)
    elif style == 3:
        rows = int(rng.integers(2, 5))
    elif style == 4:
        columns, rows = 1, 1
        arch = np.linspace(0, np.pi, 17)
        fan = np.stack([wide / 2 * np.cos(arch), 0 * arch, high + wide / 2 * np.sin(arch)], axis=1)
        outline = [(float(x), float(z)) for x, _, z in fan]
        parts.extrude(outline, 0.016, pane, "glass").move(y=-0.01)
        parts.tube(fan, broad * 0.6, rgb, material)
        for a in (0.25, 0.5, 0.75):
            end = (wide / 2 * np.cos(a * np.pi), 0.0, high + wide / 2 * np.sin(a * np.pi))
            parts.tube([(0, 0, high), end], 0.012, rgb, material, sides=6)
    for c in range(columns):
        for r in range(rows):
            cell = (wide / columns, high / rows)
            sash = Parts()
            _frame(sash, cell, (broad * (0.8 if style != 3 else 0.35), 0.05), rgb, material)
            y = 0.015 + 0.03 * ((c + r) % 2 if style in (1, 2) else 0)
            opened = style == 0 and rng.random() < 0.07
            parts.join(
                sash,
                x=(c - (columns - 1) / 2) * cell[0],
                y=y + (0.02 if opened else 0),
                z=r * cell[1],
            )
    if style in (0, 2):
        for c in range(1, columns):
            x = (c - columns / 2) * wide / columns + 0.02
            parts.box((x, 0.06, high * 0.48), (0.02, 0.03, 0.12), palette.steel(rng), "metal")
    if rng.random() < 0.7:  # the sill inside
        deep = rng.uniform(0.03, 0.078)  # with the frame at most the 12 cm that the bank keeps
        board = rgb if rng.random() < 0.6 else palette.finish(rng)[0]
        parts.box((0, deep / 2, -0.015), (wide + rng.uniform(0, 0.2), deep, 0.03), board, material)
        if deep > 0.06 and rng.random() < 0.4:
            for x in rng.uniform(-0.42, 0.42, int(rng.integers(1, 4))):
                tall = rng.uniform(0.08, 0.14)
                parts.cylinder(
                    (x * wide, deep / 2, tall / 2), 0.028, tall, palette.lively(rng), top=0.036
                )
                if rng.random() < 0.6:
                    leaves = palette.pick(rng, (60, 120, 60), (90, 140, 70))
                    parts.ball((x * wide, deep / 2, tall + 0.06), (0.15, 0.07, 0.15), leaves)
    if rng.random() < 0.3:  # a casing on the wall
        _frame(parts, (wide + 0.2, high + 0.2), (0.1, 0.025), rgb, material, low=-0.1, y=-0.01)
    return parts


@family("blinds", mount="wall", has_front=True, elevation=0.9)
def blinds(rng: np.random.Generator) -> Parts:
    """Slats across or upright, a roller, folds of cloth or paper; let down or half drawn."""
    parts = Parts()
    u = rng.random()
    rgb = palette.white(rng) if u < 0.5 else (palette.gray(rng) if u < 0.7 else palette.cloth(rng))
    material = ""
    wide, full = rng.uniform(0.6, 1.9), rng.uniform(0.9, 1.7)
    high = full * (1.0 if rng.random() < 0.55 else rng.uniform(0.25, 0.8))
    top = 2.0
    style = int(rng.choice(5, p=[0.36, 0.18, 0.22, 0.14, 0.1]))
    parts.elevation = max(0.5, rng.uniform(1.9, 2.2) - high)
    if style == 0 and rng.random() < 0.3:
        rgb, material = palette.wood(rng), "wooden"
    head = palette.shade(rgb, 0.9)
    parts.box((0, 0, top + 0.025), (wide, 0.05, 0.05), head)
    if style == 0:
        broad = rng.choice([0.025, 0.035, 0.05])
        tilt = rng.uniform(-60, 70)
        for z in np.arange(top - broad, top - high, -broad * 0.86):
            parts.box((0, 0, z), (wide, broad, 0.003), rgb, material).turn("x", tilt)
        for x in (-0.36, 0.36):
            tape = palette.shade(rgb, 0.8)
            for y in (-0.5, 0.5):
                parts.box((x * wide, y * broad, top - high / 2), (0.012, 0.002, high), tape)
        parts.box((0, 0, top - high), (wide, 0.04, 0.018), head, material)
    elif style == 1:
        broad, angle = rng.uniform(0.08, 0.127), rng.uniform(10, 70)
        share = 1.0 if rng.random() < 0.6 else rng.uniform(0.3, 0.8)
        for x in np.arange(-wide / 2 + broad / 2, wide / 2, broad * 0.85 * share):
            if x < -wide / 2 + wide * share:
                slat = parts.box((x, 0, top - full / 2), (broad, 0.003, full), rgb)
                slat.turn("z", angle)
    elif style == 2:
        parts.cylinder((0, 0, top + 0.02), 0.03, wide, rgb, axis="x")
        cells = np.zeros((2, 2, 3))
        cells[..., 0] = np.array([[-0.49, 0.49]]) * wide
        cells[0, :, 2], cells[1, :, 2] = top, top - high
        parts.surface(cells, rgb, "fabric")
        parts.box((0, 0, top - high), (wide * 0.98, 0.014, 0.025), head)
    else:  # folds: many small ones, or a few deep ones gathered below
        count = round(high / 0.03) if style == 3 else max(3, round(high / 0.2))
        deep = 0.012 if style == 3 else 0.035
        z = np.linspace(top, top - high, 2 * count + 1)
        grid = np.zeros((len(z), 2, 3))
        grid[..., 0] = np.array([[-0.5, 0.5]]) * wide
        grid[..., 1] = (np.arange(len(z)) % 2 * deep)[:, None]
        grid[..., 2] = z[:, None]
        parts.surface(grid, rgb, "fabric")
        parts.box((0, deep / 2, top - high), (wide, 0.02, 0.02), head)
    if rng.random() < 0.6:
        x = wide * 0.45 * int(rng.choice([-1, 1]))
        parts.cylinder((x, 0.035, top - 0.35), 0.004, 0.7, palette.white(rng), sides=6)
    return parts
