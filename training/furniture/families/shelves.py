"""Families of bookshelves and other open shelves, mostly with things in them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from training.furniture.families import joinery, palette, shelf_things
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts

if TYPE_CHECKING:
    from training.furniture.families.joinery import Look

STORE = ("box", "box", "box", "vase", "pile", "dishes", "folders")


def _fill_level(
    parts: Parts,
    rng: np.random.Generator,
    span: tuple[float, float],
    deep: float,
    levels: tuple[float, float],
    *,
    empty: float,
    things: tuple[str, ...] = shelf_things.THINGS,
) -> None:
    front = deep / 2 - rng.uniform(0.0, 0.04)
    space = (span[0] + 0.01, span[1] - 0.01, -deep / 2 + 0.015, front, *levels)
    shelf_things.fill(parts, rng, space, empty=empty, things=things)


def _case(rng: np.random.Generator) -> Parts:
    """Sides, a back or none, boards at equal or unequal heights, one to three bays."""
    parts, own = Parts(), joinery.look(rng)
    bays = int(rng.choice([1, 1, 1, 2, 2, 3]))
    wide, deep = bays * rng.uniform(0.4, 0.9), rng.uniform(0.22, 0.38)
    high = rng.uniform(1.5, 2.2) if rng.random() < 0.65 else rng.uniform(0.75, 1.4)
    thick = rng.uniform(0.016, 0.03)
    z = joinery.feet(parts, rng, (wide, deep), own, highest=0.12)
    joinery.carcass(parts, (wide, deep, high), z, own, back=rng.random() < 0.75, thick=thick)
    boards = max(2, round(high / rng.uniform(0.27, 0.4)))
    levels = np.linspace(z, z + high - thick, boards + 1)
    levels[1:-1] += rng.uniform(-0.04, 0.04, boards - 1) * (rng.random() < 0.5)
    edges = np.linspace(-wide / 2, wide / 2, bays + 1)
    for x in edges[1:-1]:
        parts.box((x, 0, z + high / 2), (thick, deep, high), own.body, own.material)
    closed = int(rng.integers(1, 3)) if rng.random() < 0.2 else 0
    empty = rng.choice([0.05, 0.15, 0.6])
    for x0, x1 in itertools.pairwise(edges):
        for i, (low, above) in enumerate(itertools.pairwise(levels)):
            if i:
                parts.box(
                    ((x0 + x1) / 2, 0, low + thick / 2),
                    (x1 - x0 - thick, deep - 0.01, thick),
                    own.body,
                    own.material,
                )
            if i < closed:
                at, size = ((x0 + x1) / 2, deep / 2, (low + above) / 2), (x1 - x0, above - low)
                joinery.door(parts, rng, own, at, size, hinge=1)
                continue
            span = (x0 + thick / 2, x1 - thick / 2)
            _fill_level(parts, rng, span, deep, (low + thick, above), empty=empty)
    if rng.random() < 0.2:
        cornice = (wide + 0.05, deep + 0.04, 0.04)
        parts.box((0, 0.01, z + high + 0.02), cornice, own.body, own.material)
    elif rng.random() < 0.3:
        things = ("vase", "plant", "box", "pile")
        top = z + high
        _fill_level(
            parts, rng, (-wide / 2, wide / 2), deep, (top, top + 0.3), empty=0, things=things
        )
    return parts


def _cubes(rng: np.random.Generator) -> Parts:
    """A grid of square compartments, some with boxes or doors."""
    parts, own = Parts(), joinery.look(rng, ("slab",))
    columns, rows = int(rng.integers(1, 6)), int(rng.integers(2, 6))
    each, thick, deep = rng.uniform(0.3, 0.38), rng.uniform(0.015, 0.04), rng.uniform(0.28, 0.4)
    wide, high = columns * each + thick, rows * each + thick
    missing = rng.random() < 0.15  # steps, as below a stair
    tall = [max(1, rows - i if missing else rows) for i in range(columns)]
    for i in range(columns + 1):
        count = max(tall[max(i - 1, 0)], tall[min(i, columns - 1)])
        x, full = -wide / 2 + thick / 2 + i * each, count * each + thick
        parts.box((x, 0, full / 2), (thick, deep, full), own.body, own.material)
    color = palette.cloth(rng)
    backed, empty = rng.random() < 0.4, rng.choice([0.1, 0.3, 0.6])
    for i in range(columns):
        x = -wide / 2 + thick / 2 + (i + 0.5) * each
        for k in range(tall[i] + 1):
            level = k * each + thick / 2
            parts.box((x, 0, level), (each - thick, deep, thick), own.body, own.material)
            if k == tall[i]:
                continue
            middle = level + each / 2
            inner = each - thick
            if backed:
                back = (inner, 0.006, inner)
                parts.box((x, -deep / 2 + 0.004, middle), back, palette.shade(own.body, 0.92))
            u = rng.random()
            if u < 0.18:  # a fitting box
                size = (inner * 0.96, deep * 0.95, inner * rng.uniform(0.75, 0.95))
                parts.box((x, 0, level + thick / 2 + size[2] / 2), size, color, round=0.01)
                parts.box(
                    (x, deep * 0.476, level + inner * 0.6), (0.09, 0.006, 0.025), (40, 40, 42)
                )
            elif u < 0.25:
                joinery.door(parts, rng, own, (x, deep / 2 - 0.01, middle), (inner, inner))
            else:
                span, levels = (x - inner / 2, x + inner / 2), (level + thick / 2, level + inner)
                _fill_level(parts, rng, span, deep, levels, empty=empty)
    if high > 1.0 and wide / high < 0.4:
        parts.box((0, 0, 0.01), (wide, deep, 0.02), own.body, own.material)
    return parts


def _ladder(rng: np.random.Generator) -> Parts:
    """Boards that get narrower towards the top between two leaning or A-shaped sides."""
    parts, own = Parts(), joinery.look(rng)
    wide, deep, high = rng.uniform(0.45, 0.9), rng.uniform(0.38, 0.55), rng.uniform(1.3, 1.95)
    metal = rng.random() < 0.5
    frame, material = (own.metal, "metal") if metal else (own.body, own.material)
    thick = 0.022 if metal else rng.uniform(0.025, 0.04)
    for s in (-1, 1):
        x = s * (wide / 2 - thick / 2)
        parts.tube(
            [(x, deep / 2, 0), (x, -deep / 2 + 0.05, high)], thick / 2, frame, material, sides=6
        )
        parts.box((x, -deep / 2 + 0.01, high / 2), (thick, thick, high), frame, material)
    count = int(rng.integers(4, 6))
    for i in range(count):
        level = high * (0.06 + 0.9 * i / (count - 1))
        reach = deep * (1 - 0.82 * level / high)
        front = -deep / 2 + reach + 0.03
        middle = (front - deep / 2) / 2
        parts.box((0, middle, level), (wide, front + deep / 2, 0.02), own.body, own.material)
        room = (-wide * 0.45, wide * 0.45, -deep / 2, front - 0.02, level + 0.011, level + 0.3)
        if front + deep / 2 > 0.12:
            shelf_things.fill(parts, rng, room, empty=0.25)
    return parts


def _open_frame(rng: np.random.Generator) -> Parts:
    """A steel or wooden frame without a back, boards of wood, sometimes crossed rods behind."""
    parts, own = Parts(), joinery.look(rng)
    wide, deep = rng.uniform(0.6, 1.6), rng.uniform(0.25, 0.4)
    high = rng.uniform(0.8, 2.0)
    metal = rng.random() < 0.65
    frame, material = (own.metal, "metal") if metal else (own.body, own.material)
    plank = palette.wood(rng) if metal else own.body
    thick = rng.uniform(0.02, 0.035)
    parts.legs((wide, deep), high, thick, frame, material)
    count = max(2, round(high / rng.uniform(0.3, 0.45)))
    for i in range(count + 1):
        level = 0.08 + (high - 0.09) * i / count
        parts.box((0, 0, level), (wide - 0.005, deep * 0.96, 0.022), plank, "wooden")
        for s in (-1, 1):
            side = (s * (wide / 2 - thick / 2), 0, level - 0.012)
            parts.box(side, (thick, deep, 0.015), frame, material)
        if i < count or rng.random() < 0.5:
            top = level + (high - 0.09) / count - 0.03
            _fill_level(
                parts,
                rng,
                (-wide / 2 + 0.03, wide / 2 - 0.03),
                deep,
                (level + 0.012, top),
                empty=0.2,
            )
    if rng.random() < 0.4:
        for s in (-1, 1):
            ends = [(-s * wide / 2, -deep / 2, 0.1), (s * wide / 2, -deep / 2, high * 0.95)]
            parts.tube(ends, 0.005, frame, material, sides=5)
    return parts


def _revolving(rng: np.random.Generator) -> Parts:
    """A narrow tower of boards about a spine, books on each, or piles that seem to float."""
    parts, own = Parts(), joinery.look(rng)
    wide, high = rng.uniform(0.28, 0.42), rng.uniform(1.1, 1.9)
    foot = (wide, wide, 0.03)
    parts.box((0, 0, 0.015), foot, own.body, own.material)
    parts.box((0, -wide * 0.3, high / 2), (0.08, 0.03, high), own.body, own.material)
    count = int(rng.integers(5, 9))
    for i in range(count):
        level = 0.05 + (high - 0.2) * i / count
        parts.box((0, 0, level), (wide * 0.85, wide * 0.7, 0.012), own.body, own.material)
        gap = (high - 0.2) / count - 0.03
        room = (-wide * 0.42, wide * 0.42, -wide * 0.25, wide * 0.35, level + 0.007, level + gap)
        shelf_things.pile(parts, rng, room)
    return parts


@family("bookshelf", mount="floor", has_front=True)
def bookshelf(rng: np.random.Generator) -> Parts:
    """A case, a grid of cubes, a ladder, an open frame, or a tower."""
    makers = (_case, _cubes, _ladder, _open_frame, _revolving)
    parts = makers[int(rng.choice(5, p=[0.5, 0.2, 0.08, 0.15, 0.07]))](rng)
    return parts


def _store_shelf(rng: np.random.Generator) -> Parts:
    """Steel or plastic posts with boards or wire, for stores, kitchens, garages."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.6, 1.5), rng.uniform(0.3, 0.6), rng.uniform(0.9, 2.1)
    style = int(rng.integers(4))
    rgb = palette.steel(rng) if rng.random() < 0.5 else palette.case(rng, dark=0.6, other=0.1)
    material = "plastic" if style == 2 else "metal"
    wooden = style == 3
    if wooden:
        rgb, material = palette.wood(rng), "wooden"
    thick = {0: 0.035, 1: 0.025, 2: 0.045, 3: 0.04}[style]
    parts.legs((wide, deep), high, thick, rgb, material, round_=style in (1, 2))
    count = int(rng.integers(3, 6))
    plank = palette.wood(rng) if style == 0 and rng.random() < 0.4 else rgb
    for i in range(count):
        level = 0.08 + (high - 0.1) * i / (count - 1)
        if style == 1:  # wire
            for k in range(9):
                y = -deep / 2 + deep * (k + 0.5) / 9
                parts.cylinder((0, y, level), 0.004, wide, rgb, "metal", axis="x", sides=5)
            for s in (-1, 1):
                bar = (wide, 0.008, 0.03)
                parts.box((0, s * deep / 2, level - 0.01), bar, rgb, "metal")
        elif wooden:
            for k in range(4):
                y = -deep / 2 + deep * (k + 0.5) / 4
                parts.box((0, y, level), (wide, deep / 4 * 0.85, 0.018), rgb, "wooden")
        else:
            parts.box((0, 0, level), (wide - 0.01, deep - 0.01, 0.035), plank, material)
        if i < count - 1 or rng.random() < 0.5:
            top = level + (high - 0.1) / (count - 1) - 0.05
            span = (-wide / 2 + thick, wide / 2 - thick)
            _fill_level(parts, rng, span, deep, (level + 0.018, top), empty=0.2, things=STORE)
    if rng.random() < 0.2:
        for part in parts.parts:
            part.move(z=0.09)
        for x in (-1, 1):
            for y in (-1, 1):
                at = (x * (wide / 2 - 0.03), y * (deep / 2 - 0.03), 0.045)
                parts.wheel(at, 0.045, 0.025, palette.black(rng))
        parts.has.add("wheels")
    return parts


