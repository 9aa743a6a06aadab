"""Stoves and ovens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import appliance_parts, palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from training.furniture.families.palette import Color

_GLASS = (26, 27, 30)


def _burners(
    parts: Parts, size: tuple[float, float], z: float, rng: np.random.Generator, style: int
) -> None:
    """Four to six places to cook: 0 gas with grates, 1 coils, 2 solid plates, 3 glass."""
    wide, deep = size
    columns = 3 if wide > 0.8 else 2
    if style == 3:
        parts.box((0, 0, z + 0.004), (wide * 0.97, deep * 0.94, 0.01), _GLASS)
    iron = palette.black(rng)
    for i in range(columns):
        for j in range(2):
            x = (i - (columns - 1) / 2) * wide / columns * 0.95
            y = (j - 0.5) * deep * 0.46
            r = min(wide / columns, deep / 2) * rng.uniform(0.26, 0.4)
            if style == 3:
                parts.cylinder((x, y, z + 0.0105), r, 0.003, (78, 78, 82))
                parts.cylinder((x, y, z + 0.0115), r * 0.9, 0.003, (38, 38, 42))
            elif style == 2:
                parts.cylinder((x, y, z + 0.004), r * 1.08, 0.008, palette.steel(rng), "metal")
                parts.cylinder((x, y, z + 0.011), r, 0.014, iron, "metal")
            elif style == 1:
                parts.cylinder((x, y, z + 0.003), r * 1.1, 0.006, palette.steel(rng), "metal")
                for share in (0.35, 0.62, 0.9):
                    turn = np.linspace(0, 2 * np.pi, 17)
                    ring = np.stack(
                        [
                            x + r * share * np.cos(turn),
                            y + r * share * np.sin(turn),
                            np.full(17, z + 0.014),
                        ],
                        axis=1,
                    )
                    parts.tube(ring, 0.007, iron, "metal", sides=5)
            else:
                parts.cylinder((x, y, z + 0.012), r * 0.5, 0.022, palette.gray(rng), "metal")
                parts.cylinder((x, y, z + 0.026), r * 0.36, 0.01, iron, "metal")
                half = min(wide / columns, deep / 2) * 0.44
                for axis in (0, 1):
                    bar = (2 * half, 0.014, 0.014) if axis else (0.014, 2 * half, 0.014)
                    parts.box((x, y, z + 0.045), bar, iron, "metal")
                for s in (-1, 1):
                    parts.box((x + s * half, y, z + 0.03), (0.014, 2 * half, 0.04), iron, "metal")


def _oven_door(
    parts: Parts,
    middle: tuple[float, float, float],
    size: tuple[float, float],
    rgb: Color,
    material: str,
    rng: np.random.Generator,
    handle: tuple[Color, int],
    *,
    window: float,
) -> None:
    """A door that opens downwards, with a dark window and a bar above it; seldom ajar."""
    x, y, z = middle
    wide, high = size
    door = Parts()
    door.box((x, y + 0.02, z), (wide - 0.008, 0.04, high - 0.01), rgb, material, round=0.006)
    if window > 0:
        door.box(
            (x, y + 0.04, z - high * 0.04), (wide * window, 0.006, high * window * 0.82), _GLASS
        )
        if rng.random() < 0.4:
            for k in (-0.12, 0.08):  # the racks behind it
                door.box(
                    (x, y + 0.0435, z + k * high), (wide * window * 0.9, 0.002, 0.008), (92, 90, 88)
                )
    appliance_parts.bar(
        door, (x, y + 0.04, z + high * 0.41), wide * 0.8, handle[0], style=handle[1]
    )
    if rng.random() < 0.05:
        for part in door.parts:
            part.turn("x", -rng.uniform(20, 85), (0, y, z - high / 2))
        parts.box((x, y, z), (wide * 0.86, 0.01, high * 0.86), (34, 32, 30))
    parts.join(door)
    if rng.random() < 0.15:  # a towel over the bar
        w, long = rng.uniform(0.2, 0.34), rng.uniform(0.22, 0.4)
        parts.box(
            (x + rng.uniform(-0.1, 0.1) * wide, y + 0.1, z + high * 0.43 - long / 2),
            (min(w, wide * 0.6), 0.02, long),
            palette.cloth(rng),
            "fabric",
            round=0.008,
        )


@family("stove", mount="floor", has_front=True)
def stove(rng: np.random.Generator) -> Parts:
    """Four to six burners on one or two ovens, with a panel in front or at the back; on legs."""
    parts = Parts()
    rgb, material = appliance_parts.finish(rng, steel=0.38, dark=0.14)
    u = rng.random()
    wide = rng.uniform(0.74, 0.79) if u < 0.4 else rng.uniform(0.48, 0.62)
    if u > 0.82:
        wide = rng.uniform(0.88, 1.2)
    deep, high = rng.uniform(0.56, 0.68), rng.uniform(0.84, 0.94)
    old = rng.random() < 0.16
    low = rng.uniform(0.12, 0.3) if old else 0.05
    parts.box(
        (0, -0.02, (low + high) / 2),
        (wide, deep - 0.04, high - low),
        rgb,
        material,
        round=0.03 if old else 0.004,
    )
    if old:
        parts.legs(
            (wide * 0.94, deep * 0.9), low + 0.03, 0.05, rgb, material, round_=True, taper=0.6
        )
    else:
        parts.box((0, -0.04, 0.03), (wide * 0.96, deep - 0.1, 0.06), (40, 40, 42))
    y = deep / 2 - 0.04
    top = palette.black(rng) if rng.random() < 0.45 else palette.shade(rgb, 0.93)
    parts.box((0, 0, high + 0.006), (wide, deep, 0.014), top, material)
    style = int(rng.choice(4, p=[0.48, 0.12, 0.15, 0.25]))
    _burners(parts, (wide, deep * 0.95), high + 0.012, rng, style)
    panel = rng.uniform(0.08, 0.13)
    behind = rng.random() < 0.4
    dark = palette.black(rng) if rng.random() < 0.4 else palette.shade(rgb, 0.92)
    count = int(rng.integers(4, 7)) + (2 if wide > 0.8 else 0)
    xs = np.linspace(-0.42, 0.42, count) * wide
    shown = rng.random() < 0.6
    if shown:
        xs = xs[np.abs(xs) > 0.09]
    if behind:
        rise = rng.uniform(0.1, 0.26)
        parts.box((0, -deep / 2 + 0.035, high + rise / 2), (wide, 0.06, rise), rgb, material)
        level = high + rise * 0.62
        parts.box((0, -deep / 2 + 0.067, level), (wide * 0.97, 0.008, rise * 0.62), dark)
        appliance_parts.knob_row(parts, xs, (-deep / 2 + 0.07, level), rng, 0.022)
        if shown:
            appliance_parts.display(parts, (0, -deep / 2 + 0.072, level), (0.14, 0.05), rng)
        panel = 0.03
    else:
        z = high - panel / 2
        parts.box((0, y + 0.02, z), (wide * 0.995, 0.04, panel), dark, material)
        appliance_parts.knob_row(parts, xs, (y + 0.04, z), rng, min(0.024, panel * 0.24))
        if shown:
            appliance_parts.display(parts, (0, y + 0.041, z), (0.13, panel * 0.45), rng)
        if rng.random() < 0.2:
            parts.box((0, -deep / 2 + 0.01, high + 0.05), (wide, 0.02, 0.1), rgb, material)
    drawer = rng.uniform(0.1, 0.2) if rng.random() < 0.65 else 0.0
    handle = appliance_parts.bar_look(rng, rgb)
    begin, end = low + 0.02 + drawer, high - panel - 0.005
    face = palette.black(rng) if rng.random() < 0.2 else rgb
    window = 0.0 if old and rng.random() < 0.5 else rng.uniform(0.55, 0.82)
    doors = 2 if wide > 0.85 and rng.random() < 0.6 else 1
    for i in range(doors):
        x = (i - (doors - 1) / 2) * wide / doors
        split = begin + (end - begin) * 0.62 if doors == 1 and rng.random() < 0.12 else end
        _oven_door(
            parts,
            (x, y, (begin + split) / 2),
            (wide / doors, split - begin),
            face,
            material,
            rng,
            handle,
            window=window,
        )
        if split < end:
            _oven_door(
                parts,
                (x, y, (split + end) / 2),
                (wide / doors, end - split),
                face,
                material,
                rng,
                handle,
                window=window,
            )
    if drawer:
        parts.box(
            (0, y + 0.018, low + 0.02 + drawer / 2),
            (wide - 0.01, 0.036, drawer - 0.012),
            rgb,
            material,
        )
        if rng.random() < 0.5:
            appliance_parts.bar(
                parts, (0, y + 0.036, low + drawer * 0.8), wide * 0.6, handle[0], style=handle[1]
            )
    if rng.random() < 0.15:  # a lid of glass or sheet over the burners, folded up
        parts.box((0, -deep / 2 + 0.012, high + 0.24), (wide * 0.98, 0.012, 0.46), top)
    if rng.random() < 0.22:
        _pots(parts, (wide, deep), high + (0.055 if style == 0 else 0.02), rng)
    return parts


def _pots(parts: Parts, size: tuple[float, float], z: float, rng: np.random.Generator) -> None:
    """One or two pots or a kettle on burners."""
    parts.laden = True
    for s in rng.permutation([-1, 1])[: int(rng.integers(1, 3))]:
        rgb = palette.steel(rng) if rng.random() < 0.6 else palette.case(rng, other=0.3)
        r, high = rng.uniform(0.08, 0.12), rng.uniform(0.07, 0.18)
        at = (s * size[0] * 0.24, rng.choice([-1, 1]) * size[1] * 0.22)
        parts.cylinder((*at, z + high / 2), r, high, rgb, "metal")
        parts.cylinder((*at, z + high + 0.008), r * 1.03, 0.016, palette.shade(rgb, 0.9), "metal")
        parts.ball((*at, z + high + 0.03), (0.035, 0.035, 0.03), palette.black(rng))
        for side in (-1, 1):
            parts.box(
                (at[0] + side * (r + 0.018), at[1], z + high * 0.8),
                (0.04, 0.06, 0.014),
                palette.black(rng),
            )


@family("oven", mount="floor", has_front=True)
def oven(rng: np.random.Generator) -> Parts:
    """Built in below a worktop, in a tall cabinet, two above each other, or bare to be built in."""
    parts = Parts()
    rgb, material = appliance_parts.finish(rng, steel=0.42, dark=0.34)
    wide, deep, high = rng.uniform(0.55, 0.76), rng.uniform(0.54, 0.62), rng.uniform(0.55, 0.68)
    style = int(rng.choice(4, p=[0.3, 0.3, 0.2, 0.2]))
    case, stuff = palette.finish(rng)
    lows = [0.02]
    if style == 0:  # in a low cabinet
        lows = [0.12]
        total, edge = rng.uniform(0.84, 0.93), 0.02
        for s in (-1, 1):
            parts.box((s * (wide / 2 + edge / 2), 0, total / 2), (edge, deep, total), case, stuff)
        parts.box((0, 0, total), (wide + 2 * edge, deep + 0.03, 0.035), palette.finish(rng)[0])
        parts.box((0, -0.03, 0.05), (wide, deep - 0.06, 0.1), palette.shade(case, 0.6))
        gap = total - 0.02 - lows[0] - high
        if gap > 0.03:
            parts.box(
                (0, deep / 2 - 0.01, total - 0.02 - gap / 2), (wide, 0.02, gap * 0.94), case, stuff
            )
        if rng.random() < 0.4:
            _burners(parts, (wide, deep), total + 0.018, rng, 3)
    elif style == 1:  # in a tall one
        low = rng.uniform(0.5, 0.85)
        total, edge = rng.uniform(1.6, 2.1), 0.02
        lows = [low]
        if rng.random() < 0.3 and low + 2 * high < total - 0.1:
            lows.append(low + high)
        parts.box((0, -0.03, total / 2), (wide + 2 * edge, deep - 0.06, total), case, stuff)
        end = lows[-1] + high
        metal = palette.steel(rng) if rng.random() < 0.6 else palette.black(rng)
        for z0, z1 in ((0.08, low), (end, total)):
            if z1 - z0 > 0.08:
                face = (0.0, deep / 2 - 0.02, (z0 + z1) / 2)
                parts.box(
                    face, (wide + 0.03, 0.025, z1 - z0 - 0.01), palette.shade(case, 1.03), stuff
                )
                grip = z1 - 0.06 if z0 < 0.1 else z0 + 0.06
                appliance_parts.bar(parts, (0, deep / 2 - 0.008, grip), 0.16, metal, out=0.03)
    elif style == 2 and rng.random() < 0.6:
        lows = [0.02, 0.02 + high]
    handle = appliance_parts.bar_look(rng, rgb)
    face = palette.black(rng) if rng.random() < 0.35 else rgb
    panel = rng.uniform(0.08, 0.12)
    window = rng.uniform(0.6, 0.88)
    count = int(rng.integers(0, 5))
    for low in lows:
        parts.box(
            (0, -0.02, low + high / 2), (wide * 0.98, deep - 0.06, high), palette.gray(rng), "metal"
        )
        y, z = deep / 2 - 0.05, low + high - panel / 2
        parts.box((0, y + 0.02, z), (wide, 0.04, panel * 0.96), face, material)
        xs = np.linspace(-0.38, 0.38, max(count, 2)) * wide
        if count:
            xs = xs[np.abs(xs) > 0.08]
            appliance_parts.knob_row(parts, xs, (y + 0.04, z), rng, panel * 0.2)
        if count < 2 or rng.random() < 0.7:
            appliance_parts.display(parts, (0, y + 0.041, z), (0.14, panel * 0.4), rng)
        _oven_door(
            parts,
            (0, y, low + (high - panel) / 2),
            (wide, high - panel),
            face,
            material,
            rng,
            handle,
            window=window,
        )
    if style > 1:
        appliance_parts.feet(parts, (wide, deep), 0.02)
    parts.laden = style < 2  # nobody calls an oven by the colour of its cabinet
    return parts
