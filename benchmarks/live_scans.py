"""Clouds of 300,000 points at 30 Hz into a live node while it answers questions.

python benchmarks/live_scans.py --seconds 30

Prints how long an accepted cloud takes from the start of its callback until it is in the map,
how old clouds are when they arrive, and how many got lost on the way.
"""

from __future__ import annotations

import argparse
import time

from helpers.live_node import demo_views, live, spin_until

from detailbase_core.synthetic.demo_room import QUESTIONS

RATE_HZ = 30.0
TICKS_PER_VIEW = 6  # the camera moves on five times a second
FIGURES = (
    ("clouds", "callback to map p50 (ms)"),
    ("clouds", "callback to map p95 (ms)"),
    ("clouds", "stamp to callback p50 (ms)"),
    ("clouds", "stamp to callback p95 (ms)"),
    ("queries", "received to answered p50 (ms)"),
    ("queries", "received to answered p95 (ms)"),
    ("map", "voxels"),
)


def main() -> None:
    """Drive, ask, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--quiet", action="store_true", help="ask nothing meanwhile")
    options = parser.parse_args()
    views = demo_views(640, 480)
    with live() as (_, robot, executor):
        begin = time.monotonic()
        ticks = round(options.seconds * RATE_HZ)
        for tick in range(ticks):
            robot.show(views[tick // TICKS_PER_VIEW % len(views)])
            if not options.quiet and robot.answered == robot.asked:
                robot.ask(QUESTIONS[robot.asked % len(QUESTIONS)].sentence)
            spin_until(executor, begin + (tick + 1) / RATE_HZ)
        took = time.monotonic() - begin
        spin_until(executor, time.monotonic() + 2.0)  # the last diagnostics
        received = int(robot.value("clouds", "scans received"))
        print(f"{robot.published} clouds of {views[0][0].width * views[0][0].height} points")
        print(f"published at {ticks / took:.1f} Hz, {robot.published - received} lost on the way")
        print(f"{robot.value('clouds', 'scans inserted')} entered the map, of the others")
        print(f"{robot.value('clouds', 'scans skipped (camera at rest)')} had moved too little")
        for part, name in FIGURES:
            print(f"{name:32} {robot.value(part, name):>9}")
        print(f"{robot.answered} questions answered")


if __name__ == "__main__":
    main()
