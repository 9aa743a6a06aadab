"""From a prediction to a sentence's and its phrases' objects."""

from __future__ import annotations

import numpy as np
import torch

from detailbase_core.config import InstanceConfig
from detailbase_core.network.mask_decoder import Prediction
from detailbase_core.postprocess.postprocess import answer_query
from detailbase_core.postprocess.vote_clustering import ObjectCenters
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
    centers = ObjectCenters(
        owner, np.float32([[0.5] * 3, [3.5] * 3]), np.full(2, 0.1, np.float32), np.ones(2, bool)
    )
    logits = torch.full((1, 1, 4, 2), -8.0)
    for row, thing in ((0, sentence_means), (1, 0), (3, 1)):
        logits[0, 0, row, thing] = 8.0
    prediction = Prediction(logits, torch.tensor([[[0.9, 0.8, 0.1, 0.7]]]), None)
    sentence = Sentence(TEXT, WORDS, PHRASES)
    return answer_query(sentence, prediction, scene, InstanceConfig(), centers)


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
