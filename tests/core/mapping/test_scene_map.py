"""The scene map: running means, carving, forgetting, files, threads."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core import _C
from detailbase_core.config import MapConfig
from detailbase_core.errors import BadCloudError, BadFileError, ConfigError
from detailbase_core.mapping import map_file
from detailbase_core.mapping.scene_map import InsertReport, SceneMap
from detailbase_core.types import PointCloud

CONFIG = MapConfig()
HERE = np.eye(4)
# x right, y down, z forward (camera) -> x forward, y left, z up (map)
OPTICAL = np.array([[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1]], float)


def cloud_of(xyz, rgb=None, stamp_ns=0, image_shape=None):
    xyz = np.asarray(xyz, np.float32).reshape(-1, 3)
    rgb = np.full((len(xyz), 3), 100) if rgb is None else rgb
    return PointCloud(xyz, np.asarray(rgb, np.uint8), "camera", stamp_ns, image_shape)


def camera_scan(depth, stamp_ns=0, focal=60.0):
    """An organised cloud from a (height, width) depth image in metres; NaN = no return."""
    height, width = depth.shape
    row, column = np.mgrid[:height, :width]
    rays = np.stack(
        [(column - width / 2) / focal, (row - height / 2) / focal, np.ones(depth.shape)], -1
    )
    return cloud_of(rays * depth[..., None], stamp_ns=stamp_ns, image_shape=depth.shape)


def turn(yaw, x=0.0, y=0.0, z=0.0):
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([[c, -s, 0, x], [s, c, 0, y], [0, 0, 1, z], [0, 0, 0, 1]])


class MapTwin:
    """Averages in a plain dict, in float64."""

    def __init__(self, config):
        self.config, self.voxels = config, {}

    def insert(self, cloud, transform):
        xyz = cloud.xyz.astype(np.float64)
        distance = np.sqrt((xyz**2).sum(1))
        keep = (distance >= self.config.min_range_m) & (distance <= self.config.max_range_m)
        xyz, rgb = xyz[keep] @ transform[:3, :3].T + transform[:3, 3], cloud.rgb[keep]
        keep = ((xyz >= self.config.crop_low_m) & (xyz <= self.config.crop_high_m)).all(axis=1)
        sightings = {}
        for point, color in zip(xyz[keep], rgb[keep], strict=True):
            key = tuple(np.floor(point / self.config.voxel_size_m).astype(int))
            sightings.setdefault(key, []).append(np.concatenate([point, color]))
        for key, points in sightings.items():
            mean, hits = self.voxels.get(key, (np.zeros(6), 0))
            hits = min(hits + 1, 10)
            self.voxels[key] = (mean + (np.mean(points, 0) - mean) / hits, hits)

    def arrays(self):
        return np.array([self.voxels[key][0] for key in sorted(self.voxels)]).reshape(-1, 6)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), scans=st.integers(1, 14), count=st.integers(0, 80))
def test_running_means_equal_the_dict_twin(seed, scans, count):
    rng = np.random.default_rng(seed)
    low, high = np.sort(rng.normal(0, 1.5, (2, 3)), axis=0)
    config = replace(CONFIG, voxel_size_m=0.25, max_range_m=2.0, min_range_m=0.2)
    if rng.random() < 0.5:
        config = replace(config, crop_low_m=tuple(low), crop_high_m=tuple(high))
    scene_map, twin = SceneMap(config), MapTwin(config)
    for _ in range(scans):
        xyz = rng.normal(0, 1, (count, 3))
        xyz[rng.random(count) < 0.1] = np.nan
        cloud = cloud_of(xyz, rng.integers(0, 256, (count, 3)))
        transform = turn(rng.uniform(-3, 3), *rng.normal(0, 0.3, 3))
        report = scene_map.insert(cloud, transform, "odom")
        before = len(twin.voxels)
        twin.insert(cloud, transform)
        assert report.new == len(twin.voxels) - before
    snapshot, _ = scene_map.snapshot()
    expected = twin.arrays()
    assert len(scene_map) == len(snapshot) == len(expected)
    np.testing.assert_allclose(snapshot.xyz, expected[:, :3], atol=1e-5)
    np.testing.assert_allclose(snapshot.rgb, expected[:, 3:], atol=0.5001)


def test_snapshot_names_frame_and_newest_stamp():
    scene_map = SceneMap(CONFIG)
    assert scene_map.snapshot()[0].frame == "" and scene_map.version == 0
    scene_map.insert(cloud_of([[1, 0, 0]], stamp_ns=50), HERE, "odom")
    scene_map.insert(cloud_of([[1, 0.5, 0]], stamp_ns=40), HERE, "odom")
    cloud, version = scene_map.snapshot()
    assert (cloud.frame, cloud.stamp_ns, version, len(cloud)) == ("odom", 50, 2, 2)
    assert cloud.image_shape is None


def test_scan_order_of_points_does_not_matter():
    rng = np.random.default_rng(0)
    xyz, rgb = rng.uniform(-1, 1, (500, 3)), rng.integers(0, 256, (500, 3))
    snapshots = []
    for order in (np.arange(500), rng.permutation(500)):
        scene_map = SceneMap(replace(CONFIG, voxel_size_m=0.2))
        scene_map.insert(cloud_of(xyz[order], rgb[order]), HERE, "odom")
        snapshots.append(scene_map.snapshot()[0])
    np.testing.assert_allclose(snapshots[0].xyz, snapshots[1].xyz, atol=1e-6)
    assert np.array_equal(snapshots[0].rgb, snapshots[1].rgb)


@pytest.mark.parametrize("xyz", [np.zeros((0, 3)), np.full((9, 3), np.nan), [[np.inf, 0, 0]]])
def test_nothing_to_insert_is_no_error(xyz):
    scene_map = SceneMap(CONFIG)
    report = scene_map.insert(cloud_of(xyz), HERE, "odom")
    assert report == InsertReport(0, 0, 0, 0, 0)
    assert len(scene_map) == 0 and len(scene_map.snapshot()[0]) == 0


def test_range_is_measured_in_the_sensor_frame():
    scene_map = SceneMap(replace(CONFIG, min_range_m=0.5, max_range_m=2.0))
    points = [[0.4, 0, 0], [1, 0, 0], [0, 0, 1.9], [0, 2.1, 0]]
    report = scene_map.insert(cloud_of(points), turn(0.0, x=100.0), "odom")
    assert report.inserted == 2
    assert scene_map.snapshot()[0].xyz[:, 0].tolist() == [100, 101]


def test_the_crop_box_lies_in_the_map_frame_and_may_change():
    scene_map = SceneMap(replace(CONFIG, crop_low_m=(99, -1, -1), crop_high_m=(101, 1, 0.5)))
    points, pose = [[1, 0, 0], [1, 0, 0.6], [-0.5, 0, 0], [0, 1.2, 0]], turn(0.0, x=100.0)
    assert scene_map.insert(cloud_of(points), pose, "odom").inserted == 2
    scene_map.config = CONFIG
    assert scene_map.insert(cloud_of(points), pose, "odom").inserted == 4


def walls(box):
    depth = np.full((90, 120), 3.0)
    if box:
        depth[30:60, 40:80] = 1.5
    return depth


def near(cloud):
    return int((cloud.xyz[:, 0] < 2).sum())


def test_a_removed_box_is_carved_and_the_wall_stays():
    scene_map = SceneMap(replace(CONFIG, voxel_size_m=0.05))
    scene_map.insert(camera_scan(walls(box=True), 1), OPTICAL, "odom")
    boxed = near(scene_map.snapshot()[0])
    assert boxed > 100
    wall = len(scene_map) - boxed
    report = scene_map.insert(camera_scan(walls(box=False), 2), OPTICAL, "odom")
    cloud, _ = scene_map.snapshot()
    assert report.carved == boxed - near(cloud)
    assert near(cloud) < 0.05 * boxed
    assert len(cloud) - near(cloud) >= wall


def test_a_long_seen_box_takes_ten_scans():
    scene_map = SceneMap(replace(CONFIG, voxel_size_m=0.05))
    for stamp in range(30):
        scene_map.insert(camera_scan(walls(box=True), stamp), OPTICAL, "odom")
    boxed = near(scene_map.snapshot()[0])
    for stamp in range(30, 39):
        scene_map.insert(camera_scan(walls(box=False), stamp), OPTICAL, "odom")
    assert near(scene_map.snapshot()[0]) == boxed
    scene_map.insert(camera_scan(walls(box=False), 39), OPTICAL, "odom")
    assert near(scene_map.snapshot()[0]) < 0.05 * boxed


def carved_by(second, config=CONFIG, stamps=(1, 2)):
    scene_map = SceneMap(replace(config, voxel_size_m=0.05))
    scene_map.insert(camera_scan(walls(box=True), stamps[0]), OPTICAL, "odom")
    second = replace(second, stamp_ns=stamps[1])
    return scene_map.insert(second, OPTICAL, "odom").carved


def test_what_may_not_carve():
    empty = camera_scan(walls(box=False))
    assert carved_by(empty) > 100
    assert carved_by(empty, replace(CONFIG, carve=False)) == 0
    assert carved_by(empty, stamps=(2, 1)) == 0  # an older scan shows the past
    assert carved_by(replace(empty, image_shape=None)) == 0
    holes = walls(box=False)
    holes[25:65, 35:85] = np.nan  # nothing measured there, so nothing known
    assert carved_by(camera_scan(holes)) == 0
    shuffled = np.random.default_rng(0).permutation(len(empty))
    assert carved_by(replace(empty, xyz=empty.xyz[shuffled])) == 0
    lidar_angles = np.linspace(-3.1, 3.1, 1024)[None] + np.zeros((16, 1))
    rings = np.stack([4 * np.cos(lidar_angles), 4 * np.sin(lidar_angles), 0 * lidar_angles], -1)
    assert carved_by(cloud_of(rings, image_shape=(16, 1024))) == 0


def test_full_map_forgets_the_farthest_and_says_so():
    config = replace(CONFIG, voxel_size_m=0.1, max_voxels=1000, min_range_m=0.0, max_range_m=100.0)
    scene_map = SceneMap(config)
    xyz = np.full((1200, 3), 0.05)
    xyz[:, 0] += 0.1 * np.arange(1200) - 40
    evicted = scene_map.insert(cloud_of(xyz), HERE, "odom").evicted
    kept = scene_map.snapshot()[0].xyz
    assert 0 < len(kept) == 1200 - evicted <= 1000
    nearest = np.sort(np.abs(xyz[:, 0]))[: len(kept)]
    np.testing.assert_allclose(np.sort(np.abs(kept[:, 0])), nearest, atol=1e-4)
    # The voxels that stayed are still found: seeing them again makes nothing new.
    assert scene_map.insert(cloud_of(kept), HERE, "odom").new == 0


def test_version_and_changed_since():
    scene_map = SceneMap(replace(CONFIG, voxel_size_m=0.1))
    grid = np.stack(np.meshgrid(np.arange(10), np.arange(10), [5]), -1).reshape(-1, 3) * 0.1 + 0.05
    scene_map.insert(cloud_of(grid), HERE, "odom")
    first = scene_map.version
    assert scene_map.changed_since(first) == 0.0
    assert scene_map.changed_since(0) == 1.0
    scene_map.insert(cloud_of(grid), HERE, "odom")  # the same again is no change
    assert scene_map.version > first and scene_map.changed_since(first) == 0.0
    scene_map.insert(cloud_of(grid + np.array([1.0, 0, 0])), HERE, "odom")
    assert scene_map.changed_since(first) == pytest.approx(0.5)
    assert scene_map.changed_since(scene_map.version) == 0.0
    recolored = scene_map.version
    scene_map.insert(cloud_of(grid[:50], np.full((50, 3), 255)), HERE, "odom")
    assert scene_map.changed_since(recolored) == pytest.approx(0.25)
    before = scene_map.version
    scene_map.clear()
    assert scene_map.version > before and scene_map.changed_since(before) == 1.0
    assert len(scene_map) == 0 and scene_map.frame == ""


def test_carving_counts_as_change():
    scene_map = SceneMap(replace(CONFIG, voxel_size_m=0.05))
    scene_map.insert(camera_scan(walls(box=False), 1), OPTICAL, "odom")
    scene_map.insert(camera_scan(walls(box=True), 2), OPTICAL, "odom")
    before = scene_map.version
    report = scene_map.insert(camera_scan(walls(box=False), 3), OPTICAL, "odom")
    assert scene_map.changed_since(before) == pytest.approx(report.carved / len(scene_map))


def test_another_frame_is_refused_until_cleared():
    scene_map = SceneMap(CONFIG)
    scene_map.insert(cloud_of([[1, 0, 0]]), HERE, "odom")
    with pytest.raises(BadCloudError, match=r"'odom'.*'map'; clear the map first"):
        scene_map.insert(cloud_of([[1, 0, 0]]), HERE, "map")
    scene_map.clear()
    scene_map.insert(cloud_of([[1, 0, 0]]), HERE, "map")
    assert scene_map.frame == "map"


@pytest.mark.parametrize(
    "transform",
    [np.eye(3), np.full((4, 4), np.nan), np.diag([2.0, 1, 1, 1]), np.ones((4, 4))],
    ids=["3x3", "nan", "scaled", "ones"],
)
def test_transforms_that_are_not_rigid_are_refused(transform):
    scene_map = SceneMap(CONFIG)
    with pytest.raises(BadCloudError, match="sensor_to_map"):
        scene_map.insert(cloud_of([[1, 0, 0]]), transform, "odom")
    assert scene_map.version == 0


def test_far_from_the_origin_works_or_is_refused():
    scene_map = SceneMap(CONFIG)
    scene_map.insert(cloud_of([[1, 0, 0]]), turn(0.0, x=20_000.0, y=-20_000.0), "odom")
    np.testing.assert_allclose(scene_map.snapshot()[0].xyz, [[20_001, -20_000, 0]], atol=0.002)
    version = scene_map.version
    with pytest.raises(BadCloudError, match="a local frame, such as odom instead of UTM"):
        scene_map.insert(cloud_of([[1, 0, 0]]), turn(0.0, x=1e6), "odom")
    assert len(scene_map) == 1 and scene_map.version == version


def test_a_scan_refused_halfway_leaves_the_map_as_it_was():
    scene_map = SceneMap(CONFIG)
    row = np.stack([np.linspace(-5, 5, 2000), np.ones(2000), np.zeros(2000)], axis=1)
    at_the_edge = turn(0.0, x=20_971.0)  # half of the row lies beyond the last voxel
    scene_map.insert(cloud_of(row[:500]), at_the_edge, "odom")
    voxels, version = scene_map.snapshot()
    with pytest.raises(BadCloudError, match="a local frame"):
        scene_map.insert(cloud_of(row), at_the_edge, "odom")
    np.testing.assert_array_equal(scene_map.snapshot()[0].xyz, voxels.xyz)
    assert scene_map.version == version and scene_map.changed_since(version) == 0.0
    report = scene_map.insert(cloud_of(row[:900]), at_the_edge, "odom")
    assert report.updated == len(voxels) and report.new > 0
    assert scene_map.changed_since(version) == pytest.approx(report.new / len(scene_map))


def test_settings_change_live_but_for_the_voxel_size():
    scene_map = SceneMap(CONFIG)
    scene_map.config = replace(CONFIG, max_range_m=1.0)
    assert scene_map.insert(cloud_of([[1.5, 0, 0]]), HERE, "odom").inserted == 0
    with pytest.raises(ConfigError, match="voxel_size_m"):
        scene_map.config = replace(CONFIG, voxel_size_m=0.1)


def filled_map(count=2000):
    rng = np.random.default_rng(3)
    scene_map = SceneMap(CONFIG)
    cloud = cloud_of(rng.uniform(-1, 1, (count, 3)), rng.integers(0, 256, (count, 3)), 77)
    scene_map.insert(cloud, HERE, "odom")
    return scene_map


def test_save_and_load_roundtrip(tmp_path):
    path = tmp_path / "lab"
    saved = filled_map()
    saved.save(path)
    assert [p.name for p in tmp_path.iterdir()] == ["lab"]
    loaded = SceneMap(CONFIG)
    loaded.insert(cloud_of([[1, 0, 0]]), HERE, "elsewhere")
    before = loaded.version
    loaded.load(path)
    (a, _), (b, version) = saved.snapshot(), loaded.snapshot()
    assert np.array_equal(a.xyz, b.xyz) and np.array_equal(a.rgb, b.rgb)
    assert (b.frame, b.stamp_ns) == ("odom", 77)
    assert version > before and loaded.changed_since(before) == 1.0
    # The averages go on where they stopped.
    more = cloud_of(a.xyz[:50], stamp_ns=80)
    assert saved.insert(more, HERE, "odom") == loaded.insert(more, HERE, "odom")
    np.testing.assert_array_equal(saved.snapshot()[0].rgb, loaded.snapshot()[0].rgb)


def test_empty_map_can_be_saved(tmp_path):
    SceneMap(CONFIG).save(tmp_path / "empty.npz")
    scene_map = filled_map()
    scene_map.load(tmp_path / "empty.npz")
    assert len(scene_map) == 0


def test_damaged_files_are_refused_and_the_map_stays(tmp_path):
    path = tmp_path / "map.npz"
    filled_map().save(path)
    whole = path.read_bytes()
    scene_map = filled_map(100)
    before = scene_map.snapshot()[0].xyz
    for length in [0, 10, 100, len(whole) // 2, len(whole) - 1]:
        path.write_bytes(whole[:length])
        with pytest.raises(BadFileError, match="no saved scene map, or is truncated"):
            scene_map.load(path)
    path.write_text("not a map")
    with pytest.raises(BadFileError, match="no saved scene map"):
        scene_map.load(path)
    np.save(tmp_path / "array.npy", np.arange(5))
    with pytest.raises(BadFileError, match="no saved scene map"):
        scene_map.load(tmp_path / "array.npy")
    with pytest.raises(BadFileError, match="cannot be read"):
        scene_map.load(tmp_path / "absent.npz")
    assert np.array_equal(scene_map.snapshot()[0].xyz, before)


def test_a_file_made_to_fill_memory_is_refused_before_it_does(tmp_path, monkeypatch):
    monkeypatch.setattr("detailbase_core.io.npz.SMALL_BYTES", 1 << 20)
    np.savez_compressed(tmp_path / "bomb.npz", voxel=np.zeros((200_000, 3), np.int32))
    tracemalloc.start()
    with pytest.raises(BadFileError, match="no saved scene map"):
        SceneMap(CONFIG).load(tmp_path / "bomb.npz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1e6


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("voxel_size_m", np.float64(0.05), "set voxel_size_m to match"),
        ("format", np.int64(9), "format 9"),
        ("hits", None, "no 'hits'"),
        ("hits", np.zeros(5, np.int32), "hits is int32"),
        ("offset", np.full((2000, 3), np.nan, np.float32), "impossible voxels"),
        ("voxel", np.zeros((2000, 3), np.int32), "impossible voxels"),
        ("voxel", np.full((2000, 3), 2**30, np.int32), "impossible voxels"),
        ("frame", np.array("odom\ud800"), "no name"),
        ("frame", np.array("\x1b[2J"), "no name"),
        ("frame", np.array("x" * 300), "no name"),
        ("frame", np.array("x" * 3000), "large"),
        ("stamp_ns", np.int64(-1), "impossible times"),
        ("stamp_ns", np.int64(2**62), "impossible times"),
        ("stamp_ns", np.int64(0), "impossible times"),
    ],
)
def test_files_that_do_not_fit_are_refused(tmp_path, name, value, message):
    path = tmp_path / "map.npz"
    filled_map().save(path)
    with np.load(path) as file:
        content = dict(file)
    count = len(content["voxel"])
    if value is None:
        del content[name]
    else:
        content[name] = value[:count] if value.ndim == 2 else value
    np.savez(path, **content)
    with pytest.raises(BadFileError, match=message):
        SceneMap(CONFIG).load(path)


def test_file_beyond_max_voxels_is_refused(tmp_path):
    filled_map().save(tmp_path / "map.npz")
    with pytest.raises(BadFileError, match="max_voxels is 1000; raise it"):
        SceneMap(replace(CONFIG, max_voxels=1000)).load(tmp_path / "map.npz")


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "map.npz")
    with pytest.raises(BadFileError, match="no regular file"):
        SceneMap(CONFIG).load(tmp_path / "map.npz")


def test_too_many_voxels_are_refused_before_they_are_read(tmp_path, monkeypatch):
    filled_map().save(tmp_path / "map.npz")
    monkeypatch.setattr(map_file.NpzArchive, "read", lambda self, name: pytest.fail("read"))
    monkeypatch.setattr(map_file, "_MAX_HEADER", 256)
    with pytest.raises(BadFileError, match="voxels or more, max_voxels is 1000; raise it"):
        SceneMap(replace(CONFIG, max_voxels=1000)).load(tmp_path / "map.npz")


def test_a_kill_while_saving_leaves_the_old_file(tmp_path):
    path = tmp_path / "map.npz"
    filled_map(500).save(path)
    old = path.read_bytes()
    script = f"""
