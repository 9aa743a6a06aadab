"""Graphs of the decoder, with something that replays on the CPU in a graph's place: padding changes
no answer. On a GPU the same with CUDA's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from detailbase_core.language.text_rows import TextRows
from detailbase_core.network import decoder_graphs
from detailbase_core.network.batch import Question, SuperpointBatch, TextBatch, Votes
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.network.decoder_graphs import Captured, DecoderGraphs
from detailbase_core.ops import cuda_graphs, packed_matmul

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)]


class ReplayedInPython(DecoderGraphs):
    """Without CUDA."""

    def capture(self, asked):
        answer = self._answer(asked)

        def replay():
            for tensor in decoder_graphs._tensors(asked):
                vars(tensor).pop(packed_matmul._PACKED, None)  # else it is not packed anew
            new = self._answer(asked)
            for own, one in zip(_tensors(answer), _tensors(new), strict=True):
                own.copy_(one)

        return Captured(replay, asked, answer)


def _tensors(prediction):
    parts = prediction.mask_logits, prediction.scores, prediction.presence_logits
    return [part for part in parts if part is not None]


@pytest.fixture(scope="module")
def shipped():
    model, _ = Checkpoint.read(str(SHIPPED_CHECKPOINT)).load("")
    return model


@pytest.fixture(params=DEVICES)
def decoder(request, shipped):
    yield shipped.decoder.to(request.param)
    shipped.decoder.to("cpu")


@pytest.fixture
def graphs(decoder):
    on_cpu = decoder.wave_vectors.device.type == "cpu"
    return (ReplayedInPython if on_cpu else DecoderGraphs)(decoder)


@pytest.fixture(autouse=True)
def small_padding(monkeypatch):
    """So that little is computed."""
    monkeypatch.setattr(decoder_graphs, "SUPERPOINTS", 128)


def scene(decoder, superpoints, seed):
    """A random scene, and the decoder's view of it."""
    draw, device = torch.Generator().manual_seed(seed), decoder.wave_vectors.device
    width = decoder.key_proj.in_features
    features = torch.randn(1, superpoints, width, generator=draw).to(device)
    geometry = (torch.rand(1, superpoints, 6, generator=draw) * 3).to(device)
    votes = Votes(geometry[..., :3] * 0.1, features[..., 0])
    padding = torch.zeros(features.shape[:2], dtype=torch.bool, device=device)
    batch = SuperpointBatch(features, padding, geometry, votes)
    return batch, decoder.scene_keys(batch)


def text(decoder, lengths, seed):
    """Random sentences of so many words, the last of which heads their one phrase."""
    draw, rows = torch.Generator().manual_seed(seed), 1 + max(lengths)
    device = decoder.wave_vectors.device
    features = torch.randn(1, len(lengths), rows, decoder.query_proj.in_features, generator=draw)
    mask = torch.from_numpy(np.arange(rows) <= np.array(lengths)[:, None])[None]
    spans = [[(0, length - 1, length - 1)] for length in lengths]
    return TextBatch.with_spans(features.to(device), mask.to(device), spans)


def question(decoder, superpoints, lengths, seed=0):
    return Question(*scene(decoder, superpoints, seed), text(decoder, lengths, seed))


def expect_same(graphs, decoder, one):
    with torch.inference_mode():
        have = graphs.ground(one)
        whole = decoder(one.superpoints, one.text, None, one.keys)[-1]
    mask = one.text.mask.flatten(1)
    index = torch.arange(mask.shape[1], device=mask.device).expand_as(mask)
    rows = one.text.phrase_rows or TextRows(index, mask)
    valid = rows.valid.unsqueeze(1)
    for ours, twin in zip(_tensors(have), _tensors(whole.of_rows(rows)), strict=True):
        assert ours.shape == twin.shape
        torch.testing.assert_close(ours[valid], twin[valid], rtol=1e-3, atol=1e-3)
    assert have.peaks == whole.peaks


def test_padding_changes_no_answer(graphs, decoder):
    for lengths in ([5], [3, 7, 2]):
        expect_same(graphs, decoder, question(decoder, 30, lengths))


def test_a_graph_serves_other_scenes_and_smaller_ones(graphs, decoder):
    for superpoints, seed in ((100, 1), (40, 2), (40, 2)):
        expect_same(graphs, decoder, question(decoder, superpoints, [6], seed))
    assert len(graphs.kept.sizes) == 1


def test_scenes_are_asked_together(graphs, decoder):
    both = SuperpointBatch.joined([scene(decoder, 70, 1)[0], scene(decoder, 90, 3)[0]])
    words = text(decoder, [4, 6], 0)
    about_both = words._replace(
        features=words.features.expand(2, -1, -1, -1),
        mask=words.mask.expand(2, -1, -1),
        phrase_rows=None,
    )
    with torch.inference_mode():
        keys = decoder.scene_keys(both)
    expect_same(graphs, decoder, Question(both, keys, about_both))
    expect_same(graphs, decoder, question(decoder, 70, [4, 6]))


def test_the_graph_used_longest_ago_goes(graphs, decoder, monkeypatch):
    monkeypatch.setattr(cuda_graphs, "MOST_GRAPHS", 2)
    small, long, many = ([2], [12], [2, 2])
    for lengths in (small, long, small, many):
        expect_same(graphs, decoder, question(decoder, 20, lengths))
    assert [(s.sentences, s.text_rows) for s in graphs.kept.sizes] == [(1, 8), (2, 8)]


def test_a_building_is_answered_without_a_graph(graphs, decoder, monkeypatch):
    monkeypatch.setattr(decoder_graphs, "MOST_SUPERPOINTS", 128)
    expect_same(graphs, decoder, question(decoder, 150, [4]))
    assert not graphs.kept.sizes


def test_rows_need_not_be_chosen(graphs, decoder):
    one = question(decoder, 50, [4, 2])
    expect_same(graphs, decoder, one._replace(text=one.text._replace(phrase_rows=None)))


def test_the_answer_stays_when_more_is_asked(graphs, decoder):
    with torch.inference_mode():
        first = graphs.ground(question(decoder, 50, [4], 1))
        before = replace(first, mask_logits=first.mask_logits.clone())
        graphs.ground(question(decoder, 50, [4], 2))
    assert torch.equal(first.mask_logits, before.mask_logits)
