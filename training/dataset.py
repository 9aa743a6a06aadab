"""Described scenes for training: read from a folder, kept whole on the training device.

A room is about two megabytes, so thousands fit; steps then wait for no disk and no worker.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from detailbase_core.scene_batch import network_coordinates
from detailbase_core.synthetic.colors import COLOR_NAMES
from training.categories import CATEGORIES, STRUCTURE, UNKNOWN
from training.losses import PhraseTargets

COLORS = COLOR_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.descriptions import Description
    from training.scene_files import DescribedScene


@dataclass(frozen=True)
class SceneTensors:
    """One scene on the training device.

    Attributes:
        scene_id: name.
        xyz: (N, 3) float32 network coordinates.
        rgb: (N, 3) uint8.
        point_to_superpoint: (N,) int32.
        first_points: (S,) int64, one point of each superpoint.
        objects: (S, O) float32, the part of each superpoint's points that object o owns;
            column o is object id o - 1, so that -1 (nothing) is column 0.
        descriptions: those of the scene's sentences that refer to something.
        names: (S, 2) int64, index into CATEGORIES and COLORS of the object that owns most of
            each superpoint; UNKNOWN where that is not told, STRUCTURE for floor and walls.
    """

    scene_id: str
    xyz: Tensor
    rgb: Tensor
    point_to_superpoint: Tensor
    first_points: Tensor
    objects: Tensor
    descriptions: tuple[Description, ...]
    names: Tensor

    def to(self, device: torch.device) -> SceneTensors:
        """The same scene on another device."""
        names = ("xyz", "rgb", "point_to_superpoint", "first_points", "objects", "names")
        moved = {name: getattr(self, name).to(device, non_blocking=True) for name in names}
        return replace(self, **moved)

    def phrase_masks(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """(P, S) bool: superpoints more than half of whose points belong to the objects.

        An object that owns no point of the scene has none.
        """
        columns = self.objects.shape[1]
        chosen = np.zeros((len(ids), columns), dtype=np.float32)
        for row, objects in enumerate(ids):
            chosen[row, [o + 1 for o in objects if o + 1 < columns]] = 1.0
        share = torch.from_numpy(chosen).to(self.objects.device) @ self.objects.T
        return share > 0.5


def scene_tensors(scene: DescribedScene, coordinates: str, device: torch.device) -> SceneTensors:
    """Move a scene to the device.

    Args:
        scene: as read.
        coordinates: ModelConfig.coordinates.
        device: where training runs.
    """
    shares = object_shares(scene.instance, scene.point_to_superpoint)
    first = np.unique(scene.point_to_superpoint, return_index=True)[1]
    return SceneTensors(
        scene.scene_id,
        torch.from_numpy(network_coordinates(scene.xyz, coordinates)).to(device),
        torch.from_numpy(scene.rgb).to(device),
        torch.from_numpy(scene.point_to_superpoint.astype(np.int32)).to(device),
        torch.from_numpy(first.astype(np.int64)).to(device),
        torch.from_numpy(shares).to(device),
        tuple(d for d in scene.descriptions if any(True for _ in d.targets())),
        torch.from_numpy(_superpoint_names(scene, shares)).to(device),
    )


def _superpoint_names(scene: DescribedScene, shares: NDArray[np.float32]) -> NDArray[np.int64]:
    """(S, 2) category and colour of each superpoint's main owner; see SceneTensors.names."""
    owners = range(-1, shares.shape[1] - 1)
    of_owner = np.array(
        [
            (_category(scene, owner), _index(COLORS, scene.colors.get(owner, "")))
            for owner in owners
        ],
        dtype=np.int64,
    )
    names: NDArray[np.int64] = of_owner[shares.argmax(axis=1)]
    return names


def _category(scene: DescribedScene, owner: int) -> int:
    """What no furniture owns, in a scene that names its furniture, is structure."""
    if owner in scene.categories:
        return _index(CATEGORIES, scene.categories[owner])
    return STRUCTURE if scene.categories else UNKNOWN


def _index(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else UNKNOWN


def object_shares(
    instance: NDArray[np.int32], point_to_superpoint: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Which part of each superpoint belongs to which object.

    Args:
        instance: (N,) object id per point, -1 for none.
        point_to_superpoint: (N,).

    Returns:
        (S, O) float32 with rows that sum to 1; column = id + 1.
    """
    columns = int(instance.max()) + 2
    superpoints = int(point_to_superpoint.max()) + 1
    flat = point_to_superpoint.astype(np.int64) * columns + instance + 1
    counts = np.bincount(flat, minlength=superpoints * columns).reshape(superpoints, columns)
    shares: NDArray[np.float32] = (counts / counts.sum(axis=1, keepdims=True).clip(min=1)).astype(
        np.float32
    )
    return shares


def phrase_targets(
    scenes: Sequence[SceneTensors], chosen: Sequence[Sequence[Description]]
) -> PhraseTargets:
    """Targets of the sentences' own rows and of all their phrases.

    Args:
        scenes: G scenes.
        chosen: the B descriptions taken of each.
    """
    places, masks = [], []
    for g, (scene, descriptions) in enumerate(zip(scenes, chosen, strict=True)):
        ids = []
        for b, description in enumerate(descriptions):
            for row, objects in description.targets():
                places.append((g, b, row))
                ids.append(objects)
        masks.append(scene.phrase_masks(ids))
    width = max(len(scene.objects) for scene in scenes)
    padded = [torch.nn.functional.pad(mask, (0, width - mask.shape[1])) for mask in masks]
    index = torch.tensor(places, device=masks[0].device).T
    return PhraseTargets(index[0], index[1], index[2], torch.cat(padded))
