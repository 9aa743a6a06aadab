"""A step's batch is made one step early, in another thread, and travels in one piece."""

from __future__ import annotations

import threading
from typing import NamedTuple

import pytest
import torch

from training.trainer.pinned_batch import PinnedBatch
from training.trainer.prefetch import Prefetcher

CPU = torch.device("cpu")


class Inner(NamedTuple):
    flags: torch.Tensor
    nothing: None


class Outer(NamedTuple):
    numbers: torch.Tensor
    inner: Inner
    plain: list[int]
    pair: tuple[torch.Tensor, str]


def test_a_pinned_batch_holds_what_was_put_in():
    sent = Outer(
        torch.arange(7, dtype=torch.int64).view(7, 1),
        Inner(torch.tensor([True, False, True]), None),
        [1, 2],
        (torch.rand(2, 3, 5).transpose(0, 2), "text"),
    )
    got = PinnedBatch(sent, CPU).to_device()
    assert isinstance(got, Outer)
    assert isinstance(got.inner, Inner)
    for one, two in (
        (sent.numbers, got.numbers),
        (sent.inner.flags, got.inner.flags),
        (sent.pair[0], got.pair[0]),
    ):
        assert one.dtype == two.dtype
        assert torch.equal(one, two)
    assert (got.inner.nothing, got.plain, got.pair[1]) == (None, [1, 2], "text")


def test_empty_tensors_travel_too():
    sent = (torch.zeros(0, 4), torch.ones(3), torch.zeros(0, dtype=torch.int64))
    got = PinnedBatch(sent, CPU).to_device()
    assert [x.shape for x in got] == [(0, 4), (3,), (0,)]
    assert torch.equal(got[1], torch.ones(3))


def test_everything_lies_in_one_piece_of_memory():
    got = PinnedBatch((torch.ones(3), torch.arange(5)), CPU).to_device()
    assert len({x.untyped_storage().data_ptr() for x in got}) == 1


def test_the_next_step_is_made_while_this_one_is_used():
    made, second = [], threading.Event()

    def make(step: int) -> str:
        made.append((step, threading.current_thread()))
        if step == 4:
            second.set()
        return f"batch {step}"

    prefetcher = Prefetcher(make)
    assert prefetcher.take(3, 20) == "batch 3"
    assert second.wait(10)  # nobody asked for it yet
    assert prefetcher.take(4, 20) == "batch 4"
    assert prefetcher.take(9, 20) == "batch 9"  # after a jump
    assert [step for step, _ in made[:2]] == [3, 4]
    assert threading.main_thread() not in {thread for _, thread in made}


def test_nothing_is_made_for_a_step_that_never_comes():
    made = []
    prefetcher = Prefetcher(lambda step: made.append(step) or step)
    assert [prefetcher.take(step, 3) for step in (1, 2)] == [1, 2]
    prefetcher._threads.shutdown()  # waits for what was begun
    assert made == [1, 2]


def test_what_is_out_of_date_is_made_again():
    version = ["old"]
    prefetcher = Prefetcher(lambda step: f"{version[0]} {step}")
    assert prefetcher.take(0, 20) == "old 0"
    version[0] = "new"
    prefetcher.discard()
    assert prefetcher.take(1, 20) == "new 1"


def test_a_failure_reaches_whoever_takes_it():
    def make(step: int) -> int:
        if step == 1:
            raise ValueError("no scene 7")
        return step

    prefetcher = Prefetcher(make)
    assert prefetcher.take(0, 20) == 0
    with pytest.raises(ValueError, match="no scene 7"):
        prefetcher.take(1, 20)


def test_several_steps_are_made_side_by_side_and_taken_in_order():
    together = threading.Barrier(4)

    def make(step: int) -> int:
        if 1 <= step <= 4:
            together.wait(10)  # all four are being made at once, or this breaks
        return step

    prefetcher = Prefetcher(make, ahead=4)
    assert [prefetcher.take(step, 7) for step in range(7)] == list(range(7))
