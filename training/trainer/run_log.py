"""Log of a run: a progress bar, and TensorBoard's files."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_NO_TENSORBOARD = (
    "TensorBoard is not installed, so scalars and pictures are not logged for it: "
    "pip install tensorboard"
)


class RunLog:
    """Use as a context.

    Args:
        folder: of the run.
        step: where it begins.
        steps: where it will end; None = not known yet.
        enabled: False in all processes but the first, which then say nothing.
    """

    def __init__(self, folder: Path, step: int, steps: int | None, enabled: bool) -> None:
        self._bar = tqdm(
            initial=step,
            total=steps,
            desc="training",
            unit="step",
            mininterval=1.0,
            disable=not enabled,
        )
        self._writer = _summary_writer(folder, step) if enabled else None
        self._looked = (time.monotonic(), step)

    def __enter__(self) -> RunLog:
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()
        if self._writer is not None:
            self._writer.close()

    def expects(self, steps: int) -> None:
        """It is known now, or known better, where the run will end."""
        self._bar.total = steps
        self._bar.refresh()

    def stepped(self) -> None:
        """One more step is done."""
        self._bar.update()

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Values at a step; those of the last decoder layer also beside the bar."""
        shown = {name: f"{value:.3g}" for name, value in values.items() if "layer_" not in name}
        self._bar.set_postfix(shown, refresh=False)
        now, before = time.monotonic(), self._looked
        self._looked = (now, step)
        if self._writer is None:
            return
        speed = (step - before[1]) / max(now - before[0], 1e-9)
        for name, value in {**values, "steps_per_second": speed}.items():
            self._writer.add_scalar(name, value, step)

    def picture(self, step: int, name: str, pixels: NDArray[np.uint8]) -> None:
        """An image (H, W, 3)."""
        if self._writer is not None:
            self._writer.add_image(name, pixels, step, dataformats="HWC")

    def say(self, text: str) -> None:
        """A line above the bar."""
        if not self._bar.disable:
            self._bar.write(text, file=sys.stderr)


def _summary_writer(folder: Path, step: int) -> Any:
    """TensorBoard's writer, which forgets what was logged after `step` steps; None without it."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        print(_NO_TENSORBOARD, file=sys.stderr)
        return None
    return SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)
