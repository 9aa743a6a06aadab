"""A building of many demo rooms: encoding its map, asking it, and both after one room has changed.

    python benchmarks/building.py --rooms 97     # 20 million voxels
    python benchmarks/building.py --whole        # beside it: all of the map encoded each time

Each phrase's instances are printed beside those that the rooms hold.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from helpers.in_turn import write_figures

from detailbase_core.config import GrounderConfig, MapConfig
from detailbase_core.grounder import Grounder
from detailbase_core.network import chunk_grid
from detailbase_core.ops.malloc import tune_malloc
from detailbase_core.synthetic.demo_room import MAP_FRAME, QUESTIONS, demo_room, demo_scans

if TYPE_CHECKING:
    from detailbase_core.types import PointCloud

GAP_M = 0.2  # between two rooms
SHIFT_M = 0.007  # by which a room that is seen again lies elsewhere
Row = dict[str, Any]


class Building:
    """Copies of the demo room, side by side in a square.

    Args:
        rooms: their number.
        threads: of the CPU.
    """

    def __init__(self, rooms: int, threads: int) -> None:
        far = MapConfig(max_voxels=100_000_000, min_range_m=0.0, max_range_m=1e6, carve=False)
        self.grounder = Grounder(
            GrounderConfig(device="cpu", threads=threads, map=far, max_encoding_age_s=0.0)
        )
        self._room = self._one_room()
        low, high = self._room.xyz.min(axis=0), self._room.xyz.max(axis=0)
        self._pitch = np.ceil((high - low + GAP_M) / far.voxel_size_m) * far.voxel_size_m
        self._in_row = int(np.ceil(np.sqrt(rooms)))
        self.rooms = rooms
        for number in range(rooms):
            self.see(number)

    def _one_room(self) -> PointCloud:
        one = Grounder(GrounderConfig(device="cpu"))
        for scan in demo_scans():
            one.add(scan.cloud, scan.sensor_to_map, MAP_FRAME)
        return one.map.snapshot()[0]

    def see(self, number: int, shift_m: float = 0.0) -> None:
        """Put a room into the map."""
        pose = np.eye(4)
        pose[0, 3] = number % self._in_row * self._pitch[0] + shift_m
        pose[1, 3] = number // self._in_row * self._pitch[1]
        self.grounder.add(self._room, pose, MAP_FRAME)


def timed(what: str, seconds: list[float], stages: dict[str, float]) -> Row:
    """A row of figures, printed."""
    row = {
        "what": what,
        "seconds": median(seconds),
        "least": min(seconds),
        "most": max(seconds),
        "stages": {name: round(one, 3) for name, one in stages.items()},
        "peak GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }
    print(
        f"{what}: {row['seconds']:.2f} s ({row['least']:.2f} to {row['most']:.2f}), "
        f"{row['stages']}, at most {row['peak GB']:.1f} GB",
        flush=True,
    )
    return row


def encoding(building: Building, repeats: int) -> list[Row]:
    """The first encoding, and those after one room has changed."""
    grounder, rows = building.grounder, []
    begin = time.perf_counter()
    stages = grounder.encode_scene().seconds
    rows.append(timed("first encoding", [time.perf_counter() - begin], stages))
    seconds = []
    for repeat in range(repeats):
        building.see((building.rooms // 2 + 7 * repeat) % building.rooms, SHIFT_M)
        begin = time.perf_counter()
        stages = grounder.encode_scene().seconds
        seconds.append(time.perf_counter() - begin)
    if seconds:
        rows.append(timed("encoding after one room has changed", seconds, stages))
    return rows


def asking(building: Building, repeats: int) -> list[Row]:
    """Questions about the encoded building."""
    rows, room = [], demo_room()
    for question in QUESTIONS:
        seconds = []
        for repeat in range(repeats + 1):
            begin = time.perf_counter()
            answer = building.grounder.ground(f"{question.sentence}{' ' * repeat}")
            seconds.append(time.perf_counter() - begin)
        row = timed(f'"{question.sentence}"', seconds[1:], answer.stage_seconds)
        row["found"] = [len(phrase.instances) for phrase in answer.phrases]
        row["there"] = [len(one.ids(room)) * building.rooms for one in question.meanings]
        print(f"  found {row['found']}, there are {row['there']}")
        rows.append(row)
    return rows


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rooms", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--whole", action="store_true", help="encode all of the map each time")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    tune_malloc()  # as node and command line do
    if given.whole:
        chunk_grid.MIN_POINTS = 2**31
    building = Building(given.rooms, given.threads)
    voxels = len(building.grounder.map)
    print(f"{given.rooms} rooms, {voxels:,} voxels, {given.threads} threads", flush=True)
    begin = time.perf_counter()
    building.grounder.map.snapshot()
    rows = [timed("snapshot of the map", [time.perf_counter() - begin], {})]
    rows += encoding(building, given.repeats)
    building.grounder.config = replace(building.grounder.config, max_encoding_age_s=1e4)
    rows += asking(building, given.repeats)
    if given.json:
        write_figures(given.json, ("torch",), voxels=voxels, rows=rows)


if __name__ == "__main__":
    main()
