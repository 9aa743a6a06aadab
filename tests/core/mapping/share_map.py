"""Threads on one map, for ThreadSanitizer: make sanitize-threads.

    python -m tests.core.mapping.share_map --seconds 60

Two insert scans, one reads, one saves and loads, one clears now and then. Prints how often each
did.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.config import MapConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS = 2000


def main() -> None:
    """Let the threads work for so long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    end = time.monotonic() + parser.parse_args().seconds
    scene_map = SceneMap(MapConfig(voxel_size_m=0.1, max_voxels=4000))
    counts: Counter[str] = Counter()
    faults: list[Exception] = []

    def insert(random: np.random.Generator) -> None:
        xyz = random.uniform(-2, 2, (POINTS, 3)).astype(np.float32)
        rgb = random.integers(0, 256, xyz.shape).astype(np.uint8)
        scene_map.insert(PointCloud(xyz, rgb, "camera", counts["insert"] + 1), np.eye(4), "odom")

    def read(_: np.random.Generator) -> None:
        cloud, version = scene_map.snapshot()
        assert 0.0 <= scene_map.changed_since(version) <= 1.0
        assert len(cloud) <= 4000 and len(scene_map) <= 4000 and scene_map.memory_bytes >= 0

    def save_and_load(_: np.random.Generator) -> None:
        scene_map.save(path)
        scene_map.load(path)

    def clear(_: np.random.Generator) -> None:
        scene_map.clear()
        scene_map.forget_times()
        time.sleep(0.2)

    def work(name: str, action: Callable[[np.random.Generator], None], seed: int) -> None:
        random = np.random.default_rng(seed)
        while time.monotonic() < end and not faults:
            try:
                action(random)
            except Exception as error:
                faults.append(error)
            counts[name] += 1

    with TemporaryDirectory() as folder:
        path = Path(folder) / "map.npz"
        works = [("insert", insert), ("insert too", insert), ("read", read)]
        works += [("save and load", save_and_load), ("clear", clear)]
        threads = [
            threading.Thread(target=work, args=(name, action, seed))
            for seed, (name, action) in enumerate(works)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(dict(counts))
    if faults:
        raise faults[0]


if __name__ == "__main__":
    main()
