"""Spans of a sentence's phrases, counted in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
