"""Formats beside PLY, PCD and NPZ: text with points, meshes, surveyors' clouds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
import trimesh
from PIL import Image

from detailbase_core.errors import BadFileError
from detailbase_core.io.cloud_files import detect_format, read_cloud, read_cloud_file
from detailbase_core.mapping.load_scene import load_scene
from tests.helpers.cloud_files import ply_bytes

if TYPE_CHECKING:
    from pathlib import Path

XYZ = np.array([[0.5, -1.25, 2.0], [3.0, 4.0, -5.5], [0.0, 0.0, 1.0]], np.float32)
RGB = np.array([[255, 0, 10], [13, 10, 3], [100, 200, 50]], np.uint8)


def rows(*blocks: np.ndarray, mark: str = " ") -> str:
    table = [
        [value for block in blocks for value in np.atleast_1d(block[k]).tolist()] for k in range(3)
    ]
    return "".join(mark.join(map(str, row)) + "\n" for row in table)


INTENSITY, NORMALS = np.array([5, 6, 7]), np.array([[0, 0, -1.0], [1.0, 0, 0], [0, 0.6, 0.8]])
COLORED = {
    "xyzrgb": rows(XYZ, RGB),
    "floats": rows(XYZ, RGB / 255.0),
    "commas": rows(XYZ, RGB, mark=","),
    "semicolons": rows(XYZ, RGB, mark=";"),
    "decimal commas": rows(XYZ, RGB, mark=";").replace(".", ","),
    "tabs": rows(XYZ, RGB, mark="\t"),
    "PTS": "3\n" + rows(XYZ, INTENSITY, RGB),
    "header": "x,y,z,r,g,b\n" + rows(XYZ, RGB, mark=","),
    "header, other order": "R G B X Y Z\n" + rows(RGB, XYZ),
    "alpha": rows(XYZ, RGB, np.full(3, 255)),
    "CloudCompare's fractions": "//X Y Z Rf Gf Bf\n" + rows(XYZ, RGB / 255.0),
    "CloudCompare": "//X Y Z R G B Intensity\n" + rows(XYZ, RGB, INTENSITY),
    "comments": "# scanned today\n# x y z red green blue\n" + rows(XYZ, RGB),
    "behind normals": "x y z nx ny nz red green blue\n" + rows(XYZ, NORMALS, RGB),
    "DOS": rows(XYZ, RGB).replace("\n", "\r\n"),
    "byte order mark": "\ufeff" + rows(XYZ, RGB),
}


@pytest.mark.parametrize("name", COLORED)
def test_coloured_points_as_text(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text(COLORED[name], encoding="utf-8", newline="")
    cloud = read_cloud(tmp_path / "a.txt")
    np.testing.assert_array_equal(cloud.xyz, XYZ)
    np.testing.assert_array_equal(cloud.rgb, RGB)


def test_points_with_normals_or_intensity_alone(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text(rows(XYZ, NORMALS))
    found = read_cloud_file(tmp_path / "a.xyz")
    assert (found.cloud.rgb == 128).all() and "nx" in found.color_note
    (tmp_path / "a.xyz").write_text(rows(XYZ, INTENSITY))
    assert "intensity treated as grey" in read_cloud_file(tmp_path / "a.xyz").color_note


@pytest.mark.parametrize(
    "text",
    [
        "0.5 1.5 2.x\n" + rows(XYZ),
        "4\n" + rows(XYZ, INTENSITY, RGB),
        rows(XYZ) + "1 2\n",
        rows(XYZ) + "1 2 three\n",
    ],
)
def test_text_that_breaks_off_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.xyz").write_text(text)
    with pytest.raises(BadFileError, match=r"a\.xyz"):
        read_cloud(tmp_path / "a.xyz")


@pytest.mark.parametrize("mark", [",", ";"])
@pytest.mark.parametrize("missing", ["", "NA", "null", "None", "N/A", "nan", "-1.#IND", "nan(ind)"])
@pytest.mark.parametrize("header", ["", "x y z r g b\n", "id x y z r g b\n"])
def test_missing_numbers_are_nan(tmp_path: Path, mark: str, missing: str, header: str) -> None:
    lines = rows(XYZ, RGB, mark=mark).splitlines()
    lines[1] = mark.join([missing, missing, missing, *lines[1].split(mark)[3:]])
    if "id" in header:
        lines = [f"{9 * k}{mark}{line}" for k, line in enumerate(lines)]
    (tmp_path / "a.csv").write_text(header.replace(" ", mark) + "\n".join(lines) + "\n")
    cloud = read_cloud(tmp_path / "a.csv")
    expected = XYZ.copy()
    expected[1] = np.nan
    np.testing.assert_array_equal(cloud.xyz, expected)
    np.testing.assert_array_equal(cloud.rgb, RGB)


@pytest.mark.parametrize("header", ["", "x,y,z,r,g,b\n", "x,y,z,r,g,b,\n"])
def test_lines_that_end_with_a_comma(tmp_path: Path, header: str) -> None:
    (tmp_path / "a.csv").write_text(header + rows(XYZ, RGB, mark=",").replace("\n", ",\n"))
    np.testing.assert_array_equal(read_cloud(tmp_path / "a.csv").rgb, RGB)


def test_a_column_that_counts_the_rows_is_no_place(tmp_path: Path) -> None:
    rows = [f"{k} {p[0]} {p[1]} {p[2]}" for k, p in enumerate(np.tile(XYZ, (3, 1)).tolist())]
    (tmp_path / "a.txt").write_text("\n".join(rows) + "\n")
    np.testing.assert_array_equal(read_cloud(tmp_path / "a.txt").xyz, np.tile(XYZ, (3, 1)))


def test_a_broken_first_row_is_no_header(tmp_path: Path) -> None:
    (tmp_path / "a.xyz").write_text("1 2 3 10;8 4 5\n" + "1 2 3 8 4 5\n" * 4)
    with pytest.raises(BadFileError, match="cannot be read"):
        read_cloud(tmp_path / "a.xyz")


def test_prose_is_no_cloud(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("There are 3 chairs\nand 2 tables\n")
    assert detect_format(tmp_path / "a.txt") == "plain text"


# -- meshes --------------------------------------------------------------------------------------


def plate(**visual) -> trimesh.Trimesh:
    """A square of 2 x 1 m in the plane z = 3."""
    corners = [[0, 0, 3], [2, 0, 3], [2, 1, 3], [0, 1, 3]]
    return trimesh.Trimesh(corners, [[0, 1, 2], [0, 2, 3]], process=False, **visual)


@pytest.mark.parametrize("suffix", ["obj", "glb", "stl", "off"])
def test_meshes_are_sampled_at_a_centimetre(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    plate().export(path)
    cloud = read_cloud(path)
    assert 18_000 < len(cloud) < 22_000
    np.testing.assert_allclose(cloud.xyz.min(axis=0), [0, 0, 3], atol=0.02)
    np.testing.assert_allclose(cloud.xyz.max(axis=0), [2, 1, 3], atol=0.02)
    again = read_cloud(path)
    np.testing.assert_array_equal(cloud.xyz, again.xyz)


@pytest.mark.parametrize("suffix", ["obj", "glb"])
def test_texture_colours(tmp_path: Path, suffix: str) -> None:
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, :32] = (255, 0, 0)  # left half red, right half blue
    picture[:, 32:] = (0, 0, 255)
    material = trimesh.visual.material.SimpleMaterial(image=Image.fromarray(picture))
    visual = trimesh.visual.TextureVisuals(uv=[[0, 0], [1, 0], [1, 1], [0, 1]], material=material)
    plate(visual=visual).export(tmp_path / f"a.{suffix}")
    cloud = read_cloud(tmp_path / f"a.{suffix}")
    left = cloud.xyz[:, 0] < 0.95
    assert (cloud.rgb[left] == (255, 0, 0)).all()
    assert (cloud.rgb[cloud.xyz[:, 0] > 1.05] == (0, 0, 255)).all()


PLATE = np.array([[0, 0, 3], [2, 0, 3], [2, 1, 3], [0, 1, 3]], np.float32)
REDS = np.array([0, 200, 200, 0], np.uint8)
FACES = {
    "triangles": [[0, 1, 2], [0, 2, 3]],
    "a quad": [[0, 1, 2, 3]],
    "mixed": [[0, 1, 2], [0, 2], [3], [0, 1, 2, 3][:0], [0, 2, 3, 0]],
}


def mesh_ply(
    fmt: str, faces: list[list[int]], *, extra: bool = False, first: bool = False
) -> bytes:
    columns = dict(zip("xyz", PLATE.T, strict=True)) | {
        "red": REDS,
        "green": np.zeros(4, "u1"),
        "blue": np.zeros(4, "u1"),
    }
    order = "<" if "little" in fmt else ">"
    declared = f"element face {len(faces)}\nproperty list uchar int vertex_indices"
    declared += "\nproperty int material" if extra else ""
    body = b""
    for face in faces:
        if fmt == "ascii":
            row = [len(face), *face, *([7] if extra else [])]
            body += " ".join(map(str, row)).encode() + b"\n"
        else:
            body += bytes([len(face)]) + np.array(face, f"{order}i4").tobytes()
            body += np.array([7], f"{order}i4").tobytes() if extra else b""
    if first:
        return ply_bytes(columns, fmt, declared, body)
    return ply_bytes(columns, fmt, after=declared, after_body=body)


@pytest.mark.parametrize("fmt", ["ascii", "binary_little_endian", "binary_big_endian"])
@pytest.mark.parametrize("faces", FACES)
@pytest.mark.parametrize("extra", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_faces_of_a_ply_are_sampled_with_their_colours(
    tmp_path: Path, fmt: str, faces: str, extra: bool, first: bool
) -> None:
    (tmp_path / "a.ply").write_bytes(mesh_ply(fmt, FACES[faces], extra=extra, first=first))
    found = read_cloud_file(tmp_path / "a.ply")
    cloud = found.cloud
    assert 19_800 < len(cloud) < 20_200
    np.testing.assert_array_equal(cloud.xyz[:4], PLATE)
    assert (cloud.xyz[:, 2] == 3).all()
    grid = np.unique((cloud.xyz[:, :2] / 0.05).astype(int), axis=0)
    assert len(grid) >= 40 * 20  # no hole of five centimetres
    assert np.abs(cloud.rgb[:, 0] - cloud.xyz[:, 0] * 100.0).max() < 1.0
    np.testing.assert_array_equal(cloud.xyz, read_cloud(tmp_path / "a.ply").xyz)


def test_the_report_says_that_a_ply_is_a_mesh(tmp_path: Path) -> None:
    (tmp_path / "a.ply").write_bytes(mesh_ply("ascii", FACES["triangles"]))
    assert "points on 2 faces, " in load_scene(tmp_path / "a.ply", up="z", unit="m").note


@pytest.mark.parametrize("fmt", ["ascii", "binary_little_endian"])
@pytest.mark.parametrize(
    "fault", ["cut off", "no such vertex", "a negative one", "more than there are"]
)
def test_vertices_are_taken_alone_where_the_faces_are_broken(
    tmp_path: Path, fmt: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    corner = {"no such vertex": 4, "a negative one": -1}.get(fault, 2)
    data = mesh_ply(fmt, [[0, 1, corner], [0, 2, 3]])
    data = data[:-4] if fault == "cut off" else data
    if fault == "more than there are":
        data = data.replace(b"face 2", b"face 4000000000")
    (tmp_path / "a.ply").write_bytes(data)
    np.testing.assert_array_equal(read_cloud(tmp_path / "a.ply").xyz, PLATE)
    assert "vertices alone are taken" in caplog.text


def test_colours_of_faces_where_vertices_have_none(tmp_path: Path) -> None:
    head = "ply\nformat ascii 1.0\nelement vertex 4\n"
    head += "".join(f"property float {axis}\n" for axis in "xyz")
    head += "element face 2\nproperty list uchar int vertex_index\n"
    head += "".join(f"property uchar {c}\n" for c in ("red", "green", "blue")) + "end_header\n"
    rows = "".join(" ".join(map(str, row)) + "\n" for row in PLATE.tolist())
    (tmp_path / "a.ply").write_text(head + rows + "3 0 1 2 255 0 0\n3 0 2 3 0 0 255\n")
    cloud = read_cloud(tmp_path / "a.ply")
    below = cloud.xyz[:, 1] < cloud.xyz[:, 0] / 2 - 0.01
    assert (cloud.rgb[below][4:] == (255, 0, 0)).all() and below.sum() > 9000
    above = cloud.xyz[:, 1] > cloud.xyz[:, 0] / 2 + 0.01
    assert (cloud.rgb[above] == (0, 0, 255)).all()


def test_vertex_colours(tmp_path: Path) -> None:
    colors = [[0, 0, 0, 255], [200, 0, 0, 255], [200, 0, 0, 255], [0, 0, 0, 255]]
    plate(vertex_colors=colors).export(tmp_path / "a.glb")
    cloud = read_cloud(tmp_path / "a.glb")
    assert np.abs(cloud.rgb[:, 0] - cloud.xyz[:, 0] * 100.0).max() < 3.0
    assert "colours" in load_scene(tmp_path / "a.glb", up="z").note


@pytest.mark.parametrize(
    ("name", "head", "package"),
    [
        ("a.las", b"LASF" + bytes(400), "laspy"),
        ("a.e57", b"ASTM-E57" + bytes(400), "pye57"),
        ("a.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "trimesh"),
    ],
)
def test_without_the_package_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, head: bytes, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / name).write_bytes(head)
    with pytest.raises(BadFileError, match=rf"needs {package}: .*pip install .*{package}"):
        read_cloud(tmp_path / name)


@pytest.mark.parametrize("suffix", ["las", "laz"])
def test_las_and_laz(tmp_path: Path, suffix: str) -> None:
    laspy = pytest.importorskip("laspy")
    header = laspy.LasHeader(point_format=7, version="1.4")
    header.offsets, header.scales = np.array([500_000.0, 5_400_000.0, 0.0]), np.full(3, 0.001)
    las = laspy.LasData(header)
    las.x, las.y, las.z = (XYZ.astype("f8") + header.offsets).T
    las.red, las.green, las.blue = RGB.astype("u2").T * 256
    las.write(str(tmp_path / f"a.{suffix}"))
    found = read_cloud_file(tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(found.cloud.rgb, RGB)
    places = found.cloud.xyz - found.shift - [500_000.0, 5_400_000.0, 0.0]
    np.testing.assert_allclose(places, XYZ, atol=1e-3)


def test_e57(tmp_path: Path) -> None:
    pye57 = pytest.importorskip("pye57")
    file = pye57.E57(str(tmp_path / "a.e57"), mode="w")
    columns = {f"cartesian{axis}": XYZ[:, k].astype("f8") for k, axis in enumerate("XYZ")}
    columns |= {f"color{c}": RGB[:, k] for k, c in enumerate(("Red", "Green", "Blue"))}
    file.write_scan_raw(columns)
    file.close()
    cloud = read_cloud(tmp_path / "a.e57")
    np.testing.assert_allclose(cloud.xyz, XYZ)
    np.testing.assert_array_equal(cloud.rgb, RGB)
