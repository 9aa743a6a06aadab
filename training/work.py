"""Work on many rooms, spread over processes of this machine or over a Ray cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from detailbase_core.errors import ConfigError
from detailbase_core.parallel.process_pool import Lost, ProcessPool
from detailbase_core.parallel.ray_pool import RayPool
from training.errors import TrainingError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator

    from detailbase_core.parallel.process_pool import Pool

T = TypeVar("T")
R = TypeVar("R")


def add_ray(parser: argparse.ArgumentParser) -> None:
    """Add the option --ray, "" where it is not given."""
    parser.add_argument(
        "--ray",
        default="",
        metavar="ADDRESS",
        help="work on the Ray cluster at this address (host:port, or auto) instead of --workers "
        "processes; all machines must see the same files and this checkout",
    )


def open_pool(workers: int, ray: str, gpus: int = 0) -> ProcessPool | RayPool:
    """A context manager of processes, or of a cluster where an address is given.

    Args:
        workers: processes at most; the cluster itself decides how many.
        ray: address of a Ray cluster; "" = none.
        gpus: that each task takes there.

    Raises:
        ConfigError: ray is not installed, there is no cluster, or `workers` is below 1.
    """
    if workers < 1:
        raise ConfigError(f"--workers {workers}: 1 or more")
    return RayPool(ray, gpus) if ray else ProcessPool(workers)


def results(pool: Pool, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Results of `work` on every item, each as soon as it is there, in whatever order.

    Args:
        pool: where the work is done.
        work: a function of a module, or a partial of one.
        items: values that can be pickled, as the results can.

    Raises:
        TrainingError: the workers died at one of them.
        Exception: whatever `work` raised.
    """
    for _, result in _numbered(pool, work, items):
        yield result


def results_in_order(pool: Pool, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """As results(), in the order of the items."""
    waiting: dict[int, R] = {}
    following = 0
    for index, result in _numbered(pool, work, items):
        waiting[index] = result
        while following in waiting:
            yield waiting.pop(following)
            following += 1


class _Job(NamedTuple):
    work: Callable[[Any], Any]
    item: Any


@dataclass(frozen=True)
class _Raised:
    error: Exception


def _numbered(pool: Pool, work: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[int, R]]:
    for index, result in pool.results(_attempt, [_Job(work, item) for item in items]):
        if isinstance(result, Lost):
            raise TrainingError(result.reason)
        if isinstance(result, _Raised):
            raise result.error
        yield index, result


def _attempt(job: _Job) -> Any:
    """A result, or what was raised: a pool takes a worker that raises for dead."""
    try:
        return job.work(job.item)
    except Exception as error:  # raised again where somebody reads it
        return _Raised(error)
