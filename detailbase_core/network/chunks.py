"""Encoding of a large scene in chunks, of which only those that changed are encoded again.

A chunk is a square of a grid that is fixed to the map, as high as the scene. It is encoded with a
margin around it, and what comes out depends on nothing beyond that margin but the height of the
floor. So a building that is encoded again costs what a robot has seen since, and the memory of one
chunk at a time, whatever its size.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from detailbase_core.errors import check_cancelled
from detailbase_core.mapping.superpoints import segment_cloud
from detailbase_core.network.batch import (
    FLOOR_PERCENTILE,
    SuperpointBatch,
    Votes,
    batch_scenes,
)
from detailbase_core.network.chunk_grid import ChunkGrid, Window, chunk_grid
from detailbase_core.network.views import turn_about_z, turned_scenes
from detailbase_core.types import PointCloud, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from detailbase_core.config import SuperpointConfig
    from detailbase_core.errors import CancelToken
    from detailbase_core.network.detailbase import DetailBase

MAX_FLOOR_SHIFT_M = 0.01  # a floor that is found to lie elsewhere by less stays where it is


class Chunk(NamedTuple):
    """One chunk of a scene.

    Attributes:
        window: its points.
        key: digest of all that its encoding depends on.
    """

    window: Window
    key: bytes


@dataclass(frozen=True)
class _Labels:
    """Superpoints of a chunk: of the window's points, and which of them lie in the chunk."""

    of_window: NDArray[np.int64]
    of_chunk: NDArray[np.int64]

    def of_points(self, core: NDArray[np.bool_]) -> NDArray[np.int64]:
        """The superpoint of each of the chunk's points, counted from 0."""
        return np.searchsorted(self.of_chunk, self.of_window[core])


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
        self._views, self._device = views, device
        self._floor: float | None = None
        self._labels: dict[bytes, _Labels] = {}
        self._encoded: dict[bytes, list[SuperpointBatch]] = {}

    def cut(self, cloud: PointCloud) -> list[Chunk]:
        """The chunks of a finite cloud; none where it is better encoded as a whole."""
        grid = None
        if self._model.config.coordinates == "anchored":
            grid = chunk_grid(cloud.xyz, self._config)
        if grid is None:
            self._floor = None
            self._keep_only([])
            return []
        floor = float(np.percentile(cloud.xyz[:, 2], FLOOR_PERCENTILE))
        if self._floor is None or abs(floor - self._floor) > MAX_FLOOR_SHIFT_M:
            self._floor = floor
        chunks = [*self._chunks(cloud, grid, self._floor)]
        self._keep_only(chunks)
        return chunks

    def segment(
        self, cloud: PointCloud, chunks: list[Chunk], cancel: CancelToken | None = None
    ) -> NDArray[np.int64]:
        """The superpoint of each point of the cloud, (N,), as segment_cloud's but for their order.

        Raises:
            BadCloudError: a point is too far from the origin.
            Cancelled: `cancel` was set; what is done so far need not be done again.
        """
        labels = np.empty(len(cloud), np.int64)
        count = 0
        for chunk in chunks:
            check_cancelled(cancel)
            if chunk.key not in self._labels:
                found = segment_cloud(_cloud_of(chunk, cloud), self._config)
                self._labels[chunk.key] = _Labels(found, np.unique(found[chunk.window.core]))
            own, window = self._labels[chunk.key], chunk.window
            labels[window.points[window.core]] = own.of_points(window.core) + count
            count += len(own.of_chunk)
        return labels

    def encode(
        self, scene: Scene, chunks: list[Chunk], cancel: CancelToken | None = None
    ) -> list[SuperpointBatch]:
        """The encoded superpoints of each view of a scene that segment() has cut.

        Raises:
            Cancelled: `cancel` was set; what is done so far need not be done again.
        """
        for chunk in chunks:
            if chunk.key not in self._encoded:
                self._encoded[chunk.key] = self._encode(scene.cloud, chunk, cancel)
        turns = [turn_about_z(view, self._views)[:2, :2] for view in range(self._views)]
        middle = _middle(scene.cloud.xyz)
        return [
            _joined(
                [self._encoded[chunk.key][view] for chunk in chunks],
                [(chunk.window.middle - middle) @ turn for chunk in chunks],
            )
            for view, turn in enumerate(turns)
        ]

    def _chunks(self, cloud: PointCloud, grid: ChunkGrid, floor: float) -> Iterator[Chunk]:
        for window in grid.windows():
            digest = hashlib.blake2b(np.array([*window.middle, floor]).tobytes(), digest_size=16)
            for part in (cloud.xyz, cloud.rgb):
                digest.update(part[window.points].data)
            yield Chunk(window, digest.digest())

    def _keep_only(self, chunks: list[Chunk]) -> None:
        keys = {chunk.key for chunk in chunks}
        self._labels = {key: one for key, one in self._labels.items() if key in keys}
        self._encoded = {key: one for key, one in self._encoded.items() if key in keys}

    def _encode(
        self, cloud: PointCloud, chunk: Chunk, cancel: CancelToken | None
    ) -> list[SuperpointBatch]:
        """The superpoints of a chunk in each view, placed from its middle and the floor."""
        labels = self._labels[chunk.key]
        found = []
        scene = Scene(_cloud_of(chunk, cloud), labels.of_window)
        for view, turned in enumerate(turned_scenes(scene, self._views)):
            turn = turn_about_z(view, self._views)
            origin = np.array([*chunk.window.middle, self._floor]) @ turn
            batch = batch_scenes([turned], self._model.config.coordinates, [origin])
            encoded = self._model.encode_scene(batch.to(self._device), cancel)
            found.append(_rows(encoded, torch.from_numpy(labels.of_chunk).to(self._device)))
        return found


def _cloud_of(chunk: Chunk, cloud: PointCloud) -> PointCloud:
    """The points of a chunk's window."""
    points = chunk.window.points
    return PointCloud(cloud.xyz[points], cloud.rgb[points], cloud.frame, cloud.stamp_ns)


def _middle(xyz: NDArray[np.float32]) -> NDArray[np.float64]:
    """(2,) of the bounding box, x and y."""
    bounds = [[places.min(), places.max()] for places in (xyz[:, 0], xyz[:, 1])]
    middle: NDArray[np.float64] = np.array(bounds, np.float64).mean(axis=1)
    return middle


def _rows(batch: SuperpointBatch, rows: torch.Tensor) -> SuperpointBatch:
    """Some superpoints of one scene (G = 1)."""
    votes = None if batch.votes is None else Votes(*(part[:, rows] for part in batch.votes))
    return SuperpointBatch(
        batch.features[:, rows], batch.padding[:, rows], batch.geometry[:, rows], votes
    )


def _joined(parts: list[SuperpointBatch], places: list[NDArray[np.float64]]) -> SuperpointBatch:
    """Superpoints of one scene (G = 1) out of those of its chunks, which lie at `places`."""
    geometry = []
    for part, (x, y) in zip(parts, places, strict=True):
        shift = torch.tensor([x, y, 0, 0, 0, 0], dtype=torch.float32)
        geometry.append(part.geometry + shift.to(part.geometry.device))
    votes = [part.votes for part in parts if part.votes is not None]
    return SuperpointBatch(
        torch.cat([part.features for part in parts], dim=1),
        torch.cat([part.padding for part in parts], dim=1),
        torch.cat(geometry, dim=1),
        Votes(*(torch.cat(one, dim=1) for one in zip(*votes, strict=True))) if votes else None,
    )
