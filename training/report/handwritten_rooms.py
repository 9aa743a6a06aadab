"""Sentences written by hand, room by room, from config/sentences_by_hand.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from detailbase_core.errors import BadFileError
from training.rooms.exam import EXAMS_FILE
from training.sentences.check.marked_sentences import read_marked

if TYPE_CHECKING:
    from pathlib import Path

    from training.sentences.check.marked_sentences import MarkedSentence

SENTENCES_FILE = EXAMS_FILE.with_name("sentences_by_hand.yaml")


def read_rooms(path: Path = SENTENCES_FILE) -> dict[int, tuple[MarkedSentence, ...]]:
    """The sentences of each room, by its seed.

    Raises:
        BadFileError: not such a file.
    """
    try:
        rooms = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {
            int(name.removeprefix("room_")): tuple(read_marked(line) for line in lines)
            for name, lines in rooms.items()
        }
    except (BadFileError, OSError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        raise BadFileError(f"{path}: no rooms with their sentences can be read: {error}") from error
