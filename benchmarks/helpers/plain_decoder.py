"""For benchmarks: our published decoder rebuilt from torch's own layers, with the same weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

if TYPE_CHECKING:
    from detailbase_core.network.batch import SuperpointBatch, TextBatch
    from detailbase_core.network.decoder_layer import Attention, DecoderLayer
    from detailbase_core.network.mask_decoder import MaskDecoder


class PlainDecoder:
    """The peer: attention is torch.nn.MultiheadAttention, of which nothing is kept between calls.

    As in the released code: each sentence attends to its scene's superpoints alone, and keys are
    projected at each call.

    Args:
        decoder: ours, of the published options, in eval mode; its parameters are shared.
    """

    def __init__(self, decoder: MaskDecoder) -> None:
        self._decoder = decoder
        layers: Any = decoder.layers
        self._layers: list[tuple[DecoderLayer, nn.Module, nn.Module]] = [
            (one, _attention(one.cross_attention), _attention(one.self_attention)) for one in layers
        ]

    def __call__(self, superpoints: SuperpointBatch, text: TextBatch) -> tuple[Tensor, Tensor]:
        """Mask logits (1, B, T, S) and scores (1, B, T) of sentences about one scene."""
        own = self._decoder
        queries = own.query_proj(text.features[0])
        count = len(queries)
        features = superpoints.features
        keys = F.relu(own.key_norm(own.key_proj(features))).expand(count, -1, -1)
        masks_of = own.mask_head(features).expand(count, -1, -1)
        absent = ~text.mask[0]
        masks = own.out_norm(queries) @ masks_of.transpose(1, 2)
        for layer, cross, among in self._layers:
            hidden = masks.sigmoid() < 0.5
            hidden[hidden.all(dim=-1)] = False
            seen, _ = cross(
                queries,
                keys,
                keys,
                attn_mask=hidden.repeat_interleave(layer.cross_attention.heads, dim=0),
                need_weights=False,
            )
            queries = queries + seen
            heard, _ = among(queries, queries, queries, key_padding_mask=absent, need_weights=False)
            queries = layer.self_norm(queries + heard)
            queries = layer.ffn_norm(queries + layer.ffn_out(F.gelu(layer.ffn_in(queries))))
            masks = own.out_norm(queries) @ masks_of.transpose(1, 2)
        return masks[None], own.score_head(own.out_norm(queries)).squeeze(-1)[None]


def _attention(ours: Attention) -> nn.Module:
    dim = ours.in_proj_weight.shape[1]
    with torch.device("meta"):
        plain = nn.MultiheadAttention(dim, ours.heads, batch_first=True)
    plain.in_proj_weight, plain.in_proj_bias = ours.in_proj_weight, ours.in_proj_bias
    plain.out_proj.weight, plain.out_proj.bias = ours.out_proj.weight, ours.out_proj.bias
    return plain.eval()
