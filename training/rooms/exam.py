"""The frozen test sets: which rooms, of which furniture, described in which words."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.errors import BadFileError
from detailbase_core.io.atomic_write import atomic_path
from detailbase_core.settings import Settings, load_yaml, setting
from detailbase_core.synthetic.rooms import GENERATOR_VERSION, fingerprint, generate_room
from detailbase_core.synthetic.stock import Stock
from training.sentences.generator import Split, describe

if TYPE_CHECKING:
    from detailbase_core.synthetic.furniture_bank import FurnitureBank

EXAM_FROM = 900_000  # training seeds are lower
EXAMS_FILE = Path(__file__).resolve().parents[2] / "config" / "rooms_exam.yaml"
_LOOKED_AT = 10  # rooms; to look at all would take minutes
_SENTENCES = 8  # of each of these
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Exam(Settings):
    """The rooms of one test set."""

    first_seed: int = setting(EXAM_FROM, "Its first seed.", low=EXAM_FROM)
    rooms: int = setting(200, "Its number of rooms.", low=1)
    furniture: str = setting("train", "Part of the bank.", choices=("train", "unseen"))
    text: str = setting("train", "Templates and synonyms.", choices=("train", "exam_text"))
    fingerprint: str = setting("", "Of its first rooms and of sentences about them.")

    @property
    def seeds(self) -> range:
        """Seeds of its rooms."""
        return range(self.first_seed, self.first_seed + self.rooms)


@dataclass(frozen=True)
class Exams(Settings):
    """All test sets, as config/rooms_exam.yaml says."""

    generator: str = setting(GENERATOR_VERSION, "GENERATOR_VERSION that they were frozen with.")
    bank: str = setting("", "Hash of the furniture bank that they were frozen with.")
    models: str = setting("", "Hash of what that bank's models are, whatever their samples.")
    sentences_per_room: int = setting(32, "Sentences per room.", low=1)
    seen: Exam = field(default_factory=Exam)
    unseen: Exam = field(default_factory=Exam)
    text: Exam = field(default_factory=Exam)

    def exam(self, name: str) -> Exam:
        """One test set by its name.

        Raises:
            BadFileError: no such test set.
        """
        names = [f.name for f in fields(self) if f.type == "Exam"]
        if name not in names:
            raise BadFileError(f"{name!r} is no test set; there are {', '.join(names)}")
        found: Exam = getattr(self, name)
        return found


def read_exam(name: str, bank: FurnitureBank, path: Path = EXAMS_FILE) -> tuple[Exam, int]:
    """A test set, if this generator and this bank still make its rooms, and its sentences per room.

    A bank of the same models is taken, and a word about it logged, where their samples differ:
    which of them can be seen is decided by rays, and those at an edge by rounding.

    Raises:
        BadFileError: no such test set, or generator or models have changed since it was frozen.
        ConfigError: the file is not understood.
    """
    exams = load_yaml(Exams, path)
    exam = exams.exam(name)
    models = models_hash(bank)
    if exams.models != models:
        raise BadFileError(
            f"this is not the furniture bank that the test sets were frozen with (its {len(bank)} "
            f"models have the hash {models[:16]}, wanted {exams.models[:16]}); make "
            f"that one with training.prepare_furniture from Debian's sweethome3d-furniture"
        )
    if exams.generator != GENERATOR_VERSION or exam.fingerprint != _fingerprint(exam, bank):
        raise BadFileError(
            f"{path}: the test set was frozen with generator {exams.generator!r}, this one "
            f"({GENERATOR_VERSION!r}) makes other rooms; check out that version, or freeze new "
            f"test sets and train anew"
        )
    if exams.bank != bank.manifest_hash:
        _log.warning(
            "the furniture bank has the models that the test sets were frozen with, but the "
            "samples of some differ (hash %s, then %s), as another processor may give them. "
            "Figures can be compared with published ones, but need not be equal to the last digit",
            bank.manifest_hash[:16],
            exams.bank[:16],
        )
    return exam, exams.sentences_per_room


def freeze_exams(bank: FurnitureBank, path: Path = EXAMS_FILE) -> None:
    """Write down what the test sets' rooms are with this generator and this bank.

    Raises:
        OSError: the file cannot be written.
    """
    exams = load_yaml(Exams, path)
    comment = "# The frozen test sets of the furnished rooms (training.make_rooms --freeze).\n"
    lines = [
        f"{comment}generator: {GENERATOR_VERSION}",
        f'bank: "{bank.manifest_hash}"',
        f'models: "{models_hash(bank)}"',
        f"sentences_per_room: {exams.sentences_per_room}",
    ]
    for name in ("seen", "unseen", "text"):
        exam = exams.exam(name)
        exam = replace(exam, fingerprint=_fingerprint(exam, bank))
        lines.append(f"{name}:")
        for f in fields(exam):
            value = getattr(exam, f.name)
            lines.append(f"  {f.name}: " + (f'"{value}"' if isinstance(value, str) else f"{value}"))
    with atomic_path(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def models_hash(bank: FurnitureBank) -> str:
    """SHA-256 of which models there are, of which kind and how large."""
    lines = sorted(f"{card.key} {card.category} {card.size}" for card in bank.cards)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _fingerprint(exam: Exam, bank: FurnitureBank) -> str:
    """A hash of the test set's first rooms and of what is said about them when all is seen."""
    stock = Stock.of_bank(bank, "unseen" if exam.furniture == "unseen" else "train")
    rooms = [generate_room(seed, stock) for seed in exam.seeds[:_LOOKED_AT]]
    split: Split = "exam_text" if exam.text == "exam_text" else "exam"
    digest = hashlib.sha256(fingerprint(rooms).encode())
    for room in rooms:
        said = describe(room, np.random.default_rng(room.seed), count=_SENTENCES, split=split)
        digest.update("\n".join(description.text for description in said).encode())
    return digest.hexdigest()[:16]
