"""Object and distance at each pixel of an ideal camera in a room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.shell import shell_colors, shell_depth, shell_normals
from detailbase_core.synthetic.surfels import Surfels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room

_NEAR_M = 0.05


@dataclass(frozen=True)
class CameraView:
    """Per pixel (height, width): z (inf = nothing), colour 0..255, unit normal, object id (-1)."""

    depth: NDArray[np.float32]
    rgb: NDArray[np.float32]
    normal: NDArray[np.float32]
    owner: NDArray[np.int32]


def room_surfels(room: Room) -> Surfels:
    """The furniture's surface samples, room frame."""
    return Surfels.of(
        (item.id, item.model, item.pose)
        for item in room.furniture
        if item.model is not None and item.pose is not None
    )


def render_room(
    room: Room,
    surfels: Surfels,
    camera_to_room: NDArray[np.float64],
    rays: NDArray[np.float32],
    focal_px: float,
    *,
    far: float,
) -> CameraView:
    """Render the nearest furniture, else floor, wall or ceiling.

    Args:
        room: gives the shell.
        surfels: room_surfels(room).
        camera_to_room: (4, 4) optical frame to room frame; the camera is inside the room.
        rays: (height, width, 3) of the pixels, optical frame, z = 1; principal point in the
            image's middle.
        focal_px: focal length.
        far: furniture beyond it is not drawn (z, metres).
    """
    rotation, origin = camera_to_room[:3, :3].astype(np.float32), camera_to_room[:3, 3]
    turned = rays @ rotation.T
    depth, owner = shell_depth(room, origin, turned)
    index = surfels.draw(camera_to_room, focal_px, depth, near=_NEAR_M, far=far)
    solid = index >= 0
    shell = ~solid & (owner >= 0)
    rgb, normal = np.zeros((*depth.shape, 3), np.float32), shell_normals(room, owner)
    points = origin.astype(np.float32) + turned[shell] * depth[shell][:, None]
    rgb[shell] = shell_colors(room, owner[shell], points)
    rgb[solid], normal[solid] = surfels.rgb[index[solid]], surfels.normals[index[solid]]
    owner[solid] = surfels.owner[index[solid]]
    return CameraView(depth, rgb, normal, owner)
