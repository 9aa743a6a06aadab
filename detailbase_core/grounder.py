"""The public API on one page: clouds and a sentence in, every phrase's objects out.

grounder = Grounder(GrounderConfig())
grounder.add(cloud, sensor_to_map, "odom")
answer = grounder.ground("the chair next to the round table")
"""

from __future__ import annotations

import functools
import threading
import time
from typing import TYPE_CHECKING, Any

import torch

from detailbase_core.config import GrounderConfig
from detailbase_core.encoded_scene import EncodedScene
from detailbase_core.errors import EmptySceneError, check_cancelled
from detailbase_core.language.learned_parser import LearnedParser
from detailbase_core.language.rule_parser import RuleParser
from detailbase_core.language.sentence_reader import SentenceReader
from detailbase_core.language.text_encoder import RecentText, SmallTextEncoder
from detailbase_core.language.text_graphs import TextGraphs
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.network.decoder_graphs import DecoderGraphs
from detailbase_core.ops.execution import (
    Stages,
    choose_device,
    choose_precision,
    on_device,
    set_threads,
)
from detailbase_core.postprocess.calibration import Calibration
from detailbase_core.postprocess.postprocess import answer_queries
from detailbase_core.scene_encoder import SceneEncoder
from detailbase_core.sparse import triton_backend
from detailbase_core.types import Grounding, PointCloud

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from detailbase_core.config import InstanceConfig
    from detailbase_core.errors import CancelToken
    from detailbase_core.language.rule_parser import PhraseParser
    from detailbase_core.language.text_encoder import TextEncoder
    from detailbase_core.mapping.scene_map import InsertReport
    from detailbase_core.network.batch import Prediction, Question
    from detailbase_core.network.tiled_views import TiledViews
    from detailbase_core.network.views import Views

# Questions about so few superpoints (a room has two thousand, in each of two views) are answered on
# one thread: they are hundreds of small steps, at each of which threads would wait for each other.
# Where nobody else needs the cores that costs as much as it gains; with others at work on them it
# took four times as long.
FEW_SUPERPOINTS = 8000


