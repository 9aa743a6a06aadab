"""What is trained: network and text encoder together."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.checkpoint import Checkpoint
from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.model import DetailBase
from detailbase_core.text_encoder import SmallTextEncoder, TransformersTextEncoder
from training.dataset import CATEGORIES, COLORS, phrase_targets
from training.losses import grounding_loss

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.mask_decoder import Prediction, SuperpointBatch
    from detailbase_core.scene_batch import SceneBatch
    from training.config import LossWeights, TrainConfig
    from training.dataset import SceneTensors
    from training.descriptions import Description


class Learner(nn.Module):
    """Network and text encoder with one forward pass.

    Two linear heads name each superpoint's category and colour. They give every superpoint a
    lesson at every step, and stay behind when the model ships.
    """

    def __init__(
        self,
        model: DetailBase,
        text: SmallTextEncoder | TransformersTextEncoder,
        loss_weights: LossWeights,
    ) -> None:
        super().__init__()
        self.model, self.text, self.loss_weights = model, text, loss_weights
        self.category_head = nn.Linear(model.config.widths[0], len(CATEGORIES) + 1)
        self.color_head = nn.Linear(model.config.widths[0], len(COLORS))

    def forward(
        self,
        batch: SceneBatch,
        scenes: Sequence[SceneTensors],
        descriptions: Sequence[Sequence[Description]],
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Ground the same number of descriptions in each scene, and compare with the truth.

        Args:
            batch: the scenes as augmented.
            scenes: what is true of them.
            descriptions: G times B; one without words or targets only fills up.

        Returns:
            The loss to minimise, and its unweighted parts by name.
        """
        predictions, superpoints = self.ground(batch, descriptions)
        targets = phrase_targets(scenes, descriptions)
        with torch.autocast(superpoints.features.device.type, enabled=False):
            loss, parts = grounding_loss(
                predictions, targets, superpoints.padding, self.loss_weights
            )
            if self.loss_weights.naming:
                names = torch.cat([scene.names for scene in scenes])
                parts["naming"] = self.naming_loss(superpoints, names)
                loss = loss + self.loss_weights.naming * parts["naming"]
        return loss, parts

    def ground(
        self, batch: SceneBatch, descriptions: Sequence[Sequence[Description]]
    ) -> tuple[list[Prediction], SuperpointBatch]:
        """All predictions, and the encoded superpoints."""
        superpoints = self.model.encode_scene(batch)
        flat = [description.words for group in descriptions for description in group]
        text, mask = self.text.encode(flat)
        groups = (len(descriptions), -1)
        predictions = self.model.ground(
            superpoints, torch.unflatten(text, 0, groups), torch.unflatten(mask, 0, groups)
        )
        return predictions, superpoints

    def naming_loss(self, superpoints: SuperpointBatch, names: Tensor) -> Tensor:
        """Cross-entropy of category plus that of colour over all named superpoints.

        Args:
            superpoints: encoded.
            names: (sum of S, 2) int64 as in SceneTensors.names, scenes one after another.
        """
        features = superpoints.features[~superpoints.padding]
        category, color = (
            F.cross_entropy(head(features).float(), target, ignore_index=-1, reduction="sum")
            / (target >= 0).sum().clamp(min=1)
            for head, target in zip(
                (self.category_head, self.color_head), names.unbind(dim=1), strict=True
            )
        )
        return category + color


def build_learner(config: TrainConfig) -> Learner:
    """A new network; its weights are random, or the backbone's where one is configured.

    Raises:
        BadFileError: the word vectors cannot be read.
        CheckpointError: the backbone or the transformers encoder cannot be loaded.
        ConfigError: the text encoder's width is not what the network takes, or the presence
            loss has no head to teach.
    """
    if config.loss.presence and not config.model.presence_head:
        raise ConfigError("loss.presence needs model.presence_head")
    text = _text_encoder(config)
    if text.dim != config.model.text_dim:
        name = config.text_encoder or "text.dim"
        raise ConfigError(
            f"{name} is {text.dim} wide, model.text_dim {config.model.text_dim}: set both alike"
        )
    model = DetailBase(config.model)
    if config.backbone:
        Checkpoint.read(config.backbone).load_backbone(model.unet)
    return Learner(model, text, config.loss)


def _text_encoder(config: TrainConfig) -> SmallTextEncoder | TransformersTextEncoder:
    if config.text_encoder:
        return TransformersTextEncoder(config.text_encoder)
    try:
        with np.load(config.word_vectors, allow_pickle=False) as archive:
            vocabulary, vectors = str(archive["vocabulary"]).split("\n"), archive["vectors"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadFileError(
            f"{config.word_vectors}: no word vectors can be read ({error}); make them with "
            "training.make_word_vectors"
        ) from error
    return SmallTextEncoder(config.text, vocabulary, vectors)
