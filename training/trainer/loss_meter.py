"""Losses of the steps since the last report, kept on the device so that no step waits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from training.trainer.distributed import Processes


class LossMeter:
    """Means by name, and the first step at which something was no number."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self._names: tuple[str, ...] = ()
        self._steps: list[int] = []
        self._rows: list[Tensor] = []

    @torch.no_grad()
    def add(self, step: int, values: Mapping[str, Tensor]) -> None:
        """Note a step's scalars; the same names at every step."""
        self._names = tuple(values)
        self._steps.append(step)
        self._rows.append(torch.stack([value.float() for value in values.values()]))

    def means(self) -> dict[str, float]:
        """Means since the last call, over all processes; waits for the device.

        Raises:
            TrainingError: something was no number; says since which step, and what.
        """
        if not self._rows:
            return {}
        rows = torch.stack(self._rows)
        count = len(rows) * self.processes.count
        means: list[float] = (self.processes.add_up(rows.sum(dim=0)) / count).tolist()
        for step, row in zip(self._steps, rows.isfinite().tolist(), strict=True):
            if not all(row):
                wrong = [name for name, good in zip(self._names, row, strict=True) if not good]
                raise NotANumberError(step, tuple(wrong))
        if not all(map(math.isfinite, means)):
            raise TrainingError("another process's loss became NaN or infinite")
        self._steps.clear()
        self._rows.clear()
        return dict(zip(self._names, means, strict=True))


class NotANumberError(TrainingError):
    """Some of a step's values were NaN or infinite.

    Attributes:
        step: the first such step.
        names: of the values.
    """

    def __init__(self, step: int, names: tuple[str, ...]) -> None:
        super().__init__(f"{', '.join(names)}: NaN or infinite at step {step}")
        self.step, self.names = step, names
