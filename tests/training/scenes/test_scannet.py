"""ScanNet's own files to scenes for training."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.mapping.superpoints import segment_mesh
from tests.helpers.scannet_files import scene_parts, write_ply, write_scannet_scene
from training.prepare_scannet import main
from training.scenes.scannet import read_scannet_scene
from training.scenes.scene_files import read_folder, read_scene


@pytest.fixture
def folder(tmp_path):
    return write_scannet_scene(tmp_path / "scans", "scene0000_00")


def test_a_scene_is_what_its_files_say(folder):
    xyz, rgb, faces, owner = scene_parts()
    scene = read_scannet_scene(folder)
    assert np.array_equal(scene.xyz, xyz)
    assert np.array_equal(scene.rgb, rgb)
    assert np.array_equal(scene.instance, np.array([-1, 4, 7])[owner])
    assert scene.categories == {4: "chair", 7: "table"}
    assert np.array_equal(scene.nyu40, np.array([2, 5, 7])[owner])
    assert np.array_equal(scene.superpoint, segment_mesh(xyz, faces.astype(np.int32)))
    # a superpoint never holds two objects here, and every side of a box is one of its own
    for superpoint in range(scene.superpoint.max() + 1):
        assert len(set(scene.instance[scene.superpoint == superpoint])) == 1
    assert scene.superpoint.max() + 1 >= 11


def test_vertices_without_faces_stay_where_they_are(folder):
    """Readers that clean meshes up would shift all later labels."""
    xyz, rgb, faces, owner = scene_parts()
    xyz, rgb = np.insert(xyz, 5, [0, 0, 9], axis=0), np.insert(rgb, 5, [1, 2, 3], axis=0)
    xyz[-1] = xyz[-2]  # and so would merging equal vertices
    write_ply(folder / "scene0000_00_vh_clean_2.ply", xyz, rgb, faces + (faces >= 5))
    path = folder / "scene0000_00_vh_clean_2.0.010000.segs.json"
    segments = np.insert(json.loads(path.read_text())["segIndices"], 5, 5000).tolist()
    path.write_text(json.dumps({"segIndices": segments}))
    (folder / "scene0000_00_vh_clean_2.labels.ply").unlink()
    scene = read_scannet_scene(folder)
    assert np.array_equal(scene.xyz, xyz)
    assert np.array_equal(scene.rgb, rgb)
    assert scene.instance[5] == -1
    assert np.array_equal(np.delete(scene.instance, 5), np.array([-1, 4, 7])[owner])
    assert scene.nyu40 is None


def test_a_segment_claimed_twice_stays_with_the_first(folder):
    path = folder / "scene0000_00.aggregation.json"
    content = json.loads(path.read_text())
    content["segGroups"] += [{**g, "objectId": g["objectId"] + 10} for g in content["segGroups"]]
    path.write_text(json.dumps(content))
    scene = read_scannet_scene(folder)
    assert set(scene.instance) == {-1, 4, 7}
    assert scene.categories == {4: "chair", 7: "table", 14: "chair", 17: "table"}


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("_vh_clean_2.ply", lambda b: b[:-40], "no PLY mesh can be read"),
        ("_vh_clean_2.ply", lambda b: b"", "PLY"),
        ("_vh_clean_2.0.010000.segs.json", lambda b: b[:50], "no JSON can be read"),
        ("_vh_clean_2.0.010000.segs.json", lambda b: b"[]", "segIndices"),
        (
            "_vh_clean_2.0.010000.segs.json",
            lambda b: b'{"segIndices": [1]}',
            "1 segment indices for",
        ),
        ("_vh_clean_2.0.010000.segs.json", lambda b: b'{"segIndices": ["a"]}', "segIndices"),
        (".aggregation.json", lambda b: b"{}", "no objects can be read"),
        (".aggregation.json", lambda b: b.replace(b'"objectId": 4', b'"objectId": -4'), "below 0"),
        (".aggregation.json", lambda b: b.replace(b'"label"', b'"name"'), "label"),
        (
            "_vh_clean_2.labels.ply",
            lambda b: b.replace(b"ushort label", b"ushort lapel"),
            "no `label`",
        ),
    ],
)
def test_broken_files_are_named(folder, name, damage, message):
    path = folder / f"scene0000_00{name}"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadFileError, match=rf"scene0000_00{name}.*{message}"):
        read_scannet_scene(folder)


def test_all_missing_files_are_named_at_once(folder):
    (folder / "scene0000_00_vh_clean_2.ply").unlink()
    (folder / "scene0000_00.aggregation.json").unlink()
    with pytest.raises(
        BadFileError, match=r"without scene0000_00_vh_clean_2\.ply, scene0000_00\.aggregation\.json"
    ):
        read_scannet_scene(folder)


def test_the_command_makes_what_is_missing_and_names_what_it_leaves_out(tmp_path, capsys):
    for number in range(3):
        write_scannet_scene(tmp_path / "scans", f"scene000{number}_00", number, labels=number > 0)
    lost = tmp_path / "scans" / "scene0001_00" / "scene0001_00.aggregation.json"
    kept = lost.read_bytes()
    lost.unlink()
    arguments = [str(tmp_path), "--out", str(tmp_path / "out"), "--workers", "2"]
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert "scene0001_00: without scene0001_00.aggregation.json" in said.err
    assert "2 scenes in" in said.out
    first = tmp_path / "out" / "scene0000_00.npz"
    before = first.stat().st_mtime_ns
    lost.write_bytes(kept)
    assert main(arguments) == 0
    assert first.stat().st_mtime_ns == before
    assert not [p.name for p in (tmp_path / "out").iterdir() if p.name.startswith(".")]
    assert sorted(p.stem for p in (tmp_path / "out").glob("*.npz")) == [
        f"scene000{number}_00" for number in range(3)
    ]


def test_what_the_command_wrote_is_read_with_scanrefer_and_detailrefer_files(tmp_path):
    folder = write_scannet_scene(tmp_path / "scans", "scene0000_00")
    write_scannet_scene(tmp_path / "scans", "scene0001_00", 1)
    out = tmp_path / "out"
    assert main([str(tmp_path), "--out", str(out), "--workers", "1"]) == 0
    records = [
        {
            "scene_id": "scene0000_00",
            "object_id": "7",
            "object_name": "table",
            "ann_id": "0",
            "token": ["the", "table", "."],
        },
        {
            "scene_id": "scene0000_00",
            "ann_id": "1",
            "token": ["chair", "by", "the", "table"],
            "t2o": {"0": [4], "3": [7], "-1": [4]},
        },
    ]
    (tmp_path / "refer.json").write_text(json.dumps(records))
    (scene,) = read_folder(out, tmp_path / "refer.json")
    raw = read_scannet_scene(folder)
    assert scene.scene_id == "scene0000_00"
    assert np.array_equal(scene.xyz, raw.xyz)
    assert np.array_equal(scene.instance, raw.instance)
    assert np.array_equal(scene.point_to_superpoint, raw.superpoint)
    assert scene.categories == {4: "chair", 7: "table"}
    targets = [list(d.targets()) for d in scene.descriptions]
    assert targets == [[(0, (7,))], [(0, (4,)), (1, (4,)), (4, (7,))]]
    with pytest.raises(BadFileError, match=r"scene0000_00\.json"):
        read_scene(out / "scene0000_00.npz")
    records[1]["scene_id"] = "scene0707_00"
    (tmp_path / "refer.json").write_text(json.dumps(records))
    with pytest.raises(BadFileError, match=r"1 of the 2 scenes .* not there \(scene0707_00\)"):
        list(read_folder(out, tmp_path / "refer.json"))


def test_a_folder_without_scans_is_named(tmp_path, capsys):
    assert main([str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "no scans/scene... folders" in capsys.readouterr().err
