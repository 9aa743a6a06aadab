"""Furnished rectangular rooms, made from a seed.

Room frame: origin in the middle of the floor, z up, walls parallel to x and y, metres.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic import groups
from detailbase_core.synthetic.colors import jittered
from detailbase_core.synthetic.layout import Layout
from detailbase_core.synthetic.path import free_area
from detailbase_core.synthetic.primitives import PrimitiveTable
from detailbase_core.synthetic.room import (
    FIRST_OBJECT_ID,
    FLOOR_ID,
    WALL_IDS,
    Room,
    RoomObject,
)
from detailbase_core.types import Box

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detailbase_core.synthetic.layout import Placed
    from detailbase_core.synthetic.primitives import Color

# Raise it with every change that alters what a seed gives; exams name it.
GENERATOR_VERSION = "rooms-1"

MIN_OBJECTS, MAX_OBJECTS = 6, 20
_MIN_FREE_M2 = 1.5


def primitives_of(room: Room) -> PrimitiveTable:
    """All solids of the furniture, owner = object id."""
    pairs = [(solid, thing.id) for thing in room.furniture for solid in thing.solids]
    return PrimitiveTable.of([p[0] for p in pairs], [p[1] for p in pairs])


def generate_room(seed: int) -> Room:
    """Make the room of this seed; equal seeds give equal rooms.

    Raises:
        ValueError: a negative seed.
    """
    if seed < 0:
        raise ValueError(f"a room's seed must not be negative, got {seed}")
    attempt = 0
    while True:
        room = _furnish(seed, np.random.default_rng([seed, attempt]))
        loose = sum(thing.supported_by not in WALL_IDS for thing in room.furniture)
        if loose >= MIN_OBJECTS and free_area(room) >= _MIN_FREE_M2:
            return room
        attempt += 1


def fingerprint(seeds: Iterable[int]) -> str:
    """A hash of what stands in the rooms of these seeds: kinds, colours, and what is on what.

    It changes with the generator, not with the rounding of a machine's floating point.
    """
    digest = hashlib.sha256()
    for seed in seeds:
        things = generate_room(seed).objects
        digest.update(repr([(t.category, t.color, t.supported_by) for t in things]).encode())
    return digest.hexdigest()[:16]


def _furnish(seed: int, rng: np.random.Generator) -> Room:
    width, depth = sorted(rng.uniform(3.0, 6.5, 2).tolist(), reverse=bool(rng.random() < 0.5))
    layout = Layout(rng, (width / 2, depth / 2))
    groups.openings(layout)
    theme = str(rng.choice(list(groups.THEMES)))
    most = int(rng.integers(10, MAX_OBJECTS - 1))
    for name, chance in groups.THEMES[theme]:
        if rng.random() < chance and len(layout.items) < most:
            groups.GROUPS[name](layout)
    wanted = min(most, round(width * depth * rng.uniform(0.5, 0.9)))
    for _ in range(4):
        if len(layout.items) < wanted:
            (groups.storage if rng.random() < 0.25 else groups.clutter)(layout)
    groups.pictures(layout)
    size = (width, depth, float(rng.uniform(2.35, 2.8)))
    furniture = [_room_object(i, item, size) for i, item in enumerate(layout.items)]
    floor = jittered(str(rng.choice(["brown", "grey", "white", "brown"])), rng)
    wall = _wall_color(rng)
    x, y = width / 2, depth / 2
    outline = ((x, -y), (x, y), (-x, y), (-x, -y))
    return Room(
        seed, theme, outline, size[2], (*_structure(size), *furniture), floor, wall
    )


def _wall_color(rng: np.random.Generator) -> Color:
    """A pale tint."""
    base = rng.uniform(205, 240)
    r, g, b = (round(float(base + shift)) for shift in rng.uniform(-16, 10, 3))
    return (r, g, b)


def _structure(size: tuple[float, float, float]) -> list[RoomObject]:
    width, depth, height = size
    thick = 0.1
    floor = Box((0.0, 0.0, -thick / 2), (width, depth, thick), 0.0)
    objects = [RoomObject(FLOOR_ID, "floor", None, None, floor, None, False, True)]
    for i, id_ in enumerate(WALL_IDS[:4]):
        angle = i * np.pi / 2
        out = (size[i % 2] + thick) / 2
        center = (float(out * np.cos(angle)), float(out * np.sin(angle)), height / 2)
        wall = Box(center, (size[1 - i % 2], thick, height), float(angle + np.pi / 2))
        objects.append(RoomObject(id_, "wall", None, None, wall, None, True, True))
    return objects


def _room_object(index: int, item: Placed, size: tuple[float, float, float]) -> RoomObject:
    model = item.model
    middle = [(lo + hi) / 2 for lo, hi in zip(model.low, model.high, strict=True)]
    x, y = item.to_room((middle[0], middle[1]))
    yaw = float((item.yaw + np.pi) % (2 * np.pi) - np.pi)
    solids = tuple(s.moved((item.x, item.y, item.z), item.yaw) for s in model.solids)
    support = item.support + FIRST_OBJECT_ID if item.support >= 0 else FLOOR_ID
    if item.support == -2:
        gaps = (size[0] / 2 - x, size[1] / 2 - y, size[0] / 2 + x, size[1] / 2 + y)
        support = WALL_IDS[int(np.argmin(gaps))]
    return RoomObject(
        index + FIRST_OBJECT_ID, model.category, model.color, model.shape,
        Box((x, y, item.z + middle[2]), model.size, yaw), support, model.has_front, solids=solids,
    )  # fmt: skip
