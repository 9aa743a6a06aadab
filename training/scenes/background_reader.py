"""Scenes read in processes of their own, while a run goes on.

Reading a thousand new scenes takes half a minute, most of it in Python; between two steps that is
time in which a GPU waits.
"""

from __future__ import annotations

import pickle
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Generic, TypeVar, cast

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

T = TypeVar("T")
PROCESSES = 2


class BackgroundReader(Generic[T]):
    """Makes something of each scene's file, in the order of the files.

    Args:
        make: of a file; what it returns has to be picklable.
    """

    def __init__(self, make: Callable[[Path], T]) -> None:
        self._pool = ProcessPoolExecutor(PROCESSES, get_context("fork"), _begin, (make,))
        self._pool.submit(int).result()  # forked now, while nothing else is at work
        self._coming: deque[tuple[Path, Future[bytes]]] = deque()

    def begin(self, paths: Iterable[Path]) -> None:
        """Begin to read files."""
        self._coming.extend((path, self._pool.submit(_make, path)) for path in paths)

    def ready(self) -> Iterator[tuple[Path, T]]:
        """What has been read since the last call, up to the first file that is not.

        Raises:
            Exception: what `make` raised.
        """
        while self._coming and self._coming[0][1].done():
            path, future = self._coming.popleft()
            yield path, cast("T", pickle.loads(future.result()))


_made_by: Callable[[Path], object]


def _begin(make: Callable[[Path], object]) -> None:
    global _made_by
    torch.set_num_threads(1)  # the parent's threads did not come along
    _made_by = make


def _make(path: Path) -> bytes:
    # As bytes: torch would share each tensor's memory and keep a file open for it.
    return pickle.dumps(_made_by(path))
