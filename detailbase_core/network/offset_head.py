"""From each superpoint the way to the centre of the object that it belongs to."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from detailbase_core.network.position_encoding import POSITION_WIDTH, position_embedding

HIDDEN = 64


class Votes(NamedTuple):
    """What superpoints say of their objects; any leading dimensions.

    Attributes:
        offsets: (..., 3) float32, metres: from the superpoint's centre to its object's.
        movable: (...,) float32 logit: whether it belongs to a thing that has a centre, and not
            to floor, wall or ceiling.
    """

    offsets: Tensor
    movable: Tensor

    def centers(self, geometry: Tensor) -> Tensor:
        """(..., 3) where the objects' centres are; structure stays where it is.

        Args:
            geometry: (..., 6) as in SuperpointBatch.
        """
        return geometry[..., :3] + self.offsets * self.movable.sigmoid()[..., None]


class OffsetHead(nn.Module):
    """Two layers on a superpoint's features and place.

    Args:
        width: features per superpoint.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(width + POSITION_WIDTH, HIDDEN)
        self.out = nn.Linear(HIDDEN, 4)

    def forward(self, features: Tensor, geometry: Tensor) -> Votes:
        """Votes of S superpoints, from features (S, C) and geometry (S, 6)."""
        seen = torch.cat([features.float(), position_embedding(geometry)], dim=-1)
        out = self.out(functional.relu(self.hidden(seen))).float()
        return Votes(out[:, :3], out[:, 3])
