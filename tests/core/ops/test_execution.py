"""Stages: names in order, threads and gradients as asked for, and back again."""

from __future__ import annotations

import copy
import time

import pytest
import torch

from detailbase_core.ops.execution import (
    Stages,
    on_device,
    shared_out,
    tensors_state,
    threads,
    track_changes,
)


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


@pytest.mark.parametrize(("count", "own"), [(1, 1), (3, 1), (8, 2)])
def test_work_is_shared_out_in_the_items_order(one_thread, count, own):
    seen = []

    def work(item: int) -> int:
        seen.append((torch.get_num_threads(), torch.is_inference_mode_enabled()))
        return -item

    with threads(count), torch.inference_mode():
        assert shared_out(work, [3, 1, 4, 2], lambda item: item) == [-3, -1, -4, -2]
        assert shared_out(work, [], abs) == []
    assert seen == 4 * [(own, True)]


def test_work_that_fails_somewhere_fails(one_thread):
    with threads(2), pytest.raises(ZeroDivisionError):
        shared_out(lambda item: 1 // item, [1, 0, 2], abs)


def test_kernels_run_on_the_gpu_that_was_named():
    assert on_device(torch.device("cuda:1")).idx == 1
    with on_device(torch.device("cpu")):
        pass


def test_a_copy_made_in_inference_mode_tells_when_it_changes():
    """So that what is made of its weights can be kept."""
    norm = torch.nn.BatchNorm1d(3)
    norm.running_mean.normal_()
    norm.bias.requires_grad_(False)
    with torch.inference_mode():
        made = copy.deepcopy(norm)
        assert tensors_state(*made.parameters(), *made.buffers()) is None
        track_changes(made)
    for name, tensor in norm.state_dict(keep_vars=True).items():
        own = made.state_dict(keep_vars=True)[name]
        assert torch.equal(own, tensor)
        assert own.requires_grad == tensor.requires_grad
    before = tensors_state(made.weight)
    with torch.no_grad():
        made.weight.mul_(2)
    assert before is not None
    assert tensors_state(made.weight) != before
