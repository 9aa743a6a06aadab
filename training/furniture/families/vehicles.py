"""Families of bicycles and wheelchairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _from(origin: NDArray[np.float64], x: float, y: float, z: float) -> NDArray[np.float64]:
    """A point seen from another."""
    shift: NDArray[np.float64] = np.array([x, y, z])
    return origin + shift


def _spoked(
    parts: Parts, x: float, y: float, radius: float, tire: float, rng: np.random.Generator
) -> None:
    """A wheel with tire, rim, spokes and hub, its axle along x."""
    angle = np.linspace(0, 2 * np.pi, 31)
    ring = np.stack(
        [
            np.full(31, x),
            y + (radius - tire) * np.cos(angle),
            radius + (radius - tire) * np.sin(angle),
        ],
        1,
    )
    parts.tube(ring, tire, palette.black(rng), "", sides=7)
    inner = ring.copy()
    inner[:, 1] = y + (radius - 2.2 * tire) * np.cos(angle)
    inner[:, 2] = radius + (radius - 2.2 * tire) * np.sin(angle)
    metal = palette.steel(rng)
    parts.tube(inner, tire * 0.55, metal, "metal", sides=5)
    for i in range(14):
        a = 2 * np.pi * i / 14
        end = (x, y + (radius - 2 * tire) * np.cos(a), radius + (radius - 2 * tire) * np.sin(a))
        parts.tube([(x, y, radius), end], 0.002, metal, "metal", sides=4)
    parts.cylinder((x, y, radius), 0.022, 0.07, metal, "metal", axis="x", sides=12)


@family("bicycle", mount="floor", has_front=True)
def bicycle(rng: np.random.Generator) -> Parts:
    """A city, racing, mountain, folding or children's bicycle; its front wheel is its front."""
    parts = Parts()
    size = 1.0 if rng.random() < 0.75 else rng.uniform(0.6, 0.75)
    radius = rng.uniform(0.31, 0.35) * size
    base = rng.uniform(0.98, 1.1) * size
    tire = rng.uniform(0.012, 0.027)
    u = rng.random()
    rgb = palette.black(rng) if u < 0.3 else (palette.lively(rng) if u < 0.8 else palette.case(rng))
    rear, front = -base / 2, base / 2
    for y in (rear, front):
        _spoked(parts, 0.0, y, radius, tire, rng)
    crank = np.array([0, rear + 0.43 * size, radius * 0.88])
    seat = np.array([0, crank[1] - 0.15 * size, crank[2] + 0.5 * size])
    head_top = np.array([0, front - 0.2 * size, radius + 0.56 * size])
    head_low = _from(head_top, 0, 0.06 * size, -0.16 * size)
    low_step = rng.random() < 0.35
    tube = rng.uniform(0.014, 0.02)
    joins = seat if not low_step else crank + 0.35 * (seat - crank)
    for a, b in ((crank, seat), (crank, head_low), (joins, head_top)):
        parts.tube([tuple(a), tuple(b)], tube, rgb)
    for x in (-0.05, 0.05):
        hub = (x, rear, radius)
        parts.tube([tuple(crank), hub], 0.009, rgb)
        parts.tube([tuple(seat), hub], 0.008, rgb)
        parts.tube(
            [tuple(head_low), (x, front - 0.02, radius + 0.1), (x, front, radius)], 0.011, rgb
        )
    parts.tube([tuple(head_top), tuple(head_low)], tube * 1.15, rgb)
    saddle = _from(seat, 0, -0.03 * size, 0.13 * size)
    metal = palette.steel(rng)
    parts.tube([tuple(seat), tuple(saddle)], 0.013, metal, "metal")
    leather = palette.black(rng) if rng.random() < 0.75 else palette.pick(rng, (130, 80, 44))
    parts.ball(tuple(_from(saddle, 0, -0.05, 0.02)), (0.16, 0.17, 0.06), leather)
    parts.ball(tuple(_from(saddle, 0, 0.06, 0.02)), (0.06, 0.2, 0.045), leather)
    stem = _from(head_top, 0, -0.02, 0.1 * size)
    parts.tube([tuple(head_top), tuple(stem)], 0.014, metal, "metal")
    half, racing = rng.uniform(0.24, 0.32) * size, rng.random() < 0.25
    if racing:
        for s in (-1, 1):
            x = s * half * 0.75
            drop = [
                (0, *stem[1:]),
                (x, *stem[1:]),
                (x, stem[1] + 0.1, stem[2] - 0.02),
                (x, stem[1] + 0.08, stem[2] - 0.12),
                (x, stem[1] - 0.03, stem[2] - 0.13),
            ]
            parts.tube(drop, 0.013, palette.black(rng), smooth=18)
    else:
        back = rng.uniform(0, 0.16)
        for s in (-1, 1):
            bar = [
                (0, *stem[1:]),
                (s * half * 0.6, stem[1], stem[2] + 0.04),
                (s * half, stem[1] - back, stem[2] + 0.04),
            ]
            parts.tube(bar, 0.011, metal, "metal", smooth=10)
            parts.tube(
                [bar[-1], (s * half, stem[1] - back - 0.1, stem[2] + 0.04)],
                0.016,
                palette.black(rng),
            )
    parts.cylinder(tuple(_from(crank, 0.045, 0, 0)), 0.09 * size, 0.006, metal, "metal", axis="x")
    for s in (-1, 1):
        end = _from(crank, s * 0.09, s * 0.12 * size, -s * 0.11 * size)
        parts.tube([tuple(_from(crank, s * 0.07, 0, 0)), tuple(end)], 0.009, metal, "metal")
        parts.box(tuple(_from(end, s * 0.04, 0, 0)), (0.08, 0.07, 0.02), palette.black(rng))
    if rng.random() < 0.5:  # mudguards and a rack
        angle = np.linspace(0.1, np.pi * 0.9, 12)
        for y in (rear, front):
            guard = np.stack(
                [
                    0 * angle,
                    y + (radius + 0.02) * np.cos(angle),
                    radius + (radius + 0.02) * np.sin(angle),
                ],
                1,
            )
            parts.tube(guard, 0.018, rgb if rng.random() < 0.6 else palette.black(rng))
        top = radius * 2 + 0.06
        for x in (-0.05, 0.05):
            parts.tube([(x, rear - 0.15, top), (x, rear + 0.2, top)], 0.007, metal, "metal")
            parts.tube([(x, rear - 0.05, top), (x, rear, radius)], 0.006, metal, "metal")
    if rng.random() < 0.2:
        parts.box(
            (0, front + 0.06, radius * 2 + 0.22),
            (0.34, 0.26, 0.22),
            palette.pick(rng, (170, 130, 80), (40, 40, 42)),
            "wicker",
            round=0.03,
        )
    lean = rng.uniform(-9, 9)
    for part in parts.parts:
        part.turn("y", lean, (0, 0, 0))
    parts.has.add("wheels")
    return parts


