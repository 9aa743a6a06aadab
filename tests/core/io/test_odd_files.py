"""Files that people have: odd headers that are unambiguous, and crafted ones that must not grow."""

from __future__ import annotations

import os
import time
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.io.cloud_files import detect_format, read_cloud, read_cloud_file
from detailbase_core.io.lzf import decompress_lzf
from detailbase_core.io.npz import NpzArchive
from tests.core.io.crafted_clouds import CRAFTED, npz_with_header
from tests.helpers.cloud_files import pcd_bytes, ply_bytes

if TYPE_CHECKING:
    from pathlib import Path

XYZ = np.array([[0.5, -1.25, 2.0], [3.0, 4.0, -5.5], [0.0, 0.0, 1.0]], np.float32)
RGB = np.array([[255, 0, 10], [13, 10, 3], [100, 200, 50]], np.uint8)
LITTLE = "binary_little_endian"


def columns(names: str = "x y z red green blue") -> dict[str, np.ndarray]:
    values = [*XYZ.T, *RGB.T]
    return dict(zip(names.split(), values, strict=True))


def read(folder: Path, data: bytes, name: str = "a.ply"):
    (folder / name).write_bytes(data)
    return read_cloud(folder / name)


def assert_is_the_cloud(cloud) -> None:
    np.testing.assert_array_equal(cloud.xyz, XYZ)
    np.testing.assert_array_equal(cloud.rgb, RGB)


LINE_ENDS = ("\n", "\r\n", "\r", "\n\r")


@pytest.mark.parametrize("newline", LINE_ENDS)
@pytest.mark.parametrize("fmt", ["ascii", LITTLE, "binary_big_endian"])
@pytest.mark.parametrize("first_byte", [0x0A, 0x0D, 0x41])
def test_ply_under_any_line_end(tmp_path: Path, newline: str, fmt: str, first_byte: int) -> None:
    """Also where the body begins with a byte that looks like a line end."""
    c = {"quality": np.full(3, first_byte, "u1")} | columns()
    assert_is_the_cloud(read(tmp_path, ply_bytes(c, fmt, newline=newline)))


@pytest.mark.parametrize("newline", LINE_ENDS)
@pytest.mark.parametrize("kind", ["ascii", "binary", "binary_compressed"])
def test_pcd_under_any_line_end(tmp_path: Path, newline: str, kind: str) -> None:
    data = pcd_bytes(columns(), kind)
    if kind == "ascii":
        data = data.replace(b"\n", newline.encode())
    else:
        head, body = data.split(f"DATA {kind}\n".encode(), 1)
        data = (head + f"DATA {kind}\n".encode()).replace(b"\n", newline.encode()) + body
    assert_is_the_cloud(read(tmp_path, data))


