"""Families of papers, folders, cables and small things of desks."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.geometry import smooth_path
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


def _print(rng: np.random.Generator) -> pictures.Picture:
    """A printed page; seldom with a photograph above the text."""
    ink = palette.pick(rng, (110, 110, 114), (150, 150, 156), (90, 100, 130))
    page = pictures.text(rng, palette.white(rng), ink, lines=11, width=18, margin=2)
    if rng.random() < 0.3:
        page[2:9, 3:15] = pictures.landscape(rng, 7, 12)
    return page


def _lying(
    parts: Parts, image: pictures.Picture, size: tuple[float, float], z: float, yaw: float
) -> None:
    """A picture that lies at height z, turned by degrees."""
    parts.picture((0, 0, z), size, image).turn("x", 90, (0, 0, z)).turn("z", yaw, (0, 0, z))


@family("papers", mount="top")
def papers(rng: np.random.Generator) -> Parts:
    """Loose sheets, a stack, or several stacks beside each other."""
    parts = Parts()
    stacks = int(rng.choice([1, 1, 1, 2]))
    for stack in range(stacks):
        x = (stack - (stacks - 1) / 2) * rng.uniform(0.22, 0.3)
        loose = rng.random() < 0.5
        sheets = int(rng.integers(3, 8)) if loose else int(rng.integers(2, 5))
        z = 0.001
        if not loose:
            thick = rng.uniform(0.01, 0.09)
            parts.box((x, 0, thick / 2), (0.21, 0.297, thick), palette.white(rng))
            z = thick + 0.001
        for _ in range(sheets):
            spread = 0.09 if loose else 0.012
            turn = rng.normal(0, 28 if loose else 5)
            page = _print(rng) if rng.random() < 0.85 else pictures.plain(palette.pastel(rng), 2, 2)
            sheet = parts.picture((0, 0, 0), (0.21, 0.297), page).turn("x", 90, (0, 0, 0))
            sheet.turn("z", turn, (0, 0, 0)).move(
                x + rng.normal(0, spread), rng.normal(0, spread), z
            )
            z += 0.0015
    return parts


@family("newspaper", mount="top")
def newspaper(rng: np.random.Generator) -> Parts:
    """A folded newspaper, a stack of them, or one that lies open."""
    parts = Parts()
    gray = palette.pick(rng, (214, 210, 200), (200, 196, 188), (224, 220, 208))
    wide, deep = rng.uniform(0.28, 0.36), rng.uniform(0.2, 0.42)
    count = int(rng.choice([1, 1, 1, 2, 4, 8]))
    z = 0.0
    for _ in range(count):
        thick = rng.uniform(0.006, 0.02)
        turn = rng.normal(0, 6)
        fold = parts.box((0, 0, z + thick / 2), (wide, deep, thick), gray, round=thick * 0.4)
        fold.turn("z", turn, (0, 0, 0))
        z += thick
    page = pictures.text(rng, gray, (90, 90, 92), lines=14, width=26, margin=2)
    page[2:5, 3:23] = (50, 50, 54) if rng.random() < 0.7 else palette.lively(rng)
    if rng.random() < 0.8:
        photo = pictures.landscape(rng, 9, 13)
        page[8:17, 10:23] = photo if rng.random() < 0.5 else photo.mean(2, keepdims=True)
    if count == 1 and rng.random() < 0.35:  # open
        wing = parts.box((-wide * 0.98, 0, 0.004), (wide, deep, 0.004), gray)
        wing.turn("y", rng.uniform(0, 8), (-wide / 2, 0, 0))
        _lying(
            parts,
            pictures.text(rng, gray, (100, 100, 104), lines=14, width=24),
            (wide * 0.9, deep * 0.92),
            0.014,
            0,
        )
        parts.parts[-1].move(x=-wide)
    _lying(parts, page, (wide * 0.97, deep * 0.96), z + 0.001, turn)
    return parts


@family("magazine holder", mount="top")
def magazine_holder(rng: np.random.Generator) -> Parts:
    """A file box with a slanted side, magazines in it; up to four in a row."""
    parts = Parts()
    count = int(rng.choice([1, 1, 2, 3, 4]))
    wide, deep, high = rng.uniform(0.07, 0.11), rng.uniform(0.22, 0.27), rng.uniform(0.28, 0.33)
    common = palette.case(rng, dark=0.3, other=0.4)
    for i in range(count):
        rgb = palette.case(rng, dark=0.3, other=0.4) if rng.random() < 0.3 else common
        low = high * rng.uniform(0.3, 0.5)
        x = (i - (count - 1) / 2) * (wide + 0.006)
        side = [
            (-deep / 2, 0),
            (deep / 2, 0),
            (deep / 2, low),
            (-deep * 0.1, high),
            (-deep / 2, high),
        ]
        for edge in (-1, 1):
            parts.extrude(side, 0.004, rgb, plane="yz").move(x=x + edge * wide / 2)
        parts.box((x, -deep / 2, high / 2), (wide, 0.004, high), rgb)
        parts.box((x, deep / 2, low / 2), (wide, 0.004, low), rgb)
        parts.box((x, 0, 0.002), (wide, deep, 0.004), rgb)
        if rng.random() < 0.75:
            for k in range(int(rng.integers(2, 8))):
                at = x - wide * 0.42 + k * wide * 0.12
                tall = rng.uniform(0.7, 0.92) * high
                parts.box((at, 0, tall / 2), (0.007, deep * 0.92, tall), palette.lively(rng))
        if rng.random() < 0.4:
            parts.box(
                (x, deep / 2 + 0.003, low * 0.55),
                (wide * 0.55, 0.003, low * 0.4),
                palette.white(rng),
            )
    return parts


@family("pen holder", mount="top")
def pen_holder(rng: np.random.Generator) -> Parts:
    """A cup or box with pens, pencils, a ruler and scissors in it."""
    parts = Parts()
    u = rng.random()
    rgb, material = palette.case(rng, dark=0.5, other=0.3), ""
    if u < 0.25:
        rgb, material = palette.wood(rng), "wooden"
    elif u < 0.4:
        rgb, material = palette.steel(rng), "metal"
    radius, high = rng.uniform(0.032, 0.05), rng.uniform(0.085, 0.12)
    if rng.random() < 0.65:
        profile = [
            (0, 0),
            (radius * 0.95, 0),
            (radius, high),
            (radius * 0.93, high),
            (radius * 0.9, 0.01),
            (0, 0.01),
        ]
        parts.lathe(profile, rgb, material)
    else:
        for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            size = (0.004, 2 * radius, high) if x else (2 * radius, 0.004, high)
            parts.box((x * radius, y * radius, high / 2), size, rgb, material)
        parts.box((0, 0, 0.003), (2 * radius, 2 * radius, 0.006), rgb, material)
    for _ in range(int(rng.integers(3, 12))):
        a, lean = rng.uniform(0, 360), rng.uniform(3, 17)
        long = rng.uniform(0.12, 0.18)
        rgb_pen = palette.lively(rng) if rng.random() < 0.6 else palette.case(rng, dark=0.6)
        pen = parts.cylinder((0, 0, long / 2 + 0.012), 0.0045, long, rgb_pen, sides=8)
        tip = parts.cylinder(
            (0, 0, long + 0.016),
            0.0045,
            0.01,
            palette.pick(rng, (30, 30, 30), (220, 190, 140)),
            top=0.001,
            sides=8,
        )
        for part in (pen, tip):
            part.turn("y", lean, (0, 0, 0.012)).turn("z", a, (0, 0, 0))
            part.move(-0.5 * radius * np.cos(np.radians(a)), -0.5 * radius * np.sin(np.radians(a)))
    return parts


@family("stapler", mount="top")
def stapler(rng: np.random.Generator) -> Parts:
    """A stapler that lies, its mouth ajar."""
    parts = Parts()
    long, wide = rng.uniform(0.1, 0.19), rng.uniform(0.028, 0.04)
    rgb = palette.case(rng, dark=0.5, other=0.4)
    base = palette.black(rng) if rng.random() < 0.6 else rgb
    parts.box((0, 0, 0.006), (wide, long, 0.012), base, round=0.004)
    parts.box((0, -long * 0.03, 0.02), (wide * 0.5, long * 0.9, 0.01), palette.steel(rng), "metal")
    high = rng.uniform(0.018, 0.03)
    side = [
        (-long * 0.5, 0),
        (long * 0.46, 0),
        (long * 0.46, high * 0.5),
        (long * 0.2, high),
        (-long * 0.5, high * 0.8),
    ]
    arm = parts.extrude(side, wide * 0.85, rgb, plane="yz").move(z=0.026)
    arm.turn("x", rng.uniform(2, 14), (0, -long / 2, 0.03))
    parts.box((0, -long * 0.42, 0.022), (wide * 0.8, long * 0.14, 0.03), base)
    parts.box((0, long * 0.42, 0.013), (wide * 0.6, 0.02, 0.003), palette.steel(rng), "metal")
    return parts


@family("folder", mount="top")
def folder(rng: np.random.Generator) -> Parts:
    """Lever-arch files that stand in a row, one that lies, or a thin folder with papers."""
    parts = Parts()
    style = rng.random()
    if style < 0.3:  # thin, lies
        rgb = palette.lively(rng) if rng.random() < 0.5 else palette.cardboard(rng)
        thick = rng.uniform(0.004, 0.02)
        parts.box((0, 0, 0.001), (0.24, 0.32, 0.002), rgb)
        parts.box((0.005, 0, thick / 2), (0.21, 0.297, thick), palette.white(rng))
        parts.box((0, 0, thick + 0.001), (0.235, 0.315, 0.002), rgb).turn("y", rng.uniform(0, 4))
        if rng.random() < 0.5:
            parts.box((0, 0.05, thick + 0.004), (0.1, 0.05, 0.002), palette.white(rng))
        return parts
    count = 1 if style < 0.5 else int(rng.integers(2, 7))
    high, deep = rng.uniform(0.305, 0.325), rng.uniform(0.26, 0.29)
    common = palette.case(rng, dark=0.5, other=0.4)
    x = 0.0
    for _ in range(count):
        wide = rng.choice([0.05, 0.075, 0.08])
        rgb = common if rng.random() < 0.6 else palette.case(rng, dark=0.4, other=0.5)
        x += wide / 2
        made = [parts.box((x, 0, high / 2), (wide, deep, high), rgb)]
        made.append(
            parts.box((x, -0.004, high / 2), (wide * 0.85, deep, high * 1.002), palette.white(rng))
        )
        label = pictures.text(rng, palette.white(rng), (70, 70, 74), lines=4, width=6)
        made.append(
            parts.picture((x, deep / 2 + 0.001, high * 0.62), (wide * 0.7, high * 0.45), label)
        )
        made.append(parts.cylinder((x, deep / 2, high * 0.2), 0.012, 0.004, (40, 40, 42), axis="y"))
        if rng.random() < 0.12 and count > 2:
            for part in made:
                part.turn("y", 9, (x, 0, 0))
        x += wide / 2 + 0.002
    if count == 1:
        for part in parts.parts:
            part.turn("y", 90, (0, 0, 0))
    return parts


@family("cable", mount="floor")
def cable(rng: np.random.Generator) -> Parts:
    """A cable that lies in a coil, in waves or in a tangle, with a plug at its end."""
    parts = Parts()
    u = rng.random()
    rgb = (
        palette.black(rng) if u < 0.55 else (palette.white(rng) if u < 0.75 else palette.gray(rng))
    )
    if u > 0.88:
        rgb = palette.lively(rng)
    thick = rng.uniform(0.003, 0.007)
    style = rng.random()
    if style < 0.4:  # a coil
        turns, radius = rng.uniform(2, 7), rng.uniform(0.06, 0.18)
        t = np.linspace(0, turns, int(turns * 18))
        r = radius * (1 + 0.08 * np.sin(3.1 * t + rng.uniform(0, 6)))
        path = np.stack(
            [
                r * np.cos(2 * np.pi * t),
                r * np.sin(2 * np.pi * t) * rng.uniform(0.6, 1),
                thick + thick * t * 0.9,
            ],
            1,
        )
    else:
        count = int(rng.integers(5, 12))
        step = rng.uniform(0.08, 0.2)
        if style < 0.75:  # waves
            points = np.stack(
                [np.arange(count) * step, rng.normal(0, 0.09, count), np.full(count, thick)], 1
            )
        else:
            points = np.concatenate(
                [rng.normal(0, 0.14, (count, 2)), np.full((count, 1), thick)], 1
            )
        points[:, 2] += rng.uniform(0, 0.006, count)
        path = smooth_path(points, 14 * count)
    parts.tube(path, thick, rgb, "plastic", sides=6)
    if rng.random() < 0.7:
        end, before = path[-1], path[-3]
        angle = float(np.degrees(np.arctan2(end[1] - before[1], end[0] - before[0])))
        parts.box((*end[:2], 0.012), (0.05, 0.028, 0.024), rgb, "plastic", round=0.006).turn(
            "z", angle
        )
    if rng.random() < 0.4:
        parts.box((*path[0][:2], 0.014), (0.09, 0.045, 0.028), palette.black(rng), round=0.006)
    return parts


@family("power strip", mount="floor")
def power_strip(rng: np.random.Generator) -> Parts:
    """A strip of sockets with a switch, some plugs in it, and its cord."""
    parts = Parts()
    count = int(rng.integers(3, 9))
    pitch, deep, high = (
        rng.uniform(0.035, 0.055),
        rng.uniform(0.045, 0.06),
        rng.uniform(0.03, 0.045),
    )
    rgb = palette.white(rng) if rng.random() < 0.6 else palette.black(rng)
    wide = count * pitch + 0.05
    parts.box((0, 0, high / 2), (wide, deep, high), rgb, "plastic", round=0.008)
    dark = palette.shade(rgb, 0.7 if sum(rgb) > 300 else 2.2)
    for i in range(count):
        x = -wide / 2 + 0.025 + (i + 0.5) * pitch
        parts.cylinder((x, 0, high), min(0.019, pitch * 0.45), 0.004, dark)
        for y in (-0.007, 0.007):
            parts.cylinder((x, y, high + 0.002), 0.003, 0.002, (20, 20, 20), sides=8)
        if rng.random() < 0.35:
            plug = palette.black(rng) if rng.random() < 0.6 else palette.white(rng)
            parts.cylinder((x, 0, high + 0.02), 0.016, 0.04, plug, top=0.011, sides=12)
            away = rng.uniform(0.1, 0.25) * rng.choice([-1, 1])
            tail = [(x, 0, high + 0.04), (x, away * 0.3, high + 0.045), (x + 0.02, away, 0.004)]
            parts.tube(tail, 0.0035, plug, smooth=9, sides=6)
    if rng.random() < 0.6:
        parts.box(
            (wide / 2 - 0.018, 0, high),
            (0.02, 0.014, 0.006),
            palette.pick(rng, (210, 40, 30), (30, 30, 30)),
        )
    long = rng.uniform(0.2, 0.6)
    cord = [
        (-wide / 2, 0, 0.01),
        (-wide / 2 - long * 0.3, rng.normal(0, 0.05), 0.005),
        (-wide / 2 - long * 0.7, rng.normal(0, 0.1), 0.005),
        (-wide / 2 - long, rng.normal(0, 0.15), 0.005),
    ]
    parts.tube(cord, 0.0045, rgb, "plastic", smooth=20, sides=6)
    return parts


@family("flip chart", mount="floor", has_front=True)
def flip_chart(rng: np.random.Generator) -> Parts:
    """A pad of large paper on a tripod or a column."""
    parts = Parts()
    wide, high = rng.uniform(0.62, 0.75), rng.uniform(0.88, 1.05)
    top = rng.uniform(1.6, 1.95)
    metal = palette.steel(rng) if rng.random() < 0.6 else palette.case(rng, dark=0.6)
    bottom = top - high
    board = [parts.box((0, 0, bottom + high / 2), (wide, 0.02, high), palette.white(rng))]
    paper = palette.white(rng)
    drawn = pictures.plain(paper, 22, 16)
    if rng.random() < 0.75:
        ink = palette.pick(rng, (40, 60, 150), (30, 30, 34), (180, 40, 40), (30, 120, 70))
        drawn = pictures.text(rng, paper, ink, lines=int(rng.integers(4, 11)), width=18)
    board.append(parts.picture((0, 0.013, bottom + high * 0.5), (wide * 0.94, high * 0.92), drawn))
    board.append(parts.box((0, 0.02, top - 0.02), (wide, 0.03, 0.05), metal, "metal"))
    board.append(parts.box((0, 0.045, bottom), (wide * 0.9, 0.07, 0.015), metal, "metal"))
    lean = rng.uniform(5, 12)
    for part in board:
        part.turn("x", lean, (0, 0, top))
    if rng.random() < 0.65:
        for x in (-1, 1):
            parts.tube(
                [(x * wide * 0.3, -0.03, top * 0.97), (x * wide * 0.55, 0.26, 0.01)],
                0.015,
                metal,
                "metal",
            )
        parts.tube([(0, -0.05, top * 0.97), (0, -0.6, 0.01)], 0.015, metal, "metal")
    else:
        parts.cylinder((0, -0.06, top / 2), 0.03, top * 0.95, metal, "metal")
        for i in range(5):
            a = 2 * np.pi * i / 5
            x, y = 0.32 * np.cos(a), 0.32 * np.sin(a)
            parts.tube([(0, -0.06, 0.1), (x, y - 0.06, 0.07)], 0.018, metal, "metal")
            parts.wheel((x, y - 0.06, 0.03), 0.03, 0.03, palette.black(rng))
    return parts
