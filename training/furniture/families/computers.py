"""Families of computers and what is plugged into them."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

_OFF = (22, 24, 28)


def _screen(rng: np.random.Generator) -> pictures.Picture:
    """A dark screen, or one with windows, text or a photograph."""
    if rng.random() < 0.45:
        return pictures.plain(palette.pick(rng, _OFF, (40, 44, 52)), 2, 2)
    image = pictures.landscape(rng, 18, 28)
    if rng.random() < 0.6:
        back = palette.white(rng) if rng.random() < 0.6 else palette.black(rng)
        ink = palette.pick(rng, (70, 80, 90), (60, 110, 190), (120, 120, 124))
        window = pictures.text(rng, back, ink, lines=7, width=20)
        y, x = int(rng.integers(0, 4)), int(rng.integers(0, 9))
        image[y : y + len(window), x : x + 20] = window[: 18 - y]
    return image


def _keys(parts: Parts, wide: float, deep: float, z: float, rng: np.random.Generator) -> None:
    """A field of keys that lies at height z, the upper row at the back."""
    body = parts.parts[0].rgb[0]
    key = palette.black(rng) if rng.random() < 0.6 else palette.white(rng)
    line = palette.shade(body.astype(int).tolist(), 0.7 if body.sum() > 200 else 1.6)
    field = pictures.grid(key, line, 5, 15, cell=2)
    field[-3:-1, 13:30] = key  # the space bar
    parts.picture((0, 0, z), (wide, deep), field, "plastic").turn("x", 90, (0, 0, z))


@family("keyboard", mount="top")
def keyboard(rng: np.random.Generator) -> Parts:
    """A full or small keyboard, flat or sloped; seldom split, curved or with coloured keys."""
    parts = Parts()
    wide = rng.uniform(0.42, 0.47) if rng.random() < 0.6 else rng.uniform(0.27, 0.37)
    deep, high = rng.uniform(0.11, 0.17), rng.uniform(0.008, 0.03)
    body = palette.case(rng, dark=0.6, other=0.05)
    parts.box((0, 0, high / 2), (wide, deep, high), body, "plastic", round=min(0.006, high / 3))
    rows, columns = 5, round(wide / 0.02)
    key = body if rng.random() < 0.6 else palette.case(rng, dark=0.5, other=0.15)
    key = palette.shade(key, 1.25 if sum(key) < 200 else 0.93)
    pitch_x, pitch_y = wide * 0.96 / columns, deep * 0.86 / rows
    for row in range(rows):
        for column in range(columns):
            if wide > 0.4 and column == round(columns * 0.77):
                continue  # the gap before the numbers
            x = wide * 0.48 - (column + 0.5) * pitch_x
            y = deep * 0.43 - (row + 0.5) * pitch_y
            color = palette.lively(rng) if rng.random() < 0.01 else key
            size = (pitch_x * 0.84, pitch_y * 0.84, 0.006)
            if row == 0 and 3 < column < 9:
                size = (pitch_x, pitch_y * 0.84, 0.006)
            parts.box((x, y, high + 0.002), size, color, "plastic")
    slope = rng.uniform(0, 7)
    for part in parts.parts:
        part.turn("x", -slope, (0, deep / 2, 0))  # lower towards who types, at the front
    if rng.random() < 0.4:
        start = (rng.uniform(-0.1, 0.1), -deep / 2, high)
        path = [
            start,
            (start[0], -deep / 2 - 0.05, 0.004),
            (start[0] + 0.1, -deep / 2 - 0.12, 0.004),
        ]
        parts.tube(path, 0.003, palette.black(rng), smooth=8, sides=6)
    return parts


@family("mouse", mount="top")
def mouse(rng: np.random.Generator) -> Parts:
    """A computer mouse with two keys and a wheel, with or without cord or pad."""
    parts = Parts()
    long, wide, high = (
        rng.uniform(0.095, 0.125),
        rng.uniform(0.055, 0.07),
        rng.uniform(0.028, 0.038),
    )
    body = palette.case(rng, dark=0.6, other=0.12)
    hull = parts.ball((0, 0, 0), (wide, long, 2 * high), body, "plastic")
    hull.points[:, 2] = hull.points[:, 2].clip(0.0, None)
    hull.points[:, 1] *= 1 - 0.15 * hull.points[:, 1] / long
    keys = parts.ball(
        (0, -long * 0.19, 0.002), (wide * 0.9, long * 0.6, 2 * high * 0.9), palette.shade(body, 0.8)
    )
    keys.points[:, 2] = keys.points[:, 2].clip(0.0, None)
    parts.cylinder((0, -long * 0.24, high * 0.82), 0.008, 0.007, palette.gray(rng), axis="x")
    lift = 0.0
    if rng.random() < 0.3:  # on a pad
        lift = 0.004
        size = (rng.uniform(0.19, 0.26), rng.uniform(0.18, 0.24))
        for part in parts.parts:
            part.move(z=lift)
        parts.box((0, 0, lift / 2), (*size, lift), palette.cloth(rng), "fabric")
    if rng.random() < 0.55:
        z = lift + 0.006
        bend = rng.uniform(-0.12, 0.12)
        path = [
            (0, -long * 0.45, z),
            (0, -long * 0.8, z),
            (bend, -long * 1.2, 0.004),
            (bend * 2, -long * 1.5, 0.004),
        ]
        parts.tube(path, 0.0025, palette.black(rng), smooth=14, sides=6)
    return parts


@family("laptop", mount="top", has_front=True)
def laptop(rng: np.random.Generator) -> Parts:
    """An open laptop, its lid at any angle; one of five is closed."""
    parts = Parts()
    wide = rng.uniform(0.29, 0.39)
    deep, thick = wide * rng.uniform(0.64, 0.72), rng.uniform(0.014, 0.024)
    u = rng.random()
    body = palette.steel(rng) if u < 0.45 else palette.black(rng)
    body = palette.white(rng) if 0.8 < u < 0.93 else body
    body = palette.lively(rng) if u > 0.95 else body
    material = "metal" if u < 0.45 else "plastic"
    parts.box((0, 0, thick / 2), (wide, deep, thick), body, material, round=0.004)
    lid = thick * 0.45
    if rng.random() < 0.2:
        cover = parts.box((0, 0, thick + lid / 2), (wide, deep, lid), body, material, round=0.002)
        cover.turn("x", 0)
        if rng.random() < 0.7:
            mark = palette.shade(body, 1.5 if sum(body) < 300 else 0.75)
            parts.cylinder((0, 0, thick + lid), 0.018, 0.002, mark)
        return parts
    _keys(parts, wide * 0.86, deep * 0.42, thick + 0.001, rng)
    parts.parts[-1].move(y=-deep * 0.1)
    pad = palette.shade(body, 0.85 if sum(body) > 200 else 1.4)
    parts.box((0, deep * 0.32, thick), (wide * 0.32, deep * 0.24, 0.002), pad)
    hinge = (0, -deep / 2, thick)
    back = parts.box(
        (0, -deep / 2 - lid / 2, thick + deep / 2), (wide, lid, deep), body, material, round=0.002
    )
    bezel = palette.black(rng) if rng.random() < 0.8 else body
    rim = parts.box((0, -deep / 2, thick + deep / 2), (wide * 0.99, 0.002, deep * 0.98), bezel)
    shown = parts.picture(
        (0, -deep / 2 + 0.002, thick + deep * 0.51),
        (wide * 0.93, deep * 0.88),
        _screen(rng),
        "glass",
    )
    angle = rng.uniform(5, 40)
    for part in (back, rim, shown):
        part.turn("x", angle, hinge)
    return parts


@family("tablet", mount="top")
def tablet(rng: np.random.Generator) -> Parts:
    """A slab with a screen that lies, leans on a stand or its cover, or has a keyboard."""
    parts = Parts()
    long = rng.uniform(0.2, 0.3)
    wide, thick = long * rng.uniform(0.66, 0.76), rng.uniform(0.007, 0.011)
    if rng.random() < 0.6:
        long, wide = wide, long
    body = palette.steel(rng) if rng.random() < 0.45 else palette.case(rng, dark=0.7)
    bezel = palette.black(rng) if rng.random() < 0.8 else palette.white(rng)
    slab = [
        parts.box((0, 0, 0), (wide, thick, long), body, round=0.004),
        parts.box((0, thick / 2, 0), (wide * 0.985, 0.002, long * 0.98), bezel),
        parts.picture((0, thick / 2 + 0.002, 0), (wide * 0.9, long * 0.9), _screen(rng), "glass"),
    ]
    style = rng.random()
    lean = 90.0 if style < 0.45 else rng.uniform(15, 40)
    for part in slab:
        part.turn("x", lean, (0, 0, 0))
    low = parts.extent[0][2]
    parts.lift(-low)
    if lean < 90:
        cover = palette.cloth(rng)
        rise, back = long * np.cos(np.radians(lean)), long * np.sin(np.radians(lean))
        if style < 0.75:
            foot, held = -back * 1.1, (-0.1 * back - 0.012, 0.6 * rise)
            sheet = [(foot, 0), (foot + 0.006, 0), (held[0] + 0.004, held[1]), held]
            parts.extrude(sheet, wide * 0.9, cover, plane="yz")
        else:
            parts.box((0, back * 0.4, 0.004), (wide, long * 0.6, 0.008), cover)
            keys = pictures.grid(palette.shade(cover, 0.6), cover, 5, 12, cell=2)
            z = 0.0095
            parts.picture((0, 0, z), (wide * 0.9, long * 0.4), keys).turn("x", 90, (0, 0, z)).move(
                y=back * 0.4
            )
            parts.box((0, -back * 0.3, rise * 0.25), (wide * 0.5, 0.004, rise * 0.5), cover)
    elif rng.random() < 0.4:
        parts.box((0, 0, -0.002), (wide * 1.03, long * 1.03, 0.006), palette.cloth(rng), "fabric")
    return parts


@family("computer", mount="floor", has_front=True)
def desktop_computer(rng: np.random.Generator) -> Parts:
    """A tower, or a flat or tiny case, with drives, buttons and vents; some are lit."""
    parts = Parts()
    size = rng.random()
    if size < 0.7:
        wide, deep, high = rng.uniform(0.16, 0.23), rng.uniform(0.36, 0.5), rng.uniform(0.34, 0.52)
    elif size < 0.85:
        wide, deep, high = rng.uniform(0.09, 0.11), rng.uniform(0.28, 0.36), rng.uniform(0.28, 0.36)
    else:
        wide, deep, high = rng.uniform(0.28, 0.42), rng.uniform(0.28, 0.4), rng.uniform(0.07, 0.12)
        parts.mount = "top"
    body = palette.black(rng) if rng.random() < 0.6 else palette.case(rng, dark=0.2, other=0.04)
    parts.box((0, 0, high / 2), (wide, deep, high), body, "metal")
    face = palette.shade(body, rng.uniform(0.8, 1.3))
    y = deep / 2
    parts.box(
        (0, y + 0.008, high / 2), (wide * 0.98, 0.018, high * 0.98), face, "plastic", round=0.005
    )
    y += 0.018
    if high > 0.2:
        z = high * 0.93
        for _ in range(int(rng.integers(0, 3))):
            z -= 0.046
            parts.box((0, y, z), (wide * 0.8, 0.006, 0.04), palette.case(rng, dark=0.7, other=0))
        if rng.random() < 0.6:
            mesh = pictures.grid(palette.shade(face, 0.5), face, 8, 4, cell=1)
            parts.picture((0, y + 0.002, high * 0.35), (wide * 0.75, high * 0.5), mesh)
        if rng.random() < 0.2:  # lit fans
            glow = palette.lively(rng)
            for i in range(3):
                parts.cylinder(
                    (0, y + 0.003, high * (0.2 + 0.25 * i)), wide * 0.38, 0.006, glow, axis="y"
                )
                parts.cylinder(
                    (0, y + 0.006, high * (0.2 + 0.25 * i)), wide * 0.3, 0.004, face, axis="y"
                )
        if rng.random() < 0.2:
            glass = palette.pick(rng, (40, 44, 56), (60, 60, 90))
            parts.box((wide / 2, 0, high / 2), (0.004, deep * 0.9, high * 0.9), glass, "glass")
    parts.cylinder((wide * 0.3, y, high * 0.88), 0.009, 0.006, palette.steel(rng), axis="y")
    for x in (-0.1, 0.05):
        parts.box((x * wide, y, high * 0.8), (0.014, 0.004, 0.006), (20, 20, 22))
    return parts


@family("printer", mount="top", has_front=True)
def printer(rng: np.random.Generator) -> Parts:
    """A desktop printer with trays, a lid and a panel, or one as large as a cabinet."""
    parts = Parts()
    large = rng.random() < 0.2
    wide = rng.uniform(0.52, 0.66) if large else rng.uniform(0.36, 0.48)
    deep = wide * rng.uniform(0.75, 1.05)
    high = rng.uniform(0.75, 1.05) if large else rng.uniform(0.14, 0.34)
    light, dark = palette.white(rng), palette.black(rng)
    u = rng.random()
    body = light if u < 0.5 else (dark if u < 0.8 else palette.gray(rng))
    second = dark if u < 0.5 and rng.random() < 0.6 else palette.shade(body, 0.85)
    parts.box((0, 0, high / 2), (wide, deep, high), body, "plastic", round=0.015)
    top = high
    if rng.random() < 0.7:  # the scanner's lid
        thick = rng.uniform(0.03, 0.07)
        parts.box(
            (0, -deep * 0.04, top + thick / 2),
            (wide * 0.98, deep * 0.9, thick),
            second,
            "plastic",
            round=0.01,
        )
        top += thick
    front = deep / 2
    slot = high * (0.72 if large else rng.uniform(0.3, 0.5))
    gap = min(high * 0.3, 0.12)
    parts.box((0, front - 0.01, slot), (wide * 0.72, 0.03, gap), (28, 28, 30))
    if rng.random() < 0.7:
        tray = parts.box((0, front + 0.07, slot - gap * 0.4), (wide * 0.6, 0.17, 0.008), second)
        tray.turn("x", rng.uniform(0, 15))
        if rng.random() < 0.6:
            sheet = pictures.text(rng, (244, 244, 244), (90, 90, 96), lines=6, width=14)
            z = slot - gap * 0.4 + 0.012
            parts.picture((0, 0, z), (0.21, 0.2), sheet).turn("x", 90, (0, 0, z)).move(
                y=front + 0.04
            )
    drawers = int(rng.integers(1, 4)) if large else int(rng.integers(0, 2))
    for i in range(drawers):
        each = slot * 0.75 / max(drawers, 1)
        z = each * (i + 0.5) + 0.01
        parts.box((0, front, z), (wide * 0.92, 0.012, each * 0.9), palette.shade(body, 0.94))
        parts.box((0, front + 0.006, z), (wide * 0.25, 0.01, 0.02), second)
    panel = parts.box((wide * 0.1, front - 0.02, high * 0.93), (wide * 0.6, 0.1, 0.05), second)
    panel.turn("x", -rng.uniform(10, 45))
    glow = palette.pick(rng, (90, 140, 200), (60, 64, 70), (170, 190, 170))
    parts.box((wide * 0.1, front + 0.02, high * 0.96), (0.07, 0.05, 0.02), glow).turn("x", -30)
    if not large and rng.random() < 0.5:  # paper that stands at the back
        paper = parts.box((0, -deep * 0.42, top + 0.09), (0.21, 0.006, 0.2), (246, 246, 246))
        paper.turn("x", 18)
        parts.box((0, -deep * 0.46, top + 0.07), (0.24, 0.006, 0.17), second).turn("x", 18)
    if large:
        parts.mount = "floor"
    return parts


@family("projector", mount="top", has_front=True)
def projector(rng: np.random.Generator) -> Parts:
    """A flat box with a lens; a third hang from the ceiling."""
    parts = Parts()
    wide, high = rng.uniform(0.2, 0.42), rng.uniform(0.08, 0.15)
    deep = wide * rng.uniform(0.65, 0.9)
    body = palette.white(rng) if rng.random() < 0.6 else palette.case(rng, dark=0.7, other=0)
    parts.box((0, 0, 0), (wide, deep, high), body, "plastic", round=0.015)
    x = rng.choice([0.0, 0.28, -0.28]) * wide
    lens = high * rng.uniform(0.3, 0.42)
    parts.cylinder((x, deep / 2 + 0.01, 0), lens, 0.04, palette.black(rng), axis="y")
    parts.cylinder((x, deep / 2 + 0.028, 0), lens * 0.75, 0.008, (60, 70, 100), "glass", axis="y")
    vents = pictures.stripes([palette.shade(body, 0.45), body], 9)
    away = -1 if x > 0 else 1
    parts.picture((away * wide * 0.27, deep / 2 + 0.001, 0), (wide * 0.36, high * 0.55), vents)
    for i in range(4):
        parts.box(
            (wide * (0.1 + 0.07 * i), -deep * 0.1, high / 2),
            (0.016, 0.016, 0.004),
            palette.gray(rng),
        )
    if rng.random() < 0.35:
        parts.mount = "ceiling"
        drop = rng.uniform(0.1, 0.5)
        rod = palette.white(rng) if rng.random() < 0.5 else palette.steel(rng)
        parts.box((0, 0, high / 2 + 0.015), (wide * 0.5, deep * 0.4, 0.02), rod, "metal")
        parts.cylinder((0, 0, high / 2 + drop / 2), 0.018, drop, rod, "metal")
        parts.cylinder((0, 0, high / 2 + drop), 0.06, 0.02, rod, "metal")
    else:
        parts.legs((wide * 0.8, deep * 0.8), 0.02, 0.02, palette.black(rng), round_=True)
        for part in parts.parts[-4:]:
            part.move(z=-high / 2 - 0.015)
    return parts


@family("router", mount="top", has_front=True)
def router(rng: np.random.Generator) -> Parts:
    """A flat or standing box with lights and up to six aerials."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.14, 0.26), rng.uniform(0.1, 0.17), rng.uniform(0.025, 0.045)
    body = palette.black(rng) if rng.random() < 0.5 else palette.white(rng)
    stands = rng.random() < 0.2
    if stands:
        deep, high = high * 1.3, deep * 1.2
    parts.box(
        (0, 0, high / 2), (wide, deep, high), body, "plastic", round=min(0.012, high / 3, deep / 3)
    )
    for i in range(int(rng.integers(3, 8))):
        glow = palette.pick(rng, (80, 220, 100), (90, 160, 250), (240, 160, 40))
        parts.box((wide * (0.35 - 0.1 * i), deep / 2, high * 0.6), (0.006, 0.006, 0.005), glow)
    if not stands:
        parts.box((0, 0, high), (wide * 0.6, deep * 0.35, 0.004), palette.shade(body, 0.8))
    count = int(rng.choice([0, 0, 2, 2, 3, 4]))
    for i in range(count):
        x = wide * (0.42 if count == 1 else -0.42 + 0.84 * i / (count - 1))
        long = rng.uniform(0.1, 0.19)
        aerial = parts.cylinder(
            (x, -deep * 0.48, high * 0.6 + long / 2), 0.007, long, body, top=0.005, sides=10
        )
        aerial.turn("y", rng.normal(0, 14), (x, -deep * 0.48, high * 0.6))
    for _ in range(int(rng.integers(0, 3))):
        x = rng.uniform(-0.3, 0.3) * wide
        cable = palette.pick(rng, (30, 30, 34), (220, 200, 60), (200, 204, 210), (60, 110, 200))
        path = [
            (x, -deep / 2, high / 2),
            (x, -deep / 2 - 0.05, 0.01),
            (x + 0.05, -deep / 2 - 0.12, 0.005),
        ]
        parts.tube(path, 0.003, cable, smooth=8, sides=6)
    return parts
