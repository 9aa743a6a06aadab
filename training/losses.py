"""The published loss (reference: 3D-DRES): per prediction BCE + dice + score, plus presence.

All predictions of the decoder count alike. Rows are phrases: P of them, each with the S
superpoints of its scene (padded).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.mask_decoder import Prediction
    from training.config import LossWeights

SCORE_MIN_IOU = 0.5  # scores are only learned where the mask is already good


@dataclass(frozen=True)
class PhraseTargets:
    """What the phrases of a batch refer to.

    Attributes:
        scene, sentence, row: (P,) int64 each: where in (G, B, T) the phrase's query stands.
        masks: (P, S) bool over superpoints; all False for a phrase that names nothing here.
    """

    scene: Tensor
    sentence: Tensor
    row: Tensor
    masks: Tensor


def superpoint_targets(
    point_masks: Tensor, point_to_superpoint: Tensor, superpoint_count: int
) -> Tensor:
    """A superpoint belongs to a phrase where more than half of its points do.

    Args:
        point_masks: (P, N) bool.
        point_to_superpoint: (N,) int64.
        superpoint_count: S.

    Returns:
        (P, S) bool.
    """
    size = torch.bincount(point_to_superpoint, minlength=superpoint_count).clamp(min=1)
    hits = point_masks.new_zeros((len(point_masks), superpoint_count), dtype=torch.float32)
    hits.index_add_(1, point_to_superpoint, point_masks.float())
    return hits / size > 0.5


def grounding_loss(
    predictions: Sequence[Prediction],
    targets: PhraseTargets,
    padding: Tensor,
    weights: LossWeights,
) -> tuple[Tensor, dict[str, Tensor]]:
    """Sum over all predictions.

    Args:
        predictions: from the decoder, before the first layer and after each.
        targets: P phrases.
        padding: (G, S) bool, True where a scene has no superpoint.
        weights: of the parts.

    Returns:
        The loss, and its unweighted parts by name: those of the last prediction as
        `mask_bce`, `mask_dice`, `score`, `presence`, of prediction i as `layer_i_...`.
    """
    parts: dict[str, Tensor] = {}
    total = targets.masks.new_zeros((), dtype=torch.float32)
    last = len(predictions) - 1
    for number, prediction in enumerate(predictions):
        part = prediction_loss(prediction, targets, padding)
        for name, weight in vars(weights).items():
            if weight and name in part:
                total = total + weight * part[name]
        prefix = "" if number == last else f"layer_{number}_"
        names = {"bce": "mask_bce", "dice": "mask_dice"}
        parts |= {prefix + names.get(name, name): value for name, value in part.items()}
    return total, parts


def prediction_loss(
    prediction: Prediction, targets: PhraseTargets, padding: Tensor
) -> dict[str, Tensor]:
    """The unweighted parts for one prediction: bce, dice, score (and presence), scalars."""
    where = (targets.scene, targets.sentence, targets.row)
    logits = prediction.mask_logits[where].float()
    scores = prediction.scores[where].float()
    valid = ~padding[targets.scene]
    masks = targets.masks.float()
    parts = {
        "bce": _mask_bce(logits, masks, valid),
        "dice": _mask_dice(logits, masks, valid),
        "score": _score_error(scores, logits, targets.masks, valid),
    }
    if prediction.presence_logits is not None:
        present = targets.masks.any(dim=1).float()
        parts["presence"] = F.binary_cross_entropy_with_logits(
            prediction.presence_logits[where].float(), present
        )
    return parts


def _mask_bce(logits: Tensor, masks: Tensor, valid: Tensor) -> Tensor:
    """Mean over a phrase's superpoints, then over phrases."""
    each = F.binary_cross_entropy_with_logits(logits, masks, reduction="none") * valid
    return (each.sum(dim=1) / valid.sum(dim=1).clamp(min=1)).mean()


def _mask_dice(logits: Tensor, masks: Tensor, valid: Tensor) -> Tensor:
    probability = logits.sigmoid() * valid
    overlap = (probability * masks).sum(dim=1)
    size = probability.sum(dim=1) + masks.sum(dim=1)
    return (1 - (2 * overlap + 1) / (size + 1)).mean()


def _score_error(scores: Tensor, logits: Tensor, masks: Tensor, valid: Tensor) -> Tensor:
    """Squared distance of the raw score to the mask's own IoU, where that is above one half."""
    with torch.no_grad():
        predicted = (logits.sigmoid() >= 0.5) & valid
        overlap = (predicted & masks).sum(dim=1)
        union = (predicted | masks).sum(dim=1)
        iou = overlap / (union + 1e-6)
    good = iou > SCORE_MIN_IOU
    if not bool(good.any()):
        return scores.new_zeros(())
    return F.mse_loss(scores[good], iou[good])
