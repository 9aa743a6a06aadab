"""Candidates of a mask, and features by which to choose among them.

A phrase's mask lights up on every distractor. Superpoints whose votes for an object's centre agree
are one candidate; apart, candidates can be counted, ordered and weighed against each other.

Shapes: G scenes, R text rows with K candidates each, S superpoints, H positions that a row refers
to, N orders.
"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import torch
from torch import Tensor

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import takes
from detailbase_core.sparse import triton_backend
from detailbase_core.sparse.triton_launch import launch

MAX_CANDIDATES = 8  # candidates of a mask
MIN_SEED_PROBABILITY = 0.1  # mask probability of a superpoint around which a candidate may form
MIN_PART_PROBABILITY = 0.05  # and of one that may belong to it
_FAINTEST_LOGIT = -3.0  # a little less than that of MIN_PART_PROBABILITY
MOST_IN_REGISTERS = 16_384  # superpoints of a scene that a GPU's kernel holds at once
# Votes of one object lie closer together than this part of a superpoint's longest side: the parts
# of a sofa are larger than those of a cup, and so are the errors of their votes.
REACH_RATIO = 0.7
MIN_REACH_M, MAX_REACH_M = 0.2, 0.4

SIZES = 3  # width, height, volume
RANKS = 5  # told apart from either end of an order; later ones are alike
RANK_WIDTH = 0.4
OFFSET_FEATURES = 7  # numbers on a candidate's offset from one reference
# By how much two candidates differ before one surely comes first.
BLUR_M, BLUR_BEARING, BLUR_LOG = 0.1, 0.05, 0.1
STEEPNESS = 6.0  # per metre: a mean of exponentials comes near to the largest


def vote_reach(geometry: Tensor) -> Tensor:
    """Distance within which another vote is the same object's, metres.

    Args:
        geometry: (..., 6) as in SuperpointBatch.
    """
    return (geometry[..., 3:].amax(dim=-1) * REACH_RATIO).clamp(MIN_REACH_M, MAX_REACH_M)


class Candidates(NamedTuple):
    """K = MAX_CANDIDATES candidates of R masks in each of G scenes; no gradients.

    Attributes:
        assignment: (G, R, S) int64, which candidate each superpoint belongs to, -1 = to none.
        shares: (G, R, K, S) float32, what each superpoint weighs in a candidate; rows sum to 1,
            or are zeros where there is no such candidate. Empty from measured_by_kernel.
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


class SomeSuperpoints(NamedTuple):
    """Up to S' of the superpoints of each scene.

    Attributes:
        numbers: (G, S') int64, ascending; padding repeats 0.
        there: (G, S') bool, False at padding.
    """

    numbers: Tensor
    there: Tensor

    @classmethod
    def that_may_belong(cls, logits: Tensor, valid: Tensor) -> SomeSuperpoints:
        """Those that pick_candidates() may give to a candidate.

        Args:
            logits: (G, R, S) of masks.
            valid: (G, R, S) bool, False where there is no such row or superpoint.
        """
        may = ((logits > _FAINTEST_LOGIT) & valid).any(dim=1)
        counts = may.sum(dim=1)
        there = torch.arange(int(counts.max()), device=may.device) < counts[:, None]
        numbers = torch.zeros_like(there, dtype=torch.int64)
        numbers[there] = torch.nonzero(may)[:, 1]
        return cls(numbers, there)

    def of(self, values: Tensor) -> Tensor:
        """(G, S', C) of (G, S, C)."""
        return values.gather(1, self.numbers[..., None].expand(-1, -1, values.shape[-1]))

    def of_rows(self, values: Tensor) -> Tensor:
        """(G, R, S') of (G, R, S)."""
        return values.gather(2, self.numbers[:, None].expand(-1, values.shape[1], -1))

    def spread(self, values: Tensor, count: int) -> Tensor:
        """(G, R, S) of (G, R, S'), zeros at padding and at all others; S is `count`."""
        index = self.numbers[:, None].expand_as(values)
        return values.new_zeros((*values.shape[:2], count)).scatter_add_(2, index, values)


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
    elif triton_backend.takes(probability) and probability.shape[-1] <= MOST_IN_REGISTERS:
        assignment = assign_by_kernel(probability, centers, reach)
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


