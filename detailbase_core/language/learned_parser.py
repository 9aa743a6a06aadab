"""Noun phrases found by the network's phrase head, and by grammar where the head is unsure.

The head knows how people speak to robots, and the nouns that it learned from; grammar
(chunker.py) knows determiners, and any noun. So the phrases that grammar sees count as evidence:
"the robot" is a phrase, too, though training knew robots only as those who are spoken to.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from detailbase_core.language.chunker import gathered_chunks
from detailbase_core.language.lexicon import (
    CONJUNCTIONS,
    DETERMINERS,
    FILLERS,
    MARKS,
    NAMES_OF_US,
    PEOPLE,
    PREPOSITIONS,
    RELATIVES,
    THAT_WORDS,
)
from detailbase_core.language.related import read_between
from detailbase_core.language.tagger import TaggedWords
from detailbase_core.language.words import checked_words, plain_words
from detailbase_core.types import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.language.text_encoder import TextEncoder

OUTSIDE, BEGIN, INSIDE = range(3)  # a word's tag
HEAD, DESCRIBES, TARGET = 3, 4, 5  # the phrase head's further outputs
HIDDEN = 64
HEADLESS = -3.0  # logit; tuned on rooms apart from the exams, and anything from -4 to 0 does
# What grammar adds to logits, tuned on the first set of config/phrases_by_hand.yaml and generated
# sentences: to words of its phrases (more with a determiner), to all others as being
# outside, and to its phrases' heads.
GRAMMAR_PHRASE, GRAMMAR_DETERMINED, GRAMMAR_OUTSIDE, GRAMMAR_HEAD = 4.0, 8.0, 2.0, 8.0
GRAMMAR_ACTOR = 20.0  # more for "a robot", "the man": training knows them as who speak and do
GRAMMAR_ASIDE = 20.0  # against phrases that only tell others apart as what is asked for
GRAMMAR_BEHIND = 4.0  # more for the word behind a determined phrase being outside
GRAMMAR_IDLE = 100.0  # no phrase has words of sayings
# Behind a phrase, they may go on with it or begin another: "that pair uh of shoes".
_GOES_ON = FILLERS | DETERMINERS | THAT_WORDS | {"of"}
_SURE = DETERMINERS | THAT_WORDS
_ACTORS = NAMES_OF_US | PEOPLE
_NO_DEEDS = MARKS | PREPOSITIONS | RELATIVES | THAT_WORDS | CONJUNCTIONS


class PhraseHead(nn.Module):
    """Scores each word as outside, begin or inside of a phrase, and as a phrase's head.

    Args:
        text_dim: width of the text encoder's output.
        describing: whether it also scores words as describing objects, in phrases or beside them.
        targeting: whether, beside this, it scores heads as those of phrases that the sentence is
            about.
    """

    def __init__(self, text_dim: int, describing: bool = False, targeting: bool = False) -> None:
        super().__init__()
        self.hidden = nn.Linear(text_dim, HIDDEN)
        self.out = nn.Linear(HIDDEN, DESCRIBES + describing + targeting)

    def forward(self, text: Tensor) -> Tensor:
        """Logits of text rows.

        Args:
            text: (..., T, text_dim).

        Returns:
            (..., T, 4): OUTSIDE, BEGIN, INSIDE, HEAD; (..., T, 5 or 6) with DESCRIBES and TARGET.
        """
        logits: Tensor = self.out(functional.gelu(self.hidden(text)))
        return logits


def viterbi_decode(scores: NDArray[np.floating]) -> list[int]:
    """Most probable BIO tags of a sentence's words together (Viterbi 1967).

    Word by word, an INSIDE may follow an OUTSIDE, and "the second chair" then falls to pieces;
    here no phrase goes on that has not begun.

    Args:
        scores: (W, 3) log-probabilities of OUTSIDE, BEGIN, INSIDE, W >= 1.
    """
    outside, begin, _ = map(float, scores[0])
    inside = -math.inf
    came_from: list[tuple[int, int]] = []  # to OUTSIDE or BEGIN, to INSIDE
    # Of three numbers, for which NumPy takes ten times as long. Of equal paths the first counts.
    for to_outside, to_begin, to_inside in scores[1:].tolist():
        source = OUTSIDE if outside >= begin else BEGIN
        best, further = max(outside, begin), max(begin, inside)
        into = BEGIN if begin >= inside else INSIDE
        if inside > best:
            best, source = inside, INSIDE
        came_from.append((source, into))
        outside, begin, inside = best + to_outside, best + to_begin, further + to_inside
    ends = (outside, begin, inside)
    tags = [ends.index(max(ends))]
    for source, into in reversed(came_from):
        tags.append(into if tags[-1] == INSIDE else source)
    return tags[::-1]


def decode_phrases(tags: Sequence[int], head_scores: Sequence[float]) -> list[tuple[int, int, int]]:
    """(first word, last word, head word) of each phrase of a sentence, in order.

    A phrase is headed by its word with the largest score; one without any word that could head it
    ("the" of "to the left of it") is none.

    Args:
        tags: OUTSIDE, BEGIN or INSIDE of each word, no INSIDE after an OUTSIDE.
        head_scores: logit of each word.
    """
    runs: list[list[int]] = []
    for word, tag in enumerate(tags):
        if tag == BEGIN:
            runs.append([word])
        elif tag == INSIDE:
            runs[-1].append(word)
    heads = [max(run, key=head_scores.__getitem__) for run in runs]
    return [
        (run[0], run[-1], head)
        for run, head in zip(runs, heads, strict=True)
        if head_scores[head] > HEADLESS
    ]


class WordTags(NamedTuple):
    """Tags of a sentence's words by the phrase head.

    Attributes:
        phrases: (first, last, head) words of each phrase.
        describes: of each word; None from a head that does not tell.
        target_scores: of each word, a logit for the phrase that it heads being what the sentence
            is about; None from a head that does not tell.
    """

    phrases: list[tuple[int, int, int]]
    describes: tuple[bool, ...] | None
    target_scores: tuple[float, ...] | None = None

    def targets(self, heads: Sequence[int]) -> tuple[bool, ...] | None:
        """Whether the sentence is about each of its phrases: at least one, where it has any.

        Args:
            heads: words that head the phrases.
        """
        if self.target_scores is None:
            return None
        scores = [self.target_scores[head] for head in heads]
        least = min(0.0, max(scores, default=0.0))
        return tuple(score >= least for score in scores)


def tag_words(head: PhraseHead, text: Tensor, sentences: Sequence[Sequence[str]]) -> list[WordTags]:
    """Tags of B sentences, see grammar_evidence, viterbi_decode and decode_phrases.

    Args:
        head: the network's.
        text: (B, T, C) text encoder output.
        sentences: words of each, as they were said; rows behind them are padding.
    """
    told = head(text)[:, 1:].float()
    tagged = [TaggedWords.of(words) for words in sentences]
    evidence = [grammar_evidence(one) for one in tagged]  # while a GPU is at work
    logits = told.cpu()  # once: a GPU's host waits for it
    scores = logits[..., :HEAD].log_softmax(dim=-1).numpy()
    beside = logits[..., HEAD:].numpy()
    rows = zip(tagged, evidence, scores, beside, strict=True)
    return [
        _tags(one, grammar, of_words[: len(one.words)], others[: len(one.words)])
        for one, grammar, of_words, others in rows
    ]


def grammar_evidence(tagged: TaggedWords) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits by which the phrases that grammar sees add to the head's.

    Args:
        tagged: words of a sentence, W.

    Returns:
        (W, 3) of OUTSIDE, BEGIN and INSIDE, (W,) of heads.
    """
    plain = tagged.words
    # Lists, since NumPy takes ten times as long for as few numbers.
    places = [[GRAMMAR_IDLE if is_idle else GRAMMAR_OUTSIDE, 0.0, 0.0] for is_idle in tagged.idle]
    heads = [0.0] * len(plain)
    for first, last, head in gathered_chunks(tagged):
        sure = plain[first] in _SURE or plain[first].endswith("'s")
        actor = sure and plain[head] in _ACTORS and not _does_something(plain[last + 1 :])
        more = GRAMMAR_ACTOR if actor else 0.0
        inside = more + (GRAMMAR_DETERMINED if sure else GRAMMAR_PHRASE)
        places[first] = [0.0, inside, 0.0]
        for word in range(first + 1, last + 1):
            places[word] = [0.0, 0.0, inside]
        if sure and last + 1 < len(plain) and plain[last + 1] not in _GOES_ON:
            places[last + 1][OUTSIDE] += GRAMMAR_BEHIND
        heads[head] = more + GRAMMAR_HEAD
    return np.array(places, np.float32).reshape(-1, HEAD), np.array(heads, np.float32)


