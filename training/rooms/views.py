"""Pictures of rooms by an ideal camera: from above, as a doll's house, and from inside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.camera import Camera
from detailbase_core.synthetic.ideal_camera import render_room, room_surfels
from detailbase_core.synthetic.occupancy import inside_outline
from detailbase_core.synthetic.path import free_cells, look

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room

_FAR_M = 40.0
_LIGHT = np.array([0.35, 0.25, 0.9], np.float32)


def from_above(room: Room, pixels: tuple[int, int] = (480, 360)) -> NDArray[np.uint8]:
    """The room without its ceiling.

    Args:
        room: any.
        pixels: width and height.

    Returns:
        (height, width, 3).
    """
    camera = Camera(*pixels, fov_deg=40)
    room = replace(room, finish=replace(room.finish, ceiling=False))
    need = max(room.size[0] / pixels[0], room.size[1] / pixels[1]) * camera.focal_px
    height = room.height + need * 1.04
    pose = look((0.0, 0.0, height), np.pi / 2, np.pi / 2)
    return _picture(room, camera, pose, open_top=True)


def from_inside(room: Room, pixels: tuple[int, int] = (480, 360)) -> NDArray[np.uint8]:
    """From the free place with the longest view to the middle, at eye height.

    Args:
        room: any.
        pixels: width and height.

    Returns:
        (height, width, 3).
    """
    cells = np.argwhere(free_cells(room))
    xy = (cells + 0.5) * 0.1 - np.array(room.size[:2]) / 2
    place = xy[np.argmax((xy**2).sum(axis=1))]
    heading = float(np.arctan2(-place[1], -place[0]))
    pose = look((float(place[0]), float(place[1]), 1.6), heading, np.radians(18))
    return _picture(room, Camera(*pixels, fov_deg=85), pose, open_top=False)


def _picture(
    room: Room, camera: Camera, pose: NDArray[np.float64], *, open_top: bool
) -> NDArray[np.uint8]:
    rays = camera.rays()
    view = render_room(room, room_surfels(room), pose, rays, camera.focal_px, far=_FAR_M)
    shade = 0.62 + 0.38 * np.clip(np.abs(view.normal @ _LIGHT), 0, 1)
    rgb = np.clip(view.rgb * shade[..., None], 0, 255)
    if open_top:
        points = (rays @ pose[:3, :3].T) * view.depth[..., None] + pose[:3, 3]
        outline = np.array(room.outline) * 1.001
        rgb[~inside_outline(points[..., 0], points[..., 1], outline)] = 255
    rgb[view.owner < 0] = 235
    picture: NDArray[np.uint8] = rgb.astype(np.uint8)
    return picture
