"""Launches of Triton kernels, and compiling all that a network needs beforehand, at once.

Triton compiles a kernel where it is first launched, one after the other: for a network that takes
longer than its first scene. Here the same code runs without launching anything, which tells what
it would launch, and all of that is compiled on as many threads as there are processors.
"""

from __future__ import annotations

import functools
import importlib
import os
import threading
from collections.abc import Hashable  # noqa: TC003 - of a module's own annotation
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor

from detailbase_core.ops.execution import on_device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import torch


def tiles(length: int, block: int) -> int:
    """Number of blocks that hold so many."""
    return -(-length // block)


class Launch(NamedTuple):
    """A kernel and what it is given.

    Attributes:
        kernel: of triton.jit.
        args: tensors and numbers.
        options: what the kernel is specialised on, by name.
    """

    kernel: Any
    args: tuple[Any, ...]
    options: dict[str, Any]

    def kind(self) -> Hashable:
        """The same for all launches that one compiled kernel serves."""
        args = tuple(a.dtype if isinstance(a, Tensor) else type(a) for a in self.args)
        return id(self.kernel), args, tuple(sorted(self.options.items()))


class _Recording(threading.local):
    launches: dict[Hashable, Launch] | None = None


_recording = _Recording()


# Versions of Triton whose compiled kernels take all arguments in the order of the source.
_KNOWN_TRITON = ("3.6.", "3.7.")
# Compiled kernels by kernel, GPU and kind. Triton looks at each argument of each launch, which
# takes 40 microseconds where handing them over takes 5.
_compiled: dict[Hashable, Any] = {}


def launch(
    kernel: Any, grid: tuple[int, ...], *args: Any, kind: Hashable = None, **options: Any
) -> None:
    """kernel[grid](*args, **options), where this thread is not recording.

    Args:
        kernel: of triton.jit, with no number that it is specialised on.
        grid: programs along one to three axes.
        args: tensors, the first on the current GPU, and numbers.
        kind: the same for launches of this kernel whose tensors have the same dtypes. All of them
            begin at multiples of 16 bytes, or else at any address in every launch.
        options: what the kernel is specialised on, in its order; then Triton's own.
    """
    if _recording.launches is not None:
        one = Launch(kernel, args, options)
        _recording.launches.setdefault(one.kind(), one)
        return
    key = id(kernel), args[0].get_device(), kind, *options.values()
    ready = _compiled.get(key)
    if ready is not None:
        compiled, constants = ready
        whole_grid = (*grid, 1, 1)
        compiled[whole_grid](*args, *constants)
        return
    ready = kernel[grid](*args, **options)
    if kind is not None and hasattr(ready, "packed_metadata") and _triton_is_known():
        constants = [value for name, value in options.items() if name in kernel.arg_names]
        _compiled[key] = ready, constants


@functools.cache
def _triton_is_known() -> bool:
    version: str = importlib.import_module("triton").__version__
    return version.startswith(_KNOWN_TRITON)


def is_recording() -> bool:
    """Whether this thread launches nothing, so that nothing it makes may be kept."""
    return _recording.launches is not None


@contextmanager
def recorded() -> Iterator[dict[Hashable, Launch]]:
    """Within, this thread launches no kernel (results are memory as it was found): they are listed.

    Kernels of one kind are listed once.
    """
    launches: dict[Hashable, Launch] = {}
    _recording.launches = launches
    try:
        yield launches
    finally:
        _recording.launches = None


def compile_all(launches: dict[Hashable, Launch], device: torch.device) -> None:
    """Compile kernels for a CUDA GPU and load them; what Triton's cache holds is only loaded."""

    def compiled(one: Launch) -> None:
        with on_device(device):
            kernel = one.kernel.warmup(*one.args, grid=(1,), **one.options)
            _ = kernel.run  # loads it, and what hands it its arguments

    with on_device(device):
        _load_driver()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(compiled, launches.values()))


def _load_driver() -> None:
    """Triton's own, which it compiles, too: once, before several threads would."""
    _ = importlib.import_module("triton.runtime").driver.active.utils


def compile_ahead(work: Callable[[], object], device: torch.device) -> Future[None]:
    """Begin to compile, on another thread, what `work` launches on a CUDA GPU.

    Args:
        work: only reads what other threads use. What it computes is thrown away; it must not look
            at what a kernel wrote.
        device: the GPU.
    """

    def compiled() -> None:
        with on_device(device):
            with recorded() as launches:
                work()
            compile_all(launches, device)

    pool = ThreadPoolExecutor(1, thread_name_prefix="kernels")
    future = pool.submit(compiled)
    pool.shutdown(wait=False)
    return future
