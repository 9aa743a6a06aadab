"""Pictures: what must show shows, and nothing makes them fail."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from detailbase_core.errors import ConfigError
from detailbase_core.language.rule_parser import parse_sentence
from detailbase_core.output import render
from detailbase_core.output.palette import PALETTE
from detailbase_core.output.render import render_answers, render_grounding, turning
from detailbase_core.output.render.camera import aimed, ceiling_height, main_direction, near_walls
from detailbase_core.output.render.labels import TagPlacer, tag_text
from detailbase_core.output.render.lettering import caption
from detailbase_core.output.render.outlines import box_corners
from detailbase_core.output.render.style import LIGHT
from detailbase_core.output.render.view import orbit
from detailbase_core.types import (
    Box,
    GroundedPhrase,
    Grounding,
    Instance,
    PointCloud,
    Scene,
)

if TYPE_CHECKING:
    from pathlib import Path

GRID = np.arange(0.0, 4.0, 0.05)


def plane(axis: int, at: float, height: float = 2.4) -> np.ndarray:
    """A wall (axis 0 or 1) or the floor or ceiling (axis 2) of a 4 x 4 m room."""
    a, b = np.meshgrid(GRID, GRID if axis == 2 else GRID[height > GRID])
    flat = np.full(a.size, at)
    columns = {0: (flat, a.ravel(), b.ravel()), 1: (a.ravel(), flat, b.ravel())}
    return np.stack(columns.get(axis, (a.ravel(), b.ravel(), flat)), axis=1)


def cube(center: tuple[float, float], size: float = 0.6) -> np.ndarray:
    side = np.arange(0.0, size, 0.03)
    x, y, z = (c.ravel() for c in np.meshgrid(side, side, side))
    return np.stack([x + center[0] - size / 2, y + center[1] - size / 2, z], axis=1)


STRUCTURE = [
    plane(2, 0.0),
    plane(2, 2.4),
    plane(0, 0.0),
    plane(0, 4.0),
    plane(1, 0.0),
    plane(1, 4.0),
]
PARTS = [*STRUCTURE, cube((1.0, 1.0)), cube((3.0, 2.5))]
OWNER = np.repeat(np.arange(len(PARTS)), [len(p) for p in PARTS])
XYZ = np.concatenate(PARTS).astype(np.float32)
SCENE = Scene(
    PointCloud(XYZ, np.full((len(XYZ), 3), 150, np.uint8), "odom"), np.zeros(len(XYZ), np.int64), 3
)


def instance(number: int, part: int) -> Instance:
    points = np.flatnonzero(part == OWNER)
    low, high = XYZ[points].min(axis=0), XYZ[points].max(axis=0)
    center, size = (low + high) / 2, high - low
    box = Box(tuple(map(float, center)), tuple(map(float, size)), 0.0)
    return Instance(number, points, box, tuple(map(float, center)), 0.9)


def answer(text: str, parts: list[list[int]], scene: Scene = SCENE) -> Grounding:
    phrases = []
    for phrase, owners in zip(parse_sentence(text).phrases, parts, strict=True):
        found = tuple(instance(i, part) for i, part in enumerate(owners))
        phrases.append(GroundedPhrase(phrase.text, phrase.begin, phrase.end, 0.8, 1.0, found))
    whole = GroundedPhrase(text, 0, len(text), 0.7, 1.0, ())
    return Grounding(text, scene, whole, tuple(phrases), {})


def pixels_of(path: Path, color: tuple[int, int, int], above: int) -> int:
    """Number of pixels of the map (the top `above` rows) with about the hue of `color`."""
    image = np.asarray(Image.open(path).convert("RGB"), np.float32)[:above]
    wanted = np.array(color, np.float32)
    image = image - image.mean(axis=2, keepdims=True)
    wanted = wanted - wanted.mean()
    strength = np.linalg.norm(image, axis=2)
    alike = (image @ wanted) > 0.97 * strength * np.linalg.norm(wanted)
    return int((alike & (strength > 60)).sum())


def test_each_phrase_shows_in_its_own_colour(tmp_path: Path) -> None:
    render_grounding(answer("the box next to the chair", [[6], [7]]), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.format == "PNG" and image.width == 1600 and 900 < image.height < 1150
    assert pixels_of(tmp_path / "a.png", PALETTE[0], 840) > 8000
    assert pixels_of(tmp_path / "a.png", PALETTE[1], 840) > 8000
    assert pixels_of(tmp_path / "a.png", PALETTE[5], 840) == 0


def test_a_phrase_without_objects_colours_nothing_in_the_map(tmp_path: Path) -> None:
    render_grounding(answer("the box next to the piano", [[6], []]), tmp_path / "a.png")
    assert pixels_of(tmp_path / "a.png", PALETTE[0], 840) > 8000
    assert pixels_of(tmp_path / "a.png", PALETTE[1], 840) == 0


@pytest.mark.slow
def test_answers_are_stacked_and_the_same_every_time(tmp_path: Path) -> None:
    answers = [answer("the box", [[6]]), answer("both chairs", [[6, 7]]), answer("is it there", [])]
    render_answers(answers, tmp_path / "a.png")
    render_answers(answers, tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.width == 1280 and image.height > 3 * 700
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.png", "b.png"]


@pytest.mark.parametrize(
    "text",
    [
        "椅子在桌子旁边",
        "der Stuhl neben dem größten Tisch 😀",
        "\ud800 broken",
        "the\nchair",
        "the chair, " * 100,
        "x" * 3000,
    ],
)
def test_any_sentence_can_be_written(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "SINGLE", (400, 200))
    parsed = parse_sentence(text, max_words=1000)
    parts = [[6] if i == 0 else [] for i in range(len(parsed.phrases))]
    phrases = [
        GroundedPhrase(p.text, p.begin, p.end, 0.5, 1.0, (instance(0, 6),) if found else ())
        for p, found in zip(parsed.phrases, parts, strict=True)
    ]
    whole = GroundedPhrase(text, 0, len(text), 0.7, 1.0, (instance(0, 7),))
    picture = caption(Grounding(text, SCENE, whole, tuple(phrases), {}), 1600)
    assert picture.width == 1600 and picture.height < 400
    render_grounding(Grounding(text, SCENE, whole, tuple(phrases[:2]), {}), tmp_path / "a.png")


@pytest.mark.parametrize("count", [1, 3, 40])
def test_tiny_scenes(tmp_path: Path, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "SINGLE", (400, 200))
    xyz = np.random.default_rng(0).normal(size=(count, 3)).astype(np.float32)
    scene = Scene(PointCloud(xyz, np.zeros((count, 3), np.uint8)), np.zeros(count, np.int64))
    render_grounding(answer("the box", [[]], scene), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 1000


@pytest.mark.slow
def test_a_whole_wall_can_be_an_answer(tmp_path: Path) -> None:
    render_grounding(answer("the wall", [[2]]), tmp_path / "a.png")
    assert pixels_of(tmp_path / "a.png", PALETTE[0], 840) > 1000


def test_the_view_into_a_room_is_free(tmp_path: Path) -> None:
    assert ceiling_height(XYZ) == pytest.approx(2.3, abs=0.2)
    assert ceiling_height(XYZ[OWNER != 1]) == np.inf
    assert main_direction(XYZ) in (pytest.approx(0.0, abs=0.1), pytest.approx(np.pi / 2, abs=0.1))
    hidden = near_walls(XYZ, np.radians(45.0), 0.0, 0.0)
    part_hidden = [hidden[part == OWNER].mean() for part in range(len(PARTS))]
    assert min(part_hidden[3], part_hidden[5]) > 0.9  # the walls at x = 4 and y = 4
    assert max(part_hidden[2], part_hidden[4]) < 0.12  # the far walls, but for their ends
    assert part_hidden[6] == part_hidden[7] == 0.0


def test_the_camera_just_holds_the_scene() -> None:
    for azimuth in np.radians([0.0, 40.0, 200.0]):
        camera = aimed(XYZ, azimuth, (1600, 800))
        pixels, depth = camera.project(XYZ)
        assert depth.min() > 0
        part = (pixels.max(axis=0) - pixels.min(axis=0)) / (1600, 800)
        assert 0.9 < part.max() < 0.96
        assert pixels.min() > 0 and (pixels.max(axis=0) < (1600, 800)).all()


def test_box_corners_turn_with_the_yaw() -> None:
    corners = box_corners(Box((1.0, 2.0, 3.0), (4.0, 2.0, 1.0), np.pi / 2))
    np.testing.assert_allclose(corners.min(axis=0), [0.0, 0.0, 2.5], atol=1e-12)
    np.testing.assert_allclose(corners.max(axis=0), [2.0, 4.0, 3.5], atol=1e-12)


def test_tags_name_and_number() -> None:
    (phrase,) = answer("both the red chairs", [[6, 7]]).phrases
    assert tag_text(phrase, 2) == "red chairs 2"
    assert len(tag_text(GroundedPhrase("the " + "x" * 99, 0, 103, 1.0, 1.0, ()), 1)) < 40


def drawn_tags(crowd: list[Instance]) -> list[int]:
    """Pixels of each object's tag, and of the line to it, in a picture of 600 x 400."""
    picture = Image.new("RGB", (600, 400))
    placer = TagPlacer(ImageDraw.Draw(picture), aimed(XYZ, 0.8, (600, 400)), 1, crowd)
    for index, instance in enumerate(crowd):
        placer.place("a long name of it", instance, PALETTE[index])
    placer.draw()
    pixels = np.asarray(picture)
    return [int((pixels == PALETTE[index]).all(axis=2).sum()) for index in range(len(crowd))]


