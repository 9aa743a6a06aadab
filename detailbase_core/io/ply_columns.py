"""The body of a PLY file: tables of scalars and lists, as bytes or as text.

What the header declares is compared with the bytes that are there before memory is taken.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.ascii_table import as_declared, plain_numbers, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass
class Property:
    """One column of an element; `count_type` is set for lists only."""

    name: str
    type: str
    count_type: str = ""

    @property
    def min_bytes(self) -> int:
        """Bytes that a row needs for it at least."""
        return np.dtype(self.count_type or self.type).itemsize


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

    @property
    def min_bytes(self) -> int:
        """Bytes that a binary row needs at least."""
        return sum(p.min_bytes for p in self.properties)


Columns = dict[str, "NDArray[Any]"]


def read_columns(data: bytes, offset: int, element: Element, byte_order: str) -> Columns:
    """Scalar columns of the element whose rows begin at `offset`; lists are left out.

    Args:
        data: the body; text with LF line ends.
        offset: of the element's first row.
        element: its declaration.
        byte_order: "<" or ">"; "" for text.

    Returns:
        By name; of a repeated name the first.

    Raises:
        ValueError, IndexError: the data end too early or make no sense.
    """
    if not element.properties:
        return {}
    if byte_order:
        columns, _ = _binary_columns(data, offset, element, byte_order)
    elif element.has_lists:
        columns = _walk_ascii(data, offset, element)
    else:
        table = read_table(data[offset:], element.count, len(element.properties))
        columns = [as_declared(table[:, i], p.type) for i, p in enumerate(element.properties)]
    return _first_of_each_name(element, columns)


def skip_element(data: bytes, offset: int, element: Element, byte_order: str, name: str) -> int:
    """Position at which the next element begins.

    Raises:
        BadFileError: the data end too early; `name` is the file's.
    """
    if not element.properties:
        return offset
    try:
        if byte_order:
            return _binary_columns(data, offset, element, byte_order)[1]
        return _skip_ascii(data, offset, element.count)
    except (ValueError, IndexError) as error:
        raise BadFileError(
            f"{name}: the PLY ends inside its {element.name} element ({error})"
        ) from None


def _scalars(element: Element) -> list[Property]:
    return [p for p in element.properties if not p.count_type]


def _first_of_each_name(element: Element, columns: list[NDArray[Any]]) -> Columns:
    named: Columns = {}
    for prop, column in zip(_scalars(element), columns, strict=True):
        named.setdefault(prop.name, column)
    return named


# -- binary ------------------------------------------------------------------------------------


def _binary_columns(
    data: bytes, offset: int, element: Element, byte_order: str
) -> tuple[list[NDArray[Any]], int]:
    """Scalar columns of one binary element, in order, and where the next element begins."""
    have = (len(data) - offset) // element.min_bytes
    if have < element.count:
        raise ValueError(f"it holds {max(have, 0)} of {element.count}")
    if element.has_lists and element.count:
        # Lists almost always have one length throughout (triangles): try that before walking.
        lengths = first_list_lengths(data, offset, element, byte_order)
        columns = equal_rows(data, offset, element, row_dtype(element, byte_order, lengths))
        return columns or _walk_binary(data, offset, element, byte_order)
    dtype = row_dtype(element, byte_order, [0] * len(element.properties))
    rows = np.frombuffer(data, dtype, element.count, offset)
    return [rows[f"{i}"] for i in range(len(element.properties))], offset + rows.nbytes


def row_dtype(element: Element, byte_order: str, lengths: list[int]) -> np.dtype[Any]:
    """One row with lists of these lengths: field "0", "0 count" and so on."""
    fields: list[Any] = []
    for i, (p, length) in enumerate(zip(element.properties, lengths, strict=True)):
        if p.count_type:
            fields.append((f"{i} count", byte_order + p.count_type))
            fields.append((f"{i}", byte_order + p.type, (length,)))
        else:
            fields.append((f"{i}", byte_order + p.type))
    return np.dtype(fields)


def equal_rows(
    data: bytes, offset: int, element: Element, dtype: np.dtype[Any]
) -> tuple[list[NDArray[Any]], int] | None:
    """The columns if all rows are like the first; None otherwise."""
    if element.count * dtype.itemsize > len(data) - offset:
        return None  # shorter lists may follow and still fit
    rows = np.frombuffer(data, dtype, element.count, offset)
    for i, p in enumerate(element.properties):
        if p.count_type and (rows[f"{i} count"] != rows[f"{i}"].shape[1]).any():
            return None
    scalars = [i for i, p in enumerate(element.properties) if not p.count_type]
    return [rows[f"{i}"] for i in scalars], offset + rows.nbytes


def first_list_lengths(data: bytes, offset: int, element: Element, byte_order: str) -> list[int]:
    """Length of each property's list in the first row; 0 for scalars."""
    lengths = []
    for p in element.properties:
        length = 0
        if p.count_type:
            length = list_length(np.frombuffer(data, byte_order + p.count_type, 1, offset)[0])
        offset += p.min_bytes + length * np.dtype(p.type).itemsize
        if offset > len(data):
            raise ValueError(f"a list of {length} values reaches beyond the end")
        lengths.append(length)
    return lengths


