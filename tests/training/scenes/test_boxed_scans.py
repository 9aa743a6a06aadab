"""Scans and boxes of one's own: each point knows its object, and what is said of them is true."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detailbase_core.io.cloud_files import write_ply
from detailbase_core.types import PointCloud
from training import prepare_scans
from training.scenes.boxed_scans import BoxedObject, object_of_row
from training.scenes.scene_files import read_scene
from training.sentences.from_names import records_about

HEADER = "scene,name,color,x,y,z,dx,dy,dz,yaw\n"
ROWS = (
    "kitchen,Chair,red,1,1,0.5,0.5,0.5,0.9,0\n"
    "kitchen,chair,blue,3,1,0.5,0.5,0.5,0.9,\n"
    "kitchen,table,,1,2,0.5,0.5,0.5,0.9,0.3\n"
    "office,lamp,white,1,1,0.5,0.5,0.5,0.9,0\n"
)


def blocks(*centers):
    """A cloud of cubes of 0.3 m, 1,000 points each, and a floor."""
    rng = np.random.default_rng(0)
    parts = [np.add(rng.uniform(-0.15, 0.15, (1000, 3)), center) for center in centers]
    floor = np.column_stack([rng.uniform(0, 4, (2000, 2)), np.zeros(2000)])
    xyz = np.concatenate([floor, *parts]).astype(np.float32)
    return PointCloud(xyz, np.full(xyz.shape, 90, np.uint8))


@pytest.fixture
def folder(tmp_path):
    """Two scans and their table."""
    write_ply(tmp_path / "kitchen.ply", blocks((1, 1, 0.5), (3, 1, 0.5), (1, 2, 0.5)))
    write_ply(tmp_path / "office.ply", blocks((1, 1, 0.5)))
    (tmp_path / "boxes.csv").write_text(HEADER + ROWS)
    return tmp_path


def prepared(folder, capsys):
    status = prepare_scans.main(
        [str(folder), "--boxes", str(folder / "boxes.csv"), "--out", str(folder / "out")]
    )
    return status, capsys.readouterr()


def test_points_know_their_object(folder, capsys):
    status, printed = prepared(folder, capsys)
    assert status == 0 and "2 scenes" in printed.out
    scene = read_scene(folder / "out" / "kitchen.npz")
    assert scene.categories == {0: "chair", 1: "chair", 2: "table"}
    assert scene.colors == {0: "red", 1: "blue", 2: ""}
    for index, center in enumerate([(1, 1, 0.5), (3, 1, 0.5), (1, 2, 0.5)]):
        own = scene.xyz[scene.instance == index]
        assert len(own) > 300
        assert np.abs(own - center).max() < 0.17
    assert scene.xyz[scene.instance == -1][:, 2].max() < 0.01  # the floor is nobody's


def test_sentences_are_true_and_say_which_one(folder, capsys):
    prepared(folder, capsys)
    told = {d.text: d for d in read_scene(folder / "out" / "kitchen.npz").descriptions}
    texts = set(told)
    assert "the red chair" in texts
    assert "the chair" not in texts  # there are two
    chosen = [d for d in told.values() if "the chair next to the table" in d.text]
    assert chosen and all(d.sentence_ids == (0,) for d in chosen)
    assert [p.ids for p in chosen[0].phrases] == [(0,), (2,)]
    absent = [d for d in told.values() if "lamp" in d.text]
    assert absent and all(d.phrases[0].absent and not d.sentence_ids for d in absent)
    where = next(d for d in told.values() if d.text.startswith("where is"))
    phrase = where.phrases[0]
    assert where.text[phrase.begin : phrase.end].startswith("the ")
    assert where.describes[:2] == (False, False) and all(where.describes[2:])


def test_a_turned_box_holds_what_stands_in_it():
    box = BoxedObject("shelf", "", (0.0, 0.0, 0.0), (2.0, 0.2, 1.0), yaw=np.pi / 4)
    points = np.array([[0.6, 0.6, 0], [0.6, -0.6, 0], [0, 0, 0.6]], np.float32)
    assert box.holds(points).tolist() == [True, False, False]


def test_the_smaller_box_wins(folder, capsys):
    (folder / "boxes.csv").write_text(
        HEADER + "office,cup,red,1,1,0.5,0.4,0.4,0.4,0\noffice,room,,2,2,1,4,4,3,0\n"
    )
    assert prepared(folder, capsys)[0] == 0
    scene = read_scene(folder / "out" / "office.npz")
    inside = np.abs(scene.xyz - (1, 1, 0.5)).max(axis=1) < 0.15
    assert (scene.instance[inside] == 0).all() and (scene.instance[~inside] == 1).any()


def test_boxes_without_points_are_named(folder, capsys):
    (folder / "boxes.csv").write_text(HEADER + ROWS + "office,piano,,9,9,9,1,1,1,0\n")
    status, printed = prepared(folder, capsys)
    assert status == 1
    assert printed.err == "left out: office: no points in the box of piano\n"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("scene,name\na,b\n", "no column x, y, z, dx, dy, dz"),
        (HEADER, "no rows"),
        (HEADER + "office,,,1,1,1,1,1,1,0\n", "line 2: name is empty"),
        (HEADER + "office,cup,,1,one,1,1,1,1,0\n", "line 2: y is 'one', no number"),
        (HEADER + "office,cup,,1,nan,1,1,1,1,0\n", "no finite number"),
        (HEADER + "office,cup,,1,1,1,1,-1,1,0\n", "above 0"),
        (HEADER + "office,cup,,1,1,1,1,1\n", "line 2: dz is None"),
        (HEADER + "garage,cup,,1,1,1,1,1,1,0\n", "scene 'garage' of the table needs one file"),
    ],
)
def test_wrong_tables_are_refused(folder, capsys, table, said):
    (folder / "boxes.csv").write_text(table)
    status, printed = prepared(folder, capsys)
    assert status == 1
    assert said in printed.err
    assert not (folder / "out").exists()


def test_a_spreadsheets_byte_order_mark_is_no_part_of_a_name(folder, capsys):
    (folder / "boxes.csv").write_text(HEADER + ROWS, encoding="utf-8-sig")
    assert prepared(folder, capsys)[0] == 0


def test_records_are_json():
    objects = [
        object_of_row(dict(zip(HEADER.strip().split(","), row.split(","), strict=True)))
        for row in ROWS.splitlines()[:3]
    ]
    assert json.loads(json.dumps(records_about("kitchen", objects, ["chair", "piano"])))
