"""Scenes that are added to a run's folder, read while it goes on."""

from __future__ import annotations

import os
import time

import pytest
import torch

from detailbase_core.errors import BadFileError
from tests.helpers.toy_scenes import toy_arrays, toy_records, write_scene
from training.config import TrainConfig
from training.scenes.background_reader import BackgroundReader
from training.scenes.scene_store import SceneStore

pytestmark = pytest.mark.usefixtures("one_thread")


def wait_for(found, count: int) -> None:
    """Call `found`, which counts new ones, until there were so many; pytest's timeout ends it."""
    seen = 0
    while (seen := seen + found()) < count:
        time.sleep(0.01)
    assert seen == count


def test_files_come_in_order_from_another_process():
    def make(path):
        time.sleep(0.05 if path == "first" else 0.0)
        return path.upper(), os.getpid()

    reader, made = BackgroundReader(make), []
    assert list(reader.ready()) == []
    reader.begin(["first", "second"])

    def take():
        new = list(reader.ready())
        made.extend(new)
        return len(new)

    wait_for(take, 2)
    assert [(path, text) for path, (text, _) in made] == [("first", "FIRST"), ("second", "SECOND")]
    assert os.getpid() not in {process for _, (_, process) in made}


def test_new_scenes_are_those_that_would_have_been_read_at_once(tmp_path):
    folder = tmp_path / "scenes"
    write_scene(folder, "a", toy_arrays(0), toy_records())
    config = TrainConfig(data=str(folder), steps=1)
    beside, at_once = SceneStore(config, quiet=True), SceneStore(config, quiet=True)
    beside.read_in_background()
    write_scene(folder, "b", toy_arrays(1), toy_records())
    write_scene(folder, "c", toy_arrays(2), toy_records())
    assert beside.rescan() == 0  # begun
    wait_for(beside.rescan, 2)
    assert at_once.rescan() == 2
    assert beside.paths == at_once.paths and beside.fingerprint() == at_once.fingerprint()
    for one, two in zip(beside.scenes, at_once.scenes, strict=True):
        assert one.descriptions == two.descriptions
        assert torch.equal(one.xyz, two.xyz) and torch.equal(one.objects, two.objects)


def test_a_broken_file_is_named(tmp_path):
    folder = tmp_path / "scenes"
    write_scene(folder, "a", toy_arrays(0), toy_records())
    store = SceneStore(TrainConfig(data=str(folder), steps=1), quiet=True)
    store.read_in_background()
    (folder / "b.npz").write_bytes(b"no zip")
    (folder / "b.json").write_text("[]")
    with pytest.raises(BadFileError, match=r"b\.npz"):
        wait_for(store.rescan, 1)
