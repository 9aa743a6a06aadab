"""The training loop on toy scenes: it learns, stops, goes on, and never keeps broken weights."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.network.checkpoint import SHIPPED_CHECKPOINT, Checkpoint
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.settings import to_dict
from tests.helpers.toy_scenes import toy_arrays, toy_records, write_scene
from tests.helpers.weight_files import MODEL
from training.config import LossWeights, TrainConfig
from training.errors import TrainingError
from training.scenes.scene_store import SceneStore
from training.trainer.ema import RunningAverage
from training.trainer.schedule import rate_factor
from training.trainer.trainer import CHECKPOINT_FILE, STATE_FILE, Run
from training.trainer.training_module import build_module, with_heads

pytestmark = pytest.mark.usefixtures("one_thread")


def losses_of(run: Run) -> list[float]:
    """Train, noting each step's loss."""
    losses, step = [], run.train_step

    def noting():
        loss = step()
        losses.append(float(loss))
        return loss

    run.train_step = noting
    run.train()
    return losses


def test_the_loss_falls_and_a_model_is_left(toy_run, tmp_path):
    run = toy_run()
    losses = losses_of(run)
    assert len(losses) == run.state.step == 15
    assert np.mean(losses[-3:]) < 0.85 * np.mean(losses[:3])
    checkpoint = Checkpoint.read(tmp_path / "run" / CHECKPOINT_FILE)
    assert checkpoint.metadata["training"] == "15 steps on 2 scenes"
    model, text_encoder = checkpoint.load()
    assert to_dict(model.config) == to_dict(run.config.model)
    averaged = run.state.average.values["model.decoder.query_proj.weight"]
    assert torch.allclose(model.decoder.query_proj.weight, averaged, atol=1e-3)
    assert text_encoder.dim == 16
    assert not any("naming" in name for name in checkpoint.tensors)


def test_a_seed_repeats_a_run(toy_run, tmp_path):
    one = losses_of(toy_run(steps=5, out=str(tmp_path / "one")))
    two = losses_of(toy_run(steps=5, out=str(tmp_path / "two")))
    other = losses_of(toy_run(steps=5, out=str(tmp_path / "three"), seed=5))
    assert one == two != other


def equal(one: object, two: object) -> bool:
    if isinstance(one, torch.Tensor):
        return isinstance(two, torch.Tensor) and torch.equal(one, two)
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(equal(one[k], two[k]) for k in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(two) and all(map(equal, one, two))
    return one == two


@pytest.mark.parametrize("stop_at", [4, 6])
def test_a_resumed_run_equals_one_that_never_stopped(toy_run, tmp_path, stop_at):
    """Dropout and augmentation included; stopping between saves repeats the steps since."""
    whole = toy_run(steps=9, out=str(tmp_path / "whole"))
    expected = losses_of(whole)
    first = toy_run(steps=9, out=str(tmp_path / "parts"))
    step = first.train_step

    def stopping():
        if first.state.step == stop_at:
            raise KeyboardInterrupt
        return step()

    first.train_step = stopping
    with pytest.raises(KeyboardInterrupt):
        first.train()
    second = toy_run(steps=9, out=str(tmp_path / "parts"))
    assert second.resume() == []
    assert second.state.step == 4
    assert losses_of(second) == expected[4:]
    one, two = (
        torch.load(tmp_path / name / STATE_FILE, weights_only=True) for name in ("whole", "parts")
    )
    assert one["step"] == 9
    assert one.pop("config").pop("out") != two.pop("config").pop("out")
    assert equal(one, two)
    one, two = (load_file(tmp_path / name / CHECKPOINT_FILE) for name in ("whole", "parts"))
    assert equal(one, two)


def test_a_finished_run_resumes_to_nothing_left(toy_run):
    assert toy_run().resume() is None
    toy_run(steps=3).train()
    again = toy_run(steps=3)
    assert again.resume() == []
    assert losses_of(again) == []


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"text"])
def test_a_broken_state_is_named(toy_run, tmp_path, damage):
    toy_run(steps=1).train()
    path = tmp_path / "run" / STATE_FILE
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(TrainingError, match=r"state\.pt: cannot be resumed"):
        toy_run(steps=3).resume()


def test_the_state_of_another_network_is_named(toy_run):
    toy_run(steps=1).train()
    wider = dataclasses.replace(toy_run().config.model, ffn_dim=48)
    with pytest.raises(TrainingError, match=r"state\.pt: cannot be resumed with these settings"):
        toy_run(steps=3, model=wider).resume()


