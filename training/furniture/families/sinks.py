"""Sinks of baths and kitchens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import appliance_parts, palette
from training.furniture.families.faucets import ceramic, tap, tap_metal
from training.furniture.families.lofts import Ring, dish, loft
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from training.furniture.families.palette import Color

_DRAIN = (88, 90, 92)


def _bowl(
    parts: Parts,
    size: tuple[float, float, float],
    top: float,
    rgb: Color,
    rng: np.random.Generator,
    *,
    power: float | None = None,
    y: float = 0.0,
    x: float = 0.0,
    material: str = "ceramic",
    foot: float = 0.55,
    wall: float | None = None,
) -> None:
    """A vessel whose rim is at z = top, with a drain."""
    wide, deep, high = size
    square = float(rng.choice([2.0, 2.6, 4.0, 9.0])) if power is None else power
    low = top - high
    outer = []
    for share in np.linspace(0, 1, 5):
        grown = foot + (1 - foot) * float(np.sin(share * np.pi / 2)) ** 0.8
        outer.append(
            Ring(low + high * share, wide / 2 * grown, deep / 2 * grown, deep / 2 * grown, square)
        )
    edge = rng.uniform(0.012, 0.025) if wall is None else wall
    rings = dish(outer, edge, low + high * 0.18, flat=rng.uniform(0.35, min(0.75, foot * 1.1)))
    parts.add(loft(rings), rgb, material).move(x=x, y=y)
    parts.cylinder((x, y, low + high * 0.18 + 0.004), 0.022, 0.006, _DRAIN, "metal", sides=14)


def _slab(
    parts: Parts,
    size: tuple[float, float, float],
    top: float,
    rgb: Color,
    rng: np.random.Generator,
    material: str = "ceramic",
    *,
    back: float = 0.11,
) -> None:
    """A washbasin: a body with a hollow in it and a ledge at the back for the tap."""
    wide, deep, high = size
    power = float(rng.choice([2.3, 3.0, 5.0, 12.0]))
    taper = rng.uniform(0.35, 0.9)
    half = deep / 2
    outer = []
    for share in np.linspace(0, 1, 5):
        grown = taper + (1 - taper) * float(share) ** 0.5
        outer.append(
            Ring(
                top - high * (1 - share),
                wide / 2 * grown,
                half * (2 * grown - 1),
                half,
                power,
                14.0,
            )
        )
    rim = rng.uniform(0.02, 0.045)
    hole = outer[-1]._replace(
        x=wide / 2 - rim * 1.3,
        front=(deep - back - rim) / 2,
        back=(deep - back - rim) / 2,
        y=(back - rim) / 2,
        power=min(power, 6),
        back_power=min(power, 4),
    )
    down = dish([hole], 0.004, top - high * 0.7, flat=rng.uniform(0.4, 0.75))
    parts.add(loft([*outer, *down]), rgb, material)
    parts.cylinder((0, hole.y, top - high * 0.7 + 0.004), 0.022, 0.006, _DRAIN, "metal", sides=14)
    tap(
        parts,
        (0, -half + back * 0.5, top),
        deep * rng.uniform(0.26, 0.34),
        rng.uniform(0.09, 0.2),
        rng,
        tap_metal(rng),
    )


def _clutter(
    parts: Parts, xs: tuple[float, float], y: float, z: float, rng: np.random.Generator
) -> None:
    """Soap, a beaker or bottles on a top."""
    for x in xs:
        if rng.random() < 0.5:
            continue
        rgb = palette.pastel(rng) if rng.random() < 0.6 else palette.white(rng)
        high, radius = rng.uniform(0.08, 0.19), rng.uniform(0.024, 0.036)
        parts.cylinder((x, y, z + high / 2), radius, high, rgb, sides=14)
        if rng.random() < 0.6:
            parts.cylinder((x, y, z + high + 0.015), 0.012, 0.03, palette.case(rng), sides=10)
        elif rng.random() < 0.7:
            for k in range(2):
                brush = parts.cylinder((x, y, z + high + 0.03), 0.005, 0.14, palette.lively(rng))
                brush.turn("y", (-1) ** k * 12)


def _trap(parts: Parts, top: float, rng: np.random.Generator) -> None:
    """The siphon below a basin and its way into the wall."""
    rgb = palette.steel(rng) if rng.random() < 0.7 else palette.white(rng)
    path = [(0, 0, top), (0, 0, top - 0.16), (0, -0.03, top - 0.19), (0, -0.06, top - 0.14)]
    parts.tube([*path, (0, -0.1, top - 0.12), (0, -0.2, top - 0.12)], 0.017, rgb, "metal")
    parts.cylinder((0, 0, top - 0.15), 0.03, 0.08, rgb, "metal", sides=14)


def _pedestal(rng: np.random.Generator) -> Parts:
    """A washbasin on a foot."""
    parts = Parts()
    rgb = ceramic(rng)
    wide, deep = rng.uniform(0.45, 0.7), rng.uniform(0.38, 0.54)
    top, high = rng.uniform(0.79, 0.88), rng.uniform(0.14, 0.22)
    _slab(parts, (wide, deep, high), top, rgb, rng)
    neck, foot = rng.uniform(0.06, 0.09), rng.uniform(0.09, 0.13)
    tall, power = top - high * 0.75, float(rng.choice([2.0, 3.0, 8.0]))
    steps = [(0, foot), (0.06, foot * 0.95), (0.16, neck), (0.75, neck), (1, neck * 1.7)]
    rings = [Ring(tall * share, r, r * 1.05, r * 1.05, power) for share, r in steps]
    parts.add(loft(rings), rgb, "ceramic").move(y=-deep * 0.14)
    return parts


def _hung(rng: np.random.Generator) -> Parts:
    """A washbasin at the wall, its siphon seen or behind a half pedestal."""
    parts = Parts()
    rgb = ceramic(rng)
    wide, deep = rng.uniform(0.34, 0.8), rng.uniform(0.26, 0.5)
    high, top = rng.uniform(0.1, 0.2), 0.45
    _slab(parts, (wide, deep, high), top, rgb, rng, back=min(0.1, deep * 0.25))
    under = top - high * 0.8
    if rng.random() < 0.35:
        rings = [
            Ring(under - 0.32, 0.02, 0.03, 0.1, 2.5, 9),
            Ring(under - 0.2, 0.07, 0.08, 0.1, 2.5, 9),
            Ring(under, 0.1, 0.1, 0.1, 2.5, 9),
        ]
        parts.add(loft(rings), rgb, "ceramic").move(y=-deep / 2 + 0.1)
    else:
        _trap(parts, under, rng)
    parts.mount, parts.elevation = "wall", rng.uniform(0.36, 0.5)
    return parts


def _fronts(
    parts: Parts,
    size: tuple[float, float],
    low: float,
    y: float,
    rgb: Color,
    material: str,
    rng: np.random.Generator,
) -> None:
    """Doors or drawers with handles on a cabinet's front."""
    wide, high = size
    metal = palette.steel(rng) if rng.random() < 0.6 else palette.black(rng)
    style = int(rng.integers(-1, 4))
    panel = rng.random() < 0.3
    drawers = rng.random() < 0.45
    columns = 1 if drawers and wide < 0.9 else max(1, round(wide / 0.4))
    rows = int(rng.integers(1, 4)) if drawers else 1
    w, h = wide / columns, high / rows
    for column in range(columns):
        for row in range(rows):
            x, z = -wide / 2 + (column + 0.5) * w, low + (row + 0.5) * h
            face = (w - 0.012, 0.018, h - 0.012)
            parts.box((x, y + 0.009, z), face, palette.shade(rgb, 1.03), material)
            if panel:
                parts.box(
                    (x, y + 0.019, z),
                    (w - 0.12, 0.004, h - 0.12),
                    palette.shade(rgb, 0.88),
                    material,
                )
            if style < 0:
                dark = palette.shade(rgb, 0.4)
                parts.box((x, y + 0.019, z + h / 2 - 0.02), (w * 0.94, 0.004, 0.022), dark)
            elif drawers:
                at = (x, y + 0.018, z + h * 0.2)
                appliance_parts.bar(parts, at, w * 0.3, metal, style=style, out=0.03)
            else:
                hx = x + (1 if column % 2 == 0 else -1) * w * 0.38
                at = (hx, y + 0.018, z + h * 0.2)
                appliance_parts.bar(parts, at, 0.13, metal, upright=True, style=style, out=0.03)
    parts.has.add("drawers" if drawers else "doors")


