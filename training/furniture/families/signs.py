"""Families of clocks, calendars and signs."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


@family("clock", mount="wall", has_front=True, elevation=1.7)
def wall_clock(rng: np.random.Generator) -> Parts:
    """A round or square dial with marks and hands, or digits."""
    parts = Parts()
    radius = rng.uniform(0.1, 0.22)
    rim = palette.black(rng) if rng.random() < 0.4 else palette.steel(rng)
    if rng.random() < 0.35:
        rim = palette.wood(rng) if rng.random() < 0.5 else palette.lively(rng)
    face = palette.white(rng) if rng.random() < 0.75 else palette.black(rng)
    ink = palette.black(rng) if sum(face) > 300 else palette.white(rng)
    thick = rng.uniform(0.02, 0.05)
    if rng.random() < 0.75:
        parts.cylinder((0, 0, 0), radius, thick, rim, axis="y", sides=32)
        inner = radius * rng.uniform(0.84, 0.95)
        parts.shape = "round"
    else:
        parts.box((0, 0, 0), (2 * radius, thick, 2 * radius), rim, round=0.01)
        inner = radius * 0.88
        parts.shape = "square"
    parts.cylinder((0, thick / 2, 0), inner, 0.004, face, axis="y", sides=32)
    front = thick / 2 + 0.003
    for hour in range(12):
        long = 0.16 if hour % 3 == 0 else 0.09
        mark = parts.box((0, front, inner * 0.86), (inner * 0.05, 0.003, inner * long), ink)
        mark.turn("y", 30 * hour, (0, front, 0))
    hands = ((0.5, 0.06, rng.uniform(0, 360)), (0.75, 0.04, rng.uniform(0, 360)))
    for long, wide, angle in hands:
        hand = parts.box(
            (0, front + 0.003, inner * long / 2), (inner * wide, 0.003, inner * long), ink
        )
        hand.turn("y", angle, (0, front, 0))
    if rng.random() < 0.5:
        hand = parts.box(
            (0, front + 0.005, inner * 0.35), (0.003, 0.002, inner * 0.8), (200, 30, 30)
        )
        hand.turn("y", rng.uniform(0, 360), (0, front, 0))
    return parts


@family("clock", mount="top", has_front=True)
def alarm_clock(rng: np.random.Generator) -> Parts:
    """A digital clock radio, or a round alarm clock with bells."""
    parts = Parts()
    body = palette.case(rng, dark=0.5, other=0.2)
    if rng.random() < 0.5:
        wide, high = rng.uniform(0.1, 0.2), rng.uniform(0.05, 0.09)
        parts.box((0, 0, high / 2), (wide, high * rng.uniform(0.6, 1.1), high), body, round=0.008)
        front = parts.extent[1][1] + 0.001
        glow = palette.pick(rng, (220, 40, 30), (60, 220, 90), (230, 240, 250))
        digits = pictures.plain((20, 20, 24), 5, 13)
        for x in (1, 4, 8, 11):
            digits[1:4, x] = glow
            digits[1 : 4 : int(rng.integers(1, 3)), x - 1 if x > 6 else x + 1] = glow
        parts.picture((0, front, high / 2), (wide * 0.85, high * 0.7), digits)
        return parts
    radius = rng.uniform(0.04, 0.07)
    parts.cylinder((0, 0, radius + 0.015), radius, radius, body, axis="y")
    dial = palette.white(rng)
    parts.cylinder((0, radius / 2, radius + 0.015), radius * 0.87, 0.004, dial, axis="y")
    for long, angle in ((0.5, rng.uniform(0, 360)), (0.75, rng.uniform(0, 360))):
        z = radius * (1 + long / 2) + 0.015
        hand = parts.box((0, radius / 2 + 0.004, z), (0.006, 0.003, radius * long), (20, 20, 20))
        hand.turn("y", angle, (0, 0, radius + 0.015))
    metal = palette.brass(rng) if rng.random() < 0.4 else palette.steel(rng)
    for x in (-1, 1):
        parts.ball((x * radius * 0.5, 0, 2 * radius + 0.02), (radius * 0.75,) * 3, metal)
        parts.cylinder((x * radius * 0.6, 0, 0.012), 0.006, 0.03, metal).turn("y", -x * 20)
    return parts


@family("calendar", mount="wall", has_front=True, elevation=1.3)
def calendar(rng: np.random.Generator) -> Parts:
    """A sheet with a picture above and a month's grid below, or a planner of three months."""
    parts = Parts()
    wide = rng.uniform(0.2, 0.42)
    months = int(rng.choice([1, 1, 1, 3]))
    art_high = wide * rng.uniform(0.5, 0.9) * (rng.random() < 0.8)
    grid_high = wide * rng.uniform(0.55, 0.9) * (0.6 if months == 3 else 1)
    high = art_high + months * grid_high
    paper = palette.white(rng)
    parts.box((0, 0, high / 2), (wide, 0.006, high), paper)
    if art_high:
        art = pictures.landscape(rng) if rng.random() < 0.7 else pictures.artwork(rng)
        parts.picture((0, 0.004, high - art_high / 2), (wide, art_high), art)
    line = palette.gray(rng) if rng.random() < 0.7 else palette.lively(rng)
    for month in range(months):
        z = grid_high * (month + 0.5)
        days = pictures.grid(paper, line, 5, 7)
        days[:, -4:] = np.where((days[:, -4:] == paper), (240, 190, 190), days[:, -4:])
        parts.picture((0, 0.004, z - grid_high * 0.08), (wide * 0.92, grid_high * 0.74), days)
        parts.picture(
            (0, 0.004, z + grid_high * 0.4),
            (wide * 0.9, grid_high * 0.12),
            pictures.text(rng, line, paper, lines=1, width=16),
        )
    if rng.random() < 0.6:
        parts.cylinder((0, 0, high), 0.006, wide * 0.9, palette.steel(rng), "metal", axis="x")
    return parts


