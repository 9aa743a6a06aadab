"""One training run: its steps, its files, and how it goes on after a stop."""

from __future__ import annotations

import random
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from safetensors import SafetensorError
from torch.nn.attention import SDPBackend, sdpa_kernel

from detailbase_core.language.text_encoder import SmallTextEncoder
from detailbase_core.network.checkpoint import save_checkpoint
from training.errors import TrainingError
from training.scenes.scene_files import read_scene
from training.trainer.augmentation import batch_augmented
from training.trainer.distributed import Processes
from training.trainer.loss_meter import LossMeter, NotANumberError
from training.trainer.padded_batch import Capacity, padded_lesson
from training.trainer.pinned_batch import PinnedBatch
from training.trainer.prediction_pictures import draw_prediction
from training.trainer.prefetch import Prefetcher
from training.trainer.run_length import RunLength
from training.trainer.run_log import RunLog
from training.trainer.sampler import Sampler
from training.trainer.schedule import rate_factor
from training.trainer.sentence_processes import SentenceProcesses
from training.trainer.step_batch import Lesson, make_batch
from training.trainer.step_graph import StepGraph
from training.trainer.train_state import TrainState
from training.trainer.training_module import build_module

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator

    from training.config import TrainConfig
    from training.scenes.dataset import ScenePoints
    from training.scenes.scene_store import SceneStore
    from training.trainer.augmentation_params import AugmentationParams

STATE_FILE = "state.pt"
CHECKPOINT_FILE = "model.safetensors"
MOST_LEFT_OUT = 5  # steps in a row whose gradients were no numbers
# Batches in the making beside a GPU: one of 32 rooms takes a core several times as long as a step.
AHEAD = 5
# Not cuDNN's: with a mask, 64 keys beside a multiple of 128 (a scene of 2,240 superpoints) and
# scores below -89 its gradients are NaN (github.com/pytorch/pytorch/issues/196678). With torch 2.11
# on Hopper GPUs all five runs of ours that passed step 700 ended so.
ATTENTION = [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]


class StepInputs(NamedTuple):
    """What a step needs, on its way to the device.

    Attributes:
        scenes: their points, and how they change.
        lesson: about them.
    """

    scenes: PinnedBatch[tuple[ScenePoints, AugmentationParams]]
    lesson: PinnedBatch[Lesson]


