"""Metadata of a furniture model, besides its samples, as JSON and back."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detailbase_core.synthetic.furniture_model import Surface

if TYPE_CHECKING:
    from detailbase_core.synthetic.furniture_model import FurnitureModel, Mount

MOUNTS = ("floor", "top", "wall", "ceiling")


@dataclass(frozen=True)
class Card:
    """The fields of FurnitureModel that are not arrays, with the same meaning."""

    key: str
    name: str
    category: str
    library: str
    author: str
    license: str
    mount: Mount
    elevation: float
    size: tuple[float, float, float]
    radius: float
    color: str | None
    material: str | None
    shape: str | None
    has_front: bool
    parts: frozenset[str]
    lacks: frozenset[str]
    on: tuple[Surface, ...]
    under: tuple[Surface, ...]


def card_of(model: FurnitureModel) -> Card:
    """All but the samples."""
    return Card(**{f.name: getattr(model, f.name) for f in dataclasses.fields(Card)})


def parse_card(row: dict[str, object]) -> Card:
    """A card from its JSON object.

    Raises:
        ValueError: a field is missing, unknown, or cannot be.
    """
    fields = {f.name for f in dataclasses.fields(Card)}
    if set(row) != fields:
        raise ValueError(f"a model has wrong fields: {sorted(set(row) ^ fields)}")
    if row["mount"] not in MOUNTS:
        raise ValueError(f"{row['key']}: mount is {row['mount']!r}, not one of {MOUNTS}")
    return Card(
        key=_text(row["key"]),
        name=_text(row["name"]),
        category=_text(row["category"]),
        library=_text(row["library"]),
        author=_text(row["author"]),
        license=_text(row["license"]),
        mount=_text(row["mount"]),
        elevation=_number(row["elevation"]),
        size=_triple(row["size"]),
        radius=_number(row["radius"]),
        color=_word(row["color"]),
        material=_word(row["material"]),
        shape=_word(row["shape"]),
        has_front=row["has_front"] is True,
        parts=frozenset(map(_text, _list(row["parts"]))),
        lacks=frozenset(map(_text, _list(row["lacks"]))),
        on=tuple(map(_surface, _list(row["on"]))),
        under=tuple(map(_surface, _list(row["under"]))),
    )


def _surface(value: object) -> Surface:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is not a surface")
    x, y = _list(value["half"])
    return Surface(_triple(value["center"]), (_number(x), _number(y)), _number(value["clearance"]))


def _triple(value: object) -> tuple[float, float, float]:
    x, y, z = _list(value)
    return _number(x), _number(y), _number(z)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is not a word")
    return value


def _word(value: object) -> str | None:
    return None if value is None else _text(value)
