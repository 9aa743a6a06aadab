"""The right answers to a described scene's sentences, in the form of the model's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.postprocess.instances import fit_box
from detailbase_core.types import GroundedPhrase, Grounding, Instance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detailbase_core.types import Scene
    from training.scenes.descriptions import Description
    from training.scenes.scene_files import DescribedScene


def true_grounding(described: DescribedScene, description: Description, scene: Scene) -> Grounding:
    """Answer of a perfect model.

    Args:
        described: the scene's labels.
        description: one of its sentences.
        scene: its points, shared by all its groundings.
    """
    counter = iter(range(len(described.xyz)))

    def instances(ids: Iterable[int]) -> tuple[Instance, ...]:
        found = []
        for id_ in ids:
            points = np.flatnonzero(described.instance == id_)
            if len(points):
                x, y, z = described.xyz[points].mean(axis=0).tolist()
                box = fit_box(described.xyz[points])
                found.append(Instance(next(counter), points, box, (x, y, z), 1.0))
        return tuple(found)

    text = description.text or " ".join(description.words)
    phrases = tuple(
        GroundedPhrase(
            text[p.begin : p.end], p.begin, p.end, 1.0, float(not p.absent), instances(p.ids)
        )
        for p in description.phrases
        if p.end > p.begin
    )
    whole = GroundedPhrase(text, 0, len(text), 1.0, 1.0, instances(description.sentence_ids or ()))
    return Grounding(text, scene, whole, phrases)
