"""Noun phrases found by the network itself, from the text encoder's words: no parser is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from detailbase_core.phrases import checked_words, phrase_of_words
from detailbase_core.types import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.text_encoder import TextEncoder

OUTSIDE, BEGIN, INSIDE = range(3)  # a word's place in a phrase
HIDDEN = 64


class PhraseHead(nn.Module):
    """Scores each word as outside, begin or inside of a phrase, and as a phrase's head.

    Args:
        text_dim: width of the text encoder's output.
    """

    def __init__(self, text_dim: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(text_dim, HIDDEN)
        self.out = nn.Linear(HIDDEN, 4)

    def forward(self, text: Tensor) -> Tensor:
        """(..., T, text_dim) text rows -> (..., T, 4) logits: OUTSIDE, BEGIN, INSIDE, head."""
        logits: Tensor = self.out(functional.gelu(self.hidden(text)))
        return logits


def decode_phrases(
    places: Sequence[int], head_scores: Sequence[float]
) -> list[tuple[int, int, int]]:
    """(first word, last word, head word) of each phrase of a sentence, in order.

    Args:
        places: OUTSIDE, BEGIN or INSIDE of each word; an INSIDE with nothing before it begins.
        head_scores: of each word; a phrase's head is its word with the largest.
    """
    runs: list[list[int]] = []
    for word, place in enumerate(places):
        if place == BEGIN or (place == INSIDE and (word == 0 or places[word - 1] == OUTSIDE)):
            runs.append([word])
        elif place == INSIDE:
            runs[-1].append(word)
    return [(run[0], run[-1], max(run, key=head_scores.__getitem__)) for run in runs]


def phrases_of_words(
    head: PhraseHead, text: Tensor, word_counts: Sequence[int]
) -> list[list[tuple[int, int, int]]]:
    """Decoded phrases of B sentences, see decode_phrases.

    Args:
        head: the network's.
        text: (B, T, C) text encoder output.
        word_counts: words of each sentence; rows behind them are padding.
    """
    logits = head(text)[:, 1:].float().cpu()
    places, scores = logits[..., :3].argmax(dim=-1).tolist(), logits[..., 3].tolist()
    return [
        decode_phrases(p[:count], s[:count])
        for p, s, count in zip(places, scores, word_counts, strict=True)
    ]


class LearnedParser:
    """The phrase head behind the PhraseParser protocol.

    Args:
        head: of the network.
        text_encoder: of the same checkpoint.
        max_words: longest sentence accepted.
    """

    def __init__(self, head: PhraseHead, text_encoder: TextEncoder, max_words: int = 256) -> None:
        self.head, self.text_encoder, self.max_words = head, text_encoder, max_words

    def parse(self, text: str) -> Sentence:
        """Words and noun phrases of a sentence.

        Raises:
            BadQueryError: no words at all, or more than `max_words`.
        """
        words = checked_words(text, self.max_words)
        with torch.inference_mode():
            rows, _ = self.text_encoder.encode([[word.text for word in words]])
            (found,) = phrases_of_words(self.head, rows, [len(words)])
        return Sentence(text, words, tuple(phrase_of_words(text, words, *f) for f in found))
