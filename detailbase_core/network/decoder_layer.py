"""One layer of the mask decoder.

Shapes: G scenes, B sentences per scene, T text rows per sentence, S superpoints per scene
(padded), D decoder width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.network import triton_decoder
from detailbase_core.network.position_encoding import RelativePositions
from detailbase_core.ops.decoder_kernels import attend, can_attend
from detailbase_core.ops.packed_matmul import packed_matmul

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.config import ModelConfig

MOST_WEIGHTS = 1 << 24  # of queries and keys that are held at once; beyond, kernels are fused


class KeysValues(NamedTuple):
    """Keys and values that queries attend to.

    Attributes:
        keys, values: projected, (G, heads, S, D / heads).
        of_keys: (G, S, W), the keys' part of a bias; None = attention has no bias.
    """

    keys: Tensor
    values: Tensor
    of_keys: Tensor | None


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
        """Attend to keys (G, S, D), also the values; otherwise as `attend`."""
        return self.attend(queries, [[self.keys_values(keys)]], allowed)

    def keys_values(self, keys: Tensor, of_keys: Tensor | None = None) -> KeysValues:
        """Keys and values, the same for all queries.

        Args:
            keys: (G, S, D).
            of_keys: (G, S, W), the keys' part of a bias; then `attend` wants the queries' part.
        """
        dim = keys.shape[-1]
        projected = F.linear(keys, self.in_proj_weight[dim:], self.in_proj_bias[dim:])
        key, value = (self._split_heads(x) for x in projected.chunk(2, -1))
        # Values are read in place at each question; keys are packed, see packed_matmul.
        return KeysValues(key, value.contiguous(), of_keys)

    def attend(
        self,
        queries: Tensor,
        keys: Sequence[Sequence[KeysValues]],
        allowed: Tensor,
        of_queries: Tensor | None = None,
    ) -> Tensor:
        """Attend.

        Args:
            queries: (G, Q, D).
            keys: of each part of the scenes, in blocks, those of one after the other's; S of them
                for the scene that has most.
            allowed: (G, 1 or Q, S) bool, True where a query may look; at least one per row.
            of_queries: (G, heads, Q, W), the queries' part of a bias, where the keys have theirs.

        Returns:
            (G, Q, D).
        """
        dim = queries.shape[-1]
        projected = F.linear(queries, self.in_proj_weight[:dim], self.in_proj_bias[:dim])
        if of_queries is not None and _kernels_take(projected, keys):
            return self._out(_attend_by_kernel(projected, keys[0][0], allowed, of_queries))
        query, allowed = self._split_heads(projected), allowed.unsqueeze(1)
        if keys[0][0].of_keys is None:
            key, value, _ = _joined(keys)
            attended = F.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
        elif of_queries is None:
            raise ValueError("attend: the keys have their part of a bias, the queries have none")
        elif torch.is_grad_enabled():
            attended = _attend_fused(query, _joined(keys), allowed, of_queries)
        elif can_attend(query, keys[0][0].values):
            attended = _attend_in_one_pass(query, keys, allowed, of_queries)
        elif (
            query.device.type != "cpu" and query[..., 0].numel() * allowed.shape[-1] > MOST_WEIGHTS
        ):
            attended = _attend_fused(query, _joined(keys), allowed, of_queries)
        else:
            attended = _attend(query, _joined(keys), allowed, of_queries)
        return self._out(attended.transpose(1, 2).flatten(2))

    def _out(self, attended: Tensor) -> Tensor:
        out: Tensor = self.out_proj(attended)
        return out

    def _split_heads(self, x: Tensor) -> Tensor:
        """(G, Q, D) -> (G, heads, Q, D / heads)."""
        return torch.unflatten(x, -1, (self.heads, -1)).transpose(1, 2)


def _joined(parts: Sequence[Sequence[KeysValues]]) -> KeysValues:
    """All keys and values side by side; those of one block as they are."""
    if len(parts) == len(parts[0]) == 1:
        return parts[0][0]
    return KeysValues(
        joined_blocks([[one.keys for one in blocks] for blocks in parts]),
        joined_blocks([[one.values for one in blocks] for blocks in parts]),
        None if parts[0][0].of_keys is None else joined_blocks(_of_keys(parts)),
    )


def joined_blocks(parts: Sequence[Sequence[Tensor]]) -> Tensor:
    """Blocks (G, ..., S, W) side by side along S, with zeros where a scene has fewer than others.

    Args:
        parts: blocks of each part of the scenes.
    """
    rows = [torch.cat([*blocks], dim=-2) for blocks in parts]
    longest = max(one.shape[-2] for one in rows)
    return torch.cat([F.pad(one, (0, 0, 0, longest - one.shape[-2])) for one in rows])


def _of_keys(parts: Sequence[Sequence[KeysValues]]) -> list[list[Tensor]]:
    return [[one.of_keys for one in blocks if one.of_keys is not None] for blocks in parts]


def _attend_fused(query: Tensor, keys: KeysValues, allowed: Tensor, of_queries: Tensor) -> Tensor:
    """By a fused kernel, which never holds all queries' weights of all keys.

    A product of wider rows has the bias in it; such kernels want values as wide as keys.
    """
    key, value, bias = keys
    assert bias is not None
    scale, width = query.shape[-1] ** -0.5, value.shape[-1]
    of_keys = bias.to(key.dtype).unsqueeze(1).expand(-1, key.shape[1], -1, -1)
    return F.scaled_dot_product_attention(
        torch.cat([query, (of_queries / scale).to(query.dtype)], dim=-1),
        torch.cat([key, of_keys], dim=-1),
        F.pad(value, (0, of_keys.shape[-1])),
        attn_mask=allowed,
        scale=scale,
    )[..., :width]


def _attend(query: Tensor, keys: KeysValues, allowed: Tensor, of_queries: Tensor) -> Tensor:
    """The same step by step, for few queries: they keep no fused kernel of a GPU busy."""
    key, value, bias = keys
    assert bias is not None
    biases = packed_matmul(of_queries.flatten(1, 2), bias).view(*query.shape[:3], -1)
    fit = packed_matmul(query * query.shape[-1] ** -0.5, key, added=biases)
    fit += fit.new_zeros(allowed.shape).masked_fill_(~allowed, -torch.inf)
    return fit.softmax(dim=-1) @ value


def _kernels_take(queries: Tensor, keys: Sequence[Sequence[KeysValues]]) -> bool:
    """Whether a GPU's kernels take these."""
    return len(keys) == len(keys[0]) == 1 and triton_decoder.takes_rows(queries, keys[0][0].values)


