"""A live node at work for a long time: does its memory stay flat, does it answer to the end?

python benchmarks/soak.py --minutes 30

A camera drives to and fro in the demo's room, five clouds a second, one in fifty of them without
a frame; a question every other second, later where the one before has no answer yet; one in ten is
empty. Exit code 1 where the node's memory grew, a question stayed without an answer, or the node
ended.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from typing import TYPE_CHECKING

from helpers.live_node import demo_views, live, spin_until
from sensor_msgs.msg import PointCloud2
from tqdm import tqdm

from detailbase_core.synthetic.demo_room import QUESTIONS

if TYPE_CHECKING:
    from helpers.live_node import Robot, View

_TICK_S = 0.2
_TICKS_PER_QUESTION = 10
# From the middle fifth of the time to the last. The allocator's arenas fill in steps of 20 to
# 50 MB during the first minutes; clouds that are never given back would be 200 MB a minute, which
# is 160 MB in a soak of two.
_FIRST_MINUTES = 10.0
_ALLOWED_GROWTH_MB, _ALLOWED_AT_FIRST_MB = 40.0, 100.0
# What comes late on a busy machine is no answer that is lost.
_PATIENT = ("-p", "query_timeout_s:=120.0")
_TO_ANSWER_S = 120.0


def work(robot: Robot, views: list[View], tick: int) -> None:
    """One tick: its scan, transforms and questions."""
    cloud, transform = views[tick % len(views)]
    robot.show((PointCloud2(), transform) if tick % 50 == 49 else (cloud, transform))
    if tick % _TICKS_PER_QUESTION == 0 and robot.answered == robot.asked:
        number = robot.asked
        robot.ask("" if number % 10 == 9 else QUESTIONS[number % len(QUESTIONS)].sentence)


def growth_mb(samples: list[float]) -> float:
    """By how much the median of the last fifth exceeds that of the middle one."""
    fifth = len(samples) // 5
    middle, last = samples[2 * fifth : 3 * fifth], samples[-fifth:]
    return statistics.median(last) - statistics.median(middle)


def main() -> int:
    """Soak the node; 0 = all well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0)
    minutes: float = parser.parse_args().minutes
    ticks = round(60.0 * minutes / _TICK_S)
    views, memory = demo_views(240, 180), []
    with live(*_PATIENT) as (process, robot, executor):
        begin = time.monotonic()
        for tick in tqdm(range(ticks), desc="soaking", unit="tick", mininterval=1.0):
            work(robot, views, tick)
            memory.append(process.memory_mb)
            spin_until(executor, begin + (tick + 1) * _TICK_S)
        end = time.monotonic() + _TO_ANSWER_S
        while robot.answered < robot.asked and time.monotonic() < end:
            executor.spin_once(timeout_sec=0.1)
        alive, (status, seconds) = process.alive, process.stop()
    grown, answered = growth_mb(memory), robot.answered
    print(f"{robot.published} clouds, {robot.asked} questions, {answered} answers")
    print(f"answers by status: {dict(sorted(robot.statuses.items()))}")
    over_time = " ".join(f"{mb:.0f}" for mb in memory[:: max(1, ticks // 12)])
    print(f"memory over time (MB): {over_time}")
    print(f"growth from the middle fifth to the last: {grown:+.1f} MB")
    print(f"map: {robot.value('map', 'voxels')} voxels, {robot.value('map', 'memory (MB)')} MB")
    print(f"ended with {status} in {seconds:.2f} s")
    allowed = _ALLOWED_AT_FIRST_MB if minutes < _FIRST_MINUTES else _ALLOWED_GROWTH_MB
    well = alive and status == 0 and answered == robot.asked and grown <= allowed
    print("all well" if well else "NOT WELL")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
