"""The published recipe from ScanNet's files to a checkpoint, with tiny networks and weights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml

from detailbase_core.config import ModelConfig
from detailbase_core.errors import CheckpointError
from detailbase_core.network.checkpoint import Checkpoint
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.network.published_names import released_key
from detailbase_core.settings import load_yaml, to_dict
from tests.helpers.mpnet_files import HIDDEN, write_mpnet
from tests.helpers.scannet_files import write_scannet_scene
from training.config import TrainConfig
from training.prepare_scannet import main as prepare_scannet
from training.scenes.scene_store import SceneStore
from training.train import main
from training.trainer.trainer import CHECKPOINT_FILE, STATE_FILE, Run
from training.trainer.training_module import build_module

RECIPE = Path(__file__).parents[3] / "config" / "detailbase_published.yaml"
SMALL = ModelConfig(
    widths=(8, 16), block_reps=1, text_dim=HIDDEN, query_dim=16, ffn_dim=32, decoder_layers=2
)


def records() -> list[dict]:
    """Two scenes, their descriptions mixed, some with and some without t2o."""
    made = []
    for number in range(21):
        scene = f"scene000{number % 2}_00"
        if number % 3:
            made.append(
                {
                    "scene_id": scene,
                    "ann_id": str(number),
                    "token": ["the", "red", "chair", "near", "the", "table"],
                    "t2o": {"2": [4], "5": [7], "-1": [4]},
                }
            )
        else:
            made.append(
                {
                    "scene_id": scene,
                    "object_id": "7",
                    "ann_id": str(number),
                    "token": ["the", "blue", "table"],
                }
            )
    return made


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """data/scannet, detailrefer.json, mpnet/ and spformer.pth in their makers' formats."""
    folder = tmp_path_factory.mktemp("published")
    for number in range(2):
        write_scannet_scene(folder / "scans", f"scene000{number}_00", number)
    assert prepare_scannet([str(folder), "--out", str(folder / "scannet"), "--workers", "1"]) == 0
    (folder / "detailrefer.json").write_text(json.dumps(records()))
    (folder / "mpnet").mkdir()
    write_mpnet(folder / "mpnet")
    torch.manual_seed(5)
    state = {released_key(k): v for k, v in DetailBase(SMALL).state_dict().items()}
    backbone = {k: v for k, v in state.items() if not k.startswith("decoder.")}
    torch.save({"net": {**backbone, "mask_head.weight": torch.zeros(2)}}, folder / "spformer.pth")
    return folder


@pytest.fixture
def config(data, tmp_path):
    """The recipe as it ships, but for paths, sizes and length."""
    return replace(
        load_yaml(TrainConfig, RECIPE),
        data=str(data / "scannet"),
        descriptions=str(data / "detailrefer.json"),
        text_encoder=str(data / "mpnet"),
        backbone=str(data / "spformer.pth"),
        out=str(tmp_path / "run"),
        device="cpu",
        threads=1,
        model=SMALL,
        epochs=4,
        picture_every=0,
    )


def test_the_recipe_is_the_published_one():
    """Reference: 3D-DRES, AAAI 2026; the network and the losses are the defaults."""
    recipe = load_yaml(TrainConfig, RECIPE)
    assert recipe.model == ModelConfig()
    assert recipe.loss == type(recipe.loss)()
    assert (recipe.learning_rate, recipe.weight_decay, recipe.backbone_rate) == (1e-4, 5e-4, 0.01)
    assert (recipe.epochs, recipe.scenes_per_step, recipe.sentences_per_scene) == (50, 2, 8)
    assert [round(part * 50, 6) for part in recipe.milestones] == [26, 34, 42]
    assert (recipe.seed, recipe.autocast, recipe.clip_norm, recipe.ema_decay) == (
        1999,
        "none",
        0,
        0,
    )
    assert recipe.augmentation.elastic
    assert recipe.augmentation.matrix_noise == recipe.augmentation.color_shift == 0.1


@pytest.mark.slow
def test_from_scannets_files_to_a_checkpoint(config, data, tmp_path, capsys):
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump(to_dict(config)))
    assert main([str(path)]) == 0
    # 11 + 10 descriptions in groups of up to 8: 2 + 2 groups, so 2 steps per epoch
    assert "8 of 8 steps" in capsys.readouterr().out
    checkpoint = Checkpoint.read(tmp_path / "run" / CHECKPOINT_FILE)
    assert not any(name.startswith("text_encoder.") for name in checkpoint.tensors)
    with pytest.raises(CheckpointError, match="carries no text encoder"):
        checkpoint.load()
    model, _ = checkpoint.load(str(data / "mpnet"))
    assert model.config == SMALL
    state = torch.load(tmp_path / "run" / STATE_FILE, weights_only=True)
    assert not any("text" in name for name in state["learner"])
    last = state["learner"]["model.decoder.query_proj.weight"]
    assert torch.allclose(model.decoder.query_proj.weight, last, atol=1e-3)
    assert main([str(path)]) == 0
    assert "resuming" in capsys.readouterr().err


def test_it_starts_from_the_given_weights_and_keeps_the_text_encoder(config, data):
    module = build_module(config)
    expected = DetailBase(SMALL)
    Checkpoint.read(data / "spformer.pth").load_backbone(expected.unet)
    for name, value in expected.unet.state_dict().items():
        assert torch.equal(module.model.unet.state_dict()[name], value)
    run = Run(config, SceneStore(config, quiet=True), torch.device("cpu"))
    before = {name: value.clone() for name, value in run.module.state_dict().items()}
    run.module.train()
    run.train_step()
    rates = [group["lr"] for group in run.state.optimizer.param_groups]
    assert rates == [pytest.approx(1e-6), pytest.approx(1e-4)]
    after = run.module.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert not any(name.startswith("text.") for name in changed)
    assert "model.unet.input_conv.weight" in changed
    assert "model.decoder.query_proj.weight" in changed


def test_the_loss_falls(config):
    config = replace(config, learning_rate=3e-3, backbone_rate=1.0, epochs=15)
    run = Run(config, SceneStore(config, quiet=True), torch.device("cpu"))
    run.module.train()
    losses = [float(run.train_step()) for _ in range(run.steps)]
    assert sum(losses[-4:]) < 0.8 * sum(losses[:4])


def test_a_backbone_that_does_not_fit_is_named(config):
    wider = replace(config, model=replace(SMALL, widths=(8, 24)))
    with pytest.raises(CheckpointError, match=r"spformer\.pth \(backbone\).*\n.*misshapen"):
        build_module(wider)
