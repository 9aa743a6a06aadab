"""Kinds of rooms, their sizes and what stands in them, from themes.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detailbase_core.synthetic.groups import common, seating, sleep, wet, work
from detailbase_core.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from detailbase_core.synthetic.layout import Layout

    Group = Callable[[Layout], None]


@dataclass(frozen=True)
class Theme:
    """A kind of room.

    Attributes:
        groups: what to put in, in this order, each with its chance.
        sides: shortest and longest wall, metres.
        objects: how many objects it should hold, fewest and most.
        weight: how often it is built.
        everyday: whether it is one of those that the frozen exams do without.
    """

    groups: tuple[tuple[Group, float], ...]
    sides: tuple[float, float] = (3.0, 6.5)
    objects: tuple[int, int] = (14, 40)
    weight: float = 1.0
    everyday: bool = False


def _theme(row: Mapping[str, Any]) -> Theme:
    """A theme from its row of themes.yaml."""
    groups = tuple((_group(name), float(chance)) for name, chance in row["groups"])
    ranges = {name: tuple(row[name]) for name in ("sides", "objects") if name in row}
    everyday = bool(row.get("everyday", False))
    return Theme(groups, weight=float(row.get("weight", 1.0)), everyday=everyday, **ranges)


def _group(name: str) -> Group:
    """The function called "module.function" of synthetic/groups/."""
    module, _, function = name.partition(".")
    group: Group = getattr(_MODULES[module], function)
    return group


_MODULES = {"common": common, "seating": seating, "sleep": sleep, "wet": wet, "work": work}
THEMES: dict[str, Theme] = {
    name: _theme(row) for name, row in read_yaml(Path(__file__).with_name("themes.yaml")).items()
}
