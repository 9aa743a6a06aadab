"""Settings of a training run: what is refused, and the configurations that ship."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from detailbase_core.errors import ConfigError
from detailbase_core.network.checkpoint import Checkpoint
from detailbase_core.settings import load_yaml
from training import train
from training.config import TrainConfig, load_config

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "detailbase_core" / "weights" / "detailbase_rooms.safetensors"
CONFIGS = sorted((ROOT / "config").glob("*.yaml"))
TRAINING = [p for p in CONFIGS if {"steps", "epochs"} & yaml.safe_load(p.read_text()).keys()]


def written(tmp_path, **settings) -> Path:
    path = tmp_path / "run.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "set one of steps, epochs and minutes: none is set"),
        ({"steps": 3, "epochs": 3}, "set one of steps, epochs and minutes: steps and epochs are"),
        ({"steps": 3, "minutes": 3}, "set one of steps, epochs and minutes"),
        ({"minutes": 3, "warmup_steps": 9}, "warmup_steps of 10 or more"),
        ({"steps": 3, "learning_rat": 1}, "unknown setting 'learning_rat'"),
        ({"steps": 3, "model": {"width": [8]}}, r"unknown setting 'model\.width'"),
        ({"steps": 3, "loss": {"dice": -1}}, r"loss\.dice: -1\.0 is below 0"),
        (
            {"steps": 3, "autocast": "half"},
            "autocast: 'half' is not one of none, bfloat16, float16",
        ),
        (
            {"steps": 3, "milestones": [0.5]},
            "milestones would be ignored, since schedule is cosine",
        ),
        ({"steps": 3, "schedule": "multistep"}, "schedule multistep needs milestones"),
        (
            {"steps": 3, "text_encoder": "mpnet", "word_vectors": "w.npz"},
            "word_vectors would be ign",
        ),
        ({"steps": 3, "text_encoder": "mpnet", "text": {"layers": 1}}, "text would be ignored"),
        (
            {"steps": 3, "rescan_every": 9, "descriptions": "d.json"},
            "rescan_every would be ignored",
        ),
        (
            {"steps": 3, "start": "m", "backbone": "b"},
            "backbone would be ignored, since start is set",
        ),
        ({"steps": 3, "start": "m", "word_vectors": "w.npz"}, "word_vectors would be ignored"),
        ({"steps": 3, "wording_noise": 0.1}, "wording_noise would be ignored"),
        ({"steps": 3, "model": {"hide_wording": True}}, "hide_wording needs phrase_head"),
        ({"steps": 3, "model": {"presence_from_masks": True, "presence_head": True}}, "set one of"),
        (
            {"steps": 3, "backbone_rate": 0},
            "backbone_rate 0 keeps random weights: set backbone or st",
        ),
        ({"epochs": 3, "rescan_every": 9}, "set steps or minutes"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path, settings, message):
    with pytest.raises(ConfigError, match=rf"run\.yaml: .*{message}"):
        load_yaml(TrainConfig, written(tmp_path, **settings))


def test_a_setting_with_nothing_behind_its_colon_is_empty(tmp_path):
    path = tmp_path / "run.yaml"
    path.write_text("steps: 3\nword_vectors:\nmilestones:\nloss:\nmodel:\n  widths:\n")
    with pytest.raises(ConfigError, match=r"model\.widths: "):  # empty, as written: too few
        load_config(path, {})
    path.write_text("steps: 3\ntext_encoder: mpnet\nword_vectors:\nmilestones:\nloss:\n")
    assert load_config(path, {}) == TrainConfig(steps=3, text_encoder="mpnet")
    path.write_text("steps: 3\nlearning_rate:\n")
    with pytest.raises(ConfigError, match="learning_rate: expected float, got None"):
        load_config(path, {})


@pytest.mark.parametrize("changes", [{"steps": 5}, {"minutes": 2.0}, {"steps": 0, "epochs": 2}])
def test_a_length_on_the_command_line_takes_the_place_of_the_files(tmp_path, changes):
    config = load_config(written(tmp_path, epochs=50), changes)
    assert (config.steps, config.epochs, config.minutes) == tuple(
        changes.get(name, 0) for name in ("steps", "epochs", "minutes")
    )


def test_two_lengths_on_the_command_line_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="steps and minutes are set"):
        load_config(written(tmp_path, epochs=50), {"steps": 5, "minutes": 2.0})


def test_a_text_encoder_beside_a_start_that_has_one_is_named(tmp_path):
    """Not `text`, which nobody wrote: it came from the start."""
    path = written(tmp_path, steps=3, start=str(SHIPPED), text_encoder="mpnet")
    with pytest.raises(ConfigError, match=r"run\.yaml: text_encoder would be ignored"):
        load_config(path, {})
    assert load_config(path, {"text_encoder": ""}).start == str(SHIPPED)


def test_settings_on_the_command_line_take_the_place_of_the_files(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(train, "train", lambda config, *_: told.append(config))
    path = written(tmp_path, steps=30, backbone="b.safetensors", loss={"dice": 2.0, "bce": 0.5})
    arguments = [
        str(path),
        "steps=0",
        "minutes=2.5",
        "loss.dice=1",
        "backbone=",
        "device=cpu",
        "model.widths=[8, 16]",
        "augmentation.gray=0.25",
        "learning_rate=1e-3",
    ]
    assert train.main(arguments) == 0
    (config,) = told
    assert (config.steps, config.minutes, config.backbone) == (0, 2.5, "")
    assert (config.loss.dice, config.loss.bce) == (1.0, 0.5)
    assert config.model.widths == (8, 16)
    assert (config.augmentation.gray, config.learning_rate) == (0.25, 0.001)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("steps=many", "run.yaml: steps: "),
        ("stepz=3", "run.yaml: unknown setting 'stepz'"),
        ("seed.deep=3", "seed.deep: seed has no settings within"),
        ("loss.bce=-1", "run.yaml: loss.bce: -1.0 is below 0"),
        ("steps", "expected NAME=VALUE, got 'steps'"),
        ("=3", "expected NAME=VALUE, got '=3'"),
        ("steps=[", "'steps=[': the value is not understood"),
    ],
)
def test_wrong_settings_on_the_command_line_are_named(tmp_path, capsys, change, message):
    path = written(tmp_path, steps=3, seed=1)
    try:
        status = train.main([str(path), change])
    except SystemExit as stopped:
        status = stopped.code
    assert status in (1, 2)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("path", TRAINING, ids=lambda path: path.stem)
def test_every_configuration_that_ships_is_valid(path):
    assert load_yaml(TrainConfig, path).out.startswith("runs/")


def test_there_are_configurations():
    assert {"detailbase_rooms", "detailbase_published"} <= {path.stem for path in TRAINING}


def test_network_settings_left_out_are_those_of_the_start():
    config = load_config(ROOT / "config" / "finetune.yaml", {"start": str(SHIPPED)})
    shipped = Checkpoint.read(SHIPPED)
    assert config.model == shipped.model_config()
    assert config.text.dim == shipped.load()[1].dim


def test_a_setting_of_the_network_may_follow_the_start():
    changes = {"start": str(SHIPPED), "model.dropout": 0.2}
    config = load_config(ROOT / "config" / "finetune.yaml", changes)
    assert config.model.dropout == 0.2
    assert config.model.widths == Checkpoint.read(SHIPPED).model_config().widths
