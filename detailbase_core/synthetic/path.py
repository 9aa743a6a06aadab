"""Free space of a small robot in a room, and a drive that sees most of the room."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from detailbase_core.synthetic.occupancy import inside_outline

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room

CELL_M = 0.1
CLEARANCE_M = 0.25
STOPS = 6
_ROBOT_TOP_M = 1.6
_FLAT_M = 0.03  # the robot drives over rugs


def free_cells(room: Room) -> NDArray[np.bool_]:
    """(nx, ny) grid of CELL_M: where the robot's middle may be, its largest connected part.

    Cell (i, j) is centred at (-width/2 + (i + 0.5) * CELL_M, ...) of the room frame.
    """
    nx, ny = (int(s / CELL_M) for s in room.size[:2])
    x = -room.size[0] / 2 + (np.arange(nx)[:, None] + 0.5) * CELL_M
    y = -room.size[1] / 2 + (np.arange(ny)[None, :] + 0.5) * CELL_M
    outline = np.array(room.outline)
    free: NDArray[np.bool_] = np.ones((nx, ny), bool)
    for right in (-CLEARANCE_M, 0.0, CLEARANCE_M):
        for ahead in (-CLEARANCE_M, 0.0, CLEARANCE_M):
            free &= inside_outline(x + right, y + ahead, outline)
    for item in room.furniture:
        box = item.box
        low = box.center[2] - box.size[2] / 2
        if low > _ROBOT_TOP_M or low + box.size[2] < _FLAT_M:
            continue
        c, s = np.cos(box.yaw), np.sin(box.yaw)
        dx, dy = x - box.center[0], y - box.center[1]
        along, across = np.abs(c * dx + s * dy), np.abs(c * dy - s * dx)
        free &= ~(
            (along < box.size[0] / 2 + CLEARANCE_M) & (across < box.size[1] / 2 + CLEARANCE_M)
        )
    parts: NDArray[np.int32]
    if not free.any():
        return free
    parts, _ = ndimage.label(free, structure=np.ones((3, 3)))
    largest = int(np.argmax(np.bincount(parts.ravel(), minlength=2)[1:])) + 1
    free &= parts == largest
    return free


def free_area(room: Room) -> float:
    """Square metres that the robot's middle can reach."""
    return float(free_cells(room).sum()) * CELL_M**2


def robot_path(
    room: Room,
    frames: int,
    *,
    height_m: float = 1.0,
    turns: float | None = None,
    rng: np.random.Generator | None = None,
) -> NDArray[np.float64]:
    """Camera poses of a drive between far-apart free places, looking round all the while.

    Args:
        room: the room; the drive keeps CLEARANCE_M away from its furniture.
        frames: number of poses.
        height_m: camera height above the floor, metres.
        turns: full turns about z during the drive; None = one per six frames, four at most.
        rng: varies start, sense and tilt; None = from the room's seed.

    Returns:
        (frames, 4, 4) float64, optical frame (x right, y down, z forward) to room frame.
    """
    rng = np.random.default_rng([room.seed, 7]) if rng is None else rng
    turns = min(max(1.0, frames / 6), 4.0) if turns is None else turns
    return drive(free_cells(room), room.size[:2], frames, height_m=height_m, turns=turns, rng=rng)


def drive(
    free: NDArray[np.bool_],
    size: tuple[float, float],
    frames: int,
    *,
    height_m: float = 1.0,
    turns: float,
    rng: np.random.Generator,
    stops: int = STOPS,
) -> NDArray[np.float64]:
    """Camera poses of a drive through free cells, see robot_path.

    Args:
        free: (nx, ny) as of free_cells, connected.
        size: width (x) and depth (y) of the whole, metres; its middle is the origin.
        frames, height_m, turns, rng: see robot_path.
        stops: number of far-apart places that it goes to, at most.

    Raises:
        ValueError: no cell is free.
    """
    route = _resampled(_route(free, rng, stops), frames)
    xy = (route + 0.5) * CELL_M - np.array(size) / 2
    sense = float(rng.choice([-1.0, 1.0]))
    steps = np.arange(frames) / max(frames, 1)
    heading = rng.uniform(-np.pi, np.pi) + sense * turns * 2 * np.pi * steps
    down = np.radians(8 + 10 * height_m + 9 * np.sin(2 * np.pi * steps * turns * 0.37))
    return np.stack(
        [look((*xy[i], height_m), float(heading[i]), float(down[i])) for i in range(frames)]
    )


def look(position: tuple[float, float, float], heading: float, down: float) -> NDArray[np.float64]:
    """The optical frame of a camera as a (4, 4) pose.

    Args:
        position: metres.
        heading: direction of view about z, radians, 0 = along x.
        down: tilt below the horizon, radians.
    """
    ch, sh, cd, sd = np.cos(heading), np.sin(heading), np.cos(down), np.sin(down)
    forward = np.array([ch * cd, sh * cd, -sd])
    right = np.array([sh, -ch, 0.0])
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2] = right, np.cross(forward, right), forward
    pose[:3, 3] = position
    return pose


def _route(free: NDArray[np.bool_], rng: np.random.Generator, most: int) -> NDArray[np.float64]:
    """Cells (M, 2) of a walk through far-apart cells of the free part, `most` at most."""
    cells = np.argwhere(free)
    if len(cells) == 0:
        raise ValueError("the room has no floor left for a robot to drive on")
    stops = [int(rng.integers(len(cells)))]
    nearest = np.full(len(cells), np.inf)
    for _ in range(most - 1):
        nearest = np.minimum(nearest, np.linalg.norm(cells - cells[stops[-1]], axis=1))
        if nearest.max() < 0.8 / CELL_M:
            break
        stops.append(int(np.argmax(nearest)))
    graph = _graph(free)
    distance, before = dijkstra(graph, indices=stops, return_predecessors=True)
    order, left = [0], set(range(1, len(stops)))
    while left:
        order.append(min(left, key=lambda i: float(distance[order[-1], stops[i]])))
        left.remove(order[-1])
    walk = [stops[0]]
    for start, goal in itertools.pairwise(order):
        leg = [stops[goal]]
        while leg[-1] != stops[start]:
            leg.append(int(before[start, leg[-1]]))
        walk.extend(reversed(leg[:-1]))
    return np.asarray(cells[walk], np.float64)


def _graph(free: NDArray[np.bool_]) -> coo_array:
    """Eight-neighbour distances between free cells, in cells."""
    index = np.full(free.shape, -1)
    index[free] = np.arange(free.sum())
    rows, columns, lengths = [], [], []
    for dx, dy in ((1, 0), (0, 1), (1, 1), (1, -1)):
        here = index[: free.shape[0] - dx, max(0, -dy) : free.shape[1] - max(0, dy)]
        there = index[dx:, max(0, dy) : free.shape[1] + min(0, dy)]
        both = (here >= 0) & (there >= 0)
        rows += [here[both], there[both]]
        columns += [there[both], here[both]]
        lengths += [np.full(2 * both.sum(), np.hypot(dx, dy))]
    size = int(free.sum())
    where = (np.concatenate(rows), np.concatenate(columns))
    return coo_array((np.concatenate(lengths), where), shape=(size, size)).tocsr()


def _resampled(route: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """`count` points at even distances along a polyline (M, 2)."""
    steps = np.linalg.norm(np.diff(route, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, along[-1], count)
    return np.stack([np.interp(wanted, along, route[:, k]) for k in (0, 1)], axis=1)
