"""A simulated depth camera: analytic ray casting of solids, then a real sensor's faults.

Depth noise after Nguyen, Izadi, Lovell, "Modeling Kinect Sensor Noise for Improved 3D
Reconstruction and Tracking" (3DIMPVT 2012): axial sigma = 1.2 mm + 1.9 mm (z - 0.4)^2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.path import robot_path
from detailbase_core.synthetic.primitives import ray_depths
from detailbase_core.synthetic.rooms import FLOOR_ID, WALL_IDS
from detailbase_core.types import PointCloud

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.primitives import PrimitiveTable
    from detailbase_core.synthetic.rooms import Room

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


@dataclass(frozen=True)
class _Hits:
    """Per pixel (height, width): depth z (inf = nothing), colour, unit normal, object id."""

    depth: NDArray[np.float32]
    rgb: NDArray[np.float32]
    normal: NDArray[np.float32]
    owner: NDArray[np.int64]


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
    table = room.primitives()
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
    hits: _Hits, camera: Camera, pose: NDArray[np.float64], rng: np.random.Generator
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


def cast_rays(
    room: Room, table: PrimitiveTable, camera: Camera, pose: NDArray[np.float64]
) -> _Hits:
    """What each pixel sees: nearest solid, else wall or floor; the ceiling is left out.

    Args:
        room: gives the shell's size and colours.
        table: the solids.
        camera: gives the rays.
        pose: (4, 4) optical frame to room frame.
    """
    depth, which = _nearest_solid(table, camera, pose)
    shell_depth, shell_face = _shell(room, camera, pose)
    behind = shell_depth < depth
    depth = np.where(behind, shell_depth, depth)
    which = np.where(behind, -1, which)
    u, v = camera.rays()
    rotation = pose[:3, :3].astype(np.float32)
    points = depth[..., None] * (
        u[None, :, None] * rotation[:, 0] + v[:, None, None] * rotation[:, 1] + rotation[:, 2]
    )
    points += pose[:3, 3].astype(np.float32)
    rgb = np.empty((*depth.shape, 3), np.float32)
    normal = np.zeros((*depth.shape, 3), np.float32)
    owner = np.full(depth.shape, -1, np.int64)
    _fill_shell(room, which < 0, shell_face, rgb, normal, owner)
    solid = which >= 0
    index = which[solid]
    rgb[solid] = table.rgb[index]
    owner[solid] = table.owner[index]
    normal[solid] = _normals(table, index, points[solid].astype(np.float32, copy=False))
    return _Hits(np.where(owner >= 0, depth, np.float32(np.inf)), rgb, normal, owner)


def _nearest_solid(
    table: PrimitiveTable, camera: Camera, pose: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Depth of the nearest solid per pixel (inf = none) and its row in the table (-1)."""
    u, v = camera.rays()
    depth = np.full((camera.height, camera.width), np.inf, np.float32)
    which = np.full(depth.shape, -1, np.int64)
    to_unit = table.to_unit()
    directions = (to_unit @ pose[:3, :3]).astype(np.float32)
    origins = np.einsum("pij,pj->pi", to_unit, pose[:3, 3] - table.center).astype(np.float32)
    rectangles = _rectangles(table, camera, pose)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for p in np.flatnonzero(rectangles[:, 1] > rectangles[:, 0]):
            u0, u1, v0, v1 = rectangles[p]
            a = directions[p]
            x, y = u[None, u0:u1], v[v0:v1, None]
            ray = tuple(a[k, 0] * x + (a[k, 1] * y + a[k, 2]) for k in range(3))
            found = ray_depths(int(table.shape[p]), origins[p], ray)
            nearest = depth[v0:v1, u0:u1]
            closer = found < nearest
            nearest[closer] = found[closer]
            which[v0:v1, u0:u1][closer] = p
    return depth, which


