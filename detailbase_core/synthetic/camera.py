"""A simulated depth camera: what a pinhole sees exactly, then a real sensor's faults.

Depth noise after Nguyen, Izadi, Lovell, "Modeling Kinect Sensor Noise for Improved 3D
Reconstruction and Tracking" (3DIMPVT 2012): axial sigma = 1.2 mm + 1.9 mm (z - 0.4)^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.ideal_camera import CameraView, render_room, room_surfels
from detailbase_core.synthetic.path import robot_path
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room
    from detailbase_core.synthetic.surfels import Surfels

OPTICAL_FRAME = "camera_optical_frame"
_SHINY = (
    "metal",
    "glass",
    "mirror",
    "window",
    "faucet",
    "stovetop",
    "jar",
    "can",
    "pan",
    "lid",
)
_PATCH_PX = 8  # of missing depth on shiny objects


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
        dark_dropout: chance that a black pixel has no depth; brighter ones less.
        shiny_dropout: part of what is of metal or glass that has no depth, in patches.
        color_noise: standard deviation per channel, 0..255.
        exposure: standard deviation of the brightness factor of a frame.
        white_balance: standard deviation of each channel's factor, slowly drifting.
        gamma: exponent on brightness 0..1; 1 = none.
        grey: whether the sensor sees no colour.
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
    dark_dropout: float = 0.1
    shiny_dropout: float = 0.1
    color_noise: float = 5.0
    exposure: float = 0.04
    white_balance: float = 0.02
    gamma: float = 1.0
    grey: bool = False

    @property
    def focal_px(self) -> float:
        """Focal length, pixels; the principal point is the image's middle."""
        return self.width / 2 / float(np.tan(np.radians(self.fov_deg) / 2))

    def rays(self) -> NDArray[np.float32]:
        """(height, width, 3) directions of the pixels' rays, optical frame, z = 1."""
        u = (np.arange(self.width) + 0.5 - self.width / 2) / self.focal_px
        v = (np.arange(self.height) + 0.5 - self.height / 2) / self.focal_px
        grid = np.broadcast_arrays(u[None, :], v[:, None], np.float64(1))
        return np.stack(grid, axis=-1).astype(np.float32)


EXACT = Camera(
    depth_noise=0.0,
    edge_dropout=0.0,
    grazing_cosine=0.0,
    speckle=0.0,
    dark_dropout=0.0,
    shiny_dropout=0.0,
    color_noise=0.0,
    exposure=0.0,
    white_balance=0.0,
)


@dataclass(frozen=True)
class Scan:
    """One frame of the camera.

    Attributes:
        cloud: organised, optical frame (x right, y down, z forward), NaN where there is no
            depth.
        sensor_to_map: (4, 4) float64, as the robot believes.
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
    believed: NDArray[np.float64] | None = None,
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
        believed: (M, 4, 4) where the robot thinks the camera is; None = where it is.
        room_to_map: (4, 4) where the room lies in the map; None = map frame is room frame.
        rng: source of the noise; None = from the room's seed.
        period_ns: time between scans, nanoseconds; the first is stamped `period_ns`.
    """
    camera = camera or Camera()
    rng = np.random.default_rng([room.seed, 11]) if rng is None else rng
    poses = robot_path(room, frames) if poses is None else poses
    believed = poses if believed is None else believed
    to_map = np.eye(4) if room_to_map is None else room_to_map
    surfels, light = room_surfels(room), _light(room)
    balance = np.ones(3)
    shiny = [t.id for t in room.furniture if t.material in _SHINY or t.category in _SHINY]
    scans = []
    for i, (pose, thought) in enumerate(zip(poses, believed, strict=True)):
        balance += rng.normal(0, camera.white_balance, 3) * 0.5 - 0.25 * (balance - 1)
        frame = _Frame(room, surfels, camera, light, balance, shiny, rng)
        scans.append(frame.scan(pose, to_map @ thought, (i + 1) * period_ns))
    return scans


def _light(room: Room) -> NDArray[np.float32]:
    """Unit vector towards the room's lamp."""
    x, y = np.random.default_rng([room.seed, 13]).uniform(-0.6, 0.6, 2)
    light = np.array([x, y, 1.0], np.float32)
    return np.asarray(light / np.linalg.norm(light))


