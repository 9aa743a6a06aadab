"""Rooms and the depth camera: geometry that must hold whatever the seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detailbase_core.synthetic.camera import EXACT, Camera, scan_room
from detailbase_core.synthetic.furniture import KINDS, make_model
from detailbase_core.synthetic.path import look, robot_path
from detailbase_core.synthetic.primitives import SHAPES, Primitive, PrimitiveTable, ray_depths
from detailbase_core.synthetic.room import FIRST_OBJECT_ID, FLOOR_ID, WALL_IDS
from detailbase_core.synthetic.rooms import MIN_OBJECTS, generate_room, primitives_of

SEEDS = range(24)
ROOMS = {seed: generate_room(seed) for seed in SEEDS}


def inside(shape: str, unit: np.ndarray) -> np.ndarray:
    """Whether points (..., 3) lie in the unit shape, from its definition."""
    if shape == "box":
        return (np.abs(unit) < 1).all(axis=-1)
    if shape == "cylinder":
        return (np.hypot(unit[..., 0], unit[..., 1]) < 1) & (np.abs(unit[..., 2]) < 1)
    return (unit**2).sum(axis=-1) < 1


def to_unit(solid: Primitive, points: np.ndarray) -> np.ndarray:
    """Room points in a solid's unit coordinates."""
    offset = points - np.array(solid.center)
    c, s = np.cos(solid.yaw), np.sin(solid.yaw)
    x, y, z = offset[..., 0], offset[..., 1], offset[..., 2]
    turned = np.stack([c * x + s * y, c * y - s * x, z], axis=-1)
    return turned / np.array(solid.half)


def points_in(solid: Primitive, rng: np.random.Generator) -> np.ndarray:
    """Random points inside a solid, room frame."""
    unit = rng.uniform(-0.99, 0.99, (60, 3))
    unit = unit[inside(solid.shape, unit)]
    c, s = np.cos(solid.yaw), np.sin(solid.yaw)
    local = unit * np.array(solid.half)
    x, y = c * local[:, 0] - s * local[:, 1], s * local[:, 0] + c * local[:, 1]
    return np.stack([x, y, local[:, 2]], axis=1) + np.array(solid.center)


def test_a_seed_always_gives_the_same_room():
    for seed in (0, 3, 899_999):
        assert generate_room(seed) == generate_room(seed)
    assert ROOMS[0] != ROOMS[1]
    with pytest.raises(ValueError, match="-1"):
        generate_room(-1)


def test_rooms_differ_and_are_furnished():
    categories = {t.category for room in ROOMS.values() for t in room.furniture}
    assert len(categories) >= 20
    for room in ROOMS.values():
        assert len(room.furniture) >= MIN_OBJECTS
        assert [t.id for t in room.furniture] == [FIRST_OBJECT_ID + i for i in
                                                  range(len(room.furniture))]  # fmt: skip
        assert all(t.structure == (t.id < FIRST_OBJECT_ID) for t in room.objects)
        assert all(3.0 <= s <= 6.5 for s in room.size[:2])


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_runs_into_anything_else(seed):
    room, rng = ROOMS[seed], np.random.default_rng(seed)
    for thing in room.furniture:
        points = np.concatenate([points_in(solid, rng) for solid in thing.solids])
        assert (np.abs(points[:, :2]) < np.array(room.size[:2]) / 2).all()
        assert (points[:, 2] > 0).all()
        for other in room.furniture:
            if other.id == thing.id:
                continue
            for solid in other.solids:
                hit = inside(solid.shape, to_unit(solid, points))
                assert not hit.any(), f"{thing.category} {thing.id} is in {other.category}"


