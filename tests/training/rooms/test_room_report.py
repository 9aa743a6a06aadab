"""docs/rooms.md: figures of a folder of rooms, and the check of what is said about them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.stock import Stock
from training.room_report import examine, written
from training.rooms.room_figures import RoomFigures
from training.rooms.sample import make_sample
from training.rooms.sample_files import write_sample
from training.sentences.check.sentence_statistics import SentenceStatistics

STOCK = Stock(())
SEED, STORED = 3, 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("rooms")
    write_sample(make_sample(SEED, STOCK, sentences=STORED), path)
    return path


def test_all_that_is_told_comes_from_the_folder(folder):
    report = examine(folder, STOCK, STORED + 1)
    assert report.stored == STORED
    assert report.statistics.sentences > STORED
    assert report.statistics.complaints == []
    stored = json.loads((folder / f"room_{SEED:06d}.json").read_text())
    assert [d.text for _, d in report.said] == [record["text"] for record in stored]
    figures = report.figures
    with np.load(folder / f"room_{SEED:06d}.npz") as archive:
        assert figures.points == [len(archive["xyz"])]
        assert figures.things == [len(archive["object_id"])]
        low, high = archive["room_outline"].min(axis=0), archive["room_outline"].max(axis=0)
    assert 0 < figures.areas[0] <= np.prod(high - low) + 1e-9
    text = written(report, "sheet.png")
    assert "](sheet.png)" in text
    assert "**Phrases found wrong: 0.**" in text
    assert f"| {SEED} | {report.said[0][1].text} |" in text


def test_faults_are_told(folder):
    report = examine(folder, STOCK, STORED)
    report.statistics.complaints.append("'the chair': 'the chair' means [9], is marked [8]")
    text = written(report, "sheet.png")
    assert "**Phrases found wrong: 1.**" in text
    assert "\n- 'the chair': 'the chair' means [9], is marked [8]" in text


def test_rooms_of_other_words_are_refused(folder, tmp_path):
    name = f"room_{SEED:06d}"
    (tmp_path / f"{name}.npz").write_bytes((folder / f"{name}.npz").read_bytes())
    records = json.loads((folder / f"{name}.json").read_text())
    records[0]["text"] = records[0]["text"].replace(" ", "  ", 1)
    (tmp_path / f"{name}.json").write_text(json.dumps(records))
    with pytest.raises(BadFileError, match="says other things about room 3"):
        examine(tmp_path, STOCK, STORED)


def test_no_rooms_and_no_figures_say_so(tmp_path):
    with pytest.raises(BadFileError, match="make some first"):
        examine(tmp_path, STOCK, 1)
    (tmp_path / "room_000001.npz").write_bytes(b"PK")
    with pytest.raises(BadFileError, match="no room can be read"):
        RoomFigures().add(tmp_path / "room_000001.npz")
    for nothing in (RoomFigures(), SentenceStatistics()):
        with pytest.raises(ValueError, match="nothing to tell"):
            nothing.markdown()