def _vanity(rng: np.random.Generator) -> Parts:
    """A cabinet or a table with one or two basins in or on its top."""
    parts = Parts()
    rgb, material = palette.finish(rng)
    wide, deep = rng.uniform(0.5, 1.4), rng.uniform(0.42, 0.56)
    top, thick = rng.uniform(0.78, 0.88), rng.uniform(0.02, 0.06)
    u = rng.random()
    low = top - rng.uniform(0.4, 0.55) if u < 0.45 else (0.09 if u < 0.75 else top - 0.2)
    floor = low < 0.1
    parts.box(
        (0, -0.01, (low + top - thick) / 2), (wide, deep - 0.03, top - thick - low), rgb, material
    )
    _fronts(parts, (wide, top - thick - low - 0.01), low, deep / 2 - 0.025, rgb, material, rng)
    if u >= 0.75:
        parts.legs((wide, deep - 0.03), low, 0.045, rgb, material)
        parts.box((0, 0, 0.2), (wide, deep - 0.04, 0.025), rgb, material)
        for x in (-0.25, 0.2):
            if rng.random() < 0.6:
                towel = (wide * 0.28, deep * 0.6, rng.uniform(0.08, 0.2))
                parts.box(
                    (x * wide, 0, 0.21 + towel[2] / 2),
                    towel,
                    palette.pastel(rng),
                    "fabric",
                    round=0.03,
                )
    elif floor:
        parts.box((0, -0.03, low / 2), (wide * 0.96, deep - 0.08, low), palette.shade(rgb, 0.6))
    stone = ceramic(rng) if rng.random() < 0.5 else palette.finish(rng)[0]
    basins = 2 if wide > 1.1 and rng.random() < 0.6 else 1
    white = ceramic(rng) if rng.random() < 0.8 else palette.gray(rng)
    set_on = rng.random() < 0.45
    parts.box((0, 0, top - thick / 2), (wide + 0.02, deep, thick), stone)
    power = float(rng.choice([2.0, 2.6, 4.0, 9.0]))
    metal, form = tap_metal(rng), int(rng.integers(3))
    for i in range(basins):
        x = (i - (basins - 1) / 2) * wide * 0.5
        across = min(wide / basins * 0.7, rng.uniform(0.36, 0.55))
        size = (across, min(deep * 0.72, across), rng.uniform(0.09, 0.15) if set_on else 0.045)
        rim = top + size[2]  # its hollow ends above the top, which is solid
        _bowl(
            parts,
            size,
            rim,
            white,
            rng,
            power=power,
            x=x,
            y=0.04,
            foot=0.6 if set_on else 0.98,
            wall=0.012 if set_on else 0.03,
        )
        high = rng.uniform(0.12, 0.2) + (size[2] if set_on else 0)
        tap(parts, (x, -deep / 2 + 0.045, top), deep * 0.36, high, rng, metal, style=form)
    _clutter(parts, (-wide * 0.42, wide * 0.42), -deep * 0.3, top, rng)
    parts.laden = True  # nobody calls a sink by the colour of its cabinet
    if low > 0.3 and u < 0.45:
        parts.mount, parts.elevation = "wall", low
    return parts