import os, sys
sys.path[:0] = {sys.path!r}
from tests.core.mapping.test_scene_map import filled_map
import detailbase_core.mapping.map_file as map_file
write = map_file.np.savez_compressed
def die_halfway(file, **arrays):
    write(file, **arrays)
    file.truncate(100)
    file.flush()
    os.kill(os.getpid(), {int(signal.SIGKILL)})
map_file.np.savez_compressed = die_halfway
filled_map().save({str(path)!r})
"""
    root = Path(__file__).parents[3]
    killed = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert path.read_bytes() == old


def test_threads_share_one_map():
    scene_map = SceneMap(replace(CONFIG, voxel_size_m=0.1))
    errors = []

    def insert(seed):
        rng = np.random.default_rng(seed)
        for _ in range(20):
            scene_map.insert(cloud_of(rng.uniform(-2, 2, (2000, 3))), HERE, "odom")

    def read():
        while any(t.is_alive() for t in writers):
            cloud, version = scene_map.snapshot()
            order = np.lexsort(np.floor(cloud.xyz.astype(np.float64) / 0.1).T[::-1])
            if not np.array_equal(order, np.arange(len(cloud))):
                errors.append("unsorted")
            if not 0 <= scene_map.changed_since(version) <= 1:
                errors.append("fraction")

    writers = [threading.Thread(target=insert, args=(seed,)) for seed in range(3)]
    reader = threading.Thread(target=read)
    for thread in [*writers, reader]:
        thread.start()
    for thread in [*writers, reader]:
        thread.join()
    assert not errors
    assert scene_map.version == 60
    alone = SceneMap(scene_map.config)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        for _ in range(20):
            alone.insert(cloud_of(rng.uniform(-2, 2, (2000, 3))), HERE, "odom")
    assert len(alone) == len(scene_map)


def test_a_scan_of_millions_leaves_the_memory_that_a_small_one_leaves():
    config = replace(CONFIG, voxel_size_m=0.02, max_voxels=20_000, max_range_m=50.0)
    small, large = SceneMap(config), SceneMap(config)
    points = np.random.default_rng(0).uniform(-3, 3, (1_500_000, 3))
    for scene_map, scan in ((small, points[:30_000]), (large, points)):
        scene_map.insert(cloud_of(scan), HERE, "odom")
        scene_map.insert(cloud_of(points[:1000]), HERE, "odom")
    assert len(small) <= 20_000 and len(large) <= 20_000
    assert large.memory_bytes < 1.5 * small.memory_bytes
    kept, _ = large.snapshot()
    again = SceneMap(replace(config, max_voxels=10_000_000))
    again.insert(cloud_of(kept.xyz), HERE, "odom")
    again.insert(cloud_of(kept.xyz), HERE, "odom")
    assert len(again) == len(large)  # its table finds each voxel once
    large.insert(cloud_of(kept.xyz), HERE, "odom")
    assert len(large) == len(kept)


def test_figures_do_not_wait_for_a_scan_on_its_way_in():
    scene_map = SceneMap(CONFIG)
    scene_map.insert(cloud_of([[0.0, 0.0, 1.0]]), HERE, "odom")
    seen = []

    def look():
        seen.append((len(scene_map), scene_map.version, scene_map.memory_bytes > 0))

    with scene_map._lock:  # as an insertion holds it
        reader = threading.Thread(target=look, daemon=True)
        reader.start()
        reader.join(10.0)
        assert seen == [(1, 1, True)]


def test_after_the_clock_went_back_old_voxels_can_be_carved_again():
    scene_map = SceneMap(replace(CONFIG, voxel_size_m=0.05))
    scene_map.insert(camera_scan(walls(box=True), 1000), OPTICAL, "odom")
    boxed, version = near(scene_map.snapshot()[0]), scene_map.version
    assert scene_map.insert(camera_scan(walls(box=False), 10), OPTICAL, "odom").carved == 0
    scene_map.forget_times()
    assert near(scene_map.snapshot()[0]) == boxed
    assert scene_map.stamp_ns == scene_map.snapshot()[0].stamp_ns == 0
    assert scene_map.changed_since(version + 1) == 1.0
    assert scene_map.insert(camera_scan(walls(box=False), 20), OPTICAL, "odom").carved > 100
    assert scene_map.stamp_ns == 20


def test_memory_grows_with_the_map_and_is_given_back():
    scene_map = SceneMap(CONFIG)
    empty = scene_map.memory_bytes
    scene_map.insert(cloud_of(np.random.default_rng(0).uniform(-3, 3, (50_000, 3))), HERE, "odom")
    full = scene_map.memory_bytes
    assert full > empty + 50 * len(scene_map)
    scene_map.clear()
    assert scene_map.memory_bytes < full / 2


def test_a_cleared_map_gives_its_memory_back_to_the_system():
    script = """
