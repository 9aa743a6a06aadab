"""A room of named things that answers sentences by their names and colours, without a network."""

from __future__ import annotations

import numpy as np

from detailbase_core.conversation.nouns import is_plural, singular_of
from detailbase_core.language.rule_parser import parse_sentence
from detailbase_core.postprocess.instances import fit_box
from detailbase_core.types import GroundedPhrase, Grounding, Instance, PointCloud, Scene

COLORS = ("red", "blue", "green", "purple")
THINGS = (  # colour, noun, x, y, edge (m)
    ("red", "chair", 2.0, 1.0, 0.5),
    ("blue", "chair", 2.0, -1.0, 0.5),
    ("green", "chair", -2.0, 0.0, 0.9),
    ("red", "table", 2.0, 1.7, 0.5),
    ("blue", "lamp", 2.0, 0.2, 0.3),
    ("green", "shelf", -2.0, 3.0, 0.5),
)
_POINTS = 200


class NamedRoom:
    """Answers "the red chair" by the first red chair, "the chairs" by all.

    Attributes:
        asked: all sentences.
        scene: each thing's points, one thing after the other.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        rng = np.random.default_rng(0)
        blocks = [
            np.add(rng.uniform(-0.5, 0.5, (_POINTS, 3)) * size, (x, y, size / 2))
            for _, _, x, y, size in THINGS
        ]
        xyz = np.concatenate(blocks).astype(np.float32)
        cloud = PointCloud(xyz, np.full(xyz.shape, 99, np.uint8), "room.ply")
        self.scene = Scene(cloud, np.zeros(len(xyz), np.int64))

    def ground(self, sentence: str) -> Grounding:
        self.asked.append(sentence)
        parsed = parse_sentence(sentence)
        found = [
            self._matches(p.text.lower().split(), parsed.words[p.head].text.lower())
            for p in parsed.phrases
        ]
        whole = self._phrase(sentence, 0, found[0] if found else [], 0)
        phrases, next_id = [], len(whole.instances)
        for phrase, things in zip(parsed.phrases, found, strict=True):
            phrases.append(self._phrase(phrase.text, phrase.begin, things, next_id))
            next_id += len(things)
        return Grounding(sentence, self.scene, whole, tuple(phrases))

    def index_of(self, instance: Instance) -> int:
        """Which of THINGS an object is."""
        return int(instance.point_indices[0]) // _POINTS

    def _matches(self, words: list[str], head: str) -> list[int]:
        noun, colors = singular_of(head), [word for word in words if word in COLORS]
        things = [
            index
            for index, (color, name, *_) in enumerate(THINGS)
            if name == noun and colors in ([], [color])
        ]
        return things if is_plural(head) else things[:1]

    def _phrase(self, text: str, begin: int, things: list[int], first_id: int) -> GroundedPhrase:
        instances = []
        for number, thing in enumerate(things):
            points = np.arange(thing * _POINTS, (thing + 1) * _POINTS)
            own = self.scene.cloud.xyz[points]
            x, y, z = own.mean(axis=0).tolist()
            instances.append(Instance(first_id + number, points, fit_box(own), (x, y, z), 0.9))
        presence = 0.8 if things else 0.1
        return GroundedPhrase(text, begin, begin + len(text), 0.9, presence, tuple(instances))
