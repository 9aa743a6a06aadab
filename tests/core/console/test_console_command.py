"""`detailbase console`: what it says before the page is there."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from detailbase_core import cli
from detailbase_core.commands import scene_arguments
from detailbase_core.console import server
from detailbase_core.console.gate import is_loopback
from detailbase_core.io.cloud_files import write_ply
from detailbase_core.output.exit_status import FOUND, NO_ANSWER
from detailbase_core.types import PointCloud
from detailbase_ros import programs

if TYPE_CHECKING:
    from pathlib import Path


class Encoder:
    """Stands for a Grounder."""

    def encode_cloud(self, cloud: PointCloud) -> PointCloud:
        return cloud


class Server:
    """Stands for the server; interrupted as soon as it waits."""

    made: tuple[object, ...] = ()
    url = "http://127.0.0.1:8080"

    def __init__(self, *arguments: object) -> None:
        Server.made = arguments

    def wait(self) -> None:
        raise KeyboardInterrupt

    def stop(self) -> None:
        Server.made = (*Server.made, "stopped")


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(scene_arguments, "make_grounder", lambda config: Encoder())
    monkeypatch.setattr(server, "ConsoleServer", Server)
    monkeypatch.setattr(server, "need_viser", lambda: None)
    xyz = np.random.default_rng(0).uniform(0, 3, (100, 3)).astype(np.float32)
    write_ply(tmp_path / "room.ply", PointCloud(xyz, np.full((100, 3), 99, np.uint8)))
    return tmp_path / "room.ply"


def test_it_listens_on_loopback_and_tells_where(
    scene: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["console", str(scene)]) == FOUND
    served, host, port, threshold, token, stopped = Server.made
    assert (host, port, threshold, token, stopped) == ("127.0.0.1", 8080, 0.5, "", "stopped")
    assert served.source == str(scene)
    printed = capsys.readouterr()
    assert "http://127.0.0.1:8080" in printed.out and "WARNING" not in printed.err


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "robot.local"])
def test_another_address_is_warned_of(
    scene: Path, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["console", str(scene), "--host", host]) == FOUND
    assert Server.made[1] == host
    assert "no authentication" in capsys.readouterr().err


def test_with_a_token_the_missing_encryption_is_warned_of(
    scene: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["console", str(scene), "--host", "0.0.0.0", "--token", "open sesame"]
    assert cli.main(arguments) == FOUND
    assert Server.made[4] == "open sesame"
    warned = capsys.readouterr().err
    assert "no encryption" in warned and "no authentication" not in warned


def test_a_token_that_can_be_guessed_is_refused_before_the_work(
    scene: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["console", "nowhere.ply", "--token", "1234567"]) == NO_ANSWER
    assert "8 printable characters" in capsys.readouterr().err


def test_a_running_node_is_asked_by_the_nodes_own_half(
    scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    monkeypatch.setattr(programs, "run", lambda *told: started.append(told) or 7)
    assert cli.main(["console", "--live", "--port", "81", "--node", "/r/n", "--token=-x"]) == 7
    ((name, arguments),) = started
    assert name == "console"
    own = ["--port", "81", "--token=-x", "--node=/r/n"]
    assert arguments == ["console", "--host", "127.0.0.1", *own]


@pytest.mark.parametrize("given", [[], ["room.ply", "--live"]])
def test_either_a_scene_or_a_node_is_named(
    scene: Path, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["console", *given]) == NO_ANSWER
    assert "name a SCENE, or give --live" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_addresses_of_this_machine_alone(host: str) -> None:
    assert is_loopback(host)


def test_without_viser_it_says_what_to_install(
    scene: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()

    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    monkeypatch.setattr(cli, "_add_of_ros", lambda name, command: None)
    assert cli.main(["console", "no.ply"]) == NO_ANSWER
    assert "-m pip install viser" in capsys.readouterr().err
