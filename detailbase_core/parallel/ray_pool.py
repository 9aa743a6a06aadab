"""The same work spread over a Ray cluster, which restarts what died with a worker or a machine."""

from __future__ import annotations

import importlib
import socket
from typing import TYPE_CHECKING, Any, TypeVar

from detailbase_core.errors import ConfigError, pip_install, shown
from detailbase_core.parallel.process_pool import ATTEMPTS, Lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")
R = TypeVar("R")

_PATIENCE_S = 10.0


class RayPool:
    """Tasks on the machines of a cluster; a context manager that leaves the cluster as it was.

    Args:
        address: of the cluster, as ray.init() takes it: host:port, ray://host:port, or "auto".
        gpus: that each task takes; besides, it takes a core.

    Raises:
        ConfigError: ray is not installed, or there is no cluster.
    """

    def __init__(self, address: str, gpus: int) -> None:
        try:
            self._ray: Any = importlib.import_module("ray")
        except ImportError as error:
            raise ConfigError(
                f"--ray needs ray ({error}), on every machine: {pip_install('ray')}"
            ) from error
        self._gpus = gpus
        try:
            _check_that_someone_listens(address)
            self._ray.init(address, log_to_driver=False, logging_level="ERROR")
        except Exception as error:  # of many types
            raise ConfigError(
                f"--ray {address}: no cluster answers there ({shown(error)}); start one with "
                "ray start --head"
            ) from error

    def __enter__(self) -> RayPool:
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.shutdown()

    def results(self, work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[tuple[int, R | Lost]]:
        """As Pool has it; Ray itself tries a task again whose worker or machine has died."""
        ray = self._ray
        remote = ray.remote(num_cpus=1, num_gpus=self._gpus, max_retries=ATTEMPTS - 1)(work)
        waiting = {remote.remote(task): index for index, task in enumerate(tasks)}
        try:
            while waiting:
                (done, *_), _ = ray.wait(list(waiting))
                index = waiting.pop(done)
                try:
                    yield index, ray.get(done)
                except ray.exceptions.RayError as error:
                    yield index, Lost(self._reason(error))
        finally:  # an interruption waits for nobody
            for reference in waiting:
                ray.cancel(reference, force=True)

    def _reason(self, error: Exception) -> str:
        lines = str(error).splitlines()
        if isinstance(error, self._ray.exceptions.RayTaskError):  # ends with what was raised there
            return f"a machine of the cluster cannot work on it: {shown(lines[-1])}"
        return f"its workers died: {shown(lines[0])}"


def _check_that_someone_listens(address: str) -> None:
    """Fail at once where Ray itself would try for minutes; raises OSError, ValueError."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_S).close()