@family("shelf", mount="floor", has_front=True)
def shelf(rng: np.random.Generator) -> Parts:
    """A rack of a store or kitchen, or a low and open piece of a living room."""
    if rng.random() < 0.65:
        return _store_shelf(rng)
    return (_open_frame, _ladder, _case)[int(rng.integers(3))](rng)


@family("wall shelf", mount="wall", has_front=True, elevation=1.3)
def wall_shelf(rng: np.random.Generator) -> Parts:
    """A board alone, on brackets or ropes, several on rails, a box, or a hexagon."""
    parts, own = Parts(), joinery.look(rng)
    wide, deep = rng.uniform(0.3, 1.3), rng.uniform(0.12, 0.28)
    style = int(rng.integers(5))
    if style == 4:
        _wall_box(parts, rng, own, deep)
        parts.elevation = rng.uniform(1.1, 1.6)
        return parts
    rails = style == 2
    count = int(rng.integers(2, 5)) if rails else int(rng.choice([1, 1, 1, 2, 3]))
    gap, thick = rng.uniform(0.24, 0.36), rng.uniform(0.016, 0.05)
    for i in range(count):
        level = 0.12 + gap * i
        parts.box((0, 0, level), (wide, deep, thick), own.body, own.material)
        top = level + thick / 2
        _fill_level(parts, rng, (-wide / 2, wide / 2), deep, (top, top + gap - 0.04), empty=0.2)
        for s in (-1, 1):
            x = s * wide * 0.36
            if style in (1, 2):
                under = level - thick / 2
                reach = deep * (0.45 if style == 1 else 0.3)
                side = [(-deep / 2, under), (reach, under), (reach, under - 0.012)]
                side += [(-deep / 2 + 0.015, under - rng.uniform(0.06, 0.11))]
                side += [(-deep / 2, under - 0.11)]
                parts.extrude(side, 0.02, own.metal, "metal", plane="yz").move(x=x)
            elif style == 3:  # ropes
                peak = 0.12 + gap * (count - 1) + 0.35
                for y in (-0.45, 0.45):
                    ends = [(x * 1.25, y * deep, 0.1), (x * 1.25, -deep / 2, peak)]
                    parts.tube(ends, 0.005, palette.pick(rng, (190, 160, 110)), sides=5)
    if rails:
        for s in (-1, 1):
            tall = gap * count + 0.05
            at = (s * wide * 0.36, -deep / 2 - 0.006, tall / 2)
            parts.box(at, (0.025, 0.012, tall), own.metal, "metal")
    parts.elevation = rng.uniform(0.8, 1.2) if count > 2 else rng.uniform(1.1, 1.6)
    return parts


