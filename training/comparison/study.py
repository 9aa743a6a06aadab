"""State of a comparison: everything that it knows lies in the files of its runs."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch
import yaml

from detailbase_core.errors import ConfigError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.network.weight_files import BROKEN
from detailbase_core.settings import load_yaml, to_dict
from training.comparison.jobs import Job
from training.config import TrainConfig, differing
from training.errors import TrainingError
from training.evaluation.results import Results
from training.trainer.train_state import NOT_LEARNING
from training.trainer.trainer import CHECKPOINT_FILE, STATE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from training.comparison.plan import Plan, Rates
    from training.evaluation.results import SetResult

CONFIG_FILE, LOG_FILE = "config.yaml", "log.txt"


class Comparison:
    """A plan and the folder in which it is carried out.

    Args:
        plan: what is to be compared.
        out: a folder per variant, within it one per run.
        workers: processes of one evaluation.
    """

    def __init__(self, plan: Plan, out: Path, workers: int = 1) -> None:
        self.plan, self.out, self.workers = plan, out, workers

    def trials(self, variant: str) -> dict[Rates, TrainConfig]:
        """Runs that choose a variant's learning rates; none where there is no choice."""
        rates = self.plan.rates(variant) if self.plan.has_trials else []
        steps, seed = self.plan.trial_steps, self.plan.seeds[0]
        return {r: self.plan.run(variant, r, seed, self.out, steps) for r in rates}

    def trial_scores(self, variant: str) -> dict[Rates, float]:
        """Phrase mIoU on the development rooms, of those trials that have been measured."""
        found = {
            rates: result(run, self.plan.development) for rates, run in self.trials(variant).items()
        }
        return {rates: r.measures["phrase_mIoU"] for rates, r in found.items() if r is not None}

    def chosen(self, variant: str) -> Rates | None:
        """The best learning rates; None before all trials have been measured."""
        rates, scores = self.plan.rates(variant), self.trial_scores(variant)
        if not self.plan.has_trials:
            return rates[0]
        return max(rates, key=scores.__getitem__) if len(scores) == len(rates) else None

    def runs(self, variant: str) -> list[TrainConfig]:
        """A variant's runs, one per seed; none before its learning rates are chosen."""
        rates = self.chosen(variant)
        if rates is None:
            return []
        return [self.plan.run(variant, rates, seed, self.out) for seed in self.plan.seeds]

    def results(self, variant: str, exam: str) -> list[SetResult]:
        """Of all of a variant's runs; none before all have been measured."""
        found = [result(run, exam) for run in self.runs(variant)]
        complete = [r for r in found if r is not None]
        return complete if len(complete) == len(found) else []

    def waiting(self) -> list[Job]:
        """Jobs that can run now, trials first.

        Raises:
            ConfigError: a run's folder is that of other settings.
            TrainingError: a run's state cannot be read.
        """
        wanted: dict[str, tuple[TrainConfig, list[str]]] = {}  # a trial may be a run
        for variant in self.plan.variants:
            for run in self.trials(variant).values():
                wanted.setdefault(run.out, (run, []))[1].append(self.plan.development)
        for variant in self.plan.variants:
            for run in self.runs(variant):
                wanted.setdefault(run.out, (run, []))[1].extend(self.plan.exams)
        return [job for run, rooms in wanted.values() for job in self._jobs(run, rooms)]

    def _jobs(self, run: TrainConfig, rooms: Sequence[str]) -> Iterator[Job]:
        """Next jobs of a run: its training, or else its evaluations.

        Of a run that has been measured, neither state nor weights are needed any more.
        """
        folder, config = Path(run.out), write_config(run)
        name = str(folder.relative_to(self.out))
        unmeasured = [data for data in rooms if result(run, data) is None]
        if unmeasured and saved_step(folder) < run.steps:
            yield Job(name, ("training.train", str(config)), folder / LOG_FILE)
            return
        for data in unmeasured:
            command = (
                "training.evaluate",
                "--checkpoint",
                str(folder / CHECKPOINT_FILE),
                "--text-encoder",
                run.text_encoder,
                "--device",
                run.device,
                "--data",
                data,
                "--workers",
                str(self.workers),
                "--json",
                str(_result_file(run, data)),
            )
            label = Path(data).name
            yield Job(f"{name} on {label}", command, folder / f"{label}.txt")


def _result_file(run: TrainConfig, data: str) -> Path:
    return Path(run.out) / f"{Path(data).name}.json"


def result(run: TrainConfig, data: str) -> SetResult | None:
    """A run's figures on a folder of rooms; None before it has been measured.

    Raises:
        BadFileError: the file of the figures cannot be read.
    """
    path = _result_file(run, data)
    return Results.read(path).sets[Path(data).name] if path.exists() else None


def saved_step(folder: Path) -> int:
    """Step that the run of this folder has reached.

    Raises:
        TrainingError: its state cannot be read.
    """
    path = folder / STATE_FILE
    if not path.exists():
        return 0
    try:  # mapped: the tensors are not read
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        return int(state["step"])
    except BROKEN as error:
        raise TrainingError(f"{path}: cannot be read ({error}); remove {folder}") from error


def write_config(run: TrainConfig) -> Path:
    """Write the config of a run into its folder; its file.

    Raises:
        ConfigError: the run was begun with other settings.
    """
    path = Path(run.out) / CONFIG_FILE
    if path.exists():
        before = load_yaml(TrainConfig, path)
        changed = [name for name in differing(run, before) if name not in NOT_LEARNING]
        if changed:
            raise ConfigError(
                f"{path}: the run was begun with other settings ({', '.join(changed)}): "
                "give another --out, or remove its folder"
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        temporary.write_text(yaml.safe_dump(to_dict(run), sort_keys=False), encoding="utf-8")
    return path


@contextmanager
def locked(out: Path) -> Iterator[int]:
    """Keep others out of a folder; the lock lasts while any process has the descriptor open.

    Raises:
        TrainingError: somebody has it.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TrainingError(
                f"{out}: another comparison works there, or one that was killed left a process "
                "behind: wait, or end that process"
            ) from error
        yield file.fileno()
