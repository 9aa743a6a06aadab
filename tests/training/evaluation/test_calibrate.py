"""The fit of presence and score, and the checkpoint that carries it."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT
from detailbase_core.postprocess.calibration import Calibration
from detailbase_core.types import PointCloud
from training import calibrate
from training.evaluation.calibration import expected_calibration_error, fit_logistic
from training.evaluation.calibration_rooms import fitted, recalibrated
from training.evaluation.plain_answers import PlainAnswer


def overconfident(count=3000):
    """Answers whose presence claims twice the logit that is true, with a useless score."""
    rng = np.random.default_rng(0)
    answers = []
    for _ in range(count):
        logit = rng.normal(1.0, 1.5)
        there = rng.random() < 1 / (1 + np.exp(-logit))
        presence = float(1 / (1 + np.exp(-2 * logit - 1)))
        right = there and rng.random() < 0.7
        found = presence >= 0.5
        answers.append(PlainAnswer("room_960000", "s", "p", "k", not there,
                                   0.9 if right and found else 0.1, found, presence,
                                   float(rng.uniform(0.6, 1.0))))  # fmt: skip
    return answers


def test_the_logistic_fit_finds_the_weights_that_made_the_data():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(20_000, 2))
    right = rng.random(20_000) < 1 / (1 + np.exp(-(rows @ [1.5, -0.5] + 0.3)))
    np.testing.assert_allclose(fit_logistic(rows, right), [1.5, -0.5, 0.3], atol=0.08)
    with pytest.raises(ValueError, match="nothing to fit"):
        fit_logistic(rows[:5], np.ones(5))


def test_calibration_makes_presence_and_score_come_true():
    answers = overconfident()
    calibration = fitted(answers)
    slope, offset = calibration.presence
    there = [not a.absent for a in answers]
    odds = np.log(np.mean(there) / (1 - np.mean(there)))
    assert slope == pytest.approx(0.5, abs=0.06)
    assert offset == pytest.approx(-0.5 - odds, abs=0.15)
    even = [a for a in answers if a.absent]
    even += [a for a in answers if not a.absent][: len(even)]
    evenly, there = [recalibrated(a, calibration) for a in even], [not a.absent for a in even]
    assert expected_calibration_error([a.presence for a in even], there) > 0.08
    assert expected_calibration_error([a.presence for a in evenly], there) < 0.03
    told = [recalibrated(a, calibration) for a in answers]
    found = [a for a in told if a.found]
    right = [a.right and not a.absent for a in found]
    assert expected_calibration_error([a.score for a in found], right) < 0.05


def test_presence_that_tells_nothing_is_not_calibrated():
    turned = [recalibrated(a, Calibration()) for a in overconfident(200)]
    wrong = [PlainAnswer(**{**vars(a), "presence": 1 - a.presence}) for a in turned]
    with pytest.raises(ValueError, match="presence is not higher"):
        fitted(wrong)


def test_a_calibrated_copy_answers_by_its_calibration(tmp_path):
    plain, out = tmp_path / "plain.safetensors", tmp_path / "calibrated.safetensors"
    calibration = Calibration((0.5, -4.0), (1.0, 0.0, -3.0))
    calibrate.write_calibrated(SHIPPED_CHECKPOINT, Calibration(), plain)
    calibrate.write_calibrated(SHIPPED_CHECKPOINT, calibration, out)
    rng = np.random.default_rng(0)
    floor = rng.uniform([-2, -2, 0], [2, 2, 0], (20_000, 3)).astype(np.float32)
    cloud = PointCloud(floor, np.full((20_000, 3), 150, np.uint8))
    was, now = (
        Grounder(GrounderConfig(checkpoint=path, threads=1)).ground_cloud(cloud, "the floor")
        for path in (str(plain), str(out))
    )
    (before,), (after,) = was.phrases, now.phrases
    assert after.presence == pytest.approx(calibration.presence_of(before.presence, 0.5), abs=1e-6)
    assert after.presence < 0.9 < before.presence and after.instances
    assert after.instances[0].score == after.score
    assert 0.0 < after.score < 0.2 < before.score


def test_one_command_fits_and_writes(tmp_path, monkeypatch, capsys):
    half = overconfident(1000)
    others = [PlainAnswer(**{**vars(a), "scene": "room_960001"}) for a in overconfident(1000)]
    monkeypatch.setattr(calibrate, "collect", lambda *_: half + others)
    out = tmp_path / "out.safetensors"
    asked = ["--furniture", "bank.npz", "--rooms", "1", "--out", str(out)]
    assert calibrate.main(asked) == 0
    assert Grounder(GrounderConfig(checkpoint=str(out), threads=1)).calibration.score
    assert capsys.readouterr().out.count("calibration error of presence") == 4
    monkeypatch.setattr(calibrate, "collect", lambda *_: half[:0])
    assert calibrate.main(asked) == 1
