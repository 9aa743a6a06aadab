"""Many recordings asked at once: work is spread, hits are put in order, pictures are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from detailbase_core.errors import ConfigError, shown
from detailbase_core.parallel.process_pool import Lost
from detailbase_ros.search.hits import ranked
from detailbase_ros.search.tasks import (
    Answered,
    DrawTask,
    LeftOut,
    NoModel,
    Task,
    answer_task,
    draw_task,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from detailbase_core.parallel.process_pool import Pool
    from detailbase_ros.search.hits import Hit, RecordingAnswer
    from detailbase_ros.search.searcher import SearchConfig


@dataclass
class Found:
    """What recordings hold of sentences.

    Attributes:
        sentences: as asked.
        answered: of each recording that could be asked, in the order in which they were given.
        left_out: why the others could not be, by their path.
    """

    sentences: tuple[str, ...]
    answered: dict[Path, Answered] = field(default_factory=dict)
    left_out: dict[Path, str] = field(default_factory=dict)

    def hits(self, number: int) -> list[Hit]:
        """All hits of a sentence, best first; the sentence by its number, from 0."""
        return ranked(hit for answer in self.answers(number) for hit in answer.hits)

    def answers(self, number: int) -> list[RecordingAnswer]:
        """A sentence's answers, one per recording that could be asked."""
        return [answered.answers[number] for answered in self.answered.values()]


def search(
    recordings: Sequence[Path],
    sentences: Sequence[str],
    config: SearchConfig,
    pool: Pool,
    report: Callable[[str], None] = lambda _: None,
    note: Callable[[str], None] = lambda _: None,
) -> Found:
    """Ask every recording every sentence; map those that are not mapped yet.

    Args:
        recordings: each once; broken ones are left out with a reason.
        sentences: each once; none = recordings are only mapped.
        config: settings.
        pool: where the work is done.
        report: is told how far it is.
        note: is told, line by line, what people should know of single recordings.

    Raises:
        ConfigError: the model cannot be used.
    """
    tasks = [Task(config, path, tuple(sentences)) for path in recordings]
    results: dict[int, Answered | LeftOut | Lost] = {}
    report(f"searching 0 of {len(tasks)} recordings")
    for index, result in pool.results(answer_task, tasks):
        if isinstance(result, NoModel):
            raise ConfigError(result.reason)
        results[index] = result
        for line in _notes(result):
            note(f"{shown(recordings[index])}: {line}")
        report(f"searching {len(results)} of {len(tasks)} recordings")
    found = Found(tuple(sentences))
    for index, path in enumerate(recordings):
        result = results[index]
        if isinstance(result, Answered):
            found.answered[path] = result
        else:
            found.left_out[path] = result.reason
    return found


def _notes(result: Answered | LeftOut | Lost) -> list[str]:
    notes = [] if isinstance(result, Lost) else list(result.notes)
    return notes if isinstance(result, Answered) else [*notes, f"left out: {result.reason}"]


def pictures(
    hits: Sequence[Hit],
    config: SearchConfig,
    pool: Pool,
    report: Callable[[str], None] = lambda _: None,
) -> Iterator[tuple[int, bytes | LeftOut | Lost]]:
    """A PNG of each hit; index of the hit and its picture, in order of completion.

    Args:
        hits: to be drawn.
        config, pool, report: as of search().
    """
    tasks = [DrawTask(config, Path(hit.recording), hit.sentence, hit.number) for hit in hits]
    report(f"drawing 0 of {len(tasks)} pictures")
    for count, drawn in enumerate(pool.results(draw_task, tasks), start=1):
        yield drawn
        report(f"drawing {count} of {len(tasks)} pictures")
