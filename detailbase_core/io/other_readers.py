"""Point clouds that our own readers do not take, by plyfile or Open3D where they are installed.

Neither is needed: plyfile is GPL-3.0, and Open3D installs half a gigabyte.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.colors import Colors, colors_from_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Points = tuple[NDArray[Any], Colors]  # xyz (N, 3) and what is known of their colours

logger = logging.getLogger(__name__)

# Open3D 0.20 ends the process on some truncated files, so it reads in one of its own.
_OPEN3D_PROGRAM = """
import sys, numpy, open3d
cloud = open3d.io.read_point_cloud(sys.argv[1])
numpy.savez(sys.argv[2], xyz=numpy.asarray(cloud.points), colors=numpy.asarray(cloud.colors))
"""
_OPEN3D_LIMIT_S = 600


def read_refused_ply(path: Path, data: bytes, refused: BadFileError) -> Points:
    """Points of a PLY file that read_ply refused.

    Args:
        path: the file.
        data: all of it.
        refused: what read_ply raised.

    Raises:
        BadFileError: `refused` itself, where nothing that is installed reads the file.
    """
    readers: dict[str, Callable[[Path], Points]] = {"plyfile": _by_plyfile, "open3d": _by_open3d}
    for package, read in readers.items() if b"end_header" in data else ():
        try:
            points = read(path)
        except Exception as error:  # third-party readers raise what they like
            logger.debug("%s does not read %s: %s", package, path, error)
            continue
        logger.warning("%s; %s reads it all the same", refused, package)
        return points
    raise refused


def _by_plyfile(path: Path) -> Points:
    plyfile: Any = importlib.import_module("plyfile")
    rows = plyfile.PlyData.read(str(path))["vertex"].data
    columns = {name.lower(): rows[name] for name in rows.dtype.names}
    return np.column_stack([columns[axis] for axis in "xyz"]), colors_from_columns(columns)


def _by_open3d(path: Path) -> Points:
    """Points in float64: far from the origin float32 would not do.

    Raises:
        ImportError: Open3D is not installed, or does not load.
        BadFileError: it does not read the file.
    """
    if importlib.util.find_spec("open3d") is None:
        raise ModuleNotFoundError("No module named 'open3d'")
    with TemporaryDirectory() as folder:
        points = Path(folder) / "points.npz"
        run = subprocess.run(
            [sys.executable, "-c", _OPEN3D_PROGRAM, str(path), str(points)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_OPEN3D_LIMIT_S,
        )
        said = f"{run.stdout}\n{run.stderr}".strip().splitlines()
        if run.returncode and "ImportError" in run.stderr:
            raise ImportError(said[-1])
        # Where a body breaks off it says so, and returns memory that it never wrote to.
        if run.returncode or "failed" in run.stdout:
            raise BadFileError(f"{path}: Open3D fails on it ({said[-1] if said else 'it crashes'})")
        with np.load(points, allow_pickle=False) as arrays:
            xyz, colors = arrays["xyz"], arrays["colors"]
    columns = {"colors": colors} if len(colors) else dict.fromkeys("xyz", xyz[:, 0])
    return xyz, colors_from_columns(columns)
