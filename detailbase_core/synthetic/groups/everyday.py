"""All kinds of furniture that a stock has, wherever they can be put: everyday.yaml says where.

Rooms of the frozen exams do without.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.yaml_files import read_yaml

if TYPE_CHECKING:
    from detailbase_core.synthetic.furniture_model import FurnitureModel
    from detailbase_core.synthetic.layout import Layout

_ANY_KIND = 0.35  # how often any kind of the stock is put anywhere that it can be
_NEVER_LOOSE = frozenset({"door", "window"})
_TOO_LARGE_M = 2.6  # what is longer fills a room
_SOFT = frozenset(
    {
        "bed",
        "sofa",
        "armchair",
        "chair",
        "office chair",
        "bench",
        "mattress",
        "stool",
        "bunk bed",
        "ottoman",
        "lounge chair",
        "bean bag",
    }
)


@dataclass(frozen=True)
class Rule:
    """Places of some objects, see everyday.yaml."""

    items: tuple[str, ...]
    where: str
    on: frozenset[str] | None
    rooms: frozenset[str] | None
    most: int
    weight: float
    bottom: tuple[float, float] | None


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(
        items=tuple(row["objects"]),
        where=row["where"],
        on=frozenset(row["on"]) if "on" in row else None,
        rooms=frozenset(row["rooms"]) if "rooms" in row else None,
        most=row.get("most", 1),
        weight=row.get("weight", 1.0),
        bottom=tuple(row["bottom"]) if "bottom" in row else None,
    )


RULES = tuple(map(_rule, read_yaml(Path(__file__).parents[1] / "everyday.yaml")))


def openings(layout: Layout) -> None:
    """One to three doors and up to four windows, many of them with curtains or blinds."""
    rng, stock = layout.rng, layout.stock
    for model in stock.twins("door", int(rng.choice([1, 1, 2, 2, 3])), rng):
        index = layout.hang(model, bottom=0.0)
        if index is not None:
            layout.grid.keep_free(layout.items[index].to_room(0.0, 0.5), 0.4)
    covers = []
    if rng.random() < 0.6:
        covers = stock.twins(str(rng.choice(["curtain", "curtain", "blinds"])), 4, rng)
    for i, model in enumerate(stock.twins("window", int(rng.integers(0, 5)), rng)):
        index = layout.hang(model)
        if index is not None and i < len(covers) and rng.random() < 0.8:
            layout.hang(covers[i], above=index, ignore=frozenset({layout.id_of(index)}))


def more(layout: Layout, theme: str, wanted: int) -> None:
    """Further objects until the room holds about so many.

    Args:
        layout: a room with the groups of its theme.
        theme: its kind.
        wanted: number of objects.
    """
    rng = layout.rng
    there = layout.stock.categories
    fitting = [rule for rule in RULES if rule.rooms is None or theme in rule.rooms]
    known = [tuple(item for item in rule.items if item in there) for rule in fitting]
    weights = np.array([r.weight * bool(k) for r, k in zip(fitting, known, strict=True)])
    kinds = sorted(there - _NEVER_LOOSE)
    for _ in range(3 * wanted):
        if len(layout.items) >= wanted:
            return
        if rng.random() < _ANY_KIND:
            _put_anywhere(layout, str(rng.choice(kinds)))
            continue
        at = int(rng.choice(len(fitting), p=weights / weights.sum()))
        rule, item = fitting[at], str(rng.choice(known[at]))
        count = int(rng.integers(1, rule.most + 1))
        for model in layout.stock.twins(item, count, rng):
            _put(layout, model, rule)


def _put(layout: Layout, model: FurnitureModel, rule: Rule) -> int | None:
    if rule.where == "on" and model.mount in ("top", "floor"):
        return _put_on(layout, model, rule.on)
    if rule.where == "hang" and model.mount == "wall":
        bottom = None if rule.bottom is None else float(layout.rng.uniform(*rule.bottom))
        return layout.hang(model, bottom=bottom)
    if rule.where == "corner" and model.mount in ("top", "floor"):
        return layout.in_corner(model)
    if rule.where == "free" and model.mount in ("top", "floor"):
        return layout.anywhere(model, square=bool(layout.rng.random() < 0.5))
    return _put_by_mount(layout, model)


def _put_anywhere(layout: Layout, kind: str) -> None:
    """One or two of a kind, where their mount says."""
    rng = layout.rng
    for model in layout.stock.twins(kind, int(rng.choice([1, 1, 2])), rng):
        if max(model.size[:2]) < _TOO_LARGE_M:
            _put_by_mount(layout, model)


def _put_by_mount(layout: Layout, model: FurnitureModel) -> int | None:
    rng = layout.rng
    if model.mount == "ceiling":
        return layout.hang_from_ceiling(model)
    if model.mount == "wall":
        return layout.hang(model, bottom=max(0.0, model.elevation + float(rng.normal(0, 0.1))))
    if model.mount == "top":
        index = _put_on(layout, model, None) if rng.random() < 0.8 else None
        if index is not None or max(model.size) < 0.1:
            return index
    if rng.random() < 0.6:
        return layout.against_wall(model)
    return layout.anywhere(model, square=bool(rng.random() < 0.6))


def _put_on(layout: Layout, model: FurnitureModel, on: frozenset[str] | None) -> int | None:
    """On one of the objects that carry such, which is tried in any order."""
    carriers = [
        row
        for row, item in enumerate(layout.items)
        if item.model.on and (item.model.category in on if on else item.model.category not in _SOFT)
    ]
    for row in layout.rng.permutation(len(carriers))[:4].tolist():
        index = layout.on_top(model, carriers[row], turn=0.6)
        if index is not None:
            return index
    return None
