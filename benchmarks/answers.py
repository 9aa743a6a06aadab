"""Times the shipped model in the demo room on two threads: python benchmarks/answers.py."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from helpers.in_turn import Row, write_figures

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.ops.malloc import tune_malloc
from detailbase_core.synthetic.demo_room import MAP_FRAME, QUESTIONS, demo_scans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detailbase_core.types import Grounding

ENCODING_BAR_S, QUERY_BAR_S = 0.5, 0.06
SENTENCES = tuple(question.sentence for question in QUESTIONS)


def main() -> None:
    """Print median times beside their bars, and those of the stages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=9, help="of each measurement")
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    tune_malloc()  # as node and command line do
    grounder = Grounder(GrounderConfig(threads=given.threads))
    for scan in demo_scans():
        grounder.add(scan.cloud, scan.sensor_to_map, MAP_FRAME)
    print(f"demo room: {len(grounder.map):,} voxels, {given.threads} threads")
    rows = [
        _time_encoding(grounder, given.repeats),
        *_time_queries(grounder, given.repeats),
        _time_many(grounder, given.repeats),
    ]
    if given.json:
        write_figures(given.json, ("torch",), threads=given.threads, rows=rows)


def _time_encoding(grounder: Grounder, repeats: int) -> Row:
    walls, stages = [], []
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "map.npz"
        grounder.save(kept)
        for _ in range(repeats + 1):
            grounder.load(kept)  # a map that was replaced is encoded anew
            begin = time.perf_counter()
            stages.append(grounder.encode_scene().seconds)
            walls.append(time.perf_counter() - begin)
    return _report("scene encoding", ENCODING_BAR_S, walls[1:], stages[1:])  # the first warms up


def _time_queries(grounder: Grounder, repeats: int) -> list[Row]:
    """Sentences in turn: the same one twice would find its words encoded already."""
    walls, stages = defaultdict(list), defaultdict(list)
    for _ in range(repeats + 1):
        for sentence in SENTENCES:
            begin = time.perf_counter()
            stages[sentence].append(grounder.ground(sentence).stage_seconds)
            walls[sentence].append(time.perf_counter() - begin)
    return [
        _report(f'query "{sentence}"', QUERY_BAR_S, walls[sentence][1:], stages[sentence][1:])
        for sentence in SENTENCES
    ]


def _time_many(grounder: Grounder, repeats: int) -> Row:
    """Many sentences one after the other and in one pass, in turn; no words known beforehand."""
    apart, together, objects, differing = [], [], [], 0
    for repeat in range(repeats + 1):
        sentences = [f"{s}, {repeat}.{k}" for k in range(7) for s in SENTENCES][:32]
        begin = time.perf_counter()
        alone = [grounder.ground(sentence) for sentence in sentences]
        middle = time.perf_counter()
        many = grounder.ground_many(sentences)
        apart.append(middle - begin)
        together.append(time.perf_counter() - middle)
        objects.append(many[0].stage_seconds["instances"])
        differing += sum(map(_differ, alone, many))
    one, all_, masks = (statistics.median(times[1:]) for times in (apart, together, objects))
    print(
        f"{len(sentences)} queries: {1000 * one:.0f} ms one after the other, {1000 * all_:.0f} ms "
        f"in one pass ({one / all_:.1f} times as fast; {1000 * masks:.1f} of it from masks to "
        f"objects), {differing} answers differ"
    )
    what = f"{len(sentences)} queries in one pass"
    return {
        "what": what,
        "seconds": all_,
        "one after the other": one,
        "masks to objects": masks,
        "differing": differing,
    }


def _differ(one: Grounding, other: Grounding) -> bool:
    """Whether the answers hold other objects."""
    return any(
        len(a.instances) != len(b.instances)
        or any(
            not np.array_equal(i.point_indices, j.point_indices)
            for i, j in zip(a.instances, b.instances, strict=True)
        )
        for a, b in zip(one.phrases, other.phrases, strict=True)
    )


def _report(
    what: str, bar_s: float, walls: Sequence[float], stages: Sequence[Mapping[str, float]]
) -> Row:
    print(f"{what}: {1000 * statistics.median(walls):.1f} ms (bar {1000 * bar_s:.0f} ms)")
    for name in stages[0]:
        print(f"  {name:14} {1000 * statistics.median(s[name] for s in stages):7.1f} ms")
    return {
        "what": what,
        "seconds": statistics.median(walls),
        "quartiles": [*statistics.quantiles(walls, n=4)[::2]],
        "stages": {name: statistics.median(s[name] for s in stages) for name in stages[0]},
    }


if __name__ == "__main__":
    main()
