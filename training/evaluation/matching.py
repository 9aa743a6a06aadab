"""Compares answers with a scene's objects, over points."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from detailbase_core.postprocess.instances import separate_instances
from training.evaluation.error_types import NOTHING, OTHER_KIND, kind_of_answer
from training.evaluation.metrics import iou_of
from training.evaluation.records import (
    ABSENT,
    SMALL,
    SMALL_POINTS,
    STRUCTURE,
    THING,
    PhraseOutcome,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import InstanceConfig
    from detailbase_core.postprocess.object_selection import SelectedObjects
    from detailbase_core.postprocess.vote_clustering import CenterVotes
    from detailbase_core.types import Instance
    from training.scenes.scene_files import DescribedScene


class Question(NamedTuple):
    """Objects that a text row asks for.

    Attributes:
        row: of the text.
        ids: objects that are meant; empty = there is no such thing.
        structure: whether it is floor, wall or ceiling.
        hard: there is no such thing, but others of its kind.
    """

    row: int
    ids: tuple[int, ...]
    structure: bool = False
    hard: bool = False


class SceneJudge:
    """Truth about one scene.

    Masks over superpoints are judged by the points that each superpoint shares with each object,
    so that no mask over points is needed.

    Args:
        described: the scene.
        config: how masks become instances.
        centers: votes of its superpoints, where the network has them.
    """

    def __init__(
        self,
        described: DescribedScene,
        config: InstanceConfig,
        centers: CenterVotes | None = None,
    ) -> None:
        self.described, self.config, self.centers = described, config, centers
        owners = described.instance.astype(np.int64) + 1  # column 0: nobody
        columns = int(owners.max()) + 1
        flat = described.point_to_superpoint * columns + owners
        superpoints = int(described.point_to_superpoint.max()) + 1
        counts = np.bincount(flat, minlength=superpoints * columns)
        self.shared: NDArray[np.int64] = counts.reshape(superpoints, columns)
        self.sizes: NDArray[np.int64] = self.shared.sum(axis=1)
        self.points: NDArray[np.int64] = self.shared.sum(axis=0)

    def outcome(
        self,
        asked: Question,
        meant: SelectedObjects,
        raw: NDArray[np.bool_],
        other: NDArray[np.bool_],
        presence: float,
    ) -> PhraseOutcome:
        """Judge one answer.

        Args:
            asked: what was asked.
            meant: the answer.
            raw: (S,) bool, the same before objects were chosen from it.
            other: (S,) bool, the answer to something else, as a model without text would give.
            presence: probability that there is such a thing, as the model says.
        """
        present, ids = presence >= self.config.presence_threshold, asked.ids
        instances = self.instances(meant) if present and not asked.structure else ()
        if not ids:
            return PhraseOutcome(
                asked.row, ABSENT, asked.hard, said_present=present, instances=len(instances)
            )
        return PhraseOutcome(
            row=asked.row,
            kind=self.kind(ids, asked.structure),
            category=self.category(ids),
            points=self.points_of(ids),
            iou=self.iou(meant.mask, ids),
            oracle=self.oracle_iou(ids),
            raw=self.iou(raw, ids),
            blind=self.iou(other, ids),
            same_category=self.category_iou(ids),
            said_present=present,
            objects=len(ids),
            instances=len(instances),
            matched=self.matched(instances, ids),
            answer=self.kind_of_answer(meant.mask, ids) if present else NOTHING,
        )

    def instances(self, meant: SelectedObjects) -> tuple[Instance, ...]:
        """Separate objects of an answer."""
        points = np.flatnonzero(meant.mask[self.described.point_to_superpoint])
        return separate_instances(
            self.described.xyz, points, 1.0, self.config, 0, self.centers, meant.whole
        )

    def points_of(self, ids: Sequence[int]) -> int:
        """Points of some objects together."""
        return int(self.points[self._columns(ids)].sum())

    def iou(self, mask: NDArray[np.bool_], ids: Sequence[int]) -> float:
        """Of a mask over superpoints (S,) with some objects."""
        overlap = int(self.shared[mask][:, self._columns(ids)].sum())
        return iou_of(overlap, int(self.sizes[mask].sum()), self.points_of(ids))

    def oracle_iou(self, ids: Sequence[int]) -> float:
        """Of the superpoints more than half of which belong to the objects."""
        own = self.shared[:, self._columns(ids)].sum(axis=1)
        return self.iou(2 * own > self.sizes, ids)

    def category_iou(self, ids: Sequence[int]) -> float:
        """Of all objects of the same categories as these; of these alone where none is known."""
        categories = self.described.categories
        named = {categories[i] for i in ids if i in categories}
        all_of_them = {i for i, name in categories.items() if name in named} | set(ids)
        wanted = self.points_of(ids)
        return iou_of(wanted, self.points_of(sorted(all_of_them)), wanted)

    def kind_of_answer(self, mask: NDArray[np.bool_], ids: Sequence[int]) -> str:
        """Kind, of error_types.KINDS, of a mask over superpoints (S,)."""
        wanted = self._columns(ids)
        if not wanted:  # none of the objects owns a point
            return OTHER_KIND if mask.any() else NOTHING
        inside = self.shared[mask].sum(axis=0)
        named = {i + 1: kind for i, kind in self.described.categories.items()}
        named = {column: kind for column, kind in named.items() if column < len(self.points)}
        return kind_of_answer(inside, self.points, wanted, named)

    def category(self, ids: Sequence[int]) -> str:
        """The one category of some objects; "" where there is not one."""
        named = {self.described.categories.get(i, "") for i in ids}
        return named.pop() if len(named) == 1 else ""

    def kind(self, ids: Sequence[int], structure: bool) -> str:
        """THING, SMALL or STRUCTURE."""
        if structure:
            return STRUCTURE
        return SMALL if any(self.points_of([i]) < SMALL_POINTS for i in ids) else THING

    def matched(self, instances: Sequence[Instance], ids: Sequence[int]) -> int:
        """Instances that share more than half of their union with an object of their own.

        An object can have one such instance at most, since instances of a phrase don't overlap.
        """
        hits = 0
        for instance in instances:
            owners = self.described.instance[instance.point_indices] + 1
            counts = np.bincount(owners, minlength=len(self.points))
            hits += any(
                iou_of(int(counts[c]), len(owners), int(self.points[c])) > 0.5
                for c in self._columns(ids)
            )
        return hits

    def _columns(self, ids: Sequence[int]) -> list[int]:
        """Columns of those objects that own a point."""
        return [i + 1 for i in ids if i + 1 < len(self.points)]
