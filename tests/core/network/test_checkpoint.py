"""Weight files: released layouts, our own, and everything that can be wrong with them."""

from __future__ import annotations

import json
import os
import pickle
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from detailbase_core.errors import CheckpointError
from detailbase_core.network import checkpoint as checkpoint_module
from detailbase_core.network.batch import SceneBatch, TextBatch
from detailbase_core.network.checkpoint import Checkpoint, save_checkpoint
from detailbase_core.network.detailbase import DetailBase
from detailbase_core.network.published_names import (
    is_backbone_key,
    released_backbone_key,
    released_key,
)
from detailbase_core.network.sparse_unet import SparseUNet
from tests.helpers.golden import load_golden
from tests.helpers.weight_files import (
    MODEL,
    VOCABULARY,
    released_state,
    save_tiny_checkpoint,
    tiny_model,
    tiny_text_encoder,
)

EXTRAS = {
    "criterion.loss_weight": torch.ones(4),
    "text_encoder.pooler.dense.weight": torch.zeros(3, 3),
    "text_encoder.pooler.dense.bias": torch.zeros(3),
    "text_encoder.embeddings.position_ids": torch.arange(5)[None],
}


def write_pth(path: Path, content: object, old_format: bool = False) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=not old_format)
    return path


def small_released_state() -> dict[str, torch.Tensor]:
    """A part of the golden state: enough to be read, small enough to be cut into many pieces."""
    return {k: v for k, v in released_state().items() if k.startswith("unet.blocks.")}


def tiny_batch() -> SceneBatch:
    random = torch.Generator().manual_seed(1)
    xyz = torch.rand(300, 3, generator=random)
    superpoints = (xyz[:, 0] * 8).long().unique(return_inverse=True)[1]
    return SceneBatch(
        xyz,
        xyz,
        torch.rand(300, 3, generator=random) * 2 - 1,
        torch.zeros(300, dtype=torch.int64),
        superpoints,
        (int(superpoints.max()) + 1,),
        (300,),
    )


def equals_released(network: torch.nn.Module) -> bool:
    state = released_state()
    return all(torch.equal(v, state.pop(released_key(k))) for k, v in network.state_dict().items())


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize(
    "wrappers",
    [(), ("state_dict",), ("model",), ("net",), ("model", "state_dict"), ("net", "model")],
)
def test_released_layouts_load(tmp_path, prefix, wrappers):
    content: object = {prefix + k: v for k, v in released_state().items()}
    for wrapper in reversed(wrappers):
        content = {"epoch": 3, wrapper: content, "optimizer": {"state": {0: torch.ones(2)}}}
    checkpoint = Checkpoint.read(write_pth(tmp_path / "released.pth", content))
    assert not checkpoint.is_ours
    assert checkpoint.dropped == ()
    assert equals_released(checkpoint.load_network())


def test_released_tensors_in_a_safetensors_file_load(tmp_path):
    save_file(released_state(), tmp_path / "released.pth")  # contents count, not the suffix
    assert equals_released(Checkpoint.read(tmp_path / "released.pth").load_network())


def test_old_torch_files_load(tmp_path):
    path = write_pth(tmp_path / "released.pth", released_state(), old_format=True)
    assert equals_released(Checkpoint.read(path).load_network())


def test_inferred_sizes_are_those_of_the_golden_file():
    golden = load_golden().json("config")
    config = Checkpoint(Path("golden"), released_state()).model_config()
    assert config.widths == tuple(golden["media"] * (i + 1) for i in range(golden["blocks"]))
    assert config.block_reps == golden["block_reps"]
    assert config.query_dim == golden["d_model"]
    assert config.ffn_dim == golden["hidden_dim"]
    assert config.decoder_layers == golden["num_layer"]


@pytest.mark.parametrize("prefix", ["", "module."])
def test_known_extras_are_dropped_and_reported(tmp_path, prefix):
    state = {prefix + k: v for k, v in (released_state() | EXTRAS).items()}
    checkpoint = Checkpoint.read(write_pth(tmp_path / "released.pth", {"state_dict": state}))
    assert checkpoint.dropped == tuple(sorted(EXTRAS))
    assert equals_released(checkpoint.load_network())


