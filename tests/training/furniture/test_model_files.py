"""Any folder of meshes as a bank: frames, units, colours, bad rows, reruns, merging."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.synthetic.furniture_bank import FurnitureBank
from detailbase_core.synthetic.furniture_file import read_packed, write_packed
from tests.helpers.mesh_files import painted, slab, write_model_table
from training.furniture.kinds import read_kinds
from training.furniture.mesh_files import axes_matrix, load_file
from training.merge_furniture import main as merge_main
from training.prepare_furniture import main
from training.sentences.nouns import CATEGORIES


def extent(mesh):
    return np.ptp(mesh.triangles.reshape(-1, 3), axis=0)


def colors(mesh):
    """The one colour of a mesh's corners times its paint, 0..255."""
    (rgba,) = np.unique(mesh.corners.reshape(-1, 4), axis=0)
    return (rgba * mesh.paints[0].rgba * 255).round().tolist()


def test_gltf_frame_to_ours(tmp_path):
    slab((0.8, 0.4, 0.6)).export(tmp_path / "a.glb")
    mesh = load_file(tmp_path / "a.glb")
    np.testing.assert_allclose(extent(mesh), [0.8, 0.6, 0.4], atol=1e-6)
    assert mesh.triangles[..., 2].min() == pytest.approx(0)
    turned = load_file(tmp_path / "a.glb", turn=90)
    np.testing.assert_allclose(extent(turned), [0.6, 0.8, 0.4], atol=1e-6)


def test_the_front_of_a_gltf_file_becomes_ours():
    np.testing.assert_array_equal(axes_matrix("y-up") @ [0, 0, 1], [0, 1, 0])
    np.testing.assert_array_equal(axes_matrix("y-up") @ [0, 1, 0], [0, 0, 1])
    np.testing.assert_array_equal(axes_matrix("x -z y") @ [0, 1, 0], [0, 0, 1])


@pytest.mark.parametrize("axes", ["x y", "x x z", "x z y", "right front up", ""])
def test_axes_of_no_right_handed_frame(axes):
    with pytest.raises(ValueError, match="right-handed"):
        axes_matrix(axes)


def test_a_size_is_given_after_the_turn(tmp_path):
    slab((0.8, 0.4, 0.6)).export(tmp_path / "a.glb")
    mesh = load_file(tmp_path / "a.glb", turn=90, size=(1.2, None, 0.5))
    np.testing.assert_allclose(extent(mesh), [1.2, 0.8, 0.5], atol=1e-6)


def test_vertex_colours_linear_and_srgb(tmp_path):
    slab(colors=(128, 0, 255, 255)).export(tmp_path / "a.glb")
    assert colors(load_file(tmp_path / "a.glb", vertex_colors="srgb")) == [128, 0, 255, 255]
    # IEC 61966-2-1: half the light is 188 of 255.
    assert colors(load_file(tmp_path / "a.glb")) == [188, 0, 255, 255]


def test_a_material_colours_too(tmp_path):
    painted(slab(colors=None), (255, 55, 0, 255)).export(tmp_path / "a.glb")
    (paint,) = load_file(tmp_path / "a.glb").paints
    assert (paint.rgba[:3] * 255).round().tolist() == [255, 128, 0]


def test_clear_glass_stays_only_where_there_is_nothing_else(tmp_path):
    slab(colors=(200, 200, 200, 80)).export(tmp_path / "glass.glb")
    assert load_file(tmp_path / "glass.glb").corners[..., 3].min() == 1
    wood = slab().subdivide()
    (wood + slab(colors=(200, 200, 200, 80)).apply_translation((1, 0, 0))).export(
        tmp_path / "both.glb"
    )
    assert load_file(tmp_path / "both.glb").corners[..., 3].min() == pytest.approx(80 / 255)


def test_files_that_cannot_be_used(tmp_path):
    slab(colors=None).export(tmp_path / "bare.glb")
    with pytest.raises(BadFileError, match="no colours"):
        load_file(tmp_path / "bare.glb")
    (tmp_path / "broken.glb").write_bytes(b"glTF\x02\x00\x00\x00 cut off here")
    with pytest.raises(BadFileError, match="cannot be read"):
        load_file(tmp_path / "broken.glb")
    slab((40, 80, 40)).export(tmp_path / "huge.glb")
    with pytest.raises(BadFileError, match=r"40 x 40 x 80 m .* other units"):
        load_file(tmp_path / "huge.glb")
    assert extent(load_file(tmp_path / "huge.glb", scale=0.01)).max() == pytest.approx(0.8)
    with pytest.raises(BadFileError, match="no such file"):
        load_file(tmp_path / "absent.glb")


@pytest.fixture
def folder(tmp_path):
    """Meshes good and bad with a table that names its columns its own way."""
    models = tmp_path / "models"
    models.mkdir()
    slab((0.5, 0.9, 0.5)).export(models / "chair1.glb")
    slab((0.5, 0.5, 0.1), colors=(20, 40, 200, 255)).export(models / "sign.glb")
    slab(colors=None).export(models / "bare.glb")
    slab((40, 80, 40)).export(models / "huge.glb")
    (models / "broken.glb").write_bytes(b"no mesh")
    rows = [
        {"key": "chair1", "what": "chair", "where": "floor", "look": "real", "faces": "+z"},
        {"key": "sign", "what": "picture", "where": "wall", "look": "real", "faces": "no"},
        {"key": "bare", "what": "chair", "where": "floor", "look": "real", "faces": ""},
        {"key": "huge", "what": "chair", "where": "floor", "look": "real", "faces": ""},
        {"key": "broken", "what": "chair", "where": "floor", "look": "real", "faces": ""},
        {"key": "nameless", "what": "", "where": "floor", "look": "real", "faces": ""},
        {"key": "loose", "what": "chair", "where": "roof", "look": "real", "faces": ""},
        {"key": "axe", "what": "axe", "where": "top", "look": "real", "faces": ""},
        {"key": "toy1", "what": "chair", "where": "floor", "look": "cartoon", "faces": ""},
    ]
    write_model_table(tmp_path / "table.csv", rows)
    return tmp_path


