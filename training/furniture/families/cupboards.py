"""Families of cupboards of living rooms and kitchens: TV stands, wall cabinets."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from training.furniture.families import joinery, palette, shelf_things
from training.furniture.families.registry import family
from training.furniture.families.shapes import Parts


@family("tv stand", mount="floor", has_front=True)
def tv_stand(rng: np.random.Generator) -> Parts:
    """Long and low: doors, flaps and drawers beside open niches; of glass boards; on wheels."""
    style = rng.random()
    if style < 0.14:
        return _glass_stand(rng)
    parts, own = Parts(), joinery.look(rng, (*joinery.DOORS, "slab"))
    wide, deep, high = rng.uniform(0.9, 2.1), rng.uniform(0.34, 0.5), rng.uniform(0.24, 0.5)
    hangs = rng.random() < 0.12
    z = 0.0 if hangs else joinery.feet(parts, rng, (wide, deep), own, highest=0.22)
    joinery.carcass(parts, (wide, deep, high), z, own, back=rng.random() < 0.8)
    count = int(rng.choice([2, 3, 3, 4]))
    share = np.ones(count)
    if count == 3:
        share[1] = rng.uniform(0.8, 1.8)
    edges = np.concatenate([[0.0], np.cumsum(share / share.sum())]) * wide - wide / 2
    closed = str(rng.choice(["door", "drawers", "flap"]))
    opened = rng.random(count) < rng.choice([0.15, 0.5, 0.9])
    if count == 3 and rng.random() < 0.6:
        opened[:] = (False, True, False)
    front = deep / 2 + 0.002
    for i, (x0, x1) in enumerate(itertools.pairwise(edges)):
        x, each = (x0 + x1) / 2, x1 - x0
        if i:
            parts.box((x0, 0, z + high / 2), (0.018, deep - 0.01, high), own.body, own.material)
        if opened[i]:
            _niche(parts, rng, own, (x0 + 0.012, x1 - 0.012), deep, (z + 0.018, z + high - 0.02))
        elif closed == "drawers":
            rows = 2 if high > 0.3 else 1
            for k in range(rows):
                level = z + high * (k + 0.5) / rows
                joinery.drawer(parts, rng, own, (x, front, level), (each, high / rows - 0.01))
        elif closed == "door" and each < 0.7:
            hinge = -1 if i < count / 2 else 1
            at, size = (x, front, z + high / 2), (each, high - 0.02)
            joinery.door(parts, rng, own, at, size, hinge=hinge)
        else:
            at, size = (x, front, z + high / 2), (each, high - 0.02)
            joinery.door(parts, rng, replace(own, handle="none"), at, size)
    top = (wide + rng.uniform(0, 0.04), deep + 0.02, rng.uniform(0.015, 0.04))
    parts.box((0, 0.01, z + high + top[2] / 2), top, own.body, own.material)
    if hangs:
        parts.mount, parts.elevation = "wall", rng.uniform(0.2, 0.35)
    return parts


def _niche(
    parts: Parts,
    rng: np.random.Generator,
    own: joinery.Look,
    span: tuple[float, float],
    deep: float,
    levels: tuple[float, float],
) -> None:
    """An open compartment, with a board or not, with players and boxes or empty."""
    x0, x1 = span
    low, high = levels
    middle = (low + high) / 2
    halves = [(low, middle - 0.008), (middle + 0.008, high)] if rng.random() < 0.5 else [levels]
    if len(halves) == 2:
        board = (x1 - x0, deep - 0.04, 0.016)
        parts.box(((x0 + x1) / 2, 0, middle), board, own.body, own.material)
    for z0, z1 in halves:
        wide, tall = min(x1 - x0 - 0.02, rng.uniform(0.27, 0.43)), min(z1 - z0, 0.09) * 0.8
        if rng.random() < 0.5:  # a player, a receiver, a console
            box = (wide, deep * 0.7, tall)
            at = ((x0 + x1) / 2, 0.02, z0 + tall / 2)
            color = palette.black(rng) if rng.random() < 0.75 else palette.steel(rng)
            parts.box(at, box, color, "metal")
            light = (at[0] - wide * 0.3, at[1] + box[1] / 2, at[2])
            parts.box(light, (0.03, 0.004, 0.012), palette.pick(rng, (90, 160, 220), (60, 200, 90)))
        elif rng.random() < 0.6:
            room = (x0, x1, -deep * 0.4, deep * 0.42, z0, z1)
            shelf_things.fill(parts, rng, room, things=("books", "box", "pile", "vase"))


def _glass_stand(rng: np.random.Generator) -> Parts:
    """Two or three boards of glass or lacquer on metal columns, with a player."""
    parts = Parts()
    wide, deep, high = rng.uniform(0.8, 1.4), rng.uniform(0.38, 0.5), rng.uniform(0.4, 0.55)
    glass = palette.pick(rng, (30, 34, 36), (60, 72, 76), (20, 20, 22), (150, 164, 166))
    post = palette.steel(rng) if rng.random() < 0.6 else palette.black(rng)
    count = int(rng.integers(2, 4))
    bow = rng.uniform(0.0, 0.12)
    for i in range(count):
        level = 0.06 + (high - 0.06) * i / (count - 1)
        x = np.linspace(-wide / 2, wide / 2, 11)
        outline = [(-wide / 2, -deep / 2), (wide / 2, -deep / 2)]
        outline += [(a, deep / 2 - bow * (2 * a / wide) ** 2) for a in x[::-1]]
        parts.extrude(outline, 0.012, glass, "glass", plane="xy").move(z=level)
        if i < count - 1 and rng.random() < 0.7:
            box = (0.42, 0.26, 0.06)
            parts.box((rng.uniform(-0.2, 0.2), 0, level + 0.036), box, palette.black(rng), "metal")
    for sx in (-1, 1):
        for sy in (-1, 1):
            y = -deep * 0.4 if sy < 0 else deep * 0.3
            parts.cylinder((sx * wide * 0.42, y, high / 2), 0.025, high, post, "metal", sides=12)
    return parts


@family("kitchen cabinet", mount="wall", has_front=True, elevation=1.42)
def kitchen_cabinet(rng: np.random.Generator) -> Parts:
    """A row of cupboards for the wall: doors, glass, a flap, open ends, one low over a hood."""
    parts, own = Parts(), joinery.look(rng, ("slab", "slab", "shaker", "raised"))
    own = replace(own, handle=str(rng.choice(["knob", "bar", "bar", "edge", "none", "cup"])))
    deep, high = rng.uniform(0.3, 0.4), rng.uniform(0.5, 0.95)
    count = int(rng.integers(1, 6))
    each = [float(rng.choice([0.3, 0.4, 0.45, 0.5, 0.6, 0.8])) for _ in range(count)]
    x = -sum(each) / 2
    for i, wide in enumerate(each):
        unit = Parts()
        u = rng.random()
        tall = high * 0.5 if u < 0.1 and count > 2 and 0 < i < count - 1 else high
        z = high - tall
        joinery.carcass(unit, (wide, deep, tall), z, own)
        front, middle = deep / 2 + 0.01, z + tall / 2
        if 0.1 <= u < 0.2 and count > 1:  # open
            for k in range(3):
                level = z + tall * k / 3
                unit.box((0, 0, level + 0.01), (wide, deep - 0.01, 0.016), own.body, own.material)
                room = (-wide * 0.44, wide * 0.44, -deep * 0.4, deep * 0.38, level + 0.018)
                things = ("dishes", "dishes", "vase", "books")
                shelf_things.fill(unit, rng, (*room, level + tall / 3 - 0.02), things=things)
        else:
            look = replace(own, door="glass") if u > 0.9 else own
            if wide > 0.55:
                for s in (-1, 1):
                    at, size = (s * wide / 4, front, middle), (wide / 2, tall)
                    joinery.door(unit, rng, look, at, size, hinge=s, low=True)
            else:
                side = -1 if i % 2 else 1
                at, size = (0.0, front, middle), (wide, tall)
                joinery.door(unit, rng, look, at, size, hinge=side, low=True)
        parts.join(unit, x + wide / 2)
        x += wide
    if rng.random() < 0.3:  # a moulding above, or a board for light below
        strip = (sum(each) + 0.04, deep + 0.06, 0.05)
        parts.box((0, 0.02, high + 0.025), strip, own.front, own.material)
    return parts
