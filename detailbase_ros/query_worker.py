"""One thread that runs the network, so that nothing else waits for it. Knows nothing of ROS."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from detailbase_core.errors import DetailBaseError
from detailbase_core.outcomes import TOO_LATE, Outcome, Query, Status, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from detailbase_core.grounder import Grounder

logger = logging.getLogger(__name__)


class _Deadline:
    """A cancel token: set when the time is over, or the worker is to stop."""

    def __init__(self, deadline: float, stopping: threading.Event) -> None:
        self._deadline, self._stopping = deadline, stopping

    def is_set(self) -> bool:
        return self._stopping.is_set() or time.monotonic() > self._deadline


class QueryWorker:
    """Answers queries one after another, and encodes the changed map in between.

    Args:
        grounder: only this thread calls its ground() and encode_scene().
        capacity: queries that may wait.
        on_outcome: called on this thread whenever `take_outcomes` has something new; must only
            wake somebody.
        encode_ahead: whether to encode a changed map while nobody asks.
    """

    def __init__(
        self,
        grounder: Grounder,
        capacity: int,
        on_outcome: Callable[[], None],
        encode_ahead: bool = True,
    ) -> None:
        self._grounder, self._capacity = grounder, capacity
        self._on_outcome, self._encode_ahead = on_outcome, encode_ahead
        self._waiting: deque[Query] = deque()
        self._outcomes: deque[Outcome] = deque()
        self._map_changed = False
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="query worker", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Number of queries that wait, the running one not counted."""
        return len(self._waiting)

    def submit(self, query: Query) -> None:
        """Queue a query; where the queue is full its outcome is OVERLOADED at once."""
        with self._changed:
            if len(self._waiting) < self._capacity:
                self._waiting.append(query)
                self._changed.notify()
                return
        text = f"{self._capacity} queries are waiting already; ask again when some are answered"
        self._finish(Outcome(query, Status.OVERLOADED, text))

    def map_changed(self) -> None:
        """Tell that there is something new to encode."""
        with self._changed:
            self._map_changed = True
            self._changed.notify()

    def take_outcomes(self) -> list[Outcome]:
        """All outcomes since the last call, in the order in which they came about."""
        taken = []
        while self._outcomes:
            taken.append(self._outcomes.popleft())
        return taken

    def stop(self, timeout_s: float) -> bool:
        """Cancel what runs; whether the thread ended in time."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            with self._changed:
                ahead = self._map_changed and self._encode_ahead
                if not self._waiting and not ahead:
                    self._changed.wait()
                    continue
                query = self._waiting.popleft() if self._waiting else None
                if query is None:
                    self._map_changed = False
            if query is None:
                self._encode()
            else:
                self._finish(self._answer(query))

    def _encode(self) -> None:
        try:
            self._grounder.encode_scene(self._stopping)
        except DetailBaseError:
            pass  # an empty map, or the end: a query would say so
        except Exception:
            logger.exception("encoding the map failed")

    def _answer(self, query: Query) -> Outcome:
        if time.monotonic() > query.deadline:
            return Outcome(query, Status.TIMEOUT, TOO_LATE)
        return answer(self._grounder, query, _Deadline(query.deadline, self._stopping))

    def _finish(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._on_outcome()
