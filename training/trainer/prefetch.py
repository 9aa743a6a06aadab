"""What the next step needs, made in a thread while the device works on the present one."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Ahead(Generic[T]):
    """Makes a step's material one step early.

    Args:
        make: a step's material from its number alone; called in another thread.
    """

    def __init__(self, make: Callable[[int], T]) -> None:
        self._make = make
        self._thread = ThreadPoolExecutor(1, "next-step")
        self._coming: tuple[int, Future[T]] | None = None

    def take(self, step: int, steps: int) -> T:
        """A step's material; that of the step after it is begun.

        Args:
            step: its number.
            steps: there is no step of this number or a higher one.

        Raises:
            Exception: what making it raised.
        """
        if self._coming is None or self._coming[0] != step:
            self._coming = (step, self._thread.submit(self._make, step))
        material = self._coming[1].result()
        following = step + 1
        if following < steps:
            self._coming = (following, self._thread.submit(self._make, following))
        return material

    def forget(self) -> None:
        """What was made early is out of date."""
        self._coming = None
