"""Masks that queries draw over superpoints, and what the next layer wants to know of them.

Shapes: G scenes, B sentences per scene, T text rows per sentence, S superpoints per scene
(padded), D decoder width.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from detailbase_core.network import triton_decoder
from detailbase_core.network.decoder_layer import joined_blocks
from detailbase_core.network.position_encoding import mask_centroids
from detailbase_core.ops import decoder_kernels
from detailbase_core.ops.native_torch import takes
from detailbase_core.ops.packed_matmul import packed_matmul

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from detailbase_core.network.batch import KeyBlocks, SuperpointBatch


@dataclass(frozen=True)
class DrawnMasks:
    """Masks over superpoints; all but the logits is without gradient.

    Attributes:
        logits: (G, B, T, S).
        superpoints: G scenes.
        drawn: the same by kernels, of all B * T rows; None = torch drew them.
    """

    logits: Tensor
    superpoints: SuperpointBatch
    drawn: decoder_kernels.DrawnMasks | None = None

    @cached_property
    def visible(self) -> Tensor:
        """(G, B, T, S) bool: where the mask is on; all superpoints for a query whose mask is empty.

        Never padding.
        """
        if self.drawn is not None:
            return self.drawn.visible.view(self.logits.shape)
        on = self._probabilities >= 0.5
        return on | (~on.any(dim=-1, keepdim=True) & valid_superpoints(self.superpoints))

    @cached_property
    def centroids(self) -> Tensor:
        """(G, B, T, 3) float32, metres: mean places of superpoints' objects by probability."""
        if self.drawn is not None:
            return self.drawn.centroids.view(*self.logits.shape[:3], 3)
        return mask_centroids(self._probabilities, self.superpoints.object_centers)

    @cached_property
    def _probabilities(self) -> Tensor:
        """(G, B, T, S) float32, zeros at padding."""
        valid = valid_superpoints(self.superpoints)
        return self.logits.detach().float().sigmoid() * valid


def draw_masks(
    queries: Tensor,
    preference: Tensor | None,
    keys: KeyBlocks,
    superpoints: SuperpointBatch,
) -> DrawnMasks:
    """Masks of queries over superpoints.

    Args:
        queries: (G, B, T, D).
        preference: (G, B, T, 2 FREQUENCIES) for positions; None = none.
        keys: of the superpoints.
        superpoints: G scenes.
    """
    features = [[one.mask_features for one in blocks] for blocks in keys]
    positions = [[one.center_features for one in blocks] for blocks in keys]
    centers, padding = superpoints.object_centers, superpoints.padding
    flat = None if preference is None else preference.flatten(1, 2)
    one_block = len(keys) == len(keys[0]) == 1
    drawn = None
    if takes(queries, preference, features[0][0], centers):
        drawn = decoder_kernels.draw_masks(
            queries.flatten(1, 2), features, flat, positions, centers, padding
        )
    elif one_block and triton_decoder.takes_rows(queries.flatten(1, 2), features[0][0]):
        drawn = triton_decoder.draw_masks(
            queries.flatten(1, 2), features[0][0], flat, positions[0][0], centers, padding
        )
    if drawn is not None:
        return DrawnMasks(drawn.logits.view(*queries.shape[:3], -1), superpoints, drawn)
    logits = _products(queries, features)
    if preference is not None:
        logits = logits + _products(preference, positions)
    return DrawnMasks(logits, superpoints)


def valid_superpoints(superpoints: SuperpointBatch) -> Tensor:
    """(G, 1, 1, S) bool, False at padding."""
    return ~superpoints.padding[:, None, None, :]


def _products(queries: Tensor, parts: Sequence[Sequence[Tensor]]) -> Tensor:
    """Products of (G, B, T, W) with blocks of (G, S, W): (G, B, T, S of all)."""
    one_block = len(parts) == len(parts[0]) == 1
    product = packed_matmul(
        queries.flatten(1, 2), parts[0][0] if one_block else joined_blocks(parts)
    )
    return product.view(*queries.shape[:3], product.shape[-1])
