"""Toys and musical instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.color_tables import TOYS
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.shapes import Parts


@family("teddy bear", mount="top")
def teddy_bear(rng: np.random.Generator) -> Parts:
    """A sitting bear: belly, head with ears and snout, arms and legs; some with a ribbon."""
    p = Blocks()
    fur = choose(
        rng,
        {
            "#b08050": 4,
            "#8a5a34": 3,
            "#e3d4b4": 2.5,
            "#ececea": 1.2,
            "#8c8a86": 1.2,
            "#d8a0a8": 0.8,
            "#4a3a30": 0.8,
            "#7fa4b8": 0.3,
        },
    )
    light, k = fur * rng.uniform(1.0, 1.25), rng.uniform(0.6, 1.6)
    fat, spread = rng.uniform(0.9, 1.15), rng.uniform(0.045, 0.075)
    limbs = (
        (0.075 * fat, 0.065 * fat, 0.085, 0.0, 0.0, 0.085),
        (0.065, 0.06, 0.06, 0.0, 0.005, 0.21),
        (0.022, 0.014, 0.022, -0.052, 0.0, 0.262),
        (0.022, 0.014, 0.022, 0.052, 0.0, 0.262),
        (0.028, 0.06, 0.028, -spread, 0.075, 0.03),
        (0.028, 0.06, 0.028, spread, 0.075, 0.03),
        (0.024, 0.03, 0.06, -0.085 * fat, 0.02, 0.12),
        (0.024, 0.03, 0.06, 0.085 * fat, 0.02, 0.12),
    )
    for rx, ry, rz, x, y, z in limbs:
        p.blob((rx * k, ry * k, rz * k), (x * k, y * k, z * k), fur)
    p.blob((0.028 * k, 0.024 * k, 0.023 * k), (0, 0.056 * k, 0.195 * k), light)
    p.blob((0.05 * k * fat, 0.03 * k, 0.055 * k), (0, 0.045 * k * fat, 0.085 * k), light)
    for s in (-1, 1):
        p.blob((0.02 * k, 0.008 * k, 0.02 * k), (s * spread * k, 0.132 * k, 0.032 * k), light)
        p.blob((0.007 * k, 0.005 * k, 0.007 * k), (s * 0.024 * k, 0.058 * k, 0.224 * k), "#201a18")
    p.blob((0.009 * k, 0.007 * k, 0.007 * k), (0, 0.079 * k, 0.203 * k), "#2a1e1a")
    ribbon = choose(rng, TOYS)
    if rng.random() < 0.35:
        for s in (-1, 1):
            p.blob((0.024 * k, 0.01 * k, 0.014 * k), (s * 0.022 * k, 0.058 * k, 0.158 * k), ribbon)
    elif rng.random() < 0.3:
        p.spun(
            [
                (0.077 * k * fat, -0.03 * k),
                (0.083 * k * fat, 0),
                (0.077 * k * fat, 0.05 * k),
                (0.05 * k, 0.08 * k),
            ],
            (0, 0, 0.085 * k),
            ribbon,
        )
    return p


@family("doll", mount="top")
def doll(rng: np.random.Generator) -> Parts:
    """A sitting or standing figure with hair and a dress or trousers."""
    p = Blocks()
    skin = choose(rng, {"#e6c0a0": 4, "#c08a60": 1.5, "#7a5236": 1})
    hair, cloth = (
        choose(rng, {"#d8b060": 2, "#6a4228": 3, "#26201c": 2, "#b05a30": 1, "#d987a8": 0.4}),
        choose(rng, {**TOYS, "#d987a8": 2.5, "#ececea": 1, "#8fb0d0": 1}),
    )
    k = rng.uniform(0.7, 1.5)
    big = rng.uniform(0.035, 0.055) * k
    sits = rng.random() < 0.4
    sleeve = cloth if rng.random() < 0.5 else skin
    shoe = choose(rng, {"#26272a": 2, "#c8342f": 1, "#ececea": 1})
    z = 0.02 * k if sits else 0.13 * k
    for s in (-1, 1):
        if sits:
            p.rod([(s * 0.025 * k, 0, z), (s * 0.035 * k, 0.12 * k, z)], 0.016 * k, skin)
        else:
            p.rod([(s * 0.024 * k, 0, 0.01 * k), (s * 0.024 * k, 0, z)], 0.014 * k, skin)
        foot = (s * 0.036 * k, 0.125 * k, z) if sits else (s * 0.024 * k, 0.012 * k, 0.01 * k)
        p.blob((0.018 * k, 0.024 * k, 0.014 * k), foot, shoe)
        p.rod(
            [(s * 0.03 * k, 0, z + 0.125 * k), (s * 0.085 * k, 0.02 * k, z + 0.06 * k)],
            0.011 * k,
            sleeve,
        )
    if rng.random() < 0.7:
        p.spun(
            [(0.075 * k, 0), (0.035 * k, 0.07 * k), (0.034 * k, 0.13 * k), (0, 0.14 * k)],
            (0, 0, z - (0.015 * k if sits else 0.03 * k)),
            cloth,
        )
    else:
        p.blob((0.036 * k, 0.026 * k, 0.075 * k), (0, 0, z + 0.065 * k), cloth)
    head = z + 0.14 * k + big
    p.blob((big, big * 0.95, big * 1.1), (0, 0, head), skin)
    p.blob((big * 1.12, big * 1.0, big * 1.05), (0, -big * 0.25, head + big * 0.2), hair)
    if rng.random() < 0.5:
        for s in (-1, 1):
            p.blob(
                (big * 0.35, big * 0.35, big * 0.9),
                (s * big * 1.15, -0.1 * big, head - big * 0.4),
                hair,
            )
    else:
        p.blob((big * 0.9, big * 0.4, big * 1.3), (0, -big * 0.8, head - big * 0.5), hair)
    for s in (-1, 1):
        p.blob(
            (big * 0.12, big * 0.08, big * 0.14),
            (s * big * 0.36, big * 0.9, head + big * 0.05),
            "#25303a",
        )
    return p


@family("toy car", mount="floor", has_front=True)
def toy_car(rng: np.random.Generator) -> Parts:
    """A saloon, a van, a lorry, a racer; from the size of a hand to one to sit on."""
    p = Blocks()
    body, second = choose(rng, TOYS), choose(rng, {**TOYS, "#8f9294": 1})
    k = rng.choice([1, 1, 2, 4]) * rng.uniform(0.8, 1.2)
    w, r = 0.07 * k, 0.02 * k * rng.uniform(0.85, 1.3)
    long = rng.uniform(0.15, 0.2) * k
    kind = int(rng.integers(4))
    z = r * 0.7
    if kind == 0:
        p.block((w, long, 0.035 * k), (0, 0, z), body, round=0.008 * k)
        p.slab(
            [
                (-long * 0.32, 0),
                (long * 0.22, 0),
                (long * 0.1, 0.034 * k),
                (-long * 0.24, 0.034 * k),
            ],
            w * 0.86,
            (0, 0, z + 0.033 * k),
            "#2a3036",
            axis="x",
        )
        p.block((w * 0.88, long * 0.32, 0.006 * k), (0, -long * 0.07, z + 0.064 * k), body)
    elif kind == 1:
        p.slab(
            [
                (-long / 2, 0),
                (long / 2, 0),
                (long / 2, 0.03 * k),
                (long * 0.34, 0.07 * k),
                (-long / 2, 0.07 * k),
            ],
            w,
            (0, 0, z),
            body,
            axis="x",
        )
        for s in (-1, 1):
            p.block((0.002, long * 0.6, 0.022 * k), (s * w / 2, -0.03 * k, z + 0.04 * k), "#2a3036")
        p.block(
            (w * 0.85, 0.003, 0.025 * k), (0, long * 0.42, z + 0.04 * k), "#2a3036", tilt=("x", 28)
        )
    elif kind == 2:
        p.block((w, long * 0.3, 0.07 * k), (0, long * 0.33, z), body, round=0.006 * k)
        p.block((w * 0.88, 0.004, 0.026 * k), (0, long * 0.48, z + 0.036 * k), "#2a3036")
        p.block((w * 0.9, long, 0.014 * k), (0, 0, z), "#303236")
        p.block(
            (w * 1.05, long * 0.62, rng.uniform(0.03, 0.09) * k),
            (0, -long * 0.18, z + 0.014 * k),
            second,
        )
    else:
        p.slab(
            [
                (-long * 0.5, 0.012 * k),
                (long * 0.55, 0),
                (long * 0.55, 0.012 * k),
                (long * 0.1, 0.032 * k),
                (-long * 0.5, 0.04 * k),
            ],
            w * 0.55,
            (0, 0, z),
            body,
            axis="x",
        )
        p.block((w * 1.25, 0.02 * k, 0.004 * k), (0, -long * 0.46, z + 0.058 * k), second)
        p.block((0.006 * k, 0.015 * k, 0.025 * k), (0, -long * 0.46, z + 0.035 * k), second)
        p.blob((0.014 * k, 0.014 * k, 0.016 * k), (0, -0.02 * k, z + 0.04 * k), second)
    for y in (-0.3, 0.3):
        for s in (-1, 1):
            p.post(r, 0.02 * k, (s * w * 0.5 - 0.01 * k, y * long, r), "#202123", axis="x")
            p.post(r * 0.5, 0.022 * k, (s * w * 0.5 - 0.011 * k, y * long, r), second, axis="x")
    if kind < 3:
        for s in (-1, 1):
            p.blob(
                (0.008 * k, 0.004 * k, 0.007 * k),
                (s * w * 0.34, long * 0.5, z + 0.02 * k),
                "#f0ead0",
            )
    return p


@family("guitar", mount="floor", has_front=True)
def guitar(rng: np.random.Generator) -> Parts:
    """Acoustic or electric; mostly on a stand."""
    p = Blocks(wooden=True)
    electric = rng.random() < 0.4
    body = (
        choose(
            rng,
            {"#26272a": 2, "#a62a2a": 2, "#d8c8a0": 1, "#ececea": 1.2, "#3f6fa8": 1, "#7a4a28": 2},
        )
        if electric
        else choose(rng, {"#c89858": 5, "#b0743a": 3, "#6a4228": 1.5, "#26272a": 1.2})
    )
    neck = choose(rng, {"#4a2e1e": 3, "#b08a5a": 1})
    thick, k = (0.045 if electric else rng.uniform(0.08, 0.11)), rng.uniform(0.9, 1.03)
    t = np.linspace(0, 2 * np.pi, 33)[:-1]
    half = (
        0.2
        * np.abs(np.sin(t)) ** 0.7
        * (1 - 0.28 * np.cos(t + np.pi) * -1)
        * (1 - 0.22 * np.exp(-(((np.cos(t) - 0.15) / 0.22) ** 2)))
    )
    outline = [
        (k * np.sign(np.sin(a)) * h * (0.85 if electric else 1), k * (0.24 + 0.24 * np.cos(a)))
        for a, h in zip(t, half, strict=True)
    ]
    p.slab(outline, thick, (0, 0, 0), body if electric else body * 0.75, axis="y")
    p.slab(
        [(x * 0.97, 0.01 + z * 0.98) for x, z in outline], 0.004, (0, thick / 2, 0), body, axis="y"
    )
    if electric:
        for z in (0.16, 0.26):
            p.block((0.09, 0.006, 0.03), (0, thick / 2 + 0.002, z), "#202123")
        p.block(
            (0.12, 0.003, 0.2),
            (0.05, thick / 2 + 0.003, 0.1),
            choose(rng, {"#ececea": 2, "#202123": 2}),
        )
        for s in (-1, 1):
            p.slab(
                [(0, 0), (0.05, 0), (0.03, 0.12)], thick, (s * 0.08 - 0.02, 0, 0.42), body, axis="y"
            )
    else:
        p.post(0.05, 0.003, (0, thick / 2 + 0.002, 0.3 * k), "#1e1814", axis="y")
        p.block((0.13, 0.01, 0.02), (0, thick / 2 + 0.003, 0.12 * k), neck)
    top = k * rng.uniform(0.9, 0.98)
    p.block((0.055, 0.022, top - 0.3), (0, thick / 2 + 0.008, 0.3), neck)
    p.block(
        (0.075, 0.016, 0.16), (0, thick / 2 + 0.0, top - 0.02), neck if rng.random() < 0.5 else body
    )
    for s in (-1, 1):
        for z in np.linspace(0, 0.1, 3):
            p.blob((0.012, 0.006, 0.007), (s * 0.045, thick / 2, top + 0.01 + z), "#c8cacc")
    for part in p.parts:
        part.turn("x", 12, (0, 0, 0)).move(0, 0, 0.08)
    if rng.random() < 0.75:
        for s in (-1, 1):
            p.rod([(s * 0.18, 0.12, 0), (s * 0.06, -0.02, 0.12), (0, -0.2, 0.42)], 0.009, "#26272a")
            p.rod([(s * 0.06, -0.02, 0.12), (s * 0.07, 0.1, 0.12)], 0.009, "#26272a")
        p.rod([(0, -0.2, 0.42), (0, -0.32, 0)], 0.009, "#26272a")
    return p


@family("piano", mount="floor", has_front=True)
def piano(rng: np.random.Generator) -> Parts:
    """An upright one, a grand or a digital one; many with their stool."""
    p = Blocks()
    body = choose(rng, {"#1f1f21": 5, "#4a2e1e": 2.5, "#8a5a34": 1.5, "#ececea": 1.2})
    kind = int(rng.choice([0, 0, 1, 2]))
    w = rng.uniform(1.35, 1.52)
    if kind == 0:
        h, d, key = rng.uniform(1.05, 1.3), rng.uniform(0.55, 0.65), 0.72
        p.block((w, d * 0.55, h), (0, -d * 0.22, 0), body)
        p.block((w + 0.03, d * 0.6, 0.03), (0, -d * 0.21, h), body)
        p.block((w, d, 0.1), (0, 0, key - 0.12), body)
        for s in (-1, 1):
            p.block((0.05, d, 0.18), (s * (w / 2 - 0.025), 0, key - 0.12), body)
            p.block((0.06, 0.07, key - 0.1), (s * (w / 2 - 0.04), d / 2 - 0.05, 0), body)
        p.block((w * 0.5, 0.02, 0.2), (0, d * 0.09, h * 0.78), body * 1.15, tilt=("x", 12))
        y = d * 0.27
    elif kind == 1:
        d, key = rng.uniform(1.5, 2.0), 0.74
        t = np.linspace(0, 1, 9)
        curve = [
            (w / 2 - w * 0.52 * u**1.6, d * 0.25 - d * 0.72 * u - 0.08 * np.sin(2 * np.pi * u))
            for u in t
        ]
        outline = [
            (-w / 2, d * 0.36),
            (w / 2, d * 0.36),
            *curve,
            (-w * 0.3, -d * 0.52),
            (-w / 2, -d * 0.45),
        ]
        p.slab(outline, 0.26, (0, 0, 0.62), body)
        p.block((w * 0.9, 0.14, 0.02), (0, d * 0.36 + 0.06, 0.7), body)
        for s in (-1, 1):
            p.block((0.06, 0.2, 0.18), (s * (w / 2 - 0.03), d * 0.36 + 0.07, 0.66), body)
        if rng.random() < 0.6:
            p.slab(outline, 0.02, (0, 0, 0), body).turn("y", 35, (-w / 2, 0, 0)).move(0, 0, 0.9)
            p.rod([(w * 0.35, 0, 0.88), (w * 0.2, 0, 1.3)], 0.012, body)
        for x, y in ((-0.42, 0.3), (0.42, 0.3), (-0.25, -0.42)):
            p.spun([(0, 0), (0.03, 0), (0.05, 0.62)], (x * w, y * d, 0), body)
        y = d * 0.36 + 0.07
    else:
        d, key = rng.uniform(0.28, 0.42), 0.7
        p.block((w, d, 0.14), (0, 0, key - 0.12), body)
        for s in (-1, 1):
            p.block((0.04, d * 0.9, key), (s * (w / 2 - 0.02), 0, 0), body)
        p.block((w, 0.02, rng.uniform(0.12, 0.4)), (0, -d * 0.3, 0.25), body)
        y = d * 0.2
        p.block((w * 0.5, 0.01, 0.2), (0, -d * 0.3, key + 0.02), body * 1.2)
    p.block((w * 0.88, 0.14, 0.02), (0, y, key), "#f0eee6")
    for i in range(36):
        if i % 7 not in (2, 6):
            p.block(
                (w * 0.012, 0.09, 0.012),
                ((i / 36 - 0.49) * w * 0.88, y - 0.025, key + 0.02),
                "#161616",
            )
    if rng.random() < 0.6:
        seat = y + 0.55
        p.block(
            (rng.uniform(0.5, 0.75), 0.33, 0.06),
            (0, seat, 0.45),
            choose(rng, {"#202123": 3, "#6a4228": 1, "#8a2f30": 0.6}),
            round=0.02,
        )
        for s in (-1, 1):
            for t2 in (-1, 1):
                p.block((0.04, 0.04, 0.46), (s * 0.22, seat + t2 * 0.12, 0), body)
    return p