@family("wheelchair", mount="floor", has_front=True)
def wheelchair(rng: np.random.Generator) -> Parts:
    """A folding wheelchair: large wheels behind, castors before, foot plates, grips at the back."""
    parts = Parts()
    wide, seat = rng.uniform(0.4, 0.5), rng.uniform(0.46, 0.52)
    metal = palette.steel(rng) if rng.random() < 0.6 else palette.black(rng)
    if rng.random() < 0.25:
        metal = palette.lively(rng)
    cloth = palette.black(rng) if rng.random() < 0.65 else palette.cloth(rng)
    deep = rng.uniform(0.4, 0.46)
    radius = 0.3 if rng.random() < 0.8 else 0.16
    back_y, front_y = -deep / 2, deep / 2
    top = rng.uniform(0.88, 0.98)
    parts.box((0, 0, seat), (wide, deep, 0.04), cloth, "fabric", round=0.012)
    parts.box(
        (0, back_y, (seat + top) / 2 + 0.02),
        (wide, 0.03, top - seat - 0.08),
        cloth,
        "fabric",
        round=0.012,
    )
    for s in (-1, 1):
        x = s * (wide / 2 + 0.01)
        frame = [
            (x, front_y + 0.12, 0.1),
            (x, front_y + 0.03, seat),
            (x, back_y, seat),
            (x, back_y - 0.02, top),
        ]
        parts.tube(frame, 0.013, metal)
        parts.tube([(x, back_y, 0.2), (x, front_y, 0.2), (x, front_y + 0.02, seat)], 0.012, metal)
        parts.tube([(x, back_y, 0.2), (x, back_y, seat)], 0.012, metal)
        parts.tube([(x, back_y - 0.02, top), (x, back_y - 0.13, top)], 0.015, palette.black(rng))
        if rng.random() < 0.9:
            parts.box(
                (x, 0.0, seat + 0.22), (0.05, deep * 0.75, 0.035), palette.black(rng), round=0.012
            )
            parts.box((x, 0.0, seat + 0.11), (0.012, deep * 0.7, 0.18), cloth)
        _spoked(parts, s * (wide / 2 + 0.06), back_y + 0.04, radius, 0.016, rng)
        ring = np.linspace(0, 2 * np.pi, 27)
        hand = np.stack(
            [
                np.full(27, s * (wide / 2 + 0.095)),
                back_y + 0.04 + 0.88 * radius * np.cos(ring),
                radius + 0.88 * radius * np.sin(ring),
            ],
            1,
        )
        parts.tube(hand, 0.009, palette.steel(rng), "metal", sides=6)
        parts.wheel((x, front_y - 0.02, 0.09), 0.09, 0.03, palette.black(rng))
        parts.box(
            (s * wide * 0.24, front_y + 0.2, 0.1), (wide * 0.42, 0.15, 0.018), palette.black(rng)
        )
    parts.has |= {"wheels"}
    return parts
