"""Open3D and plyfile, where a user has them: clouds to and fro, and files that we refuse."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from detailbase_core.errors import BadFileError, ConfigError
from detailbase_core.io.cloud_files import read_cloud
from detailbase_core.mapping.load_scene import load_scene
from detailbase_core.types import GREY, PointCloud

STAND_INS = Path(__file__).parents[2] / "helpers" / "stand_ins"
XYZ = np.array([[0, 0, 0], [1, 0, 0.5], [0, 1, -2]], np.float32)
RGB = np.array([[255, 0, 128], [1, 2, 3], [0, 99, 255]], np.uint8)
HEADER = "ply\nformat ascii 1.0\nelement vertex 3\n{}end_header\n".format(
    "".join(f"property float {axis}\n" for axis in "xyz")
    + "".join(f"property uchar {channel}\n" for channel in ("red", "green", "blue"))
)
ROWS = "0 0 0 255 0 128\n1 0 0.5 1 2 3\n0 1 -2 0 99 255\n"
SPLIT_ROWS = HEADER + ROWS.replace(" 255 0 128", "\n255 0 128")
MAC_LINES = (HEADER + ROWS).replace("\n", "\r")
CAPITALS = HEADER.replace("float x", "float X") + ROWS


@pytest.fixture
def without(monkeypatch):
    """Neither package is installed."""
    for package in ("open3d", "plyfile"):
        monkeypatch.setitem(sys.modules, package, None)


def install(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stand-in where this process and those that it starts find it."""
    monkeypatch.delitem(sys.modules, package, raising=False)
    monkeypatch.syspath_prepend(STAND_INS / package)
    monkeypatch.setenv("PYTHONPATH", str(STAND_INS / package), prepend=os.pathsep)


@pytest.fixture(params=["stand-in", "real"])
def open3d(request, without, monkeypatch):
    """Open3D alone is installed."""
    monkeypatch.delitem(sys.modules, "open3d")
    if request.param == "real":
        return pytest.importorskip("open3d", exc_type=ImportError)
    install("open3d", monkeypatch)
    return importlib.import_module("open3d")


@pytest.fixture(params=["stand-in", "real"])
def plyfile(request, without, monkeypatch):
    """plyfile alone is installed."""
    monkeypatch.delitem(sys.modules, "plyfile")
    if request.param == "real":
        return pytest.importorskip("plyfile")
    install("plyfile", monkeypatch)
    return importlib.import_module("plyfile")


def assert_is_the_cloud(cloud: PointCloud) -> None:
    np.testing.assert_array_equal(cloud.xyz, XYZ)
    np.testing.assert_array_equal(cloud.rgb, RGB)


# -- clouds in memory --------------------------------------------------------------------------


def test_a_cloud_goes_to_open3d_and_back(open3d):
    holes = XYZ.copy()
    holes[1] = np.nan
    there = PointCloud(holes, RGB, "odom", 7).to_open3d()
    assert type(there) is open3d.geometry.PointCloud
    np.testing.assert_array_equal(np.asarray(there.points), holes)
    np.testing.assert_allclose(np.asarray(there.colors), RGB / 255)
    back = PointCloud.from_open3d(there, "odom", 7)
    np.testing.assert_array_equal(back.xyz, holes)
    np.testing.assert_array_equal(back.rgb, RGB)
    assert (back.frame, back.stamp_ns) == ("odom", 7)


def test_an_open3d_cloud_without_colours_is_grey(open3d):
    cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(XYZ.astype(float)))
    assert (PointCloud.from_open3d(cloud).rgb == GREY).all()
    assert len(PointCloud.from_open3d(open3d.geometry.PointCloud())) == 0


