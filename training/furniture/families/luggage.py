"""Families of bags and cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    import numpy as np


def _hide(rng: np.random.Generator) -> tuple[palette.Color, str]:
    """Leather or cloth of bags."""
    if rng.random() < 0.55:
        browns = ((96, 60, 36), (140, 92, 56), (70, 44, 30), (170, 120, 76))
        rgb = palette.pick(rng, *browns) if rng.random() < 0.55 else palette.black(rng)
        return rgb, "leather"
    return palette.cloth(rng), "fabric"


@family("suitcase", mount="floor", has_front=True)
def suitcase(rng: np.random.Generator) -> Parts:
    """A trolley of hard shell or cloth with castors and a pull-out handle, or an old flat case."""
    parts = Parts()
    if rng.random() < 0.2:
        wide, deep, high = rng.uniform(0.45, 0.7), rng.uniform(0.15, 0.22), rng.uniform(0.32, 0.48)
        rgb, material = _hide(rng)
        trim = palette.shade(rgb, 0.65)
        parts.box((0, 0, high / 2), (wide, deep, high), rgb, material, round=0.025)
        for x in (-0.28, 0.28):
            parts.box((x * wide, 0, high / 2), (0.03, deep * 1.02, high * 1.01), trim, material)
        grip = [(-0.07, 0, high), (-0.06, 0, high + 0.04), (0.06, 0, high + 0.04), (0.07, 0, high)]
        parts.tube(grip, 0.011, trim)
        for x in (-0.2, 0.2):
            parts.box(
                (x * wide, deep / 2, high * 0.95), (0.04, 0.01, 0.03), palette.brass(rng), "metal"
            )
        if rng.random() < 0.5:
            for part in parts.parts:
                part.turn("x", -90, (0, 0, 0))
        return parts
    high = rng.uniform(0.48, 0.75)
    wide, deep = high * rng.uniform(0.62, 0.72), high * rng.uniform(0.32, 0.42)
    rgb = palette.cloth(rng)
    hard = rng.random() < 0.65
    material = "plastic" if hard else "fabric"
    foot = rng.uniform(0.04, 0.06)
    parts.box((0, 0, foot + high / 2), (wide, deep, high), rgb, material, round=0.05)
    front = deep / 2
    if hard:
        for i in range(int(rng.integers(3, 8))):
            x = (i - 3) * wide * 0.12
            parts.box(
                (x, front, foot + high / 2),
                (wide * 0.035, 0.012, high * 0.85),
                palette.shade(rgb, 0.85),
                material,
                round=0.005,
            )
            parts.box(
                (x, -front, foot + high / 2),
                (wide * 0.035, 0.012, high * 0.85),
                palette.shade(rgb, 0.85),
                material,
                round=0.005,
            )
    else:
        for z, tall in ((0.3, 0.42), (0.72, 0.26)):
            parts.box(
                (0, front, foot + high * z),
                (wide * 0.78, 0.05, high * tall),
                palette.shade(rgb, 0.85),
                material,
                round=0.02,
            )
            parts.box(
                (0, front + 0.027, foot + high * (z + tall * 0.35)),
                (wide * 0.6, 0.004, 0.01),
                palette.steel(rng),
            )
    parts.box((0, 0, foot + high / 2), (wide * 1.005, 0.012, high * 1.005), palette.shade(rgb, 0.5))
    for x in (-1, 1):
        for y in (-1, 1):
            parts.wheel(
                (x * wide * 0.4, y * deep * 0.36, foot * 0.5), foot * 0.5, 0.022, palette.black(rng)
            )
    reach = rng.uniform(0.25, 0.45) if rng.random() < 0.5 else 0.03
    top = foot + high
    metal = palette.steel(rng) if rng.random() < 0.6 else palette.black(rng)
    for x in (-1, 1):
        parts.cylinder(
            (x * wide * 0.2, -deep * 0.35, top + reach / 2), 0.008, reach, metal, sides=8
        )
    parts.box(
        (0, -deep * 0.35, top + reach), (wide * 0.45, 0.03, 0.028), palette.black(rng), round=0.01
    )
    parts.tube(
        [(-0.06, 0, top), (-0.05, 0, top + 0.03), (0.05, 0, top + 0.03), (0.06, 0, top)],
        0.009,
        palette.black(rng),
    )
    parts.has.add("wheels")
    return parts


@family("backpack", mount="floor", has_front=True)
def backpack(rng: np.random.Generator) -> Parts:
    """A rucksack with pockets, a handle and two straps; stands, leans or lies."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.26, 0.36), rng.uniform(0.13, 0.22), rng.uniform(0.38, 0.56)
    rgb = palette.cloth(rng)
    second = (
        palette.cloth(rng) if rng.random() < 0.35 else palette.shade(rgb, rng.uniform(0.65, 1.25))
    )
    body = parts.box(
        (0, 0, high / 2), (wide, deep, high), rgb, "fabric", round=rng.uniform(0.05, 0.09)
    )
    taper = 1 - rng.uniform(0.1, 0.3) * (body.points[:, 2:] / high) ** 2
    body.points[:, :2] *= taper
    front = deep / 2
    tall = rng.uniform(0.35, 0.5)
    parts.box(
        (0, front, high * (0.06 + tall / 2)),
        (wide * 0.8, 0.09, high * tall),
        second,
        "fabric",
        round=0.035,
    )
    parts.box(
        (0, front + 0.048, high * tall), (wide * 0.6, 0.005, 0.01), palette.shade(second, 0.5)
    )
    if rng.random() < 0.5:
        parts.box(
            (0, front * 0.85, high * 0.75),
            (wide * 0.7, 0.06, high * 0.24),
            second,
            "fabric",
            round=0.025,
        )
    for x in (-1, 1):
        if rng.random() < 0.5:
            parts.box(
                (x * wide * 0.5, 0, high * 0.22),
                (0.05, deep * 0.6, high * 0.3),
                second,
                "fabric",
                round=0.02,
            )
            if rng.random() < 0.4:
                parts.cylinder(
                    (x * wide * 0.52, 0, high * 0.4), 0.033, 0.22, palette.lively(rng), sides=14
                )
        strap = [
            (x * wide * 0.22, -deep * 0.4, high * 0.95),
            (x * wide * 0.3, -deep * 0.95, high * 0.75),
            (x * wide * 0.34, -deep * 0.9, high * 0.3),
            (x * wide * 0.4, -deep * 0.45, high * 0.08),
        ]
        for shift in (-0.016, 0, 0.016):
            part = parts.tube(strap, 0.011, palette.shade(rgb, 0.7), "fabric", smooth=12, sides=6)
            part.move(x=shift)
    grip = [
        (-0.045, -deep * 0.25, high * 0.96),
        (-0.03, -deep * 0.3, high + 0.045),
        (0.03, -deep * 0.3, high + 0.045),
        (0.045, -deep * 0.25, high * 0.96),
    ]
    parts.tube(grip, 0.009, palette.shade(rgb, 0.6), smooth=8)
    u = rng.random()
    for part in parts.parts:
        if u < 0.35:
            part.turn("x", 12 + 10 * u, (0, -deep, 0))
        elif u < 0.55:
            part.turn("x", 82, (0, 0, 0))
    return parts


