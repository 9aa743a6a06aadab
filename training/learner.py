"""What is trained: network and text encoder together, and their running average."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from detailbase_core.model import DetailBase
from detailbase_core.text_encoder import SmallTextEncoder

if TYPE_CHECKING:
    from detailbase_core.mask_decoder import Prediction
    from detailbase_core.scene_batch import SceneBatch
    from training.config import TrainConfig
    from training.scene_files import Description


class Learner(nn.Module):
    """Network and text encoder with one forward pass."""

    def __init__(self, model: DetailBase, text: SmallTextEncoder) -> None:
        super().__init__()
        self.model, self.text = model, text

    def forward(
        self, batch: SceneBatch, descriptions: list[list[Description]]
    ) -> tuple[list[Prediction], Tensor]:
        """Ground the same number of descriptions in each scene.

        Returns:
            all predictions, and the (G, S) superpoint padding.
        """
        superpoints = self.model.encode_scene(batch)
        flat = [description.words for group in descriptions for description in group]
        text, mask = self.text.encode(flat)
        groups = (len(descriptions), -1)
        predictions = self.model.ground(
            superpoints, text.unflatten(0, groups), mask.unflatten(0, groups)
        )
        return predictions, superpoints.padding


def build_learner(config: TrainConfig) -> Learner:
    """A new network with random weights and the configured word vectors."""
    with np.load(config.word_vectors, allow_pickle=False) as archive:
        vocabulary, vectors = str(archive["vocabulary"]).split("\n"), archive["vectors"]
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