def broken_from(monkeypatch, run: Run, step: int, value: float) -> None:
    """From a step on the loss is no number, and so are the gradients."""
    forward = run.module.forward

    def broken(*arguments):
        loss, parts = forward(*arguments)
        return (loss * value if run.state.step >= step else loss), parts

    monkeypatch.setattr(run.module, "forward", broken)


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("step", [4, 5, 7])
def test_a_loss_that_is_no_number_keeps_the_last_good_state(
    toy_run, tmp_path, monkeypatch, step, value
):
    """Between two looks at the loss, too: the next save looks. What it says is where it began."""
    run = toy_run(steps=12)
    broken_from(monkeypatch, run, step, value)
    said = (
        rf"^loss.*: NaN or infinite at step {step} \(scenes toy\d, toy\d\), seen after step 8; "
        r".*keeps the last good state.*learning_rate"
    )
    with pytest.raises(TrainingError, match=said):
        run.train()
    state = torch.load(tmp_path / "run" / STATE_FILE, weights_only=True)
    assert state["step"] == 4
    tensors = [*state["learner"].values(), *state["average"].values()]
    assert all(tensor.isfinite().all() for tensor in tensors)
    Checkpoint.read(tmp_path / "run" / CHECKPOINT_FILE).load()
    again = toy_run(steps=12)
    assert again.resume() == []
    assert all(map(math.isfinite, losses_of(again)))


def test_a_loss_that_is_no_number_at_once_stops_at_once(toy_run, tmp_path, monkeypatch):
    run = toy_run(steps=12)
    broken_from(monkeypatch, run, 0, math.nan)
    with pytest.raises(TrainingError, match=r"loss.*: NaN or infinite at step 0 .*after step 1;"):
        run.train()
    assert not (tmp_path / "run" / STATE_FILE).exists()


def test_broken_weights_are_not_saved_at_the_end(toy_run, tmp_path, monkeypatch):
    run = toy_run(steps=6)
    broken_from(monkeypatch, run, 5, math.nan)
    with pytest.raises(TrainingError, match=r"at step 5 .*after step 6"):
        run.train()
    assert torch.load(tmp_path / "run" / STATE_FILE, weights_only=True)["step"] == 4


def gradients_broken_at(run: Run, steps) -> None:
    """At some steps the gradients are no numbers, though the loss is."""

    def broken(gradient):
        return gradient * math.nan if run.state.step in steps else gradient

    run.module.model.decoder.query_proj.weight.register_hook(broken)


def test_a_step_whose_gradient_is_no_number_changes_nothing(toy_run, capsys):
    run = toy_run(steps=12, log_every=4)
    gradients_broken_at(run, {5, 6})
    weights = []
    step = run.train_step

    def kept() -> torch.Tensor:
        loss = step()
        weights.append(run.module.model.decoder.mask_head[0].weight.detach().clone())
        return loss

    run.train_step = kept
    run.train()
    same = [torch.equal(one, two) for one, two in itertools.pairwise(weights)]
    assert [step + 1 for step, equal in enumerate(same) if equal] == [5, 6]
    assert "step 8: 2 steps left out so far" in capsys.readouterr().err
    assert not run.state.broken_weights()


def test_gradients_that_stay_no_numbers_stop_the_run(toy_run, tmp_path):
    run = toy_run(steps=20)
    gradients_broken_at(run, range(6, 20))
    with pytest.raises(TrainingError, match=r"gradients of the last \d+ steps were NaN .*lower"):
        run.train()
    state = torch.load(tmp_path / "run" / STATE_FILE, weights_only=True)
    assert all(tensor.isfinite().all() for tensor in state["learner"].values())


def test_scenes_without_descriptions_are_not_drawn(toy_run, tmp_path):
    write_scene(tmp_path / "rooms", "silent", toy_arrays(2), [])
    assert [scene.scene_id for scene in toy_run().store.scenes] == ["toy0", "toy1"]
    for path in (tmp_path / "rooms").glob("toy*"):
        path.unlink()
    with pytest.raises(TrainingError, match=r"none of the 1 scenes .* has a description"):
        toy_run()


def test_scenes_that_are_too_large_are_left_out_and_counted(toy_run, tmp_path, caplog):
    """Also such as come later; where nothing is left that is said."""
    large = toy_arrays(2)
    large["superpoint"] = np.arange(len(large["superpoint"]))
    write_scene(tmp_path / "rooms", "hall", large, toy_records())
    store = SceneStore(toy_run(max_superpoints=8).config)
    assert [scene.scene_id for scene in store.scenes] == ["toy0", "toy1"]
    assert "1 scenes with more than 8 superpoints (max_superpoints) are left out" in caplog.text
    write_scene(tmp_path / "rooms", "later", large, toy_records())
    write_scene(tmp_path / "rooms", "small", toy_arrays(3), toy_records())
    assert store.rescan() == 1
    with pytest.raises(TrainingError, match=r"and at most 7 superpoints \(max_superpoints\)"):
        toy_run(max_superpoints=7)


