"""Buildings are asked tile by tile; every superpoint gets its answer back."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from detailbase_core.network.batch import Prediction, SuperpointBatch
from detailbase_core.network.tiling import TILE_M, join_tiles, tile_superpoints


def scene(count, width, seed=0):
    random = torch.Generator().manual_seed(seed)
    geometry = torch.rand(1, count, 6, generator=random)
    geometry[..., :2] = (geometry[..., :2] - 0.5) * width
    features = torch.arange(float(count))[None, :, None]
    return SuperpointBatch(features, torch.zeros(1, count, dtype=torch.bool), geometry)


def test_a_room_stays_one_tile_as_it_is():
    whole = scene(50, 8.0)
    tiles = tile_superpoints(whole)
    assert tiles.superpoints is whole
    assert tiles.index.tolist() == [list(range(50))]


@given(st.integers(1, 200), st.floats(0.5, 90.0), st.integers(0, 5))
def test_every_superpoint_is_in_one_tile_near_its_middle(count, width, seed):
    tiles = tile_superpoints(scene(count, width, seed))
    real = ~tiles.superpoints.padding
    assert sorted(tiles.index[real].tolist()) == list(range(count))
    assert torch.equal(tiles.superpoints.features[real][:, 0].long(), tiles.index[real])
    assert real.any(dim=1).all()
    if len(tiles.index) > 1:
        reach = tiles.superpoints.geometry[real][:, :2].abs().max()
        assert reach <= TILE_M / 2 + 1e-3


def test_answers_come_back_to_their_superpoints():
    tiles = tile_superpoints(scene(300, 40.0))
    rows = 3
    logits = tiles.index[:, None, None, :].float().expand(-1, 1, rows, -1)
    scores = torch.arange(len(tiles.index) * rows).view(-1, 1, rows).float()
    joined = join_tiles(Prediction(logits, scores, None), tiles, 0.5)
    assert joined.mask_logits.shape == (1, 1, rows, 300)
    assert torch.equal(joined.mask_logits[0, 0, 1], torch.arange(300.0))
    assert joined.scores[0, 0].tolist() == scores[-1, 0].tolist()


def test_a_tile_without_the_thing_adds_nothing():
    tiles = tile_superpoints(scene(300, 20.0))
    logits = torch.ones(len(tiles.index), 1, 1, tiles.index.shape[1])
    presence = torch.full((len(tiles.index), 1, 1), -5.0)
    presence[1] = 5.0
    scores = torch.linspace(0, 1, len(tiles.index))[:, None, None]
    joined = join_tiles(Prediction(logits, scores, presence), tiles, 0.5)
    here = set(tiles.index[1][~tiles.superpoints.padding[1]].tolist())
    assert set(torch.nonzero(joined.mask_logits[0, 0, 0] > 0).flatten().tolist()) == here
    assert joined.presence_logits.item() == pytest.approx(5.0)
    assert joined.scores.item() == pytest.approx(scores[1].item())


def test_presence_of_masks_is_that_of_the_best_tile():
    tiles = tile_superpoints(scene(300, 20.0))
    logits = torch.full((len(tiles.index), 1, 2, tiles.index.shape[1]), -3.0)
    logits[1, 0, 0, 0], logits[0, 0, 0, 1] = 2.0, 1.0
    scores = torch.zeros(len(tiles.index), 1, 2)
    real = ~tiles.superpoints.padding[:, None, None, :]
    joined = join_tiles(Prediction(logits, scores, None).with_peaks(real), tiles, 0.5)
    assert joined.peaks
    assert joined.presence_logits.tolist() == [[[2.0, -3.0]]]
    assert joined.mask_logits.amax(dim=-1)[0, 0, 0] == 2.0
