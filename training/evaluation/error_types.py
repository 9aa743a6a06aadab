"""Kind of an answer's mistake, and the share of each kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from training.evaluation.metrics import iou_of
from training.evaluation.records import THING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from training.evaluation.records import SentenceOutcome

RIGHT = "right"
NOTHING = "nothing answered"
OTHER_KIND = "a thing of another kind"
LOOK_ALIKE = "a look-alike"
TOO_MANY = "another thing beside it"
PART_MISSING = "some of several missing"
TOO_LITTLE = "too little of it"
TOO_MUCH = "more than it"
MISTAKES = (NOTHING, OTHER_KIND, LOOK_ALIKE, TOO_MANY, PART_MISSING, TOO_LITTLE, TOO_MUCH)
KINDS = (RIGHT, *MISTAKES)

ALL = "all"
_HALF = 0.5  # right = IoU over this; a thing is covered with at least this part of its points


def kind_of_answer(
    inside: NDArray[np.int64],
    points: NDArray[np.int64],
    wanted: list[int],
    categories: Mapping[int, str],
) -> str:
    """One of KINDS.

    RIGHT is an IoU over one half. Of the others, NOTHING is an empty mask. TOO_MANY covers all
    that was meant, and most of what is too much are other whole things. LOOK_ALIKE and OTHER_KIND
    lie on something else more than on what was meant, PART_MISSING does not cover all of several
    things, and the rest is TOO_LITTLE or TOO_MUCH, whichever costs more.

    Args:
        inside: (C,) points of the mask on each object, on structure and on what is nobody's.
        points: (C,) points of each of these.
        wanted: columns of the objects that are meant; at least one.
        categories: of things by column; neither structure nor nobody has one.
    """
    size, meant = int(inside.sum()), int(points[wanted].sum())
    hit = int(inside[wanted].sum())
    if size == 0:
        return NOTHING
    if iou_of(hit, size, meant) > _HALF:
        return RIGHT
    covered = inside >= _HALF * np.maximum(points, 1)
    others = [c for c in categories if c not in wanted and covered[c]]
    if covered[wanted].all() and inside[others].sum() > _HALF * (size - hit):
        return TOO_MANY
    unwanted = inside.copy()
    unwanted[wanted] = 0
    most = int(unwanted.argmax())
    if unwanted[most] > hit:
        named = {categories.get(c) for c in wanted}
        return LOOK_ALIKE if most in categories and categories[most] in named else OTHER_KIND
    if not covered[wanted].all() and len(wanted) > 1:
        return PART_MISSING
    return TOO_LITTLE if meant - hit > size - hit else TOO_MUCH


def count_kinds(outcomes: Iterable[SentenceOutcome]) -> dict[str, dict[str, int]]:
    """Answers of each kind to phrases about things: ALL, "one", "several", and by relation.

    A relation counts the phrases that its sentence is about: "the chair" in "the chair closest to
    the door", and not "the door".
    """
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        about = outcome.description.target_row
        for phrase in outcome.phrases:
            if phrase.kind != THING:
                continue
            found[ALL][phrase.answer] += 1
            found["several" if phrase.objects > 1 else "one"][phrase.answer] += 1
            for relation in outcome.description.relations if phrase.row == about else ():
                found[relation][phrase.answer] += 1
    return {
        group: {kind: counts[kind] for kind in KINDS}
        for group, counts in sorted(found.items(), key=lambda item: -item[1].total())
    }