def _rectangles(
    table: PrimitiveTable, camera: Camera, pose: NDArray[np.float64]
) -> NDArray[np.int64]:
    """(P, 4) pixel ranges u0, u1, v0, v1 that hold each solid; empty where it is unseen."""
    corners = (table.corners() - pose[:3, 3]) @ pose[:3, :3]
    z = corners[..., 2]
    near = 0.02
    some_behind = (z < near).any(axis=1)
    unseen = (z < near).all(axis=1) | (z > camera.max_range_m).all(axis=1)
    size = np.array([camera.width, camera.height])
    pixel = corners[..., :2] / np.maximum(z, near)[..., None] * camera.focal_px + size / 2
    low = np.floor(pixel.min(axis=1)).clip(0, size).astype(np.int64)
    high = np.ceil(pixel.max(axis=1)).clip(0, size).astype(np.int64)
    low[some_behind], high[some_behind] = 0, size
    high[unseen] = low[unseen]
    empty = (high <= low).any(axis=1)
    high[empty] = low[empty]
    return np.stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]], axis=1)


def _shell(
    room: Room, camera: Camera, pose: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Depth and face (2 * axis + (side is positive)) where rays leave the room's box."""
    u, v = camera.rays()
    rotation = pose[:3, :3].astype(np.float32)
    middle = np.array([0, 0, room.size[2] / 2])
    origin = (pose[:3, 3] - middle).astype(np.float32)
    depth = np.full((camera.height, camera.width), np.inf, np.float32)
    face = np.zeros(depth.shape, np.int64)
    for axis in range(3):
        ray = u[None, :] * rotation[axis, 0] + (v[:, None] * rotation[axis, 1] + rotation[axis, 2])
        wall = np.where(ray > 0, 1, -1) * np.float32(room.size[axis] / 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            leave = np.where(ray != 0, (wall - origin[axis]) / ray, np.float32(np.inf))
        closer = leave < depth
        depth[closer] = leave[closer]
        face[closer] = (2 * axis + (ray > 0))[closer]
    return depth, face


def _fill_shell(
    room: Room,
    where: NDArray[np.bool_],
    face: NDArray[np.int64],
    rgb: NDArray[np.float32],
    normal: NDArray[np.float32],
    owner: NDArray[np.int64],
) -> None:
    """Write the shell's colours, inward normals and ids into the pixels that see it."""
    ids = np.array([WALL_IDS[2], WALL_IDS[0], WALL_IDS[3], WALL_IDS[1], FLOOR_ID, -1])
    inward = np.zeros((6, 3), np.float32)
    inward[np.arange(6), np.arange(6) // 2] = [1, -1, 1, -1, 1, -1]
    colors = np.array([room.wall_rgb] * 4 + [room.floor_rgb, room.wall_rgb], np.float32)
    rgb[where] = colors[face[where]]
    normal[where] = inward[face[where]]
    owner[where] = ids[face[where]]


def _normals(
    table: PrimitiveTable, index: NDArray[np.int64], points: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Outward unit normals (M, 3) of solids `index` at points on their surface."""
    offset = points - table.center[index].astype(np.float32)
    yaw = table.yaw[index]
    c, s = np.cos(yaw).astype(np.float32), np.sin(yaw).astype(np.float32)
    half = table.half[index].astype(np.float32)
    local = np.stack([c * offset[:, 0] + s * offset[:, 1], c * offset[:, 1] - s * offset[:, 0],
                      offset[:, 2]], axis=1) / half  # fmt: skip
    shape = table.shape[index]
    flat = np.zeros_like(local)
    axis = np.abs(local).argmax(axis=1)
    rows = np.arange(len(local))
    flat[rows, axis] = np.sign(local[rows, axis])
    side = local / half
    radial = side * np.array([1, 1, 0], np.float32)
    on_cap = np.abs(local[:, 2]) > np.hypot(local[:, 0], local[:, 1])
    cap = np.zeros_like(local)
    cap[:, 2] = np.sign(local[:, 2])
    curved = np.where(on_cap[:, None], cap, radial)
    n = np.where((shape == 0)[:, None], flat, np.where((shape == 1)[:, None], curved, side))
    n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9)
    turned = (c * n[:, 0] - s * n[:, 1], s * n[:, 0] + c * n[:, 1], n[:, 2])
    return np.stack(turned, axis=1).astype(np.float32)