def _attend_by_kernel(
    queries: Tensor, keys: KeysValues, allowed: Tensor, of_queries: Tensor
) -> Tensor:
    """The same by a GPU's kernels: (G, Q, D), all heads of a query together, in and out."""
    key, value, bias = keys
    assert bias is not None
    visible = allowed.expand(-1, queries.shape[1], -1)
    return triton_decoder.attend(queries, of_queries.transpose(1, 2), key, value, bias, visible)


def _attend_in_one_pass(
    query: Tensor, keys: Sequence[Sequence[KeysValues]], allowed: Tensor, of_queries: Tensor
) -> Tensor:
    """The same in native code, which never joins blocks, since each is packed once."""
    return attend(
        query * query.shape[-1] ** -0.5,
        of_queries,
        allowed.squeeze(1).expand(-1, query.shape[2], -1),
        [[one.keys for one in blocks] for blocks in keys],
        _of_keys(keys),
        [[one.values for one in blocks] for blocks in keys],
    )


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
        self.relative = RelativePositions(config) if config.relative_positions else None

    def keys_values(self, keys: Tensor, center_features: Tensor) -> KeysValues:
        """Keys and values of the superpoints in this layer, the same for all queries.

        Args:
            keys: (G, S, D).
            center_features: (G, S, 2 FREQUENCIES), Fourier features of each superpoint's object.
        """
        of_keys = None if self.relative is None else center_features
        return self.cross_attention.keys_values(keys, of_keys)

    def forward(
        self,
        queries: Tensor,
        keys: Sequence[Sequence[KeysValues]],
        visible: Tensor,
        connected: Tensor,
        centroids: Tensor | None = None,
    ) -> tuple[Tensor, Tensor | None]:
        """One layer.

        Args:
            queries: (G, B, T, D).
            keys: keys and values of the superpoints, by this layer; see Attention.attend.
            visible: (G, B, T, S) bool, the superpoints that each query may look at.
            connected: (G, B, 1 or T, T) bool, which rows each row may hear from.
            centroids: (G, B, T, 3) float32, metres, of the words' present masks, where the
                layer has relative positions.

        Returns:
            (G, B, T, D), and the preference for positions with which to draw masks,
            (G, B, T, 2 FREQUENCIES), where the layer has relative positions.
        """
        shape = queries.shape
        of_queries, references, preference = None, None, None
        if centroids is not None and self.relative is not None:
            references, each = self.relative.refer(queries, centroids, connected)
            of_queries = each.flatten(1, 2).transpose(1, 2)
        flat = queries.flatten(1, 2)
        seen = self.cross_attention.attend(flat, keys, visible.flatten(1, 2), of_queries)
        flat = flat + self.dropout(seen)
        if self.use_cross_norm:
            flat = self.cross_norm(flat)
        words = flat.reshape(-1, *shape[2:])
        words = words + self.dropout(self.self_attention(words, words, connected.flatten(0, 1)))
        words = self.self_norm(words)
        words = words + self.dropout(self.ffn_out(self.dropout(F.gelu(self.ffn_in(words)))))
        queries = self.ffn_norm(words).view(shape)
        if self.relative is not None and references is not None:
            preference = self.relative.mask_preference(queries, references)
        return queries, preference
