"""Bottles and cans."""

from __future__ import annotations

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

GLASSES = (
    *((44, 74, 44), (30, 44, 32), (84, 52, 26), (170, 190, 190), (200, 214, 214)),
    *((110, 150, 170), (60, 90, 130), (120, 150, 110)),
)


def _label(
    parts: Parts, radius: float, span: tuple[float, float], rng: np.random.Generator
) -> None:
    """A printed band around a bottle or a can."""
    low, high = span
    back = palette.lively(rng) if rng.random() < 0.6 else palette.white(rng)
    image = pictures.plain(back, 6, 20)
    ink = palette.lively(rng) if rng.random() < 0.5 else palette.black(rng)
    image[int(rng.integers(0, 3)) : int(rng.integers(3, 6)), int(rng.integers(0, 5)) : 13] = ink
    if rng.random() < 0.5:
        image[-1] = palette.shade(back, 0.6)
    turn = np.linspace(0, 2 * np.pi, 21)
    grid = np.zeros((7, 21, 3))
    grid[..., 0], grid[..., 1] = radius * np.cos(turn), radius * np.sin(turn)
    grid[..., 2] = np.linspace(high, low, 7)[:, None]
    parts.surface(grid, image)


@family("bottle", mount="top")
def bottle(rng: np.random.Generator) -> Parts:
    """Wine, beer, water, spirits, a sports flask, sauce, shampoo, cleaner, a spray, a canister."""
    parts = Parts()
    style = int(rng.integers(9))
    cap = palette.lively(rng) if rng.random() < 0.6 else palette.case(rng)
    if style in (0, 1):  # wine or beer
        high = rng.uniform(0.28, 0.34) if style == 0 else rng.uniform(0.19, 0.25)
        r = high * rng.uniform(0.115, 0.14)
        neck, shoulder = r * 0.38, rng.uniform(0.5, 0.66)
        rgb = palette.pick(rng, *GLASSES)
        slope = rng.uniform(0.06, 0.18)
        profile = [
            (0.0, 0.0),
            (r, 0.003),
            (r, high * shoulder),
            (r * 0.85, high * (shoulder + slope * 0.4)),
            (neck * 1.2, high * (shoulder + slope)),
            (neck, high * 0.9),
            (neck * 1.15, high * 0.97),
            (neck, high),
            (0, high),
        ]
        parts.lathe(profile, rgb, "glass")
        if rng.random() < 0.8:
            top = high * rng.uniform(0.8, 0.95)
            parts.cylinder((0, 0, (top + high) / 2), neck * 1.25, high - top + 0.003, cap)
        _label(parts, r + 0.001, (high * 0.12, high * (shoulder - 0.06)), rng)
    elif style == 2:  # water or soft drink
        high, r = rng.uniform(0.2, 0.34), rng.uniform(0.031, 0.048)
        rgb = palette.pick(
            rng, (196, 216, 226), (150, 190, 210), (60, 34, 24), (214, 130, 40), (120, 170, 90)
        )
        profile = [(0, 0), (r * 0.9, 0.002), (r, 0.02)]
        for z in np.linspace(0.12, 0.62, 6):
            profile += [(r, high * z), (r * 0.95, high * (z + 0.04))]
        profile += [
            (r, high * 0.7),
            (r * 0.8, high * 0.8),
            (0.014, high * 0.91),
            (0.014, high * 0.94),
            (0, high * 0.94),
        ]
        parts.lathe(profile, rgb, "plastic")
        parts.cylinder((0, 0, high * 0.96), 0.0165, high * 0.06, cap, "plastic")
        _label(parts, r + 0.001, (high * 0.36, high * 0.6), rng)
    elif style == 3:  # a flask to carry
        high, r = rng.uniform(0.2, 0.29), rng.uniform(0.033, 0.042)
        rgb = palette.steel(rng) if rng.random() < 0.3 else palette.cloth(rng)
        top = high * rng.uniform(0.72, 0.86)
        parts.lathe([(0, 0), (r, 0.002), (r, top - 0.02), (r * 0.72, top), (0, top)], rgb, "metal")
        lid = palette.black(rng) if rng.random() < 0.5 else palette.steel(rng)
        parts.cylinder((0, 0, (top + high) / 2), r * 0.74, high - top, lid)
        if rng.random() < 0.5:
            loop = [
                (-r * 0.6, 0, high),
                (-r * 0.5, 0, high + 0.03),
                (r * 0.5, 0, high + 0.03),
                (r * 0.6, 0, high),
            ]
            parts.tube(loop, 0.005, lid, smooth=10)
    elif style == 4:  # shampoo or detergent: flat, with a broad cap
        high, wide = rng.uniform(0.16, 0.3), rng.uniform(0.06, 0.12)
        rgb = palette.white(rng) if rng.random() < 0.45 else palette.lively(rng)
        deep = wide * rng.uniform(0.45, 0.75)
        body = high * 0.82
        parts.box((0, 0, body / 2), (wide, deep, body), rgb, "plastic", round=deep * 0.35)
        parts.cylinder((0, 0, (body + high) / 2 - 0.005), deep * 0.3, high - body + 0.01, cap)
        image = pictures.abstract(rng, 8, 8) if rng.random() < 0.5 else pictures.plain(cap)
        for yaw in (0, 180):
            face = parts.picture((0, deep / 2 + 0.001, body * 0.5), (wide * 0.6, body * 0.5), image)
            face.turn("z", yaw, (0, 0, 0))
    elif style == 5:  # with a pump
        high, r = rng.uniform(0.1, 0.17), rng.uniform(0.028, 0.042)
        rgb = palette.pick(rng, *GLASSES) if rng.random() < 0.4 else palette.pastel(rng)
        parts.lathe([(0, 0), (r, 0.002), (r, high * 0.85), (r * 0.5, high), (0, high)], rgb)
        parts.cylinder((0, 0, high + 0.008), r * 0.45, 0.016, cap)
        parts.cylinder((0, 0, high + 0.03), 0.004, 0.04, cap, sides=8)
        parts.box((0.014, 0, high + 0.05), (0.055, 0.014, 0.012), cap, round=0.004)
        _label(parts, r + 0.001, (high * 0.2, high * 0.7), rng)
    elif style == 6:  # a trigger spray
        high, r = rng.uniform(0.16, 0.21), rng.uniform(0.036, 0.046)
        rgb = palette.lively(rng) if rng.random() < 0.6 else palette.white(rng)
        parts.lathe(
            [(0, 0), (r, 0.003), (r, high * 0.5), (r * 0.62, high * 0.8), (0.014, high), (0, high)],
            rgb,
            "plastic",
        )
        parts.box((0.01, 0, high + 0.025), (0.085, 0.024, 0.032), cap, round=0.008)
        parts.box((0.026, 0, high - 0.006), (0.01, 0.014, 0.05), cap).turn("y", 20)
        parts.cylinder((0.056, 0, high + 0.028), 0.009, 0.014, cap, axis="x", sides=10)
        _label(parts, r + 0.001, (high * 0.12, high * 0.46), rng)
    elif style == 7:  # oil, sauce or squash: square or round with a handle
        high, wide = rng.uniform(0.2, 0.32), rng.uniform(0.06, 0.11)
        rgb = palette.pick(
            rng, (190, 150, 40), (120, 34, 26), (60, 40, 26), (226, 200, 80), (230, 230, 224)
        )
        parts.box((0, 0, high * 0.36), (wide, wide * 0.85, high * 0.72), rgb, round=wide * 0.2)
        parts.cylinder((0, 0, high * 0.8), wide * 0.36, high * 0.2, rgb, top=0.016)
        parts.cylinder((0, 0, high * 0.94), 0.018, high * 0.1, cap)
        if rng.random() < 0.4:
            parts.tube(
                [
                    (wide * 0.3, 0, high * 0.84),
                    (wide * 0.6, 0, high * 0.78),
                    (wide * 0.6, 0, high * 0.55),
                    (wide * 0.48, 0, high * 0.45),
                ],
                0.009,
                rgb,
                smooth=12,
            )
        parts.box(
            (0, 0, high * 0.36),
            (wide * 1.01, wide * 0.86, high * 0.34),
            palette.lively(rng),
            round=wide * 0.2,
        )
    else:  # spirits or perfume: a square flask with a stopper
        high, wide = rng.uniform(0.16, 0.27), rng.uniform(0.06, 0.1)
        rgb = palette.pick(rng, *GLASSES, (170, 110, 40))
        body = high * rng.uniform(0.6, 0.75)
        parts.box(
            (0, 0, body / 2), (wide, wide * rng.uniform(0.5, 1), body), rgb, "glass", round=0.012
        )
        parts.cylinder(
            (0, 0, (body + high * 0.85) / 2), 0.014, high * 0.85 - body + 0.01, rgb, "glass"
        )
        parts.cylinder((0, 0, high * 0.92), 0.019, high * 0.15, cap)
    if rng.random() < 0.04:  # lies
        for part in parts.parts:
            part.turn("x", 90, (0, 0, 0))
    return parts


