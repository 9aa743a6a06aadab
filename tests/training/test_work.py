"""Rooms spread over processes or a Ray cluster: results, order, and what is said of faults."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import pytest

from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.parallel.process_pool import ProcessPool
from tests.helpers.ray_cluster import two_machines
from tests.helpers.weight_files import save_tiny_checkpoint
from training import evaluate, make_rooms, work
from training.errors import TrainingError
from training.evaluation.results import Results


class Backwards:
    """A pool of this process that ends with the first task."""

    def results(self, work, tasks):
        for index in reversed(range(len(tasks))):
            yield index, work(tasks[index])


def half(number, of=2):
    if number < 0:
        raise BadFileError(f"{number} is negative")
    return number // of


def test_results_come_as_they_are_made_or_in_order():
    assert list(work.results(Backwards(), half, [2, 4, 6])) == [3, 2, 1]
    assert list(work.results_in_order(Backwards(), partial(half, of=1), [2, 4, 6])) == [2, 4, 6]


def test_what_a_worker_raises_is_raised_here_by_its_own_type():
    with ProcessPool(1) as pool, pytest.raises(BadFileError, match="-3 is negative"):
        list(work.results(pool, half, [2, -3]))


def test_a_worker_that_keeps_dying_is_told():
    with ProcessPool(1) as pool, pytest.raises(TrainingError, match="died 3 times"):
        list(work.results(pool, os._exit, [3]))


def test_no_process_does_no_work():
    with pytest.raises(ConfigError, match="--workers 0: 1 or more"):
        work.open_pool(0, "")


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (make_rooms, ["--out", "rooms", "--seeds", "0:2"]),
        (evaluate, ["--data", "rooms"]),
    ],
    ids=["make_rooms", "evaluate"],
)
def test_without_ray_there_is_advice(command, given, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "ray", None)
    assert command.main([*given, "--ray", "auto"]) == 1
    assert "-m pip install ray" in capsys.readouterr().err


def test_a_cluster_makes_and_judges_the_same_rooms(monkeypatch, tmp_path):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, sys.path)))  # of the machines
    monkeypatch.chdir(tmp_path)
    save_tiny_checkpoint(tmp_path / "tiny.safetensors")
    rooms = ["--seeds", "3:5", "--sentences", "4"]
    asked = ["--checkpoint", "tiny.safetensors", "--device", "cpu"]
    with two_machines() as (cluster, _):
        on_ray = ["--ray", cluster.address]
        assert make_rooms.main(["--out", "ray", *rooms, *on_ray]) == 0
        figures = ["--data", "ray", "--json", "ray.json"]
        assert evaluate.main([*asked, *figures, *on_ray]) == 0
    assert make_rooms.main(["--out", "here", *rooms, "--workers", "1"]) == 0
    made = {path.name: path.read_bytes() for path in Path("ray").iterdir()}
    assert made == {path.name: path.read_bytes() for path in Path("here").iterdir()}
    assert len(made) == 5
    assert evaluate.main([*asked, "--data", "ray", "--workers", "1", "--json", "here.json"]) == 0
    one, other = (Results.read(Path(f"{name}.json")).sets for name in ("ray", "here"))
    assert one == other
