"""A file or a recording -> one cloud as the network knows scenes: z up, metres, a point a voxel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.config import MapConfig
from detailbase_core.errors import BadFileError, EmptySceneError
from detailbase_core.io.bags import BAG_FORMATS, read_bag_scans
from detailbase_core.io.cloud_files import (
    CLOUD_FORMATS,
    OTHER_FORMATS,
    detect_format,
    read_cloud_file,
)
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.mapping.up_axis import Orientation, find_orientation, transformed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from detailbase_core.types import PointCloud

FILE_VOXELS = 50_000_000  # a file is there as a whole; nothing of it is forgotten
FILE_RANGE_M = 1e6


@dataclass(frozen=True)
class LoadedScene:
    """Contents of a file or recording.

    Attributes:
        cloud: z up, metres, finite, one point per map voxel.
        source_to_map: (4, 4) float64 from the file's coordinates (of a recording: its map
            frame's) to the cloud's.
        note: one sentence for people on what was read and how it was taken.
    """

    cloud: PointCloud
    source_to_map: NDArray[np.float64]
    note: str


def load_scene(
    path: str | Path,
    config: MapConfig | None = None,
    *,
    up: str = "auto",
    unit: str = "auto",
    map_frame: str = "odom",
    report: Callable[[str], None] = lambda _: None,
    tf_prefix: str = "",
) -> LoadedScene:
    """Read a point cloud file, or drive a recording through the map.

    Args:
        path: PLY, PCD or NPZ file, rosbag2 folder, MCAP or SQLite file.
        config: voxel size, and for recordings everything else about the map; the default is that
            of GrounderConfig.
        up, unit: as in up_axis.find_orientation; a recording's map frame is z up in metres
            by the ROS convention unless it is a camera's optical frame.
        map_frame: as in bags.read_bag_scans.
        report: is told what goes on.
        tf_prefix: as in bags.read_bag_scans.

    Raises:
        BadFileError, BadCloudError: see read_cloud_file and read_bag_scans.
        ConfigError: no such `up` or `unit`.
        EmptySceneError: the recording's clouds left nothing in the map.
    """
    config = config or MapConfig()
    kind = detect_format(path)
    if kind in (*CLOUD_FORMATS, *OTHER_FORMATS):
        report(f"reading {path}")
        return _load_file(Path(path), config, up, unit)
    if kind in BAG_FORMATS:
        return _load_bag(path, config, up, unit, map_frame, report, tf_prefix)
    raise BadFileError(
        f"{path}: looks like {kind}; scenes are PLY, PCD or NPZ files, rosbag2 folders or MCAP"
    )


def _load_file(path: Path, config: MapConfig, up: str, unit: str) -> LoadedScene:
    read = read_cloud_file(path)
    cloud = read.cloud
    orientation = find_orientation(cloud, up, unit)
    upright = transformed(cloud, orientation.file_to_map)
    whole = replace(
        config, min_range_m=0.0, max_range_m=FILE_RANGE_M, carve=False, max_voxels=FILE_VOXELS
    )
    scene_map = SceneMap(whole)
    scene_map.insert(upright, np.eye(4), path.name)
    thinned, _ = scene_map.snapshot()
    shift = np.eye(4)
    shift[:3, 3] = read.shift
    moved = f"moved by ({', '.join(f'{v:.0f}' for v in read.shift)})" if read.shift.any() else ""
    faces = f" on {read.faces:,} faces" if read.faces else ""
    size = f"{len(cloud):,} points{faces}, {len(thinned):,} voxels"
    note = "; ".join(filter(None, (size, moved, orientation.note, read.color_note)))
    return LoadedScene(thinned, orientation.file_to_map @ shift, note)


def _load_bag(
    path: str | Path,
    config: MapConfig,
    up: str,
    unit: str,
    map_frame: str,
    report: Callable[[str], None],
    tf_prefix: str,
) -> LoadedScene:
    scene_map = SceneMap(config)
    count = 0
    report(f"reading {path}")
    run, color_note = 0, ""
    for scan in read_bag_scans(path, map_frame, tf_prefix=tf_prefix):
        if scan.run != run:  # time went back: what was mapped before is another world
            scene_map, count, run = SceneMap(config), 0, scan.run
        color_note = color_note or scan.color_note
        scene_map.insert(scan.cloud, scan.sensor_to_map, scan.map_frame)
        count += 1
        report(f"reading {path}: {count} clouds, {len(scene_map):,} voxels")
    cloud, _ = scene_map.snapshot()
    if not len(cloud):
        raise EmptySceneError(
            f"{path}: its {count} clouds hold no point between {config.min_range_m} and "
            f"{config.max_range_m} m from the sensor"
        )
    orientation = _bag_orientation(cloud, up, unit)
    size = f"{count} clouds, {len(cloud):,} voxels in {cloud.frame!r}"
    note = f"{size}; {orientation.note}; {color_note}"
    return LoadedScene(transformed(cloud, orientation.file_to_map), orientation.file_to_map, note)


def _bag_orientation(cloud: PointCloud, up: str, unit: str) -> Orientation:
    if up == "auto" and "optical" not in cloud.frame:
        return Orientation(np.eye(4), "z is up, metres, as ROS has it")
    return find_orientation(cloud, up, "m" if unit == "auto" else unit)