def _kitchen(rng: np.random.Generator) -> Parts:
    """A kitchen sink in a worktop on a cabinet: one or two bowls and a drainer."""
    parts = Parts()
    rgb, material = palette.finish(rng)
    wide, deep = rng.uniform(0.6, 1.4), rng.uniform(0.55, 0.66)
    top, thick = rng.uniform(0.84, 0.93), rng.uniform(0.025, 0.045)
    under = top - 0.26  # above it the cabinet is hollow, so that one looks into the bowls
    parts.box((0, -0.02, (0.1 + under) / 2), (wide, deep - 0.06, under - 0.1), rgb, material)
    rest = top - thick - under
    for s in (-1, 1):
        z = under + rest / 2
        parts.box((s * (wide / 2 - 0.009), -0.02, z), (0.018, deep - 0.06, rest), rgb, material)
        y = -0.02 + s * (deep / 2 - 0.039)
        parts.box((0, y, z), (wide, 0.018, rest), rgb, material)
    parts.box((0, -0.05, 0.05), (wide * 0.98, deep - 0.12, 0.1), palette.shade(rgb, 0.5))
    apron = rng.random() < 0.2
    _fronts(
        parts,
        (wide, top - thick - 0.12 - (0.24 if apron else 0)),
        0.11,
        deep / 2 - 0.05,
        rgb,
        material,
        rng,
    )
    u = rng.random()
    metal, stuff = palette.steel(rng), "metal"
    if u < 0.25 or apron:
        metal, stuff = palette.white(rng), "ceramic"
    elif u < 0.35:
        metal, stuff = palette.black(rng), ""
    bowls = 2 if wide > 0.8 and rng.random() < 0.45 else 1
    each = min(0.42, (wide - 0.1) / bowls * 0.92)
    free = wide - bowls * (each + 0.02)
    drainer = free > 0.35 and rng.random() < 0.7
    start = -wide / 2 + 0.05 if drainer else -bowls * (each + 0.02) / 2
    mirror = -1 if rng.random() < 0.5 else 1
    middles = [start + (i + 0.5) * (each + 0.02) for i in range(bowls)]
    long = deep * 0.68
    depth = rng.uniform(0.14, 0.2)
    cut = [mirror * x for x in middles]
    worktop = metal if rng.random() < 0.2 else palette.finish(rng)[0]
    edges = sorted(
        [-wide / 2 - 0.01, wide / 2 + 0.01, *(x + s * each / 2 for x in cut for s in (-1, 1))]
    )
    for begin, end in zip(edges[::2], edges[1::2], strict=True):  # between the bowls
        parts.box(((begin + end) / 2, 0, top - thick / 2), (end - begin, deep, thick), worktop)
    for x in cut:
        for s in (-1, 1):
            strip = (deep - long) / 2
            at = (x, s * (deep - strip) / 2 + 0.02 * (s < 0), top - thick / 2)
            parts.box(at, (each, strip, thick), worktop)
        size = (each + 0.03, long + 0.03, depth)
        _bowl(
            parts,
            size,
            top + 0.006,
            metal,
            rng,
            power=7.0,
            x=x,
            y=0.01,
            material=stuff,
            foot=0.93,
            wall=0.02,
        )
        if apron:
            parts.box(
                (x, deep / 2 - 0.02, top - 0.12),
                (each + 0.06, 0.06, 0.24),
                metal,
                stuff,
                round=0.015,
            )
    if drainer:
        room = wide - 0.12 - bowls * (each + 0.02)
        x = mirror * (wide / 2 - 0.04 - room / 2)
        parts.box((x, 0.01, top + 0.003), (room, long, 0.006), metal, stuff)
        for y in np.linspace(-0.4, 0.4, 7):
            parts.box(
                (x, 0.01 + y * long, top + 0.008),
                (room * 0.86, 0.012, 0.006),
                palette.shade(metal, 0.75),
                stuff,
            )
        if rng.random() < 0.4:
            parts.laden = True
            for k in range(int(rng.integers(2, 6))):
                plate = parts.cylinder(
                    (x - room * 0.3 + k * 0.05, 0, top + 0.1),
                    0.1,
                    0.012,
                    palette.white(rng),
                    axis="x",
                )
                plate.turn("y", 8)
    parts.laden = True  # as a vanity
    at = (cut[0], -deep / 2 + 0.06, top)
    tap(
        parts,
        at,
        deep * rng.uniform(0.3, 0.4),
        rng.uniform(0.2, 0.4),
        rng,
        tap_metal(rng),
        style=int(rng.choice([0, 0, 2, 3])),
    )
    if rng.random() < 0.4:
        _clutter(parts, (cut[0] - 0.14, cut[0] + 0.14), -deep / 2 + 0.07, top, rng)
    return parts


