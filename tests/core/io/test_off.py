"""OFF meshes of every dialect: positions, polygons, colours on any scale; what is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.io.cloud_files import detect_format, read_cloud_file
from detailbase_core.mapping.load_scene import load_scene

if TYPE_CHECKING:
    from pathlib import Path

    from detailbase_core.io.cloud_files import CloudFile

PLATE = ((0, 0, 3), (2, 0, 3), (2, 1, 3), (0, 1, 3))  # 2 x 1 m
RGB = np.array([[0, 10, 7], [200, 10, 7], [200, 10, 7], [0, 10, 7]])  # redder by 100 a metre
TRIANGLES = "3 0 1 2\n3 0 2 3\n"


def off(word: str, *columns: np.ndarray, faces: str = TRIANGLES, counts: str = "4 2 0") -> str:
    rows = np.hstack([PLATE, *columns])
    return (
        f"{word}\n{counts}\n"
        + "".join(" ".join(map(repr, r)) + "\n" for r in rows.tolist())
        + faces
    )


def read(folder: Path, text: str) -> CloudFile:
    (folder / "a.off").write_text(text, newline="")
    return read_cloud_file(folder / "a.off")


def check_plate(found: CloudFile) -> None:
    xyz = found.cloud.xyz
    assert 19_800 < len(xyz) < 20_200
    np.testing.assert_array_equal(xyz[:4], PLATE)
    np.testing.assert_allclose([xyz.min(axis=0), xyz.max(axis=0)], [[0, 0, 3], [2, 1, 3]])
    assert len(np.unique((xyz[:, :2] / 0.05).astype(int), axis=0)) >= 40 * 20  # no hole


ALPHA, NORMALS = np.full((4, 1), 255), np.tile([0.0, 0.0, 1.0], (4, 1))
TEXTURE = np.full((4, 2), 0.5)


@pytest.mark.parametrize(
    ("word", "columns"),
    [
        ("COFF", (RGB,)),
        ("COFF", (RGB, ALPHA)),
        ("COFF", (RGB / 255,)),
        ("COFF", (np.hstack([RGB, ALPHA]) / 255,)),
        ("COFF", (RGB * 257,)),
        ("NCOFF", (NORMALS, RGB, ALPHA)),  # as Open3D and MeshLab write it
        ("CNOFF", (NORMALS, RGB)),
        ("STCNOFF", (NORMALS, RGB, ALPHA, TEXTURE)),
        ("STCOFF", (RGB, TEXTURE)),
        ("coff", (RGB,)),
        ("OFF", (RGB,)),  # colours without being told
        ("OFF", (RGB, ALPHA)),
    ],
)
def test_colours_of_corners(tmp_path: Path, word: str, columns: tuple[np.ndarray, ...]) -> None:
    found = read(tmp_path, off(word, *columns))
    check_plate(found)
    rgb, xyz = found.cloud.rgb.astype(float), found.cloud.xyz
    assert np.abs(rgb[:, 0] - 100 * xyz[:, 0]).max() < 1.0
    assert (np.unique(rgb[:, 1]), np.unique(rgb[:, 2])) == (10, 7)
    assert "colours from" in found.color_note and found.faces == 2


@pytest.mark.parametrize(
    ("word", "columns"),
    [("OFF", ()), ("NOFF", (NORMALS,)), ("OFF", (NORMALS,)), ("STOFF", (TEXTURE,))],
)
def test_without_colours_it_is_grey_and_says_so(tmp_path: Path, word: str, columns) -> None:
    found = read(tmp_path, off(word, *columns))
    check_plate(found)
    assert (found.cloud.rgb == 128).all()
    assert "no colours" in found.color_note


@pytest.mark.parametrize("scale", [255, 1])
@pytest.mark.parametrize("alpha", [True, False])
def test_colours_of_faces(tmp_path: Path, scale: int, alpha: bool) -> None:
    red, blue = (
        ([scale, 0, 0], [0, 0, scale]) if scale == 255 else ([1.0, 0.0, 0.0], [0.0, 0.0, 0.5])
    )
    tail = [" ".join(map(str, [*rgb, *([scale] if alpha else [])])) for rgb in (red, blue)]
    found = read(tmp_path, off("OFF", faces=f"3 0 1 2  {tail[0]}\n3 0 2 3  {tail[1]}\n"))
    check_plate(found)
    side = found.cloud.xyz[:, 1] - found.cloud.xyz[:, 0] / 2
    assert (found.cloud.rgb[side < -0.01][2:] == (255, 0, 0)).all()
    assert (found.cloud.rgb[side > 0.01] == (0, 0, 255 if scale == 255 else 128)).all()
    assert found.color_note.endswith("of faces")


def test_faces_without_colours_beside_coloured_ones_are_grey(tmp_path: Path) -> None:
    found = read(tmp_path, off("OFF", faces="3 0 1 2 0 200 0\n3 0 2 3\n"))
    side = found.cloud.xyz[:, 1] - found.cloud.xyz[:, 0] / 2
    assert (found.cloud.rgb[side > 0.01] == 128).all()
    assert (found.cloud.rgb[side < -0.01][2:] == (0, 200, 0)).all()


@pytest.mark.parametrize(
    "text",
    [
        off("OFF", counts="4 1 0", faces="4 0 1 2 3\n"),  # polygons
        off("OFF", counts="4 3 0", faces="2 0 1\n4 0 1 2 3\n1 3\n"),
        off("OFF", counts="4 2"),
        off("OFF").replace("\n", " ", 1),  # the counts behind the word
        off("OFF").replace("\n", "", 1),  # and without a blank, as in ModelNet40
        off("OFF").replace("\n", "\r\n"),
        off("OFF").replace("\n", "\r"),
        "# made by hand\n\n" + off("OFF # a word").replace("\n", " # and more\n\n"),
        "\ufeff" + off("OFF"),
        off("OFF") + "and what else its writer had to say\n",
        off("OFF") + "v 0 2 3\n",  # as an OBJ has it
    ],
    ids=range(11),
)
def test_spellings_of_one_plate(tmp_path: Path, text: str) -> None:
    check_plate(read(tmp_path, text))


def test_corners_alone_are_a_cloud(tmp_path: Path) -> None:
    found = read(tmp_path, off("COFF", RGB, counts="4 0 0", faces=""))
    np.testing.assert_array_equal(found.cloud.xyz, PLATE)
    np.testing.assert_array_equal(found.cloud.rgb, RGB)
    assert "on 2 faces" not in load_scene(tmp_path / "a.off", up="z").note


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (off("4OFF", ALPHA), "4OFF has not three dimensions"),
        (off("nOFF"), "nOFF has not three dimensions"),
        ("OFF BINARY\n", "it is binary"),
        ("OFF\n", "it ends after its first line"),
        (off("OFF", counts="4 -2 0"), "negative"),
        (off("OFF", counts="0 0 0"), "holds no corners"),
        (off("OFF", counts="four 2 0"), "'four' is no whole number"),
        (off("OFF", counts="900000000000000000 2 0"), "6 lines are not"),
        (off("OFF", counts="4 9 0"), "6 lines are not 4 corners and 9 faces"),
        (off("OFF", faces="3 0 1 2\n3 0 2\n"), "face 2 of 2 ends too early"),
        (off("OFF", faces="3 0 1 2\n3 0 2 4\n"), "face 2 has a corner that is not there"),
        (off("OFF", faces="3 0 1 2\n3 0 2 -1\n"), "face 2 has a corner that is not there"),
        (off("OFF").replace("2 1 3", "2 1"), "cannot be read"),
        (off("OFF").replace("2 1 3", "2 one 3"), "cannot be read"),
    ],
)
def test_broken_ones_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadFileError, match=f"looks like an OFF mesh, .*{said}"):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ["Kickoff at noon\n", "Turn OFF the light\n", "official\n"])
def test_prose_is_no_mesh(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(text)
    assert detect_format(tmp_path / "a.txt") == "plain text"
