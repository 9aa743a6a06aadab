"""Rooms: what must hold whatever the seed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from detailbase_core.synthetic.furniture import KINDS, make_model
from detailbase_core.synthetic.occupancy import inside_outline
from detailbase_core.synthetic.path import free_area, look, robot_path
from detailbase_core.synthetic.room import CEILING_ID, FIRST_OBJECT_ID, FLOOR_ID, WALL_IDS
from detailbase_core.synthetic.rooms import MAX_OBJECTS, MIN_OBJECTS, fingerprint, generate_room
from detailbase_core.synthetic.stock import Stock, shipped_stock

SEEDS = range(20)


@cache
def stock():
    return shipped_stock()


@cache
def rooms():
    """Made when they are first asked for: what a file makes on import, every worker makes."""
    return {seed: generate_room(seed, stock()) for seed in SEEDS}


def local(thing, points: np.ndarray) -> np.ndarray:
    """Room points in a thing's model frame."""
    offset = points - np.array([thing.pose.x, thing.pose.y, thing.pose.z])
    c, s = np.cos(thing.pose.yaw), np.sin(thing.pose.yaw)
    return np.stack(
        [c * offset[:, 0] + s * offset[:, 1], c * offset[:, 1] - s * offset[:, 0], offset[:, 2]], 1
    )


@cache
def column_fill(key: str) -> tuple[np.ndarray, np.ndarray]:
    """Cells of 4 cm well inside a model: surface on all six sides, two cells away from any."""
    model = models()[key]
    low = model.points.min(axis=0)
    cell = np.floor((model.points - low) / 0.04).astype(int)
    shell = np.zeros(cell.max(axis=0) + 1, bool)
    shell[tuple(cell.T)] = True
    inside = np.zeros_like(shell)
    for x, y, z in np.argwhere(~shell):
        rays = (
            shell[:x, y, z],
            shell[x + 1 :, y, z],
            shell[x, :y, z],
            shell[x, y + 1 :, z],
            shell[x, y, :z],
            shell[x, y, z + 1 :],
        )
        inside[x, y, z] = all(ray.any() for ray in rays)
    near = np.zeros_like(shell)
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            for dz in (-1, 0, 1):
                near |= np.roll(shell, (dx, dy, dz), axis=(0, 1, 2))
    return inside & ~near, low


@cache
def models():
    return {t.model.key: t.model for room in rooms().values() for t in room.furniture}


def test_a_seed_always_gives_the_same_room():
    for seed in (0, 3, 899_999):
        assert fingerprint([generate_room(seed, stock())]) == fingerprint(
            [generate_room(seed, stock())]
        )
    for a, b in zip(generate_room(4, stock()).furniture, rooms()[4].furniture, strict=True):
        assert a.pose == b.pose and (a.model.points == b.model.points).all()
    assert len({fingerprint([room]) for room in rooms().values()}) == len(SEEDS)
    with pytest.raises(ValueError, match="-1"):
        generate_room(-1)


def test_rooms_differ_and_are_furnished():
    assert len({t.category for room in rooms().values() for t in room.furniture}) >= 35
    assert len({room.theme for room in rooms().values()}) >= 6
    assert {len(room.outline) for room in rooms().values()} == {4, 6}
    for room in rooms().values():
        assert MIN_OBJECTS <= len(room.furniture) <= MAX_OBJECTS
        assert [t.id for t in room.furniture] == [
            FIRST_OBJECT_ID + i for i in range(len(room.furniture))
        ]
        assert all(t.structure == (t.id < FIRST_OBJECT_ID) for t in room.objects)
        assert free_area(room) > 1


def test_look_alikes_are_common():
    kinds = [[t.category for t in room.furniture] for room in rooms().values()]
    with_peer = sum(sum(names.count(n) > 1 for n in names) for names in kinds)
    assert with_peer / sum(map(len, kinds)) > 0.5


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_stands_inside_the_walls(seed):
    room = rooms()[seed]
    outline = np.array(room.outline)
    for thing in room.furniture:
        points = thing.pose.apply(thing.model.points)
        shifts = [(dx, dy) for dx in (-0.025, 0, 0.025) for dy in (-0.025, 0, 0.025)]
        near = [inside_outline(points[:, 0] + x, points[:, 1] + y, outline) for x, y in shifts]
        assert np.any(near, axis=0).all(), thing
        assert points[:, 2].min() > -0.001 and points[:, 2].max() < room.height + 0.02


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_runs_into_anything_else(seed):
    """No surface point of one thing lies deep inside another."""
    for other in rooms()[seed].furniture:
        deep, low = column_fill(other.model.key)
        if not deep.any():
            continue
        for thing in rooms()[seed].furniture:
            if thing.id == other.id:
                continue
            cell = local(other, thing.pose.apply(thing.model.points)) - low
            cell = np.floor(cell / 0.04).astype(int)
            cell = cell[((cell >= 0) & (cell < deep.shape)).all(axis=1)]
            hits = deep[tuple(cell.T)].sum()
            assert hits < 0.01 * len(thing.model.points), (thing, other)