def test_tags_of_objects_that_stand_close_cover_no_other() -> None:
    boxes = [Box((1.0 + 0.1 * n, 1.0, 0.5), (0.3, 0.3, 0.3), 0.0) for n in range(5)]
    crowd = [
        Instance(n, np.zeros(1, np.int64), box, box.center, 0.9) for n, box in enumerate(boxes)
    ]
    (alone,) = drawn_tags(crowd[:1])
    assert alone > 2000
    assert min(drawn_tags(crowd)) > 0.97 * alone


SMALL = (160, 90)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "SINGLE", SMALL)
    monkeypatch.setattr(render, "STACKED", SMALL)
    monkeypatch.setattr(turning, "SIZE", SMALL)
    monkeypatch.setattr(turning.write_turning_gif, "__defaults__", (LIGHT, 4))


@pytest.mark.usefixtures("small")
def test_a_dark_picture_has_the_objects_on_black(tmp_path: Path) -> None:
    found = answer("the cube", [[6]])
    for dark in (False, True):
        render_grounding(found, tmp_path / "a.png", dark=dark)
        pixels = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
        assert (pixels[0, 0].max() < 60) == dark
        near = (np.abs(pixels[:90] - PALETTE[0]) < 60).all(axis=2)
        assert near.sum() > 20


