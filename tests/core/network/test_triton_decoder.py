"""The GPU's kernels of the decoder give what torch gives: by Triton's interpreter, and on a GPU."""

from __future__ import annotations

import pytest
import torch

from detailbase_core.network import triton_decoder
from detailbase_core.network.batch import SuperpointBatch, TextBatch, Votes
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from tests.helpers.triton_interpreter import interpreted

pytest.importorskip("triton")

CHECK = """
import torch
from detailbase_core.network import triton_decoder
from detailbase_core.network.decoder_layer import KeysValues, _attend
from detailbase_core.network.position_encoding import (
    fourier_features, mask_centroids, shift_coefficients, wave_vectors,
)

torch.manual_seed(0)
device, width, heads, wide = torch.device(DEVICE), 32, 2, 48


def expect_close(have, want):
    torch.testing.assert_close(have, want, rtol=1e-4, atol=2e-4)


def draw(*shape):
    return torch.randn(*shape, device=device)


def check_masks(queries, features, preference, positions):
    scenes, count = features.shape[:2]
    places, padding = draw(scenes, count, 3), draw(scenes, count) < -0.8
    padding[:, 0] = False
    have = triton_decoder.draw_masks(queries, features, preference, positions, places, padding)
    logits = queries @ features.mT
    if preference is not None:
        logits = logits + preference @ positions.mT
    expect_close(have.logits, logits)
    shown = have.logits.sigmoid() * ~padding[:, None]
    on = shown >= 0.5
    visible = on | (~on.any(-1, keepdim=True) & ~padding[:, None])
    assert torch.equal(have.visible, visible)
    expect_close(have.centroids, mask_centroids(shown[:, None], places)[:, 0])
    return visible


def check_attention(queries, positions, visible):
    scenes, rows, count = visible.shape
    projected, preferences = draw(scenes, count, 2 * width), draw(scenes, rows, heads, wide)
    keys, values = (
        one.unflatten(-1, (heads, -1)).transpose(1, 2) for one in projected.chunk(2, -1)
    )
    have = triton_decoder.attend(queries, preferences, keys, values, positions, visible)
    of_heads = queries.unflatten(-1, (heads, -1)).transpose(1, 2)
    step_by_step = _attend(
        of_heads, KeysValues(keys, values, positions), visible[:, None], preferences.transpose(1, 2)
    )
    expect_close(have, step_by_step.transpose(1, 2).flatten(2))


def check_references(scenes, sentences, rows, each):
    matched, looked = draw(scenes, sentences, rows, 2, heads, 16), draw(
        scenes, sentences, rows, heads, wide
    )
    words, vectors = draw(scenes, sentences, rows, 3), wave_vectors().to(device)
    connected = draw(scenes, sentences, rows if each else 1, rows) > 0
    connected[..., 0] = True
    references, preference = triton_decoder.refer(matched, words, connected, vectors, looked)
    asking, asked = matched.unbind(-3)
    fit = torch.einsum("gbthc,gbuhc->gbthu", asking, asked) / 4
    share = fit.masked_fill(~connected[:, :, :, None], -torch.inf).softmax(-1)
    want = fourier_features(torch.einsum("gbthu,gbuc->gbthc", share, words), vectors)
    expect_close(references, want)
    expect_close(preference, shift_coefficients(looked, want))
    summed = triton_decoder.sum_of_shifted(looked, references)
    expect_close(summed, shift_coefficients(looked, want).sum(-2))


for scenes, sentences, rows, count in ((2, 1, 8, 130), (1, 3, 5, 64), (2, 3, 24, 70), (1, 1, 1, 1)):
    queries, features = draw(scenes, sentences * rows, width) - 0.5, draw(scenes, count, width)
    positions = draw(scenes, count, wide)
    visible = check_masks(queries, features, draw(*queries.shape[:2], wide), positions)
    check_attention(queries, positions, visible)
    few = queries * 0 - 1, features.abs()  # masks that are empty
    assert check_masks(*few, None, positions).any()
    check_references(scenes, sentences, rows, each=count > 64)
    print("same")
"""


def test_the_kernels_give_what_torch_gives():
    told = interpreted(CHECK.replace("DEVICE", "'cpu'"))
    assert told.count("same") == 4


@pytest.mark.cuda
def test_the_kernels_give_what_torch_gives_on_a_gpu():
    exec(CHECK.replace("DEVICE", "'cuda'"), {})


@pytest.mark.cuda
def test_the_decoder_answers_as_on_a_cpu():
    decoder = Checkpoint.read(str(SHIPPED_CHECKPOINT)).load("")[0].decoder
    torch.manual_seed(0)
    features, geometry = torch.randn(2, 300, decoder.key_proj.in_features), torch.rand(2, 300, 6)
    padding = torch.arange(300) >= torch.tensor([[300], [180]])
    votes = Votes(geometry[..., :3] * 0.1, features[..., 0])
    words, mask = torch.randn(2, 3, 9, decoder.query_proj.in_features), torch.rand(2, 3, 9) < 0.7
    mask[..., 0] = True
    found = []
    for device in ("cpu", "cuda"):
        decoder.to(device)
        scene = SuperpointBatch(features, padding, geometry * 3, votes)
        scene = SuperpointBatch(
            scene.features.to(device),
            padding.to(device),
            scene.geometry.to(device),
            Votes(*(one.to(device) for one in votes)),
        )
        text = TextBatch(words.to(device), mask.to(device))
        with torch.inference_mode():
            taken = triton_decoder.takes(decoder.query_proj(text.features))
            found.append(decoder(scene, text, None, decoder.scene_keys(scene)))
        assert taken == (device == "cuda")
    valid = mask[..., None] & ~padding[:, None, None]
    for on_cpu, on_gpu in zip(*found, strict=True):
        apart = (on_gpu.mask_logits.cpu() - on_cpu.mask_logits)[valid].abs()
        assert (apart < 1e-2).float().mean() > 0.999  # what is just visible is seen or not
