"""Microwaves, dishwashers, range hoods and toasters."""

from __future__ import annotations

import numpy as np

from training.furniture.families import appliance_parts, palette
from training.furniture.families.lofts import Ring, loft
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


@family("microwave", mount="top", has_front=True)
def microwave(rng: np.random.Generator) -> Parts:
    """A window on the left and keys or knobs on the right; old, round-edged, open, or on a wall."""
    parts = Parts()
    rgb, material = appliance_parts.finish(rng, steel=0.3, dark=0.34)
    wide, deep, high = rng.uniform(0.43, 0.58), rng.uniform(0.3, 0.46), rng.uniform(0.25, 0.34)
    above = rng.random() < 0.15
    old = not above and rng.random() < 0.12
    if old:
        material = "wooden"
    if above:  # above a stove, as wide as it
        wide, high = rng.uniform(0.72, 0.78), rng.uniform(0.38, 0.44)
        parts.mount, parts.elevation = "wall", rng.uniform(1.35, 1.55)
    case = palette.wood(rng) if old else rgb
    round_ = rng.choice([0.004, 0.012, 0.04])
    parts.box((0, 0, 0.012 + high / 2), (wide, deep, high), case, material, round=round_)
    face = palette.black(rng) if old or rng.random() < 0.3 else palette.shade(rgb, 0.97)
    y, z = deep / 2, 0.012 + high / 2
    parts.box((0, y, z), (wide * 0.985, 0.03, high * 0.96), face, material, round=round_ * 0.3)
    board = wide * rng.uniform(0.2, 0.3)
    door = wide - board
    dx, px = board / 2, -wide / 2 + board / 2  # to a viewer before it, +x is left
    front = y + 0.016
    glass = palette.black(rng)
    opened = rng.random() < 0.08
    if opened:
        parts.box((dx, front, z), (door * 0.86, 0.004, high * 0.78), (206, 204, 198))
        parts.cylinder((dx, front + 0.02, z - high * 0.34), door * 0.3, 0.008, (190, 205, 210))
        leaf = Parts()
        leaf.box((-door / 2, 0, z), (door * 0.97, 0.03, high * 0.94), face, material)
        leaf.box((-door / 2, 0.017, z), (door * 0.7, 0.004, high * 0.66), glass)
        parts.join(leaf, x=wide / 2 - 0.01, y=front + 0.02, yaw=-rng.uniform(60, 110))
    else:
        parts.box((dx, front, z), (door * 0.82, 0.005, high * rng.uniform(0.6, 0.76)), glass)
        parts.box(
            (dx - door / 2 + 0.002, front, z), (0.006, 0.004, high * 0.94), palette.shade(face, 0.5)
        )
        if rng.random() < 0.6:
            metal = palette.steel(rng) if rng.random() < 0.6 else palette.shade(face, 0.85)
            at = (dx - door / 2 + 0.025, front, z)
            appliance_parts.bar(
                parts, at, high * 0.7, metal, upright=True, style=int(rng.integers(4)), out=0.035
            )
    if rng.random() < 0.35:
        for k in (0.22, -0.18):
            rgb_knob = palette.steel(rng) if rng.random() < 0.5 else palette.shade(face, 0.8)
            appliance_parts.knob(parts, (px, front, z + k * high), board * 0.24, rgb_knob, rng)
    else:
        dark = palette.black(rng) if rng.random() < 0.5 else palette.shade(face, 0.92)
        parts.box((px, front, z), (board * 0.82, 0.004, high * 0.84), dark)
        appliance_parts.display(
            parts, (px, front + 0.003, z + high * 0.32), (board * 0.66, high * 0.1), rng
        )
        key = palette.gray(rng) if sum(dark) < 300 else palette.shade(dark, 0.7)
        for row in range(4):
            for column in range(3):
                parts.box(
                    (
                        px + (column - 1) * board * 0.23,
                        front + 0.003,
                        z + high * (0.16 - 0.11 * row),
                    ),
                    (board * 0.16, 0.003, high * 0.06),
                    key,
                )
        parts.box(
            (px, front + 0.003, z - high * 0.34),
            (board * 0.62, 0.005, high * 0.09),
            palette.shade(key, 1.2),
        )
    if not above:
        appliance_parts.feet(parts, (wide, deep), 0.015)
        if rng.random() < 0.12:
            w = rng.uniform(0.15, 0.3)
            parts.box(
                (rng.uniform(-0.08, 0.08), 0, high + 0.012 + w / 4),
                (w, w * 0.7, w / 2),
                palette.cloth(rng),
                round=0.01,
            )
            parts.laden = True
    return parts


