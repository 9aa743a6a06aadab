"""Weights and optimiser of a run: updated, saved and restored to the bit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch

from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.network.weight_files import BROKEN
from detailbase_core.settings import to_dict
from training.errors import TrainingError
from training.trainer.ema import RunningAverage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor

    from training.config import TrainConfig
    from training.trainer.training_module import TrainingModule

# Settings without influence on the weights.
NOT_LEARNING = ("out", "device", "threads", "log_every", "save_every", "picture_every")


class TrainState:
    """Weights, their average, the optimiser and, for float16, the loss's scale.

    Nothing else has to be kept for an exact resume: learning rate, data order and noise follow
    from the step and the configuration's seed.

    Attributes:
        step: how many steps were taken.
        left_out: how many of them changed nothing, since their gradient was no number; on the
            device.
        left_out_in_a_row: the same of the last ones.
    """

    def __init__(self, module: TrainingModule, config: TrainConfig, device: torch.device) -> None:
        self.module, self.config = module, config
        self.average = RunningAverage(module, config.ema_decay)
        self.optimizer = torch.optim.AdamW(parameter_groups(module, config), fused=True)
        self.scaler = torch.amp.GradScaler(device.type, enabled=config.autocast == "float16")
        self.step = 0
        self.left_out = torch.zeros((), dtype=torch.int64, device=device)
        self.left_out_in_a_row = torch.zeros((), dtype=torch.int64, device=device)

    def backward(self, loss: Tensor) -> None:
        """The loss's gradients, for update()."""
        self.optimizer.zero_grad(set_to_none=True)
        self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]

    def update(self, rate: float) -> Tensor:
        """One step down the gradients.

        Args:
            rate: factor on the peak learning rates.

        Returns:
            The gradient's norm before clipping, on the device; 0 where it was no number. Such a
            step changes no weight, and the next one goes on (float16: with a smaller scale).
        """
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak_lr"] * rate
        self.scaler.unscale_(self.optimizer)
        norm = torch.nn.utils.clip_grad_norm_(
            self.module.parameters(), self.config.clip_norm or math.inf
        )
        if not self.scaler.is_enabled():
            bad = ~norm.isfinite()
            # A fused optimiser looks at this, on the device.
            self.optimizer.found_inf = bad.float()  # type: ignore[attr-defined]
            self.left_out += bad
            self.left_out_in_a_row.add_(1).mul_(bad)
        norm = norm.nan_to_num(0.0, 0.0, 0.0)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.average.update(self.step)
        self.step += 1
        return norm

    def broken_weights(self) -> list[str]:
        """Names of weights that are no longer numbers; waits for the device."""
        weights = {k: v for k, v in self.module.state_dict().items() if v.is_floating_point()}
        good = torch.stack([value.isfinite().all() for value in weights.values()]).tolist()
        return [name for name, fine in zip(weights, good, strict=True) if not fine]

    def save(self, path: Path, data: str, steps: int) -> None:
        """Write everything to a file, atomically.

        Args:
            path: of the file.
            data: which data it learned from, to notice a change.
            steps: of the whole run.
        """
        frozen = self._frozen()
        weights = {k: v for k, v in self.module.state_dict().items() if k not in frozen}
        state = {
            "step": self.step,
            "steps": steps,
            "learner": weights,
            "average": self.average.values,
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
            "config": to_dict(self.config),
            "data": data,
        }
        with atomic_path(path) as temporary:
            torch.save(state, temporary)

    def load(self, path: Path, data: str) -> tuple[list[str], int]:
        """Take over a saved state.

        Returns:
            What differs from when it was saved, in words, empty for an exact resume; and the steps
            of the whole run.

        Raises:
            TrainingError: it cannot be read, or is that of another network.
        """
        device = next(self.module.parameters()).device
        try:
            state = torch.load(path, map_location=device, weights_only=True)
            self.module.load_state_dict({**self._frozen(), **state["learner"]})
            for name, value in self.average.values.items():
                value.copy_(state["average"][name])
            self.optimizer.load_state_dict(state["optimizer"])
            self._use_configured_rates()
            self.scaler.load_state_dict(state["scaler"])
            self.step, steps = state["step"], state["steps"]
            notes = list(_changes(state["config"], to_dict(self.config)))
        except BROKEN as error:
            raise TrainingError(
                f"{path}: cannot be resumed with these settings; restore the settings it was made "
                f"with, or set another out folder: {error}"
            ) from error
        return (notes if state["data"] == data else [*notes, "the scenes are others"]), steps

    def _use_configured_rates(self) -> None:
        """The optimiser's state brings those it was saved with."""
        configured = parameter_groups(self.module, self.config)
        for group, wanted in zip(self.optimizer.param_groups, configured, strict=True):
            group.update({k: wanted[k] for k in ("peak_lr", "weight_decay")})

    def _frozen(self) -> dict[str, Tensor]:
        """Parameters that come from elsewhere and never change."""
        return {
            name: value.detach()
            for name, value in self.module.named_parameters()
            if not value.requires_grad
        }


def parameter_groups(module: TrainingModule, config: TrainConfig) -> list[dict[str, Any]]:
    """Parameter groups of the optimiser: U-Net, and everything else, each with its peak rate."""
    backbone = [p for p in module.model.unet.parameters() if p.requires_grad]
    known = {id(p) for p in backbone}
    others = [p for p in module.parameters() if p.requires_grad and id(p) not in known]
    rate, decay = config.learning_rate, config.weight_decay
    return [
        {"params": backbone, "peak_lr": rate * config.backbone_rate, "weight_decay": decay},
        {"params": others, "peak_lr": rate, "weight_decay": decay},
    ]


def _changes(before: dict[str, Any], now: dict[str, Any], where: str = "") -> Iterator[str]:
    """Settings whose values differ, in words."""
    for key in sorted(before.keys() | now.keys()):
        one, two = before.get(key), now.get(key)
        if isinstance(one, dict) and isinstance(two, dict):
            yield from _changes(one, two, f"{where}{key}.")
        elif one != two and where + key not in NOT_LEARNING:
            yield f"{where}{key} was {one}, is {two}"
