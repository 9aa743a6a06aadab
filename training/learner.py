"""What is trained: network and text encoder together, and their running average."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.model import DetailBase
from detailbase_core.text_encoder import SmallTextEncoder
from training.dataset import CATEGORIES, COLORS

if TYPE_CHECKING:
    from detailbase_core.mask_decoder import Prediction, SuperpointBatch
    from detailbase_core.scene_batch import SceneBatch
    from training.config import TrainConfig
    from training.descriptions import Description


class Learner(nn.Module):
    """Network and text encoder with one forward pass.

    Two linear heads name each superpoint's category and colour. They give every superpoint a
    lesson at every step, and stay behind when the model ships.
    """

    def __init__(self, model: DetailBase, text: SmallTextEncoder) -> None:
        super().__init__()
        self.model, self.text = model, text
        self.category_head = nn.Linear(model.config.widths[0], len(CATEGORIES) + 1)
        self.color_head = nn.Linear(model.config.widths[0], len(COLORS))

    def forward(
        self, batch: SceneBatch, descriptions: list[list[Description]]
    ) -> tuple[list[Prediction], SuperpointBatch]:
        """Ground the same number of descriptions in each scene.

        Returns:
            all predictions, and the encoded superpoints.
        """
        superpoints = self.model.encode_scene(batch)
        flat = [description.words for group in descriptions for description in group]
        text, mask = self.text.encode(flat)
        groups = (len(descriptions), -1)
        predictions = self.model.ground(
            superpoints, text.unflatten(0, groups), mask.unflatten(0, groups)
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
    """A new network with random weights and the configured word vectors.

    Raises:
        BadFileError: the word vectors cannot be read.
        ConfigError: the text encoder's width is not what the network takes, or the presence
            loss has no head to teach.
    """
    if config.text.dim != config.model.text_dim:
        raise ConfigError(
            f"text.dim is {config.text.dim}, model.text_dim {config.model.text_dim}: set both alike"
        )
    if config.loss.presence and not config.model.presence_head:
        raise ConfigError("loss.presence needs model.presence_head")
    try:
        with np.load(config.word_vectors, allow_pickle=False) as archive:
            vocabulary, vectors = str(archive["vocabulary"]).split("\n"), archive["vectors"]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadFileError(
            f"{config.word_vectors}: no word vectors can be read ({error}); make them with "
            "training.make_word_vectors"
        ) from error
    return Learner(DetailBase(config.model), SmallTextEncoder(config.text, vocabulary, vectors))


class RunningAverage:
    """Exponential average of everything that learns, batch-norm statistics included.

    The average is pulled harder at first, so that the random start is soon forgotten.
    """

    def __init__(self, learner: Learner, decay: float) -> None:
        self.decay = decay
        self.values = {k: v.detach().clone() for k, v in _learned(learner).items()}

    @torch.no_grad()
    def update(self, learner: Learner, step: int) -> None:
        """Move towards the present weights."""
        decay = min(self.decay, (1 + step) / (10 + step))
        current = _learned(learner)
        averages = list(self.values.values())
        torch._foreach_lerp_(averages, [current[k] for k in self.values], 1 - decay)

    @torch.no_grad()
    def copy_to(self, learner: Learner) -> None:
        """Overwrite the learner's weights with the average."""
        for name, value in _learned(learner).items():
            value.copy_(self.values[name])


def _learned(learner: Learner) -> dict[str, Tensor]:
    """Parameters and running statistics; not the fixed word vectors, nor counters."""
    return {
        name: value for name, value in learner.state_dict().items() if value.dtype == torch.float32
    }
