"""A scene of coloured blocks that answers sentences by the colour words in them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from detailbase_core.console.scene import FileVisitor
from detailbase_core.language.rule_parser import parse_sentence
from detailbase_core.mapping.load_scene import LoadedScene
from detailbase_core.output.answer_json import AnswerContext, scene_context
from detailbase_core.postprocess.instances import fit_box
from detailbase_core.types import GroundedPhrase, Grounding, Instance, PointCloud, Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

COLORS = {"red": (200, 20, 20), "green": (20, 160, 40), "blue": (30, 60, 200)}
PLACES = {"red": (0.0, 0.0), "green": (2.0, 0.5), "blue": (-1.5, 1.0)}
NO_POINTS = PointCloud(np.empty((0, 3), np.float32), np.empty((0, 3), np.uint8))
SCORE, PRESENCE, ABSENT = 0.9, 0.8, 0.1


class ColouredBlocks:
    """Blocks of 0.5 m on a floor; phrases with the colour of one find it, with presence 0.8.

    Attributes:
        asked: all (sentence, presence threshold).
    """

    source = "blocks.ply"
    least_presence = 0.0

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []
        self.grown = True  # otherwise its cloud is still empty

    @cached_property
    def loaded(self) -> LoadedScene:
        rng = np.random.default_rng(0)
        floor = np.column_stack([rng.uniform(-3, 3, (5000, 2)), np.zeros(5000)])
        parts, shades = [floor], [np.full((5000, 3), 150)]
        for name, place in PLACES.items():
            block = np.add(rng.uniform(-0.25, 0.25, (1000, 3)), (*place, 0.25))
            parts.append(block)
            shades.append(np.tile(COLORS[name], (1000, 1)))
        xyz = np.concatenate(parts).astype(np.float32)
        cloud = PointCloud(xyz, np.concatenate(shades).astype(np.uint8), "blocks.ply")
        return LoadedScene(cloud, np.eye(4), "made up")

    @property
    def cloud(self) -> PointCloud:
        return self.loaded.cloud if self.grown else NO_POINTS

    def visitor(self, presence_threshold: float) -> FileVisitor:
        return FileVisitor(self.ground, presence_threshold)

    def context(self, grounding: Grounding, members: Mapping[str, Any]) -> AnswerContext:
        return replace(scene_context(self.loaded, self.source, {}, members), why=True)

    def whole(self, grounding: Grounding) -> Grounding:
        return grounding

    def ground(self, sentence: str, presence_threshold: float) -> Grounding:
        self.asked.append((sentence, presence_threshold))
        scene = Scene(self.loaded.cloud, np.zeros(len(self.loaded.cloud), np.int64))
        parsed = parse_sentence(sentence)
        whole = self._phrase(sentence, 0, 0, presence_threshold)
        phrases = []
        for phrase in parsed.phrases:
            first_id = len(phrases) + 1
            phrases.append(self._phrase(phrase.text, phrase.begin, first_id, presence_threshold))
        return Grounding(sentence, scene, whole, tuple(phrases), {})

    def _phrase(self, text: str, begin: int, first_id: int, least: float) -> GroundedPhrase:
        cloud = self.loaded.cloud
        color = next((rgb for name, rgb in COLORS.items() if name in text.split()), None)
        presence = ABSENT if color is None else PRESENCE
        instances = ()
        if color is not None and presence >= least:
            points = np.flatnonzero((cloud.rgb == color).all(axis=1))
            x, y, z = cloud.xyz[points].mean(axis=0).tolist()
            box = fit_box(cloud.xyz[points])
            instances = (Instance(first_id, points, box, (x, y, z), SCORE),)
        return GroundedPhrase(text, begin, begin + len(text), SCORE, presence, instances)
