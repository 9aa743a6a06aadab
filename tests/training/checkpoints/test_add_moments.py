"""A network that reads moments answers as the one that it was made from, and can be averaged."""

from __future__ import annotations

import pytest
import torch

from detailbase_core.network.checkpoint import Checkpoint
from tests.core.network.test_checkpoint import tiny_batch
from tests.helpers.weight_files import save_tiny_checkpoint
from training.checkpoints.add_moments import main
from training.checkpoints.average import average_checkpoints


def test_the_new_file_answers_as_the_old_one(tmp_path, capsys):
    old = save_tiny_checkpoint(tmp_path / "old.safetensors")
    new = tmp_path / "new.safetensors"
    assert main([str(old), str(new)]) == 0
    assert str(new) in capsys.readouterr().out
    plain, reads = (Checkpoint.read(path).load()[0].eval() for path in (old, new))
    assert (plain.config.voxel_moments, reads.config.voxel_moments) == (False, True)
    with torch.inference_mode():
        features = [model.encode_scene(tiny_batch()).features for model in (plain, reads)]
    torch.testing.assert_close(*features)
    average_checkpoints([new, new], tmp_path / "mean.safetensors")
    assert Checkpoint.read(tmp_path / "mean.safetensors").load()[0].config.voxel_moments


@pytest.mark.parametrize("content", [b"", b"no weights"])
def test_what_is_no_checkpoint_is_named(tmp_path, capsys, content):
    path = tmp_path / "broken.safetensors"
    path.write_bytes(content)
    assert main([str(path), str(tmp_path / "new.safetensors")]) == 1
    assert "add_moments: " in capsys.readouterr().err
