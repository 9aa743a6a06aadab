"""The room-blind probe: what presence tells when the network sees another room than is meant.

Whoever knows only the sentence should not know whether the thing is there. So each sentence is
asked in its own room and in others; the mean of those others is what wording and noun give away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.sentences.check.bias import auc
from training.sentences.check.marked_sentences import MarkedPhrase, MarkedSentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    """

    sighted: float
    blind: float


@dataclass(frozen=True)
class Presence:
    """Presence of some phrases.

    Attributes:
        own: in the rooms that they are about.
        others: the mean over other rooms.
        there: whether the own room holds what they name.
    """

    own: list[float]
    others: list[float]
    there: list[bool]

    @classmethod
    def joined(cls, parts: Iterable[Presence]) -> Presence:
        """All of several."""
        parts = list(parts)
        return cls(
            [p for part in parts for p in part.own],
            [p for part in parts for p in part.others],
            [t for part in parts for t in part.there],
        )

    def auc(self) -> RoomBlind:
        """Accuracy with which presence tells present objects from absent ones."""
        there = np.array(self.there, bool)
        return RoomBlind(auc(np.array(self.own), there), auc(np.array(self.others), there))


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
    for i, sentences in enumerate(said):
        rooms = [scenes[(i + k) % len(scenes)] for k in range(min(len(scenes), OTHER_ROOMS + 1))]
        for sentence in sentences:
            rows.append(np.stack([_presence(grounder, room, sentence) for room in rooms], axis=1))
            there += [bool(phrase.ids) for phrase in sentence.phrases]
    presence = np.concatenate(rows)
    return Presence(presence[:, 0].tolist(), presence[:, 1:].mean(axis=1).tolist(), there)


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
