"""Sentences prepared in a process beside are those that would have been prepared here."""

from __future__ import annotations

import os

import pytest
import torch

from training.trainer import sentence_processes
from training.trainer.sentence_processes import SentenceProcesses
from training.trainer.step_batch import make_batch

pytestmark = pytest.mark.usefixtures("one_thread")


def tensors_of(item: object) -> list[torch.Tensor]:
    if isinstance(item, torch.Tensor):
        return [item]
    return [t for part in item for t in tensors_of(part)] if isinstance(item, tuple) else []


def test_a_batch_is_the_same_wherever_its_sentences_are_read(toy_run):
    run = toy_run()
    beside = SentenceProcesses(run.store.scenes, run.module, run.config)
    for step in range(3):
        draws = run.sampler.step(step)
        here = tensors_of(make_batch(draws, run.store.scenes, run.module, run.config))
        there = tensors_of(
            make_batch(draws, run.store.scenes, run.module, run.config, beside.submit)
        )
        assert len(here) == len(there) > 20
        assert all(torch.equal(one, two) for one, two in zip(here, there, strict=True))
    beside.close()


def test_it_is_another_process_and_what_fails_there_is_raised_here(toy_run, monkeypatch):
    def failing(draws, scenes, module, config):
        raise ValueError(f"{len(scenes)} scenes, process {os.getpid()}")

    run = toy_run()
    monkeypatch.setattr(sentence_processes, "step_sentences", failing)  # before the fork
    beside = SentenceProcesses(run.store.scenes, run.module, run.config)
    with pytest.raises(ValueError, match="2 scenes, process ") as raised:
        beside.submit(run.sampler.step(0)).result()
    assert not str(raised.value).endswith(str(os.getpid()))
    beside.close()
