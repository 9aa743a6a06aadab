"""A large map that is asked after a change answers as one that is encoded for the first time."""

from __future__ import annotations

from itertools import islice

import numpy as np

from detailbase_core.config import GrounderConfig, MapConfig
from detailbase_core.grounder import Grounder
from detailbase_core.network import chunk_grid
from detailbase_core.network.parted_scene import PartedScene
from detailbase_core.synthetic.demo_room import MAP_FRAME, demo_scans

CONFIG = GrounderConfig(
    device="cpu",
    views=1,
    map=MapConfig(min_range_m=0.0, max_range_m=1e3, carve=False),
    max_encoding_age_s=0.0,
)


def see(grounder: Grounder, scans, x: float) -> None:
    """Scans of a room, so many metres further along x."""
    shift = np.eye(4)
    shift[0, 3] = x
    for scan in scans:
        grounder.add(scan.cloud, shift @ scan.sensor_to_map, MAP_FRAME)


def told(grounder: Grounder):
    answer = grounder.ground("the chair next to the table")
    return [
        (one.text, one.presence, [(i.score, i.point_indices.tolist()) for i in one.instances])
        for one in answer.phrases
    ]


def test_kept_chunks_answer_as_new_ones(monkeypatch, tmp_path):
    monkeypatch.setattr(chunk_grid, "MIN_POINTS", 10_000)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 1_000)
    grounder, scans = Grounder(CONFIG), list(islice(demo_scans(), 4))
    for x in (0.0, 30.0):
        see(grounder, scans, x)
    first = told(grounder)
    assert grounder.encoded is not None and isinstance(grounder.encoded.scene, PartedScene)
    assert "xyz" not in grounder.encoded.scene.cloud.__dict__  # nobody has put it together
    see(grounder, scans, 30.007)  # one of both rooms anew
    again = told(grounder)

    grounder.save(tmp_path / "map.npz")
    new = Grounder(CONFIG)
    new.load(tmp_path / "map.npz")
    assert again == told(new)
    assert again != first and any(instances for _, _, instances in again)
