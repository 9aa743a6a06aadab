"""One training sample from a seed: a room as a robot's map holds it, with its sentences.

The scans go through the same SceneMap and segment_cloud as a live robot's, so that what is
learned is what will be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.config import MapConfig, SuperpointConfig
from detailbase_core.mapping.scene_map import SceneMap
from detailbase_core.mapping.superpoints import segment_cloud
from detailbase_core.synthetic.rooms import generate_room
from training.rooms.labels import voxel_labels
from training.rooms.survey import any_survey
from training.sentences.generator import describe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.room import Room
    from detailbase_core.synthetic.stock import Stock
    from training.sentences.generator import Description, Split

MENTIONABLE_VOXELS = 50
_LEAST_SEEN = 4  # things, so that there is something to talk about
_TRIES = 20


@dataclass(frozen=True)
class Sample:
    """A described room.

    Attributes:
        seed: what it was made from.
        room: the room.
        room_to_map: (4, 4) float64, where the room lies in the map frame (z stays up, 0 = floor,
            but for the survey's tilt).
        camera_path: (F, 4, 4) float64, camera to map of each frame, as the robot believes.
        xyz: (N, 3) float32, one point per map voxel, metres, map frame.
        rgb: (N, 3) uint8.
        instance: (N,) int32 object id per point, structure included; -1 = unknown.
        superpoint: (N,) int32, dense.
        descriptions: what is said about it.
    """

    seed: int
    room: Room
    room_to_map: NDArray[np.float64]
    camera_path: NDArray[np.float64]
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
    stock: Stock | None = None,
    *,
    sentences: int = 32,
    split: Split = "train",
    corruption: str | None = None,
    map_config: MapConfig | None = None,
    superpoint_config: SuperpointConfig | None = None,
) -> Sample:
    """Generate, scan, map, cut and describe the room of this seed.

    Camera, path, their errors and the map's heading vary from seed to seed; equal arguments give
    equal samples.

    Args:
        seed: not negative.
        stock: see generate_room.
        sentences: wanted; fewer come where the room gives too little to say.
        split: which templates and synonyms, see describe.
        corruption: one of survey.CORRUPTIONS, on top of what the seed gives.
        map_config, superpoint_config: as the robot has them; None = the defaults.
    """
    room = generate_room(seed, stock)
    map_config = map_config or MapConfig()
    for attempt in range(_TRIES):
        rng = np.random.default_rng([seed, 17, attempt])
        survey = any_survey(rng)
        if corruption is not None:
            survey = survey.corrupted(corruption)
        room_to_map = _placed(rng)
        scans = survey.scan(room, room_to_map, rng)
        scene_map = SceneMap(map_config)
        for scan in scans:
            scene_map.insert(scan.cloud, scan.sensor_to_map, "map")
        cloud, _ = scene_map.snapshot()
        instance = voxel_labels(cloud.xyz, scans, map_config.voxel_size_m)
        if len(seen_things(room, instance)[0]) >= _LEAST_SEEN:
            break
    descriptions = describe_seen(room, instance, sentences=sentences, split=split)
    superpoint = segment_cloud(cloud, superpoint_config or SuperpointConfig())
    return Sample(
        seed,
        room,
        room_to_map,
        np.stack([s.sensor_to_map for s in scans]),
        cloud.xyz,
        cloud.rgb,
        instance,
        superpoint.astype(np.int32),
        tuple(descriptions),
    )


def seen_things(room: Room, instance: NDArray[np.int32]) -> tuple[set[int], set[int]]:
    """Ids of the furniture seen well enough to be spoken of, and of all that was seen.

    Args:
        room: the room.
        instance: (N,) object id per map voxel, -1 = unknown.
    """
    seen = np.bincount(instance[instance >= 0], minlength=1)
    counts = {t.id: int(seen[t.id]) for t in room.furniture if t.id < len(seen)}
    mentionable = {id_ for id_, count in counts.items() if count >= MENTIONABLE_VOXELS}
    return mentionable, {id_ for id_, count in counts.items() if count}


def describe_seen(
    room: Room, instance: NDArray[np.int32], *, sentences: int = 32, split: Split = "train"
) -> list[Description]:
    """Sentences about what was seen of a room; equal rooms and maps give equal sentences.

    Args:
        room: the room.
        instance: see seen_things.
        sentences, split: see make_sample.
    """
    mentionable, visible = seen_things(room, instance)
    rng = np.random.default_rng([room.seed, 19])
    return describe(
        room, rng, mentionable=mentionable, visible=visible, count=sentences, split=split
    )


def _placed(rng: np.random.Generator) -> NDArray[np.float64]:
    """Pose of the room in the robot's map: any heading, half of the time along the walls."""
    yaw = rng.uniform(-np.pi, np.pi)
    if rng.random() < 0.5:
        yaw = rng.integers(4) * np.pi / 2
    pose = np.eye(4)
    pose[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    pose[:2, 3] = rng.uniform(-3, 3, 2)
    return pose
