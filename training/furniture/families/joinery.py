"""What case furniture is made of: carcasses, feet, doors, drawers and handles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import palette, pictures

if TYPE_CHECKING:
    from training.furniture.families.shapes import Parts

DOORS = ("slab", "shaker", "raised", "glass", "louvred", "cane")
HANDLES = ("knob", "bar", "long", "cup", "edge", "none", "ring")


@dataclass
class Look:
    """What all pieces of one item of furniture share.

    Attributes:
        body, front: colours of the carcass and of doors and drawers.
        material: of both, see shapes.Part.
        metal: colour of handles and metal legs.
        door: one of DOORS.
        handle: one of HANDLES.
    """

    body: palette.Color
    front: palette.Color
    material: str
    metal: palette.Color
    door: str
    handle: str


def look(rng: np.random.Generator, doors: tuple[str, ...] = DOORS[:3]) -> Look:
    """Colours and details that go together; a third have fronts unlike their carcass."""
    body, material = palette.finish(rng)
    if not material and max(body) - min(body) > 90 and rng.random() < 0.6:
        body = palette.white(rng)  # large things are seldom as lively as small ones
    front = palette.shade(body, rng.uniform(0.94, 1.06))
    if rng.random() < 0.25:
        front, material = palette.finish(rng)[0], ""
    u = rng.random()
    metal = palette.steel(rng) if u < 0.45 else palette.black(rng)
    metal = palette.brass(rng) if u > 0.8 else metal
    return Look(body, front, material, metal, str(rng.choice(doors)), str(rng.choice(HANDLES)))


def carcass(
    parts: Parts,
    size: tuple[float, float, float],
    z: float,
    own: Look,
    *,
    back: bool = True,
    thick: float = 0.018,
) -> None:
    """A box open to the front: width, depth and height, its lower side at z."""
    wide, deep, high = size
    for s in (-1, 1):
        at = s * (wide - thick) / 2
        parts.box((at, 0, z + high / 2), (thick, deep, high), own.body, own.material)
        level = z + high / 2 + s * (high - thick) / 2
        parts.box((0, 0, level), (wide - 2 * thick, deep, thick), own.body, own.material)
    if back:
        shade = palette.shade(own.body, 0.92)
        parts.box(
            (0, -deep / 2 + 0.006, z + high / 2),
            (wide * 0.98, 0.008, high * 0.98),
            shade,
            own.material,
        )


def feet(
    parts: Parts,
    rng: np.random.Generator,
    size: tuple[float, float],
    own: Look,
    *,
    highest: float = 0.25,
) -> float:
    """A plinth, legs of one of many kinds, or nothing, from z = 0; returns their height."""
    wide, deep = size
    kind = int(rng.integers(9))
    if highest < 0.1:
        kind = int(rng.choice([0, 1, 5]))
    color = own.body if rng.random() < 0.6 else palette.wood(rng)
    high = rng.uniform(0.1, max(highest, 0.11))
    if kind == 0:
        return 0.0
    if kind == 1:  # a plinth, set back
        high = rng.uniform(0.04, min(0.1, max(highest, 0.05)))
        parts.box((0, -0.015, high / 2), (wide * 0.97, deep - 0.05, high), color, own.material)
    elif kind == 2:
        parts.legs((wide * 0.98, deep * 0.95), high, rng.uniform(0.03, 0.06), color, own.material)
    elif kind == 3:  # round and tapered, spread out
        lean = rng.uniform(4, 14)
        for sx in (-1, 1):
            for sy in (-1, 1):
                x, y = sx * wide * 0.4, sy * deep * 0.36
                leg = parts.cylinder(
                    (x, y, high / 2), 0.011, high * 1.03, color, "wooden", top=0.021, sides=12
                )
                leg.turn("y", -sx * lean, (x, y, high)).turn("x", sy * lean, (x, y, high))
    elif kind == 4:  # a frame of square tube
        for sx in (-1, 1):
            for sy in (-1, 1):
                parts.box(
                    (sx * wide * 0.46, sy * deep * 0.42, high / 2),
                    (0.022, 0.022, high),
                    own.metal,
                    "metal",
                )
            parts.box((sx * wide * 0.46, 0, 0.011), (0.022, deep * 0.84, 0.022), own.metal)
            parts.box((0, sx * deep * 0.42, high - 0.011), (wide * 0.92, 0.022, 0.022), own.metal)
    elif kind == 5:  # bun feet
        high = rng.uniform(0.05, 0.09)
        for sx in (-1, 1):
            for sy in (-1, 1):
                at = (sx * (wide / 2 - 0.05), sy * (deep / 2 - 0.05), high / 2)
                parts.ball(at, (0.075, 0.075, high), color, own.material)
    elif kind == 6:  # an arched base board with bracket feet
        half, cut = wide / 2, wide * rng.uniform(0.3, 0.38)
        outline = [(-half, 0), (-cut - 0.03, 0), (-cut, high * 0.6), (cut, high * 0.6)]
        outline += [(cut + 0.03, 0), (half, 0), (half, high), (-half, high)]
        parts.extrude(outline, 0.018, own.body, own.material).move(y=deep / 2 - 0.009)
        for s in (-1, 1):
            parts.box((s * (half - 0.009), 0, high / 2), (0.018, deep, high), own.body)
    elif kind == 7:  # hairpins
        for sx in (-1, 1):
            for sy in (-1, 1):
                x, y = sx * (wide / 2 - 0.07), sy * (deep / 2 - 0.06)
                foot = (x + sx * 0.02, y + sy * 0.02, 0.005)
                parts.tube(
                    [
                        (x - 0.045, y, high),
                        (foot[0] - 0.006, *foot[1:]),
                        foot,
                        (x + 0.045, y, high),
                    ],
                    0.005,
                    own.metal,
                    "metal",
                    sides=6,
                )
    else:  # sides that reach down
        for s in (-1, 1):
            parts.box((s * (wide / 2 - 0.011), 0, high / 2), (0.022, deep, high), own.body)
    return high


def handle(
    parts: Parts,
    own: Look,
    at: tuple[float, float, float],
    length: float,
    *,
    upright: bool = False,
) -> None:
    """A handle with its middle at a point of a front; `length` is of what it opens."""
    x, y, z = at
    if own.handle == "knob":
        parts.cylinder((x, y + 0.01, z), 0.007, 0.02, own.metal, axis="y", sides=8)
        parts.ball((x, y + 0.024, z), (0.032, 0.022, 0.032), own.metal)
    elif own.handle in ("bar", "long"):
        long = min(0.16, length * 0.5) if own.handle == "bar" else length * 0.75
        axis = "z" if upright else "x"
        parts.cylinder((x, y + 0.03, z), 0.006, long, own.metal, "metal", axis=axis, sides=8)
        for s in (-0.4 * long, 0.4 * long):
            spot = (x, y + 0.015, z + s) if upright else (x + s, y + 0.015, z)
            parts.cylinder(spot, 0.005, 0.03, own.metal, "metal", axis="y", sides=6)
    elif own.handle == "cup":
        shell = parts.ball((x, y, z), (0.09, 0.05, 0.04), own.metal, "metal")
        shell.points[:, 2] = np.maximum(shell.points[:, 2], z - 0.006)
    elif own.handle == "ring":
        parts.cylinder((x, y + 0.002, z), 0.018, 0.006, own.metal, "metal", axis="y", sides=12)
        angle = np.linspace(0, 2 * np.pi, 13)
        ring = [(x + 0.022 * np.sin(a), y + 0.01, z - 0.02 + 0.022 * np.cos(a)) for a in angle]
        parts.tube(ring, 0.003, own.metal, "metal", sides=5)
    elif own.handle == "edge":
        size = (0.012, 0.02, length * 0.4) if upright else (min(0.3, length * 0.4), 0.02, 0.012)
        parts.box((x, y + 0.01, z), size, own.metal, "metal")


def drawer(
    parts: Parts,
    rng: np.random.Generator,
    own: Look,
    at: tuple[float, float, float],
    size: tuple[float, float],
    *,
    deep: float = 0.3,
) -> None:
    """A drawer's front with its handle, at the middle of its outer face; seldom pulled out."""
    x, y, z = at
    wide, high = size
    out = rng.uniform(0.04, 0.6) * deep if rng.random() < 0.05 else 0.0
    if out:  # its inside
        for s in (-1, 1):
            parts.box((x + s * wide * 0.47, y + out / 2, z), (0.012, out, high * 0.7), own.body)
        parts.box((x, y + out / 2, z - high * 0.35), (wide * 0.94, out, 0.01), own.body)
        parts.box(
            (x, y + out / 2, z - high * 0.1),
            (wide * 0.85, out * 0.95, high * 0.4),
            palette.cloth(rng),
            round=0.02,
        )
        y += out
    else:
        _shadow(parts, own, at, size)
    parts.box((x, y, z), (wide - 0.008, 0.018, high - 0.008), own.front, own.material)
    if own.door in ("raised", "shaker") and high > 0.1:
        tint = palette.shade(own.front, 0.94 if own.door == "shaker" else 1.05)
        parts.box((x, y + 0.005, z), (wide - 0.07, 0.016, high - 0.07), tint, own.material)
    front = y + 0.01
    level = z + high * 0.5 - 0.012 if own.handle == "edge" else z
    if wide > 0.75 and own.handle in ("knob", "bar", "cup", "ring"):
        for s in (-1, 1):
            handle(parts, own, (x + s * wide * 0.27, front, level), wide * 0.4)
    else:
        handle(parts, own, (x, front, level), wide)


