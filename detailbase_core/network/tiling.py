"""Scenes wider than a room, cut into tiles that each look like one to the decoder.

Positions reach the decoder as metres from the scene's centre, and training saw rooms only. So a
building is asked tile by tile, in one batch, and the tiles' answers are put together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from detailbase_core.network.batch import Prediction, SuperpointBatch, Votes

if TYPE_CHECKING:
    from collections.abc import Sequence

TILE_M = 12.0
_OFF = -30.0  # a mask logit that is certainly off


@dataclass(frozen=True)
class Tiles:
    """One scene's superpoints as K tiles.

    Attributes:
        superpoints: K rows, padded; each tile's positions are measured from its own centre.
        index: (K, S') int64, which of the scene's superpoints stands there; padding repeats 0.
        count: superpoints of the scene.
    """

    superpoints: SuperpointBatch
    index: Tensor
    count: int


def tile_superpoints(whole: SuperpointBatch, tile_m: float = TILE_M) -> Tiles:
    """Cut one scene (G = 1) into a grid of tiles no wider than `tile_m` metres in x and y."""
    count = whole.features.shape[1]
    place = whole.geometry[0, :, :2]
    low, high = place.amin(dim=0), place.amax(dim=0)
    per_axis = ((high - low) / tile_m).ceil().clamp(min=1.0)
    if int(per_axis.prod()) == 1:
        return Tiles(whole, torch.arange(count, device=place.device)[None], count)
    edge = (high - low) / per_axis
    cell = ((place - low) / edge.clamp(min=1e-6)).floor().minimum(per_axis - 1)
    key = cell[:, 0] * per_axis[1] + cell[:, 1]
    members = [torch.nonzero(key == k).flatten() for k in torch.unique(key)]
    centers = [low + (cell[m[0]] + 0.5) * edge for m in members]
    geometry = []
    for m, center in zip(members, centers, strict=True):
        shifted = whole.geometry[0, m].clone()
        shifted[:, :2] -= center
        geometry.append(shifted)
    lengths = torch.tensor([len(m) for m in members], device=place.device)
    index = pad_sequence(members, batch_first=True)
    padding = torch.arange(index.shape[1], device=place.device) >= lengths[:, None]

    def cut(rows: Tensor) -> Tensor:
        return pad_sequence([rows[0, m] for m in members], batch_first=True)

    votes = None if whole.votes is None else Votes(*map(cut, whole.votes))
    batch = SuperpointBatch(
        cut(whole.features), padding, pad_sequence(geometry, batch_first=True), votes
    )
    return Tiles(batch, index, count)


def join_tiles(prediction: Prediction, tiles: Tiles, presence_threshold: float) -> Prediction:
    """The tiles' answers as one scene's.

    A tile that holds nothing of the kind (presence below the threshold) adds nothing to the mask;
    score and presence are those of the tile where the object is most surely present.

    Args:
        prediction: K tiles, one sentence each (B = 1).
        tiles: as made by tile_superpoints.
        presence_threshold: in [0, 1].

    Returns:
        Prediction with G = 1.
    """
    if len(tiles.index) == 1:
        return prediction
    answers, rows = [], []
    for k, padding in enumerate(tiles.superpoints.padding):
        one = prediction.part(k, k + 1, len(padding))
        answers.append(replace(one, mask_logits=one.mask_logits[..., ~padding]))
        rows.append(tiles.index[k][~padding])
    joined = join_answers(answers, presence_threshold)
    ordered = torch.empty_like(joined.mask_logits)
    ordered[..., torch.cat(rows)] = joined.mask_logits
    return replace(joined, mask_logits=ordered)


def join_answers(answers: Sequence[Prediction], presence_threshold: float) -> Prediction:
    """Answers about a scene's tiles as one about the scene, see join_tiles.

    Args:
        answers: about each tile (G = B = 1), none padded.
        presence_threshold: in [0, 1].

    Returns:
        Prediction with G = 1; one tile's superpoints come after the other's.
    """
    presences = [one.presence_logits for one in answers if one.presence_logits is not None]
    logits = [one.mask_logits for one in answers]
    scores = torch.cat([one.scores for one in answers])
    presence = None
    if presences:
        presence = torch.cat(presences)
        absent = presence.sigmoid() < presence_threshold
        logits = [
            own.masked_fill(gone[None, ..., None], _OFF)
            for own, gone in zip(logits, absent, strict=True)
        ]
    best = (scores if presence is None else presence).argmax(dim=0, keepdim=True)
    return Prediction(
        torch.cat(logits, dim=-1),
        scores.gather(0, best),
        None if presence is None else presence.gather(0, best),
        peaks=answers[0].peaks,
    )
