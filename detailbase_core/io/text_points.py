"""Points as text: XYZ, PTS, TXT and CSV, with or without a header line."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.ascii_table import load_rows, plain_numbers
from detailbase_core.io.colors import Colors, colors_from_columns
from detailbase_core.io.header_lines import BYTE_ORDER_MARK, unified_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

TEXT = "text with points"
_NUMBER = re.compile(rb"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?$|[-+]?(nan|inf|1\.#)", re.I)
_MISSING = re.compile(rb"(n/?a|null|none)?$", re.I)  # as tables write what they do not know
_COMMENTS = (b"#", b"//", b";", b"%")
# Names of the columns behind x y z where no header tells them, by their number.
_USUAL_COLUMNS = {
    3: (),
    4: ("intensity",),
    6: ("red", "green", "blue"),
    7: ("intensity", "red", "green", "blue"),
    9: ("red", "green", "blue", "nx", "ny", "nz"),
}
_FEWEST_NUMBERED = 4
_SAMPLE = 100_000  # rows of which values are counted
_FEWEST_COLORS, _MOST_SHARED = 16, 4  # values of a channel; of them to those of a label
_UNIT_NORMAL = 0.02  # normals are this exactly 1 long


def looks_like_points(head: bytes) -> bool:
    """Whether a text has rows of three numbers or more, all of one length, below its header."""
    lines = _content_lines(head)[:-1] if len(head) >= 4096 else _content_lines(head)
    rows = [_values(line) for line in lines[1:6]] or [_values(line) for line in lines[:1]]
    lengths = {len(row) for row in rows}
    are_numbers = all(map(_is_numbers, rows)) and any(_count_numbers(row) >= 3 for row in rows)
    return len(lengths) == 1 and lengths.pop() >= 3 and are_numbers


def read_text_points(data: bytes, name: str) -> tuple[NDArray[Any], Colors]:
    """Points of a text file.

    Columns are named by a header line ("x,y,z,r,g,b", "//X Y Z R G B"), or else are x y z and,
    by their number, the usual ones: intensity, colours, intensity and colours (PTS), normals
    where they are 1 long. The first line may be the number of points.

    Args:
        data: the whole file.
        name: how to call it in errors.

    Raises:
        BadFileError: rows of differing length, something that is no number, or too few columns.
    """
    text = unified_lines(data.removeprefix(BYTE_ORDER_MARK))
    try:
        names, rows = _names_and_rows(text)
        table = _table(rows)
        columns = named_columns(names, table)
    except ValueError as error:
        raise BadFileError(
            f"{name}: looks like text with points, but cannot be read ({error}); save it as PLY"
        ) from None
    xyz = np.column_stack([columns[axis] for axis in "xyz"])
    return xyz, colors_from_columns(columns)


def _content_lines(text: bytes) -> list[bytes]:
    """Lines that are not blank and no comments; a comment that names columns stays."""
    lines = [line.strip() for line in unified_lines(text).split(b"\n")]
    return [line for line in lines if line and not _is_comment(line)]


def _is_comment(line: bytes) -> bool:
    is_row = line.startswith(b";") and _is_numbers(_values(line))  # its first value is missing
    return line.startswith(_COMMENTS) and not is_row


def _values(line: bytes) -> list[bytes]:
    """The values of one row: between semicolons, tabs, commas or blanks."""
    for mark in (b";", b"\t", b","):
        if mark in line and not (mark == b"," and len(line.split()) >= 3):
            return [value.strip() for value in line.split(mark)]
    return [value.strip(b",") for value in line.split()]


def _is_numbers(values: list[bytes]) -> bool:
    """Whether all values are numbers, or missing."""
    return all(_NUMBER.match(value) or _MISSING.match(value) for value in values)


def _count_numbers(values: list[bytes]) -> int:
    return sum(1 for value in values if _NUMBER.match(value))


def _names_and_rows(text: bytes) -> tuple[list[str], list[bytes]]:
    """Column names of the header (empty without one), and the rows of numbers."""
    names: list[str] = []
    for line in text[:4096].split(b"\n"):  # a header may stand in a comment
        words = _values(line.lstrip(b"#/;% ").strip())
        lower = [word.strip(b'"').decode("ascii", "replace").lower() for word in words]
        if {"x", "y", "z"} <= {_plain_axis(word) for word in lower}:
            while not lower[-1]:  # lines end with a comma
                lower.pop()
            names = [_plain_axis(word) or f"column {k}" for k, word in enumerate(lower, 1)]
            break
    rows = _content_lines(text)
    first = re.split(rb"[;,\s]+", rows[0])[:3] if rows else []
    if rows and not any(map(_NUMBER.match, first)):
        rows = rows[1:]  # with a number among them it is a broken row, and no header
    if len(rows) > 1 and len(_values(rows[0])) == 1 and len(_values(rows[1])) > 1:
        if int(_values(rows[0])[0]) != len(rows) - 1:
            raise ValueError(f"its first line says {rows[0].decode()}, {len(rows) - 1} rows follow")
        rows = rows[1:]
    if not rows:
        raise ValueError("no rows of numbers")
    return names, rows


def _plain_axis(word: str) -> str:
    """ "x" of "//X", "X [m]", "point_x"."""
    match = re.match(r"(?:point_|coord_)?([xyz])\b", word)
    return match.group(1) if match else word


def _table(rows: list[bytes]) -> NDArray[np.float64]:
    first = rows[0]
    count = len(_values(first))
    mark = next((m for m in (b";", b"\t", b",") if m in first and len(first.split(m)) >= 3), b"")
    text = b"\n".join(rows)
    if mark:
        text = _with_nan(text, mark)
    if mark == b",":
        text = text.replace(b",", b" ")
    elif mark == b";":
        text = text.replace(b",", b".").replace(b";", b" ")
    elif b"," in text:
        text = text.replace(b",", b".")
    table = load_rows(io.BytesIO(plain_numbers(text)), comments=None)
    if table.shape[1] != count:
        raise ValueError(f"rows of {table.shape[1]} and of {count} values")
    is_ended = bool(mark) and first.endswith(mark) and bool(np.isnan(table[:, -1]).all())
    return table[:, :-1] if is_ended else table


def _with_nan(text: bytes, mark: bytes) -> bytes:
    """Rows between whose marks nothing is missing: what was is NaN."""
    text = re.sub(rb"(?m)(^|%b)[ \t]*(?=%b|$)" % (mark, mark), rb"\1nan", text)
    if text.translate(None, b"0123456789+-.,;eE \t\n"):
        text = re.sub(
            rb"(?mi)(^|%b)[ \t]*(?:n/?a|null|none)[ \t]*(?=%b|$)" % (mark, mark), rb"\1nan", text
        )
    return text


def named_columns(names: list[str], table: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Columns (N,) of a table by their names, or by their number where the names do not fit.

    Raises:
        ValueError: fewer than three columns.
    """
    if len(names) != table.shape[1]:
        table = table[:, 1:] if _is_numbering(table) else table
        width = table.shape[1]
        if width < 3:
            raise ValueError(f"{width} columns; x, y and z are needed")
        behind = _USUAL_COLUMNS.get(width, ("red", "green", "blue") if width > 6 else ())
        if width == 6 and _are_normals(table[:, 3:]):
            behind = ("nx", "ny", "nz")
        if width == 7 and _is_no_blue(table[:, 3:]):
            behind = ("red", "green", "blue")
        names = ["x", "y", "z", *behind]
        names += [f"column {k + 1}" for k in range(len(names), width)]
    columns: dict[str, NDArray[np.float64]] = {}
    for name, column in zip(names, table.T, strict=True):
        columns.setdefault(name, column)
    return columns


def _is_numbering(table: NDArray[np.float64]) -> bool:
    """Whether the first column counts the rows, from 0 or 1, in front of x y z."""
    rows, width = table.shape
    first = table[:, 0]
    return bool(
        width > 3
        and rows >= _FEWEST_NUMBERED
        and first[0] in (0.0, 1.0)
        and (first == first[0] + np.arange(rows)).all()
    )


def _is_no_blue(values: NDArray[np.float64]) -> bool:
    """Whether the last of four columns is an alpha channel or a label, and not a blue channel:
    it has far fewer values than the others.
    """
    last = values[:, 3]
    if last[0] in (1.0, 255.0) and (last == last[0]).all():
        return True
    *others, labels = (len(np.unique(column)) for column in values[:_SAMPLE].T)
    is_few = labels * _MOST_SHARED <= min(others) and min(others) >= _FEWEST_COLORS
    return bool(is_few and (last == np.rint(last)).all())


def _are_normals(values: NDArray[np.float64]) -> bool:
    """Whether vectors are all 1 long, and some point to a negative side."""
    lengths = np.linalg.norm(values, axis=1)
    return bool((np.abs(lengths - 1.0) < _UNIT_NORMAL).all() and (values < 0.0).any())
