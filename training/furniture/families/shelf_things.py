"""What people keep in open shelves: books, folders, boxes, baskets, ornaments, dishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette, pictures

if TYPE_CHECKING:
    from training.furniture.families.shapes import Parts

    Space = tuple[float, float, float, float, float, float]  # x, y, z: from and to; +y is the front

THINGS = ("books", "books", "books", "books", "pile", "box", "vase", "folders", "plant", "frame")


def spine(rng: np.random.Generator) -> palette.Color:
    """Colour of a book's back."""
    u = rng.random()
    if u < 0.3:
        return palette.lively(rng)
    if u < 0.55:
        return palette.pastel(rng)
    if u < 0.75:
        return palette.white(rng)
    return palette.pick(rng, (40, 40, 46), (92, 50, 36), (40, 56, 84), (52, 70, 52))


def fill(
    parts: Parts,
    rng: np.random.Generator,
    space: Space,
    *,
    things: tuple[str, ...] = THINGS,
    empty: float = 0.12,
) -> None:
    """Put things side by side into a compartment from its one end to the other."""
    x0, x1, y0, y1, z0, z1 = space
    if rng.random() < empty or z1 - z0 < 0.06:
        return
    x, end = x0 + rng.uniform(0.005, 0.1), x1 - 0.01
    while x < end - 0.05:
        room = (x, end, y0, y1, z0, z1)
        what = str(rng.choice(things))
        x = _ROWS[what](parts, rng, room)
        x += rng.uniform(0.0, 0.03) if rng.random() < 0.55 else rng.uniform(0.05, 0.3)


def books(parts: Parts, rng: np.random.Generator, space: Space) -> float:
    """A row of upright books, the last one sometimes leaning; returns where it ends."""
    x, x1, y0, y1, z0, z1 = space
    end = min(x1, x + rng.uniform(0.12, 0.6))
    tallest = min(z1 - z0 - 0.015, rng.uniform(0.19, 0.33))
    set_ = spine(rng) if rng.random() < 0.15 else None  # volumes of one work
    while True:
        thick = float(rng.uniform(0.014, 0.05))
        high = tallest * rng.uniform(0.72, 1.0) if set_ is None else tallest * 0.9
        deep = min(y1 - y0, high * rng.uniform(0.62, 0.78))
        if x + thick > end:
            return x
        color = spine(rng) if set_ is None else set_
        front = y1 - rng.uniform(0.005, 0.03)
        book = parts.box(
            (x + thick / 2, front - deep / 2, z0 + high / 2), (thick, deep, high), color
        )
        if rng.random() < 0.07 and x + thick + high * 0.3 < end:
            book.turn("y", -rng.uniform(6, 14), (x, 0, z0)).move(z=0.004)
            x += high * 0.2
        elif rng.random() < 0.3:  # a title
            label = palette.white(rng) if sum(color) < 380 else palette.black(rng)
            parts.box(
                (x + thick / 2, front, z0 + high * 0.7), (thick * 0.6, 0.002, high * 0.2), label
            )
        x += thick + 0.001


def pile(parts: Parts, rng: np.random.Generator, space: Space) -> float:
    """Two to eight books that lie on each other."""
    x, x1, y0, y1, z0, z1 = space
    wide = min(x1 - x, rng.uniform(0.18, 0.3))
    z = z0
    for _ in range(int(rng.integers(2, 9))):
        thick = rng.uniform(0.012, 0.045)
        if z + thick > z1 - 0.01:
            break
        size = (
            wide * rng.uniform(0.8, 1.0),
            min(y1 - y0, wide * 0.75) * rng.uniform(0.85, 1),
            thick,
        )
        lies = parts.box((x + wide / 2, (y0 + y1) / 2, z + thick / 2), size, spine(rng))
        lies.turn("z", rng.normal(0, 5) if wide < x1 - x - 0.05 else 0.0)
        z += thick
    return x + wide


def folders(parts: Parts, rng: np.random.Generator, space: Space) -> float:
    """Binders of one to three colours, with labels and finger holes."""
    x, x1, _, y1, z0, z1 = space
    high = min(0.32, z1 - z0 - 0.01)
    colors = [palette.case(rng, dark=0.45, other=0.4) for _ in range(int(rng.integers(1, 4)))]
    for _ in range(int(rng.integers(2, 9))):
        thick = 0.08 if rng.random() < 0.7 else 0.05
        if x + thick > x1:
            break
        color = colors[int(rng.integers(len(colors)))]
        middle, deep = x + thick / 2, min(0.28, y1 - space[2])
        parts.box((middle, y1 - 0.01 - deep / 2, z0 + high / 2), (thick * 0.97, deep, high), color)
        label = palette.white(rng)
        parts.box((middle, y1 - 0.009, z0 + high * 0.65), (thick * 0.7, 0.003, high * 0.35), label)
        hole = (middle, y1 - 0.008, z0 + high * 0.2)
        parts.cylinder(hole, 0.012, 0.004, (30, 30, 32), axis="y", sides=10)
        x += thick
    return x


