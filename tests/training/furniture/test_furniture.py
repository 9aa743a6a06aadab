"""Furniture libraries to models: frame, size, surface, words, places."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import cKDTree

from detailbase_core.errors import BadFileError
from tests.helpers.furniture_libraries import (
    BROKEN,
    CABINET,
    CHAIR,
    EMPTY,
    TABLE,
    ToyModel,
    write_library,
    write_table,
)
from training.furniture.build import CatalogueJob, build
from training.furniture.catalogue import find_libraries, read_catalogue
from training.furniture.furniture_table import read_table
from training.furniture.places import places_on, places_under
from training.furniture.thinning import thinned
from training.furniture.words import color_words, main_color, material_word, outline_word


def made(tmp_path, toy, **row):
    """The bank's model of a toy."""
    library = write_library(tmp_path, [toy])
    fields = {"id": toy.id, "category": toy.id, "has_front": "yes", **row}
    table = read_table(write_table(tmp_path / "table.csv", [fields]))
    (entry,) = read_catalogue(library)
    return build(CatalogueJob(library, entry, table[entry.key]))


def test_chair_stands_upright_in_real_size_with_its_back_at_the_rear(tmp_path):
    chair = made(tmp_path, CHAIR, parts="back", lacks="arms wheels")
    low, high = chair.points.min(axis=0), chair.points.max(axis=0)
    np.testing.assert_allclose(low, [-0.25, -0.25, 0], atol=0.01)
    np.testing.assert_allclose(high, [0.25, 0.25, 1], atol=0.01)
    assert chair.size == (0.5, 0.5, 1.0)
    above_seat = chair.points[chair.points[:, 2] > 0.55]
    assert above_seat[:, 1].max() < -0.14
    assert (chair.parts, chair.lacks) == ({"back"}, {"arms", "wheels"})
    assert chair.has_front and chair.license == "CC0-1.0" and chair.author == "A. Tester"


def test_the_catalogues_rotation_and_the_tables_turn_are_applied(tmp_path):
    half_turn = "-1 0 0 0 1 0 0 0 -1"  # about y, which is up there
    backwards = made(tmp_path, ToyModel("chair", CHAIR.boxes, rotation=half_turn))
    assert backwards.points[backwards.points[:, 2] > 0.55][:, 1].min() > 0.14
    mended = made(tmp_path, ToyModel("chair", CHAIR.boxes, rotation=half_turn), turn="180")
    assert mended.points[mended.points[:, 2] > 0.55][:, 1].max() < -0.14
    sideways = made(tmp_path, ToyModel("chair", CHAIR.boxes, (40, 60, 100)), turn="90")
    assert sideways.size == (0.6, 0.4, 1.0)
    assert sideways.points[sideways.points[:, 2] > 0.55][:, 0].min() > 0.15  # front was +y, now -x


def test_normals_are_unit_and_point_out(tmp_path):
    cabinet = made(tmp_path, CABINET)
    np.testing.assert_allclose(np.linalg.norm(cabinet.normals, axis=1), 1, atol=1e-5)
    outward = np.einsum("nk,nk->n", cabinet.points - [0, 0, 0.6], cabinet.normals)
    assert (outward > 0).all()


def test_what_nobody_can_see_is_left_out(tmp_path):
    cabinet = made(tmp_path, CABINET)
    assert set(color_words(np.unique(cabinet.rgb, axis=0))) == {"red"}
    assert not (cabinet.normals[:, 2] < -0.9).any()  # it stands on its bottom
    on_wall = made(tmp_path, CABINET, mount="wall", elevation="1.4")
    assert not (on_wall.normals[:, 1] < -0.9).any()
    assert on_wall.elevation == 1.4
    assert made(tmp_path, CABINET, elevation="1.4").elevation == 0


def test_disks_of_the_radius_leave_no_holes(tmp_path):
    cabinet = made(tmp_path, CABINET)
    rng = np.random.default_rng(0)
    front = np.stack(
        [rng.uniform(-0.4, 0.4, 20_000), np.full(20_000, 0.2), rng.uniform(0, 1.2, 20_000)], axis=1
    )
    distance, _ = cKDTree(cabinet.points).query(front)
    assert (distance > cabinet.radius).mean() < 0.002
    assert distance.max() < 1.15 * cabinet.radius


