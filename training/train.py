"""The training loop.

python -m training.train config/detailbase_rooms.yaml
"""

from __future__ import annotations

import argparse
import math
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tqdm import tqdm

from detailbase_core.atomic import atomic_path
from detailbase_core.checkpoint import save_checkpoint
from detailbase_core.config import load_yaml
from detailbase_core.devices import choose_device
from detailbase_core.weight_files import BROKEN
from training.augmentation import batch_augmented
from training.config import TrainConfig
from training.dataset import SceneTensors, phrase_targets, scene_tensors
from training.learner import Learner, RunningAverage, build_learner
from training.losses import grounding_loss
from training.scene_files import read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STATE_FILE = "state.pt"
CHECKPOINT_FILE = "model.safetensors"


class TrainingError(Exception):
    """Training cannot go on; the last good state is kept."""


class Run:
    """One training run: what it learns with, and where it stands.

    Raises:
        TrainingError: no scene has a description.
    """

    def __init__(self, config: TrainConfig, scenes: Sequence[SceneTensors]) -> None:
        torch.manual_seed(config.seed)
        self.config, self.scenes = config, [scene for scene in scenes if scene.descriptions]
        if not self.scenes:
            raise TrainingError(f"none of the {len(scenes)} scenes in {config.data} is described")
        self.device = choose_device(config.device)
        self.learner = build_learner(config).to(self.device)
        self.average = RunningAverage(self.learner, config.ema_decay)
        self.optimizer = torch.optim.AdamW(
            _parameter_groups(self.learner, config), weight_decay=config.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: rate_factor(step, config)
        )
        self.step = 0

    def train(self) -> None:
        """All remaining steps, saving on the way and at the end.

        Raises:
            TrainingError: loss or weights are no longer numbers. What was saved before stays.
        """
        self.learner.train()
        progress = tqdm(range(self.step, self.config.steps), initial=self.step,
                        total=self.config.steps, desc="training", mininterval=5.0)  # fmt: skip
        for self.step in progress:
            loss, parts = self.train_step()
            if self.step % 50 == 0:
                shown = {name: f"{float(value.detach()):.3f}" for name, value in parts.items()
                         if not name.startswith("layer")}  # fmt: skip
                progress.set_postfix(loss=f"{self._checked(loss):.3f}", **shown)
            if (self.step + 1) % self.config.save_every == 0:
                self.step += 1
                self.save()
        self.step = self.config.steps
        self.save()

    def train_step(self) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """One optimiser step; the loss and its parts, on the device."""
        scenes, descriptions, noise = self._draw()
        batch = batch_augmented(scenes, self.config.augmentation, noise)
        targets = phrase_targets(scenes, descriptions)
        torch.manual_seed(int(torch.randint(2**62, (1,), generator=noise)))  # dropout's
        precision = self.config.autocast
        with torch.autocast(
            self.device.type, getattr(torch, precision, None), enabled=precision != "none"
        ):
            predictions, superpoints = self.learner(batch, descriptions)
        loss, parts = grounding_loss(predictions, targets, superpoints.padding, self.config.loss)
        if self.config.loss.naming:
            parts["naming"] = self.learner.naming_loss(
                superpoints, torch.cat([scene.names for scene in scenes])
            )
            loss = loss + self.config.loss.naming * parts["naming"]
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.learner.parameters(), self.config.clip_norm)
        self.optimizer.step()
        self.schedule.step()
        self.average.update(self.learner, self.step)
        return loss.detach(), parts

    def _draw(self) -> tuple[list[SceneTensors], list[list[Any]], torch.Generator]:
        """This step's scenes, their sentences, and its noise: decided by seed and step alone.

        So a resumed run goes on as if it had never stopped.
        """
        chance = random.Random(f"{self.config.seed}/{self.step}")
        chosen = [self.scenes[i] for i in self._scene_numbers()]
        count = self.config.sentences_per_scene
        descriptions = [
            chance.sample(s.descriptions, count)
            if len(s.descriptions) >= count
            else chance.choices(s.descriptions, k=count)
            for s in chosen
        ]
        noise = torch.Generator()
        noise.manual_seed(chance.getrandbits(62))
        return chosen, descriptions, noise

    def _scene_numbers(self) -> Iterator[int]:
        """Scenes of this step: consecutive pieces of one shuffle per epoch."""
        per_step, total = self.config.scenes_per_step, len(self.scenes)
        for place in range(self.step * per_step, (self.step + 1) * per_step):
            epoch, position = divmod(place, total)
            order = np.random.default_rng([self.config.seed, epoch]).permutation(total)
            yield int(order[position])

    def _checked(self, loss: torch.Tensor) -> float:
        value = float(loss)
        if not math.isfinite(value):
            raise self._lost(f"the loss became {value}")
        return value

    def _lost(self, what: str) -> TrainingError:
        return TrainingError(
            f"{what} at step {self.step}; {self.config.out} keeps the last good state, if one was "
            "saved before: lower learning_rate or set autocast to none"
        )

    def save(self) -> None:
        """Write the averaged model for use and the whole state for resuming, atomically.

        Raises:
            TrainingError: a weight is no longer a number; nothing is written. Looking at every
                step would stop the device each time; looking here keeps the good files.
        """
        weights = self.learner.state_dict()
        broken = [name for name, value in weights.items() if not value.isfinite().all()]
        if broken:
            raise self._lost(f"{len(broken)} weights became NaN or infinite ({broken[0]} ...)")
        folder = Path(self.config.out)
        folder.mkdir(parents=True, exist_ok=True)
        averaged = build_learner(self.config).to(self.device)
        self.average.copy_to(averaged)
        notes = {"training": f"{self.step} steps on {len(self.scenes)} scenes"}
        save_checkpoint(folder / CHECKPOINT_FILE, averaged.model, averaged.text, notes)
        state = {
            "step": self.step,
            "learner": weights,
            "average": self.average.values,
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        with atomic_path(folder / STATE_FILE) as temporary:
            torch.save(state, temporary)

    def resume(self) -> bool:
        """Go on from the saved state, where there is one.

        Raises:
            TrainingError: the state cannot be read, or is that of another network.
        """
        path = Path(self.config.out) / STATE_FILE
        if not path.exists():
            return False
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
            self.learner.load_state_dict(state["learner"])
            self.average.values = state["average"]
            self.optimizer.load_state_dict(state["optimizer"])
            self.schedule.load_state_dict(state["schedule"])
            self.step = state["step"]
        except BROKEN as error:
            raise TrainingError(
                f"{path}: cannot be resumed with these settings; restore the settings it was made "
                f"with, or set another out folder: {error}"
            ) from error
        return True


def rate_factor(step: int, config: TrainConfig) -> float:
    """Linear warm-up, then a half cosine down to nothing."""
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    done = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def _parameter_groups(learner: Learner, config: TrainConfig) -> list[dict[str, Any]]:
    backbone = list(learner.model.unet.parameters())
    known = {id(p) for p in backbone}
    others = [p for p in learner.parameters() if id(p) not in known]
    return [
        {"params": backbone, "lr": config.learning_rate * config.backbone_rate},
        {"params": others, "lr": config.learning_rate},
    ]


def main() -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description="Train DetailBase.")
    parser.add_argument("config", help="YAML file of TrainConfig")
    config = load_yaml(TrainConfig, parser.parse_args().config)
    device = choose_device(config.device)
    if config.threads:
        torch.set_num_threads(config.threads)
    scenes = [
        scene_tensors(scene, config.model.coordinates, device)
        for scene in tqdm(read_folder(config.data), desc="loading scenes", unit="scene")
    ]
    torch.set_float32_matmul_precision("high")  # TF32 products, where the GPU has them
    run = Run(config, scenes)
    if run.resume():
        print(f"resuming {config.out} at step {run.step}")
    run.train()
    print(f"model: {Path(config.out) / CHECKPOINT_FILE}")


if __name__ == "__main__":
    main()