def _does_something(after: Sequence[str]) -> bool:
    """Whether words behind somebody tell a deed: "the man lost his keys", not "by the door"."""
    if not after or after[0].endswith("ing"):
        return False
    return after[0] not in _NO_DEEDS


def _tags(
    tagged: TaggedWords,
    grammar: tuple[NDArray[np.float32], NDArray[np.float32]],
    scores: NDArray[np.float32],
    beside: NDArray[np.float32],
) -> WordTags:
    """Tags of one sentence.

    Args:
        tagged: its words.
        grammar: of grammar_evidence.
        scores: (W, 3) log-probabilities.
        beside: (W, 1) or more, logits of heads and what else the phrase head tells.
    """
    outputs = beside.shape[1]
    if not len(scores):
        return WordTags([], () if outputs > 1 else None, () if outputs > 2 else None)
    places, heads = grammar
    tags = viterbi_decode(scores + places)
    phrases = decode_phrases(tags, (beside[:, 0] + heads).tolist())
    between = read_between(tagged.words, phrases)
    describes = targets = None
    if outputs > 1:
        told = zip(
            (beside[:, 1] > 0).tolist(), between.relates, tagged.idle, between.leads, strict=True
        )
        describes = tuple(
            (says or relates) and not (idle or leads) for says, relates, idle, leads in told
        )
    if outputs > 2:
        aside = [head for (_, _, head), out in zip(phrases, between.aside, strict=True) if out]
        against = np.zeros(len(scores), np.float32)
        against[aside] = GRAMMAR_ASIDE
        targets = tuple((beside[:, 2] - against).tolist())
    return WordTags(phrases, describes, targets)


