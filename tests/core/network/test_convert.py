"""`detailbase convert`: released weights in our format, and a line for every layer."""

from __future__ import annotations

import pytest
import torch

from detailbase_core import cli
from detailbase_core.network.checkpoint import Checkpoint
from tests.helpers.weight_files import released_state, save_tiny_checkpoint


@pytest.fixture
def released(tmp_path):
    """A released file with one tensor that nothing needs."""
    path = tmp_path / "released.pth"
    torch.save({"state_dict": {**released_state(), "criterion.loss_weight": torch.ones(4)}}, path)
    return path


def test_the_network_is_the_same_but_for_rounding(released, tmp_path, capsys):
    out = tmp_path / "model.safetensors"
    assert cli.main(["convert", str(released), "-o", str(out)]) == 0
    before, after = Checkpoint.read(released), Checkpoint.read(out)
    assert after.is_ours and after.model_config() == before.model_config()
    wanted, got = before.load_network().state_dict(), after.load_network().state_dict()
    assert wanted.keys() == got.keys()
    for name, tensor in wanted.items():
        torch.testing.assert_close(got[name], tensor, rtol=1e-3, atol=1e-6)
    printed = capsys.readouterr().out
    for name in wanted:
        assert f"\n{name.rpartition('.')[0]} " in f"\n{printed}"
    assert "<- unet.blocks.block0.conv_branch.2: weight" in printed
    assert f"{len(wanted)} tensors of " in printed
    assert "left out, since nothing needs them: criterion.loss_weight" in printed


def test_weights_of_its_text_encoder_come_along(tmp_path):
    path, out = tmp_path / "released.pth", tmp_path / "model.safetensors"
    own = {"text_encoder.encoder.layer.0.weight": torch.arange(6.0).reshape(2, 3)}
    torch.save({**released_state(), **own}, path)
    assert cli.main(["convert", str(path), "-o", str(out)]) == 0
    kept = {k: v.float() for k, v in Checkpoint.read(out).tensors.items() if k in own}
    torch.testing.assert_close(kept, own)


def test_what_cannot_be_converted_is_named(released, tmp_path, capsys):
    def refused(*arguments: object) -> str:
        assert cli.main(["convert", *map(str, arguments)]) == 2
        return capsys.readouterr().err

    ours = save_tiny_checkpoint(tmp_path / "ours.safetensors")
    assert "of this project's own already" in refused(ours, "-o", tmp_path / "x.safetensors")
    assert "name a .safetensors file" in refused(released, "-o", tmp_path / "x.pth")
    state = released_state()
    gone = sorted(state)[0]
    torch.save({k: v for k, v in state.items() if k != gone}, released)
    assert refused(released, "-o", tmp_path / "x.safetensors")
    assert not (tmp_path / "x.safetensors").exists()


def test_a_text_encoder_that_does_not_fit_is_refused(released, tmp_path, capsys):
    pytest.importorskip("transformers")
    from tests.helpers.mpnet_files import HIDDEN, write_mpnet

    (tmp_path / "mpnet").mkdir()
    folder, out = write_mpnet(tmp_path / "mpnet"), tmp_path / "model.safetensors"
    command = ["convert", str(released), "-o", str(out), "--text-encoder", str(folder)]
    assert cli.main(command) == 2
    assert f"gives {HIDDEN}" in capsys.readouterr().err
    assert not out.exists()