def test_texture_and_paint_give_the_colour_and_what_a_tint_changes(tmp_path):
    table = made(tmp_path, TABLE, material="none")
    assert table.color == "blue" and table.material is None
    assert table.main[table.points[:, 2] > 0.71].all()
    assert not table.main[table.points[:, 2] < 0.65].any()
    assert made(tmp_path, TABLE).material == "wooden"  # three quarters are named after wood
    other = made(tmp_path, TABLE, color="grey", material="plastic")
    assert (other.color, other.material) == ("grey", "plastic")
    assert other.main[other.points[:, 2] < 0.65].all()
    neither = made(tmp_path, TABLE, color="none")
    assert neither.color is None and not neither.main.any()


def test_table_has_a_top_to_put_things_on_and_room_below(tmp_path):
    table = made(tmp_path, TABLE)
    assert table.shape == "rectangular"
    top, *others = table.on
    assert not others and top.clearance == 2.0
    np.testing.assert_allclose(top.center, [0, 0, 0.74], atol=0.02)
    np.testing.assert_allclose(top.half, [0.8, 0.4], atol=0.04)
    (below,) = table.under
    assert below.center[2] == 0 and 0.6 < below.clearance <= 0.74
    assert below.half[0] > 0.6 and below.half[1] > 0.2
    assert made(tmp_path, CABINET).under == ()


def test_same_input_same_model(tmp_path):
    one, two = made(tmp_path / "a", TABLE), made(tmp_path / "b", TABLE)
    assert (one.points == two.points).all() and (one.rgb == two.rgb).all()


@pytest.fixture(autouse=True)
def folders(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()


@pytest.mark.parametrize("toy", [BROKEN, EMPTY])
def test_broken_models_are_named(tmp_path, toy):
    with pytest.raises(BadFileError, match=rf"BlendSwap-CC-0.sh3f: toys/{toy.id}/{toy.id}.obj"):
        made(tmp_path, toy)


def test_lost_materials_are_an_error_not_grey(tmp_path):
    obj = "mtllib gone.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nusemtl red\nf 1 2 3\n"
    with pytest.raises(BadFileError, match=r"wants gone.mtl"):
        made(tmp_path, ToyModel("chair", obj=obj))


def test_doors_keep_only_what_is_not_inside_the_wall(tmp_path):
    door = made(tmp_path, ToyModel("door", [((0, 0, 0), (9, 20, 3), "red")], (90, 30, 200)))
    assert door.size == (0.9, 0.12, 2.0)
    assert np.abs(door.points[:, 1]).max() <= 0.0601


def test_no_libraries_says_which_package(tmp_path):
    with pytest.raises(BadFileError, match=r"apt-get install sweethome3d-furniture"):
        find_libraries(tmp_path / "nowhere")


def test_catalogues_that_are_none(tmp_path):
    (tmp_path / "Scopia.sh3f").write_bytes(b"PK not a zip")
    with pytest.raises(BadFileError, match="not a furniture library"):
        read_catalogue(tmp_path / "Scopia.sh3f")
    with pytest.raises(BadFileError, match="not one of the known libraries"):
        read_catalogue(write_library(tmp_path, [CHAIR], "Mine"))
    with pytest.raises(BadFileError, match="a row that makes no sense"):
        read_catalogue(write_library(tmp_path, [ToyModel("x", rotation="1 0 0")]))


def test_a_models_own_licence_page_counts(tmp_path):
    stray = ToyModel("stray", license_page="Released under <b>Creative Commons Attribution 3.0</b>")
    zero = ToyModel("zero", license_page="Creative Commons Zero; Attribution is appreciated")
    entries = read_catalogue(write_library(tmp_path, [CHAIR, stray, zero]))
    assert [entry.license for entry in entries] == ["CC0-1.0", "CC-BY-3.0", "CC0-1.0"]


def test_tables_that_make_no_sense(tmp_path):
    path = tmp_path / "table.csv"
    with pytest.raises(BadFileError, match=r"line 2: mount is 'roof'"):
        read_table(write_table(path, [{"id": "a", "category": "chair", "mount": "roof"}]))
    with pytest.raises(BadFileError, match=r"line 3: turn and elevation are numbers"):
        read_table(write_table(path, [{"id": "a"}, {"id": "b", "turn": "left"}]))
    with pytest.raises(BadFileError, match="two rows"):
        read_table(write_table(path, [{"id": "a"}, {"id": "a"}]))
    path.write_text("library,id\n")
    with pytest.raises(BadFileError, match="its columns should be"):
        read_table(path)


def test_thinned_samples_are_apart_and_both_sides_of_a_board_stay():
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 1, (20_000, 2))
    side = np.repeat([1.0, -1.0], 10_000)
    points = np.column_stack([xy, 0.001 * side])
    normals = np.column_stack([0 * xy, side])
    chosen = thinned(points, normals, 0.05, rng)
    for sign in (1, -1):
        here = points[chosen][normals[chosen, 2] == sign]
        distance, _ = cKDTree(here).query(here, k=2)
        assert distance[:, 1].min() >= 0.7 * 0.05 - 1e-9
        gap, _ = cKDTree(here).query(points[normals[:, 2] == sign])
        assert gap.max() <= 0.7 * 0.05


