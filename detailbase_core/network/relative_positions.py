"""Queries that look, and draw, relative to where the sentence's other words' objects are.

"The chair next to the table": wherever the table's mask now is, the chair's query may prefer
places by their way from there. Each attention head of a query has its own reference place, a
mixture of the places of all words of its sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from detailbase_core.network.position_encoding import WAVES, seen_from, wave_vectors, waves

if TYPE_CHECKING:
    from detailbase_core.config import ModelConfig

MATCH_DIM = 16  # per head, to choose whose place to refer to


def mask_centroids(probabilities: Tensor, centers: Tensor) -> Tensor:
    """Mean place of each mask, by the probabilities of its superpoints.

    Args:
        probabilities: (G, B, T, S) float32, zeros at padding.
        centers: (G, S, 3) float32.

    Returns:
        (G, B, T, 3) float32.
    """
    with torch.autocast(probabilities.device.type, enabled=False):
        total = probabilities.sum(dim=-1, keepdim=True).clamp(min=1e-6)
        return torch.einsum("gbts,gsc->gbtc", probabilities, centers.float()) / total


class RelativePositions(nn.Module):
    """One decoder layer's preferences for places; at first there are none."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        dim, self.heads = config.query_dim, config.heads
        self.match = nn.Linear(dim, 2 * self.heads * MATCH_DIM)
        self.look = nn.Linear(dim, self.heads * 2 * WAVES)
        self.draw = nn.Linear(dim, self.heads * 2 * WAVES)
        for linear in (self.look, self.draw):
            nn.init.zeros_(linear.weight)
            nn.init.zeros_(linear.bias)
        self.vectors: Tensor
        self.register_buffer("vectors", wave_vectors(), persistent=False)

    def references(self, queries: Tensor, words: Tensor, connected: Tensor) -> Tensor:
        """Waves of each head's reference place, (G, B, T, heads, 2 WAVES).

        Args:
            queries: (G, B, T, D).
            words: (G, B, T, 3), places of the words.
            connected: (G, B, 1 or T, T) bool, which rows each row may refer to.
        """
        asking, asked = self.match(queries).unflatten(-1, (2, self.heads, MATCH_DIM)).unbind(-3)
        fit = torch.einsum("gbthc,gbuhc->gbthu", asking, asked).float() / MATCH_DIM**0.5
        share = fit.masked_fill(~connected[:, :, :, None, :], -torch.inf).softmax(dim=-1)
        with torch.autocast(words.device.type, enabled=False):
            places = torch.einsum("gbthu,gbuc->gbthc", share, words)
        return waves(places, self.vectors)

    def looking(self, queries: Tensor, references: Tensor) -> Tensor:
        """Each attention head's preference, (G, B, T, heads, 2 WAVES), to multiply with waves."""
        return seen_from(self.look(queries).unflatten(-1, (self.heads, -1)), references)

    def drawing(self, queries: Tensor, references: Tensor) -> Tensor:
        """The mask's preference, all references together, (G, B, T, 2 WAVES)."""
        each = seen_from(self.draw(queries).unflatten(-1, (self.heads, -1)), references)
        return each.sum(dim=-2)
