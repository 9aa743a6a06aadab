"""Pictures of a model's answers in the test set's rooms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from tqdm import tqdm

from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.output.render import render_answers
from detailbase_core.types import PointCloud
from training.evaluation.results import base_of
from training.scenes.scene_files import read_scene

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detailbase_core.grounder import Grounder
    from detailbase_core.types import Grounding
    from training.evaluation.examples import Example
    from training.evaluation.results import SetResult

WIDTH, COLORS = 960, 128  # pixels, entries of the palette
PICTURED = 3  # good ones, and as many bad ones, of each set


def draw_examples(
    grounder: Grounder, sets: Mapping[str, SetResult], folder: Path
) -> dict[str, str]:
    """Ask the examples of each uncorrupted set again and draw the answers.

    Args:
        grounder: with the model in question.
        sets: by name.
        folder: of the pictures; made where it is not.

    Returns:
        File name of each picture by "SET good" and "SET bad".

    Raises:
        BadFileError: a room of the examples is not where it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name in tqdm(plain_sets(sets), desc="drawing", unit="set"):
        result = sets[name]
        for side, examples in (("good", result.good), ("bad", result.bad)):
            if examples:
                files[f"{name} {side}"] = f"{name}_{side}.png"
                answers = _answers(grounder, examples[:PICTURED], Path(result.folder))
                draw_small(answers, folder / files[f"{name} {side}"])
    return files


def draw_small(groundings: Sequence[Grounding], path: Path) -> None:
    """As render_answers, at a size that a repository can keep many of.

    Raises:
        OSError: the file cannot be written.
    """
    render_answers(groundings, path)
    with Image.open(path) as picture:
        small = picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)))
    with atomic_path(path) as temporary:
        small.quantize(COLORS).save(temporary, format="PNG", optimize=True)


def plain_sets(sets: Mapping[str, SetResult]) -> list[str]:
    """Names of the sets that are no corruption of another."""
    return [name for name in sets if base_of(name, sets) is None]


def _answers(grounder: Grounder, examples: Sequence[Example], folder: Path) -> list[Grounding]:
    answers = []
    for example in examples:
        scene = read_scene(folder / f"{example.scene}.npz")
        answers.append(grounder.ground_cloud(PointCloud(scene.xyz, scene.rgb), example.text))
    return answers
