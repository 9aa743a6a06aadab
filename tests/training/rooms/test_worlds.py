"""Worlds that others arranged: read, driven through, asked."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.path import CELL_M
from detailbase_core.synthetic.room import FIRST_OBJECT_ID, FLOOR_ID, WALL_IDS
from training.evaluation import worlds as asked
from training.rooms import worlds
from training.rooms.worlds import drive_through, read_worlds

BOXES = {  # low, high, category, structure
    3: ((-1.5, -1.5, 0.0), (-0.7, -0.7, 0.7), "table", False),
    5: ((-1.2, -1.2, 0.7), (-0.9, -0.9, 1.0), "vase", False),
    8: ((-2.0, -2.0, -0.02), (2.0, 2.0, 0.0), "floor", True),
    9: ((1.9, -2.0, 0.0), (2.0, 2.0, 2.0), "wall", True),
    11: ((1.2, -2.0, 0.0), (1.9, -1.0, 2.0), "stairs", True),
}


def write_world(folder, boxes=BOXES):
    """Samples of the surfaces of boxes."""
    rng = np.random.default_rng(0)
    parts = []
    for key, (low, high, _, _) in boxes.items():
        count = 4000 if key < 8 else 30_000
        points, axis = rng.uniform(low, high, (count, 3)), rng.integers(0, 3, count)
        end, rows = rng.integers(0, 2, count), np.arange(count)
        points[rows, axis] = np.array([low, high])[end, axis]
        normals = np.zeros((count, 3))
        normals[rows, axis] = 2 * end - 1
        parts.append((points, normals, np.full(count, key)))
    xyz, normals, instance = (np.concatenate(column) for column in zip(*parts, strict=True))
    folder.mkdir(exist_ok=True)
    arrays = {
        "xyz_mm": (xyz * 1000).astype(np.int16),
        "rgb": np.full((len(xyz), 3), 120, np.uint8),
        "normal_127": (normals * 127).astype(np.int8),
        "instance": instance.astype(np.int16),
    }
    np.savez(folder / "small.npz", **arrays)
    objects = {
        str(key): {"category": kind, "structure": structure, "box_min": low, "box_max": high}
        for key, (low, high, kind, structure) in boxes.items()
    }
    (folder / "small.json").write_text(json.dumps({"objects": objects}))
    return folder


def test_a_world_becomes_a_room_of_ours(tmp_path):
    (world,) = read_worlds(write_world(tmp_path / "w"))
    table, vase = FIRST_OBJECT_ID, FIRST_OBJECT_ID + 1
    assert world.ids == {3: table, 5: vase, 11: vase + 1, 8: FLOOR_ID, 9: WALL_IDS[0]}
    assert [(t.id, t.category, t.supported_by) for t in world.room.furniture] == [
        (table, "table", FLOOR_ID), (vase, "vase", table)
    ]  # fmt: skip
    assert world.room.furniture[0].box.center == pytest.approx((-1.1, -1.1, 0.35))
    cells = np.argwhere(world.free) * CELL_M - 2.05
    assert len(cells) > 500 and not ((cells < -0.8) & (cells > -1.4)).all(axis=1).any()


def test_the_map_of_a_drive_knows_its_objects(tmp_path, monkeypatch):
    monkeypatch.setattr(worlds, "_FRAMES_PER_M2", 0.0)
    (world,) = read_worlds(write_world(tmp_path / "w"))
    cloud, instance = drive_through(world)
    table = cloud.xyz[instance == world.ids[3]]
    assert len(table) > 200
    assert (np.abs(table - [-1.1, -1.1, 0.35]).max(axis=0) < [0.5, 0.5, 0.45]).all()
    assert (instance == FLOOR_ID).sum() > 1000 and (instance == world.ids[11]).sum() > 100


def test_sentences_by_hand_get_the_rooms_ids(tmp_path, monkeypatch):
    (world,) = read_worlds(write_world(tmp_path / "w"))
    assert asked.by_hand(world) == []  # nobody wrote any
    sentences = tmp_path / "sentences.yaml"
    sentences.write_text('small: ["[the vase](5) on [the table](3)", "[a bed]()"]')
    monkeypatch.setattr(asked, "BY_HAND_FILE", sentences)
    vase, bed = asked.by_hand(world)
    assert [phrase.ids for phrase in vase.phrases] == [(world.ids[5],), (world.ids[3],)]
    assert bed.phrases[0].ids == ()
    sentences.write_text('small: ["[the lamp](99)"]')
    with pytest.raises(BadFileError, match="99"):
        asked.by_hand(world)


def test_no_worlds_are_refused(tmp_path):
    with pytest.raises(BadFileError, match="no worlds can be read"):
        read_worlds(tmp_path)
    folder = write_world(tmp_path / "w")
    (folder / "small.json").write_text("{}")
    with pytest.raises(BadFileError, match="no worlds can be read"):
        read_worlds(folder)
