"""One step's lesson: its scenes, how they are changed, what is true of them and what is asked."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

from training.scenes.dataset import ScenePoints, SceneTruth, scene_points, scene_truth
from training.scenes.descriptions import Description
from training.trainer.augmentation_params import Changes, draw_changes
from training.trainer.text_targets import Questions, questions_of, reading_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.language.described_words import DescribedWords
    from training.config import TrainConfig
    from training.scenes.dataset import SceneTensors
    from training.trainer.sampler import Draw
    from training.trainer.training_module import Learner

FILLER = Description((), (), None)  # makes groups of sentences equally long


class Lesson(NamedTuple):
    """Everything that the host tells the device about a step.

    Attributes:
        points, changes, truth: of G scenes.
        questions: about them; None where no part of the loss reads any.
    """

    points: ScenePoints
    changes: Changes
    truth: SceneTruth
    questions: Questions | None


def lesson_of(
    draws: Sequence[Draw], scenes: Sequence[SceneTensors], learner: Learner, config: TrainConfig
) -> Lesson:
    """Make a lesson, on the CPU; it follows from the draws alone.

    Args:
        draws: G scenes and their sentences.
        scenes: all scenes.
        learner: who will learn it; its weights are not looked at.
        config: sizes and augmentation.
    """
    drawn = [scenes[draw.scene] for draw in draws]
    changes = draw_changes(drawn, config.augmentation, [draw.seed for draw in draws])
    truth = scene_truth(drawn)
    questions = None
    if learner.reads:
        chosen = [
            [scene.descriptions[number] for number in draw.sentences]
            + [FILLER] * (config.sentences_per_scene - len(draw.sentences))
            for scene, draw in zip(drawn, draws, strict=True)
        ]
        questions = questions_of(
            chosen,
            [_readings(group, draw, config) for group, draw in zip(chosen, draws, strict=True)],
            truth.objects.shape[2],
            learner.text,
            config.model,
        )
    return Lesson(scene_points(drawn), changes, truth, questions)


def _readings(
    group: Sequence[Description], draw: Draw, config: TrainConfig
) -> list[DescribedWords]:
    """What the decoder reads of a scene's sentences."""
    chance = random.Random(f"wording {draw.seed}")
    return [reading_of(d, config.model, config.wording_noise, chance) for d in group]
