"""Exit statuses that `detailbase ground`, `detailbase replay` and `ask` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detailbase_core.types import Grounding

FOUND, NOT_FOUND, NO_ANSWER, INTERRUPTED = 0, 1, 2, 130


def exit_status(answers: Iterable[Grounding | None]) -> int:
    """0 where every sentence's own target was found, 1 where one was not.

    Args:
        answers: one per sentence; None = there was no answer, which makes the status 2.
    """
    worst = FOUND
    for answer in answers:
        worst = max(worst, _status(answer))
    return worst


def _status(answer: Grounding | None) -> int:
    if answer is None:
        return NO_ANSWER
    return FOUND if answer.sentence.instances else NOT_FOUND
