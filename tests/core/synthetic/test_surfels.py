"""The surfel camera against its slow twin, and what it must see."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detailbase_core.synthetic.camera import Camera
from detailbase_core.synthetic.path import look
from detailbase_core.synthetic.surfels import Surfels

CAMERA = Camera(width=40, height=30, fov_deg=80)
NEAR = 0.05


def disks(points, normals, radius) -> Surfels:
    points = np.asarray(points, np.float32).reshape(-1, 3)
    normals = np.asarray(normals, np.float32).reshape(-1, 3)
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    count = len(points)
    return Surfels(
        points,
        normals,
        np.full(count, radius, np.float32),
        np.zeros((count, 3), np.uint8),
        np.arange(count, dtype=np.int32),
    )


def draw(surfels: Surfels, pose: np.ndarray, far: float = 10.0):
    depth = np.full((CAMERA.height, CAMERA.width), np.inf, np.float32)
    index = surfels.draw(pose, CAMERA.focal_px, depth, near=NEAR, far=far)
    return depth, index


def twin(surfels: Surfels, pose: np.ndarray, far: float = 10.0) -> np.ndarray:
    """Every ray against every disk: the nearest depth."""
    turn, origin = pose[:3, :3], pose[:3, 3]
    points, normals = (surfels.points - origin) @ turn, surfels.normals @ turn
    rays = CAMERA.rays().reshape(-1, 1, 3).astype(np.float64)
    with np.errstate(all="ignore"):
        depth = (points * normals).sum(-1) / (rays * normals).sum(-1)
        off = np.linalg.norm(rays * depth[..., None] - points, axis=-1)
        hit = (off <= surfels.radius) & (depth >= NEAR) & (depth <= far)
        hit &= points[:, 2] > NEAR  # of others nothing is drawn
    return np.where(hit, depth, np.inf).min(axis=1).reshape(CAMERA.height, CAMERA.width)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 60),
    radius=st.floats(0.005, 0.4),
    heading=st.floats(-3.1, 3.1),
    down=st.floats(-1.2, 1.2),
)
@example(seed=1290, count=20, radius=0.25, heading=0.0, down=0.0)  # a middle behind the near plane
def test_it_sees_what_its_twin_sees(seed, count, radius, heading, down):
    rng = np.random.default_rng(seed)
    surfels = disks(rng.uniform(-2, 2, (count, 3)), rng.normal(size=(count, 3)), radius)
    pose = look((0.3, -0.2, 0.1), heading, down)
    depth, index = draw(surfels, pose)
    expected = twin(surfels, pose)
    assert ((index >= 0) == np.isfinite(depth)).all()
    # Rounding decides at rims; beside those the depths agree to the 4 mm of one surface.
    depth, expected = (np.where(np.isfinite(d), d, 99.0) for d in (depth, expected))
    agree = np.abs(expected - depth) < 0.0045
    assert agree.mean() > 0.995


def test_a_sampled_wall_is_flat_and_has_no_holes():
    side = np.arange(-2, 2, 0.03)
    y, z = (a.ravel() for a in np.meshgrid(side, side))
    wall = disks(
        np.stack([np.full_like(y, 1.5), y, z], 1), np.tile([-1.0, 0, 0], (len(y), 1)), 0.03 * 0.76
    )
    depth, index = draw(wall, look((0.0, 0.0, 0.0), 0.0, 0.0))
    assert (index >= 0).all()
    assert np.abs(depth - 1.5).max() < 1e-4


def test_the_nearer_thing_hides_the_farther_one_and_what_is_behind_stays():
    both = disks([[2, 0, 0], [1, 0, 0]], [[-1, 0, 0]] * 2, 0.3)
    pose = look((0.0, 0.0, 0.0), 0.0, 0.0)
    _, index = draw(both, pose)
    assert index[15, 20] == 1
    depth = np.full((30, 40), 0.5, np.float32)
    index = both.draw(pose, CAMERA.focal_px, depth, near=0.05, far=10)
    assert (index == -1).all() and (depth == 0.5).all()


@pytest.mark.parametrize("x", [-1.0, 0.01, 11.0])
def test_what_is_behind_the_camera_too_near_or_too_far_is_not_seen(x):
    _, index = draw(disks([[x, 0, 0]], [[-1, 0, 0]], 0.3), look((0.0, 0.0, 0.0), 0.0, 0.0))
    assert (index == -1).all()


def test_no_disks_at_all():
    depth, index = draw(Surfels.of([]), np.eye(4))
    assert (index == -1).all() and np.isinf(depth).all()
