"""One training sample from a seed: a room as a robot's map holds it, with its sentences.

The scans go through the same SceneMap and segment_cloud as a live robot's, so that what is
learned is what will be seen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from detailbase_core.atomic import atomic_path
from detailbase_core.config import MapConfig, SuperpointConfig
from detailbase_core.scene_map import SceneMap
from detailbase_core.superpoints import segment_cloud
from detailbase_core.synthetic.camera import Camera, scan_room
from detailbase_core.synthetic.path import robot_path
from detailbase_core.synthetic.rooms import GENERATOR_VERSION, generate_room
from detailbase_core.synthetic.sentences import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detailbase_core.synthetic.camera import Scan
    from detailbase_core.synthetic.room import Room
    from detailbase_core.synthetic.sentences import Description

MENTIONABLE_VOXELS = 50
SENTENCE_KEY = "-1"
_FRAMES = (12, 16, 20, 24)
_IMAGES = ((160, 120), (240, 180), (240, 180), (320, 240))
_GRAIN_M = 2.0**-11  # coordinates are kept to half a millimetre: zero bits compress


@dataclass(frozen=True)
class Sample:
    """A described room.

    Attributes:
        seed: what it was made from.
        room: the room.
        room_to_map: (4, 4) float64, where the room lies in the map frame (z stays up, 0 = floor).
        xyz: (N, 3) float32, one point per map voxel, metres, map frame.
        rgb: (N, 3) uint8.
        instance: (N,) int32 object id per point, structure included; -1 = unknown.
        superpoint: (N,) int32, dense.
        descriptions: what is said about it.
    """

    seed: int
    room: Room
    room_to_map: NDArray[np.float64]
    xyz: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    instance: NDArray[np.int32]
    superpoint: NDArray[np.int32]
    descriptions: tuple[Description, ...]

    @property
    def scene_id(self) -> str:
        """File name without suffix."""
        return f"room_{self.seed:06d}"


def make_sample(
    seed: int,
    *,
    sentences: int = 32,
    map_config: MapConfig | None = None,
    superpoint_config: SuperpointConfig | None = None,
) -> Sample:
    """Generate, scan, map, cut and describe the room of this seed.

    Camera, drive and the map's heading vary from seed to seed; equal seeds and configs give
    equal samples.
    """
    rng = np.random.default_rng([seed, 17])
    room = generate_room(seed)
    width, height = _IMAGES[int(rng.integers(len(_IMAGES)))]
    camera = Camera(
        width, height, fov_deg=float(rng.uniform(70, 87)), depth_noise=float(rng.uniform(0.2, 1.0))
    )
    frames = int(rng.choice(_FRAMES))
    poses = robot_path(room, frames, height_m=float(rng.uniform(0.6, 1.5)), rng=rng)
    room_to_map = _placed(rng)
    scans = scan_room(room, camera=camera, poses=poses, room_to_map=room_to_map, rng=rng)
    map_config = map_config or MapConfig()
    scene_map = SceneMap(map_config)
    for scan in scans:
        scene_map.insert(scan.cloud, scan.sensor_to_map, "map")
    cloud, _ = scene_map.snapshot()
    instance = voxel_labels(cloud.xyz, scans, map_config.voxel_size_m)
    superpoint = segment_cloud(cloud, superpoint_config or SuperpointConfig())
    seen = np.bincount(instance[instance >= 0], minlength=1)
    descriptions = describe(
        room,
        rng,
        mentionable=set(np.flatnonzero(seen >= MENTIONABLE_VOXELS).tolist()),
        visible=set(np.flatnonzero(seen).tolist()),
        count=sentences,
    )
    return Sample(
        seed, room, room_to_map, cloud.xyz, cloud.rgb, instance, superpoint.astype(np.int32),
        tuple(descriptions),
    )  # fmt: skip


def _placed(rng: np.random.Generator) -> NDArray[np.float64]:
    """Where the robot's map puts the room: any heading, half of the time along the walls."""
    yaw = rng.uniform(-np.pi, np.pi)
    if rng.random() < 0.5:
        yaw = rng.integers(4) * np.pi / 2
    pose = np.eye(4)
    pose[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    pose[:2, 3] = rng.uniform(-3, 3, 2)
    return pose


def voxel_labels(
    xyz: NDArray[np.float32], scans: Sequence[Scan], voxel_size_m: float
) -> NDArray[np.int32]:
    """Object id per map point: what most scan points in its voxel belong to.

    Args:
        xyz: (N, 3) map points, one per voxel, map frame.
        scans: labelled scans.
        voxel_size_m: the map's voxel edge, metres.

    Returns:
        (N,) int32; a voxel that no scan point fell into takes its nearest scan point's label.
    """
    points, labels = _labelled(scans)
    size = int(labels.max()) + 1
    keys = _voxel_keys(points, voxel_size_m)
    pairs, votes = np.unique(keys * size + labels, return_counts=True)
    pair_keys = pairs // size
    order = np.lexsort((votes, pair_keys))  # the winner comes last in each voxel
    last = np.append(pair_keys[order][1:] != pair_keys[order][:-1], True)
    voxels, winners = pair_keys[order][last], (pairs % size)[order][last]
    wanted = _voxel_keys(xyz.astype(np.float64), voxel_size_m)
    place = np.searchsorted(voxels, wanted).clip(max=len(voxels) - 1)
    found = voxels[place] == wanted
    result: NDArray[np.int32] = winners[place].astype(np.int32)
    if not found.all():
        _, nearest = cKDTree(points).query(xyz[~found])
        result[~found] = labels[nearest]
    return result


def _labelled(scans: Sequence[Scan]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """All labelled scan points in the map frame, and their labels."""
    points, labels = [], []
    for scan in scans:
        good = scan.labels >= 0
        rotation, shift = scan.sensor_to_map[:3, :3], scan.sensor_to_map[:3, 3]
        points.append(scan.cloud.xyz[good].astype(np.float64) @ rotation.T + shift)
        labels.append(scan.labels[good])
    return np.concatenate(points), np.concatenate(labels)


def _voxel_keys(points: NDArray[np.float64], voxel_size_m: float) -> NDArray[np.int64]:
    """(N,) one integer per voxel; unique within 20 km of the origin at 2 cm."""
    cell = np.floor(points / voxel_size_m).astype(np.int64) + (1 << 17)
    return np.asarray(cell[:, 0] << 36 | cell[:, 1] << 18 | cell[:, 2], np.int64)


def write_sample(sample: Sample, folder: str | Path) -> Path:
    """Write SCENE.npz and SCENE.json; the NPZ comes last, so its presence means both are whole.

    NPZ: xyz, rgb, instance, superpoint as in Sample (points sorted by place); object_id,
    object_category, object_color ("" = none), object_box (center, size, yaw in the map frame),
    seed, generator. JSON: a list of DetailRefer records with `text` and `phrases`.

    Raises:
        OSError: the folder cannot be written.
    """
    path = Path(folder) / f"{sample.scene_id}.npz"
    records = [record(sample.scene_id, i, d) for i, d in enumerate(sample.descriptions)]
    with atomic_path(path.with_suffix(".json")) as temporary:
        temporary.write_text(json.dumps(records, separators=(",", ":")), encoding="utf-8")
    order = np.lexsort(np.floor(sample.xyz / 0.02).T)
    things = sample.room.furniture
    boxes = [(*t.box.center, *t.box.size, t.box.yaw) for t in things]
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            xyz=(np.round(sample.xyz[order] / _GRAIN_M) * _GRAIN_M).astype(np.float32),
            rgb=sample.rgb[order],
            instance=sample.instance[order],
            superpoint=sample.superpoint[order],
            object_id=np.array([t.id for t in things], np.int32),
            object_category=np.array([t.category for t in things]),
            object_color=np.array([t.color or "" for t in things]),
            object_box=_moved_boxes(np.array(boxes, np.float64), sample.room_to_map),
            seed=np.int64(sample.seed),
            generator=np.array(GENERATOR_VERSION),
        )
    return path


def _moved_boxes(
    boxes: NDArray[np.float64], room_to_map: NDArray[np.float64]
) -> NDArray[np.float64]:
    moved: NDArray[np.float64] = boxes.copy()
    moved[:, :3] = boxes[:, :3] @ room_to_map[:3, :3].T + room_to_map[:3, 3]
    moved[:, 6] += np.arctan2(room_to_map[1, 0], room_to_map[0, 0])
    return moved


def record(scene_id: str, number: int, description: Description) -> dict[str, Any]:
    """A description as a DetailRefer record with `text` and `phrases`."""
    t2o = {str(p.head): list(p.ids) for p in description.phrases}
    return {
        "scene_id": scene_id,
        "ann_id": str(number),
        "kind": description.kind,
        "text": description.text,
        "token": list(description.words),
        "t2o": {SENTENCE_KEY: list(description.target_ids), **t2o},
        "phrases": [{**p._asdict(), "ids": list(p.ids)} for p in description.phrases],
    }
