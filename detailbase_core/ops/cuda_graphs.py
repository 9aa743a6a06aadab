"""CUDA graphs: many small steps, for each of which a GPU waits on its host, become one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

R = TypeVar("R")


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
