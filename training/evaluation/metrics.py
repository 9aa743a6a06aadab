"""The published figures (reference: 3D-DRES): mIoU and Acc over phrases, smIoU over sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LONG_WORDS = 50  # a description with more words is "long"
COMPLEX_PHRASES = 4  # one with at least as many phrases is "complex"


def mask_iou(predicted: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks over points; 1.0 where both are empty."""
    union = int((predicted | truth).sum())
    return float((predicted & truth).sum() / union) if union else 1.0


def iou_of(overlap: int, one: int, two: int) -> float:
    """Intersection over union from sizes; 1.0 where both are empty."""
    union = one + two - overlap
    return overlap / union if union else 1.0


def f1_of(right: int, said: int, true: int) -> float:
    """Harmonic mean of precision right / said and recall right / true; 0 where nothing is."""
    return 2 * right / (said + true) if said + true else 0.0


@dataclass(frozen=True)
class DescriptionResult:
    """One description's outcome.

    Attributes:
        ious: one per phrase, at least one.
        word_count: words of the description.
    """

    ious: tuple[float, ...]
    word_count: int


def summarize(results: Sequence[DescriptionResult]) -> dict[str, float]:
    """mIoU, acc25, acc50 (strict >) over phrases, smIoU over descriptions; 0 where none."""
    ious = np.array([iou for result in results for iou in result.ious])
    sentence_means = [float(np.mean(result.ious)) for result in results if result.ious]
    if not len(ious):
        return {"mIoU": 0.0, "acc25": 0.0, "acc50": 0.0, "smIoU": 0.0}
    return {
        "mIoU": float(ious.mean()),
        "acc25": float((ious > 0.25).mean()),
        "acc50": float((ious > 0.5).mean()),
        "smIoU": float(np.mean(sentence_means)),
    }


def summarize_groups(results: Sequence[DescriptionResult]) -> dict[str, dict[str, float]]:
    """The four figures for all, for long and for complex descriptions."""
    return {
        "all": summarize(results),
        "long": summarize([r for r in results if r.word_count > LONG_WORDS]),
        "complex": summarize([r for r in results if len(r.ious) >= COMPLEX_PHRASES]),
    }
