"""Two tiny described scenes and word vectors, written as training reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.config import ModelConfig, TextConfig
from tests.helpers.weight_files import VOCABULARY
from training.config import AugmentationConfig, LossWeights, TrainConfig
from training.scenes.dataset import scene_points
from training.scenes.scene_store import SceneStore
from training.trainer.augmentation import batch_augmented
from training.trainer.augmentation_params import draw_augmentation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from detailbase_core.network.batch import SceneBatch
    from training.scenes.dataset import SceneTensors

TARGETS = {"chair": 0, "table": 1, "lamp": 3}  # word -> object id; 2 owns nothing


def toy_arrays(seed: int) -> dict[str, np.ndarray]:
    """Three coloured cubes on a floor, each cut into two superpoints, the floor into two."""
    random = np.random.default_rng(seed)
    xyz, rgb, instance, superpoint = [], [], [], []
    places = random.permutation([[-1.0, -1.0], [-1.0, 1.0], [1.0, 0.0]])
    for number, (object_id, (x, y)) in enumerate(zip(TARGETS.values(), places, strict=True)):
        points = random.uniform(-0.3, 0.3, (60, 3)) + np.array([x, y, 0.3])
        color = np.zeros(3)
        color[number] = 250
        xyz.append(points)
        rgb.append(np.tile(color, (60, 1)))
        instance.append(np.full(60, object_id))
        superpoint.append(2 * number + (points[:, 2] > 0.3))
    floor = random.uniform(-1.5, 1.5, (100, 3)) * [1, 1, 0]
    xyz.append(floor)
    rgb.append(np.full((100, 3), 90))
    instance.append(np.full(100, -1))
    superpoint.append(6 + (floor[:, 0] > 0))
    return {
        "xyz": np.concatenate(xyz).astype(np.float32),
        "rgb": np.concatenate(rgb).astype(np.uint8),
        "instance": np.concatenate(instance).astype(np.int32),
        "superpoint": np.concatenate(superpoint).astype(np.int64),
        "object_id": np.array([0, 1, 2, 3], np.int32),
        "object_category": np.array(["chair", "table", "no such kind", "floor lamp"]),
        "object_color": np.array(["red", "green", "", "blue"]),
    }


def toy_records() -> list[dict]:
    """One record per word, in DetailRefer's layout, and one with two phrases."""
    records = [
        {
            "scene_id": "toy",
            "ann_id": str(i),
            "token": ["the", word],
            "t2o": {"-1": [object_id], "1": [object_id]},
            "phrases": [{"head": 1, "structure": False}],
        }
        for i, (word, object_id) in enumerate(TARGETS.items())
    ]
    records.append(
        {
            "scene_id": "toy",
            "ann_id": "3",
            "token": ["the", "chair", "near", "the", "lamp"],
            "t2o": {"-1": [0], "1": [0], "4": [3]},
        }
    )
    return records


def write_scene(folder: Path, name: str, arrays: dict, records: object) -> Path:
    """SCENE.npz and SCENE.json."""
    folder.mkdir(exist_ok=True)
    np.savez_compressed(folder / f"{name}.npz", **arrays)
    (folder / f"{name}.json").write_text(json.dumps(records), encoding="utf-8")
    return folder / f"{name}.npz"


def write_toy_data(folder: Path) -> None:
    """rooms/ with two scenes, and words.npz."""
    for seed in range(2):
        write_scene(folder / "rooms", f"toy{seed}", toy_arrays(seed), toy_records())
    vectors = np.random.default_rng(0).normal(size=(len(VOCABULARY), 12)).astype(np.float16)
    np.savez(folder / "words.npz", vocabulary=np.array("\n".join(VOCABULARY)), vectors=vectors)


def toy_config(folder: Path, **changes) -> TrainConfig:
    """A run of seconds on the toy data."""
    settings = {
        "data": str(folder / "rooms"),
        "word_vectors": str(folder / "words.npz"),
        "out": str(folder / "run"),
        "device": "cpu",
        "steps": 15,
        "scenes_per_step": 2,
        "sentences_per_scene": 4,
        "learning_rate": 5e-3,
        "warmup_steps": 2,
        "save_every": 4,
        "log_every": 50,
        "picture_every": 0,
        "model": ModelConfig(
            voxel_size_m=0.1,
            min_spatial_shape=8,
            widths=(8, 16),
            block_reps=1,
            text_dim=16,
            query_dim=16,
            heads=2,
            ffn_dim=32,
            decoder_layers=1,
            dropout=0.1,
            coordinates="anchored",
            superpoint_positions=True,
            presence_head=True,
        ),
        "text": TextConfig(vector_dim=12, dim=16, layers=1, heads=2, ffn_dim=16, dropout=0.1),
        "augmentation": AugmentationConfig(drop_points=0.1),
        "loss": LossWeights(presence=0.5, naming=0.5),
    }
    return TrainConfig(**(settings | changes))


def load_toys(config: TrainConfig) -> list[SceneTensors]:
    """The folder's scenes, on the CPU."""
    return SceneStore(config, quiet=True).scenes


def augment(
    scenes: Sequence[SceneTensors],
    config: AugmentationConfig,
    voxel_size_m: float,
    seeds: Sequence[int],
) -> SceneBatch:
    """Scenes side by side, each changed as its seed says."""
    changes = draw_augmentation(scenes, config, seeds)
    return batch_augmented(scene_points(scenes), changes, config, voxel_size_m)