@family("dishwasher", mount="floor", has_front=True)
def dishwasher(rng: np.random.Generator) -> Parts:
    """A plain door with a panel above, narrow or wide, with a lid, on a table, or open."""
    parts = Parts()
    rgb, material = appliance_parts.finish(rng, steel=0.4, dark=0.12)
    wide = rng.uniform(0.57, 0.61) if rng.random() < 0.75 else rng.uniform(0.44, 0.47)
    deep, high, low = rng.uniform(0.56, 0.64), rng.uniform(0.81, 0.88), 0.1
    if rng.random() < 0.12:  # a small one for a table
        wide, deep, high, low = rng.uniform(0.5, 0.56), 0.5, rng.uniform(0.43, 0.6), 0.02
    side = rgb if rng.random() < 0.5 else palette.gray(rng)
    parts.box((0, -0.02, low + (high - low) / 2), (wide, deep - 0.05, high - low), side, material)
    parts.box((0, -0.05, low / 2), (wide * 0.97, deep - 0.13, low), palette.shade(rgb, 0.5))
    if rng.random() < 0.5:
        parts.box((0, 0, high + 0.015), (wide * 1.01, deep, 0.03), palette.white(rng))
    y = deep / 2 - 0.045
    panel = rng.uniform(0.07, 0.13)
    bare = rng.random() < 0.25  # its keys are hidden on the door's edge
    door = Parts()
    top = high - 0.004
    split = top if bare else top - panel
    door.box(
        (0, y + 0.02, (low + split) / 2),
        (wide - 0.006, 0.04, split - low - 0.006),
        rgb,
        material,
        round=0.004,
    )
    front = y + 0.04
    handle = appliance_parts.bar_look(rng, rgb)
    if not bare:
        face = palette.black(rng) if rng.random() < 0.35 else palette.shade(rgb, 0.93)
        z = top - panel / 2
        door.box((0, y + 0.02, z), (wide - 0.006, 0.042, panel - 0.004), face, material)
        for k in range(int(rng.integers(3, 7))):
            x = -wide * 0.1 - k * wide * 0.055
            door.box((x, front + 0.002, z), (0.016, 0.006, 0.012), palette.gray(rng))
        if rng.random() < 0.5:
            appliance_parts.display(door, (wide * 0.02, front + 0.002, z), (0.08, 0.028), rng)
        if rng.random() < 0.3:
            appliance_parts.knob(door, (-wide * 0.4, front, z), 0.024, palette.gray(rng), rng)
        if rng.random() < 0.5:
            x = wide * rng.choice([0.0, 0.28])
            door.box(
                (x, front + 0.001, z - panel * 0.2),
                (wide * 0.28, 0.004, panel * 0.4),
                palette.shade(face, 0.45),
            )
    if bare or rng.random() < 0.4:
        appliance_parts.bar(door, (0, front, split - 0.05), wide * 0.8, handle[0], style=handle[1])
    if rng.random() < 0.1:  # open: racks with dishes are drawn out
        for part in door.parts:
            part.turn("x", -rng.uniform(70, 90), (0, y, low))
        parts.box((0, y, (low + top) / 2), (wide * 0.92, 0.01, (top - low) * 0.94), (96, 98, 100))
        for level in (0.18, 0.6):
            z = low + level * (top - low)
            for s in (-0.42, 0.42):
                parts.box((s * wide, y + 0.12, z + 0.04), (0.008, 0.24, 0.1), (200, 202, 204))
            parts.box((0, y + 0.12, z - 0.01), (wide * 0.85, 0.24, 0.008), (200, 202, 204))
            for k in np.linspace(-0.34, 0.34, 6):
                if rng.random() < 0.8:
                    plate = parts.cylinder(
                        (k * wide, y + 0.12, z + 0.09), 0.09, 0.01, palette.white(rng), axis="x"
                    )
                    plate.turn("y", 12)
        parts.laden = True
    parts.join(door)
    return parts


