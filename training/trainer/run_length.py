"""Length of a run in steps: as told, or as many as fit into the time that it is given."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from training.config import TrainConfig
    from training.trainer.distributed import Processes

UNKNOWN = 2**62  # steps, while the speed is not known yet
LAST_SAVE_S = 10.0  # of the time are kept for it


class RunLength:
    """The steps of a run.

    With `minutes` they follow from the speed in the second half of the warm-up, in which the
    learning rate does not depend on them. In the first half of the time they go on following it;
    later they can only become fewer, where it got slower.

    Args:
        config: steps, epochs or minutes.
        steps_per_epoch: of the data.
        processes: those that train together; the first one's clock counts.
        device: whose work is waited for when the time is taken.
        began: time.monotonic() when `minutes` began to run.

    Attributes:
        steps: UNKNOWN at first where minutes are given.
    """

    def __init__(
        self,
        config: TrainConfig,
        steps_per_epoch: int,
        processes: Processes,
        device: torch.device,
        began: float,
    ) -> None:
        self._processes, self._device = processes, device
        self._every = config.warmup_steps if config.minutes else 0
        self._end = began + 60 * config.minutes - LAST_SAVE_S
        self._middle = began + 30 * config.minutes
        self._mark: tuple[int, float] | None = None
        self.steps = UNKNOWN if config.minutes else config.steps or config.epochs * steps_per_epoch

    @property
    def known(self) -> bool:
        """Whether the steps are known yet."""
        return self.steps != UNKNOWN

    def look(self, step: int) -> bool:
        """Whether the steps have become other ones; to be called before each step."""
        if not self._every or (step % self._every and step != self._every // 2):
            return False
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        now, before = time.monotonic(), self._mark
        self._mark = (step, now)
        if before is None or step < self._every:
            return False
        speed = (step - before[0]) / max(now - before[1], 1e-9)
        fitting = self._of_first(step + max(0, int((self._end - now) * speed)))
        if now > self._middle:
            fitting = min(fitting, self.steps)
        changed, self.steps = fitting != self.steps, fitting
        return changed

    def _of_first(self, steps: int) -> int:
        """The first process's value."""
        said = torch.tensor(steps if self._processes.first else 0, device=self._device)
        return int(self._processes.add_up(said))
