"""The mean of checkpoints."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file, save_file

from detailbase_core.errors import CheckpointError
from detailbase_core.network.checkpoint import Checkpoint, save_checkpoint
from tests.helpers.weight_files import released_state, tiny_model, tiny_text_encoder
from training.checkpoints.average import average_checkpoints, main


def write(path, seed, another_word=False):
    model, text = tiny_model(seed), tiny_text_encoder(seed)
    if another_word:
        text.vocabulary[-1] = ord("!")
    save_checkpoint(path, model, text, {"training": f"run {seed}"})
    return path


def test_each_tensor_is_the_mean(tmp_path):
    paths = [write(tmp_path / f"{seed}.safetensors", seed) for seed in range(3)]
    out = tmp_path / "mean.safetensors"
    average_checkpoints(paths, out)
    mean, runs = Checkpoint.read(out), [Checkpoint.read(path) for path in paths]
    assert mean.tensors.keys() == runs[0].tensors.keys()
    for name, tensor in mean.tensors.items():
        each = [run.tensors[name] for run in runs]
        if not tensor.is_floating_point():
            assert torch.equal(tensor, each[0])
            continue
        expected = torch.stack([one.float() for one in each]).mean(dim=0)
        torch.testing.assert_close(tensor.float(), expected, rtol=1e-3, atol=1e-3)
    assert mean.metadata["training"] == "mean of 3 runs: run 0; run 1; run 2"
    assert mean.metadata["model"] == runs[0].metadata["model"]
    mean.load()


def test_another_network_is_refused(tmp_path, capsys):
    ours = write(tmp_path / "ours.safetensors", 0)
    released = tmp_path / "released.pth"
    torch.save(released_state(), released)
    with pytest.raises(CheckpointError, match=r"released.pth: carries no network and text encoder"):
        average_checkpoints([ours, released], tmp_path / "mean.safetensors")
    assert main([str(tmp_path / "mean.safetensors"), str(ours), str(tmp_path / "none")]) == 1
    assert "there is no such file" in capsys.readouterr().err
    assert not (tmp_path / "mean.safetensors").exists()


def test_other_words_are_refused(tmp_path):
    paths = [write(tmp_path / f"{other}.safetensors", 0, other) for other in (False, True)]
    with pytest.raises(CheckpointError, match=r"True.safetensors: its vocabulary differs"):
        average_checkpoints(paths, tmp_path / "mean.safetensors")


def test_a_run_that_diverged_is_refused(tmp_path):
    paths = [write(tmp_path / f"{seed}.safetensors", seed) for seed in range(2)]
    tensors = load_file(paths[1])
    tensors["decoder.query_proj.bias"][0] = torch.nan
    save_file(tensors, paths[1], dict(Checkpoint.read(paths[1]).metadata))
    with pytest.raises(CheckpointError, match=r"not finite decoder.query_proj.bias"):
        average_checkpoints(paths, tmp_path / "mean.safetensors")


def test_one_checkpoint_is_no_mean(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path / "mean.safetensors"), str(write(tmp_path / "one.safetensors", 0))])
    assert "at least two" in capsys.readouterr().err
