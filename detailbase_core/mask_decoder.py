"""The mask decoder: every word is a query that looks at the superpoints and draws a mask.

Published as DetailBase (3D-DRES, AAAI 2026). Shapes: G scenes, B sentences per scene,
T text rows per sentence (row 0 the sentence, row k + 1 word k), S superpoints per scene
(padded), D decoder width. All sentences of a scene attend to the same keys and values,
which are never copied per sentence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.cancel import CancelToken, check_cancelled

if TYPE_CHECKING:
    from detailbase_core.config import ModelConfig

POSITION_FREQUENCIES = 6  # wavelengths 16 m down to 0.5 m: from a room to a chair


@dataclass(frozen=True)
class SuperpointBatch:
    """Encoded superpoints of G scenes, padded to the longest.

    Attributes:
        features: (G, S, C) U-Net features, zeros at padding.
        padding: (G, S) bool, True where there is no superpoint.
        geometry: (G, S, 6) float32, metres: centre relative to the scene's middle (xy) and
            floor (z), then extent along x, y, z.
    """

    features: Tensor
    padding: Tensor
    geometry: Tensor


@dataclass(frozen=True)
class Prediction:
    """What the queries say before a decoder layer, or after the last.

    Attributes:
        mask_logits: (G, B, T, S); padding is meaningless.
        scores: (G, B, T) predicted IoU of each mask, raw.
        presence_logits: (G, B, T), or None without a presence head.
    """

    mask_logits: Tensor
    scores: Tensor
    presence_logits: Tensor | None


class Attention(nn.Module):
    """Multi-head attention with the parameter names of torch.nn.MultiheadAttention."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * dim, dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * dim))
        self.out_proj = nn.Linear(dim, dim)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, queries: Tensor, keys: Tensor, allowed: Tensor) -> Tensor:
        """Attend.

        Args:
            queries: (G, Q, D).
            keys: (G, S, D), also the values.
            allowed: (G, 1 or Q, S) bool, True where a query may look; at least one per row.

        Returns:
            (G, Q, D).
        """
        dim = queries.shape[-1]
        weight_q, weight_kv = torch.split(self.in_proj_weight, [dim, 2 * dim])
        bias_q, bias_kv = torch.split(self.in_proj_bias, [dim, 2 * dim])
        query = self._split_heads(F.linear(queries, weight_q, bias_q))
        key, value = (self._split_heads(x) for x in F.linear(keys, weight_kv, bias_kv).chunk(2, -1))
        attended = F.scaled_dot_product_attention(query, key, value, attn_mask=allowed.unsqueeze(1))
        out: Tensor = self.out_proj(attended.transpose(1, 2).flatten(2))
        return out

    def _split_heads(self, x: Tensor) -> Tensor:
        """(G, Q, D) -> (G, heads, Q, D / heads)."""
        return torch.unflatten(x, -1, (self.heads, -1)).transpose(1, 2)


