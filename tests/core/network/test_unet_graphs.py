"""Graphs of the U-Net, with something that replays on the CPU in a graph's place: padding changes
no feature. On a GPU the same with CUDA's own."""

from __future__ import annotations

import copy

import pytest
import torch

from detailbase_core.network import unet_graphs
from detailbase_core.network.sparse_unet import SparseUNet
from detailbase_core.network.unet_graphs import Captured, UNetGraphs
from detailbase_core.sparse import Pyramid, build_pyramid, select_backend
from tests.helpers.sparse_grids import random_coords

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)]
WIDTHS = (8, 16, 24)


class ReplayedInPython(UNetGraphs):
    """Without CUDA."""

    captures = 0

    def capture(self, features, tables):
        self.captures += 1
        pyramid = Pyramid(None, tables.levels)
        results = self._through(features, pyramid)

        def replay():
            # Of a copy: on a CPU what is listed of a table once is not listed anew.
            for own, new in zip(
                results, self._through(features, copy.deepcopy(pyramid)), strict=True
            ):
                own.copy_(new)

        return Captured(replay, features, tables, results)


@pytest.fixture(params=DEVICES)
def unet(request):
    torch.manual_seed(0)
    network = SparseUNet(6, WIDTHS, block_reps=1, pooled_levels=3).eval()
    for name, tensor in network.named_buffers():
        if name.endswith("running_mean"):
            tensor.normal_(0, 0.1)
    if request.param == "cuda":
        network.to("cuda").use_graphs()
    else:
        plain = select_backend("torch", torch.zeros(1))
        network._graphs = ReplayedInPython(
            lambda features, pyramid: network.through(features, pyramid, plain, None)
        )
    return network


def a_scene(unet, count, seed):
    coords = random_coords(seed, count, (24, 24, 24))
    features = torch.randn(len(coords), 6, generator=torch.Generator().manual_seed(seed))
    device = unet.input_conv.weight.device
    return features.to(device), build_pyramid(coords.to(device), (24, 24, 24), len(WIDTHS))


def expect_same(unet, features, pyramid):
    graphs, unet._graphs = unet._graphs, None
    with torch.inference_mode():
        want = unet(features, pyramid)
        unet._graphs = graphs
        have = unet(features, pyramid)
    for ours, twin in zip(have, want, strict=True):
        assert ours.features.shape == twin.features.shape
        torch.testing.assert_close(ours.features, twin.features, rtol=1e-4, atol=1e-4)
        assert (ours.row is None) == (twin.row is None)
        if ours.row is not None:
            assert torch.equal(ours.row, twin.row)
    return [level.features for level in have]


def graphs_of(unet):
    return [captured for captured in unet._graphs._captured.values() if captured is not None]


def test_a_graph_is_captured_at_the_second_scene_of_its_size_and_serves_others(unet):
    counts = (700, 900, 40, 1000, 3)
    for seed, count in enumerate(counts):
        expect_same(unet, *a_scene(unet, count, seed))
        assert len(graphs_of(unet)) == min(seed, 1)


def test_features_stay_when_the_next_scene_is_encoded(unet):
    first, second = a_scene(unet, 700, 1), a_scene(unet, 800, 2)
    expect_same(unet, *second)
    kept = expect_same(unet, *first)
    before = [one.clone() for one in kept]
    expect_same(unet, *second)
    assert all(torch.equal(one, other) for one, other in zip(kept, before, strict=True))


def test_sizes_that_differ_have_graphs_of_their_own(unet, monkeypatch):
    monkeypatch.setattr(unet_graphs, "LEAST_VOXELS", 64)
    monkeypatch.setattr(unet_graphs, "MOST_GRAPHS", 2)
    scenes = [a_scene(unet, count, count) for count in (100, 700, 1500)]
    for one in (*scenes, *scenes, scenes[0], *scenes):
        expect_same(unet, *one)
    assert len(graphs_of(unet)) == 2


def test_a_building_runs_without_a_graph(unet, monkeypatch):
    monkeypatch.setattr(unet_graphs, "MOST_VOXELS", 512)
    for _ in range(3):
        expect_same(unet, *a_scene(unet, 700, 1))
    assert not unet._graphs._captured


def test_training_and_gradients_pass_graphs_by(unet):
    features, pyramid = a_scene(unet, 700, 1)
    for _ in range(3):
        unet(features, pyramid)[0].features.sum().backward()
    assert not unet._graphs._captured
    assert unet.input_conv.weight.grad.any()
