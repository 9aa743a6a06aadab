"""How sure a gap between two models is: paired bootstrap over rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from training.measures import phrases_of
from training.outcomes import THING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.outcomes import SentenceOutcome

RESAMPLES = 2000
SEED = 1999


class Gap(NamedTuple):
    """A difference of phrase mIoU and where 95 of 100 resamples of the rooms put it.

    Attributes:
        gap: first model minus second.
        low, high: the interval.
        rooms: how many.
    """

    gap: float
    low: float
    high: float
    rooms: int


def bootstrap_gap(ours: Sequence[SentenceOutcome], theirs: Sequence[SentenceOutcome]) -> Gap:
    """Paired over rooms: phrases of one room are alike, so rooms are what is drawn.

    Args:
        ours, theirs: outcomes of the same sentences.

    Raises:
        ValueError: the sentences differ, or none is about a thing.
    """
    if [(o.room, o.number) for o in ours] != [(o.room, o.number) for o in theirs]:
        raise ValueError("the two models were not asked the same sentences")
    rooms = sorted({o.room for o in ours})
    index = {room: i for i, room in enumerate(rooms)}
    sums, counts = np.zeros((2, len(rooms))), np.zeros(len(rooms))
    for side, outcomes in enumerate((ours, theirs)):
        for outcome in outcomes:
            ious = [phrase.iou for phrase in phrases_of([outcome], THING)]
            sums[side, index[outcome.room]] += sum(ious)
            if side == 0:
                counts[index[outcome.room]] += len(ious)
    sums, counts = sums[:, counts > 0], counts[counts > 0]
    if not len(counts):
        raise ValueError("no phrase is about a thing; there is nothing to compare")
    difference = sums[0] - sums[1]
    drawn = np.random.default_rng(SEED).integers(len(counts), size=(RESAMPLES, len(counts)))
    gaps = difference[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(gaps, [0.025, 0.975])
    return Gap(float(difference.sum() / counts.sum()), float(low), float(high), len(counts))
