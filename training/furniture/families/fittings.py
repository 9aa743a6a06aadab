"""Families of technical things on walls and ceilings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.furniture.families import palette
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    import numpy as np


def _plate(rng: np.random.Generator) -> palette.Color:
    """Colour of switches and sockets: white nearly always."""
    u = rng.random()
    if u < 0.75:
        return palette.white(rng)
    if u < 0.87:
        return palette.steel(rng)
    return palette.black(rng) if u < 0.95 else palette.brass(rng)


@family("light switch", mount="wall", elevation=1.05)
def light_switch(rng: np.random.Generator) -> Parts:
    """A plate with one to four rockers, toggles or a dimmer."""
    parts = Parts()
    count = int(rng.choice([1, 1, 1, 2, 2, 3, 4]))
    unit = rng.uniform(0.07, 0.088)
    american = rng.random() < 0.35
    high = unit * 1.55 if american else unit
    pitch = unit * (0.62 if american else 0.88)
    wide = unit + pitch * (count - 1)
    rgb = _plate(rng)
    if rng.random() < 0.2 and not american:  # one above the other
        wide, high = high, wide
    parts.box((0, 0, high / 2), (wide, 0.011, high), rgb, "plastic", round=0.003)
    key = palette.shade(rgb, rng.uniform(0.86, 1.02))
    across = wide >= high or american
    for i in range(count):
        at = (i - (count - 1) / 2) * pitch
        x, z = (at, high / 2) if across else (0.0, high / 2 + at)
        if american and rng.random() < 0.5:
            parts.box((x, 0.012, z), (0.01, 0.02, 0.022), key).turn("x", 25)
        elif rng.random() < 0.1:
            parts.cylinder((x, 0.012, z), unit * 0.28, 0.02, key, axis="y")
        else:
            size = (unit * 0.42, unit * 0.85) if american else (unit * 0.74, unit * 0.74)
            key_part = parts.box((x, 0.007, z), (size[0], 0.008, size[1]), key, "plastic")
            key_part.turn("x", rng.choice([-5, 5]))
    return parts


@family("socket", mount="wall", elevation=0.3)
def socket(rng: np.random.Generator) -> Parts:
    """A wall outlet: one to four, round or flat holes, sometimes with a plug in it."""
    parts = Parts()
    count = int(rng.choice([1, 1, 2, 2, 3, 4]))
    unit = rng.uniform(0.07, 0.085)
    american = rng.random() < 0.35
    rgb = _plate(rng)
    pitch = unit * 0.88
    wide, high = (unit, unit * 1.55) if american else (unit + pitch * (count - 1), unit)
    if american and count > 2:
        wide *= 1.65
    parts.box((0, 0, high / 2), (wide, 0.012, high), rgb, "plastic", round=0.003)
    dark = palette.shade(rgb, 0.3)
    well = palette.shade(rgb, 0.75)
    if american:
        for x in (-0.3, 0.3) if count > 2 else (0,):
            for z in (0.28, 0.72):
                at = (x * wide * 0.8, 0.006, high * z)
                parts.box(at, (unit * 0.45, 0.006, unit * 0.42), palette.shade(rgb, 0.9))
                for side in (-1, 1):
                    hole = (at[0] + side * 0.007, 0.0095, at[2] + 0.004)
                    parts.box(hole, (0.0035, 0.002, 0.011), dark)
    else:
        for i in range(count):
            x = (i - (count - 1) / 2) * pitch
            parts.cylinder((x, 0.005, high / 2), unit * 0.27, 0.006, well, axis="y")
            for side in (-1, 1):
                hole = (x + side * 0.0095, 0.009, high / 2)
                parts.cylinder(hole, 0.004, 0.003, dark, axis="y", sides=10)
    if rng.random() < 0.35:
        plug = palette.black(rng) if rng.random() < 0.6 else palette.white(rng)
        x, z = (0, high * 0.72) if american else ((count - 1) / 2 * pitch, high / 2)
        parts.cylinder((x, 0.026, z), 0.018, 0.036, plug, axis="y", top=0.013, sides=14)
        end = z - rng.uniform(0.12, 0.28)
        parts.tube([(x, 0.04, z), (x, 0.07, z - 0.02), (x, 0.03, end)], 0.004, plug, smooth=10)
    parts.elevation = rng.uniform(0.2, 0.4) if rng.random() < 0.75 else rng.uniform(0.95, 1.15)
    return parts


@family("thermostat", mount="wall", has_front=True, elevation=1.4)
def thermostat(rng: np.random.Generator) -> Parts:
    """A small box with a display, or a round dial."""
    parts = Parts()
    body = palette.white(rng) if rng.random() < 0.75 else palette.case(rng)
    screen = palette.pick(rng, (160, 176, 160), (30, 34, 40), (90, 140, 190), (200, 205, 200))
    if rng.random() < 0.4:
        radius = rng.uniform(0.035, 0.055)
        parts.cylinder((0, 0, 0), radius, 0.03, palette.steel(rng), axis="y")
        parts.cylinder((0, 0.014, 0), radius * 0.86, 0.01, body, axis="y")
        parts.cylinder((0, 0.02, 0), radius * 0.5, 0.002, screen, axis="y")
        parts.shape = "round"
        return parts
    wide, high = rng.uniform(0.08, 0.15), rng.uniform(0.075, 0.12)
    parts.box((0, 0, 0), (wide, 0.028, high), body, "plastic", round=0.006)
    parts.box((0, 0.0145, high * 0.14), (wide * 0.6, 0.002, high * 0.42), screen)
    for i in range(int(rng.integers(2, 5))):
        x = (i - 1.5) * wide * 0.2
        parts.box((x, 0.015, -high * 0.28), (wide * 0.12, 0.005, 0.011), palette.gray(rng))
    return parts


@family("smoke detector", mount="ceiling")
def smoke_detector(rng: np.random.Generator) -> Parts:
    """A white disk below the ceiling with vents and a light."""
    parts = Parts()
    radius, high = rng.uniform(0.045, 0.08), rng.uniform(0.03, 0.06)
    white = palette.white(rng)
    parts.cylinder((0, 0, -0.006), radius * rng.uniform(0.85, 1.1), 0.012, white, "plastic")
    drop = rng.uniform(0.5, 0.85)
    profile = [(0, -high), (radius * drop, -high), (radius, -high * 0.6), (radius, -0.012)]
    parts.lathe(profile, white, "plastic")
    vents = palette.shade(white, rng.uniform(0.35, 0.75))
    parts.cylinder((0, 0, -high * 0.5), radius * 1.004, high * rng.uniform(0.1, 0.3), vents)
    if rng.random() < 0.7:
        parts.cylinder((0, 0, -high - 0.001), radius * 0.22, 0.004, palette.gray(rng))
    light = palette.pick(rng, (200, 30, 30), (60, 200, 80))
    parts.ball((radius * 0.5, 0, -high), (0.008, 0.008, 0.006), light)
    return parts


@family("electrical panel", mount="wall", has_front=True, elevation=1.2)
def electrical_panel(rng: np.random.Generator) -> Parts:
    """A metal or plastic cabinet with a door, a lock and a warning; some show their breakers."""
    parts = Parts()
    wide, high = rng.uniform(0.28, 0.6), rng.uniform(0.3, 0.95)
    deep = rng.uniform(0.07, 0.2)
    rgb = palette.gray(rng) if rng.random() < 0.55 else palette.white(rng)
    if rng.random() < 0.08:
        rgb = palette.pick(rng, (60, 90, 70), (40, 60, 110))
    material = "metal" if rng.random() < 0.6 else "plastic"
    parts.box((0, 0, high / 2), (wide, deep, high), rgb, material)
    front = deep / 2
    if rng.random() < 0.4:  # breakers behind no door
        plate = palette.shade(rgb, 1.1)
        parts.box((0, front + 0.004, high / 2), (wide * 0.9, 0.008, high * 0.9), plate, material)
        rows = max(1, int(high / 0.25))
        for row in range(rows):
            z = high * (row + 0.5) / rows
            parts.box((0, front + 0.008, z), (wide * 0.8, 0.01, 0.07), palette.shade(rgb, 0.55))
            for i in range(int(wide * 0.7 / 0.025)):
                x = -wide * 0.36 + i * 0.025
                lever = (30, 30, 34) if rng.random() < 0.85 else (190, 40, 40)
                parts.box((x, front + 0.018, z), (0.012, 0.016, 0.03), lever)
    else:
        door = palette.shade(rgb, rng.uniform(0.93, 1.05))
        parts.box((0, front + 0.008, high / 2), (wide * 0.93, 0.014, high * 0.95), door, material)
        parts.box((wide * 0.38, front + 0.022, high / 2), (0.02, 0.016, 0.06), palette.black(rng))
        if rng.random() < 0.65:
            side = min(wide, high) * rng.uniform(0.15, 0.3)
            z = high * rng.uniform(0.6, 0.8)
            corners = [(-side / 2, z - side * 0.4), (side / 2, z - side * 0.4), (0, z + side * 0.4)]
            parts.extrude(corners, 0.004, palette.pick(rng, (240, 200, 30))).move(y=front + 0.017)
    for _ in range(int(rng.integers(0, 3))):
        x = rng.uniform(-0.35, 0.35) * wide
        top = high + rng.uniform(0.08, 0.3)
        parts.cylinder((x, 0, (high + top) / 2), 0.013, top - high, palette.steel(rng), "metal")
    return parts


@family("security camera", mount="wall", elevation=2.2)
def security_camera(rng: np.random.Generator) -> Parts:
    """A bullet camera on an arm, or a dome."""
    parts = Parts()
    body = palette.white(rng) if rng.random() < 0.7 else palette.black(rng)
    glass = palette.black(rng)
    if rng.random() < 0.4:
        radius = rng.uniform(0.045, 0.08)
        parts.cylinder((0, 0, 0), radius, 0.03, body, "plastic")
        dome = parts.ball((0, 0, -0.015), (radius * 1.6,) * 3, glass, "glass")
        dome.points[:, 2] = dome.points[:, 2].clip(None, -0.014)
        parts.box((0, -radius, 0.02), (radius, radius * 1.4, 0.03), body)
        return parts
    long, thick = rng.uniform(0.12, 0.28), rng.uniform(0.05, 0.09)
    reach = rng.uniform(0.06, 0.14)
    made = []
    if rng.random() < 0.5:
        made.append(parts.cylinder((0, reach, 0), thick / 2, long, body, axis="y"))
        made.append(parts.cylinder((0, reach + long / 2, 0), thick * 0.42, 0.01, glass, axis="y"))
    else:
        made.append(parts.box((0, reach, 0), (thick, long, thick), body, round=0.01))
        made.append(parts.box((0, reach + 0.02, thick * 0.55), (thick * 1.15, long, 0.006), body))
        made.append(parts.cylinder((0, reach + long / 2, 0), thick * 0.32, 0.02, glass, axis="y"))
    tilt, pan = rng.uniform(-30, -5), rng.uniform(-40, 40)
    for part in made:
        part.turn("x", tilt, (0, reach, 0)).turn("z", pan, (0, reach, 0))
    wall = -long / 2
    parts.cylinder((0, wall, -thick), rng.uniform(0.03, 0.05), 0.02, body, axis="y")
    parts.tube([(0, wall, -thick), (0, reach * 0.4, -thick), (0, reach, -thick * 0.3)], 0.013, body)
    return parts


@family("first aid kit", mount="wall", has_front=True, elevation=1.3)
def first_aid_kit(rng: np.random.Generator) -> Parts:
    """A box, cabinet or soft case with a cross."""
    parts = Parts()
    wide, high, deep = rng.uniform(0.2, 0.42), rng.uniform(0.18, 0.42), rng.uniform(0.07, 0.16)
    red, green, white = (200, 28, 34), (0, 130, 70), (244, 244, 242)
    back, cross = [(red, white), (white, red), (green, white), (white, green)][
        int(rng.choice(4, p=[0.35, 0.25, 0.3, 0.1]))
    ]
    back, cross = palette.pick(rng, back), palette.pick(rng, cross)
    material = "metal" if rng.random() < 0.4 else ""
    parts.box((0, 0, high / 2), (wide, deep, high), back, material, round=rng.choice([0, 0.02]))
    front, arm = deep / 2 + 0.002, min(wide, high) * rng.uniform(0.4, 0.65)
    if rng.random() < 0.3:
        parts.cylinder((0, front, high / 2), arm * 0.75, 0.004, cross, axis="y")
        cross = back
        front += 0.003
        arm *= 0.8
    parts.box((0, front, high / 2), (arm, 0.004, arm * 0.34), cross)
    parts.box((0, front, high / 2), (arm * 0.34, 0.004, arm), cross)
    if rng.random() < 0.5:
        handle = [
            (-0.05, 0, high),
            (-0.045, 0, high + 0.03),
            (0.045, 0, high + 0.03),
            (0.05, 0, high),
        ]
        parts.tube(handle, 0.008, palette.black(rng))
        parts.mount = "top"
    return parts


@family("air conditioner", mount="wall", has_front=True, elevation=2.0)
def air_conditioner(rng: np.random.Generator) -> Parts:
    """A split unit with a rounded front, a flap and a display."""
    parts = Parts()
    wide, high, deep = rng.uniform(0.7, 1.1), rng.uniform(0.26, 0.34), rng.uniform(0.18, 0.26)
    rgb = palette.white(rng) if rng.random() < 0.85 else palette.case(rng, other=0)
    bulge = rng.uniform(0.3, 0.9)
    side = [
        (0, 0),
        (deep * bulge, 0),
        (deep, high * 0.35),
        (deep, high * 0.8),
        (deep * 0.8, high),
        (0, high),
    ]
    parts.extrude(side, wide, rgb, "plastic", plane="yz")
    flap = parts.box(
        (0, deep * 0.72, high * 0.08), (wide * 0.86, 0.09, 0.012), palette.shade(rgb, 0.93)
    )
    flap.turn("x", rng.uniform(10, 60))
    slot = palette.shade(rgb, 0.35)
    parts.box((0, deep * 0.62, 0.012), (wide * 0.84, deep * 0.42, 0.03), slot)
    parts.box(
        (0, deep, high * rng.uniform(0.4, 0.5)),
        (wide * 0.98, 0.006, 0.006),
        palette.shade(rgb, 0.7),
    )
    for i in range(4):
        y = deep * (0.2 + 0.15 * i)
        parts.box((0, y, high + 0.001), (wide * 0.9, 0.012, 0.004), palette.shade(rgb, 0.5))
    if rng.random() < 0.6:
        glow = palette.pick(rng, (40, 50, 60), (90, 200, 120), (230, 240, 255))
        parts.box((wide * 0.36, deep, high * 0.55), (0.06, 0.004, 0.025), glow)
    if rng.random() < 0.4:
        parts.cylinder((wide * 0.47, 0.05, -0.15), 0.03, 0.3, palette.white(rng))
    return parts


@family("radiator", mount="wall", has_front=True, elevation=0.12)
def radiator(rng: np.random.Generator) -> Parts:
    """A panel with a ribbed front, columns of tubes, or a towel ladder."""
    parts = Parts()
    u = rng.random()
    rgb = palette.white(rng) if u < 0.8 else (palette.black(rng) if u < 0.9 else palette.gray(rng))
    style = rng.random()
    if style < 0.5:
        wide, high, deep = rng.uniform(0.5, 1.8), rng.uniform(0.3, 0.65), rng.uniform(0.06, 0.13)
        parts.box((0, 0, high / 2), (wide, deep, high), rgb, "metal", round=0.008)
        dark = palette.shade(rgb, 0.82)
        if rng.random() < 0.8:
            for i in range(int(wide / 0.045)):
                x = -wide / 2 + 0.03 + i * 0.045
                parts.box((x, deep / 2, high / 2), (0.012, 0.006, high * 0.88), dark, "metal")
        for i in range(int(wide / 0.03)):
            x = -wide / 2 + 0.02 + i * 0.03
            parts.box((x, 0, high + 0.001), (0.012, deep * 0.8, 0.004), palette.shade(rgb, 0.4))
    elif style < 0.85:
        count, high = int(rng.integers(6, 24)), rng.uniform(0.4, 0.9)
        radius, pitch = rng.uniform(0.012, 0.022), rng.uniform(0.045, 0.06)
        rows = int(rng.integers(2, 4))
        for i in range(count):
            x = (i - (count - 1) / 2) * pitch
            for row in range(rows):
                y = (row - (rows - 1) / 2) * 0.04
                parts.cylinder((x, y, high / 2), radius, high, rgb, "metal", sides=10)
            for z in (0.03, high - 0.03):
                parts.box((x, 0, z), (pitch, rows * 0.04, 0.05), rgb, "metal", round=0.012)
    else:
        wide, high = rng.uniform(0.4, 0.6), rng.uniform(0.8, 1.6)
        for x in (-wide / 2, wide / 2):
            parts.cylinder((x, 0, high / 2), 0.018, high, rgb, "metal", sides=12)
        z = 0.05
        while z < high - 0.05:
            for _ in range(int(rng.integers(3, 7))):
                parts.cylinder((0, 0.012, z), 0.011, wide, rgb, "metal", axis="x", sides=10)
                z += 0.04
            z += 0.09
        parts.elevation = rng.uniform(0.3, 0.8)
        return parts
    low, top = parts.extent
    parts.cylinder((top[0] + 0.05, 0, 0.08), 0.022, 0.09, palette.white(rng), axis="x")
    parts.tube([(top[0] + 0.03, 0, 0.08), (top[0] + 0.03, 0, low[2] - 0.1)], 0.01, rgb, "metal")
    return parts


@family("ceiling fan", mount="ceiling")
def ceiling_fan(rng: np.random.Generator) -> Parts:
    """Three to five blades on a motor below a rod, often with a lamp."""
    parts = Parts()
    drop, count = rng.uniform(0.12, 0.45), int(rng.integers(3, 6))
    metal = palette.steel(rng) if rng.random() < 0.4 else palette.case(rng, other=0)
    blade = palette.wood(rng) if rng.random() < 0.5 else metal
    parts.cylinder((0, 0, -0.02), 0.07, 0.04, metal)
    parts.cylinder((0, 0, -drop / 2), 0.014, drop, metal, "metal")
    motor = rng.uniform(0.08, 0.14)
    profile = [
        (0, -drop - 0.12),
        (motor * 0.7, -drop - 0.12),
        (motor, -drop - 0.06),
        (motor * 0.5, -drop),
    ]
    parts.lathe(profile, metal)
    long, wide, start = rng.uniform(0.35, 0.65), rng.uniform(0.1, 0.16), rng.uniform(0, 360)
    for i in range(count):
        angle = start + i * 360 / count
        outline = [
            (motor, -wide * 0.3),
            (motor + long, -wide / 2),
            (motor + long, wide / 2),
            (motor, wide * 0.3),
        ]
        part = parts.extrude(outline, 0.009, blade, plane="xy").turn("x", 9, (0, 0, 0))
        part.turn("z", angle, (0, 0, 0)).move(z=-drop - 0.06)
    if rng.random() < 0.6:
        parts.ball(
            (0, 0, -drop - 0.13), (motor * 1.5, motor * 1.5, 0.12), palette.white(rng), "glass"
        )
    return parts
