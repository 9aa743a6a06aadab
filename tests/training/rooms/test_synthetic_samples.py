"""Samples: what the map, the labels and the files of a generated room look like."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.settings import load_yaml
from detailbase_core.synthetic.furniture_bank import SHIPPED, FurnitureBank
from detailbase_core.synthetic.room import FLOOR_ID
from detailbase_core.synthetic.rooms import GENERATOR_VERSION
from detailbase_core.synthetic.stock import Stock
from training import make_exams
from training.make_rooms import Recipe, main, make_rooms
from training.report.pictures import base_of
from training.rooms.exam import EXAM_FROM, EXAMS_FILE, Exams, freeze_exams, read_exam
from training.rooms.sample import MENTIONABLE_VOXELS, make_sample
from training.rooms.sample_files import write_sample
from training.rooms.survey import CORRUPTIONS
from training.scenes.scene_files import read_scene

SEED = 3  # level and with few errors, so that things lie where they are
FEW = Recipe(sentences=8)


@cache
def stock():
    """As make_rooms has it."""
    return Stock.of_bank(FurnitureBank.load(), "train")


@cache
def sample():
    """Made when it is first asked for: what a file makes on import, every worker makes."""
    return make_sample(SEED, stock())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two rooms made by two workers."""
    out = tmp_path_factory.mktemp("rooms")
    make_rooms(out, range(3, 5), 2, FEW)
    return out


def test_floor_and_walls_lie_where_they_should():
    points = sample().xyz - sample().room_to_map[:3, 3].astype(np.float32)
    points = points @ sample().room_to_map[:3, :3].astype(np.float32)  # inverse of a rotation
    floor = sample().instance == FLOOR_ID
    assert floor.sum() > 1000
    assert np.median(np.abs(points[floor, 2])) < 0.02
    for id_, (start, end) in zip(sample().room.wall_ids, sample().room.wall_lines, strict=True):
        along = (end - start) / np.linalg.norm(end - start)
        away = (points[sample().instance == id_, :2] - start) @ [-along[1], along[0]]
        assert len(away) < 50 or np.median(np.abs(away)) < 0.03


def test_labelled_points_are_at_their_objects():
    rotation, shift = sample().room_to_map[:3, :3], sample().room_to_map[:3, 3]
    assert (sample().instance >= 0).all()
    for thing in sample().room.furniture:
        mine = (sample().xyz[sample().instance == thing.id] - shift) @ rotation
        offset = mine - np.array(thing.box.center)
        c, s = np.cos(thing.box.yaw), np.sin(thing.box.yaw)
        local = np.stack(
            [
                c * offset[:, 0] + s * offset[:, 1],
                c * offset[:, 1] - s * offset[:, 0],
                offset[:, 2],
            ],
            axis=1,
        )
        within = np.abs(local) < np.array(thing.box.size) / 2 + 0.12  # depth noise
        assert len(mine) < 30 or within.all(axis=1).mean() > 0.97, thing.category


def test_superpoints_are_dense_and_mostly_of_one_object():
    count = sample().superpoint.max() + 1
    assert set(sample().superpoint.tolist()) == set(range(count))
    votes = np.zeros((count, sample().instance.max() + 1))
    np.add.at(votes, (sample().superpoint, sample().instance), 1)
    assert votes.max(axis=1).sum() / votes.sum() > 0.95


def test_only_well_seen_things_are_spoken_of():
    seen = np.bincount(sample().instance, minlength=sample().room.furniture[-1].id + 1)
    for description in sample().descriptions:
        for phrase in description.phrases:
            assert phrase.structure or all(seen[i] >= MENTIONABLE_VOXELS for i in phrase.ids)