@family("exit sign", mount="wall", has_front=True, elevation=2.1)
def exit_sign(rng: np.random.Generator) -> Parts:
    """A green or red lit box or plate with a running man, an arrow or letters."""
    parts = Parts()
    wide, high = rng.uniform(0.25, 0.42), rng.uniform(0.13, 0.2)
    green, red, white = (0, 140, 70), (200, 30, 30), (240, 245, 240)
    american = rng.random() < 0.3
    back = palette.pick(rng, white if american else green)
    ink = palette.pick(rng, (red if rng.random() < 0.6 else green) if american else white)
    if american:
        image = _letters("EXIT", back, ink)
    else:
        image = _running_man(back, ink, flipped=rng.random() < 0.5)
    thick = rng.choice([0.006, rng.uniform(0.03, 0.07)])
    rim = palette.white(rng) if rng.random() < 0.5 else palette.steel(rng)
    parts.box((0, 0, 0), (wide, thick, high), back if rng.random() < 0.3 else rim)
    parts.picture((0, thick / 2 + 0.001, 0), (wide * 0.97, high * 0.94), image)
    if rng.random() < 0.3:
        parts.box((0, -0.01, high / 2 + 0.02), (wide, 0.05, 0.045), rim)
    return parts


def _running_man(back: palette.Color, ink: palette.Color, *, flipped: bool) -> pictures.Picture:
    image = pictures.plain(back, 12, 26)
    rows = [
        "..##......",
        "..##......",
        ".###.#....",
        "#.###.....",
        "..##......",
        ".####.....",
        "#..##.##..",
        "...#......",
    ]
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            if mark == "#":
                image[y + 2, x + 2] = ink
    image[2:10, 9:13] = ink  # the door
    image[5:7, 16:24] = ink  # the arrow
    for i in range(3):
        image[3 + i, 20 + i] = image[8 - i, 20 + i] = ink
    return image[:, ::-1] if flipped else image


def _letters(word: str, back: palette.Color, ink: palette.Color) -> pictures.Picture:
    shapes = {
        "E": ("###", "#..", "##.", "#..", "###"),
        "X": ("#.#", "#.#", ".#.", "#.#", "#.#"),
        "I": ("###", ".#.", ".#.", ".#.", "###"),
        "T": ("###", ".#.", ".#.", ".#.", ".#."),
    }
    image = pictures.plain(back, 9, 4 * len(word) + 3)
    for k, letter in enumerate(word):
        for y, row in enumerate(shapes[letter]):
            for x, mark in enumerate(row):
                if mark == "#":
                    image[y + 2, 4 * k + x + 2] = ink
    return image


