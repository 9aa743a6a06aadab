"""Described scenes for training: kept whole in the host's memory, several side by side a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from detailbase_core.network.batch import network_coordinates
from detailbase_core.synthetic.colors import COLOR_NAMES
from training.scenes.categories import CATEGORIES, STRUCTURE, UNKNOWN

COLORS = COLOR_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.scenes.descriptions import Description
    from training.scenes.scene_files import DescribedScene


@dataclass(frozen=True)
class SceneTensors:
    """One scene, on the CPU.

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
        owners: (S,) int64, column of the object that owns most of each superpoint; 0 for
            structure, as where nothing owns it.
        middles: (O, 2) float32, mean x and y of each object's points, as in xyz.
    """

    scene_id: str
    xyz: Tensor
    rgb: Tensor
    point_to_superpoint: Tensor
    first_points: Tensor
    objects: Tensor
    descriptions: tuple[Description, ...]
    names: Tensor
    owners: Tensor
    middles: Tensor


class ScenePoints(NamedTuple):
    """The points of G scenes one after another, before they are changed.

    Attributes:
        xyz: (N, 3) float32 network coordinates.
        rgb: (N, 3) uint8.
        superpoint: (N,) int32, numbered through.
        first_points: (M,) int64, one point of each superpoint.
        owners: (M,) int64, SceneTensors.owners with all scenes' columns numbered through.
        superpoint_counts: of each scene.
    """

    xyz: Tensor
    rgb: Tensor
    superpoint: Tensor
    first_points: Tensor
    owners: Tensor
    superpoint_counts: tuple[int, ...]


class SceneTruth(NamedTuple):
    """Truth about the superpoints of G scenes.

    Attributes:
        objects: (G, S, O) float32, as SceneTensors.objects; zeros where there is no superpoint or
            no object.
        names: (M, 2) int64, as SceneTensors.names, without padding.
        valid: (M,) int64, which of the G * S padded rows are superpoints.
    """

    objects: Tensor
    names: Tensor
    valid: Tensor


def scene_points(scenes: Sequence[SceneTensors]) -> ScenePoints:
    """Scenes side by side."""
    counts = [len(scene.objects) for scene in scenes]
    superpoints, points, objects = 0, 0, 0
    numbered, first, owners = [], [], []
    for scene, count in zip(scenes, counts, strict=True):
        numbered.append(scene.point_to_superpoint + superpoints)
        first.append(scene.first_points + points)
        owners.append(scene.owners + objects)
        superpoints, points = superpoints + count, points + len(scene.xyz)
        objects += len(scene.middles)
    return ScenePoints(
        torch.cat([scene.xyz for scene in scenes]),
        torch.cat([scene.rgb for scene in scenes]),
        torch.cat(numbered),
        torch.cat(first),
        torch.cat(owners),
        tuple(counts),
    )


def scene_truth(scenes: Sequence[SceneTensors]) -> SceneTruth:
    """The truth about scenes, side by side."""
    rows, columns = (max(scene.objects.shape[axis] for scene in scenes) for axis in (0, 1))
    objects = torch.zeros(len(scenes), rows, columns)
    for padded, scene in zip(objects, scenes, strict=True):
        padded[: scene.objects.shape[0], : scene.objects.shape[1]] = scene.objects
    valid = [torch.arange(len(scene.objects)) + g * rows for g, scene in enumerate(scenes)]
    return SceneTruth(objects, torch.cat([scene.names for scene in scenes]), torch.cat(valid))


def scene_tensors(scene: DescribedScene, coordinates: str) -> SceneTensors:
    """Tensors of a scene for training.

    Args:
        scene: as read.
        coordinates: ModelConfig.coordinates.
    """
    shares = object_shares(scene.instance, scene.point_to_superpoint)
    first = np.empty(len(shares), np.int64)
    first[scene.point_to_superpoint[::-1]] = np.arange(len(scene.xyz))[::-1]  # the last one stays
    xyz = network_coordinates(scene.xyz, coordinates)
    names = _superpoint_names(scene, shares)
    return SceneTensors(
        scene.scene_id,
        torch.from_numpy(xyz),
        torch.from_numpy(scene.rgb),
        torch.from_numpy(scene.point_to_superpoint.astype(np.int32)),
        torch.from_numpy(first),
        torch.from_numpy(shares),
        tuple(d for d in scene.descriptions if any(True for _ in d.targets())),
        torch.from_numpy(names),
        torch.from_numpy(np.where(names[:, 0] == STRUCTURE, 0, shares.argmax(axis=1))),
        torch.from_numpy(_middles(xyz, scene.instance + 1, shares.shape[1])),
    )


def _middles(
    xyz: NDArray[np.float32], column: NDArray[np.int32], columns: int
) -> NDArray[np.float32]:
    """(O, 2) mean x and y of the points of each of `columns` objects, 0 of those without."""
    counts = np.bincount(column, minlength=columns).clip(min=1)
    sums = [np.bincount(column, weights=xyz[:, axis], minlength=columns) for axis in (0, 1)]
    middles: NDArray[np.float32] = (np.stack(sums, axis=1) / counts[:, None]).astype(np.float32)
    return middles


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
    """Index of an owner's category: structure where a scene names its furniture and not this."""
    if owner in scene.categories:
        return _index(CATEGORIES, scene.categories[owner])
    return STRUCTURE if scene.categories else UNKNOWN


def _index(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else UNKNOWN


def object_shares(
    instance: NDArray[np.int32], point_to_superpoint: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Part of each superpoint that belongs to each object.

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
