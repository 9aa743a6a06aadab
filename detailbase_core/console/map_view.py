"""Which points of a map a browser gets: a few of all, all of a few, nothing above the cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.types import PointCloud

OVERVIEW_POINTS = 300_000  # a browser turns so many without a pause, on an integrated GPU too
DETAIL_POINTS = 200_000
_PICK_RADIUS_M = 0.03  # how far beside the ray a point may lie, close by
_PICK_ANGLE = 0.004  # and how much more a metre away, so that far points can be hit too
_SEED = 0
_SPACING_SAMPLE = 7
_ROOM_M = 2.2  # below a ceiling, above people and furniture
_CEILING_SHARE = 0.03  # of all points: so many above _ROOM_M are a ceiling or high walls


@dataclass(frozen=True)
class MapView:
    """A map, as browsers see it.

    Attributes:
        cloud: z up, metres, finite.
        most: points of the overview.
        most_near: points of the detail.
    """

    cloud: PointCloud
    most: int = OVERVIEW_POINTS
    most_near: int = DETAIL_POINTS

    @property
    def thinned(self) -> bool:
        """Whether the overview lacks points."""
        return len(self.cloud) > self.most

    @cached_property
    def _drawn(self) -> NDArray[np.int64]:
        if not self.thinned:
            return np.arange(len(self.cloud), dtype=np.int64)
        drawn = np.random.default_rng(_SEED).choice(len(self.cloud), self.most, replace=False)
        return np.sort(drawn).astype(np.int64)

    @cached_property
    def spacing_m(self) -> float:
        """Distance between neighbouring points, metres; the median of some."""
        xyz = self.cloud.xyz
        if len(xyz) < 2:
            return 0.02
        sample = xyz[np.linspace(0, len(xyz) - 1, _SPACING_SAMPLE).astype(np.int64)]
        nearest = [np.partition(np.square(xyz - one).sum(axis=1), 1)[1] for one in sample]
        return max(float(np.sqrt(np.median(nearest))), 1e-3)

    @property
    def overview_spacing_m(self) -> float:
        """The same in the overview: of surfaces a quarter of the points lie twice as far apart."""
        return self.spacing_m * math.sqrt(len(self.cloud) / max(len(self._drawn), 1))

    @cached_property
    def heights_m(self) -> tuple[float, float]:
        """Lowest and highest z, metres, but for a few stray points."""
        if not len(self.cloud):
            return 0.0, _ROOM_M
        low, high = np.percentile(self.cloud.xyz[self._drawn, 2], (0.5, 99.9))
        return float(low), float(high)

    @cached_property
    def first_cut_m(self) -> float:
        """z up to which the map is shown at first: below a ceiling, if there seems to be one."""
        low, high = self.heights_m
        if not len(self.cloud):
            return high
        above = float((self.cloud.xyz[self._drawn, 2] > low + _ROOM_M).mean())
        return low + _ROOM_M if _CEILING_SHARE < above < 0.5 else high

    @cached_property
    def extent(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(3,) middle and (3,) size of the map, metres, but for a few stray points."""
        if not len(self.cloud):
            return np.zeros(3), np.full(3, _ROOM_M)
        low, high = np.percentile(self.cloud.xyz[self._drawn], (5, 95), axis=0)
        return (low + high) / 2, high - low

    def overview(self, cut_m: float) -> NDArray[np.int64]:
        """Points that stand for the whole map, ascending; none above z = `cut_m`."""
        low: NDArray[np.int64] = self._drawn[self.cloud.xyz[self._drawn, 2] <= cut_m]
        return low

    def detail(self, center: NDArray[np.float64], cut_m: float) -> NDArray[np.int64]:
        """The points nearest to a place, ascending; none above z = `cut_m`."""
        low = np.flatnonzero(self.cloud.xyz[:, 2] <= cut_m)
        if len(low) <= self.most_near:
            return low
        away = np.square(self.cloud.xyz[low] - center.astype(np.float32)).sum(axis=1)
        return np.sort(low[np.argpartition(away, self.most_near)[: self.most_near]])

    def pick(self, ray: Ray, cut_m: float) -> int | None:
        """Index of the first shown point that a ray meets; None where it meets none."""
        toward = ray.direction / np.linalg.norm(ray.direction)
        offset = self.cloud.xyz - ray.origin.astype(np.float32)
        ahead = offset @ toward.astype(np.float32)
        beside = np.square(offset).sum(axis=1) - np.square(ahead)
        near = beside < np.square(_PICK_RADIUS_M + _PICK_ANGLE * ahead)
        hit = np.flatnonzero(near & (ahead > 0) & (self.cloud.xyz[:, 2] <= cut_m))
        return int(hit[np.argmin(ahead[hit])]) if len(hit) else None


@dataclass(frozen=True)
class Ray:
    """A line of sight.

    Attributes:
        origin: (3,) metres, in the map's frame.
        direction: (3,) of any length above 0.
    """

    origin: NDArray[np.float64]
    direction: NDArray[np.float64]
