"""Stages: names in order, threads and gradients as asked for, and back again."""

from __future__ import annotations

import time

import pytest
import torch

from detailbase_core.ops.execution import Stages, on_device


def test_stages_come_in_order_with_their_times(one_thread):
    stages = Stages()
    with stages.timed("second"):
        time.sleep(0.02)
    with stages.computed("first", 3):
        assert torch.get_num_threads() == 3
        assert torch.is_inference_mode_enabled()
    assert list(stages.seconds) == ["second", "first"]
    assert stages.seconds["second"] >= 0.02
    assert stages.seconds["first"] >= 0
    assert torch.get_num_threads() == 1
    assert not torch.is_inference_mode_enabled()


def test_a_stage_that_fails_leaves_everything_as_it_was(one_thread):
    stages = Stages()
    with pytest.raises(ValueError, match="no"), stages.computed("broken", 2):
        raise ValueError("no")
    assert stages.seconds == {}
    assert torch.get_num_threads() == 1
    assert not torch.is_inference_mode_enabled()


def test_kernels_run_on_the_gpu_that_was_named():
    assert on_device(torch.device("cuda:1")).idx == 1
    with on_device(torch.device("cpu")):
        pass
