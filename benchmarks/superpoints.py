"""Times segment_cloud on boxes that stand on a floor: python benchmarks/superpoints.py."""

from __future__ import annotations

import argparse
import time

import numpy as np

from detailbase_core.config import SuperpointConfig
from detailbase_core.mapping.superpoints import segment_cloud
from detailbase_core.types import PointCloud


def boxes_on_a_floor(count: int, rng: np.random.Generator) -> PointCloud:
    """About `count` points, one per 2 cm voxel: half floor, half vertical sides of boxes."""
    edge = 0.02 * np.sqrt(count / 2)
    floor = rng.uniform(0, edge, (count // 2, 3))
    sides = rng.uniform(0, edge, (count // 2, 3))
    sides[:, 0] = np.round(sides[:, 0] / 0.5) * 0.5  # a wall every half metre ...
    sides[:, 2] = rng.uniform(0, 0.5, len(sides))  # ... half a metre high
    floor[:, 2] = 0
    xyz = np.concatenate([floor, sides]) + rng.normal(0, 0.003, (2 * (count // 2), 3))
    rgb = rng.integers(100, 110, xyz.shape, dtype=np.uint8)
    return PointCloud(xyz.astype(np.float32), rgb)


def main() -> None:
    """Print seconds per cloud size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[150_000, 1_000_000, 5_000_000])
    for count in parser.parse_args().sizes:
        cloud = boxes_on_a_floor(count, np.random.default_rng(0))
        start = time.perf_counter()
        labels = segment_cloud(cloud, SuperpointConfig())
        seconds = time.perf_counter() - start
        print(f"{count:,} points: {seconds:.2f} s, {labels.max() + 1:,} superpoints")


if __name__ == "__main__":
    main()
