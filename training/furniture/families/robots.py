"""Robots: bases on wheels, tracks or legs with what they carry, arms, and service robots."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families.blocks import Blocks, choose
from training.furniture.families.registry import family

if TYPE_CHECKING:
    from training.furniture.families.blocks import Rgb, Vector
    from training.furniture.families.shapes import Parts

BODY = {"#2a2b2e": 4, "#e9e9e6": 4, "#8d9094": 2, "#c8342f": 1.2, "#e07a26": 1.2,
        "#e8b81c": 1.2, "#2f62a8": 1.2, "#3f7d4a": 0.7}  # fmt: skip
ARM = {"#e9e9e6": 3, "#e07a26": 2, "#b4b6b8": 2, "#e8b81c": 1, "#2a2b2e": 1, "#2f62a8": 0.7}
TIRE = {"#1c1c1d": 4, "#3a3b3d": 1}
SCREEN = {"#15171a": 4, "#2d4f86": 1, "#7fb2d8": 0.6}
METAL = {"#b4b6b8": 3, "#8e9092": 2, "#2e2f31": 2}


def _wheels(p: Blocks, rng: np.random.Generator, w: float, d: float, r: float, axles: int) -> None:
    tire, hub, thick = choose(rng, TIRE), choose(rng, METAL), r * rng.uniform(0.5, 0.9)
    for y in np.linspace(-d / 2 + r, d / 2 - r, axles):
        for side in (-1, 1):
            x = side * (w / 2 + thick / 2)
            p.post(r, thick, (x - thick / 2, y, r), tire, axis="x")
            p.post(r * 0.5, thick * 1.1, (x - thick * 0.55, y, r), hub, axis="x")


def _lidar(p: Blocks, at: Vector, rng: np.random.Generator) -> None:
    r, h = rng.uniform(0.035, 0.06), rng.uniform(0.04, 0.09)
    p.post(r, h, at, choose(rng, TIRE))
    p.post(r * 0.98, h * 0.35, (at[0], at[1], at[2] + h * 0.4), choose(rng, METAL))


def _mast(p: Blocks, rng: np.random.Generator, at: Vector, height: float) -> None:
    """A pole with a camera at its top."""
    x, y, z = at
    metal = choose(rng, METAL)
    p.block((0.03, 0.03, height), at, metal)
    wide = rng.uniform(0.09, 0.16)
    p.block((wide, 0.035, 0.035), (x, y + 0.03, z + height - 0.02), choose(rng, TIRE), round=0.008)


def _arm(p: Blocks, rng: np.random.Generator, at: Vector, reach: float) -> None:
    """A jointed arm with a gripper, bent forwards."""
    color, joint = choose(rng, ARM), choose(rng, METAL)
    r = reach * rng.uniform(0.055, 0.08)
    first, second = rng.uniform(50, 110), rng.uniform(-60, 10)
    points = [np.asarray(at, float)]
    points.append(points[0] + [0, 0, 0.18 * reach])
    for length, angle in ((0.45 * reach, first), (0.4 * reach, second), (0.12 * reach, -80.0)):
        a = np.radians(angle)
        points.append(points[-1] + length * np.array([0, np.cos(a), np.sin(a)]))
    p.post(r * 1.4, 0.1 * reach, at, joint)
    for begin, end in itertools.pairwise(points):
        p.rod([begin, end], r, color)
        p.post(r * 1.25, 2.6 * r, (end[0] - 1.3 * r, end[1], end[2]), joint, axis="x")
    x, y, z = points[-1]
    for side in (-1, 1):
        p.block((0.25 * r, 0.6 * r, 0.1 * reach), (x + side * r * 0.7, y, z - 0.12 * reach), joint)


def _deck(p: Blocks, rng: np.random.Generator, w: float, d: float, z: float, h: float) -> Rgb:
    color = choose(rng, BODY)
    if rng.random() < 0.5:
        p.block((w, d, h), (0, 0, z), color, round=min(h, 0.08) * rng.uniform(0.1, 0.45))
    else:  # slanted at both ends
        cut = rng.uniform(0.1, 0.3) * d
        p.slab([(-d / 2, z), (d / 2, z), (d / 2 - cut, z + h), (-d / 2 + cut, z + h)], w,
               (0, 0, 0), color, axis="x")  # fmt: skip
    return color


@family("robot", mount="floor", has_front=True)
def wheeled_robot(rng: np.random.Generator) -> Parts:
    """A base on four or six wheels with a lidar, a mast, a box or an arm."""
    p = Blocks(has={"wheels"})
    w, d = rng.uniform(0.22, 0.62), rng.uniform(0.3, 0.9)
    r = rng.uniform(0.05, 0.16)
    h = rng.uniform(0.08, 0.26)
    z = r * rng.uniform(0.7, 1.2)
    _wheels(p, rng, w, d, r, int(rng.choice([2, 2, 3])))
    _deck(p, rng, w, d, z, h)
    top, load = z + h, rng.choice(["lidar", "mast", "arm", "box", "plates"])
    p.block((w * 0.7, d * 0.6, 0.012), (0, 0, top), choose(rng, METAL))
    if load in ("lidar", "mast", "plates"):
        _lidar(p, (0, d * 0.2, top), rng)
    if load == "mast":
        _mast(p, rng, (0, -d * 0.25, top), rng.uniform(0.2, 0.7))
    elif load == "arm":
        _arm(p, rng, (0, d * rng.uniform(-0.1, 0.2), top), rng.uniform(0.4, 0.9))
    elif load == "box":
        p.block((w * 0.8, d * 0.7, rng.uniform(0.12, 0.4)), (0, 0, top), choose(rng, BODY),
                round=0.02)  # fmt: skip
    elif load == "plates":
        up = rng.uniform(0.1, 0.2)
        for x in (-w * 0.3, w * 0.3):
            for y in (-d * 0.25, d * 0.25):
                p.post(0.008, up, (x, y, top), choose(rng, METAL))
        p.block((w * 0.75, d * 0.65, 0.012), (0, 0, top + up), choose(rng, BODY))
        _lidar(p, (0, 0, top + up), rng)
    return p


@family("robot", mount="floor", has_front=True)
def service_robot(rng: np.random.Generator) -> Parts:
    """A round base with trays, a column with a tablet, or the upper body of a humanoid."""
    p = Blocks()
    r, h = rng.uniform(0.17, 0.3), rng.uniform(0.8, 1.45)
    color, second = choose(rng, BODY), choose(rng, BODY)
    p.post(r, 0.16, (0, 0, 0.03), color, top=r * rng.uniform(0.8, 1.0))
    p.post(r * 0.85, 0.05, (0, 0, 0.0), choose(rng, TIRE))
    style = rng.choice(["trays", "tablet", "humanoid", "tower"])
    if style == "trays":
        p.has.add("shelves")
        wide = r * rng.uniform(1.6, 2.0)
        for x in (-wide / 2, wide / 2):
            p.block((0.03, 0.05, h - 0.15), (x, -r * 0.6, 0.15), second, round=0.01)
        for z in np.linspace(0.3, h * 0.85, int(rng.integers(2, 5))):
            p.block((wide, r * 1.7, 0.025), (0, 0, z), color, round=0.01)
        p.block((wide * 0.7, 0.04, 0.2), (0, -r * 0.5, h - 0.2), choose(rng, SCREEN), round=0.01)
    elif style == "tower":
        p.post(r * 0.9, h - 0.3, (0, 0, 0.18), second, top=r * rng.uniform(0.5, 0.85))
        p.blob((r * 0.75, r * 0.75, 0.14), (0, 0, h - 0.1), color)
        p.block((r * 1.3, 0.03, 0.22), (0, r * 0.9, h * 0.62), choose(rng, SCREEN), round=0.01)
    else:
        p.post(0.06, h * 0.55, (0, 0, 0.18), second, top=0.05)
        waist = 0.18 + h * 0.4
        if style == "tablet":
            p.block((rng.uniform(0.2, 0.32), 0.025, rng.uniform(0.16, 0.4)), (0, 0.05, waist),
                    choose(rng, SCREEN), round=0.008, tilt=("x", rng.uniform(0, 25)))  # fmt: skip
        else:
            p.spun([(0.05, 0), (0.14, 0.12), (0.17, 0.32), (0.06, 0.4)], (0, 0, waist), color,
                   squash=0.75)  # fmt: skip
            p.blob((0.1, 0.1, 0.11), (0, 0.01, waist + 0.52), color)
            p.block((0.13, 0.03, 0.06), (0, 0.085, waist + 0.5), choose(rng, SCREEN), round=0.01)
            for side in (-1, 1):
                hand = (side * 0.2, rng.uniform(0.02, 0.25), waist - 0.02)
                elbow = (side * 0.23, 0.0, waist + 0.14)
                p.rod([(side * 0.17, 0, waist + 0.33), elbow, hand], 0.035, second)
    return p


@family("robot", mount="floor", has_front=True)
def walking_or_tracked_robot(rng: np.random.Generator) -> Parts:
    """A robot dog, a base on tracks, or an arm on a pedestal."""
    p, style = Blocks(), rng.choice(["dog", "tracks", "pedestal"])
    if style == "dog":
        w, d, z = rng.uniform(0.14, 0.22), rng.uniform(0.4, 0.75), rng.uniform(0.28, 0.5)
        color, limb = choose(rng, BODY), choose(rng, BODY)
        p.block((w, d, w * 0.75), (0, 0, z), color, round=0.03)
        p.block((w * 0.8, 0.1, w * 0.6), (0, d / 2 + 0.05, z + 0.01), choose(rng, TIRE), round=0.02)
        bend = rng.uniform(0.06, 0.14)
        for x in (-w * 0.65, w * 0.65):
            for y in (-d * 0.4, d * 0.4):
                knee = (x, y - bend, z * 0.5)
                p.rod([(x, y, z + 0.04), knee, (x, y + rng.uniform(-0.02, 0.04), 0.02)],
                      rng.uniform(0.018, 0.03), limb)  # fmt: skip
        if rng.random() < 0.3:
            _arm(p, rng, (0, d * 0.3, z + w * 0.75), 0.5)
    elif style == "tracks":
        w, d, h = rng.uniform(0.3, 0.55), rng.uniform(0.4, 0.8), rng.uniform(0.12, 0.22)
        rubber, thick = choose(rng, TIRE), rng.uniform(0.07, 0.12)
        for side in (-1, 1):
            outline = [(-d / 2, h * 0.6), (-d / 2 + h * 0.5, 0), (d / 2 - h * 0.5, 0),
                       (d / 2, h * 0.6), (d / 2 - h * 0.3, h), (-d / 2 + h * 0.3, h)]  # fmt: skip
            p.slab(outline, thick, (side * (w / 2 + thick / 2), 0, 0), rubber, axis="x")
        _deck(p, rng, w, d * 0.85, h * 0.4, h * rng.uniform(0.8, 1.2))
        top = h * 1.3
        if rng.random() < 0.5:
            _arm(p, rng, (0, 0, top), rng.uniform(0.4, 0.8))
        else:
            _mast(p, rng, (0, -d * 0.1, top - 0.05), rng.uniform(0.2, 0.5))
    else:
        height = rng.uniform(0.3, 0.8)
        base = rng.uniform(0.2, 0.45)
        p.block((base, base, 0.03), (0, 0, 0), choose(rng, METAL))
        p.post(base * rng.uniform(0.25, 0.42), height, (0, 0, 0.03), choose(rng, METAL))
        _arm(p, rng, (0, 0, height + 0.03), rng.uniform(0.6, 1.1))
    return p


@family("robot", mount="top", has_front=True)
def desktop_robot(rng: np.random.Generator) -> Parts:
    """A small arm on a plate, or a small base on wheels."""
    p = Blocks()
    if rng.random() < 0.5:
        side = rng.uniform(0.12, 0.25)
        p.block((side, side, 0.02), (0, 0, 0), choose(rng, METAL))
        _arm(p, rng, (0, 0, 0.02), rng.uniform(0.3, 0.6))
    else:
        w, d, r = rng.uniform(0.14, 0.2), rng.uniform(0.18, 0.28), rng.uniform(0.03, 0.05)
        _wheels(p, rng, w, d, r, 2)
        _deck(p, rng, w, d, r * 0.9, rng.uniform(0.05, 0.1))
        _lidar(p, (0, 0, r * 0.9 + 0.1), rng)
    return p
