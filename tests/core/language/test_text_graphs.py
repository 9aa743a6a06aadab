"""Graphs of the text encoder, with something that replays on the CPU in a graph's place: padding
changes no vector. On a GPU the same with CUDA's own."""

from __future__ import annotations

import copy

import pytest
import torch

from detailbase_core.language import text_graphs
from detailbase_core.language.text_graphs import Captured, TextGraphs
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.ops import cuda_graphs

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)]
SOFA, PAIR = ["the", "sofa"], ["a", "u-shaped", "lamp", "", "red", "wardrobes", "qzxv", "door"]


class ReplayedInPython(TextGraphs):
    """Without CUDA."""

    def capture(self, asked, sizes):
        features, mask = self.encode_padded(asked, sizes)

        def replay():
            for own, one in zip((features, mask), self.encode_padded(asked, sizes), strict=True):
                own.copy_(one)

        return Captured(replay, asked, features, mask)


@pytest.fixture(scope="module")
def shipped():
    _, encoder = Checkpoint.read(str(SHIPPED_CHECKPOINT)).load("")
    return encoder


@pytest.fixture(params=DEVICES)
def encoder(request, shipped):
    return copy.deepcopy(shipped).to(request.param)


@pytest.fixture
def graphs(encoder):
    on_cpu = encoder.vectors.device.type == "cpu"
    return (ReplayedInPython if on_cpu else TextGraphs)(encoder)


def expect_same(graphs, encoder, sentences):
    with torch.inference_mode():
        (have, have_mask), (want, want_mask) = graphs.encode(sentences), encoder.encode(sentences)
    assert torch.equal(have_mask, want_mask)
    torch.testing.assert_close(have[want_mask], want[want_mask], rtol=1e-4, atol=1e-4)


def test_padding_changes_no_vector(graphs, encoder):
    for sentences in ([SOFA], [PAIR], [SOFA, PAIR, []], [["lamp"] * 7], [["lamp"] * 40]):
        expect_same(graphs, encoder, sentences)


def test_a_graph_serves_other_sentences(graphs, encoder):
    for sentences in ([PAIR[:6]], [SOFA], [["door"]], [[]]):
        expect_same(graphs, encoder, sentences)
    assert len(graphs.kept.sizes) == 1


def test_vectors_stay_when_more_is_asked(graphs):
    first, _ = graphs.encode([SOFA])
    before = first.clone()
    graphs.encode([["door", "lamp"]])
    assert torch.equal(first, before)


def test_the_graph_used_longest_ago_goes(graphs, encoder, monkeypatch):
    monkeypatch.setattr(cuda_graphs, "MOST_GRAPHS", 2)
    for sentences in ([SOFA], [PAIR], [SOFA], [SOFA, SOFA]):
        expect_same(graphs, encoder, sentences)
    assert [size.sentences for size in graphs.kept.sizes] == [1, 2]


def test_long_texts_need_no_graph(graphs, encoder, monkeypatch):
    monkeypatch.setattr(text_graphs, "MOST_TEXT_ROWS", 8)
    expect_same(graphs, encoder, [PAIR])
    assert not graphs.kept.sizes
