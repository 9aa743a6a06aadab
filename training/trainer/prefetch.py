"""The next step's batch, made in a thread while the device works on the present one."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Prefetcher(Generic[T]):
    """Makes each step's batch one step early.

    Args:
        make: a step's batch from its index alone; called in another thread.
    """

    def __init__(self, make: Callable[[int], T]) -> None:
        self._make = make
        self._thread = ThreadPoolExecutor(1, "next-step")
        self._next: tuple[int, Future[T]] | None = None

    def take(self, step: int, steps: int) -> T:
        """A step's batch; that of the step after it is begun.

        Args:
            step: its index.
            steps: of the whole run; no batch is begun for this index or a higher one.

        Raises:
            Exception: what making it raised.
        """
        if self._next is None or self._next[0] != step:
            self._next = (step, self._thread.submit(self._make, step))
        batch = self._next[1].result()
        following = step + 1
        if following < steps:
            self._next = (following, self._thread.submit(self._make, following))
        return batch

    def discard(self) -> None:
        """Drop what was made early: it is out of date."""
        if self._next is not None:
            wait([self._next[1]])
        self._next = None
