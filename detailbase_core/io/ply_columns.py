"""The body of a PLY file: tables of scalars and lists, as bytes or as text."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.ascii_table import read_table

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass
class Property:
    """One column of an element; `count_type` is set for lists only."""

    name: str
    type: str
    count_type: str = ""


@dataclass
class Element:
    """A table of the file: "vertex", "face" ..."""

    name: str
    count: int
    properties: list[Property] = field(default_factory=list)

    @property
    def has_lists(self) -> bool:
        """Whether rows differ in length."""
        return any(p.count_type for p in self.properties)


Columns = dict[str, "NDArray[Any]"]


def read_columns(data: bytes, offset: int, element: Element, byte_order: str) -> Columns:
    """Scalar columns of the element whose rows begin at `offset`; lists are left out.

    Args:
        byte_order: "<" or ">"; "" for text.

    Raises:
        ValueError, IndexError: the data end too early or make no sense.
    """
    read = _binary_columns if byte_order else _ascii_columns
    return read(data, offset, element, byte_order)[0]


def skip_element(data: bytes, offset: int, element: Element, byte_order: str, name: str) -> int:
    """Where the next element begins.

    Raises:
        BadFileError: the data end too early; `name` is the file's.
    """
    skip = _skip_binary if byte_order else _skip_ascii
    return skip(data, offset, element, byte_order, name)


# -- binary ------------------------------------------------------------------------------------


def _binary_columns(
    data: bytes, offset: int, element: Element, byte_order: str
) -> tuple[Columns, int]:
    """Scalar columns of one binary element, and where the next begins."""
    if not element.has_lists:
        dtype = _row_dtype(element, byte_order, {})
        rows = _rows(data, offset, element, dtype)
        return {p.name: rows[p.name] for p in element.properties}, offset + rows.nbytes
    # Lists almost always have one length throughout (triangles): try that before walking.
    first = _list_lengths(data, offset, element, byte_order)
    dtype = _row_dtype(element, byte_order, first)
    try:
        rows = _rows(data, offset, element, dtype)
        lists = [p.name for p in element.properties if p.count_type]
        if all((rows[f"{p} count"] == first[p]).all() for p in lists):
            scalars = [p.name for p in element.properties if not p.count_type]
            return {p: rows[p] for p in scalars}, offset + rows.nbytes
    except ValueError:
        pass  # shorter lists may follow and still fit
    return _walk_binary(data, offset, element, byte_order)


def _row_dtype(element: Element, byte_order: str, lengths: dict[str, int]) -> np.dtype[Any]:
    fields: list[Any] = []
    for p in element.properties:
        if p.count_type:
            fields.append((f"{p.name} count", byte_order + p.count_type))
            fields.append((p.name, byte_order + p.type, (lengths[p.name],)))
        else:
            fields.append((p.name, byte_order + p.type))
    return np.dtype(fields)


def _rows(data: bytes, offset: int, element: Element, dtype: np.dtype[Any]) -> NDArray[Any]:
    have = (len(data) - offset) // max(dtype.itemsize, 1)
    if have < element.count:
        raise ValueError(f"it holds {have} of {element.count}")
    return np.frombuffer(data, dtype, element.count, offset)


def _list_lengths(data: bytes, offset: int, element: Element, byte_order: str) -> dict[str, int]:
    """Length of each list in the first row."""
    lengths: dict[str, int] = {}
    for p in element.properties if element.count else ():
        if p.count_type:
            length, offset = _scalar(data, offset, byte_order + p.count_type)
            lengths[p.name] = int(length)
            offset += lengths[p.name] * np.dtype(p.type).itemsize
        else:
            offset += np.dtype(p.type).itemsize
    return lengths or {p.name: 0 for p in element.properties}


def _scalar(data: bytes, offset: int, dtype: str) -> tuple[Any, int]:
    value = np.frombuffer(data, dtype, 1, offset)
    return value[0], offset + value.nbytes


def _walk_binary(
    data: bytes, offset: int, element: Element, byte_order: str
) -> tuple[Columns, int]:
    """Row by row, for lists whose lengths differ."""
    scalars = [p.name for p in element.properties if not p.count_type]
    values: list[list[float]] = [[] for _ in scalars]
    for _ in range(element.count):
        columns = iter(values)
        for p in element.properties:
            value, offset = _scalar(data, offset, byte_order + (p.count_type or p.type))
            if p.count_type:
                offset += int(value) * np.dtype(p.type).itemsize
            else:
                next(columns).append(value)
    return {s: np.array(v) for s, v in zip(scalars, values, strict=True)}, offset


def _skip_binary(data: bytes, offset: int, element: Element, byte_order: str, name: str) -> int:
    try:
        return _binary_columns(data, offset, element, byte_order)[1]
    except (ValueError, IndexError) as error:
        raise BadFileError(
            f"{name}: the PLY ends inside its {element.name} element ({error})"
        ) from None


# -- ASCII -------------------------------------------------------------------------------------


def _ascii_columns(
    data: bytes, offset: int, element: Element, byte_order: str
) -> tuple[Columns, int]:
    """Scalar columns of one ASCII element; colours keep the declared type."""
    if element.has_lists:
        return _walk_ascii(data, offset, element), 0
    table = read_table(data, offset, element.count, len(element.properties))
    return {p.name: table[:, i].astype(p.type) for i, p in enumerate(element.properties)}, 0


def _walk_ascii(data: bytes, offset: int, element: Element) -> Columns:
    """Line by line, for vertices that have lists among their properties."""
    values: dict[str, list[float]] = {p.name: [] for p in element.properties if not p.count_type}
    text = io.BytesIO(data)
    text.seek(offset)
    for line in itertools.islice(text, element.count):
        items = iter(line.split())
        for p in element.properties:
            if p.count_type:
                list(itertools.islice(items, int(next(items, 0))))
            else:
                values[p.name].append(float(next(items, "")))
    if any(len(column) != element.count for column in values.values()):
        raise ValueError("fewer lines than vertices")
    types = {p.name: p.type for p in element.properties}
    return {name: np.array(column).astype(types[name]) for name, column in values.items()}


def _skip_ascii(data: bytes, offset: int, element: Element, byte_order: str, name: str) -> int:
    for _ in range(element.count):
        offset = data.find(b"\n", offset) + 1
        if offset == 0:
            raise BadFileError(f"{name}: the PLY ends inside its {element.name} element")
    return offset
