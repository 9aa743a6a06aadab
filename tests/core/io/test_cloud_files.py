"""Point cloud files: every layout that must read, every broken one that must say why."""

from __future__ import annotations

import contextlib
import io
import logging
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core.errors import BadCloudError, BadFileError
from detailbase_core.io.cloud_files import detect_format, read_cloud, write_ply
from detailbase_core.io.lzf import decompress_lzf
from detailbase_core.io.ply import read_ply
from detailbase_core.types import PointCloud
from tests.helpers.cloud_files import lzf_compress, pcd_bytes, ply_bytes

REAL_SCANS = Path(__file__).parents[4] / "shared" / "real_scans"
PLY_FORMATS = ("ascii", "binary_little_endian", "binary_big_endian")
PCD_KINDS = ("ascii", "binary", "binary_compressed")
XYZ = np.array([[0.5, -1.25, 2.0], [3.0, 4.0, -5.5], [0.0, 0.0, 1.0]], np.float32)
RGB = np.array([[255, 0, 10], [1, 2, 3], [100, 200, 50]], np.uint8)


@pytest.fixture(autouse=True, scope="module")
def our_own_readers():
    """Nothing else reads what ours refuse, whatever is installed."""
    with pytest.MonkeyPatch.context() as patch:
        for package in ("open3d", "plyfile"):
            patch.setitem(sys.modules, package, None)
        yield


def columns(names: str = "x y z red green blue", dtype: str = "f4") -> dict[str, np.ndarray]:
    values = np.hstack([XYZ, RGB]).T
    types = [dtype] * 3 + ["u1"] * 3
    named = zip(names.split(), values, types, strict=True)
    return {name: value.astype(t) for name, value, t in named}


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def assert_is_the_cloud(cloud: PointCloud) -> None:
    np.testing.assert_array_equal(cloud.xyz, XYZ)
    np.testing.assert_array_equal(cloud.rgb, RGB)


# -- PLY ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", PLY_FORMATS)
@pytest.mark.parametrize(
    "names",
    [
        "x y z red green blue",
        "x y z diffuse_red diffuse_green diffuse_blue",
        "x y z r g b",
    ],
)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_ply_reads_any_layout(tmp_path: Path, fmt: str, names: str, dtype: str) -> None:
    assert_is_the_cloud(
        read_cloud(write(tmp_path / "a.ply", ply_bytes(columns(names, dtype), fmt)))
    )