@family("range hood", mount="wall", has_front=True, elevation=1.5)
def range_hood(rng: np.random.Generator) -> Parts:
    """A chimney on a pyramid, a dome or a flat plate; a slanted pane; a slim box; a wooden one."""
    parts = Parts()
    rgb, material = appliance_parts.finish(rng, steel=0.6, dark=0.16)
    wide, deep = rng.uniform(0.55, 0.95), rng.uniform(0.42, 0.52)
    style = int(rng.choice(5, p=[0.32, 0.22, 0.2, 0.16, 0.1]))
    lip = rng.uniform(0.03, 0.08)
    if style == 4:
        rgb, material = palette.finish(rng)
    pipe = rng.uniform(0.1, 0.16)
    if style in (0, 4):  # pyramid
        rise = rng.uniform(0.15, 0.36)
        parts.box((0, 0, lip / 2), (wide, deep, lip), rgb, material)
        back = -deep / 2
        rings = [
            Ring(lip, wide / 2, deep, 0.0, 40.0),
            Ring(lip + rise, pipe, pipe * 1.8, 0.0, 40.0),
        ]
        if rng.random() < 0.35:
            rings.insert(
                1, Ring(lip + rise * 0.4, (wide / 2 + 2 * pipe) / 3, deep * 0.6, 0.0, 40.0)
            )
        parts.add(loft([r._replace(y=back) for r in rings]), rgb, material)
        high = rng.uniform(0.25, 0.7)
        parts.box(
            (0, back + pipe * 0.9, lip + rise + high / 2),
            (pipe * 1.9, pipe * 1.75, high),
            rgb,
            material,
        )
    elif style == 1:  # a plate or a T
        pane = palette.pick(rng, (150, 172, 174), (170, 190, 190), (30, 31, 33))
        bow = np.linspace(-1, 1, 13)
        grid = np.zeros((2, 13, 3))
        grid[..., 0] = bow * wide / 2
        grid[..., 2] = 0.05 - rng.choice([0.0, 0.06]) * bow**2
        grid[0, :, 1], grid[1, :, 1] = -deep / 2, deep / 2 - 0.05 * bow**2
        parts.surface(grid, pane)
        parts.box((0, -0.02, 0.03), (wide * 0.62, deep * 0.7, lip), rgb, material)
        high = rng.uniform(0.5, 0.9)
        round_pipe = rng.random() < 0.3
        if round_pipe:
            parts.cylinder((0, -deep / 2 + pipe, high / 2 + 0.05), pipe, high, rgb, material)
        else:
            parts.box(
                (0, -deep / 2 + pipe, high / 2 + 0.05), (pipe * 2, pipe * 1.9, high), rgb, material
            )
    elif style == 2:  # a slim box below a cabinet
        high = rng.uniform(0.1, 0.2)
        outline = [
            (-deep / 2, 0),
            (deep / 2, 0),
            (deep / 2, high * 0.45),
            (deep / 2 - rng.uniform(0.02, 0.2), high),
            (-deep / 2, high),
        ]
        parts.extrude(outline, wide, rgb, material, plane="yz")
        if rng.random() < 0.5:
            duct = palette.steel(rng)
            parts.cylinder((0, -deep * 0.2, high + 0.2), 0.075, 0.4, duct, "metal")
    else:  # a slanted pane
        tall, tilt = rng.uniform(0.4, 0.55), rng.uniform(25, 50)
        pane = palette.black(rng) if rng.random() < 0.7 else palette.white(rng)
        parts.box((0, 0, tall * 0.5), (wide, 0.03, tall), pane, "glass").turn("x", tilt)
        parts.box(
            (0, -deep * 0.28, tall * 0.55), (wide * 0.8, deep * 0.4, tall * 0.6), rgb, material
        )
        high = rng.uniform(0.3, 0.6)
        parts.box(
            (0, -deep * 0.3, tall * 0.8 + high / 2), (pipe * 2, pipe * 1.8, high), rgb, material
        )
        return parts
    for x in (-0.22, 0.22):  # filters and lamps below
        parts.box((x * wide, 0, -0.002), (wide * 0.36, deep * 0.6, 0.01), (132, 134, 136), "metal")
        parts.cylinder((x * wide, deep * 0.38, -0.003), 0.025, 0.01, (244, 236, 206))
    for k in range(int(rng.integers(3, 6))):
        parts.box(
            (-0.06 + 0.03 * k, deep / 2 + 0.002, lip / 2), (0.014, 0.008, 0.014), palette.black(rng)
        )
    return parts


