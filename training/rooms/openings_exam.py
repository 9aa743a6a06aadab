"""The frozen openings test set: in which wordings which things of which rooms are asked for."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import yaml

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.synthetic.rooms import fingerprint, generate_room
from detailbase_core.synthetic.stock import Stock
from training.rooms.exam import EXAMS_FILE, models_hash
from training.rooms.opening_questions import KINDS, RoomQuestions, ask_about
from training.rooms.sample import make_sample
from training.sentences.check.marked_sentences import MarkedPhrase, MarkedSentence

if TYPE_CHECKING:
    from pathlib import Path

    from detailbase_core.synthetic.furniture_bank import FurnitureBank
    from training.rooms.sample import Sample

Part = Literal["seen", "unseen"]
PARTS: tuple[Part, Part] = ("seen", "unseen")
WORDINGS_FILE = EXAMS_FILE.with_name("openings_exam.yaml")
QUESTIONS_FILE = EXAMS_FILE.with_name("openings_questions.yaml")
ROOMS = 20  # of each part
_FIRST_SEEDS: dict[Part, int] = {"seen": 940_000, "unseen": 950_000}
_SLOT = re.compile(r"\b(a )?X\b")


@dataclass(frozen=True)
class Wording:
    """Words around the name of an object.

    Attributes:
        text: with the slot "X", or "a X".
        held_out: whether training never says it so.
    """

    text: str
    held_out: bool

    def about(self, thing: MarkedSentence) -> MarkedSentence:
        """The sentence that asks for a thing so; its first phrase is the thing."""
        slot = _SLOT.search(self.text)
        if slot is None:
            raise ValueError(f"{self.text!r} has no slot X")
        article = "" if not slot[1] else "an " if thing.text[0] in "aeiou" else "a "
        before = self.text[: slot.start()] + article
        phrases = tuple(
            MarkedPhrase(len(before) + p.begin, len(before) + p.end, p.ids) for p in thing.phrases
        )
        return MarkedSentence(before + thing.text + self.text[slot.end() :], phrases)


@dataclass(frozen=True)
class OpeningsExam:
    """Everything that is asked.

    Attributes:
        wordings: as config/openings_exam.yaml lists them.
        rooms: the questions about each room, by furniture part.
    """

    wordings: tuple[Wording, ...]
    rooms: dict[Part, tuple[RoomQuestions, ...]]

    def first(self, rooms: int | None) -> OpeningsExam:
        """The same with the first so many rooms of each part; None = all."""
        return replace(self, rooms={part: of[:rooms] for part, of in self.rooms.items()})


def room_sample(seed: int, part: Part, bank: FurnitureBank) -> Sample:
    """A room of the test set as a robot's map holds it."""
    return make_sample(seed, _stock(part, bank))


def read_wordings(path: Path = WORDINGS_FILE) -> tuple[Wording, ...]:
    """The wordings.

    Raises:
        BadFileError: the file is none of wordings.
    """
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
        wordings = tuple(
            Wording(text, held_out=group == "held_out")
            for group in ("trained", "held_out")
            for text in said[group]
        )
        if bad := [w.text for w in wordings if len(_SLOT.findall(w.text)) != 1]:
            raise ValueError(f"one slot X is needed: {bad[0]!r}")
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise BadFileError(f"{path}: no wordings can be read: {error}") from error
    return wordings


def questions_of(path: Path = QUESTIONS_FILE) -> dict[Part, tuple[RoomQuestions, ...]]:
    """The frozen questions about each room, by furniture part.

    Raises:
        BadFileError: the file cannot be read.
    """
    frozen = _read_frozen(path)
    try:
        return {
            part: tuple(
                RoomQuestions(int(name.removeprefix("room_")), {k: tuple(of[k]) for k in KINDS})
                for name, of in frozen[part].items()
            )
            for part in PARTS
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadFileError(f"{path}: no questions can be read: {error}") from error


def read_openings_exam(bank: FurnitureBank, path: Path = QUESTIONS_FILE) -> OpeningsExam:
    """The test set, if the generator and this bank still make its rooms.

    Raises:
        BadFileError: a file cannot be read, the bank is another, or rooms, questions or wordings
            are not those that were frozen.
    """
    frozen = _read_frozen(path)
    exam = OpeningsExam(read_wordings(), questions_of(path))
    if frozen.get("models") != models_hash(bank):
        raise BadFileError(f"{path}: the test set was frozen with another furniture bank")
    if frozen.get("fingerprint") != _fingerprint(exam, bank):
        raise BadFileError(
            f"{path}: rooms, questions or wordings are not those that were frozen; figures could "
            "not be compared"
        )
    return exam


def _read_frozen(path: Path) -> dict[str, Any]:
    try:
        frozen = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(frozen, dict):
            raise TypeError("it is no mapping")
    except (OSError, yaml.YAMLError, TypeError) as error:
        raise BadFileError(f"{path}: no questions can be read: {error}") from error
    return frozen


def freeze_openings_exam(bank: FurnitureBank, path: Path = QUESTIONS_FILE) -> OpeningsExam:
    """Choose rooms and questions anew and write them down.

    Raises:
        BadFileError: the wordings cannot be read.
        OSError: the file cannot be written.
    """
    rooms = {part: tuple(_first_rooms(part, bank)) for part in PARTS}
    exam = OpeningsExam(read_wordings(), rooms)
    content: dict[str, object] = {
        "models": models_hash(bank),
        "fingerprint": _fingerprint(exam, bank),
    }
    for part, questions in rooms.items():
        content[part] = {
            f"room_{q.seed}": {kind: list(lines) for kind, lines in q.things.items()}
            for q in questions
        }
    comment = (
        "# The frozen questions of the openings test set: [thing](id of the object, none where\n"
        "# the room holds no such thing). Written by training.rooms.openings_exam.\n"
    )
    text = yaml.safe_dump(content, sort_keys=False, width=100)
    with atomic_path(path) as temporary:
        temporary.write_text(comment + text, encoding="utf-8")
    return exam


def _first_rooms(part: Part, bank: FurnitureBank) -> list[RoomQuestions]:
    """Questions about the first rooms that give enough to ask."""
    seeds = range(_FIRST_SEEDS[part], _FIRST_SEEDS[part] + 10 * ROOMS)
    samples = (make_sample(seed, _stock(part, bank), sentences=1) for seed in seeds)
    return ask_about(samples, ROOMS)


def _stock(part: Part, bank: FurnitureBank) -> Stock:
    return Stock.of_bank(bank, "unseen" if part == "unseen" else "train")


def _fingerprint(exam: OpeningsExam, bank: FurnitureBank) -> str:
    """A hash of what stands in the rooms, of the questions about them and of the wordings."""
    digest = hashlib.sha256()
    for part, questions in exam.rooms.items():
        stock = _stock(part, bank)
        digest.update(fingerprint(generate_room(q.seed, stock) for q in questions).encode())
        digest.update(repr([(q.seed, q.things) for q in questions]).encode())
    digest.update(repr([(w.text, w.held_out) for w in exam.wordings]).encode())
    return digest.hexdigest()[:16]
