"""Floor, walls and ceiling of a room as a camera sees them: planes, met exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.synthetic.room import CEILING_ID, FLOOR_ID

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Finish, Room

_SKIRTING_M = 0.08
_PLANK_M = (0.12, 1.3)
_TILE_M = 0.33


def shell_depth(
    room: Room, origin: NDArray[np.float64], rays: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Distance of the shell along each ray, and the part that is hit.

    Args:
        room: gives outline and height.
        origin: (3,) of all rays, inside the room, metres.
        rays: (..., 3) directions, any length.

    Returns:
        Ray parameter (inf = nothing) and object id (-1 = nothing), each (...).
    """
    depth = np.full(rays.shape[:-1], np.inf, np.float32)
    owner = np.full(rays.shape[:-1], -1, np.int32)
    level = [(0.0, FLOOR_ID)] + ([(room.height, CEILING_ID)] if room.finish.ceiling else [])
    with np.errstate(divide="ignore", invalid="ignore"):
        for z, id_ in level:
            _take((z - origin[2]) / rays[..., 2], id_, depth, owner)
        for id_, (start, end) in zip(room.wall_ids, room.wall_lines, strict=True):
            along = (end - start) / np.linalg.norm(end - start)
            axis = 0 if along[0] == 0 else 1  # the wall's plane is at this coordinate
            met = (start[axis] - origin[axis]) / rays[..., axis]
            place = origin[1 - axis] + met * rays[..., 1 - axis]
            low, high = sorted((start[1 - axis], end[1 - axis]))
            top = origin[2] + met * rays[..., 2]
            beside = (place < low) | (place > high) | (top > room.height)
            _take(np.where(beside, np.float32(np.inf), met), id_, depth, owner)
    return depth, owner


def _take(
    met: NDArray[np.float32], id_: int, depth: NDArray[np.float32], owner: NDArray[np.int32]
) -> None:
    closer = (met > 0) & (met < depth)
    depth[closer] = met[closer]
    owner[closer] = id_


def shell_normals(room: Room, owner: NDArray[np.int32]) -> NDArray[np.float32]:
    """(..., 3) inward unit normals of parts by id; zero for ids that are no part of it."""
    table = np.zeros((CEILING_ID + 1, 3), np.float32)
    table[FLOOR_ID, 2], table[CEILING_ID, 2] = 1, -1
    for id_, (start, end) in zip(room.wall_ids, room.wall_lines, strict=True):
        along = (end - start) / np.linalg.norm(end - start)
        table[id_, :2] = -along[1], along[0]
    return table[np.where((owner >= 0) & (owner <= CEILING_ID), owner, CEILING_ID)]


def shell_colors(
    room: Room, owner: NDArray[np.int32], points: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(M, 3) colours 0..255 of points (M, 3) on parts `owner` (M,) of the shell."""
    finish = room.finish
    table = np.zeros((CEILING_ID + 1, 3), np.float32)
    table[FLOOR_ID], table[CEILING_ID] = finish.floor_rgb, (243, 243, 240)
    for id_, rgb in zip(room.wall_ids, finish.wall_rgb, strict=False):
        table[id_] = rgb
    colors = table[owner]
    floor = owner == FLOOR_ID
    colors[floor] *= _floor_tone(finish, points[floor])[:, None]
    if finish.skirting_rgb is not None:
        colors[~floor & (points[:, 2] < _SKIRTING_M)] = finish.skirting_rgb
    return colors


def _floor_tone(finish: Finish, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """(M,) factor on the floor's colour."""
    x, y = points[:, 0], points[:, 1]
    if finish.floor_style == "planks":
        row = np.floor(y / _PLANK_M[0])
        plank = np.floor(x / _PLANK_M[1] + 0.37 * row)
        return np.asarray(0.93 + 0.14 * _noise(row, plank), np.float32)
    if finish.floor_style == "tiles":
        edge = np.minimum(x % _TILE_M, y % _TILE_M) < 0.012
        tone = 0.97 + 0.06 * _noise(np.floor(x / _TILE_M), np.floor(y / _TILE_M))
        return np.where(edge, np.float32(0.8), tone.astype(np.float32))
    if finish.floor_style == "carpet":
        return np.asarray(0.92 + 0.16 * _noise(np.floor(x / 0.02), np.floor(y / 0.02)), np.float32)
    return np.ones(len(points), np.float32)


def _noise(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """A number in [0, 1) for each pair of whole numbers, always the same."""
    key = (a.astype(np.int64) * 73856093) ^ (b.astype(np.int64) * 19349663)
    return np.asarray((key * 2654435761 % 4294967296) / 4294967296, np.float32)
