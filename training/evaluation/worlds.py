"""Worlds that others arranged, asked after our robot has driven through them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from detailbase_core.errors import BadFileError
from training.evaluation.plain_answers import judge_plain
from training.evaluation.room_blind import as_marked
from training.rooms.sample import MENTIONABLE_VOXELS, describe_seen
from training.rooms.worlds import drive_through
from training.sentences.check.marked_sentences import MarkedPhrase, MarkedSentence, read_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from detailbase_core.encoded_scene import EncodedScene
    from detailbase_core.grounder import Grounder
    from detailbase_core.types import Grounding
    from training.evaluation.plain_answers import PlainAnswer
    from training.rooms.worlds import World

BY_HAND_FILE = Path(__file__).resolve().parents[2] / "config" / "worlds_by_hand.yaml"
GENERATED, BY_HAND = "generated", "by hand"
_SENTENCES = 64


def ask_world(
    grounder: Grounder,
    world: World,
    models_of: Callable[[str], int],
    show: Callable[[Grounding], None] = lambda _: None,
) -> dict[str, list[PlainAnswer]]:
    """Drive through a world and ask about it: GENERATED sentences, and those BY_HAND.

    Phrases about things of which the robot saw too little are left out.

    Args:
        grounder: asked.
        world: the world.
        models_of: number of furniture models of a kind.
        show: given each answer.

    Raises:
        BadFileError: config/worlds_by_hand.yaml cannot be read.
    """
    cloud, instance = drive_through(world)
    encoded = grounder.encode_cloud(cloud)
    described = describe_seen(world.room, instance, sentences=_SENTENCES, split="exam")
    said = {GENERATED: as_marked(described), BY_HAND: by_hand(world)}
    return {
        name: [
            answer
            for sentence in sentences
            for answer in _answers(
                grounder, encoded, world.name, sentence, instance, models_of, show
            )
        ]
        for name, sentences in said.items()
    }


def _answers(
    grounder: Grounder,
    encoded: EncodedScene,
    name: str,
    sentence: MarkedSentence,
    instance: NDArray[np.int32],
    models_of: Callable[[str], int],
    show: Callable[[Grounding], None],
) -> Iterator[PlainAnswer]:
    answer = grounder.ground_encoded(encoded, sentence.text)
    show(answer)
    for phrase in sentence.phrases:
        masks = [instance == id_ for id_ in phrase.ids]
        if all(mask.sum() >= MENTIONABLE_VOXELS for mask in masks):
            meant = np.any(masks, axis=0) if masks else None
            yield judge_plain(name, answer, (phrase.begin, phrase.end), meant, models_of)


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