@family("sign", mount="wall", has_front=True, elevation=1.4)
def sign(rng: np.random.Generator) -> Parts:
    """A plate by a door, a warning triangle, a round prohibition, or an info board."""
    parts = Parts()
    kind = int(rng.integers(5))
    yellow, red, blue, black = (240, 200, 30), (200, 30, 36), (30, 80, 160), (30, 30, 30)
    if kind == 0:  # beside a door
        wide, high = rng.uniform(0.12, 0.25), rng.uniform(0.1, 0.22)
        back = palette.steel(rng) if rng.random() < 0.5 else palette.case(rng, other=0.25)
        ink = palette.black(rng) if sum(back) > 330 else palette.white(rng)
        parts.box((0, 0, 0), (wide, 0.008, high), back)
        words = pictures.text(rng, back, ink, lines=int(rng.integers(2, 5)), width=16)
        parts.picture((0, 0.005, 0), (wide * 0.9, high * 0.9), words)
    elif kind == 1:
        side = rng.uniform(0.2, 0.4)
        corners = np.array([(-0.5, -0.43), (0.5, -0.43), (0, 0.43)])
        parts.extrude((corners * side).tolist(), 0.006, black)
        inner = (corners * side * 0.88) - (0, side * 0.02)
        parts.extrude(inner.tolist(), 0.008, palette.pick(rng, yellow))
        parts.box((0, 0.005, side * 0.02), (side * 0.08, 0.003, side * 0.32), black)
        parts.box((0, 0.005, -side * 0.26), (side * 0.08, 0.003, side * 0.08), black)
    elif kind == 2:
        radius = rng.uniform(0.1, 0.25)
        rim, core = (red, (245, 245, 245)) if rng.random() < 0.6 else (blue, blue)
        parts.cylinder((0, 0, 0), radius, 0.006, rim, axis="y", sides=32)
        parts.cylinder((0, 0.002, 0), radius * 0.8, 0.006, core, axis="y", sides=32)
        mark = black if core != blue else (240, 240, 240)
        parts.box((0, 0.006, 0), (radius * 0.3, 0.004, radius * 0.9), mark)
        if core != blue:
            parts.box((0, 0.007, 0), (radius * 0.16, 0.004, radius * 1.6), red).turn("y", 45)
    elif kind == 3:
        wide, high = rng.uniform(0.2, 0.6), rng.uniform(0.25, 0.6)
        back = palette.pick(rng, blue, (0, 130, 70), red, yellow, (245, 245, 245))
        ink = black if sum(back) > 400 else (245, 245, 245)
        parts.box((0, 0, 0), (wide, 0.006, high), back)
        parts.picture(
            (0, 0.004, -high * 0.2),
            (wide * 0.85, high * 0.45),
            pictures.text(rng, back, ink, lines=3, width=14),
        )
        parts.cylinder((0, 0.003, high * 0.25), min(wide, high) * 0.17, 0.004, ink, axis="y")
        parts.cylinder((0, 0.005, high * 0.25), min(wide, high) * 0.1, 0.004, back, axis="y")
    else:  # on a stand
        wide, high = rng.uniform(0.22, 0.32), rng.uniform(0.5, 0.7)
        parts.mount = "floor"
        back = palette.pick(rng, yellow, yellow, (245, 245, 245))
        for side in (-1, 1):
            board = [(-wide / 2, 0), (wide / 2, 0), (wide * 0.4, high), (-wide * 0.4, high)]
            plate = parts.extrude(board, 0.012, back).move(y=side * 0.12)
            words = pictures.text(rng, back, black, lines=6, width=12)
            print_ = parts.picture(
                (0, side * 0.12 + side * 0.008, high * 0.5), (wide * 0.7, high * 0.6), words
            )
            for part in (plate, print_):
                part.turn("x", side * 11, (0, side * 0.12, 0))
    return parts
