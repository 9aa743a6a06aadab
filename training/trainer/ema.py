"""The averaged weights: steadier than the last ones, and what a run leaves behind."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import Tensor, nn


class RunningAverage:
    """Exponential average of everything that learns, batch-norm statistics included.

    The average is pulled harder at first, so that the random start is soon forgotten.

    Attributes:
        values: the averages by name.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay, self._module = decay, module
        self._weights = learned(module)  # to list them takes longer than to average them
        self.values = {k: v.detach().clone() for k, v in self._weights.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move towards the present weights."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(self.values.values()), list(self._weights.values()), 1 - decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let the module have the averaged weights, in eval mode, for a while."""
        module, weights = self._module, self._weights
        kept = {name: value.clone() for name, value in weights.items()}
        was_training = module.training
        with torch.no_grad():
            try:
                for name, value in weights.items():
                    value.copy_(self.values[name])
                module.eval()
                yield
            finally:
                for name, value in weights.items():
                    value.copy_(kept[name])
                module.train(was_training)


def learned(module: nn.Module) -> dict[str, Tensor]:
    """Parameters and running statistics; not what is frozen or fixed, nor counters."""
    frozen = {name for name, value in module.named_parameters() if not value.requires_grad}
    return {
        name: value
        for name, value in module.state_dict().items()
        if value.dtype == torch.float32 and name not in frozen
    }
