"""Models examined room by room, by one process or several."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch

from detailbase_core.network.checkpoint import Checkpoint
from detailbase_core.ops.execution import choose_device
from detailbase_core.postprocess.calibration import Calibration
from training.errors import TrainingError
from training.evaluation.evaluate_scene import TOLD, Examiner
from training.scenes.scene_files import read_scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from training.evaluation.records import SentenceOutcome
    from training.scenes.descriptions import Description


@dataclass(frozen=True)
class Examinee:
    """A model that each process loads for itself.

    Attributes:
        checkpoint: its file.
        text_encoder: folder or hub name, for released weights; "" = the checkpoint's own.
        device: a configured name, such as auto.
        phrases: TOLD or FOUND, see Examiner.
    """

    checkpoint: str
    text_encoder: str = ""
    device: str = "auto"
    phrases: str = TOLD

    def load(self) -> Examiner:
        """Ready to be asked.

        Raises:
            CheckpointError, ConfigError: it cannot be used, or not here.
        """
        where = choose_device(self.device)
        checkpoint = Checkpoint.read(self.checkpoint)
        model, encoder = checkpoint.load(self.text_encoder)
        calibration = Calibration.of(checkpoint.metadata)
        return Examiner(
            model.to(where), encoder.to(where), phrases=self.phrases, calibration=calibration
        )


class Room(NamedTuple):
    """A described scene that is still a file.

    Attributes:
        path: of its NPZ.
        descriptions: None = those of the JSON beside it.
    """

    path: Path
    descriptions: tuple[Description, ...] | None = None


RoomOutcomes = list[list["SentenceOutcome"]]  # of one room, a list per model


@contextmanager
def examination(
    models: Sequence[Examinee], workers: int = 1
) -> Iterator[Callable[[Iterable[Room]], Iterator[RoomOutcomes]]]:
    """Evaluation of all models on rooms, in the rooms' order.

    Every process computes with one thread, so the outcomes are the same for any number of them.

    Args:
        models: one or more.
        workers: processes; 1 = this one.

    Raises:
        BadFileError: a room cannot be read.
        CheckpointError, ConfigError: a model cannot be used.
        TrainingError: a process died.
    """
    if workers == 1:
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        examiners = [model.load() for model in models]
        try:
            yield partial(map, partial(_examine, examiners))
        finally:
            torch.set_num_threads(before)
        return
    context = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(workers, context, _prepare, (models,)) as pool:
            yield partial(pool.map, _examine_here)
    except BrokenProcessPool as error:
        raise TrainingError(
            f"one of {workers} processes died, perhaps for want of memory: try fewer --workers"
        ) from error


def _examine(examiners: Sequence[Examiner], room: Room) -> RoomOutcomes:
    described = read_scene(*room)
    return [examiner.examine(described) for examiner in examiners]


_examiners: list[Examiner] = []  # of this worker


def _prepare(models: Sequence[Examinee]) -> None:
    """Make this process a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, with whom it ends
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    _examiners[:] = [model.load() for model in models]


def _end_with_parent() -> None:
    """A pool's workers would outlive a parent that is killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _examine_here(room: Room) -> RoomOutcomes:
    return _examine(_examiners, room)
