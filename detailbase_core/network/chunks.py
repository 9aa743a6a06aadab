"""Encoding of a large scene in chunks, of which only those that changed are encoded again.

A chunk is a square of a grid that is fixed to the map, as high as the scene. It is encoded with a
margin around it, and what comes out depends on nothing beyond that margin but the height of the
floor. So a building that is encoded again costs what a robot has seen since, and the memory of one
chunk at a time, whatever its size.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import torch

from detailbase_core.errors import check_cancelled
from detailbase_core.mapping.superpoints import segment_cloud
from detailbase_core.network.batch import SuperpointBatch, batch_scenes
from detailbase_core.network.chunk_grid import GridSize
from detailbase_core.network.cut_scene import floor_of, middle_of
from detailbase_core.network.tiled_views import EncodedChunk, Tile, TiledViews
from detailbase_core.network.views import turn_about_z, turned_scenes
from detailbase_core.ops.execution import shared_out
from detailbase_core.types import PointCloud, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.config import SuperpointConfig
    from detailbase_core.errors import CancelToken
    from detailbase_core.network.chunk_grid import Place
    from detailbase_core.network.cut_scene import Chunk
    from detailbase_core.network.detailbase import DetailBase

_Kept = TypeVar("_Kept")
MAX_FLOOR_SHIFT_M = 0.01  # a floor that is found to lie elsewhere by less stays where it is


class PlacedChunk(NamedTuple):
    """A chunk in its tile.

    Attributes:
        origin: (2,) x and y from which its superpoints are placed, metres.
        chunk: as encoded.
    """

    origin: NDArray[np.float64]
    chunk: EncodedChunk


class ChunkedEncoder:
    """Superpoints and their features of large scenes; remembers the last scene's chunks.

    Args:
        model: an anchored network; others are never asked by chunks.
        config: of superpoints.
        views: headings, see turned_scenes.
        device: the network's.
    """

    def __init__(
        self, model: DetailBase, config: SuperpointConfig, views: int, device: torch.device
    ) -> None:
        self._model, self._config = model, config
        self._device = device
        self._turns = [turn_about_z(view, views)[:2, :2] for view in range(views)]
        self._grid = GridSize.of(config) if model.config.coordinates == "anchored" else None
        self._floor: float | None = None
        self._labels: dict[bytes, NDArray[np.int64]] = {}  # of the points in the chunk
        self._encoded: dict[bytes, SuperpointBatch] = {}  # placed from the chunk's middle
        self._placed: dict[bytes, PlacedChunk] = {}
        self._tiles: dict[Place, Tile] = {}

    @property
    def cuts(self) -> bool:
        """Whether scenes that are large enough may be encoded in chunks."""
        return self._grid is not None

    def segment(
        self, chunks: Sequence[Chunk], cancel: CancelToken | None = None
    ) -> list[NDArray[np.int64]]:
        """The superpoint of each chunk's points, in each chunk counted from 0.

        They are segment_cloud's of the whole scene but for their numbers.

        Raises:
            BadCloudError: a point is too far from the origin.
            Cancelled: `cancel` was set; what is done so far need not be done again.
        """
        self._labels = _only(self._labels, chunks)

        def segment(chunk: Chunk) -> None:
            check_cancelled(cancel)
            self._labels[chunk.key] = self._segment(chunk)

        new = [chunk for chunk in chunks if chunk.key not in self._labels]
        shared_out(segment, new, _window_points)
        return [self._labels[chunk.key] for chunk in chunks]

    def encode(self, chunks: Sequence[Chunk], cancel: CancelToken | None = None) -> TiledViews:
        """The encoded superpoints of chunks that segment() has seen, in the same order.

        Args:
            chunks: those of each tile after each other.
            cancel: looked at between the network's levels.

        Raises:
            Cancelled: `cancel` was set; what is done so far need not be done again.
        """
        floor = floor_of(chunks)
        if self._floor is None or abs(floor - self._floor) > MAX_FLOOR_SHIFT_M:
            self._encoded, self._placed, self._tiles = {}, {}, {}
            self._floor = floor
        self._encoded, self._placed = _only(self._encoded, chunks), _only(self._placed, chunks)
        assert self._grid is not None
        of_tiles: dict[Place, list[Chunk]] = {}
        for chunk, tile in zip(
            chunks, self._grid.tiles_of([chunk.place for chunk in chunks]), strict=True
        ):
            of_tiles.setdefault(tile, []).append(chunk)
        middles = {tile: middle_of(members) for tile, members in of_tiles.items()}
        origins = {chunk.key: middles[tile] for tile, own in of_tiles.items() for chunk in own}

        def encode(chunk: Chunk) -> None:
            if chunk.key not in self._encoded:
                self._encoded[chunk.key] = self._encode(chunk, cancel)
            self._placed[chunk.key] = self._place(chunk, origins[chunk.key])

        new = [chunk for chunk in chunks if not self._is_placed(chunk, origins[chunk.key])]
        if self._device.type == "cpu":
            shared_out(encode, new, _window_points)
        else:
            for chunk in new:
                encode(chunk)
        self._tiles = {
            tile: self._tile(tile, [self._placed[chunk.key].chunk for chunk in members])
            for tile, members in of_tiles.items()
        }
        return TiledViews(tuple(self._tiles.values()), [*middles.values()], self._turns)

    def forget(self) -> None:
        """Let go of all chunks."""
        self._floor, self._labels = None, {}
        self._encoded, self._placed, self._tiles = {}, {}, {}

    def _is_placed(self, chunk: Chunk, origin: NDArray[np.float64]) -> bool:
        placed = self._placed.get(chunk.key)
        return placed is not None and np.array_equal(placed.origin, origin)

    def _tile(self, place: Place, chunks: list[EncodedChunk]) -> Tile:
        """The chunks of a tile together; as it was if none of them has changed."""
        kept = self._tiles.get(place)
        same = kept is not None and len(kept.chunks) == len(chunks)
        if kept is not None and same and all(map(operator.is_, kept.chunks, chunks)):
            return kept
        return Tile.of(chunks)

    def _segment(self, chunk: Chunk) -> NDArray[np.int64]:
        """The superpoint of each of a chunk's points, of which most of the margin is no matter."""
        assert self._grid is not None
        cloud, own = chunk.cloud, chunk.count
        near = self._grid.near(chunk.place, cloud.xyz[own:], self._config.voxel_size_m)
        xyz, rgb = (np.concatenate([of[:own], of[own:][near]]) for of in (cloud.xyz, cloud.rgb))
        # Numbered by first appearance, and none crosses the border: the chunk's own come first.
        labels: NDArray[np.int64] = segment_cloud(PointCloud(xyz, rgb), self._config)[:own].copy()
        return labels

    def _encode(self, chunk: Chunk, cancel: CancelToken | None) -> SuperpointBatch:
        """The superpoints of a chunk in each view, placed from its middle and the floor."""
        assert self._grid is not None and self._floor is not None
        own = self._labels[chunk.key]
        count = int(own.max()) + 1
        labels = np.full(len(chunk.cloud), count)  # the margin as one superpoint that nobody wants
        labels[: chunk.count] = own
        middle = self._grid.chunk_middle(chunk.place)
        found = []
        turned = turned_scenes(Scene(chunk.cloud, labels), len(self._turns))
        for one, turn in zip(turned, self._turns, strict=True):
            origin = np.array([*(middle @ turn), self._floor])
            batch = batch_scenes([one], self._model.config.coordinates, [origin])
            encoded = self._model.encode_scene(batch.to(self._device), cancel)
            found.append(encoded.part(0, 1, count))
        return SuperpointBatch.joined(found)

    def _place(self, chunk: Chunk, origin: NDArray[np.float64]) -> PlacedChunk:
        """The encoded superpoints of a chunk, placed from the middle of its tile."""
        assert self._grid is not None
        encoded, away = self._encoded[chunk.key], self._grid.chunk_middle(chunk.place) - origin
        ways = torch.zeros((len(self._turns), 1, 6))
        ways[:, 0, :2] = torch.from_numpy(np.stack([away @ turn for turn in self._turns]))
        superpoints = replace(encoded, geometry=encoded.geometry + ways.to(self._device))
        # On a GPU they are made for all tiles at once.
        on_cpu = self._device.type == "cpu"
        keys = self._model.decoder.scene_keys(superpoints) if on_cpu else None
        return PlacedChunk(origin, EncodedChunk(superpoints, keys))


def _window_points(chunk: Chunk) -> int:
    return len(chunk.cloud)


def _only(kept: dict[bytes, _Kept], chunks: Sequence[Chunk]) -> dict[bytes, _Kept]:
    """What is kept of these chunks."""
    return {chunk.key: kept[chunk.key] for chunk in chunks if chunk.key in kept}
