"""What every superpoint is taught at every step: its name, and where its object's centre is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.voxelization import group_sizes
from training.categories import CATEGORIES, STRUCTURE
from training.dataset import COLORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.mask_decoder import SuperpointBatch
    from training.dataset import SceneTensors

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
            names: (M, 2) int64 as in SceneTensors.names, -1 = not known.
        """
        category, color = (
            F.cross_entropy(head(features).float(), target, ignore_index=-1, reduction="sum")
            / (target >= 0).sum().clamp(min=1)
            for head, target in zip((self.category, self.color), names.unbind(dim=1), strict=True)
        )
        return category + color


def real_rows(padded: Tensor, scenes: Sequence[SceneTensors]) -> Tensor:
    """(G, S, ...) -> (M, ...): the scenes' superpoints one after another, without padding."""
    return torch.cat([padded[g, : len(scene.objects)] for g, scene in enumerate(scenes)])


def center_loss(
    superpoints: SuperpointBatch, scenes: Sequence[SceneTensors], point_to_superpoint: Tensor
) -> Tensor:
    """How far votes miss the centres of their objects, plus the error of who votes at all.

    A centre is the mean of an object's points, as augmented. Superpoints of floor, walls and
    ceiling, and of nothing known, do not vote.

    Args:
        superpoints: encoded, with votes.
        scenes: what is true of them.
        point_to_superpoint: (N,) of all scenes' points, numbered through.
    """
    assert superpoints.votes is not None, "build_learner refuses this weight without the head"
    counts = [len(scene.objects) for scene in scenes]
    points = torch.split(group_sizes(point_to_superpoint, sum(counts)), counts)
    truth, movable = [], []
    for g, scene in enumerate(scenes):
        own = superpoints.geometry[g, : counts[g], :3]
        parts = scene.objects * points[g][:, None]
        centers = (parts.T @ own) / parts.sum(dim=0).clamp(min=1e-6)[:, None]
        owner = scene.objects.argmax(dim=1)
        truth.append(centers.index_select(0, owner) - own)
        structure = scene.names[:, 0] == STRUCTURE
        movable.append((owner > 0) & ~structure)
    votes = torch.cat(movable)
    miss = F.smooth_l1_loss(
        real_rows(superpoints.votes.offsets, scenes).float(),
        torch.cat(truth),
        reduction="none",
        beta=OFFSET_BETA_M,
    ).sum(dim=1)
    miss = (miss * votes).sum() / votes.sum().clamp(min=1)
    said = real_rows(superpoints.votes.movable, scenes).float()
    return miss + F.binary_cross_entropy_with_logits(said, votes.float())
