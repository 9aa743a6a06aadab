"""Features of a phrase's candidates: position, size, and rank in several orders.

Shapes: G scenes, R text rows with K candidates each, H places that a row refers to, N orders.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

if TYPE_CHECKING:
    from detailbase_core.network.batch import SuperpointBatch
    from detailbase_core.network.candidates import Candidates

SIZES = 3  # width, height, volume
RANKS = 5  # told apart from either end of an order; later ones are alike
RANK_WIDTH = 0.4
OFFSET_FEATURES = 7  # numbers on a candidate's offset from one reference
# By how much two candidates differ before one surely comes first.
BLUR_M, BLUR_BEARING, BLUR_LOG = 0.1, 0.05, 0.1
STEEPNESS = 6.0  # per metre: a mean of exponentials comes near to the largest


class CandidateFeatures(NamedTuple):
    """Of candidates.

    Attributes:
        center: (G, R, K, 3) float32, metres.
        sizes: (G, R, K, SIZES) float32, logarithms of metres.
    """

    center: Tensor
    sizes: Tensor


def candidate_features(
    candidates: Candidates, superpoints: SuperpointBatch, centers: Tensor
) -> CandidateFeatures:
    """Position and size of each candidate; zeros where there is none.

    Args:
        candidates: of R rows.
        superpoints: of the same scenes.
        centers: (G, S, 3) float32, the superpoints' votes.
    """
    geometry = superpoints.geometry.float()
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


def pairwise_features(features: CandidateFeatures, references: Tensor, kind: Tensor) -> Tensor:
    """Features that may decide between candidates.

    Args:
        features: of the candidates.
        references: (G, R, H, 3) float32, metres, places that each row refers to.
        kind: (G, R, K) float32 in [0, 1], how surely each candidate is among those compared.

    Returns:
        (G, R, K, pairwise_feature_count(H)) float32.
    """
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
    """How many of the kind come before each candidate, and how many after it.

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
