"""One object for a singular phrase, all that are sure for others."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.grammatical_number import means_one
from detailbase_core.object_centers import ObjectCenters
from detailbase_core.surest_objects import object_mask


@pytest.mark.parametrize(
    "phrase",
    ["the chair", "a red desk", "it", "the other one", "the first glass", "1 lamp", "The Cactus"],
)
def test_singular_phrases(phrase):
    words = phrase.split()
    assert means_one(words, words[-1])


@pytest.mark.parametrize(
    "phrase",
    ["the chairs", "both sofas", "every desk", "all three", "2 lamp", "Those", "the pair of shoe",
     "the old furniture", "shelves", "each chair"],
)  # fmt: skip
def test_what_may_mean_several(phrase):
    words = phrase.split()
    assert not means_one(words, words[-1])


def two_chairs_and_a_wall(wall_votes: bool = False) -> ObjectCenters:
    """Superpoints 0 to 2 vote for one chair, 3 to 5 for another; 6 is a wall, 100 points each."""
    centers = np.zeros((7, 3), np.float32)
    centers[3:6, 0] = 1.5
    centers[6, 0] = 4.0
    movable = np.array([True] * 6 + [wall_votes])
    return ObjectCenters(
        np.repeat(np.arange(7), 100), centers, np.full(7, 0.1, np.float32), movable
    )


def chosen(probability, one, centers=None) -> list[int]:
    p = np.array(probability, np.float32)
    return np.flatnonzero(object_mask(p, 0.5, centers, one)).tolist()


def test_the_chair_is_the_surest_one_and_whole():
    sure = [0.9, 0.6, 0.3, 0.8, 0.8, 0.8, 0.0]
    assert chosen(sure, True, two_chairs_and_a_wall()) == [0, 1, 2]  # 2 comes with its object
    assert chosen(sure, False, two_chairs_and_a_wall()) == [0, 1, 2, 3, 4, 5]


def test_the_chairs_leave_out_what_is_doubtful():
    sure = [0.95, 0.9, 0.9, 0.6, 0.6, 0.3, 0.0]
    assert chosen(sure, False, two_chairs_and_a_wall()) == [0, 1, 2]


def test_an_object_needs_a_superpoint_over_the_threshold():
    sure = [0.6, 0.6, 0.6, 0.45, 0.45, 0.45, 0.0]
    assert chosen(sure, False, two_chairs_and_a_wall()) == [0, 1, 2]
    assert chosen([0.4] * 7, True, two_chairs_and_a_wall()) == []


def test_structure_and_networks_without_votes_keep_their_mask():
    wall = [0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.9]
    assert chosen(wall, True, two_chairs_and_a_wall()) == [6]
    assert chosen([0.9, 0.6, 0.3, 0.8, 0.8, 0.8, 0.0], True) == [0, 1, 3, 4, 5]
