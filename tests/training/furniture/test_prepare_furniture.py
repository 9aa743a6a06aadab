"""The preparation as a whole: what is skipped, what a rerun does, what the user reads."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from tests.helpers.furniture_libraries import (
    BROKEN,
    CABINET,
    CHAIR,
    TABLE,
    write_library,
    write_table,
)
from training.furniture.furniture_table import read_table
from training.prepare_furniture import main, prepare


class Toys:
    """The preparation of toy libraries in a folder."""

    def __init__(self, folder, libraries):
        self.folder, self.libraries = folder, libraries
        self.rows = [{"id": toy.id, "category": toy.id} for toy in (CHAIR, TABLE, BROKEN)]
        self.rows.append({"library": "Scopia", "id": "cabinet", "category": "cabinet"})

    def run(self, changed=(), cc0_only=False):
        """Prepare them; returns the summary."""
        table = write_table(self.folder / "table.csv", [*self.rows, *changed][-4:])
        out, cache = self.folder / "out" / "bank.npz", self.folder / "cache"
        return prepare(
            self.libraries,
            out,
            cache,
            cc0_only=cc0_only,
            workers=1,
            table=table,
            sheets=self.folder / "sheets",
        )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Toys that were prepared once, and the summary of that."""
    folder = tmp_path_factory.mktemp("prepared")
    write_library(folder / "usr" / "share", [CHAIR, TABLE, BROKEN])
    write_library(folder / "usr" / "share", [CABINET], "Scopia")
    toys = Toys(folder, folder / "usr")
    return toys, toys.run()


@pytest.fixture
def run(tmp_path, prepared):
    """Prepares the toys once more, in tmp_path, where they have been prepared before."""
    toys, _ = prepared
    for name in ("out", "cache", "sheets"):
        shutil.copytree(toys.folder / name, tmp_path / name)
    return Toys(tmp_path, toys.libraries).run


def test_broken_models_are_skipped_and_named(prepared):
    toys, summary = prepared
    tmp_path = toys.folder
    assert "3 models in 3 categories" in summary
    assert "skipped BlendSwap-CC-0/broken: " in summary
    bank = FurnitureBank.load(tmp_path / "out" / "bank.npz")
    assert bank.categories == ("cabinet", "chair", "table")
    assert (tmp_path / "sheets" / "sheet_00.png").stat().st_size > 1000
    attribution = (tmp_path / "out" / "ATTRIBUTION.md").read_text()
    for text in ("| Scopia/cabinet | Cabinet | cabinet | A. Tester |", "CC-BY-3.0 (1 models)"):
        assert text in attribution


def test_models_without_a_row_are_named(tmp_path, run):
    summary = run(changed=[{"library": "Scopia", "id": "other", "category": "cabinet"}])
    assert "skipped BlendSwap-CC-0/chair: not in " in summary


def test_only_the_public_domain(tmp_path, run):
    run(cc0_only=True)
    bank = FurnitureBank.load(tmp_path / "out" / "bank.npz")
    assert {card.library for card in bank.cards} == {"BlendSwap-CC-0"}


def test_an_interrupted_run_continues(tmp_path, run):
    first = (tmp_path / "out" / "bank.npz").read_bytes()
    chair, table = (tmp_path / "cache" / f"BlendSwap-CC-0__{n}.npz" for n in ("chair", "table"))
    kept = chair.stat().st_mtime_ns
    table.write_bytes(table.read_bytes()[:500])  # half a file, whatever wrote it
    (tmp_path / "cache" / "Scopia__cabinet.npz").unlink()
    (tmp_path / "cache" / ".BlendSwap-CC-0__chair.npz.tmp").write_bytes(b"killed here")
    run()
    assert (tmp_path / "out" / "bank.npz").read_bytes() == first
    assert chair.stat().st_mtime_ns == kept


def test_a_changed_row_makes_its_model_anew(tmp_path, run):
    chair, table = (tmp_path / "cache" / f"BlendSwap-CC-0__{n}.npz" for n in ("chair", "table"))
    kept = chair.stat().st_mtime_ns, table.stat().st_mtime_ns
    rows = [{"id": "chair", "category": "armchair"}, {"id": "table", "category": "table"}]
    run(changed=[*rows, {"id": "broken"}, {"library": "Scopia", "id": "cabinet"}])
    assert chair.stat().st_mtime_ns != kept[0]
    assert table.stat().st_mtime_ns == kept[1]
    bank = FurnitureBank.load(tmp_path / "out" / "bank.npz")
    assert bank.categories == ("armchair", "table")  # those without a category are left out


def test_the_command_says_which_package_is_absent(tmp_path, capsys):
    assert main(["--libraries", str(tmp_path), "--out", str(tmp_path / "bank.npz")]) == 1
    assert "sudo apt-get install sweethome3d-furniture" in capsys.readouterr().err
    assert not (tmp_path / "bank.npz").exists()


def test_nothing_usable_is_an_error(tmp_path):
    write_library(tmp_path / "in", [BROKEN])
    table = write_table(tmp_path / "table.csv", [{"id": "broken", "category": "chair"}])
    with pytest.raises(BadFileError, match="no model could be made: BlendSwap-CC-0/broken"):
        prepare(
            tmp_path / "in",
            tmp_path / "out.npz",
            tmp_path / "c",
            cc0_only=False,
            workers=1,
            table=table,
        )


def test_the_hand_checked_table_is_whole():
    table = read_table()
    assert len(table) == 820
    assert len({row.category for row in table.values()} - {""}) >= 60
    assert all(row.note for row in table.values() if not row.category)
    for row in table.values():
        assert not row.parts & row.lacks, row.key
        assert row.category == row.category.strip().lower(), row.key


def test_absent_libraries_of_the_preparation_are_named():
    code = "import sys; sys.modules['embreex'] = None; import training.prepare_furniture"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install '.[furniture]'" in done.stderr