@pytest.mark.parametrize("fmt", PLY_FORMATS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_ply_properties_come_in_any_order_among_others(
    tmp_path: Path, fmt: str, newline: str
) -> None:
    c = columns()
    mixed = {"blue": c["blue"], "quality": np.array([7, 8, 9], "f8"), "z": c["z"], "x": c["x"]}
    mixed |= {"red": c["red"], "label": np.array([1, 2, 3], "i4"), "green": c["green"], "y": c["y"]}
    path = write(tmp_path / "a.ply", ply_bytes(mixed, fmt, newline=newline))
    assert_is_the_cloud(read_cloud(path))


@pytest.mark.parametrize("fmt", PLY_FORMATS)
@pytest.mark.parametrize("lengths", [(3, 3), (3, 4), (0, 5)])
def test_ply_vertices_behind_or_before_faces(fmt: str, lengths: tuple[int, int]) -> None:
    order = ">" if "big" in fmt else "<"
    if fmt == "ascii":
        rows = [f"{n} " + " ".join("1" * n) for n in lengths]
        body = "".join(f"{row}\n" for row in rows).encode()
    else:
        body = b"".join(struct.pack(f"{order}B{n}i", n, *range(n)) for n in lengths)
    faces = "element face 2\nproperty list uchar int vertex_indices"
    for around in ({"before": faces, "before_body": body}, {"after": faces, "after_body": body}):
        xyz, colors = read_ply(ply_bytes(columns(), fmt, **around), "a.ply")
        assert_is_the_cloud(PointCloud(xyz.astype("f4"), colors.rgb))


@pytest.mark.parametrize("fmt", PLY_FORMATS)
def test_ply_vertices_may_have_lists(tmp_path: Path, fmt: str) -> None:
    header = f"ply\nformat {fmt} 1.0\nelement vertex 3\nproperty list uchar short near\n"
    header += "".join(f"property float {a}\n" for a in "xyz")
    header += "".join(f"property uchar {a}\n" for a in ("red", "green", "blue")) + "end_header\n"
    rows = [([5] * n, *XYZ[i].tolist(), *RGB[i].tolist()) for i, n in enumerate((2, 0, 1))]
    if fmt == "ascii":
        lines = [f"{len(r[0])} " + " ".join(map(str, (*r[0], *r[1:]))) for r in rows]
        body = "\n".join(lines).encode()
    else:
        order = ">" if "big" in fmt else "<"
        body = b"".join(
            struct.pack(f"{order}B{len(r[0])}h3f3B", len(r[0]), *r[0], *r[1:]) for r in rows
        )
    assert_is_the_cloud(read_cloud(write(tmp_path / "a.ply", header.encode() + body)))


def test_ply_float_colours_become_bytes(tmp_path: Path) -> None:
    c = columns() | {n: np.array([1.0, 0.5, 0.0], "f4") for n in ("red", "green", "blue")}
    path = write(tmp_path / "a.ply", ply_bytes(c, "binary_little_endian"))
    np.testing.assert_array_equal(read_cloud(path).rgb[:, 0], [255, 128, 0])


def test_written_ply_reads_back_without_its_holes(tmp_path: Path) -> None:
    xyz = np.vstack([XYZ, [[np.nan, 0, 0]]]).astype(np.float32)
    write_ply(tmp_path / "out.ply", PointCloud(xyz, np.vstack([RGB, RGB[:1]])))
    assert_is_the_cloud(read_cloud(tmp_path / "out.ply"))
    assert [p.name for p in tmp_path.iterdir()] == ["out.ply"]


# -- PCD ---------------------------------------------------------------------------------------


def packed(kind: str) -> np.ndarray:
    words = RGB[:, 0].astype(np.uint32) << 16 | RGB[:, 1].astype(np.uint32) << 8 | RGB[:, 2]
    return words.view(np.float32) if kind == "rgb" else words | np.uint32(0xFF000000)


@pytest.mark.parametrize("kind", PCD_KINDS)
@pytest.mark.parametrize("color", ["rgb", "rgba"])
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_pcd_reads_packed_colours(tmp_path: Path, kind: str, color: str, dtype: str) -> None:
    c = {"label": np.array([1, 2, 3], "u2")} | dict(list(columns(dtype=dtype).items())[:3])
    c[color] = packed(color)
    assert_is_the_cloud(read_cloud(write(tmp_path / "a.pcd", pcd_bytes(c, kind))))


@pytest.mark.parametrize("kind", PCD_KINDS)
def test_pcd_keeps_its_shape_and_its_holes(tmp_path: Path, kind: str) -> None:
    c = {axis: np.arange(6, dtype="f4") for axis in "xyz"}
    c["z"][4] = np.nan
    c["rgb"] = np.repeat(packed("rgb"), 2)
    cloud = read_cloud(write(tmp_path / "a.pcd", pcd_bytes(c, kind, shape=(2, 3))))
    assert cloud.image_shape == (2, 3)
    assert np.isnan(cloud.xyz[4, 2]) and np.isfinite(cloud.xyz[5]).all()


def test_pcd_skips_fields_of_several_values(tmp_path: Path) -> None:
    data = pcd_bytes(
        {"x": XYZ[:, 0], "y": XYZ[:, 1], "z": XYZ[:, 2], "rgb": packed("rgb")}, "binary"
    )
    head, body = data.split(b"DATA binary\n")
    head = head.replace(b"FIELDS x", b"FIELDS vfh _ x").replace(b"SIZE 4", b"SIZE 4 1 4")
    head = head.replace(b"TYPE F", b"TYPE F U F").replace(b"COUNT 1", b"COUNT 5 3 1")
    rows = b"".join(b"\1" * 23 + body[i : i + 16] for i in range(0, len(body), 16))
    assert_is_the_cloud(read_cloud(write(tmp_path / "a.pcd", head + b"DATA binary\n" + rows)))


@given(st.binary(max_size=600) | st.lists(st.sampled_from(b"ab"), max_size=600).map(bytes))
@settings(max_examples=200, deadline=None)
def test_lzf_round_trip(data: bytes) -> None:
    assert decompress_lzf(lzf_compress(data), len(data)) == data


@given(st.binary(max_size=200), st.integers(0, 1000))
@settings(max_examples=200, deadline=None)
def test_lzf_rubbish_is_an_error_or_the_right_size(data: bytes, size: int) -> None:
    with contextlib.suppress(ValueError):
        assert len(decompress_lzf(data, size)) == size


# -- NPZ ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", [("xyz", "rgb"), ("points", "colors")])
def test_npz(tmp_path: Path, keys: tuple[str, str]) -> None:
    path = tmp_path / "cloud.bin"  # the name does not matter
    with path.open("wb") as file:
        np.savez(file, **{keys[0]: XYZ.astype("f8"), keys[1]: RGB / 255.0})
    assert_is_the_cloud(read_cloud(path))


def test_organised_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", xyz=np.ones((2, 5, 3)), rgb=np.zeros((2, 5, 3), np.uint8))
    assert read_cloud(tmp_path / "a.npz").image_shape == (2, 5)


def test_npz_runs_no_pickles(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", xyz=np.array([{"a": 1}], dtype=object))
    with pytest.raises(BadFileError, match="NPZ"):
        read_cloud(tmp_path / "a.npz")


@pytest.mark.parametrize(
    "arrays", [{"depth": XYZ}, {"xyz": XYZ[:, :2]}, {"xyz": XYZ, "rgb": RGB[:2]}, {"xyz": "no"}]
)
def test_npz_without_the_right_arrays_is_refused(tmp_path: Path, arrays: dict) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(BadFileError, match=r"xyz|positions"):
        read_cloud(tmp_path / "a.npz")


# -- bad input ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*PLY_FORMATS, *PCD_KINDS, "npz"])
def test_truncated_files_are_refused_at_every_length(tmp_path: Path, kind: str) -> None:
    if kind in PLY_FORMATS:
        data = ply_bytes(columns(), kind)
    elif kind in PCD_KINDS:
        c = {"x": XYZ[:, 0], "y": XYZ[:, 1], "z": XYZ[:, 2], "rgba": packed("rgba")}
        data = pcd_bytes(c, kind)
    else:
        buffer = io.BytesIO()
        np.savez(buffer, xyz=XYZ, rgb=RGB)
        data = buffer.getvalue()
    whole = len(data.rstrip(b"\n0123456789")) if kind == "ascii" else len(data)
    for length in range(0, whole, max(1, whole // 60)):
        with pytest.raises(BadFileError, match=r"broken"):
            read_cloud(write(tmp_path / "broken.ply", data[:length]))


@pytest.mark.parametrize(
    ("data", "looks_like"),
    [
        (b"", "an empty file"),
        (b"\x89PNG\r\n\x1a\n....", "a PNG picture"),
        (b"hello there", "plain text"),
        (b"v 0 0 0\nv 1 0 0\nf 1 2 3\n", "an OBJ mesh"),
        (b"<!doctype html>", "a web page"),
        (b"\x80\x04\x95abc", "a Python pickle"),
        (b"\x89MCAP0\r\n...", "MCAP"),
        (bytes(range(256)), "no format known"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(
    tmp_path: Path, data: bytes, looks_like: str
) -> None:
    path = write(tmp_path / "scan.ply", data)
    assert looks_like in detect_format(path)
    with pytest.raises(BadFileError, match=rf"scan\.ply: looks like {looks_like}.*PLY, PCD or NPZ"):
        read_cloud(path)


def test_a_pcd_named_ply_just_reads(tmp_path: Path) -> None:
    c = {"x": XYZ[:, 0], "y": XYZ[:, 1], "z": XYZ[:, 2], "rgba": packed("rgba")}
    assert_is_the_cloud(read_cloud(write(tmp_path / "scan.ply", pcd_bytes(c, "binary"))))


def test_missing_path_and_folder(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="No such file"):
        read_cloud(tmp_path / "nothing.ply")
    with pytest.raises(BadFileError, match="folder"):
        read_cloud(tmp_path)


@pytest.mark.parametrize("fmt", PLY_FORMATS)
def test_empty_and_all_nan_clouds_are_refused(tmp_path: Path, fmt: str) -> None:
    empty = {axis: np.empty(0, "f4") for axis in "xyz"}
    with pytest.raises(BadCloudError, match="no points"):
        read_cloud(write(tmp_path / "a.ply", ply_bytes(empty, fmt)))
    holes = {axis: np.full(4, np.nan, "f4") for axis in "xyz"}
    with pytest.raises(BadCloudError, match="4 points, all of them NaN"):
        read_cloud(write(tmp_path / "a.ply", ply_bytes(holes, fmt)))


def test_no_vertices_or_no_positions(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="no vertex element"):
        read_cloud(write(tmp_path / "a.ply", b"ply\nformat ascii 1.0\nend_header\n"))
    colors = {"red": RGB[:, 0]}
    with pytest.raises(BadFileError, match="need x, y and z; this file has red"):
        read_cloud(write(tmp_path / "a.ply", ply_bytes(colors, "ascii")))


@pytest.mark.parametrize(
    "header",
    [
        b"ply\nformat text 1.0\nend_header\n",
        b"ply\nelement vertex -4\nend_header\n",
        b"ply\nproperty float x\nend_header\n",
        b"ply\nformat ascii 1.0\nelement vertex 1\nproperty quaternion x\nend_header\n",
        b"# .PCD v0.7\nFIELDS x y\nSIZE 4\nTYPE F F\nWIDTH 1\nDATA ascii\n",
        b"# .PCD v0.7\nFIELDS x\nSIZE 3\nTYPE F\nWIDTH 1\nDATA ascii\n",
        b"# .PCD v0.7\nFIELDS x\nSIZE 4\nTYPE F\nWIDTH 5\nPOINTS 4\nDATA ascii\n",
        b"# .PCD v0.7\nFIELDS x\nSIZE 4\nTYPE F\nWIDTH 1\nDATA telepathy\n",
        b"# .PCD v0.7\nFIELDS x\nSIZE 4\nTYPE F\nWIDTH 99999999999\nDATA binary\n",
    ],
)
def test_nonsense_headers_are_refused(tmp_path: Path, header: bytes) -> None:
    with pytest.raises(BadFileError, match=r"header"):
        read_cloud(write(tmp_path / "a", header + b"1 2 3\n"))


def test_a_header_that_promises_too_much_allocates_nothing(tmp_path: Path) -> None:
    data = ply_bytes(columns(), "binary_little_endian").replace(b"vertex 3", b"vertex 9999999999")
    with pytest.raises(BadFileError, match="3 of 9999999999"):
        read_cloud(write(tmp_path / "a.ply", data))


def test_no_colour_is_grey_and_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    c = {"x": XYZ[:, 0], "y": XYZ[:, 1], "z": XYZ[:, 2]}
    with caplog.at_level(logging.WARNING):
        cloud = read_cloud(write(tmp_path / "a.ply", ply_bytes(c, "ascii")))
    assert (cloud.rgb == 128).all()
    assert [r.message.count("no colours") for r in caplog.records] == [1]


def test_coordinates_at_a_million_metres_keep_their_shape(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    c = columns(dtype="f8")
    c["x"] += 1e6
    c["y"] -= 2e6
    with caplog.at_level(logging.WARNING):
        cloud = read_cloud(write(tmp_path / "a.ply", ply_bytes(c, "binary_little_endian")))
    np.testing.assert_allclose(np.diff(cloud.xyz, axis=0), np.diff(XYZ, axis=0), atol=1e-6)
    assert np.abs(cloud.xyz).max() < 100
    assert "moved by (-1000000, 2000000, 0)" in caplog.text


def test_one_point(tmp_path: Path) -> None:
    one = {name: column[:1] for name, column in columns().items()}
    assert len(read_cloud(write(tmp_path / "a.ply", ply_bytes(one, "ascii")))) == 1


def test_five_million_points(tmp_path: Path) -> None:
    count = 5_000_000
    xyz = np.arange(3 * count, dtype=np.float32).reshape(count, 3) % 1000
    write_ply(tmp_path / "big.ply", PointCloud(xyz, np.full((count, 3), 9, np.uint8)))
    cloud = read_cloud(tmp_path / "big.ply")
    assert len(cloud) == count
    np.testing.assert_array_equal(cloud.xyz[-1], xyz[-1])


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_after_a_magic_are_read_or_refused(tmp_path_factory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a"
    heads = (
        b"ply\nformat binary_little_endian 1.0\n",
        b"ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nend_header\n",
        b"# .PCD v0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nWIDTH 2\nDATA binary_compressed\n",
        b"# .PCD v0.7\n",
        b"PK\x03\x04",
    )
    for head in heads:
        with pytest.raises((BadFileError, BadCloudError)):
            read_cloud(write(path, head + data))


# -- real scans --------------------------------------------------------------------------------


@pytest.mark.skipif(not REAL_SCANS.is_dir(), reason="the real scans lie outside the repository")
@pytest.mark.parametrize(("name", "finite"), [("office_floor", 0.846), ("tabletop", 0.561)])
def test_real_scans(name: str, finite: float) -> None:
    cloud = read_cloud(REAL_SCANS / f"{name}.pcd")
    assert cloud.image_shape == (480, 640)
    valid = np.isfinite(cloud.xyz).all(axis=1)
    assert valid.mean() == pytest.approx(finite, abs=1e-3)
    assert cloud.xyz[valid, 2].min() > 0.5 and cloud.xyz[valid, 2].max() < 4.0  # z looks forward
    assert 50 < cloud.rgb[valid].mean() < 200
