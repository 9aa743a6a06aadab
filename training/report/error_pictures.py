"""Pictures of mistakes: what was answered and what was meant, in one view."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.types import GroundedPhrase, Grounding, PointCloud
from training.evaluation.error_types import MISTAKES
from training.report.pictures import draw_small, plain_sets
from training.scenes.scene_files import read_scene
from training.trainer.prediction_pictures import as_sentence, true_phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detailbase_core.types import Sentence
    from training.evaluation.examples import Example
    from training.evaluation.results import SetResult
    from training.scenes.scene_files import DescribedScene

PICTURED = 2  # of each kind of mistake
NAMES = ("answered", "meant")


def shown_mistakes(sets: Mapping[str, SetResult], kind: str) -> list[tuple[str, Example]]:
    """(set, example) of those that are pictured: by turns from each uncorrupted set."""
    places = [(n, name) for n in range(PICTURED) for name in plain_sets(sets)]
    found = [
        (name, sets[name].mistaken[kind][n])
        for n, name in places
        if n < len(sets[name].mistaken.get(kind, ()))
    ]
    return found[:PICTURED]


def draw_mistakes(checkpoint: Path, sets: Mapping[str, SetResult], folder: Path) -> dict[str, str]:
    """Ask what was answered wrongly again, and draw it beside what was meant.

    Args:
        checkpoint: of the model in question.
        sets: by name.
        folder: of the pictures; must be there.

    Returns:
        File name of each picture by kind of mistake.

    Raises:
        BadFileError: a room of the examples is not where it was.
    """
    files = {}
    for kind in tqdm(MISTAKES, desc="drawing mistakes", unit="kind"):
        panels = []
        for name, example in shown_mistakes(sets, kind):
            scene = read_scene(Path(sets[name].folder) / f"{example.scene}.npz")
            panels.append(_answered_and_meant(checkpoint, scene, example))
        if panels:
            files[kind] = f"mistake_{kind.replace(' ', '_')}.png"
            draw_small(panels, folder / files[kind])
    return files


class _Told:
    """A parser that has been told the one sentence's phrases."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence

    def parse(self, text: str) -> Sentence:
        return self.sentence


def _answered_and_meant(checkpoint: Path, described: DescribedScene, example: Example) -> Grounding:
    """As a sentence with two phrases, NAMES."""
    description = described.descriptions[example.number]
    number = [p.row for p in description.phrases].index(example.row)
    sentence = as_sentence(description)
    grounder = Grounder(GrounderConfig(checkpoint=str(checkpoint)), _Told(sentence))
    cloud = PointCloud(described.xyz, described.rgb)
    found = grounder.ground_cloud(cloud, sentence.text)
    phrase = found.phrases[number]
    text = f"“{sentence.text}” {phrase.text}: {' / '.join(NAMES)}"
    spans = [(name, text.rindex(name), text.rindex(name) + len(name)) for name in NAMES]
    answered = GroundedPhrase(*spans[0], phrase.score, phrase.presence, phrase.instances)
    meant = true_phrase(described, spans[1], description.phrases[number].ids)
    whole = GroundedPhrase(text, 0, len(text), 0.0, 1.0, ())
    return Grounding(text, found.scene, whole, (answered, meant))
