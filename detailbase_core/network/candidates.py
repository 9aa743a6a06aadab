"""Candidates of a mask: superpoints whose votes for an object's centre agree.

A phrase's mask lights up on every distractor. Here the candidates come apart, so that they can be
counted, ordered and weighed against each other.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import takes

MAX_CANDIDATES = 8  # candidates of a mask
MIN_SEED_PROBABILITY = 0.1  # mask probability of a superpoint around which a candidate may form
MIN_PART_PROBABILITY = 0.05  # and of one that may belong to it
# Votes of one object lie closer together than this part of a superpoint's longest side: the parts
# of a sofa are larger than those of a cup, and so are the errors of their votes.
REACH_RATIO = 0.7
MIN_REACH_M, MAX_REACH_M = 0.2, 0.4


def vote_reach(geometry: Tensor) -> Tensor:
    """How near another vote must lie to be the same object's, metres.

    Args:
        geometry: (..., 6) as in SuperpointBatch.
    """
    return (geometry[..., 3:].amax(dim=-1) * REACH_RATIO).clamp(MIN_REACH_M, MAX_REACH_M)


class Candidates(NamedTuple):
    """K = MAX_CANDIDATES candidates of R masks in each of G scenes; no gradients.

    Attributes:
        assignment: (G, R, S) int64, which candidate each superpoint belongs to, -1 = to none.
        shares: (G, R, K, S) float32, what each superpoint weighs in a candidate; rows sum to 1,
            or are zeros where there is no such candidate.
        valid: (G, R, K) bool, whether there is such a candidate; the surest come first.
    """

    assignment: Tensor
    shares: Tensor
    valid: Tensor

    def means(self, values: Tensor) -> Tensor:
        """(G, R, K, C) of what superpoints have, (G, S, C)."""
        means = torch.bmm(self.shares.flatten(1, 2), values)
        return means.view(*self.shares.shape[:3], -1)

    def mean_of_row(self, values: Tensor) -> Tensor:
        """(G, R, K) of what superpoints have in each row, (G, R, S)."""
        return torch.matmul(self.shares, values[..., None]).squeeze(-1)


@torch.no_grad()
def pick_candidates(probability: Tensor, centers: Tensor, reach: Tensor) -> Candidates:
    """Take the surest superpoint, all whose votes lie near it, then the surest of the others ...

    Args:
        probability: (G, R, S) float32 of masks; zeros at padding.
        centers: (G, S, 3) float32, metres, the voted centres.
        reach: (G, S) float32, metres, see vote_reach.
    """
    if takes(probability):
        p, c, r = (tensor.detach().numpy() for tensor in (probability, centers, reach))
        assignment = torch.from_numpy(
            native.C.pick_candidates(
                p, c, r, MAX_CANDIDATES, MIN_SEED_PROBABILITY, MIN_PART_PROBABILITY
            )
        )
    else:
        assignment = assign_candidates(probability, centers, reach)
    own = assignment[:, :, None] == torch.arange(MAX_CANDIDATES, device=assignment.device)[:, None]
    parts = probability[:, :, None] * own
    total = parts.sum(dim=-1, keepdim=True)
    return Candidates(assignment, parts / total.clamp(min=1e-6), total.squeeze(-1) > 0)


def assign_candidates(probability: Tensor, centers: Tensor, reach: Tensor) -> Tensor:
    """Candidates.assignment in pure torch, on any device; arguments as for pick_candidates."""
    free, assignment = probability.clone(), torch.full_like(probability, -1.0, dtype=torch.int64)
    positions = centers[:, None].unbind(dim=-1)
    rows = torch.arange(len(reach), device=reach.device)[:, None]
    for k in range(MAX_CANDIDATES):
        sureness, surest = free.max(dim=-1)
        limit = torch.maximum(reach[:, None], reach[rows, surest][..., None]) ** 2
        may_belong = free > MIN_PART_PROBABILITY
        centroid = centers[rows, surest]
        near = _near(positions, centroid, limit) & may_belong
        part = free * near  # the surest one's vote may be a bad one: once more from their centroid
        centroid = torch.bmm(part, centers) / part.sum(dim=-1, keepdim=True).clamp(min=1e-6)
        taken = (
            _near(positions, centroid, limit)
            & may_belong
            & (sureness > MIN_SEED_PROBABILITY)[..., None]
        )
        assignment.masked_fill_(taken, k)
        free.masked_fill_(taken, 0.0)
    return assignment


def _near(positions: tuple[Tensor, ...], centroid: Tensor, limit: Tensor) -> Tensor:
    """(G, R, S) whether positions, x y z (G, 1, S) each, lie near centroids (G, R, 3).

    `limit` is the square of how near.
    """
    x, y, z = (
        (axis - own[..., None]) ** 2
        for axis, own in zip(positions, centroid.unbind(-1), strict=True)
    )
    return x + y + z <= limit
