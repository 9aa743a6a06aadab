"""The chunks of a map, of which only those around a change are taken from it anew."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.network.chunk_grid import GridSize, chunk_grid, is_worth_cutting
from detailbase_core.network.cut_scene import Chunk, cut_scene
from detailbase_core.network.parted_scene import PartedCloud, PartedScene
from detailbase_core.ops import native

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import SuperpointConfig
    from detailbase_core.mapping.scene_map import SceneMap
    from detailbase_core.network.chunk_grid import Place
    from detailbase_core.types import PointCloud


@dataclass(frozen=True)
class CutMap:
    """A map in chunks.

    Attributes:
        chunks: by tile, those of each after each other.
        frame, stamp_ns: of the map.
    """

    chunks: list[Chunk]
    frame: str
    stamp_ns: int

    def scene(self, labels: Sequence[NDArray[np.int64]], version: int) -> PartedScene:
        """The scene, in which points stand by chunk.

        Args:
            labels: the superpoint of each point of each chunk, in each chunk counted from 0.
            version: of the map.
        """
        own = [(chunk.cloud, chunk.count) for chunk in self.chunks]
        cloud = PartedCloud(
            [one.xyz[:count] for one, count in own],
            [one.rgb[:count] for one, count in own],
            self.frame,
            self.stamp_ns,
        )
        return PartedScene(cloud, labels, version)


class MapChunks:
    """Remembers the chunks of a map.

    Args:
        scene_map: the map.
        config: of superpoints; None = the map is never cut.
    """

    def __init__(self, scene_map: SceneMap, config: SuperpointConfig | None) -> None:
        self._map, self._config = scene_map, config
        self._size = None if config is None else GridSize.of(config)
        self._chunks: dict[Place, Chunk] = {}
        self._version = 0

    def snapshot(self) -> tuple[CutMap | PointCloud, int]:
        """The map in chunks, or as a cloud where it is better encoded as a whole; and its version.

        Either is empty if the map is.
        """
        if not self._config or not self._size or not is_worth_cutting(len(self._map), 1):
            self.forget()
            return self._map.snapshot()
        if not (self._chunks and self._take_changes(self._config, self._size)):
            cloud, self._version = self._map.snapshot()
            cut = cut_scene(cloud, self._config)
            if cut is None:
                self.forget()
                return cloud, self._version
            self._chunks = {chunk.place: chunk for chunk in cut.chunks}
        chunks = sorted(self._chunks.values(), key=partial(_by_tile, self._size))
        if not is_worth_cutting(sum(chunk.count for chunk in chunks), len(chunks)):
            self.forget()
            return self._map.snapshot()
        return CutMap(chunks, self._map.frame, self._map.stamp_ns), self._version

    def forget(self) -> None:
        """Let go of all chunks."""
        self._chunks = {}

    def _take_changes(self, config: SuperpointConfig, size: GridSize) -> bool:
        """Take the chunks around changes; False, and nothing done, if these are not known."""
        near: set[Place] = set()
        voxel_m = self._map.config.voxel_size_m
        edge_m = native.C.PATCH_VOXELS * voxel_m

        def around(patches: NDArray[np.int32]) -> NDArray[np.int32]:
            # A point may be rounded over the border of its voxel.
            low = patches.astype(np.float64) * edge_m
            near.update(size.windows_over(low - voxel_m, low + edge_m + voxel_m))
            return _patches_in([size.window(place) for place in near], edge_m, voxel_m)

        changes = self._map.changes(self._version, around)
        if changes is None:
            return False
        cloud, self._version = changes
        for place in near:
            self._chunks.pop(place, None)
        grid = chunk_grid(cloud.xyz, config) if len(cloud) else None
        if grid is not None:
            for window in grid.windows(near):
                self._chunks[window.place] = Chunk.of(window, cloud)
        return bool(self._chunks)


def _by_tile(size: GridSize, chunk: Chunk) -> tuple[Place, Place]:
    return size.tile_of(chunk.place), chunk.place


def _patches_in(
    windows: Iterable[tuple[NDArray[np.float64], NDArray[np.float64]]],
    edge_m: float,
    slack_m: float,
) -> NDArray[np.int32]:
    """(P, 2) x and y of the patches that lie in windows at least in part."""
    found = [np.empty((0, 2), np.int32)]
    for low, high in windows:
        first = np.floor((low - slack_m) / edge_m).astype(np.int32)
        last = np.floor((high + slack_m) / edge_m).astype(np.int32)
        x, y = (np.arange(a, b + 1, dtype=np.int32) for a, b in zip(first, last, strict=True))
        found.append(np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1).reshape(-1, 2))
    return np.unique(np.concatenate(found), axis=0)
