"""The files of a mesh: itself, and its materials and textures beside it; text in UTF-8.

Their names were often written on another system: backslashes, capitals, options before the name.
"""

from __future__ import annotations

import json
import re
import stat
from typing import TYPE_CHECKING
from urllib.parse import unquote

import numpy as np

from detailbase_core.io.colors import color_scale
from detailbase_core.io.header_lines import BYTE_ORDER_MARK, unified_lines, without_utf16

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_STL_HEADER_BYTES = 80
_STL_WORDS = (b"solid", b"facet", b"outer", b"vertex", b"endloop", b"endfacet", b"endsolid")
_XYZ, _XYZ_RGB = 3, 6  # values of a vertex, and of a coloured one
_TEXT_SUFFIXES = (".mtl", ".gltf")


def mesh_bytes(path: Path, file_type: str) -> bytes:
    """Content of a mesh's file, its text in UTF-8.

    Args:
        path: the file.
        file_type: "obj", "glb", "gltf", "stl" or "ply".

    Raises:
        OSError: it cannot be read.
        ValueError: broken in a way that trimesh would not see.
    """
    data = path.read_bytes()
    if file_type in ("glb", "ply"):
        return data
    if file_type == "stl" and len(data) == 84 + 50 * int.from_bytes(data[80:84], "little"):
        return bytes(_STL_HEADER_BYTES) + data[_STL_HEADER_BYTES:]  # it holds any bytes
    text = in_utf8(data)
    if file_type == "gltf":
        json.loads(text)
    if file_type == "stl":
        _check_text_stl(text)
    return _with_unit_colors(text) if file_type == "obj" else text


def _check_text_stl(text: bytes) -> None:
    """Compare the lines of an STL in text with what they should be.

    Raises:
        ValueError: trimesh would take any twelve numbers in a row for a face.
    """
    corners = 0
    for number, line in enumerate(text.split(b"\n"), 1):
        words = line.split()
        word = words[0].lower() if words else b""
        if word not in _STL_WORDS and re.search(rb"\d", line):
            raise ValueError(f"line {number} is none of an STL")
        if word == b"vertex":
            corners += 1
            if len(words) != _XYZ + 1:
                raise ValueError(f"the corner in line {number} has not three numbers")
        elif word == b"facet":
            if len(words) != _XYZ + 2:
                raise ValueError(f"the normal in line {number} has not three numbers")
            corners = 0
        elif word == b"endfacet" and corners != 3:
            raise ValueError(f"the face that ends in line {number} has {corners} corners")


def _with_unit_colors(obj: bytes) -> bytes:
    """An OBJ with the colours of its vertices from 0 to 1, as trimesh takes them.

    Raises:
        ValueError: its vertices have different numbers of values, which trimesh reads as one row.
    """
    lines = obj.split(b"\n")
    rows = [k for k, line in enumerate(lines) if line.startswith(b"v ")]
    words = [lines[k].split()[1:] for k in rows]
    lengths = sorted(set(map(len, words)))
    if len(lengths) > 1:
        raise ValueError(f"its vertices have {' or '.join(map(str, lengths))} numbers")
    if lengths != [_XYZ_RGB]:
        return obj
    table = np.array(words, np.float64)
    channels = list(table[:, 3:].T)
    scale = color_scale(channels)
    if (scale.low, scale.high) == (0.0, 1.0):
        return obj
    rgb = np.column_stack([scale.apply(channel) for channel in channels]) / 255.0
    for k, xyz, color in zip(rows, words, rgb.tolist(), strict=True):
        lines[k] = b" ".join([b"v", *xyz[:3], *(b"%.4f" % value for value in color)])
    return b"\n".join(lines)


def in_utf8(text: bytes) -> bytes:
    """Text as UTF-8 with LF line ends; what is none is taken for Latin-1, as exporters on Windows
    write names.
    """
    text = unified_lines(without_utf16(text).removeprefix(BYTE_ORDER_MARK))
    try:
        text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1").encode()
    return text


class PartsBeside:
    """A resolver of trimesh's kind: the files that a mesh names, by their names.

    Args:
        path: of the mesh.

    Attributes:
        missing: names of files that are not there, in order.
    """

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self.missing: dict[str, None] = {}

    def get(self, name: str) -> bytes:
        """Content of a file; text in UTF-8.

        Raises:
            FileNotFoundError: there is none of this name, or it is no regular file.
        """
        for candidate in _spellings(name.strip()):
            path = self._found(candidate)
            if path is not None:
                data = path.read_bytes()
                return in_utf8(data) if path.suffix.lower() in _TEXT_SUFFIXES else data
        self.missing.setdefault(name.strip())
        raise FileNotFoundError(f"it needs {name.strip()} beside it, which is not there")

    __getitem__ = get

    def _found(self, name: str) -> Path | None:
        """The regular file of this name, in any capitals."""
        try:
            path = self._folder / name
            if _is_file(path):
                return path
            alike = (
                each for each in path.parent.iterdir() if each.name.lower() == path.name.lower()
            )
            return next(filter(_is_file, alike), None)
        except (OSError, ValueError):  # no such folder; a zero byte in the name
            return None


def _is_file(path: Path) -> bool:
    """Whether a path can be read to its end: of a pipe or device nobody knows."""
    return path.exists() and stat.S_ISREG(path.stat().st_mode)


def _spellings(name: str) -> Iterator[str]:
    """A name as it stands, and as it may be meant."""
    for spelling in dict.fromkeys((name, unquote(name))):
        yield spelling
        plain = re.sub(r"^[A-Za-z]:", "", spelling).replace("\\", "/")
        yield plain
        yield plain.rpartition("/")[2]
        yield plain.split()[-1] if plain.split() else plain