@pytest.mark.parametrize(
    ("rgb", "word"),
    [
        ((200, 20, 20), "red"),
        ((110, 15, 15), "red"),
        ((240, 130, 20), "orange"),
        ((250, 220, 30), "yellow"),
        ((30, 120, 40), "green"),
        ((130, 200, 100), "green"),
        ((30, 60, 180), "blue"),
        ((120, 170, 220), "blue"),
        ((110, 40, 140), "purple"),
        ((250, 160, 190), "pink"),
        ((110, 65, 30), "brown"),
        ((60, 35, 20), "brown"),
        ((245, 245, 245), "white"),
        ((215, 215, 215), "white"),
        ((128, 128, 128), "grey"),
        ((20, 20, 20), "black"),
        ((220, 200, 165), ""),
        ((175, 150, 110), ""),
    ],
)
def test_colour_words(rgb, word):
    assert color_words(np.array([rgb], np.uint8)) == [word]


def test_a_main_colour_needs_a_clear_lead():
    red, blue = (200, 20, 20), (30, 60, 180)
    word, main = main_color(np.array([red] * 7 + [blue] * 3, np.uint8))
    assert word == "red" and main.tolist() == [True] * 7 + [False] * 3
    word, main = main_color(np.array([red] * 5 + [blue] * 5, np.uint8))
    assert word is None and not main.any()


def test_material_words():
    names = ["Wood_dark", "chrome", "stuff"]
    assert material_word(names, np.array([0] * 8 + [1] * 2)) == "wooden"
    assert material_word(names, np.array([0] * 5 + [1] * 5)) is None
    assert material_word(names, np.array([2] * 9 + [1])) is None


def test_outline_words():
    rng = np.random.default_rng(0)
    square = rng.uniform(-1, 1, (2000, 2)).astype(np.float32)
    disk = square[np.linalg.norm(square, axis=1) < 1]
    assert outline_word(square) == "square"
    assert outline_word(square * [2, 1]) == "rectangular"
    assert outline_word(disk) == "round"
    assert outline_word(disk * [2, 1]) is None  # oval


def boards(heights):
    """Upward samples of 80 x 40 cm boards, and downward ones 2 cm below each."""
    rng = np.random.default_rng(0)
    xy = rng.uniform((-0.4, -0.2), (0.4, 0.2), (4000, 2))
    tops = [np.column_stack([xy, np.full(4000, z)]) for z in heights]
    points = np.concatenate(tops + [top - [0, 0, 0.02] for top in tops])
    up = np.repeat([1.0, -1.0], 4000 * len(heights))
    return points, np.column_stack([0 * up, 0 * up, up])


def test_shelves_have_a_place_on_every_board_under_the_next():
    points, normals = boards([0.1, 0.5, 0.9])
    places = places_on(points, normals, "shelves")
    assert sorted(round(p.center[2], 2) for p in places) == [0.1, 0.5, 0.9]
    clearance = {round(p.center[2], 2): p.clearance for p in places}
    assert clearance[0.9] == 2.0
    assert clearance[0.1] == clearance[0.5] == pytest.approx(0.38, abs=0.005)
    for place in places:
        np.testing.assert_allclose(place.half, [0.4, 0.2], atol=0.04)


def test_a_top_has_no_place_at_its_feet_and_a_seat_none_on_its_arms():
    points, normals = boards([0.1, 0.5])
    assert [round(p.center[2], 2) for p in places_on(points, normals, "top")] == [0.5]
    low = points[:, 2] < 0.2
    seat = np.concatenate([points[~low], points[low] * [0.2, 1, 1] + [0.5, 0, 0.6]])
    normals = np.concatenate([normals[~low], normals[low]])
    assert [round(p.center[2], 2) for p in places_on(seat, normals, "seat")] == [0.5]


def test_boards_too_close_together_hold_nothing():
    points, normals = boards([0.5, 0.58])
    assert [round(p.center[2], 2) for p in places_on(points, normals, "shelves")] == [0.58]


def test_low_boards_have_no_room_below():
    assert places_under(boards([0.3])[0]) == ()
    assert len(places_under(boards([0.6])[0])) == 1
