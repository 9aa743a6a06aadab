"""Readers that know nothing of ours, to compare with: points, and messages of recordings."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
import warnings
from typing import TYPE_CHECKING

import numpy as np
import trimesh
from mcap.reader import make_reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Messages = list[tuple[str, int, bytes]]  # type, time of recording, CDR bytes


TYPES = ("sensor_msgs/msg/PointCloud2", "tf2_msgs/msg/TFMessage")


def other_points(kind: str, path: Path) -> list[np.ndarray]:
    """(N, 3) float64 of each reader that reads the file; none where all refuse."""
    found = []
    for read in _READERS.get(kind.split()[0], ()):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                points = np.asarray(read(path), np.float64)
        except Exception:
            continue
        if points.ndim == 2 and points.shape[1] == 3 and len(points):
            found.append(points)
    return found


def other_messages(kind: str, path: Path) -> Messages | None:
    """All ROS messages of a recording; None where the reader refuses."""
    try:
        return _database_messages(path) if kind == "db3" else _mcap_messages(path)
    except Exception:
        return None


def _ply_by_trimesh(path: Path) -> np.ndarray:
    names = re.findall(rb"property .*?(\S+)\n", path.read_bytes())
    if len(set(names)) < len(names):
        raise ValueError("it forgets that a repeated property takes room")
    with path.open("rb") as file:
        return np.asarray(trimesh.load(file, file_type="ply", process=False).vertices)


def _ply_by_plyfile(path: Path) -> np.ndarray:
    import plyfile

    rows = plyfile.PlyData.read(str(path))["vertex"].data
    return np.column_stack([rows[axis] for axis in "xyz"])


def _pcd_by_pypcd4(path: Path) -> np.ndarray:
    import pypcd4

    if not re.search(rb"\nFIELDS [\w ]+\n", path.read_bytes()):
        raise ValueError("it reads names with other characters as fewer or more fields")
    return pypcd4.PointCloud.from_path(path).numpy(("x", "y", "z"))


def _npz_by_numpy(path: Path) -> np.ndarray:
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["xyz"]


def _has_count(path: Path) -> bool:
    return len(path.read_bytes().split(b"\n", 1)[0].split()) == 1


def _rows(path: Path, mark: str | None, skip: int) -> np.ndarray:
    return np.loadtxt(path, delimiter=mark, skiprows=skip, usecols=(0, 1, 2), comments="#", ndmin=2)


_READERS: dict[str, list[Callable[[Path], np.ndarray]]] = {
    "ply": [_ply_by_trimesh],
    "pcd": [],
    "npz": [_npz_by_numpy],
    "xyz": [lambda path: _rows(path, None, 0)],
    "csv": [lambda path: _rows(path, ",", 0)],
    "pts": [lambda path: _rows(path, None, _has_count(path))],
}
if importlib.util.find_spec("plyfile"):
    _READERS["ply"].append(_ply_by_plyfile)
if importlib.util.find_spec("pypcd4"):
    _READERS["pcd"].append(_pcd_by_pypcd4)


def _mcap_messages(path: Path) -> Messages:
    with path.open("rb") as file:
        return [
            (schema.name if schema else "", message.log_time, message.data)
            for schema, channel, message in make_reader(file, validate_crcs=True).iter_messages()
            if channel.message_encoding == "cdr"
        ]


def _database_messages(path: Path) -> Messages:
    database = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        if database.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise ValueError("SQLite itself calls it broken")
        return database.execute(
            "SELECT type, timestamp, data FROM messages JOIN topics ON topics.id = topic_id "
            "WHERE serialization_format = 'cdr'"
        ).fetchall()
    finally:
        database.close()
