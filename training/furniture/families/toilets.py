"""Toilets and bathtubs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.faucets import ceramic, tap, tap_metal
from training.furniture.families.lofts import Ring, dish, loft
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from training.furniture.families.palette import Color

_WATER = (176, 200, 208)


def _pan(
    parts: Parts, rgb: Color, rng: np.random.Generator, top: float, *, hung: bool, skirt: bool
) -> tuple[float, float, float]:
    """The bowl, its rim at z = top; (half its width, its front, its back)."""
    half, front = rng.uniform(0.17, 0.19), rng.uniform(0.24, 0.34)
    back = rng.uniform(0.17, 0.21)
    power = float(rng.choice([2.0, 2.2, 2.8]))
    shares = [(1.0, 1.0), (0.72, 0.97), (0.4, 0.78), (0.2, 0.62), (0.0, 0.66)]
    if skirt:
        shares = [(1.0, 1.0), (0.75, 0.97), (0.4, 0.86), (0.1, 0.8), (0.0, 0.8)]
    if hung:
        shares = [(1.0, 1.0), (0.75, 0.96), (0.4, 0.8), (0.15, 0.55), (0.05, 0.3)]
    outer = [
        Ring(
            top * share if not hung else top - 0.32 * (1 - share),
            half * grown,
            front * (1.5 * grown - 0.5) if not hung else front * grown,
            back * (1.0 if hung else max(grown, 0.9)),
            power,
            5.0,
        )
        for share, grown in reversed(shares)
    ]
    rim = outer[-1]
    hollow = rim._replace(x=half - 0.045, front=front - 0.045, back=back - 0.07, back_power=2.5)
    parts.add(loft([*outer, *dish([hollow], 0.004, top - 0.2, flat=0.35)]), rgb, "ceramic")
    parts.add(
        loft([Ring(top - 0.17, 0.07, 0.09, 0.06), Ring(top - 0.165, 0.07, 0.09, 0.06)]), _WATER
    )
    return half, front, back


def _seat(
    parts: Parts,
    rgb: Color,
    material: str,
    rng: np.random.Generator,
    top: float,
    size: tuple[float, float, float],
    lid: str,
) -> None:
    """A ring, and a lid that is "down", "up" or "none"."""
    half, front, back = size
    rim = Ring(0, half + 0.005, front + 0.008, back - 0.03, 2.1, 3.5)
    hole = rim._replace(x=half - 0.065, front=front - 0.07, back=back - 0.1, back_power=2.3)
    ring = [
        rim,
        rim._replace(z=0.018),
        rim.inside(0.01, 0.024),
        hole.inside(-0.01, 0.024),
        hole._replace(z=0.012),
        hole,
    ]
    seat = parts.add(loft(ring), rgb, material)
    seat.move(z=top + 0.006)
    thick = rng.uniform(0.012, 0.022)
    cover = [
        rim,
        rim._replace(z=thick * 0.6),
        rim.inside(0.012, thick),
        rim.inside(0.08, thick + 0.008),
    ]
    hinge = (0, -back + 0.035, top + 0.03)
    if lid == "down":
        parts.add(loft(cover), rgb, material).move(z=top + 0.033)
    elif lid != "none":
        up = parts.add(loft(cover), rgb, material).move(z=top + 0.033)
        up.turn("x", rng.uniform(92, 99), hinge)
        if lid == "both":
            seat.turn("x", rng.uniform(88, 92), hinge)
    for x in (-0.07, 0.07):
        parts.cylinder(
            (x, hinge[1], top + 0.018), 0.014, 0.03, palette.steel(rng), axis="x", sides=10
        )


def _button(
    parts: Parts, at: tuple[float, float, float], wide: float, rng: np.random.Generator
) -> None:
    """What flushes a tank: a round button on its top, or a lever on its front."""
    x, y, z = at
    rgb = palette.pick(rng, (186, 188, 192), (160, 162, 168), (220, 220, 218))
    if rng.random() < 0.6:
        parts.cylinder((x, y, z + 0.006), 0.026, 0.014, rgb, "metal", sides=16)
    else:
        front = y + 0.105
        parts.box((x + wide * 0.33, front, z - 0.07), (0.1, 0.02, 0.016), rgb, "metal")


def _tank(
    parts: Parts, rgb: Color, rng: np.random.Generator, low: float, y: float
) -> tuple[float, float]:
    """A cistern that stands on something; its top and its y."""
    wide, deep = rng.uniform(0.34, 0.5), rng.uniform(0.16, 0.21)
    high = rng.uniform(0.3, 0.42)
    power = float(rng.choice([5.0, 9.0, 16.0]))
    narrow = rng.uniform(0.82, 1.0)
    middle = y - deep / 2
    rings = [
        Ring(low + high * s, wide / 2 * g, deep / 2 * g, deep / 2, power, 16.0)
        for s, g in ((0, narrow * 0.97), (0.06, narrow), (0.5, (1 + narrow) / 2), (1, 1.0))
    ]
    parts.add(loft(rings), rgb, "ceramic").move(y=middle)
    lid = Ring(0, wide / 2 + 0.01, deep / 2 + 0.01, deep / 2, power, 16.0)
    parts.add(loft([lid, lid._replace(z=0.025), lid.inside(0.012, 0.036)]), rgb, "ceramic").move(
        y=middle, z=low + high
    )
    _button(parts, (0, middle, low + high + 0.034), wide, rng)
    return low + high + 0.036, middle


@family("toilet", mount="floor", has_front=True)
def toilet(rng: np.random.Generator) -> Parts:
    """With a tank on it, at the wall, with a tank high up, in one piece, or for a public room."""
    parts = Parts()
    rgb = ceramic(rng)
    u = rng.random()
    if u < 0.75:
        seat, material = rgb, "plastic"
    elif u < 0.88:
        seat, material = palette.wood(rng), "wooden"
    else:
        seat, material = palette.black(rng), "plastic"
    style = int(rng.choice(5, p=[0.44, 0.2, 0.12, 0.14, 0.1]))
    top = rng.uniform(0.37, 0.44)
    lid = str(rng.choice(["down", "up", "both", "none"], p=[0.5, 0.32, 0.1, 0.08]))
    size = _pan(parts, rgb, rng, top, hung=style == 1, skirt=style == 3 or rng.random() < 0.25)
    _seat(parts, seat, material, rng, top, size, lid)
    back = -size[2]
    if style in (0, 3):
        shelf = (0.2 if style == 0 else 0.34, 0.3, top - (0.16 if style == 0 else 0.02))
        low = top - shelf[2] if style == 0 else 0.02
        parts.box(
            (0, back - 0.09, (low + top) / 2 + (0.05 if style == 0 else 0)),
            (shelf[0], 0.24, top - low - (0.1 if style == 0 else 0)),
            rgb,
            "ceramic",
            round=0.04,
        )
        high, y = _tank(parts, rgb, rng, top - 0.01, back)
        if rng.random() < 0.3:
            for k in range(int(rng.integers(1, 3))):
                roll = (-0.1 + 0.13 * k, y, high + 0.05)
                parts.cylinder(roll, 0.055, 0.1, palette.white(rng), "", sides=18)
                parts.cylinder((*roll[:2], high + 0.1), 0.02, 0.003, palette.cardboard(rng))
    elif style == 1 and rng.random() < 0.45:  # its tank is in the room's wall
        parts.mount, parts.elevation = "wall", top - 0.3
        for part in parts.parts:
            part.move(y=0.02)
        parts.box((0, back + 0.04, top - 0.12), (0.2, 0.06, 0.16), rgb, "ceramic", round=0.03)
    elif style == 1:  # in one that it brings, behind a plate
        wide, high = rng.uniform(0.45, 0.7), rng.uniform(0.9, 1.2)
        wall = palette.white(rng) if rng.random() < 0.6 else palette.gray(rng)
        parts.box((0, back - 0.06, high / 2), (wide, 0.16, high), wall)
        plate = palette.steel(rng) if rng.random() < 0.5 else palette.white(rng)
        parts.box((0, back + 0.026, high - 0.12), (0.24, 0.014, 0.16), palette.shade(plate, 0.9))
        for x in (-0.055, 0.055):
            parts.box((x, back + 0.034, high - 0.12), (0.09, 0.008, 0.12), plate, round=0.003)
    elif style == 2:  # a tank high up, with a chain or a pipe
        low = rng.uniform(0.75, 1.75)
        tank, stuff = (rgb, "ceramic") if rng.random() < 0.6 else (palette.white(rng), "plastic")
        wide = rng.uniform(0.36, 0.46)
        parts.box((0, back - 0.1, low + 0.17), (wide, 0.18, 0.34), tank, stuff, round=0.03)
        parts.box((0, back - 0.1, low + 0.35), (wide + 0.02, 0.2, 0.03), tank, stuff, round=0.01)
        pipe = palette.white(rng) if rng.random() < 0.5 else tap_metal(rng)
        parts.tube(
            [(0, back - 0.1, low), (0, back - 0.1, top - 0.02), (0, back + 0.03, top - 0.08)],
            0.022,
            pipe,
        )
        if low > 1.2:
            x = wide / 2 + 0.03
            parts.tube(
                [
                    (0.1, back - 0.1, low + 0.3),
                    (x, back - 0.05, low + 0.3),
                    (x, back - 0.05, low - 0.5),
                ],
                0.005,
                tap_metal(rng),
                sides=5,
            )
            parts.ball((x, back - 0.05, low - 0.54), (0.035, 0.035, 0.09), palette.wood(rng))
    else:  # a valve on a pipe instead of a tank
        metal = tap_metal(rng)
        parts.tube(
            [(0, back + 0.04, top - 0.04), (0, back - 0.06, top), (0, back - 0.06, top + 0.4)],
            0.018,
            metal,
            "metal",
        )
        parts.cylinder((0, back - 0.06, top + 0.32), 0.034, 0.14, metal, "metal")
        parts.box((0.09, back - 0.06, top + 0.3), (0.12, 0.02, 0.018), metal, "metal")
        parts.box((0, back - 0.02, top * 0.55), (0.2, 0.2, top * 0.6), rgb, "ceramic", round=0.05)
    return parts


def _free(parts: Parts, rng: np.random.Generator, rgb: Color, long: float, deep: float) -> None:
    """A tub that stands by itself: on claws, or down to the floor."""
    high = rng.uniform(0.55, 0.68)
    claws = rng.random() < 0.5
    low = rng.uniform(0.1, 0.16) if claws else 0.0
    power = float(rng.choice([2.3, 2.8, 4.0]))
    foot = rng.uniform(0.72, 0.9)
    outer = [
        Ring(low + (high - low) * s, long / 2 * g, deep / 2 * g, deep / 2 * g, power)
        for s, g in ((0, foot * 0.9), (0.08, foot), (0.5, (1 + 2 * foot) / 3 + 0.02), (1, 1))
    ]
    wall = rng.uniform(0.02, 0.05)
    floor = outer[1].inside(wall, low + 0.12)
    hollow = [outer[3].inside(wall), outer[2].inside(wall), floor, floor.inside(0.08, low + 0.08)]
    inner = [*outer, *hollow]
    body = parts.add(loft(inner), rgb, "")
    if rng.random() < 0.5:  # one end or both higher than the middle
        lift = np.abs(body.points[:, 0] / (long / 2)) ** 2 * rng.uniform(0.04, 0.14)
        one = body.points[:, 0] > 0 if rng.random() < 0.5 else True
        body.points[:, 2] += lift * one * ((body.points[:, 2] - low) / (high - low)).clip(0)
    if rng.random() < 0.3:  # painted outside
        outside = len(outer) * 64
        body.rgb[:outside] = palette.finish(rng)[0]
    if claws:
        metal = tap_metal(rng) if rng.random() < 0.7 else rgb
        for x in (-1, 1):
            for y in (-1, 1):
                at = (x * long * 0.3, y * deep * 0.27)
                parts.ball((*at, low * 0.3), (0.07, 0.07, low * 0.6), metal, "metal")
                parts.cylinder((*at, low * 0.75), 0.02, low * 0.9, metal, "metal", top=0.045)


@family("bathtub", mount="floor", has_front=True)
def bathtub(rng: np.random.Generator) -> Parts:
    """Behind an apron or tiles, free on claws or on the floor, in a corner; some with a curtain."""
    parts = Parts()
    rgb = ceramic(rng)
    long, deep, high = rng.uniform(1.35, 1.85), rng.uniform(0.66, 0.86), rng.uniform(0.48, 0.62)
    metal = tap_metal(rng)
    if rng.random() < 0.38:
        _free(parts, rng, rgb, long, deep)
        if rng.random() < 0.5:
            stand = (rng.choice([0.0, long * 0.3]), -deep / 2 - 0.06, 0.0)
            parts.cylinder((*stand[:2], 0.4), 0.014, 0.8, metal, "metal")
            tap(parts, (stand[0], stand[1], 0.72), 0.2, 0.2, rng, metal, style=0)
        return parts
    power = float(rng.choice([3.0, 5.0, 9.0]))
    rim = Ring(high, long / 2, deep / 2, deep / 2, 40.0)
    hollow = Ring(high, long / 2 - rng.uniform(0.05, 0.12), deep / 2 - 0.07, deep / 2 - 0.07, power)
    skirt = rim if rng.random() < 0.6 else rim.inside(0.02)
    rings = [skirt._replace(z=0.0), skirt._replace(z=high - 0.05), rim._replace(z=high - 0.05), rim]
    tub = parts.add(loft([*rings, *dish([hollow], 0.004, 0.12, flat=0.74)], 64), rgb)
    outside = 3 * 128
    u = rng.random()
    if u < 0.45:  # tiles or panels around it
        wall = palette.finish(rng)[0] if u < 0.25 else palette.pastel(rng)
        tub.rgb[:outside] = wall
        if u < 0.2:
            for x in np.linspace(-0.5, 0.5, max(3, round(long / 0.2)))[1:-1]:
                parts.box(
                    (x * long, deep / 2 + 0.001, high / 2),
                    (0.006, 0.004, high - 0.06),
                    palette.shade(wall, 0.75),
                )
            for z in (0.2, 0.36):
                parts.box((0, deep / 2 + 0.001, z), (long, 0.004, 0.006), palette.shade(wall, 0.75))
    side = int(rng.choice([-1, 1]))
    parts.cylinder((side * long * 0.2, 0, 0.125), 0.03, 0.008, (110, 112, 114), "metal")
    if rng.random() < 0.6:
        tap(parts, (side * (long / 2 - 0.03) * 0.93, 0, high), 0.13, 0.12, rng, metal)
    else:
        tap(parts, (side * long * 0.1, -deep / 2 + 0.035, high), 0.15, 0.12, rng, metal)
    u = rng.random()
    if u < 0.2:  # a rail with a curtain, drawn to one end
        top = rng.uniform(1.85, 2.05)
        parts.cylinder((0, deep / 2 - 0.03, top), 0.012, long, metal, "metal", axis="x")
        for s in (-1, 1):
            parts.box((s * long / 2, deep / 2 - 0.03, top), (0.02, 0.06, 0.06), metal, "metal")
        x = np.linspace(0, long * rng.uniform(0.25, 0.6), 41)
        wave = 0.03 * np.sin(np.arange(41) * 1.25)
        grid = np.zeros((2, 41, 3))
        grid[..., 0] = side * (x - long / 2)
        grid[..., 1] = deep / 2 - 0.02 + wave
        grid[0, :, 2], grid[1, :, 2] = top, 0.25
        parts.surface(
            grid, palette.pastel(rng) if rng.random() < 0.5 else palette.white(rng), "fabric"
        )
        parts.laden = True
    elif u < 0.35:
        for _ in range(int(rng.integers(1, 5))):
            x, tall = rng.uniform(-0.4, 0.4) * long, rng.uniform(0.1, 0.22)
            at = (x, -deep / 2 + 0.04, high + tall / 2)
            parts.cylinder(at, 0.028, tall, palette.lively(rng), "plastic", sides=12)
    elif u < 0.5:
        towel = parts.box(
            (rng.uniform(-0.3, 0.3) * long, deep / 2 + 0.006, high - 0.17),
            (0.45, 0.02, 0.38),
            palette.cloth(rng),
            "fabric",
            round=0.008,
        )
        towel.move(z=0.0)
        parts.laden = True
    return parts
