"""kinds.csv: what the furniture of other people's tables is called, and where it is put."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_card import MOUNTS
from detailbase_core.yaml_files import read_yaml

if TYPE_CHECKING:
    from training.furniture.places import Kind as Carries

KINDS = Path(__file__).with_suffix(".csv")
COLUMNS = ("kind", "category", "mount", "bottom", "front", "carries", "note")
CATEGORIES: dict[str, Any] = read_yaml(Path(__file__).with_name("categories.yaml"))
PLACES: dict[str, Carries] = {
    category: place for place, those in CATEGORIES["carries"].items() for category in those
}
_CARRIES = ("", "top", "seat", "shelves")


@dataclass(frozen=True)
class FurnitureKind:
    """Rules by which models of one kind are taken into a bank.

    Attributes:
        category: what people call it; "" = left out, `note` says why.
        mount: where it is put, whatever a table says; "" = as the table says.
        bottom: height of its lowest point where it hangs on a wall, metres; None = its middle is
            at eye level.
        has_front: False where "in front of" means nothing, whatever a table says.
        carries: how smaller things are put on it; None = not at all.
        note: for people.
    """

    category: str
    mount: str = ""
    bottom: float | None = None
    has_front: bool = True
    carries: Carries | None = None
    note: str = ""


class FurnitureKinds:
    """All kinds that are known; any other is called as it is written."""

    def __init__(self, kinds: dict[str, FurnitureKind]) -> None:
        self._kinds = kinds

    def of(self, kind: str) -> FurnitureKind:
        """A kind; an unknown one is its own category."""
        return self._kinds.get(kind) or FurnitureKind(kind, carries=PLACES.get(kind))

    @property
    def categories(self) -> frozenset[str]:
        """Names of the kinds."""
        return frozenset(kind.category for kind in self._kinds.values() if kind.category)


def read_kinds(path: Path = KINDS) -> FurnitureKinds:
    """All rows of a file like kinds.csv.

    Raises:
        BadFileError: the file is missing, or a row makes no sense; says which line.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise BadFileError(f"{path}: its columns should be {','.join(COLUMNS)}")
            kinds = {row["kind"]: _kind(row, f"{path}, line {reader.line_num}") for row in reader}
    except OSError as error:
        raise BadFileError(f"{path}: cannot be read: {error}") from error
    return FurnitureKinds(kinds)


def _kind(row: dict[str, str], where: str) -> FurnitureKind:
    if None in row.values() or None in row:
        raise BadFileError(f"{where}: not {len(COLUMNS)} fields")
    if row["mount"] and row["mount"] not in MOUNTS:
        raise BadFileError(f"{where}: mount is {row['mount']!r}, not one of {MOUNTS}")
    if row["carries"] not in _CARRIES:
        raise BadFileError(f"{where}: carries is {row['carries']!r}, not one of {_CARRIES}")
    try:
        bottom = float(row["bottom"]) if row["bottom"] else None
    except ValueError as error:
        raise BadFileError(f"{where}: bottom is a number or empty: {error}") from error
    carries = row["carries"] or PLACES.get(row["category"])
    return FurnitureKind(
        row["category"],
        row["mount"],
        bottom,
        row["front"] != "no",
        cast("Carries | None", carries),
        row["note"],
    )
