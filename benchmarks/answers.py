"""Times the shipped model in the demo room on two threads: python benchmarks/answers.py."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.ops.malloc import tune_malloc
from detailbase_core.synthetic.demo_room import MAP_FRAME, QUESTIONS, demo_scans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ENCODING_BAR_S, QUERY_BAR_S = 0.5, 0.06
SENTENCES = tuple(question.sentence for question in QUESTIONS)


def main() -> None:
    """Print median times beside their bars, and those of the stages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=9, help="of each measurement")
    given = parser.parse_args()
    tune_malloc()  # as node and command line do
    grounder = Grounder(GrounderConfig(threads=given.threads))
    for scan in demo_scans():
        grounder.add(scan.cloud, scan.sensor_to_map, MAP_FRAME)
    print(f"demo room: {len(grounder.map):,} voxels, {given.threads} threads")
    _time_encoding(grounder, given.repeats)
    _time_queries(grounder, given.repeats)


def _time_encoding(grounder: Grounder, repeats: int) -> None:
    walls, stages = [], []
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "map.npz"
        grounder.save(kept)
        for _ in range(repeats + 1):
            grounder.load(kept)  # a map that was replaced is encoded anew
            begin = time.perf_counter()
            stages.append(grounder.encode_scene().seconds)
            walls.append(time.perf_counter() - begin)
    _report("scene encoding", ENCODING_BAR_S, walls[1:], stages[1:])  # the first warms up


def _time_queries(grounder: Grounder, repeats: int) -> None:
    """Sentences in turn: the same one twice would find its words encoded already."""
    walls, stages = defaultdict(list), defaultdict(list)
    for _ in range(repeats + 1):
        for sentence in SENTENCES:
            begin = time.perf_counter()
            stages[sentence].append(grounder.ground(sentence).stage_seconds)
            walls[sentence].append(time.perf_counter() - begin)
    for sentence in SENTENCES:
        what = f'query "{sentence}"'
        _report(what, QUERY_BAR_S, walls[sentence][1:], stages[sentence][1:])


def _report(
    what: str, bar_s: float, walls: Sequence[float], stages: Sequence[Mapping[str, float]]
) -> None:
    print(f"{what}: {1000 * statistics.median(walls):.1f} ms (bar {1000 * bar_s:.0f} ms)")
    for name in stages[0]:
        print(f"  {name:14} {1000 * statistics.median(s[name] for s in stages):7.1f} ms")


if __name__ == "__main__":
    main()
