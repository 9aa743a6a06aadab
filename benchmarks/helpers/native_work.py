"""A piece of work of the native module, again and again: native_work.py PIECE TIMES

Run by benchmarks/instructions.py under an emulator, which is slow: it makes its own input
and imports no torch.
"""

from __future__ import annotations

import sys

import numpy as np

from detailbase_core.config import MapConfig, SuperpointConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.mapping.superpoints import segment_cloud
from detailbase_core.types import PointCloud

POINTS = 307_200


def scan() -> PointCloud:
    """Floor, two walls and a table top of a room, each a quarter of the points."""
    rng = np.random.default_rng(0)
    xyz = rng.uniform(0.0, 5.0, (POINTS, 3))
    floor, left, back, top = np.split(xyz, 4)
    floor[:, 2], left[:, 0], back[:, 1], top[:, 2] = 0.0, 0.0, 0.0, 0.8
    top[:, :2] *= 0.3
    xyz += rng.normal(0.0, 0.004, xyz.shape)
    return PointCloud(xyz.astype(np.float32), rng.integers(0, 255, xyz.shape, dtype=np.uint8))


def insert(times: int) -> None:
    """A scan into the map that it is in already."""
    cloud, scene_map = scan(), SceneMap(MapConfig())
    for _ in range(times):
        scene_map.insert(cloud, np.eye(4), "map")


def superpoints(times: int) -> None:
    """A map's superpoints."""
    scene_map = SceneMap(MapConfig())
    scene_map.insert(scan(), np.eye(4), "map")
    cloud, _ = scene_map.snapshot()
    for _ in range(times):
        segment_cloud(cloud, SuperpointConfig())


PIECES = {"insert": insert, "superpoints": superpoints}

if __name__ == "__main__":
    PIECES[sys.argv[1]](int(sys.argv[2]))