@pytest.mark.parametrize("seed", SEEDS)
def test_things_rest_on_what_supports_them(seed):
    room = ROOMS[seed]
    for thing in room.furniture:
        bottom = thing.box.center[2] - thing.box.size[2] / 2
        if thing.supported_by == FLOOR_ID:
            assert abs(bottom) < 0.005
        elif thing.supported_by not in WALL_IDS:
            below = room.objects[thing.supported_by]
            corners = PrimitiveTable.of(below.solids, [0] * len(below.solids)).corners()
            tops = corners[..., 2].max(axis=1)
            assert np.abs(tops - bottom).min() < 0.005, thing
            center = np.array(thing.box.center[:2]) - below.box.center[:2]
            assert np.hypot(*center) < np.hypot(*below.box.size[:2]) / 2
        else:
            wall = room.objects[thing.supported_by]
            across = np.array(wall.front) @ (np.array(thing.box.center[:2]) - wall.box.center[:2])
            assert 0 < across < 0.3


@pytest.mark.parametrize("category", list(KINDS))
def test_every_kind_can_be_made(category):
    for seed in range(5):
        model = make_model(category, np.random.default_rng(seed))
        assert model == make_model(category, np.random.default_rng(seed))
        assert model.low[2] > -0.001
        assert min(model.size) > 0.02 and max(model.size) < 2.5
        for surface in model.on:
            assert surface.center[2] <= model.high[2] + 1e-9
    red = make_model(category, np.random.default_rng(0), "red")
    assert red.color == ("red" if KINDS[category].colors != ("",) else None)


number = st.floats(-1.5, 1.5)


@settings(max_examples=150, deadline=None)
@given(
    shape=st.sampled_from(SHAPES),
    half=st.tuples(*[st.floats(0.02, 1.0)] * 3),
    yaw=st.floats(-3.1, 3.1),
    aim=st.tuples(number, number, number),
    angles=st.tuples(st.floats(-3.1, 3.1), st.floats(-1.5, 1.5)),
)
def test_rays_hit_where_the_shape_begins(shape, half, yaw, aim, angles):
    """Against the definition of the shape: outside just before the hit, inside just after."""
    solid = Primitive(shape, (0.2, -0.3, 0.5), half, (9, 9, 9), yaw)
    azimuth, height = angles
    start = 4.0 * np.array(
        [np.cos(azimuth) * np.cos(height), np.sin(azimuth) * np.cos(height), np.sin(height)]
    )
    start = start + solid.center
    target = np.array(aim) * np.array(half) + np.array(solid.center)
    direction = target - start
    table = PrimitiveTable.of([solid], [0])
    matrix = table.to_unit()[0]
    origin = (matrix @ (start - solid.center)).astype(np.float32)
    ray = tuple(np.array([v], np.float32) for v in matrix @ direction)
    with np.errstate(all="ignore"):
        found = float(ray_depths(SHAPES.index(shape), origin, ray)[0])
    steps = np.linspace(0, 2, 4001)
    along = to_unit(solid, start + steps[:, None] * direction)
    grown, shrunk = inside(shape, along * 0.99), inside(shape, along * 1.01)
    if np.isinf(found):
        assert not shrunk.any()
        return
    assert grown[np.abs(steps - found) < 0.02].any()
    assert not shrunk[steps < found - 1e-3].any()


@pytest.mark.parametrize("seed", [1, 5, 9])
def test_scans_see_the_nearest_thing_of_all(seed):
    """Pixel rectangles change nothing: every solid over the whole image gives the same depth."""
    room = ROOMS[seed]
    camera = replace(EXACT, width=48, height=36)
    pose = robot_path(room, 3)[1]
    scan = scan_room(room, camera=camera, poses=pose[None])[0]
    u, v = camera.rays()
    rays = np.stack(np.broadcast_arrays(u[None, :], v[:, None], 1.0), axis=-1).reshape(-1, 3)
    world = rays @ pose[:3, :3].T
    steps = [np.where(world[:, k] > 0, 1, -1) * room.size[k] / 2 for k in range(3)]
    start = pose[:3, 3] - np.array([0, 0, room.size[2] / 2])
    best = np.min([(steps[k] - start[k]) / world[:, k] for k in range(3)], axis=0)
    owner = np.full(len(rays), -1)
    table = primitives_of(room)
    for p, matrix in enumerate(table.to_unit()):
        origin = (matrix @ (pose[:3, 3] - table.center[p])).astype(np.float32)
        ray = tuple((world @ matrix.T).astype(np.float32).T)
        with np.errstate(all="ignore"):
            depth = ray_depths(int(table.shape[p]), origin, ray)
        owner = np.where(depth < best, table.owner[p], owner)
        best = np.minimum(best, depth)
    seen = scan.labels >= FIRST_OBJECT_ID
    expected = (owner >= 0) & (best < camera.max_range_m) & (best > camera.min_range_m)
    assert seen.sum() > 50
    assert (seen != expected).mean() < 0.002  # rounding at silhouettes
    both = seen & expected
    assert (scan.labels[both] == owner[both]).mean() > 0.998
    assert np.abs(scan.cloud.xyz[both, 2] - best[both]).max() < 1e-3