class Run:
    """One training run: data, model, optimiser and output folder.

    Args:
        config: everything it is told.
        store: the scenes.
        device: where it computes.
        processes: those that train together.
        began: time.monotonic() when the configured minutes began to run; None = now.
    """

    def __init__(
        self,
        config: TrainConfig,
        store: SceneStore,
        device: torch.device,
        processes: Processes | None = None,
        began: float | None = None,
    ) -> None:
        began = time.monotonic() if began is None else began
        torch.manual_seed(config.seed)
        self.config, self.store, self.device = config, store, device
        self.processes = processes or Processes()
        self.folder = Path(config.out)
        self.sampler = self._sampler()
        self.module = build_module(config).to(device)
        self.state = TrainState(self.module, config, device)
        self.parallel = self.processes.wrap(self.module)
        self.graph: StepGraph | None = None
        # Of several processes and of scaled losses the steps are single ones.
        is_plain = self.processes.count == 1 and config.autocast != "float16"
        if is_plain and StepGraph.suits(self.module, device):
            self.graph = StepGraph(self.module, self._context)
        self._capacity = Capacity()
        self.meter = LossMeter(self.processes)
        self.batches = Prefetcher(self._batch, 1 if device.type == "cpu" else AHEAD)
        self.sentences = self._sentence_processes()
        if self.device.type != "cpu" and config.rescan_every and self.processes.count == 1:
            store.read_in_background()  # several processes have to see the same scenes
        self._told_left_out = 0
        self.length = RunLength(config, self.sampler.steps_per_epoch, self.processes, device, began)

    @property
    def steps(self) -> int:
        """Of the whole run, as far as known."""
        return self.length.steps

    def train(self, stop: threading.Event | None = None) -> None:
        """All remaining steps, saving on the way and at the end.

        Args:
            stop: when set, the run saves and returns after the step in progress.

        Raises:
            TrainingError: loss or weights are no longer numbers, or the GPU's memory is too
                small. What was saved before stays.
        """
        self.module.train()
        begin = saved = self.state.step
        total = self.steps if self.length.known else None
        with RunLog(self.folder, begin, total, self.processes.first) as log:
            while not (stop and stop.is_set()):
                if self.length.look(self.state.step):
                    log.expects(self.steps)
                if self.state.step >= self.steps:
                    break
                self._rescan(log)
                try:
                    self.train_step()
                except torch.cuda.OutOfMemoryError as error:
                    raise TrainingError(self._out_of_memory()) from error
                log.stepped()
                step = self.state.step
                if step % self.config.log_every == 0 or step == begin + 1:
                    self._log(log)
                if step % self.config.save_every == 0:
                    self.save()
                    saved = step
                if self.config.picture_every and step % self.config.picture_every == 0:
                    self._draw(log)
            if self.state.step > saved:
                self.save()

    def train_step(self) -> torch.Tensor:
        """One optimiser step; the loss, on the device."""
        step = self.state.step
        made = self.batches.take(step, self.steps)
        points, changes = made.scenes.to_device()
        scenes = batch_augmented(
            points,
            changes,
            self.config.augmentation,
            self.config.model.voxel_size_m,
        )
        name = f"{self.config.seed}/{step}/{self.processes.rank}"
        torch.manual_seed(random.Random(name).getrandbits(62))  # dropout's
        loss: torch.Tensor
        if self.graph is not None:
            loss, parts = self.graph.learn(scenes, made.lesson)
        else:
            with self._context():
                loss, parts = self.parallel(scenes, *made.lesson.to_device())
            self.state.backward(loss)
        norm = self.state.update(rate_factor(step, self.steps, self.config))
        self.meter.add(step, {"loss": loss, **parts, "gradient_norm": norm})
        return loss.detach()

    @contextmanager
    def _context(self) -> Iterator[None]:
        """Precision and kernels of a step's losses."""
        precision = self.config.autocast
        autocast = torch.autocast(
            self.device.type, getattr(torch, precision, None), enabled=precision != "none"
        )
        with autocast, sdpa_kernel(ATTENTION):
            yield

    def save(self) -> None:
        """Write the averaged model for use and the whole state for resuming, atomically.

        Raises:
            TrainingError: a loss or a weight is no longer a number (looking at every step would
                stop the device each time; looking here keeps the good files), or the folder
                cannot be written. The files stay as they were.
        """
        self._means()
        if broken := self.state.broken_weights():
            raise self._lost(f"{len(broken)} weights became NaN or infinite ({broken[0]} ...)")
        if not self.processes.first:
            return
        try:
            self._write_files()
        except (OSError, RuntimeError, SafetensorError) as error:  # each library has its own
            raise TrainingError(
                f"{self.folder}: cannot be written at step {self.state.step}: {error}; what was "
                "saved before is still there, so the run can go on from it"
            ) from error

    def _write_files(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        notes = {"training": f"{self.state.step} steps on {len(self.store.scenes)} scenes"}
        with self.state.average.applied():
            text = self.module.text
            own = text if isinstance(text, SmallTextEncoder) else None
            save_checkpoint(self.folder / CHECKPOINT_FILE, self.module.model, own, notes)
        self.state.save(self.folder / STATE_FILE, self.store.fingerprint(), self.steps)

    def resume(self) -> list[str] | None:
        """Go on from the saved state, where there is one.

        Returns:
            None without a state; else what differs from when it was saved, in words.

        Raises:
            TrainingError: the state cannot be read, or is that of another network.
        """
        if self.processes.first:
            self._remove_leftovers()
        path = self.folder / STATE_FILE
        if not path.exists():
            return None
        notes, steps = self.state.load(path, self.store.fingerprint())
        if self.config.minutes:
            self.length.steps = steps
        return notes

    def _remove_leftovers(self) -> None:
        """Half-written files of a run that was killed while saving."""
        for name in (STATE_FILE, CHECKPOINT_FILE):
            for path in self.folder.glob(f".{name}.*"):
                path.unlink()

    def _sampler(self) -> Sampler:
        return Sampler([len(scene.descriptions) for scene in self.store.scenes], self.config)

    def _sentence_processes(self) -> SentenceProcesses | None:
        """Beside a GPU, which must not wait for Python; on the CPU they would be more at work."""
        if self.device.type == "cpu" or not self.module.reads:
            return None
        return SentenceProcesses(self.store.scenes, self.module, self.config, AHEAD)

    def _batch(self, step: int) -> StepInputs:
        """What a step needs, ready to be sent to the device; made in a thread of the prefetcher."""
        draws = self.processes.share(self.sampler.step(step))
        beside = self.sentences.submit if self.sentences else None
        points, changes, lesson = make_batch(
            draws, self.store.scenes, self.module, self.config, beside
        )
        if self.graph is not None:
            lesson = padded_lesson(lesson, self._capacity)
        return StepInputs(
            PinnedBatch((points, changes), self.device), PinnedBatch(lesson, self.device)
        )

    def _rescan(self, log: RunLog) -> None:
        every = self.config.rescan_every
        if every and self.state.step % every == 0 and (found := self.store.rescan()):
            self.sampler = self._sampler()
            self.batches.discard()
            if self.sentences:
                self.sentences.close()
            self.sentences = self._sentence_processes()
            log.say(f"{found} new scenes, {len(self.store.scenes)} now")

    def _log(self, log: RunLog) -> None:
        step = self.state.step
        if (count := int(self.state.left_out)) > self._told_left_out:
            self._told_left_out = count
            log.say(f"step {step}: {count} steps left out so far, their gradients were no numbers")
        rate = self.config.learning_rate * rate_factor(step - 1, self.steps, self.config)
        scenes = float(len(self.store.scenes))
        log.scalars(step, {**self._means(), "learning_rate": rate, "scenes": scenes})

    def _draw(self, log: RunLog) -> None:
        """The answer to one sentence about the first scene, always the same one."""
        if not self.processes.first:
            return
        described = read_scene(self.store.paths[0], self.store.scenes[0].descriptions)
        path = self.folder / "pictures" / f"step_{self.state.step:06d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.state.average.applied():
            pixels = draw_prediction(self.module, described, path)
        log.picture(self.state.step, "answer_above_truth", pixels)

    def _means(self) -> dict[str, float]:
        try:
            means = self.meter.means()
        except NotANumberError as error:
            names = [
                self.store.scenes[draw.scene].scene_id for draw in self.sampler.step(error.step)
            ]
            raise self._lost(f"{error} (scenes {', '.join(names)})") from error
        if (count := int(self.state.left_out_in_a_row)) >= MOST_LEFT_OUT:
            raise self._lost(f"the gradients of the last {count} steps were NaN or infinite")
        return means

    def _lost(self, what: str) -> TrainingError:
        return TrainingError(
            f"{what}, seen after step {self.state.step}; {self.config.out} keeps the last good "
            "state, if one was saved before: lower learning_rate or set autocast to none"
        )

    def _out_of_memory(self) -> str:
        draws = self.processes.share(self.sampler.step(self.state.step))
        sizes = [len(self.store.scenes[draw.scene].xyz) for draw in draws]
        return (
            f"out of GPU memory at step {self.state.step}, with {sum(sizes):,} points in "
            f"{len(sizes)} scenes: lower scenes_per_step ({self.config.scenes_per_step}), "
            f"sentences_per_scene ({self.config.sentences_per_scene}) or augmentation.max_points, "
            "or set autocast to bfloat16"
        )
