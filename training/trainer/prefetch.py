"""The next steps' batches, made in threads while the device works on the present one."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Prefetcher(Generic[T]):
    """Makes each step's batch some steps early.

    Args:
        make: a step's batch from its index alone; called in other threads.
        ahead: how many steps early, each in a thread of its own.
    """

    def __init__(self, make: Callable[[int], T], ahead: int = 1) -> None:
        self._make, self._ahead = make, ahead
        self._threads = ThreadPoolExecutor(ahead, "next-step")
        self._coming: dict[int, Future[T]] = {}

    def take(self, step: int, steps: int) -> T:
        """A step's batch; those of the steps after it are begun.

        Args:
            step: its index.
            steps: of the whole run; no batch is begun for this index or a higher one.

        Raises:
            Exception: what making it raised.
        """
        if step not in self._coming:  # the first one, or after a jump
            self.discard()
            self._begin(step)
        batch = self._coming.pop(step).result()
        for following in range(step + 1, min(step + 1 + self._ahead, steps)):
            if following not in self._coming:
                self._begin(following)
        return batch

    def _begin(self, step: int) -> None:
        self._coming[step] = self._threads.submit(self._make, step)

    def discard(self) -> None:
        """Drop what was made early: it is out of date."""
        for future in self._coming.values():
            future.cancel()
        wait(self._coming.values())
        self._coming.clear()