@family("can", mount="top")
def can(rng: np.random.Generator) -> Parts:
    """A drink's, a slim one, of food with ribs, a flat one of fish, open with a lid up."""
    parts = Parts()
    style = int(rng.integers(4))
    metal = palette.steel(rng)
    r, high = ((0.033, 0.12), (0.029, 0.15), (0.039, 0.11), (0.045, 0.045))[style]
    r, high = r * rng.uniform(0.94, 1.2), high * rng.uniform(0.9, 1.2)
    if style < 2:
        profile = [
            (0, 0.004),
            (r * 0.78, 0),
            (r, 0.012),
            (r, high - 0.014),
            (r * 0.8, high),
            (r * 0.76, high - 0.004),
            (0, high - 0.004),
        ]
    else:
        profile = [(0, 0.002), (r * 1.03, 0), (r * 1.03, 0.004), (r, 0.005)]
        for z in np.linspace(0.2, 0.8, 8):
            profile += [(r, high * z), (r * 0.98, high * (z + 0.03))]
        profile += [
            (r, high - 0.005),
            (r * 1.03, high - 0.004),
            (r * 1.03, high),
            (r * 0.97, high),
            (r * 0.95, high - 0.005),
            (0, high - 0.005),
        ]
    parts.lathe(profile, metal, "metal", sides=28)
    if rng.random() < 0.88:
        edge = 0.013 if style < 2 else 0.008
        _label(parts, r + 0.0008, (edge, high - edge), rng)
    if style != 2 or rng.random() < 0.5:
        parts.box((0, r * 0.25, high), (0.014, 0.024, 0.003), palette.shade(metal, 0.8), "metal")
    if style > 1 and rng.random() < 0.2:
        lid = parts.cylinder((0, 0, high), r * 0.95, 0.002, metal, "metal")
        lid.turn("x", rng.uniform(60, 100), (0, -r, high))
    return parts
