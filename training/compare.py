"""Train variants side by side and compare them: python -m training.compare PLAN.yaml --out FOLDER

Every run is `python -m training.train` in a process of its own; a GPU takes as many at a time as
the plan says, and CUDA_VISIBLE_DEVICES says which GPUs. Each variant's learning rates are chosen on
development rooms; then its runs, one per seed, are measured on the test sets. Ctrl-C, SIGTERM and
the end of --minutes let all runs save; the same command goes on, and does only what is missing.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import DetailBaseError
from training.comparison.jobs import Jobs, last_line, places
from training.comparison.page import write_page
from training.comparison.plan import load_plan
from training.comparison.study import Comparison, locked
from training.evaluate import MOST_WORKERS
from training.train import stopping_politely

if TYPE_CHECKING:
    from collections.abc import Sequence


def compare(comparison: Comparison, lock: int, minutes: float) -> Jobs:
    """Do what is missing; how the jobs went.

    Args:
        comparison: see there.
        lock: see Jobs.
        minutes: after which all are asked to stop; 0 = never.
    """
    where = places(comparison.plan.side_by_side)
    share = max(1, (os.cpu_count() or 1) // len(where))
    comparison.workers = min(share, MOST_WORKERS)
    jobs = Jobs(where, share, lock)
    with stopping_politely() as stop:
        timer = threading.Timer(60 * minutes, stop.set)
        timer.daemon = True
        if minutes:
            timer.start()
        jobs.run(comparison.waiting, stop)
        timer.cancel()
    return jobs


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line entry point; its exit status: 0 done or stopped, 1 something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plan", type=Path, help="YAML file of Plan")
    parser.add_argument("--out", type=Path, required=True, help="folder of all runs")
    parser.add_argument("--page", type=Path, help="the comparison; default: comparison.md in --out")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after so many")
    given = parser.parse_args(arguments)
    command = ["python", "-m", "training.compare", str(given.plan), "--out", str(given.out)]
    try:
        comparison = Comparison(load_plan(given.plan), given.out)
        with locked(given.out) as lock:
            jobs = compare(comparison, lock, given.minutes)
            left = len(comparison.waiting())
            page = given.page or given.out / "comparison.md"
            if write_page(comparison, page, shlex.join(command)):
                print(page)
    except (DetailBaseError, OSError, ValueError) as error:
        print(f"compare: {error}", file=sys.stderr)
        return 1
    for job, status in jobs.failed.items():
        print(
            f"compare: {job.name} ended with {status}: {last_line(job.log)} ({job.log})",
            file=sys.stderr,
        )
    if left and not jobs.failed:
        print("stopped; the same command goes on", file=sys.stderr)
    return 1 if jobs.failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
