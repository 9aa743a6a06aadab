"""The upward axis: of made rooms turned every way, of single views, and of the real scans."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from detailbase_core.errors import BadCloudError, ConfigError
from detailbase_core.io.cloud_files import read_cloud
from detailbase_core.mapping.load_scene import load_scene
from detailbase_core.mapping.up_axis import AXIS_ROTATIONS, find_orientation, to_z_up
from detailbase_core.synthetic.camera import scan_room
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.types import PointCloud

REAL_SCANS = Path(__file__).parents[4] / "shared" / "real_scans"


@cache
def scans():
    """Made when they are first asked for: what a file makes on import, every worker makes."""
    return scan_room(generate_room(202), 12)


def cloud_of(xyz: np.ndarray) -> PointCloud:
    return PointCloud(xyz.astype(np.float32), np.zeros((len(xyz), 3), np.uint8))


def room_points() -> np.ndarray:
    """The room's points, z up, floor at 0."""
    parts = []
    for scan in scans():
        finite = np.isfinite(scan.cloud.xyz).all(axis=1)
        parts.append(scan.cloud.xyz[finite][::4] @ scan.sensor_to_map[:3, :3].T)
        parts[-1] = parts[-1] + scan.sensor_to_map[:3, 3]
    return np.concatenate(parts)


ROOM = room_points()


@pytest.mark.parametrize("name", AXIS_ROTATIONS)
def test_axis_rotations_are_rotations_that_bring_the_axis_up(name: str) -> None:
    rotation = AXIS_ROTATIONS[name]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3))
    assert np.linalg.det(rotation) == pytest.approx(1.0)
    axis = np.zeros(3)
    axis["xyz".index(name[-1])] = -1.0 if name[0] == "-" else 1.0
    np.testing.assert_array_equal(rotation @ axis, [0, 0, 1])


def test_a_level_map_keeps_its_coordinates() -> None:
    cloud = cloud_of(ROOM + np.array([1.0, 2.0, 3.0]))
    turned, note = to_z_up(cloud)
    np.testing.assert_array_equal(turned.xyz, cloud.xyz)
    assert "z is up" in note and "z = 3.0" in note and "kept" in note


@pytest.mark.parametrize("name", ["y", "-y", "-z", "x", "-x"])
def test_a_map_with_another_axis_up_is_turned_onto_its_floor(name: str) -> None:
    in_file = ROOM @ AXIS_ROTATIONS[name]  # the inverse turn
    turned, note = to_z_up(cloud_of(in_file))
    np.testing.assert_allclose(turned.xyz[:, 2], ROOM[:, 2], atol=0.1)
    assert f"up is {name}" in note


def test_a_tilted_map_is_levelled_and_the_tilt_reported() -> None:
    tilt = Rotation.from_euler("xy", [12, 9], degrees=True).as_matrix()
    turned, note = to_z_up(cloud_of(ROOM @ tilt.T))
    np.testing.assert_allclose(turned.xyz[:, 2], ROOM[:, 2], atol=0.1)
    assert "tilted by 15 degrees" in note
    kept, note = to_z_up(cloud_of(ROOM @ tilt.T), up="z")
    np.testing.assert_allclose(kept.xyz, ROOM @ tilt.T, atol=1e-5)
    assert "tilted by 15 degrees: perhaps --up auto" in note


@pytest.mark.parametrize("index", range(0, 12, 3))
def test_single_views_of_a_camera_become_upright(index: int) -> None:
    scan = scans()[index]
    orientation = find_orientation(scan.cloud)
    up = scan.sensor_to_map[:3, :3] @ orientation.file_to_map[2, :3]
    assert up[2] > np.cos(np.radians(4.0)), orientation.note
    turned, _ = to_z_up(scan.cloud)
    assert turned.image_shape == scan.cloud.image_shape
    assert np.isnan(turned.xyz).any() == np.isnan(scan.cloud.xyz).any()


def found_up(xyz: np.ndarray, turn: Rotation) -> float:
    """Degrees between the true up and the one found in points that have been turned."""
    turned = cloud_of(turn.apply(xyz - xyz.mean(axis=0)) + np.array([4.0, -3.0, 2.0]))
    found = find_orientation(turned, unit="m").file_to_map[2, :3]
    return float(np.degrees(np.arccos(min(found @ turn.apply([0.0, 0.0, 1.0]), 1.0))))


TURNS = list(Rotation.random(3, random_state=11))


@pytest.mark.parametrize("turn", TURNS)
def test_a_noisy_map_with_reflections_below_its_floor_is_levelled(turn: Rotation) -> None:
    rng = np.random.default_rng(0)
    noisy = ROOM + rng.normal(0.0, 0.015, ROOM.shape)
    mirrored = noisy[rng.permutation(len(noisy))[:150]] * [1, 1, -1]
    assert found_up(np.concatenate([noisy, mirrored]), turn) < 2.0


@pytest.mark.parametrize("turn", TURNS)
def test_a_low_view_of_a_floor_with_depth_noise_is_levelled(turn: Rotation) -> None:
    rng = np.random.default_rng(1)
    floor = rng.uniform([1.0, -2.0, 0.0], [5.0, 2.0, 0.0], (60_000, 3))
    front = rng.uniform([2.0, 0.0, 0.0], [2.0, 0.6, 0.5], (6_000, 3))  # of a box
    seen = np.concatenate([floor, front]) - [0.0, 0.0, 1.2]
    depth = np.linalg.norm(seen, axis=1, keepdims=True)
    seen *= 1.0 + rng.normal(0.0, 0.004, depth.shape) * depth  # grows with the squared depth
    assert found_up(seen, turn) < 3.0


