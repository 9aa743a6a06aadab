"""Confidence of a gap between two models, or two sets of scenes: paired bootstrap over rooms."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from training.evaluation.aggregate import phrases_of
from training.evaluation.records import THING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from training.evaluation.records import SentenceOutcome

    RoomIous = Mapping[str, Sequence[float]]  # by room: sum of IoUs, phrases; see room_ious

RESAMPLES = 2000
SEED = 1999


class Gap(NamedTuple):
    """A difference of phrase mIoU and where 95 of 100 resamples of the rooms put it.

    Attributes:
        gap: first minus second.
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
    return _paired(np.stack([sums[0], counts], axis=1), np.stack([sums[1], counts], axis=1))


def bootstrap_change(after: RoomIous, before: RoomIous) -> Gap:
    """Of one model between two sets of scenes, over the rooms that are in both.

    What is seen in the rooms, and with it what is said of them, may differ between the sets.

    Args:
        after, before: `room_ious` of the sets.

    Raises:
        ValueError: no room is in both, or no phrase of one set's share of them is about a thing.
    """
    rooms = [room for room in after if room in before]
    sides = [np.array([side[room] for room in rooms], np.float64) for side in (after, before)]
    return _paired(*(side.reshape(-1, 2) for side in sides))


def _paired(one: NDArray[np.float64], other: NDArray[np.float64]) -> Gap:
    """(rooms, 2) each: sum of IoUs, phrases."""
    both = np.stack([one, other])
    both = both[:, both[..., 1].any(axis=0)]
    if not both[..., 1].any(axis=1).all():
        raise ValueError("no phrase is about a thing; there is nothing to compare")
    rooms = both.shape[1]
    drawn = np.random.default_rng(SEED).integers(rooms, size=(RESAMPLES, rooms))
    low, high = np.quantile(_gap(both[:, drawn]), [0.025, 0.975])
    return Gap(float(_gap(both)), float(low), float(high), rooms)


def _gap(both: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of (2, ..., rooms, 2), in which a set of rooms without a phrase counts as wholly wrong."""
    ious, phrases = both[..., 0].sum(axis=-1), both[..., 1].sum(axis=-1)
    mean = ious / np.maximum(phrases, 1)
    gap: NDArray[np.float64] = mean[0] - mean[1]
    return gap
