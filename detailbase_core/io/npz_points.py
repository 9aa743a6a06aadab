"""NPZ point clouds: the arrays that hold positions and colours, by their usual names."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.colors import (
    Colors,
    colors_from_columns,
    find_color_fields,
    no_colors,
)
from detailbase_core.io.npz import NpzArchive
from detailbase_core.io.text_points import named_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

_XYZ_KEYS = ("xyz", "points", "coord", "coords", "positions", "position", "pos", "vertices")
_FIRST, _SECOND = "arr_0", "arr_1"  # as np.savez calls arrays that nobody named
_TABLE_KEYS = ("xyzrgb", "pc", "pcd", "cloud", "point_cloud", "pointcloud", "data", _FIRST)
_MOST_COLUMNS = 16  # what is wider lies on its side
_COLOR_KEYS = ("rgb", "rgba", "colors", "color", "colours", "colour")


def read_npz_points(data: bytes, name: str) -> tuple[NDArray[Any], Colors, tuple[int, int] | None]:
    """Points of an NPZ file.

    Positions are one array (N, 3) or (height, width, 3), or three arrays x, y and z. Colours are
    one of the same shape, a packed one, three arrays, or the columns behind x y z of a wider one.

    Args:
        data: the whole file.
        name: how to call it in errors.

    Returns:
        xyz (N, 3) as stored, the colours, and (height, width) of an organised cloud or None.

    Raises:
        BadFileError: broken, no positions, or shapes that do not fit together.
    """
    try:
        with NpzArchive(io.BytesIO(data)) as archive:
            return _read_points(archive, name)
    except ValueError as error:
        raise BadFileError(f"{name}: cannot be read as NPZ ({error}); save it again") from None


def _read_points(
    archive: NpzArchive, name: str
) -> tuple[NDArray[Any], Colors, tuple[int, int] | None]:
    by_name = {key.lower(): key for key in reversed(archive.names)}
    key = next((by_name[key] for key in (*_XYZ_KEYS, *_TABLE_KEYS) if key in by_name), "")
    if key:
        xyz = archive.read(key)
    elif {"x", "y", "z"} <= by_name.keys():
        xyz = _stacked([archive.read(by_name[axis]) for axis in "xyz"], name)
    else:
        raise BadFileError(
            f"{name}: an NPZ needs an array xyz or points; has {', '.join(archive.names)}"
        )
    if xyz.dtype.kind not in "fiu":
        raise BadFileError(f"{name}: positions must be numbers; {key} holds {xyz.dtype}")
    if xyz.ndim == 2 and xyz.shape[0] == 3 and xyz.shape[1] > _MOST_COLUMNS:
        xyz = xyz.T
    behind: dict[str, NDArray[Any]] = {}
    if xyz.ndim == 2 and xyz.shape[1] > 3:
        behind = named_columns([], xyz.astype(np.float64))
        xyz = xyz[:, :3]
    if xyz.ndim not in (2, 3) or xyz.shape[-1] != 3:
        raise BadFileError(f"{name}: positions must be (N, 3) numbers; {key} is {xyz.shape}")
    columns = _color_columns(archive, by_name, xyz.shape[:-1], name) or behind
    points = xyz.size // 3
    colors = colors_from_columns(columns) if columns else no_colors(points, archive.names)
    image_shape = (xyz.shape[0], xyz.shape[1]) if xyz.ndim == 3 else None
    return xyz.reshape(-1, 3), colors, image_shape


def _stacked(axes: list[NDArray[Any]], name: str) -> NDArray[Any]:
    """Three arrays of one shape as one of three columns."""
    if len({axis.shape for axis in axes}) > 1:
        shapes = ", ".join(str(axis.shape) for axis in axes)
        raise BadFileError(f"{name}: its arrays x, y and z differ in shape: {shapes}")
    return np.stack(axes, axis=-1)


def _color_columns(
    archive: NpzArchive, by_name: dict[str, str], points: tuple[int, ...], name: str
) -> dict[str, NDArray[Any]]:
    """The arrays of colours or intensity, (N,), (N, 3) or (N, 4); none where there are none."""
    key = next((by_name[key] for key in _COLOR_KEYS if key in by_name), "")
    if by_name.keys() == {_FIRST, _SECOND} and archive.read(_SECOND).shape == (*points, 3):
        key = _SECOND
    if key:
        named = "colors" if key == _SECOND else key
        return {named: _fitted(archive.read(key), key, points, name)}
    fields = find_color_fields(by_name.values())
    columns = {key: archive.read(key) for key in fields.names} if fields else {}
    size = int(np.prod(points))
    if any(column.size != size or column.dtype.kind not in "fiu" for column in columns.values()):
        return {}
    return {key: column.reshape(-1) for key, column in columns.items()}


def _fitted(rgb: NDArray[Any], key: str, points: tuple[int, ...], name: str) -> NDArray[Any]:
    """An array of colours as (N, 3), (N, 4), or (N,) where they are packed."""
    if rgb.ndim == 2 and len(points) == 1 and rgb.shape[0] in (3, 4) and rgb.shape[1] == points[0]:
        rgb = rgb.T if rgb.shape[1] > _MOST_COLUMNS else rgb
    is_packed = rgb.shape == points and rgb.dtype.itemsize >= 4
    if rgb.dtype.kind not in "fiu" or not (is_packed or rgb.shape in ((*points, 3), (*points, 4))):
        raise BadFileError(
            f"{name}: colours must be (N, 3) numbers like the positions; {key} is {rgb.shape} of "
            f"{rgb.dtype}, positions are {(*points, 3)}"
        )
    return rgb.reshape(-1, *rgb.shape[len(points) :])
