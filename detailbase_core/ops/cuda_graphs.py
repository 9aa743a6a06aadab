"""CUDA graphs: many small steps, for each of which a GPU waits on its host, become one."""

from __future__ import annotations

import threading
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

R = TypeVar("R")
G = TypeVar("G")
MOST_GRAPHS = 8  # that are kept; the one that was used longest ago goes


class KeptGraphs(Generic[G]):
    """Captured graphs, one for each size of what is asked."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, G] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def sizes(self) -> list[Hashable]:
        """Of the graphs that are kept, the one that was used longest ago first."""
        return list(self._kept)

    @contextmanager
    def of(self, size: Hashable, capture: Callable[[], G]) -> Iterator[G]:
        """The graph of a size, in a block that no other thread is in meanwhile.

        Args:
            size: of what is asked.
            capture: makes the graph where it is not there.
        """
        with self._lock:
            if size not in self._kept:
                self._kept[size] = capture()
                if len(self._kept) > MOST_GRAPHS:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(size)
            yield self._kept[size]


def captured(step: Callable[[], R]) -> tuple[Callable[[], None], R]:
    """What repeats a step on the current GPU, and its results, which stay where they are.

    Args:
        step: without gradients or waits; of tensors that stay where they are.
    """
    stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):  # libraries set themselves up outside of the graph
        step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
        result = step()
    return graph.replay, result
