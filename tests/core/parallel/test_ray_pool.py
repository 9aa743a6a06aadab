"""The same tasks on a Ray cluster of two machines, where ray is installed."""

from __future__ import annotations

import sys
import threading
import time
from types import SimpleNamespace

import pytest

from detailbase_core import cli
from detailbase_core.errors import ConfigError
from detailbase_core.parallel.process_pool import Lost
from detailbase_core.parallel.ray_pool import RayPool
from tests.helpers.mortal_work import die_always, die_once, divided, is_running, wait_for_go
from tests.helpers.ray_cluster import two_machines


@pytest.fixture
def cluster(monkeypatch):
    """Two machines with one core each, on loopback; and the second of them."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    with two_machines() as made:
        yield made


def test_a_machine_or_worker_that_dies_costs_no_result(cluster, tmp_path):
    made, second = cluster
    folders = [tmp_path / str(number) for number in range(2)]
    for folder in folders:
        folder.mkdir()

    def end_the_second_machine() -> None:
        while not all(list(folder.iterdir()) for folder in folders):  # both have begun
            time.sleep(0.05)
        workers = [int(path.name) for folder in folders for path in folder.iterdir()]
        made.remove_node(second, allow_graceful=False)
        while all(map(is_running, workers)):  # a worker outlives its machine's raylet a little
            time.sleep(0.05)
        for folder in folders:
            (folder / "go").touch()

    ending = threading.Thread(target=end_the_second_machine)
    with RayPool(made.address, gpus=0) as pool:
        ending.start()
        results = dict(pool.results(wait_for_go, list(map(str, folders))))
        ending.join()
        assert results == {number: f"done in {folder}" for number, folder in enumerate(folders)}
        # One of them was begun on both machines, by another process each time.
        begun = [len(list(folder.iterdir())) - 1 for folder in folders]
        assert sorted(begun) == [1, 2]

        marker = str(tmp_path / "died")
        assert dict(pool.results(die_once, [marker])) == {0: f"done: {marker}"}
        (lost,) = dict(pool.results(die_always, [str(tmp_path / "always")])).values()
        assert isinstance(lost, Lost) and "its workers died" in lost.reason
        assert (tmp_path / "always").read_text() == "..."
        (lost,) = dict(pool.results(divided, [0])).values()  # as a machine that lacks a module does
        assert lost.reason.endswith("cannot work on it: ZeroDivisionError: division by zero")


def test_without_ray_there_is_advice(monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match="-m pip install ray"):
        RayPool("auto", gpus=0)
    (tmp_path / "a.mcap").touch()
    assert cli.main(["search", str(tmp_path / "a.mcap"), "the chair", "--ray", "auto"]) == 2
    assert "-m pip install ray" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["127.0.0.2:9", "ray://127.0.0.2:9", "nowhere:port"])
def test_where_no_cluster_is_that_is_said_at_once(monkeypatch, address):
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace())  # is not asked
    with pytest.raises(ConfigError, match=f"--ray {address}: no cluster answers there"):
        RayPool(address, gpus=0)
