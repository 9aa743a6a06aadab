"""A large scene, cut into chunks with the margins around them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from detailbase_core.network.batch import FLOOR_PERCENTILE
from detailbase_core.network.chunk_grid import GridSize, chunk_grid, is_worth_cutting
from detailbase_core.types import PointCloud, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import SuperpointConfig
    from detailbase_core.network.chunk_grid import Place, Window


class Heights(NamedTuple):
    """How high a chunk's points lie.

    Attributes:
        mm: (H,) int32, those that occur, ascending.
        counts: (H,) int64, number of points at each.
    """

    mm: NDArray[np.int32]
    counts: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Chunk:
    """One chunk of a scene.

    Attributes:
        place: in the grid.
        cloud: its points, then those in the margin around it.
        count: number of its points.
        heights: of its points.
        low, high: (2,) float64, lowest and highest x and y of its points, metres.
        key: digest of place and points.
    """

    place: Place
    cloud: PointCloud
    count: int
    heights: Heights
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    key: bytes

    @classmethod
    def of(cls, window: Window, cloud: PointCloud) -> Chunk:
        """The chunk with this window of a scene's cloud."""
        xyz, rgb = cloud.xyz[window.points], cloud.rgb[window.points]
        x, y, z = xyz[: window.own].T
        mm = np.rint(z * np.float32(1000)).astype(np.int32)
        digest = hashlib.blake2b(np.array(window.place).tobytes(), digest_size=16)
        digest.update(np.int64(window.own).tobytes())
        digest.update(xyz.data)
        digest.update(rgb.data)
        own = PointCloud(xyz, rgb, cloud.frame, cloud.stamp_ns)
        heights = Heights(*np.unique(mm, return_counts=True))
        low, high = (
            np.array(ends, np.float64) for ends in ((x.min(), y.min()), (x.max(), y.max()))
        )
        return cls(window.place, own, window.own, heights, low, high, digest.digest())


def floor_of(chunks: Sequence[Chunk]) -> float:
    """Height of the floor, metres, to a millimetre: what lies lower is noise."""
    mm = np.concatenate([chunk.heights.mm for chunk in chunks])
    counts = np.concatenate([chunk.heights.counts for chunk in chunks])
    order = np.argsort(mm)
    up_to = counts[order].cumsum()
    rank = FLOOR_PERCENTILE / 100 * (up_to[-1] - 1)
    return float(mm[order[np.searchsorted(up_to, rank, side="right")]]) / 1000


def middle_of(chunks: Sequence[Chunk]) -> NDArray[np.float64]:
    """(2,) x and y amid the points of some chunks, metres: to a metre, so that it hardly moves."""
    low = np.min([chunk.low for chunk in chunks], axis=0)
    high = np.max([chunk.high for chunk in chunks], axis=0)
    middle: NDArray[np.float64] = np.rint((low + high) / 2)
    return middle


@dataclass(frozen=True)
class CutScene:
    """A scene's chunks.

    Attributes:
        cloud: the scene's points; finite.
        chunks: by tile, those of each after each other.
        points: of each chunk, indices of its points.
    """

    cloud: PointCloud
    chunks: list[Chunk]
    points: list[NDArray[np.int32]]

    def scene(self, labels: Sequence[NDArray[np.int64]], version: int) -> Scene:
        """The scene with its superpoints.

        Args:
            labels: the superpoint of each point of each chunk, in each chunk counted from 0.
            version: of the map.
        """
        whole = np.empty(len(self.cloud), np.int64)
        begin = 0
        for points, own in zip(self.points, labels, strict=True):
            whole[points] = own + begin
            begin += int(own.max()) + 1
        return Scene(self.cloud, whole, version)


def cut_scene(cloud: PointCloud, config: SuperpointConfig) -> CutScene | None:
    """A cloud of finite points in chunks; None where it is better encoded as a whole.

    Args:
        cloud: z up, metres.
        config: of superpoints.
    """
    size = GridSize.of(config)
    if size is None or not is_worth_cutting(len(cloud), 1):
        return None
    grid = chunk_grid(cloud.xyz, config)
    if grid is None or not is_worth_cutting(len(cloud), len(grid.chunks)):
        return None
    windows = sorted(grid.windows(), key=lambda one: (size.tile_of(one.place), one.place))
    return CutScene(
        cloud,
        [Chunk.of(one, cloud) for one in windows],
        [one.points[: one.own] for one in windows],
    )