def assign_by_kernel(probability: Tensor, centers: Tensor, reach: Tensor) -> Tensor:
    """The same by one kernel, of float32 on a CUDA GPU."""
    scenes, rows, count = probability.shape
    assignment = torch.empty_like(probability, dtype=torch.int64).contiguous()
    if assignment.numel():
        launch(
            _kernels().assign_kernel,
            (scenes * rows,),
            probability.contiguous(),
            centers.contiguous(),
            reach.contiguous(),
            assignment,
            count,
            rows,
            MOST=MAX_CANDIDATES,
            MIN_SEED=MIN_SEED_PROBABILITY,
            MIN_PART=MIN_PART_PROBABILITY,
            BLOCK=1 << (count - 1).bit_length(),
            num_warps=8,
        )
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


def _kernels() -> Any:
    """Late, since CPU builds of torch bring no Triton."""
    return importlib.import_module("detailbase_core.network.triton_candidate_kernels")


class CandidateFeatures(NamedTuple):
    """Position and size of candidates.

    Attributes:
        center: (G, R, K, 3) float32, metres.
        sizes: (G, R, K, SIZES) float32, logarithms of metres.
    """

    center: Tensor
    sizes: Tensor


def candidate_features(
    candidates: Candidates, geometry: Tensor, centers: Tensor
) -> CandidateFeatures:
    """Position and size of each candidate; zeros where there is none.

    Args:
        candidates: of R rows.
        geometry: (G, S, 6) of the superpoints, as in SuperpointBatch.
        centers: (G, S, 3) float32, the superpoints' votes.
    """
    geometry = geometry.float()
    own, extent = geometry[..., :3], geometry[..., 3:]
    top, bottom = own[..., 2] + extent[..., 2] / 2, own[..., 2] - extent[..., 2] / 2
    ends = torch.stack([top, -bottom], dim=-1).clamp(-8.0, 8.0)
    columns = torch.cat([centers, own, own**2 + extent**2 / 12, (STEEPNESS * ends).exp()], dim=-1)
    mean = candidates.means(columns)
    center, mean_center, square, ends = torch.split(mean, [3, 3, 3, 2], dim=-1)
    variance = (square - mean_center**2).clamp(min=1e-4)
    height = ends.clamp(min=1e-20).log().sum(dim=-1) / STEEPNESS
    sizes = torch.stack(
        [
            variance[..., :2].sum(dim=-1).log() / 2,
            height.clamp(min=0.02).log(),
            variance.log().sum(dim=-1) / 2,
        ],
        dim=-1,
    )
    valid = candidates.valid[..., None]
    return CandidateFeatures(center * valid, sizes * valid)


class Measured(NamedTuple):
    """Candidates of R masks, measured.

    Attributes:
        candidates: see there.
        features: of theirs.
        alone, fit: (G, R, K) float32, their mask logits from the words alone, and the last ones.
    """

    candidates: Candidates
    features: CandidateFeatures
    alone: Tensor
    fit: Tensor


def measured_candidates(
    probability: Tensor, logits: tuple[Tensor, Tensor], geometry: Tensor, centers: Tensor
) -> Measured:
    """Pick and measure candidates.

    Args:
        probability: (G, R, S) float32 of masks; zeros at padding.
        logits: (G, R, S) float32 of masks from the words alone, and the last ones.
        geometry: (G, S, 6) of the superpoints, as in SuperpointBatch.
        centers: (G, S, 3) float32, the superpoints' votes.
    """
    if kernels_take(probability):
        return measured_by_kernel(probability, logits, geometry, centers)
    candidates = pick_candidates(probability, centers, vote_reach(geometry))
    features = candidate_features(candidates, geometry, centers)
    return Measured(candidates, features, *map(candidates.mean_of_row, logits))


def kernels_take(values: Tensor) -> bool:
    """Whether a GPU's kernels take what superpoints, or candidates, have, (..., S or K)."""
    few = values.shape[-1] <= MOST_IN_REGISTERS and values.numel() > 0
    return few and not torch.is_grad_enabled() and triton_backend.takes(values)


def measured_by_kernel(
    probability: Tensor, logits: tuple[Tensor, Tensor], geometry: Tensor, centers: Tensor
) -> Measured:
    """The same by two kernels, of float32 on a CUDA GPU."""
    scenes, rows, count = probability.shape
    geometry, centers = geometry.float().contiguous(), centers.contiguous()
    assignment = assign_by_kernel(probability, centers, vote_reach(geometry))
    found = probability.new_empty((scenes, rows, MAX_CANDIDATES, SIZES + 6))
    launch(
        _kernels().summary_kernel,
        (scenes * rows, MAX_CANDIDATES),
        probability.contiguous(),
        assignment,
        *(one.contiguous() for one in logits),
        geometry,
        centers,
        found,
        count,
        rows,
        MOST=MAX_CANDIDATES,
        STEEPNESS=STEEPNESS,
        BLOCK=1 << (count - 1).bit_length(),
    )
    there, center, sizes, means = torch.split(found, [1, 3, SIZES, 2], dim=-1)
    candidates = Candidates(assignment, probability.new_empty(0), there.squeeze(-1) > 0)
    return Measured(candidates, CandidateFeatures(center, sizes), *means.unbind(dim=-1))


