"""Families of what makes sound and pictures, and of phones and games."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


@family("phone", mount="top")
def mobile_phone(rng: np.random.Generator) -> Parts:
    """A smartphone that lies, shows its back, or leans in a stand."""
    parts = Parts()
    long, wide, thick = (
        rng.uniform(0.13, 0.165),
        rng.uniform(0.064, 0.078),
        rng.uniform(0.007, 0.011),
    )
    body = palette.case(rng, dark=0.6, other=0.25)
    glass = palette.pick(rng, (22, 24, 28), (30, 32, 40))
    if rng.random() < 0.25:
        glass = palette.pastel(rng)
    slab = [parts.box((0, 0, 0), (wide, thick, long), body, round=0.003)]
    if rng.random() < 0.75:
        slab.append(parts.box((0, thick / 2, 0), (wide * 0.94, 0.001, long * 0.95), glass, "glass"))
    else:  # face down
        slab.append(
            parts.box((-wide * 0.22, thick / 2, long * 0.38), (0.026, 0.004, 0.026), (30, 30, 34))
        )
    lean = 90.0
    if rng.random() < 0.2:
        lean = rng.uniform(20, 35)
        parts.box((0, -0.02, -long * 0.48), (wide * 0.9, 0.09, 0.01), palette.case(rng))
        parts.box((0, -0.035, -long * 0.25), (wide * 0.5, 0.008, long * 0.5), palette.case(rng))
    for part in slab:
        part.turn("x", lean, (0, 0, 0))
    return parts


@family("phone", mount="top")
def desk_phone(rng: np.random.Generator) -> Parts:
    """A desk telephone with handset, keys, display and a curled cord; or a cordless one."""
    parts = Parts()
    body = palette.case(rng, dark=0.6, other=0.08)
    dark = palette.shade(body, 0.75 if sum(body) > 250 else 1.5)
    if rng.random() < 0.25:  # cordless in its base
        parts.box((0, 0, 0.02), (0.09, 0.1, 0.04), body, "plastic", round=0.012)
        hand = parts.box((0, 0, 0.1), (0.05, 0.026, 0.16), dark, "plastic", round=0.011)
        shown = parts.box(
            (0, 0.014, 0.14), (0.034, 0.002, 0.035), palette.pick(rng, (120, 160, 190))
        )
        keys = pictures.grid(palette.white(rng), dark, 4, 3, cell=2)
        field = parts.picture((0, 0.0145, 0.085), (0.036, 0.06), keys)
        for part in (hand, shown, field):
            part.turn("x", 14, (0, 0, 0.03))
        return parts
    wide, deep = rng.uniform(0.17, 0.24), rng.uniform(0.17, 0.23)
    side = [(-deep / 2, 0), (deep / 2, 0), (deep / 2, 0.025), (-deep / 2, rng.uniform(0.06, 0.11))]
    rise = (side[3][1] - 0.025) / deep
    parts.extrude(side, wide, body, "plastic", plane="yz")
    tilt = -float(np.degrees(np.arctan(rise)))
    top = (side[3][1] + 0.025) / 2

    def lay(x: float, y: float, size: tuple[float, float], image: pictures.Picture) -> None:
        part = parts.picture((0, 0, 0), size, image).turn("x", 90, (0, 0, 0))
        part.turn("x", tilt, (0, 0, 0)).move(x, y, top - y * rise + 0.002)

    lay(
        -wide * 0.14, deep * 0.14, (wide * 0.5, deep * 0.5), pictures.grid(dark, body, 4, 3, cell=2)
    )
    lay(
        -wide * 0.14,
        -deep * 0.3,
        (wide * 0.5, deep * 0.2),
        pictures.plain(palette.pick(rng, (150, 170, 150), (60, 90, 130), (40, 44, 48))),
    )
    x = wide * 0.33
    hand = parts.box((x, 0, top + 0.032), (0.045, deep * 0.98, 0.026), dark, "plastic", round=0.012)
    hand.turn("x", tilt)
    for y in (-deep * 0.4, deep * 0.4):
        ear = parts.box((x, y, top - y * rise + 0.018), (0.05, 0.055, 0.036), dark, round=0.012)
        ear.turn("x", tilt)
    turns = np.linspace(0, 14 * 2 * np.pi, 110)
    along = np.linspace(0, 1, 110)
    cord = np.stack(
        [
            x + 0.02 + 0.06 * np.sin(along * np.pi) + 0.008 * np.cos(turns),
            deep * 0.5 - along * deep * 0.9,
            0.012 + 0.008 * np.sin(turns),
        ],
        axis=1,
    )
    if rng.random() < 0.7:
        parts.tube(cord, 0.0025, dark, sides=5)
    return parts


@family("speaker", mount="top", has_front=True)
def speaker(rng: np.random.Generator) -> Parts:
    """A wooden or black box with cones, a tall one on the floor, a bar, or a small round one."""
    parts = Parts()
    style = rng.random()
    body, material = (
        (palette.wood(rng), "wooden") if rng.random() < 0.35 else (palette.case(rng, dark=0.75), "")
    )
    cloth = palette.pick(rng, (30, 30, 32), (60, 60, 64), (120, 120, 122))
    if style < 0.6:
        floor = rng.random() < 0.4
        high = rng.uniform(0.75, 1.15) if floor else rng.uniform(0.18, 0.42)
        wide = rng.uniform(0.18, 0.27) if floor else high * rng.uniform(0.52, 0.7)
        deep = wide * rng.uniform(0.9, 1.4)
        parts.box((0, 0, high / 2), (wide, deep, high), body, material)
        front = deep / 2
        if rng.random() < 0.35:
            parts.box(
                (0, front + 0.006, high * 0.5), (wide * 0.92, 0.012, high * 0.94), cloth, "fabric"
            )
        else:
            count = int(rng.integers(2, 5)) if floor else int(rng.integers(1, 3))
            large = min(wide * 0.4, high * 0.42 / max(count, 1))
            cone = palette.pick(rng, (40, 40, 42), (200, 190, 90), (170, 172, 176), (60, 56, 54))
            z = high * (0.62 if floor else 0.33)
            for i in range(count):
                radius = large if i < count - 1 or count == 1 else wide * 0.16
                at = z + i * large * 2.1 if not floor else high * 0.93 - (count - i) * large * 2.15
                parts.cylinder((0, front + 0.004, at), radius * 1.12, 0.008, (20, 20, 22), axis="y")
                parts.cylinder((0, front + 0.009, at), radius, 0.004, cone, axis="y")
                parts.ball((0, front + 0.01, at), (radius * 0.7, 0.02, radius * 0.7), (26, 26, 28))
        if floor:
            parts.mount = "floor"
            parts.box((0, 0, 0.01), (wide * 1.15, deep * 1.1, 0.02), palette.black(rng))
    elif style < 0.78:  # a sound bar
        wide, high = rng.uniform(0.5, 1.1), rng.uniform(0.055, 0.1)
        parts.box((0, 0, high / 2), (wide, high * 1.2, high), palette.black(rng), round=0.012)
        parts.box((0, high * 0.6, high / 2), (wide * 0.96, 0.006, high * 0.8), cloth, "fabric")
    else:
        radius, high = rng.uniform(0.04, 0.08), rng.uniform(0.08, 0.24)
        rgb = cloth if rng.random() < 0.5 else palette.cloth(rng)
        parts.cylinder((0, 0, high / 2), radius, high, rgb, "fabric")
        parts.cylinder((0, 0, high), radius * 0.95, 0.008, palette.shade(rgb, 0.7))
        parts.cylinder((0, 0, 0.005), radius * 1.02, 0.01, palette.shade(rgb, 0.6))
        if rng.random() < 0.3:
            for part in parts.parts:
                part.turn("y", 90, (0, 0, 0))
    return parts


@family("headphones", mount="top")
def headphones(rng: np.random.Generator) -> Parts:
    """A padded band with two cups; lies, or hangs on a stand."""
    parts = Parts()
    body = palette.case(rng, dark=0.6, other=0.2)
    pad = (
        palette.black(rng)
        if rng.random() < 0.7
        else palette.pick(rng, (150, 100, 60), (210, 210, 210))
    )
    radius = rng.uniform(0.075, 0.095)
    angle = np.linspace(np.radians(-15), np.radians(195), 24)
    tall = rng.uniform(1.0, 1.25)
    for y in (-0.008, 0, 0.008):
        path = np.stack([radius * np.cos(angle), np.full(24, y), radius * tall * np.sin(angle)], 1)
        parts.tube(path, rng.uniform(0.005, 0.009), body, sides=8)
    cup = rng.uniform(0.032, 0.046)
    for side in (-1, 1):
        x = side * radius * 0.98
        parts.cylinder((x, 0, -cup * 0.8), cup, 0.03, body, axis="x", sides=18)
        parts.cylinder((x - side * 0.02, 0, -cup * 0.8), cup * 0.95, 0.024, pad, axis="x", sides=18)
    if rng.random() < 0.3:
        top = parts.extent[1][2]
        foot = -cup * 1.8 - rng.uniform(0.03, 0.08)
        stand = palette.wood(rng) if rng.random() < 0.4 else palette.steel(rng)
        parts.cylinder((0, 0, (top + foot) / 2), 0.011, top - foot - 0.02, stand)
        parts.cylinder((0, 0, foot), 0.06, 0.014, stand)
    elif rng.random() < 0.7:
        for part in parts.parts:
            part.turn("x", 90 - rng.uniform(0, 12), (0, 0, 0))
    return parts


@family("radio", mount="top", has_front=True)
def radio(rng: np.random.Generator) -> Parts:
    """A box with a speaker, a scale, knobs, a handle and an aerial; old, portable or digital."""
    parts = Parts()
    wide, high, deep = rng.uniform(0.18, 0.42), rng.uniform(0.11, 0.24), rng.uniform(0.07, 0.15)
    old = rng.random() < 0.4
    body, material = (
        (palette.wood(rng), "wooden")
        if old
        else (palette.case(rng, dark=0.5, other=0.3), "plastic")
    )
    parts.box((0, 0, high / 2), (wide, deep, high), body, material, round=rng.uniform(0.004, 0.03))
    front = deep / 2 + 0.002
    grille = palette.pick(rng, (190, 170, 130), (60, 56, 52), (40, 40, 42), (170, 172, 176))
    side = rng.choice([-1, 1])
    if rng.random() < 0.4:
        parts.cylinder(
            (side * wide * 0.24, front, high * 0.48),
            min(high * 0.38, wide * 0.22),
            0.006,
            grille,
            axis="y",
        )
    else:
        lines = pictures.stripes(
            [grille, palette.shade(grille, 0.6)], 12, upright=rng.random() < 0.5
        )
        parts.picture((side * wide * 0.22, front, high * 0.5), (wide * 0.46, high * 0.72), lines)
    scale = palette.pick(rng, (230, 210, 160), (40, 60, 50), (200, 220, 230), (30, 34, 40))
    parts.box((-side * wide * 0.25, front, high * 0.68), (wide * 0.38, 0.004, high * 0.28), scale)
    knob = palette.black(rng) if rng.random() < 0.5 else palette.steel(rng)
    for i in (-1, 1):
        x = -side * wide * 0.25 + i * wide * 0.12
        parts.cylinder(
            (x, front + 0.006, high * 0.26), min(0.024, high * 0.14), 0.016, knob, axis="y"
        )
    if rng.random() < 0.5:
        grip = [
            (-wide * 0.4, 0, high),
            (-wide * 0.38, 0, high + 0.05),
            (wide * 0.38, 0, high + 0.05),
            (wide * 0.4, 0, high),
        ]
        parts.tube(grip, 0.008, palette.shade(body, 0.7))
    if rng.random() < 0.5 and not old:
        long = rng.uniform(0.2, 0.45)
        rod = parts.cylinder(
            (wide * 0.45, -deep * 0.4, high + long / 2),
            0.0035,
            long,
            palette.steel(rng),
            "metal",
            sides=6,
        )
        rod.turn("y", rng.uniform(-40, 20), (wide * 0.45, -deep * 0.4, high))
    return parts


@family("remote control", mount="top")
def remote_control(rng: np.random.Generator) -> Parts:
    """A long flat box with rows of keys, some of them coloured."""
    parts = Parts()
    long, wide, thick = (
        rng.uniform(0.12, 0.24),
        rng.uniform(0.036, 0.055),
        rng.uniform(0.012, 0.024),
    )
    u = rng.random()
    body = (
        palette.black(rng) if u < 0.65 else (palette.gray(rng) if u < 0.85 else palette.white(rng))
    )
    parts.box((0, 0, thick / 2), (wide, long, thick), body, "plastic", round=thick * 0.4)
    key = palette.shade(body, 2.6) if sum(body) < 150 else palette.shade(body, 0.55)
    top = thick + 0.001
    rows = int(long / 0.016)
    for row in range(1, rows - 1):
        if rng.random() < 0.2:
            continue
        y = -long / 2 + (row + 0.5) * 0.016
        for column in (-1, 0, 1):
            rgb = palette.lively(rng) if rng.random() < 0.08 else key
            parts.box((column * wide * 0.28, y, top), (wide * 0.2, 0.008, 0.004), rgb)
    if rng.random() < 0.5:
        parts.cylinder((0, long * 0.12, top), wide * 0.36, 0.005, palette.shade(body, 1.6))
        parts.cylinder((0, long * 0.12, top + 0.002), wide * 0.15, 0.005, key)
    parts.cylinder((wide * 0.28, -long * 0.44, top), 0.004, 0.004, (200, 30, 30), sides=10)
    return parts


@family("game controller", mount="top")
def game_controller(rng: np.random.Generator) -> Parts:
    """A pad with two grips, two sticks, a cross and four keys."""
    parts = Parts()
    body = palette.case(rng, dark=0.45, other=0.3)
    dark = palette.black(rng) if sum(body) > 150 else palette.gray(rng)
    wide = rng.uniform(0.14, 0.165)
    parts.box((0, -0.01, 0.03), (wide * 0.75, 0.07, 0.03), body, "plastic", round=0.013)
    for side in (-1, 1):
        grip = parts.ball((side * wide * 0.36, 0.018, 0.024), (0.05, 0.11, 0.046), body, "plastic")
        grip.turn("z", side * rng.uniform(8, 22))
        parts.ball((side * wide * 0.34, -0.015, 0.03), (0.055, 0.06, 0.034), body, "plastic")
        parts.cylinder((side * wide * 0.2, 0.012, 0.05), 0.01, 0.016, dark, top=0.012, sides=14)
        parts.box((side * wide * 0.32, -0.045, 0.03), (0.04, 0.02, 0.016), dark, round=0.006)
    colors = [(60, 160, 80), (200, 50, 50), (50, 90, 190), (220, 190, 50)]
    plain = rng.random() < 0.5
    for i, rgb in enumerate(colors):
        x, y = 0.012 * np.cos(i * np.pi / 2), 0.012 * np.sin(i * np.pi / 2)
        at = (-wide * 0.34 + x, -0.016 + y, 0.048)
        parts.cylinder(at, 0.005, 0.006, dark if plain else rgb, sides=10)
    parts.box((wide * 0.34, -0.016, 0.048), (0.03, 0.01, 0.006), dark)
    parts.box((wide * 0.34, -0.016, 0.048), (0.01, 0.03, 0.006), dark)
    if rng.random() < 0.35:
        path = [(0, -0.045, 0.03), (0.02, -0.1, 0.01), (0.12, -0.14, 0.004), (0.2, -0.1, 0.004)]
        parts.tube(path, 0.003, palette.black(rng), smooth=14, sides=6)
    return parts


@family("game console", mount="top")
def game_console(rng: np.random.Generator) -> Parts:
    """A flat or standing box with a slot, lights and vents."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.22, 0.34), rng.uniform(0.2, 0.3), rng.uniform(0.045, 0.09)
    body = palette.black(rng) if rng.random() < 0.55 else palette.white(rng)
    if rng.random() < 0.1:
        body = palette.gray(rng)
    parts.box((0, 0, high / 2), (wide, deep, high), body, "plastic", round=0.008)
    band = palette.black(rng) if sum(body) > 300 else palette.shade(body, 1.7)
    if rng.random() < 0.6:
        parts.box((0, 0, high * 0.5), (wide * 1.01, deep * 1.01, high * 0.14), band)
    parts.box((wide * 0.12, deep / 2, high * 0.7), (wide * 0.45, 0.004, 0.006), (20, 20, 22))
    glow = palette.pick(rng, (80, 150, 250), (240, 240, 250), (90, 210, 90))
    parts.cylinder((-wide * 0.4, deep / 2, high * 0.5), 0.008, 0.006, glow, axis="y")
    for i in range(5):
        y = -deep * 0.4 + i * deep * 0.08
        parts.box((0, y, high), (wide * 0.7, 0.008, 0.003), palette.shade(body, 0.6))
    if rng.random() < 0.4:
        for part in parts.parts:
            part.turn("y", 90, (0, 0, 0))
        low = parts.extent[0][2]
        parts.box((high / 2, 0, low - 0.006), (high * 1.6, deep * 0.7, 0.014), palette.black(rng))
    return parts


