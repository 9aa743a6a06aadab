"""Calibration: how far confidences are from how often they are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

BINS = 10


def expected_calibration_error(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> float:
    """Mean gap between confidence and accuracy over bins of equal width, weighted by their size.

    Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017), equation 3.

    Args:
        confidence: (N,) in [0, 1].
        right: (N,) bool.
        bins: number of bins.

    Returns:
        In [0, 1]; NaN without answers.
    """
    said, was = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    if not said.size:
        return float("nan")
    bin_of = np.minimum((said * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(bin_of, weights=said - was, minlength=bins)
    return float(np.abs(gaps).sum() / said.size)
