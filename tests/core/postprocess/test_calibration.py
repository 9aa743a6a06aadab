"""Calibrated presence and score: decided as before, told as probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.errors import CheckpointError
from detailbase_core.postprocess.calibration import METADATA_KEY, UNCALIBRATED, Calibration

SOME = Calibration((0.6, -1.2), (1.5, 0.4, -2.0), 2)
PRESENCES = [*np.linspace(0.0, 1.0, 201).tolist(), 1e-9, 1 - 1e-9, 0.9999]


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("offset", [-1.2, 0.0, 0.7])
def test_presence_is_below_its_threshold_exactly_where_the_networks_is(threshold, offset):
    calibration = Calibration((0.6, offset))
    own = calibration.network_threshold(threshold)
    for presence in [*PRESENCES, own, np.nextafter(own, 0)]:
        told = calibration.presence_of(float(presence), threshold)
        assert (told < threshold) == (presence < own)
        assert 0.0 <= told <= 1.0


def test_presence_keeps_its_order_and_score_follows_both():
    told = [SOME.presence_of(p, 0.5) for p in sorted(PRESENCES)]
    assert told == sorted(told) and told[0] < 0.1 < 0.9 < told[-1]
    assert SOME.score_of(0.9, 0.9) > SOME.score_of(0.5, 0.9) > SOME.score_of(0.5, 0.1)
    assert SOME.score_of(0.0, 0.5) == pytest.approx(1 / (1 + np.exp(2.0)))


def test_without_calibration_the_network_is_taken_at_its_word():
    assert Calibration.of({}) == UNCALIBRATED
    assert UNCALIBRATED.presence_of(0.73, 0.5) == 0.73
    assert UNCALIBRATED.network_threshold(0.31) == 0.31
    assert [UNCALIBRATED.score_of(iou, 0.1) for iou in (-0.5, 0.4, 1.5)] == [0.0, 0.4, 1.0]


def test_metadata_is_read_back_or_refused():
    assert Calibration.of({METADATA_KEY: SOME.as_json()}) == SOME
    assert Calibration.of({METADATA_KEY: Calibration((2.0, 0.1)).as_json()}).score == ()
    odd = ['{"presence": [1]}', '{"presence": [0, 1], "score": []}']
    odd += ['{"presence": [1, NaN], "score": []}', '{"presence": [1, 0], "score": [1]}']
    odd += [f'{{"presence": [1, 0], "score": [], "views": {n}}}' for n in ("0", "9", "2.0", '"2"')]
    for text in ("", "[]", *odd):
        with pytest.raises(CheckpointError, match="calibration cannot be read"):
            Calibration.of({METADATA_KEY: text})
