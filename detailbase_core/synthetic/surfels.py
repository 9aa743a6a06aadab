"""All surface samples of a room's furniture, and what a pinhole camera sees of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detailbase_core.ops import native

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from detailbase_core.synthetic.furniture_model import FurnitureModel


@dataclass(frozen=True)
class Pose:
    """Pose of a model: its origin (metres, room frame) and heading about z (radians)."""

    x: float
    y: float
    z: float
    yaw: float

    def apply(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """(M, 3) points of the model's frame in the room."""
        return self.turn(points) + np.array([self.x, self.y, self.z], np.float32)

    def turn(self, directions: NDArray[np.float32]) -> NDArray[np.float32]:
        """(M, 3) directions of the model's frame in the room."""
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        matrix = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]], np.float32)
        return np.asarray(directions @ matrix, np.float32)


@dataclass(frozen=True)
class Surfels:
    """Small oriented disks.

    Attributes:
        points, normals: (N, 3) float32, metres and unit vectors, room frame.
        radius: (N,) float32, metres.
        rgb: (N, 3) uint8.
        owner: (N,) int32 object id.
    """

    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    radius: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    owner: NDArray[np.int32]

    @classmethod
    def of(cls, items: Iterable[tuple[int, FurnitureModel, Pose]]) -> Surfels:
        """Put (object id, model, pose) together."""
        parts = [
            (
                pose.apply(model.points),
                pose.turn(model.normals),
                np.full(len(model.points), model.radius, np.float32),
                model.rgb,
                np.full(len(model.points), id_, np.int32),
            )
            for id_, model, pose in items
        ]
        if not parts:
            none = np.zeros((0, 3), np.float32)
            return cls(none, none, none[:, 0], none.astype(np.uint8), none[:, 0].astype(np.int32))
        return cls(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def __len__(self) -> int:
        return len(self.points)

    def draw(
        self,
        camera_to_room: NDArray[np.float64],
        focal_px: float,
        depth: NDArray[np.float32],
        *,
        near: float,
        far: float,
    ) -> NDArray[np.int32]:
        """Z-buffer the disks over what is there already.

        Args:
            camera_to_room: (4, 4) optical frame (x right, y down, z forward) to room frame.
            focal_px: focal length; the principal point is the image's middle.
            depth: (height, width) float32 z of what lies behind, inf = nothing; overwritten
                where a disk is nearer.
            near, far: bounds of z, metres; of a disk whose middle is nearer than `near` nothing is
                seen, even where it reaches farther.

        Returns:
            (height, width) int32 row of the disk seen, -1 = none.
        """
        index = np.full(depth.shape, -1, np.int32)
        to_camera = np.asarray(np.linalg.inv(camera_to_room)[:3], np.float64)
        native.C.render_surfels(
            self.points, self.normals, self.radius, to_camera, focal_px, near, far, depth, index
        )
        return index