@family("handbag", mount="top")
def handbag(rng: np.random.Generator) -> Parts:
    """A bag with one or two handles and a clasp, stiff or soft."""
    parts = Parts()
    wide, high = rng.uniform(0.2, 0.4), rng.uniform(0.16, 0.3)
    deep = rng.uniform(0.08, 0.17)
    rgb, material = _hide(rng)
    if rng.random() < 0.35:
        rgb = palette.lively(rng) if rng.random() < 0.6 else palette.pastel(rng)
    body = parts.box(
        (0, 0, high / 2), (wide, deep, high), rgb, material, round=rng.uniform(0.01, 0.04)
    )
    rise = body.points[:, 2] / high
    body.points[:, 0] *= 1 - rng.uniform(-0.1, 0.25) * rise
    body.points[:, 1] *= 1 - rng.uniform(0.2, 0.75) * rise
    dark = palette.shade(rgb, rng.uniform(0.55, 0.9))
    if rng.random() < 0.45:
        flap = parts.box(
            (0, deep * 0.3, high * 0.78),
            (wide * 0.88, 0.012, high * 0.48),
            dark,
            material,
            round=0.005,
        )
        flap.turn("x", 10)
    metal = palette.brass(rng) if rng.random() < 0.6 else palette.steel(rng)
    parts.box((0, deep * 0.42, high * 0.6), (0.03, 0.012, 0.025), metal, "metal")
    reach = rng.uniform(0.08, 0.22)
    for y in (-1, 1) if rng.random() < 0.6 else (0,):
        path = [
            (-wide * 0.25, y * deep * 0.12, high * 0.95),
            (-wide * 0.18, y * deep * 0.2, high + reach * 0.75),
            (0, y * deep * 0.25, high + reach),
            (wide * 0.18, y * deep * 0.2, high + reach * 0.75),
            (wide * 0.25, y * deep * 0.12, high * 0.95),
        ]
        parts.tube(path, 0.007, dark, material, smooth=18)
    return parts


@family("briefcase", mount="floor")
def briefcase(rng: np.random.Generator) -> Parts:
    """A hard case with two locks, or a leather one with a flap; stands or lies."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.38, 0.46), rng.uniform(0.08, 0.14), rng.uniform(0.28, 0.34)
    hard = rng.random() < 0.5
    rgb, material = _hide(rng)
    if hard and rng.random() < 0.35:
        rgb, material = palette.steel(rng), "metal"
    parts.box((0, 0, high / 2), (wide, deep, high), rgb, material, round=0.014 if hard else 0.03)
    metal = palette.brass(rng) if rng.random() < 0.5 else palette.steel(rng)
    if hard:
        parts.box((0, 0, high / 2), (wide * 1.006, 0.012, high * 1.006), metal, "metal")
        for x in (-0.28, 0.28):
            parts.box((x * wide, 0.012, high), (0.05, 0.03, 0.012), metal, "metal")
    else:
        flap = palette.shade(rgb, 0.85)
        parts.box(
            (0, deep / 2, high * 0.7),
            (wide * 0.98, 0.012, high * 0.56),
            flap,
            material,
            round=0.004,
        )
        for x in (-0.25, 0.25):
            parts.box(
                (x * wide, deep / 2 + 0.008, high * 0.55),
                (0.03, 0.008, high * 0.35),
                palette.shade(rgb, 0.6),
            )
            parts.box(
                (x * wide, deep / 2 + 0.014, high * 0.45), (0.036, 0.006, 0.03), metal, "metal"
            )
    grip = [(-0.07, 0, high), (-0.06, 0, high + 0.035), (0.06, 0, high + 0.035), (0.07, 0, high)]
    parts.tube(grip, 0.011, palette.black(rng) if hard else palette.shade(rgb, 0.6))
    if rng.random() < 0.3:
        for part in parts.parts:
            part.turn("x", -90, (0, 0, 0))
    return parts
