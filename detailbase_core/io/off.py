"""OFF meshes in text: corners, polygons, and the colours of either.

Format: Geomview manual, "OFF Files". Its word may run into the first count ("OFF490 518 0"), as in
ModelNet40; a row of colour has three or four numbers on any scale.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.ascii_table import read_table
from detailbase_core.io.colors import Colors, colors_from_columns, no_colors
from detailbase_core.io.header_lines import BYTE_ORDER_MARK, unified_lines
from detailbase_core.types import GREY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

OFF = "an OFF mesh"
_WORD = re.compile(rb"((?:ST|C|N)*)OFF(\d*)", re.I)
_RGB, _RGBA = 3, 4  # numbers of a colour
_LONGEST = 18  # digits that fit into 64 bits
_UNIT_NORMAL = 0.02  # normals are this exactly 1 long


def is_off(line: Sequence[bytes]) -> bool:
    """Whether a file whose first line has these words is an OFF mesh, of whatever dialect."""
    return bool(line) and re.fullmatch(rb"[STCN4]{0,5}OFF\d*", line[0], re.I) is not None


def read_off(
    data: bytes, name: str
) -> tuple[NDArray[np.float64], Colors, NDArray[np.int64], Colors | None]:
    """Corners and triangles of an OFF mesh.

    Args:
        data: the whole file.
        name: how to call it in errors.

    Returns:
        xyz (N, 3); the colours of the corners; triangles (F, 3), polygons cut into fans; their
        colours, where the corners have none.

    Raises:
        BadFileError: binary, of other than three dimensions, or broken.
    """
    text = unified_lines(data.removeprefix(BYTE_ORDER_MARK))
    lines = [line for row in text.split(b"\n") if (line := row.partition(b"#")[0].strip())]
    try:
        letters, counts, rows = _header(lines)
        if len(rows) < counts[0] + counts[1]:
            raise ValueError(f"{len(rows)} lines are not {counts[0]} corners and {counts[1]} faces")
        xyz, colors = _corners(rows[: counts[0]], letters)
        faces, of_polygons, polygons = _triangles(rows[counts[0] : sum(counts)], len(xyz))
    except ValueError as error:
        raise BadFileError(
            f"{name}: looks like {OFF}, but cannot be read ({error}); export it again, or as PLY"
        ) from None
    if not colors.is_grey or of_polygons is None:
        return xyz, colors, faces, None
    return xyz, colors, faces, Colors(of_polygons.rgb[polygons], of_polygons.note)


def _header(lines: list[bytes]) -> tuple[bytes, tuple[int, int], list[bytes]]:
    """The letters before OFF, the numbers of corners and faces, and the lines behind them."""
    first = lines[0].split()
    found = _WORD.fullmatch(first[0])
    if found is None or first[0].startswith(b"n"):  # of as many dimensions as a further line says
        raise ValueError(f"{first[0][:9].decode('ascii', 'replace')} has not three dimensions")
    words = [found[2], *first[1:]] if found[2] else first[1:]
    at = 1
    if not words:
        if len(lines) < 2:
            raise ValueError("it ends after its first line")
        words, at = lines[1].split(), 2
    if words[0].upper() == b"BINARY":
        raise ValueError("it is binary")
    if len(words) < 2:
        raise ValueError("it has no numbers of corners and faces")
    corners, faces = map(_whole, words[:2])
    if min(corners, faces) < 0:
        raise ValueError("a number of corners or faces is negative")
    return found[1].upper(), (corners, faces), lines[at:]


def _corners(rows: list[bytes], letters: bytes) -> tuple[NDArray[np.float64], Colors]:
    """Positions, then normals, colours and texture coordinates as the letters say."""
    if not rows:
        raise ValueError("it holds no corners")
    table = read_table(b"\n".join(rows), len(rows), len(rows[0].split()))
    if table.shape[1] < 3:
        raise ValueError(f"a corner has {table.shape[1]} numbers")
    begin = 6 if b"N" in letters else 3
    end = table.shape[1] - (2 if b"ST" in letters else 0)
    rgb = table[:, begin:end]
    if rgb.shape[1] not in (_RGB, _RGBA) or (b"C" not in letters and _are_normals(rgb)):
        return table[:, :3], no_colors(len(rows), ["x", "y", "z"])
    return table[:, :3], _colors(rgb)


def _are_normals(values: NDArray[np.float64]) -> bool:
    lengths = np.linalg.norm(values[:, :3], axis=1)
    return bool((np.abs(lengths - 1.0) < _UNIT_NORMAL).all() or (values < 0.0).any())


def _colors(rgb: NDArray[np.float64]) -> Colors:
    return colors_from_columns(dict(zip(("red", "green", "blue"), rgb.T, strict=False)))


def _triangles(
    rows: list[bytes], corners: int
) -> tuple[NDArray[np.int64], Colors | None, NDArray[np.int64]]:
    """(F, 3) triangles, the colours of the polygons, if any, and (F,) of which polygon each is."""
    triangles: list[tuple[int, ...]] = []
    polygons: list[int] = []
    rgb: dict[int, list[float]] = {}
    for number, row in enumerate(rows):
        words = row.split()
        length = _whole(words[0])
        ring = tuple(map(_whole, words[1 : 1 + length]))
        if length < 0 or len(ring) < length:
            raise ValueError(f"face {number + 1} of {len(rows)} ends too early")
        if ring and not 0 <= min(ring) <= max(ring) < corners:
            raise ValueError(f"face {number + 1} has a corner that is not there")
        triangles += [(ring[0], ring[k], ring[k + 1]) for k in range(1, length - 1)]
        polygons += [number] * (length - 2)
        color = words[1 + length :]
        if len(color) in (_RGB, _RGBA):  # one number is an index of a table that nobody has
            rgb[number] = [float(word[:_LONGEST]) for word in color[:_RGB]]
    faces = np.array(triangles, np.int64).reshape(-1, 3)
    return faces, _of_polygons(rgb, len(rows)), np.array(polygons, np.int64)


def _whole(word: bytes) -> int:
    if not re.fullmatch(rb"[-+]?\d{1,%d}" % _LONGEST, word):
        raise ValueError(f"{word[:20].decode('ascii', 'replace')!r} is no whole number")
    return int(word)


def _of_polygons(rgb: dict[int, list[float]], count: int) -> Colors | None:
    """Colours by the number of their polygon; grey for those that have none."""
    if not rgb:
        return None
    colors = _colors(np.array(list(rgb.values())))
    every: NDArray[Any] = np.full((count, 3), GREY, np.uint8)
    every[list(rgb)] = colors.rgb
    return Colors(every, colors.note)
