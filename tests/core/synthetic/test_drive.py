import numpy as np
import pytest

from detailbase_core.synthetic.demo_room import demo_scans
from detailbase_core.synthetic.drive import BASE_TO_CAMERA, Drive
from detailbase_core.synthetic.path import look


def test_the_camera_is_where_the_scans_were_taken():
    scans = list(demo_scans())
    drive = Drive(np.stack([scan.sensor_to_map for scan in scans]), period_s=0.5)
    for number, scan in enumerate(scans):
        camera = drive.base_at(0.5 * number) @ BASE_TO_CAMERA
        np.testing.assert_allclose(camera, scan.sensor_to_map, atol=1e-9)


def test_it_moves_evenly_and_stands_before_and_after():
    poses = np.stack([look((0.0, 0.0, 1.0), 0.0, 0.3), look((2.0, 0.0, 1.0), 1.0, 0.3)])
    drive = Drive(poses, period_s=4.0)
    assert drive.camera_at(1.0)[0, 3] == pytest.approx(0.5)
    np.testing.assert_allclose(drive.camera_at(-1.0), poses[0], atol=1e-12)
    np.testing.assert_allclose(drive.camera_at(99.0), poses[1], atol=1e-12)


def test_the_base_stands_level_on_the_floor_when_the_camera_looks_as_mounted():
    pose = look((1.0, 2.0, 1.0), 0.7, float(np.radians(18)))
    base = Drive(np.stack([pose, pose]), 1.0).base_at(0.5)
    np.testing.assert_allclose(base[:3, 3], [1.0, 2.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(base[:3, 2], [0, 0, 1], atol=1e-9)
