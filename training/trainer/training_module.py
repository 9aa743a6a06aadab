"""The trained module: network and text encoder together, with their loss."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.language.text_encoder import SmallTextEncoder, TransformersTextEncoder
from detailbase_core.network.batch import TextBatch
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.network.detailbase import DetailBase
from training.config import differing
from training.trainer.losses import GROUNDING_PARTS, grounding_loss
from training.trainer.phrase_losses import phrase_loss
from training.trainer.sequence_packing import packed
from training.trainer.superpoint_losses import (
    NamingHeads,
    center_loss,
    points_of_superpoints,
    valid_rows,
)
from training.trainer.text_targets import phrase_targets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.config import ModelConfig
    from detailbase_core.network.batch import SceneBatch, SuperpointBatch
    from detailbase_core.settings import Settings
    from training.config import LossWeights, TrainConfig
    from training.scenes.dataset import SceneTruth
    from training.trainer.text_targets import SentenceBatch

# (B, T, C) of all sentences as the phrase head reads them, and as the decoder does, if otherwise.
Texts = tuple[Tensor, ...]
# Options of the network that each optional part of the loss trains: it needs one of them.
HEADS_OF_LOSS = {
    "presence": ("presence_head", "presence_from_masks"),
    "phrases": ("phrase_head",),
    "centers": ("center_offsets",),
    "choice": ("look_alike_rounds",),
}
INPUT = "unet.input_conv.weight"
# Options in which a network may differ from the one that it starts from.
FREE_OPTIONS = (
    "voxel_moments",
    "phrase_head",
    "hide_wording",
    "target_phrases",
    "presence_head",
    "presence_from_masks",
)


class TrainingModule(nn.Module):
    """Network, text encoder and their losses, with one forward pass.

    Where no part of the loss looks at sentences, as when the U-Net is pre-trained, text encoder
    and decoder do not run.
    """

    def __init__(
        self,
        model: DetailBase,
        text: SmallTextEncoder | TransformersTextEncoder,
        loss_weights: LossWeights,
    ) -> None:
        super().__init__()
        self.model, self.text, self.loss_weights = model, text, loss_weights
        self.naming = NamingHeads(model.config.superpoint_width)
        self.reads = any(getattr(loss_weights, name) for name in (*GROUNDING_PARTS, "phrases"))

    def train(self, mode: bool = True) -> TrainingModule:
        """As for any module, but a U-Net that is kept as it is also keeps its statistics."""
        super().train(mode)
        if not any(p.requires_grad for p in self.model.unet.parameters()):
            self.model.unet.eval()
        return self

    def forward(
        self,
        batch: SceneBatch,
        truth: SceneTruth,
        sentences: SentenceBatch | None,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Ground the same number of descriptions in each scene, and compare with the truth.

        Args:
            batch: the scenes as augmented.
            truth: about them.
            sentences: the descriptions; None where no part of the loss reads any.

        Returns:
            The loss to minimise, and its unweighted parts by name.
        """
        superpoints = self.model.encode_scene(batch)
        points = points_of_superpoints(superpoints, truth, batch.point_to_superpoint)
        return self.losses(superpoints, points, truth, sentences, self.encode_text(sentences))

    def encode_text(self, sentences: SentenceBatch | None) -> Texts:
        """What the losses read of sentences."""
        if sentences is None:
            return ()
        text, _ = self.text.encode_tokens(sentences.tokens)
        if sentences.described is None:
            return (text,)
        return text, self.text.encode_tokens(sentences.described)[0]

    def losses(
        self,
        superpoints: SuperpointBatch,
        points: Tensor,
        truth: SceneTruth,
        sentences: SentenceBatch | None,
        texts: Texts,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """As forward(), of scenes and sentences that were encoded.

        Args:
            superpoints: of the scenes.
            points: (G, S) float32, how many points each superpoint has.
            truth, sentences: as there.
            texts: of the sentences.
        """
        loss, parts = self._superpoint_loss(superpoints, points, truth)
        if sentences is not None:
            sentence_loss, sentence_parts = self._sentence_loss(
                superpoints, truth, sentences, texts
            )
            loss, parts = loss + sentence_loss, parts | sentence_parts
        return loss, parts

    def _superpoint_loss(
        self, superpoints: SuperpointBatch, points: Tensor, truth: SceneTruth
    ) -> tuple[Tensor, dict[str, Tensor]]:
        weights, parts = self.loss_weights, {}
        loss = superpoints.features.new_zeros((), dtype=torch.float32)
        with torch.autocast(loss.device.type, enabled=False):
            if weights.naming:
                features = valid_rows(superpoints.features, truth).float()
                parts["naming"] = self.naming.loss(features, truth.names)
                loss = loss + weights.naming * parts["naming"]
            if weights.centers:
                parts["centers"] = center_loss(superpoints, truth, points)
                loss = loss + weights.centers * parts["centers"]
        return loss, parts

    def _sentence_loss(
        self,
        superpoints: SuperpointBatch,
        truth: SceneTruth,
        sentences: SentenceBatch,
        texts: Texts,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        phrase_logits = None
        if self.model.phrase_head is not None:
            phrase_logits = self.model.phrase_head(texts[0])
        sentence_of_row = sentences.packing.sentence[:, None]
        batch = TextBatch(
            packed(texts[-1], sentences.packing),
            sentence_of_row >= 0,
            sentences.phrase_rows,
            sentence_of_row,
        )
        predictions = self.model.ground_stages(superpoints, batch)
        weights = self.loss_weights
        with torch.autocast(superpoints.features.device.type, enabled=False):
            targets = phrase_targets(sentences.targets, truth.objects, sentences.query)
            loss, parts = grounding_loss(predictions, targets, superpoints.padding, weights)
            if weights.phrases and phrase_logits is not None:
                parts["phrases"] = phrase_loss(phrase_logits, sentences.word_tags)
                loss = loss + weights.phrases * parts["phrases"]
        return loss, parts


def build_module(config: TrainConfig) -> TrainingModule:
    """Network and text encoder: those to start from, or new ones with the backbone's weights.

    Raises:
        BadFileError: the word vectors cannot be read.
        CheckpointError: start, backbone or the transformers encoder cannot be loaded.
        ConfigError: the text encoder's width is not what the network takes, start has other
            settings, or a part of the loss has no head to teach.
    """
    for loss, options in HEADS_OF_LOSS.items():
        if getattr(config.loss, loss) and not any(getattr(config.model, o) for o in options):
            raise ConfigError(f"loss.{loss} needs model.{' or model.'.join(options)}")
    model, text = _started(config) if config.start else _new(config)
    if not config.backbone_rate:
        model.unet.requires_grad_(False)
    return TrainingModule(model, text, config.loss)


def _new(config: TrainConfig) -> tuple[DetailBase, SmallTextEncoder | TransformersTextEncoder]:
    text = _text_encoder(config)
    if text.dim != config.model.text_dim:
        name = config.text_encoder or "text.dim"
        raise ConfigError(
            f"{name} is {text.dim} wide, model.text_dim {config.model.text_dim}: set both alike"
        )
    model = DetailBase(config.model)
    if config.backbone:
        Checkpoint.read(config.backbone).load_backbone(model.unet)
    return model, text


def _started(
    config: TrainConfig,
) -> tuple[DetailBase, SmallTextEncoder | TransformersTextEncoder]:
    model, text = Checkpoint.read(config.start).load(config.text_encoder)
    pairs: list[tuple[str, Settings, Settings]] = [("model", model.config, config.model)]
    if isinstance(text, SmallTextEncoder):
        pairs.append(("text", text.config, config.text))
    differences = [
        f"{part}.{name} is {getattr(there, name)} there and {getattr(here, name)} here"
        for part, there, here in pairs
        for name in differing(there, here)
        if name not in FREE_OPTIONS
    ]
    if differences:
        raise ConfigError(f"start: {config.start} is another network: {'; '.join(differences)}")
    return with_heads(model, config.model), text


def with_heads(model: DetailBase, config: ModelConfig) -> DetailBase:
    """The network with the heads of another configuration.

    New heads, and new outputs of a head, begin with random weights, new inputs of the U-Net with
    zeros; those that are gone are dropped; everything else is as it was.

    Args:
        model: the network; it is returned where nothing differs.
        config: as the model's own, but for FREE_OPTIONS.
    """
    if config == model.config:
        return model
    changed = DetailBase(config)
    state = changed.state_dict()
    for name, value in model.state_dict().items():
        if name in state and value.shape == state[name].shape:
            state[name] = value
        elif name == INPUT:
            state[name] = pad(value, (0, state[name].shape[-1] - value.shape[-1]))  # or fewer
        elif name in state:  # a head's outputs
            state[name][: len(value)] = value[: len(state[name])]
    changed.load_state_dict(state)
    return changed


def _text_encoder(config: TrainConfig) -> SmallTextEncoder | TransformersTextEncoder:
    if config.text_encoder:
        return TransformersTextEncoder(config.text_encoder)
    if config.word_vectors:
        where, (vocabulary, vectors) = config.word_vectors, _read_word_vectors(config.word_vectors)
    else:
        shipped = Checkpoint.read(SHIPPED_CHECKPOINT)
        where, (vocabulary, vectors) = "the shipped model", shipped.word_vectors()
    if vectors.shape != (len(vocabulary), config.text.vector_dim):
        raise ConfigError(
            f"{where} holds {vectors.shape[0]} vectors of width "
            f"{vectors.shape[-1]} for {len(vocabulary)} word pieces, and text.vector_dim is "
            f"{config.text.vector_dim}: set it to that width"
        )
    return SmallTextEncoder(config.text, vocabulary, vectors)


def _read_word_vectors(path: str) -> tuple[list[str], NDArray[np.floating]]:
    """Vocabulary and vectors of a file of training.checkpoints.make_word_vectors."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return str(archive["vocabulary"]).split("\n"), archive["vectors"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadFileError(
            f"{path}: no word vectors can be read ({error}); make them with "
            "training.checkpoints.make_word_vectors"
        ) from error
