"""The model card from results: its figures, drops, errors and pictures."""

from __future__ import annotations

import dataclasses
import shutil

import pytest
from PIL import Image

from detailbase_core.errors import BadFileError
from tests.helpers.toy_scenes import toy_arrays, toy_records, write_scene
from tests.helpers.weight_files import save_tiny_checkpoint
from training import evaluate, model_card
from training.evaluation.error_types import ALL, LOOK_ALIKE, RIGHT
from training.evaluation.examples import Example
from training.evaluation.plain_answers import PlainAnswer, PlainResults, PlainSet
from training.evaluation.results import Results, base_of
from training.report.pictures import plain_sets
from training.report.sections import (
    breakdown_section,
    corruption_section,
    figure_section,
    mistake_section,
)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """A folder with two sets of toy rooms, one of them the other's corruption, and results."""
    folder = tmp_path_factory.mktemp("card")
    records = [{**record, "text": " ".join(record["token"])} for record in toy_records()]
    for name in ("exam_seen", "exam_seen_grey"):
        write_scene(folder / name, "toy", toy_arrays(0), records)
    checkpoint = str(save_tiny_checkpoint(folder / "tiny.safetensors"))
    assert (
        evaluate.main(
            [
                "--checkpoint",
                checkpoint,
                "--versus",
                checkpoint,
                "--device",
                "cpu",
                "--workers",
                "1",
                "--data",
                str(folder / "exam_seen"),
                str(folder / "exam_seen_grey"),
                "--json",
                str(folder / "r.json"),
            ]
        )
        == 0
    )
    return folder


@pytest.fixture
def results(evaluated) -> Results:
    return Results.read(evaluated / "r.json")


def with_measures(results: Results, name: str, **changes: float) -> Results:
    found = results.sets[name]
    found = dataclasses.replace(found, measures={**found.measures, **changes})
    return dataclasses.replace(results, sets={**results.sets, name: found})


def test_corruptions_belong_to_the_set_that_they_are_named_after(results):
    assert plain_sets(results.sets) == ["exam_seen"]
    assert base_of("exam_seen_grey", results.sets) == "exam_seen"
    assert base_of("exam_seen", results.sets) is None


def test_drops_are_in_points_against_the_same_rooms(results):
    results = with_measures(results, "exam_seen", phrase_mIoU=0.9, plain_mIoU=0.7, spoken_mIoU=0.66)
    results = with_measures(results, "exam_seen_grey", phrase_mIoU=0.615, rooms=1)
    grey = results.sets["exam_seen_grey"]
    grey = dataclasses.replace(
        grey, uncorrupted={**grey.uncorrupted, "phrase_mIoU": 0.7}, room_ious={"toy": (6.15, 10)}
    )
    seen = dataclasses.replace(results.sets["exam_seen"], room_ious={"toy": (14, 20)})
    sets = {"exam_seen": seen, "exam_seen_grey": grey}
    text = corruption_section(sets)
    assert "| exam_seen | grey (1 rooms) | -8.5 (-8.5 to -8.5) |" in text
    assert "| exam_seen | spoken text | -4.0 |" in text
    alone = {**sets, "exam_seen_grey": dataclasses.replace(grey, uncorrupted={})}
    with pytest.raises(BadFileError, match="evaluate exam_seen and exam_seen_grey in one command"):
        corruption_section(alone)


def test_figures_stand_beside_their_aims(results):
    results = with_measures(results, "exam_seen", phrase_mIoU=0.7123, rooms=200)
    text = figure_section(results.sets, [results.command])
    assert "| phrase mIoU | 0.712 | 0.70 |" in text
    assert "| rooms | 200 |  |" in text
    assert "    python -m training.evaluate --checkpoint" in text
    assert "exam_seen_grey" not in text.split("\n\n", 3)[-1]  # it has a table of its own


def test_mistakes_are_shares_of_their_group(results):
    found = results.sets["exam_seen"]
    kinds = {ALL: {RIGHT: 30, LOOK_ALIKE: 10}, "on": {RIGHT: 5}, "near": {LOOK_ALIKE: 20}}
    sets = {"exam_seen": dataclasses.replace(found, kinds=kinds)}
    text = mistake_section(sets, {})
    assert "| all | 40 | 75.0 | 0.0 | 0.0 | 25.0 |" in text
    assert "| near | 20 | 0.0 | 0.0 | 0.0 | 100.0 |" in text
    assert "| on |" not in text  # too rare


