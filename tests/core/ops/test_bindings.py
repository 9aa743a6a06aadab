"""Arguments that do not fit are refused by the native module, not read."""

import numpy as np
import pytest

from detailbase_core import _C
from tests.core.ops import fuzz_bindings


def f4(*shape):
    return np.zeros(shape, np.float32)


def i4(*rows):
    return np.array(rows, np.int32)


def a_map():
    return _C.VoxelMap(0.02)


def insert(scene_map, xyz=None, rgb=None, height=0, width=0, pose=None, low=None, most=1000):
    xyz = f4(4, 3) + 1 if xyz is None else xyz
    rgb = np.full((len(xyz), 3), 255, np.uint8) if rgb is None else rgb
    box = (np.full(3, -9.0) if low is None else low), np.full(3, 9.0)
    pose = np.eye(4) if pose is None else pose
    return scene_map.insert(xyz, rgb, height, width, 1, pose, 0.0, 99.0, *box, False, most)


UNALIGNED = np.zeros(49, np.uint8)[1:].view(np.float32).reshape(4, 3)
CALLS = {
    "a slot beyond the offsets": lambda: _C.list_pairs_of_slots(i4(0, 1), i4(0, 8), 8, 1),
    "a slot below 0": lambda: _C.list_pairs_of_slots(i4(0, 1), i4(0, -1), 8, 1),
    "negative offsets": lambda: _C.list_pairs_of_slots(i4(0), i4(0), -1, 1),
    "very many offsets": lambda: _C.list_pairs(np.zeros((1, 5000), np.int32), 1),
    "a row behind the source": lambda: _C.gather_outer(
        f4(2, 3), f4(5, 4), i4([4], [5]), f4(3, 1, 4), 1
    ),
    "no threads": lambda: _C.list_pairs(i4([0]), 0),
    "a billion threads": lambda: _C.norm_relu(f4(2, 2), f4(2), f4(2), f4(2, 2), 10**9),
    "keys that descend": lambda: _C.neighbour_table(
        np.array([5, 3]), np.empty((2, 27), np.int32), 1
    ),
    "strides of half a number": lambda: _C.pair_product(
        f4(2, 4),
        _C.list_pairs(i4([0], [1]), 1),
        np.ndarray((3, 1, 4), np.float32, np.zeros(999, np.uint8), 0, (30, 30, 6)),
        f4(2, 3),
        1,
    ),
    "an edge to nowhere": lambda: _C.segment_graph(f4(3, 3), f4(3, 3), i4([0, 3]), 0.01, 1),
    "fewer normals": lambda: _C.segment_graph(f4(3, 3), f4(2, 3), i4([0, 1]), 0.01, 1),
    "a face to nowhere": lambda: _C.segment_mesh(f4(3, 3), i4([0, 1, -1]), 0.01, 1),
    "points too far": lambda: _C.segment_cloud(
        f4(1, 3) + 1e9, np.zeros((1, 3), np.uint8), 0.02, 0.1, 1.0, 1.0, 1, 64
    ),
    "a distance of 0": lambda: _C.connected_components(f4(2, 3), 0.0),
    "points apart": lambda: _C.connected_components(f4(2, 3) + np.array([[0], [1e9]]), 0.1),
    "outline of NaN": lambda: _C.convex_hull(np.full(99, np.nan), np.zeros(99)),
    "a box of NaN": lambda: _C.upright_boxes(f4(2, 3) * np.nan, np.arange(2), [0, 2]),
    "a box of no points": lambda: _C.upright_boxes(f4(2, 3), np.arange(2), [0, 2, 2]),
    "a box of points to nowhere": lambda: _C.upright_boxes(f4(2, 3), np.arange(3), [0, 3]),
    "a point of no superpoint": lambda: _C.cluster_points(
        np.array([0, 2]), np.arange(2), f4(2, 3), f4(2), f4(2) == 0, 0.1, 0.6
    ),
    "a point beyond the scene": lambda: _C.cluster_points(
        np.array([0, 1]), np.arange(3), f4(2, 3), f4(2), f4(2) == 0, 0.1, 0.6
    ),
    "groups beyond the rows": lambda: _C.rows_of_groups(
        np.arange(3), np.array([0, 4]), np.array([True])
    ),
    "rows beyond the rows": lambda: _C.rows_of_groups(
        np.array([0, 7]), np.array([0, 2]), np.array([True])
    ),
    "labels beyond the rows": lambda: _C.largest_groups(np.array([0, 2]), 1, 0.1),
    "a threshold below 0": lambda: _C.select_objects(
        f4(1, 2), [-1.0], [1], f4(2, 3), f4(2), f4(2) > 0, np.ones(2, int), 0.4, 0.2, 0.1, 0.6, 1
    ),
    "fewer colours": lambda: insert(a_map(), rgb=np.zeros((3, 3), np.uint8)),
    "other pixels than points": lambda: insert(a_map(), height=2, width=3),
    "negative pixels": lambda: insert(a_map(), height=-2, width=-2),
    "half a pose": lambda: insert(a_map(), pose=np.eye(3)),
    "a pose of NaN": lambda: insert(a_map(), pose=np.full((4, 4), np.nan)),
    "half a box": lambda: insert(a_map(), low=np.zeros(2)),
    "room for none": lambda: insert(a_map(), most=-5),
    "memory that is not aligned": lambda: insert(a_map(), xyz=UNALIGNED),
    "voxels of no size": lambda: _C.VoxelMap(0.0),
    "patches of one axis": lambda: a_map().voxels_in(i4(1, 2)),
    "a patch beyond all": lambda: a_map().voxels_in(i4([0, 1 << 20])),
    "fewer hits": lambda: a_map().restore(
        i4([0, 0, 0]), f4(1, 3), f4(1, 3), i4(), np.zeros(1, np.int64)
    ),
    "a voxel twice": lambda: a_map().restore(
        i4([0, 0, 0], [0, 0, 0]), f4(2, 3), f4(2, 3), i4(1, 1), np.zeros(2, np.int64)
    ),
    "hits of a million": lambda: a_map().restore(
        i4([0, 0, 0]), f4(1, 3), f4(1, 3), i4(10**6), np.zeros(1, np.int64)
    ),
    "a voxel beyond the grid": lambda: a_map().restore(
        i4([2**30, 0, 0]), f4(1, 3), f4(1, 3), i4(1), np.zeros(1, np.int64)
    ),
    "a flat image": lambda: _C.render_surfels(
        f4(1, 3), f4(1, 3), f4(1), np.eye(4), 1.0, 0.1, 8.0, f4(3), np.zeros(3, np.int32)
    ),
}


