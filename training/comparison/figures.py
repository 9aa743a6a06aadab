"""A comparison in figures: each variant's mean over its seeds, their spread, the gap to the first.

The file is for other programs; `comparison_page` makes a page of it for people.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.io.atomic_write import atomic_path
from training.evaluation.bootstrap import bootstrap_gap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.comparison.study import Comparison
    from training.evaluation.results import SetResult


@dataclass(frozen=True)
class VariantFigures:
    """One variant on one test set.

    Attributes:
        means, spreads: by measure, over the runs of all seeds; the spread is the standard
            deviation (n - 1), 0 for a single run.
        gap: phrase mIoU minus the first variant's, low and high end of its 95% interval; empty
            for the first variant itself.
    """

    means: Mapping[str, float]
    spreads: Mapping[str, float]
    gap: Sequence[float] = ()


@dataclass(frozen=True)
class Trial:
    """Learning rates of a variant, and what they came to on the development rooms."""

    variant: str
    learning_rate: float
    backbone_rate: float
    phrase_miou: float
    chosen: bool


@dataclass(frozen=True)
class Figures:
    """All of a comparison's.

    Attributes:
        seeds: of the runs of each variant.
        steps: of each run, by variant.
        exams: by folder name and variant, those that are complete; the first is compared with.
        trials: of all variants; empty where the rates are the configs' own.
        missing: variants that are not complete.
    """

    seeds: Sequence[int]
    steps: Mapping[str, int]
    exams: Mapping[str, Mapping[str, VariantFigures]]
    trials: Sequence[Trial]
    missing: Sequence[str]

    def write(self, path: Path) -> None:
        """As JSON, atomically."""
        with atomic_path(path) as temporary:
            text = json.dumps(dataclasses.asdict(self), indent=1)
            temporary.write_text(text + "\n", encoding="utf-8")


def figures_of(comparison: Comparison) -> Figures | None:
    """Figures that are complete so far; None before the first variant is.

    Raises:
        BadFileError: results cannot be read.
        ValueError: runs were not measured on the same rooms.
    """
    plan = comparison.plan
    results = {
        variant: [comparison.results(variant, exam) for exam in plan.exams]
        for variant in plan.variants
    }
    complete = [variant for variant, found in results.items() if all(found)]
    base = next(iter(results))
    if base not in complete:
        return None
    exams = {
        Path(exam).name: {
            variant: variant_figures(
                results[variant][i], results[base][i] if variant != base else []
            )
            for variant in complete
        }
        for i, exam in enumerate(plan.exams)
    }
    return Figures(
        seeds=plan.seeds,
        steps={variant: plan.configs[variant].steps for variant in results},
        exams=exams,
        trials=[trial for variant in results for trial in _trials(comparison, variant)],
        missing=[variant for variant in results if variant not in complete],
    )


def variant_figures(runs: Sequence[SetResult], base: Sequence[SetResult]) -> VariantFigures:
    """Figures of some runs on one test set.

    Args:
        runs: a variant's.
        base: those of the variant that it is compared with; empty = it is that one.

    Raises:
        ValueError: they were not measured on the same rooms.
    """
    names = runs[0].measures
    values = {name: [run.measures[name] for run in runs] for name in names}
    gap = bootstrap_gap([r.room_ious for r in runs], [r.room_ious for r in base]) if base else ()
    return VariantFigures(
        means={name: float(np.mean(found)) for name, found in values.items()},
        spreads={
            name: float(np.std(found, ddof=1)) if len(found) > 1 else 0.0
            for name, found in values.items()
        },
        gap=gap[:3],
    )


def _trials(comparison: Comparison, variant: str) -> list[Trial]:
    chosen = comparison.chosen(variant)
    scores = comparison.trial_scores(variant)
    return [Trial(variant, *rates, score, rates == chosen) for rates, score in scores.items()]