def list_length(count: Any) -> int:
    """A list's declared length; raises ValueError where it is negative."""
    if count < 0:
        raise ValueError(f"a list has {count} values")
    return int(count)


def _walk_binary(
    data: bytes, offset: int, element: Element, byte_order: str
) -> tuple[list[NDArray[Any]], int]:
    """Row by row, for lists whose lengths differ."""
    codes = {
        "i1": "b",
        "u1": "B",
        "i2": "h",
        "u2": "H",
        "i4": "i",
        "u4": "I",
        "i8": "q",
        "u8": "Q",
        "f4": "f",
        "f8": "d",
    }
    values: list[list[float]] = [[] for _ in _scalars(element)]
    steps = []
    columns = iter(values)
    for p in element.properties:
        reader = struct.Struct(byte_order + codes[p.count_type or p.type])
        size = np.dtype(p.type).itemsize if p.count_type else 0
        steps.append((reader.unpack_from, reader.size, size, None if size else next(columns)))
    try:
        for _ in range(element.count):
            for unpack, head, size, column in steps:
                (value,) = unpack(data, offset)
                offset += head
                if column is None:
                    offset += list_length(value) * size
                else:
                    column.append(value)
    except struct.error:
        raise ValueError("it ends inside a row") from None
    if offset > len(data):
        raise ValueError("it ends inside a list")
    arrays = [np.array(v) for v in values]
    types = [p.type for p in _scalars(element)]
    return [a.astype(t) for a, t in zip(arrays, types, strict=True)], offset


# -- ASCII -------------------------------------------------------------------------------------


def content_lines(data: bytes, offset: int) -> Iterator[tuple[bytes, int]]:
    """Lines that are not blank, without comments, and where the next begins."""
    while offset < len(data):
        end = data.find(b"\n", offset)
        end = len(data) if end < 0 else end
        line = data[offset:end].partition(b"#")[0].strip()
        offset = end + 1
        if line:
            yield line, offset


def _walk_ascii(data: bytes, offset: int, element: Element) -> list[NDArray[Any]]:
    """Line by line, for vertices that have lists among their properties."""
    if element.count > len(data) - offset:
        raise ValueError(f"{len(data) - offset} bytes cannot hold {element.count} rows")
    scalars = _scalars(element)
    values: list[list[float]] = [[] for _ in scalars]
    rows = 0
    for line, _ in itertools.islice(content_lines(plain_numbers(data[offset:]), 0), element.count):
        rows += 1
        items, columns = iter(line.split()), iter(values)
        for p in element.properties:
            if p.count_type:
                length = list_length(int(next(items, b"0")))
                if sum(1 for _ in itertools.islice(items, length)) < length:
                    raise ValueError(f"row {rows} ends inside a list of {length} values")
            else:
                next(columns).append(float(next(items, b"")))
    if rows != element.count:
        raise ValueError(f"it holds {rows} of {element.count} rows")
    return [
        as_declared(np.array(column, np.float64), p.type)
        for column, p in zip(values, scalars, strict=True)
    ]


def _skip_ascii(data: bytes, offset: int, count: int) -> int:
    skipped = 0
    for _, after in itertools.islice(content_lines(data, offset), count):
        offset, skipped = after, skipped + 1
    if skipped < count:
        raise ValueError(f"it holds {skipped} of {count} rows")
    return offset
