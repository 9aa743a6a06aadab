"""The area under a ROC curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def auc(scores: ArrayLike, truth: ArrayLike) -> float:
    """The chance that a true one scores higher than a false one; equal scores count half.

    Args:
        scores: (N,) higher = rather true.
        truth: (N,) bool.

    Raises:
        ValueError: all are true, or none is.
    """
    true = np.asarray(truth, bool)
    positives, negatives = int(true.sum()), int((~true).sum())
    if not positives or not negatives:
        raise ValueError("AUC needs true ones and false ones")
    ranks = rankdata(np.asarray(scores, np.float64))
    return float((ranks[true].sum() - positives * (positives + 1) / 2) / (positives * negatives))
