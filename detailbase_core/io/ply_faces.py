"""The faces of a PLY file: lists of vertex indices, as triangles."""

from __future__ import annotations

import itertools
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.io.ascii_table import read_table
from detailbase_core.io.ply_columns import (
    Element,
    content_lines,
    equal_rows,
    first_list_lengths,
    list_length,
    row_dtype,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    # Polygons of one length: their numbers (k,) and the indices of their L corners (k, L).
    Block = tuple[NDArray[np.int64], NDArray[Any]]

_NAMES = ("vertex_indices", "vertex_index", "vertex_indexes")
_CODES = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}


def has_faces(element: Element) -> bool:
    """Whether an element holds faces."""
    return element.name.lower() == "face" and element.count > 0 and _index_of(element) >= 0


def read_faces(
    data: bytes, offset: int, element: Element, byte_order: str, vertices: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """(F, 3) triangles, and (F,) of which polygon of the file each is; polygons become fans.

    Args:
        data: the body; text with LF line ends.
        offset: of the element's first row.
        element: its declaration, of which has_faces.
        byte_order: "<" or ">"; "" for text.
        vertices: number of vertices that there are.

    Raises:
        ValueError, IndexError: the data end too early, or refer to vertices that are not there.
    """
    if (len(data) - offset) < element.count * (element.min_bytes if byte_order else 2):
        raise ValueError(f"{len(data) - offset} bytes cannot hold {element.count} faces")
    if byte_order:
        polygons = _equal_binary(data, offset, element, byte_order)
        rows = _walk_binary(data, offset, element, byte_order)
    else:
        polygons = _equal_text(data, offset, element)
        rows = _walk_text(data, offset, element)
    if polygons is None:
        blocks = _by_length(rows)
    else:
        blocks = [(np.arange(len(polygons)), polygons)] if polygons.shape[1] >= 3 else []
    if not blocks:
        return np.empty((0, 3), np.int32), np.empty(0, np.int64)
    faces = np.concatenate([_fans(corners) for _, corners in blocks])
    if len(faces) and not (faces.min() >= 0 and faces.max() < vertices):
        raise ValueError("they refer to vertices that are not there")
    numbers = [np.repeat(number, corners.shape[1] - 2) for number, corners in blocks]
    return faces.astype(np.int32), np.concatenate(numbers)


def _index_of(element: Element) -> int:
    """Index of the property that lists the vertices; -1 = none."""
    for k, prop in enumerate(element.properties):
        if prop.name.lower() in _NAMES and prop.count_type and prop.type in _CODES:
            return k
    return -1


def _fans(polygons: NDArray[Any]) -> NDArray[Any]:
    """(k * (L - 2), 3) triangles of (k, L) polygons."""
    fans = [polygons[:, [0, j, j + 1]] for j in range(1, polygons.shape[1] - 1)]
    return np.stack(fans, axis=1).reshape(-1, 3)


def _by_length(rows: Iterator[tuple[int, ...]]) -> list[Block]:
    numbers: dict[int, list[int]] = {}
    found: dict[int, list[tuple[int, ...]]] = {}
    for number, row in enumerate(rows):
        if len(row) >= 3:
            numbers.setdefault(len(row), []).append(number)
            found.setdefault(len(row), []).append(row)
    return [(np.array(numbers[k]), np.array(found[k], np.int64)) for k in found]


def _equal_binary(
    data: bytes, offset: int, element: Element, byte_order: str
) -> NDArray[Any] | None:
    """All rows at once where they are as long as the first; None otherwise."""
    lengths = first_list_lengths(data, offset, element, byte_order)
    dtype = row_dtype(element, byte_order, lengths)
    if equal_rows(data, offset, element, dtype) is None:
        return None
    rows = np.frombuffer(data, dtype, element.count, offset)
    polygons: NDArray[Any] = rows[f"{_index_of(element)}"]
    return polygons


def _walk_binary(
    data: bytes, offset: int, element: Element, byte_order: str
) -> Iterator[tuple[int, ...]]:
    wanted = _index_of(element)
    steps = []
    for k, prop in enumerate(element.properties):
        head = np.dtype(prop.count_type or prop.type).itemsize
        count = struct.Struct(byte_order + _CODES[prop.count_type]) if prop.count_type else None
        steps.append((count, head, np.dtype(prop.type).itemsize, k == wanted))
    code = _CODES[element.properties[wanted].type]
    row: tuple[int, ...] = ()
    try:
        for _ in range(element.count):
            for count, head, size, is_wanted in steps:
                if count is None:
                    offset += head
                    continue
                length = list_length(count.unpack_from(data, offset)[0])
                offset += head
                if is_wanted:
                    row = struct.unpack_from(f"{byte_order}{length}{code}", data, offset)
                offset += length * size
            yield row
    except struct.error:
        raise ValueError("they end inside a list") from None
    if offset > len(data):
        raise ValueError("they end inside a list")


def _equal_text(data: bytes, offset: int, element: Element) -> NDArray[np.int64] | None:
    """As _equal_binary."""
    words = next(content_lines(data, offset), (b"", 0))[0].split()
    at, begin, counts = 0, 0, []
    for k, prop in enumerate(element.properties):
        if prop.count_type:
            if at >= len(words):
                return None
            begin = at + 1 if k == _index_of(element) else begin
            counts.append(at)
            at += list_length(int(words[at]))
        at += 1
    if at != len(words):
        return None
    try:
        table = read_table(data[offset:], element.count, len(words))
    except ValueError:
        return None
    if any((table[:, k] != float(words[k])).any() for k in counts):
        return None
    return _whole(table[:, begin : begin + int(words[begin - 1])])


def _whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    with np.errstate(invalid="ignore"):
        whole = values.astype(np.int64)
    if (whole != values).any():
        raise ValueError("an index is no whole number")
    return whole


def _walk_text(data: bytes, offset: int, element: Element) -> Iterator[tuple[int, ...]]:
    wanted, rows = _index_of(element), 0
    for line, _ in itertools.islice(content_lines(data, offset), element.count):
        items = iter(line.split())
        for k, prop in enumerate(element.properties):
            length = list_length(int(next(items, b""))) if prop.count_type else 1
            values = tuple(itertools.islice(items, length))
            if len(values) < length:
                raise ValueError(f"row {rows + 1} ends inside a list")
            if k == wanted:
                yield tuple(map(int, values))
        rows += 1
    if rows < element.count:
        raise ValueError(f"there are {rows} of {element.count}")
