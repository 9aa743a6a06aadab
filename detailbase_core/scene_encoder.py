"""Encoding of scenes: as a whole, or in chunks where they are large."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from detailbase_core.encoded_scene import EncodedScene
from detailbase_core.mapping.superpoints import finite_cloud, segment_cloud
from detailbase_core.network.batch import batch_scenes
from detailbase_core.network.chunks import ChunkedEncoder
from detailbase_core.network.cut_scene import cut_scene
from detailbase_core.network.map_chunks import MapChunks
from detailbase_core.network.parted_scene import owner_rows
from detailbase_core.network.tiling import tile_superpoints
from detailbase_core.network.view_batch import MOST_POINTS, batch_points, with_superpoints
from detailbase_core.network.views import Views, turned_scenes
from detailbase_core.ops.execution import Stages, on_device, threads
from detailbase_core.postprocess.vote_clustering import CenterVotes
from detailbase_core.types import PointCloud, Scene

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

    from detailbase_core.config import SuperpointConfig
    from detailbase_core.errors import CancelToken
    from detailbase_core.mapping.scene_map import SceneMap
    from detailbase_core.network.batch import SceneBatch, SuperpointBatch
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
        together: whether all headings of a scene are encoded at once, beside its superpoints: for
            a GPU, whose host has less to do.
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
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="superpoints")
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
        if self._together and len(cloud) * self._views <= MOST_POINTS:
            return self._encode_beside(cloud, version, cancel)
        stages = Stages()
        with stages.computed("superpoints", self._threads):
            scene = self._segment(cloud, version)
        with stages.computed("encode_scene", self._threads), on_device(self._device):
            turned = turned_scenes(scene, self._views)
            coordinates = self._model.config.coordinates
            batches = (batch_scenes([one], coordinates).to(self._device) for one in turned)
            seen = [self._model.encode_scene(batch, cancel) for batch in batches]
            return self._encoded(scene, seen, stages)

    def _encode_beside(
        self, cloud: PointCloud, version: int, cancel: CancelToken | None
    ) -> EncodedScene:
        """All headings at once, and superpoints on the CPU while a GPU is at its U-Net."""
        stages, waiting = Stages(), Stages()
        segmented = self._beside.submit(self._segment, cloud, version)
        scenes: list[Scene] = []

        def completed(batch: SceneBatch) -> SceneBatch:
            with waiting.timed("superpoints"):
                scenes.append(segmented.result())
            return with_superpoints(batch, scenes[0])

        with stages.computed("encode_scene", self._threads), on_device(self._device):
            coordinates = self._model.config.coordinates
            batch = batch_points(cloud, self._views, coordinates, self._device)
            seen = [*self._model.encode_scene(batch, cancel, completed).scenes()]
            encoded = self._encoded(scenes[0], seen, stages)
        waited = waiting.seconds["superpoints"]
        stages.seconds["encode_scene"] -= waited
        stages.seconds["superpoints"] = waited
        return encoded

    def _segment(self, cloud: PointCloud, version: int) -> Scene:
        with threads(self._threads):  # those of the thread that does it
            return Scene(cloud, segment_cloud(cloud, self._config), version)

    def _encoded(
        self, scene: Scene, seen: Sequence[SuperpointBatch], stages: Stages
    ) -> EncodedScene:
        """The scene with its superpoints as encoded in each heading."""
        centers = CenterVotes.from_superpoints(seen[0], scene.point_to_superpoint)
        tiles = [tile_superpoints(one) for one in seen]
        views = Views.of_headings(tiles, self._model.decoder.scene_keys)
        return EncodedScene(scene, views, centers, time.monotonic(), stages.seconds)

    def _chunked_encoder(self) -> ChunkedEncoder:
        return ChunkedEncoder(self._model, self._config, self._views, self._device)
