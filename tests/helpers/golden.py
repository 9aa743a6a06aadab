"""The reference system's recorded numbers (golden files), in the shapes of our interfaces."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch

from detailbase_core.network.batch import SceneBatch
from detailbase_core.network.checkpoint import Checkpoint
from training.trainer.losses import PhraseTargets

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class Golden:
    """One golden file."""

    arrays: dict[str, np.ndarray]

    def json(self, key: str):
        return json.loads(str(self.arrays[key]))

    @property
    def descriptions_per_scene(self) -> list[int]:
        return [int(n) for n in self.arrays["descriptions_per_scene"]]

    @property
    def superpoint_counts(self) -> tuple[int, ...]:
        return tuple(int(n) for n in np.diff(self.arrays["superpoint_offsets"]))

    def model(self):
        tensors = {
            key.removeprefix("state/"): torch.from_numpy(np.asarray(array)).float()
            for key, array in self.arrays.items()
            if key.startswith("state/") and not key.startswith("state/criterion.")
        }
        return Checkpoint(Path("golden"), tensors).load_network()

    def batch(self) -> SceneBatch:
        xyz = torch.from_numpy(self.arrays["points"])
        return SceneBatch(
            xyz=xyz,
            grid_xyz=xyz,
            rgb=torch.from_numpy(self.arrays["feats"][:, :3]).contiguous(),
            scene_of_point=torch.from_numpy(self.arrays["scene_of_point"]),
            point_to_superpoint=torch.from_numpy(self.arrays["superpoints"]),
            superpoint_counts=self.superpoint_counts,
            point_counts=tuple(np.bincount(self.arrays["scene_of_point"]).tolist()),
        )

    def text(self) -> tuple[torch.Tensor, torch.Tensor]:
        """(G, B, T, C) features and (G, B, T) mask, scenes padded to the same sentence count."""
        features = torch.from_numpy(self.arrays["lang_feats"]).float()
        mask = torch.from_numpy(self.arrays["lang_mask"]).bool()
        counts = self.descriptions_per_scene
        packed = features.new_zeros(len(counts), max(counts), *features.shape[1:])
        packed_mask = torch.zeros(packed.shape[:3], dtype=torch.bool)
        packed_mask[..., 0] = True
        for scene, (part, part_mask) in enumerate(
            zip(features.split(counts), mask.split(counts), strict=True)
        ):
            packed[scene, : len(part)] = part
            packed_mask[scene, : len(part)] = part_mask
        return packed, packed_mask

    def phrases(self) -> list[tuple[int, int, int]]:
        """(scene, sentence within the scene, text row) of every phrase, in the file's order."""
        places = [(s, b) for s, n in enumerate(self.descriptions_per_scene) for b in range(n)]
        return [
            (scene, sentence, int(key) + 1)
            for (scene, sentence), t2o in zip(places, self.json("t2os"), strict=True)
            for key in t2o
        ]

    def targets(self) -> PhraseTargets:
        phrases = torch.tensor(self.phrases())
        masks = torch.zeros(len(phrases), max(self.superpoint_counts), dtype=torch.bool)
        for i in range(len(phrases)):
            mask = torch.from_numpy(self.arrays[f"gt_spmask_{i}"]).bool()
            masks[i, : len(mask)] = mask
        return PhraseTargets(*phrases.T, masks)


@lru_cache(maxsize=1)
def load_golden() -> Golden:
    """The file named by DETAILBASE_GOLDEN, or the one in tests/data."""
    path = os.environ.get("DETAILBASE_GOLDEN", str(DATA / "detailbase_small.npz"))
    with np.load(path, allow_pickle=False) as archive:
        return Golden({key: archive[key] for key in archive.files})
