"""Which of a mask's superpoints make one object, by the centres that they vote for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import cKDTree

from detailbase_core.network.candidates import vote_reach
from detailbase_core.ops import native

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.network.batch import SuperpointBatch

STRAY_SHARE = 0.1  # a group with so small a part of the largest one's points is a stray vote
STRAY_M = 0.6  # and belongs to the nearest larger one, unless that is farther than this


@dataclass(frozen=True)
class ObjectCenters:
    """Votes of a scene's superpoints.

    Attributes:
        point_to_superpoint: (N,) int64.
        centers: (S, 3) float32, metres, any frame with the scene's axes.
        reach: (S,) float32, metres: how near another vote must lie to be the same object's.
        movable: (S,) bool, whether the superpoint belongs to a thing and not to structure.
    """

    point_to_superpoint: NDArray[np.int64]
    centers: NDArray[np.float32]
    reach: NDArray[np.float32]
    movable: NDArray[np.bool_]

    @classmethod
    def of(
        cls, superpoints: SuperpointBatch, point_to_superpoint: NDArray[np.int64]
    ) -> ObjectCenters | None:
        """Those of one encoded scene (G = 1); None where the network does not vote."""
        if superpoints.votes is None:
            return None
        return cls(
            point_to_superpoint,
            superpoints.object_centers[0].float().cpu().numpy(),
            vote_reach(superpoints.geometry[0]).float().cpu().numpy(),
            (superpoints.votes.movable[0] > 0).cpu().numpy(),
        )

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(S,) points of each superpoint."""
        return np.bincount(self.point_to_superpoint, minlength=len(self.centers))

    def groups(self, points: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """One label per masked point: which object it belongs to.

        Args:
            points: (M,) indices of a mask's points, M >= 1.

        Returns:
            (M,) labels; None where most of the mask is structure, which has no centre.
        """
        owners = self.point_to_superpoint[points]
        sizes = np.bincount(owners, minlength=len(self.centers))
        used = np.flatnonzero(sizes)
        labels = self.group(used, sizes[used])
        if labels is None:
            return None
        label_of_superpoint = np.zeros_like(sizes)
        label_of_superpoint[used] = labels
        return label_of_superpoint[owners]

    def group(self, used: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """One label per superpoint of a mask: which object it belongs to.

        Args:
            used: (K,) superpoints of the mask, K >= 1.
            sizes: (K,) points that each has in the mask.

        Returns:
            (K,) labels, none of them below 0; None where most of the mask is structure.
        """
        if 2 * sizes[self.movable[used]].sum() < sizes.sum():
            return None
        return _without_strays(self._linked(used), sizes, self.centers[used])

    def _linked(self, used: NDArray[np.int64]) -> NDArray[np.int64]:
        """(K,) connected groups of superpoints with votes near each other."""
        return native.C.linked_places(self.centers[used], self.reach[used])


def _without_strays(
    labels: NDArray[np.int64], sizes: NDArray[np.int64], centers: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Labels where small groups have joined the nearest larger one."""
    points = np.bincount(labels, weights=sizes)
    small = points < STRAY_SHARE * points.max()
    if not small.any():
        return labels
    middles = np.stack(
        [np.bincount(labels, weights=sizes * axis) / points for axis in centers.T], axis=1
    )
    large = np.flatnonzero(~small)
    apart, nearest = cKDTree(middles[large]).query(middles)
    stray = small & (apart <= STRAY_M)
    renamed = np.where(stray, large[nearest], np.arange(len(points)))
    joined: NDArray[np.int64] = renamed[labels]
    return joined
