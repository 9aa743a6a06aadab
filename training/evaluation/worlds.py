"""Worlds that others arranged, asked after our robot has driven through them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from detailbase_core.errors import BadFileError
from training.evaluation.plain_answers import judge_plain
from training.evaluation.real_scans import turned_about_z
from training.evaluation.room_blind import as_marked
from training.rooms.sample import MENTIONABLE_VOXELS, describe_seen
from training.rooms.worlds import drive_through
from training.sentences.check.marked_sentences import MarkedPhrase, MarkedSentence, read_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from detailbase_core.grounder import Grounder
    from detailbase_core.types import Grounding, PointCloud
    from training.evaluation.plain_answers import PlainAnswer
    from training.rooms.worlds import World

BY_HAND_FILE = Path(__file__).resolve().parents[2] / "config" / "worlds_by_hand.yaml"
GENERATED, BY_HAND = "generated", "by hand"
_SENTENCES = 64


@dataclass(frozen=True)
class AskedWorld:
    """A world that our robot has driven through, and what is asked about it.

    Attributes:
        name: of the world.
        cloud: what the map holds.
        instance: (N,) id of each point's object.
        said: GENERATED sentences, and those BY_HAND.
    """

    name: str
    cloud: PointCloud
    instance: NDArray[np.int32]
    said: Mapping[str, Sequence[MarkedSentence]]

    @classmethod
    def drive(cls, world: World) -> AskedWorld:
        """Drive through a world.

        Raises:
            BadFileError: config/worlds_by_hand.yaml cannot be read.
        """
        cloud, instance = drive_through(world)
        described = describe_seen(world.room, instance, sentences=_SENTENCES, split="exam")
        said = {GENERATED: as_marked(described), BY_HAND: by_hand(world)}
        return cls(world.name, cloud, instance, said)

    def answers(
        self, grounder: Grounder, models_of: Callable[[str], int], turn_deg: float = 0.0
    ) -> dict[str, list[PlainAnswer]]:
        """Answers to all that is said; phrases about things hardly seen are left out.

        Args:
            grounder: asked.
            models_of: number of furniture models of a kind.
            turn_deg: by which the cloud is turned about z first.
        """
        encoded = grounder.encode_cloud(turned_about_z(self.cloud, turn_deg))
        return {
            name: [
                judged
                for sentence in sentences
                for judged in self._judged(
                    grounder.ground_encoded(encoded, sentence.text), sentence, models_of
                )
            ]
            for name, sentences in self.said.items()
        }

    def _judged(
        self, answer: Grounding, sentence: MarkedSentence, models_of: Callable[[str], int]
    ) -> Iterator[PlainAnswer]:
        for phrase in sentence.phrases:
            masks = [self.instance == id_ for id_ in phrase.ids]
            if all(mask.sum() >= MENTIONABLE_VOXELS for mask in masks):
                meant = np.any(masks, axis=0) if masks else None
                span = phrase.begin, phrase.end
                yield judge_plain(self.name, answer, span, meant, models_of)


def by_hand(world: World) -> Sequence[MarkedSentence]:
    """The sentences about a world, with its room's ids; none where nobody wrote any.

    Raises:
        BadFileError: the file cannot be read, or names an object that the world has not.
    """
    try:
        worlds = yaml.safe_load(BY_HAND_FILE.read_text(encoding="utf-8"))
        sentences = [read_marked(line) for line in worlds.get(world.name, ())]
        return [
            MarkedSentence(
                said.text,
                tuple(
                    MarkedPhrase(p.begin, p.end, tuple(world.ids[id_] for id_ in p.ids))
                    for p in said.phrases
                ),
            )
            for said in sentences
        ]
    except (OSError, yaml.YAMLError, AttributeError, TypeError, KeyError) as error:
        raise BadFileError(f"{BY_HAND_FILE}: cannot be read: {error!r}") from error
