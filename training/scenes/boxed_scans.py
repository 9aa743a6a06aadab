"""A scan and the boxes of its objects -> a scene for training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.config import SuperpointConfig
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.mapping.load_scene import load_scene
from detailbase_core.mapping.superpoints import segment_cloud

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.types import PointCloud


@dataclass(frozen=True)
class BoxedObject:
    """An object that somebody put a box around.

    Attributes:
        name: what it is called, singular, lower case.
        color: its colour, lower case; "" = not told.
        center, size: metres, z up; edges along the box's own axes.
        yaw: rotation of the box about z, radians.
    """

    name: str
    color: str
    center: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float = 0.0

    @property
    def volume(self) -> float:
        """Cubic metres."""
        return float(np.prod(self.size))

    def holds(self, xyz: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(N,) which of the points (N, 3) lie in the box."""
        x, y, z = (xyz.astype(np.float64) - self.center).T
        along = np.cos(self.yaw) * x + np.sin(self.yaw) * y
        across = np.cos(self.yaw) * y - np.sin(self.yaw) * x
        half = np.divide(self.size, 2.0)
        inside = (abs(along) <= half[0]) & (abs(across) <= half[1]) & (abs(z) <= half[2])
        return np.asarray(inside)


@dataclass(frozen=True)
class BoxedScan:
    """A scan whose points know their object.

    Attributes:
        cloud: z up, metres, one point per voxel.
        instance: (N,) int32, index into `objects`, -1 for none.
        objects: those that have points.
        empty: names of those that have none.
    """

    cloud: PointCloud
    instance: NDArray[np.int32]
    objects: tuple[BoxedObject, ...]
    empty: tuple[str, ...]


def object_of_row(row: Mapping[str, str]) -> BoxedObject:
    """An object from a row of the table.

    Raises:
        ValueError: no name, something that is no finite number, or an edge that is not above 0.
    """
    name = " ".join(row["name"].lower().split())
    if not name:
        raise ValueError("name is empty")
    x, y, z, dx, dy, dz = (_number(row, key) for key in ("x", "y", "z", "dx", "dy", "dz"))
    if min(dx, dy, dz) <= 0:
        raise ValueError(f"{name}: dx, dy and dz are edges in metres, above 0; got {dx} {dy} {dz}")
    yaw = _number(row, "yaw") if (row.get("yaw") or "").strip() else 0.0
    color = (row.get("color") or "").strip().lower()
    return BoxedObject(name, color, (x, y, z), (dx, dy, dz), yaw)


def read_scan(path: Path, objects: Sequence[BoxedObject]) -> BoxedScan:
    """Read a scan and find each object's points; a point in several boxes is the smallest's.

    Args:
        path: point cloud file, z up, metres.
        objects: boxes in the file's coordinates.

    Raises:
        BadFileError, BadCloudError: it cannot be read.
    """
    loaded = load_scene(path, up="z", unit="m")
    shift = loaded.source_to_map[:3, 3]
    moved = [replace(one, center=tuple(np.add(one.center, shift))) for one in objects]
    owner = np.full(len(loaded.cloud), -1, np.int32)
    for index in sorted(range(len(moved)), key=lambda k: -moved[k].volume):
        owner[moved[index].holds(loaded.cloud.xyz)] = index
    seen = [index for index in range(len(moved)) if (owner == index).any()]
    new_index = np.full(len(moved) + 1, -1, np.int32)  # its last entry is that of -1
    new_index[seen] = np.arange(len(seen), dtype=np.int32)
    return BoxedScan(
        loaded.cloud,
        new_index[owner],
        tuple(moved[index] for index in seen),
        tuple(moved[index].name for index in range(len(moved)) if index not in seen),
    )


def write_scan(scan: BoxedScan, path: Path) -> None:
    """Write the NPZ that training.scenes.scene_files reads, atomically.

    Raises:
        OSError: the folder cannot be written.
    """
    superpoint = segment_cloud(scan.cloud, SuperpointConfig())
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            xyz=scan.cloud.xyz,
            rgb=scan.cloud.rgb,
            instance=scan.instance,
            superpoint=superpoint.astype(np.int32),
            object_id=np.arange(len(scan.objects), dtype=np.int32),
            object_category=np.array([one.name for one in scan.objects], str),
            object_color=np.array([one.color for one in scan.objects], str),
        )


def _number(row: Mapping[str, str], key: str) -> float:
    try:
        value = float(row[key])
    except (TypeError, ValueError):
        raise ValueError(f"{key} is {row[key]!r}, no number") from None
    if not np.isfinite(value):
        raise ValueError(f"{key} is {row[key]!r}, no finite number")
    return value
