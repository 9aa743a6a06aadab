"""From a prediction to a sentence's and its phrases' objects."""

from __future__ import annotations

import re

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detailbase_core.config import InstanceConfig
from detailbase_core.network.batch import Prediction
from detailbase_core.postprocess.postprocess import answer_query
from detailbase_core.postprocess.vote_clustering import CenterVotes
from detailbase_core.types import Phrase, PointCloud, Scene, Sentence, Word

TEXT = "chair near lamp"
WORDS = tuple(Word(w, TEXT.index(w), TEXT.index(w) + len(w)) for w in TEXT.split())
PHRASES = (Phrase("chair", 0, 5, 0), Phrase("lamp", 11, 15, 2))


def answered(sentence_means: int):
    """Two things of one superpoint each; the phrases mean one each, the sentence the given one."""
    rng = np.random.default_rng(0)
    xyz = np.concatenate([rng.random((40, 3)), rng.random((60, 3)) + 3]).astype(np.float32)
    owner = np.repeat(np.arange(2), (40, 60))
    scene = Scene(PointCloud(xyz, np.zeros((100, 3), np.uint8), "map", 0), owner)
    centers = CenterVotes(
        owner, np.float32([[0.5] * 3, [3.5] * 3]), np.full(2, 0.1, np.float32), np.ones(2, bool)
    )
    logits = torch.full((1, 1, 4, 2), -8.0)
    for row, thing in ((0, sentence_means), (1, 0), (3, 1)):
        logits[0, 0, row, thing] = 8.0
    prediction = Prediction(logits, torch.tensor([[[0.9, 0.8, 0.1, 0.7]]]), None)
    sentence = Sentence(TEXT, WORDS, PHRASES)
    said = prediction.of_phrases(sentence.spans)
    return answer_query(sentence, said, scene, InstanceConfig(), centers)


def test_the_sentences_own_object_is_that_of_the_phrase_that_it_means():
    for thing, points in ((0, range(40)), (1, range(40, 100))):
        whole, phrases = answered(thing)
        (own,), (meant,) = whole.instances, phrases[thing].instances
        assert own.point_indices.tolist() == meant.point_indices.tolist() == list(points)
        assert own.box == meant.box
        assert own.score == whole.score == np.float32(0.9)
        assert meant.score == phrases[thing].score == np.float32((0.8, 0.7)[thing])
        found = (whole, *phrases)
        assert [one.id for phrase in found for one in phrase.instances] == [0, 1, 2]


def threshold() -> st.SearchStrategy[float]:
    return st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0])


@settings(max_examples=300)
@given(
    logits=arrays(np.float32, (3, 4), elements=st.sampled_from([-9.0, -1.4, -0.1, 0.0, 0.1, 9.0])),
    heads=st.one_of(st.none(), st.lists(st.sampled_from([-9.0, 0.0, 9.0]), min_size=4, max_size=4)),
    mask=threshold(),
    presence=threshold(),
    votes=st.booleans(),
    text=st.sampled_from(["chair near lamp", "chairs near lamps", "chair near chair"]),
)
def test_something_is_found_exactly_where_presence_says_so(
    logits, heads, mask, presence, votes, text
):
    """Whoever tells presence, the masks' peaks or a head, and whatever the thresholds are."""
    xyz = np.repeat(np.float32([[0, 0, 0], [0, 0, 0.1], [3, 3, 0], [6, 6, 0]]), 40, axis=0)
    owner = np.repeat(np.arange(4), 40)
    scene = Scene(PointCloud(xyz, np.zeros((160, 3), np.uint8), "map", 0), owner)
    centers = CenterVotes(
        owner, xyz[::40], np.full(4, 0.1, np.float32), np.array([True, True, True, False])
    )
    rows = torch.from_numpy(np.insert(logits, 2, -9.0, axis=0))[None, None]
    scores = torch.full((1, 1, 4), 0.7)
    prediction = Prediction(
        rows, scores, None if heads is None else torch.tensor(heads)[None, None]
    )
    if heads is None:
        prediction = prediction.with_peaks(torch.ones(1, 1, 1, 4, dtype=torch.bool))
    words = tuple(Word(w.group(), w.start(), w.end()) for w in re.finditer(r"\w+", text))
    phrases = tuple(Phrase(words[k].text, words[k].begin, words[k].end, k) for k in (0, 2))
    config = InstanceConfig(mask_threshold=mask, presence_threshold=presence)
    sentence = Sentence(text, words, phrases)
    said = prediction.of_phrases(sentence.spans)
    whole, found = answer_query(sentence, said, scene, config, centers if votes else None)
    for phrase in (whole, *found):
        if heads is None or presence > 0:
            assert bool(phrase.instances) == (phrase.presence >= presence)
    if heads is None:
        for phrase, row in zip(found, (1, 3), strict=True):
            assert phrase.presence == rows[0, 0, row].sigmoid().max().item()


def test_where_nothing_is_left_of_a_mask_presence_says_so():
    """A head that is sure of a thing which no superpoint fits."""
    xyz = np.zeros((40, 3), np.float32)
    scene = Scene(PointCloud(xyz, np.zeros((40, 3), np.uint8), "map", 0), np.zeros(40, np.int64))
    logits = torch.full((1, 1, 4, 1), -1.0)
    prediction = Prediction(logits, torch.zeros(1, 1, 4), torch.full((1, 1, 4), 9.0))
    sentence = Sentence(TEXT, WORDS, PHRASES)
    said = prediction.of_phrases(sentence.spans)
    whole, _ = answer_query(sentence, said, scene, InstanceConfig())
    assert not whole.instances
    assert whole.presence == torch.tensor(-1.0).sigmoid().item()
