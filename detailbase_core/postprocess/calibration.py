"""Calibration: presence and score as probabilities, by a few numbers in a checkpoint's metadata.

Platt, "Probabilistic Outputs for Support Vector Machines" (1999): a logistic function of what the
network says, fitted by training.calibrate on rooms of furniture that it never saw.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from detailbase_core.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Mapping

METADATA_KEY = "calibration"
MAX_VIEWS = 8
MAX_LOGIT = 12.0  # beyond it presence says no more
_LEAST_PRESENCE = 1.0 / (1.0 + math.exp(MAX_LOGIT))


@dataclass(frozen=True)
class Calibration:
    """From the network's presence and score to probabilities.

    Attributes:
        presence: slope and offset of the logit; the slope is above 0, so that presence keeps its
            order and deciding by it is deciding by the network's own.
        score: weight of the predicted IoU, weight of the presence logit, offset: the logit of the
            probability that what is found is right (IoU over one half). () = the predicted IoU.
        views: headings in which scenes were looked at meanwhile, 1 to MAX_VIEWS.
    """

    presence: tuple[float, float] = (1.0, 0.0)
    score: tuple[float, float, float] | tuple[()] = ()
    views: int = 1

    @classmethod
    def of(cls, metadata: Mapping[str, str]) -> Calibration:
        """A checkpoint's own; of one without, what the network says.

        Raises:
            CheckpointError: it cannot be read.
        """
        text = metadata.get(METADATA_KEY)
        if text is None:
            return cls()
        try:
            stored = json.loads(text)
            slope, offset = map(float, stored["presence"])
            score = tuple(map(float, stored["score"]))
            if not (slope > 0 and all(map(math.isfinite, (slope, offset, *score)))):
                raise ValueError(f"impossible values {text}")
            views = stored.get("views", 1)
            if type(views) is not int or not 1 <= views <= MAX_VIEWS:
                raise ValueError(f"{views!r:.20} views")
            return cls((slope, offset), _three_or_none(score), views)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CheckpointError(f"the checkpoint's calibration cannot be read: {error}") from None

    def as_json(self) -> str:
        """For a checkpoint's metadata, under METADATA_KEY."""
        return json.dumps(asdict(self))

    def network_threshold(self, threshold: float) -> float:
        """The presence of the network that is calibrated to a threshold in [0, 1]."""
        if threshold in (0.0, 1.0) or self.presence == (1.0, 0.0):
            return threshold
        slope, offset = self.presence
        return _sigmoid((presence_logit(threshold) - offset) / slope)

    def presence_of(self, presence: float, threshold: float) -> float:
        """The probability that the thing is there.

        Args:
            presence: as the network says, in [0, 1].
            threshold: of the probability; it is below exactly where `presence` is below
                network_threshold(threshold).
        """
        if self.presence == (1.0, 0.0):
            return presence
        slope, offset = self.presence
        calibrated = _sigmoid(slope * presence_logit(presence) + offset)
        if presence < self.network_threshold(threshold):
            return min(calibrated, math.nextafter(threshold, 0.0))
        return max(calibrated, threshold)

    def score_of(self, score: float, presence: float) -> float:
        """The probability that what is found is right.

        Args:
            score: predicted IoU.
            presence: as the network says, in [0, 1].
        """
        if not self.score:
            return min(max(score, 0.0), 1.0)
        of_score, of_presence, offset = self.score
        return _sigmoid(of_score * score + of_presence * presence_logit(presence) + offset)


UNCALIBRATED = Calibration()


def _three_or_none(score: tuple[float, ...]) -> tuple[float, float, float] | tuple[()]:
    if not score:
        return ()
    of_score, of_presence, offset = score
    return of_score, of_presence, offset


def presence_logit(probability: float) -> float:
    """Logit of a presence in [0, 1], bounded by MAX_LOGIT."""
    bounded = min(max(probability, _LEAST_PRESENCE), 1.0 - _LEAST_PRESENCE)
    return math.log(bounded / (1.0 - bounded))


def _sigmoid(logit: float) -> float:
    if logit < 0:
        return math.exp(max(logit, -700.0)) / (1.0 + math.exp(max(logit, -700.0)))
    return 1.0 / (1.0 + math.exp(-logit))
