"""A building's map after a twentieth of it was seen anew: its chunks and superpoints, beside all.

    python benchmarks/map_change.py --rooms 20

Only what has changed is taken from the map and cut into superpoints; the same is done from the
start, and what comes out is compared, point for point. No network runs.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from building import SHIFT_M, Building
from helpers.in_turn import write_figures

from detailbase_core.network.chunks import ChunkedEncoder
from detailbase_core.network.map_chunks import CutMap, MapChunks
from detailbase_core.ops.execution import threads
from detailbase_core.ops.malloc import tune_malloc

if TYPE_CHECKING:
    from detailbase_core.types import Scene

PART = 0.05  # of the rooms


class Taken(NamedTuple):
    """Scene, and what it took.

    Attributes:
        scene: with its superpoints.
        wall, processor: seconds.
    """

    scene: Scene
    wall: float
    processor: float


class Segmenter:
    """Chunks and superpoints of a building's map, of which it remembers the last.

    Args:
        building: whose map.
    """

    def __init__(self, building: Building) -> None:
        grounder = building.grounder
        superpoints = grounder.config.superpoints
        self._chunks = MapChunks(grounder.map, superpoints)
        self._encoder = ChunkedEncoder(
            grounder.model, superpoints, grounder.views, torch.device("cpu")
        )

    def take(self, count: int) -> Taken:
        """The present map's, on `count` threads."""
        wall, processor = time.perf_counter(), time.process_time()
        with threads(count):
            cut, version = self._chunks.snapshot()
            assert isinstance(cut, CutMap), "too few rooms: the map is encoded as a whole"
            scene = cut.scene(self._encoder.segment(cut.chunks), version)
        return Taken(scene, time.perf_counter() - wall, time.process_time() - processor)


def check_same(one: Scene, other: Scene) -> None:
    """Raise AssertionError unless points and superpoints are the same."""
    for have, want in (
        (one.cloud.xyz, other.cloud.xyz),
        (one.cloud.rgb, other.cloud.rgb),
        (one.point_to_superpoint, other.point_to_superpoint),
    ):
        np.testing.assert_array_equal(have, want)


def main() -> None:
    """Measure, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    tune_malloc()  # as node and command line do
    building = Building(given.rooms, given.threads)
    kept, changed = Segmenter(building), max(1, round(PART * given.rooms))
    kept.take(given.threads)
    rows: list[dict[str, Any]] = []
    for repeat in range(given.repeats):
        for number in range(changed):
            building.see((7 * repeat + number) % given.rooms, SHIFT_M)
        part, whole = kept.take(given.threads), Segmenter(building).take(given.threads)
        check_same(part.scene, whole.scene)
        rows.append({"changed": part[1:], "whole": whole[1:]})
        print(
            f"{changed} of {given.rooms} rooms changed: {part.wall:.2f} s "
            f"({part.processor:.2f} s of the processor), all {whole.wall:.2f} s "
            f"({whole.processor:.2f} s), the same",
            flush=True,
        )
    ratios = [row["whole"][1] / row["changed"][1] for row in rows]
    print(f"{median(ratios):.1f} times the processor's time for all")
    if given.json:
        write_figures(given.json, ("torch",), voxels=len(building.grounder.map), rows=rows)


if __name__ == "__main__":
    main()
