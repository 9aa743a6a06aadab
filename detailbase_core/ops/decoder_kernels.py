"""The decoder's two passes over kept superpoints, in native code: attention, and drawing masks.

Step by step each would write and read what every query makes of every superpoint several times.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import torch

from detailbase_core.ops import native
from detailbase_core.ops.native_torch import call, takes
from detailbase_core.ops.packed_matmul import packed_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    # Of each part of the G scenes, G' of them, what their superpoints have: S' of them in a block,
    # those of one after the other's, up to S in all.
    Blocks = Sequence[Sequence[Tensor]]

VALUE_WIDTH = 16  # values are a multiple of it wide


class DrawnMasks(NamedTuple):
    """Masks of Q queries over S superpoints, in each of G scenes.

    Attributes:
        logits: (G, Q, S) float32.
        visible: (G, Q, S) bool: where a mask's probability is at least 0.5; everywhere where it is
            so nowhere; never at padding.
        centroids: (G, Q, 3) float32, metres, the mean places by probability.
    """

    logits: Tensor
    visible: Tensor
    centroids: Tensor


def can_attend(query: Tensor, values: Tensor) -> bool:
    """Whether attend() takes these."""
    return takes(query, values) and values.shape[-1] % VALUE_WIDTH == 0


def attend(
    scaled: Tensor,
    preferences: Tensor,
    allowed: Tensor,
    keys: Blocks,
    positions: Blocks,
    values: Blocks,
) -> Tensor:
    """softmax(scaled . keys + preferences . positions) . values, of all of a scene's superpoints.

    Args:
        scaled: (G, heads, Q, W).
        preferences: (G, heads, Q, W').
        allowed: (G, Q, S) bool, True where a query may look; at least one per query.
        keys: blocks (G', heads, S', W); packed once, see packed_matmul.
        positions: blocks (G', S', W'); packed once.
        values: blocks (G', heads, S', V), V a multiple of VALUE_WIDTH.

    Returns:
        (G, heads, Q, V).
    """
    attended = call(
        native.C.attend,
        _packed(keys),
        _packed(positions),
        [[_one_batch(one).contiguous().numpy() for one in blocks] for blocks in values],
        scaled,
        preferences,
        allowed,
    )
    return torch.from_numpy(attended)


def draw_masks(
    queries: Tensor,
    features: Blocks,
    preferences: Tensor | None,
    positions: Blocks,
    places: Tensor,
    padding: Tensor,
) -> DrawnMasks:
    """Masks, queries . features + preferences . positions, of all of a scene's superpoints.

    Args:
        queries: (G, Q, W).
        features: blocks (G', S', W); packed once, see packed_matmul.
        preferences: (G, Q, W'); None = none, and `positions` are not looked at.
        positions: blocks (G', S', W'); packed once.
        places: (G, S, 3) float32, metres.
        padding: (G, S) bool, True where there is no superpoint.
    """
    drawn = call(
        native.C.draw_masks,
        _packed(features),
        [] if preferences is None else _packed(positions),
        queries,
        preferences,
        places,
        padding,
    )
    return DrawnMasks(*map(torch.from_numpy, drawn))


def _packed(parts: Blocks) -> list[list[native.C.RowPanels]]:
    return [[packed_rows(one) for one in blocks] for blocks in parts]


def _one_batch(tensor: Tensor) -> Tensor:
    return tensor.reshape(math.prod(tensor.shape[:2]), *tensor.shape[2:])
