"""Of a large map only the chunks around a change are taken anew, and they are as if all were."""

from __future__ import annotations

import numpy as np
import pytest

from detailbase_core.config import MapConfig, SuperpointConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.network import chunk_grid
from detailbase_core.network.chunk_grid import GridSize
from detailbase_core.network.map_chunks import CutMap, MapChunks
from detailbase_core.network.parted_scene import owner_rows, xyz_rows
from detailbase_core.ops import native
from detailbase_core.types import PointCloud

VOXEL = 0.05
CONFIG = SuperpointConfig(voxel_size_m=VOXEL, block_voxels=16)
CHUNK = 4 * 16 * VOXEL
POSE = np.eye(4)


@pytest.fixture(autouse=True)
def small_scenes_are_large(monkeypatch):
    monkeypatch.setattr(chunk_grid, "MIN_POINTS", 1000)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 10)


def scan(low, high, count: int = 20_000, seed: int = 0) -> PointCloud:
    """Points in a box, metres."""
    random = np.random.default_rng(seed)
    xyz = random.uniform([*low, 0], [*high, 0.3], (count, 3)).astype(np.float32)
    return PointCloud(xyz, random.integers(0, 256, (count, 3)).astype(np.uint8), "map")


def building(voxel_m: float = VOXEL) -> SceneMap:
    """A map around the origin."""
    scene_map = SceneMap(MapConfig(voxel_size_m=voxel_m, min_range_m=0.0, max_range_m=1e3))
    scene_map.insert(scan([-6, -5], [8, 7]), POSE, "odom")
    return scene_map


def labels_of(cut: CutMap):
    """One superpoint a chunk."""
    return [np.zeros(chunk.count, np.int64) for chunk in cut.chunks]


