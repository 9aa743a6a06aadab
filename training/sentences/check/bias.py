"""How much the words of a sentence tell of what is there, whatever the room.

A model that never sees a room guesses for every phrase whether the room holds such a thing; it
learns from the sentences of some rooms and is asked about those of others. An area under the ROC
curve (AUC) of 0.5 means that the words tell nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from detailbase_core.language.lexicon import DETERMINERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from training.sentences.generator import Description, ReferredPhrase

ASKED = "<X>"  # stands for the phrase that is asked about
_MOST_WORDS = 64
_RAREST = 3  # words that came up less often are one
_PAD, _UNKNOWN = 0, 1


@dataclass(frozen=True)
class Question:
    """A phrase of a sentence.

    Attributes:
        room: seed of its room.
        wording: the words that describe nothing, the phrase's article, and ASKED for the phrase.
        words: all words; those of the phrase are marked.
        present: whether the room holds what it names.
    """

    room: int
    wording: tuple[str, ...]
    words: tuple[str, ...]
    present: bool


def questions(room: int, descriptions: Iterable[Description]) -> list[Question]:
    """All phrases about things, each as a question."""
    return [
        Question(room, *_views(description, phrase), not phrase.absent)
        for description in descriptions
        for phrase in description.phrases
        if not phrase.structure
    ]


def _views(
    description: Description, phrase: ReferredPhrase
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A sentence as Question wants it."""
    wording, words = [], []
    places = _places(description)
    start = _first_word(places, phrase)
    for i, (word, tells) in enumerate(zip(description.words, description.describes, strict=True)):
        said = word.lower()
        asked = phrase.begin <= places[i] < phrase.end
        words.append(f"{said}*" if asked else said)
        if not tells or (i == start and said in DETERMINERS):
            wording.append(said)
        if i == phrase.head:
            wording.append(ASKED)
    return tuple(wording), tuple(words)


def _places(description: Description) -> list[int]:
    """Where each word begins in the text."""
    places, at = [], 0
    for word in description.words:
        at = description.text.index(word, at)
        places.append(at)
        at += len(word)
    return places


def _first_word(places: Sequence[int], phrase: ReferredPhrase) -> int:
    return next(i for i, place in enumerate(places) if place >= phrase.begin)


class BagOfWords(nn.Module):
    """Logistic regression on which words there are."""

    epochs, rate = 6, 0.02

    def __init__(self, words: int) -> None:
        super().__init__()
        self.weight = nn.Embedding(words, 1, padding_idx=_PAD)
        self.bias = nn.Parameter(torch.zeros(1))
        nn.init.zeros_(self.weight.weight)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Logits (n,) of (n, words) indices."""
        return torch.as_tensor(self.weight(rows)[..., 0].sum(1) + self.bias)


class RecurrentReader(nn.Module):
    """A small recurrent network that reads the words in their order."""

    epochs, rate = 3, 0.003

    def __init__(self, words: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, 32, padding_idx=_PAD)
        self.recurrent = nn.GRU(32, 32, batch_first=True, bidirectional=True)
        self.last = nn.Linear(128, 1)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Logits (n,) of (n, words) indices."""
        states, _ = self.recurrent(self.embedding(rows))
        real = (rows != _PAD)[..., None]
        mean = (states * real).sum(1) / real.sum(1).clamp(min=1)
        highest = states.masked_fill(~real, -1.0).amax(1)
        logits: torch.Tensor = self.last(torch.cat([mean, highest], 1))[:, 0]
        return logits


MODELS: dict[str, type[BagOfWords | RecurrentReader]] = {
    "bag of words": BagOfWords,
    "GRU": RecurrentReader,
}
VIEWS: dict[str, Callable[[Question], tuple[str, ...]]] = {
    "wording": lambda question: question.wording,
    "all words": lambda question: question.words,
}


def bias(asked: Sequence[Question], view: str, model: str, *, seed: int = 0) -> float:
    """AUC of presence on the rooms of odd place, learned from those of even place.

    Args:
        asked: questions about several rooms.
        view: key of VIEWS.
        model: key of MODELS.
        seed: of the model's weights and of the order of its steps.

    Raises:
        ValueError: fewer than two rooms, or nothing absent or nothing present.
    """
    odd = {room: i % 2 for i, room in enumerate(sorted({q.room for q in asked}))}
    learned = [q for q in asked if not odd[q.room]]
    held_out = [q for q in asked if odd[q.room]]
    if len({q.present for q in held_out}) < 2 or len({q.present for q in learned}) < 2:
        raise ValueError("questions about two rooms or more are needed, some present, some not")
    said = VIEWS[view]
    index = _vocabulary(map(said, learned))
    torch.manual_seed(seed)
    guesser = MODELS[model](len(index) + 2)
    _learn(guesser, _rows(map(said, learned), index), _labels(learned))
    with torch.no_grad():
        rows = _rows(map(said, held_out), index)
        scores = torch.cat([guesser(part) for part in torch.split(rows, 4096)]).numpy()
    return auc(scores, np.array([q.present for q in held_out]))


def _vocabulary(sentences: Iterable[Sequence[str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    known = sorted(word for word, count in counts.items() if count >= _RAREST)
    return {word: i + 2 for i, word in enumerate(known)}


def _rows(sentences: Iterable[Sequence[str]], index: dict[str, int]) -> torch.Tensor:
    """(n, words) int64, the phrase's surroundings kept where a sentence is too long."""
    rows = [[index.get(w, _UNKNOWN) for w in _cut(sentence)] for sentence in sentences]
    width = max(map(len, rows))
    return torch.tensor([row + [_PAD] * (width - len(row)) for row in rows])


def _cut(sentence: Sequence[str]) -> Sequence[str]:
    if len(sentence) <= _MOST_WORDS:
        return sentence
    marked = [i for i, word in enumerate(sentence) if word == ASKED or word.endswith("*")]
    first = max(0, min(marked[0] - _MOST_WORDS // 2, len(sentence) - _MOST_WORDS))
    return sentence[first : first + _MOST_WORDS]


def _labels(asked: Sequence[Question]) -> torch.Tensor:
    return torch.tensor([float(q.present) for q in asked])


def _learn(guesser: BagOfWords | RecurrentReader, rows: torch.Tensor, labels: torch.Tensor) -> None:
    optimizer = torch.optim.AdamW(guesser.parameters(), guesser.rate, weight_decay=0.02)
    length = (rows != _PAD).sum(1)
    for _ in range(guesser.epochs):
        for part in torch.split(torch.randperm(len(rows)), 256):
            width = int(length[part].max())
            logits = guesser(rows[part, :width])
            loss = nn.functional.binary_cross_entropy_with_logits(logits, labels[part])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()


def auc(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores higher than a negative; ties count one half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2
    high = int(positive.sum())
    total = float(rank[inverse][positive].sum())
    return (total - high * (high + 1) / 2) / (high * (len(scores) - high))
