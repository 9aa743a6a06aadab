"""More channels per level."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from detailbase_core.errors import CheckpointError, ConfigError
from detailbase_core.network.batch import TextBatch
from detailbase_core.network.checkpoint import Checkpoint, save_checkpoint
from detailbase_core.network.detailbase import DetailBase
from tests.core.network.test_checkpoint import tiny_batch
from tests.helpers.weight_files import save_tiny_checkpoint, tiny_text_encoder
from tests.training.checkpoints.test_narrow_checkpoint import NARROW, OURS, WIDTHS
from training.checkpoints.prune import narrowed
from training.checkpoints.widen import main, widen_checkpoint, widened

WIDE = (5, 10, 12)


def network() -> DetailBase:
    torch.manual_seed(0)
    model = DetailBase(OURS)
    with torch.no_grad():
        for name, tensor in model.named_buffers():
            if name.endswith("running_mean"):
                tensor.normal_()
            elif name.endswith("running_var"):
                tensor.uniform_(0.5, 2.0)
    return model.eval()


def answers(model: DetailBase):
    text = torch.randn(1, 1, 4, OURS.text_dim, generator=torch.Generator().manual_seed(1))
    mask = torch.ones(1, 1, 4, dtype=torch.bool)
    scene = model.encode_scene(tiny_batch())
    return scene, model.ground(scene, TextBatch(text, mask))


def test_the_wider_network_answers_as_the_given_one():
    narrow = network()
    wide = widened(narrow, WIDE)
    assert wide.config.widths == WIDE
    with torch.no_grad():
        (old_scene, old), (new_scene, new) = answers(narrow), answers(wide)
    assert new_scene.features.shape[-1] == sum(WIDE[: OURS.pooled_levels])
    torch.testing.assert_close(new_scene.object_centers, old_scene.object_centers)
    torch.testing.assert_close(new.mask_logits, old.mask_logits)
    torch.testing.assert_close(new.scores, old.scores)


def test_new_channels_learn():
    """They hold something, so that the zeros that read them get gradients."""
    wide = widened(network(), WIDE)
    _, answer = answers(wide)
    answer.mask_logits.sum().backward()
    gradient = wide.unet.levels[1].blocks[0].conv1.weight.grad
    old, added = slice(0, WIDTHS[1]), slice(WIDTHS[1], None)
    assert gradient[old][..., added].abs().sum() > 0
    assert not wide.unet.levels[1].blocks[0].conv1.weight[old][..., added].any()


def test_it_undoes_no_pruning_but_fits_behind_it():
    small = narrowed(network(), NARROW)
    with torch.no_grad():
        assert torch.allclose(
            answers(widened(small, WIDE))[1].scores, answers(small)[1].scores, atol=1e-5
        )


def test_the_file_carries_the_new_widths_and_its_history(tmp_path, capsys):
    narrow, wide = tmp_path / "narrow.safetensors", tmp_path / "wide.safetensors"
    save_checkpoint(narrow, network(), tiny_text_encoder(), {"training": "9 steps"})
    assert main([str(narrow), str(wide), *map(str, WIDE)]) == 0
    assert "to be trained further" in capsys.readouterr().out
    written = Checkpoint.read(wide)
    assert written.metadata["training"] == "9 steps; widened to 5 10 12"
    assert written.load()[0].config.widths == WIDE


@pytest.mark.parametrize("widths", [(8,), (7, 16), (8, 16, 16)])
def test_widths_that_do_not_suit_are_refused(tmp_path, capsys, widths):
    path = save_tiny_checkpoint(tmp_path / "tiny.safetensors")
    with pytest.raises(ConfigError, match=r"the network has \[8, 16\]"):
        widen_checkpoint(path, tmp_path / "wide.safetensors", widths)
    assert main([str(path), str(tmp_path / "wide.safetensors"), *map(str, widths)]) == 1
    assert "widen: widths" in capsys.readouterr().err
    assert not (tmp_path / "wide.safetensors").exists()


def test_a_network_that_mixes_channels_is_refused():
    mixing = DetailBase(replace(OURS, pointwise_reinterpret=True))
    with pytest.raises(CheckpointError, match="pointwise_reinterpret"):
        widened(mixing, WIDE)
