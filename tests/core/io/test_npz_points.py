"""Arrays of an NPZ under any usual name and shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from detailbase_core.errors import BadFileError
from detailbase_core.io.cloud_files import read_cloud, read_cloud_file

if TYPE_CHECKING:
    from pathlib import Path

random = np.random.default_rng(0)
XYZ = random.normal(size=(40, 3)).astype(np.float32)
RGB = random.integers(0, 256, (40, 3)).astype(np.uint8)
CHANNELS = dict(zip("rgb", RGB.T, strict=True))
ARRAYS = {
    "one table": {"points": np.hstack([XYZ, RGB])},
    "one table, 0 to 1": {"xyz": np.hstack([XYZ, RGB / 255.0])},
    "a table called pc": {"pc": np.hstack([XYZ, RGB])},
    "an array an axis": dict(zip("xyz", XYZ.T, strict=True)) | CHANNELS,
    "an array a channel": {"xyz": XYZ} | CHANNELS,
    "an array a channel, named": {"xyz": XYZ, "red": RGB[:, 0], "green": RGB[:, 1]}
    | {"blue": RGB[:, 2]},
    "lying on their side": {"xyz": XYZ.T, "rgb": RGB.T},
    "without names": {"arr_0": XYZ, "arr_1": RGB},
    "a table without a name": {"arr_0": np.hstack([XYZ, RGB])},
    "a table called xyzrgb": {"xyzrgb": np.hstack([XYZ, RGB])},
    "labels behind": {"data": np.hstack([XYZ, RGB, np.arange(40)[:, None] % 5])},
    "intensity before": {"data": np.hstack([XYZ, np.arange(40)[:, None] % 5, RGB])},
    "signed bytes": {"xyz": XYZ, "rgb": RGB.view("i1")},
    "halves": {"xyz": XYZ, "rgb": RGB.astype("f2")},
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_in_any_form(tmp_path: Path, name: str) -> None:
    np.savez(tmp_path / "a.npz", **ARRAYS[name])
    cloud = read_cloud(tmp_path / "a.npz")
    np.testing.assert_allclose(cloud.xyz, XYZ, atol=1e-6)
    np.testing.assert_array_equal(cloud.rgb, RGB)


def test_intensity_beside_the_positions_is_grey(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", xyz=XYZ, intensity=RGB[:, 0])
    np.testing.assert_array_equal(read_cloud(tmp_path / "a.npz").rgb[:, 1], RGB[:, 0])


def test_the_array_of_colours_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", xyz=XYZ, color=RGB)
    assert read_cloud_file(tmp_path / "a.npz").color_note == "colours from color (8 bits)"
    np.savez(tmp_path / "b.npz", xyz=XYZ, r=RGB[:5, 0], g=RGB[:5, 1], b=RGB[:5, 2])
    found = read_cloud_file(tmp_path / "b.npz")
    assert (found.cloud.rgb == 128).all() and "no colours among" in found.color_note


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"xyz": XYZ, "rgb": RGB > 100}, r"rgb is \(40, 3\) of bool"),
        ({"xyz": XYZ, "rgb": RGB[:7]}, r"rgb is \(7, 3\)"),
        ({"xyz": XYZ[:, :2]}, r"xyz is \(40, 2\)"),
        ({"x": XYZ[:, 0], "y": XYZ[:, 1], "z": XYZ[:3, 2]}, "differ in shape"),
        ({"points": XYZ.astype("U")}, "points holds <U"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, arrays: dict, said: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(BadFileError, match=said):
        read_cloud(tmp_path / "a.npz")
