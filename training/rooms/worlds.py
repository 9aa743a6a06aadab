"""Rooms that others arranged: NAME.npz (surface samples) and NAME.json (objects) in a folder.

NPZ: `xyz_mm` integer millimetres, z up; `rgb` uint8; `normal_127` int8, normals times 127;
`instance`, the object of each sample. JSON: `objects`, id -> `category`, `structure`, `box_min` and
`box_max` in metres.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import ndimage

from detailbase_core.config import MapConfig
from detailbase_core.errors import BadFileError
from detailbase_core.io.npz import NpzArchive
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.synthetic.camera import scan_room
from detailbase_core.synthetic.furniture_model import FurnitureModel
from detailbase_core.synthetic.path import CELL_M, STOPS, drive
from detailbase_core.synthetic.room import FIRST_OBJECT_ID, FLOOR_ID, WALL_IDS, Room, RoomObject
from detailbase_core.synthetic.surfels import Pose
from detailbase_core.types import Box
from training.rooms.labels import voxel_labels

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from detailbase_core.types import PointCloud

RADIUS_M = 0.02  # disks of it at the samples leave no holes
_MARGIN_M = 0.05  # between what is there and the made walls around it
_ROBOT_M = (0.06, 1.6)  # what stands in its way is between these heights
_FRAMES, _FRAMES_PER_M2, _STOPS_PER_M2 = 24, 1.2, 0.3
_CLEARANCE_CELLS = 1  # others build narrower doors than we do
_ON_TOP_M = 0.12


@dataclass(frozen=True)
class World:
    """Rooms that others arranged, as one of ours.

    Attributes:
        name: of its files.
        room: for sentences: furniture first, then doors, stairs and the like as structure.
        looks: for the camera: the same, all as furniture, walls and floors included.
        ids: the room's object id of each of the world's.
        free: (nx, ny) cells of CELL_M where the robot's middle may be.
    """

    name: str
    room: Room
    looks: Room
    ids: Mapping[int, int]
    free: NDArray[np.bool_]


def read_worlds(folder: Path) -> list[World]:
    """All worlds of a folder.

    Raises:
        BadFileError: there are none, or one cannot be read.
    """
    try:
        paths = sorted(folder.glob("*.npz"))
        if not paths:
            raise ValueError("no .npz files")
        return [_read_world(path) for path in paths]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFileError(f"{folder}: no worlds can be read: {error}") from error


def drive_through(world: World) -> tuple[PointCloud, NDArray[np.int32]]:
    """What our map holds after our robot has driven through, and each point's object id."""
    room = world.looks
    area = float(world.free.sum()) * CELL_M**2
    frames = _FRAMES + round(_FRAMES_PER_M2 * area)
    stops = max(STOPS, round(_STOPS_PER_M2 * area))
    rng = np.random.default_rng(len(world.ids))
    poses = drive(world.free, room.size[:2], frames, turns=frames / 8, rng=rng, stops=stops)
    scans = scan_room(room, poses=poses, rng=rng)
    scene_map = SceneMap(MapConfig())
    for scan in scans:
        scene_map.insert(scan.cloud, scan.sensor_to_map, "map")
    cloud, _ = scene_map.snapshot()
    return cloud, voxel_labels(cloud.xyz, scans, MapConfig().voxel_size_m)


def _read_world(path: Path) -> World:
    told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["objects"]
    with NpzArchive(str(path)) as file:
        xyz: NDArray[np.float32] = file.read("xyz_mm").astype(np.float32) / np.float32(1000)
        rgb = file.read("rgb")
        normals: NDArray[np.float32] = file.read("normal_127").astype(np.float32) / np.float32(127)
        instance = file.read("instance")
    low, high = xyz.min(axis=0) - _MARGIN_M, xyz.max(axis=0) + _MARGIN_M
    xyz[:, :2] -= (low[:2] + high[:2]) / 2
    middle = (low + high) / 2
    known = {int(key): thing for key, thing in told.items()}
    things = [key for key, thing in known.items() if not thing["structure"]]
    shell = {"floor": FLOOR_ID, "wall": WALL_IDS[0]}
    others = [k for k, t in known.items() if t["structure"] and t["category"] not in shell]
    ids = {key: FIRST_OBJECT_ID + i for i, key in enumerate([*things, *others])}
    ids |= {k: shell[t["category"]] for k, t in known.items() if k not in ids}
    order = np.argsort(instance, kind="stable")
    objects = {}
    for key, thing in known.items():
        first, last = np.searchsorted(instance[order], [key, key + 1])
        own = order[first:last]
        objects[key] = _object(ids[key], thing, middle, xyz[own], normals[own], rgb[own])
    width, depth = (high - low)[:2] / 2
    outline = ((-width, -depth), (width, -depth), (width, depth), (-width, depth))
    structure = tuple(
        RoomObject(i, "floor" if i == FLOOR_ID else "wall", None, None,
                   Box((0.0, 0.0, 0.0), (1.0, 1.0, 0.0), 0.0), None, False, structure=True)
        for i in (FLOOR_ID, *WALL_IDS[:4])
    )  # fmt: skip
    furniture = _supported(tuple(objects[key] for key in things))
    seen = tuple(objects[key] for key in known if key not in things)
    room = Room(0, "world", outline, float(high[2]), (*structure, *furniture))
    looks = replace(room, objects=(*structure, *furniture, *seen))
    return World(path.stem, room, looks, ids, _free(xyz, instance, known, (2 * width, 2 * depth)))