class Grounder:
    """A map that answers sentences.

    add(), clear(), save() and load() may be called from any thread while one other thread is
    inside ground() or encode_scene().

    Args:
        config: settings; the default uses the shipped model.
        parser: finds the noun phrases; the default is the network's phrase head, and the built-in
            rule parser where it has none.

    Raises:
        CheckpointError: the weights cannot be used.
        ConfigError: the device, precision or backend cannot be used here.
    """

    def __init__(self, config: GrounderConfig | None = None, parser: PhraseParser | None = None):
        self.config = config or GrounderConfig()
        self.map = SceneMap(self.config.map)
        self.device = choose_device(self.config.device)
        self._threads = set_threads(self.config.threads)
        self.checkpoint_path = self.config.checkpoint or str(SHIPPED_CHECKPOINT)
        checkpoint = Checkpoint.read(self.checkpoint_path)
        model, text_encoder = checkpoint.load(self.config.text_encoder)
        self.calibration = Calibration.of(checkpoint.metadata)
        self.views = self.config.views or self.calibration.views
        model.unet.backend = self.config.backend
        self.model = model.to(self.device)
        on_gpu = self.device.type == "cuda"
        by_triton = on_gpu and not triton_backend.find_problem()
        exact_sums = by_triton and self.config.backend in ("auto", "triton")
        precision = choose_precision(self.config.precision, self.device, exact_sums)
        model.unet.use_precision(precision)
        encoder: TextEncoder = text_encoder.to(self.device)
        if on_gpu and isinstance(encoder, SmallTextEncoder):
            encoder = TextGraphs(encoder)
        self.text_encoder = RecentText(encoder)
        self._graphs = DecoderGraphs(self.model.decoder) if on_gpu else None
        # spconv would make tables of its own, of one grid for all views.
        together = by_triton and self.config.backend != "spconv"
        if together:
            model.unet.use_graphs()
        self._encoder = SceneEncoder(
            self.model, self.config.superpoints, self.views, self.device, self._threads, together
        )
        self._map_chunks = self._encoder.chunks_of(self.map)
        hides_wording = model.config.hide_wording
        self.reader = SentenceReader(self._build_parser(), hides_wording, parser)
        self._encoded: EncodedScene | None = None
        self._encoding_version: int | None = None  # of the snapshot that is being encoded
        self._network = threading.Lock()

    def add(
        self, cloud: PointCloud, sensor_to_map: NDArray[np.float64], map_frame: str
    ) -> InsertReport:
        """Put one scan into the map.

        Args:
            cloud: in the sensor's frame, metres; NaN rows are ignored.
            sensor_to_map: (4, 4) float64, the sensor's pose in the map frame.
            map_frame: name of that frame.

        Raises:
            BadCloudError: the cloud cannot be used.
        """
        return self.map.insert(cloud, sensor_to_map, map_frame)

    def ground(
        self, sentence: str, cancel: CancelToken | None = None, why: bool = False
    ) -> Grounding:
        """Find everything that the sentence mentions in the map.

        Args:
            sentence: what to look for.
            cancel: ends the work.
            why: whether phrases tell which objects came next (`runners_up`).

        Raises:
            BadQueryError: the sentence is empty or too long.
            EmptySceneError: the map holds nothing yet.
            Cancelled: `cancel` was set meanwhile.
        """
        return self._ground([sentence], lambda: self.encode_scene(cancel), cancel, why=why)[0]

    def ground_many(
        self, sentences: Sequence[str], cancel: CancelToken | None = None
    ) -> list[Grounding]:
        """The answers that ground() would give, one a sentence, in one pass of the network.

        Their stage_seconds are those of the pass, which all of them waited for.

        Raises:
            BadQueryError: one of them is empty or too long; none is answered.
            EmptySceneError, Cancelled: as in ground().
        """
        if not sentences:
            return []
        return self._ground(sentences, lambda: self.encode_scene(cancel), cancel)

    def ground_cloud(
        self, cloud: PointCloud, sentence: str, cancel: CancelToken | None = None
    ) -> Grounding:
        """The same for one cloud of a file (z up, metres); the map is not touched.

        Raises:
            BadQueryError, Cancelled: as in ground().
            BadCloudError: the cloud has no finite points.
        """
        return self._ground([sentence], lambda: self.encode_cloud(cloud, cancel), cancel)[0]

    def encode_cloud(self, cloud: PointCloud, cancel: CancelToken | None = None) -> EncodedScene:
        """The encoding of one cloud of a file, to be asked often by ground_encoded().

        Raises:
            BadCloudError: the cloud has no finite points.
            Cancelled: `cancel` was set meanwhile.
        """
        return self._encoder.encode_cloud(cloud, cancel)

    def restore_encoding(self, arrays: Mapping[str, NDArray[Any]], frame: str) -> EncodedScene:
        """An encoding that this checkpoint made once, to be asked by ground_encoded().

        Args:
            arrays: of EncodedScene.arrays(), as they were or from a file.
            frame: name of the cloud's frame.

        Raises:
            KeyError, ValueError, RuntimeError: no such arrays, or another network's.
        """
        with torch.inference_mode():
            return EncodedScene.from_arrays(
                arrays, frame, self.device, self.model.decoder.scene_keys
            )

    def ground_encoded(
        self,
        encoded: EncodedScene,
        sentence: str,
        cancel: CancelToken | None = None,
        instances: InstanceConfig | None = None,
        why: bool = False,
    ) -> Grounding:
        """Find everything that the sentence mentions in an encoding of this Grounder.

        Args:
            encoded: of encode_cloud() or encode_scene().
            sentence: what to look for.
            cancel: ends the work.
            instances: thresholds of this sentence; None = those of the settings.
            why: whether phrases tell which objects came next (`runners_up`).

        Raises:
            BadQueryError, Cancelled: as in ground().
        """
        return self._ground([sentence], lambda: encoded, cancel, instances, why)[0]

    def encode_scene(self, cancel: CancelToken | None = None) -> EncodedScene:
        """The map's encoding: the cached one while it is fresh enough, else a new one.

        Raises:
            EmptySceneError: the map holds nothing yet.
            Cancelled: `cancel` was set meanwhile.
        """
        with self._network:
            cached = self._encoded
            if cached is not None and self._fresh(cached.scene.version, cached.encoded_at):
                return cached
            taken, version = self._map_chunks.snapshot()
            if isinstance(taken, PointCloud) and not len(taken):
                raise EmptySceneError(
                    "the map is still empty: no scan with a known pose has arrived"
                )
            self._encoding_version = version
            try:
                self._encoded = self._encoder.encode_map(taken, version, cancel)
            finally:
                self._encoding_version = None
            return self._encoded

    @property
    def encoded(self) -> EncodedScene | None:
        """The last encoding of the map, fresh or not; None before the first."""
        return self._encoded

    def encodes_what_queries_need(self) -> bool:
        """Whether an encoding is under way, in another thread, that a query would use once done.

        The map may have changed too much since it began: then it is better cancelled.
        """
        version = self._encoding_version
        return version is not None and self._fresh(version, time.monotonic())

    def clear(self) -> None:
        """Forget the map."""
        self.map.clear()

    def save(self, path: str | Path) -> None:
        """Write the map to a file (NPZ), atomically."""
        self.map.save(path)

    def load(self, path: str | Path) -> None:
        """Replace the map by a saved one.

        Raises:
            BadFileError: the file is no saved map; the present map stays.
        """
        self.map.load(path)

    def reconfigure(self, config: GrounderConfig) -> None:
        """Take over the live settings of `config`; the others must be as they are.

        Raises:
            ConfigError: the map's voxel size differs.
        """
        self.map.config = config.map
        self.config = config
        self.reader.limit_words(config.max_words)

    def _build_parser(self) -> LearnedParser | RuleParser:
        head = self.model.phrase_head
        if head is None:
            return RuleParser(self.config.max_words)
        plain = self.model.config.hide_wording
        return LearnedParser(head, self.text_encoder, self.config.max_words, plain)

    def _fresh(self, version: int, encoded_at: float) -> bool:
        """Whether queries may still use the encoding of this version of the map."""
        changed = self.map.changed_since(version)
        if changed == 0.0:
            return True
        young = time.monotonic() - encoded_at <= self.config.max_encoding_age_s
        return young and changed <= self.config.reencode_fraction and changed < 1.0

    def _ground(
        self,
        sentences: Sequence[str],
        encode: Callable[[], EncodedScene],
        cancel: CancelToken | None,
        instances: InstanceConfig | None = None,
        why: bool = False,
    ) -> list[Grounding]:
        """The algorithm: phrases, scene, words, masks, objects."""
        stages = Stages()
        with stages.computed("phrases", 1):
            parsed = self.reader.parse(sentences)
        with stages.timed("scene"):
            encoded = encode()
        instances = instances or self.config.instances
        least = self.calibration.network_threshold(instances.presence_threshold)
        count = self._question_threads(encoded.views)
        with stages.computed("text_encoder", count):
            readings = [self.reader.described(one) for one in parsed]
            features, mask = self.text_encoder.encode([reading.words for reading in readings])
            spans = [r.spans(one.spans) for r, one in zip(readings, parsed, strict=True)]
        with stages.computed("mask_decoder", count), on_device(self.device):
            ask = functools.partial(self._predict, cancel=cancel)
            predictions = encoded.views.answers(ask, features, mask, spans, least)
        # Masks of many sentences are apart from each other, so threads need not wait in between.
        with stages.computed("instances", count if len(parsed) == 1 else self._threads):
            answers = answer_queries(
                parsed,
                predictions,
                encoded.scene,
                instances,
                encoded.centers,
                readings,
                self.calibration,
                why,
            )
        return [
            Grounding(sentence, encoded.scene, whole, phrases, stages.seconds)
            for sentence, (whole, phrases) in zip(sentences, answers, strict=True)
        ]

    def _predict(self, asked: Question, cancel: CancelToken | None) -> Prediction:
        check_cancelled(cancel)
        if self._graphs is not None:
            return self._graphs.ground(asked)
        answer = self.model.ground(asked.superpoints, asked.text, cancel, asked.keys)
        assert asked.text.phrase_rows is not None
        return answer.of_rows(asked.text.phrase_rows)

    def _question_threads(self, views: Views | TiledViews) -> int:
        """Number of threads that a question gets."""
        return 1 if views.size <= FEW_SUPERPOINTS else self._threads
