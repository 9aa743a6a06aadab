"""How sure a gap between two models is: paired bootstrap over rooms."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from training.evaluation.measures import phrases_of
from training.evaluation.outcomes import THING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from training.evaluation.outcomes import SentenceOutcome

    RoomIous = Mapping[str, Sequence[float]]  # by room: sum of IoUs, phrases; see room_ious

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


def room_ious(outcomes: Iterable[SentenceOutcome]) -> dict[str, tuple[float, int]]:
    """By room, the IoUs of its phrases about things, added up, and how many these are."""
    ious: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        ious[outcome.room] += [phrase.iou for phrase in phrases_of([outcome], THING)]
    return {room: (sum(found), len(found)) for room, found in ious.items()}


def bootstrap_gap(ours: Sequence[RoomIous], theirs: Sequence[RoomIous]) -> Gap:
    """Paired over rooms: phrases of one room are alike, so rooms are what is drawn.

    Args:
        ours, theirs: `room_ious` of one run or more (other seeds), all on the same rooms. What is
            compared is the runs' mean.

    Raises:
        ValueError: the rooms or their numbers of phrases differ, or no phrase is about a thing.
    """
    first = ours[0]
    counts = np.array([count for _, count in first.values()], dtype=np.float64)
    sums = []
    for side in (ours, theirs):
        for run in side:
            if run.keys() != first.keys() or any(run[r][1] != first[r][1] for r in first):
                raise ValueError("the models were not asked the same phrases of the same rooms")
        sums.append(np.mean([[run[room][0] for room in first] for run in side], axis=0))
    if not counts.any():
        raise ValueError("no phrase is about a thing; there is nothing to compare")
    difference = (sums[0] - sums[1])[counts > 0]
    counts = counts[counts > 0]
    drawn = np.random.default_rng(SEED).integers(len(counts), size=(RESAMPLES, len(counts)))
    gaps = difference[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(gaps, [0.025, 0.975])
    return Gap(float(difference.sum() / counts.sum()), float(low), float(high), len(counts))
