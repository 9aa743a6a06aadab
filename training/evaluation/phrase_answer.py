"""Answers to plain text held against what a marked phrase means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from training.evaluation.metrics import mask_iou

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.types import Grounding
    from training.sentences.check.marked_sentences import MarkedPhrase

RIGHT_IOU = 0.5


@dataclass(frozen=True)
class PhraseAnswer:
    """The answer to one phrase.

    Attributes:
        phrase: its words.
        iou: of the points found with those of its objects; for something absent 1 where nothing
            was found, else 0.
        absent: whether it means nothing in the room.
        presence: as the network says; of the whole sentence where it saw no such phrase.
    """

    phrase: str
    iou: float
    absent: bool
    presence: float = 1.0

    @property
    def right(self) -> bool:
        """Whether more than half of the union is shared, or rightly nothing was found."""
        return self.iou > RIGHT_IOU


def judge(marked: MarkedPhrase, answer: Grounding, instance: NDArray[np.int32]) -> PhraseAnswer:
    """Hold one phrase's answer against its objects.

    Args:
        marked: the phrase.
        answer: to its sentence; of its phrases, the one whose characters fit best counts.
        instance: (N,) int32 object id of each point of the scene.
    """
    answered = answer.phrase_at(marked.begin, marked.end)
    found = np.zeros(len(instance), bool)
    for thing in () if answered is None else answered.instances:
        found[thing.point_indices] = True
    meant = np.isin(instance, marked.ids)
    iou = mask_iou(found, meant) if marked.ids else float(not found.any())
    return PhraseAnswer(
        phrase=answer.query[marked.begin : marked.end],
        iou=iou,
        absent=not marked.ids,
        presence=(answered or answer.sentence).presence,
    )