def test_names_that_only_begin_like_known_extras_are_not_dropped(tmp_path):
    state = released_state() | {"criterion.loss_weight_2": torch.ones(1)}
    checkpoint = Checkpoint.read(write_pth(tmp_path / "released.pth", state))
    with pytest.raises(CheckpointError, match=r"unexpected criterion\.loss_weight_2"):
        checkpoint.load_network()


DECIDING = (
    "input_conv.0.weight",
    "unet.conv.2.weight",
    "unet.u.blocks.block0.conv_branch.2.weight",
    "unet.blocks.block1.conv_branch.0.weight",
    "decoder.lang_proj.weight",
    "decoder.ffn_layers.0.net.0.weight",
    "decoder.out_norm.weight",
    "decoder.self_attn_layers.1.attn.in_proj_bias",
    "output_layer.0.running_var",
)


@pytest.mark.parametrize("missing", DECIDING)
def test_all_that_does_not_fit_is_listed_by_its_name_in_the_file(tmp_path, missing):
    """Also where a tensor is gone from whose shape the network's sizes could be told."""
    state = released_state()
    del state[missing]
    state["decoder.query_proj.weight"] = torch.zeros(256, 768)  # our name, not a released one
    state["decoder.head.bias"] = torch.zeros(1)
    state["decoder.x_mask.2.bias"] = torch.zeros(7)
    checkpoint = Checkpoint.read(write_pth(tmp_path / "released.pth", state))
    with pytest.raises(CheckpointError) as caught:
        checkpoint.load_network()
    lines = [line.strip() for line in str(caught.value).splitlines()[1:]]
    assert lines == [
        f"misshapen decoder.x_mask.2.bias: (7,), wanted {tuple(released_state()['decoder.x_mask.2.bias'].shape)}",  # noqa: E501
        f"missing {missing}",
        "unexpected decoder.head.bias",
        "unexpected decoder.query_proj.weight",
    ]
    assert "released.pth" in str(caught.value)


@pytest.mark.parametrize("name", [n for n in DECIDING if n != "decoder.lang_proj.weight"])
@pytest.mark.parametrize("shape", [(), (3,), (3, 5)])
def test_a_misshapen_tensor_is_the_only_one_listed(name, shape):
    state = released_state() | {name: torch.zeros(shape)}
    with pytest.raises(CheckpointError) as caught:
        Checkpoint(Path("x.pth"), state).load_network()
    assert len(str(caught.value).splitlines()) == 2
    assert f"misshapen {name}: {shape}" in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(value):
    """They would come out as scores and boxes that are none."""
    state = released_state()
    state["decoder.out_score.2.bias"] = torch.full((1,), value)
    with pytest.raises(CheckpointError, match=r"\n  not finite decoder\.out_score\.2\.bias$"):
        Checkpoint(Path("x.pth"), state).load_network()


@pytest.mark.parametrize(
    "state",
    [
        {"layer1.0.conv1.weight": torch.zeros(3, 3)},
        {"decoder.lang_proj.weight": torch.zeros(256, 768)},
        {k: v for k, v in released_state().items() if not k.startswith("decoder.")},
    ],
)
def test_other_networks_are_no_detailbase(state):
    with pytest.raises(CheckpointError, match="not a DetailBase file, it has no"):
        Checkpoint(Path("x.pth"), state).load_network()


def test_sizes_that_no_network_can_have_are_refused():
    state = released_state() | {
        k: torch.zeros(255) for k in released_state() if re.fullmatch(r"decoder\..*norm\.\w+", k)
    }
    with pytest.raises(CheckpointError, match="255 does not divide into 8 heads"):
        Checkpoint(Path("x.pth"), state).load_network()


def test_every_tensor_of_ours_has_its_own_released_name():
    names = [released_backbone_key(k) for k in SparseUNet(6, (8, 16, 24), 2).state_dict()]
    assert len(set(names)) == len(names)
    assert all(map(is_backbone_key, names))


