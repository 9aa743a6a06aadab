"""Bias of sentences: how much their words tell of what is there, whatever the room.

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

MOST_AUC = 0.55  # of presence, that wording may have
ASKED = "<X>"  # stands for the phrase that is asked about
ANCHOR = "<anchor>"  # goes before it where something is related to it
ARTICLE = "article: "  # goes before the phrase's own
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
        anchor: whether something else is said to be in a relation to it.
        present: whether the room holds what it names.
        several: whether it means several things.
        structure: whether it names floor, wall, ceiling, corner or room.
    """

    room: int
    wording: tuple[str, ...]
    words: tuple[str, ...]
    anchor: bool
    present: bool
    several: bool
    structure: bool


def questions(room: int, descriptions: Iterable[Description]) -> list[Question]:
    """All phrases, each as a question."""
    return [
        Question(
            room,
            *_views(description, phrase),
            not phrase.absent,
            len(phrase.ids) > 1,
            phrase.structure,
        )
        for description in descriptions
        for phrase in description.phrases
    ]


def _views(
    description: Description, phrase: ReferredPhrase
) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """A sentence as Question wants it, and whether the phrase follows a word that describes."""
    wording, words = [], []
    places = _places(description)
    start = _first_word(places, phrase)
    anchor = start > 0 and description.describes[start - 1]
    for i, (word, tells) in enumerate(zip(description.words, description.describes, strict=True)):
        said = word.lower()
        asked = phrase.begin <= places[i] < phrase.end
        words.append(f"{said}*" if asked else said)
        if i == start and said in DETERMINERS:
            wording.append(f"{ARTICLE}{said}")
        elif not tells:
            wording.append(said)
        if i == phrase.head:
            wording += [ANCHOR, ASKED] if anchor else [ASKED]
    return tuple(wording), tuple(words), anchor


def _places(description: Description) -> list[int]:
    """Index in the text at which each word begins."""
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
    "wording without the article": lambda question: tuple(
        word for word in question.wording if not word.startswith(ARTICLE)
    ),
    "all words": lambda question: question.words,
}


# Answer -> the questions that have it. How many things are meant is a matter of those present.
ANSWERS: dict[str, Callable[[Question], bool]] = {
    "present": lambda question: not question.structure,
    "several": lambda question: question.present and not question.structure,
    "structure": lambda question: True,
}


def bias(
    asked: Sequence[Question], view: str, model: str, *, answer: str = "present", seed: int = 0
) -> float:
    """AUC of an answer in the rooms of odd place, learned from those of even place.

    Words that describe tell which phrases others are related to; so these are compared among
    themselves, and the others likewise, and the AUC is the mean over both, weighted by number.

    Args:
        asked: questions about several rooms.
        view: key of VIEWS.
        model: key of MODELS.
        answer: key of ANSWERS.
        seed: of the model's weights and of the order of its steps.

    Raises:
        ValueError: fewer than two rooms, or all answers alike.
    """
    asked = [question for question in asked if ANSWERS[answer](question)]
    odd = {room: i % 2 for i, room in enumerate(sorted({q.room for q in asked}))}
    learned = [q for q in asked if not odd[q.room]]
    held_out = [q for q in asked if odd[q.room]]
    if any(len({getattr(q, answer) for q in part}) < 2 for part in (held_out, learned)):
        raise ValueError(f"questions about two rooms or more are needed, some {answer}, some not")
    said = VIEWS[view]
    index = _vocabulary(map(said, learned))
    torch.manual_seed(seed)
    guesser = MODELS[model](len(index) + 2)
    _learn(guesser, _rows(map(said, learned), index), _labels(learned, answer))
    with torch.no_grad():
        rows = _rows(map(said, held_out), index)
        scores = torch.cat([guesser(part) for part in torch.split(rows, 4096)]).numpy()
    right = np.array([getattr(q, answer) for q in held_out])
    anchor = np.array([q.anchor for q in held_out])
    parts = [part for part in (anchor, ~anchor) if 0 < right[part].sum() < part.sum()]
    found = [auc(scores[part], right[part]) for part in parts]
    return float(np.average(found, weights=[part.sum() for part in parts]))


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


def _labels(asked: Sequence[Question], answer: str) -> torch.Tensor:
    return torch.tensor([float(getattr(q, answer)) for q in asked])


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


def auc(scores: NDArray[np.float32], positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores higher than a negative; ties count one half."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2
    high = int(positive.sum())
    total = float(rank[inverse][positive].sum())
    return (total - high * (high + 1) / 2) / (high * (len(scores) - high))
