"""Scenes and sentences of each step, decided by seed and step alone.

So a resumed run goes on as if it had never stopped, and any number of processes together see
what one would.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.config import TrainConfig


@dataclass(frozen=True)
class Draw:
    """One scene's part in a step.

    Attributes:
        scene: its index.
        sentences: indices of its descriptions, at most sentences_per_scene.
        seed: of everything random about it (its augmentation).
    """

    scene: int
    sentences: tuple[int, ...]
    seed: int


class Sampler:
    """An endless shuffled sequence of scenes, or of groups of sentences, cut into steps.

    Args:
        counts: descriptions of each scene, at least one each.
        config: grouping, sizes and seed.

    Raises:
        ConfigError: consecutive groups do not fill a single step.
    """

    def __init__(self, counts: Sequence[int], config: TrainConfig) -> None:
        self.config, self.counts = config, tuple(counts)
        size, together = config.sentences_per_scene, config.scenes_per_step
        self._groups: list[tuple[int, range]] = []
        self._epoch = len(self.counts)  # draws of one pass over the data
        if config.grouping == "consecutive":
            self._groups = [
                (scene, range(begin, min(begin + size, count)))
                for scene, count in enumerate(self.counts)
                for begin in range(0, count, size)
            ]
            self._epoch = len(self._groups) // together * together
            if not self._epoch:
                raise ConfigError(
                    f"scenes_per_step is {together}, and there are only {len(self._groups)} groups "
                    f"of up to {size} sentences: lower scenes_per_step or sentences_per_scene"
                )
        self._order = lru_cache(maxsize=2)(self._shuffled)

    @property
    def steps_per_epoch(self) -> int:
        """Steps that one pass over the data takes, rounded up."""
        return -(-self._epoch // self.config.scenes_per_step)

    def step(self, step: int) -> list[Draw]:
        """The scenes_per_step draws of a step."""
        first = step * self.config.scenes_per_step
        return [
            self._draw(position) for position in range(first, first + self.config.scenes_per_step)
        ]

    def _draw(self, position: int) -> Draw:
        epoch, place = divmod(position, self._epoch)
        index = int(self._order(epoch)[place])
        chance = random.Random(f"{self.config.seed}/{position}")
        seed = chance.getrandbits(62)
        if self._groups:
            scene, sentences = self._groups[index]
            return Draw(scene, tuple(sentences), seed)
        count, wanted = self.counts[index], self.config.sentences_per_scene
        picked = (
            chance.sample(range(count), wanted)
            if count >= wanted
            else chance.choices(range(count), k=wanted)
        )
        return Draw(index, tuple(picked), seed)

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        everything = len(self._groups) or len(self.counts)
        return np.random.default_rng([self.config.seed, epoch]).permutation(everything)
