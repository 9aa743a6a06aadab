"""Stages of an answer: how long each takes, and with how many threads it computes."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

from detailbase_core.ops.devices import threads

if TYPE_CHECKING:
    from collections.abc import Iterator


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