@family("microphone", mount="floor")
def microphone(rng: np.random.Generator) -> Parts:
    """A microphone on a floor stand with a boom, or on a table stand."""
    parts = Parts()
    dark, head = palette.black(rng), palette.gray(rng) if rng.random() < 0.5 else palette.black(rng)
    stand = dark if rng.random() < 0.7 else palette.steel(rng)
    table = rng.random() < 0.4
    high = rng.uniform(0.15, 0.3) if table else rng.uniform(0.95, 1.55)
    if table or rng.random() < 0.4:
        parts.cylinder((0, 0, 0.01), 0.07 if table else 0.15, 0.02, stand, "metal")
    else:
        for i in range(3):
            a = 2 * np.pi * i / 3
            parts.tube(
                [(0, 0, 0.14), (0.3 * np.cos(a), 0.3 * np.sin(a), 0.01)], 0.011, stand, "metal"
            )
    parts.cylinder((0, 0, high / 2), 0.011, high, stand, "metal", sides=12)
    end, lean = np.array([0, 0, high]), rng.uniform(20, 70)
    if not table and rng.random() < 0.6:
        reach = rng.uniform(0.3, 0.6)
        parts.tube([(0, -reach * 0.4, high - 0.08), (0, reach, high + 0.2)], 0.009, stand, "metal")
        parts.cylinder((0, -reach * 0.4, high - 0.08), 0.025, 0.06, stand, axis="y")
        end = np.array([0, reach, high + 0.2])
    made = [
        parts.cylinder((*end[:2], end[2] + 0.07), 0.014, 0.15, dark, "metal", top=0.022, sides=14),
        parts.ball((*end[:2], end[2] + 0.16), (0.052, 0.052, 0.06), head, "metal"),
    ]
    for part in made:
        part.turn("x", -lean, end)
    if table:
        parts.mount = "top"
    return parts


