"""Some rooms of the openings test set put to a checkpoint: made, encoded once, asked often."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.config import GrounderConfig
from detailbase_core.grounder import Grounder
from detailbase_core.types import PointCloud
from training.evaluation.openings import ThingAnswers, answer_room
from training.evaluation.room_blind import Presence, as_marked, ask_presence
from training.rooms.opening_questions import ABSENT, THERE
from training.rooms.openings_exam import room_sample
from training.sentences.check.marked_sentences import read_marked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detailbase_core.synthetic.furniture_bank import FurnitureBank
    from training.rooms.opening_questions import RoomQuestions
    from training.rooms.openings_exam import Part, Wording
    from training.sentences.check.marked_sentences import MarkedSentence

_BLIND_WORDINGS = 4  # of each thing: every question is asked in several rooms
OPENINGS, GENERATED = "openings", "generated sentences"


@dataclass(frozen=True)
class Asked:
    """Results of some rooms.

    Attributes:
        things: every thing in all wordings.
        presence: of phrases by what was asked, OPENINGS or GENERATED.
    """

    things: list[ThingAnswers]
    presence: dict[str, Presence]


def ask_rooms(
    checkpoint: str,
    wordings: Sequence[Wording],
    bank: FurnitureBank,
    part: Part,
    rooms: Sequence[RoomQuestions],
) -> Asked:
    """Make a part's rooms and ask everything about them.

    Raises:
        CheckpointError: the weights cannot be used.
    """
    grounder = Grounder(GrounderConfig(checkpoint=checkpoint, threads=1))
    samples = [room_sample(questions.seed, part, bank) for questions in rooms]
    scenes = [grounder.encode_cloud(PointCloud(sample.xyz, sample.rgb)) for sample in samples]
    per_room = zip(scenes, samples, rooms, strict=True)
    things = [answer_room(grounder, scene, sample, wordings, q) for scene, sample, q in per_room]
    said = {
        OPENINGS: [_some_openings(questions, wordings) for questions in rooms],
        GENERATED: [as_marked(sample.descriptions) for sample in samples],
    }
    presence = {name: ask_presence(grounder, scenes, of) for name, of in said.items()}
    return Asked(list(chain.from_iterable(things)), presence)


def _some_openings(questions: RoomQuestions, wordings: Sequence[Wording]) -> list[MarkedSentence]:
    """Some wordings of everything that is there or not; the same number of each."""
    chance = np.random.default_rng(questions.seed)
    said = []
    for kind, line in questions.lines():
        if kind in (THERE, ABSENT):
            some = chance.choice(len(wordings), _BLIND_WORDINGS, replace=False)
            said += [wordings[i].about(read_marked(line)) for i in some]
    return said