def box(parts: Parts, rng: np.random.Generator, space: Space) -> float:
    """A storage box or basket of card, cloth or wicker, as wide as there is room."""
    x, x1, y0, y1, z0, z1 = space
    wide = min(x1 - x - 0.005, rng.uniform(0.18, 0.36))
    high = min(z1 - z0 - 0.02, rng.uniform(0.1, 0.3))
    u = rng.random()
    color = palette.cardboard(rng) if u < 0.3 else palette.cloth(rng)
    color = palette.pick(rng, (180, 140, 90), (206, 172, 120)) if u > 0.75 else color
    size = (wide, (y1 - y0) * 0.9, high)
    parts.box((x + wide / 2, (y0 + y1) / 2, z0 + high / 2), size, color, round=0.008)
    front = (y0 + y1) / 2 + size[1] / 2
    if rng.random() < 0.5:
        parts.box((x + wide / 2, front, z0 + high * 0.7), (0.08, 0.004, 0.025), (40, 38, 36))
    if rng.random() < 0.3:
        lid = (wide, size[1] + 0.008, high * 0.2)
        parts.box((x + wide / 2, (y0 + y1) / 2, z0 + high * 0.9), lid, palette.shade(color, 0.9))
    return x + wide


def vase(parts: Parts, rng: np.random.Generator, space: Space) -> float:
    """A vase, bowl, jar or bottle."""
    x, x1, y0, y1, z0, z1 = space
    radius = min(rng.uniform(0.035, 0.09), (x1 - x) / 2, (y1 - y0) / 2)
    high = min(z1 - z0 - 0.02, rng.uniform(0.8, 4.0) * radius)
    neck = rng.uniform(0.3, 1.1)
    profile = [(0, 0), (radius * 0.6, 0), (radius, high * rng.uniform(0.25, 0.55))]
    profile += [(radius * neck, high * 0.85), (radius * neck, high), (0, high * 0.97)]
    color = palette.white(rng) if rng.random() < 0.4 else palette.pastel(rng)
    at = (x + radius, (y0 + y1) / 2, z0)
    parts.lathe(profile, color, "ceramic", center=at, sides=16)
    return x + 2 * radius


def plant(parts: Parts, rng: np.random.Generator, space: Space) -> float:
    """A small plant in its pot."""
    x, x1, y0, y1, z0, z1 = space
    high = min(z1 - z0 - 0.02, rng.uniform(0.15, 0.3))
    radius = min(0.05, (x1 - x) / 2, high / 3)
    at = (x + radius, (y0 + y1) / 2)
    pot = palette.white(rng) if rng.random() < 0.6 else palette.pick(rng, (176, 100, 66))
    parts.cylinder((*at, z0 + high * 0.2), radius * 0.75, high * 0.4, pot, top=radius, sides=14)
    green = palette.pick(rng, (70, 110, 56), (96, 130, 70), (50, 86, 60))
    for _ in range(9):
        angle, reach = rng.uniform(0, 6.3), rng.uniform(0.3, 1.3) * radius
        tip = (at[0] + reach * np.cos(angle), at[1] + reach * np.sin(angle), z0 + high * 0.7)
        leaf = palette.shade(green, rng.uniform(0.8, 1.2))
        parts.ball(tip, (radius * 0.7, radius * 0.7, high * rng.uniform(0.25, 0.55)), leaf)
    return x + 2 * radius


def frame(parts: Parts, rng: np.random.Generator, space: Space) -> float:
    """A framed photograph that leans on the back."""
    x, x1, y0, y1, z0, z1 = space
    high = min(z1 - z0 - 0.03, rng.uniform(0.12, 0.26))
    wide = min(x1 - x, high * rng.uniform(0.7, 1.3))
    first = len(parts.parts)
    rim = palette.black(rng) if rng.random() < 0.5 else palette.wood(rng)
    at = (x + wide / 2, (y0 + y1) / 2)
    parts.box((*at, z0 + high / 2), (wide, 0.014, high), rim)
    art = pictures.artwork(rng)
    parts.picture((at[0], at[1] + 0.009, z0 + high / 2), (wide * 0.82, high * 0.82), art)
    for part in parts.parts[first:]:
        part.turn("x", 9, (*at, z0))
    return x + wide


def dishes(parts: Parts, rng: np.random.Generator, space: Space) -> float:
    """A stack of plates or bowls, or a cup."""
    x, x1, y0, y1, z0, z1 = space
    radius = min(float(rng.choice([0.04, 0.075, 0.12])), (x1 - x) / 2, (y1 - y0) / 2)
    color = palette.white(rng) if rng.random() < 0.65 else palette.pastel(rng)
    count = int(rng.integers(1, 9)) if radius > 0.05 else 1
    rise = 0.012 if radius > 0.1 else 0.03
    for i in range(count):
        z = z0 + i * rise
        tall = 0.09 if radius <= 0.05 else (0.02 if radius > 0.1 else 0.06)
        if z + tall > z1:
            break
        profile = [(0, 0), (radius * 0.6, 0), (radius, tall), (radius * 0.95, tall)]
        profile += [(radius * 0.55, tall * 0.3), (0, tall * 0.3)]
        at = (x + radius, (y0 + y1) / 2, z)
        parts.lathe(profile, color, "ceramic", center=at, sides=16)
    return x + 2 * radius


_ROWS = {
    **{"books": books, "pile": pile, "folders": folders, "box": box, "vase": vase},
    **{"plant": plant, "frame": frame, "dishes": dishes},
}
