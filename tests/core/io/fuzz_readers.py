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

from tests.core.io.fuzz_layouts import (
    e57_points,
    glb_corners,
    gltf_corners,
    las_points,
    stl_corners,
    text_stl_corners,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Messages = list[tuple[str, int, bytes]]  # type, time of recording, CDR bytes


TYPES = ("sensor_msgs/msg/PointCloud2", "tf2_msgs/msg/TFMessage")


def other_points(kind: str, path: Path) -> list[np.ndarray]:
    """(N, 3) float64 of each reader that reads the file; none where all refuse.

    Of MESHES the corners, between which all points lie.
    """
    found = []
    if kind.startswith("ply") and _EMPTY_ELEMENT.search(path.read_bytes()):
        return []  # nobody knows whether its rows are blank lines
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
    if path.read_bytes().find(b"property list") < path.read_bytes().find(b"element vertex"):
        raise ValueError("it takes all lists for as long as the first")
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


def _pts_rows(path: Path) -> np.ndarray:
    """All rows of numbers, below the number of them."""
    count, rest = path.read_bytes().split(b"\n", 1)
    lines = [line for line in rest.decode().splitlines() if line.strip()]
    return _rows(lines[: int(count)], None)


def _rows(source: Path | list[str], mark: str | None) -> np.ndarray:
    return np.loadtxt(source, delimiter=mark, usecols=(0, 1, 2), comments="#", ndmin=2)


# -- of meshes the corners: what is read lies between them -----------------------------------------


def _obj_corners(path: Path) -> np.ndarray:
    lines = path.read_text().splitlines()
    return np.array([list(map(float, line.split()[1:4])) for line in lines if line[:2] == "v "])


def _off_corners(path: Path) -> np.ndarray:
    with path.open("rb") as file:
        return np.asarray(trimesh.load(file, file_type="off", process=False).vertices)


_READERS: dict[str, list[Callable[[Path], np.ndarray]]] = {
    "ply": [_ply_by_trimesh],
    "pcd": [],
    "npz": [_npz_by_numpy],
    "xyz": [lambda path: _rows(path, None)],
    "csv": [lambda path: _rows(path, ",")],
    "pts": [_pts_rows],
    "obj": [_obj_corners],
    "stl": [stl_corners],
    "stl_ascii": [text_stl_corners],
    "glb": [glb_corners],
    "gltf": [gltf_corners],
    "off": [_off_corners],
    "las": [las_points],
    "e57": [e57_points],
}
MESHES = ("obj", "stl", "stl_ascii", "glb", "gltf", "off")  # of which the corners are returned
_EMPTY_ELEMENT = re.compile(rb"\nelement \S+ [1-9]\d*\s*\n(?:comment.*\n)*(?:element|end_header)")
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
