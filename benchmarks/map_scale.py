"""A building's map: memory per voxel, and what a scan costs while the map grows.

    python benchmarks/map_scale.py --voxels 20_000_000

A robot goes from room to room. In each, one scan meets nothing that is there, and one meets what
the first has left; a small scan is repeated in the first room at each size of the map. Counted is
the processor's time, since others at work lengthen the wall's.
"""

from __future__ import annotations

import argparse
import time
from statistics import median

import numpy as np

from detailbase_core.config import MapConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.types import PointCloud

ROOM_M, ROOMS_IN_ROW, SCAN_POINTS = 6.0, 64, 300_000
SIZES = (10_000, 100_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000)


def room_points(points: int, rng: np.random.Generator) -> np.ndarray:
    """(points, 3) float32 of floor and two walls, with noise, metres."""
    xyz = rng.uniform(0, ROOM_M, (points, 3))
    xyz[np.arange(points), rng.integers(0, 3, points)] = 0.05
    xyz[:, 2] *= 0.5
    return (xyz + rng.normal(scale=0.008, size=xyz.shape)).astype(np.float32)


def seconds_to_insert(scene_map: SceneMap, xyz: np.ndarray, rgb: np.ndarray, room: int) -> float:
    """Processor seconds of one scan in a room of the building."""
    transform = np.eye(4)
    transform[:2, 3] = (room % ROOMS_IN_ROW) * ROOM_M, (room // ROOMS_IN_ROW) * ROOM_M
    cloud = PointCloud(xyz, rgb, "map", room)
    begin = time.process_time()
    scene_map.insert(cloud, transform, "map")
    return time.process_time() - begin


def main() -> None:
    """Grow the map, print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voxels", type=int, default=SIZES[-1])
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    scene_map = SceneMap(MapConfig(max_voxels=100_000_000, max_range_m=20.0, min_range_m=0.0))
    rgb = rng.integers(0, 256, (SCAN_POINTS, 3), dtype=np.uint8)
    few = room_points(12_000, rng)
    seconds_to_insert(scene_map, few, rgb[: len(few)], 0)
    room, base = 1, 0.0
    print("voxels | bytes per voxel | ns a point: new room | again | small scan | times the first")
    for size in (size for size in SIZES if size <= arguments.voxels):
        fresh: list[float] = []
        again: list[float] = []
        while len(scene_map) < size * 0.9:
            xyz = room_points(SCAN_POINTS, rng)
            fresh.append(seconds_to_insert(scene_map, xyz, rgb, room))
            again.append(seconds_to_insert(scene_map, xyz, rgb, room))
            room += 1
        small = [seconds_to_insert(scene_map, few, rgb[: len(few)], 0) for _ in range(21)]
        new, same = (median(times[-9:] or [0.0]) / SCAN_POINTS * 1e9 for times in (fresh, again))
        of_small = median(small) / len(few) * 1e9
        base = base or of_small
        memory = scene_map.memory_bytes / len(scene_map)
        print(
            f"{len(scene_map):>10,} | {memory:.1f} | {new:.0f} | {same:.0f} | {of_small:.0f} | "
            f"{of_small / base:.2f}"
        )


if __name__ == "__main__":
    main()
