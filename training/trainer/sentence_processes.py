"""The sentences of each step, prepared in processes of their own.

Reading words is plain Python. In a thread of the training process it holds the interpreter back
that has to feed the GPU: of each step that took nearly half.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import torch

from training.trainer.step_batch import step_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from training.config import TrainConfig
    from training.scenes.dataset import SceneTensors
    from training.trainer.sampler import Draw
    from training.trainer.text_targets import SentenceBatch
    from training.trainer.training_module import TrainingModule


class SentenceProcesses:
    """Forked processes, which know the scenes that there were when they were forked.

    Args:
        scenes: all scenes.
        module: to be trained; the process looks at no weights of it.
        config: sizes.
        count: of the processes.
    """

    def __init__(
        self,
        scenes: Sequence[SceneTensors],
        module: TrainingModule,
        config: TrainConfig,
        count: int = 1,
    ) -> None:
        self._pool = ProcessPoolExecutor(
            count, get_context("fork"), _begin, (tuple(scenes), module, config)
        )
        self._pool.submit(int).result()  # forked now, while nothing else is at work

    def submit(self, draws: Sequence[Draw]) -> Future[SentenceBatch]:
        """Begin on a step's sentences; see step_sentences."""
        return self._pool.submit(_sentences, tuple(draws))

    def close(self) -> None:
        """End them; what was begun is lost."""
        self._pool.shutdown(wait=False, cancel_futures=True)


_known: tuple[Sequence[SceneTensors], TrainingModule, TrainConfig]


def _begin(scenes: Sequence[SceneTensors], module: TrainingModule, config: TrainConfig) -> None:
    global _known
    torch.set_num_threads(1)  # the parent's threads did not come along
    _known = (scenes, module, config)


def _sentences(draws: Sequence[Draw]) -> SentenceBatch:
    return step_sentences(draws, *_known)
