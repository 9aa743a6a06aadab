"""Furnished rooms, rectangular or L-shaped, made from a seed and a stock of furniture."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.colors import jittered
from detailbase_core.synthetic.groups import common, everyday
from detailbase_core.synthetic.layout import Layout
from detailbase_core.synthetic.path import free_area
from detailbase_core.synthetic.room import (
    CEILING_ID,
    FIRST_OBJECT_ID,
    FLOOR_ID,
    WALL_IDS,
    Finish,
    Room,
    RoomObject,
)
from detailbase_core.synthetic.stock import Stock
from detailbase_core.synthetic.themes import THEMES
from detailbase_core.types import Box

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from detailbase_core.synthetic.layout import Placed
    from detailbase_core.synthetic.primitives import Color

# Raise it with every change that alters what a seed gives; exams name it.
GENERATOR_VERSION = "rooms-5"

MIN_OBJECTS, MAX_OBJECTS = 10, 45
_MIN_FREE_M2 = 1.2
_GRID_M = 0.05  # of wall lengths, so that cells and walls meet
_WALL_M = 0.1
_TRIES = 40
# What fills a room that is still too empty, and how often each is taken.
_FILLERS = (common.clutter, common.more_on_top, common.storage)
_FILLER_CHANCES = (0.4, 0.45, 0.15)


def generate_room(seed: int, stock: Stock | None = None) -> Room:
    """Make the room of this seed; equal seeds and stocks give equal rooms.

    Args:
        seed: not negative.
        stock: the furniture; None = made furniture only, no bank.

    Raises:
        ValueError: a negative seed, or a stock with which no room comes out.
    """
    if seed < 0:
        raise ValueError(f"a room's seed must not be negative, got {seed}")
    stock = Stock(()) if stock is None else stock
    for attempt in range(_TRIES):
        room = _furnish(seed, np.random.default_rng([seed, attempt]), stock)
        if len(room.furniture) >= MIN_OBJECTS and free_area(room) >= _MIN_FREE_M2:
            return room
    raise ValueError(
        f"room {seed}: {_TRIES} tries gave no room with {MIN_OBJECTS} things in it; the stock has "
        f"{len(stock.categories)} categories, which may be too few"
    )


def fingerprint(rooms: Iterable[Room]) -> str:
    """A hash of what stands in rooms: kinds, colours, models, and what is on what.

    It changes with the generator and its stock, not with the rounding of floating point.
    """
    digest = hashlib.sha256()
    for room in rooms:
        items = [(t.category, t.color, t.supported_by) for t in room.objects]
        digest.update(repr(items).encode())
    return digest.hexdigest()[:16]


def _furnish(seed: int, rng: np.random.Generator, stock: Stock) -> Room:
    names = [name for name, theme in THEMES.items() if stock.everyday or not theme.everyday]
    weights = np.array([THEMES[name].weight for name in names])
    name = str(rng.choice(names, p=weights / weights.sum()))
    theme = THEMES[name]
    outline = _outline(rng, theme.sides)
    layout = Layout(rng, stock, outline, round(float(rng.uniform(2.35, 2.85)) / 0.025) * 0.025)
    (everyday if stock.everyday else common).openings(layout)
    density = rng.uniform(0.9, 2.1)
    wanted = int(np.clip(layout.area * density, *theme.objects))
    for group, chance in theme.groups:
        if rng.random() < chance and len(layout.items) < wanted:
            group(layout)
    if rng.random() < 0.4:
        common.ceiling_lamps(layout)
    if stock.everyday:
        already = len(layout.items)
        everyday.more(layout, name, already + max(6, round(0.6 * (wanted - already))))
    for _ in range(8):
        if len(layout.items) < wanted:
            filler = _FILLERS[int(rng.choice(len(_FILLERS), p=_FILLER_CHANCES))]
            filler(layout)
    common.on_walls(layout)
    del layout.items[max(MAX_OBJECTS, theme.objects[1]) :]
    finish = _finish(rng, len(outline))
    structure = _structure(outline, layout.height, finish.ceiling)
    furniture = [_room_object(i, item) for i, item in enumerate(layout.items)]
    corners = tuple((float(x), float(y)) for x, y in outline)
    return Room(
        seed, name, corners, layout.height, (*structure, *furniture), finish, stock.everyday
    )


def _outline(rng: np.random.Generator, sides: tuple[float, float]) -> NDArray[np.float64]:
    """Corners, counter-clockwise, centred; one room in five has the shape of an L."""
    width, depth = (2 * round(s / 2 / _GRID_M) * _GRID_M for s in rng.uniform(*sides, 2))
    x, y = width / 2, depth / 2
    if rng.random() > 0.2 or min(width, depth) < 3.2:
        return np.array([(x, -y), (x, y), (-x, y), (-x, -y)])
    cut_x, cut_y = (round(s * rng.uniform(0.3, 0.45) / _GRID_M) * _GRID_M for s in (width, depth))
    corners = np.array(
        [
            (x, -y),
            (x, y - cut_y),
            (x - cut_x, y - cut_y),
            (x - cut_x, y),
            (-x, y),
            (-x, -y),
        ]
    )
    for _ in range(int(rng.integers(4))):  # which corner is cut off
        corners = np.stack([-corners[:, 1], corners[:, 0]], axis=1)
    return corners


def _finish(rng: np.random.Generator, walls: int) -> Finish:
    style = str(rng.choice(["planks", "planks", "tiles", "carpet", "plain"]))
    floor = jittered(str(rng.choice(["brown", "brown", "grey", "white", "grey"])), rng)
    base = [_pale(rng)] * walls
    if rng.random() < 0.25:  # one wall in another colour
        tint = str(rng.choice(["blue", "green", "grey", "yellow", "red", "orange"]))
        base[int(rng.integers(walls))] = _mixed(jittered(tint, rng), _pale(rng))
    skirting = _pale(rng) if rng.random() < 0.5 else None
    return Finish(floor, style, tuple(base), skirting, bool(rng.random() < 0.4))


def _pale(rng: np.random.Generator) -> Color:
    """A pale tint."""
    base = rng.uniform(205, 240)
    r, g, b = (round(float(base + shift)) for shift in rng.uniform(-16, 10, 3))
    return (r, g, b)


def _mixed(a: Color, b: Color) -> Color:
    r, g, bl = ((p + q) // 2 for p, q in zip(a, b, strict=True))
    return (r, g, bl)


def _structure(outline: NDArray[np.float64], height: float, ceiling: bool) -> list[RoomObject]:
    low, high = outline.min(axis=0), outline.max(axis=0)
    x, y = ((low + high) / 2).tolist()
    width, depth = (high - low).tolist()
    size = (width, depth, _WALL_M)
    floor = Box((x, y, -_WALL_M / 2), size, 0.0)
    objects = [RoomObject(FLOOR_ID, "floor", None, None, floor, None, False, True)]
    for id_, start, end in zip(WALL_IDS, outline, np.roll(outline, -1, axis=0), strict=False):
        along = end - start
        length = float(np.linalg.norm(along))
        inward = np.array([-along[1], along[0]]) / length
        middle = (start + end) / 2 - inward * _WALL_M / 2
        yaw = float(np.arctan2(-inward[0], inward[1]))
        wall = Box((float(middle[0]), float(middle[1]), height / 2), (length, _WALL_M, height), yaw)
        objects.append(RoomObject(id_, "wall", None, None, wall, None, True, True))
    if ceiling:
        top = Box((x, y, height + _WALL_M / 2), size, 0.0)
        objects.append(RoomObject(CEILING_ID, "ceiling", None, None, top, None, False, True))
    return objects


def _room_object(index: int, item: Placed) -> RoomObject:
    model, pose = item.model, item.pose
    yaw = float((pose.yaw + np.pi) % (2 * np.pi) - np.pi)
    box = Box((pose.x, pose.y, pose.z + model.size[2] / 2), model.size, yaw)
    return RoomObject(
        index + FIRST_OBJECT_ID,
        model.category,
        model.color,
        model.shape,
        box,
        item.support,
        model.has_front,
        material=model.material,
        parts=model.parts,
        lacks=model.lacks,
        model=model,
        pose=pose,
    )
