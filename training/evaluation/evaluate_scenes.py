"""Models evaluated room by room, by one process, several, or a Ray cluster."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch

from detailbase_core.network.checkpoint import Checkpoint
from detailbase_core.ops.execution import choose_device
from detailbase_core.postprocess.calibration import Calibration
from training.evaluation.evaluate_scene import TOLD, Examiner
from training.scenes.scene_files import read_scene
from training.work import open_pool, results_in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

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

    def absolute(self) -> Examinee:
        """The same, for processes in other folders and on other machines."""
        encoder = Path(self.text_encoder)
        named = str(encoder.absolute()) if self.text_encoder and encoder.exists() else None
        return replace(
            self,
            checkpoint=str(Path(self.checkpoint).absolute()),
            text_encoder=named or self.text_encoder,
        )


class Room(NamedTuple):
    """A described scene that is still a file.

    Attributes:
        path: of its NPZ.
        descriptions: None = those of the JSON beside it.
    """

    path: Path
    descriptions: tuple[Description, ...] | None = None

    def absolute(self) -> Room:
        """The same, for processes in other folders and on other machines."""
        return self._replace(path=self.path.absolute())


RoomOutcomes = list[list["SentenceOutcome"]]  # of one room, a list per model


@contextmanager
def examination(
    models: Sequence[Examinee], workers: int = 1, ray: str = ""
) -> Iterator[Callable[[Iterable[Room]], Iterator[RoomOutcomes]]]:
    """Evaluation of all models on rooms, in the rooms' order.

    Every process computes with one thread, so the outcomes are the same for any number of them.

    Args:
        models: one or more.
        workers: processes; 1 = this one.
        ray: address of a Ray cluster to work on instead; "" = none.

    Raises:
        BadFileError: a room cannot be read.
        CheckpointError, ConfigError: a model cannot be used, or there is no such cluster.
        TrainingError: workers died at a room, again and again.
    """
    if workers == 1 and not ray:
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        examiners = [model.load() for model in models]
        try:
            yield partial(map, partial(_examine, examiners))
        finally:
            torch.set_num_threads(before)
        return
    on_gpu = any(model.device.startswith("cuda") for model in models)
    with open_pool(workers, ray, gpus=int(on_gpu)) as pool:
        work = partial(_examine_there, tuple(model.absolute() for model in models))
        yield lambda rooms: results_in_order(pool, work, (room.absolute() for room in rooms))


def _examine(examiners: Sequence[Examiner], room: Room) -> RoomOutcomes:
    described = read_scene(*room)
    return [examiner.examine(described) for examiner in examiners]


@cache
def _loaded(models: tuple[Examinee, ...]) -> list[Examiner]:
    """The models of a worker, which computes with one thread from then on."""
    torch.set_num_threads(1)
    return [model.load() for model in models]


def _examine_there(models: tuple[Examinee, ...], room: Room) -> RoomOutcomes:
    return _examine(_loaded(models), room)