def test_files_hold_the_sample(tmp_path):
    path = write_sample(sample(), tmp_path)
    scene = read_scene(path)
    assert sorted(map(tuple, np.round(scene.xyz, 2))) == sorted(
        map(tuple, np.round(np.round(sample().xyz * 2048) / 2048, 2).astype(np.float32))
    )
    assert np.bincount(scene.instance).tolist() == np.bincount(sample().instance).tolist()
    assert len(scene.descriptions) == len(sample().descriptions)
    for read, made in zip(scene.descriptions, sample().descriptions, strict=True):
        assert read.words == made.words
        assert read.sentence_ids == made.target_ids
        assert read.describes == made.describes
        assert [(p.row, p.ids, p.structure) for p in read.phrases] == [
            (p.head + 1, p.ids, p.structure) for p in made.phrases
        ]
    for record in json.loads(path.with_suffix(".json").read_text(encoding="utf-8")):
        for phrase in record["phrases"]:
            word = record["token"][phrase["head"]]
            assert record["text"][phrase["begin"] : phrase["end"]].endswith(word)
    assert [p for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_workers_make_what_one_alone_makes(folder, tmp_path):
    alone = write_sample(make_sample(3, stock(), sentences=8), tmp_path)
    with np.load(alone) as one, np.load(folder / alone.name) as many:
        assert set(one.files) == set(many.files)
        for key in one.files:
            np.testing.assert_array_equal(one[key], many[key])
    sentences = alone.with_suffix(".json").name
    assert (tmp_path / sentences).read_bytes() == (folder / sentences).read_bytes()


def test_a_rerun_keeps_what_is_there_and_makes_what_is_missing(folder):
    kept, lost = folder / "room_000003.npz", folder / "room_000004.npz"
    before, content = kept.stat().st_mtime_ns, lost.read_bytes()
    lost.unlink()
    make_rooms(folder, range(3, 5), 1, FEW)
    assert kept.stat().st_mtime_ns == before
    assert lost.read_bytes() == content


def test_rooms_of_another_generator_are_not_mixed_in(tmp_path):
    (tmp_path / "GENERATOR").write_text("rooms-0\n", encoding="utf-8")
    with pytest.raises(ValueError, match="rooms-0"):
        make_rooms(tmp_path, range(1), 1)


def test_an_exam_is_frozen_with_its_generator_and_its_furniture(tmp_path):
    bank, path = FurnitureBank.load(), tmp_path / "exam.yaml"
    path.write_text("seen:\n  rooms: 3\nunseen:\n  first_seed: 910000\n  rooms: 2\n")
    freeze_exams(bank, path)
    exam, sentences = read_exam("seen", bank, path)
    assert list(exam.seeds) == [EXAM_FROM, EXAM_FROM + 1, EXAM_FROM + 2]
    assert sentences == 32
    frozen = path.read_text(encoding="utf-8")
    path.write_text(frozen.replace(exam.fingerprint, "0" * 16), encoding="utf-8")
    with pytest.raises(BadFileError, match="other rooms"):
        read_exam("seen", bank, path)
    with pytest.raises(BadFileError, match="not the furniture"):
        read_exam("seen", bank.only(bank.cards[0].key for _ in range(1)), path)
    with pytest.raises(BadFileError, match="nonsense"):
        read_exam("nonsense", bank, path)


def test_the_same_models_sampled_on_another_processor_are_still_the_exams(tmp_path, caplog):
    bank, path = FurnitureBank.load(), tmp_path / "exam.yaml"
    path.write_text("seen:\n  rooms: 1\nunseen:\n  first_seed: 910000\n  rooms: 1\n")
    freeze_exams(bank, path)
    read_exam("seen", bank, path)
    assert not caplog.records
    path.write_text(path.read_text().replace(bank.manifest_hash, "0" * 64), encoding="utf-8")
    read_exam("seen", bank, path)
    assert "samples of some differ" in caplog.text


def test_one_command_makes_all_exams(tmp_path, monkeypatch):
    made = {}
    monkeypatch.setattr(
        make_exams,
        "make_rooms",
        lambda out, seeds, _, recipe: made.update({out.name: (seeds, recipe)}),
    )
    monkeypatch.setattr(
        make_exams,
        "exam_rooms",
        lambda name, bank, corruption: (range(2), Recipe(bank, text=name, corruption=corruption)),
    )
    assert make_exams.main(["--out", str(tmp_path), "--furniture", "bank.npz"]) == 0
    assert list(made)[:3] == ["exam_seen", "exam_unseen", "exam_text"]
    assert len(made) == 3 + 2 * len(CORRUPTIONS)
    seeds, recipe = made["exam_unseen_single_frame"]
    assert seeds == range(2)
    assert (recipe.text, recipe.corruption) == ("unseen", "single frame")
    sets = dict.fromkeys(made)
    assert base_of("exam_unseen_single_frame", sets) == "exam_unseen"


def test_some_rooms_of_some_exams(tmp_path, monkeypatch, capsys):
    made = {}
    monkeypatch.setattr(
        make_exams, "make_rooms", lambda out, seeds, *_: made.update({out.name: seeds})
    )
    monkeypatch.setattr(
        make_exams, "exam_rooms", lambda name, bank, corruption: (range(5, 9), Recipe(bank))
    )
    there = ["--out", str(tmp_path), "--furniture", "bank.npz"]
    assert make_exams.main(["exam_text", "exam_seen_grey", *there, "--first", "3"]) == 0
    assert made == {"exam_text": range(5, 8), "exam_seen_grey": range(5, 8)}
    for wrong, said in (
        (["--first", "0"], "N is 1 or more"),
        (["exam_hard"], "no test set: exam_hard"),
    ):
        with pytest.raises(SystemExit):
            make_exams.main([*wrong, *there])
        assert said in capsys.readouterr().err


def test_exams_need_their_furniture(tmp_path, capsys):
    assert make_exams.main(["--out", str(tmp_path), "--furniture", str(SHIPPED)]) == 1
    assert "not the furniture bank" in capsys.readouterr().err


def test_the_kept_exams_are_of_this_generator():
    exams = load_yaml(Exams, EXAMS_FILE)
    assert exams.generator == GENERATOR_VERSION
    assert len(exams.bank) == len(exams.models) == 64
    assert {exams.seen.furniture, exams.unseen.furniture} == {"train", "unseen"}
    seeds = [set(exams.exam(name).seeds) for name in ("seen", "unseen", "text")]
    assert not (seeds[0] & seeds[1] or seeds[1] & seeds[2] or seeds[0] & seeds[2])


def test_training_stays_away_from_the_exams(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path), "--seeds", f"{EXAM_FROM - 1}:{EXAM_FROM + 1}"])
    assert "test sets" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path), "--seeds", "7:3"])


def test_a_look_at_rooms(folder, capsys):
    assert main(["--out", str(folder), "--show", "3"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 7
    for name in ("rooms", "01", "03"):
        assert (folder / "look" / f"{name}.png").stat().st_size > 10_000


def test_nothing_to_look_at_is_told(tmp_path, capsys):
    assert main(["--out", str(tmp_path), "--show", "3"]) == 1
    assert "no rooms" in capsys.readouterr().err
