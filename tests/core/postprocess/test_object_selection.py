"""As many objects as a phrase means: the surest."""

from __future__ import annotations

import numpy as np

from detailbase_core.config import InstanceConfig
from detailbase_core.postprocess.object_selection import (
    Said,
    Thresholds,
    select_masked_objects,
    select_objects,
    select_phrase_objects,
)
from detailbase_core.postprocess.vote_clustering import CenterVotes

THRESHOLDS = Thresholds(InstanceConfig().mask_threshold, InstanceConfig().presence_threshold)


def two_chairs_and_a_wall(wall_votes: bool = False) -> CenterVotes:
    """Superpoints 0 to 2 vote for one chair, 3 to 5 for another; 6 is a wall, 100 points each."""
    centers = np.zeros((7, 3), np.float32)
    centers[3:6, 0] = 1.5
    centers[6, 0] = 4.0
    movable = np.array([True] * 6 + [wall_votes])
    return CenterVotes(np.repeat(np.arange(7), 100), centers, np.full(7, 0.1, np.float32), movable)


def chosen(probability, number, centers=None) -> list[int]:
    p = np.array(probability, np.float32)
    return np.flatnonzero(select_phrase_objects(p, 0.5, centers, number).mask).tolist()


def test_the_chair_is_the_surest_one_and_whole():
    sure = [0.9, 0.6, 0.3, 0.8, 0.8, 0.8, 0.0]
    assert chosen(sure, 1, two_chairs_and_a_wall()) == [0, 1, 2]  # 2 comes with its object
    assert chosen(sure, None, two_chairs_and_a_wall()) == [0, 1, 2, 3, 4, 5]


def test_the_chairs_leave_out_what_is_doubtful():
    sure = [0.95, 0.9, 0.9, 0.6, 0.6, 0.3, 0.0]
    assert chosen(sure, None, two_chairs_and_a_wall()) == [0, 1, 2]


def test_two_chairs_are_two_where_there_are_two():
    doubtful = [0.95, 0.9, 0.9, 0.6, 0.6, 0.3, 0.0]
    assert chosen(doubtful, 2, two_chairs_and_a_wall()) == [0, 1, 2, 3, 4, 5]
    absent = [0.95, 0.9, 0.9, 0.4, 0.4, 0.3, 0.0]
    assert chosen(absent, 2, two_chairs_and_a_wall()) == [0, 1, 2]


def test_an_object_needs_a_superpoint_over_the_threshold():
    sure = [0.6, 0.6, 0.6, 0.45, 0.45, 0.45, 0.0]
    assert chosen(sure, None, two_chairs_and_a_wall()) == [0, 1, 2]
    assert chosen([0.4] * 7, 1, two_chairs_and_a_wall()) == []


def test_structure_and_networks_without_votes_keep_their_mask():
    wall = [0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.9]
    assert chosen(wall, 1, two_chairs_and_a_wall()) == [6]
    assert chosen([0.9, 0.6, 0.3, 0.8, 0.8, 0.8, 0.0], 1) == [0, 1, 3, 4, 5]


def test_a_wall_is_not_known_to_be_one_object():
    wall = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.9], np.float32)
    assert not select_phrase_objects(wall, 0.5, two_chairs_and_a_wall(), 1).whole
    chair = np.array([0.9, 0.6, 0.3, 0.0, 0.0, 0.0, 0.0], np.float32)
    assert select_phrase_objects(chair, 0.5, two_chairs_and_a_wall(), 1).whole


def meant(sentence, phrases, numbers, centers) -> list[tuple[list[int], bool]]:
    probabilities = np.array([sentence, *phrases], np.float32)
    said = [(["chair" if n else "chairs"], "chair" if n else "chairs") for n in numbers]
    present = [1.0] * len(probabilities)
    (found,) = select_objects(probabilities, [Said(present, said)], THRESHOLDS, centers, False)
    return [(np.flatnonzero(one.objects.mask).tolist(), one.objects.whole) for one in found]


def test_a_sentence_is_about_the_phrase_with_which_it_agrees():
    chairs, wall = [0.9, 0.9, 0.6, 0.8, 0.8, 0.6, 0.0], [0.0] * 6 + [0.9]
    found = meant(chairs, [wall, chairs], [None, 1], two_chairs_and_a_wall())
    assert found == [([0, 1, 2], True), ([6], False), ([0, 1, 2], True)]
    found = meant(chairs, [wall], [1], two_chairs_and_a_wall())
    assert found[0] == ([0, 1, 2, 3, 4, 5], False)  # agrees with none


def test_a_network_without_votes_answers_the_sentence_by_its_mask():
    first, second = [0.9] * 3 + [0.0] * 4, [0.9] * 4 + [0.0] * 3
    assert meant(first, [second], [1], None) == [([0, 1, 2], False), ([0, 1, 2, 3], False)]


def parted(one, two, apart=((1, 2),), numbers=(1, 1)) -> list[list[int]]:
    probabilities = np.array([[0.0] * 7, one, two], np.float32)
    centers = two_chairs_and_a_wall()
    found = select_masked_objects(probabilities, [None, *numbers], [0.5] * 3, centers, apart)
    return [np.flatnonzero(mask).tolist() for mask, _ in found[1:]]


def test_the_red_chair_is_not_the_round_one():
    red, round_one = [0.9] * 3 + [0.3] * 3 + [0.0], [0.8] * 3 + [0.6] * 3 + [0.0]
    assert parted(red, round_one) == [[0, 1, 2], [3, 4, 5]]
    assert parted(round_one, red) == [[3, 4, 5], [0, 1, 2]]  # whoever loses less by it
    assert parted(red, round_one, apart=()) == [[0, 1, 2]] * 2


def test_they_are_one_where_there_is_no_other():
    alone = [0.9] * 3 + [0.1] * 4
    assert parted(alone, alone) == [[0, 1, 2]] * 2


def test_several_things_are_not_parted():
    red, chairs = [0.9] * 3 + [0.3] * 3 + [0.0], [0.8] * 6 + [0.0]
    assert parted(red, chairs, numbers=(1, None)) == [[0, 1, 2], [0, 1, 2, 3, 4, 5]]


def test_a_sentence_refers_to_what_its_target_phrases_do():
    one, other = [0.9] * 3 + [0.1] * 4, [0.0] * 3 + [0.8] * 3 + [0.0]
    nothing = [0.2] * 7
    misleading = [0.0] * 6 + [0.9]  # the sentence's own mask
    masks = np.array([misleading, one, other, nothing], np.float32)
    said = [(["the", "chair"], "chair")] * 3

    def sentence(targets):
        presence = masks.max(axis=1).tolist()
        asked = [Said(presence, said, targets)]
        (((objects, shown), *_),) = select_objects(
            masks, asked, THRESHOLDS, two_chairs_and_a_wall(), True
        )
        return np.flatnonzero(objects.mask).tolist(), round(shown, 2)

    assert sentence((True, False, False)) == ([0, 1, 2], 0.9)
    assert sentence((False, True, False)) == ([3, 4, 5], 0.8)
    assert sentence((True, True, False)) == ([0, 1, 2, 3, 4, 5], 0.9)
    assert sentence((True, False, True)) == ([0, 1, 2], 0.9)
    assert sentence((False, False, True))[1] < THRESHOLDS.presence
    assert sentence(None) == ([6], 0.9)
