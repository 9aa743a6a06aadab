"""Clustering of a mask's superpoints into objects, by the centres that they vote for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.network.candidates import vote_reach
from detailbase_core.network.parted_scene import PartedRows
from detailbase_core.ops import native

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.network.batch import SuperpointBatch

# A cluster with a smaller part of the largest one's points is of stray votes and joins the nearest
# larger one, unless that is farther than MAX_MERGE_DISTANCE_M.
MIN_CLUSTER_FRACTION = 0.1
MAX_MERGE_DISTANCE_M = 0.6


@dataclass(frozen=True)
class CenterVotes:
    """Votes of a scene's superpoints for the centres of their objects.

    Attributes:
        point_to_superpoint: (N,) int64.
        centers: (S, 3) float32, metres, any frame with the scene's axes.
        reach: (S,) float32, metres: how near another vote must lie to be the same object's.
        movable: (S,) bool, whether the superpoint belongs to an object and not to structure.
    """

    point_to_superpoint: NDArray[np.int64] | PartedRows
    centers: NDArray[np.float32]
    reach: NDArray[np.float32]
    movable: NDArray[np.bool_]

    @classmethod
    def from_superpoints(
        cls, superpoints: SuperpointBatch, point_to_superpoint: NDArray[np.int64] | PartedRows
    ) -> CenterVotes | None:
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
        if isinstance(self.point_to_superpoint, PartedRows):
            return self.point_to_superpoint.counts()
        return np.bincount(self.point_to_superpoint, minlength=len(self.centers))

    def cluster_points(self, points: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Object label of each masked point.

        Args:
            points: (M,) indices of a mask's points, M >= 1.

        Returns:
            (M,) labels; None where most of the mask is structure, which has no centre.
        """
        labels: NDArray[np.int64] = native.C.cluster_points(
            self.point_to_superpoint[points],
            np.arange(len(points)),
            self.centers,
            self.reach,
            self.movable,
            smallest_part=MIN_CLUSTER_FRACTION,
            merge_reach=MAX_MERGE_DISTANCE_M,
        )
        return labels if len(labels) else None

    def cluster_superpoints(
        self, used: NDArray[np.int64], sizes: NDArray[np.int64]
    ) -> NDArray[np.int64] | None:
        """Object label of each superpoint of a mask.

        Args:
            used: (K,) superpoints of the mask, K >= 1.
            sizes: (K,) points that each has in the mask.

        Returns:
            (K,) labels, none of them below 0; None where most of the mask is structure.
        """
        if 2 * sizes[self.movable[used]].sum() < sizes.sum():
            return None
        labels: NDArray[np.int64] = native.C.vote_clusters(
            self.centers[used],
            self.reach[used],
            sizes,
            smallest_part=MIN_CLUSTER_FRACTION,
            merge_reach=MAX_MERGE_DISTANCE_M,
        )
        return labels
