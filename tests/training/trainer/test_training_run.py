"""A run's surroundings: precision, memory, growing data, what it logs and draws."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter

import numpy as np
import pytest
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils._python_dispatch import TorchDispatchMode

from detailbase_core.network.checkpoint import Checkpoint
from detailbase_core.ops import native
from tests.helpers.toy_scenes import toy_arrays, toy_records, write_scene
from training.errors import TrainingError
from training.trainer.trainer import CHECKPOINT_FILE

CPU = torch.device("cpu")


pytestmark = pytest.mark.usefixtures("one_thread")


# --- precision -----------------------------------------------------------------------------------


@pytest.mark.parametrize("autocast", ["bfloat16", "float16"])
def test_reduced_precision_learns_and_keeps_float32_weights(toy_run, tmp_path, autocast):
    run = toy_run(autocast=autocast, steps=12)
    run.module.train()
    losses = [float(run.train_step()) for _ in range(12)]
    assert np.mean(losses[-3:]) < 0.9 * np.mean(losses[:3])
    assert {p.dtype for p in run.module.parameters()} == {torch.float32}
    exact = toy_run(out=str(tmp_path / "exact"))
    exact.module.train()
    assert losses[0] != float(exact.train_step())  # it did compute in another precision


def test_float16_gradients_that_overflow_cost_a_step_and_no_more(toy_run):
    run = toy_run(autocast="float16", steps=4)
    run.module.train()
    before = run.module.model.decoder.query_proj.weight.detach().clone()
    run.state.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**127)
    run.train_step()
    assert torch.equal(run.module.model.decoder.query_proj.weight, before)
    assert run.meter.means()["gradient_norm"] == 0.0  # no reason to stop
    assert run.state.scaler.get_scale() == 2.0**126
    run.state.scaler = torch.amp.GradScaler("cpu", init_scale=1.0)
    run.train_step()
    assert not torch.equal(run.module.model.decoder.query_proj.weight, before)
    assert run.state.broken_weights() == []


# --- memory --------------------------------------------------------------------------------------


def test_cudnn_attends_to_nothing_that_is_learned_from(toy_run, monkeypatch):
    run = toy_run(steps=1)
    seen = []
    forward = run.module.forward
    monkeypatch.setattr(
        run.module,
        "forward",
        lambda *args: (seen.append(torch.backends.cuda.cudnn_sdp_enabled()), forward(*args))[1],
    )
    torch.backends.cuda.enable_cudnn_sdp(True)
    run.train_step()
    assert seen == [False]
    assert torch.backends.cuda.cudnn_sdp_enabled()


def test_a_full_gpu_names_what_to_lower(toy_run, monkeypatch):
    run = toy_run()

    def full(*arguments):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(run, "parallel", full)
    said = r"at step 0, with 560 points in 2 scenes: lower scenes_per_step \(2\), sentences_per_sce"
    with pytest.raises(TrainingError, match=said):
        run.train()


class HostWaits(TorchDispatchMode):
    """Counts operations for whose result the host of a GPU would have to wait."""

    NAMES = ("_local_scalar_dense", "nonzero", "_unique2", "masked_select", "is_nonzero", "equal")

    def __init__(self):
        super().__init__()
        self.seen = Counter()

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        if name in self.NAMES:
            self.seen[name] += 1
        return function(*args, **(kwargs or {}))


def test_a_step_waits_for_nothing_outside_the_network(toy_run, monkeypatch):
    """Drawing, augmentation, average and loss watch, at every step but those that log."""
    run = toy_run(steps=9)
    run.module.train()
    loss = torch.ones((), requires_grad=True)
    monkeypatch.setattr(run, "parallel", lambda *arguments: (loss, {"mask_bce": loss}))
    monkeypatch.setattr(run.state, "backward", lambda loss: None)
    monkeypatch.setattr(run.state, "update", lambda rate: loss)
    with HostWaits() as waits:
        for run.state.step in range(3):
            run.train_step()
            run.state.average.update(run.state.step)
    assert not waits.seen
    with waits:
        float(loss.detach())
    assert waits.seen


def test_a_whole_step_waits_for_the_numbers_of_voxels_and_pooled_pairs_only(toy_run, monkeypatch):
    run = toy_run(steps=9)
    monkeypatch.setattr(native, "PROBLEM", "not on a GPU")
    run.module.train()
    with HostWaits() as waits:
        run.train_step()
    assert waits.seen == {"_unique2": 2}


# --- growing data --------------------------------------------------------------------------------


def test_scenes_that_arrive_while_it_runs_are_learned_from(toy_run, tmp_path, capsys):
    run = toy_run(steps=12, rescan_every=4, log_every=4)
    step, seen = run.train_step, []

    def arriving():
        if run.state.step == 5:
            write_scene(tmp_path / "rooms", "late", toy_arrays(7), toy_records())
        seen.append({draw.scene for draw in run.sampler.step(run.state.step)})
        return step()

    run.train_step = arriving
    run.train()
    assert [scene.scene_id for scene in run.store.scenes] == ["toy0", "toy1", "late"]
    assert set.union(*seen[:8]) == {0, 1}
    assert 2 in set.union(*seen[8:])
    assert "1 new scenes, 3 now" in capsys.readouterr().err


def test_without_rescan_the_data_stay_as_they_were(toy_run, tmp_path):
    run = toy_run(steps=3)
    write_scene(tmp_path / "rooms", "late", toy_arrays(7), toy_records())
    run.train()
    assert len(run.store.scenes) == 2
    assert toy_run(steps=5).resume() == ["steps was 3, is 5", "the scenes are others"]


def test_changed_settings_are_named_when_resuming(toy_run):
    toy_run(steps=2).train()
    again = toy_run(steps=4, learning_rate=0.25, log_every=3, out=toy_run().config.out)
    assert again.resume() == ["learning_rate was 0.005, is 0.25", "steps was 2, is 4"]
    again.train_step()
    assert {group["peak_lr"] for group in again.state.optimizer.param_groups} == {0.25}


# --- what people see -----------------------------------------------------------------------------


def test_scalars_and_pictures_are_logged(toy_run, tmp_path):
    run = toy_run(steps=6, log_every=2, picture_every=3)
    weights = {k: v.clone() for k, v in run.module.state_dict().items()}
    run.train()
    assert any(not torch.equal(v, weights[k]) for k, v in run.module.state_dict().items())
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    scalars = set(events.Tags()["scalars"])
    assert {
        "loss",
        "mask_bce",
        "mask_dice",
        "naming",
        "gradient_norm",
        "learning_rate",
        "scenes",
        "steps_per_second",
    } <= scalars
    assert [event.step for event in events.Scalars("loss")] == [1, 2, 4, 6]
    assert [event.step for event in events.Images("answer_above_truth")] == [3, 6]
    pictures = sorted((tmp_path / "run" / "pictures").iterdir())
    assert [path.name for path in pictures] == ["step_000003.png", "step_000006.png"]
    with Image.open(pictures[0]) as picture:
        assert picture.width >= 1000
        colors = picture.convert("RGB").resize((64, 64)).getcolors(4096)
        assert len(colors) > 20


def test_a_resumed_run_hides_what_it_repeats(toy_run, tmp_path):
    """Steps after the last save are logged twice; TensorBoard shows the second time only."""
    first = toy_run(steps=9, log_every=1, save_every=4)
    step = first.train_step

    def stopping():
        if first.state.step == 7:
            raise KeyboardInterrupt
        return step()

    first.train_step = stopping
    with pytest.raises(KeyboardInterrupt):
        first.train()
    began = int(time.time())
    while int(time.time()) == began:  # files are named, and read in order, by the second
        time.sleep(0.05)
    second = toy_run(steps=9, log_every=1, save_every=4)
    second.resume()
    second.train()
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    assert [event.step for event in events.Scalars("loss")] == list(range(1, 10))


def test_pictures_change_nothing_about_the_run(toy_run, tmp_path):
    for out, every in (("with", 3), ("without", 0)):
        run = toy_run(steps=4, picture_every=every, out=str(tmp_path / out))
        run.train()
    one, two = (Checkpoint.read(tmp_path / out / CHECKPOINT_FILE) for out in ("with", "without"))
    assert all(torch.equal(one.tensors[name], two.tensors[name]) for name in one.tensors)


def test_without_tensorboard_a_run_says_so_and_goes_on(toy_run, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    toy_run(steps=2).train()
    assert "pip install tensorboard" in capsys.readouterr().err
    assert (tmp_path / "run" / CHECKPOINT_FILE).exists()


def test_training_needs_nothing_that_only_furniture_banks_need():
    code = (
        "import sys; sys.modules.update(embreex=None, trimesh=None); import training.train; "
        "import training.make_rooms, training.evaluate, training.openings"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