@family("toaster", mount="top")
def toaster(rng: np.random.Generator) -> Parts:
    """Two or four slots, boxy, rounded or egg-shaped, sometimes with toast in them."""
    parts = Parts()
    rgb, material = appliance_parts.finish(rng, steel=0.4, dark=0.2)
    four = rng.random() < 0.25
    wide = rng.uniform(0.24, 0.34)
    deep, high = rng.uniform(0.15, 0.19) * (1.7 if four else 1), rng.uniform(0.16, 0.21)
    power = float(rng.choice([3.0, 5.0, 9.0]))
    x, y, bulge = wide / 2, deep / 2, rng.uniform(0.0, 0.12)
    rings = [
        Ring(0.015, x * 0.94, y * 0.94, y * 0.94, power),
        Ring(0.05, x, y, y, power),
        Ring(high * 0.7, x, y * (1 - bulge), y * (1 - bulge), power),
        Ring(high * 0.95, x * 0.95, y * (0.9 - bulge), y * (0.9 - bulge), power),
        Ring(high, x * 0.86, y * (0.76 - bulge), y * (0.76 - bulge), power),
    ]
    parts.add(loft(rings), rgb, material)
    dark = palette.black(rng)
    ends = dark if rng.random() < 0.4 else palette.shade(rgb, 0.9)
    foot = Ring(0.0, x * 0.96, y * 0.96, y * 0.96, power)
    parts.add(loft([foot, foot._replace(z=0.022)]), dark)
    slots = 4 if four else 2
    long = rng.random() < 0.2
    for i in range(slots):
        sy = (i - (slots - 1) / 2) * deep * 0.62 / slots * 1.1
        parts.box((0, sy, high + 0.001), (wide * 0.68, 0.026, 0.006), (24, 22, 20))
        if rng.random() < 0.15 and not long:
            parts.box((0, sy, high + 0.012), (0.11, 0.016, 0.05), (196, 146, 84), round=0.006)
    side = int(rng.choice([-1, 1]))
    for k in (-0.25, 0.25) if four else (0.0,):
        at = (side * (x + 0.002), k * deep, high * 0.5)
        parts.box(at, (0.008, 0.016, high * 0.6), dark)
        parts.box(
            (at[0] + side * 0.014, at[1], high * 0.72), (0.03, 0.05, 0.016), ends, round=0.005
        )
        parts.cylinder(
            (at[0] + side * 0.006, at[1] + 0.03, high * 0.25),
            0.014,
            0.014,
            palette.steel(rng),
            axis="x",
            sides=14,
        )
    return parts
