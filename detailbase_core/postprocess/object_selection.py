"""Selection of the objects that a phrase refers to, out of all under its mask."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from detailbase_core.language.phrase_semantics import distinct_references, grammatical_number
from detailbase_core.ops import native
from detailbase_core.postprocess.vote_clustering import MAX_MERGE_DISTANCE_M, MIN_CLUSTER_FRACTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.postprocess.vote_clustering import CenterVotes

# Tuned on rooms apart from the test sets, as are the distances of vote_clustering.
REGION_GROW_RATIO = 0.4  # an object takes superpoints down to this part of the threshold
SCORE_MARGIN = 0.2  # "the chairs" leaves out objects whose peak is this far below the highest peak
_ANY_NUMBER = -1  # of the native module: None
MIN_SOFT_IOU = 0.7  # soft IoU from which on the sentence is about the phrase


class Thresholds(NamedTuple):
    """Probabilities from which on something counts.

    Attributes:
        mask: of a superpoint, to be part of a mask.
        presence: of a phrase, to be found; as the network says, not calibrated.
    """

    mask: float
    presence: float


class Said(NamedTuple):
    """What a sentence and its P phrases say of their masks.

    Attributes:
        presence: 1 + P probabilities.
        phrases: words and head word of each phrase.
        targets: P, whether the sentence is about each phrase: then it refers to all that these do;
            None = its own mask tells.
    """

    presence: Sequence[float]
    phrases: Sequence[tuple[Sequence[str], str]]
    targets: Sequence[bool] | None = None


class SelectedObjects(NamedTuple):
    """Objects that a phrase refers to.

    Attributes:
        mask: (S,) bool over superpoints.
        whole: whether they are known to be one object.
    """

    mask: NDArray[np.bool_]
    whole: bool


class Selection(NamedTuple):
    """Decision on a sentence or phrase.

    Attributes:
        objects: those that it refers to; the mask is empty where there are none.
        presence: probability that it is there; below the presence threshold exactly
            where nothing is found.
    """

    objects: SelectedObjects
    presence: float


def phrase_constraints(
    phrases: Sequence[tuple[Sequence[str], str]],
) -> tuple[list[int | None], list[tuple[int, int]]]:
    """`numbers` and `distinct` of select_masked_objects, from the words of the phrases.

    Args:
        phrases: words and head word of each.
    """
    # A sentence may mean several objects.
    numbers = [None, *(grammatical_number(*phrase) for phrase in phrases)]
    return numbers, [(i + 1, j + 1) for i, j in distinct_references(phrases)]


def select_objects(
    probabilities: NDArray[np.float32],
    said: Sequence[Said],
    thresholds: Thresholds,
    centers: CenterVotes | None,
    peaks: bool,
) -> list[list[Selection]]:
    """Decide what sentences and their phrases refer to, and whether it is present.

    Something is found exactly where presence is not below its threshold, if that is above 0. Where
    presence is that of the masks' peaks, a mask counts down to the presence threshold, be its own
    a higher one. Where another presence says that something is there of which no superpoint
    reaches the mask threshold, it is lowered to what the mask's peak makes of it.

    Args:
        probabilities: (R, S) float32 of each sentence's mask, and then of its phrases'.
        said: of each sentence.
        thresholds: of masks and presence.
        centers: see select_phrase_objects.
        peaks: whether presence is that of the masks' peaks; then the sentence is as present as the
            phrase that it is about.

    Returns:
        1 + P of each sentence.
    """
    highest = probabilities.max(axis=1).tolist()
    own, least = thresholds
    limits = [min(own, max(peak, least)) if peaks else own for peak in highest]
    numbers: list[int | None] = []
    distinct: list[tuple[int, int]] = []
    begins = [0]
    for one in said:
        begin = begins[-1]
        if one.targets is not None and any(one.targets):
            limits[begin] = np.inf  # its phrases tell, so its own objects need no search
        of_phrases, apart = phrase_constraints(one.phrases)
        numbers += of_phrases
        distinct += [(begin + i, begin + j) for i, j in apart]
        begins.append(len(numbers))
    selected = select_masked_objects(probabilities, numbers, limits, centers, distinct)
    parts = zip(said, itertools.pairwise(begins), strict=True)
    return [
        _decided(one, probabilities[b:e], selected[b:e], highest[b:e], thresholds, centers, peaks)
        for one, (b, e) in parts
    ]


def _decided(
    said: Said,
    probabilities: NDArray[np.float32],
    selected: list[SelectedObjects],
    highest: list[float],
    thresholds: Thresholds,
    centers: CenterVotes | None,
    peaks: bool,
) -> list[Selection]:
    """Selections of one sentence, by the objects and the highest probability of each mask."""
    own, least = thresholds
    present, targets = list(said.presence), said.targets
    about = None if targets is not None else agreeing_phrase(probabilities, centers)
    if about is not None:
        selected[0], highest[0] = selected[about], highest[about]
        present[0] = present[about] if peaks else present[0]
    selections = [
        Selection(objects, shown)
        if shown < least or objects.mask.any()
        else Selection(objects, min(shown, peak if peaks else least * peak / own))
        for objects, shown, peak in zip(selected, present, highest, strict=True)
    ]
    if targets is not None and any(targets):
        phrases_wanted = zip(selections[1:], targets, strict=True)
        selections[0] = _joined([one for one, wanted in phrases_wanted if wanted], least)
    return selections


def _joined(selections: Sequence[Selection], least: float) -> Selection:
    """All that one or more phrases refer to; as present as the most present of them.

    Args:
        selections: of the phrases.
        least: presence below which nothing of a phrase is found.
    """
    found = [one for one in selections if one.presence >= least]
    best = max(selections, key=lambda one: one.presence)
    if len(found) < 2:
        return best
    mask = np.any([one.objects.mask for one in found], axis=0)
    return Selection(SelectedObjects(mask, whole=False), best.presence)


def agreeing_phrase(probabilities: NDArray[np.float32], centers: CenterVotes | None) -> int | None:
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
    return 1 + best if agreement[best] >= MIN_SOFT_IOU else None


def select_masked_objects(
    probabilities: NDArray[np.float32],
    numbers: Sequence[int | None],
    thresholds: Sequence[float],
    centers: CenterVotes | None,
    distinct: Sequence[tuple[int, int]] = (),
) -> list[SelectedObjects]:
    """Objects that sentences and their phrases refer to, by their own masks.

    Each gets its select_phrase_objects. Where the network votes for objects, no two phrases that
    name different objects select the same one, if there is another for either.

    Args:
        probabilities: (R, S) float32 of masks.
        numbers: number of objects that each refers to, see grammatical_number; None = unknown.
        thresholds: of each, see select_phrase_objects.
        centers: see select_phrase_objects.
        distinct: pairs of rows of `probabilities` that cannot refer to the same object.

    Returns:
        R.
    """
    selected = _select_each(probabilities, numbers, thresholds, centers)
    if centers is not None:
        for pair in distinct:
            _separate(selected, pair, probabilities, thresholds, centers)
    return selected


def _separate(
    selected: list[SelectedObjects],
    pair: tuple[int, int],
    probabilities: NDArray[np.float32],
    thresholds: Sequence[float],
    centers: CenterVotes,
) -> None:
    """Give one of two phrases that select the same object its next best, by the highest sum."""
    if not all(selected[row].whole for row in pair):
        return
    shared = selected[pair[0]].mask & selected[pair[1]].mask
    if not shared.any():
        return
    choices = []
    for stays, goes in (pair, pair[::-1]):
        rest = np.where(selected[stays].mask, np.float32(0), probabilities[goes])
        other = select_phrase_objects(rest, REGION_GROW_RATIO * thresholds[goes], centers, 1)
        if other.whole:
            sure = probabilities[stays][selected[stays].mask].max() + rest[other.mask].max()
            choices.append((float(sure), goes, other))
    if choices:
        _, goes, other = max(choices, key=lambda choice: choice[0])
        selected[goes] = other


def select_phrase_objects(
    probability: NDArray[np.float32],
    threshold: float,
    centers: CenterVotes | None,
    number: int | None,
) -> SelectedObjects:
    """Superpoints of the objects that a phrase refers to.

    Masks light up on distractors, too, and seldom on all of an object. Where the network votes for
    objects, a singular phrase takes one whole object: that of the highest probability. "Three
    chairs" takes three, and a plural without a number all whose peak is near the highest.

    Args:
        probability: (S,) float32 of the phrase's mask.
        threshold: an object needs a superpoint of at least this probability.
        centers: votes of the scene's superpoints; None = the mask as it is, cut at
            the threshold.
        number: number of objects that the phrase refers to; None = unknown.
    """
    return _select_each(probability[None], [number], [threshold], centers)[0]


def _select_each(
    probabilities: NDArray[np.float32],
    numbers: Sequence[int | None],
    thresholds: Sequence[float],
    centers: CenterVotes | None,
) -> list[SelectedObjects]:
    """See select_phrase_objects, of each row."""
    if centers is None:
        limits = np.asarray(thresholds, np.float32)[:, None]
        return [SelectedObjects(mask, whole=False) for mask in probabilities >= limits]
    masks, found = native.C.select_objects(
        probabilities,
        thresholds,
        [_ANY_NUMBER if number is None else number for number in numbers],
        centers.centers,
        centers.reach,
        centers.movable,
        centers.sizes,
        threads=torch.get_num_threads(),
        grow_ratio=REGION_GROW_RATIO,
        margin=SCORE_MARGIN,
        smallest_part=MIN_CLUSTER_FRACTION,
        merge_reach=MAX_MERGE_DISTANCE_M,
    )
    return [
        SelectedObjects(mask, bool(objects) and number == 1)
        for mask, objects, number in zip(masks, found, numbers, strict=True)
    ]
