"""One thread that runs the network, so that nothing else waits for it. Knows nothing of ROS."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from detailbase_core.errors import Cancelled, DetailBaseError
from detailbase_ros.messages.query import (
    TOO_LATE,
    Query,
    QueryResult,
    Status,
    answer,
    answer_together,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from detailbase_core.grounder import Grounder
    from detailbase_ros.messages.query import Answering

_NICE = 10
TOGETHER = 16  # queries in one pass of the network: more would let the first of them wait


class _Token:
    """A cancel token: set as soon as `over()` says so."""

    def __init__(self, over: Callable[[], bool]) -> None:
        self._over = over

    def is_set(self) -> bool:
        return self._over()


class QueryWorker:
    """Answers queries in their order, and encodes the changed map in between.

    Those that wait together are asked in one pass of the network.

    It begins paused: until resume() every query is answered INACTIVE.

    Args:
        grounder: only this thread calls its ground() and encode_scene().
        capacity: queries that may wait.
        on_result: called whenever `take_results` has something new, mostly on this thread; must
            only wake somebody.
        on_fault: told of errors that are our own: a cause, what happened, the exception.
        encode_ahead: whether to encode a changed map while nobody asks.
        conversations: answer the sentences of clients with a tag; asked by this thread only.

    Attributes:
        capacity, encode_ahead: as above; may be replaced at any time.
    """

    def __init__(
        self,
        grounder: Grounder,
        capacity: int,
        on_result: Callable[[], None],
        on_fault: Callable[[str, str, Exception], None],
        encode_ahead: bool = True,
        conversations: Answering | None = None,
    ) -> None:
        self._conversations = conversations
        self.capacity, self.encode_ahead = capacity, encode_ahead
        self._grounder, self._on_result, self._on_fault = grounder, on_result, on_fault
        self._pending: deque[Query] = deque()
        self._results: deque[QueryResult] = deque()
        self._map_changed = self._working = False
        self._paused = True
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="query worker", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """Number of queries that wait, the running one not counted."""
        return len(self._pending)

    def submit(self, query: Query) -> None:
        """Queue a query; where that is not possible its result comes at once."""
        with self._changed:
            refusal = self._refusal(query)
            if refusal is None:
                self._pending.append(query)
                self._changed.notify_all()
                return
        self._finish(refusal)

    def pass_on(self, result: QueryResult) -> None:
        """Take a result that needs no work, so that it comes in the order of all others."""
        self._finish(result)

    def map_changed(self) -> None:
        """Tell that there is something new to encode."""
        with self._changed:
            self._map_changed = True
            self._changed.notify_all()

    def take_results(self) -> list[QueryResult]:
        """All results since the last call, in the order in which they came about."""
        with self._changed:
            taken = list(self._results)
            self._results.clear()
        return taken

    def resume(self) -> None:
        """Answer queries from now on."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def pause(self, timeout_s: float) -> None:
        """Answer INACTIVE from now on, those waiting or running too; return when nothing runs.

        Args:
            timeout_s: wait for what runs no longer than this, seconds.
        """
        with self._changed:
            self._paused = True
            refused = [_inactive(query) for query in self._pending]
            self._pending.clear()
            self._changed.wait_for(lambda: not self._working, timeout_s)
        for result in refused:  # after the running one, which came before them
            self._finish(result)

    def stop(self, timeout_s: float) -> bool:
        """Cancel what runs; whether the thread ended in time."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _refusal(self, query: Query) -> QueryResult | None:
        if self._paused:
            return _inactive(query)
        if len(self._pending) < self.capacity:
            return None
        text = f"{self.capacity} queries are waiting already; ask again when some are answered"
        return QueryResult(query, Status.OVERLOADED, text)

    def _run(self) -> None:
        _step_back()
        while not self._stopping.is_set():
            with self._changed:
                ahead = self._map_changed and self.encode_ahead
                if self._paused or not (self._pending or ahead):
                    self._changed.wait()
                    continue
                count = min(len(self._pending), TOGETHER)
                queries = [self._pending.popleft() for _ in range(count)]
                if not queries:
                    self._map_changed = False
                self._working = True
            if queries:
                for result in self._answers(queries):
                    self._finish(result)
            else:
                self._encode()
            with self._changed:
                self._working = False
                self._changed.notify_all()

    def _halted(self) -> bool:
        return self._paused or self._stopping.is_set()

    def _encode(self) -> None:
        try:
            self._grounder.encode_scene(_Token(lambda: self._halted() or self._in_the_way()))
        except Cancelled:
            self._map_changed = True
        except DetailBaseError:
            pass  # an empty map: a query would say so
        except Exception as error:
            self._on_fault("encoding_failed", "encoding the map failed", error)

    def _in_the_way(self) -> bool:
        """Whether a query waits that has no use for the encoding under way."""
        return bool(self._pending) and not self._grounder.encodes_what_queries_need()

    def _answers(self, queries: Sequence[Query]) -> Iterator[QueryResult]:
        """A result for each, in their order."""
        together = self._together(queries) if len(queries) > 1 else None
        yield from together or map(self._answer, queries)

    def _together(self, queries: Sequence[Query]) -> list[QueryResult] | None:
        """All results of one pass; None where one of them has to be asked, or refused, alone."""
        first = min(query.deadline for query in queries)
        late = _Token(lambda: self._halted() or time.monotonic() > first)
        if late.is_set() or any(query.why for query in queries):
            return None
        talks = self._conversations
        try:
            if talks is not None and not talks.stand_alone(queries):
                return None
            results = answer_together(self._grounder, queries, late)
            for result in results:
                if talks is not None and result.grounding is not None:
                    talks.heard(result.query, result.grounding)
        except Exception:  # answer() tells whose fault it was
            return None
        return results

    def _answer(self, query: Query) -> QueryResult:
        if time.monotonic() > query.deadline:
            return QueryResult(query, Status.TIMEOUT, TOO_LATE)
        token = _Token(lambda: self._halted() or time.monotonic() > query.deadline)
        result = answer(self._grounder, query, token, self._conversations)
        cancelled = result.status is Status.TIMEOUT
        return _inactive(query) if cancelled and self._paused else result

    def _finish(self, result: QueryResult) -> None:
        with self._changed:
            self._results.append(result)
        if not self._stopping.is_set():  # afterwards nobody is there to be woken
            self._on_result()


def _step_back() -> None:
    """Let whoever takes scans have the processor first; threads started here do so, too."""
    if sys.platform == "linux":  # elsewhere it would be the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.nice(0) + _NICE)


def _inactive(query: Query) -> QueryResult:
    return QueryResult(
        query,
        Status.INACTIVE,
        "the node is not active; activate it (ros2 lifecycle set NODE activate) and ask again",
    )