@pytest.mark.parametrize("seed", SEEDS)
def test_things_rest_on_what_supports_them(seed):
    room = rooms()[seed]
    by_id = {t.id: t for t in room.objects}
    for thing in room.furniture:
        low, high = (thing.box.center[2] + s * thing.box.size[2] / 2 for s in (-1, 1))
        if thing.supported_by == FLOOR_ID:
            assert abs(low) < 0.005
        elif thing.supported_by == CEILING_ID:
            assert abs(high - room.height) < 0.005
        elif thing.supported_by in WALL_IDS:
            start, end = room.wall_lines[thing.supported_by - 1]
            along = (end - start) / np.linalg.norm(end - start)
            away = (np.array(thing.box.center[:2]) - start) @ [-along[1], along[0]]
            assert 0 < away - thing.box.size[1] / 2 < 0.05
        else:
            below = by_id[thing.supported_by]
            at = local(below, np.array([thing.box.center]))[0]
            spots = [s for s in below.model.on if abs(below.pose.z + s.center[2] - low) < 0.005]
            assert any(
                (np.abs(at[:2] - s.center[:2]) < np.array(s.half) + 0.05).all() for s in spots
            )


def test_chairs_at_tables_face_them():
    facing, drawn_up = 0, 0
    for room in rooms().values():
        tables = [t for t in room.furniture if t.category in ("table", "desk")]
        for chair in room.furniture:
            if chair.category not in ("chair", "office chair") or not tables:
                continue
            offsets = [np.subtract(t.box.center, chair.box.center)[:2] for t in tables]
            nearest = min(offsets, key=lambda o: float(np.hypot(*o)))
            if np.hypot(*nearest) < 0.9:
                drawn_up += 1
                facing += nearest @ chair.front > 0.6 * np.hypot(*nearest)
    assert drawn_up > 10
    assert facing / drawn_up > 0.75


@pytest.mark.parametrize("seed", SEEDS)
def test_the_robot_stays_in_the_room_and_clear_of_the_furniture(seed):
    room = rooms()[seed]
    poses = robot_path(room, 16, height_m=0.9)
    np.testing.assert_allclose(poses[:, 2, 3], 0.9)
    assert inside_outline(poses[:, 0, 3], poses[:, 1, 3], np.array(room.outline)).all()
    for thing in room.furniture:
        at = local(thing, poses[:, :3, 3])
        over = (np.abs(at[:, :2]) < np.array(thing.box.size[:2]) / 2 + 0.05).all(axis=1)
        low = thing.box.center[2] - thing.box.size[2] / 2
        assert not over.any() or low > 1.5 or thing.box.size[2] < 0.03
    heading = np.arctan2(poses[:, 1, 2], poses[:, 0, 2])
    assert len(np.unique(np.round(heading, 1))) > 4


def test_the_pose_of_a_level_camera():
    pose = look((1.0, 2.0, 0.5), np.pi / 2, 0.0)
    forward, right, down = pose @ [0, 0, 1, 0], pose @ [1, 0, 0, 0], pose @ [0, 1, 0, 0]
    np.testing.assert_allclose(forward, [0, 1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(right, [1, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(down, [0, 0, -1, 0], atol=1e-12)


@pytest.mark.parametrize("category", list(KINDS))
def test_every_kind_can_be_made(category):
    for seed in range(5):
        model = make_model(category, np.random.default_rng(seed))
        again = make_model(category, np.random.default_rng(seed))
        assert model.key == again.key and (model.points == again.points).all()
        assert abs(model.points[:, 2].min()) < 1e-6
        assert min(model.size) > 0.005 and max(model.size) < 2.7
        np.testing.assert_allclose(np.ptp(model.points, axis=0), model.size, atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(model.normals, axis=1), 1, atol=1e-5)
        for surface in model.on:
            assert surface.center[2] <= model.size[2] + 0.01
    red = make_model(category, np.random.default_rng(0), "red")
    assert red.color == ("red" if KINDS[category].colors != ("",) else None)


def test_a_stock_says_what_it_has_and_keeps_to_sizes():
    rng = np.random.default_rng(0)
    assert Stock((), make_up=False).pick("chair", rng) is None
    assert Stock(()).pick("no such thing", rng) is None
    small = [Stock(()).pick("table", rng, most=(1.0, 0.9, 0.9)) for _ in range(20)]
    assert all(m is None or (m.size[0] <= 1.0 and m.size[1] <= 0.9) for m in small)
    twins = Stock(()).twins("chair", 4, rng)
    assert len(twins) == 4 and {m.category for m in twins} == {"chair"}
