"""The decoder's native passes against the same step by step in torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from detailbase_core import _C
from detailbase_core.network import decoder_layer, mask_drawing
from detailbase_core.network.batch import SceneKeys, SuperpointBatch
from detailbase_core.network.decoder_layer import Attention, KeysValues
from detailbase_core.network.mask_drawing import draw_masks
from detailbase_core.ops import decoder_kernels
from detailbase_core.ops.execution import threads
from detailbase_core.ops.packed_matmul import packed_rows

HEADS, HEAD_WIDTH, POSITIONS = 4, 16, 6
DIM = HEADS * HEAD_WIDTH


@pytest.fixture(params=_C.instruction_sets())
def instruction_set(request):
    _C.use_instruction_set(request.param)
    yield request.param
    _C.use_instruction_set(_C.instruction_sets()[0])


class Tile:
    """Superpoints of two scenes in blocks, and queries about them."""

    def __init__(self, sizes, seed):
        random = torch.Generator().manual_seed(seed)

        def numbers(*shape):
            return torch.randn(*shape, generator=random)

        self.attended = [
            KeysValues(
                numbers(2, HEADS, n, HEAD_WIDTH),
                numbers(2, HEADS, n, HEAD_WIDTH),
                numbers(2, n, POSITIONS),
            )
            for n in sizes
        ]
        self.keys = tuple(
            SceneKeys(numbers(2, n, POSITIONS), (), numbers(2, n, DIM) / 4) for n in sizes
        )
        self.geometry = numbers(2, sum(sizes), 6)


def superpoints_of(tiles):
    batches = []
    for tile in tiles:
        count = tile.geometry.shape[1]
        padding = torch.zeros(2, count, dtype=torch.bool)
        batches.append(SuperpointBatch(torch.zeros(2, count, 0), padding, tile.geometry))
    return SuperpointBatch.joined(batches)


def attended(tiles, queries, preferences, allowed):
    attention = Attention(DIM, HEADS)
    with torch.inference_mode():
        for parameter in attention.parameters():
            torch.manual_seed(0)
            parameter.copy_(torch.randn(parameter.shape) / 4)
        return attention.attend(queries, [one.attended for one in tiles], allowed, preferences)


CASES = [([5],), ([48, 1, 130],), ([100, 60], [7], [96])]


@pytest.mark.parametrize("sizes", CASES)
@pytest.mark.parametrize("count", [1, 9, 40])
def test_attention_is_that_of_single_steps(sizes, count, monkeypatch, instruction_set):
    tiles = [Tile(own, seed) for seed, own in enumerate(sizes)]
    padding = superpoints_of(tiles).padding
    scenes, most = padding.shape
    random = torch.Generator().manual_seed(1)
    queries = torch.randn(scenes, count, DIM, generator=random)
    preferences = torch.randn(scenes, HEADS, count, POSITIONS, generator=random)
    allowed = torch.rand(scenes, count, most, generator=random) < torch.rand(scenes, count, 1)
    allowed &= ~padding[:, None]
    allowed[..., 0] |= ~allowed.any(dim=-1)
    found = attended(tiles, queries, preferences, allowed)
    monkeypatch.setattr(decoder_layer, "can_attend", lambda *_: False)
    expected = attended(tiles, queries, preferences, allowed)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sizes", CASES)
@pytest.mark.parametrize("with_preference", [False, True])
def test_masks_are_those_of_single_steps(sizes, with_preference, monkeypatch, instruction_set):
    tiles = [Tile(own, seed) for seed, own in enumerate(sizes)]
    superpoints = superpoints_of(tiles)
    scenes = len(superpoints.padding)
    random = torch.Generator().manual_seed(2)
    queries = torch.randn(scenes, 2, 9, DIM, generator=random)
    queries[:, 0, 3] = 0.0
    queries[:, 1, 5] = -100.0 * tiles[0].keys[0].mask_features[0, 0]  # may be on nowhere
    preference = torch.randn(scenes, 2, 9, POSITIONS, generator=random) if with_preference else None
    keys = tuple(one.keys for one in tiles)
    with torch.inference_mode():
        found = draw_masks(queries, preference, keys, superpoints)
        monkeypatch.setattr(mask_drawing, "takes", lambda *_: False)
        expected = draw_masks(queries, preference, keys, superpoints)
        there = ~superpoints.padding[:, None, None].expand_as(expected.logits)
        torch.testing.assert_close(
            found.logits[there], expected.logits[there], atol=1e-4, rtol=1e-4
        )
        sure = (expected.logits.abs() > 1e-3) | ~there
        everywhere = (expected.visible == there).all(dim=-1, keepdim=True)
        sure |= everywhere & (found.visible == there).all(dim=-1, keepdim=True)
        assert torch.equal(found.visible[sure], expected.visible[sure])
        assert not found.visible[~there].any()
        torch.testing.assert_close(found.centroids, expected.centroids, atol=1e-4, rtol=1e-4)


def test_threads_change_nothing():
    tile = Tile([130, 70], 0)
    superpoints = superpoints_of([tile])
    queries, preference = torch.randn(2, 1, 40, DIM), torch.randn(2, 1, 40, POSITIONS)
    allowed = torch.rand(2, 40, 200) < 0.5
    results = []
    for count in (1, 3):
        with threads(count), torch.inference_mode():
            drawn = draw_masks(queries, preference, (tile.keys,), superpoints)
            seen = attended([tile], queries[:, 0], torch.ones(2, HEADS, 40, POSITIONS), allowed)
            results.append((drawn.logits, drawn.visible, drawn.centroids, seen))
    assert all(map(torch.equal, *results))


def test_a_query_that_may_look_nowhere_gets_no_number():
    tile = Tile([50], 0)
    seen = decoder_kernels.attend(
        torch.randn(2, HEADS, 1, HEAD_WIDTH),
        torch.randn(2, HEADS, 1, POSITIONS),
        torch.zeros(2, 1, 50, dtype=torch.bool),
        *([[one[n] for one in tile.attended]] for n in (0, 2, 1)),
    )
    assert seen.isnan().all()


def test_what_does_not_fit_is_refused():
    tile = Tile([50], 0)
    keys, values, positions = tile.attended[0]
    packed, placed = [[packed_rows(keys)]], [[packed_rows(positions)]]
    kept = [[values.reshape(-1, 50, HEAD_WIDTH).numpy()]]
    queries = np.zeros((2, HEADS, 3, HEAD_WIDTH), np.float32)
    preferences = np.zeros((2, HEADS, 3, POSITIONS), np.float32)
    allowed = np.ones((2, 3, 50), np.bool_)
    arguments = [packed, placed, kept, queries, preferences, allowed]
    _C.attend(*arguments, 1)
    for place, bad, what in (
        (0, [[]], "keys"),
        (0, packed * 2, "keys"),
        (1, packed, "positions"),
        (1, [], "positions"),
        (2, [[]], "values"),
        (2, [[kept[0][0][:, :, :8].copy()]], "values"),
        (3, queries[:1], "preferences|keys"),
        (4, preferences[..., :2].copy(), "positions"),
        (5, allowed[..., :49].copy(), "allowed"),
    ):
        broken = [*arguments]
        broken[place] = bad
        with pytest.raises(ValueError, match=what):
            _C.attend(*broken, 1)
    drawn = [[packed_rows(tile.keys[0].mask_features)]]
    asked, places = np.zeros((2, 3, DIM), np.float32), np.zeros((2, 50, 3), np.float32)
    padding = np.zeros((2, 50), np.bool_)
    _C.draw_masks(drawn, [], asked, None, places, padding, 1)
    for bad, what in (
        (([[]], [], asked, None, places, padding), "features"),
        ((drawn, [], asked[:1], None, places, padding), "features"),
        ((drawn, [], asked, np.zeros((2, 3, 6), np.float32), places, padding), "positions"),
        ((drawn, [], asked, None, places[:, :9].copy(), padding), "places"),
        ((drawn, [], asked, None, places, padding[:, :9].copy()), "padding"),
    ):
        with pytest.raises(ValueError, match=what):
            _C.draw_masks(*bad, 1)
