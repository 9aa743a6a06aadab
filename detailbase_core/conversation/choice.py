"""Which of several objects is the left one, the largest one ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from detailbase_core.types import Instance

_SAME_IOU = 0.5  # two answers' objects that share so many points are one object


def choose(which: str, objects: Sequence[Instance], viewpoint: NDArray[np.float64]) -> Instance:
    """One of several objects.

    Args:
        which: a value of follow_up.CHOICES.
        objects: one or more.
        viewpoint: (3,) from where left and right, near and far are told, metres.
    """
    centers = np.array([one.box.center for one in objects])
    ahead = centers.mean(axis=0)[:2] - viewpoint[:2]
    rightward = centers[:, :2] @ np.array([ahead[1], -ahead[0]])
    if which == "middle":
        return objects[int(np.argsort(rightward, kind="stable")[len(objects) // 2])]
    away = np.linalg.norm(centers[:, :2] - viewpoint[:2], axis=1)
    keys: dict[str, Callable[[], NDArray[np.float64]]] = {
        "left": lambda: -rightward,
        "right": lambda: rightward,
        "nearest": lambda: -away,
        "farthest": lambda: away,
        "largest": lambda: _volumes(objects),
        "smallest": lambda: -_volumes(objects),
        "tallest": lambda: np.array([one.box.size[2] for one in objects]),
        "highest": lambda: centers[:, 2],
        "lowest": lambda: -centers[:, 2],
    }
    return objects[int(np.argmax(keys[which]()))]


def without(objects: Sequence[Instance], known: Sequence[Instance]) -> list[Instance]:
    """Objects that are none of the known ones."""
    return [one for one in objects if not any(same_object(one, other) for other in known)]


def same_object(one: Instance, other: Instance) -> bool:
    """Whether two objects of answers in the same scene are mostly the same points."""
    shared = len(np.intersect1d(one.point_indices, other.point_indices, assume_unique=True))
    union = len(one.point_indices) + len(other.point_indices) - shared
    return shared > _SAME_IOU * union


def _volumes(objects: Sequence[Instance]) -> NDArray[np.float64]:
    return np.array([np.prod(np.maximum(one.box.size, 0.01)) for one in objects])
