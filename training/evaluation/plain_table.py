"""Figures of test sets in plain text, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.evaluation.plain_answers import figures, model_group, shares_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.evaluation.plain_answers import PlainAnswer, PlainResults, PlainSet

LEVEL_DEG = 5.0
LABELS = {
    "phrases": "phrases about things there",
    "mIoU": "  mIoU",
    "right": "  right (IoU over 0.5)",
    "absent": "phrases about absent things",
    "refused": "  refused",
    "presence_auc": "presence: AUC of there against absent",
    "presence_ece": "  expected calibration error",
    "score_auc": "score: AUC of right against wrong answers",
    "score_ece": "  expected calibration error",
}
COUNTS = ("phrases", "absent", "refused")


def plain_table(results: PlainResults) -> str:
    """A column per test set, then its parts."""
    width = max(12, *(len(name) + 2 for name in results.sets))
    label_width = max(map(len, LABELS.values())) + 1
    lines = [" " * label_width + "".join(f"{name:>{width}}" for name in results.sets)]
    rows = {name: figures(of.answers) for name, of in results.sets.items()}
    for key, label in LABELS.items():
        form = ".0f" if key in COUNTS else ".3f"
        cells = "".join(f"{of[key]:{width}{form}}" for of in rows.values())
        lines.append(f"{label:{label_width}}{cells}")
    for name, one in results.sets.items():
        lines.append("")
        lines += _parts(name, one)
    return "\n".join(lines)


def answer_lines(answers: Sequence[PlainAnswer]) -> Iterator[str]:
    """One line for each answer."""
    for a in answers:
        verdict = "FALSE ALARM" if a.found else "refused"
        said = verdict if a.absent else f"IoU {a.iou:.2f}"
        tail = f"presence {a.presence:.2f} score {a.score:.2f}"
        yield f"{a.scene:20s} {said:11s} {tail} | {a.sentence} :: {a.phrase}"


def mostly_level(one: PlainSet) -> str:
    """Number of scans whose up is found within LEVEL_DEG in most turns: "5 of 6"."""
    level = [np.array(errors) < LEVEL_DEG for errors in one.turned.values()]
    return f"{sum(2 * ok.sum() > len(ok) for ok in level)} of {len(level)}"


def _parts(name: str, one: PlainSet) -> Iterator[str]:
    yield f"{name} (files {one.fingerprint}), right of asked:"
    if one.headings:
        yield f"  right and refused in {len(one.headings)} headings: {one.spread()}"
    yield "  by scene: " + _shares(one, "scene")
    yield "  by kind: " + _shares(one, "kind")
    if any(a.models >= 0 for a in one.answers):
        shares = shares_by(one.answers, model_group)
        yield "  by furniture models of the kind: " + "; ".join(
            f"{group} {right} of {asked}" for group, (right, asked) in shares.items()
        )
    if one.turned:
        share = np.mean([(np.array(errors) < LEVEL_DEG).mean() for errors in one.turned.values()])
        yield (
            f"  --up auto within {LEVEL_DEG:g} degrees, turned at random: {mostly_level(one)} "
            f"scans in most turns, {100 * share:.0f}% of all turns"
        )


def _shares(one: PlainSet, attribute: str) -> str:
    shares = shares_by(one.answers, lambda answer: str(getattr(answer, attribute)))
    return "; ".join(f"{group} {right} of {asked}" for group, (right, asked) in shares.items())
