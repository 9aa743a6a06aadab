"""Sentences of 8 MB to a live node: how soon are they refused, does memory stay as it is?

python benchmarks/live_long_sentences.py

Exit code 1 where one was not refused with BAD_QUERY, the slowest took 50 ms or longer from its
arrival in the node to its answer, or the node's memory grew by more than 30 MB after the first.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from helpers.live_node import live, spin_until

from detailbase_ros.messages.query import Status

if TYPE_CHECKING:
    from builtin_interfaces.msg import Time

    from detailbase_ros.msg import GroundedQuery

_CHARACTERS = 8_000_000
_ANSWER_S = 30.0
_MOST_MS, _MOST_MB = 50.0, 30.0


def _milliseconds(begin: Time, end: Time) -> float:
    return (end.sec - begin.sec) * 1e3 + (end.nanosec - begin.nanosec) / 1e6


def main() -> int:
    """Ask, print each answer's time, and judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--count", type=int, default=30)
    count = parser.parse_args().count
    heard: list[GroundedQuery] = []
    memory: list[float] = []
    with live() as (process, robot, executor):
        robot.listeners.append(heard.append)
        for sent in range(1, count + 1):
            robot.ask("." * _CHARACTERS)
            end = time.monotonic() + _ANSWER_S
            while len(heard) < sent and time.monotonic() < end:
                executor.spin_once(timeout_sec=0.1)
            memory.append(process.memory_mb)
        spin_until(executor, time.monotonic() + 1.0)
        memory.append(process.memory_mb)
    refused = sum(answer.status == Status.BAD_QUERY for answer in heard)
    took = sorted(_milliseconds(answer.received_at, answer.answered_at) for answer in heard)
    print(f"{count} sentences of 8 MB: {refused} refused with BAD_QUERY, {len(heard)} answers")
    if not took:
        return 1
    print(f"from arrival to answer {took[len(took) // 2]:.1f} ms (median), {took[-1]:.1f} at most")
    growth = memory[-1] - memory[0]
    print(
        f"memory after the first {memory[0]:.0f} MB, in the end {memory[-1]:.0f}: {growth:+.0f} MB"
    )
    well = refused == len(heard) == count and took[-1] < _MOST_MS and growth < _MOST_MB
    print("all well" if well else "NOT WELL")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