@family("tripod", mount="floor")
def tripod(rng: np.random.Generator) -> Parts:
    """Three legs with a head; half of them carry a camera."""
    parts = Parts()
    high, spread = rng.uniform(0.8, 1.5), rng.uniform(0.28, 0.5)
    rgb = palette.black(rng) if rng.random() < 0.65 else palette.steel(rng)
    if rng.random() < 0.12:
        rgb = palette.wood(rng)
    start = rng.uniform(0, 2 * np.pi)
    for i in range(3):
        a = start + 2 * np.pi * i / 3
        x, y = spread * np.cos(a), spread * np.sin(a)
        parts.tube(
            [(0.03 * np.cos(a), 0.03 * np.sin(a), high), (x * 0.55, y * 0.55, high * 0.45)],
            0.016,
            rgb,
        )
        parts.tube([(x * 0.5, y * 0.5, high * 0.5), (x, y, 0.01)], 0.011, palette.shade(rgb, 1.3))
        parts.ball((x, y, 0.012), (0.034, 0.034, 0.024), palette.black(rng))
        parts.tube([(0, 0, high * 0.62), (x * 0.4, y * 0.4, high * 0.6)], 0.006, rgb)
    parts.cylinder((0, 0, high * 0.88), 0.014, high * 0.55, rgb)
    parts.cylinder((0, 0, high + 0.02), 0.045, 0.06, palette.black(rng))
    top = high * 1.15
    parts.box((0, 0, top), (0.07, 0.09, 0.02), palette.black(rng))
    parts.tube([(0, -0.03, top), (0.05, -0.28, top - 0.12)], 0.008, palette.black(rng))
    if rng.random() < 0.5:
        dark = palette.black(rng)
        parts.box((0, 0, top + 0.06), (0.14, 0.07, 0.1), dark, round=0.01)
        parts.box((0, 0, top + 0.12), (0.06, 0.06, 0.03), dark)
        parts.cylinder((0, 0.08, top + 0.055), 0.038, 0.1, dark, axis="y")
        parts.cylinder((0, 0.132, top + 0.055), 0.033, 0.004, (60, 60, 100), axis="y")
    return parts