def _wall_box(parts: Parts, rng: np.random.Generator, own: Look, deep: float) -> None:
    """An open box with one to three compartments, or hexagons beside each other."""
    if rng.random() < 0.5:
        wide, high = rng.uniform(0.3, 1.1), rng.uniform(0.22, 0.4)
        joinery.carcass(parts, (wide, deep, high), 0.0, own, back=rng.random() < 0.5)
        count = max(1, round(wide / 0.35))
        for i in range(count):
            x0, x1 = (-wide / 2 + wide * k / count for k in (i, i + 1))
            if i:
                parts.box((x0, 0, high / 2), (0.016, deep, high), own.body, own.material)
            levels = (0.018, high - 0.02)
            _fill_level(parts, rng, (x0 + 0.01, x1 - 0.01), deep, levels, empty=0.2)
        return
    radius = rng.uniform(0.16, 0.24)
    for i in range(int(rng.integers(1, 4))):
        x, z = i * radius * 1.52, radius * 0.87 * (1 + i % 2)
        for k in range(6):
            angle = np.radians(60 * k + 30)
            at = (x + radius * 0.87 * np.cos(angle), 0, z + radius * 0.87 * np.sin(angle))
            wall = parts.box(at, (0.014, deep, radius), own.body, own.material)
            wall.turn("y", -60 * k - 30, at)
        room = (x - radius * 0.4, x + radius * 0.4, -deep * 0.4, deep * 0.4, z - radius * 0.85, z)
        shelf_things.fill(parts, rng, room, things=("vase", "plant", "pile"))
