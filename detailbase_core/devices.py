"""Which device computes, and with how many threads."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from detailbase_core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator


def choose_device(name: str) -> torch.device:
    """The torch device of a configured name; `auto` takes a GPU where there is one.

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


def to_device(tensor: torch.Tensor, device: torch.device) -> torch.Tensor:
    """A CPU tensor on `device`; a GPU's host does not wait for the copy."""
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def set_threads(threads: int) -> int:
    """Use this many CPU threads for torch and the native kernels; 0 = all cores but one.

    One core is left for whoever delivers the clouds. Returns the number chosen.
    """
    if threads == 0:
        threads = max(1, (os.cpu_count() or 2) - 1)
    torch.set_num_threads(threads)
    return threads


_one_thread = threading.Lock()
_small_tasks, _threads_before = 0, 1  # torch's number may be the whole process's: tasks are counted


@contextmanager
def one_thread() -> Iterator[None]:
    """For work in hundreds of small steps, whatever number of threads torch was given.

    Threads would wait for each other at every step. Where nobody else needs the cores that costs
    little, and gains little; with others at work on them a question took four times as long.
    """
    global _small_tasks, _threads_before
    with _one_thread:
        if _small_tasks == 0:
            _threads_before = torch.get_num_threads()
            torch.set_num_threads(1)
        _small_tasks += 1
    try:
        yield
    finally:
        with _one_thread:
            _small_tasks -= 1
            if _small_tasks == 0:
                torch.set_num_threads(_threads_before)
