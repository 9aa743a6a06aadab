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
from detailbase_core.io.ascii_table import read_table
from detailbase_core.io.colors import rgb_from_channels, rgb_from_packed
from detailbase_core.io.lzf import decompress_lzf

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS = {"F": "f", "U": "u", "I": "i"}
SIZES = {"F": (4, 8), "U": (1, 2, 4, 8), "I": (1, 2, 4, 8)}
MAX_POINTS = 2**31


@dataclass
class Header:
    """What the text part of a PCD says. `names` and `formats` are per field, counts included."""

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
        fields = zip(self.names, self.formats, self.counts, strict=True)
        return np.dtype(
            [(f"{i}", f, (c,)) if c > 1 else (f"{i}", f) for i, (_, f, c) in enumerate(fields)]
        )


def read_pcd(
    data: bytes, name: str
) -> tuple[NDArray[Any], NDArray[np.uint8] | None, tuple[int, int] | None]:
    """Points of a PCD file.

    Args:
        data: the whole file.
        name: how to call it in errors.

    Returns:
        xyz (N, 3) as stored, NaN rows kept; rgb (N, 3) uint8 or None; (height, width) of an
        organised cloud or None.

    Raises:
        BadFileError: broken header, no x y z, or a truncated or corrupt body.
    """
    header = _parse_header(data, name)
    try:
        columns = _READERS[header.data](data, header)
    except (ValueError, IndexError, struct.error) as error:
        raise BadFileError(
            f"{name}: the PCD's {header.data} data of {header.points} points ends or breaks off "
            f"({error}); copy or export it again"
        ) from None
    if not {"x", "y", "z"} <= columns.keys():
        raise BadFileError(f"{name}: a PCD needs fields x, y and z; this has {' '.join(columns)}")
    xyz = np.column_stack([columns[axis] for axis in "xyz"])
    packed = next((columns[field] for field in ("rgb", "rgba") if field in columns), None)
    rgb = rgb_from_channels(columns) if packed is None else rgb_from_packed(packed)
    return xyz, rgb, (header.height, header.width) if header.height > 1 else None


def _parse_header(data: bytes, name: str) -> Header:
    entries: dict[str, list[str]] = {}
    offset = 0
    while "DATA" not in entries:
        end = data.find(b"\n", offset)
        if end < 0 or offset > 65536:
            raise BadFileError(f"{name}: the PCD header has no DATA line; the file is truncated")
        key, *values = data[offset:end].decode("ascii", "replace").split() or ["#"]
        if not key.startswith("#"):
            entries["FIELDS" if key.upper() == "COLUMNS" else key.upper()] = values
        offset = end + 1
    try:
        header = _header_from_entries(entries, offset)
    except (KeyError, ValueError, IndexError) as error:
        raise BadFileError(f"{name}: the PCD header makes no sense ({error})") from None
    return header


def _header_from_entries(entries: dict[str, list[str]], body: int) -> Header:
    names = entries["FIELDS"]
    sizes = [int(size) for size in entries["SIZE"]]
    counts = [int(count) for count in entries.get("COUNT", ["1"] * len(names))]
    formats = []
    for kind, size in zip(entries["TYPE"], sizes, strict=True):
        if size not in SIZES.get(kind, ()):
            raise ValueError(f"no type {kind} of {size} bytes")
        formats.append(f"<{KINDS[kind]}{size}")
    width, height = int(entries["WIDTH"][0]), int(entries.get("HEIGHT", ["1"])[0])
    points = int(entries["POINTS"][0]) if "POINTS" in entries else width * height
    if not len(names) == len(sizes) == len(counts) or min(counts) < 1:
        raise ValueError("FIELDS, SIZE and COUNT differ in length")
    if points != width * height or not 0 <= points < MAX_POINTS:
        raise ValueError(f"{points} points are not {width} x {height}")
    kind = entries["DATA"][0].lower()
    if kind not in _READERS:
        raise ValueError(f"DATA {kind} is none of {', '.join(_READERS)}")
    return Header(names, formats, counts, width, height, points, kind, body)


def _named(header: Header, columns: list[NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Fields by lower-case name; only those with one value a point are of use."""
    fields = zip(header.names, header.counts, columns, strict=True)
    return {name.lower(): column for name, count, column in fields if count == 1}


def _read_ascii(data: bytes, header: Header) -> dict[str, NDArray[Any]]:
    table = read_table(data, header.body, header.points, sum(header.counts))
    starts = np.cumsum([0, *header.counts[:-1]])
    columns = zip(starts, header.formats, strict=True)
    return _named(header, [table[:, start].astype(f) for start, f in columns])


def _read_binary(data: bytes, header: Header) -> dict[str, NDArray[Any]]:
    dtype = header.dtype
    have = (len(data) - header.body) // dtype.itemsize
    if have < header.points:
        raise ValueError(f"it holds {have} points")
    rows = np.frombuffer(data, dtype, header.points, header.body)
    return _named(header, [rows[f"{i}"] for i in range(len(header.names))])


def _read_compressed(data: bytes, header: Header) -> dict[str, NDArray[Any]]:
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
    for form, count in zip(header.formats, header.counts, strict=True):
        columns.append(np.frombuffer(unpacked, form, header.points * count, offset))
        offset += columns[-1].nbytes
    return _named(header, columns)


_READERS = {"ascii": _read_ascii, "binary": _read_binary, "binary_compressed": _read_compressed}