import os, pathlib
import numpy as np
from tests.core.mapping.test_scene_map import CONFIG, HERE, SceneMap, cloud_of

def resident():
    pages = pathlib.Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")

scene_map = SceneMap(CONFIG)
points = np.indices((100, 100, 100)).reshape(3, -1).T * 0.02 + (1.01, -0.99, -0.99)
cloud = cloud_of(points)
before = resident()
scene_map.insert(cloud, HERE, "odom")
full, told = resident() - before, scene_map.memory_bytes
scene_map.clear()
print(full, told, resident() - before)
"""
    out = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    ).stdout
    full, told, left = map(int, out.split())
    assert told < 1.2 * full
    assert left < full / 2


def test_stamps_that_no_voxel_has_any_more_are_dropped():
    count = 70_000  # more than are kept without looking
    voxel = np.stack([np.arange(count), np.zeros(count), np.zeros(count)], 1).astype(np.int32)
    zeros, hits = np.zeros((count, 3), np.float32), np.ones(count, np.int32)
    voxels = _C.VoxelMap(0.02)
    voxels.restore(voxel, zeros, zeros, hits, np.arange(count) * 1000)
    before = voxels.memory_bytes()

    def scan(x, stamp_ns, most):
        xyz, rgb = np.array([[x, 0.01, 0.01]], np.float32), np.zeros((1, 3), np.uint8)
        box = np.full(3, -1e6), np.full(3, 1e6)
        voxels.insert(xyz, rgb, 0, 0, stamp_ns, HERE, 0.0, 1e4, *box, False, most)

    scan(0.01, 5, 1000)  # all but the nearest go
    scan(0.03, 1500, 1000)
    seen = voxels.copy_voxels().arrays()[4]
    assert seen.tolist() == [5, 1500, *range(2000, 1000 * len(seen), 1000)]
    assert 900 < len(seen) <= 1000
    assert voxels.memory_bytes() < before - 8 * (count - 2000)


def test_a_further_voxel_takes_64_bytes():
    scene_map, rng = SceneMap(MapConfig(max_range_m=100.0)), np.random.default_rng(0)
    sizes = []
    for room in range(8):  # floor and two walls
        xyz = rng.uniform(0, 3, (120_000, 3))
        xyz[np.arange(len(xyz)), rng.integers(0, 3, len(xyz))] = 0.05
        xyz += rng.normal(scale=0.008, size=xyz.shape) + np.array([3 * room, 0, 0])
        scene_map.insert(cloud_of(xyz), HERE, "map")
        sizes.append((scene_map.memory_bytes, len(scene_map)))
    memory, voxels = np.subtract(sizes[-1], sizes[2])
    assert voxels > 300_000
    assert memory / voxels <= 64
