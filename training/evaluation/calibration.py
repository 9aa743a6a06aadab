"""Calibration: how far confidences are from how often they are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

BINS = 10


def expected_calibration_error(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> float:
    """Mean gap between confidence and accuracy over bins of equal width, weighted by their size.

    Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017), equation 3.

    Args:
        confidence: (N,) in [0, 1].
        right: (N,) bool.
        bins: number of bins.

    Returns:
        In [0, 1]; 0 without answers.
    """
    said, was = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    if not said.size:
        return 0.0
    bin_of = np.minimum((said * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(bin_of, weights=said - was, minlength=bins)
    return float(np.abs(gaps).sum() / said.size)


def fit_logistic(features: ArrayLike, right: ArrayLike, ridge: float = 1.0) -> NDArray[np.float64]:
    """Weights and offset of the logistic function with the highest likelihood, by Newton's method.

    Args:
        features: (N, F).
        right: (N,) bool.
        ridge: strength of the pull of the weights, not of the offset, towards 0, in answers.

    Returns:
        (F + 1,), the offset last.

    Raises:
        ValueError: all are right, or none is.
    """
    target = np.asarray(right, np.float64)
    if not 0.0 < target.sum() < len(target):
        raise ValueError(f"of {len(target)} answers {int(target.sum())} are right: nothing to fit")
    rows = np.column_stack([features, np.ones(len(target))])
    pull = np.diag([ridge] * (rows.shape[1] - 1) + [1e-9])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        likely = 1.0 / (1.0 + np.exp(-np.clip(rows @ weights, -30.0, 30.0)))
        gradient = rows.T @ (likely - target) + pull @ weights
        curvature = (rows * (likely * (1.0 - likely))[:, None]).T @ rows + pull
        step = np.linalg.solve(curvature, gradient)
        weights -= np.clip(step, -5.0, 5.0)
        if np.abs(step).max() < 1e-8:
            break
    return weights
