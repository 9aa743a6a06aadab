"""Fewer channels per level."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
import torch

from detailbase_core.errors import CheckpointError, ConfigError
from detailbase_core.network.batch import TextBatch
from detailbase_core.network.checkpoint import Checkpoint, save_checkpoint
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.network.sparse_unet import NormReLU
from detailbase_core.sparse import PointwiseConv3d
from tests.core.network.test_checkpoint import tiny_batch
from tests.helpers.weight_files import (
    MODEL,
    released_state,
    save_tiny_checkpoint,
    tiny_text_encoder,
)
from training.checkpoints.prune import main, narrow_checkpoint, narrowed

WIDTHS, NARROW = (5, 7, 9), (3, 6, 9)
OURS = replace(
    MODEL,
    widths=WIDTHS,
    block_reps=2,
    pooled_levels=2,
    center_offsets=True,
    pointwise_reinterpret=False,
)


def streams(name: str) -> list[tuple[int, str]]:
    """Channels side by side in a norm or shortcut of the U-Net: level and stream."""
    *_, owner, last = ["", "", *name.split(".")]
    if last == "output_norm":
        return [(0, "up")]
    if owner == "coarse_norms":
        return [(int(last) + 1, "up")]
    level = int(name.split(".")[1])
    if last == "up_norm":
        return [(level + 1, "up" if level + 2 < len(WIDTHS) else "down")]
    if last == "norm2":
        return [(level, name)]
    if "tail_blocks.0." in name:
        return [(level, "down"), (level, "raised")]
    return [(level, "up" if "tail_blocks" in name else "down")]


def with_idle_channels() -> tuple[DetailBase, torch.Tensor]:
    """A random network in which nothing reads some channels, and which of the pooled ones are."""
    torch.manual_seed(0)
    model = DetailBase(OURS).eval()
    idle = defaultdict(dict)

    def idle_of(name: str) -> torch.Tensor:
        return torch.cat(
            [
                idle[level].setdefault(stream, torch.randperm(WIDTHS[level]) >= NARROW[level])
                for level, stream in streams(name)
            ]
        )

    with torch.no_grad():
        for name, module in model.unet.named_modules():
            if isinstance(module, NormReLU):
                for tensor in (module.weight, module.bias, module.running_mean):
                    tensor.normal_()
                module.running_var.uniform_(0.5, 2.0)
                module.weight[idle_of(name)] = 0.0
                module.bias[idle_of(name)] = 0.0
            elif isinstance(module, PointwiseConv3d):
                module.weight[..., idle_of(name)] = 0.0
    return model, torch.cat([idle_of("output_norm"), idle_of("coarse_norms.0")])


def test_channels_that_nothing_reads_are_not_missed():
    wide, idle = with_idle_channels()
    narrow = narrowed(wide, NARROW)
    assert narrow.config == replace(OURS, widths=NARROW)
    text, mask = torch.randn(1, 1, 4, OURS.text_dim), torch.ones(1, 1, 4, dtype=torch.bool)
    with torch.no_grad():
        scenes = [network.encode_scene(tiny_batch()) for network in (wide, narrow)]
        answers = [
            n.ground(s, TextBatch(text, mask)) for n, s in zip((wide, narrow), scenes, strict=True)
        ]
    assert scenes[1].features.any(dim=-1).all()
    torch.testing.assert_close(scenes[1].features, scenes[0].features[..., ~idle])
    torch.testing.assert_close(scenes[1].object_centers, scenes[0].object_centers)
    torch.testing.assert_close(answers[1].mask_logits, answers[0].mask_logits)
    torch.testing.assert_close(answers[1].scores, answers[0].scores)


def test_a_channel_is_kept_for_what_it_adds_not_for_its_weights_alone():
    model, _ = with_idle_channels()
    norm = model.unet.output_norm
    with torch.no_grad():
        for head in (model.decoder.key_proj, model.decoder.mask_head[0], model.offset_head.hidden):
            head.weight.fill_(0.1)
        norm.weight.fill_(1.0)
        norm.bias.copy_(torch.tensor([-9.0, 1.0, -9.0, 2.0, 3.0]))  # two are off after the ReLU
    kept = narrowed(model, (3, 7, 9)).unet.output_norm.bias
    assert kept.tolist() == [1.0, 2.0, 3.0]


def test_the_file_carries_the_new_widths_and_its_history(tmp_path, capsys):
    torch.manual_seed(0)
    wide, narrow = tmp_path / "wide.safetensors", tmp_path / "narrow.safetensors"
    save_checkpoint(wide, DetailBase(OURS).eval(), tiny_text_encoder(), {"training": "9 steps"})
    assert main([str(wide), str(narrow), *map(str, NARROW)]) == 0
    assert "to be trained further" in capsys.readouterr().out
    written = Checkpoint.read(narrow)
    assert written.metadata["training"] == "9 steps; narrowed to 3 6 9"
    model, text = written.load()
    assert model.config.widths == NARROW
    assert torch.equal(text.vocabulary, tiny_text_encoder().vocabulary)


@pytest.mark.parametrize("widths", [(8,), (8, 17), (0, 16), (8, 16, 16)])
def test_widths_that_do_not_suit_are_refused(tmp_path, capsys, widths):
    path = save_tiny_checkpoint(tmp_path / "tiny.safetensors")
    with pytest.raises(ConfigError, match=r"the network has \[8, 16\]"):
        narrow_checkpoint(path, tmp_path / "narrow.safetensors", widths)
    assert main([str(path), str(tmp_path / "narrow.safetensors"), *map(str, widths)]) == 1
    assert "prune: widths" in capsys.readouterr().err
    assert not (tmp_path / "narrow.safetensors").exists()


def test_networks_that_cannot_be_narrowed_are_refused(tmp_path):
    released = tmp_path / "released.pth"
    torch.save(released_state(), released)
    with pytest.raises(CheckpointError, match="carries no network and text encoder"):
        narrow_checkpoint(released, tmp_path / "narrow.safetensors", (8, 16))
    mixing = DetailBase(replace(OURS, pointwise_reinterpret=True))
    with pytest.raises(CheckpointError, match="pointwise_reinterpret"):
        narrowed(mixing, NARROW)
