"""Exams in plain text: frozen files, what is read, how answers are judged and counted."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.grounder import Grounder
from detailbase_core.types import GroundedPhrase, Grounding, Instance, PointCloud, Scene
from training.evaluate import main
from training.evaluation.calibration import expected_calibration_error
from training.evaluation.frozen_files import check_exam_files
from training.evaluation.plain_answers import (
    PlainAnswer,
    PlainResults,
    PlainSet,
    figures,
    judge_plain,
    kind_of,
    model_group,
    models_by_kind,
    tally,
)
from training.evaluation.plain_table import plain_table
from training.evaluation.real_scans import read_real_scans, turned_errors


def write_exam(folder, sentence="the box on the floor", thing="box"):
    """A red box of 60 cm on a floor."""
    rng = np.random.default_rng(0)
    floor = rng.uniform([-2, -2, 0], [2, 2, 0], (30_000, 3))
    box = rng.uniform([0, 0, 0], [0.6, 0.6, 0.6], (6_000, 3))
    side = rng.integers(0, 5, len(box))
    box[np.arange(len(box)), side % 3] = np.array([0.0, 0.0, 0.6, 0.6, 0.6])[side]
    rgb = np.full((36_000, 3), 150, np.uint8)
    rgb[30_000:] = 200, 20, 20
    folder.mkdir(exist_ok=True)
    np.savez(folder / "one.npz", xyz=np.concatenate([floor, box]).astype(np.float32), rgb=rgb)
    cases = [[sentence, [["the box", thing]]], ["the bed", [["the bed", None]]]]
    objects = {"box": {"box": [[-0.05, -0.05, 0.02], [0.65, 0.65, 0.65]]}}
    (folder / "cases.json").write_text(json.dumps({"one": {"objects": objects, "cases": cases}}))
    return folder


def answer(iou=1.0, absent=False, found=True, presence=0.9, score=0.9, models=-1, kind="chair"):
    said = ("s", "the chair", "the chair", kind)
    return PlainAnswer(*said, absent, iou, found, presence, score, models)


@pytest.mark.parametrize(
    ("confidence", "right", "error"),
    [
        ([0.9] * 10, [1] * 9 + [0], 0.0),
        ([1.0] * 10, [1] * 5 + [0] * 5, 0.5),
        ([0.95] * 5 + [0.05] * 5, [0] * 5 + [1] * 5, 0.95),
        ([0.85, 0.15], [1, 0], 0.15),
    ],
)
def test_calibration_error_is_the_gap_between_said_and_true(confidence, right, error):
    assert expected_calibration_error(confidence, right) == pytest.approx(error)


def test_exams_that_differ_from_their_hash_are_refused(tmp_path, capsys):
    folder = write_exam(tmp_path / "exam")
    digests = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
    table = tmp_path / "hashes.yaml"
    table.write_text(json.dumps({"other": {"x.npz": "0"}, "exam": digests}))
    first = check_exam_files(folder, table)
    (folder / "SHA256SUMS").write_text("".join(f"{d}  {n}\n" for n, d in digests.items()))
    assert check_exam_files(folder) == first
    (folder / "cases.json").write_text((folder / "cases.json").read_text() + "\n")
    for known in (folder / "SHA256SUMS").unlink, lambda: None:
        with pytest.raises(BadFileError, match=r"cases\.json not as the test set was frozen"):
            check_exam_files(folder, table)
        known()
    (folder / "SHA256SUMS").write_text(f"{digests['one.npz']}  one.npz\n{'0' * 64}  gone.npz\n")
    assert main(["--real", str(folder)]) == 1
    assert "gone.npz not as the test set was frozen" in capsys.readouterr().err


@pytest.mark.parametrize("change", [{"sentence": "a bed"}, {"thing": "lamp"}])
def test_a_phrase_or_object_that_is_not_there_is_refused(tmp_path, change):
    with pytest.raises(BadFileError, match="no real scans"):
        read_real_scans(write_exam(tmp_path / "exam", **change))


def test_real_scans_are_asked_by_one_command(tmp_path, capsys):
    folder = write_exam(tmp_path / "exam")
    out = tmp_path / "out.json"
    pictures = tmp_path / "pictures"
    asked = ["--real", str(folder), "--json", str(out), "--answers", "--pictures", str(pictures)]
    assert main(asked) == 0
    results = PlainResults.read(out)
    box, bed = results.sets["exam"].answers
    assert (box.kind, box.absent, bed.kind, bed.absent) == ("box", False, "bed", True)
    assert json.loads(out.read_text())["sets"]["exam"]["figures"]["phrases"] == 1
    assert max(results.sets["exam"].turned["one"]) < 5.0
    printed = capsys.readouterr().out
    page = (pictures / "README.md").read_text(encoding="utf-8")
    assert sorted(p.name for p in pictures.glob("*.jpg")) == sorted(
        line.rpartition("(")[2][:-1] for line in page.splitlines() if line.startswith("![")
    )
    assert len(list(pictures.glob("*_one.jpg"))) == 2
    assert "the bed :: the bed" in printed and "1 of 1 scans in most turns" in printed


def test_scans_are_asked_in_several_headings(tmp_path, capsys, monkeypatch):
    folder, out = write_exam(tmp_path / "exam"), tmp_path / "out.json"
    seen = []
    add = Grounder.add
    monkeypatch.setattr(
        Grounder, "add", lambda self, cloud, *rest: seen.append(cloud) or add(self, cloud, *rest)
    )
    assert main(["--real", str(folder), "--json", str(out), "--headings", "3"]) == 0
    asked = PlainResults.read(out).sets["exam"]
    assert len(asked.answers) == 2 and asked.headings[0] == tally(asked.answers)
    assert (
        len(asked.headings) == 3 and f"in 3 headings: {asked.spread()}" in capsys.readouterr().out
    )
    as_it_stands = seen[0].xyz
    for cloud, degrees in zip(seen[1:], (60, 120), strict=True):
        assert np.array_equal(cloud.xyz[:, 2], as_it_stands[:, 2])
        angles = np.arctan2(*cloud.xyz[:, 1::-1].T) - np.arctan2(*as_it_stands[:, 1::-1].T)
        np.testing.assert_allclose(np.rad2deg(angles) % 360, degrees, atol=0.1)
    assert [right for right, _ in asked.headings] == [1, 1, 1]  # by the same boxes


def test_the_spread_over_headings_is_told():
    headings = [(8, 9), (11, 9), (9, 8), (10, 9)]
    one = PlainSet("f", [answer(0.8)], {}, headings)
    assert one.spread() == "9.5 (8 to 11), 8.8 (8 to 9)"
    table = plain_table(PlainResults("c", "", "", {"real": one}))
    assert "right and refused in 4 headings: 9.5 (8 to 11), 8.8 (8 to 9)" in table


def test_a_tally_counts_what_is_there_apart_from_what_is_not():
    absent = {"absent": True, "iou": 0.0}
    answers = [answer(0.8), answer(0.2), answer(found=False, **absent), answer(**absent)]
    assert tally(answers) == (1, 1)


def test_answers_are_judged_over_points():
    scene = Scene(
        PointCloud(np.zeros((4, 3), np.float32), np.zeros((4, 3), np.uint8)), np.arange(4)
    )
    found = Instance(0, np.array([0, 1]), None, (0, 0, 0), 0.7)
    phrases = (GroundedPhrase("the sofa", 0, 8, 0.7, 0.8, (found,)),)
    whole = GroundedPhrase("the sofa by it", 0, 14, 0.1, 0.2, ())
    said = Grounding("the sofa by it", scene, whole, phrases, {})
    meant = np.array([True, True, True, False])
    judged = judge_plain("s", said, (0, 8), meant, lambda kind: len(kind))
    assert judged.iou == pytest.approx(2 / 3) and judged.right
    assert (judged.presence, judged.score, judged.models) == (0.8, 0.7, 4)
    assert not judge_plain("s", said, (0, 8), None).right
    unseen = judge_plain("s", said, (9, 14), meant)
    assert (unseen.iou, unseen.found, unseen.presence) == (0.0, False, 0.2)


def test_kinds_are_nouns_and_models_of_them_are_counted():
    assert kind_of("the red office chairs") == "office chair"
    assert kind_of("the blue gizmo") == "gizmo"
    models_of = models_by_kind({"office chair": 5, "chair": 7})
    assert models_of("chair") == 12 and models_of("gizmo") == 0
    assert [model_group(answer(models=n)) for n in (0, 3, 11, 30)] == [
        "no models",
        "1 to 3",
        "4 to 11",
        "25 and more",
    ]


def test_figures_and_table():
    answers = [
        answer(0.8),
        answer(0.2, score=0.2),
        answer(0.0, found=False, presence=0.1),
        answer(absent=True, found=False, presence=0.2),
        answer(absent=True, iou=0.0, score=0.4),
    ]
    told = figures(answers)
    assert (told["phrases"], told["absent"], told["refused"]) == (3, 2, 1)
    assert told["right"] == pytest.approx(1 / 3) and told["mIoU"] == pytest.approx(1 / 3)
    assert told["score_auc"] == 1.0
    assert told["score_ece"] == pytest.approx((0.1 + 0.2 + 0.4) / 3)
    assert told["presence_ece"] == pytest.approx((abs(3 * 0.9 - 2) + 0.9 + 0.2) / 5)
    table = plain_table(PlainResults("c", "", "", {"real": PlainSet("f", answers, {"s": [1.0]})}))
    assert "by kind: chair 1 of 3" in table
    assert np.isnan(figures([])["mIoU"])


def test_turned_errors_are_degrees():
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(2_000, 3)).astype(np.float32)
    errors = turned_errors(PointCloud(cloud, np.zeros((2_000, 3), np.uint8)), 2)
    assert len(errors) == 2 and all(0.0 <= error <= 180.0 for error in errors)