def door(
    parts: Parts,
    rng: np.random.Generator,
    own: Look,
    at: tuple[float, float, float],
    size: tuple[float, float],
    *,
    hinge: int = 0,
    ajar: float = 0.04,
    low: bool = False,
) -> None:
    """A door by the middle of its outer face; its hinge is at -x (-1), +x (1) or none (0).

    Args:
        parts, rng, own: see Look.
        at: middle of its outer face.
        size: width and height.
        hinge: its side.
        ajar: chance that it stands open.
        low: its handle is near its lower edge, as on wall cabinets.
    """
    x, y, z = at
    wide, high = size[0] - 0.008, size[1] - 0.008
    first = len(parts.parts)
    rail = min(0.065, wide * 0.2)
    if own.door == "slab" or wide < 0.16:
        parts.box((x, y, z), (wide, 0.018, high), own.front, own.material)
    else:
        for s in (-1, 1):
            parts.box(
                (x + s * (wide - rail) / 2, y, z), (rail, 0.02, high), own.front, own.material
            )
            parts.box(
                (x, y, z + s * (high - rail) / 2), (wide, 0.02, rail), own.front, own.material
            )
        inner = (wide - 2 * rail, high - 2 * rail)
        if own.door == "glass":
            _pane(parts, rng, own, (x, y, z), inner)
        elif own.door == "louvred":
            count = max(4, int(inner[1] / 0.045))
            for i in range(count):
                level = z - inner[1] / 2 + inner[1] * (i + 0.5) / count
                parts.box((x, y - 0.003, level), (inner[0], 0.006, 0.05), own.front).turn("x", -35)
        elif own.door == "cane":
            straw = palette.pick(rng, (206, 172, 120), (186, 150, 100))
            weave = pictures.grid(straw, palette.shade(straw, 0.75), 24, 16, cell=1)
            parts.picture((x, y, z), inner, weave, "wicker")
        else:
            rise = 0.0 if own.door == "shaker" else 0.006
            tint = palette.shade(own.front, 0.95 if own.door == "shaker" else 1.03)
            panel = (inner[0], 0.012, inner[1])
            parts.box((x, y - 0.006 + rise, z), panel, tint, own.material)
            if own.door == "raised":
                small = (inner[0] * 0.75, 0.014, inner[1] * 0.85)
                parts.box((x, y + 0.006, z), small, own.front, own.material)
    side = -hinge if hinge else 1
    level = z - high * 0.36 if low else z + (high * 0.3 if high < 0.9 else -0.05 * high)
    handle(parts, own, (x + side * (wide / 2 - 0.035), y + 0.01, level), high, upright=True)
    if hinge and rng.random() < ajar:
        angle = rng.uniform(10, 100)
        for part in parts.parts[first:]:
            part.turn("z", -hinge * angle, (x + hinge * wide / 2, y, z))
    elif own.door != "glass":
        _shadow(parts, own, at, size)


def _shadow(
    parts: Parts, own: Look, at: tuple[float, float, float], size: tuple[float, float]
) -> None:
    """The dark gap around a closed front: without it, fronts of one colour would be one wall."""
    center, full = (at[0], at[1] - 0.014, at[2]), (size[0], 0.004, size[1])
    parts.box(center, full, palette.shade(own.body, 0.4))


def _pane(
    parts: Parts,
    rng: np.random.Generator,
    own: Look,
    at: tuple[float, float, float],
    size: tuple[float, float],
) -> None:
    """Glass as a camera sees it: dark or pale, with or without bars."""
    x, y, z = at
    glass = palette.pick(rng, (96, 108, 112), (168, 178, 180), (60, 66, 70))
    parts.box((x, y - 0.004, z), (size[0], 0.006, size[1]), glass, "glass")
    for i in range(1, int(rng.integers(1, 5))):
        level = z + size[1] * (i / 4 - 0.5)
        parts.box((x, y, level), (size[0], 0.016, 0.016), own.front, own.material)
    if rng.random() < 0.4:
        parts.box((x, y, z), (0.016, 0.016, size[1]), own.front, own.material)
