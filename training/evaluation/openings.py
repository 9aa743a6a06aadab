"""Answers to the openings test set: does the room decide what is found, or the wording?"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from training.evaluation.phrase_answer import judge
from training.evaluation.room_blind import RoomBlind
from training.sentences.check.marked_sentences import read_marked

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from detailbase_core.encoded_scene import EncodedScene
    from detailbase_core.grounder import Grounder
    from training.rooms.opening_questions import RoomQuestions
    from training.rooms.openings_exam import Wording
    from training.rooms.sample import Sample

RIGHT, WRONG = "1", "0"


@dataclass(frozen=True)
class ThingAnswers:
    """Answers about one object in all wordings.

    Attributes:
        room: its seed.
        kind: of the question, one of opening_questions.KINDS.
        thing: as marked, "[lamp](12) on the desk".
        answers: RIGHT or WRONG, a character per wording.
    """

    room: int
    kind: str
    thing: str
    answers: str


@dataclass(frozen=True)
class OpeningsResults:
    """One checkpoint's answers.

    Attributes:
        checkpoint: its file.
        training: what the file says about its training.
        command: that made these results.
        wordings: all that were asked, in the order of the answers.
        held_out: those that training never uses.
        parts: answers by part, seen and unseen.
        presence: AUC by the name of what was asked.
    """

    checkpoint: str
    training: str
    command: str
    wordings: Sequence[str]
    held_out: Collection[str]
    parts: Mapping[str, Sequence[ThingAnswers]]
    presence: Mapping[str, RoomBlind]

    def share_right(self, part: str, kind: str) -> dict[str, float]:
        """Share of things of a kind that were answered rightly, by wording."""
        rows = [list(t.answers) for t in self.parts[part] if t.kind == kind]
        right = (np.array(rows) == RIGHT).mean(axis=0)
        return dict(zip(self.wordings, right.tolist(), strict=True))

    def in_every_wording(self, part: str, kind: str) -> float:
        """Share of things of a kind that were answered rightly in all wordings."""
        return float(np.mean([WRONG not in t.answers for t in self.parts[part] if t.kind == kind]))

    def write(self, path: str | Path) -> None:
        """As JSON, atomically."""
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n", "utf-8")

    @classmethod
    def read(cls, path: str | Path) -> OpeningsResults:
        """The inverse of write.

        Raises:
            BadFileError: no such file, or something else.
        """
        try:
            raw = json.loads(Path(path).read_text(encoding="utf-8"))
            parts = {p: [ThingAnswers(**t) for t in of] for p, of in raw.pop("parts").items()}
            presence = {name: RoomBlind(**of) for name, of in raw.pop("presence").items()}
            return cls(**raw, parts=parts, presence=presence)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadFileError(
                f"{path}: no results of training.openings can be read: {error}"
            ) from error


def answer_room(
    grounder: Grounder,
    encoded: EncodedScene,
    sample: Sample,
    wordings: Sequence[Wording],
    questions: RoomQuestions,
) -> list[ThingAnswers]:
    """Ask for every thing of a room in every wording, as plain text.

    Args:
        grounder: asked.
        encoded: the room, by this grounder.
        sample: the room.
        wordings: as the test set lists them.
        questions: about the room.
    """
    found = []
    for kind, line in questions.lines():
        thing = read_marked(line)
        marks = ""
        for said in (wording.about(thing) for wording in wordings):
            answer = grounder.ground_encoded(encoded, said.text)
            marks += RIGHT if judge(said.phrases[0], answer, sample.instance).right else WRONG
        found.append(ThingAnswers(questions.seed, kind, line, marks))
    return found