@pytest.mark.usefixtures("small")
def test_from_above_objects_stand_where_the_plan_has_them(tmp_path: Path) -> None:
    found = answer("the cube and the box", [[6], [7]])
    render_answers([found], tmp_path / "a.png", above=True)
    pixels = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)[:90]
    first, second = (
        np.argwhere((np.abs(pixels - color) < 70).all(axis=2)).mean(axis=0) for color in PALETTE[:2]
    )
    # (1, 1) and (3, 2.5) in a room of 4 m: 2.5 m apart, of the 90 pixels that it fills nearly
    assert np.linalg.norm(first - second) == pytest.approx(2.5 / 4 * 90, rel=0.3)


def test_a_scene_that_turns_stays_as_large_and_in_the_picture() -> None:
    azimuths = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    middle = (XYZ.min(axis=0) + XYZ.max(axis=0)) / 2
    away = []
    for camera, visible in orbit(XYZ, azimuths, (320, 180)):
        away.append(np.linalg.norm(camera.eye - [*middle[:2], camera.eye[2]]))
        pixels, _ = camera.project(XYZ[visible])
        assert (pixels > -9).all() and (pixels < (329, 189)).all()
    assert np.ptp(away) < 1e-6


@pytest.mark.usefixtures("small")
def test_a_gif_turns_and_only_one_answer_can(tmp_path: Path) -> None:
    found = answer("the cube", [[6]])
    render_answers([found], tmp_path / "a.gif")
    turned = Image.open(tmp_path / "a.gif")
    assert turned.format == "GIF" and turned.n_frames == 4
    frames = []
    for number in range(4):
        turned.seek(number)
        frames.append(np.asarray(turned.convert("RGB")).astype(int))
    assert all(np.abs(one - two).mean() > 1 for one, two in itertools.pairwise(frames))
    with pytest.raises(ConfigError, match="one answer can turn"):
        render_answers([found, found], tmp_path / "a.gif")
