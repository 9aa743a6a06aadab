"""Times SceneMap on 640 x 480 scans of a room: python benchmarks/scene_map.py."""

from __future__ import annotations

import argparse
import time

import numpy as np

from detailbase_core.config import MapConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.types import PointCloud

OPTICAL_TO_MAP = np.array([[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1]], float)


def room_scan(distance: float, rng: np.random.Generator, stamp_ns: int) -> PointCloud:
    """An organised 640 x 480 cloud: a wall `distance` m ahead, a floor 1 m below, sensor noise."""
    row, column = np.mgrid[:480, :640]
    down = (row - 240) / 525.0
    depth = np.minimum(distance, 1.0 / np.maximum(down, 1e-9))
    depth += rng.normal(0, 0.0015, depth.shape) * depth**2
    rays = np.stack([(column - 320) / 525.0, down, np.ones_like(depth)], -1)
    xyz = (rays * depth[..., None]).reshape(-1, 3).astype(np.float32)
    rgb = rng.integers(0, 256, xyz.shape, dtype=np.uint8)
    return PointCloud(xyz, rgb, "camera", stamp_ns, (480, 640))


def main() -> None:
    """Print milliseconds per inserted scan and per snapshot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-carve", action="store_true")
    parser.add_argument("--scans", type=int, default=40)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    scene_map = SceneMap(MapConfig(carve=not arguments.no_carve))
    transform, seconds = OPTICAL_TO_MAP.copy(), []
    for i in range(arguments.scans):
        transform[0, 3] = 0.03 * i
        scan = room_scan(3.0 - 0.03 * i, rng, i)
        start = time.perf_counter()
        scene_map.insert(scan, transform, "odom")
        seconds.append(time.perf_counter() - start)
    start = time.perf_counter()
    scene_map.snapshot()
    snapshot = time.perf_counter() - start
    low, median, high = np.quantile(seconds, [0.1, 0.5, 0.9]) * 1e3
    print(f"insert of 307,200 points: median {median:.1f} ms (10 % {low:.1f}, 90 % {high:.1f})")
    print(f"snapshot of {len(scene_map):,} voxels: {snapshot * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
