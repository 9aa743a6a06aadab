"""A comparison as a page of markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.io.atomic_write import atomic_path
from training.comparison.figures import figures_of
from training.evaluation.results_table import ROWS
from training.report.sections import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from training.comparison.figures import Figures, Trial, VariantFigures
    from training.comparison.study import Comparison

COLUMNS = (
    "phrase_mIoU",
    "acc50",
    "sentence_mIoU",
    "instance_f1",
    "count_exact",
    "presence_f1",
    "span_f1",
)
FIGURES_FILE = "comparison.json"


def write_page(comparison: Comparison, page: Path, command: str) -> bool:
    """Write the page, and its figures into the comparison's folder.

    Args:
        comparison: as far as it is.
        page: file of the page.
        command: that makes the comparison.

    Returns:
        False where there is nothing to compare yet; no file is written then.

    Raises:
        BadFileError, ValueError: see figures_of.
        OSError: a file cannot be written.
    """
    figures = figures_of(comparison)
    if figures is None:
        return False
    figures.write(comparison.out / FIGURES_FILE)
    with atomic_path(page) as temporary:
        temporary.write_text(page_of(figures, command, page.stem), encoding="utf-8")
    return True


def page_of(figures: Figures, command: str, name: str) -> str:
    """The page's text; its title is its name."""
    seeds = len(figures.seeds)
    base = next(iter(figures.steps))
    steps = sorted(set(figures.steps.values()))
    spread = (
        "Means over the runs, ± their standard deviation. The interval is about other rooms; how "
        "much other seeds would change is what ± tells."
        if seeds > 1
        else "The interval is about other rooms; how much other seeds would change is not known."
    )
    parts = [
        f"# {name.capitalize()}",
        f"{seeds} run{'s' if seeds > 1 else ''} of each variant (seed "
        f"{', '.join(map(str, figures.seeds))}), {' or '.join(f'{n:,}' for n in steps)} steps "
        f"each. The gap is that of phrase mIoU to `{base}`, in points, with the 95% interval of a "
        f"paired bootstrap over rooms. {spread} Made by\n\n    {command}",
    ]
    if figures.missing:
        parts.append(f"Not complete yet: {', '.join(figures.missing)}.")
    parts += [f"## {name}\n\n{_exam_table(found, seeds)}" for name, found in figures.exams.items()]
    if figures.trials:
        parts.append(
            "## Learning rates\n\nPhrase mIoU on the development rooms, by peak learning rate and "
            "the U-Net's share of it. What is bold was taken.\n\n" + _trial_table(figures.trials)
        )
    return "\n\n".join(parts) + "\n"


def _exam_table(found: Mapping[str, VariantFigures], seeds: int) -> str:
    def cell(figures: VariantFigures, column: str) -> str:
        spread = f" ± {figures.spreads[column]:.3f}" if seeds > 1 else ""
        return f"{figures.means[column]:.3f}{spread}"

    rows = [[name, *(cell(v, c) for c in COLUMNS), _gap(v)] for name, v in found.items()]
    return table(["", *(ROWS[c] for c in COLUMNS), "gap"], rows)


def _gap(figures: VariantFigures) -> str:
    if not figures.gap:
        return ""
    gap, low, high = (100 * value for value in figures.gap)
    return f"{gap:+.1f} ({low:+.1f} to {high:+.1f})"


def _trial_table(trials: Sequence[Trial]) -> str:
    tried = sorted({(t.learning_rate, t.backbone_rate) for t in trials})
    scores = {(t.variant, t.learning_rate, t.backbone_rate): t for t in trials}
    rows = []
    for variant in dict.fromkeys(t.variant for t in trials):
        found = [scores.get((variant, *rates)) for rates in tried]
        rows.append([variant, *("" if t is None else _score(t) for t in found)])
    return table(["", *(f"{rate:g} x {share:g}" for rate, share in tried)], rows)


def _score(trial: Trial) -> str:
    return f"**{trial.phrase_miou:.3f}**" if trial.chosen else f"{trial.phrase_miou:.3f}"
