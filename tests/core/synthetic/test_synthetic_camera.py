"""The depth camera: exact where it should be, wrong as real ones are where it is told to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detailbase_core.synthetic.camera import EXACT, Camera, scan_room
from detailbase_core.synthetic.path import robot_path
from detailbase_core.synthetic.room import FLOOR_ID
from detailbase_core.synthetic.rooms import generate_room
from detailbase_core.synthetic.stock import shipped_stock
from training.rooms.survey import CORRUPTIONS, Survey, any_survey

ROOM = generate_room(6)
POSES = robot_path(ROOM, 5)


def in_map(scan) -> np.ndarray:
    return scan.cloud.xyz @ scan.sensor_to_map[:3, :3].T + scan.sensor_to_map[:3, 3]


def test_exact_scans_lie_on_floor_walls_and_furniture():
    for scan in scan_room(ROOM, camera=EXACT, poses=POSES):
        image = scan.cloud.xyz.reshape(EXACT.height, EXACT.width, 3)
        assert (image[:, -1, 0] > 0)[np.isfinite(image[:, -1, 0])].all()  # x to the right
        assert (image[-1, :, 1] > 0)[np.isfinite(image[-1, :, 1])].all()  # y down
        seen = scan.labels >= 0
        assert np.isfinite(scan.cloud.xyz[seen]).all()
        assert np.isnan(scan.cloud.xyz[~seen]).all()
        points = in_map(scan)
        assert np.abs(points[scan.labels == FLOOR_ID, 2]).max(initial=0) < 1e-3
        for id_, (start, end) in zip(ROOM.wall_ids, ROOM.wall_lines, strict=True):
            along = (end - start) / np.linalg.norm(end - start)
            away = (points[scan.labels == id_, :2] - start) @ [-along[1], along[0]]
            assert np.abs(away).max(initial=0) < 1e-3
        for thing in ROOM.furniture:
            mine = points[scan.labels == thing.id]
            reach = np.linalg.norm(thing.box.size) / 2 + thing.model.radius
            assert (np.linalg.norm(mine - thing.box.center, axis=1) < reach).all()


def test_the_furniture_is_seen():
    labels = np.concatenate([s.labels for s in scan_room(ROOM, 16, camera=EXACT)])
    seen = {t.id for t in ROOM.furniture} & set(labels.tolist())
    assert len(seen) > 0.8 * len(ROOM.furniture)


def test_noise_grows_with_range_and_scans_have_holes():
    clean = np.concatenate([s.cloud.xyz[:, 2] for s in scan_room(ROOM, camera=EXACT, poses=POSES)])
    noisy = scan_room(ROOM, camera=Camera(), poses=POSES)
    error = np.concatenate([s.cloud.xyz[:, 2] for s in noisy]) - clean
    assert np.nanstd(error[clean > 3]) > 2 * np.nanstd(error[clean < 1.5]) > 0
    assert np.isnan(error).sum() > np.isnan(clean).sum()
    again = scan_room(ROOM, camera=Camera(), poses=POSES)
    np.testing.assert_array_equal(noisy[1].cloud.xyz, again[1].cloud.xyz)


def test_dark_surfaces_give_less_depth():
    dark = scan_room(ROOM, camera=replace(EXACT, dark_dropout=0.9), poses=POSES)
    exact = scan_room(ROOM, camera=EXACT, poses=POSES)
    pairs = zip(dark, exact, strict=True)
    lost = np.concatenate([(d.labels < 0) & (e.labels >= 0) for d, e in pairs])
    bright = np.concatenate([e.cloud.rgb.max(axis=1) for e in exact])
    assert lost[bright < 40].mean() > 0.2
    assert lost[bright > 90].mean() == 0


def test_metal_and_glass_lose_depth_in_patches():
    rooms = (generate_room(seed, shipped_stock()) for seed in range(40))
    room = next(r for r in rooms if any(t.category == "window" for t in r.furniture))
    window = next(t.id for t in room.furniture if t.category == "window")
    lost, seen = 0, 0
    exact, shiny = (
        scan_room(room, 16, camera=replace(EXACT, shiny_dropout=share)) for share in (0.0, 0.5)
    )
    for a, b in zip(exact, shiny, strict=True):
        pane = a.labels == window
        lost, seen = lost + int((b.labels[pane] < 0).sum()), seen + int(pane.sum())
        dull = [t.id for t in room.furniture if t.material is None and t.category == "chair"]
        assert (b.labels[np.isin(a.labels, dull)] >= 0).all()
    assert seen > 500
    assert 0.3 < lost / seen < 0.7


def test_sensors_can_be_grey_dim_and_off_colour():
    plain = scan_room(ROOM, camera=EXACT, poses=POSES)[2].cloud.rgb.astype(int)
    grey = scan_room(ROOM, camera=replace(EXACT, grey=True), poses=POSES)[2].cloud.rgb.astype(int)
    assert (np.ptp(grey, axis=1) <= 1).all() and (np.ptp(plain, axis=1) > 10).any()
    dim = scan_room(ROOM, camera=replace(EXACT, gamma=1.3), poses=POSES)[2].cloud.rgb
    assert dim.mean() < plain.mean() - 5
    off = scan_room(ROOM, camera=replace(EXACT, white_balance=0.2), poses=POSES)[2].cloud.rgb
    ratio = off.mean(axis=0) / plain.mean(axis=0)
    assert np.ptp(ratio) > 0.02


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_each_corruption_does_what_it_says(corruption):
    rng = np.random.default_rng
    good = Survey(EXACT, frames=8)
    before, after = (s.scan(ROOM, np.eye(4), rng(3)) for s in (good, good.corrupted(corruption)))
    points = [
        np.concatenate([in_map(s)[s.labels >= 0] for s in scans]) for scans in (before, after)
    ]
    if corruption == "grey":
        assert (np.ptp(after[0].cloud.rgb.astype(int), axis=1) <= 1).all()
    elif corruption == "single frame":
        assert len(after) == 1
    elif corruption == "pose error":
        shift = after[-1].sensor_to_map[:3, 3] - before[-1].sensor_to_map[:3, 3]
        assert 0.03 < np.linalg.norm(shift) < 0.06
        np.testing.assert_array_equal(after[0].sensor_to_map, before[0].sensor_to_map)
    elif corruption == "tilt":
        floor = [
            np.concatenate([in_map(s)[s.labels == FLOOR_ID] for s in scans])
            for scans in (before, after)
        ]
        assert np.ptp(floor[0][:, 2]) < 0.01 and np.ptp(floor[1][:, 2]) > 0.1
    else:
        assert 0.45 < len(points[1]) / len(points[0]) < 0.55


def test_an_unknown_corruption_is_refused():
    with pytest.raises(ValueError, match="rain"):
        Survey(EXACT).corrupted("rain")


def test_surveys_are_of_all_sorts():
    surveys = [any_survey(np.random.default_rng(i)) for i in range(200)]
    assert {s.by_hand for s in surveys} == {True, False}
    assert min(s.frames for s in surveys) == 1 and max(s.frames for s in surveys) >= 24
    for share in (
        np.mean([s.camera.grey for s in surveys]),
        np.mean([s.slip_m > 0 for s in surveys]),
        np.mean([s.tilt_deg > 0 for s in surveys]),
        np.mean([s.keep_points < 1 for s in surveys]),
    ):
        assert 0.01 < share < 0.4
