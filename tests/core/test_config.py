"""Settings: what is refused, what the message says, and that files give back what was written."""

from __future__ import annotations

import dataclasses
import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from detailbase_core.config import (
    GrounderConfig,
    InstanceConfig,
    MapConfig,
    ModelConfig,
    SuperpointConfig,
    TextConfig,
)
from detailbase_core.errors import ConfigError
from detailbase_core.settings import Settings, from_dict, load_yaml, to_dict
from detailbase_core.yaml_files import read_yaml
from training.config import AugmentationConfig, LossWeights, TrainConfig

ALL = (
    GrounderConfig,
    MapConfig,
    SuperpointConfig,
    InstanceConfig,
    ModelConfig,
    TextConfig,
    TrainConfig,
    AugmentationConfig,
    LossWeights,
)


def least(config_class: type[Settings]) -> Settings:
    """With nothing set but what has to be."""
    return TrainConfig(steps=5) if config_class is TrainConfig else config_class()


def is_nested(field) -> bool:
    return field.default_factory is not dataclasses.MISSING


@pytest.mark.parametrize("config_class", ALL)
def test_every_field_says_what_it_means(config_class):
    assert config_class.__doc__
    for field in dataclasses.fields(config_class):
        if not is_nested(field):
            assert field.metadata["doc"].endswith("."), field.name


@pytest.mark.parametrize("config_class", ALL)
def test_defaults_stand_within_their_own_limits(config_class):
    """Building checks them; each number has a limit that refuses nonsense."""
    config = least(config_class)
    assert isinstance(config, Settings)
    for field in dataclasses.fields(config):
        if isinstance(getattr(config, field.name), float):
            assert field.metadata["low"] is not None, field.name


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"thread": 1}, r"unknown setting 'thread'; known here: backend, checkpoint, .*threads"),
        ({"map": {"voxel": 1}}, r"unknown setting 'map\.voxel'; known here: carve, .*voxel_size_m"),
        ({1: 2}, "unknown setting '1'"),
        ({"map": {"voxel_size_m": "big"}}, r"map\.voxel_size_m: expected float, got 'big'"),
        ({"map": {"voxel_size_m": None}}, r"map\.voxel_size_m: expected float, got None"),
        ({"map": {"carve": 1}}, r"map\.carve: expected bool, got 1"),
        ({"map": {"max_voxels": True}}, r"map\.max_voxels: expected int, got True"),
        ({"map": {"max_voxels": 5000.0}}, r"map\.max_voxels: expected int, got 5000\.0"),
        ({"map": {"voxel_size_m": 0.001}}, r"map\.voxel_size_m: 0\.001 is below 0\.005"),
        ({"map": {"voxel_size_m": 3}}, r"map\.voxel_size_m: 3\.0 is above 0\.5"),
        ({"map": {"voxel_size_m": math.nan}}, r"map\.voxel_size_m: NaN is not a value"),
        ({"map": {"voxel_size_m": math.inf}}, r"map\.voxel_size_m: inf is above 0\.5"),
        ({"map": 3}, r"map: expected settings, got 3"),
        ({"map": None}, r"map: expected settings, got None"),
        (
            {"backend": "cudnn"},
            r"backend: 'cudnn' is not one of auto, native, torch, triton, spconv",
        ),
        ({"device": 0}, r"device: expected str, got 0"),
        ({"threads": -1}, r"threads: -1 is below 0"),
    ],
)
def test_bad_settings_are_named_with_their_path(values, message):
    with pytest.raises(ConfigError, match=message):
        from_dict(GrounderConfig, values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model": {"widths": 32}}, r"model\.widths: expected a list, got 32"),
        ({"model": {"widths": [32, 0]}}, r"model\.widths: 0 is below 1"),
        ({"model": {"widths": [32, "64"]}}, r"model\.widths: expected int, got '64'"),
        ({"model": {"widths": []}}, r"model\.widths: the U-Net needs at least one level"),
        ({"model": {"heads": 3}}, r"model\.query_dim: 256 does not divide into 3 heads"),
        ({"text": {"dim": 30}}, r"text\.dim: 30 does not divide into 4 heads"),
        ({"loss": {"presence": -1}}, r"loss\.presence: -1\.0 is below 0\.0"),
        ({"learning_rate": "fast"}, r"^learning_rate: expected float"),
    ],
)
def test_bad_training_settings_are_named_with_their_path(values, message):
    with pytest.raises(ConfigError, match=message):
        from_dict(TrainConfig, values)


def test_whole_numbers_become_floats_and_lists_tuples():
    config = from_dict(TrainConfig, {"steps": 5, "clip_norm": 2, "model": {"widths": [8, 16]}})
    assert isinstance(config.clip_norm, float)
    assert config.model.widths == (8, 16)
    assert from_dict(GrounderConfig, {}) == GrounderConfig()


@pytest.mark.parametrize(
    ("low", "high", "message"),
    [
        ((0, 0, 1), (1, 1, 1), "must be below"),
        ((0, 0), (1, 1), "x y z each"),
    ],
)
def test_a_crop_box_that_holds_nothing_is_refused(low, high, message):
    with pytest.raises(ConfigError, match=f"^map.crop_low_m.*{message}"):
        from_dict(GrounderConfig, {"map": {"crop_low_m": low, "crop_high_m": high}})