@pytest.mark.parametrize("what", CALLS)
def test_what_does_not_fit_is_refused(what):
    with pytest.raises((ValueError, IndexError)):
        CALLS[what]()


def test_candidates_without_a_place_are_not_looked_for_again_and_again():
    nowhere = np.full((1, 9, 3), np.nan, np.float32)
    found = _C.pick_candidates(f4(1, 1, 9) + 0.9, nowhere, f4(1, 9), 2**31 - 1, 0.5, 0.1)
    assert (found == -1).all()


def test_a_surfel_right_before_the_camera_fills_the_image_and_no_more():
    depth, index = np.full((4, 5), 9, np.float32), np.full((4, 5), -1, np.int32)
    place = np.array([[0.0, 0.0, 1e-30]], np.float32)
    facing, radius = np.array([[0.0, 0.0, -1.0]], np.float32), np.array([1e30], np.float32)
    _C.render_surfels(place, facing, radius, np.eye(4), 3.0, 0.0, 8.0, depth, index)
    assert index.shape == (4, 5)


def test_colours_of_a_voxel_that_gets_all_points_do_not_overflow():
    points = 2**31 // 255 + 1000  # of 8 bits each
    scene_map = a_map()
    insert(scene_map, np.ones((points, 3), np.float32), np.full((points, 3), 255, np.uint8))
    assert scene_map.copy_voxels().arrays()[2].tolist() == [[255.0] * 3]


def test_the_fuzz_calls_everything_that_takes_arrays():
    public = {name for name in dir(_C) if not name.startswith("_") and callable(getattr(_C, name))}
    assert public - fuzz_bindings.NOT_FUZZED == {
        *fuzz_bindings.ARGUMENTS,
        *fuzz_bindings.OBJECTS,
    }


def test_a_short_fuzz_finds_no_fault():
    names = [*fuzz_bindings.ARGUMENTS, *fuzz_bindings.OBJECTS]
    with np.errstate(all="ignore"):
        ends = {fuzz_bindings.one_call(name, seed) for name in names for seed in range(20)}
    assert "done" in ends and "ValueError" in ends
