"""From outcomes to the results of one set of scenes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.evaluation.aggregate import breakdowns, measures
from training.evaluation.bootstrap import bootstrap_gap, room_ious
from training.evaluation.error_types import count_kinds
from training.evaluation.examples import examples, mistaken_examples
from training.evaluation.results import SetResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.evaluation.records import SentenceOutcome


def summarize_set(
    folder: str,
    outcomes: Sequence[Sequence[SentenceOutcome]],
    uncorrupted: Sequence[SentenceOutcome] = (),
) -> SetResult:
    """Figures of the first model on a folder's scenes, compared with the second where given.

    Args:
        folder: of the scenes.
        outcomes: of one model or two.
        uncorrupted: the first model's on the scenes that these are a corruption of; those of
            other rooms do not count.
    """
    first, *others = outcomes
    good, bad = examples(first)
    there = {outcome.room for outcome in first}
    same_rooms = [outcome for outcome in uncorrupted if outcome.room in there]
    ious, *rival_ious = [room_ious(of_model) for of_model in outcomes]
    return SetResult(
        folder,
        measures(first),
        breakdowns(first),
        good,
        bad,
        rival=measures(others[0]) if others else {},
        gap=bootstrap_gap([ious], rival_ious)[:3] if others else (),
        room_ious=ious,
        uncorrupted=measures(same_rooms) if same_rooms else {},
        kinds=count_kinds(first),
        mistaken=mistaken_examples(first),
    )