def test_a_scan_that_sees_more_of_the_ceiling_than_of_the_floor_stays_z_up() -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform([0.0, 0.0, 0.0], [6.0, 5.0, 2.6], (60_000, 3))
    side = rng.integers(0, 4, 60_000)
    for number, (axis, value) in enumerate([(2, 0.0), (2, 2.6), (0, 0.0), (0, 6.0)]):
        points[side == number, axis] = value
    points = points[(points[:, 2] > 0.0) | (points[:, 0] < 2.8)]
    orientation = find_orientation(cloud_of(points))
    np.testing.assert_array_equal(orientation.file_to_map, np.eye(4))


def test_a_view_of_a_wall_is_made_upright_by_it() -> None:
    a, b = np.meshgrid(np.linspace(-1, 1, 80), np.linspace(-0.7, 0.7, 60))
    wall = np.stack([a.ravel(), b.ravel(), np.full(a.size, 2.0)], axis=1)
    down = Rotation.from_euler("x", 20, degrees=True).as_matrix()
    orientation = find_orientation(cloud_of(wall @ down.T))
    assert orientation.file_to_map[2, :3] @ down @ [0, -1, 0] > np.cos(np.radians(1.0))
    assert "upright by its walls" in orientation.note


def test_millimetres_are_noticed_or_reported() -> None:
    cloud = cloud_of(ROOM * 1000.0)
    turned, note = to_z_up(cloud)
    np.testing.assert_allclose(turned.xyz, ROOM, atol=1e-4)
    assert "taken as millimetres" in note
    np.testing.assert_allclose(to_z_up(cloud, unit="mm")[0].xyz, ROOM, atol=1e-4)
    kept, note = to_z_up(cloud, up="z", unit="m")
    np.testing.assert_array_equal(kept.xyz, cloud.xyz)
    assert "perhaps --unit mm" in note


@pytest.mark.parametrize("count", [1, 2, 50])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_clouds_without_a_floor_stay_as_they_are_and_say_so(count: int, spread: float) -> None:
    xyz = np.random.default_rng(0).normal(size=(count, 3)) * spread - [0.0, 0.0, 9.0]
    turned, note = to_z_up(cloud_of(xyz))
    np.testing.assert_array_equal(turned.xyz, xyz.astype(np.float32))
    assert "no floor seen" in note


def test_bad_words_and_empty_clouds() -> None:
    with pytest.raises(ConfigError, match="up: 'north' is not one of auto, z"):
        find_orientation(cloud_of(ROOM), up="north")
    with pytest.raises(ConfigError, match="unit: 'inch'"):
        find_orientation(cloud_of(ROOM), unit="inch")
    with pytest.raises(BadCloudError, match="none of the cloud's 3 points"):
        find_orientation(cloud_of(np.full((3, 3), np.nan)))


@pytest.mark.skipif(not REAL_SCANS.is_dir(), reason="the real scans lie outside the repository")
@pytest.mark.parametrize(("name", "tilt"), [("office_floor", 32), ("tabletop", 34)])
def test_real_scans_lie_on_their_floor_or_table(name: str, tilt: int) -> None:
    turned, note = to_z_up(read_cloud(REAL_SCANS / f"{name}.pcd"))
    assert f"up is -y tilted by {tilt} degrees" in note
    z = turned.xyz[np.isfinite(turned.xyz).all(axis=1), 2]
    assert (np.abs(z) < 0.02).mean() > 0.5  # more than half of both is the level surface
    assert np.percentile(z, 0.5) > -0.05


@pytest.mark.parametrize(("unit", "per_metre"), [("cm", 100.0), ("mm", 1000.0), ("ft", 1 / 0.3048)])
def test_units_as_told(unit: str, per_metre: float) -> None:
    turned, note = to_z_up(cloud_of(ROOM * per_metre), unit=unit)
    np.testing.assert_allclose(turned.xyz, ROOM, atol=1e-4)
    assert "as told" in note


def test_the_shift_of_survey_coordinates_is_in_source_to_map(tmp_path: Path) -> None:
    far = np.array([500123.0, 5412345.0, 210.0])
    xyz = np.random.default_rng(0).uniform(0, 2, (500, 3)) + far
    np.savez(tmp_path / "utm.npz", xyz=xyz)
    loaded = load_scene(tmp_path / "utm.npz", up="z", unit="m")
    moved = (loaded.source_to_map @ [*(far + 1.0), 1.0])[:3]
    assert (np.abs(moved) < 100).all() and "moved by (-50012" in loaded.note
    low, high = loaded.cloud.xyz.min(axis=0), loaded.cloud.xyz.max(axis=0)
    assert ((low - 0.1 < moved) & (moved < high + 0.1)).all()


@pytest.mark.parametrize(("name", "per_metre"), [("centimetres", 100.0), ("millimetres", 1000.0)])
@pytest.mark.parametrize(
    "size", [(4.0, 4.0, 0.8), (9.0, 4.0, 2.6), (1.8, 2.5, 2.2), (20.0, 8.0, 3)]
)
def test_centimetres_are_told_from_millimetres(
    name: str, per_metre: float, size: tuple[float, float, float]
) -> None:
    points = np.random.default_rng(0).uniform(size=(20_000, 3))
    on_wall = np.arange(len(points)) % 3
    points[np.arange(len(points)), on_wall] = np.rint(points[np.arange(len(points)), on_wall])
    turned, note = to_z_up(cloud_of(points * size * per_metre), up="z")
    assert name in note
    np.testing.assert_allclose(turned.xyz, points * size, atol=1e-4)