@dataclass(frozen=True)
class _Frame:
    room: Room
    surfels: Surfels
    camera: Camera
    light: NDArray[np.float32]
    balance: NDArray[np.float64]
    shiny: list[int]  # ids of objects of metal or glass
    rng: np.random.Generator

    def scan(
        self, pose: NDArray[np.float64], sensor_to_map: NDArray[np.float64], stamp_ns: int
    ) -> Scan:
        camera, rng = self.camera, self.rng
        rays = camera.rays()
        view = render_room(
            self.room, self.surfels, pose, rays, camera.focal_px, far=camera.max_range_m + 1
        )
        missing = self._missing(view, rays @ pose[:3, :3].T.astype(np.float32))
        noise = rng.standard_normal(view.depth.shape, np.float32) * camera.depth_noise
        with np.errstate(invalid="ignore"):
            depth = view.depth + noise * (0.0012 + 0.0019 * (view.depth - 0.4) ** 2)
        depth = np.where(missing, np.float32(np.nan), depth)
        cloud = PointCloud(
            (rays * depth[..., None]).reshape(-1, 3).astype(np.float32),
            self._colors(view).reshape(-1, 3),
            OPTICAL_FRAME,
            stamp_ns,
            (camera.height, camera.width),
        )
        labels = np.where(missing, -1, view.owner).ravel().astype(np.int64)
        return Scan(cloud, np.asarray(sensor_to_map, np.float64), labels)

    def _colors(self, view: CameraView) -> NDArray[np.uint8]:
        """(height, width, 3) as the sensor gives them."""
        camera, rng = self.camera, self.rng
        lit = np.abs(view.normal @ self.light)
        shade = (0.74 + 0.26 * lit) * rng.normal(1.0, camera.exposure)
        rgb = view.rgb * shade[..., None] * self.balance.astype(np.float32)
        if camera.gamma != 1.0:
            rgb = 255 * (np.clip(rgb, 0, 255) / 255) ** np.float32(camera.gamma)
        rgb += rng.standard_normal(rgb.shape, np.float32) * np.float32(camera.color_noise)
        if camera.grey:
            rgb = np.repeat((rgb @ np.array([0.299, 0.587, 0.114]))[..., None], 3, axis=-1)
        return np.asarray(np.clip(rgb, 0, 255).astype(np.uint8))

    def _missing(self, view: CameraView, rays: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Pixels that the sensor gives no depth for."""
        camera, rng, depth = self.camera, self.rng, view.depth
        facing = np.abs(np.einsum("hwc,hwc->hw", rays, view.normal))
        cosine = facing / np.linalg.norm(rays, axis=-1)
        missing = ~np.isfinite(depth) | (depth > camera.max_range_m) | (depth < camera.min_range_m)
        missing |= cosine < camera.grazing_cosine
        luck = rng.random(depth.shape, np.float32)
        missing |= luck < camera.speckle
        dark = np.clip(1 - view.rgb.max(axis=-1) / 60, 0, 1)
        missing |= luck > 1 - camera.dark_dropout * dark
        missing |= np.isin(view.owner, self.shiny) & self._patches(camera.shiny_dropout)
        return missing | (_edges(depth) & (rng.random(depth.shape) < camera.edge_dropout))

    def _patches(self, share: float) -> NDArray[np.bool_]:
        """(height, width): squares that together cover this part of the image."""
        rows, columns = -(-self.camera.height // _PATCH_PX), -(-self.camera.width // _PATCH_PX)
        chosen = self.rng.random((rows, columns)) < share
        whole = chosen.repeat(_PATCH_PX, axis=0).repeat(_PATCH_PX, axis=1)
        return np.asarray(whole[: self.camera.height, : self.camera.width])


def _edges(depth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Pixels beside a jump of depth."""
    edge = np.zeros(depth.shape, bool)
    with np.errstate(invalid="ignore"):
        jump = np.abs(np.diff(depth, axis=1)) > 0.05 * depth[:, 1:]
        edge[:, 1:] |= jump
        edge[:, :-1] |= jump
        jump = np.abs(np.diff(depth, axis=0)) > 0.05 * depth[1:]
    edge[1:] |= jump
    edge[:-1] |= jump
    return edge
