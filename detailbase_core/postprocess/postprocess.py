"""Grounded phrases from the decoder's last prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from detailbase_core.language.phrase_semantics import named_rows
from detailbase_core.postprocess.calibration import UNCALIBRATED
from detailbase_core.postprocess.instances import separate_masks
from detailbase_core.postprocess.object_selection import Said, Thresholds, select_objects
from detailbase_core.postprocess.runners_up import RunnersUp
from detailbase_core.types import GroundedPhrase, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import InstanceConfig
    from detailbase_core.language.words import DescribedWords
    from detailbase_core.network.batch import Prediction
    from detailbase_core.postprocess.calibration import Calibration
    from detailbase_core.postprocess.object_selection import Selection
    from detailbase_core.postprocess.vote_clustering import CenterVotes
    from detailbase_core.types import Scene, Sentence


class _Decided(NamedTuple):
    """What a sentence and its phrases refer to: 1 + P of each.

    Attributes:
        spans: text, begin, end.
        named: whether it names anything.
        selected: the objects, and presence as the network says.
        scores: predicted IoU.
        probabilities: (1 + P, S) float32 of the masks.
    """

    spans: list[tuple[str, int, int]]
    named: list[bool]
    selected: list[Selection]
    scores: list[float]
    probabilities: NDArray[np.float32]


def answer_query(
    sentence: Sentence,
    prediction: Prediction,
    scene: Scene,
    config: InstanceConfig,
    centers: CenterVotes | None = None,
    reading: DescribedWords | None = None,
    calibration: Calibration = UNCALIBRATED,
    why: bool = False,
) -> tuple[GroundedPhrase, tuple[GroundedPhrase, ...]]:
    """answer_queries of one."""
    (answer,) = answer_queries(
        [sentence], [prediction], scene, config, centers, [reading], calibration, why
    )
    return answer


def answer_queries(
    sentences: Sequence[Sentence],
    predictions: Sequence[Prediction],
    scene: Scene,
    config: InstanceConfig,
    centers: CenterVotes | None,
    readings: Sequence[DescribedWords | None],
    calibration: Calibration,
    why: bool = False,
) -> list[tuple[GroundedPhrase, tuple[GroundedPhrase, ...]]]:
    """Each sentence's own target, and every phrase's objects.

    Args:
        sentences: parsed.
        predictions: in one scene (G = B = 1), of each sentence and then of each phrase.
        scene: whose superpoints the masks are over.
        config: thresholds.
        centers: votes of the scene's superpoints, where the network has them.
        readings: what the network read of each sentence; None = its words.
        calibration: of presence and score; all is decided by the network's own presence, with the
            threshold translated.
        why: whether to name the objects that came next, too.
    """
    least = calibration.network_threshold(config.presence_threshold)
    thresholds = Thresholds(config.mask_threshold, least)
    decided = _decide(sentences, predictions, scene, thresholds, centers, readings)
    # The sentence mostly refers to what a phrase does.
    shown = {
        id(objects): objects
        for one in decided
        for (objects, own), names in zip(one.selected, one.named, strict=True)
        if names and own >= least
    }
    found = separate_masks(scene, [*shown.values()], config, centers)
    objects_of = dict(zip(shown, found, strict=True))
    answers = []
    for one in decided:
        grounded: list[GroundedPhrase] = []
        next_id = 0
        rows = zip(one.spans, one.selected, one.scores, one.named, strict=True)
        for span, (objects, own), iou, names in rows:
            if not names:
                grounded.append(GroundedPhrase(*span, 0.0, 0.0, (), named=False))
                continue
            score = calibration.score_of(iou, own)
            parts = objects_of[id(objects)] if own >= least else ()
            instances = tuple(Instance(next_id + n, *part, score) for n, part in enumerate(parts))
            next_id += len(instances)
            presence = calibration.presence_of(own, config.presence_threshold)
            grounded.append(GroundedPhrase(*span, score, presence, instances))
        if why:
            runners_up = RunnersUp(scene, config, centers, calibration)
            grounded[1:] = runners_up.added(
                grounded[1:], one.probabilities[1:], one.selected[1:], next_id
            )
        answers.append((grounded[0], tuple(grounded[1:])))
    return answers


def _decide(
    sentences: Sequence[Sentence],
    predictions: Sequence[Prediction],
    scene: Scene,
    thresholds: Thresholds,
    centers: CenterVotes | None,
    readings: Sequence[DescribedWords | None],
) -> list[_Decided]:
    """What sentences refer to; arguments as for answer_queries."""
    predictions = [one.on_cpu() for one in predictions]
    probabilities = _probabilities(predictions, scene.superpoint_count)
    said = [
        Said(_presence(prediction), list(_wordings(one)), one.targets)
        for one, prediction in zip(sentences, predictions, strict=True)
    ]
    peaks = any(one.peaks for one in predictions)
    selected = select_objects(probabilities, said, thresholds, centers, peaks)
    decided, begin = [], 0
    for one, reading, own, prediction in zip(
        sentences, readings, selected, predictions, strict=True
    ):
        spans = [(one.text, 0, len(one.text))]
        spans += [(phrase.text, phrase.begin, phrase.end) for phrase in one.phrases]
        masks = probabilities[begin : begin + len(own)]
        begin += len(own)
        scores = _scores(one, prediction)
        decided.append(_Decided(spans, _named(one, reading), own, scores, masks))
    return decided


def _probabilities(predictions: Sequence[Prediction], count: int) -> NDArray[np.float32]:
    """(R, count) float32 of all predictions' masks, one's rows after the other's."""
    logits = [one.mask_logits[0, 0, :, :count] for one in predictions]
    rows = np.empty((sum(map(len, logits)), count), np.float32)
    begin, into = 0, torch.from_numpy(rows)
    for own in logits:
        torch.sigmoid(own.float(), out=into[begin : begin + len(own)])
        begin += len(own)
    return rows


def _scores(sentence: Sentence, prediction: Prediction) -> list[float]:
    """Predicted IoU; that of the sentence is the least of what it is about, where that is known."""
    predicted: list[float] = prediction.scores[0, 0].float().tolist()
    if sentence.targets is not None and any(sentence.targets):
        wanted = zip(predicted[1:], sentence.targets, strict=True)
        predicted[0] = min(iou for iou, is_target in wanted if is_target)
    return predicted


def _wordings(sentence: Sentence) -> Iterator[tuple[list[str], str]]:
    """Words and head word of each phrase."""
    words = [word.text for word in sentence.words]
    for first, last, head in sentence.spans:
        yield words[first : last + 1], words[head]


def _named(sentence: Sentence, reading: DescribedWords | None) -> list[bool]:
    """Whether the sentence, and each phrase, names anything."""
    words, spans = [word.text for word in sentence.words], sentence.spans
    return named_rows(words if spans or reading is None else reading.words, spans)


def _presence(prediction: Prediction) -> list[float]:
    """Probability that each row's object is present; 1.0 without a presence head."""
    if prediction.presence_logits is None:
        return [1.0] * prediction.scores.shape[2]
    probabilities: list[float] = prediction.presence_logits[0, 0].float().sigmoid().tolist()
    return probabilities
