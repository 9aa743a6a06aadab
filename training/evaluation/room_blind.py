"""The room-blind probe: what presence tells when the network sees another room than is meant.

Whoever knows only the sentence should not know whether the thing is there. So each sentence is
asked in its own room and in others; the mean of those others is what wording and noun give away.
A noun alone tells much: most rooms have chairs. What the rest of the sentence gives away is seen
among phrases with the same noun, asked in the same room, which is the own one of neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from training.sentences.check.bias import auc
from training.sentences.check.marked_sentences import MarkedPhrase, MarkedSentence
from training.sentences.nouns import NOUNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from detailbase_core.encoded_scene import EncodedScene
    from detailbase_core.grounder import Grounder
    from training.sentences.generator import Description

OTHER_ROOMS = 3


@dataclass(frozen=True)
class RoomBlind:
    """AUC of presence: how well it tells what is there from what is not.

    Attributes:
        sighted: asked in the room that the sentence is about.
        blind: the mean over other rooms, which know nothing of it.
        same_noun: the share of pairs of phrases with one noun, one about what is there and one not,
            of which in other rooms the former has more presence; None where there is no pair.
        pairs: how many there are.
    """

    sighted: float
    blind: float
    same_noun: float | None = None
    pairs: int = 0


@dataclass(frozen=True)
class Presence:
    """Presence of some phrases.

    Attributes:
        own: in the rooms that they are about.
        others: the mean over other rooms.
        there: whether the own room holds what they name.
        won: of the pairs of phrases with one noun, each the mean over the rooms in which both were
            asked, those in which that of what is there has more presence; half where it is equal.
        pairs: how many there are.
    """

    own: list[float]
    others: list[float]
    there: list[bool]
    won: float = 0.0
    pairs: int = 0

    @classmethod
    def joined(cls, parts: Iterable[Presence]) -> Presence:
        """All of several."""
        parts = list(parts)
        return cls(
            [p for part in parts for p in part.own],
            [p for part in parts for p in part.others],
            [t for part in parts for t in part.there],
            sum(part.won for part in parts),
            sum(part.pairs for part in parts),
        )

    def auc(self) -> RoomBlind:
        """Accuracy with which presence tells present objects from absent ones."""
        there = np.array(self.there, bool)
        sighted, blind = (auc(np.array(of), there) for of in (self.own, self.others))
        return RoomBlind(sighted, blind, self.won / self.pairs if self.pairs else None, self.pairs)


def ask_presence(
    grounder: Grounder,
    scenes: Sequence[EncodedScene],
    said: Sequence[Sequence[MarkedSentence]],
) -> Presence:
    """Ask each room's sentences in the room itself and in up to OTHER_ROOMS that follow.

    Args:
        grounder: asked.
        scenes: its encodings of two rooms or more.
        said: about each of them.

    Raises:
        ValueError: there is no other room.
    """
    if len(scenes) < 2:
        raise ValueError("the room-blind probe needs two rooms or more")
    rows: list[NDArray[np.float64]] = []
    there: list[bool] = []
    by_noun: dict[str, list[tuple[bool, dict[int, float]]]] = {}
    for i, sentences in enumerate(said):
        rooms = [(i + k) % len(scenes) for k in range(min(len(scenes), OTHER_ROOMS + 1))]
        for sentence in sentences:
            asked = [_presence(grounder, scenes[room], sentence) for room in rooms]
            rows.append(np.stack(asked, axis=1))
            there += [bool(phrase.ids) for phrase in sentence.phrases]
            for phrase, presence in zip(sentence.phrases, rows[-1].tolist(), strict=True):
                others = dict(zip(rooms[1:], presence[1:], strict=True))
                noun = noun_of(sentence.text[phrase.begin : phrase.end])
                by_noun.setdefault(noun, []).append((bool(phrase.ids), others))
    presence = np.concatenate(rows)
    won = [one for asked in by_noun.values() for one in _won(asked)]
    return Presence(
        presence[:, 0].tolist(), presence[:, 1:].mean(axis=1).tolist(), there, sum(won), len(won)
    )


def noun_of(phrase: str) -> str:
    """The noun of a phrase in the singular: "the two red coffee tables" -> coffee table."""
    words = phrase.lower().split()
    for start in range(len(words)):
        singular = _singulars().get(" ".join(words[start:]))
        if singular:
            return singular
    return words[-1]


@cache
def _singulars() -> dict[str, str]:
    return {form: noun.singular for noun in NOUNS for form in (noun.plural, noun.singular)}


def _won(asked: Sequence[tuple[bool, dict[int, float]]]) -> Iterator[float]:
    """Part of rooms in which what is there has more presence than what is not, of each pair.

    Args:
        asked: of one noun, whether what is asked for is there, and its presence in other rooms.
    """
    present = [others for is_there, others in asked if is_there]
    absent = [others for is_there, others in asked if not is_there]
    for one, other in product(present, absent):
        both = one.keys() & other.keys()
        if both:
            yield float(np.mean([(np.sign(one[room] - other[room]) + 1) / 2 for room in both]))


def as_marked(descriptions: Iterable[Description]) -> list[MarkedSentence]:
    """Generated sentences with their phrases about things, those about structure left out."""
    return [
        MarkedSentence(
            d.text, tuple(MarkedPhrase(p.begin, p.end, p.ids) for p in d.phrases if not p.structure)
        )
        for d in descriptions
        if not all(p.structure for p in d.phrases)
    ]


def _presence(
    grounder: Grounder, room: EncodedScene, sentence: MarkedSentence
) -> NDArray[np.float64]:
    """(P,) presence of each marked phrase; of the sentence where no such phrase was seen."""
    answer = grounder.ground_encoded(room, sentence.text)
    said = (answer.phrase_at(p.begin, p.end) or answer.sentence for p in sentence.phrases)
    return np.array([phrase.presence for phrase in said])
