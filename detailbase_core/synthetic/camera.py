"""A simulated depth camera: exact ray casting, then a real sensor's faults.

Depth noise after Nguyen, Izadi, Lovell, "Modeling Kinect Sensor Noise for Improved 3D
Reconstruction and Tracking" (3DIMPVT 2012): axial sigma = 1.2 mm + 1.9 mm (z - 0.4)^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.path import robot_path
from detailbase_core.synthetic.raycasting import cast_rays
from detailbase_core.synthetic.rooms import primitives_of
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.primitives import PrimitiveTable
    from detailbase_core.synthetic.raycasting import Hits
    from detailbase_core.synthetic.room import Room

OPTICAL_FRAME = "camera_optical_frame"


@dataclass(frozen=True)
class Camera:
    """A pinhole depth camera and its faults.

    Attributes:
        width, height: pixels.
        fov_deg: horizontal field of view, degrees.
        max_range_m, min_range_m: no depth beyond or before (z, metres).
        depth_noise: multiplies the noise model; 0 = exact depth.
        edge_dropout: chance that a pixel at a depth edge has no depth.
        grazing_cosine: no depth where |cos(ray, normal)| is below it.
        speckle: chance that any pixel has no depth.
        color_noise: standard deviation per channel, 0..255.
        exposure: standard deviation of the brightness factor of a frame.
    """

    width: int = 160
    height: int = 120
    fov_deg: float = 80.0
    max_range_m: float = 6.0
    min_range_m: float = 0.25
    depth_noise: float = 1.0
    edge_dropout: float = 0.8
    grazing_cosine: float = 0.1
    speckle: float = 0.005
    color_noise: float = 5.0
    exposure: float = 0.04

    @property
    def focal_px(self) -> float:
        """Focal length, pixels; the principal point is the image's middle."""
        return self.width / 2 / float(np.tan(np.radians(self.fov_deg) / 2))

    def rays(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """x/z per column (width,) and y/z per row (height,) of the pixels' rays."""
        u = (np.arange(self.width) + 0.5 - self.width / 2) / self.focal_px
        v = (np.arange(self.height) + 0.5 - self.height / 2) / self.focal_px
        return u.astype(np.float32), v.astype(np.float32)


EXACT = Camera(
    depth_noise=0.0, edge_dropout=0.0, grazing_cosine=0.0, speckle=0.0, color_noise=0.0,
    exposure=0.0,
)  # fmt: skip


@dataclass(frozen=True)
class Scan:
    """One frame of the camera.

    Attributes:
        cloud: organised, optical frame (x right, y down, z forward), NaN where there is no
            depth.
        sensor_to_map: (4, 4) float64.
        labels: (N,) int64 object id per point, -1 where there is no depth.
    """

    cloud: PointCloud
    sensor_to_map: NDArray[np.float64]
    labels: NDArray[np.int64]


def scan_room(
    room: Room,
    frames: int = 24,
    *,
    camera: Camera | None = None,
    poses: NDArray[np.float64] | None = None,
    room_to_map: NDArray[np.float64] | None = None,
    rng: np.random.Generator | None = None,
    period_ns: int = 200_000_000,
) -> list[Scan]:
    """Drive through a room and look.

    Args:
        room: the room.
        frames: number of scans; ignored where `poses` are given.
        camera: the sensor; None = Camera().
        poses: (M, 4, 4) optical frame to room frame; None = robot_path(room, frames).
        room_to_map: (4, 4) where the room lies in the map; None = map frame is room frame.
        rng: source of the noise; None = from the room's seed.
        period_ns: time between scans, nanoseconds; the first is stamped `period_ns`.
    """
    camera = camera or Camera()
    rng = np.random.default_rng([room.seed, 11]) if rng is None else rng
    poses = robot_path(room, frames) if poses is None else poses
    to_map = np.eye(4) if room_to_map is None else room_to_map
    table = primitives_of(room)
    light = _light(room)
    return [
        _scan(room, table, camera, pose, to_map @ pose, light, rng, (i + 1) * period_ns)
        for i, pose in enumerate(poses)
    ]


def _light(room: Room) -> NDArray[np.float32]:
    """Unit vector towards the room's lamp."""
    x, y = np.random.default_rng([room.seed, 13]).uniform(-0.6, 0.6, 2)
    light = np.array([x, y, 1.0], np.float32)
    return np.asarray(light / np.linalg.norm(light))


def _scan(
    room: Room,
    table: PrimitiveTable,
    camera: Camera,
    pose: NDArray[np.float64],
    sensor_to_map: NDArray[np.float64],
    light: NDArray[np.float32],
    rng: np.random.Generator,
    stamp_ns: int,
) -> Scan:
    hits = cast_rays(room, table, camera, pose)
    u, v = camera.rays()
    shade = 0.74 + 0.26 * np.clip(hits.normal @ light, 0, 1)
    rgb = hits.rgb * (shade * rng.normal(1.0, camera.exposure))[..., None]
    rgb += rng.normal(0, 1, rgb.shape).astype(np.float32) * camera.color_noise
    missing = _missing(hits, camera, pose, rng)
    noise = rng.normal(0, 1, hits.depth.shape).astype(np.float32) * camera.depth_noise
    with np.errstate(invalid="ignore"):
        depth = hits.depth + noise * (0.0012 + 0.0019 * (hits.depth - 0.4) ** 2)
    depth = np.where(missing, np.float32(np.nan), depth)
    xyz = np.stack([depth * u[None, :], depth * v[:, None], depth], axis=-1)
    cloud = PointCloud(
        xyz.reshape(-1, 3).astype(np.float32),
        np.clip(rgb, 0, 255).astype(np.uint8).reshape(-1, 3),
        OPTICAL_FRAME,
        stamp_ns,
        (camera.height, camera.width),
    )
    labels = np.where(missing, -1, hits.owner).ravel()
    return Scan(cloud, np.asarray(sensor_to_map, np.float64), labels)


def _missing(
    hits: Hits, camera: Camera, pose: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Pixels that the sensor gives no depth for."""
    depth = hits.depth
    u, v = camera.rays()
    rays = np.stack(np.broadcast_arrays(u[None, :], v[:, None], np.float32(1)), axis=-1)
    rays = rays @ pose[:3, :3].T.astype(np.float32)
    cosine = np.abs(np.einsum("hwc,hwc->hw", rays, hits.normal)) / np.linalg.norm(rays, axis=-1)
    missing = ~np.isfinite(depth) | (depth > camera.max_range_m) | (depth < camera.min_range_m)
    missing |= cosine < camera.grazing_cosine
    missing |= rng.random(depth.shape) < camera.speckle
    with np.errstate(invalid="ignore"):
        edge = np.zeros_like(missing)
        jump = np.abs(np.diff(depth, axis=1)) > 0.05 * depth[:, 1:]
        edge[:, 1:] |= jump
        edge[:, :-1] |= jump
        jump = np.abs(np.diff(depth, axis=0)) > 0.05 * depth[1:]
        edge[1:] |= jump
        edge[:-1] |= jump
    return missing | (edge & (rng.random(depth.shape) < camera.edge_dropout))
