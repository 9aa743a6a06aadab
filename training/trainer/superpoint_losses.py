"""Losses of every superpoint at every step: its name, and its object's centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.ops.scatter import group_sizes
from training.scenes.categories import CATEGORIES, STRUCTURE
from training.scenes.dataset import COLORS

if TYPE_CHECKING:
    from detailbase_core.network.batch import SuperpointBatch
    from training.scenes.dataset import SceneTruth

OFFSET_BETA_M = 0.1  # nearer misses count by their square, farther ones by their length


class NamingHeads(nn.Module):
    """Category and colour of a superpoint, each by one linear layer.

    They teach the U-Net and stay behind when the model ships.

    Args:
        width: features per superpoint.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.category = nn.Linear(width, len(CATEGORIES) + 1)
        self.color = nn.Linear(width, len(COLORS))

    def loss(self, features: Tensor, names: Tensor) -> Tensor:
        """Cross-entropy of category plus that of colour over all named superpoints.

        Args:
            features: (M, width).
            names: (M, 2) int64 as in SceneTruth.names, -1 = not known.
        """
        category, color = (
            F.cross_entropy(head(features).float(), target, ignore_index=-1, reduction="sum")
            / (target >= 0).sum().clamp(min=1)
            for head, target in zip((self.category, self.color), names.unbind(dim=1), strict=True)
        )
        return category + color


def valid_rows(padded: Tensor, truth: SceneTruth) -> Tensor:
    """(G, S, ...) -> (M, ...): the scenes' superpoints one after another, without padding.

    Where the truth is padded, too (see padded_batch.py), all rows.
    """
    return padded.flatten(0, 1).index_select(0, truth.valid)


def points_of_superpoints(
    superpoints: SuperpointBatch, truth: SceneTruth, point_to_superpoint: Tensor
) -> Tensor:
    """(G, S) float32, how many points each has.

    Args:
        superpoints: of the scenes.
        truth: about them.
        point_to_superpoint: (N,) of all scenes' points, numbered through.
    """
    points = superpoints.geometry.new_zeros(superpoints.padding.shape)
    points.view(-1).index_copy_(0, truth.valid, group_sizes(point_to_superpoint, len(truth.valid)))
    return points


def center_loss(superpoints: SuperpointBatch, truth: SceneTruth, points: Tensor) -> Tensor:
    """Distance by which votes miss their objects' centres, plus the error of who votes at all.

    A centre is the mean of an object's points, as augmented. Superpoints of floor, walls and
    ceiling, and of nothing known, do not vote.

    Args:
        superpoints: encoded, with votes.
        truth: about them.
        points: (G, S) float32, see points_of_superpoints.
    """
    assert superpoints.votes is not None, "build_module refuses this weight without the head"
    own = superpoints.geometry[..., :3]
    parts = truth.objects * points[..., None]
    total = parts.sum(dim=1).clamp(min=1e-6)
    centers = torch.bmm(parts.transpose(1, 2), own) / total[..., None]
    owner = truth.objects.argmax(dim=2)
    way = centers.gather(1, owner[..., None].expand(-1, -1, 3)) - own
    votes = (valid_rows(owner, truth) > 0) & (truth.names[:, 0] != STRUCTURE)
    miss = F.smooth_l1_loss(
        valid_rows(superpoints.votes.offsets, truth).float(),
        valid_rows(way, truth),
        reduction="none",
        beta=OFFSET_BETA_M,
    ).sum(dim=1)
    miss = (miss * votes).sum() / votes.sum().clamp(min=1)
    said = valid_rows(superpoints.votes.movable, truth).float()
    real = valid_rows(~superpoints.padding, truth)
    error = F.binary_cross_entropy_with_logits(said, votes.float(), reduction="none")
    return miss + (error * real).sum() / real.sum()
