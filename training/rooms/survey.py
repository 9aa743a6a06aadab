"""Survey of a room: sensor, path and errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.transform import Rotation

from detailbase_core.synthetic.camera import Camera, scan_room
from detailbase_core.synthetic.path import robot_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detailbase_core.synthetic.camera import Scan
    from detailbase_core.synthetic.room import Room

_IMAGES = ((160, 120), (240, 180), (240, 180), (320, 240))
_FRAMES = (1, 3, 6, 12, 16, 16, 20, 24, 24)
CORRUPTIONS = ("grey", "single frame", "pose error", "tilt", "half density")


@dataclass(frozen=True)
class Survey:
    """One drive, or walk, through a room with a depth camera.

    Attributes:
        camera: the sensor.
        frames: number of scans.
        height_m: of the camera above the floor.
        by_hand: whether somebody carries it, so that it sways.
        slip_m: how far the robot's belief is off after half of the way: surfaces seen before and
            after come out doubled.
        tilt_deg: lean of the map's z axis against the plumb line.
        keep_points: part of the points that the sensor delivers.
    """

    camera: Camera
    frames: int = 20
    height_m: float = 1.0
    by_hand: bool = False
    slip_m: float = 0.0
    tilt_deg: float = 0.0
    keep_points: float = 1.0

    def corrupted(self, corruption: str) -> Survey:
        """This survey with one thing gone wrong.

        Args:
            corruption: one of CORRUPTIONS.

        Raises:
            ValueError: none of them.
        """
        changes: dict[str, Survey] = {
            "grey": replace(self, camera=replace(self.camera, grey=True)),
            "single frame": replace(self, frames=1),
            "pose error": replace(self, slip_m=0.04),
            "tilt": replace(self, tilt_deg=5.0),
            "half density": replace(self, keep_points=0.5),
        }
        if corruption not in changes:
            raise ValueError(f"{corruption!r} is none of {', '.join(CORRUPTIONS)}")
        return changes[corruption]

    def scan(
        self, room: Room, room_to_map: NDArray[np.float64], rng: np.random.Generator
    ) -> list[Scan]:
        """Look at a room.

        Args:
            room: any.
            room_to_map: (4, 4) where the room lies in the map; the survey's tilt comes on top.
            rng: source of path and noise.
        """
        poses = robot_path(room, self.frames, height_m=self.height_m, rng=rng)
        if self.by_hand:
            poses = _swaying(poses, rng)
        believed = _slipped(poses, self.slip_m, rng)
        lean = np.eye(4)
        axis = rng.uniform(0, 2 * np.pi)
        vector = np.radians(self.tilt_deg) * np.array([np.cos(axis), np.sin(axis), 0])
        lean[:3, :3] = Rotation.from_rotvec(vector).as_matrix()
        scans = scan_room(
            room,
            camera=self.camera,
            poses=poses,
            believed=believed,
            room_to_map=lean @ room_to_map,
            rng=rng,
        )
        return scans if self.keep_points == 1.0 else [self._thinned(s, rng) for s in scans]

    def _thinned(self, scan: Scan, rng: np.random.Generator) -> Scan:
        lost = rng.random(len(scan.labels)) >= self.keep_points
        xyz = np.where(lost[:, None], np.float32(np.nan), scan.cloud.xyz)
        labels = np.where(lost, -1, scan.labels)
        return replace(scan, cloud=replace(scan.cloud, xyz=xyz), labels=labels)


def any_survey(rng: np.random.Generator) -> Survey:
    """A survey as users' robots might make it, good or bad."""
    width, height = _IMAGES[int(rng.integers(len(_IMAGES)))]
    camera = Camera(
        width,
        height,
        fov_deg=float(rng.uniform(65, 90)),
        max_range_m=float(rng.uniform(4.5, 8.0)),
        depth_noise=float(rng.uniform(0.1, 1.3)),
        dark_dropout=float(rng.uniform(0.0, 0.6)),
        shiny_dropout=float(rng.uniform(0.0, 0.5)),
        color_noise=float(rng.uniform(1.0, 8.0)),
        exposure=float(rng.uniform(0.01, 0.08)),
        white_balance=float(rng.uniform(0.0, 0.06)),
        gamma=float(rng.uniform(0.8, 1.25)),
        grey=bool(rng.random() < 0.06),
    )
    by_hand = bool(rng.random() < 0.4)
    return Survey(
        camera,
        int(rng.choice(_FRAMES)),
        float(rng.uniform(1.1, 1.7) if by_hand else rng.uniform(0.4, 1.4)),
        by_hand,
        float(rng.uniform(0.02, 0.04)) if rng.random() < 0.2 else 0.0,
        float(rng.uniform(1.0, 5.0)) if rng.random() < 0.2 else 0.0,
        float(rng.uniform(0.4, 0.9)) if rng.random() < 0.2 else 1.0,
    )


def _swaying(poses: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Held by a hand: a few degrees and centimetres this way and that."""
    result: NDArray[np.float64] = poses.copy()
    turns = Rotation.from_rotvec(np.radians(rng.normal(0, 4, (len(poses), 3)))).as_matrix()
    result[:, :3, :3] = poses[:, :3, :3] @ turns
    result[:, :3, 3] += rng.normal(0, 0.04, (len(poses), 3)) * [1, 1, 0.8]
    return result


def _slipped(
    poses: NDArray[np.float64], slip_m: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Poses as the robot believes them after its odometry has slipped half-way."""
    result: NDArray[np.float64] = poses.copy()
    angle = rng.uniform(0, 2 * np.pi)
    shift = slip_m * np.array([np.cos(angle), np.sin(angle), rng.normal(0, 0.15)])
    result[len(poses) // 2 :, :3, 3] += shift
    return result
