"""Reranking of a phrase's candidates against each other: the target among its distractors.

"The second chair from the left, seen from the door": that an object is the second is nothing that a
superpoint knows. So the candidates of each phrase come apart, and what counts among them is
measured: how near each is to what other phrases mean, where it lies as seen from there, how large
it is, and its rank in each of these orders.

Shapes: G scenes, Q text rows of all sentences of a scene, R of them with candidates, K candidates
each, H positions that a row refers to, S superpoints (padded), D decoder width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.network.batch import Choice
from detailbase_core.network.candidates import (
    SIZES,
    CandidateFeatures,
    Candidates,
    SomeSuperpoints,
    measured_candidates,
    pairwise_feature_count,
    pairwise_features,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detailbase_core.config import ModelConfig
    from detailbase_core.language.text_rows import TextRows
    from detailbase_core.network.batch import SuperpointBatch

REFERENCES = 4
MATCH_DIM = 16
TOLD_DIM = 16  # what a row hears from those that it refers to
HIDDEN = 96
DROPOUT = 0.2
SCALARS = SIZES + 3  # and mask logits from the words alone and at last, how many candidates
# At first a candidate is of the kind that is meant if its mask logit is at most so much lower than
# the surest one's.
KIND_LOGITS, KIND_SLOPE = 1.5, 2.0
SOFTMAX_SCALE = 2.0  # a phrase is where the surest candidates are
MAX_LOGIT = 12.0  # mask logits beyond this say no more
STEPS = 3  # phrases further on or back are alike
NO_PHRASE = 2 * STEPS + 1
FIRST_STEPS = (1, -1, 2)  # the phrases to which rows at first refer, counted from their own


class CandidateReranker(nn.Module):
    """Change of each candidate's mask logits by how much better it fits than the others."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.of_thing = nn.Linear(SCALARS, HIDDEN)
        self.of_phrase = nn.Linear(config.query_dim, HIDDEN)
        self.dropout = nn.Dropout(DROPOUT)
        self.rounds = nn.ModuleList(RerankerLayer(config) for _ in range(config.look_alike_rounds))

    def forward(
        self,
        queries: Tensor,
        masks: tuple[Tensor, Tensor],
        centroids: Tensor,
        superpoints: SuperpointBatch,
        sentence: Tensor,
        rows: TextRows,
    ) -> list[tuple[Tensor, Choice]]:
        """Better mask logits, (G, Q, S), and what led to them, after each round.

        Args:
            queries: (G, Q, D), the decoder's answers.
            masks: mask logits (G, Q, S) from the words alone, and the last ones.
            centroids: (G, Q, 3) float32, metres, of the last masks.
            superpoints: the scenes.
            sentence: (G, Q) int64, rows refer to rows of their own number.
            rows: where candidates are weighed; elsewhere masks stay.
        """
        first, last = (rows.gather(m.detach()).float() for m in masks)
        geometry, centers = superpoints.geometry, superpoints.object_centers.float()
        valid = rows.valid[..., None] & ~superpoints.padding[:, None]
        some = None
        # Most of a large scene is of no candidate. A GPU's host would wait for how much of it is.
        if first.device.type == "cpu" and not torch.is_grad_enabled():
            some = SomeSuperpoints.that_may_belong(first, valid)
            first, last = some.of_rows(first), some.of_rows(last)
            geometry, centers = some.of(geometry), some.of(centers)
            valid = rows.valid[..., None] & some.there[:, None]
        first, last = (logits.clamp(-MAX_LOGIT, MAX_LOGIT) for logits in (first, last))
        with torch.autocast(first.device.type, enabled=False):
            probability = first.sigmoid() * valid
            candidates, features, alone, fit = measured_candidates(
                probability, (first, last), geometry, centers
            )
            scalars = _scalars(features, alone, fit, candidates.valid)
        asked = self.dropout(rows.gather(queries))
        state = self.of_thing(scalars) + self.of_phrase(asked)[:, :, None]
        steps = _steps(sentence, rows)
        connected = rows.gather(sentence)[..., None] == sentence[:, None]  # padding hears padding
        better, change = [], torch.zeros_like(fit)
        for one in cast("Iterable[RerankerLayer]", self.rounds):
            positions = _positions(
                centroids, features.center, fit + change.detach(), candidates, rows
            )
            references, heard = one.refer(asked, queries, positions, connected, steps)
            state = one(state, asked, heard, references, features, alone, candidates.valid)
            change = change + one.change(state).masked_fill(~candidates.valid, 0.0)
            of_superpoints = F.pad(change, (1, 0)).gather(2, candidates.assignment + 1)
            if some is not None:
                of_superpoints = some.spread(of_superpoints, masks[1].shape[-1])
            logits = rows.scatter_add(masks[1], of_superpoints)
            better.append((logits, Choice(fit + change, candidates)))
        return better


