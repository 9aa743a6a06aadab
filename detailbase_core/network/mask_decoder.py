"""The mask decoder: every word is a query that looks at the superpoints and draws a mask.

Published as DetailBase (3D-DRES, AAAI 2026). Shapes: G scenes, B sentences per scene,
T text rows per sentence (row 0 the sentence, row k + 1 word k), S superpoints per scene
(padded), D decoder width. All sentences of a scene attend to the same keys and values,
which are never copied per sentence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.errors import CancelToken, check_cancelled
from detailbase_core.language.text_rows import TextRows, all_rows
from detailbase_core.network.batch import (
    KeyBlocks,
    Prediction,
    SceneKeys,
    SuperpointBatch,
    TextBatch,
)
from detailbase_core.network.candidate_reranking import CandidateReranker
from detailbase_core.network.decoder_layer import DecoderLayer
from detailbase_core.network.mask_drawing import draw_masks, valid_superpoints
from detailbase_core.network.position_encoding import (
    FREQUENCIES,
    POSITION_WIDTH,
    fourier_features,
    position_embedding,
    wave_vectors,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detailbase_core.config import ModelConfig


class MaskDecoder(nn.Module):
    """Text queries -> one mask over superpoints, score (and presence) each."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        dim, width = config.query_dim, config.superpoint_width
        self.query_proj = nn.Linear(config.text_dim, dim)
        self.key_proj = nn.Linear(width, dim)
        self.key_norm = nn.LayerNorm(dim)
        self.mask_head = _two_layers(width, dim, dim)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        self.out_norm = nn.LayerNorm(dim)
        self.score_head = _two_layers(dim, dim, 1)
        self.presence_head = _two_layers(dim, dim, 1) if config.presence_head else None
        self.presence_from_masks = config.presence_from_masks
        embedded = POSITION_WIDTH + (2 * FREQUENCIES if config.center_offsets else 0)
        self.position_proj = nn.Linear(embedded, 2 * dim) if config.superpoint_positions else None
        self.look_alikes = CandidateReranker(config) if config.look_alike_rounds else None
        self.uses_centroids = config.relative_positions
        self.wave_vectors: Tensor
        self.register_buffer("wave_vectors", wave_vectors(), persistent=False)

    def forward(
        self,
        superpoints: SuperpointBatch,
        text: TextBatch,
        cancel: CancelToken | None = None,
        scene_keys: SceneKeys | KeyBlocks | None = None,
    ) -> list[Prediction]:
        """Predict before the first layer, after each, and after each round among look-alikes.

        Args:
            superpoints: G encoded scenes.
            text: B encoded sentences about each.
            cancel: looked at between layers.
            scene_keys: of these superpoints, where they are cached; None = they are made here.

        Returns:
            decoder_layers + 1 + look_alike_rounds predictions; the last is the answer.

        Raises:
            Cancelled: `cancel` was set.
        """
        keys = scene_keys or self.scene_keys(superpoints)
        blocks = ((keys,),) if isinstance(keys, SceneKeys) else keys
        queries = self.query_proj(text.features)
        sentence = _sentences(text.mask) if text.sentence_of_row is None else text.sentence_of_row
        if text.sentence_of_row is None:
            connected = text.mask[:, :, None, :]
        else:
            connected = sentence[..., :, None] == sentence[..., None, :]
        answers = [self.out_norm(queries)]
        masks = [draw_masks(answers[0], None, blocks, superpoints)]
        for number, layer in enumerate(self.layers):
            check_cancelled(cancel)
            keys_values = [[one.of_layers[number] for one in part] for part in blocks]
            visible = masks[-1].visible
            centroids = masks[-1].centroids if self.uses_centroids else None
            queries, preference = layer(queries, keys_values, visible, connected, centroids)
            answers.append(self.out_norm(queries))
            masks.append(draw_masks(answers[-1], preference, blocks, superpoints))
        predictions = self._predictions(torch.stack(answers), [one.logits for one in masks])
        if self.look_alikes is not None:
            check_cancelled(cancel)
            predictions += self._chosen(
                answers[-1],
                predictions,
                masks[-1].centroids,
                superpoints,
                sentence.flatten(1, 2),
                text.phrase_rows,
            )
        if self.presence_from_masks:
            predictions[-1] = predictions[-1].with_peaks(valid_superpoints(superpoints))
        return predictions

    def _chosen(
        self,
        answers: Tensor,
        predictions: Sequence[Prediction],
        centroids: Tensor,
        superpoints: SuperpointBatch,
        sentence: Tensor,
        phrase_rows: TextRows | None,
    ) -> list[Prediction]:
        """The last prediction with the look-alikes of each row weighed against each other."""
        assert self.look_alikes is not None
        first, last = predictions[0].mask_logits, predictions[-1].mask_logits
        better = self.look_alikes(
            answers.flatten(1, 2),
            (first.flatten(1, 2), last.flatten(1, 2)),
            centroids.flatten(1, 2),
            superpoints,
            sentence,
            all_rows(sentence) if phrase_rows is None else phrase_rows,
        )
        return [
            replace(predictions[-1], mask_logits=masks.view_as(last), choice=choice)
            for masks, choice in better
        ]

    def scene_keys(self, superpoints: SuperpointBatch) -> SceneKeys:
        """The part of the work that is the same for all sentences."""
        center_features = fourier_features(superpoints.object_centers, self.wave_vectors)
        keys = F.relu(self.key_norm(self.key_proj(superpoints.features)))
        mask_features = self.mask_head(superpoints.features)
        if self.position_proj is not None:
            embedding = position_embedding(superpoints.geometry)
            if superpoints.votes is not None:
                embedding = torch.cat([embedding, center_features], dim=-1)
            key_part, mask_part = self.position_proj(embedding).chunk(2, dim=-1)
            keys, mask_features = keys + key_part, mask_features + mask_part
        layers = cast("Iterable[DecoderLayer]", self.layers)
        of_layers = tuple(layer.keys_values(keys, center_features) for layer in layers)
        return SceneKeys(center_features, of_layers, mask_features)

    def _predictions(self, answers: Tensor, masks: Sequence[Tensor]) -> list[Prediction]:
        """Scores and presence of all answers (L, G, B, T, D) at once, beside their masks."""
        scores = self.score_head(answers).squeeze(-1).unbind()
        if self.presence_head is None:
            return [Prediction(*one, None) for one in zip(masks, scores, strict=True)]
        presences = self.presence_head(answers).squeeze(-1).unbind()
        return [Prediction(*one) for one in zip(masks, scores, presences, strict=True)]


def _sentences(text_mask: Tensor) -> Tensor:
    """(G, B, T) index of each row's sentence, -1 at padding."""
    index = torch.arange(text_mask.shape[1], device=text_mask.device)[:, None]
    return torch.where(text_mask, index, -1)


def _two_layers(width_in: int, hidden: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width_in, hidden), nn.ReLU(), nn.Linear(hidden, width_out))
