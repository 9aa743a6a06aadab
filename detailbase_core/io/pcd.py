"""PCD point clouds (v0.5 to v0.7): ascii, binary and binary_compressed.

Format: Point Cloud Library, "The PCD (Point Cloud Data) file format". VIEWPOINT is read over:
PCL's own readers leave the points in the frame in which they were stored, and real files hold
quaternions there that fit no frame.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.ascii_table import as_declared, is_short_float, read_table
from detailbase_core.io.colors import Colors, colors_from_columns
from detailbase_core.io.header_lines import split_header, unified_lines
from detailbase_core.io.lzf import decompress_lzf

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = {"F": "f", "U": "u", "I": "i"}
SIZES = {"F": (4, 8), "U": (1, 2, 4, 8), "I": (1, 2, 4, 8)}
MAX_POINTS = 2**31
MAX_POINT_BYTES = 1 << 20

_Columns = dict[str, "NDArray[Any]"]


@dataclass
class Header:
    """The text part of a PCD. `names`, `formats` and `counts` are per field; padding is among them.

    A count of 0 is a field that takes no bytes, as pcl_ros and Ouster's driver write for padding.
    """

    names: list[str]
    formats: list[str]
    counts: list[int]
    width: int
    height: int
    points: int
    data: str
    body: int  # offset of the data

    @property
    def dtype(self) -> np.dtype[Any]:
        """One point as stored; repeated and padding names are made unique."""
        return np.dtype([(f"{i}", f, (c,)) for i, f, c in self.columns()])

    def columns(self) -> list[tuple[int, str, int]]:
        """(index, format, count) of each field that takes bytes."""
        fields = enumerate(zip(self.formats, self.counts, strict=True))
        return [(i, form, count) for i, (form, count) in fields if count]


def read_pcd(data: bytes, name: str) -> tuple[NDArray[Any], Colors, tuple[int, int] | None]:
    """Points of a PCD file.

    Args:
        data: the whole file.
        name: how to call it in errors.

    Returns:
        xyz (N, 3) as stored, NaN rows kept; the colours; (height, width) of an organised cloud or
        None. Of a repeated field the first counts.

    Raises:
        BadFileError: broken header, no x y z, or a truncated or corrupt body.
    """
    header = _parse_header(data, name)
    try:
        columns = _READERS[header.data](data, header)
    except (ValueError, IndexError, OverflowError, struct.error) as error:
        raise BadFileError(
            f"{name}: the PCD's {header.data} data of {header.points} points cannot be read "
            f"({error}); copy or export it again"
        ) from None
    by_axis = {field.lower(): values for field, values in reversed(columns.items())}
    if not {"x", "y", "z"} <= by_axis.keys() or any(by_axis[a].ndim != 1 for a in "xyz"):
        raise BadFileError(f"{name}: a PCD needs fields x, y and z; this has {' '.join(columns)}")
    xyz = np.column_stack([by_axis[axis] for axis in "xyz"])
    shape = (header.height, header.width) if header.height > 1 else None
    return xyz, colors_from_columns(columns), shape


def _parse_header(data: bytes, name: str) -> Header:
    try:
        lines, body = split_header(data, lambda line: line.split()[0].upper() == "DATA")
    except ValueError:
        raise BadFileError(
            f"{name}: the PCD header has no DATA line; the file is truncated"
        ) from None
    entries: dict[str, list[str]] = {}
    for line in lines:
        key, *values = line.split()
        if not key.startswith("#"):
            entries["FIELDS" if key.upper() == "COLUMNS" else key.upper()] = values
    try:
        return _header_from_entries(entries, body)
    except (KeyError, ValueError, IndexError) as error:
        reason = f"no {error.args[0]} line" if isinstance(error, KeyError) else error
        raise BadFileError(f"{name}: the PCD header makes no sense ({reason})") from None


def _header_from_entries(entries: dict[str, list[str]], body: int) -> Header:
    names = entries["FIELDS"]
    sizes = [_number(size) for size in entries["SIZE"]]
    counts = [_number(count) for count in entries.get("COUNT", ["1"] * len(names))]
    kinds = [kind.upper() for kind in entries["TYPE"]]
    for key, values in (("SIZE", sizes), ("TYPE", kinds), ("COUNT", counts)):
        if len(values) != len(names):
            raise ValueError(f"FIELDS names {len(names)} columns, {key} has {len(values)}")
    for kind, size in zip(kinds, sizes, strict=True):
        if size not in SIZES.get(kind, ()):
            raise ValueError(f"no type {kind} of {size} bytes")
    if sum(size * count for size, count in zip(sizes, counts, strict=True)) > MAX_POINT_BYTES:
        raise ValueError("a point takes more than a megabyte")
    formats = [f"<{KINDS[kind]}{size}" for kind, size in zip(kinds, sizes, strict=True)]
    width, height = _number(entries["WIDTH"][0]), _number(entries.get("HEIGHT", ["1"])[0])
    points = _number(entries["POINTS"][0]) if "POINTS" in entries else width * height
    if points != width * height or points >= MAX_POINTS:
        raise ValueError(f"{points} points are not {width} x {height}")
    kind = " ".join(entries["DATA"]).lower()
    if kind not in _READERS:
        raise ValueError(f"DATA {kind[:40]} is none of {', '.join(_READERS)}")
    return Header(names, formats, counts, width, height, points, kind, body)


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= 10):
        raise ValueError(f"{word[:20]!r} is no whole number of at most 10 digits")
    return int(word)


def _named(header: Header, columns: list[NDArray[Any]]) -> _Columns:
    """Fields by name, (N,) or (N, count); of a repeated name the first, without padding."""
    named: _Columns = {}
    for (index, _, count), column in zip(header.columns(), columns, strict=True):
        if header.names[index] != "_":
            values = column.reshape(header.points, count)
            named.setdefault(header.names[index], values[:, 0] if count == 1 else values)
    return named


def _read_ascii(data: bytes, header: Header) -> _Columns:
    text = unified_lines(data[header.body :])
    table = read_table(text, header.points, sum(header.counts))
    columns, at = [], 0
    for index, form, count in header.columns():
        block = table[:, at : at + count]
        is_packed = header.names[index].lower() in ("rgb", "rgba") and (form, count) == ("<f4", 1)
        if is_packed and is_short_float(text, at):  # PCL prints the word's bits as a float
            block = block.astype(np.float32)
        columns.append(as_declared(block, form))
        at += count
    return _named(header, columns)


def _read_binary(data: bytes, header: Header) -> _Columns:
    dtype = header.dtype
    if not dtype.itemsize:
        raise ValueError("its fields take no bytes")
    have = (len(data) - header.body) // dtype.itemsize
    if have < header.points:
        raise ValueError(f"it holds {max(have, 0)} points")
    rows = np.frombuffer(data, dtype, header.points, header.body)
    return _named(header, [rows[f"{i}"] for i, _, _ in header.columns()])


def _read_compressed(data: bytes, header: Header) -> _Columns:
    """Field after field (all x, all y ...), LZF-compressed as one block."""
    compressed_size, size = struct.unpack_from("<II", data, header.body)
    expected = header.dtype.itemsize * header.points
    start = header.body + 8
    if size != expected:
        raise ValueError(f"{size} bytes unpacked, {expected} expected")
    if len(data) < start + compressed_size:
        raise ValueError(f"{len(data) - start} of {compressed_size} bytes")
    unpacked = decompress_lzf(data[start : start + compressed_size], size)
    columns, offset = [], 0
    for _, form, count in header.columns():
        columns.append(np.frombuffer(unpacked, form, header.points * count, offset))
        offset += columns[-1].nbytes
    return _named(header, columns)


_READERS = {"ascii": _read_ascii, "binary": _read_binary, "binary_compressed": _read_compressed}
