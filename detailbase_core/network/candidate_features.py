"""What can be measured of a phrase's candidates: place, size, and ranks in an order.

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
LIES = 7  # numbers about how a candidate lies from one place
# By how much two candidates differ before one surely comes first.
BLUR_M, BLUR_BEARING, BLUR_LOG = 0.1, 0.05, 0.1
STEEPNESS = 6.0  # per metre: a mean of exponentials comes near to the largest


class Measures(NamedTuple):
    """Of candidates.

    Attributes:
        center: (G, R, K, 3) float32, metres.
        sizes: (G, R, K, SIZES) float32, logarithms of metres.
    """

    center: Tensor
    sizes: Tensor


def measure(candidates: Candidates, superpoints: SuperpointBatch, centers: Tensor) -> Measures:
    """Place and size of each candidate; zeros where there is none.

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
    center, middle, square, ends = torch.split(mean, [3, 3, 3, 2], dim=-1)
    variance = (square - middle**2).clamp(min=1e-4)
    height = ends.clamp(min=1e-20).log().sum(dim=-1) / STEEPNESS
    sizes = torch.stack(
        [
            variance[..., :2].sum(dim=-1).log() / 2,
            height.clamp(min=0.02).log(),
            variance.log().sum(dim=-1) / 2,
        ],
        dim=-1,
    )
    real = candidates.real[..., None]
    return Measures(center * real, sizes * real)


def facts(measures: Measures, references: Tensor, kind: Tensor) -> Tensor:
    """All that may decide between candidates.

    Args:
        measures: of the candidates.
        references: (G, R, H, 3) float32, metres, places that each row refers to.
        kind: (G, R, K) float32 in [0, 1], how surely each candidate is among those compared.

    Returns:
        (G, R, K, fact_count(H)) float32.
    """
    way = measures.center[:, :, :, None] - references[:, :, None]  # (G, R, K, H, 3)
    ground = references[..., :2]
    inward = -ground / _length(ground)[..., None]  # from a wall, the way into the room
    ahead = (way[..., :2] * inward[:, :, None]).sum(dim=-1)
    right = way[..., 0] * inward[:, :, None, :, 1] - way[..., 1] * inward[:, :, None, :, 0]
    distance = _length(way[..., :2])
    bearing = right / distance  # the sine of the angle at which one sees it, looking inward
    orders = [distance / BLUR_M, bearing / BLUR_BEARING, measures.sizes / BLUR_LOG]
    earlier, later = ranks(torch.cat(orders, dim=-1), kind)
    either = torch.stack([earlier, later], dim=-1)[..., None]
    levels = torch.arange(RANKS, device=way.device)
    ranked = (-(((either - levels) / RANK_WIDTH) ** 2) / 2).exp().flatten(-3)
    lies = torch.stack(
        [ahead, right, way[..., 2], distance, distance.log(), bearing, ahead / distance], dim=-1
    ).flatten(-2)
    number = kind.sum(dim=-1, keepdim=True).expand_as(kind)[..., None] / 4.0
    return torch.cat([ranked, lies, number], dim=-1)


def fact_count(references: int) -> int:
    """Numbers that `facts` tells of a candidate."""
    return (2 * references + SIZES) * 2 * RANKS + LIES * references + 1


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


def _length(way: Tensor) -> Tensor:
    """Of vectors (..., 2), metres; with a gradient also at zero."""
    return ((way**2).sum(dim=-1) + 1e-4).sqrt()