HEADERS = {
    "trailing spaces": (b"\n", b" \n"),
    "tabs": (b"property float", b"property\tfloat"),
    "capital names": (b" x\n", b" X\n"),
    "capital types": (b"property float x", b"property FLOAT x"),
    "capital keywords": (b"element vertex", b"ELEMENT vertex"),
    "vertices": (b"element vertex", b"element vertices"),
    "points": (b"element vertex", b"element points"),
    "capital magic": (b"ply\n", b"PLY\n"),
    "a comment with end_header": (b"comment made", b"comment before end_header made"),
    "a comment with an element": (b"comment made", b"comment element vertex 7 made"),
    "obj_info": (b"comment made", b"obj_info num_cols 512 made"),
    "blank lines": (b"comment made", b"\n\ncomment made"),
    "other type names": (b"property uchar red", b"property uint8 red"),
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_odd_ply_headers(tmp_path: Path, name: str, mark: bytes) -> None:
    head, body = ply_bytes(columns(), LITTLE).split(b"end_header\n")
    head = (head + b"end_header\n").replace(*HEADERS[name])
    assert_is_the_cloud(read(tmp_path, mark + head + body))


def test_a_repeated_property_counts_once(tmp_path: Path) -> None:
    data = ply_bytes(columns() | {"again": np.full(3, 7, "f4")}, LITTLE)
    assert_is_the_cloud(read(tmp_path, data.replace(b"float again", b"float x")))
    assert_is_the_cloud(
        read(
            tmp_path,
            pcd_bytes(columns() | {"a": RGB[:, 0]}, "binary").replace(b"blue a", b"blue x"),
        )
    )


def test_a_word_behind_the_kind_of_data_is_refused(tmp_path: Path) -> None:
    data = pcd_bytes(columns(), "binary_compressed")
    with pytest.raises(BadFileError, match="DATA binary compressed is none of"):
        read(tmp_path, data.replace(b"binary_compressed", b"binary\rcompressed"))


def test_a_compressed_splat_is_named(tmp_path: Path) -> None:
    head = (
        f"ply\nformat {LITTLE} 1.0\nelement vertex 1\nproperty uint packed_position\nend_header\n"
    )
    with pytest.raises(BadFileError, match="compressed Gaussian splat: export it uncompressed"):
        read(tmp_path, head.encode() + bytes(4))


def test_two_elements_of_vertices_are_refused(tmp_path: Path) -> None:
    data = ply_bytes(columns(), LITTLE)
    twice = data.replace(b"property uchar green", b"element vertex 3\nproperty uchar green")
    with pytest.raises(BadFileError, match="two elements 'vertex'"):
        read(tmp_path, twice)


def test_padding_that_takes_no_bytes(tmp_path: Path) -> None:
    data = pcd_bytes(columns(), "binary")
    head, body = data.split(b"DATA binary\n", 1)
    head = head.replace(b"FIELDS x", b"FIELDS _ x").replace(b"SIZE 4", b"SIZE 1 4")
    head = head.replace(b"TYPE F", b"TYPE U F").replace(b"COUNT 1", b"COUNT 0 1")
    assert_is_the_cloud(read(tmp_path, head + b"DATA binary\n" + body))


@pytest.mark.parametrize("kind", ["ply", "pcd"])
@pytest.mark.parametrize(
    "spelling",
    [
        *("-nan(ind)", "nan(snan)", "nan(0x8000000000000)", "-1.#IND", "1.#QNAN", "-1.#IND00"),
        *("1.#J", "-1.#IO", "1.#QO", "NAN", "nan"),
    ],
)
def test_not_a_number_as_windows_writes_it(tmp_path: Path, kind: str, spelling: str) -> None:
    c = columns() | {"y": np.array([9.0, 4.0, 0.0], "f4")}
    data = ply_bytes(c, "ascii") if kind == "ply" else pcd_bytes(c, "ascii")
    cloud = read(tmp_path, data.replace(b"9.0", spelling.encode()))
    np.testing.assert_array_equal(np.isnan(cloud.xyz[:, 1]), [True, False, False])
    cloud = read(tmp_path, data.replace(b"9.0", b"1.#INF"))
    assert np.isposinf(cloud.xyz[0, 1])


@pytest.mark.parametrize("kind", ["ply", "pcd"])
def test_decimal_commas(tmp_path: Path, kind: str) -> None:
    data = ply_bytes(columns(), "ascii") if kind == "ply" else pcd_bytes(columns(), "ascii")
    at = data.find(b"end_header\n" if kind == "ply" else b"DATA ascii\n")
    assert_is_the_cloud(read(tmp_path, data[:at] + data[at:].replace(b".", b",")))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("kind", ["ply", "pcd", "csv"])
def test_text_of_windows_in_utf_16(tmp_path: Path, kind: str, encoding: str) -> None:
    rows = [",".join(map(str, [*p, *c])) for p, c in zip(XYZ.tolist(), RGB.tolist(), strict=True)]
    data = {
        "ply": ply_bytes(columns(), "ascii"),
        "pcd": pcd_bytes(columns(), "ascii"),
        "csv": "\n".join(["x,y,z,r,g,b", *rows, ""]).encode(),
    }[kind]
    mark = "" if encoding == "utf-16" else "\ufeff"
    assert_is_the_cloud(read(tmp_path, (mark + data.decode()).encode(encoding)))


def test_comments_behind_ascii_rows(tmp_path: Path) -> None:
    head, body = ply_bytes(columns(), "ascii").split(b"end_header\n")
    body = body.replace(b"\n", b" # of the scanner\n")
    assert_is_the_cloud(read(tmp_path, head + b"end_header\n# the points:\n" + body))


def test_uchar_that_holds_fractions(tmp_path: Path) -> None:
    c = columns() | {n: RGB[:, k] / 255.0 for k, n in enumerate(("red", "green", "blue"))}
    data = ply_bytes(c, "ascii")
    for name in (b"red", b"green", b"blue"):
        data = data.replace(b"double " + name, b"uchar " + name)
    assert_is_the_cloud(read(tmp_path, data))


@pytest.mark.parametrize("count", [3, 4])
def test_pcd_with_colours_in_bytes(tmp_path: Path, count: int) -> None:
    rows = np.empty(3, [("xyz", "<f4", 3), ("rgb", "u1", count)])
    rows["xyz"], rows["rgb"] = XYZ, 255
    rows["rgb"][:, :3] = RGB
    header = (
        "VERSION 0.7\nFIELDS x y z rgb\nSIZE 4 4 4 1\nTYPE F F F U\n"
        f"COUNT 1 1 1 {count}\nWIDTH 3\nHEIGHT 1\nPOINTS 3\nDATA binary\n"
    )
    assert_is_the_cloud(read(tmp_path, header.encode() + rows.tobytes()))


@pytest.mark.parametrize("kind", ["ply", "pcd"])
def test_opaque_colours_that_text_has_lost_are_no_red(tmp_path: Path, kind: str) -> None:
    words = (RGB.astype("u4") * np.array([65536, 256, 1], "u4")).sum(axis=1, dtype="u4")
    c = dict(list(columns().items())[:3]) | {"rgb": (words | np.uint32(0xFF << 24)).view("f4")}
    data = ply_bytes(c, "ascii") if kind == "ply" else pcd_bytes(c, "ascii")
    (tmp_path / "a.ply").write_bytes(data)
    found = read_cloud_file(tmp_path / "a.ply")  # reds of 128 and more make them NaN
    assert found.cloud.rgb.tolist() == [[128] * 3, *RGB[1:].tolist()]
    assert "1 are NaN, treated as grey" in found.color_note
    words[:] = words[0]
    c["rgb"] = (words | np.uint32(0xFF << 24)).view("f4")
    (tmp_path / "a.ply").write_bytes(ply_bytes(c, "ascii"))
    found = read_cloud_file(tmp_path / "a.ply")
    assert (found.cloud.rgb == 128).all() and "rgb is NaN" in found.color_note
    words = (RGB.astype("u4") * np.array([65536, 256, 1], "u4")).sum(axis=1, dtype="u4")
    c["rgb"] = words.view("f4")
    assert_is_the_cloud(read(tmp_path, ply_bytes(c, LITTLE)))


def test_intensity_of_a_pcd_is_its_grey(tmp_path: Path) -> None:
    c = dict(list(columns().items())[:3]) | {"intensity": np.array([0, 99, 199], "f4")}
    (tmp_path / "a.pcd").write_bytes(pcd_bytes(c, "binary"))
    found = read_cloud_file(tmp_path / "a.pcd")
    assert found.cloud.rgb[:, 1].tolist() == [0, 99, 199]
    assert "intensity treated as grey" in found.color_note


@pytest.mark.parametrize("kind", ["ply", "pcd"])
def test_text_holds_more_digits_than_its_type(tmp_path: Path, kind: str) -> None:
    """A packed colour as its number, and survey coordinates, both declared float32."""
    words = (RGB.astype("u4") * np.array([65536, 256, 1], "u4")).sum(axis=1).astype("f8")
    c = dict(list(columns().items())[:3]) | {"rgb": words}
    c["x"] = c["x"].astype("f8") + 5412345.125
    data = ply_bytes(c, "ascii") if kind == "ply" else pcd_bytes(c, "ascii")
    data = data.replace(b"double", b"float").replace(b"SIZE 8 4 4 8", b"SIZE 4 4 4 4")
    (tmp_path / "a.ply").write_bytes(data)
    found = read_cloud_file(tmp_path / "a.ply")
    np.testing.assert_array_equal(found.cloud.rgb, RGB)
    np.testing.assert_allclose(found.cloud.xyz[:, 0] - found.shift[0], c["x"], atol=1e-6)


def test_a_packed_colour_as_pcl_prints_it_is_its_bits(tmp_path: Path) -> None:
    """The example of PCL's own page on the format."""
    c = dict(list(columns().items())[:3]) | {"rgb": np.full(3, 4.2108e06, "f4")}
    data = pcd_bytes(c, "ascii").replace(b"4210800.0", b"4.2108e+06")
    assert read(tmp_path, data).rgb.tolist() == [[0x80, 0x80, 0xE0]] * 3


def test_a_git_annex_pointer_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match=r"git-annex pointer.*git annex get"):
        read(tmp_path, b"/annex/objects/MD5E-s12--0.ply\n")


