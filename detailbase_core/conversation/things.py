"""What there is in a scene: everyday kinds of things, asked for one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
class Thing:
    """A thing that was found by asking for its kind.

    Attributes:
        kind: as asked for: "chair".
        instance: the thing.
        presence: of its kind in the scene.
    """

    kind: str
    instance: Instance
    presence: float


def find_things(ask: Callable[[str], Grounding], kinds: Iterable[str] = KINDS) -> list[Thing]:
    """Things of everyday kinds, the surest first; one thing may stand there by several kinds.

    Args:
        ask: answers a sentence about the scene.
        kinds: what to look for.
    """
    found = []
    for kind in kinds:
        target = ask(f"the {kind}").sentence
        found += [
            Thing(kind, one, target.presence)
            for one in target.instances
            if one.score >= LEAST_SCORE
        ]
    return sorted(found, key=lambda thing: -thing.instance.score)


def things_near(
    things: Sequence[Thing], center: Instance, xyz: NDArray[np.float32], near_m: float = NEAR_M
) -> list[Thing]:
    """Things near an object, each once, the surest first.

    Args:
        things: as found.
        center: the object.
        xyz: (N, 3) float32, the scene's points, metres.
        near_m: greatest distance between the points of both, metres.
    """
    tree = cKDTree(_some(xyz[center.point_indices]))
    kept: list[Thing] = []
    for thing in things:
        one = thing.instance
        if any(_claim_the_same(one, other) for other in (center, *(k.instance for k in kept))):
            continue
        if float(tree.query(_some(xyz[one.point_indices]))[0].min()) <= near_m:
            kept.append(thing)
    return kept


def things_at(things: Sequence[Thing], point: int) -> list[Thing]:
    """Things that hold a point, by its index into the scene's cloud; the surest first."""
    return [thing for thing in things if holds(thing.instance, point)]


def holds(instance: Instance, point: int) -> bool:
    """Whether an object holds a point."""
    points = instance.point_indices
    at = int(points.searchsorted(point))
    return at < len(points) and int(points[at]) == point


def _some(xyz: NDArray[np.float32]) -> NDArray[np.float32]:
    return xyz[:: max(len(xyz) // _SAMPLE, 1)]


def _claim_the_same(one: Instance, other: Instance) -> bool:
    shared = len(np.intersect1d(one.point_indices, other.point_indices, assume_unique=True))
    return shared > _SHARED * min(len(one.point_indices), len(other.point_indices))