def test_settings_are_checked_in_code_too_and_frozen():
    with pytest.raises(ConfigError, match="max_range_m"):
        MapConfig(max_range_m=0.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        MapConfig().max_range_m = 3.0


@pytest.mark.parametrize(
    "config",
    [
        GrounderConfig(),
        GrounderConfig(map=MapConfig(voxel_size_m=0.05, carve=False), threads=3),
        TrainConfig(steps=5),
        TrainConfig(epochs=2, model=ModelConfig(widths=(8, 16), heads=4), seed=7),
    ],
)
def test_yaml_round_trip(config, tmp_path):
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(to_dict(config)), encoding="utf-8")
    assert load_yaml(type(config), tmp_path / "config.yaml") == config


@given(
    st.builds(
        InstanceConfig,
        mask_threshold=st.floats(0, 1),
        presence_threshold=st.floats(0, 1),
        connect_distance_m=st.floats(0.01, 10.0),
        min_points=st.integers(1, 1_000_000),
    )
)
def test_any_valid_settings_survive_yaml(config):
    values = yaml.safe_load(yaml.safe_dump(to_dict(config)))
    assert from_dict(InstanceConfig, values) == config


def plain(value) -> bool:
    if isinstance(value, dict):
        return all(isinstance(k, str) and plain(v) for k, v in value.items())
    return all(map(plain, value)) if type(value) is list else type(value) in (int, float, str, bool)


@pytest.mark.parametrize("config_class", ALL)
def test_to_dict_gives_plain_values_only(config_class):
    assert plain(to_dict(least(config_class)))


@pytest.mark.parametrize("text", ["map: [1", "\tmap: 1", "map: !!python/object/apply:os.getcwd []"])
def test_files_that_are_no_yaml_are_refused(tmp_path, text):
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"c\.yaml: cannot be read as YAML"):
        load_yaml(GrounderConfig, tmp_path / "c.yaml")


@pytest.mark.parametrize("text", ["3", "[]", "false", "- map", "just words"])
def test_yaml_that_holds_no_settings_is_refused(tmp_path, text):
    (tmp_path / "c.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"c\.yaml: .*expected settings"):
        load_yaml(GrounderConfig, tmp_path / "c.yaml")


def test_an_empty_file_means_all_defaults(tmp_path):
    (tmp_path / "c.yaml").write_text("# nothing set\n", encoding="utf-8")
    assert load_yaml(GrounderConfig, tmp_path / "c.yaml") == GrounderConfig()


def test_missing_and_binary_files_are_named(tmp_path):
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00map")
    for name in ("missing.yaml", "binary.yaml", "."):
        with pytest.raises(ConfigError, match="cannot be read as YAML"):
            load_yaml(GrounderConfig, tmp_path / name)


def test_a_bad_setting_in_a_file_names_the_file(tmp_path):
    (tmp_path / "c.yaml").write_text("map:\n  voxel_size_m: 9\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"c\.yaml: map\.voxel_size_m: 9\.0 is above 0\.5"):
        load_yaml(GrounderConfig, tmp_path / "c.yaml")


@pytest.mark.parametrize("path", ["config/detailbase_rooms.yaml"])
def test_shipped_training_settings_are_valid(path, request):
    config = load_yaml(TrainConfig, request.config.rootpath / path)
    assert config.model.text_dim == config.text.dim


LAUGHS = "a0: &a0 [1, 2]\n" + "".join(f"a{k}: &a{k} [*a{k - 1}, *a{k - 1}]\n" for k in range(1, 60))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LAUGHS, "one within another"),
        ("&a [*a]", "one within another"),
        ("a: &a x\nb: [" + "*a, " * 60 + "]", "too many"),
        ("when: 2020-13-45", "month"),
        ("[" * 100_000, "RecursionError|recursion"),
        ("big: " + "9" * 5000, "a number of 5000 digits"),
        ("big: " + "1:" * 5000 + "1", "a number of 10001 digits"),
        ("x: " + "y" * (5 << 20), "more than 4194304 bytes"),
        ("\xff", "decode|special characters"),
        ("? [1]\n: 2", "hashable"),
    ],
)
def test_yaml_that_grows_beyond_its_file_or_is_no_yaml_is_refused(tmp_path, text, reason):
    path = tmp_path / "settings.yaml"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError, match=reason) as refused:
        load_yaml(GrounderConfig, path)
    assert len(str(refused.value)) < 2000


def test_yaml_anchors_of_plain_values_work(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("max_words: &most 99\nthreads: *most\nmap: &map {max_range_m: 5}\n")
    config = load_yaml(GrounderConfig, path)
    assert (config.max_words, config.threads, config.map.max_range_m) == (99, 99, 5.0)
    path.write_text("a: &a {x: 1}\nb: {<<: *a, y: 2}\n")
    assert read_yaml(path)["b"] == {"x": 1, "y": 2}


def test_values_in_errors_are_cut():
    with pytest.raises(ConfigError) as refused:
        from_dict(GrounderConfig, {"max_words": "x" * 1_000_000})
    assert len(str(refused.value)) < 400
