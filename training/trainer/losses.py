"""Losses of masks, scores and presence (reference: 3D-DRES), and ours beside them.

All predictions of the decoder count alike. Rows are phrases: P of them, each with the S
superpoints of its scene (padded); L predictions are computed side by side, since a GPU's host
would otherwise launch each small step L times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional as F

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.network.batch import Prediction
    from training.config import LossWeights

SCORE_MIN_IOU = 0.5  # scores are only learned where the mask is already good
FOCAL_GAMMA = 2.0  # Lin et al., "Focal Loss for Dense Object Detection" (ICCV 2017)
SENTENCE_ROW = 0
GROUNDING_PARTS = ("bce", "focal", "dice", "contrast", "score", "presence", "choice")


@dataclass(frozen=True)
class PhraseTargets:
    """Targets of the phrases of a batch.

    Attributes:
        scene, sentence, row: (P,) int64 each: where in (G, B, T) the phrase's query stands.
        masks: (P, S) bool over superpoints; all False for a phrase that names nothing here.
        place: (P,) int64, the query's row in predictions whose rows are packed, all dimensions
            before S as one; None = it follows from the others.
        number: (P,) int64, which of the G * R rows with candidates is the phrase's; None where no
            look-alikes are weighed.
        told: (P,) bool, whether the masks tell what is present: False for a phrase that names an
            object of which no superpoint shows enough; None = they all do.
        real: (P,) bool, False for what only fills up and counts nowhere; None = all are.
    """

    scene: Tensor
    sentence: Tensor
    row: Tensor
    masks: Tensor
    place: Tensor | None = None
    number: Tensor | None = None
    told: Tensor | None = None
    real: Tensor | None = None


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
        `mask_bce`, `mask_dice`, `score`, `presence` ..., of prediction i as `layer_i_...`;
        `choice` counts those predictions only that chose between look-alikes.
    """
    each = grounding_parts(predictions, targets, padding, weights)
    total = targets.masks.new_zeros((), dtype=torch.float32)
    parts: dict[str, Tensor] = {}
    for name, values in each.items():
        total = total + getattr(weights, name) * values.sum()
        shown = {"bce": "mask_bce", "dice": "mask_dice"}.get(name, name)
        last = len(values) - 1
        for number, value in enumerate(values.detach().unbind()):
            parts[shown if number == last else f"layer_{number}_{shown}"] = value
    return total, parts


def grounding_parts(
    predictions: Sequence[Prediction],
    targets: PhraseTargets,
    padding: Tensor,
    weights: LossWeights,
) -> dict[str, Tensor]:
    """The unweighted parts with a weight, by their weight's name, (L,) each or less."""
    row = _flat_rows(predictions[0], targets)
    valid = ~padding.index_select(0, targets.scene)
    logits = _gathered([p.mask_logits for p in predictions], row)
    importance = torch.where(targets.row == SENTENCE_ROW, weights.sentence, 1.0)
    if targets.real is not None:
        importance = importance * targets.real
    importance = importance / importance.sum()
    truth = targets.masks.float()
    parts: dict[str, Tensor] = {}
    if weights.bce or weights.focal:
        error = F.binary_cross_entropy_with_logits(
            logits, truth.expand_as(logits), reduction="none"
        )
        share = valid / valid.sum(dim=1, keepdim=True).clamp(min=1)
        if weights.bce:
            parts["bce"] = (error * share).sum(dim=-1) @ importance
        if weights.focal:
            doubt = 1.0 - (-error).exp()
            parts["focal"] = (doubt**FOCAL_GAMMA * error * share).sum(dim=-1) @ importance
    if weights.dice:
        parts["dice"] = _mask_dice(logits, truth, valid) @ importance
    if weights.contrast:
        parts["contrast"] = _contrast(logits, targets.masks, valid)
    if weights.score:
        scores = _gathered([p.scores for p in predictions], row)
        parts["score"] = _score_error(scores, logits.detach(), targets.masks, valid)
    if weights.presence:
        counts = importance if targets.told is None else importance * targets.told
        error = (
            _peak_error(logits, targets.masks, valid)
            if predictions[-1].peaks
            else _presence_error(predictions, row, targets.masks)
        )
        parts["presence"] = error @ counts / counts.sum().clamp(min=1e-6)
    if weights.choice:
        parts["choice"] = _choice_error(predictions, targets, importance)
    return parts


