"""One scene looked at in several headings, whose masks are averaged.

What a network makes of a thing depends a little on how the thing stands to the axes of its voxels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from detailbase_core.network.batch import Prediction
from detailbase_core.network.tiling import join_tiles
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from detailbase_core.network.batch import SceneKeys
    from detailbase_core.network.tiling import Tiles
    from detailbase_core.types import Scene

_LEAST = 1e-6  # probability that still has a logit


@dataclass(frozen=True)
class View:
    """A scene as encoded in one heading.

    Attributes:
        tiles: its superpoints, on the network's device; one tile for a room.
        keys: what the decoder makes of the tiles before it hears a sentence.
    """

    tiles: Tiles
    keys: SceneKeys


def turned_scenes(scene: Scene, count: int) -> Iterator[Scene]:
    """The scene itself and `count - 1` copies, turned about z by equal steps.

    Superpoints stay as they are.
    """
    yield scene
    for step in range(1, count):
        angle = 2 * math.pi * step / count
        cos, sin = math.cos(angle), math.sin(angle)
        turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
        cloud = scene.cloud
        xyz = (cloud.xyz.astype(np.float64) @ turn).astype(np.float32)
        yield replace(scene, cloud=PointCloud(xyz, cloud.rgb, cloud.frame, cloud.stamp_ns))


def joined_views(
    found: Sequence[Prediction], tiles: Sequence[Tiles], presence_threshold: float
) -> list[Prediction]:
    """Each sentence's answer about the whole scene, on the CPU.

    Args:
        found: each view's, of all sentences.
        tiles: of each view.
        presence_threshold: see join_tiles.
    """
    if all(len(one.index) == 1 for one in tiles):
        # All sentences at once: a GPU's host waits once.
        return [*mean_prediction(found).on_cpu().sentences()]
    per_view = [
        [join_tiles(one, own, presence_threshold) for one in prediction.sentences()]
        for prediction, own in zip(found, tiles, strict=True)
    ]
    return [mean_prediction(seen) for seen in zip(*per_view, strict=True)]


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
