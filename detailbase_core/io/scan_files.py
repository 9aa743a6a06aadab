"""Surveyors' clouds: LAS and LAZ by laspy (with lazrs), E57 by pye57, each in its own process."""

from __future__ import annotations

import importlib
import importlib.util
import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError, pip_install
from detailbase_core.io.colors import Colors, colors_from_columns
from detailbase_core.io.isolated_reader import read_isolated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]

LAS, E57 = "a LAS/LAZ cloud", "an E57 cloud"
_LAZ_RATIO = 200  # how far LAZ may unpack; scans do to a tenth
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
    if importlib.util.find_spec(package) is None:
        raise BadFileError(
            f"{path}: looks like {kind}, which needs {package}: "
            f"{pip_install(_DISTRIBUTIONS[package])}; or convert it to PLY, PCD or NPZ"
        )
    try:
        if kind == LAS:
            _check_las_header(path)
        columns = read_isolated(read, path)
    except (BadFileError, ValueError) as error:
        raise BadFileError(f"{path}: looks like {kind}, but cannot be read ({error})") from error
    xyz = columns.pop("xyz")
    return xyz, colors_from_columns(columns or {"x": xyz[:, 0]})


def read_las(path: Path) -> Columns:
    """Columns of a LAS or LAZ file: xyz (N, 3) float64, and colours or intensity (N,)."""
    laspy: Any = importlib.import_module("laspy")
    with laspy.open(str(path)) as file:
        las = file.read()
    columns = {
        name: np.asarray(las[name])
        for name in las.point_format.dimension_names
        if name in ("red", "green", "blue", "intensity")
    }
    if "red" in columns and not any(columns[c].any() for c in ("red", "green", "blue")):
        columns = {"intensity": columns["intensity"]}  # the colours were never filled in
    xyz = np.column_stack([np.asarray(las[axis], np.float64) for axis in "xyz"])
    return {"xyz": xyz, **columns}


def _check_las_header(path: Path) -> None:
    """Compare what a header declares with the bytes that are there: laspy reads on regardless.

    Format: ASPRS, "LAS Specification 1.4 - R15", table 3.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(375)
    if len(header) < 227:
        raise ValueError("its header is cut off")
    body, records = struct.unpack_from("<II", header, 96)
    point_format, point_bytes, points = struct.unpack_from("<BHI", header, 104)
    is_packed = point_format >= 128
    long_records = 0
    if header[25] >= 4 and len(header) >= 255:
        long_records, points = struct.unpack_from("<IQ", header, 243)
    if body > size or 54 * records > size or 60 * long_records > size:
        raise ValueError(f"{size} bytes are too few for its {records + long_records} records")
    if points * point_bytes > (size - body) * (_LAZ_RATIO if is_packed else 1):
        raise ValueError(f"{size} bytes are too few for its {points} points")


def read_e57(path: Path) -> Columns:
    """Columns of an E57 file, as read_las."""
    pye57: Any = importlib.import_module("pye57")
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
    return {"xyz": xyz, **columns}


_DISTRIBUTIONS = {"laspy": "laspy[lazrs]", "pye57": "pye57"}
_READERS: dict[str, tuple[str, Callable[[Path], Columns]]] = {
    LAS: ("laspy", read_las),
    E57: ("pye57", read_e57),
}