def test_without_naming_its_heads_do_not_learn(toy_run):
    run = toy_run(steps=2, loss=LossWeights(presence=0.5))
    before = run.module.naming.category.weight.detach().clone()
    losses_of(run)
    assert torch.equal(run.module.naming.category.weight, before)


# --- parts ---------------------------------------------------------------------------------------


def test_running_average(toy_run):
    module = toy_run().module
    name = "model.decoder.query_proj.weight"
    weight = module.model.decoder.query_proj.weight
    average = RunningAverage(module, 0.9)
    start = weight.detach().clone()
    expected = start.clone()
    with torch.no_grad():
        for step in (0, 1, 500):
            weight.add_(1.0)
            average.update(step)
            decay = min(0.9, (1 + step) / (10 + step))
            expected = decay * expected + (1 - decay) * weight
    assert torch.allclose(average.values[name], expected, atol=1e-5)
    assert "model.unet.output_norm.running_var" in average.values
    assert "text.vectors" not in average.values
    last = weight.detach().clone()
    with average.applied():
        assert torch.equal(weight, average.values[name])
        assert not module.model.training
    assert torch.equal(weight, last)
    assert module.training


def test_rate_rises_then_falls_to_nothing():
    config = TrainConfig(steps=100, warmup_steps=10)
    rates = [rate_factor(step, 100, config) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == rates[10] == 1.0
    assert (np.diff(rates[:10]) > 0).all()
    assert (np.diff(rates[10:]) < 0).all()
    assert rates[55] == pytest.approx(0.5)
    assert rates[100] == pytest.approx(0.0, abs=1e-12)
    assert rate_factor(1000, 100, config) == pytest.approx(0.0, abs=1e-12)
    assert rate_factor(0, 5, TrainConfig(steps=5, warmup_steps=0)) == 1.0


def test_the_published_rate_halves_thrice():
    """26, 34 and 42 epochs of 50 (reference: 3D-DRES), whatever an epoch's length."""
    config = TrainConfig(
        epochs=50, warmup_steps=0, schedule="multistep", milestones=(0.52, 0.68, 0.84)
    )
    for length in (1, 7, 1361):
        rates = [rate_factor(epoch * length, 50 * length, config) for epoch in range(50)]
        assert rates == [1.0] * 26 + [0.5] * 8 + [0.25] * 8 + [0.125] * 8
        assert rate_factor(26 * length - 1, 50 * length, config) == 1.0 or length == 1


def test_the_backbone_has_its_own_rate(toy_run):
    run = toy_run(backbone_rate=0.01)
    backbone, others = run.state.optimizer.param_groups
    run.train_step()
    assert backbone["lr"] == pytest.approx(5e-5 / 2)  # the first of two steps of warm-up
    assert others["lr"] == pytest.approx(5e-3 / 2)
    count = sum(p.numel() for group in (backbone, others) for p in group["params"])
    assert count == sum(p.numel() for p in run.module.parameters())
    assert {id(p) for p in backbone["params"]} == {
        id(p) for p in run.module.model.unet.parameters()
    }


@pytest.fixture
def trained(toy_run, tmp_path):
    """Checkpoint of a few steps."""
    toy_run(steps=3, out=str(tmp_path / "before")).train()
    return tmp_path / "before" / CHECKPOINT_FILE


def test_a_model_is_trained_further(toy_run, trained):
    tensors = load_file(trained)
    run = toy_run(start=str(trained), word_vectors=TrainConfig.word_vectors)
    model, text = run.module.model.state_dict(), run.module.text.state_dict()
    assert any(name.startswith("unet.") for name in model)
    assert any(name.startswith("decoder.") for name in model)
    for name, value in model.items():
        assert torch.equal(value, tensors[name].to(value.dtype)), name
    word = "transformer.layers.0.linear1.weight"
    assert torch.equal(text[word], tensors[f"text_encoder.{word}"].float())
    run.train()
    further = load_file(run.folder / CHECKPOINT_FILE)
    assert any(not torch.equal(tensors[name], value) for name, value in further.items())


def test_a_model_goes_on_with_other_heads(toy_run, trained):
    """New parts begin anew, those that are gone are dropped, and the rest is as it was."""
    tensors = load_file(trained)
    model = dataclasses.replace(
        toy_run().config.model,
        phrase_head=True,
        hide_wording=True,
        presence_head=False,
        presence_from_masks=True,
    )
    run = toy_run(start=str(trained), word_vectors="", model=model)
    state = run.module.model.state_dict()
    kept = {k for k in tensors if not k.startswith(("text_encoder.", "decoder.presence_head."))}
    assert state.keys() - kept == {k for k in state if k.startswith("phrase_head.")}
    for name in kept:
        assert torch.equal(state[name], tensors[name].to(state[name].dtype)), name
    run.train()
    assert Checkpoint.read(run.folder / CHECKPOINT_FILE).load()[0].config == model


def test_a_head_with_more_outputs_keeps_those_it_had():
    torch.manual_seed(0)
    config = dataclasses.replace(MODEL, phrase_head=True)
    told = DetailBase(config)
    tells = with_heads(told, dataclasses.replace(config, hide_wording=True))
    assert tells.phrase_head.out.weight.shape[0] == 5
    assert torch.equal(tells.phrase_head.out.weight[:4], told.phrase_head.out.weight)
    assert torch.equal(tells.phrase_head.hidden.weight, told.phrase_head.hidden.weight)
    assert with_heads(told, config) is told
    back = with_heads(tells, config)
    assert torch.equal(back.phrase_head.out.weight, told.phrase_head.out.weight)


def test_words_are_those_of_the_shipped_model_where_no_others_are_named(toy_run):
    text = dataclasses.replace(toy_run().config.text, vector_dim=128)
    module = build_module(dataclasses.replace(toy_run().config, word_vectors="", text=text))
    shipped = load_file(SHIPPED_CHECKPOINT)
    assert torch.equal(module.text.vectors, shipped["text_encoder.vectors"])
    assert torch.equal(module.text.vocabulary, shipped["text_encoder.vocabulary"])


def test_another_network_is_not_trained_further(toy_run, trained):
    config = dataclasses.replace(
        toy_run().config, start=str(trained), word_vectors=TrainConfig.word_vectors
    )
    model = dataclasses.replace(config.model, decoder_layers=2, heads=4)
    said = r"model\.heads is 2 there and 4 here; model\.decoder_layers is 1 there and 2 here$"
    with pytest.raises(ConfigError, match=said):
        build_module(dataclasses.replace(config, model=model))
    text = dataclasses.replace(config.text, layers=3)
    with pytest.raises(ConfigError, match=r"text\.layers is 1 there and 3 here$"):
        build_module(dataclasses.replace(config, text=text))


def test_a_u_net_without_a_rate_stays_as_it_is(toy_run, trained, tmp_path):
    settings = {"start": str(trained), "word_vectors": TrainConfig.word_vectors}
    run = toy_run(**settings, backbone_rate=0.0)
    run.train()
    before, after = load_file(trained), load_file(tmp_path / "run" / CHECKPOINT_FILE)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert not any(name.startswith("unet.") for name in changed)
    assert any(name.startswith("decoder.") for name in changed)
    again = toy_run(**settings, backbone_rate=0.0, steps=17)
    assert again.resume() == ["steps was 15, is 17"]
    again.train()
    assert torch.equal(
        load_file(tmp_path / "run" / CHECKPOINT_FILE)["unet.input_conv.weight"],
        before["unet.input_conv.weight"],
    )


def test_settings_that_do_not_go_together_are_refused(toy_run):
    config = toy_run().config
    with pytest.raises(ConfigError, match=r"text\.dim is 32 wide, model\.text_dim 16"):
        build_module(dataclasses.replace(config, text=dataclasses.replace(config.text, dim=32)))
    narrow = dataclasses.replace(config.text, vector_dim=9)
    with pytest.raises(ConfigError, match=r"words\.npz holds .* width 12 .* text\.vector_dim is 9"):
        build_module(dataclasses.replace(config, text=narrow))
    headless = dataclasses.replace(config.model, presence_head=False)
    with pytest.raises(ConfigError, match=r"loss\.presence needs model\.presence_head"):
        build_module(dataclasses.replace(config, model=headless))


@pytest.mark.parametrize("content", [None, b"", b"no vectors", b"PK\3\4 cut"])
def test_missing_word_vectors_are_named(toy_run, tmp_path, content):
    path = tmp_path / "other.npz"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadFileError, match=r"other\.npz: no word vectors .*make_word_vectors"):
        toy_run(word_vectors=str(path))
