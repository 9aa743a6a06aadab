"""For benchmarks: where a step's operations and host time go, part by part."""

from __future__ import annotations

import sys
import time
import warnings
from collections import Counter, defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import torch
from torch.utils._python_dispatch import TorchDispatchMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
# Operations whose result a GPU's host has to wait for, since it decides a size or a value.
WAITING = frozenset(
    (
        "_local_scalar_dense",
        "nonzero",
        "_unique2",
        "unique_consecutive",
        "unique_dim",
        "bincount",
        "masked_select",
        "is_nonzero",
        "equal",
        "item",
    )
)
HOST_MADE = ("tensor", "as_tensor", "from_numpy")
REST = "drawing and the rest"


@dataclass
class PartFigures:
    """Figures of one part of the steps; operations that are views are not counted."""

    seconds: float = 0.0
    ops: int = 0
    waits: int = 0
    host_tensors: int = 0


@dataclass
class StepWatch:
    """Counts by part; a part's figures leave out those of the parts within it.

    Attributes:
        parts: (owner of a function, its name, the part that it is); the function is wrapped.
        figures: by part.
        sites: how often which line of the repository would wait, for which operation.
    """

    parts: Sequence[tuple[Any, str, str]]
    figures: defaultdict[str, PartFigures] = field(default_factory=lambda: defaultdict(PartFigures))
    sites: Counter[str] = field(default_factory=Counter)
    _stack: list[str] = field(default_factory=lambda: [REST])
    _since: float = 0.0

    @contextmanager
    def watching(self, count_ops: bool) -> Iterator[None]:
        """Within, note host times or, since that slows the host down, count operations."""
        with ExitStack() as stack:
            for owner, name, part in self.parts:
                stack.enter_context(mock.patch.object(owner, name, self._as(part, owner, name)))
            if count_ops:
                for name in HOST_MADE:
                    made = self._counting_host_tensors(getattr(torch, name))
                    stack.enter_context(mock.patch.object(torch, name, made))
                listed = self._noting_wait(torch.Tensor.tolist)  # on a CPU no operation tells of it
                stack.enter_context(mock.patch.object(torch.Tensor, "tolist", listed))
                stack.enter_context(_Ops(self))
            self._since = time.perf_counter()
            yield
            if not count_ops:
                self._lap()

    def count(self, function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> None:
        """Note one operation."""
        if _launches(function):
            self.figures[self._stack[-1]].ops += 1
        name = function.overloadpacket.__name__
        if name in WAITING or _waits_for_size(name, args, kwargs):
            self._wait(name)

    def _wait(self, name: str) -> None:
        self.figures[self._stack[-1]].waits += 1
        self.sites[f"{call_site()}  {name}"] += 1

    def _noting_wait(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def noted(*args: Any, **kwargs: Any) -> Any:
            self._wait(function.__name__)
            return function(*args, **kwargs)

        return noted

    def _as(self, part: str, owner: Any, name: str) -> Callable[..., Any]:
        function = getattr(owner, name)

        @wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            self._lap()
            self._stack.append(part)
            try:
                return function(*args, **kwargs)
            finally:
                self._lap()
                self._stack.pop()

        return watched

    def _lap(self) -> None:
        now = time.perf_counter()
        self.figures[self._stack[-1]].seconds += now - self._since
        self._since = now

    def _counting_host_tensors(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self.figures[self._stack[-1]].host_tensors += 1
            return function(*args, **kwargs)

        return counted


class _Ops(TorchDispatchMode):
    def __init__(self, watch: StepWatch) -> None:
        super().__init__()
        self._watch = watch

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self._watch.count(func, args, kwargs or {})
        return func(*args, **(kwargs or {}))


def _launches(function: Any) -> bool:
    """Whether an operation computes anything; views and new memory are next to free."""
    returns = function._schema.returns
    view = any(r.alias_info is not None and not r.alias_info.is_write for r in returns)
    return not view and "empty" not in function.overloadpacket.__name__


def _waits_for_size(name: str, args: Sequence[Any], kwargs: dict[str, Any]) -> bool:
    """Whether an operation waits only because of how it was called."""
    if name == "repeat_interleave":
        return kwargs.get("output_size") is None
    if name in ("index", "index_put", "index_put_"):
        indices = [i for i in args[1] if i is not None]
        return any(i.dtype in (torch.bool, torch.uint8) for i in indices)
    if name in ("_to_copy", "copy_"):
        return len({a.device.type for a in args if isinstance(a, torch.Tensor)}) > 1
    return False


def call_site() -> str:
    """The innermost line of the repository, outside this folder, that is being run."""
    frame = sys._getframe()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if ROOT in path.parents and Path(__file__).parents[1] not in path.parents:
            return f"{path.relative_to(ROOT)}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return "backward"


@contextmanager
def cuda_waits(sites: Counter[str]) -> Iterator[None]:
    """Within, add where CUDA says that the host really waits."""
    before = warnings.showwarning

    def note(message: Any, *_: Any, **__: Any) -> None:
        if "synchroniz" in str(message):
            sites[call_site()] += 1

    warnings.simplefilter("always")
    torch.cuda.set_sync_debug_mode("warn")
    warnings.showwarning = note
    try:
        yield
    finally:
        warnings.showwarning = before
        torch.cuda.set_sync_debug_mode("default")
        warnings.resetwarnings()