def _object(
    id_: int,
    thing: Mapping[str, Any],
    middle: NDArray[np.float32],
    xyz: NDArray[np.float32],
    normals: NDArray[np.float32],
    rgb: NDArray[np.uint8],
) -> RoomObject:
    """A thing with its samples as model; the frame of the room."""
    low, high = np.array(thing["box_min"]), np.array(thing["box_max"])
    center, size = (low + high) / 2, high - low
    center[:2] -= middle[:2]
    box = Box(_three(center), _three(size), 0.0)
    model = FurnitureModel(
        key=f"world/{id_}", name=thing["category"], category=thing["category"], library="world",
        author="", license="", mount="floor", elevation=0.0, size=_three(size), points=xyz,
        normals=normals, rgb=rgb, radius=RADIUS_M, main=np.zeros(len(xyz), bool), color=None,
        material=None, shape=None, has_front=False,
    )  # fmt: skip
    pose = Pose(0.0, 0.0, 0.0, 0.0)
    return RoomObject(id_, thing["category"], None, None, box, None, False, model=model, pose=pose)


def _three(values: NDArray[np.floating]) -> tuple[float, float, float]:
    x, y, z = map(float, values)
    return x, y, z


def _supported(things: tuple[RoomObject, ...]) -> tuple[RoomObject, ...]:
    """The same with what each stands on: another thing below its middle, the floor, or a wall."""

    def below(thing: RoomObject) -> int:
        bottom = thing.box.center[2] - thing.box.size[2] / 2
        if bottom < _ON_TOP_M:
            return FLOOR_ID
        for other in things:
            top = other.box.center[2] + other.box.size[2] / 2
            apart = np.abs(np.subtract(thing.box.center, other.box.center))[:2]
            inside = bool((apart < np.array(other.box.size[:2]) / 2).all())
            if other is not thing and inside and abs(top - bottom) < _ON_TOP_M:
                return other.id
        return WALL_IDS[0]

    return tuple(replace(thing, supported_by=below(thing)) for thing in things)


def _free(
    xyz: NDArray[np.float32],
    instance: NDArray[np.integer],
    known: Mapping[int, Mapping[str, Any]],
    size: tuple[float, float],
) -> NDArray[np.bool_]:
    """Free cells: away from what stands there, on a floor where the world has one."""
    shape = tuple(int(extent / CELL_M) for extent in size)
    cell = np.floor((xyz[:, :2] + np.array(size) / 2) / CELL_M).astype(np.int64)
    cell = cell.clip(0, np.array(shape) - 1)

    def cells_of(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        grid = np.zeros(shape, bool)
        grid[tuple(cell[mask].T)] = True
        return grid

    blocked = cells_of((xyz[:, 2] > _ROBOT_M[0]) & (xyz[:, 2] < _ROBOT_M[1]))
    free = ~ndimage.binary_dilation(blocked, np.ones((3, 3)), iterations=_CLEARANCE_CELLS)
    floors = [key for key, thing in known.items() if thing["category"] == "floor"]
    if floors:
        free &= ndimage.binary_closing(cells_of(np.isin(instance, floors)), iterations=2)
    parts: NDArray[np.int32]
    parts, count = ndimage.label(free, structure=np.ones((3, 3)))
    if not count:
        raise ValueError("no floor is left for a robot to drive on")
    largest = int(np.argmax(np.bincount(parts.ravel())[1:])) + 1
    return np.asarray(parts == largest)
