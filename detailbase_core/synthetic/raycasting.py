"""What each pixel of a camera in a room sees: analytic ray casting, nearest hit wins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.primitives import ray_depths
from detailbase_core.synthetic.room import FLOOR_ID, WALL_IDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.camera import Camera
    from detailbase_core.synthetic.primitives import PrimitiveTable
    from detailbase_core.synthetic.room import Room


@dataclass(frozen=True)
class Hits:
    """Per pixel (height, width): depth z (inf = nothing), colour, unit normal, object id."""

    depth: NDArray[np.float32]
    rgb: NDArray[np.float32]
    normal: NDArray[np.float32]
    owner: NDArray[np.int64]


def cast_rays(room: Room, table: PrimitiveTable, camera: Camera, pose: NDArray[np.float64]) -> Hits:
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
    return Hits(np.where(owner >= 0, depth, np.float32(np.inf)), rgb, normal, owner)


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