class DecoderLayer(nn.Module):
    """Cross-attention to superpoints, self-attention among words, feed-forward."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        dim = config.query_dim
        self.use_cross_norm = config.cross_attention_post_norm
        self.cross_attention = Attention(dim, config.heads)
        self.cross_norm = nn.LayerNorm(dim)  # in the released state dict even where unused
        self.self_attention = Attention(dim, config.heads)
        self.self_norm = nn.LayerNorm(dim)
        self.ffn_in = nn.Linear(dim, config.ffn_dim)
        self.ffn_out = nn.Linear(config.ffn_dim, dim)
        self.ffn_norm = nn.LayerNorm(dim)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, queries: Tensor, keys: Tensor, visible: Tensor, text_mask: Tensor) -> Tensor:
        """One layer.

        Args:
            queries: (G, B, T, D).
            keys: (G, S, D).
            visible: (G, B, T, S) bool, the superpoints that each query may look at.
            text_mask: (G, B, T) bool, True at real text rows.

        Returns:
            (G, B, T, D).
        """
        scenes, sentences, rows, _ = queries.shape
        flat = queries.flatten(1, 2)
        flat = flat + self.dropout(self.cross_attention(flat, keys, visible.flatten(1, 2)))
        if self.use_cross_norm:
            flat = self.cross_norm(flat)
        words = flat.view(scenes * sentences, rows, -1)
        words_allowed = text_mask.reshape(scenes * sentences, 1, rows)
        words = words + self.dropout(self.self_attention(words, words, words_allowed))
        words = self.self_norm(words)
        words = words + self.dropout(self.ffn_out(self.dropout(F.gelu(self.ffn_in(words)))))
        out: Tensor = self.ffn_norm(words)
        return out.view(scenes, sentences, rows, -1)


class MaskDecoder(nn.Module):
    """Text queries -> one mask over superpoints, score (and presence) each."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        dim, width = config.query_dim, config.widths[0]
        self.query_proj = nn.Linear(config.text_dim, dim)
        self.key_proj = nn.Linear(width, dim)
        self.key_norm = nn.LayerNorm(dim)
        self.mask_head = _two_layers(width, dim, dim)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.out_norm = nn.LayerNorm(dim)
        self.score_head = _two_layers(dim, dim, 1)
        self.presence_head = _two_layers(dim, dim, 1) if config.presence_head else None
        self.position_proj = (
            nn.Linear(6 * POSITION_FREQUENCIES + 6, 2 * dim)
            if config.superpoint_positions
            else None
        )

    def forward(
        self,
        superpoints: SuperpointBatch,
        text: Tensor,
        text_mask: Tensor,
        cancel: CancelToken | None = None,
    ) -> list[Prediction]:
        """Predict before the first layer and after each.

        Args:
            superpoints: G encoded scenes.
            text: (G, B, T, text_dim) text encoder output.
            text_mask: (G, B, T) bool, True at real rows (row 0 is always real).
            cancel: looked at between layers.

        Returns:
            decoder_layers + 1 predictions; the last is the answer.

        Raises:
            Cancelled: `cancel` was set.
        """
        keys, mask_features = self._keys_and_mask_features(superpoints)
        queries = self.query_proj(text)
        predictions = [self._predict(queries, mask_features)]
        for layer in self.layers:
            check_cancelled(cancel)
            visible = _visible_superpoints(predictions[-1].mask_logits, superpoints.padding)
            queries = layer(queries, keys, visible, text_mask)
            predictions.append(self._predict(queries, mask_features))
        return predictions

    def _keys_and_mask_features(self, superpoints: SuperpointBatch) -> tuple[Tensor, Tensor]:
        """Both (G, S, D)."""
        keys = F.relu(self.key_norm(self.key_proj(superpoints.features)))
        mask_features = self.mask_head(superpoints.features)
        if self.position_proj is not None:
            embedding = self.position_proj(position_embedding(superpoints.geometry))
            key_part, mask_part = embedding.chunk(2, dim=-1)
            keys, mask_features = keys + key_part, mask_features + mask_part
        return keys, mask_features

    def _predict(self, queries: Tensor, mask_features: Tensor) -> Prediction:
        queries = self.out_norm(queries)
        mask_logits = torch.einsum("gbtd,gsd->gbts", queries, mask_features)
        presence = None if self.presence_head is None else self.presence_head(queries).squeeze(-1)
        return Prediction(mask_logits, self.score_head(queries).squeeze(-1), presence)


def position_embedding(geometry: Tensor) -> Tensor:
    """Sines and cosines of superpoint centres at several wavelengths, and the raw values.

    Args:
        geometry: (..., 6) as in SuperpointBatch.

    Returns:
        (..., 6 * POSITION_FREQUENCIES + 6).
    """
    octaves = torch.arange(POSITION_FREQUENCIES, device=geometry.device, dtype=geometry.dtype)
    angles = geometry[..., :3, None] * (2 * math.pi / 16.0) * 2.0**octaves
    return torch.cat([geometry, angles.sin().flatten(-2), angles.cos().flatten(-2)], dim=-1)


def _visible_superpoints(mask_logits: Tensor, padding: Tensor) -> Tensor:
    """(G, B, T, S) bool: where the mask is on; everywhere real for a query whose mask is empty."""
    real = ~padding[:, None, None, :]
    on = (mask_logits.detach().sigmoid() >= 0.5) & real
    return on | (real & ~on.any(dim=-1, keepdim=True))


def _two_layers(width_in: int, hidden: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width_in, hidden), nn.ReLU(), nn.Linear(hidden, width_out))
