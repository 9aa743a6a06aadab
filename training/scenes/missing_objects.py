"""Objects that descriptions name and their scenes lack: they would be taught as absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.scenes.scene_files import DescribedScene

_SHOWN = 5


@dataclass(frozen=True)
class MissingObjects:
    """Objects that one scene lacks.

    Attributes:
        ids: of objects without a point, ascending.
        descriptions: how many of the scene's descriptions name one of them.
    """

    ids: tuple[int, ...]
    descriptions: int


def missing_objects(scene: DescribedScene) -> MissingObjects:
    """Object ids that the scene's descriptions name and none of its points has."""
    there = set(np.unique(scene.instance).tolist())
    ids: set[int] = set()
    count = 0
    for description in scene.descriptions:
        lacking = {i for _, named in description.targets() for i in named} - there
        ids |= lacking
        count += bool(lacking)
    return MissingObjects(tuple(sorted(ids)), count)


def missing_text(missing: Mapping[str, MissingObjects]) -> str:
    """One sentence about what scenes lack, by their names."""
    scenes = [f"{name}: {_listed(m.ids)}" for name, m in list(missing.items())[:_SHOWN]]
    more = " ..." if len(missing) > _SHOWN else ""
    objects = sum(len(found.ids) for found in missing.values())
    count = sum(found.descriptions for found in missing.values())
    return (
        f"{count} descriptions name {objects} objects that their scenes lack, and are taught as "
        f"absent ({'; '.join(scenes)}{more}); do the descriptions belong to these scenes?"
    )


def _listed(ids: tuple[int, ...]) -> str:
    more = " ..." if len(ids) > _SHOWN else ""
    return ", ".join(map(str, ids[:_SHOWN])) + more
