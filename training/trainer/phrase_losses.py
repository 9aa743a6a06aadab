"""What the phrase head is taught: which words make a noun phrase, and which of them heads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from detailbase_core.language.learned_parser import BEGIN, INSIDE, OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.scenes.descriptions import Description

NOT_TOLD = -1


def word_places(descriptions: Sequence[Description], words: int) -> Tensor:
    """Each word's place in a phrase, and whether it is a head.

    Args:
        descriptions: B sentences; those that do not tell their phrases' spans teach nothing.
        words: W, of the longest sentence or more.

    Returns:
        (B, W, 2) int64 on the CPU: OUTSIDE, BEGIN or INSIDE, and 0 or 1; NOT_TOLD elsewhere.
    """
    places = np.full((len(descriptions), words, 2), NOT_TOLD, np.int64)
    for row, description in zip(places, descriptions, strict=True):
        if not description.phrases or any(p.words == (0, 0) for p in description.phrases):
            continue
        row[: len(description.words), 0] = OUTSIDE
        for phrase in description.phrases:
            first, end = phrase.words
            row[first:end] = INSIDE, 0
            row[first, 0] = BEGIN
            row[phrase.row - 1, 1] = 1
    return torch.from_numpy(places)


def phrase_loss(logits: Tensor, places: Tensor) -> Tensor:
    """Cross-entropy of places over all words, plus that of heads over the phrases' words.

    Args:
        logits: (B, T, 4) of the phrase head, row 0 the sentence's.
        places: (B, T - 1, 2), what word_places says of the B sentences.
    """
    place, head = places.unbind(dim=-1)
    said = logits[:, 1:].float()
    place_loss = F.cross_entropy(
        said[..., :3].flatten(0, 1), place.flatten(), ignore_index=NOT_TOLD, reduction="sum"
    ) / (place >= 0).sum().clamp(min=1)
    inside = head >= 0
    heads = F.binary_cross_entropy_with_logits(
        said[..., 3], head.clamp(min=0).float(), reduction="none"
    )
    return place_loss + (heads * inside).sum() / inside.sum().clamp(min=1)
