"""What a worker of a search does, in a process of its own: plain functions of plain values."""

from __future__ import annotations

import hashlib
import logging
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from detailbase_core.errors import DetailBaseError, shown
from detailbase_ros.search.searcher import SearchConfig, Searcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detailbase_ros.search.hits import RecordingAnswer

logger = logging.getLogger(__name__)

_OUR_PACKAGES = ("detailbase_core", "detailbase_ros")
_MOST_NOTES = 20


class Task(NamedTuple):
    """Sentences for one recording."""

    config: SearchConfig
    recording: Path
    sentences: tuple[str, ...]


class DrawTask(NamedTuple):
    """A picture of one hit."""

    config: SearchConfig
    recording: Path
    sentence: str
    number: int


@dataclass(frozen=True)
class Answered:
    """A recording that was asked.

    Attributes:
        answers: one per sentence.
        was_kept: whether its scene was there already.
        notes: what people should know of its mapping.
    """

    answers: tuple[RecordingAnswer, ...]
    was_kept: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """A recording that could not be asked.

    Attributes:
        reason: why.
        notes: what people should know besides.
    """

    reason: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoModel:
    """No recording can be asked: the model cannot be used here, and why."""

    reason: str


def answer_task(task: Task) -> Answered | LeftOut | NoModel:
    """Ask one recording, in whichever process this is; whatever goes wrong is a reason."""
    with _noted() as notes:
        try:
            searcher = _searcher(task.config)
        except (DetailBaseError, OSError) as error:
            return NoModel(str(error))
        try:
            answers, was_kept = searcher.ask(task.recording, task.sentences)
        except Exception as error:  # one recording that fails costs no other
            return LeftOut(_reason(task.recording, error), tuple(notes))
    return Answered(answers, was_kept, tuple(notes))


def draw_task(task: DrawTask) -> bytes | LeftOut:
    """A PNG of one hit, in whichever process this is."""
    with _noted():
        try:
            return _searcher(task.config).draw(task.recording, task.sentence, task.number)
        except Exception as error:  # see above
            return LeftOut(_reason(task.recording, error))


def _reason(recording: Path, error: Exception) -> str:
    if not isinstance(error, (DetailBaseError, OSError)):
        logger.exception("%s failed", recording)
        return shown(f"{type(error).__name__}: {error}")
    return shown(str(error).removeprefix(f"{recording}: "))


@contextmanager
def _noted() -> Iterator[list[str]]:
    """Collects this project's warnings instead of writing them beside a bar of progress."""
    notes: list[str] = []
    handler = _Notes(notes)
    loggers = [logging.getLogger(name) for name in _OUR_PACKAGES]
    for one in loggers:
        one.addHandler(handler)
        one.propagate = False
    try:
        yield notes
    finally:
        for one in loggers:
            one.removeHandler(handler)
            one.propagate = True


class _Notes(logging.Handler):
    def __init__(self, notes: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._notes = notes

    def emit(self, record: logging.LogRecord) -> None:
        if len(self._notes) < _MOST_NOTES:
            self._notes.append(shown(record.getMessage()))


@lru_cache(maxsize=1)
def _searcher(config: SearchConfig) -> Searcher:
    """This process's own; the model is loaded once."""
    from detailbase_core.grounder import Grounder  # torch takes its time

    grounder = Grounder(config.replay.attentive_grounder)
    return Searcher(config, grounder, _model_hash(grounder.checkpoint_path))


def _model_hash(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