def test_a_git_lfs_pointer_is_named(tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n"
    with pytest.raises(BadFileError, match=r"Git LFS pointer.*git lfs pull"):
        read(tmp_path, pointer)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ply")
    with pytest.raises(BadFileError, match="no regular file"):
        detect_format(tmp_path / "pipe.ply")


@pytest.mark.parametrize("key", ["rgb", "color", "colors", "RGB", "Colors", "rgba"])
def test_npz_keys_of_colours(tmp_path: Path, key: str) -> None:
    np.savez(tmp_path / "a.npz", points=XYZ, **{key: RGB})
    assert_is_the_cloud(read_cloud(tmp_path / "a.npz"))


@pytest.mark.parametrize("key", ["coord", "coords", "positions", "pos", "vertices", "XYZ"])
def test_npz_keys_of_positions(tmp_path: Path, key: str) -> None:
    np.savez(tmp_path / "a.npz", **{key: XYZ, "color": RGB})
    assert_is_the_cloud(read_cloud(tmp_path / "a.npz"))


# -- places --------------------------------------------------------------------------------------


def test_the_shift_of_far_coordinates_is_told(tmp_path: Path) -> None:
    xyz = XYZ.astype("f8") + np.array([500123, 5412345, 210])
    np.savez(tmp_path / "a.npz", xyz=xyz, rgb=RGB)
    found = read_cloud_file(tmp_path / "a.npz")
    np.testing.assert_allclose(found.cloud.xyz - found.shift, xyz, atol=1e-5)
    assert (found.shift == np.rint(found.shift)).all() and np.abs(found.cloud.xyz).max() < 100


def test_a_coarse_grid_far_from_the_origin_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    far = XYZ.astype("f8") + np.array([500123, 5412345, 210])
    np.savez(tmp_path / "a.npz", xyz=far, rgb=RGB)
    read_cloud(tmp_path / "a.npz")
    assert "coarse grid" not in caplog.text
    np.savez(tmp_path / "a.npz", xyz=far.astype("f4"), rgb=RGB)
    read_cloud(tmp_path / "a.npz")
    assert "float32, which so far out are 0.5 apart" in caplog.text


# -- crafted files -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CRAFTED)
def test_crafted_files_are_refused_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "crafted.ply").write_bytes(CRAFTED[name])
    tracemalloc.start()
    begin = time.monotonic()
    try:
        with pytest.raises(BadFileError, match=r"crafted\.ply"):
            read_cloud(tmp_path / "crafted.ply")
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()
    assert time.monotonic() - begin < 5.0


def test_a_constant_array_beside_others_is_no_bomb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detailbase_core.io.npz.SMALL_BYTES", 1 << 20)
    noise = np.random.default_rng(0).bytes(20_000)
    arrays = {"noise": np.frombuffer(noise, "u1"), "times": np.zeros(400_000)}
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    with NpzArchive(str(tmp_path / "a.npz")) as archive:
        assert not archive.read("times").any()


def test_encrypted_and_unknown_members_are_errors(tmp_path: Path) -> None:
    data = bytearray(npz_with_header("(1, 3)", b"\0" * 12))
    for at in (data.find(b"PK\x03\x04") + 6, data.find(b"PK\x01\x02") + 8):
        data[at] |= 1
    with pytest.raises(BadFileError, match="NPZ"):
        read(tmp_path, bytes(data))


def test_lzf_stops_at_its_size() -> None:
    with pytest.raises(ValueError, match="more than 24"):
        decompress_lzf(b"\x00\x00" + b"\xe0\xff\x00" * 1000, 24)