def pairwise_by_kernel(features: CandidateFeatures, references: Tensor, kind: Tensor) -> Tensor:
    """pairwise_features by one kernel, of float32 on a CUDA GPU."""
    count = references.shape[2]
    told = kind.new_empty((*kind.shape, pairwise_feature_count(count)))
    launch(
        _kernels().pairwise_kernel,
        (kind[..., 0].numel(),),
        features.center.contiguous(),
        features.sizes.contiguous(),
        references.contiguous(),
        kind.contiguous(),
        told,
        MOST=MAX_CANDIDATES,
        REFERENCES=count,
        SIZES=SIZES,
        RANKS=RANKS,
        RANK_WIDTH=RANK_WIDTH,
        BLUR_M=BLUR_M,
        BLUR_BEARING=BLUR_BEARING,
        BLUR_LOG=BLUR_LOG,
        WIDTH=told.shape[-1],
        num_warps=1,
    )
    return told


def pairwise_features(features: CandidateFeatures, references: Tensor, kind: Tensor) -> Tensor:
    """Features that may decide between candidates.

    Args:
        features: of the candidates.
        references: (G, R, H, 3) float32, metres, positions that each row refers to.
        kind: (G, R, K) float32 in [0, 1], how surely each candidate is among those compared.

    Returns:
        (G, R, K, pairwise_feature_count(H)) float32.
    """
    if kernels_take(kind):
        return pairwise_by_kernel(features, references, kind)
    offset = features.center[:, :, :, None] - references[:, :, None]  # (G, R, K, H, 3)
    ground = references[..., :2]
    inward = -ground / _length(ground)[..., None]  # from a wall, into the room
    forward = (offset[..., :2] * inward[:, :, None]).sum(dim=-1)
    right = offset[..., 0] * inward[:, :, None, :, 1] - offset[..., 1] * inward[:, :, None, :, 0]
    distance = _length(offset[..., :2])
    bearing = right / distance  # the sine of the angle at which one sees it, looking inward
    orders = [distance / BLUR_M, bearing / BLUR_BEARING, features.sizes / BLUR_LOG]
    earlier, later = ranks(torch.cat(orders, dim=-1), kind)
    either = torch.stack([earlier, later], dim=-1)[..., None]
    levels = torch.arange(RANKS, device=offset.device)
    ranked = (-(((either - levels) / RANK_WIDTH) ** 2) / 2).exp().flatten(-3)
    offset_features = torch.stack(
        [forward, right, offset[..., 2], distance, distance.log(), bearing, forward / distance],
        dim=-1,
    ).flatten(-2)
    kind_count = kind.sum(dim=-1, keepdim=True).expand_as(kind)[..., None] / 4.0
    return torch.cat([ranked, offset_features, kind_count], dim=-1)


def pairwise_feature_count(references: int) -> int:
    """Number of `pairwise_features` per candidate."""
    return (2 * references + SIZES) * 2 * RANKS + OFFSET_FEATURES * references + 1


def ranks(orders: Tensor, kind: Tensor) -> tuple[Tensor, Tensor]:
    """Numbers of candidates of the kind before each candidate, and after it.

    Args:
        orders: (G, R, K, N) what they are ordered by, in units of its blur.
        kind: (G, R, K) how surely each takes part.

    Returns:
        (G, R, K, N) each.
    """
    before = (orders[:, :, :, None] - orders[:, :, None]).sigmoid()  # [..., one, other, order]
    others = ~torch.eye(orders.shape[2], dtype=torch.bool, device=orders.device)
    weight = kind[:, :, None] * others
    earlier = torch.einsum("grkjn,grkj->grkn", before, weight)
    return earlier, weight.sum(dim=-1)[..., None] - earlier


def _length(offset: Tensor) -> Tensor:
    """Of vectors (..., 2), metres; with a gradient also at zero."""
    return ((offset**2).sum(dim=-1) + 1e-4).sqrt()