class RerankerLayer(nn.Module):
    """One pass: refer to other phrases, measure, compare."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        dim = config.query_dim
        self.match = nn.Linear(dim, 2 * REFERENCES * MATCH_DIM)
        self.step = nn.Parameter(_step_preferences())
        self.told = nn.Linear(dim, REFERENCES * TOLD_DIM)
        self.referred = nn.Linear(REFERENCES * TOLD_DIM, HIDDEN)
        self.kind = nn.Linear(HIDDEN, 1)
        self.facts = nn.Linear(pairwise_feature_count(REFERENCES), HIDDEN)
        self.fact_norm = nn.LayerNorm(HIDDEN)
        self.asked = nn.Linear(dim, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN)
        self.hidden = nn.Linear(2 * HIDDEN, 2 * HIDDEN)
        self.out = nn.Linear(2 * HIDDEN, HIDDEN)
        self.score_norm = nn.LayerNorm(HIDDEN)
        self.score = nn.Linear(HIDDEN, 1)
        for linear in (self.kind, self.score):
            nn.init.zeros_(linear.weight)
            nn.init.zeros_(linear.bias)

    def refer(
        self, asked: Tensor, queries: Tensor, positions: Tensor, connected: Tensor, steps: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Places that each row refers to, (G, R, H, 3), and what it hears from there.

        Args:
            asked: (G, R, D), the queries of the rows.
            queries: (G, Q, D), all.
            positions: (G, Q, 3) float32, metres, where what each row means is.
            connected: (G, R, Q) bool, which may be referred to; at least one per row.
            steps: (G, R, Q) int64, see _steps.
        """
        asking = self.match(asked).unflatten(-1, (2, REFERENCES, MATCH_DIM))[..., 0, :, :]
        offered = self.match(queries).unflatten(-1, (2, REFERENCES, MATCH_DIM))[..., 1, :, :]
        match = torch.einsum("grhc,gqhc->grhq", asking, offered).float() / MATCH_DIM**0.5
        match = match + self._preference_of_steps(steps)
        share = match.masked_fill(~connected[:, :, None], -torch.inf).softmax(dim=-1)
        told = self.told(queries).unflatten(-1, (REFERENCES, TOLD_DIM))
        heard = torch.einsum("grhq,gqhc->grhc", share.to(told.dtype), told).flatten(-2)
        with torch.autocast(positions.device.type, enabled=False):
            references = torch.einsum("grhq,gqc->grhc", share, positions)
        return references, self.referred(heard)

    def _preference_of_steps(self, steps: Tensor) -> Tensor:
        """(G, R, H, Q) float32."""
        if not torch.is_grad_enabled():
            return self.step[:, steps].permute(1, 2, 0, 3)
        # A product: the gradient of an index adds up one number after the other.
        with torch.autocast(steps.device.type, enabled=False):
            chosen = F.one_hot(steps, NO_PHRASE + 1).to(self.step.dtype)
            return (chosen @ self.step.t()).transpose(2, 3)

    def forward(
        self,
        state: Tensor,
        asked: Tensor,
        heard: Tensor,
        references: Tensor,
        features: CandidateFeatures,
        alone: Tensor,
        valid: Tensor,
    ) -> Tensor:
        """The candidates' new state, (G, R, K, HIDDEN).

        Args:
            state: the old one.
            asked, heard, references: as in and from `refer`.
            features: of the candidates.
            alone: (G, R, K) float32, their mask logits from the words alone.
            valid: (G, R, K) bool.
        """
        surest = alone.masked_fill(~valid, -MAX_LOGIT).amax(dim=-1, keepdim=True)
        kind = self.kind(state).squeeze(-1).float() + KIND_SLOPE * (alone - surest + KIND_LOGITS)
        with torch.autocast(kind.device.type, enabled=False):
            told = pairwise_features(features, references, kind.sigmoid() * valid)
        known = self.fact_norm(self.facts(told)) * self.asked(asked)[:, :, None]
        known = known + heard[:, :, None]
        mixed = torch.cat([self.norm(state), known.to(state.dtype)], dim=-1)
        new: Tensor = state + self.out(F.gelu(self.hidden(mixed)))
        return new

    def change(self, state: Tensor) -> Tensor:
        """(G, R, K) float32, what to add to the candidates' mask logits."""
        change: Tensor = self.score(self.score_norm(state)).squeeze(-1).float()
        return change


def _scalars(features: CandidateFeatures, alone: Tensor, fit: Tensor, valid: Tensor) -> Tensor:
    """(G, R, K, SCALARS) of the candidates."""
    number = valid.sum(dim=-1, keepdim=True).expand_as(valid)
    return torch.cat([features.sizes, torch.stack([alone, fit, number], dim=-1) / 4.0], dim=-1)


def _step_preferences() -> Tensor:
    """(H, NO_PHRASE + 1) at first: each of FIRST_STEPS by one, any word by the others."""
    preferences = torch.zeros(REFERENCES, NO_PHRASE + 1)
    for row, step in zip(preferences, FIRST_STEPS, strict=False):
        row[:] = -2.0
        row[step + STEPS] = 3.0
        row[NO_PHRASE] = -6.0
    return preferences


def _steps(sentence: Tensor, rows: TextRows) -> Tensor:
    """(G, R, Q) int64: how many phrases later each text row is one, + STEPS; else NO_PHRASE."""
    none = torch.zeros_like(sentence, dtype=torch.float32)[..., None]
    phrase = rows.scatter(none, rows.valid[..., None].float()).squeeze(-1) > 0
    order = phrase.long().cumsum(dim=-1)
    later = order[:, None] - rows.gather(order)[..., None]
    return torch.where(phrase[:, None], later.clamp(-STEPS, STEPS) + STEPS, NO_PHRASE)


def _positions(
    centroids: Tensor, centers: Tensor, logits: Tensor, candidates: Candidates, rows: TextRows
) -> Tensor:
    """(G, Q, 3) where what each row means is: its surest candidates', else its mask's."""
    share = (SOFTMAX_SCALE * logits).masked_fill(~candidates.valid, -1e4).softmax(dim=-1)
    chosen = (share[..., None] * centers).sum(dim=-2)
    has = candidates.valid.any(dim=-1)[..., None]
    return rows.scatter(centroids, torch.where(has, chosen, rows.gather(centroids)))
