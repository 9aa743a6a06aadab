"""Targets and loss of the phrase head: words of phrases, heads, describing words, targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from detailbase_core.language.learned_parser import (
    BEGIN,
    DESCRIBES,
    HEAD,
    INSIDE,
    OUTSIDE,
    TARGET,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.scenes.descriptions import DescribedPhrase, Description

NOT_TOLD = -1


def word_tags(descriptions: Sequence[Description], words: int) -> Tensor:
    """Each word's place in a phrase, whether it is a head, describes, or heads a target.

    Args:
        descriptions: B sentences; those that do not tell their phrases' spans teach nothing of
            phrases, and those that do not tell which words describe nothing of that. Where
            something absent is asked for, only a phrase that is alone is known to be the target.
        words: W, of the longest sentence or more.

    Returns:
        (B, W, 4) int64 on the CPU: OUTSIDE, BEGIN or INSIDE, and 0 or 1 three times; NOT_TOLD
        elsewhere.
    """
    tags = np.full((len(descriptions), words, 4), NOT_TOLD, np.int64)
    for row, description in zip(tags, descriptions, strict=True):
        if description.describes is not None:
            row[: len(description.words), 2] = description.describes
        if not description.phrases or any(p.words == (0, 0) for p in description.phrases):
            continue
        row[: len(description.words), 0] = OUTSIDE
        for phrase in description.phrases:
            first, end = phrase.words
            row[first:end, :2] = INSIDE, 0
            row[first, 0] = BEGIN
            row[phrase.row - 1, 1] = 1
            row[phrase.row - 1, 3] = _is_target(description, phrase)
    return torch.from_numpy(tags)


def _is_target(description: Description, phrase: DescribedPhrase) -> int:
    """1 where the sentence is about a phrase, 0 where it is not, NOT_TOLD where that is unknown."""
    if description.sentence_ids is None:
        return NOT_TOLD
    if phrase.ids or phrase.structure:
        return int(bool(phrase.ids) and set(phrase.ids) <= set(description.sentence_ids))
    alone = all(one is phrase or one.ids or one.structure for one in description.phrases)
    return 1 if alone and not description.sentence_ids else NOT_TOLD


def phrase_loss(logits: Tensor, tags: Tensor) -> Tensor:
    """Cross-entropy of places, heads among the phrases' words, describing words and targets.

    Args:
        logits: (B, T, 4 to 6) of the phrase head, row 0 the sentence's.
        tags: (B, T - 1, 4), what word_tags says of the B sentences.
    """
    place, head, describes, target = tags.unbind(dim=-1)
    said = logits[:, 1:].float()
    loss = F.cross_entropy(
        said[..., :HEAD].flatten(0, 1), place.flatten(), ignore_index=NOT_TOLD, reduction="sum"
    ) / (place >= 0).sum().clamp(min=1)
    loss = loss + _yes_or_no(said[..., HEAD], head)
    if said.shape[-1] > DESCRIBES:
        loss = loss + _yes_or_no(said[..., DESCRIBES], describes)
    if said.shape[-1] > TARGET:
        loss = loss + _yes_or_no(said[..., TARGET], target)
    return loss


def _yes_or_no(logits: Tensor, truth: Tensor) -> Tensor:
    """Mean cross-entropy where the truth is 0 or 1."""
    told = truth >= 0
    error = F.binary_cross_entropy_with_logits(logits, truth.clamp(min=0).float(), reduction="none")
    return (error * told).sum() / told.sum().clamp(min=1)
