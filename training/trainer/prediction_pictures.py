"""Pictures of what a model answers while it learns, beside what is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from detailbase_core.config import InstanceConfig
from detailbase_core.network.batch import TextBatch, batch_scenes
from detailbase_core.output.render import render_answers
from detailbase_core.postprocess.instances import fit_box
from detailbase_core.postprocess.postprocess import answer_query
from detailbase_core.types import (
    GroundedPhrase,
    Grounding,
    Instance,
    Phrase,
    PointCloud,
    Scene,
    Sentence,
    Word,
)
from training.scenes.descriptions import word_places
from training.trainer.text_targets import decoder_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.language.words import DescribedWords
    from training.scenes.descriptions import Description
    from training.scenes.scene_files import DescribedScene
    from training.trainer.training_module import TrainingModule


def draw_prediction(
    module: TrainingModule, described: DescribedScene, path: Path
) -> NDArray[np.uint8]:
    """Write a PNG of the description with the most phrases: above the answer, below the truth.

    Args:
        module: in eval mode.
        described: a scene with at least one description.
        path: of the PNG.

    Returns:
        The picture, (H, W, 3).
    """
    description = max(described.descriptions, key=lambda d: (len(d.phrases), len(d.words)))
    sentence = as_sentence(description)
    scene = Scene(PointCloud(described.xyz, described.rgb), described.point_to_superpoint)
    reading = decoder_words(description, module.model.config)
    predicted = _predicted(module, scene, sentence, reading)
    whole, *phrases = (
        true_phrase(described, span, ids) for span, ids in _spans(sentence, description)
    )
    truth = Grounding(sentence.text, scene, whole, tuple(phrases))
    render_answers([predicted, truth], path)
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def as_sentence(description: Description) -> Sentence:
    """A description as the grounder's parser would give it; unknown spans become head words."""
    text = description.text or " ".join(description.words)
    places = word_places(description.words, text)
    words = tuple(Word(word, *place) for word, place in zip(description.words, places, strict=True))
    phrases = []
    for phrase in description.phrases:
        head = phrase.row - 1
        begin, end = (phrase.begin, phrase.end) if phrase.end else places[head]
        phrases.append(Phrase(text[begin:end], begin, end, head))
    return Sentence(text, words, tuple(phrases))


@torch.inference_mode()
def _predicted(
    module: TrainingModule, scene: Scene, sentence: Sentence, reading: DescribedWords
) -> Grounding:
    device = next(module.parameters()).device
    batch = batch_scenes([scene], module.model.config.coordinates).to(device)
    encoded = module.model.encode_scene(batch)
    text, mask = module.text.encode([reading.words])
    spans = [reading.spans(sentence.spans)]
    answer = module.model.ground(encoded, TextBatch.with_spans(text[None], mask[None], spans))
    said = answer.of_phrases(spans[0])
    found = answer_query(sentence, said, scene, InstanceConfig(), reading=reading)
    return Grounding(sentence.text, scene, *found)


def _spans(
    sentence: Sentence, description: Description
) -> Iterator[tuple[tuple[str, int, int], tuple[int, ...]]]:
    """(text, begin, end) and object ids of the sentence itself and of each phrase."""
    yield (sentence.text, 0, len(sentence.text)), description.sentence_ids or ()
    for phrase, told in zip(sentence.phrases, description.phrases, strict=True):
        yield (phrase.text, phrase.begin, phrase.end), told.ids


def true_phrase(
    described: DescribedScene, span: tuple[str, int, int], ids: tuple[int, ...]
) -> GroundedPhrase:
    """A phrase with each of its objects as one instance."""
    instances = []
    for number, object_id in enumerate(ids):
        indices = np.flatnonzero(described.instance == object_id)
        if len(indices):
            points = described.xyz[indices]
            x, y, z = points.mean(axis=0, dtype=np.float64).tolist()
            instances.append(Instance(number, indices, fit_box(points), (x, y, z), 1.0))
    return GroundedPhrase(*span, 1.0, float(bool(ids)), tuple(instances))
