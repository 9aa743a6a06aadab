"""Our own parametric furniture."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from training import make_furniture
from training.furniture.families.blocks import Blocks
from training.furniture.families.model_files import glb_of
from training.furniture.families.registry import all_families, draw
from training.furniture.families.shapes import Parts
from training.furniture.kinds import read_kinds
from training.furniture.mesh_files import LONGEST_M, SHORTEST_M, load_file
from training.furniture.model_table import TableOptions, read_model_table
from training.furniture.surface import QUICK
from training.sentences.nouns import NOUNS

if TYPE_CHECKING:
    from pathlib import Path

RED, BLUE = (200, 0, 0), (0, 0, 200)
KINDS = tuple(all_families())
NAMED = read_kinds()


@pytest.mark.parametrize("kind", KINDS)
def test_a_family_draws_models_that_differ_and_are_as_large_as_furniture(kind: str) -> None:
    models = [draw(kind, index)[1] for index in range(4)]
    sides = [np.ptp(model.extent, axis=0) for model in models]
    for model, size in zip(models, sides, strict=True):
        assert SHORTEST_M <= size.max() <= LONGEST_M
        for part in model.parts:
            assert np.isfinite(part.points).all()
            assert part.area > 0
            assert ((part.rgb >= 0) & (part.rgb <= 255)).all()
    assert len({tuple(size.round(4)) for size in sides}) == len(models)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_a_family_has_a_noun_and_is_not_left_out(kind: str) -> None:
    assert any(kind in noun.means for noun in NOUNS)
    assert NAMED.of(kind).category == kind


def test_a_seed_draws_the_same_model_and_another_one_another() -> None:
    first, again, other = (draw("whiteboard", 3, seed)[1] for seed in (0, 0, 1))
    assert np.array_equal(first.extent, again.extent)
    assert not np.array_equal(first.extent, other.extent)


def test_models_are_files_that_the_table_leads_to(tmp_path: Path) -> None:
    make_furniture.make(tmp_path, 2, kinds=["whiteboard"], workers=1)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.glb")}
    make_furniture.make(tmp_path, 2, kinds=["whiteboard"], workers=1)
    assert {path: path.stat().st_mtime_ns for path in written} == written

    table = read_model_table(
        tmp_path / "models.csv", tmp_path, read_kinds(), TableOptions({}, {}, {}, QUICK)
    )
    assert (len(table.jobs), table.refused) == (2, ())
    mesh, labels = table.jobs[0].load()
    assert (labels.category, labels.mount, labels.has_front) == ("whiteboard", "wall", True)
    drawn = draw("whiteboard", 0)[1].extent
    assert np.allclose(np.ptp(mesh.triangles.reshape(-1, 3), axis=0), np.ptp(drawn, axis=0))


def test_a_file_keeps_fronts_and_colors(tmp_path: Path) -> None:
    parts = Parts()
    parts.box((0, 0, 0), (0.4, 0.4, 0.4), RED)
    parts.box((0, 0.3, 0), (0.1, 0.2, 0.1), BLUE)  # before its front
    (tmp_path / "a.glb").write_bytes(glb_of(parts))

    mesh = load_file(tmp_path / "a.glb", vertex_colors="srgb")

    assert mesh.corners is not None
    assert np.allclose(np.ptp(mesh.triangles.reshape(-1, 3), axis=0), (0.4, 0.6, 0.4))
    blue = mesh.corners[..., 2] > 0.5
    assert mesh.triangles[blue][:, 1].min() > mesh.triangles[~blue][:, 1].min() + 0.3
    assert np.allclose(mesh.corners[blue][:, :3] * 255, BLUE, atol=0.5)


def test_a_picture_stands_upright_before_its_viewer() -> None:
    part = Parts().picture((0, 0, 1), (2, 2), np.array([[RED, BLUE]], np.uint8))
    left_of_viewer = part.points[part.faces].mean(axis=1)[:, 0] > 0
    assert (part.rgb[left_of_viewer] == RED).all()
    assert (part.rgb[~left_of_viewer] == BLUE).all()


@pytest.mark.parametrize("build", ["box", "round", "cylinder", "ball", "extrude", "tube"])
def test_solids_are_closed_and_wound_outwards(build: str) -> None:
    part = {
        "box": lambda p: p.box((0, 0, 0), (1, 2, 3), RED),
        "round": lambda p: p.box((0, 0, 0), (1, 2, 3), RED, round=0.2),
        "cylinder": lambda p: p.cylinder((0, 0, 0), 0.5, 2, RED),
        "ball": lambda p: p.ball((0, 0, 0), (1, 2, 3), RED),
        "extrude": lambda p: p.extrude([(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)], 1, RED),
        "tube": lambda p: p.tube([(0, 0, 0), (0, 0, 1), (0, 1, 1)], 0.1, RED),
    }[build](Parts())
    a, b, c = (part.points[part.faces[:, i]] for i in range(3))
    volume = np.einsum("nk,nk->n", a, np.cross(b, c)).sum() / 6
    expected = {"box": 6, "round": 5.8, "cylinder": 1.54, "ball": 3.1, "extrude": 3, "tube": 0.05}
    assert volume == pytest.approx(expected[build], rel=0.2)


def test_an_unknown_kind_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert make_furniture.main(["--out", str(tmp_path), "--kinds", "unicorn"]) == 1
    assert "no family makes unicorn" in capsys.readouterr().err


def test_a_table_has_one_row_for_each_model(tmp_path: Path) -> None:
    make_furniture.main(["--out", str(tmp_path), "--kinds", "whiteboard", "--each", "3"])
    with (tmp_path / "models.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["key"] for row in rows] == ["whiteboard_000", "whiteboard_001", "whiteboard_002"]


def test_brown_blocks_are_of_wood_where_a_family_says_so() -> None:
    brown, blue = "#8a5a34", "#3f6fa8"
    wood, paint, cloth = Blocks(wooden=True), Blocks(wooden=True), Blocks()
    for parts, color in ((wood, brown), (paint, blue), (cloth, brown)):
        parts.block((1, 1, 1), (0, 0, 0), color)
        parts.rod([(0, 0, 1), (0, 0, 2)], 0.1, color)
    assert (wood.material, paint.material, cloth.material) == ("wooden", "", "")