def prepare(folder, *more):
    return main(
        [
            "--models",
            str(folder / "models"),
            "--table",
            str(folder / "table.csv"),
            "--out",
            str(folder / "bank.npz"),
            "--cache",
            str(folder / "cache"),
            "--workers",
            "1",
            "--quick",
            "--samples",
            "300",
            "--column",
            "category=what",
            "--column",
            "mount=where",
            "--column",
            "has_front=faces",
            "--default",
            "source=mine",
            "--default",
            "license=CC0-1.0",
            "--share",
            "look=cartoon:0",
            *more,
        ]
    )


def test_a_folder_becomes_a_bank_and_what_is_bad_is_named_and_counted(folder, capsys):
    assert prepare(folder) == 0
    said = capsys.readouterr().out
    assert "2 models in 2 categories" in said
    for text in (
        "no colours",
        "in other units",
        "cannot be read",
        "line 7: has no category",
        "line 8: mount is 'roof'",
        "5 skipped",
        "left out on purpose: 2 rows",
    ):
        assert text in said
    chair, picture = FurnitureBank.load(folder / "bank.npz").cards
    assert (chair.key, chair.license, chair.color) == ("mine/chair1", "CC0-1.0", "red")
    assert (chair.has_front, picture.has_front, picture.mount) == (True, False, "wall")
    assert picture.elevation == pytest.approx(1.25)  # its middle is at eye level
    assert len(FurnitureBank.load(folder / "bank.npz").models[0].points) <= 300
    assert (
        "| mine/chair1 | chair | chair | unknown |" in (folder / "bank.ATTRIBUTION.md").read_text()
    )


def test_a_rerun_makes_only_what_is_missing_or_changed(folder):
    prepare(folder)
    first = (folder / "bank.npz").read_bytes()
    chair, sign = (folder / "cache" / f"mine__{name}.npz" for name in ("chair1", "sign"))
    kept = chair.stat().st_mtime_ns
    sign.write_bytes(sign.read_bytes()[:200])  # interrupted here
    prepare(folder)
    assert (folder / "bank.npz").read_bytes() == first
    assert chair.stat().st_mtime_ns == kept
    slab((0.5, 1.1, 0.5)).export(folder / "models" / "chair1.glb")
    prepare(folder)
    assert FurnitureBank.load(folder / "bank.npz").cards[0].size[2] == pytest.approx(1.1)


def test_tables_and_options_that_make_no_sense(folder, capsys):
    assert prepare(folder, "--column", "category=kind") == 1
    assert "has no column 'kind'; it has key, what" in capsys.readouterr().err
    assert prepare(folder, "--default", "licence=MIT") == 1
    assert "'licence' is no column of a model table" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        prepare(folder, "--share", "look=cartoon:2")
    with pytest.raises(SystemExit):
        main(["--models", str(folder)])


def test_merged_banks_leave_out_whole_sources(folder, capsys):
    prepare(folder)
    prepare(folder, "--out", str(folder / "other.npz"), "--default", "source=kenney")
    banks = [str(folder / name) for name in ("bank.npz", "other.npz")]
    out = folder / "out.npz"
    assert merge_main([*banks, "--part", "train", "--out", str(out)]) == 0
    assert "2 models of 2 kinds; 0 kinds with 15 models or more" in capsys.readouterr().out
    assert {card.library for card in FurnitureBank.load(out).cards} == {"mine"}
    assert merge_main([*banks, "--part", "unseen", "--out", str(out)]) == 0
    assert {card.library for card in FurnitureBank.load(out).cards} == {"kenney"}
    assert merge_main([banks[0], banks[0], "--out", str(out)]) == 1
    assert "mine/chair1 is in another of these banks" in capsys.readouterr().err


def test_merged_banks_take_at_most_so_many_of_a_source(folder, capsys):
    prepare(folder)
    bank = read_packed(folder / "bank.npz")[0]
    alike = [
        replace(model, card=replace(model.card, key=f"{model.card.key}_{i}"))
        for model in bank
        for i in range(5)
    ]
    write_packed(folder / "many.npz", alike)
    out = folder / "out.npz"
    given = [str(folder / "many.npz"), "--out", str(out)]
    assert merge_main([*given, "--most", "mine=3"]) == 0
    taken = [card.key for card in FurnitureBank.load(out).cards]
    assert sorted(key.split("_")[0] for key in taken) == ["mine/chair1"] * 3 + ["mine/sign"] * 3
    assert merge_main([*given, "--most", "mine=2"]) == 0
    assert {card.key for card in FurnitureBank.load(out).cards} < set(taken)
    assert merge_main([*given, "--most", "mien=2"]) == 1
    assert "no model is of the source 'mien'" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        merge_main([*given, "--most", "mine=some"])


def test_every_kind_has_nouns():
    kinds = read_kinds()
    assert kinds.categories <= CATEGORIES
    assert kinds.of("fridge").has_front
    assert not kinds.of("sushi").category
    assert kinds.of("sushi").note
    assert kinds.of("hat stand").category == "hat stand"  # unknown ones are called as written
