"""Figures from outcomes: one number per measure, and IoU by what was asked for."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from training.evaluation.calibration import expected_calibration_error
from training.evaluation.metrics import DescriptionResult, f1_of, summarize_groups
from training.evaluation.records import ABSENT, SMALL, STRUCTURE, THING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from training.evaluation.records import PhraseOutcome, SentenceOutcome

SPOKEN, PLAIN = "spoken", "written"
SIZE_EDGES = (50, 200, 1000, 5000)  # points


def measures(outcomes: Sequence[SentenceOutcome]) -> dict[str, float]:
    """Every figure of the test set by name; 0 where nothing was asked that could be counted.

    Mask figures count phrases about things with at least SMALL_POINTS points each; small things,
    structure and absent ones have figures of their own.
    """
    things = list(phrases_of(outcomes, THING))
    absent = list(phrases_of(outcomes, ABSENT))
    countable = [*things, *absent]
    plural = [p for p in things if p.objects > 1]
    targets = [o.target for o in outcomes if o.target is not None and o.target.kind == THING]
    denied = [p for p in countable if not p.said_present]
    refused = sum(p.kind == ABSENT for p in denied)
    hard = [p for p in absent if p.hard]
    answered = [p for p in countable if p.said_present]
    ious = np.array([p.iou for p in things])
    published = summarize_groups(list(_results(outcomes)))
    return {
        "phrase_mIoU": _mean(ious),
        "raw_mIoU": _mean(p.raw for p in things),
        "acc25": _mean(ious > 0.25),
        "acc50": _mean(ious > 0.5),
        "sentence_mIoU": _mean(t.iou for t in targets),
        "sentence_acc50": _mean(t.iou > 0.5 for t in targets),
        "instance_f1": f1_of(
            sum(p.matched for p in countable),
            sum(p.instances for p in countable),
            sum(p.objects for p in countable),
        ),
        "count_exact": _mean(p.instances == p.objects for p in plural),
        "presence_f1": f1_of(refused, len(denied), len(absent)),
        "presence_precision": refused / len(denied) if denied else 0.0,
        "presence_recall": refused / len(absent) if absent else 0.0,
        "presence_recall_hard": _mean(not p.said_present for p in hard),
        "presence_ece": expected_calibration_error(
            [p.presence for p in countable], [p.kind != ABSENT for p in countable]
        ),
        "score_ece": expected_calibration_error(
            [p.score for p in answered], [p.kind != ABSENT and p.iou > 0.5 for p in answered]
        ),
        "span_f1": f1_of(
            sum(o.spans_right for o in outcomes),
            sum(o.spans_found for o in outcomes),
            sum(o.spans_told for o in outcomes),
        ),
        "head_accuracy": sum(o.heads_right for o in outcomes)
        / max(1, sum(o.spans_right for o in outcomes)),
        "oracle_mIoU": _mean(p.oracle for p in things),
        "blind_mIoU": _mean(p.blind for p in things),
        "same_category_mIoU": _mean(p.same_category for p in things),
        "small_mIoU": _mean(p.iou for p in phrases_of(outcomes, SMALL)),
        "structure_mIoU": _mean(p.iou for p in phrases_of(outcomes, STRUCTURE)),
        "plain_mIoU": _mean(p.iou for p in phrases_of(outcomes, THING, PLAIN)),
        "spoken_mIoU": _mean(p.iou for p in phrases_of(outcomes, THING, SPOKEN)),
        **{
            f"{group}_{name}": value
            for group, figures in published.items()
            for name, value in figures.items()
            if group != "all" or name == "smIoU"
        },
        "rooms": len({o.room for o in outcomes}),
        "sentences": len(outcomes),
        "phrases": len(things),
        "phrases_plural": len(plural),
        "phrases_absent": len(absent),
        "phrases_small": sum(1 for _ in phrases_of(outcomes, SMALL)),
        "phrases_structure": sum(1 for _ in phrases_of(outcomes, STRUCTURE)),
    }


def breakdowns(outcomes: Sequence[SentenceOutcome]) -> dict[str, dict[str, tuple[float, int]]]:
    """(mIoU, phrases) by category, relation and modifier of the sentence, template and size.

    Counted over the same phrases as `phrase_mIoU`, size over small things too.
    """
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        told = outcome.description
        for phrase in outcome.phrases:
            if phrase.kind in (THING, SMALL):
                found["size"][_size_name(phrase)].append(phrase.iou)
            if phrase.kind != THING:
                continue
            found["category"][phrase.category or "several"].append(phrase.iou)
            found["objects"]["several" if phrase.objects > 1 else "one"].append(phrase.iou)
            for relation in told.relations or ("none",):
                found["relation"][relation].append(phrase.iou)
            for modifier in told.modifiers or ("none",):
                found["modifier"][modifier].append(phrase.iou)
            if told.kind:
                found["kind of sentence"][told.kind].append(phrase.iou)
    return {
        aspect: {
            name: (float(np.mean(ious)), len(ious))
            for name, ious in sorted(groups.items(), key=lambda g: float(np.mean(g[1])))
        }
        for aspect, groups in found.items()
    }


def phrases_of(
    outcomes: Iterable[SentenceOutcome], kind: str, style: str | None = None
) -> Iterator[PhraseOutcome]:
    """Phrases of one kind, in sentences of one style (None = any)."""
    for outcome in outcomes:
        if style in (None, outcome.description.style):
            yield from (p for p in outcome.phrases if p.kind == kind)


def _results(outcomes: Iterable[SentenceOutcome]) -> Iterator[DescriptionResult]:
    """The published figures' input."""
    for outcome in outcomes:
        ious = tuple(p.iou for p in outcome.phrases if p.kind == THING)
        if ious:
            yield DescriptionResult(ious, len(outcome.description.words))


def _size_name(phrase: PhraseOutcome) -> str:
    each = phrase.points / max(1, phrase.objects)
    edge = next((e for e in SIZE_EDGES if each < e), None)
    return f"{SIZE_EDGES[-1]} points or more" if edge is None else f"under {edge} points"


def _mean(values: Iterable[float]) -> float:
    numbers = np.fromiter(values, np.float64)
    return float(numbers.mean()) if numbers.size else 0.0
