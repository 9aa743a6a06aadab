"""The learning rate over a run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from training.config import TrainConfig

MULTISTEP_FACTOR = 0.5  # as published


def rate_factor(step: int, steps: int, config: TrainConfig) -> float:
    """Factor on the peak learning rate at a step.

    Args:
        step: from 0.
        steps: of the whole run.
        config: warm-up and schedule.
    """
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    if config.schedule == "multistep":
        passed = sum(step >= round(part * steps) for part in config.milestones)
        return float(MULTISTEP_FACTOR**passed)
    if config.schedule == "constant":
        return 1.0
    done = (step - config.warmup_steps) / max(1, steps - config.warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
