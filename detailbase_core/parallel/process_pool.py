"""Work spread over processes of this machine, of which any may die."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")

ATTEMPTS = 3  # a task that killed so many workers would kill them all
_END_S = 5.0


@dataclass(frozen=True)
class Lost:
    """A task without a result: its workers died."""

    reason: str


class Pool(Protocol):
    """Whatever runs tasks elsewhere."""

    def results(self, work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[int, R | Lost]]:
        """Run `work` on every task; index of the task and its result, in order of completion.

        Args:
            work: a function of a module, which raises nothing.
            tasks: values that can be pickled, as their results can.
        """
        ...


class _Attempt(NamedTuple):
    task: int
    turn: int


class ProcessPool:
    """Tasks in processes, each of which runs many; a context manager that ends them.

    Args:
        count: processes at most.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, tuple[_Worker, _Attempt]] = {}

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_busy()
        while self._idle:
            self._idle.pop().stop()

    def results(self, work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[int, R | Lost]]:
        """As Pool has it. A task whose worker died is tried again, ATTEMPTS times in all."""
        waiting = deque(_Attempt(index, 1) for index in range(len(tasks)))
        try:
            while waiting or self._busy:
                while waiting and len(self._busy) < self._count:
                    attempt = waiting.popleft()
                    self._begin(attempt, work, tasks[attempt.task])
                for pipe in wait(list(self._busy)):
                    assert isinstance(pipe, Connection)
                    worker, attempt = self._busy.pop(pipe)
                    try:
                        result = pipe.recv()
                    except (EOFError, OSError):
                        status = worker.exit_status()
                        if attempt.turn < ATTEMPTS:
                            waiting.append(_Attempt(attempt.task, attempt.turn + 1))
                        else:
                            yield attempt.task, Lost(_death(status))
                    else:
                        self._idle.append(worker)
                        yield attempt.task, result
        finally:  # an interruption waits for nobody
            self._stop_busy()

    def _begin(self, attempt: _Attempt, work: Callable[[T], R], task: T) -> None:
        worker = self._idle.pop() if self._idle else _Worker()
        self._busy[worker.pipe] = worker, attempt
        worker.send(work, task)

    def _stop_busy(self) -> None:
        while self._busy:
            self._busy.popitem()[1][0].stop()


def _death(status: int | None) -> str:
    text = f"its worker died {ATTEMPTS} times, the last time with exit status {status}"
    if status == -signal.SIGKILL:
        text += " (killed: did the memory run out? try fewer --workers)"
    return text


class _Worker:
    """One process and the way to it.

    Attributes:
        pipe: gets the results; at its end when the process dies.
    """

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")  # threads of torch survive no fork
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def send(self, work: Callable[[Any], Any], task: Any) -> None:
        """Begin a task; that the process is dead shows at the pipe."""
        try:
            self.pipe.send((work, task))
        except OSError:
            return

    def exit_status(self) -> int | None:
        """Status with which the process has ended; one that only closed its pipe is ended."""
        self._process.join(_END_S)
        self.stop()
        return self._process.exitcode

    def stop(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _serve(pipe: Connection) -> None:
    """Run tasks until nobody sends any."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the sender ends this process
    while True:
        try:
            work, task = pipe.recv()
            pipe.send(work(task))
        except (EOFError, OSError):  # the sender has ended
            return
