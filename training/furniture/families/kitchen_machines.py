"""Small machines on kitchen counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import CERAMIC, DARK, METAL, SMALL_GOODS
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Vector
    from training.furniture.families.shapes import Parts


def _cord(p: Blocks, rng: np.random.Generator, depth: float) -> None:
    if rng.random() < 0.4:
        x = rng.uniform(-0.1, 0.1)
        p.curve(
            [(x, -depth, 0.03), (x * 1.5, -depth - 0.05, 0.006), (x + 0.08, -depth - 0.1, 0.005)],
            0.004,
            "#262628",
        )


@family("kettle", mount="top")
def kettle(rng: np.random.Generator) -> Parts:
    """An electric jug on its base, or a round one for the stove."""
    p = Blocks()
    body = choose(
        rng,
        {
            "#c6c8ca": 4,
            "#ececea": 3,
            "#26272a": 3,
            "#a82c2c": 1,
            "#e7dcc3": 0.7,
            "#8fae9a": 0.4,
            "#6f8fa0": 0.5,
        },
    )
    dark = choose(rng, DARK)
    if rng.random() < 0.7:
        radius, height = rng.uniform(0.07, 0.085), rng.uniform(0.17, 0.22)
        top = radius * rng.uniform(0.68, 0.92)
        p.post(radius * 0.98, 0.02, (0, 0, 0), dark)
        p.spun(
            [
                (0, 0.022),
                (radius, 0.022),
                (radius * 1.02, 0.06),
                (top, height),
                (top * 0.9, height + 0.012),
                (0, height + 0.018),
            ],
            (0, 0, 0),
            body,
        )
        p.post(0.014, 0.014, (0, 0, height + 0.015), dark)
        p.slab(
            [(top * 0.8, height * 0.78), (top + 0.035, height * 0.98), (top * 0.8, height)],
            0.045,
            (0, 0, 0),
            body,
            axis="y",
        )
        handle = dark if rng.random() < 0.7 else body
        reach = radius + rng.uniform(0.035, 0.055)
        p.curve(
            [
                (-top * 0.8, 0, height * 0.97),
                (-reach, 0, height * 0.93),
                (-reach - 0.005, 0, height * 0.5),
                (-radius * 0.9, 0, height * 0.22),
            ],
            0.012,
            handle,
        )
        if rng.random() < 0.4:
            p.block(
                (0.012, 0.004, height * 0.45),
                (-0.0, radius * 0.93, height * 0.3),
                dark,
                tilt=("x", np.degrees(np.arctan2(radius - top, height))),
            )
        _cord(p, rng, radius)
    else:
        radius, height = rng.uniform(0.09, 0.12), rng.uniform(0.1, 0.15)
        p.spun(
            [
                (0, 0),
                (radius * 0.95, 0),
                (radius, 0.02),
                (radius * 0.85, height * 0.7),
                (radius * 0.4, height),
                (0, height),
            ],
            (0, 0, 0),
            body,
        )
        p.spun([(radius * 0.4, 0), (radius * 0.35, 0.015), (0, 0.02)], (0, 0, height), body)
        p.blob((0.014, 0.014, 0.012), (0, 0, height + 0.028), dark)
        p.spun(
            [(0, 0), (0.022, 0), (0.012, 0.09), (0, 0.09)],
            (radius * 0.72, 0, height * 0.45),
            body,
            tilt=("y", 48),
        )
        p.curve(
            [
                (-radius * 0.6, 0, height * 0.8),
                (-radius * 0.5, 0, height + 0.08),
                (0, 0, height + 0.115),
                (radius * 0.5, 0, height + 0.08),
                (radius * 0.6, 0, height * 0.8),
            ],
            0.01,
            dark,
            20,
        )
    return p


def _carafe(p: Blocks, rng: np.random.Generator, at: Vector) -> None:
    dark = choose(rng, DARK)
    p.spun(
        [(0, 0), (0.055, 0), (0.066, 0.03), (0.064, 0.07), (0.045, 0.115), (0, 0.115)],
        at,
        "#3a2a22" if rng.random() < 0.5 else "#8a9496",
    )
    p.post(0.048, 0.02, (at[0], at[1], at[2] + 0.113), dark)
    p.curve(
        [
            (at[0], at[1] + 0.045, at[2] + 0.12),
            (at[0], at[1] + 0.1, at[2] + 0.11),
            (at[0], at[1] + 0.095, at[2] + 0.03),
        ],
        0.009,
        dark,
    )


@family("coffee maker", mount="top", has_front=True)
def coffee_maker(rng: np.random.Generator) -> Parts:
    """A drip machine with its pot, a portafilter machine, one for capsules, or a full automat."""
    p = Blocks()
    body, second = choose(rng, SMALL_GOODS), choose(rng, {"#b9bbbd": 3, "#26272a": 4})
    kind = rng.integers(4)
    if kind == 0:
        w, d, h = rng.uniform(0.17, 0.22), rng.uniform(0.2, 0.25), rng.uniform(0.3, 0.38)
        p.block((w, d, 0.035), (0, 0, 0), body, round=0.008)
        p.block((w, d * 0.4, h), (0, -d * 0.3, 0), body, round=0.012)
        p.block((w, d * 0.9, h * 0.34), (0, -d * 0.03, h * 0.66), body, round=0.012)
        p.post(0.07, 0.004, (0, d * 0.17, 0.035), second)
        _carafe(p, rng, (0, d * 0.17, 0.038))
        p.block((w * 0.6, 0.006, 0.02), (0, d * 0.42, h * 0.8), second)
    elif kind == 1:
        w, d, h = rng.uniform(0.22, 0.34), rng.uniform(0.25, 0.32), rng.uniform(0.3, 0.4)
        p.block((w, d, 0.07), (0, 0, 0), body, round=0.006)
        p.block((w * 0.9, d * 0.75, 0.008), (0, 0.03, 0.071), second)
        p.block((w, d * 0.45, h), (0, -d * 0.27, 0), body, round=0.006)
        p.block((w, d * 0.95, h * 0.3), (0, -d * 0.02, h * 0.7), body, round=0.006)
        p.post(0.036, 0.035, (0, d * 0.18, h * 0.7 - 0.035), second)
        p.rod(
            [(0, d * 0.18, h * 0.7 - 0.02), (0, d * 0.18 + 0.16, h * 0.7 - 0.03)], 0.012, "#262628"
        )
        p.rod([(w * 0.38, d * 0.3, h * 0.7), (w * 0.42, d * 0.42, h * 0.45)], 0.006, "#c0c2c4")
        for x in np.linspace(-0.3, 0.3, int(rng.integers(2, 5))):
            p.post(0.012, 0.012, (x * w, d * 0.455, h * 0.85), second, axis="y")
    elif kind == 2:
        w, d, h = rng.uniform(0.11, 0.16), rng.uniform(0.28, 0.38), rng.uniform(0.23, 0.3)
        p.slab(
            [
                (-d / 2, 0),
                (d * 0.1, 0),
                (d * 0.1, h * 0.55),
                (d * 0.4, h * 0.6),
                (d * 0.4, h * 0.85),
                (0, h),
                (-d / 2, h * 0.9),
            ],
            w,
            (0, 0, 0),
            body,
            axis="x",
        )
        p.block((w * 0.9, d * 0.4, 0.03), (0, d * 0.3, 0), second)
        p.post(0.02, 0.03, (0, d * 0.3, h * 0.52), second)
        if rng.random() < 0.6:
            p.block((w * 0.8, 0.06, h * 0.75), (0, -d / 2 - 0.03, 0.02), "#a9b4b8")
        p.rod(
            [
                (-w * 0.3, d * 0.2, h * 0.9),
                (-w * 0.3, -d * 0.1, h + 0.03),
                (w * 0.3, -d * 0.1, h + 0.03),
                (w * 0.3, d * 0.2, h * 0.9),
            ],
            0.006,
            second,
        )
    else:
        w, d, h = rng.uniform(0.24, 0.3), rng.uniform(0.36, 0.45), rng.uniform(0.33, 0.38)
        p.block((w, d * 0.7, h), (0, -d * 0.15, 0), body, round=0.012)
        p.block((w, d * 0.35, h * 0.3), (0, d * 0.3, h * 0.68), body, round=0.012)
        p.block((w * 0.9, d * 0.32, 0.05), (0, d * 0.33, 0), second, round=0.006)
        p.block((w * 0.28, 0.07, h * 0.3), (0, d * 0.22, h * 0.42), second)
        p.block((w * 0.5, 0.006, 0.05), (0, d * 0.475, h * 0.78), "#1e2a30")
    return p


@family("blender", mount="top", has_front=True)
def blender(rng: np.random.Generator) -> Parts:
    """A jar on a motor, or a small one with a cup."""
    p = Blocks()
    body, dark = choose(rng, SMALL_GOODS), choose(rng, DARK)
    r, h = rng.uniform(0.055, 0.09), rng.uniform(0.09, 0.16)
    if rng.random() < 0.5:
        p.spun([(0, 0), (r, 0), (r, h * 0.4), (r * 0.72, h), (0, h)], (0, 0, 0), body)
    else:
        p.block((r * 1.9, r * 2.1, h), (0, 0, 0), body, round=0.02)
    p.post(0.022, 0.012, (0, r * 0.95, h * 0.35), choose(rng, METAL), axis="y")
    jar = choose(rng, {"#aab6ba": 5, "#8f9a9e": 2, "#c8ccce": 2, "#c86a78": 0.5, "#8fae5a": 0.5})
    tall = rng.uniform(0.16, 0.25)
    p.spun(
        [(0, 0), (r * 0.7, 0), (r * 0.62, 0.02), (r * rng.uniform(0.8, 0.98), tall), (0, tall)],
        (0, 0, h),
        jar,
    )
    p.post(r * 0.62, 0.03, (0, 0, h - 0.002), dark)
    if rng.random() < 0.75:
        p.spun(
            [(r, 0), (r, 0.022), (r * 0.4, 0.03), (r * 0.4, 0.05), (0, 0.05)],
            (0, 0, h + tall - 0.004),
            dark,
        )
        p.curve(
            [
                (r * 0.85, 0, h + tall * 0.92),
                (r * 1.7, 0, h + tall * 0.85),
                (r * 1.6, 0, h + tall * 0.4),
                (r * 0.7, 0, h + tall * 0.25),
            ],
            0.011,
            dark if rng.random() < 0.6 else jar,
        )
    _cord(p, rng, r)
    return p


@family("mixer", mount="top", has_front=True)
def mixer(rng: np.random.Generator) -> Parts:
    """A stand mixer over its bowl, seen from its side."""
    p = Blocks()
    body = choose(
        rng,
        {
            "#ececea": 3,
            "#a82c2c": 2.5,
            "#26272a": 2.5,
            "#b9bbbd": 2,
            "#a9c7c0": 1,
            "#e7dcc3": 1,
            "#d8a0a8": 0.6,
            "#4a6f9a": 0.6,
        },
    )
    metal = choose(rng, {"#c6c8ca": 4, "#8e9092": 1})
    length, height = rng.uniform(0.32, 0.38), rng.uniform(0.31, 0.36)
    p.block((length, 0.2, 0.035), (0, 0, 0), body, round=0.016)
    p.block((0.1, 0.11, height * 0.72), (-length * 0.34, 0, 0.02), body, round=0.03)
    if rng.random() < 0.6:
        p.blob((length * 0.5, 0.062, 0.062), (0, 0, height - 0.062), body)
    else:
        p.block((length, 0.115, 0.12), (0, 0, height - 0.12), body, round=0.03)
    p.post(0.034, 0.008, (length * 0.5 - 0.014, 0, height - 0.062), metal, axis="x")
    x, r = length * 0.2, rng.uniform(0.09, 0.11)
    p.post(0.018, 0.09, (x, 0, height - 0.18), metal)
    p.spun(
        [
            (0, 0),
            (r * 0.5, 0),
            (r * 0.9, 0.05),
            (r, 0.14),
            (r * 0.96, 0.14),
            (r * 0.85, 0.05),
            (0, 0.01),
        ],
        (x, 0, 0.035),
        metal if rng.random() < 0.8 else choose(rng, CERAMIC),
    )
    p.post(0.014, 0.012, (-length * 0.2, 0.058, height - 0.07), metal, axis="y")
    return p


@family("toaster oven", mount="top", has_front=True)
def toaster_oven(rng: np.random.Generator) -> Parts:
    """A small oven with a glass door and knobs beside or below it."""
    p = Blocks()
    body, dark, metal = (
        choose(rng, SMALL_GOODS),
        choose(rng, {"#1d1e20": 3, "#3a3230": 1}),
        choose(rng, METAL),
    )
    w, d, h = rng.uniform(0.36, 0.52), rng.uniform(0.26, 0.38), rng.uniform(0.2, 0.3)
    p.block((w, d, h), (0, 0, 0.015), body, round=0.008)
    for x in (-0.42, 0.42):
        for y in (-0.4, 0.4):
            p.post(0.014, 0.016, (x * w, y * d, 0), "#262628")
    y = d / 2
    if rng.random() < 0.8:
        door = w * rng.uniform(0.66, 0.74)
        middle = (w - door) / 2 - 0.012
        p.block((door, 0.014, h * 0.84), (middle, y, 0.015 + h * 0.08), metal)
        p.block((door * 0.88, 0.016, h * 0.6), (middle, y + 0.001, 0.015 + h * 0.14), dark)
        p.rod(
            [
                (middle - door * 0.4, y, h * 0.87),
                (middle - door * 0.4, y + 0.035, h * 0.87),
                (middle + door * 0.4, y + 0.035, h * 0.87),
                (middle + door * 0.4, y, h * 0.87),
            ],
            0.007,
            metal,
        )
        x = -w / 2 + (w - door) * 0.45
        for z in np.linspace(0.25, 0.8, int(rng.integers(2, 5))):
            p.post(
                0.019, 0.02, (x, y, 0.015 + h * z), metal if rng.random() < 0.8 else dark, axis="y"
            )
    else:
        p.block((w * 0.94, 0.014, h * 0.66), (0, y, 0.015 + h * 0.3), dark)
        p.rod(
            [
                (-w * 0.4, y, h * 0.95),
                (-w * 0.4, y + 0.035, h * 0.95),
                (w * 0.4, y + 0.035, h * 0.95),
                (w * 0.4, y, h * 0.95),
            ],
            0.007,
            metal,
        )
        for x in (-0.3, 0, 0.3):
            p.post(0.018, 0.02, (x * w, y, 0.015 + h * 0.14), metal, axis="y")
    return p


@family("rice cooker", mount="top", has_front=True)
def rice_cooker(rng: np.random.Generator) -> Parts:
    """A pot with a glass lid and handles, or a closed rounded box."""
    p = Blocks()
    body, metal, dark = (
        choose(rng, {"#ececea": 5, "#c6c8ca": 2.5, "#26272a": 2.5, "#a82c2c": 0.8, "#d8a8b0": 0.4}),
        choose(rng, METAL),
        choose(rng, DARK),
    )
    if rng.random() < 0.5:
        r, h = rng.uniform(0.1, 0.15), rng.uniform(0.13, 0.2)
        p.spun(
            [(0, 0), (r * 0.9, 0), (r, 0.02), (r, h), (r * 1.04, h + 0.008), (0, h + 0.008)],
            (0, 0, 0),
            body,
        )
        p.spun(
            [(r * 0.96, 0), (r * 0.8, 0.03), (0, 0.045)],
            (0, 0, h + 0.008),
            "#9aa4a8" if rng.random() < 0.7 else metal,
        )
        p.post(0.018, 0.025, (0, 0, h + 0.05), dark)
        for x in (-1, 1):
            p.block((0.04, 0.07, 0.02), (x * (r + 0.015), 0, h * 0.75), dark)
        p.block((0.06, 0.012, h * 0.5), (0, r, 0.02), dark)
    else:
        w, d, h = rng.uniform(0.23, 0.28), rng.uniform(0.28, 0.36), rng.uniform(0.2, 0.25)
        p.block((w, d, h * 0.72), (0, 0, 0), body, round=0.05)
        p.block(
            (w * 0.97, d * 0.94, h * 0.42),
            (0, -0.005, h * 0.58),
            body * rng.choice([0.94, 1.02]),
            round=0.05,
        )
        p.block((w * 0.55, d * 0.35, 0.01), (0, d * 0.12, h - 0.003), dark)
        p.block(
            (w * 0.45, 0.02, h * 0.22),
            (0, d / 2 - 0.008, h * 0.3),
            dark if rng.random() < 0.6 else metal,
        )
        p.curve(
            [
                (-w * 0.48, 0, h * 0.7),
                (-w * 0.4, -d * 0.1, h + 0.03),
                (w * 0.4, -d * 0.1, h + 0.03),
                (w * 0.48, 0, h * 0.7),
            ],
            0.009,
            body * 0.85,
            20,
        )
    return p


@family("kitchen scale", mount="top", has_front=True)
def kitchen_scale(rng: np.random.Generator) -> Parts:
    """A flat digital one, or one with a dial and a bowl."""
    p = Blocks()
    body, metal = (
        choose(
            rng,
            {
                "#26272a": 3,
                "#ececea": 3,
                "#b9bbbd": 3,
                "#a82c2c": 0.7,
                "#8fae9a": 0.5,
                "#e7dcc3": 0.8,
            },
        ),
        choose(rng, METAL),
    )
    if rng.random() < 0.55:
        w, d = rng.uniform(0.14, 0.2), rng.uniform(0.18, 0.24)
        p.block((w, d, rng.uniform(0.012, 0.022)), (0, 0, 0), body, round=0.005)
        p.block(
            (w * 0.5, d * 0.14, 0.002),
            (0, d * 0.36, 0.022),
            "#9db0a4" if rng.random() < 0.6 else "#16181a",
        )
        if rng.random() < 0.6:
            p.post(w * 0.42, 0.006, (0, -d * 0.08, 0.019), metal)
    else:
        w, h = rng.uniform(0.15, 0.19), rng.uniform(0.16, 0.21)
        p.slab(
            [(-w / 2, 0), (w / 2, 0), (w * 0.3, h), (-w * 0.3, h)],
            w * 0.7,
            (0, 0, 0),
            body,
            axis="y",
        )
        p.post(w * 0.3, 0.006, (0, w * 0.35, h * 0.52), "#f0efea", axis="y")
        p.block(
            (0.004, 0.002, w * 0.24),
            (0, w * 0.35 + 0.007, h * 0.52),
            "#b03028",
            tilt=("y", rng.uniform(-150, 150)),
        )
        r = rng.uniform(0.09, 0.12)
        if rng.random() < 0.7:
            p.spun(
                [(0, 0), (r * 0.5, 0), (r, 0.06), (r * 0.97, 0.06), (r * 0.45, 0.008), (0, 0.008)],
                (0, 0, h),
                choose(rng, {"#c6c8ca": 3, "#ececea": 1}),
            )
        else:
            p.block((w * 1.1, w, 0.012), (0, 0, h), metal)
    return p
