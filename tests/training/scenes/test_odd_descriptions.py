"""Descriptions that people have: read where they tell enough, refused or left out otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.settings import Settings, load_yaml, setting
from training.scenes.descriptions import parse_record, read_descriptions
from training.scenes.missing_objects import missing_objects, missing_text
from training.scenes.scannet import _read_objects
from training.scenes.scene_files import DescribedScene

if TYPE_CHECKING:
    from pathlib import Path

CHAIR = {"scene_id": "toy0", "ann_id": "0", "token": ["the", "chair"]}


def ids(**fields) -> tuple[int, ...] | None:
    return parse_record(CHAIR | fields).sentence_ids


def test_object_ids_are_whole_numbers() -> None:
    assert ids(object_id="3") == ids(object_id=3) == ids(object_id=3.0) == (3,)
    no_numbers = (3.7, "3.7", "3.0", True, None, [1], "1_0", "9" * 5000, float("inf"), "", {})
    for wrong in (*no_numbers, float("nan")):
        with pytest.raises(BadFileError, match="is no object id"):
            ids(object_id=wrong)
        with pytest.raises(BadFileError, match="is no object id"):
            ids(object_ids=[wrong])
    for wrong in ("-1", -1, 2**31, "4294967296"):
        with pytest.raises(BadFileError, match=r"below 0|no 32-bit number"):
            ids(object_id=wrong)
    with pytest.raises(BadFileError, match="no field"):
        ids(object_ids=None)


def test_multi3drefer() -> None:
    record = {
        "scene_id": "a",
        "object_ids": [0, 1],
        "eval_type": "mt",
        "description": "Two chairs.",
    }
    description = parse_record(record)
    assert description.sentence_ids == (0, 1)
    assert description.words == ("Two", "chairs", ".") and description.text == "Two chairs."
    assert parse_record(record | {"object_ids": [], "eval_type": "zt"}).sentence_ids == ()
    assert ids(object_ids=[0, 1]) == (0, 1)


def test_a_sentence_without_words_is_refused() -> None:
    for words in ([], [""], [" ", ""], [".", ",", "?!"], ["\u200b"], ["\u00ad"]):
        with pytest.raises(BadFileError, match="without words"):
            ids(token=words, object_id=0)


def test_a_record_that_refers_to_nothing_has_no_targets() -> None:
    description = parse_record(CHAIR | {"t2o": {}})
    assert list(description.targets()) == []


def test_byte_order_marks_are_read_over(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("\ufeff" + json.dumps([CHAIR | {"object_id": 0}]), encoding="utf-8")
    assert len(read_descriptions(path)["toy0"]) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_json_of_windows(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([CHAIR | {"object_id": 0}]), encoding=encoding)
    assert len(read_descriptions(path)["toy0"]) == 1


def test_a_git_lfs_pointer_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(BadFileError, match=r"Git LFS pointer.*git lfs pull"):
        read_descriptions(tmp_path / "a.json")
    with pytest.raises(BadFileError, match=r"Git LFS pointer.*git lfs pull"):
        _read_objects(tmp_path / "a.json", np.array([100]))


def test_bad_records_are_left_out_when_asked(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.json"
    bad = [CHAIR | {"object_id": "-1"}, CHAIR | {"object_id": -5}, CHAIR | {"token": []}]
    path.write_text(json.dumps([CHAIR | {"object_id": 0}, *bad, CHAIR | {"object_id": 1}]))
    with pytest.raises(BadFileError, match=r"record 1.*--skip-bad-records"):
        read_descriptions(path)
    found = read_descriptions(path, skip_bad=True)
    assert [d.sentence_ids for d in found["toy0"]] == [(0,), (1,)]
    assert "left out" in caplog.text and "below N" in caplog.text
    path.write_text(json.dumps(bad))
    with pytest.raises(BadFileError, match="nothing to learn"):
        read_descriptions(path, skip_bad=True)


def test_ids_that_the_scene_lacks_are_counted_and_named() -> None:
    told = [CHAIR | {"t2o": {"1": [99], "-1": [99]}}, CHAIR | {"object_id": 1}]
    scene = DescribedScene(
        "toy0",
        np.zeros((4, 3), np.float32),
        np.zeros((4, 3), np.uint8),
        np.array([-1, 0, 1, 1], np.int32),
        np.arange(4),
        tuple(map(parse_record, told)),
    )
    missing = missing_objects(scene)
    assert (missing.ids, missing.descriptions) == ((99,), 1)
    text = missing_text({"toy0": missing})
    assert "1 descriptions name 1 objects" in text and "toy0: 99" in text


def test_object_id_is_read_as_scannets_own_reader_does(tmp_path: Path) -> None:
    groups = [
        {"id": 10, "objectId": 0, "segments": [100], "label": "chair"},
        {"id": 11, "objectId": 1, "segments": [200], "label": "table"},
    ]
    path = tmp_path / "a.aggregation.json"
    path.write_text(json.dumps({"segGroups": groups}))
    instance, categories = _read_objects(path, np.array([100, 200, 300]))
    assert instance.tolist() == [0, 1, -1] and categories == {0: "chair", 1: "table"}


@pytest.mark.parametrize("number", [0.7, "a", None, -1])
def test_an_object_id_that_is_none_is_refused(tmp_path: Path, number: object) -> None:
    path = tmp_path / "a.aggregation.json"
    group = {"id": 10, "objectId": number, "segments": [100], "label": "chair"}
    path.write_text(json.dumps({"segGroups": [group]}))
    with pytest.raises(BadFileError, match="object id"):
        _read_objects(path, np.array([100]))


@dataclass(frozen=True)
class Rate(Settings):
    rate: float = setting(1.0, "Of learning.")
    name: str = setting("", "Of nobody.")
    steps: int = setting(1, "Of the run.")


@pytest.mark.parametrize("text", ["1e-3", "1E-3", "+1e-3", "0.001", "1.e-3", "10e-4"])
def test_numbers_in_yaml(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(f"rate: {text}\nname: 'e1'\n")
    assert load_yaml(Rate, tmp_path / "a.yaml") == Rate(1e-3, "e1")


@pytest.mark.parametrize(("text", "steps"), [("1e4", 10_000), ("2.5E+3", 2500), ("12", 12)])
def test_whole_numbers_in_yaml(tmp_path: Path, text: str, steps: int) -> None:
    (tmp_path / "a.yaml").write_text(f"steps: {text}\nrate: 1e2\n")
    assert load_yaml(Rate, tmp_path / "a.yaml") == Rate(100.0, steps=steps)
    for wrong in ("1000.5", "1e-3", "1e400", "'1e4'"):
        (tmp_path / "a.yaml").write_text(f"steps: {wrong}\n")
        with pytest.raises(ConfigError, match="steps: expected int"):
            load_yaml(Rate, tmp_path / "a.yaml")
