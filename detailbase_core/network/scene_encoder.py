"""What superpoints are among each other, before any sentence is read.

"The second chair from the window", "the largest box", "the lamp nearest to a bed": such words are
about a thing's place among others of its kind. Here every superpoint sees all others of its scene,
and how their objects lie to its own, once per scene; queries then find it in the features.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.network.decoder_layer import Attention, Bias
from detailbase_core.network.position_encoding import (
    POSITION_WIDTH,
    WAVES,
    position_embedding,
    seen_from,
    wave_vectors,
    waves,
)
from detailbase_core.ops.cancellation import CancelToken, check_cancelled

if TYPE_CHECKING:
    from detailbase_core.config import ModelConfig
    from detailbase_core.network.batch import SuperpointBatch

# Where no gradient is needed: a device without fused attention would need S * S floats a head.
ROWS_AT_A_TIME = 2048


class ContextLayer(nn.Module):
    """Attention among superpoints and a feed-forward part, each after a norm."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        dim, self.heads = config.query_dim, config.heads
        self.norm = nn.LayerNorm(dim)
        self.attention = Attention(dim, config.heads)
        self.look = nn.Linear(dim, config.heads * 2 * WAVES)
        nn.init.zeros_(self.look.weight)
        nn.init.zeros_(self.look.bias)
        self.ffn_norm = nn.LayerNorm(dim)
        self.ffn_in = nn.Linear(dim, config.ffn_dim)
        self.ffn_out = nn.Linear(config.ffn_dim, dim)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, rows: Tensor, real: Tensor, place_waves: Tensor) -> Tensor:
        """One layer.

        Args:
            rows: (G, S, D).
            real: (G, 1, S) bool, which of them are superpoints.
            place_waves: (G, S, 2 WAVES) at their objects.

        Returns:
            (G, S, D).
        """
        keys = self.norm(rows)
        at_a_time = rows.shape[1] if torch.is_grad_enabled() else ROWS_AT_A_TIME
        parts = zip(
            torch.split(keys, at_a_time, dim=1),
            torch.split(place_waves, at_a_time, dim=1),
            strict=True,
        )
        seen = [
            self.attention(queries, keys, real, Bias(self._looking(queries, places), place_waves))
            for queries, places in parts
        ]
        rows = rows + self.dropout(torch.cat(seen, dim=1))
        hidden = self.dropout(F.gelu(self.ffn_in(self.ffn_norm(rows))))
        rows = rows + self.dropout(self.ffn_out(hidden))
        return rows

    def _looking(self, queries: Tensor, places: Tensor) -> Tensor:
        """Each head's preference for places by the way to them, (G, heads, Q, 2 WAVES)."""
        coefficients: Tensor = self.look(queries).unflatten(-1, (self.heads, -1))
        looking: Tensor = seen_from(coefficients, places[:, :, None]).transpose(1, 2)
        return looking


class SceneContext(nn.Module):
    """Adds to each superpoint's features what it is among the others; at first nothing."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width, dim = config.superpoint_width, config.query_dim
        self.enter = nn.Linear(width + POSITION_WIDTH, dim)
        self.layers = nn.ModuleList(ContextLayer(config) for _ in range(config.context_layers))
        self.norm = nn.LayerNorm(dim)
        self.leave = nn.Linear(dim, width)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        self.waves: Tensor
        self.register_buffer("waves", wave_vectors(), persistent=False)

    def forward(
        self, superpoints: SuperpointBatch, cancel: CancelToken | None = None
    ) -> SuperpointBatch:
        """The same superpoints with richer features.

        Args:
            superpoints: of G scenes.
            cancel: looked at between layers.

        Raises:
            Cancelled: `cancel` was set.
        """
        features, real = superpoints.features, ~superpoints.padding
        place_waves = waves(superpoints.object_centers, self.waves)
        embedding = position_embedding(superpoints.geometry)
        rows = self.enter(torch.cat([features, embedding.to(features.dtype)], dim=-1))
        for layer in self.layers:
            check_cancelled(cancel)
            rows = layer(rows, real[:, None], place_waves)
        more = self.leave(self.norm(rows)) * real[..., None]
        return replace(superpoints, features=features + more)
