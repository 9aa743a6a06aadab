"""The objects that came next: what a phrase would have meant if not for what it was taken for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from detailbase_core.network.parted_scene import xyz_rows
from detailbase_core.postprocess.instances import separate_instances
from detailbase_core.postprocess.object_selection import REGION_GROW_RATIO

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import InstanceConfig
    from detailbase_core.postprocess.calibration import Calibration
    from detailbase_core.postprocess.object_selection import Selection
    from detailbase_core.postprocess.vote_clustering import CenterVotes
    from detailbase_core.types import GroundedPhrase, Instance, Scene

MAX_RUNNERS_UP = 3
LEAST_PEAK = 0.1  # a mask that is nowhere surer than this says nothing of an object
_LEAST_PART = 0.05  # and of a superpoint, to be looked at together with others


class RunnerUp(NamedTuple):
    """An object that a phrase might have referred to.

    Attributes:
        mask: (S,) bool over superpoints.
        peak: highest probability of the phrase's mask on it.
    """

    mask: NDArray[np.bool_]
    peak: float


def find_runners_up(
    probability: NDArray[np.float32],
    selected: NDArray[np.bool_],
    centers: CenterVotes | None,
    most: int = MAX_RUNNERS_UP,
) -> list[RunnerUp]:
    """Objects under a phrase's mask that were not selected, the surest first.

    Args:
        probability: (S,) float32 of the phrase's mask.
        selected: (S,) bool, the objects that it refers to.
        centers: votes of the scene's superpoints; None = there are no objects to tell apart.
        most: how many.
    """
    if centers is None:
        return []
    used = np.flatnonzero(((probability >= _LEAST_PART) & centers.movable) | selected)
    if not len(used):
        return []
    labels = centers.cluster_superpoints(used, centers.sizes[used])
    if labels is None:  # what was selected is floor, wall or ceiling
        return []
    peak = np.zeros(int(labels.max()) + 1, np.float32)
    np.maximum.at(peak, labels, probability[used])
    peak[labels[selected[used]]] = 0.0  # what is left of a selected object is no other one
    found = []
    for label in np.argsort(-peak, kind="stable")[:most]:
        if peak[label] < LEAST_PEAK:
            break
        own = used[labels == label]
        mask = np.zeros(len(probability), np.bool_)
        mask[own[probability[own] >= REGION_GROW_RATIO * peak[label]]] = True
        found.append(RunnerUp(mask, float(peak[label])))
    return found


@dataclass(frozen=True)
class RunnersUp:
    """Adds to phrases the objects that came next.

    Attributes:
        scene: whose superpoints masks are over.
        config: thresholds.
        centers: votes of the scene's superpoints, where the network has them.
        calibration: of presence.
    """

    scene: Scene
    config: InstanceConfig
    centers: CenterVotes | None
    calibration: Calibration

    def added(
        self,
        phrases: Sequence[GroundedPhrase],
        probabilities: NDArray[np.float32],
        selections: Sequence[Selection],
        first_id: int,
    ) -> list[GroundedPhrase]:
        """The phrases with their runners-up; what names nothing has none.

        Args:
            phrases: P, answered.
            probabilities: (P, S) float32 of their masks.
            selections: P, of their objects.
            first_id: of the first runner-up.
        """
        added = []
        for phrase, probability, selection in zip(phrases, probabilities, selections, strict=True):
            if phrase.named:
                shown = selection.objects.mask & bool(phrase.instances)
                found = tuple(self._instances(probability, shown, first_id))
                first_id += len(found)
                added.append(replace(phrase, runners_up=found))
            else:
                added.append(phrase)
        return added

    def _instances(
        self, probability: NDArray[np.float32], shown: NDArray[np.bool_], first_id: int
    ) -> Iterator[Instance]:
        xyz = xyz_rows(self.scene)
        for number, one in enumerate(find_runners_up(probability, shown, self.centers)):
            points = self.scene.points_of(one.mask)
            presence = self.calibration.presence_of(one.peak, self.config.presence_threshold)
            identity = first_id + number
            yield from separate_instances(xyz, points, presence, self.config, identity, whole=True)
