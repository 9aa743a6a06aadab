"""Families of lamps that hang from a ceiling or are fixed to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette
from training.furniture.families.lamps import lamp_metal, shade
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    Color = palette.Color


def _pendant(parts: Parts, rng: np.random.Generator, x: float, drop: float, radius: float) -> None:
    """A shade on its cord; its lower edge at z = 0, the ceiling at `drop`."""
    one = Parts()
    high = shade(one, rng, radius, 0.0)
    cord = palette.black(rng) if rng.random() < 0.5 else palette.white(rng)
    one.cylinder((0, 0, (high + drop) / 2), 0.004, max(drop - high, 0.02), cord, sides=6)
    one.cylinder((0, 0, high), 0.022, 0.05, cord, sides=10)
    parts.join(one, x)


def _pendants(rng: np.random.Generator) -> Parts:
    """One pendant, or two to four alike from a bar."""
    parts = Parts()
    count = int(rng.choice([1, 1, 1, 1, 2, 3, 4]))
    radius = rng.uniform(0.13, 0.28) if count == 1 else rng.uniform(0.07, 0.13)
    drop = 2 * radius + rng.uniform(0.25, 0.9)
    state = int(rng.integers(2**31))
    gap = 2 * radius + rng.uniform(0.08, 0.2)
    for i in range(count):
        x = (i - (count - 1) / 2) * gap
        _pendant(parts, np.random.default_rng(state), x, drop, radius)  # each the same
    plate = lamp_metal(rng)
    if count == 1:
        parts.cylinder((0, 0, drop), rng.uniform(0.045, 0.07), 0.03, plate, sides=16)
    else:
        parts.box((0, 0, drop), (gap * (count - 0.6), 0.06, 0.03), plate, "metal")
    return parts


def _flush(rng: np.random.Generator) -> Parts:
    """A disk, dome, ring or square of milky glass at the ceiling, with or without a rim."""
    parts = Parts()
    radius, high = rng.uniform(0.13, 0.3), rng.uniform(0.05, 0.13)
    rim, glow = lamp_metal(rng), palette.white(rng)
    style = int(rng.integers(5))
    if style == 0:
        t = np.linspace(0, np.pi / 2, 8)
        dome = [*zip(radius * np.sin(t), -high * np.cos(t), strict=True)]
        parts.lathe(dome, glow, "glass")
        ring = [(radius * 1.03, -0.03), (radius * 1.03, 0.0), (0.0, 0.0)]
        parts.lathe(ring, rim, "metal")
    elif style == 1:
        parts.cylinder((0, 0, -high / 2), radius, high, rim if rng.random() < 0.5 else glow)
        parts.cylinder((0, 0, -high - 0.003), radius * 0.94, 0.01, glow)
        parts.shape = "round"
    elif style == 2:
        size = 2 * radius * rng.uniform(0.8, 1.2)
        parts.box((0, 0, -high / 2), (size, size, high), rim, round=0.01)
        parts.box((0, 0, -high), (size * 0.92, size * 0.92, 0.012), glow)
        parts.shape = "square"
    elif style == 3:  # two rings of light
        for scale, z in ((1.0, -0.09), (rng.uniform(0.5, 0.7), -0.05)):
            a = np.linspace(0, 2 * np.pi, 33)
            flat = scale * radius * np.stack([np.cos(a), np.sin(a)], axis=1)
            parts.tube(np.c_[flat, np.full(33, z)], 0.016, glow, sides=8)
            for k in range(3):
                angle = 2.094 * k
                x, y = scale * radius * np.cos(angle), scale * radius * np.sin(angle)
                parts.tube([(x, y, z), (0, 0, -0.01)], 0.005, rim, "metal", sides=5)
        parts.cylinder((0, 0, -0.01), 0.08, 0.03, rim, "metal")
    else:  # a bowl on three short chains
        t = np.linspace(0, np.pi * 0.42, 8)
        drop = rng.uniform(0.12, 0.3)
        bowl = [*zip(radius * np.sin(t), -drop - radius * 0.6 * np.cos(t), strict=True)]
        parts.lathe(bowl, glow, "glass")
        for k in range(3):
            way = 2.094 * k
            edge = (bowl[-1][0] * np.cos(way), bowl[-1][0] * np.sin(way), bowl[-1][1])
            parts.tube([edge, (0, 0, -0.01)], 0.005, rim, "metal", sides=5)
        parts.cylinder((0, 0, -0.01), 0.06, 0.03, rim, "metal")
    return parts


def _office(rng: np.random.Generator) -> Parts:
    """A flat panel, a trough with tubes and a grid, a bare tube, or a hung bar."""
    parts = Parts()
    body, glow = palette.white(rng), palette.white(rng)
    style = int(rng.integers(4))
    long = float(rng.choice([0.6, 1.2, 1.2, 1.5])) * rng.uniform(0.97, 1.02)
    if style == 0:
        size = (long, float(rng.choice([0.3, 0.6])), rng.uniform(0.012, 0.04))
        parts.box((0, 0, 0), size, palette.steel(rng) if rng.random() < 0.3 else body)
        parts.box((0, 0, -size[2] / 2), (size[0] - 0.03, size[1] - 0.03, 0.006), glow)
    elif style == 1:
        wide = rng.uniform(0.18, 0.6)
        parts.box((0, 0, 0.04), (long, wide, 0.02), body, "metal")
        for s in (-1, 1):
            parts.box((0, s * wide / 2, 0), (long, 0.012, 0.09), body, "metal")
            parts.box((s * long / 2, 0, 0), (0.012, wide, 0.09), body, "metal")
        tubes = 2 if wide > 0.25 else 1
        for i in range(tubes):
            y = (i - (tubes - 1) / 2) * wide * 0.5
            parts.cylinder((0, y, 0.005), 0.015, long * 0.95, glow, axis="x", sides=10)
        for i in range(int(long / 0.1)):
            x = -long / 2 + 0.1 * (i + 0.5)
            parts.box((x, 0, -0.025), (0.004, wide, 0.04), palette.steel(rng), "metal")
    elif style == 2:
        parts.box((0, 0, 0.03), (long, 0.06, 0.05), body, "metal")
        for y in (-0.03, 0.03) if rng.random() < 0.4 else (0.0,):
            parts.cylinder((0, y, -0.02), 0.014, long * 0.96, glow, axis="x", sides=10)
        for s in (-1, 1):
            parts.box((s * long * 0.49, 0, -0.01), (0.03, 0.09, 0.05), body)
    else:
        drop = rng.uniform(0.3, 1.0)
        metal = lamp_metal(rng)
        size = (long, rng.uniform(0.04, 0.2), rng.uniform(0.03, 0.07))
        parts.box((0, 0, 0), size, metal, "metal", round=0.01)
        parts.box((0, 0, -size[2] / 2), (long * 0.98, size[1] * 0.8, 0.006), glow)
        for s in (-1, 1):
            top = (s * long * rng.uniform(0.3, 0.42), 0, drop)
            parts.tube([(s * long * 0.42, 0, size[2] / 2), top], 0.003, metal, sides=5)
    return parts


def _spots(rng: np.random.Generator) -> Parts:
    """Two to five spots on a bar or rail, or around a plate."""
    parts = Parts()
    rgb, count = lamp_metal(rng), int(rng.integers(2, 6))
    long, radius = rng.uniform(0.2, 0.32) * count, rng.uniform(0.03, 0.05)
    ring = rng.random() < 0.3
    if ring:
        parts.cylinder((0, 0, 0), 0.1, 0.03, rgb, "metal")
    else:
        parts.box((0, 0, 0), (long, 0.05, 0.03), rgb, "metal")
    for i in range(count):
        a = 2 * np.pi * i / count
        x, y = (
            (0.1 * np.cos(a), 0.1 * np.sin(a)) if ring else ((i + 0.5) / count * long - long / 2, 0)
        )
        head = Parts()
        head.cylinder((0, 0, -0.05), radius * 0.7, 0.1, rgb, "metal", top=radius * 0.6, sides=14)
        head.cylinder((0, 0, -0.102), radius * 0.62, 0.006, palette.white(rng), sides=14)
        lean, turn = rng.uniform(10, 60), rng.uniform(0, 360)
        for part in head.parts:
            part.turn("x", lean, (0, 0, 0)).turn("z", turn, (0, 0, 0)).move(x, y, -0.06)
            parts.parts.append(part)
        parts.cylinder((x, y, -0.03), 0.008, 0.07, rgb, "metal", sides=8)
    return parts


def _arms(rng: np.random.Generator) -> Parts:
    """Three to eight bulbs or glasses on arms from a hub: modern or as a wheel."""
    parts = Parts()
    rgb, count = lamp_metal(rng), int(rng.integers(3, 9))
    drop, reach = rng.uniform(0.12, 0.6), rng.uniform(0.2, 0.5)
    parts.cylinder((0, 0, drop / 2), 0.01, drop, rgb, "metal", sides=10)
    parts.cylinder((0, 0, drop), 0.06, 0.03, rgb, "metal")
    parts.ball((0, 0, 0), (0.07, 0.07, 0.07), rgb, "metal")
    up = rng.random() < 0.5
    glass = int(rng.integers(3))
    straight = rng.random() < 0.5
    for i in range(count):
        a = 2 * np.pi * i / count
        x, y = reach * np.cos(a), reach * np.sin(a)
        z = rng.uniform(-0.15, 0.15) if straight and count > 5 else (0.08 if up else -0.06)
        dip = -0.08 if up else 0.06
        path = [(0, 0, 0), (x, y, z)] if straight else [(0, 0, 0), (x / 2, y / 2, dip), (x, y, z)]
        parts.tube(path, 0.006, rgb, "metal", smooth=0 if straight else 10, sides=6)
        glow = palette.white(rng)
        if glass == 0:
            parts.ball((x, y, z), (0.12, 0.12, 0.12), glow, "glass")
        elif glass == 1:
            s = 1 if up else -1
            cup = [(0.02, 0.0), (0.045, s * 0.05), (0.065, s * 0.1)]
            parts.lathe(cup, glow, "glass", center=(x, y, z))
        else:
            parts.cylinder((x, y, z), 0.015, 0.05, rgb, sides=8)
            parts.ball((x, y, z + (0.055 if up else -0.055)), (0.06, 0.06, 0.08), (250, 240, 214))
    return parts


@family("ceiling lamp", mount="ceiling")
def ceiling_lamp(rng: np.random.Generator) -> Parts:
    """A pendant or several, flush glass, an office light, spots, or bulbs on arms."""
    makers = (_pendants, _flush, _office, _spots, _arms)
    return makers[int(rng.choice(5, p=[0.36, 0.26, 0.18, 0.1, 0.1]))](rng)
