"""Surveyors' clouds: LAS and LAZ by laspy (with lazrs), E57 by pye57."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.colors import Colors, colors_from_columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

LAS, E57 = "a LAS/LAZ cloud", "an E57 cloud"
_E57_COLUMNS = {"colorRed": "red", "colorGreen": "green", "colorBlue": "blue"}


def read_scan(path: Path, kind: str) -> tuple[NDArray[Any], Colors]:
    """Points of a LAS, LAZ or E57 file, in its own axes and unit; E57's scans in one frame.

    Args:
        path: the file.
        kind: LAS or E57.

    Returns:
        xyz (N, 3) float64 and the colours.

    Raises:
        BadFileError: the package is not installed, or cannot read the file.
    """
    package, read = _READERS[kind]
    try:
        reader = importlib.import_module(package)
    except ImportError as error:
        raise BadFileError(
            f"{path}: looks like {kind}, which needs {package}: pip install "
            "'detailbase_ros[files]'; without it point clouds are read from PLY, PCD or NPZ"
        ) from error
    try:
        return read(reader, path)
    except Exception as error:  # third-party readers raise what they like
        raise BadFileError(
            f"{path}: looks like {kind}, but cannot be read ({type(error).__name__}: {error})"
        ) from error


def _read_las(laspy: Any, path: Path) -> tuple[NDArray[Any], Colors]:
    with laspy.open(str(path)) as file:
        if file.header.point_count * file.header.point_format.size > 20 * path.stat().st_size:
            raise ValueError(f"{file.header.point_count} points do not fit into the file")
        las = file.read()
    columns = {
        name: np.asarray(las[name])
        for name in las.point_format.dimension_names
        if name in ("red", "green", "blue", "intensity")
    }
    if "red" in columns and not any(columns[c].any() for c in ("red", "green", "blue")):
        columns = {"intensity": columns["intensity"]}  # the colours were never filled in
    xyz = np.column_stack([np.asarray(las[axis], np.float64) for axis in "xyz"])
    return xyz, colors_from_columns(columns or {"x": xyz[:, 0]})


def _read_e57(pye57: Any, path: Path) -> tuple[NDArray[Any], Colors]:
    file = pye57.E57(str(path))
    try:
        scans = [
            file.read_scan(index, intensity=True, colors=True, ignore_missing_fields=True)
            for index in range(file.scan_count)
        ]
    finally:
        file.close()
    if not scans:
        raise ValueError("it holds no scans")
    axes = ("cartesianX", "cartesianY", "cartesianZ")
    xyz = np.concatenate([np.column_stack([scan[axis] for axis in axes]) for scan in scans])
    shared = [name for name in (*_E57_COLUMNS, "intensity") if all(name in s for s in scans)]
    columns = {
        _E57_COLUMNS.get(name, name): np.concatenate([scan[name] for scan in scans])
        for name in shared
    }
    return xyz, colors_from_columns(columns or {"x": xyz[:, 0]})


_READERS: dict[str, tuple[str, Callable[[Any, Path], tuple[NDArray[Any], Colors]]]] = {
    LAS: ("laspy", _read_las),
    E57: ("pye57", _read_e57),
}
