"""The figures of a checkpoint on described scenes: what is counted, and the yardsticks."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from detailbase_core.mask_decoder import Prediction
from tests.toy_scenes import TARGETS, toy_arrays, toy_records, write_scene
from tests.weight_files import tiny_model, tiny_text_encoder
from training.evaluate import Tally, as_table, evaluate_scene, report
from training.scene_files import read_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """Five phrases that are there, one that is not, and one that names the floor."""
    records = [*toy_records(), {
        "token": ["the", "plant", "on", "the", "floor"], "t2o": {"-1": [], "1": [], "4": [2]},
        "phrases": [{"head": 1, "structure": False}, {"head": 4, "structure": True}],
    }]  # fmt: skip
    folder = tmp_path_factory.mktemp("scenes")
    return read_scene(write_scene(folder, "toy", toy_arrays(0), records))


@pytest.fixture
def perfect(scene, monkeypatch):
    """A model whose masks and presence are the truth."""
    model = tiny_model()

    def ground(superpoints, text, text_mask):
        logits = torch.full((*text_mask.shape, superpoints.features.shape[1]), -9.0)
        presence = torch.full(text_mask.shape, -9.0)
        for b, description in enumerate(scene.descriptions):
            for row, ids in description.targets():
                for object_id in ids:
                    points = torch.from_numpy(scene.instance == object_id)
                    logits[0, b, row, scene.point_to_superpoint[points]] = 9.0
                    presence[0, b, row] = 9.0
        return [Prediction(logits, presence, presence)]

    monkeypatch.setattr(model, "ground", ground)
    return model


def test_a_perfect_model_has_perfect_figures(scene, perfect):
    tally = Tally()
    evaluate_scene(perfect, tiny_text_encoder(), scene, tally)
    figures = report(tally)
    assert figures["model"]["all"] == {"mIoU": 1.0, "acc25": 1.0, "acc50": 1.0, "smIoU": 1.0}
    assert figures["superpoint_oracle"]["all"]["mIoU"] == 1.0
    assert figures["text_blind"]["all"]["mIoU"] < 1.0
    assert figures["sentence_mIoU"] == 1.0
    assert figures["phrases"] == len(TARGETS) + 2 + 1  # the floor is not counted
    assert figures["descriptions"] == len(TARGETS) + 1
    assert figures["absent_phrases"] == {"count": 1, "precision": 1.0, "recall": 1.0}


def test_a_random_model_is_measured_by_the_same_yardsticks(scene, perfect):
    tally, best = Tally(), Tally()
    evaluate_scene(tiny_model(), tiny_text_encoder(), scene, tally)
    evaluate_scene(perfect, tiny_text_encoder(), scene, best)
    assert report(tally)["model"]["all"]["mIoU"] < 0.9
    assert report(tally)["superpoint_oracle"] == report(best)["superpoint_oracle"]
    table = as_table(report(tally))
    assert all(name in table for name in ("model", "superpoint oracle", "text-blind", "mIoU"))


def test_scenes_without_descriptions_add_nothing(scene):
    tally = Tally()
    empty = dataclasses.replace(scene, descriptions=())
    evaluate_scene(tiny_model(), tiny_text_encoder(), empty, tally)
    assert tally == Tally()
    assert report(tally)["phrases"] == 0
    assert "0 phrases" in as_table(report(tally))