class LearnedParser:
    """The phrase head behind the PhraseParser protocol.

    Args:
        head: of the network.
        text_encoder: of the same checkpoint.
        max_words: longest sentence accepted.
        plain: whether the network learned from words as plain_word gives them.
    """

    def __init__(
        self,
        head: PhraseHead,
        text_encoder: TextEncoder,
        max_words: int = 256,
        plain: bool = False,
    ) -> None:
        self.head, self.text_encoder, self.max_words = head, text_encoder, max_words
        self.plain = plain

    def parse(self, text: str) -> Sentence:
        """Words and noun phrases of a sentence, and what more the head tells of them.

        Raises:
            BadQueryError: no words at all, or more than `max_words`.
        """
        (sentence,) = self.parse_many([text])
        return sentence

    def parse_many(self, texts: Sequence[str]) -> list[Sentence]:
        """The same for each of several, in one pass of the network."""
        words = [checked_words(text, self.max_words) for text in texts]
        found = self._tags([[word.text for word in own] for own in words])
        return [
            Sentence.of_words(
                text,
                own,
                tags.phrases,
                tags.describes,
                tags.targets([head for _, _, head in tags.phrases]),
            )
            for text, own, tags in zip(texts, words, found, strict=True)
        ]

    def tags(self, words: Sequence[str]) -> WordTags:
        """Tags of one sentence's words."""
        (tags,) = self._tags([words])
        return tags

    def _tags(self, sentences: Sequence[Sequence[str]]) -> list[WordTags]:
        read = [plain_words(words) if self.plain else list(words) for words in sentences]
        with torch.inference_mode():
            rows, _ = self.text_encoder.encode(read)
            return tag_words(self.head, rows, sentences)
