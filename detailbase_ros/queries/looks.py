"""Sentences that are looked for while the map grows: when to ask again, and how they end.

Knows nothing of ROS.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from detailbase_ros.messages.query import TOO_LATE, Query, QueryResult, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.types import GroundedPhrase, Grounding, Instance

AGAIN_S = 1.0  # between two looks for the same sentence: a map that is scanned changes all the time


class End(Enum):
    """How a look ends."""

    FOUND = "found"
    CANCELLED = "cancelled"
    IN_VAIN = "in vain"


@dataclass(eq=False)
class Look:
    """One sentence that is looked for, and how far it has come.

    Attributes:
        query: the sentence; its deadline is the end of the look.
        limit_s: time given, seconds.
        result: of the last map that was looked at; None before the first.
        version: of that map.
        count: maps looked at.
        missing: the phrase that was not found in it.
        best: its best candidate in all maps so far; score: the presence that it would have had.
        asked_at: time.monotonic() at which it was asked last.
    """

    query: Query
    limit_s: float
    result: QueryResult | None = None
    version: int | None = None
    count: int = 0
    missing: str = ""
    best: Instance | None = None
    asked_at: float = -math.inf


class Looks:
    """All looks under way. One is asked about at a time, so that others' queries get their turn.

    A look is asked again when the map has changed since the version that it was answered from.
    Safe to be used by several threads.

    Args:
        submit: has a query answered, and calls its `on_result` later.
        map_version: version of the map now.
        on_news: told of each map that was looked at in vain.
        on_end: told of each look that is over, how, and its result.
        now: the clock of deadlines, seconds.
    """

    def __init__(
        self,
        submit: Callable[[Query], None],
        map_version: Callable[[], int],
        on_news: Callable[[Look], None],
        on_end: Callable[[Look, End, QueryResult], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._submit, self._map_version, self._now = submit, map_version, now
        self._on_news, self._on_end = on_news, on_end
        self._open: list[Look] = []  # the one that has waited longest first
        self._asking = False
        self._lock = threading.RLock()

    def __len__(self) -> int:
        """Number of looks that are not over."""
        return len(self._open)

    def add(self, look: Look) -> None:
        """Begin a look."""
        with self._lock:
            self._open.append(look)
            self.step()

    def step(self) -> None:
        """End what is out of time, ask what is due; to be called now and then."""
        with self._lock:
            for look in [one for one in self._open if self._now() >= one.query.deadline]:
                self._time_is_over(look)
            if not self._asking:
                self._ask_next()

    def cancel(self, query_id: int) -> None:
        """End a look that nobody wants any more; one that is over already is none."""
        with self._lock:
            for look in [one for one in self._open if one.query.id == query_id]:
                self._end(look, End.CANCELLED, _last(look, "cancelled"))

    def forsake(self, query_id: int, reason: str) -> None:
        """End a look that nobody can hear of; one that is over already is none.

        Args:
            query_id: of its query.
            reason: for its message.
        """
        with self._lock:
            for look in [one for one in self._open if one.query.id == query_id]:
                self._end(look, End.IN_VAIN, _last(look, reason))

    def end_all(self, reason: str, status: Status | None = None) -> None:
        """End all looks.

        Args:
            reason: for their messages.
            status: of their answers; None = that of the last map looked at.
        """
        with self._lock:
            for look in list(self._open):
                result = QueryResult(look.query, status, reason) if status else _last(look, reason)
                self._end(look, End.IN_VAIN, result)

    def _ask_next(self) -> None:
        look = next((one for one in self._open if self._is_due(one)), None)
        if look is None:
            return
        self._open.remove(look)
        self._open.append(look)
        look.asked_at, self._asking = self._now(), True
        taker = partial(self._answered, look, self._map_version())
        # Without its tag: it is no part of a conversation.
        self._submit(replace(look.query, client_tag="", on_result=taker, why=True))

    def _is_due(self, look: Look) -> bool:
        rested = self._now() - look.asked_at >= AGAIN_S
        return rested and look.version != self._map_version()

    def _answered(self, look: Look, asked_version: int, result: QueryResult) -> None:
        with self._lock:
            self._asking = False
            if look in self._open:
                self._take(look, asked_version, result)
            self.step()

    def _take(self, look: Look, asked_version: int, result: QueryResult) -> None:
        grounding = result.grounding
        if result.status is Status.OVERLOADED:
            return  # it is asked again
        if result.status is Status.TIMEOUT:
            self._time_is_over(look)
        elif grounding is not None and grounding.sentence.instances:
            self._end(look, End.FOUND, result)
        elif result.status is Status.EMPTY_MAP or (grounding and grounding.sentence.named):
            look.result, look.count = result, look.count + 1
            # Of a map that changed little since, the answer may be of an older version.
            look.version = grounding.scene.version if grounding else asked_version
            _note_candidate(look, grounding)
            self._on_news(look)
        else:  # what no map changes
            self._end(look, End.IN_VAIN, result)

    def _time_is_over(self, look: Look) -> None:
        self._end(look, End.IN_VAIN, _last(look, f"not found within {look.limit_s:g} s"))

    def _end(self, look: Look, how: End, result: QueryResult) -> None:
        self._open.remove(look)
        self._on_end(look, how, replace(result, query=look.query))


def _last(look: Look, reason: str) -> QueryResult:
    """The last map's result, with the reason why there is no better one."""
    if look.result is None:
        text = TOO_LATE if reason.startswith("not found") else f"{reason} before the first answer"
        return QueryResult(look.query, Status.TIMEOUT, text)
    reason = f"{reason}; versions of the map looked at: {look.count}"
    return replace(look.result, message="; ".join(filter(None, (look.result.message, reason))))


def _note_candidate(look: Look, grounding: Grounding | None) -> None:
    """Keep the best candidate for what is missing; a map that was cleared holds none."""
    phrase = _missing(grounding) if grounding else None
    if phrase is None or phrase.text != look.missing:
        look.missing, look.best = phrase.text if phrase else "", None
    for one in phrase.runners_up if phrase else ():
        if look.best is None or one.score > look.best.score:
            look.best = one


def _missing(grounding: Grounding) -> GroundedPhrase | None:
    """The first phrase without an object, or the first one where all have some."""
    return next(
        (p for p in grounding.phrases if not p.instances), next(iter(grounding.phrases), None)
    )
