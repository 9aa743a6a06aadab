"""Batches that travel between the network's stages: superpoints, text, predictions.

Shapes: G scenes, B sentences per scene, T text rows per sentence, S superpoints per scene (padded),
R text rows with K candidates each, D decoder width.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from detailbase_core.language.text_rows import rows_of_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.language.phrase_spans import Spans
    from detailbase_core.language.text_rows import TextRows
    from detailbase_core.network.candidates import Candidates
    from detailbase_core.network.decoder_layer import KeysValues
    from detailbase_core.network.offset_head import Votes


@dataclass(frozen=True)
class SuperpointBatch:
    """Encoded superpoints of G scenes, padded to the longest.

    Attributes:
        features: (G, S, C) U-Net features, zeros at padding.
        padding: (G, S) bool, True where there is no superpoint.
        geometry: (G, S, 6) float32, metres: centre relative to the scene's middle (xy) and
            floor (z), then extent along x, y, z.
        votes: of all superpoints (G, S, ...), for their objects' centres; None where the network
            has no head for it.
    """

    features: Tensor
    padding: Tensor
    geometry: Tensor
    votes: Votes | None = None

    @cached_property
    def object_centers(self) -> Tensor:
        """(G, S, 3) the centre of each superpoint's object, as far as known; no gradient."""
        if self.votes is None:
            return self.geometry[..., :3]
        return self.votes.centers(self.geometry).detach()


class TextBatch(NamedTuple):
    """Encoded sentences, B about each of G scenes.

    Attributes:
        features: (G, B, T, text_dim) text encoder output.
        mask: (G, B, T) bool, True at valid rows (row 0 is always valid).
        phrase_rows: which of the B * T rows may have their candidates reranked; None = all.
        sentence_of_row: (G, B, T) int64, where several sentences share the T rows: rows hear from
            rows of their own index only, and `mask` is not looked at. None = one sentence each.
    """

    features: Tensor
    mask: Tensor
    phrase_rows: TextRows | None = None
    sentence_of_row: Tensor | None = None

    @classmethod
    def with_spans(cls, features: Tensor, mask: Tensor, spans: Sequence[Spans]) -> TextBatch:
        """Sentences of which only the own rows and their phrases' heads are reranked.

        Args:
            features, mask: see above.
            spans: (first, last, head) words of the phrases of each of the G * B sentences.
        """
        return cls(features, mask, rows_of_spans(spans, mask))


class Choice(NamedTuple):
    """What is thought of the candidates.

    Attributes:
        logits: (G, R, K) float32, a mask logit each.
        candidates: themselves.
    """

    logits: Tensor
    candidates: Candidates


@dataclass(frozen=True)
class Prediction:
    """What the queries say before a decoder layer, or after the last.

    Attributes:
        mask_logits: (G, B, T, S); padding is meaningless.
        scores: (G, B, T) predicted IoU of each mask, raw.
        presence_logits: (G, B, T), of a presence head, or in the answer of a network without one
            the masks' peaks, if its presence is theirs; else None.
        choice: between look-alikes, where they were weighed.
        peaks: whether presence is that of the masks' peaks.
    """

    mask_logits: Tensor
    scores: Tensor
    presence_logits: Tensor | None
    choice: Choice | None = None
    peaks: bool = False

    def with_peaks(self, real: Tensor) -> Prediction:
        """The same, as present as the superpoint that fits best; presence has no gradient.

        Args:
            real: (G, 1, 1, S) bool, False at padding.
        """
        fit = self.mask_logits.detach().masked_fill(~real, -torch.inf)
        return replace(self, presence_logits=fit.amax(dim=-1), peaks=True)


class SceneKeys(NamedTuple):
    """What the decoder makes of superpoints before it hears a sentence.

    Attributes:
        place_waves: (G, S, 2 WAVES), waves at each superpoint's object.
        of_layers: what words look at, layer by layer.
        mask_features: (G, S, D), what masks are drawn by.
    """

    place_waves: Tensor
    of_layers: tuple[KeysValues, ...]
    mask_features: Tensor
