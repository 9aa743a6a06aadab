"""Steps as graphs train as single steps do: the same losses, gradients and statistics. On the CPU
something that computes anew stands for the graph; on a GPU it is CUDA's own."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import nn

from tests.helpers.toy_scenes import toy_config, write_toy_data
from training.config import LossWeights
from training.scenes.scene_store import SceneStore
from training.trainer.padded_batch import Capacity
from training.trainer.step_graph import StepGraph
from training.trainer.trainer import Run

pytestmark = pytest.mark.usefixtures("one_thread")

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.cuda)]
ALL = LossWeights(
    focal=0.5,
    contrast=0.2,
    choice=0.5,
    presence=0.5,
    phrases=0.5,
    centers=1.0,
    naming=0.5,
    sentence=2.0,
)
HEADS = {
    "center_offsets": True,
    "relative_positions": True,
    "look_alike_rounds": 1,
    "phrase_head": True,
    "pooled_levels": 2,
}
STEPS = 5


class ComputedAnew(StepGraph):
    """Without CUDA."""

    captures = 0

    def capture(self):
        self.captures += 1
        self._graph = self  # it replays

    def replay(self):
        self._result = self._learn()


def run_of(folder, device, hide_wording=False):
    """A run without dropout, whose random numbers would be others for other sizes."""
    if not (folder / "rooms").exists():
        write_toy_data(folder)
    config = toy_config(folder, loss=ALL)
    config = dataclasses.replace(
        config, model=dataclasses.replace(config.model, hide_wording=hide_wording, **HEADS)
    )
    run = Run(config, SceneStore(config, quiet=True), torch.device(device))
    for module in run.module.modules():
        if isinstance(module, (nn.Dropout, nn.MultiheadAttention)):
            setattr(module, "p" if isinstance(module, nn.Dropout) else "dropout", 0.0)
    run.module.train()
    return run


def with_graph(run):
    if run.device.type == "cpu":
        run.module.model.unet.backend = "torch"  # the native one keeps what it made of tables
        run.graph = ComputedAnew(run.module, run._context)
    return run


def expect_same_gradient(name, have, want):
    """On a GPU a number near 0 may fall on the other side of a ReLU: 2% of a whole gradient."""
    if want.is_cuda:
        assert (have - want).norm() <= 0.05 * want.norm() + 1e-4, name
    else:
        torch.testing.assert_close(have, want, rtol=2e-3, atol=2e-4, msg=lambda m: f"{name}: {m}")


def expect_same(plain, graph):
    """After a step of each."""
    have = dict(graph.module.named_parameters())
    for name, weight in plain.module.named_parameters():
        assert (weight.grad is None) == (have[name].grad is None), name
        if weight.grad is not None:
            expect_same_gradient(name, have[name].grad, weight.grad)
    have = dict(graph.module.named_buffers())
    for name, buffer in plain.module.named_buffers():
        torch.testing.assert_close(have[name], buffer, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("hidden", [False, True])
def test_graphs_train_as_single_steps_do(tmp_path, device, hidden):
    plain, graph = run_of(tmp_path, device, hidden), with_graph(run_of(tmp_path, device, hidden))
    plain.graph = None
    assert graph.graph is not None
    for _ in range(STEPS):
        # From the same weights each time: differences would grow.
        graph.module.load_state_dict(plain.module.state_dict())
        want, have = plain.train_step(), graph.train_step()
        torch.testing.assert_close(have, want, rtol=1e-4, atol=1e-5)
        expect_same(plain, graph)
    means, twins = plain.meter.means(), graph.meter.means()
    assert means.keys() == twins.keys()
    assert twins == pytest.approx(means, rel=2e-3, abs=1e-4)


def test_a_graph_is_made_anew_where_a_step_does_not_fit(tmp_path):
    run = with_graph(run_of(tmp_path, "cpu"))
    for _ in range(3):
        run.train_step()
    assert run.graph.captures == 1
    run._capacity.holding(tuple(2 * size for size in run._capacity.sizes))
    run.batches.discard()
    for _ in range(3):
        run.train_step()
    assert run.graph.captures == 2


def test_sizes_hold_everything_so_far():
    capacity = Capacity()
    first = capacity.holding((100, 7))
    assert first >= (100, 7)
    assert capacity.holding((first[0], 1)) == first
    more = capacity.holding((first[0] + 1, 1))
    assert more[0] > first[0] and more[1] == first[1]


def test_other_runs_have_no_graph(tmp_path):
    run = run_of(tmp_path, "cpu")
    assert run.graph is None
    run.train_step()
