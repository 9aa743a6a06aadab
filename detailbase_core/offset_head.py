"""From each superpoint the way to the centre of the object that it belongs to."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from detailbase_core.positions import POSITION_FREQUENCIES, position_embedding

HIDDEN = 64


class OffsetHead(nn.Module):
    """Two layers on a superpoint's features and place.

    Args:
        width: features per superpoint.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(width + 6 * POSITION_FREQUENCIES + 6, HIDDEN)
        self.out = nn.Linear(HIDDEN, 3)

    def forward(self, features: Tensor, geometry: Tensor) -> Tensor:
        """(S, 3) float32, metres, from features (S, C) and geometry (S, 6)."""
        seen = torch.cat([features.float(), position_embedding(geometry)], dim=-1)
        offsets: Tensor = self.out(functional.relu(self.hidden(seen)))
        return offsets.float()
