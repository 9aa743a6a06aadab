"""Grounded phrases from the decoder's last prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from detailbase_core.language.phrase_semantics import named_rows
from detailbase_core.postprocess.calibration import UNCALIBRATED
from detailbase_core.postprocess.instances import separate_masks
from detailbase_core.postprocess.object_selection import Thresholds, select_objects
from detailbase_core.postprocess.runners_up import RunnersUp
from detailbase_core.types import GroundedPhrase, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
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
    decided = [
        _decide(one, prediction, scene, thresholds, centers, reading)
        for one, prediction, reading in zip(sentences, predictions, readings, strict=True)
    ]
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
    sentence: Sentence,
    prediction: Prediction,
    scene: Scene,
    thresholds: Thresholds,
    centers: CenterVotes | None,
    reading: DescribedWords | None,
) -> _Decided:
    prediction = prediction.on_cpu()
    logits = prediction.mask_logits[0, 0, :, : scene.superpoint_count]
    probabilities = logits.float().sigmoid().numpy()
    selected = select_objects(
        probabilities,
        _presence(prediction),
        list(_wordings(sentence)),
        thresholds,
        centers,
        prediction.peaks,
        sentence.targets,
    )
    predicted = prediction.scores[0, 0].float().tolist()
    if sentence.targets is not None and any(sentence.targets):
        wanted = zip(predicted[1:], sentence.targets, strict=True)
        predicted[0] = min(iou for iou, is_target in wanted if is_target)
    spans = [(sentence.text, 0, len(sentence.text))]
    spans += [(phrase.text, phrase.begin, phrase.end) for phrase in sentence.phrases]
    return _Decided(spans, _named(sentence, reading), selected, predicted, probabilities)


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
