"""Device, CPU threads and stage times of a computation."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, TypeVar

import torch

from detailbase_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

T = TypeVar("T")
R = TypeVar("R")


def choose_device(name: str) -> torch.device:
    """Torch device of a configured name; `auto` takes a GPU where there is one.

    Raises:
        ConfigError: no such device here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.zeros(1, device=device).item()  # it must compute, which meta does not
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(
            f"device {name!r} cannot be used here: {reason}; try auto or cpu"
        ) from error
    return device


def choose_precision(name: str, device: torch.device, exact_sums: bool = True) -> torch.dtype:
    """Dtype of a configured precision; `auto` is float16 on a GPU that loses nothing by it.

    Args:
        name: as in GrounderConfig.
        device: that computes.
        exact_sums: whether sums of halved products are float32 there.

    Raises:
        ConfigError: the GPU has no such numbers.
    """
    if name == "auto":
        return torch.float16 if device.type == "cuda" and exact_sums else torch.float32
    dtype: torch.dtype = getattr(torch, name)
    if device.type == "cuda" and dtype == torch.bfloat16 and not torch.cuda.is_bf16_supported():
        raise ConfigError("precision 'bfloat16' cannot be used on this GPU; try auto or float16")
    return dtype


def on_device(device: torch.device) -> AbstractContextManager[object]:
    """The block's current CUDA device, by which Triton's kernels and CUDA graphs go."""
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


def to_device(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """A CPU tensor on `device`; a GPU's host does not wait for the copy."""
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def tensors_state(*tensors: torch.Tensor) -> tuple[tuple[int, int], ...] | None:
    """What differs once tensors hold other numbers; None = inference tensors, which do not tell.

    For what is made of weights once and kept.
    """
    if any(tensor.is_inference() for tensor in tensors):
        return None
    return tuple((tensor.data_ptr(), tensor._version) for tensor in tensors)


def track_changes(module: torch.nn.Module) -> None:
    """Replace inference tensors by copies for which tensors_state() can tell what changed.

    A module that was copied or converted inside of torch.inference_mode() is made of them.
    """
    with torch.inference_mode(False), torch.no_grad():
        for part in module.modules():
            for name, weight in part._parameters.items():
                if weight is not None and weight.is_inference():
                    copy = torch.nn.Parameter(weight.clone(), requires_grad=weight.requires_grad)
                    part._parameters[name] = copy
            for name, buffer in part._buffers.items():
                if buffer is not None and buffer.is_inference():
                    part._buffers[name] = buffer.clone()


def set_threads(threads: int) -> int:
    """Use this many CPU threads for torch and the native kernels; 0 = all cores but one.

    One core is left for whoever delivers the clouds. Returns the number chosen.
    """
    if threads == 0:
        threads = max(1, (os.cpu_count() or 2) - 1)
    torch.set_num_threads(threads)
    return threads


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Torch and the native kernels use this many CPU threads here; afterwards as many as before.

    The number is the calling thread's own; a thread that is new to torch takes over the one that
    was set last anywhere.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def shared_out(function: Callable[[T], R], items: Sequence[T], size: Callable[[T], int]) -> list[R]:
    """The results of a function without gradients, one an item, in the order of the items.

    The calling thread's number of CPU threads works on several items at once: for many small steps
    that is faster than working on each together, where threads wait for each other at every step.

    Args:
        function: only reads what several items have in common; ends early by an exception.
        items: to work on.
        size: how much work an item is; the largest come first.
    """
    count = torch.get_num_threads()
    workers = min(count, len(items))
    if workers < 2:
        return [function(item) for item in items]

    def work(index: int) -> R:
        with threads(max(1, count // workers)), torch.inference_mode():
            return function(items[index])

    order = sorted(range(len(items)), key=lambda index: -size(items[index]))
    with ThreadPoolExecutor(workers) as pool:
        results = dict(zip(order, pool.map(work, order), strict=True))
    return [results[index] for index in range(len(items))]


class Stages:
    """A stopwatch for the stages of one computation.

    Attributes:
        seconds: wall time of each finished stage, in order of execution.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """The block is this stage."""
        begin = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begin

    @contextmanager
    def computed(self, name: str, thread_count: int) -> Iterator[None]:
        """The block is this stage; torch computes in it, without gradients, on so many threads."""
        with self.timed(name), threads(thread_count), torch.inference_mode():
            yield
