"""Grounded phrases from the decoder's last prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detailbase_core.language.phrase_semantics import named_rows
from detailbase_core.network.parted_scene import PartedScene, xyz_rows
from detailbase_core.ops import native
from detailbase_core.postprocess.calibration import UNCALIBRATED
from detailbase_core.postprocess.instances import separate_instances
from detailbase_core.postprocess.object_selection import Thresholds, select_objects
from detailbase_core.postprocess.runners_up import RunnersUp
from detailbase_core.types import GroundedPhrase, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_core.config import InstanceConfig
    from detailbase_core.language.words import DescribedWords
    from detailbase_core.network.batch import Prediction
    from detailbase_core.postprocess.calibration import Calibration
    from detailbase_core.postprocess.object_selection import SelectedObjects
    from detailbase_core.postprocess.vote_clustering import CenterVotes
    from detailbase_core.types import Scene, Sentence


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
    """The sentence's own target, and every phrase's objects.

    Args:
        sentence: parsed.
        prediction: in one scene (G = B = 1), of the sentence and then of each phrase.
        scene: whose superpoints the masks are over.
        config: thresholds.
        centers: votes of the scene's superpoints, where the network has them.
        reading: what the network read of the sentence; None = its words.
        calibration: of presence and score; all is decided by the network's own presence, with the
            threshold translated.
        why: whether to name the objects that came next, too.
    """
    prediction = prediction.on_cpu()
    logits = prediction.mask_logits[0, 0, :, : scene.superpoint_count]
    least = calibration.network_threshold(config.presence_threshold)
    probabilities = logits.float().sigmoid().numpy()
    selected = select_objects(
        probabilities,
        _presence(prediction),
        list(_wordings(sentence)),
        Thresholds(config.mask_threshold, least),
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

    grounded: list[GroundedPhrase] = []
    # The sentence mostly refers to what a phrase does.
    separated: dict[int, tuple[Instance, ...]] = {}
    next_id = 0
    named = _named(sentence, reading)
    for span, (objects, own), iou, names in zip(spans, selected, predicted, named, strict=True):
        if not names:
            grounded.append(GroundedPhrase(*span, 0.0, 0.0, (), named=False))
            continue
        instances: tuple[Instance, ...] = ()
        score = calibration.score_of(iou, own)
        if own >= least:
            if id(objects) not in separated:
                separated[id(objects)] = _objects(scene, objects, config, centers)
            instances = tuple(
                Instance(next_id + n, one.point_indices, one.box, one.centroid, score)
                for n, one in enumerate(separated[id(objects)])
            )
        next_id += len(instances)
        presence = calibration.presence_of(own, config.presence_threshold)
        grounded.append(GroundedPhrase(*span, score, presence, instances))
    if why:
        runners_up = RunnersUp(scene, config, centers, calibration)
        grounded[1:] = runners_up.added(grounded[1:], probabilities[1:], selected[1:], next_id)
    return grounded[0], tuple(grounded[1:])


def _objects(
    scene: Scene, selected: SelectedObjects, config: InstanceConfig, centers: CenterVotes | None
) -> tuple[Instance, ...]:
    """Instances of the selected objects; ids count from 0."""
    if isinstance(scene, PartedScene):  # large: sorting all of its points would take seconds
        points = scene.points_of(selected.mask)
    else:
        points = native.C.rows_of_groups(*scene.by_superpoint, selected.mask)
    return separate_instances(xyz_rows(scene), points, 0.0, config, 0, centers, selected.whole)


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
