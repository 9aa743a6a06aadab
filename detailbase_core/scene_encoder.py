"""Encoding of scenes: as a whole, or in chunks where they are large."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from detailbase_core.encoded_scene import EncodedScene
from detailbase_core.mapping.superpoints import finite_cloud, segment_cloud
from detailbase_core.network.batch import batch_scenes
from detailbase_core.network.chunks import ChunkedEncoder
from detailbase_core.network.cut_scene import cut_scene
from detailbase_core.network.map_chunks import MapChunks
from detailbase_core.network.parted_scene import owner_rows
from detailbase_core.network.tiling import tile_superpoints
from detailbase_core.network.view_batch import MOST_POINTS, batch_views
from detailbase_core.network.views import Views, turned_scenes
from detailbase_core.ops.execution import Stages, on_device
from detailbase_core.postprocess.vote_clustering import CenterVotes
from detailbase_core.types import PointCloud, Scene

if TYPE_CHECKING:
    import torch

    from detailbase_core.config import SuperpointConfig
    from detailbase_core.errors import CancelToken
    from detailbase_core.mapping.scene_map import SceneMap
    from detailbase_core.network.batch import SuperpointBatch
    from detailbase_core.network.cut_scene import CutScene
    from detailbase_core.network.detailbase import DetailBase
    from detailbase_core.network.map_chunks import CutMap
    from detailbase_core.network.tiled_views import TiledViews


class SceneEncoder:
    """Encodes scenes; remembers the chunks of the last large map.

    Args:
        model: the network.
        config: of superpoints.
        views: number of headings.
        device: the network's.
        threads: of the CPU.
        together: whether all headings of a scene are encoded at once, for which a GPU's host has
            less to do.
    """

    def __init__(
        self,
        model: DetailBase,
        config: SuperpointConfig,
        views: int,
        device: torch.device,
        threads: int,
        together: bool,
    ) -> None:
        self._model, self._config, self._views = model, config, views
        self._device, self._threads, self._together = device, threads, together
        self._chunked = self._chunked_encoder()  # of the map

    def chunks_of(self, scene_map: SceneMap) -> MapChunks:
        """What cuts a map for encode_map(), where it is large."""
        return MapChunks(scene_map, self._config if self._chunked.cuts else None)

    def encode_map(
        self, taken: CutMap | PointCloud, version: int, cancel: CancelToken | None
    ) -> EncodedScene:
        """The encoding of a map.

        Args:
            taken: the map in chunks, of which those that are remembered are not encoded again, or
                as a whole; not empty.
            version: of the map.
            cancel: ends the work.

        Raises:
            Cancelled: `cancel` was set meanwhile.
        """
        if not isinstance(taken, PointCloud):
            return self._encode_cut(self._chunked, taken, version, cancel)
        self._chunked.forget()
        return self._encode_whole(finite_cloud(taken), version, cancel)

    def encode_cloud(self, cloud: PointCloud, cancel: CancelToken | None) -> EncodedScene:
        """The encoding of one cloud of a file, whose points stay in their order.

        Raises:
            BadCloudError: the cloud has no finite points.
            Cancelled: `cancel` was set meanwhile.
        """
        cloud = finite_cloud(cloud)
        chunked = self._chunked_encoder()  # a file's chunks are its own
        cut = cut_scene(cloud, self._config) if chunked.cuts else None
        if cut is None:
            return self._encode_whole(cloud, 0, cancel)
        return self._encode_cut(chunked, cut, 0, cancel)

    def _encode_cut(
        self,
        chunked: ChunkedEncoder,
        cut: CutMap | CutScene,
        version: int,
        cancel: CancelToken | None,
    ) -> EncodedScene:
        """A large scene, of which only what `chunked` does not remember is encoded."""
        stages = Stages()
        with stages.computed("superpoints", self._threads):
            scene = cut.scene(chunked.segment(cut.chunks, cancel), version)
        with stages.computed("encode_scene", self._threads), on_device(self._device):
            tiled = chunked.encode(cut.chunks, cancel)
            centers = CenterVotes.from_superpoints(tiled.places(), owner_rows(scene))
            views: Views | TiledViews = tiled
            if self._device.type != "cpu":  # which has less to do for all tiles at once
                views = Views.of_headings(tiled.headings(), self._model.decoder.scene_keys)
        return EncodedScene(scene, views, centers, time.monotonic(), stages.seconds)

    def _encode_whole(
        self, cloud: PointCloud, version: int, cancel: CancelToken | None
    ) -> EncodedScene:
        stages = Stages()
        with stages.computed("superpoints", self._threads):
            scene = Scene(cloud, segment_cloud(cloud, self._config), version)
        with stages.computed("encode_scene", self._threads), on_device(self._device):
            seen = self._encode_views(scene, cancel)
            centers = CenterVotes.from_superpoints(seen[0], scene.point_to_superpoint)
            tiles = [tile_superpoints(one) for one in seen]
            views = Views.of_headings(tiles, self._model.decoder.scene_keys)
        return EncodedScene(scene, views, centers, time.monotonic(), stages.seconds)

    def _chunked_encoder(self) -> ChunkedEncoder:
        return ChunkedEncoder(self._model, self._config, self._views, self._device)

    def _encode_views(self, scene: Scene, cancel: CancelToken | None) -> list[SuperpointBatch]:
        """The scene in each heading; on a GPU all at once, for which its host has less to do."""
        coordinates = self._model.config.coordinates
        if self._together and len(scene.cloud) * self._views <= MOST_POINTS:
            batch = batch_views(scene, self._views, coordinates, self._device)
            return [*self._model.encode_scene(batch, cancel).scenes()]
        turned = turned_scenes(scene, self._views)
        batches = (batch_scenes([one], coordinates).to(self._device) for one in turned)
        return [self._model.encode_scene(batch, cancel) for batch in batches]
