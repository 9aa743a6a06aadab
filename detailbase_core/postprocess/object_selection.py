"""Which of the objects under a phrase's mask are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from detailbase_core.language.phrase_pairs import named_apart
from detailbase_core.language.phrase_semantics import number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import InstanceConfig
    from detailbase_core.postprocess.vote_clustering import ObjectCenters

# Tuned on rooms apart from the exams, as are the distances of object_centers.
GROWN = 0.4  # an object takes its superpoints down to this part of the threshold
DOUBT = 0.2  # "the chairs" leaves out what is so much less sure than the surest of them
AGREED = 0.7  # soft IoU from which on the sentence is about the phrase


class Meant(NamedTuple):
    """What a phrase means.

    Attributes:
        mask: (S,) bool over superpoints.
        whole: whether it is known to be one object.
    """

    mask: NDArray[np.bool_]
    whole: bool


class Selection(NamedTuple):
    """What was decided of a sentence or phrase.

    Attributes:
        objects: what it means; objects of which there are none have an empty mask.
        presence: probability that it is there; below InstanceConfig.presence_threshold exactly
            where nothing is found.
    """

    objects: Meant
    presence: float


def rows_said(
    phrases: Sequence[tuple[Sequence[str], str]],
) -> tuple[list[int | None], list[tuple[int, int]]]:
    """What the words say of the rows of a sentence and its phrases: `numbers` and `apart`.

    Args:
        phrases: words and head word of each.
    """
    numbers = [None, *(number_of(*phrase) for phrase in phrases)]  # a sentence may mean several
    return numbers, [(i + 1, j + 1) for i, j in named_apart(phrases)]


def select_objects(
    probabilities: NDArray[np.float32],
    presence: Sequence[float],
    phrases: Sequence[tuple[Sequence[str], str]],
    config: InstanceConfig,
    centers: ObjectCenters | None,
    peaks: bool,
) -> list[Selection]:
    """Decide of a sentence and its phrases what they mean, and whether it is there.

    Something is found exactly where presence is not below its threshold, if that is above 0. Where
    presence is that of the masks' peaks, a mask counts down to the presence threshold, be its own
    a higher one. Where another presence says that something is there of which no superpoint
    reaches the mask threshold, it is lowered to what the mask's peak makes of it.

    Args:
        probabilities: (1 + P, S) float32 of the sentence's mask and of each phrase's.
        presence: 1 + P probabilities.
        phrases: words and head word of each phrase.
        config: thresholds.
        centers: see objects_of.
        peaks: whether presence is that of the masks' peaks; then the sentence is as present as the
            phrase that it is about.

    Returns:
        1 + P.
    """
    highest = probabilities.max(axis=1).tolist()
    least, own = config.presence_threshold, config.mask_threshold
    thresholds = [min(own, max(peak, least)) if peaks else own for peak in highest]
    numbers, apart = rows_said(phrases)
    meant = meant_objects(probabilities, numbers, thresholds, centers, apart)
    about, present = agreeing_phrase(probabilities, centers), list(presence)
    if about is not None:
        meant[0], highest[0] = meant[about], highest[about]
        present[0] = present[about] if peaks else present[0]
    return [
        Selection(objects, shown)
        if shown < least or objects.mask.any()
        else Selection(objects, min(shown, peak if peaks else least * peak / own))
        for objects, shown, peak in zip(meant, present, highest, strict=True)
    ]


def agreeing_phrase(
    probabilities: NDArray[np.float32], centers: ObjectCenters | None
) -> int | None:
    """The row of the phrase with whose mask a sentence's own agrees best; None where none is like.

    Args:
        probabilities, centers: as for select_objects.
    """
    if centers is None or len(probabilities) < 2:
        return None
    sentence, phrases = probabilities[0], probabilities[1:]
    shared = np.minimum(sentence, phrases) @ centers.sizes
    agreement = shared / np.maximum(sentence, phrases).dot(centers.sizes).clip(min=1e-6)
    best = int(agreement.argmax())
    return 1 + best if agreement[best] >= AGREED else None


def meant_objects(
    probabilities: NDArray[np.float32],
    numbers: Sequence[int | None],
    thresholds: Sequence[float],
    centers: ObjectCenters | None,
    apart: Sequence[tuple[int, int]] = (),
) -> list[Meant]:
    """What a sentence and its phrases mean by their own masks.

    Each has its objects_of. Where the network votes for objects, no two phrases that name
    different things mean the same one, if there is another for either.

    Args:
        probabilities: (1 + P, S) float32 of the sentence's mask and of each phrase's.
        numbers: how many objects each of them means, see phrase_number; None = unknown.
        thresholds: of each, see objects_of.
        centers: see objects_of.
        apart: rows of `probabilities` that name different things, see phrase_pairs.

    Returns:
        1 + P.
    """
    meant = [
        objects_of(probability, threshold, centers, number)
        for probability, threshold, number in zip(probabilities, thresholds, numbers, strict=True)
    ]
    if centers is not None:
        for pair in apart:
            _part(meant, pair, probabilities, thresholds, centers)
    return meant


def _part(
    meant: list[Meant],
    pair: tuple[int, int],
    probabilities: NDArray[np.float32],
    thresholds: Sequence[float],
    centers: ObjectCenters,
) -> None:
    """Where both phrases mean one object, one takes its next best; as sure as can be."""
    if not all(meant[row].whole for row in pair):
        return
    shared = meant[pair[0]].mask & meant[pair[1]].mask
    if not shared.any():
        return
    choices = []
    for stays, goes in (pair, pair[::-1]):
        rest = np.where(meant[stays].mask, np.float32(0), probabilities[goes])
        other = objects_of(rest, GROWN * thresholds[goes], centers, 1)
        if other.whole:
            sure = probabilities[stays][meant[stays].mask].max() + rest[other.mask].max()
            choices.append((float(sure), goes, other))
    if choices:
        _, goes, other = max(choices, key=lambda choice: choice[0])
        meant[goes] = other


def objects_of(
    probability: NDArray[np.float32],
    threshold: float,
    centers: ObjectCenters | None,
    number: int | None,
) -> Meant:
    """The superpoints of the objects that a phrase means.

    Masks light up on look-alikes, too, and seldom on all of an object. Where the network votes for
    objects, a singular phrase takes one whole object: that of the surest superpoint. "Three
    chairs" takes three, and a plural without a number all that are nearly as sure as the surest.

    Args:
        probability: (S,) float32 of the phrase's mask.
        threshold: an object needs a superpoint of at least this probability.
        centers: votes of the scene's superpoints; None = the mask as it is, cut at
            the threshold.
        number: how many objects the phrase means; None = unknown.
    """
    mask = probability >= threshold
    if centers is None or not mask.any():
        return Meant(mask, whole=False)
    used = np.flatnonzero(probability >= GROWN * threshold)
    labels = centers.group(used, centers.sizes[used])
    if labels is None:  # floor, walls, ceiling
        return Meant(mask, whole=False)
    peak = np.zeros(int(labels.max()) + 1, np.float32)
    np.maximum.at(peak, labels, probability[used])
    surest = np.argsort(-peak, kind="stable")
    least = max(threshold, peak.max() - DOUBT) if number is None else threshold
    kept = surest[peak[surest] >= least][:number]
    objects = np.zeros_like(mask)
    objects[used] = np.isin(labels, kept)
    return Meant(objects, whole=number == 1)
