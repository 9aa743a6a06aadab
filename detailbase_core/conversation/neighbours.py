"""What stands near an object: everyday kinds of things, asked for one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from detailbase_core.types import Grounding, Instance

NEAR_M = 0.5  # from surface to surface
LEAST_SCORE = 0.5
_SHARED = 0.3  # of two things that claim so much of the smaller one's points, the surer stays
_SAMPLE = 2000  # points of an object that distances are measured from

KINDS = (
    *("armchair", "backpack", "basket", "bed", "bench", "bin", "bookshelf", "bottle", "box"),
    *("cabinet", "chair", "clock", "computer", "cup", "cupboard", "curtain", "cushion", "desk"),
    *("door", "dresser", "fireplace", "fridge", "keyboard", "lamp", "laptop", "microwave"),
    *("mirror", "nightstand", "oven", "picture", "pillow", "plant", "radiator", "rug", "sink"),
    *("sofa", "stool", "suitcase", "table", "television", "toilet", "vase", "wardrobe", "window"),
)


@dataclass(frozen=True)
class Neighbour:
    """A thing near another.

    Attributes:
        kind: what it was asked for as.
        instance: the thing.
        presence: of its kind in the scene.
    """

    kind: str
    instance: Instance
    presence: float


def find_neighbours(
    center: Instance,
    ask: Callable[[str], Grounding],
    kinds: Iterable[str] = KINDS,
    near_m: float = NEAR_M,
) -> list[Neighbour]:
    """Things near an object, the surest first.

    Args:
        center: the object.
        ask: answers a sentence about the scene.
        kinds: what to look for.
        near_m: greatest distance between the points of both, metres.
    """
    tree: cKDTree | None = None
    found: list[Neighbour] = []
    for kind in kinds:
        grounding = ask(f"the {kind}")
        xyz = grounding.scene.cloud.xyz
        tree = tree or cKDTree(_some(xyz[center.point_indices]))
        for one in grounding.sentence.instances:
            if one.score < LEAST_SCORE or _claim_the_same(one, center):
                continue
            if float(tree.query(_some(xyz[one.point_indices]))[0].min()) <= near_m:
                found.append(Neighbour(kind, one, grounding.sentence.presence))
    kept: list[Neighbour] = []
    for candidate in sorted(found, key=lambda n: -n.instance.score):
        if not any(_claim_the_same(candidate.instance, other.instance) for other in kept):
            kept.append(candidate)
    return kept


def _some(xyz: NDArray[np.float32]) -> NDArray[np.float32]:
    return xyz[:: max(len(xyz) // _SAMPLE, 1)]


def _claim_the_same(one: Instance, other: Instance) -> bool:
    shared = len(np.intersect1d(one.point_indices, other.point_indices, assume_unique=True))
    return shared > _SHARED * min(len(one.point_indices), len(other.point_indices))