def test_rare_names_are_not_among_the_worst(results):
    found = results.sets["exam_seen"]
    groups = {"relation": {"on": (0.1, 5), "near": (0.6, 50), "under": (0.3, 20)}}
    sets = {"exam_seen": dataclasses.replace(found, breakdowns=groups)}
    assert "| relation | under 0.30 (20), near 0.60 (50) |" in breakdown_section(sets)


def test_the_command_writes_card_and_pictures(evaluated, results, tmp_path):
    found = results.sets["exam_seen"]
    example = Example("toy", "the chair near the lamp", {"the chair": 0.91})
    found = dataclasses.replace(found, good=[example], bad=[example] * 4)
    mistaken = dataclasses.replace(example, number=3, row=2)
    found = dataclasses.replace(found, mistaken={LOOK_ALIKE: [mistaken] * 3})
    dataclasses.replace(results, sets={"exam_seen": found}).write(tmp_path / "r.json")
    (tmp_path / "notes.md").write_text("## How it was made\n\nBy hand.\n", encoding="utf-8")
    (tmp_path / "comparison.md").touch()
    assert (
        model_card.main(
            [
                str(evaluated / "tiny.safetensors"),
                "--results",
                str(tmp_path / "r.json"),
                "--notes",
                str(tmp_path / "notes.md"),
                "--out",
                str(tmp_path / "card.md"),
            ]
        )
        == 0
    )
    pages = {
        "card.md": (
            "# Model card: tiny",
            "By hand.",
            "| training | none |",
            "beside ours](comparison.md)",
            "](card_details.md)",
            "| phrase mIoU |",
        ),
        "card_details.md": (
            "](card.md)",
            "+0.0 points",
            "the chair 0.91",
            "![exam_seen good](card/exam_seen_good.png)",
            "![a look-alike](card/mistake_a_look-alike.png)",
        ),
    }
    for page, parts in pages.items():
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert not [part for part in parts if part not in text]
    good, bad = (Image.open(tmp_path / "card" / f"exam_seen_{s}.png") for s in ("good", "bad"))
    assert bad.height > 2 * good.height - good.height // 2  # three panels, below each other


def test_what_does_not_belong_together_is_refused(evaluated, tmp_path, capsys):
    other = shutil.copy(evaluated / "tiny.safetensors", tmp_path / "other.safetensors")
    command = ["--results", str(evaluated / "r.json"), "--out", str(tmp_path / "card.md")]
    assert model_card.main([str(other), *command]) == 1
    assert "not of" in capsys.readouterr().err
    twice = ["--results", *[str(evaluated / "r.json")] * 2, *command[2:]]
    assert model_card.main([str(evaluated / "tiny.safetensors"), *twice]) == 1
    assert "sets of one name" in capsys.readouterr().err
    assert not (tmp_path / "card.md").exists()


def test_figures_of_real_scans_stand_in_the_card(evaluated, tmp_path):
    def answer(scene: str, iou: float, *, absent: bool = False, found: bool = True) -> PlainAnswer:
        seen = 0.9 * found
        return PlainAnswer(scene, "a chair", "a chair", "chair", absent, iou, found, seen, seen, 3)

    answers = [answer("s", 0.9), answer("s", 0.1), answer("t", 0.6), answer("t", 0.0, absent=True)]
    plain = PlainResults(
        "x/tiny.safetensors", "", "evaluate --real r", {"r": PlainSet("f0", answers, {"s": [1.0]})}
    )
    plain.write(tmp_path / "plain.json")
    command = ["--results", str(evaluated / "r.json"), "--plain", str(tmp_path / "plain.json")]
    out = ["--out", str(tmp_path / "card.md")]
    assert model_card.main([str(evaluated / "tiny.safetensors"), *command, *out]) == 0
    card = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "| r | 2 of 3 (0.67) | 0 of 1 |" in card
    turned = PlainSet("f0", answers, {"s": [1.0]}, [(2, 0), (3, 1)])
    dataclasses.replace(plain, sets={"r": turned}).write(tmp_path / "plain.json")
    assert model_card.main([str(evaluated / "tiny.safetensors"), *command, *out]) == 0
    card = (tmp_path / "card.md").read_text(encoding="utf-8")
    assert "both in 2 headings" in card and "| 2.5 (2 to 3), 0.5 (0 to 1) |" in card
    details = (tmp_path / "card_details.md").read_text(encoding="utf-8")
    assert "| scene | s 1 of 2, t 1 of 1 |" in details and "1 of 1 scans" in details
    other = dataclasses.replace(plain, checkpoint="other.safetensors")
    other.write(tmp_path / "plain.json")
    assert model_card.main([str(evaluated / "tiny.safetensors"), *command, *out]) == 1