def _flat_rows(prediction: Prediction, targets: PhraseTargets) -> Tensor:
    """(P,) row of each phrase where G, B and T are one dimension."""
    if targets.place is not None:
        return targets.place
    _, sentences, rows = prediction.scores.shape
    return (targets.scene * sentences + targets.sentence) * rows + targets.row


def _gathered(values: Sequence[Tensor], row: Tensor) -> Tensor:
    """L times (G, B, T, ...) -> (L, P, ...) float32."""
    return torch.stack(list(values)).flatten(1, 3).index_select(1, row).float()


def _mask_dice(logits: Tensor, truth: Tensor, valid: Tensor) -> Tensor:
    """(L, P)."""
    probability = logits.sigmoid() * valid
    overlap = (probability * truth).sum(dim=-1)
    size = probability.sum(dim=-1) + truth.sum(dim=-1)
    return 1 - (2 * overlap + 1) / (size + 1)


def _contrast(logits: Tensor, masks: Tensor, valid: Tensor) -> Tensor:
    """(L,) -log of the share of a phrase's own superpoints in a softmax over the scene's.

    What looks most like the phrase and is none of its objects is pushed away hardest.
    """
    present = masks.any(dim=1)
    everything = logits.masked_fill(~valid, -1e4).logsumexp(dim=-1)
    own = logits.masked_fill(~(masks & valid), -1e4).logsumexp(dim=-1)
    return ((everything - own) * present).sum(dim=-1) / present.sum().clamp(min=1)


def _score_error(scores: Tensor, logits: Tensor, masks: Tensor, valid: Tensor) -> Tensor:
    """(L,) squared distance of raw scores to their masks' IoU, over masks above one half."""
    predicted = (logits.sigmoid() >= 0.5) & valid
    overlap = (predicted & masks).sum(dim=-1)
    union = (predicted | masks).sum(dim=-1)
    iou = overlap / (union + 1e-6)
    good = iou > SCORE_MIN_IOU
    return ((scores - iou) ** 2 * good).sum(dim=-1) / good.sum(dim=-1).clamp(min=1)


def _presence_error(predictions: Sequence[Prediction], row: Tensor, masks: Tensor) -> Tensor:
    """(L, P) cross-entropy of what the presence head says."""
    said = [p.presence_logits for p in predictions if p.presence_logits is not None]
    logits = _gathered(said, row)
    present = masks.any(dim=1).float().expand_as(logits)
    return F.binary_cross_entropy_with_logits(logits, present, reduction="none")


def _peak_error(logits: Tensor, masks: Tensor, valid: Tensor) -> Tensor:
    """(L, P) cross-entropy of presence where it is that of a mask's peak.

    What is absent fits nowhere: the best of all superpoints is held down. What is present fits
    there: the best of its own is held up, and never that of a look-alike.
    """
    present = masks.any(dim=1)
    among = torch.where(present[:, None], masks & valid, valid)
    peaks = logits.masked_fill(~among, -1e4).amax(dim=-1)
    return F.binary_cross_entropy_with_logits(
        peaks, present.float().expand_as(peaks), reduction="none"
    )


def _choice_error(
    predictions: Sequence[Prediction], targets: PhraseTargets, importance: Tensor
) -> Tensor:
    """-log of the share of the right candidates in a softmax over all, one per choice made.

    Right are those that lie mostly on what is meant; phrases without such a candidate do not count.
    """
    choices = [p.choice for p in predictions if p.choice is not None]
    assert choices and targets.number is not None, "build_module refuses this weight without"
    candidates = choices[0].candidates
    shares = candidates.shares.flatten(0, 1).index_select(0, targets.number)
    right = torch.bmm(shares, targets.masks.float()[..., None]).squeeze(-1) > 0.5
    real = candidates.valid.flatten(0, 1).index_select(0, targets.number)
    logits = torch.stack([c.logits for c in choices]).flatten(1, 2).index_select(1, targets.number)
    everything = logits.masked_fill(~real, -1e4).logsumexp(dim=-1)
    own = logits.masked_fill(~right, -1e4).logsumexp(dim=-1)
    counts = importance * right.any(dim=-1)
    return (everything - own) @ counts / counts.sum().clamp(min=1e-6)
