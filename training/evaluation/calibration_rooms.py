"""Rooms in which presence and score are calibrated, and the fit."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.postprocess.calibration import UNCALIBRATED, Calibration, presence_logit
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.stock import Stock
from detailbase_core.types import PointCloud
from training.evaluation.calibration import fit_logistic
from training.evaluation.plain_answers import PlainAnswer, judge_plain
from training.rooms.sample import make_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.rooms.sample import Sample

SENTENCES = 16  # of each room
_THRESHOLD = 0.5


def ask_seeds(
    checkpoint: str, furniture: str, views: int, seeds: Sequence[int]
) -> list[PlainAnswer]:
    """Answers without calibration to generated sentences, in rooms of a bank's unseen models.

    Raises:
        BadFileError, CheckpointError: the bank or the weights cannot be used.
    """
    grounder = Grounder(GrounderConfig(checkpoint=checkpoint, threads=1, views=views))
    grounder.calibration = UNCALIBRATED
    stock = Stock.of_bank(FurnitureBank.load(furniture), "unseen", everyday=True)
    samples = (make_sample(seed, stock, sentences=SENTENCES) for seed in seeds)
    return [answer for sample in samples for answer in ask_sample(grounder, sample)]


def ask_sample(grounder: Grounder, sample: Sample) -> Iterator[PlainAnswer]:
    """Answers to all that is said about a room's things."""
    encoded = grounder.encode_cloud(PointCloud(sample.xyz, sample.rgb))
    for said in sample.descriptions:
        answer = grounder.ground_encoded(encoded, said.text)
        for phrase in said.phrases:
            if not phrase.structure:
                meant = np.isin(sample.instance, phrase.ids) if phrase.ids else None
                yield judge_plain(sample.scene_id, answer, (phrase.begin, phrase.end), meant)


def fitted(answers: Sequence[PlainAnswer], views: int = 1) -> Calibration:
    """Presence first; then score, of what is found by that presence.

    Nobody knows how often a robot is asked for what is not there. So presence is the probability
    at even odds, whatever part of these answers is about absent things.

    Args:
        answers: uncalibrated.
        views: headings in which the rooms were looked at.

    Raises:
        ValueError: too few answers, or presence does not tell what is there at all.
    """
    logits = np.array([presence_logit(a.presence) for a in answers])
    slope, offset = fit_logistic(logits[:, None], [not a.absent for a in answers])
    if slope <= 0:
        raise ValueError("presence is not higher where the thing is there: nothing to calibrate")
    absent = sum(a.absent for a in answers)
    offset -= math.log((len(answers) - absent) / absent)
    calibration = Calibration((float(slope), float(offset)))
    found = [a for a in answers if recalibrated(a, calibration).found]
    features = [(a.score, presence_logit(a.presence)) for a in found]
    right = [a.right and not a.absent for a in found]
    of_iou, of_presence, offset = map(float, fit_logistic(np.array(features), right))
    return replace(calibration, score=(of_iou, of_presence, offset), views=views)


def recalibrated(answer: PlainAnswer, calibration: Calibration) -> PlainAnswer:
    """An uncalibrated answer as it would be with this calibration.

    What was not found stays so, though a lower threshold would find it.
    """
    found = answer.found and answer.presence >= calibration.network_threshold(_THRESHOLD)
    return replace(
        answer,
        found=found,
        iou=answer.iou if found else 0.0,
        presence=calibration.presence_of(answer.presence, _THRESHOLD),
        score=calibration.score_of(answer.score, answer.presence),
    )