def test_what_open3d_returns_is_a_copy(open3d):
    cloud = open3d.geometry.PointCloud(open3d.utility.Vector3dVector(XYZ.astype(float)))
    ours = PointCloud.from_open3d(cloud)
    np.asarray(cloud.points)[:] = 9
    np.testing.assert_array_equal(ours.xyz, XYZ)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_tensor_clouds_of_open3d(dtype):
    open3d = pytest.importorskip("open3d", exc_type=ImportError)
    cloud = open3d.t.geometry.PointCloud(XYZ)
    cloud.point.colors = open3d.core.Tensor(RGB if dtype == np.uint8 else (RGB / 255).astype(dtype))
    assert_is_the_cloud(PointCloud.from_open3d(cloud))


def test_without_open3d_the_error_names_it(without):
    with pytest.raises(ConfigError, match="pip install open3d"):
        PointCloud(XYZ, RGB).to_open3d()


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [SPLIT_ROWS])
def test_plys_that_we_refuse_and_open3d_reads(open3d, tmp_path, text, caplog):
    path = tmp_path / "scene.ply"
    path.write_bytes(text.encode())
    with caplog.at_level(logging.WARNING):
        assert_is_the_cloud(read_cloud(path))
    assert "open3d reads it all the same" in caplog.text


@pytest.mark.parametrize("text", [MAC_LINES, CAPITALS])
def test_plys_that_need_no_other_reader(without, tmp_path, text):
    path = tmp_path / "scene.ply"
    path.write_bytes(text.encode())
    assert_is_the_cloud(read_cloud(path))


@pytest.mark.parametrize("text", [MAC_LINES, CAPITALS])
def test_plys_that_we_refuse_and_plyfile_reads(plyfile, tmp_path, text, caplog, monkeypatch):
    def refuse(data, name):
        raise BadFileError(f"{name}: refused")

    monkeypatch.setattr("detailbase_core.io.cloud_files.read_ply_mesh", refuse)
    path = tmp_path / "scene.ply"
    path.write_bytes(text.encode())
    with caplog.at_level(logging.WARNING):
        assert_is_the_cloud(read_cloud(path))
    assert "plyfile reads it all the same" in caplog.text


BROKEN = [SPLIT_ROWS[:-12], HEADER.replace("float x", "FLOATS x") + ROWS, HEADER]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("package", ["open3d", "plyfile"])
@pytest.mark.parametrize("name", ["scene.ply", "crash.ply"])
def test_broken_plys_stay_refused_in_our_words(without, monkeypatch, tmp_path, text, package, name):
    path = tmp_path / name
    path.write_text(text)
    alone = error_of(path)
    install(package, monkeypatch)
    assert error_of(path) == alone


@pytest.mark.parametrize("text", BROKEN)
def test_broken_plys_stay_refused_by_the_real_packages(tmp_path, text):
    pytest.importorskip("open3d", exc_type=ImportError)
    pytest.importorskip("plyfile")
    path = tmp_path / "scene.ply"
    path.write_text(text)
    assert "scene.ply" in error_of(path)


def error_of(path) -> str:
    with pytest.raises(BadFileError) as caught:
        read_cloud(path)
    return str(caught.value)


def test_texts_with_points(without, tmp_path, caplog):
    xyz, pts = tmp_path / "scene.xyz", tmp_path / "scene.pts"
    rows = [" ".join(map(str, row)) for row in XYZ.tolist()]
    xyz.write_text("\n".join(rows) + "\n")
    cloud = read_cloud(xyz)
    np.testing.assert_array_equal(cloud.xyz, XYZ)
    assert (cloud.rgb == GREY).all()
    assert "has no colours" in caplog.text
    colors = [" ".join(map(str, row)) for row in RGB.tolist()]
    pts.write_text("3\n" + "".join(f"{p} 5 {c}\n" for p, c in zip(rows, colors, strict=True)))
    assert_is_the_cloud(read_cloud(pts))
    assert len(load_scene(pts, up="z", unit="m").cloud) == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.pts", "3\n0 0 0 5 255 0 0\n1 2 3 5 0 255 0\n"),
        ("a.xyz", "0 0 0\n1 2\n"),
        ("a.xyz", "x\n"),
    ],
)
def test_truncated_texts_are_refused(without, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(BadFileError, match=r"cannot be read|plain text"):
        read_cloud(tmp_path / name)
