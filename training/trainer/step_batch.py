"""One step's batch: scenes, their augmentation, the truth about them, and sentences."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from training.scenes.dataset import ScenePoints, SceneTruth, scene_points, scene_truth
from training.scenes.descriptions import Description
from training.trainer.augmentation_params import AugmentationParams, draw_augmentation
from training.trainer.text_targets import SentenceBatch, batch_sentences, decoder_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from detailbase_core.language.words import DescribedWords
    from training.config import TrainConfig
    from training.scenes.dataset import SceneTensors
    from training.trainer.sampler import Draw
    from training.trainer.training_module import TrainingModule

PAD = Description((), (), None)  # makes the scenes' groups of sentences equally long


class Lesson(NamedTuple):
    """What a step's losses compare with.

    Attributes:
        truth: about G scenes.
        sentences: about them; None where no part of the loss reads any.
    """

    truth: SceneTruth
    sentences: SentenceBatch | None


class Batch(NamedTuple):
    """Everything that a training step needs, made on the CPU.

    Attributes:
        points, changes: of G scenes; the changes are augmentation.
        lesson: about them.
    """

    points: ScenePoints
    changes: AugmentationParams
    lesson: Lesson


def make_batch(
    draws: Sequence[Draw],
    scenes: Sequence[SceneTensors],
    module: TrainingModule,
    config: TrainConfig,
    beside: Callable[[Sequence[Draw]], Future[SentenceBatch]] | None = None,
) -> Batch:
    """Make a step's batch, on the CPU; it follows from the draws alone.

    Args:
        draws: G scenes and their sentences.
        scenes: all scenes.
        module: to be trained; its weights are not looked at.
        config: sizes and augmentation.
        beside: begins to prepare the sentences elsewhere; None = they are prepared here.
    """
    begun = beside(draws) if module.reads and beside else None
    drawn = [scenes[draw.scene] for draw in draws]
    changes = draw_augmentation(drawn, config.augmentation, [draw.seed for draw in draws])
    points, truth = scene_points(drawn), scene_truth(drawn)
    sentences = None
    if begun is not None:
        sentences = begun.result()
    elif module.reads:
        sentences = step_sentences(draws, scenes, module, config)
    return Batch(points, changes, Lesson(truth, sentences))


def step_sentences(
    draws: Sequence[Draw],
    scenes: Sequence[SceneTensors],
    module: TrainingModule,
    config: TrainConfig,
) -> SentenceBatch:
    """A step's sentences alone; arguments as of make_batch."""
    drawn = [scenes[draw.scene] for draw in draws]
    chosen = [
        [scene.descriptions[index] for index in draw.sentences]
        + [PAD] * (config.sentences_per_scene - len(draw.sentences))
        for scene, draw in zip(drawn, draws, strict=True)
    ]
    return batch_sentences(
        chosen,
        [_readings(group, draw, config) for group, draw in zip(chosen, draws, strict=True)],
        max(scene.objects.shape[1] for scene in drawn),
        module.text,
        config.model,
    )


def _readings(
    group: Sequence[Description], draw: Draw, config: TrainConfig
) -> list[DescribedWords]:
    """The words of a scene's sentences that the decoder reads."""
    chance = random.Random(f"wording {draw.seed}")
    return [decoder_words(d, config.model, config.wording_noise, chance) for d in group]