def _utility(rng: np.random.Generator) -> Parts:
    """A deep tub or a steel basin on legs, as in laundries, garages and canteens."""
    parts = Parts()
    steel = rng.random() < 0.5
    rgb = palette.steel(rng) if steel else palette.white(rng)
    wide, deep = rng.uniform(0.45, 1.2) if steel else rng.uniform(0.45, 0.65), 0.55
    top, high = rng.uniform(0.82, 0.92), rng.uniform(0.2, 0.34)
    _bowl(
        parts,
        (wide, deep, high),
        top,
        rgb,
        rng,
        power=9.0,
        foot=0.85,
        material="metal" if steel else "",
        wall=0.03,
    )
    parts.legs((wide * 0.92, deep * 0.92), top - high * 0.3, 0.038, rgb, "metal", round_=steel)
    if steel:
        parts.box((0, 0, 0.2), (wide * 0.92, deep * 0.9, 0.02), rgb, "metal")
        parts.box((0, -deep / 2, top + 0.05), (wide, 0.02, 0.12), rgb, "metal")
    tap(parts, (0, -deep / 2 + 0.03, top), 0.2, 0.22, rng, tap_metal(rng))
    return parts


@family("sink", mount="floor", has_front=True)
def sink(rng: np.random.Generator) -> Parts:
    """Washbasins on a foot, at the wall and on cabinets; kitchen sinks; tubs on legs."""
    makers = (_pedestal, _hung, _vanity, _kitchen, _utility)
    return makers[int(rng.choice(len(makers), p=[0.22, 0.24, 0.24, 0.22, 0.08]))](rng)
