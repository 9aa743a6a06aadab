"""Further families of boxes and trash cans, beside those of boxes.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette, pictures
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    Color = palette.Color


def _open_box(
    parts: Parts, size: tuple[float, float, float], rgb: Color, material: str, thick: float
) -> None:
    wide, deep, high = size
    for s in (-1, 1):
        parts.box((0, s * (deep - thick) / 2, high / 2), (wide, thick, high), rgb, material)
        parts.box((s * (wide - thick) / 2, 0, high / 2), (thick, deep, high), rgb, material)
    parts.box((0, 0, thick / 2), (wide, deep, thick), palette.shade(rgb, 0.8), material)


def _stuff(parts: Parts, rng: np.random.Generator, size: tuple[float, float, float]) -> None:
    """What shows in an open box: toys, cloth, tins."""
    wide, deep, high = size
    for _ in range(int(rng.integers(4, 14))):
        x, y = rng.uniform(-0.36, 0.36, 2) * (wide, deep)
        at, full = (x, y, high * rng.uniform(0.6, 0.95)), rng.uniform(0.15, 0.4, 3) * min(size)
        if rng.random() < 0.5:
            parts.ball(at, full, palette.cloth(rng))
        else:
            parts.box(at, full, palette.cloth(rng)).turn("z", rng.uniform(0, 90))


def _tub(parts: Parts, rng: np.random.Generator) -> None:
    """A plastic storage box, wider at its top, with a lid that clips, grips and ribs."""
    wide, deep = rng.uniform(0.28, 0.72), rng.uniform(0.2, 0.45)
    high = rng.uniform(0.12, 0.38)
    u = rng.random()
    rgb = palette.pick(rng, (206, 214, 218), (190, 200, 206)) if u < 0.45 else palette.lively(rng)
    rgb = palette.gray(rng) if u > 0.75 else rgb
    body = parts.box((0, 0, high / 2), (wide, deep, high), rgb, "plastic", round=0.02)
    body.points[:, :2] *= (0.86 + 0.14 * body.points[:, 2:] / high).clip(0.8, 1.0)
    rim = (wide * 1.03, deep * 1.04, 0.02)
    parts.box((0, 0, high - 0.01), rim, palette.shade(rgb, 0.92), "plastic", round=0.006)
    if rng.random() < 0.75:
        lid = rgb if rng.random() < 0.4 else palette.case(rng, dark=0.3, other=0.4)
        cover = (wide * 1.04, deep * 1.05, 0.03)
        parts.box((0, 0, high + 0.015), cover, lid, "plastic", round=0.01)
        parts.box((0, 0, high + 0.033), (wide * 0.8, deep * 0.75, 0.008), palette.shade(lid, 0.94))
        for s in (-1, 1):
            clip = (s * wide * 0.525, 0, high - 0.01)
            parts.box(clip, (0.02, deep * 0.3, 0.06), palette.shade(lid, 0.85), "plastic")
    else:
        parts.box((0, 0, high), (wide * 0.94, deep * 0.92, 0.004), palette.shade(rgb, 0.55))
        _stuff(parts, rng, (wide, deep, high * 1.05))
    if rng.random() < 0.2:
        for part in parts.parts:
            part.move(z=0.03)
        for x in (-0.36, 0.36):
            for y in (-0.34, 0.34):
                parts.wheel((x * wide, y * deep, 0.02), 0.02, 0.02, palette.black(rng))
        parts.has.add("wheels")


def _lidded(parts: Parts, rng: np.random.Generator) -> None:
    """A shoe, archive or storage box of card, its lid deep or shallow, with a label and a hole."""
    wide, deep, high = rng.uniform(0.2, 0.42), rng.uniform(0.18, 0.36), rng.uniform(0.1, 0.32)
    u = rng.random()
    rgb = palette.white(rng) if u < 0.35 else palette.cardboard(rng)
    rgb = palette.cloth(rng) if u > 0.6 else rgb
    parts.box((0, 0, high / 2), (wide, deep, high), rgb)
    lid = rgb if rng.random() < 0.6 else palette.shade(rgb, 0.75)
    cap = high * rng.uniform(0.15, 0.4)
    shift = rng.uniform(-0.1, 0.1) * wide if rng.random() < 0.2 else 0.0
    cover = parts.box((shift, 0, high - cap / 2 + 0.004), (wide + 0.008, deep + 0.008, cap), lid)
    if shift:
        cover.turn("y", shift * 60).move(z=0.02)
    for s in (-1, 1):
        hole = (s * (wide / 2 + 0.004), 0, high * 0.55)
        parts.box(hole, (0.004, min(0.09, deep * 0.4), 0.028), palette.shade(rgb, 0.35))
    if rng.random() < 0.6:
        text = pictures.text(rng, palette.white(rng), (60, 60, 62), lines=4, width=12)
        at = (0, deep / 2 + 0.003, high * 0.45)
        parts.picture(at, (wide * 0.4, high * 0.3), text)


def _fabric(parts: Parts, rng: np.random.Generator) -> None:
    """A foldable box of cloth or felt, open, with loops to grip."""
    wide, deep, high = rng.uniform(0.24, 0.42), rng.uniform(0.22, 0.38), rng.uniform(0.18, 0.35)
    rgb = palette.cloth(rng) if rng.random() < 0.5 else palette.gray(rng)
    _open_box(parts, (wide, deep, high), rgb, "fabric", 0.012)
    for s in (-1, 1):
        y = s * deep / 2
        path = [(-0.05, y, high * 0.7), (-0.04, y + s * 0.025, high * 0.55)]
        path += [(0.04, y + s * 0.025, high * 0.55), (0.05, y, high * 0.7)]
        parts.tube(path, 0.007, palette.shade(rgb, 0.7), smooth=10, sides=6)
    if rng.random() < 0.7:
        _stuff(parts, rng, (wide, deep, high))


def _wooden(parts: Parts, rng: np.random.Generator) -> None:
    """A small chest with a lid: of jewels, tools, cigars; ajar or shut, with a clasp."""
    wide, deep, high = rng.uniform(0.18, 0.45), rng.uniform(0.14, 0.3), rng.uniform(0.09, 0.24)
    rgb, trim = palette.wood(rng), palette.brass(rng)
    _open_box(parts, (wide, deep, high), rgb, "wooden", 0.012)
    parts.box((0, 0, high * 0.8), (wide * 0.92, deep * 0.9, 0.01), palette.cloth(rng))
    domed = rng.random() < 0.3
    if domed:
        t = np.linspace(0, np.pi, 10)
        arch = [(deep / 2 * np.cos(a), deep * 0.35 * np.sin(a)) for a in t]
        lid = parts.extrude(arch, wide * 1.01, rgb, "wooden", plane="yz").move(z=high)
    else:
        lid = parts.box((0, 0, high + 0.015), (wide * 1.02, deep * 1.03, 0.03), rgb, "wooden")
    if rng.random() < 0.3:
        lid.turn("x", -rng.uniform(20, 100), (0, -deep / 2, high))
    parts.box((0, deep / 2 + 0.004, high * 0.9), (0.03, 0.008, 0.045), trim, "metal")


@family("box", mount="floor")
def storage_box(rng: np.random.Generator) -> Parts:
    """A plastic tub, a box of card with a lid, an open one of cloth, or a small chest."""
    parts = Parts()
    makers = (_tub, _lidded, _fabric, _wooden)
    makers[int(rng.choice(4, p=[0.36, 0.32, 0.18, 0.14]))](parts, rng)
    return parts


def _liner(parts: Parts, rng: np.random.Generator, radius: float, high: float) -> None:
    """A bag that hangs over the rim, and paper in it."""
    bag = palette.pick(rng, (240, 240, 240), (40, 40, 42), (140, 170, 210), (210, 214, 214))
    a = np.linspace(0, 2 * np.pi, 33)
    hem = rng.uniform(0.04, 0.12) * (1 + 0.25 * np.sin(3 * a) + 0.15 * np.sin(7 * a + 1))
    hem[-1] = hem[0]
    rows = [
        np.stack([r * np.cos(a), r * np.sin(a), z], 1)
        for r, z in (
            (radius * 1.03, high - hem),
            (radius * 1.02, np.full(33, high + 0.005)),
            (radius * 0.93, np.full(33, high * 0.75)),
        )
    ]
    parts.surface(np.stack(rows), bag, "plastic")
    for _ in range(int(rng.integers(0, 9))):
        x, y = rng.uniform(-0.5, 0.5, 2) * radius
        color = palette.white(rng) if rng.random() < 0.6 else palette.lively(rng)
        parts.ball((x, y, high * rng.uniform(0.7, 0.95)), rng.uniform(0.05, 0.09, 3), color)


def _mesh(parts: Parts, rng: np.random.Generator) -> None:
    """A basket of wire mesh, rods or wicker."""
    high, radius = rng.uniform(0.26, 0.4), rng.uniform(0.12, 0.17)
    rgb = palette.black(rng) if rng.random() < 0.6 else palette.steel(rng)
    low = radius * rng.uniform(0.7, 0.95)
    material = "metal"
    style = int(rng.integers(3))
    if style == 0:
        for r, z in ((low, 0.01), (radius, high)):
            parts.lathe([(r, z - 0.01), (r * 1.02, z), (r, z + 0.01)], rgb, material)
        parts.cylinder((0, 0, 0.008), low, 0.01, rgb, material)
        for k in range(36):
            a, twist = 2 * np.pi * k / 36, rng.choice([-0.5, 0.5])
            path = [(low * np.cos(a), low * np.sin(a), 0.01)]
            path += [(radius * np.cos(a + twist), radius * np.sin(a + twist), high)]
            parts.tube(path, 0.003, rgb, material, sides=4)
    elif style == 1:
        parts.lathe([(0, 0.005), (low, 0.005), (radius, high)], palette.shade(rgb, 1.2), material)
        parts.lathe([(radius * 0.97, high), (low * 0.96, 0.02), (0, 0.02)], rgb, material)
        parts.lathe([(radius * 1.03, high - 0.015), (radius * 1.03, high)], rgb, material)
    else:
        straw = palette.pick(rng, (180, 140, 92), (150, 112, 70), (212, 190, 152))
        for i in range(12):
            z, r = high * (i + 0.5) / 12, low + (radius - low) * (i + 0.5) / 12
            ring = [(r * 0.97, z - high / 24), (r * 1.02, z), (r * 0.97, z + high / 24)]
            parts.lathe(ring, palette.shade(straw, 0.88 + 0.12 * (i % 2)), "wicker")
        parts.cylinder((0, 0, 0.01), low, 0.012, straw, "wicker")
    if rng.random() < 0.5:
        _liner(parts, rng, radius, high)


def _flap_lid(parts: Parts, rng: np.random.Generator) -> None:
    """An oval, round or square bin with a lid that touches open, pushes in, or has a hole."""
    wide, high = rng.uniform(0.22, 0.42), rng.uniform(0.35, 0.75)
    deep = wide * rng.uniform(0.6, 1.0)
    steel = rng.random() < 0.5
    rgb = palette.steel(rng) if steel else palette.case(rng, dark=0.45, other=0.15)
    material = "metal" if steel else "plastic"
    lid = palette.black(rng) if rng.random() < 0.55 else rgb
    power = float(rng.choice([1.0, 1.0, 0.45]))
    a = np.linspace(0, 2 * np.pi, 33)[:-1]
    outline = np.stack(
        [
            wide / 2 * np.sign(np.cos(a)) * np.abs(np.cos(a)) ** power,
            deep / 2 * np.sign(np.sin(a)) * np.abs(np.sin(a)) ** power,
        ],
        axis=1,
    )
    ring = [(float(x), float(y)) for x, y in outline]
    body = parts.extrude(ring, high, rgb, material, plane="xy").move(z=high / 2)
    body.points[:, :2] *= 1 - rng.uniform(0, 0.18) * (1 - body.points[:, 2:] / high)
    style = int(rng.integers(4))
    if style == 0:  # a dome with a flap to push
        cover = parts.ball((0, 0, high), (wide * 1.02, deep * 1.02, wide * 0.9), lid, "plastic")
        cover.points[:, 2] = cover.points[:, 2].clip(high)
        at = (0, deep * 0.36, high + wide * 0.25)
        parts.box(at, (wide * 0.55, 0.01, wide * 0.3), palette.shade(lid, 0.6)).turn("x", 40)
    elif style == 1:  # flat, with a pedal
        parts.extrude([(1.03 * x, 1.03 * y) for x, y in ring], 0.05, lid, plane="xy").move(
            z=high + 0.02
        )
        parts.box((0, deep / 2 + 0.025, 0.025), (wide * 0.35, 0.06, 0.014), palette.black(rng))
        if rng.random() < 0.3:
            for part in parts.parts[-2:-1]:
                part.turn("x", -rng.uniform(30, 85), (0, -deep / 2, high))
            parts.box((0, 0, high + 0.002), (wide * 0.6, deep * 0.6, 0.006), (38, 38, 40))
    elif style == 2:  # a hole in a flat top
        parts.extrude([(1.02 * x, 1.02 * y) for x, y in ring], 0.04, lid, plane="xy").move(z=high)
        parts.cylinder((0, 0, high + 0.02), deep * 0.28, 0.006, (24, 24, 26))
    else:  # two halves that open in the middle
        parts.extrude([(1.02 * x, 1.02 * y) for x, y in ring], 0.03, lid, plane="xy").move(z=high)
        for s in (-1, 1):
            half = (s * wide * 0.2, 0, high + 0.02)
            parts.box(
                half,
                (wide * 0.38, deep * 0.7, 0.01),
                palette.shade(lid, 1.3 if lid[0] < 90 else 0.8),
            )


def _sack_holder(parts: Parts, rng: np.random.Generator) -> None:
    """A ring or frame on legs with a sack, with or without a lid and wheels."""
    radius, high = rng.uniform(0.17, 0.24), rng.uniform(0.7, 0.95)
    rgb = palette.steel(rng) if rng.random() < 0.5 else palette.case(rng, dark=0.4, other=0.3)
    for k in range(4):
        a = np.pi / 4 + np.pi / 2 * k
        x, y = radius * 1.08 * np.cos(a), radius * 1.08 * np.sin(a)
        parts.tube([(x, y, 0.02), (x, y, high)], 0.009, rgb, "metal", sides=6)
    for z in (0.03, high):
        angle = np.linspace(0, 2 * np.pi, 25)
        flat = 1.08 * radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        parts.tube(np.c_[flat, np.full(25, z)], 0.009, rgb, "metal", sides=6)
    bag = palette.pick(rng, (40, 40, 44), (70, 110, 190), (230, 200, 60), (224, 228, 228))
    t = np.linspace(0, 1, 8)
    sag = radius * (0.75 + 0.25 * np.sin(np.pi * t))
    profile = [(0.0, 0.06), *zip(sag, 0.06 + (high - 0.06) * t, strict=True)]
    parts.lathe(profile, bag, "plastic", sides=18)
    if rng.random() < 0.5:
        lid = palette.lively(rng) if rng.random() < 0.5 else rgb
        parts.cylinder((0, 0, high + 0.02), radius * 1.12, 0.025, lid, "plastic")
    else:
        _liner(parts, rng, radius, high)


@family("trash can", mount="floor")
def waste_bin(rng: np.random.Generator) -> Parts:
    """A basket of mesh or wicker, a bin with one of several lids, a sack on a frame."""
    parts = Parts()
    (_mesh, _flap_lid, _sack_holder)[int(rng.choice(3, p=[0.36, 0.48, 0.16]))](parts, rng)
    return parts
