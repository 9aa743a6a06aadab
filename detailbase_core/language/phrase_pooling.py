"""One query per phrase: the mean of its words, in its head's row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from detailbase_core.ops.devices import to_device

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from detailbase_core.types import Sentence

    Spans = Sequence[tuple[int, int, int]]


def word_spans(sentence: Sentence) -> list[tuple[int, int, int]]:
    """(first word, last word, head word) of each phrase."""
    spans = []
    for phrase in sentence.phrases:
        inside = [
            k
            for k, word in enumerate(sentence.words)
            if word.begin < phrase.end and word.end > phrase.begin
        ]
        spans.append((inside[0], inside[-1], phrase.head))
    return spans


def average_phrases(text: Tensor, spans: Sequence[Spans]) -> Tensor:
    """Each phrase's head row becomes the mean of its words' rows; other rows stay.

    Args:
        text: (N, T, C) text encoder output; row k + 1 is word k.
        spans: (first, last, head) words of the phrases of each of the N sentences.

    Returns:
        (N, T, C).
    """
    return to_device(phrase_mix(spans, text.shape[1]), text.device).to(text.dtype) @ text


def phrase_mix(spans: Sequence[Spans], rows: int) -> Tensor:
    """(N, T, T) float32 on the CPU, by which average_phrases multiplies text of T rows."""
    mix = np.tile(np.eye(rows, dtype=np.float32), (len(spans), 1, 1))
    for matrix, phrases in zip(mix, spans, strict=True):
        for first, last, head in phrases:
            matrix[head + 1] = 0.0
            matrix[head + 1, first + 1 : last + 2] = 1.0 / (last + 1 - first)
    return torch.from_numpy(mix)
