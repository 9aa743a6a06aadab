"""Families of furniture that is closed with doors and drawers."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import joinery, palette, pictures, shelf_things
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from training.furniture.families.joinery import Look

    Cell = tuple[float, float, float, float]  # x and z: from and to


def _fill_cell(
    parts: Parts,
    rng: np.random.Generator,
    own: Look,
    cell: Cell,
    deep: float,
    kind: str,
) -> None:
    """Close a part of a front: "door", "doors", "glass", "drawers" or "open"."""
    x0, x1, z0, z1 = cell
    wide, high, x, z = x1 - x0, z1 - z0, (x0 + x1) / 2, (z0 + z1) / 2
    front = deep / 2 + 0.002
    if kind == "drawers":
        count = max(1, round(high / rng.uniform(0.14, 0.26)))
        for i in range(count):
            level = z0 + high * (i + 0.5) / count
            joinery.drawer(parts, rng, own, (x, front, level), (wide, high / count), deep=deep)
        return
    if kind == "open":
        board = (wide, deep - 0.01, 0.016)
        levels = max(1, round(high / rng.uniform(0.28, 0.4)))
        for i in range(levels):
            low = z0 + high * i / levels
            parts.box((x, 0, low + 0.008), board, own.body, own.material)
            room = (x0 + 0.02, x1 - 0.02, -deep / 2 + 0.02, front - 0.03)
            top = z0 + high * (i + 1) / levels - 0.02
            shelf_things.fill(parts, rng, (*room, low + 0.017, top), empty=0.3)
        return
    style = replace(own, door="glass") if kind == "glass" else own
    for i in range(max(1, round(high / 0.4)) - 1):  # boards behind the doors
        level = z0 + high * (i + 1) / max(1, round(high / 0.4))
        parts.box((x, -0.02, level), (wide, deep - 0.06, 0.016), own.body, own.material)
    if wide > rng.uniform(0.5, 0.62):
        for s in (-1, 1):
            at = (x + s * wide / 4, front, z)
            joinery.door(parts, rng, style, at, (wide / 2, high), hinge=s)
    else:
        joinery.door(parts, rng, style, (x, front, z), (wide, high), hinge=int(rng.choice([-1, 1])))


def _columns(rng: np.random.Generator, wide: float, each: tuple[float, float]) -> list[float]:
    """Where upright parts of a front begin and end: equal, or the middle one wider."""
    count = max(1, round(wide / rng.uniform(*each)))
    share = np.ones(count)
    if count == 3 and rng.random() < 0.4:
        share[1] = rng.uniform(1.2, 1.9)
    edges = np.concatenate([[0.0], np.cumsum(share / share.sum())]) * wide - wide / 2
    return [float(edge) for edge in edges]


def _top(
    parts: Parts, rng: np.random.Generator, own: Look, size: tuple[float, float], z: float
) -> None:
    """A board on the carcass that may stand out, of wood, stone or its colour."""
    u = rng.random()
    if u < 0.35:
        return
    color, material = own.body, own.material
    if u > 0.75:
        color, material = palette.wood(rng), "wooden"
    out, thick = rng.uniform(0.0, 0.03), rng.uniform(0.015, 0.04)
    full = (size[0] + 2 * out, size[1] + 0.02 + out, thick)
    parts.box((0, 0.01, z + thick / 2), full, color, material, round=0.006 if u > 0.5 else 0.0)


def _put_on_top(
    parts: Parts, rng: np.random.Generator, size: tuple[float, float], z: float
) -> None:
    """Now and then, a few things on a piece of furniture."""
    if rng.random() < 0.12:
        x = rng.uniform(-0.4, 0.1) * size[0]
        space = (x, x + 0.35 * size[0], -size[1] * 0.35, size[1] * 0.35, z, z + 0.35)
        things = ("pile", "vase", "frame", "plant", "box")
        shelf_things.fill(parts, rng, space, things=things, empty=0.0)


def _low_cabinet(rng: np.random.Generator) -> Parts:
    """Doors under a row of drawers, beside drawers, or alone; some compartments open."""
    parts, own = Parts(), joinery.look(rng, joinery.DOORS)
    wide, deep, high = rng.uniform(0.45, 1.3), rng.uniform(0.32, 0.5), rng.uniform(0.6, 1.15)
    z = joinery.feet(parts, rng, (wide, deep), own)
    joinery.carcass(parts, (wide, deep, high), z, own)
    edges = _columns(rng, wide, (0.38, 0.65))
    drawers = rng.uniform(0.13, 0.2) if rng.random() < 0.35 else 0.0
    kinds = rng.choice(["door", "drawers", "open"], len(edges) - 1, p=[0.72, 0.16, 0.12])
    kinds[int(rng.integers(len(kinds)))] = "door"  # else it would be a dresser
    for x0, x1, kind in zip(edges[:-1], edges[1:], kinds, strict=True):
        low, upper = z + 0.012, z + high - 0.012
        _fill_cell(parts, rng, own, (x0, x1, low, upper - drawers), deep, str(kind))
        if drawers:
            _fill_cell(parts, rng, own, (x0, x1, upper - drawers, upper), deep, "drawers")
    _top(parts, rng, own, (wide, deep), z + high)
    return parts


def _tall_cabinet(rng: np.random.Generator) -> Parts:
    """High and often narrow: one or two doors over each other, a niche or drawers between."""
    parts, own = Parts(), joinery.look(rng, joinery.DOORS)
    wide, deep, high = rng.uniform(0.35, 1.0), rng.uniform(0.3, 0.48), rng.uniform(1.4, 2.05)
    z = joinery.feet(parts, rng, (wide, deep), own, highest=0.15)
    joinery.carcass(parts, (wide, deep, high), z, own)
    half = wide / 2 - 0.004
    cut = z + high * rng.uniform(0.35, 0.55)
    end = z + high - 0.012
    upper = str(rng.choice(["door", "door", "glass", "open"]))
    gap = rng.uniform(0.15, 0.4) if rng.random() < 0.4 else 0.0
    _fill_cell(parts, rng, own, (-half, half, z + 0.01, cut), deep, "door")
    if gap:
        _fill_cell(
            parts,
            rng,
            own,
            (-half, half, cut, cut + gap),
            deep,
            str(rng.choice(["open", "drawers"])),
        )
    _fill_cell(parts, rng, own, (-half, half, cut + gap, end), deep, upper)
    if rng.random() < 0.25:  # a cornice
        parts.box(
            (0, 0.01, z + high + 0.02), (wide + 0.06, deep + 0.05, 0.04), own.body, own.material
        )
    return parts


def _display_cabinet(rng: np.random.Generator) -> Parts:
    """Open glass before dishes and books above, doors or drawers below: a hutch or a showcase."""
    parts, own = Parts(), joinery.look(rng)
    wide, deep, high = rng.uniform(0.7, 1.5), rng.uniform(0.35, 0.5), rng.uniform(1.6, 2.1)
    z = joinery.feet(parts, rng, (wide, deep), own, highest=0.15)
    low = rng.uniform(0.5, 0.9)
    joinery.carcass(parts, (wide, deep, low), z, own)
    edges = _columns(rng, wide, (0.4, 0.55))
    split = z + low - (0.16 if rng.random() < 0.6 else 0.01)
    for x0, x1 in itertools.pairwise(edges):
        _fill_cell(parts, rng, own, (x0, x1, z + 0.01, split), deep, "door")
        if split < z + low - 0.1:
            _fill_cell(parts, rng, own, (x0, x1, split, z + low - 0.01), deep, "drawers")
    parts.box((0, 0.01, z + low + 0.014), (wide + 0.03, deep + 0.03, 0.028), own.body, own.material)
    gap = rng.uniform(0.1, 0.4) if rng.random() < 0.3 else 0.0
    base, less = z + low + 0.028 + gap, deep * rng.uniform(0.6, 0.9)
    tall = high - low - gap
    first = len(parts.parts)
    joinery.carcass(parts, (wide, less, tall), base, own)
    glazed = rng.random() < 0.75
    for x0, x1 in itertools.pairwise(edges):
        for i in range(3):
            level = base + tall * i / 3
            parts.box(((x0 + x1) / 2, 0, level + 0.008), (x1 - x0, less, 0.016), own.body)
            room = (x0 + 0.02, x1 - 0.03, -less / 2 + 0.02, less / 2 - 0.05)
            things = ("dishes", "dishes", "vase", "books")
            shelf_things.fill(
                parts, rng, (*room, level + 0.02, level + tall / 3 - 0.02), things=things
            )
        if glazed:
            cell = (x0, x1, base + 0.01, base + tall - 0.01)
            _fill_cell(parts, rng, own, cell, less, "glass")
    if gap:
        for s in (-1, 1):
            parts.box((s * wide * 0.48, 0, base - gap / 2), (0.025, less, gap), own.body)
    for part in parts.parts[first:]:
        part.move(y=-(deep - less) / 2)
    if rng.random() < 0.5:
        arch = np.linspace(-1, 1, 9)
        rise = 0.08 if rng.random() < 0.5 else 0.0
        outline = [(-wide * 0.52, 0.0)] + [
            (wide * 0.52 * a, 0.04 + rise * (1 - a * a)) for a in arch
        ]
        outline += [(wide * 0.52, 0.0)]
        cornice = parts.extrude(outline, less, own.body, own.material)
        cornice.move(y=-(deep - less) / 2 + 0.01, z=base + tall)
    return parts


def _office_cabinet(rng: np.random.Generator) -> Parts:
    """Sheet metal or board with plain doors, sliding doors or a roller shutter; a lock."""
    parts, own = Parts(), joinery.look(rng, ("slab",))
    wide, deep = rng.uniform(0.8, 1.2), rng.uniform(0.38, 0.5)
    high = rng.uniform(1.6, 2.0) if rng.random() < 0.55 else rng.uniform(0.72, 1.25)
    if rng.random() < 0.7:
        own = replace(own, body=palette.gray(rng) if rng.random() < 0.6 else palette.white(rng))
        own = replace(own, front=palette.shade(own.body, rng.uniform(0.92, 1.05)), material="metal")
        if rng.random() < 0.2:
            own = replace(own, front=palette.lively(rng))
    z = 0.03
    parts.box((0, 0, z / 2), (wide * 0.96, deep * 0.94, z), palette.black(rng))
    joinery.carcass(parts, (wide, deep, high), z, own)
    front, middle = deep / 2, z + high / 2
    style = int(rng.integers(3))
    if style == 0:  # roller shutter of upright slats, often half open
        opened = rng.uniform(0, 0.6) if rng.random() < 0.6 else 0.0
        for i in range(4):
            level = z + high * i / 4
            parts.box((0, -0.02, level + 0.01), (wide * 0.96, deep * 0.85, 0.018), own.body)
            room = (-wide * 0.46, wide * 0.46, -deep / 2 + 0.03, deep / 2 - 0.05)
            shelf_things.fill(
                parts,
                rng,
                (*room, level + 0.02, level + high / 4 - 0.02),
                things=("folders", "box"),
            )
        slats = max(2, round(wide * (1 - opened) / 0.045))
        for i in range(slats):
            x = -wide / 2 + 0.02 + (i + 0.5) * (wide * (1 - opened) - 0.04) / slats
            size = (wide * (1 - opened) / slats * 0.85, 0.012, high * 0.95)
            parts.box((x, front - 0.015, middle), size, own.front, own.material)
        end = wide / 2 - wide * opened - 0.03
        parts.box((end, front - 0.005, middle), (0.03, 0.02, high * 0.95), own.metal)
    elif style == 1:  # sliding doors, one before the other
        for s in (-1, 1):
            at = (s * wide * 0.24, front - 0.02 - 0.012 * s, middle)
            parts.box(at, (wide * 0.5, 0.012, high * 0.95), own.front, own.material)
            grip = (s * wide * 0.42, at[1] + 0.007, middle)
            parts.box(grip, (0.025, 0.004, 0.12), palette.shade(own.front, 0.45))
    else:
        for s in (-1, 1):
            at = (s * wide / 4, front + 0.01, middle)
            joinery.door(
                parts, rng, replace(own, handle="none"), at, (wide / 2, high * 0.97), hinge=s
            )
        parts.box((0.04, front + 0.03, middle), (0.02, 0.025, 0.12), own.metal, "metal")
        parts.cylinder((0.04, front + 0.03, middle + 0.09), 0.01, 0.02, own.metal, axis="y")
    return parts


def _small_drawers(rng: np.random.Generator) -> Parts:
    """A cabinet of many equal drawers, as chemists, libraries and workshops have."""
    parts, own = Parts(), joinery.look(rng, ("slab",))
    columns, rows = int(rng.integers(3, 7)), int(rng.integers(4, 9))
    each, tall = rng.uniform(0.13, 0.24), rng.uniform(0.09, 0.16)
    wide, high, deep = columns * each, rows * tall, rng.uniform(0.28, 0.45)
    z = joinery.feet(parts, rng, (wide, deep), own)
    joinery.carcass(parts, (wide + 0.03, deep, high + 0.03), z, own)
    own = replace(own, handle=str(rng.choice(["knob", "cup", "ring", "bar"])))
    for i in range(columns):
        for k in range(rows):
            at = ((i - (columns - 1) / 2) * each, deep / 2, z + 0.015 + (k + 0.5) * tall)
            joinery.drawer(parts, rng, own, at, (each, tall), deep=deep)
    return parts


def _bathroom_cabinet(rng: np.random.Generator) -> Parts:
    """On the wall: mirrored or plain doors over a narrow open board."""
    parts, own = Parts(), joinery.look(rng, ("slab", "shaker"))
    wide, deep, high = rng.uniform(0.35, 1.0), rng.uniform(0.12, 0.2), rng.uniform(0.5, 0.75)
    joinery.carcass(parts, (wide, deep, high), 0.0, own)
    rest = rng.uniform(0.1, 0.16) if rng.random() < 0.4 else 0.0
    edges = _columns(rng, wide, (0.28, 0.45))
    mirrored = rng.random() < 0.6
    for x0, x1 in itertools.pairwise(edges):
        at = ((x0 + x1) / 2, deep / 2 + 0.002, (rest + high) / 2)
        size = (x1 - x0, high - rest - 0.02)
        joinery.door(parts, rng, own, at, size, hinge=0 if mirrored else 1)
        if mirrored:
            image = pictures.plain((176, 186, 192), 2, 2)
            image[0] = (200, 207, 210)
            at = (at[0], at[1] + 0.012, at[2])
            parts.picture(at, (size[0] - 0.02, size[1] - 0.02), image, "glass")
    if rest:
        parts.box((0, 0, rest), (wide, deep, 0.016), own.body, own.material)
        room = (-wide * 0.46, wide * 0.46, -deep * 0.4, deep * 0.4, 0.018, rest - 0.01)
        shelf_things.fill(parts, rng, room, things=("vase", "dishes"))
    parts.mount, parts.elevation = "wall", rng.uniform(1.1, 1.4)
    return parts


@family("cabinet", mount="floor", has_front=True)
def cabinet(rng: np.random.Generator) -> Parts:
    """Low, tall, with glass, of an office, with many drawers, or of a bathroom."""
    makers = (_low_cabinet, _tall_cabinet, _display_cabinet, _office_cabinet)
    others = (_small_drawers, _bathroom_cabinet)
    share = [0.34, 0.2, 0.16, 0.16, 0.06, 0.08]
    return (*makers, *others)[int(rng.choice(6, p=share))](rng)


@family("dresser", mount="floor", has_front=True)
def dresser(rng: np.random.Generator) -> Parts:
    """A chest of drawers: one column or two to three, bowed, with a mirror or two small on top."""
    parts, own = Parts(), joinery.look(rng, ("slab", "slab", "shaker", "raised"))
    columns = int(rng.choice([1, 1, 1, 2, 2, 3]))
    wide = rng.uniform(0.4, 1.0) if columns == 1 else rng.uniform(1.0, 1.75)
    rows = int(rng.integers(3, 7)) if columns == 1 else int(rng.integers(2, 5))
    deep, high = rng.uniform(0.38, 0.54), rows * rng.uniform(0.16, 0.25)
    z = joinery.feet(parts, rng, (wide, deep), own)
    joinery.carcass(parts, (wide, deep, high), z, own)
    heights = np.ones(rows)
    if rng.random() < 0.5:
        heights = np.linspace(rng.uniform(1.2, 1.6), 1.0, rows)  # lower ones are higher
    levels = np.concatenate([[0], np.cumsum(heights / heights.sum())]) * (high - 0.02) + z + 0.01
    inset = 0.0 if rng.random() < 0.6 else 0.02
    for row in range(rows):
        count = columns + 1 if row == rows - 1 and rng.random() < 0.4 else columns
        each = (wide - 2 * inset - 0.01) / count
        for i in range(count):
            at = (
                (i - (count - 1) / 2) * each,
                deep / 2 + 0.002,
                (levels[row] + levels[row + 1]) / 2,
            )
            gap = levels[row + 1] - levels[row] - inset / 2
            joinery.drawer(parts, rng, own, at, (each, gap), deep=deep)
    _top(parts, rng, own, (wide, deep), z + high)
    top = z + high + 0.02
    if rng.random() < 0.12:  # a mirror on posts
        tall, across = rng.uniform(0.5, 0.8), wide * rng.uniform(0.5, 0.8)
        at = (0, -deep / 2 + 0.03, top + tall / 2 + 0.05)
        parts.box(at, (across, 0.025, tall), own.body, own.material)
        glass = (at[0], at[1] + 0.014, at[2])
        parts.box(glass, (across - 0.08, 0.004, tall - 0.08), (178, 188, 194), "glass")
        parts.box((0, at[1], top + 0.03), (across * 0.6, 0.02, 0.08), own.body)
    else:
        _put_on_top(parts, rng, (wide, deep), top)
    return parts


@family("nightstand", mount="floor", has_front=True)
def nightstand(rng: np.random.Generator) -> Parts:
    """One to three drawers, a drawer over a niche or shelf, a door, a drum, or a small table."""
    parts, own = Parts(), joinery.look(rng, joinery.DOORS)
    wide, deep = rng.uniform(0.34, 0.58), rng.uniform(0.32, 0.45)
    high = rng.uniform(0.4, 0.68)
    style = int(rng.integers(6))
    if style < 3:
        z = joinery.feet(parts, rng, (wide, deep), own, highest=0.22)
        body = max(0.2, high - z)
        joinery.carcass(parts, (wide, deep, body), z, own)
        half, end = wide / 2 - 0.003, z + body - 0.01
        if style == 0:
            _fill_cell(parts, rng, own, (-half, half, z + 0.01, end), deep, "drawers")
        else:
            cut = end - rng.uniform(0.12, 0.17)
            low = "open" if style == 1 else "door"
            _fill_cell(parts, rng, own, (-half, half, z + 0.01, cut), deep, low)
            joinery.drawer(
                parts, rng, own, (0, deep / 2 + 0.002, (cut + end) / 2), (wide, end - cut)
            )
        _top(parts, rng, own, (wide, deep), z + body)
    elif style == 3:  # four legs, a drawer below the top, often a board near the floor
        tall = rng.uniform(0.12, 0.2)
        parts.legs((wide, deep), high, 0.035, own.body, own.material, round_=rng.random() < 0.4)
        joinery.carcass(parts, (wide - 0.02, deep - 0.02, tall), high - tall, own)
        at = (0, deep / 2 - 0.008, high - tall / 2)
        joinery.drawer(parts, rng, own, at, (wide - 0.08, tall - 0.02))
        parts.box((0, 0, high + 0.009), (wide + 0.02, deep + 0.02, 0.018), own.body, own.material)
        if rng.random() < 0.7:
            parts.box((0, 0, 0.12), (wide - 0.03, deep - 0.03, 0.016), own.body, own.material)
            room = (-wide * 0.4, wide * 0.4, -deep * 0.4, deep * 0.4, 0.13, high - tall - 0.03)
            shelf_things.fill(parts, rng, room, things=("pile", "box"), empty=0.5)
    elif style == 4:  # a drum
        radius = wide / 2
        parts.cylinder((0, 0, high / 2), radius, high, own.body, own.material)
        for level in (0.28, 0.72):
            seam = high * (level + 0.22)
            parts.cylinder((0, 0, seam), radius * 1.003, 0.006, palette.shade(own.body, 0.5))
            parts.ball((0, radius + 0.01, high * level), (0.03, 0.03, 0.03), own.metal)
        parts.cylinder((0, 0, high + 0.008), radius * 1.03, 0.018, own.front, own.material)
        parts.shape = "round"
    else:  # hangs on the wall
        tall = rng.uniform(0.14, 0.3)
        joinery.carcass(parts, (wide, deep, tall), 0.0, own)
        joinery.drawer(parts, rng, own, (0, deep / 2 + 0.002, tall * 0.5), (wide, tall * 0.9))
        parts.mount, parts.elevation = "wall", rng.uniform(0.3, 0.45)
        return parts
    if rng.random() < 0.35:
        top = float(parts.extent[1][2])
        space = (-wide * 0.35, wide * 0.3, -deep * 0.3, deep * 0.3, top, top + 0.25)
        shelf_things.fill(parts, rng, space, things=("pile", "vase", "frame"), empty=0.0)
    return parts
