"""Tasks spread over processes: those whose worker dies are tried again, but not for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path

from detailbase_core.parallel.process_pool import ATTEMPTS, Lost, ProcessPool
from tests.helpers.mortal_work import (
    die_always,
    die_once,
    doubled,
    is_running,
    own_process,
    wait_in,
)


def test_every_task_has_its_result_and_processes_are_used_again():
    with ProcessPool(2) as pool:
        assert dict(pool.results(doubled, [5, 6, 7])) == {0: 10, 1: 12, 2: 14}
        workers = set(dict(pool.results(own_process, range(4))).values())
        assert set(dict(pool.results(own_process, range(4))).values()) <= workers
    assert len(workers) <= 2 and os.getpid() not in workers
    assert not any(is_running(number) for number in workers)


def test_a_task_whose_worker_is_killed_is_tried_again(tmp_path):
    marker = str(tmp_path / "died")
    with ProcessPool(1) as pool:
        assert dict(pool.results(die_once, [marker, ""])) == {0: f"done: {marker}", 1: "done: "}
    assert Path(marker).exists()


def test_a_task_that_kills_every_worker_is_lost_and_costs_no_other(tmp_path):
    marker = tmp_path / "died"
    with ProcessPool(1) as pool:
        results = dict(pool.results(die_always, [str(marker), ""]))
    assert marker.read_text() == "." * ATTEMPTS
    assert isinstance(results[0], Lost)
    assert f"died {ATTEMPTS} times" in results[0].reason and "status 7" in results[0].reason
    assert results[1] == "done"


def test_whoever_stops_listening_ends_the_work(tmp_path):
    """As an interruption does."""
    with ProcessPool(2) as pool:
        results = pool.results(wait_in, [str(tmp_path), ""])
        assert next(results) == (1, "done")
        while not list(tmp_path.iterdir()):
            time.sleep(0.01)
        results.close()
        (worker,) = tmp_path.iterdir()
        assert not is_running(int(worker.name))
