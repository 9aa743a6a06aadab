"""PLY point clouds: ASCII and binary, either endianness, read and written.

Format: Greg Turk, "The PLY Polygon File Format", Stanford 1994.
"""

from __future__ import annotations

import itertools
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.io.colors import Colors, colors_from_columns, find_color_fields
from detailbase_core.io.header_lines import split_header, unified_lines
from detailbase_core.io.ply_columns import Columns, Element, Property, read_columns, skip_element
from detailbase_core.io.ply_faces import has_faces, read_faces

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.types import PointCloud

logger = logging.getLogger(__name__)

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
    "int64": "i8",
    "uint64": "u8",
    "float": "f4",
    "float32": "f4",
    "double": "f8",
    "float64": "f8",
}
_OTHER_VERTICES = ("vertices", "point", "points")  # as some writers call them
BYTE_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


class PlyMesh(NamedTuple):
    """A PLY file with its faces.

    Attributes:
        xyz: (N, 3) as stored (float32 or float64).
        colors: of the vertices.
        faces: (F, 3) triangles of vertices; none for clouds.
        face_colors: of the triangles, where the file has some and none of vertices.
    """

    xyz: NDArray[Any]
    colors: Colors
    faces: NDArray[np.int32]
    face_colors: Colors | None


def read_ply(data: bytes, name: str) -> tuple[NDArray[Any], Colors]:
    """Vertices of a PLY file; other elements are skipped.

    Args:
        data: the whole file.
        name: how to call it in errors.

    Returns:
        xyz (N, 3) as stored (float32 or float64; of text float64), and the colours. Of a repeated
        property the first counts.

    Raises:
        BadFileError: broken header, no vertices with x y z, or a truncated body.
    """
    byte_order, elements, body = _parse_header(data, name)
    if not byte_order:
        data, body = unified_lines(data[body:]), 0
    for element in elements:
        if element.name == "vertex":
            return _vertices(data, body, element, byte_order, name)
        body = skip_element(data, body, element, byte_order, name)
    raise BadFileError(f"{name}: the PLY header names no vertex element, so it holds no points")


def read_ply_mesh(data: bytes, name: str) -> PlyMesh:
    """As read_ply, with the faces. Those that cannot be read are left out, which is logged."""
    xyz, colors = read_ply(data, name)
    none = PlyMesh(xyz, colors, np.empty((0, 3), np.int32), None)
    byte_order, elements, body = _parse_header(data, name)
    if not any(map(has_faces, elements)):
        return none
    if not byte_order:
        data, body = unified_lines(data[body:]), 0
    try:
        for element in itertools.takewhile(lambda e: not has_faces(e), elements):
            body = skip_element(data, body, element, byte_order, name)
        (element, *_) = filter(has_faces, elements)
        faces, polygons = read_faces(data, body, element, byte_order, len(xyz))
        columns = read_columns(data, body, element, byte_order) if colors.is_grey else {}
    except (ValueError, IndexError, OverflowError, BadFileError) as error:
        logger.warning(
            "%s: its vertices alone are taken: the faces cannot be read (%s)", name, error
        )
        return none
    named = find_color_fields(columns)
    of_faces = {n: columns[n][polygons] for n in named.names} if named else {}
    return PlyMesh(xyz, colors, faces, colors_from_columns(of_faces) if of_faces else None)


def _vertices(
    data: bytes, offset: int, element: Element, byte_order: str, name: str
) -> tuple[NDArray[Any], Colors]:
    try:
        columns = read_columns(data, offset, element, byte_order)
    except (ValueError, IndexError, OverflowError) as error:
        raise BadFileError(
            f"{name}: the PLY's {element.count} vertices cannot be read ({error}); copy or export "
            "it again"
        ) from None
    return _xyz(columns, name), colors_from_columns(columns)


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
    try:
        lines, body = split_header(data, lambda line: line.lower() == "end_header")
    except ValueError:
        raise BadFileError(
            f"{name}: the PLY header has no end_header line; the file is truncated"
        ) from None
    byte_order: str | None = None
    elements: list[Element] = []
    for line in lines[1:-1]:
        keyword, *rest = line.split()
        rest = [word.lower() if i == 0 else word for i, word in enumerate(rest)]
        rest = [word.lower() if i == 0 else word for i, word in enumerate(rest)]
        match [keyword.lower(), *rest]:
            case ["comment" | "obj_info", *_]:
                continue
            case ["format", kind, *_] if kind in BYTE_ORDERS:
                byte_order = BYTE_ORDERS[kind]
            case ["element", "vertex", *_] if "vertex" in [e.name for e in elements]:
                raise BadFileError(
                    f"{name}: the PLY header has two elements 'vertex', so its layout is not known"
                )
            case ["element", kind, count] if _is_count(count):
                elements.append(Element(kind, int(count)))
            case ["property", "list", counts, items, prop] if elements and (
                _type_of(counts)[:1] in ("i", "u") and _type_of(items)
            ):
                elements[-1].properties.append(Property(prop, _type_of(items), _type_of(counts)))
            case ["property", kind, prop] if elements and _type_of(kind):
                elements[-1].properties.append(Property(prop, _type_of(kind)))
            case _:
                raise BadFileError(f"{name}: the PLY header line {line[:80]!r} makes no sense")
    if "vertex" not in [element.name for element in elements]:
        for element in (e for e in elements if e.name in _OTHER_VERTICES):
            element.name = "vertex"
            break
    if byte_order is None:
        raise BadFileError(f"{name}: the PLY header has no format line")
    return byte_order, elements, body


def _type_of(word: str) -> str:
    """NumPy's code of a PLY type; "" for none."""
    return TYPES.get(word.lower(), "")


def _is_count(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 18


def _xyz(columns: Columns, name: str) -> NDArray[Any]:
    by_name: dict[str, NDArray[Any]] = {}
    for column, values in columns.items():
        by_name.setdefault(column.lower(), values)
    if not {"x", "y", "z"} <= by_name.keys():
        packed = "packed_position" in by_name
        advice = "; it is a compressed Gaussian splat: export it uncompressed" if packed else ""
        raise BadFileError(
            f"{name}: PLY vertices need x, y and z; this file has "
            f"{', '.join(columns) or 'nothing'}{advice}"
        )
    return np.column_stack([by_name[axis] for axis in "xyz"])
