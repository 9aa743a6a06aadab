"""One scene looked at in several headings, whose masks are averaged.

What a network makes of a thing depends a little on how the thing stands to the axes of its voxels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from detailbase_core.network.batch import Prediction, Question, SuperpointBatch, TextBatch
from detailbase_core.network.tiling import join_tiles
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from detailbase_core.network.batch import SceneKeys
    from detailbase_core.network.tiling import Tiles
    from detailbase_core.types import Scene, Spans

_LEAST = 1e-6  # probability that still has a logit
# Mask logits of one pass. On a CPU what is made of more leaves the cache, and of fewer the many
# small steps take as long; a GPU's memory holds more by far.
CPU_LOGITS, GPU_LOGITS = 300_000, 16_000_000


@dataclass(frozen=True)
class Views:
    """A scene as encoded in one heading or more, on the network's device.

    Attributes:
        tiles: of each heading; one tile for a room.
        superpoints: those of all tiles, G of them, one heading after the other.
        keys: what the decoder makes of them before it hears a sentence.
    """

    tiles: tuple[Tiles, ...]
    superpoints: SuperpointBatch
    keys: SceneKeys

    @classmethod
    def of_headings(
        cls, tiles: Sequence[Tiles], scene_keys: Callable[[SuperpointBatch], SceneKeys]
    ) -> Views:
        """The headings side by side, so that one pass of the decoder answers for all.

        Args:
            tiles: of each heading.
            scene_keys: the network's, MaskDecoder.scene_keys.
        """
        joined = SuperpointBatch.joined([one.superpoints for one in tiles])
        begin, parts = 0, []
        for one in tiles:  # as parts of what is joined, so that all is kept once
            own = joined.part(begin, begin + len(one.index), one.index.shape[1])
            parts.append(replace(one, superpoints=own))
            begin += len(one.index)
        return cls(tuple(parts), joined, scene_keys(joined))

    @property
    def size(self) -> int:
        """Superpoints of all headings, padding too."""
        return self.superpoints.padding.numel()

    def headings(self) -> Sequence[Tiles]:
        """The tiles of each heading."""
        return self.tiles

    def answers(
        self,
        ask: Callable[[Question], Prediction],
        features: Tensor,
        mask: Tensor,
        spans: Sequence[Spans],
        presence_threshold: float,
    ) -> list[Prediction]:
        """Answers about the whole scene, on the CPU: of each sentence and its phrases.

        Args:
            ask: the network; of the answer those rows that the question names (G, 1, R, S).
            features, mask: of TextEncoder.encode; B sentences.
            spans: of each sentence's phrases.
            presence_threshold: see join_tiles.

        Returns:
            B, with the text rows of the sentence and of its phrases' heads (1, 1, 1 + P, S).
        """
        scenes, count = self.superpoints.padding.shape
        found: list[Prediction] = []
        for text, asked in sentence_batches(scenes, scenes * count, features, mask, spans):
            answer = ask(Question(self.superpoints, self.keys, text))
            joined = joined_views([*self._of_headings(answer)], self.tiles, presence_threshold)
            found += joined.on_cpu().divided([1 + len(phrases) for phrases in asked])
        return found

    def _of_headings(self, answer: Prediction) -> Iterator[Prediction]:
        begin = 0
        for one in self.tiles:
            yield answer.part(begin, begin + len(one.index), one.index.shape[1])
            begin += len(one.index)


def sentence_batches(
    scenes: int, superpoints: int, features: Tensor, mask: Tensor, spans: Sequence[Spans]
) -> Iterator[tuple[TextBatch, Sequence[Spans]]]:
    """Sentences about some scenes, as many at once as fit into one pass, and their phrases.

    Args:
        scenes: G.
        superpoints: of all scenes that they are asked about.
        features, mask: of TextEncoder.encode; B sentences.
        spans: of each sentence's phrases.
    """
    most = CPU_LOGITS if mask.device.type == "cpu" else GPU_LOGITS
    at_once = max(1, most // max(1, superpoints * mask.shape[1]))
    for begin in range(0, len(mask), at_once):
        part = slice(begin, begin + at_once)
        asked = spans[part]
        yield TextBatch.about_scenes(scenes, features[part], mask[part], asked), asked


def turned_scenes(scene: Scene, count: int) -> Iterator[Scene]:
    """The scene itself and `count - 1` copies, turned about z by equal steps.

    Superpoints stay as they are.
    """
    yield scene
    cloud = scene.cloud
    for step in range(1, count):
        xyz = _turned(cloud.xyz, turn_about_z(step, count))
        yield replace(scene, cloud=PointCloud(xyz, cloud.rgb, cloud.frame, cloud.stamp_ns))


def _turned(xyz: NDArray[np.float32], turn: NDArray[np.float64]) -> NDArray[np.float32]:
    """Rows x y z, turned.

    Not by `@`: after a product of many rows BLAS keeps its threads busy waiting for the next, in
    which time the network has one core less.
    """
    turned = np.empty_like(xyz)
    x, y = xyz[:, 0].astype(np.float64), xyz[:, 1].astype(np.float64)
    turned[:, 0] = x * turn[0, 0] + y * turn[1, 0]
    turned[:, 1] = x * turn[0, 1] + y * turn[1, 1]
    turned[:, 2] = xyz[:, 2]
    return turned


def turn_about_z(step: int, count: int) -> NDArray[np.float64]:
    """The (3, 3) matrix by which rows x y z are turned for view `step` of `count`."""
    if step == 0:
        return np.eye(3)
    angle = 2 * math.pi * step / count
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])


def joined_views(
    found: Sequence[Prediction], tiles: Sequence[Tiles], presence_threshold: float
) -> Prediction:
    """The answer about the whole scene.

    Args:
        found: each view's (B = 1).
        tiles: of each view.
        presence_threshold: see join_tiles.
    """
    pairs = zip(found, tiles, strict=True)
    return mean_prediction([join_tiles(one, own, presence_threshold) for one, own in pairs])


def mean_prediction(predictions: Sequence[Prediction]) -> Prediction:
    """The mean of all views' answers about the same superpoints: of probabilities, not of logits.

    Args:
        predictions: one or more, with G = 1.

    Returns:
        The only one as it is. Of several, presence that is that of the masks' peaks is that of the
        mean's peaks.
    """
    first = predictions[0]
    if len(predictions) == 1:
        return first
    masks = _mean_logits([one.mask_logits for one in predictions])
    presence = None
    if first.peaks:
        presence = masks.amax(dim=-1)
    elif first.presence_logits is not None:
        presence = _mean_logits(
            [p for one in predictions if (p := one.presence_logits) is not None]
        )
    scores = torch.stack([one.scores for one in predictions]).mean(dim=0)
    return Prediction(masks, scores, presence, peaks=first.peaks)


def _mean_logits(logits: Sequence[torch.Tensor]) -> torch.Tensor:
    """The logit of the mean probability."""
    mean = torch.stack([one.float().sigmoid() for one in logits]).mean(dim=0)
    return mean.clamp(_LEAST, 1 - _LEAST).logit()
