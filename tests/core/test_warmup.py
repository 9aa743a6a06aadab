"""`detailbase warmup` runs all that a first scene and question would, with the settings named."""

from __future__ import annotations

import re

import pytest

from detailbase_core import cli
from detailbase_core.commands import warmup
from detailbase_core.grounder import Grounder
from detailbase_core.output.exit_status import FOUND, NO_ANSWER
from tests.helpers.weight_files import save_tiny_checkpoint


@pytest.fixture
def weights(tmp_path):
    return str(save_tiny_checkpoint(tmp_path / "tiny.safetensors"))


def test_it_encodes_and_asks_twice_with_the_settings_named(weights, monkeypatch, capsys):
    made, answered = [], []

    def make(config):
        made.append(Grounder(config))
        ask = made[0].ground_encoded
        monkeypatch.setattr(
            made[0], "ground_encoded", lambda *given: answered.append(ask(*given)) or answered[-1]
        )
        return made[0]

    monkeypatch.setattr(warmup, "make_grounder", make)
    status = cli.main(["warmup", "--checkpoint", weights, "--views", "2", "--device", "cpu"])
    assert status == FOUND
    assert (made[0].config.checkpoint, made[0].config.views) == (weights, 2)
    first, again = capsys.readouterr().out.splitlines()
    told = r"scene \d+\.\d\d s, question \d+\.\d\d s on cpu"
    assert re.fullmatch(f"first: {told}", first)
    assert re.fullmatch(f"again: {told}", again)
    assert len(answered) == 2
    assert answered[0].scene is not answered[1].scene
    assert answered[0].scene.superpoint_count > 1


def test_settings_that_cannot_be_used_are_named(capsys):
    assert cli.main(["warmup", "--device", "nowhere"]) == NO_ANSWER
    assert "device 'nowhere' cannot be used here" in capsys.readouterr().err