def check_same(cut: CutMap, scene_map: SceneMap) -> None:
    """Check that chunks are those that are taken of the whole map, point for point."""
    fresh, version = MapChunks(scene_map, CONFIG).snapshot()
    assert [c.place for c in cut.chunks] == [c.place for c in fresh.chunks]
    for one, other in zip(cut.chunks, fresh.chunks, strict=True):
        assert (one.count, one.key) == (other.count, other.key)
        np.testing.assert_array_equal(one.cloud.xyz, other.cloud.xyz)
        np.testing.assert_array_equal(one.cloud.rgb, other.cloud.rgb)
    scene = cut.scene(labels_of(cut), version)
    assert scene.version == scene_map.version
    assert (scene.cloud.frame, scene.cloud.stamp_ns) == (scene_map.frame, scene_map.stamp_ns)
    some = np.array([len(scene.cloud) - 1, 5, 5, len(scene.cloud) // 2])
    part = scene.cloud.part(some)
    assert "xyz" not in vars(scene.cloud)  # nothing was put together for it
    np.testing.assert_array_equal(part.xyz, scene.cloud.xyz[some])
    np.testing.assert_array_equal(part.rgb, scene.cloud.rgb[some])
    whole, _ = scene_map.snapshot()
    have, want = (
        np.concatenate([cloud.xyz, cloud.rgb], axis=1, dtype=np.float64)
        for cloud in (scene.cloud, whole)
    )
    np.testing.assert_array_equal(have[np.lexsort(have.T)], want[np.lexsort(want.T)])


CHANGES = {
    "a room seen anew": scan([1, 1], [2, 2], 300, 1),
    "one point": scan([3, 3], [3.01, 3.01], 1, 1),
    "on the border of chunks": scan([CHUNK - 0.5, 0], [CHUNK - 0.3, 0.1], 50, 1),
    "beyond what there was": scan([30, 20], [31, 21], 300, 1),
    "everywhere": scan([-6, -5], [8, 7], 20_000, 1),
}


@pytest.mark.parametrize("voxel_m", [VOXEL, 0.03, 0.08])  # of the map: patches on the grid, or not
@pytest.mark.parametrize("change", CHANGES)
def test_chunks_follow_the_map(change, voxel_m):
    scene_map = building(voxel_m)
    chunks = MapChunks(scene_map, CONFIG)
    check_same(chunks.snapshot()[0], scene_map)
    scene_map.insert(CHANGES[change], POSE, "odom")
    check_same(chunks.snapshot()[0], scene_map)


def test_what_vanishes_is_gone():
    scene_map = building()
    scene_map.insert(scan([30, 20], [31, 21], 300, 1), POSE, "odom")
    chunks = MapChunks(scene_map, CONFIG)
    before, _ = chunks.snapshot()
    scene_map.config = MapConfig(
        voxel_size_m=VOXEL, min_range_m=0.0, max_range_m=1e3, max_voxels=len(scene_map) - 100
    )
    scene_map.insert(scan([1, 1], [2, 2], 300, 1), POSE, "odom")  # the farthest are forgotten
    after, _ = chunks.snapshot()
    assert len(after.chunks) < len(before.chunks)
    check_same(after, scene_map)


def test_chunks_without_a_change_stay_the_same():
    scene_map = building()
    chunks = MapChunks(scene_map, CONFIG)
    before, _ = chunks.snapshot()
    scene_map.insert(scan([1, 1], [1.3, 1.3], 50, 1), POSE, "odom")  # amid a chunk
    after, version = chunks.snapshot()
    kept = [one is other for one, other in zip(before.chunks, after.chunks, strict=True)]
    assert kept.count(False) == 1 < len(kept) and version == scene_map.version
    again, _ = chunks.snapshot()
    assert all(one is other for one, other in zip(after.chunks, again.chunks, strict=True))


@pytest.mark.parametrize("how", ["clear", "load"])
def test_another_map_is_taken_whole(how, tmp_path):
    scene_map = building()
    chunks = MapChunks(scene_map, CONFIG)
    chunks.snapshot()
    if how == "load":
        other = building()
        other.insert(scan([-3, -3], [5, 9], seed=2), POSE, "odom")
        other.save(tmp_path / "map.npz")
        scene_map.load(tmp_path / "map.npz")
    else:
        scene_map.clear()
        assert len(chunks.snapshot()[0]) == 0
        scene_map.insert(scan([-3, -3], [5, 9], seed=2), POSE, "map")
    check_same(chunks.snapshot()[0], scene_map)


def test_a_map_that_is_small_scattered_or_not_to_be_cut_is_a_cloud(monkeypatch):
    scene_map = building()
    assert isinstance(MapChunks(scene_map, None).snapshot()[0], PointCloud)
    chunks = MapChunks(scene_map, CONFIG)
    assert isinstance(chunks.snapshot()[0], CutMap)
    monkeypatch.setattr(chunk_grid, "MIN_POINTS_PER_CHUNK", 10_000)
    cloud, version = chunks.snapshot()
    np.testing.assert_array_equal(cloud.xyz, scene_map.snapshot()[0].xyz)
    assert version == scene_map.version
    monkeypatch.setattr(chunk_grid, "MIN_POINTS", len(scene_map) + 1)
    assert isinstance(chunks.snapshot()[0], PointCloud)


def test_points_of_superpoints_are_found_part_by_part():
    cut, version = MapChunks(building(), CONFIG).snapshot()
    random = np.random.default_rng(0)
    labels = [np.append(random.integers(0, 5, c.count - 1), 4) for c in cut.chunks]
    scene = cut.scene(labels, version)
    assert scene.superpoint_count == 5 * len(cut.chunks)
    mask = random.random(scene.superpoint_count) < 0.1
    want = np.flatnonzero(mask[scene.point_to_superpoint])
    assert len(want)
    np.testing.assert_array_equal(scene.points_of(mask), want)
    assert len(scene.points_of(np.zeros_like(mask))) == 0


def test_rows_of_a_scene_in_parts_are_those_of_its_arrays():
    cut, version = MapChunks(building(), CONFIG).snapshot()
    random = np.random.default_rng(0)
    labels = [np.append(random.integers(0, 5, c.count - 1), 4) for c in cut.chunks]
    scene = cut.scene(labels, version)
    rows = random.permutation(len(scene.cloud))[:500]
    places, owners = xyz_rows(scene)[rows], owner_rows(scene)[rows]
    assert "xyz" not in scene.cloud.__dict__ and "point_to_superpoint" not in scene.__dict__
    np.testing.assert_array_equal(places, scene.cloud.xyz[rows])
    np.testing.assert_array_equal(owners, scene.point_to_superpoint[rows])
    np.testing.assert_array_equal(scene.owner_rows.counts(), np.bincount(scene.point_to_superpoint))
    assert len(scene.cloud) == len(scene.cloud.rgb) == len(scene.cloud.xyz)
    assert len(xyz_rows(scene)[rows[:0]]) == 0


def test_windows_over_a_place_are_those_that_reach_it():
    size = GridSize.of(CONFIG)
    random = np.random.default_rng(1)
    low = random.uniform(-9, 9, (200, 2))
    places = {(x, y) for x in range(-8, 8) for y in range(-8, 8)}
    for one in low:
        high = one + random.uniform(0.01, 5)
        want = {
            place
            for place in places
            if (size.window(place)[0] < high).all() and (one < size.window(place)[1]).all()
        }
        found = size.windows_over(one[None], high[None])
        assert found >= want
        assert len(found - want) == 0


def test_a_map_tells_where_it_has_changed():
    scene_map = building()
    told = []

    def around(patches):
        told.append({tuple(patch) for patch in patches.tolist()})
        return patches

    version = scene_map.version
    scene_map.insert(scan([1.0, -1.0], [1.1, -0.9], 200, 1), POSE, "odom")
    cloud, now = scene_map.changes(version, around)
    edge = native.C.PATCH_VOXELS * VOXEL
    assert told == [{(1, -2)}] and now == scene_map.version
    whole, _ = scene_map.snapshot()
    inside = (np.floor(whole.xyz[:, :2] / edge) == [1, -2]).all(axis=1)
    np.testing.assert_array_equal(cloud.xyz, whole.xyz[inside])
    np.testing.assert_array_equal(cloud.rgb, whole.rgb[inside])
    cloud, _ = scene_map.changes(now, around)
    assert told[-1] == set() and len(cloud) == 0
    scene_map.clear()
    assert scene_map.changes(now, around) is None
