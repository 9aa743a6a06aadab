"""furniture_table.csv: what a person saw when looking at each catalogue model."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_card import MOUNTS

TABLE = Path(__file__).with_suffix(".csv")
COLUMNS = (
    "library",
    "id",
    "category",
    "mount",
    "elevation",
    "has_front",
    "turn",
    "shape",
    "color",
    "material",
    "parts",
    "lacks",
    "note",
)


@dataclass(frozen=True)
class Row:
    """One model's row.

    Attributes:
        key: LIBRARY/ID.
        category: what people call it; "" = left out of the bank, `note` says why.
        mount: where it is put.
        elevation: height of its lowest point where it hangs on a wall, metres; None = catalogue's.
        has_front: whether "in front of" and "facing" make sense.
        turn: degrees about z to add so that its front is towards +y.
        shape: where the computed word is wrong or there is none; None = compute.
        color, material: likewise; "" = no single word fits ("none" in the file).
        parts, lacks: what people would say it is with or without.
        note: for people.
    """

    key: str
    category: str
    mount: str
    elevation: float | None
    has_front: bool
    turn: float
    shape: str | None
    color: str | None
    material: str | None
    parts: frozenset[str]
    lacks: frozenset[str]
    note: str


def read_table(path: Path = TABLE) -> dict[str, Row]:
    """All rows by key.

    Raises:
        BadFileError: the table is missing, or a row makes no sense; says which line.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise BadFileError(f"{path}: its columns should be {','.join(COLUMNS)}")
            rows = [_row(fields, f"{path}, line {reader.line_num}") for fields in reader]
    except OSError as error:
        raise BadFileError(f"{path}: cannot be read: {error}") from error
    table = {row.key: row for row in rows}
    if len(table) != len(rows):
        raise BadFileError(f"{path}: a model has two rows")
    return table


def _row(fields: dict[str, str], where: str) -> Row:
    if None in fields.values() or None in fields:
        raise BadFileError(f"{where}: not {len(COLUMNS)} fields")
    if fields["category"] and fields["mount"] not in MOUNTS:
        raise BadFileError(f"{where}: mount is {fields['mount']!r}, not one of {MOUNTS}")
    try:
        turn = float(fields["turn"] or 0)
        elevation = float(fields["elevation"]) if fields["elevation"] else None
    except ValueError as error:
        raise BadFileError(f"{where}: turn and elevation are numbers or empty: {error}") from error
    return Row(
        key=f"{fields['library']}/{fields['id']}",
        category=fields["category"],
        mount=fields["mount"],
        elevation=elevation,
        has_front=fields["has_front"] == "yes",
        turn=turn,
        shape=fields["shape"] or None,
        color=_word(fields["color"]),
        material=_word(fields["material"]),
        parts=frozenset(fields["parts"].split()),
        lacks=frozenset(fields["lacks"].split()),
        note=fields["note"],
    )


def _word(field: str) -> str | None:
    return "" if field == "none" else field or None