class Code:
    """Unpickling it would create a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("old_format", [False, True, None])
def test_pickled_code_is_refused_and_does_not_run(tmp_path, old_format):
    content = {"state_dict": released_state(), "extra": Code(tmp_path / "ran")}
    path = tmp_path / "evil.pth"
    if old_format is None:
        path.write_bytes(pickle.dumps({"extra": Code(tmp_path / "ran")}))
    else:
        write_pth(path, content, old_format)
    with pytest.raises(CheckpointError, match="objects other than tensors"):
        Checkpoint.read(path)
    assert not (tmp_path / "ran").exists()
    Code(tmp_path / "ran").__reduce__()[0](tmp_path / "ran")  # it would have been seen
    assert (tmp_path / "ran").exists()


def cuts(size: int) -> list[int]:
    """Lengths to which a file is cut: all near both ends, some between."""
    near = [*range(0, 24), *range(size - 12, size)]
    return sorted({*near, *np.linspace(24, size - 12, 60).astype(int).tolist()})


@pytest.mark.parametrize("old_format", [False, True])
def test_truncated_pth_files_are_refused(tmp_path, old_format):
    state = small_released_state()
    whole = write_pth(tmp_path / "whole.pth", {"state_dict": state}, old_format).read_bytes()
    assert len(Checkpoint.read(tmp_path / "whole.pth").tensors) == len(state)
    path = tmp_path / "cut.pth"
    for length in cuts(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match=re.escape(str(path))):
            Checkpoint.read(path)


def test_truncated_safetensors_files_are_refused(tmp_path):
    whole = save_tiny_checkpoint(tmp_path / "whole.safetensors").read_bytes()
    path = tmp_path / "cut.safetensors"
    for length in cuts(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match=re.escape(str(path))):
            Checkpoint.read(path)


@pytest.mark.parametrize("old_format", [False, True])
def test_damaged_pth_files_never_raise_anything_else(tmp_path, old_format):
    """Bytes changed at random: a clear error, or other numbers, never another exception."""
    state = small_released_state()
    whole = write_pth(tmp_path / "whole.pth", {"state_dict": state}, old_format).read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(150):
        damaged = np.frombuffer(whole, np.uint8).copy()
        places = random.integers(0, min(len(whole), 4000), 4)
        damaged[places] = random.integers(0, 256, 4)
        (tmp_path / "damaged.pth").write_bytes(damaged.tobytes())
        try:
            Checkpoint.read(tmp_path / "damaged.pth")
        except CheckpointError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize(
    "content",
    [b"", b"\0", b"no weights here\n" * 10, b"{}", b"PK\3\4", b"\2" + b"\0" * 7 + b"{}"],
)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_files_without_weights_are_refused(tmp_path, content, suffix):
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=re.escape(str(path))):
        Checkpoint.read(path)


@pytest.mark.parametrize("content", [[1, 2], torch.ones(3), {}, {"state_dict": {"epoch": 3}}])
def test_torch_files_without_named_tensors_are_refused(tmp_path, content):
    path = write_pth(tmp_path / "file.pth", content)
    with pytest.raises(CheckpointError, match=r"file.pth: (expected a dict|holds no weights)"):
        Checkpoint.read(path)


def test_folders_and_missing_files_are_named(tmp_path):
    with pytest.raises(CheckpointError, match=f"{re.escape(str(tmp_path))}: is a folder"):
        Checkpoint.read(tmp_path)
    with pytest.raises(CheckpointError, match=r"nothing\.pth: there is no such file"):
        Checkpoint.read(tmp_path / "nothing.pth")


def outputs(model, text_encoder):
    with torch.no_grad():
        text, mask = text_encoder.encode([["the", "red", "chair"], ["a", "lamp"]])
        prediction = model.ground(
            model.encode_scene(tiny_batch()), TextBatch(text[None], mask[None])
        )
    return prediction.mask_logits, prediction.scores


def test_our_format_round_trip(tmp_path):
    model, text_encoder = tiny_model(), tiny_text_encoder()
    save_checkpoint(tmp_path / "m.safetensors", model, text_encoder, {"training": "none"})
    checkpoint = Checkpoint.read(tmp_path / "m.safetensors")
    assert checkpoint.is_ours
    assert checkpoint.metadata["training"] == "none"
    assert checkpoint.model_config() == MODEL
    loaded, loaded_text = checkpoint.load()
    assert not loaded.training
    assert not loaded_text.training
    assert loaded_text.pieces.vocabulary == tuple(VOCABULARY)
    assert torch.equal(loaded_text.vectors, text_encoder.vectors)
    for ours, theirs in zip(
        outputs(model, text_encoder), outputs(loaded, loaded_text), strict=True
    ):
        assert torch.allclose(ours, theirs, atol=5e-3)
        assert not torch.allclose(ours, torch.zeros(()), atol=5e-2)


def test_saving_twice_gives_the_same_file(tmp_path):
    """float16 values survive: what is loaded and saved again is bit for bit the same."""
    first = save_tiny_checkpoint(tmp_path / "1.safetensors")
    model, text_encoder = Checkpoint.read(first).load()
    save_checkpoint(tmp_path / "2.safetensors", model, text_encoder, {"training": "none"})
    one, two = load_file(first), load_file(tmp_path / "2.safetensors")
    assert one.keys() == two.keys()
    assert all(torch.equal(one[k], two[k]) for k in one)


def test_values_beyond_float16_are_kept(tmp_path):
    model = tiny_model()
    model.unet.output_norm.running_var[0] = 1e6
    save_checkpoint(tmp_path / "m.safetensors", model, tiny_text_encoder(), {})
    loaded = Checkpoint.read(tmp_path / "m.safetensors").load_network()
    assert float(loaded.unet.output_norm.running_var[0]) == 1e6


def test_our_file_that_does_not_fit_its_config_is_refused(tmp_path):
    path = save_tiny_checkpoint(tmp_path / "m.safetensors")
    checkpoint = Checkpoint.read(path)
    tensors = dict(checkpoint.tensors)
    del tensors["decoder.out_norm.bias"]
    tensors["text_encoder.norm.bias"] = torch.zeros(3)
    with pytest.raises(CheckpointError, match=r"missing decoder\.out_norm\.bias"):
        Checkpoint(path, tensors, checkpoint.metadata).load()
    tensors["decoder.out_norm.bias"] = checkpoint.tensors["decoder.out_norm.bias"]
    with pytest.raises(CheckpointError, match=r"text encoder\).*\s+misshapen norm.bias: \(3,\)"):
        Checkpoint(path, tensors, checkpoint.metadata).load()


@pytest.mark.parametrize("model", [None, "", "[]", '{"widths": []}', '{"wide": 3}', '{"heads": 0}'])
def test_our_file_with_a_broken_config_is_refused(tmp_path, model):
    checkpoint = Checkpoint.read(save_tiny_checkpoint(tmp_path / "m.safetensors"))
    metadata = {k: v for k, v in checkpoint.metadata.items() if k != "model"}
    metadata |= {} if model is None else {"model": model}
    with pytest.raises(CheckpointError, match="its model config cannot be read"):
        Checkpoint(checkpoint.path, checkpoint.tensors, metadata).load()


def with_options(tmp_path, **options) -> Checkpoint:
    """A file of ours whose config says so."""
    checkpoint = Checkpoint.read(save_tiny_checkpoint(tmp_path / "m.safetensors"))
    model = {**json.loads(checkpoint.metadata["model"]), **options}
    return replace(checkpoint, metadata={**checkpoint.metadata, "model": json.dumps(model)})


def test_a_file_that_names_removed_options_as_off_loads(tmp_path):
    off = with_options(tmp_path, context_layers=0, query_positions=False, phrase_queries=False)
    assert off.load_network().config == tiny_model().config


@pytest.mark.parametrize("option", [{"context_layers": 2}, {"query_positions": True}])
def test_a_file_that_was_trained_with_a_removed_option_is_refused(tmp_path, option):
    with pytest.raises(CheckpointError, match=f"trained with {next(iter(option))}, which this"):
        with_options(tmp_path, **option).load_network()


def test_a_broken_vocabulary_is_refused(tmp_path):
    checkpoint = Checkpoint.read(save_tiny_checkpoint(tmp_path / "m.safetensors"))
    tensors = dict(checkpoint.tensors)
    tensors["text_encoder.vocabulary"] = torch.full((5,), 255, dtype=torch.uint8)
    with pytest.raises(CheckpointError, match="its vocabulary is broken"):
        Checkpoint(checkpoint.path, tensors, checkpoint.metadata).load()


def test_writing_is_atomic(tmp_path, monkeypatch):
    path = save_tiny_checkpoint(tmp_path / "m.safetensors")
    before = path.read_bytes()

    def full_disk(tensors, name, metadata):
        Path(name).write_bytes(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(checkpoint_module, "save_file", full_disk)
    with pytest.raises(OSError, match="no space"):
        save_checkpoint(path, tiny_model(1), tiny_text_encoder(), {})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_released_file_asks_for_its_text_encoder(tmp_path):
    path = write_pth(tmp_path / "released.pth", released_state())
    with pytest.raises(CheckpointError, match="name a transformers folder"):
        Checkpoint.read(path).load()


def spformer_state() -> dict[str, torch.Tensor]:
    backbone = {k: v for k, v in released_state().items() if is_backbone_key(k)}
    return backbone | {
        "decoder.query.weight": torch.zeros(400, 256),
        "decoder.out_cls.0.weight": torch.zeros(256, 256),
        "criterion.empty_weight": torch.zeros(19),
    }


@pytest.mark.parametrize("wrapper", ["net", None])
def test_of_an_spformer_file_only_the_backbone_is_loaded(tmp_path, wrapper):
    content = {wrapper: spformer_state(), "epoch": 512} if wrapper else spformer_state()
    checkpoint = Checkpoint.read(write_pth(tmp_path / "sp.pth", content))
    unet = SparseUNet(6, checkpoint.model_config().widths, 2)
    checkpoint.load_backbone(unet)
    state = spformer_state()
    for name, value in unet.state_dict().items():
        assert torch.equal(value, state[released_backbone_key(name)])


def test_a_backbone_that_does_not_fit_is_refused(tmp_path):
    state = spformer_state()
    del state["unet.conv.2.weight"]
    checkpoint = Checkpoint.read(write_pth(tmp_path / "sp.pth", state))
    widths = checkpoint.model_config().widths
    with pytest.raises(CheckpointError, match=r"backbone.*\s+missing unet.conv.2.weight$"):
        checkpoint.load_backbone(SparseUNet(6, widths, 2))


def test_the_backbone_of_our_own_file_can_be_loaded(tmp_path):
    checkpoint = Checkpoint.read(save_tiny_checkpoint(tmp_path / "m.safetensors"))
    unet = SparseUNet(MODEL.in_channels, MODEL.widths, MODEL.block_reps)
    checkpoint.load_backbone(unet)
    for name, value in unet.state_dict().items():
        assert torch.allclose(value.float(), checkpoint.tensors[f"unet.{name}"].float())


@pytest.mark.parametrize(
    "options",
    [
        {"query_dim": 16_384, "heads": 1},
        {"ffn_dim": 16_384},
        {"decoder_layers": 64},
        {"widths": [16_384] * 10, "block_reps": 16},
    ],
)
def test_a_network_that_its_tensors_do_not_fit_is_never_built(tmp_path, monkeypatch, options):
    built = []
    init = DetailBase.__init__

    def watched(self, config):
        init(self, config)
        built.extend(p.device.type for p in self.parameters())

    monkeypatch.setattr(DetailBase, "__init__", watched)
    checkpoint = with_options(tmp_path, **options)
    built.clear()
    with pytest.raises(CheckpointError, match="do not fit"):
        checkpoint.load()
    assert set(built) == {"meta"}


@pytest.mark.parametrize(
    "options", [{"query_dim": 2**40}, {"decoder_layers": 10**6}, {"widths": [32] * 500}]
)
def test_sizes_beyond_all_networks_are_refused(tmp_path, options):
    with pytest.raises(CheckpointError, match=r"is above|10 at most"):
        with_options(tmp_path, **options).load()


def test_a_vocabulary_larger_than_its_vectors_takes_no_memory(tmp_path):
    checkpoint = with_options(tmp_path)
    packed = torch.full((200_000,), ord("\n"), dtype=torch.uint8)
    tensors = {**checkpoint.tensors, "text_encoder.vocabulary": packed}
    with pytest.raises(CheckpointError, match=r"misshapen (vectors|vocabulary)"):
        replace(checkpoint, tensors=tensors).load()


@pytest.mark.parametrize("config", ["[" * 100_000, '{"query_dim": ' + "9" * 5000 + "}", "[1]"])
def test_a_config_of_any_text_is_refused(tmp_path, config):
    checkpoint = with_options(tmp_path)
    metadata = {**checkpoint.metadata, "model": config}
    with pytest.raises(CheckpointError, match="config cannot be read"):
        replace(checkpoint, metadata=metadata).load()


def test_a_tensor_that_repeats_one_number_a_trillion_times_is_refused(tmp_path):
    tensors = {"head.weight": torch.zeros(1).expand(1 << 40)}
    with pytest.raises(CheckpointError, match="larger than what is stored"):
        Checkpoint.read(write_pth(tmp_path / "model.pth", tensors))
