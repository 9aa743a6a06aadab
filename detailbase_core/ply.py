"""PLY point clouds: ASCII and binary, either endianness, read and written.

Format: Greg Turk, "The PLY Polygon File Format", Stanford 1994.
"""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.atomic import atomic_path
from detailbase_core.cloud_colors import rgb_from_channels
from detailbase_core.errors import BadFileError
from detailbase_core.text_table import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.types import PointCloud

TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1",
    "short": "i2", "int16": "i2", "ushort": "u2", "uint16": "u2",
    "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
BYTE_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


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


def read_ply(data: bytes, name: str) -> tuple[NDArray[Any], NDArray[np.uint8] | None]:
    """Points of a PLY file; other elements and properties are skipped.

    Args:
        data: the whole file.
        name: how to call it in errors.

    Returns:
        xyz (N, 3) as stored (float32 or float64), rgb (N, 3) uint8 or None.

    Raises:
        BadFileError: broken header, no vertices with x y z, or a truncated body.
    """
    byte_order, elements, body = _parse_header(data, name)
    for element in elements:
        if element.name == "vertex":
            read = _binary_columns if byte_order else _ascii_columns
            try:
                columns, _ = read(data, body, element, byte_order)
            except (ValueError, IndexError) as error:
                raise BadFileError(
                    f"{name}: the PLY ends or breaks off inside its {element.count} vertices "
                    f"({error}); copy or export it again"
                ) from None
            return _xyz(columns, name), rgb_from_channels(columns)
        skip = _skip_binary if byte_order else _skip_ascii
        body = skip(data, body, element, byte_order, name)
    raise BadFileError(f"{name}: the PLY header names no vertex element, so it holds no points")


def write_ply(
    path: str | Path, cloud: PointCloud, labels: Mapping[str, NDArray[np.int32]] | None = None
) -> None:
    """Write x y z (float32, metres) and red green blue (uint8), binary little endian, atomically.

    Rows without a finite position are left out.

    Args:
        path: where to.
        cloud: what to write.
        labels: further columns by name, (N,) int32 each.
    """
    labels = labels or {}
    finite = np.isfinite(cloud.xyz).all(axis=1)
    columns = [("xyz", "<f4", 3), ("rgb", "u1", 3), *((name, "<i4") for name in labels)]
    rows = np.empty(int(finite.sum()), columns)
    rows["xyz"], rows["rgb"] = cloud.xyz[finite], cloud.rgb[finite]
    for name, values in labels.items():
        rows[name] = values[finite]
    lines = ["ply", "format binary_little_endian 1.0", f"element vertex {len(rows)}"]
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += [f"property uchar {channel}" for channel in ("red", "green", "blue")]
    lines += [f"property int {name}" for name in labels]
    header = "\n".join([*lines, "end_header", ""]).encode()
    with atomic_path(path) as temporary:
        temporary.write_bytes(header + rows.tobytes())


def _parse_header(data: bytes, name: str) -> tuple[str, list[Element], int]:
    """(byte order or "", elements, offset of the body)."""
    end = data.find(b"end_header")
    newline = data.find(b"\n", end)
    if end < 0 or newline < 0:
        raise BadFileError(f"{name}: the PLY header has no end_header line; the file is truncated")
    byte_order, elements = None, []
    for line in data[:end].decode("ascii", "replace").splitlines()[1:]:
        match line.split():
            case ["format", kind, *_] if kind in BYTE_ORDERS:
                byte_order = BYTE_ORDERS[kind]
            case ["element", element, count] if count.isdigit():
                elements.append(Element(element, int(count)))
            case ["property", "list", count_type, item, prop] if (
                elements and {count_type, item} <= TYPES.keys()
            ):
                elements[-1].properties.append(Property(prop, TYPES[item], TYPES[count_type]))
            case ["property", kind, prop] if elements and kind in TYPES:
                elements[-1].properties.append(Property(prop, TYPES[kind]))
            case [] | ["comment" | "obj_info", *_]:
                pass
            case _:
                raise BadFileError(f"{name}: PLY header line {line[:80]!r} makes no sense")
    if byte_order is None:
        raise BadFileError(f"{name}: the PLY header has no format line")
    return byte_order, elements, newline + 1


def _xyz(columns: Columns, name: str) -> NDArray[Any]:
    if not {"x", "y", "z"} <= columns.keys():
        raise BadFileError(
            f"{name}: PLY vertices need x, y and z; this file has {', '.join(columns) or 'nothing'}"
        )
    return np.column_stack([columns[axis] for axis in "xyz"])


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
