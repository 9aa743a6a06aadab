"""PLY point clouds: ASCII and binary, either endianness, read and written.

Format: Greg Turk, "The PLY Polygon File Format", Stanford 1994.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.io.colors import rgb_from_channels
from detailbase_core.io.ply_columns import Columns, Element, Property, read_columns, skip_element

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.types import PointCloud

TYPES = {
    "char": "i1",
    "int8": "i1",
    "uchar": "u1",
    "uint8": "u1",
    "short": "i2",
    "int16": "i2",
    "ushort": "u2",
    "uint16": "u2",
    "int": "i4",
    "int32": "i4",
    "uint": "u4",
    "uint32": "u4",
    "float": "f4",
    "float32": "f4",
    "double": "f8",
    "float64": "f8",
}
BYTE_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


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
            try:
                columns = read_columns(data, body, element, byte_order)
            except (ValueError, IndexError) as error:
                raise BadFileError(
                    f"{name}: the PLY ends or breaks off inside its {element.count} vertices "
                    f"({error}); copy or export it again"
                ) from None
            return _xyz(columns, name), rgb_from_channels(columns)
        body = skip_element(data, body, element, byte_order, name)
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
