"""As much of Open3D as the library touches; its ways, the bad ones too, are those of 0.20.

Where a file breaks off it prints a warning and returns memory that it never wrote to, or ends the
process.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np

GARBAGE = 6.9e-310


def _vectors(rows):
    return np.array(rows, np.float64).reshape(-1, 3)


class Open3dCloud:
    def __init__(self, points=()):
        self.points = _vectors(points)
        self.colors = _vectors(())

    def has_colors(self):
        return 0 < len(self.colors) == len(self.points)

    def select_by_index(self, indices):
        part = Open3dCloud(self.points[indices])
        part.colors = self.colors[indices] if self.has_colors() else part.colors
        return part

    def paint_uniform_color(self, color):
        self.colors = np.tile(np.float64(color), (len(self.points), 1))

    def __iadd__(self, other):
        both = self.has_colors() or not len(self.points)
        self.points = np.concatenate([self.points, other.points])
        self.colors = np.concatenate([self.colors, other.colors]) if both else _vectors(())
        return self


def _read_point_cloud(filename):
    path, cloud = Path(filename), Open3dCloud()
    if path.suffix == ".ply":
        table = _ply_numbers(path)
        if table is None:
            print("[Open3D WARNING] Read PLY failed: unable to parse header.")
            return cloud
        if np.isnan(table).any():
            if "crash" in path.stem:
                os.abort()
            print(f"[Open3D WARNING] Read PLY failed: unable to read file: {path}")
        table = np.nan_to_num(table, nan=GARBAGE)
        cloud.points, cloud.colors = _vectors(table[:, :3]), _vectors(table[:, 3:] / 255)
        return cloud
    rows = [line.split() for line in path.read_text().splitlines()]
    if path.suffix == ".pts":
        count, *rows = rows
        whole = np.full((int(count[0]), 7), GARBAGE)
        whole[: len(rows)] = rows
        cloud.points, cloud.colors = _vectors(whole[:, :3]), _vectors(whole[:, 4:] / 255)
        return cloud
    cloud.points = _vectors([row for row in rows if len(row) == 3])
    return cloud


def _ply_numbers(path):
    """(N, 6) of an ASCII file, tokens taken wherever lines end; NaN where they end early."""
    header, _, body = path.read_text().replace("\r", "\n").partition("end_header\n")
    if "FLOAT" in header:
        return None
    count = int(header.split("element vertex ")[1].split()[0])
    numbers = [float(token) for token in body.split()][: 6 * count]
    return np.array(numbers + [np.nan] * (6 * count - len(numbers))).reshape(count, 6)


def _write_point_cloud(filename, cloud):
    rows = np.column_stack([cloud.points, np.rint(255 * cloud.colors)])
    names = [*(f"double {axis}" for axis in "xyz"), "uchar red", "uchar green", "uchar blue"]
    header = ["ply", "format ascii 1.0", f"element vertex {len(rows)}"]
    lines = [" ".join(f"{v:g}" for v in row) for row in rows]
    header += [f"property {name}" for name in names]
    Path(filename).write_text("\n".join([*header, "end_header", *lines]) + "\n")
    return True


utility = SimpleNamespace(Vector3dVector=_vectors)
geometry = SimpleNamespace(PointCloud=Open3dCloud)
io = SimpleNamespace(read_point_cloud=_read_point_cloud, write_point_cloud=_write_point_cloud)
