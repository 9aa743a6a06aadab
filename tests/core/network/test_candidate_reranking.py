"""Candidates of a mask, what is measured of them, and the choice between them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core.config import ModelConfig
from detailbase_core.language.text_rows import TextRows, all_rows, padded_rows, rows_of_spans
from detailbase_core.network.batch import SuperpointBatch, TextBatch
from detailbase_core.network.candidate_reranking import CandidateReranker
from detailbase_core.network.candidates import (
    MAX_CANDIDATES,
    CandidateFeatures,
    Candidates,
    assign_candidates,
    candidate_features,
    pairwise_feature_count,
    pairwise_features,
    pick_candidates,
    ranks,
)
from detailbase_core.network.detailbase import DetailBase
from tests.core.network.test_checkpoint import tiny_batch
from tests.helpers.weight_files import MODEL

CONFIG = ModelConfig(query_dim=32, heads=4, look_alike_rounds=2)


def scene_of(centers: torch.Tensor, extent: float = 0.3) -> SuperpointBatch:
    """One superpoint per place, (S, 3); it votes for itself."""
    geometry = torch.cat([centers, torch.full_like(centers, extent)], dim=1)[None]
    padding = torch.zeros(1, len(centers), dtype=torch.bool)
    return SuperpointBatch(torch.zeros(1, len(centers), 4), padding, geometry)


# --- candidates ----------------------------------------------------------------------------------


def test_votes_for_one_place_are_one_candidate():
    centers = torch.tensor([[0.0, 0, 0], [0.1, 0, 0], [3, 0, 0], [3, 0.1, 0], [9, 0, 0]])[None]
    probability = torch.tensor([[[0.6, 0.5, 0.9, 0.2, 0.05]]])
    found = pick_candidates(probability, centers, torch.full((1, 5), 0.2))
    assert found.assignment[0, 0].tolist() == [
        1,
        1,
        0,
        0,
        -1,
    ]  # the surest first; 0.05 is too faint
    assert found.valid[0, 0].tolist() == [True, True] + [False] * (MAX_CANDIDATES - 2)
    torch.testing.assert_close(found.shares[0, 0, 1], torch.tensor([6 / 11, 5 / 11, 0, 0, 0]))
    assert not found.shares[0, 0, 2:].any()


def test_a_bad_vote_of_the_surest_does_not_split_a_thing():
    centers = torch.tensor([[0.19, 0.0, 0], [0, 0, 0], [-0.05, 0, 0], [-0.1, 0, 0]])[None]
    probability = torch.tensor([[[0.9, 0.8, 0.8, 0.8]]])
    found = pick_candidates(probability, centers, torch.full((1, 4), 0.22))
    assert found.assignment[0, 0].tolist() == [0, 0, 0, 0]


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 40))
def test_candidates_share_out_superpoints(seed, count):
    generator = torch.Generator().manual_seed(seed)
    probability = torch.rand(2, 3, count, generator=generator) ** 3
    centers = torch.rand(2, count, 3, generator=generator) * 2
    found = pick_candidates(probability, centers, torch.full((2, count), 0.3))
    assert torch.equal(found.valid, found.shares.sum(dim=-1) > 0)
    for k in range(MAX_CANDIDATES):
        own = found.assignment == k
        assert torch.equal(own, found.shares[:, :, k] > 0)
    assert not (found.assignment >= 0)[probability <= 0.05].any()
    first = (probability * (found.assignment == 0)).amax(dim=-1)
    assert ((first == probability.amax(dim=-1)) | ~found.valid[..., 0]).all()


@pytest.mark.parametrize("count", [1, 40, 600])
def test_candidates_equal_their_python_twin(count):
    generator = torch.Generator().manual_seed(count)
    probability = torch.rand(2, 5, count, generator=generator) ** 3
    centers = torch.rand(2, count, 3, generator=generator) * 4
    reach = 0.2 + 0.2 * torch.rand(2, count, generator=generator)
    found = pick_candidates(probability, centers, reach)
    assert torch.equal(found.assignment, assign_candidates(probability, centers, reach))


# --- measures ------------------------------------------------------------------------------------


def measured(places: list[list[float]], kind: list[float], reference: list[float]):
    """Facts about candidates of one row, by name, for one place that it refers to."""
    center = torch.tensor(places)[None, None]
    sizes = torch.zeros(1, 1, len(places), 3)
    told = pairwise_features(
        CandidateFeatures(center, sizes),
        torch.tensor(reference)[None, None, None],
        torch.tensor(kind)[None, None],
    )
    assert told.shape == (1, 1, len(places), pairwise_feature_count(1))
    ranked = told[0, 0, :, :50].unflatten(-1, (5, 2, 5)).argmax(dim=-1)  # order, end, rank
    ahead, right, up, distance, _, bearing, _ = told[0, 0, :, 50:57].unbind(-1)
    return ranked[:, :2], ahead, right, up, distance, bearing


def test_places_are_seen_by_one_who_looks_into_the_room():
    """From a door in the south wall, what lies east is on the right."""
    places = [[2.0, -2, 1], [0, -2, 0], [-2, -2, 0]]
    ranked, ahead, right, up, distance, bearing = measured(places, [1.0] * 3, [0.0, -4, 0])
    torch.testing.assert_close(right, torch.tensor([2.0, 0, -2]), atol=1e-3, rtol=0)
    torch.testing.assert_close(ahead, torch.tensor([2.0, 2, 2]), atol=1e-3, rtol=0)
    torch.testing.assert_close(up, torch.tensor([1.0, 0, 0]))
    torch.testing.assert_close(
        distance, torch.tensor([math.sqrt(8), 2, math.sqrt(8)]), atol=1e-3, rtol=0
    )
    assert bearing[0] > bearing[1] > bearing[2]
    assert ranked[:, 1].tolist() == [[2, 0], [1, 1], [0, 2]]  # from the left, from the right


def test_only_those_of_the_kind_are_counted():
    places = [[1.0, 0, 0], [2, 0, 0], [3, 0, 0], [4, 0, 0]]
    ranked, *_ = measured(places, [1.0, 0.0, 1.0, 1.0], [0.5, 0.0, 0.0])
    nearer, farther = ranked[:, 0].unbind(-1)
    assert nearer.tolist() == [0, 1, 1, 2]
    assert farther.tolist() == [2, 2, 1, 0]


@settings(deadline=None, max_examples=30)
@given(angle=st.floats(0, 6.3), seed=st.integers(0, 10**6))
def test_facts_do_not_depend_on_the_maps_axes(angle, seed):
    generator = torch.Generator().manual_seed(seed)
    places = torch.rand(1, 2, 5, 3, generator=generator) * 6 - 3
    references = torch.rand(1, 2, 4, 3, generator=generator) * 6 - 3
    sizes, kind = (torch.rand(1, 2, 5, n, generator=generator) for n in (3, 1))
    cos, sin = math.cos(angle), math.sin(angle)
    turn = torch.tensor([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    one = pairwise_features(CandidateFeatures(places, sizes), references, kind[..., 0])
    two = pairwise_features(
        CandidateFeatures(places @ turn, sizes), references @ turn, kind[..., 0]
    )
    torch.testing.assert_close(one, two, atol=2e-3, rtol=1e-3)


def test_ranks_count_both_ends():
    earlier, later = ranks(torch.tensor([[[[0.0], [50], [20]]]]), torch.ones(1, 1, 3))
    torch.testing.assert_close(earlier[..., 0], torch.tensor([[[0.0, 2, 1]]]), atol=1e-3, rtol=0)
    torch.testing.assert_close(later[..., 0], torch.tensor([[[2.0, 0, 1]]]), atol=1e-3, rtol=0)


def test_larger_things_measure_larger():
    """Two things of nine superpoints each, one of twice the size."""
    grid = torch.cartesian_prod(*[torch.tensor([-0.2, 0.0, 0.2])] * 2, torch.zeros(1))
    scene = scene_of(torch.cat([grid, 2 * grid + torch.tensor([5.0, 0, 0])]), 0.2)
    scene.geometry[0, 9:, 3:] *= 2
    shares = torch.zeros(1, 1, 2, 18)
    shares[0, 0, 0, :9] = shares[0, 0, 1, 9:] = 1 / 9
    found = Candidates(torch.zeros(1, 1, 18, dtype=torch.int64), shares, shares.sum(-1) > 0)
    measures = candidate_features(found, scene.geometry, scene.geometry[..., :3])
    small, large = measures.sizes[0, 0]
    torch.testing.assert_close(measures.center[0, 0, 1], torch.tensor([5.0, 0, 0]))
    torch.testing.assert_close(
        large - small, math.log(2) * torch.tensor([1.0, 1, 3]), atol=0.02, rtol=0
    )


# --- rows ----------------------------------------------------------------------------------------


def test_rows_are_read_and_written():
    rows = padded_rows([[2, 0], [1]])
    values = torch.arange(6.0).view(2, 3, 1)
    assert rows.gather(values)[..., 0].tolist()[0] == [2, 0]
    assert rows.scatter(values, torch.full((2, 2, 1), 9.0))[..., 0].tolist() == [
        [9, 1, 9],
        [3, 9, 5],
    ]
    assert rows.scatter_add(values, torch.full((2, 2, 1), 10.0))[..., 0].tolist() == [
        [10, 1, 12],
        [3, 14, 5],
    ]


def test_rows_of_spans_are_sentences_and_heads():
    mask = torch.ones(1, 2, 6, dtype=torch.bool)
    rows = rows_of_spans([[(0, 1, 1), (3, 4, 4)], []], mask)
    assert rows.indices.tolist() == [[0, 2, 5, 6]]
    assert rows.valid.all()


# --- choice --------------------------------------------------------------------------------------


def test_the_choice_changes_nothing_at_first_and_then_only_its_rows():
    torch.manual_seed(0)
    model = DetailBase(replace(MODEL, look_alike_rounds=2)).eval()
    superpoints = model.encode_scene(tiny_batch())
    text, mask = torch.randn(1, 2, 5, MODEL.text_dim), torch.ones(1, 2, 5, dtype=torch.bool)
    batch = TextBatch.with_spans(text, mask, [[(1, 2, 2)], []])
    before = model.ground_stages(superpoints, batch)
    assert len(before) == MODEL.decoder_layers + 3
    assert torch.equal(before[-1].mask_logits, before[-3].mask_logits)
    for one in model.decoder.look_alikes.rounds:
        torch.nn.init.normal_(one.score.weight)
    after = model.ground(superpoints, batch).mask_logits
    changed = (after != before[-1].mask_logits).any(dim=-1)[0]
    assert changed.tolist() == [
        [True, False, False, True, False],
        [True, False, False, False, False],
    ]


def line_up(count: int, words: int, generator: torch.Generator):
    """Things of one kind in a row, as seen from a door; "the second from the left", by number."""
    along = (torch.randperm(5, generator=generator)[:count] - 2.0) * 0.9
    depth = torch.rand(count, generator=generator)
    door = torch.tensor([[0.0, -3.5, 0.0]])
    turn = torch.rand(1, generator=generator).item() * 2 * math.pi
    matrix = torch.tensor(
        [[math.cos(turn), math.sin(turn), 0], [-math.sin(turn), math.cos(turn), 0], [0, 0, 1]]
    )
    things = torch.stack([along, depth, torch.zeros(count)], dim=1)
    scene = scene_of(torch.cat([things, door]) @ matrix)
    masks = torch.full((1, 3, count + 1), -9.0)
    masks[0, :2, :count] = 1.0  # the sentence, its phrase: any of the things; the door
    masks[0, 2, count] = 4.0
    place = int(torch.randint(0, min(count, words), (1,), generator=generator))
    return scene, masks, place, int(along.argsort()[place])


@pytest.mark.slow
def test_it_learns_to_count_from_the_left():
    """Ordinals in rooms that it never saw, after a few hundred others."""
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    look_alikes = CandidateReranker(CONFIG)
    words = torch.randn(4, CONFIG.query_dim)  # second, third ...: what the text encoder would say
    optimizer = torch.optim.AdamW(look_alikes.parameters(), lr=3e-3)
    sentence, rows = torch.zeros(1, 3, dtype=torch.int64), padded_rows([[0, 1, 2]])

    def ask(count: int) -> tuple[torch.Tensor, int]:
        scene, masks, place, right = line_up(count, 3, generator)
        queries = words[[place, place, 3]][None]
        middles = torch.zeros(1, 3, 3)
        middles[0, 2] = scene.geometry[0, -1, :3]
        logits, _ = look_alikes(queries, (masks, masks), middles, scene, sentence, rows)[-1]
        return logits[0, 1, :count], right

    for _ in range(250):
        answers = [ask(int(torch.randint(2, 6, (1,), generator=generator))) for _ in range(4)]
        losses = [
            torch.nn.functional.cross_entropy(said[None], torch.tensor([right]))
            for said, right in answers
        ]
        optimizer.zero_grad()
        torch.stack(losses).mean().backward()
        optimizer.step()
    look_alikes.eval()
    with torch.no_grad():
        asked = [ask(4) for _ in range(100)]
    hits = sum(int(said.argmax()) == right for said, right in asked)
    assert hits > 85, hits  # by chance 25


def test_without_spans_every_row_is_weighed():
    rows = all_rows(torch.tensor([[0, 0, -1]]))
    assert isinstance(rows, TextRows)
    assert rows.valid.tolist() == [[True, True, False]]


@pytest.mark.parametrize("places", [[], [[0.0, 0, 0]]])
def test_no_candidates_and_a_single_one(places):
    """A row whose mask is empty keeps it."""
    look_alikes = CandidateReranker(CONFIG).eval()
    scene = scene_of(torch.tensor([[0.0, 0, 0], [1, 0, 0]]))
    masks = torch.full((1, 1, 2), -9.0)
    masks[0, 0, : len(places)] = 3.0
    rows = padded_rows([[0]])
    number = torch.zeros(1, 1, dtype=torch.int64)
    better = look_alikes(
        torch.randn(1, 1, 32), (masks, masks), torch.zeros(1, 1, 3), scene, number, rows
    )
    assert torch.isfinite(better[-1][0]).all()
    assert torch.equal(better[-1][0], masks)
    assert better[-1][1].candidates.valid.sum() == len(places)


def test_what_is_of_no_candidate_need_not_be_looked_at():
    """Without gradients it is left out."""
    torch.manual_seed(0)
    look_alikes = CandidateReranker(CONFIG).eval()
    for one in look_alikes.rounds:
        torch.nn.init.normal_(one.score.weight)
    centers = torch.rand(2, 90, 3) * 6
    padding = torch.arange(90) >= torch.tensor([[90], [50]])
    geometry = torch.cat([centers, torch.rand(2, 90, 3)], dim=-1)
    scenes = SuperpointBatch(torch.zeros(2, 90, 4), padding, geometry)
    masks = torch.randn(2, 3, 90) * 2 - 4, torch.randn(2, 3, 90)
    masks[0][1] = -9.0  # the second scene has none
    rows = padded_rows([[0, 2], [1]])
    asked = torch.randn(2, 3, 32), masks, torch.rand(2, 3, 3), scenes, torch.zeros(2, 3).long()
    of_all = look_alikes(*asked, rows)
    with torch.inference_mode():
        found = look_alikes(*asked, rows)
    assert not torch.equal(of_all[-1][0], masks[1])
    for (ours, choice), (theirs, all_of_it) in zip(found, of_all, strict=True):
        assert choice.candidates.assignment.shape[-1] < 90
        assert torch.equal(choice.candidates.valid, all_of_it.candidates.valid)
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)