def test_the_optical_frame_is_x_right_y_down_z_forward():
    room = ROOMS[2]
    camera = EXACT
    for scan in scan_room(room, 4, camera=camera):
        image = scan.cloud.xyz.reshape(camera.height, camera.width, 3)
        assert (image[:, -1, 0] > 0)[np.isfinite(image[:, -1, 0])].all()
        assert (image[-1, :, 1] > 0)[np.isfinite(image[-1, :, 1])].all()
        seen = scan.labels >= 0
        assert np.isfinite(scan.cloud.xyz[seen]).all()
        assert np.isnan(scan.cloud.xyz[~seen]).all()
        points = scan.cloud.xyz @ scan.sensor_to_map[:3, :3].T + scan.sensor_to_map[:3, 3]
        assert np.abs(points[scan.labels == FLOOR_ID, 2]).max(initial=0) < 1e-3
        for wall, axis, side in zip(WALL_IDS, (0, 1, 0, 1), (1, 1, -1, -1), strict=True):
            at_wall = points[scan.labels == wall, axis]
            assert np.abs(at_wall - side * room.size[axis] / 2).max(initial=0) < 1e-3
        for thing in room.furniture:
            mine = points[scan.labels == thing.id]
            reach = np.linalg.norm(thing.box.size) / 2 + 1e-3
            assert (np.linalg.norm(mine - thing.box.center, axis=1) < reach).all()


def test_the_pose_of_a_level_camera():
    pose = look((1.0, 2.0, 0.5), np.pi / 2, 0.0)
    forward, right, down = pose @ [0, 0, 1, 0], pose @ [1, 0, 0, 0], pose @ [0, 1, 0, 0]
    np.testing.assert_allclose(forward, [0, 1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(right, [1, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(down, [0, 0, -1, 0], atol=1e-12)


def test_noise_grows_with_range_and_scans_have_holes():
    room = ROOMS[0]
    poses = robot_path(room, 4)
    quiet = scan_room(room, camera=EXACT, poses=poses)
    noisy = scan_room(room, camera=Camera(), poses=poses)
    clean = np.concatenate([s.cloud.xyz[:, 2] for s in quiet])
    error = np.concatenate([s.cloud.xyz[:, 2] for s in noisy]) - clean
    near, far = error[(clean < 1.5)], error[(clean > 3)]
    assert np.nanstd(far) > 2 * np.nanstd(near) > 0
    assert np.isnan(error).sum() > np.isnan(clean).sum()
    again = scan_room(room, camera=Camera(), poses=poses)
    np.testing.assert_array_equal(noisy[1].cloud.xyz, again[1].cloud.xyz)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_robot_keeps_clear_of_the_furniture(seed):
    room = ROOMS[seed]
    poses = robot_path(room, 16, height_m=0.9)
    np.testing.assert_allclose(poses[:, 2, 3], 0.9)
    solids = [solid for thing in room.furniture for solid in thing.solids]
    for solid in solids:
        grown = to_unit(solid, poses[:, :3, 3]) * np.array(solid.half)
        assert (np.abs(grown[:, :2]) < np.array(solid.half[:2]) + 0.05).all(axis=1).sum() == 0 or (
            solid.center[2] - solid.half[2] > 1.5
        )
    heading = np.arctan2(poses[:, 1, 2], poses[:, 0, 2])
    assert len(np.unique(np.round(heading, 1))) > 4
