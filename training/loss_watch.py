"""The losses of the steps since one last looked, kept on the device so that no step waits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from training.processes import Processes


class LossWatch:
    """Means by name, and the first step at which something was no number."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self._names: tuple[str, ...] = ()
        self._total: Tensor | None = None
        self._steps = 0

    def add(self, step: int, values: Mapping[str, Tensor]) -> None:
        """Note a step's scalars; the same names at every step."""
        now = torch.stack([value.detach().float() for value in values.values()])
        if self._total is None:
            self._names = tuple(values)
            self._total = torch.zeros_like(now)
            self._first_bad = torch.full((), -1, device=now.device)
            self._bad = torch.zeros_like(now, dtype=torch.bool)
        bad = ~now.isfinite()
        first = bad.any() & (self._first_bad < 0)
        self._first_bad = torch.where(first, step, self._first_bad)
        self._bad = torch.where(first, bad, self._bad)
        self._total += now
        self._steps += 1

    def look(self) -> dict[str, float]:
        """Means since the last look, over all processes; waits for the device.

        Raises:
            TrainingError: something was no number; says since which step, and what.
        """
        if self._total is None or not self._steps:
            return {}
        count = self._steps * self.processes.count
        means: list[float] = (self.processes.add_up(self._total) / count).tolist()
        first_bad = int(self._first_bad)
        if first_bad >= 0:
            wrong = [name for name, bad in zip(self._names, self._bad.tolist(), strict=True) if bad]
            raise NotANumberError(first_bad, tuple(wrong))
        if not all(map(math.isfinite, means)):
            raise TrainingError("another process's loss became NaN or infinite")
        self._total.zero_()
        self._steps = 0
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
