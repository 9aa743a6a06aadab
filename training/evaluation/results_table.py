"""Results for people: a column per set of scenes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from training.evaluation.error_types import ALL, KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.evaluation.results import Results, SetResult

ROWS = {
    "phrase_mIoU": "phrase mIoU",
    "raw_mIoU": "  before objects are chosen",
    "acc25": "Acc@0.25",
    "acc50": "Acc@0.5",
    "sentence_mIoU": "sentence mIoU (target)",
    "sentence_acc50": "sentence Acc@0.5",
    "instance_f1": "instance F1 at IoU 0.5",
    "count_exact": "count exact, plural phrases",
    "presence_f1": "presence: F1 on absent things",
    "presence_precision": "  precision",
    "presence_recall": "  recall",
    "presence_recall_hard": "  recall, hard ones",
    "presence_ece": "presence: expected calibration error",
    "score_ece": "score: expected calibration error",
    "span_f1": "phrase spans, F1",
    "head_accuracy": "  head word right",
    "oracle_mIoU": "superpoint oracle, mIoU",
    "blind_mIoU": "text-blind model, mIoU",
    "same_category_mIoU": "all of the named category, mIoU",
    "small_mIoU": "small things, mIoU",
    "structure_mIoU": "floor, walls, ceiling, mIoU",
    "plain_mIoU": "plain sentences, mIoU",
    "spoken_mIoU": "spoken sentences, mIoU",
    "all_smIoU": "smIoU",
    "long_mIoU": "long sentences (over 50 words), mIoU",
    "long_smIoU": "  smIoU",
    "complex_mIoU": "complex sentences (4 phrases), mIoU",
    "complex_smIoU": "  smIoU",
}
COUNTS = {
    "rooms": "rooms",
    "sentences": "sentences",
    "phrases": "phrases about things",
    "phrases_plural": "  plural",
    "phrases_absent": "phrases about absent things",
    "phrases_small": "phrases about small things",
    "phrases_structure": "phrases about structure",
}
NAME_WIDTH = 38


def as_table(results: Results) -> str:
    """All figures; with a rival, its phrase mIoU and the gap to it."""
    width = max(12, *(len(name) + 2 for name in results.sets))
    lines = [" " * NAME_WIDTH + "".join(f"{name:>{width}}" for name in results.sets)]
    sets = list(results.sets.values())
    for key, label in ROWS.items():
        values = "".join(f"{result.measures.get(key, math.nan):{width}.3f}" for result in sets)
        lines.append(f"{label:{NAME_WIDTH}}{values}")
    for key, label in COUNTS.items():
        counts = "".join(f"{int(result.measures[key]):{width}d}" for result in sets)
        lines.append(f"{label:{NAME_WIDTH}}{counts}")
    lines.append("of the phrases about things, in %:")
    for kind in KINDS:
        shares = "".join(f"{share_of(kind, result.kinds):{width}.1f}" for result in sets)
        lines.append(f"{'  ' + kind:{NAME_WIDTH}}{shares}")
    lines += [
        f"{name} against {results.rival}: {gap_text(r)}"
        for name, r in results.sets.items()
        if r.gap
    ]
    return "\n".join(lines)


def share_of(kind: str, kinds: Mapping[str, Mapping[str, int]], group: str = ALL) -> float:
    """Share of a group's answers that are of this kind, in percent; 0 for an empty group."""
    counts = kinds.get(group, {})
    return 100 * counts.get(kind, 0) / max(1, sum(counts.values()))


def gap_text(result: SetResult) -> str:
    """The gap of phrase mIoU to the rival, in points."""
    gap, low, high = (100 * value for value in result.gap)
    return (
        f"phrase mIoU {result.measures['phrase_mIoU']:.3f} and {result.rival['phrase_mIoU']:.3f}, "
        f"{gap:+.1f} points (95% interval over rooms {low:+.1f} to {high:+.1f})"
    )
